//! What the platform does with anonymous requests and invalid tokens, and the metadata that it publishes for
//! MCP clients.

use easyauth::{
    Challenge, ProtectedResource, ProtectedResourceError,
    endpoints::{LoginAddress, ReturnTo},
};
use http::{
    Method, Response, StatusCode,
    header::{ACCEPT, HOST, WWW_AUTHENTICATE},
    request::Parts,
};

use super::{
    caller::{Caller, Unidentified},
    headers::PERSONA,
    pages::{self, Body},
    personas::TENANT,
};

/// Where the platform publishes metadata (RFC 9728 section 3.1).
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// What happens to anonymous requests (`unauthenticatedClientAction`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
#[expect(clippy::exhaustive_enums, reason = "tests name every action")]
pub enum Unauthenticated {
    /// The service gets the request, without identity headers.
    #[default]
    #[value(name = "AllowAnonymous")]
    AllowAnonymous,
    /// Browsers are redirected to the sign-in page. Others get 401.
    #[value(name = "RedirectToLoginPage")]
    RedirectToLoginPage,
    /// Status 401.
    #[value(name = "Return401")]
    Return401,
    /// Status 403.
    #[value(name = "Return403")]
    Return403,
    /// Status 404.
    #[value(name = "Return404")]
    Return404,
}

/// Decides about anonymous requests and invalid tokens.
pub(super) struct Gate {
    pub(super) unauthenticated: Unauthenticated,
    /// The scopes in the metadata document, as in the app setting
    /// `WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES`. Without any, the platform publishes none.
    scopes: Vec<String>,
    audience: String,
    /// The origin of the stand-in.
    origin: String,
    /// The sign-in page that browsers are redirected to.
    login: LoginAddress,
}

impl Gate {
    pub(super) fn new(
        unauthenticated: Unauthenticated,
        scopes: Vec<String>,
        audience: String,
        origin: String,
        login: LoginAddress,
    ) -> Result<Self, ProtectedResourceError> {
        let gate = Self { unauthenticated, scopes, audience, origin, login };
        gate.resource(&gate.origin)?;
        Ok(gate)
    }

    /// The answer for a metadata document. `None` if the service answers: the path is another, or the
    /// platform has no scopes to publish. Anonymous requests may read the document.
    pub(super) fn metadata(&self, request: &Parts) -> Option<Response<Body>> {
        let path = request.uri.path().strip_prefix(WELL_KNOWN)?;
        if self.scopes.is_empty() || !(path.is_empty() || path.starts_with('/')) {
            return None;
        }
        let Some(resource) = self.resource_at(request, path) else {
            return Some(pages::text(StatusCode::NOT_FOUND, "not the path of a resource"));
        };
        let answer: Response<String> = resource.respond_to(&request.method);
        Some(answer.map(pages::body))
    }

    /// The caller of a request, or the answer to one without a valid caller.
    pub(super) fn admit(
        &self,
        request: &Parts,
        caller: Result<Caller, Unidentified>,
    ) -> Result<Caller, Box<Response<Body>>> {
        let answer = match caller {
            Ok(caller) => return Ok(caller),
            // The service gets the token, and decides about it (pnp/Microsoft365-Analytics-Insights#264).
            Err(Unidentified::Token(..))
                if self.unauthenticated == Unauthenticated::AllowAnonymous
                    && !request.headers.contains_key(PERSONA) =>
            {
                return Ok(Caller::Anonymous);
            }
            Err(Unidentified::Token(challenge, line)) => self.challenge(request, challenge, &line),
            Err(Unidentified::Request(status, line)) => pages::text(status, &line),
        };
        Err(Box::new(answer))
    }

    /// The answer to an anonymous request. `None` if the service answers it.
    pub(super) fn reject(&self, request: &Parts) -> Option<Response<Body>> {
        let line = "the request is anonymous";
        let status = match self.unauthenticated {
            Unauthenticated::AllowAnonymous => return None,
            Unauthenticated::RedirectToLoginPage if wants_page(request) => {
                let path = request.uri.path_and_query().map_or("/", |path| path.as_str());
                // Without it, the sign-in ends at the start page.
                let login = match ReturnTo::path(path) {
                    Ok(target) => self.login.clone().return_to(&target),
                    Err(_) => self.login.clone(),
                };
                return Some(pages::redirect(&login.to_string(), None));
            }
            Unauthenticated::RedirectToLoginPage | Unauthenticated::Return401 => {
                // Without these scopes, the 401 of the platform has no challenge.
                if !self.scopes.is_empty() {
                    return Some(self.challenge(request, Challenge::no_token(), line));
                }
                StatusCode::UNAUTHORIZED
            }
            Unauthenticated::Return403 => StatusCode::FORBIDDEN,
            Unauthenticated::Return404 => StatusCode::NOT_FOUND,
        };
        Some(pages::text(status, line))
    }

    /// A 401. It names the metadata if the platform publishes it (RFC 9728 section 5.1).
    fn challenge(&self, request: &Parts, challenge: Challenge, line: &str) -> Response<Body> {
        let resource = self.resource_at(request, request.uri.path());
        let challenge = match resource.filter(|_| !self.scopes.is_empty()) {
            Some(resource) => challenge.with_resource(&resource),
            None => challenge,
        };
        let mut answer = pages::text(StatusCode::UNAUTHORIZED, line);
        answer
            .headers_mut()
            .extend(challenge.www_authenticate().map(|value| (WWW_AUTHENTICATE, value)));
        answer
    }

    /// The resource with this path, under the host that the client uses, because clients compare it. A
    /// path that has no canonical form belongs to the resource at the root.
    fn resource_at(&self, request: &Parts, path: &str) -> Option<ProtectedResource> {
        let host = request.headers.get(HOST).and_then(|host| host.to_str().ok());
        let origin = host.map(|host| format!("http://{host}"));
        let path = if path == "/" { "" } else { path };
        let origins = origin.iter().chain([&self.origin]);
        let addresses = [path, ""]
            .into_iter()
            .flat_map(|path| origins.clone().map(move |origin| format!("{origin}{path}")));
        addresses.into_iter().find_map(|address| self.resource(&address).ok())
    }

    fn resource(&self, address: &str) -> Result<ProtectedResource, ProtectedResourceError> {
        let server = format!("https://login.microsoftonline.com/{TENANT}/v2.0");
        ProtectedResource::new(address, &server)?.app_id_uri(&self.audience)?.scopes(&self.scopes)
    }
}

/// Returns `true` if a browser wants to show the answer as a page. What the platform takes for a browser
/// is not documented.
fn wants_page(request: &Parts) -> bool {
    let accept = request.headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    matches!(request.method, Method::GET | Method::HEAD)
        && accept.is_some_and(|accept| accept.contains("text/html"))
}
