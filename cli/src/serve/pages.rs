//! The stand-in's pages, and its other answers.

use easyauth::endpoints::ReturnTo;
use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
        SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
    },
};
use http_body_util::{BodyExt as _, Full, combinators::BoxBody};
use hyper::body::Bytes;

use super::{caller::STATE_COOKIE, personas::Persona};
use crate::html::{Html, STYLE, html};

/// The body of an answer: from the stand-in, or streamed from the upstream.
pub(super) type Body = BoxBody<Bytes, hyper::Error>;

/// The headers of every page: no scripts, nothing from other sites, in no frame. Browsers add `Origin`
/// to forms unless the policy is `no-referrer` (WHATWG Fetch, section 3.2).
const PAGE_HEADERS: [(HeaderName, &str); 4] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; \
         base-uri 'none'",
    ),
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The page to choose a persona. The state is in the form and in a cookie, so that no other site can sign
/// a browser in by sending it to the callback.
pub(super) fn sign_in(
    provider: &str,
    personas: &[&Persona],
    target: &ReturnTo,
    state: &str,
) -> Response<Body> {
    let buttons: Vec<Html> = personas
        .iter()
        .map(|persona| {
            let persona = persona.members();
            html![
                "<li><button name=\"persona\" value=\"" (persona.id) "\">" (persona.title)
                "</button></li>\n"
            ]
        })
        .collect();
    let mut page = html(
        "Sign in",
        html![
            "<h1>Sign in as</h1>\n<p>This simulates the sign-in page of <code>" (provider)
            "</code>. It is for development only: anyone can sign in.</p>\n\
             <form action=\"/.auth/login/" (provider) "/callback\">\n\
             <input type=\"hidden\" name=\"post_login_redirect_uri\" value=\"" (target.as_str())
            "\">\n<input type=\"hidden\" name=\"state\" value=\"" (state)
            "\">\n<ul class=\"choices\">\n" (buttons) "</ul>\n</form>\n"
        ],
    );
    let cookie = format!("{STATE_COOKIE}={state}; Path=/.auth/login; HttpOnly; SameSite=Strict");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        page.headers_mut().insert(SET_COOKIE, cookie);
    }
    page
}

/// The page after a sign-out.
pub(super) fn signed_out() -> Response<Body> {
    html(
        "Signed out",
        html!["<h1>Signed out</h1>\n<p><a href=\"/\">To the start of the site</a></p>\n"],
    )
}

/// A page with these contents of its `main` element.
pub(super) fn html(title: &str, main: Html) -> Response<Body> {
    let mut answer = answer(StatusCode::OK, "text/html; charset=utf-8", main.into_page(title));
    for (name, value) in PAGE_HEADERS {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// The style sheet of the pages.
pub(super) fn style() -> Response<Body> {
    answer(StatusCode::OK, "text/css; charset=utf-8", STYLE.to_owned())
}

/// A line of text.
pub(super) fn text(status: StatusCode, line: &str) -> Response<Body> {
    answer(status, "text/plain; charset=utf-8", format!("{line}\n"))
}

/// A document.
pub(super) fn json(document: String) -> Response<Body> {
    answer(StatusCode::OK, "application/json", document)
}

/// Redirects to another page of this site, and sets a cookie if there is one.
pub(super) fn redirect(target: &str, cookie: Option<&str>) -> Response<Body> {
    let mut answer = text(StatusCode::FOUND, "see the header Location");
    let headers = [(LOCATION, Some(target)), (SET_COOKIE, cookie)];
    for (name, value) in headers {
        // Both are printable ASCII, so this does not fail.
        if let Some(Ok(value)) = value.map(HeaderValue::from_str) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}

/// The body of an answer that is complete.
pub(super) fn body(text: String) -> Body {
    Full::new(Bytes::from(text)).map_err(|never| match never {}).boxed()
}

fn answer(status: StatusCode, content_type: &'static str, text: String) -> Response<Body> {
    let mut answer = Response::new(body(text));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}
