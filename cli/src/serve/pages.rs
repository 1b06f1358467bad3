//! The stand-in's pages, and its other answers.

use easyauth::endpoints::ReturnTo;
use http::{
    HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, SET_COOKIE},
};
use http_body_util::{BodyExt as _, Full, combinators::BoxBody};
use hyper::body::Bytes;

use super::{caller::STATE_COOKIE, personas::Persona};

/// The body of an answer: from the stand-in, or streamed from the upstream.
pub(super) type Body = BoxBody<Bytes, hyper::Error>;

/// No scripts, no other sites.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";

/// The page to choose a persona. The state is in the form and in a cookie, so that no other site can sign
/// a browser in by sending it to the callback.
pub(super) fn sign_in(
    provider: &str,
    personas: &[&Persona],
    target: &ReturnTo,
    state: &str,
) -> Response<Body> {
    let provider = escape(provider);
    let target = escape(target.as_str());
    let buttons = personas
        .iter()
        .map(|persona| {
            let (id, title) = (escape(persona.id), escape(persona.title));
            format!("<li><button name=\"persona\" value=\"{id}\">{title}</button></li>\n")
        })
        .collect::<Vec<_>>()
        .concat();
    let mut page = page(
        "Sign in as",
        &format!(
            "<p>This simulates the sign-in page of <code>{provider}</code>. \
             It is for development only: anyone can sign in.</p>\n\
             <form action=\"/.auth/login/{provider}/callback\">\n\
             <input type=\"hidden\" name=\"post_login_redirect_uri\" value=\"{target}\">\n\
             <input type=\"hidden\" name=\"state\" value=\"{state}\">\n\
             <ul>\n{buttons}</ul>\n</form>"
        ),
    );
    let cookie = format!("{STATE_COOKIE}={state}; Path=/.auth/login; HttpOnly; SameSite=Strict");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        page.headers_mut().insert(SET_COOKIE, cookie);
    }
    page
}

/// The page after a sign-out.
pub(super) fn signed_out() -> Response<Body> {
    page("Signed out", "<p><a href=\"/\">To the start of the site</a></p>")
}

fn page(title: &str, main: &str) -> Response<Body> {
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n\
         <style>body {{ font: 1.1em sans-serif; max-width: 40em; margin: 2em auto; padding: 0 1em }} \
         ul {{ list-style: none; padding: 0 }} button {{ font: inherit; padding: .6em; width: 100%; \
         margin: .2em 0; text-align: left }}</style>\n\
         </head>\n<body>\n<main>\n<h1>{title}</h1>\n{main}\n</main>\n</body>\n</html>\n"
    );
    let mut answer = answer(StatusCode::OK, "text/html; charset=utf-8", html);
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    answer
}

/// A line of text.
pub(super) fn text(status: StatusCode, line: &str) -> Response<Body> {
    answer(status, "text/plain; charset=utf-8", format!("{line}\n"))
}

/// A document.
pub(super) fn json(document: String) -> Response<Body> {
    answer(StatusCode::OK, "application/json", document)
}

/// Redirects to another page of this site, and sets a cookie.
pub(super) fn redirect(target: &ReturnTo, cookie: &str) -> Response<Body> {
    let mut answer = text(StatusCode::FOUND, "see the header Location");
    // Both are printable ASCII, so this does not fail.
    if let (Ok(target), Ok(cookie)) =
        (HeaderValue::from_str(target.as_str()), HeaderValue::from_str(cookie))
    {
        answer.headers_mut().insert(LOCATION, target);
        answer.headers_mut().insert(SET_COOKIE, cookie);
    }
    answer
}

fn answer(status: StatusCode, content_type: &'static str, body: String) -> Response<Body> {
    let body = Full::new(Bytes::from(body)).map_err(|never| match never {}).boxed();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Escapes text for HTML, between tags or in a quoted attribute.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}
