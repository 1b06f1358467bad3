//! Sending browsers to the sign-in page.

use http::HeaderValue;

use crate::{
    IdentityProvider,
    endpoints::{EndpointError, Endpoints, LoginAddress, ReturnTo},
    headers::HeaderSource,
};

/// Sends a browser to the sign-in page of a provider, and from there back to what it asked for.
///
/// Only where the answer is a page that a person sees: the method is GET or HEAD, `Accept` names
/// `text/html`, no `Authorization` came along, and the browser says of itself that it navigates
/// (`Sec-Fetch-Mode`, W3C: "Fetch Metadata Request Headers") or says nothing and is no script
/// (`X-Requested-With`, which the platform looks at, too). A script that followed the redirect would
/// end at another site, and get nothing.
///
/// ```
/// use easyauth::{IdentityProvider, Refusal, refusal::LoginRedirect};
///
/// let login = LoginRedirect::to(&IdentityProvider::ENTRA)?;
/// let page = http::Request::get("/orders?page=2").header("accept", "text/html").body(())?;
/// let answer = Refusal::not_signed_in().or_login(&login, page.method(), page.uri(), page.headers());
/// assert_eq!(answer.status(), 302);
/// assert_eq!(
///     answer.headers()["location"],
///     "/.auth/login/aad?post_login_redirect_uri=%2Forders%3Fpage%3D2",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginRedirect(LoginAddress);

impl LoginRedirect {
    /// To the provider's sign-in page at its usual address, `/.auth/login/aad` for instance.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NoProvider`] for a provider that has no such page.
    pub fn to(provider: &IdentityProvider) -> Result<Self, EndpointError> {
        Ok(Endpoints::default().login(provider)?.into())
    }

    /// Where this request is sent; `None` if it is not for a page that a person sees, or if what it
    /// asks for is not an address to come back to.
    pub(super) fn location(
        &self,
        method: &str,
        target: &str,
        headers: &(impl HeaderSource + ?Sized),
    ) -> Option<HeaderValue> {
        if !is_page(method, headers) {
            return None;
        }
        let address = self.0.clone().return_to(&ReturnTo::path(target).ok()?);
        HeaderValue::try_from(address.to_string()).ok()
    }
}

/// For a sign-in page at another address, or with parameters for the provider.
impl From<LoginAddress> for LoginRedirect {
    fn from(address: LoginAddress) -> Self {
        Self(address)
    }
}

fn is_page(method: &str, headers: &(impl HeaderSource + ?Sized)) -> bool {
    let has = |name, value: &str| {
        let text = headers.header(name, 0)?;
        Some(text.trim_ascii().eq_ignore_ascii_case(value.as_bytes()))
    };
    matches!(method, "GET" | "HEAD")
        && has("sec-fetch-mode", "navigate").unwrap_or(true)
        && !has("x-requested-with", "XMLHttpRequest").unwrap_or(false)
        && headers.header("authorization", 0).is_none()
        && (0..).map_while(|index| headers.header("accept", index)).any(accepts_html)
}

/// Whether one of the media ranges is `text/html`, and wanted (RFC 9110 section 12.5.1). `*/*` is what
/// programs send.
fn accepts_html(accept: &[u8]) -> bool {
    let Ok(accept) = std::str::from_utf8(accept) else { return false };
    accept.split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_html = parts.next().is_some_and(|range| range.eq_ignore_ascii_case("text/html"));
        is_html && !parts.any(is_zero_weight)
    })
}

/// `q=0`, `q=0.0` and so on: not acceptable (RFC 9110 section 12.4.2).
fn is_zero_weight(parameter: &str) -> bool {
    let Some(weight) = parameter.strip_prefix(['q', 'Q']) else { return false };
    let weight = weight.trim_start().strip_prefix('=').unwrap_or("1");
    !weight.trim().bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}
