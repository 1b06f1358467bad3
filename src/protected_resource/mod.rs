//! Protected resource metadata (RFC 9728): how clients learn where to get a token for a service.

mod challenge;
mod document;
mod error;
mod uri;

use std::sync::Arc;

pub use error::{ProtectedResourceError, ProtectedResourceErrorKind};

#[cfg(feature = "verify")]
use crate::verify::BearerAuth;
use crate::{
    debug::debug,
    escape::Escaped,
    resource::{Cloud, Scope, is_guid},
};
use uri::ResourceUri;

/// The app setting that makes App Service and Functions serve their own document, with these scopes
/// separated by commas (App Service docs, "Configure built-in MCP server authorization").
const PLATFORM_SCOPES: &str = "WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES";

/// A service that clients discover by RFC 9728: its address, the authorization server that issues its
/// tokens, and its scopes. MCP clients require it.
///
/// A client without a token gets a 401 response whose challenge has the address of the metadata document
/// (`resource_metadata`). The document names the authorization server. Cheap to clone.
///
/// ```
/// use easyauth::ProtectedResource;
///
/// let tenant = "b811a652-39e6-4a0c-b563-4279a1dd5012";
/// let client_id = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
/// let resource = ProtectedResource::entra("https://mcp.contoso.com/mcp", tenant, client_id)?
///     .scopes(["Tools.Call"])?;
///
/// assert_eq!(resource.metadata_path(), "/.well-known/oauth-protected-resource/mcp");
/// assert_eq!(
///     resource.to_json(),
///     r#"{"resource":"https://mcp.contoso.com/mcp","authorization_servers":["https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0"],"scopes_supported":["api://6e74172b-be56-4843-9ff4-e66a39bb12e3/Tools.Call"],"bearer_methods_supported":["header"]}"#
/// );
/// # Ok::<(), easyauth::ProtectedResourceError>(())
/// ```
///
/// # The app registration in Microsoft Entra ID
///
/// - Clients send the address of the service as the parameter `resource` (RFC 8707). It must equal an
///   entry of `identifierUris` exactly, or sign-in fails with AADSTS9010010.
/// - Give the service an address with a path. Several clients add a slash to an address without one, so
///   that it equals no entry (anthropics/claude-code#52871, modelcontextprotocol/typescript-sdk#1972).
/// - Such an HTTPS identifier needs `api.requestedAccessTokenVersion: 2`. The audience of tokens is then
///   the client ID.
/// - Clients request scopes with the API in front, as in `api://<client ID>/Tools.Call`. A name alone
///   means a scope of Microsoft Graph, and sign-in fails with AADSTS650053. Tokens contain the name
///   alone, so [`Requirement::scope`](crate::Requirement::scope) takes that.
#[derive(Clone, PartialEq, Eq)]
pub struct ProtectedResource(Arc<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    uri: ResourceUri,
    authorization_server: String,
    /// The identifier of the API, which clients write in front of each scope.
    api: Option<String>,
    /// As clients request them.
    scopes: Vec<String>,
    name: Option<String>,
    documentation: Option<String>,
}

impl ProtectedResource {
    /// A service whose tokens one Entra tenant of the public cloud issues. Its scopes begin with
    /// `api://<client ID>`, unless [`app_id_uri`](Self::app_id_uri) says otherwise.
    ///
    /// `resource` is the address that clients connect to: `https://mcp.contoso.com/mcp`. It should have a
    /// path: see [the app registration](Self#the-app-registration-in-microsoft-entra-id). For tests, `http`
    /// is allowed on loopback.
    ///
    /// # Errors
    ///
    /// [`ProtectedResourceError`] if the address is not in its canonical form, or an ID is not a GUID.
    pub fn entra(
        resource: &str,
        tenant_id: &str,
        client_id: &str,
    ) -> Result<Self, ProtectedResourceError> {
        let guid = |kind, id: &str| {
            let error = || ProtectedResourceError::new(kind, id);
            is_guid(id).then(|| id.to_ascii_lowercase()).ok_or_else(error)
        };
        let tenant_id = guid(ProtectedResourceErrorKind::InvalidTenantId, tenant_id)?;
        let client_id = guid(ProtectedResourceErrorKind::InvalidClientId, client_id)?;
        let host = Cloud::Public.sign_in_host();
        Self::new(resource, &format!("https://{host}/{tenant_id}/v2.0"))?
            .app_id_uri(&format!("api://{client_id}"))
    }

    /// A service with any authorization server: its issuer identifier (RFC 8414 section 2), such as
    /// `https://login.microsoftonline.us/<tenant ID>/v2.0`, or the issuer of Microsoft Entra External ID.
    /// Scopes stay as they are, unless [`app_id_uri`](Self::app_id_uri) is set.
    ///
    /// For Entra, use the version 2.0 issuer of one tenant. Clients reject the metadata of `common` and
    /// `organizations`, because its issuer differs from the address (openai/codex#38973).
    ///
    /// # Errors
    ///
    /// [`ProtectedResourceError`] if an address is not in its canonical form, or the server is that of
    /// several tenants.
    pub fn new(resource: &str, authorization_server: &str) -> Result<Self, ProtectedResourceError> {
        let uri = ResourceUri::parse(resource).ok_or_else(|| {
            ProtectedResourceError::new(ProtectedResourceErrorKind::InvalidResource, resource)
        })?;
        if !uri::is_server(authorization_server) {
            let kind = ProtectedResourceErrorKind::InvalidAuthorizationServer;
            return Err(ProtectedResourceError::new(kind, authorization_server));
        }
        Ok(Self(Arc::new(Inner {
            uri,
            authorization_server: authorization_server.to_owned(),
            api: None,
            scopes: Vec::new(),
            name: None,
            documentation: None,
        })))
    }

    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// Sets the App ID URI that scopes begin with, if it is not `api://<client ID>`. Call it before
    /// [`scopes`](Self::scopes).
    ///
    /// # Errors
    ///
    /// [`ProtectedResourceError`] if scopes cannot begin with it.
    pub fn app_id_uri(self, uri: &str) -> Result<Self, ProtectedResourceError> {
        let is_valid = uri.contains("://")
            && !uri.ends_with('/')
            && Scope::parse(&format!("{uri}/name")).is_ok_and(|scope| scope.api() == Some(uri));
        if !is_valid {
            let kind = ProtectedResourceErrorKind::InvalidAppIdUri;
            return Err(ProtectedResourceError::new(kind, uri));
        }
        Ok(self.with(|inner| inner.api = Some(uri.to_owned())))
    }

    /// Adds the scopes that clients can request: by their names, or with the App ID URI in front.
    ///
    /// # Errors
    ///
    /// [`ProtectedResourceError`] if a string is not a scope of this API. Scopes of OpenID Connect are
    /// rejected: a resource does not define them, and `offline_access` is for the client to decide (MCP
    /// specification 2026-07-28, Authorization).
    pub fn scopes<S: AsRef<str>>(
        mut self,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self, ProtectedResourceError> {
        for scope in scopes {
            let scope = scope.as_ref();
            let error = |kind| ProtectedResourceError::new(kind, scope);
            let parsed =
                Scope::parse(scope).map_err(|_| error(ProtectedResourceErrorKind::InvalidScope))?;
            if parsed.is_openid() {
                return Err(error(ProtectedResourceErrorKind::OpenIdScope));
            }
            if parsed.api().is_some() && self.0.api.is_some() && parsed.api() != self.api() {
                return Err(error(ProtectedResourceErrorKind::ScopeOfAnotherApi));
            }
            let scope = self.full_scope(scope);
            if !self.0.scopes.contains(&scope) {
                self = self.with(|inner| inner.scopes.push(scope));
            }
        }
        Ok(self)
    }

    /// Sets the display name of the service (`resource_name`).
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        self.with(|inner| inner.name = Some(name.into()))
    }

    /// Sets the address of the documentation for developers (`resource_documentation`).
    #[must_use]
    pub fn documentation(self, url: impl Into<String>) -> Self {
        self.with(|inner| inner.documentation = Some(url.into()))
    }

    /// Checks that the document which App Service or Functions serve has the same scopes. They serve one
    /// if the app setting `WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES` is set, and clients then get that
    /// document instead of this one. Call it at startup with `|name| std::env::var(name).ok()`.
    ///
    /// ```
    /// # let tenant = "b811a652-39e6-4a0c-b563-4279a1dd5012";
    /// # let client_id = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
    /// use easyauth::ProtectedResource;
    ///
    /// let resource = ProtectedResource::entra("https://mcp.contoso.com/mcp", tenant, client_id)?
    ///     .scopes(["Tools.Call"])?
    ///     .agreeing_with(|name| std::env::var(name).ok())?;
    /// # Ok::<(), easyauth::ProtectedResourceError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ProtectedResourceError`] if the setting names other scopes.
    pub fn agreeing_with(
        self,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ProtectedResourceError> {
        let setting = lookup(PLATFORM_SCOPES).unwrap_or_default();
        let mut platform: Vec<&str> =
            setting.split(',').map(str::trim).filter(|scope| !scope.is_empty()).collect();
        let mut own: Vec<&str> = self.scopes_supported().collect();
        platform.sort_unstable();
        platform.dedup();
        own.sort_unstable();
        if platform.is_empty() || platform == own {
            return Ok(self);
        }
        let kind = ProtectedResourceErrorKind::PlatformDisagrees;
        Err(ProtectedResourceError::new(kind, setting.trim()))
    }

    /// The address of the service, as clients send it in the parameter `resource`.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.0.uri.as_str()
    }

    /// The issuer of the tokens.
    #[must_use]
    pub fn authorization_server(&self) -> &str {
        &self.0.authorization_server
    }

    /// The scopes, as clients must request them.
    pub fn scopes_supported(&self) -> impl Iterator<Item = &str> {
        self.0.scopes.iter().map(String::as_str)
    }

    /// A scope as clients must request it. A name alone gets the App ID URI in front.
    ///
    /// ```
    /// # let tenant = "b811a652-39e6-4a0c-b563-4279a1dd5012";
    /// # let client_id = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
    /// # use easyauth::ProtectedResource;
    /// let resource = ProtectedResource::entra("https://mcp.contoso.com/mcp", tenant, client_id)?;
    /// let scope = resource.full_scope("Files.Read");
    /// assert_eq!(scope, "api://6e74172b-be56-4843-9ff4-e66a39bb12e3/Files.Read");
    /// # Ok::<(), easyauth::ProtectedResourceError>(())
    /// ```
    #[must_use]
    pub fn full_scope(&self, scope: &str) -> String {
        match self.api() {
            Some(api) if !scope.contains("://") => format!("{api}/{scope}"),
            _ => scope.to_owned(),
        }
    }

    fn api(&self) -> Option<&str> {
        self.0.api.as_deref()
    }

    /// The path of the metadata document: `/.well-known/oauth-protected-resource`, followed by the path
    /// of the service (RFC 9728 section 3.1). Serve the document there.
    #[must_use]
    pub fn metadata_path(&self) -> &str {
        self.0.uri.metadata_path()
    }

    /// The address of the metadata document, as challenges name it.
    #[must_use]
    pub fn metadata_uri(&self) -> &str {
        self.0.uri.metadata()
    }
}

#[cfg(feature = "verify")]
impl BearerAuth {
    /// Describes this API to clients, as a service at this address. Tenant, cloud and client ID are those
    /// of the verifier.
    ///
    /// ```
    /// # use easyauth::verify::{BearerAuth, KeySet};
    /// # let keys = KeySet::from_jwks(br#"{"keys":[]}"#)?;
    /// let tenant = "b811a652-39e6-4a0c-b563-4279a1dd5012";
    /// let client_id = "6e74172b-be56-4843-9ff4-e66a39bb12e3"; // of your API
    /// let auth = BearerAuth::entra(tenant, client_id)?.fixed_keys(keys);
    /// let resource = auth.protected_resource("https://api.contoso.com/files")?.scopes(["Files.Read"])?;
    /// // EasyAuthLayer::from_env().verify(auth).protected_resource(resource)
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ProtectedResourceError`] if the address is not in its canonical form. Also if this verifies the
    /// tokens of several tenants or clouds, of an issuer other than Entra, or for no client ID.
    pub fn protected_resource(
        &self,
        resource: &str,
    ) -> Result<ProtectedResource, ProtectedResourceError> {
        let (issuer, client_id) = self.api().ok_or_else(|| {
            let kind = ProtectedResourceErrorKind::NotOneApi;
            ProtectedResourceError::new(kind, &self.expectation())
        })?;
        ProtectedResource::new(resource, &issuer)?.app_id_uri(&format!("api://{client_id}"))
    }
}

debug! {
    ProtectedResource, |own|
    resource: Escaped(own.resource()),
    authorization_server: Escaped(own.authorization_server()),
    scopes: crate::escape::EscapedNames(|| own.scopes_supported()),
    ..
}
