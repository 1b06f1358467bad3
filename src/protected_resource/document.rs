//! The metadata document.

use http::{
    HeaderValue, Method, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ALLOW, CACHE_CONTROL, CONTENT_TYPE,
    },
};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::ProtectedResource;

/// How long clients may keep the document. It changes with a deployment.
const LIFETIME: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The members of the document (RFC 9728 section 2).
impl Serialize for ProtectedResource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_map(None)?;
        document.serialize_entry("resource", self.resource())?;
        document.serialize_entry("authorization_servers", &[self.authorization_server()])?;
        if !self.0.scopes.is_empty() {
            document.serialize_entry("scopes_supported", &self.0.scopes)?;
        }
        document.serialize_entry("bearer_methods_supported", &["header"])?;
        if let Some(name) = &self.0.name {
            document.serialize_entry("resource_name", name)?;
        }
        if let Some(url) = &self.0.documentation {
            document.serialize_entry("resource_documentation", url)?;
        }
        document.end()
    }
}

impl ProtectedResource {
    /// The metadata document as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The response to a request for [`metadata_path`](Self::metadata_path) with this method: the
    /// document for GET and HEAD, permission for the preflight of a browser (OPTIONS), else 405.
    ///
    /// Any site may read it (CORS), because MCP clients also run in browsers. It contains no secret.
    #[must_use]
    pub fn respond_to<B: From<String>>(&self, method: &Method) -> Response<B> {
        const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");
        let (status, body) = match *method {
            Method::GET | Method::HEAD => (StatusCode::OK, self.to_json()),
            Method::OPTIONS => (StatusCode::NO_CONTENT, String::new()),
            _ => (StatusCode::METHOD_NOT_ALLOWED, String::new()),
        };
        let mut response = Response::new(String::new());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        match status {
            StatusCode::OK => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                headers.insert(CACHE_CONTROL, LIFETIME);
            }
            StatusCode::NO_CONTENT => {
                headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
                // Clients send MCP-Protocol-Version (MCP specification, Transports).
                headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
            }
            _ => {
                headers.insert(ALLOW, METHODS);
            }
        }
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        response.map(|_| B::from(body))
    }
}
