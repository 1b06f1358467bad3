//! The address that the browser requested, even if it was rewritten on the way.

use crate::{
    endpoints::ReturnTo,
    headers::{CLIENT_PRINCIPAL, CLIENT_PRINCIPAL_IDP, HeaderSource, OriginalUrl},
    platform::{Platform, Service},
    principal::{EasyAuthPrincipal, PrincipalFormat},
    provider::IdentityProvider,
};

/// The address that a browser requested, before a router removed a prefix: an extension of the request.
#[cfg(feature = "axum")]
#[derive(Debug, Clone)]
pub(super) struct OriginalTarget(pub(super) String);

/// The path and the query of an address.
#[cfg(any(feature = "axum", feature = "tower"))]
pub(super) fn of(uri: &http::Uri) -> &str {
    uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str)
}

/// The path and the query that the browser requested.
#[cfg(any(feature = "axum", feature = "tower"))]
pub(super) fn requested(platform: Platform, parts: &http::request::Parts) -> String {
    #[cfg(feature = "axum")]
    if let Some(OriginalTarget(target)) = parts.extensions.get() {
        return original(platform, &parts.headers, target);
    }
    original(platform, &parts.headers, of(&parts.uri))
}

/// The path and the query that the browser requested. Static Web Apps rewrite them and put the original
/// into `X-MS-ORIGINAL-URL` (static-web-apps#580). Elsewhere that header can be forged.
pub(super) fn original(
    platform: Platform,
    headers: &(impl HeaderSource + ?Sized),
    requested: &str,
) -> String {
    // A client can write these headers where no platform overwrites them.
    let original = if platform.has_easy_auth() { original_url(headers) } else { None };
    original
        .filter(|_| is_static_web_app(platform, headers))
        .unwrap_or_else(|| requested.to_owned())
}

/// The path and the query in `X-MS-ORIGINAL-URL`, if they are an address of this site.
fn original_url(headers: &(impl HeaderSource + ?Sized)) -> Option<String> {
    let url = OriginalUrl::from_headers(headers).ok()??;
    ReturnTo::path(url.path_and_query()).ok().map(|target| target.as_str().to_owned())
}

/// Returns `true` if Static Web Apps were declared, or a trusted platform sent headers of their format.
/// Anonymous visitors have such headers too.
fn is_static_web_app(platform: Platform, headers: &(impl HeaderSource + ?Sized)) -> bool {
    let text = |name| std::str::from_utf8(headers.header(name, 0)?).ok();
    platform.service() == Some(Service::StaticWebApps)
        || text(CLIENT_PRINCIPAL_IDP).is_some_and(|name| {
            IdentityProvider::new(name.trim()) == IdentityProvider::STATIC_WEB_APPS
        })
        || text(CLIENT_PRINCIPAL)
            .and_then(|value| EasyAuthPrincipal::parse(value).ok())
            .is_some_and(|principal| principal.format() == PrincipalFormat::StaticWebApps)
}
