//! Requests that read and write authentication settings.

use http::{HeaderValue, Method, Request, Uri, header};

use super::{
    ArmRequestError,
    ArmRequestErrorKind::{
        self as Kind, Incomplete, InvalidApiVersion, NoList, NotInArm, NotObjects, OtherService,
        Template, UnknownCloud, UnreadableToken, WrongAudience,
    },
    request_error::TokenError,
};
use crate::{
    escape::Escaped,
    platform::{Service, SiteId},
    resource::{ARM, ApiName, ApiNames, Cloud, OwnedAudience, Resource},
    settings::{AuthSettingsV2, Form},
    tokens::AccessToken,
};

/// The api-version for App Service: that of `azure-mgmt-web` 11.0.1. The document has had the same
/// members in every version since 2021-02-01.
///
/// `azure-rest-api-specs` also has a stable 2026-03-15. No released SDK is known to send it, and national
/// clouds support new versions later, so it is not the default. [`ArmRequests::api_version`] sets it.
pub const APP_SERVICE_API_VERSION: &str = "2025-05-01";

/// The api-version for Container Apps: that of `azure-mgmt-appcontainers` 5.1.0.
///
/// It is the first stable version with `blobContainerUri`, `clientId` and `managedIdentityResourceId` of
/// the token store. The service omits members from its answers that the api-version does not have
/// (`microsoft/azure-container-apps#479`), so a document that was read with an older version loses them
/// when it is PUT.
pub const CONTAINER_APPS_API_VERSION: &str = "2026-07-01";

impl SiteId {
    /// Builds a request that reads the settings, in the public cloud. [`requests`](Self::requests) has more
    /// options.
    ///
    /// # Errors
    ///
    /// [`ArmRequestError`] if the token is not for Azure Resource Manager, or cannot be read or sent.
    pub fn get_auth_settings(
        &self,
        access: &AccessToken,
    ) -> Result<Request<Vec<u8>>, ArmRequestError> {
        self.requests().get(access)
    }

    /// Builds a request that replaces the settings, in the public cloud. [`requests`](Self::requests) has
    /// more options.
    ///
    /// # Errors
    ///
    /// [`ArmRequestError`] if the token is not for Azure Resource Manager, or cannot be read or sent;
    /// if the document is not whole, if a section is not an object, if it is a template, or if it is for
    /// another service than the site.
    pub fn put_auth_settings(
        &self,
        access: &AccessToken,
        document: &AuthSettingsV2,
    ) -> Result<Request<Vec<u8>>, ArmRequestError> {
        self.requests().put(access, document)
    }

    /// Builds requests about the settings of this site. The defaults are the public cloud and
    /// [`APP_SERVICE_API_VERSION`] or [`CONTAINER_APPS_API_VERSION`].
    pub fn requests(&self) -> ArmRequests<'_> {
        let api_version = match self.service() {
            Service::ContainerApps => CONTAINER_APPS_API_VERSION,
            _ => APP_SERVICE_API_VERSION,
        };
        ArmRequests { site: self, cloud: Cloud::Public, api_version }
    }
}

/// Builds requests to Azure Resource Manager about the settings of one site: [`SiteId::requests`].
///
/// Each request has a sensitive `Authorization` header, so its `Debug` form does not show the token. A
/// request that would fail for certain, or lose settings, is an error before anything is sent. The answer
/// to a request is the document, or an [`ArmError`](super::ArmError).
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct ArmRequests<'a> {
    site: &'a SiteId,
    cloud: Cloud,
    api_version: &'a str,
}

impl<'a> ArmRequests<'a> {
    /// Sets another cloud.
    pub fn cloud(self, cloud: Cloud) -> Self {
        Self { cloud, ..self }
    }

    /// Sets another api-version: a date such as `2024-11-01`, with or without `-preview`.
    pub fn api_version(self, api_version: &'a str) -> Self {
        Self { api_version, ..self }
    }

    /// Returns the address of the settings, for commands such as `az rest` and for other clients.
    ///
    /// # Errors
    ///
    /// [`ArmRequestError`]: the cloud or the api-version.
    pub fn uri(&self) -> Result<Uri, ArmRequestError> {
        self.address("")
    }

    /// Builds a request that reads the settings.
    ///
    /// # Errors
    ///
    /// [`ArmRequestError`]: the cloud, the api-version or the token.
    pub fn get(&self, access: &AccessToken) -> Result<Request<Vec<u8>>, ArmRequestError> {
        self.request(Method::GET, "", access, Vec::new())
    }

    /// Builds a request that reads the settings by `/list`, as the Azure CLI and the SDKs do. The answer is
    /// the same as that of [`get`](Self::get); the required permission can differ.
    ///
    /// # Errors
    ///
    /// [`ArmRequestError`]: the cloud, the api-version or the token, and `NoList` for a container app.
    pub fn list(&self, access: &AccessToken) -> Result<Request<Vec<u8>>, ArmRequestError> {
        match self.site.service() {
            Service::ContainerApps => Err(ArmRequestError::new(NoList, "")),
            _ => self.request(Method::GET, "/list", access, Vec::new()),
        }
    }

    /// Builds a request that replaces the settings by a whole document.
    ///
    /// # Errors
    ///
    /// [`ArmRequestError`]: the cloud, the api-version, the token, or those of
    /// [`put_body`](Self::put_body).
    pub fn put(
        &self,
        access: &AccessToken,
        document: &AuthSettingsV2,
    ) -> Result<Request<Vec<u8>>, ArmRequestError> {
        self.put_request(access, self.put_body(document)?)
    }

    /// Builds a request that replaces the settings by a document that need not be whole. Sections that it
    /// omits return to the defaults of the service: they do not stay as they are.
    ///
    /// # Errors
    ///
    /// Those of [`put`](Self::put), but not `Incomplete`.
    pub fn put_partial(
        &self,
        access: &AccessToken,
        document: &AuthSettingsV2,
    ) -> Result<Request<Vec<u8>>, ArmRequestError> {
        self.put_request(access, self.partial_body(document)?)
    }

    /// Returns the body of [`put`](Self::put), for commands such as `az rest` and for other clients.
    ///
    /// # Errors
    ///
    /// [`ArmRequestError`]: `Incomplete` for a document that is not whole, `NotObjects` if `properties` or a
    /// section is not an object, `Template`, or `NotInArm` and `OtherService` for a document that is not for
    /// this site's service.
    pub fn put_body(&self, document: &AuthSettingsV2) -> Result<Vec<u8>, ArmRequestError> {
        let body = self.partial_body(document)?;
        let missing = document.missing_sections();
        if missing.is_empty() {
            Ok(body)
        } else {
            Err(ArmRequestError::new(Incomplete, format!(": {}", missing.join(", "))))
        }
    }

    fn partial_body(&self, document: &AuthSettingsV2) -> Result<Vec<u8>, ArmRequestError> {
        let (form, service) = (document.form(), self.site.service());
        if !document.resource_pointer().is_empty() || document.is_template() {
            return Err(ArmRequestError::new(Template, ""));
        }
        if matches!(form, Form::File | Form::StaticWebApp | Form::StaticWebAppSection) {
            return Err(ArmRequestError::new(NotInArm, ""));
        }
        if form.service() != service {
            let (document, site) = (form.service().title(), service.title());
            let detail = format!(": expected {site}, found {document}");
            return Err(ArmRequestError::new(OtherService, detail));
        }
        let sections = document.broken_sections();
        if !sections.is_empty() {
            return Err(ArmRequestError::new(NotObjects, sections.join(", ")));
        }
        let json = document.as_json();
        Ok(if form.has_envelope() {
            json.as_bytes().to_vec()
        } else {
            format!(r#"{{"properties":{json}}}"#).into_bytes()
        })
    }

    fn put_request(
        &self,
        access: &AccessToken,
        body: Vec<u8>,
    ) -> Result<Request<Vec<u8>>, ArmRequestError> {
        let mut request = self.request(Method::PUT, "", access, body)?;
        request.headers_mut().insert(header::CONTENT_TYPE, JSON);
        Ok(request)
    }

    fn request(
        &self,
        method: Method,
        operation: &str,
        access: &AccessToken,
        body: Vec<u8>,
    ) -> Result<Request<Vec<u8>>, ArmRequestError> {
        let uri = self.address(operation)?;
        let bearer = access.to_bearer().map_err(|source| {
            ArmRequestError::of_token(Kind::InvalidBearerToken, TokenError::Bearer(source))
        })?;
        check_audience(access, self.arm())?;
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        request.headers_mut().insert(header::ACCEPT, JSON);
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
        Ok(request)
    }

    fn address(&self, operation: &str) -> Result<Uri, ArmRequestError> {
        let Self { site, cloud, api_version } = *self;
        // The first audience of Azure Resource Manager is its address.
        let endpoint = self.arm().audience_uris().first();
        let endpoint =
            endpoint.ok_or_else(|| ArmRequestError::new(UnknownCloud, format!("{cloud:?}")))?;
        let invalid = || ArmRequestError::new(InvalidApiVersion, Escaped(api_version));
        if !is_api_version(api_version) {
            return Err(invalid());
        }
        let uri =
            format!("{endpoint}{}{operation}?api-version={api_version}", site.settings_path());
        uri.parse().map_err(|_| invalid())
    }

    const fn arm(&self) -> Resource {
        ARM.in_cloud(self.cloud)
    }
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Returns an error if Azure Resource Manager would reject the token, or if that is unclear.
fn check_audience(token: &AccessToken, arm: Resource) -> Result<(), ArmRequestError> {
    let token = token
        .decode_unverified()
        .map_err(|source| ArmRequestError::of_token(UnreadableToken, TokenError::Decode(source)))?;
    if token.has_audience(arm) {
        return Ok(());
    }
    let expected = ApiName::of(&OwnedAudience::Resource(arm));
    let found = ApiName::of_audiences(token.audiences());
    let detail = format!("{expected}, found one for {}", ApiNames(&found));
    Err(ArmRequestError::new(WrongAudience, detail))
}

/// `YYYY-MM-DD`, with or without `-preview` (Azure REST API reference: components of a request).
fn is_api_version(text: &str) -> bool {
    let date = text.strip_suffix("-preview").unwrap_or(text);
    date.len() == 10
        && date.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}
