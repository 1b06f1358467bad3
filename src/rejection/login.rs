//! Sending browsers to the sign-in page.

use http::HeaderValue;

use super::{marker::mark, navigation::is_page};
use crate::{
    endpoints::{EndpointError, Endpoints, LoginAddress, ReturnTo},
    headers::HeaderSource,
    provider::IdentityProvider,
};

/// Sends a browser to the sign-in page of a provider, and from there back to the page that it requested.
///
/// Only a navigation is redirected. A script that followed the redirect would end at another site,
/// without a result. A request is a navigation if all of this is true:
///
/// - The method is GET or HEAD, and `Accept` names `text/html`.
/// - `Sec-Fetch-Mode` is `navigate` or absent, and `Sec-Fetch-Dest` is `document` or absent (W3C: "Fetch
///   Metadata Request Headers").
/// - It is not a prefetch (`Sec-Purpose`, `Purpose`).
/// - It has no `Authorization`, and no header of a library that loads parts of pages, such as
///   `HX-Request` of htmx. `X-Requested-With` is allowed only with the application name that Android's
///   web view sends.
/// - Its address is a path of this site to return to.
///
/// Every other request gets 401.
///
/// # Inside a frame
///
/// Sign-in pages cannot be shown in a frame, so a page inside a frame (a Teams tab) gets 401 as well.
/// Let a script of the surrounding page open the sign-in page in a pop-up window when the user clicks:
///
/// ```js
/// const popup = window.open("/.auth/login/aad?post_login_redirect_uri=/signed-in");
/// // The page /signed-in says: window.opener.postMessage("signed in", location.origin)
/// window.addEventListener("message", event => {
///   if (event.origin === location.origin && event.source === popup) { popup.close(); location.reload(); }
/// });
/// ```
///
/// In Teams, use `authentication.authenticate` of the Teams JavaScript library to open the window.
///
/// # Loops
///
/// If the browser comes back from sign-in and the platform still sends no identity, another redirect
/// would start an endless loop. So the redirect sets a cookie for 60 seconds (`easyauth-signing-in`,
/// with a hash of each address, because several tabs can sign in at once). A navigation to the same address
/// with the cookie and without an identity gets a page instead. The page has a link to sign in:
/// [`SignInIncomplete`](super::RejectionKind::SignInIncomplete). If the cookie already has eight addresses,
/// any further address gets this page as well. `EasyAuthLayer` removes the cookie once the caller is
/// authenticated.
///
/// ```
/// use easyauth::{IdentityProvider, Rejection, rejection::LoginRedirect};
///
/// let login = LoginRedirect::to(&IdentityProvider::ENTRA)?;
/// let page = http::Request::get("/orders?page=2").header("accept", "text/html").body(())?;
/// let answer = Rejection::unauthenticated().or_login(&login, page.method(), page.uri(), page.headers());
/// assert_eq!(answer.status(), 302);
/// assert_eq!(
///     answer.headers()["location"],
///     "/.auth/login/aad?post_login_redirect_uri=%2Forders%3Fpage%3D2",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginRedirect(LoginAddress);

/// The response to a navigation.
pub(super) enum SignIn {
    /// A redirect to the sign-in page, with the marker as `Set-Cookie`.
    Redirect { location: HeaderValue, marker: HeaderValue },
    /// The browser has been there already: a page with this link.
    Incomplete { link: String },
}

impl LoginRedirect {
    /// Redirects to the provider's sign-in page at its usual address, `/.auth/login/aad` for instance.
    ///
    /// # Errors
    ///
    /// [`EndpointError`] for a provider without a sign-in page.
    pub fn to(provider: &IdentityProvider) -> Result<Self, EndpointError> {
        Ok(Endpoints::default().login(provider)?.into())
    }

    /// The response to this request. `None` if it is not a navigation, or a browser cannot return to its
    /// address.
    pub(super) fn sign_in(
        &self,
        method: &str,
        target: &str,
        headers: &(impl HeaderSource + ?Sized),
    ) -> Option<SignIn> {
        if !is_page(method, headers) {
            return None;
        }
        let link = self.0.clone().return_to(&ReturnTo::path(target).ok()?).to_string();
        let Some(marker) = mark(target, headers) else { return Some(SignIn::Incomplete { link }) };
        Some(SignIn::Redirect { location: HeaderValue::try_from(link).ok()?, marker })
    }
}

/// For a sign-in page at another address, or with parameters for the provider.
impl From<LoginAddress> for LoginRedirect {
    fn from(address: LoginAddress) -> Self {
        Self(address)
    }
}
