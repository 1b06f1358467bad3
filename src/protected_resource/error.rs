//! A protected resource that cannot be described.

use crate::{
    escape::Escaped,
    kinds::{debug_by_display, kinds},
};

kinds! {
    /// What is wrong in the description of a protected resource.
    pub enum ProtectedResourceErrorKind of ProtectedResourceError;
    fn message;

    /// The address of the service is not in canonical form: `https`, a host in lower case, no user name,
    /// no default port, no query, no fragment, and no slash at the end. Its path has only letters,
    /// digits and `-._~`. `http` is for loopback only.
    InvalidResource = "invalid-resource", "expected an https address in canonical form, such as https://mcp.contoso.com/mcp";
    /// The authorization server is not an `https` address, or means several tenants.
    InvalidAuthorizationServer = "invalid-authorization-server", "expected the issuer of one tenant, such as https://login.microsoftonline.com/<tenant ID>/v2.0";
    /// The tenant ID is not a GUID.
    InvalidTenantId = "invalid-tenant-id", "expected a tenant ID, which is a GUID";
    /// The client ID is not a GUID.
    InvalidClientId = "invalid-client-id", "expected a client ID, which is a GUID";
    /// The App ID URI is not an address without a slash at its end.
    InvalidAppIdUri = "invalid-app-id-uri", "expected an App ID URI without a slash at the end, such as api://my-api";
    /// A string is not one scope.
    InvalidScope = "invalid-scope", "expected one scope, such as Tools.Call";
    /// A scope of OpenID Connect, such as `offline_access`.
    OpenIdScope = "openid-scope", "expected a scope of this API; OpenID Connect scopes are for the client to add";
    /// A scope with another API in front.
    ScopeOfAnotherApi = "scope-of-another-api", "expected a scope of this API; a token is for one API only";
    /// The service does not verify the tokens of exactly one tenant of Entra for one client ID.
    NotOneApi = "not-one-api", "expected to verify the tokens of one tenant for one client ID; for others use ProtectedResource::new";
    /// The app setting `WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES` names other scopes, so the platform serves
    /// another document.
    PlatformDisagrees = "platform-disagrees", "expected the app setting WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES to have the scopes of this resource; change it, or remove it so that this service serves the document";
}

/// A protected resource that cannot be described. The message shows the wrong value, which is the
/// developer's.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: found \"{found}\"", .kind.message())]
pub struct ProtectedResourceError {
    kind: ProtectedResourceErrorKind,
    /// Escaped and bounded.
    found: String,
}

impl ProtectedResourceError {
    pub(super) fn new(kind: ProtectedResourceErrorKind, found: &str) -> Self {
        Self { kind, found: Escaped(found).to_string() }
    }
}

debug_by_display!(ProtectedResourceError, kind.code());
