//! Whether a request is a navigation: a browser is about to show the response as a page.

use crate::headers::HeaderSource;

/// How many `Accept` headers are read. Browsers send one (RFC 9110 section 5.3 allows a proxy to split
/// it).
const MAX_ACCEPT_FIELDS: usize = 8;

/// Headers of libraries that load parts of pages by script: htmx, pjax, Turbo, Unpoly, Inertia. Checked
/// because browsers send `Sec-Fetch-Mode` only over HTTPS.
const OF_SCRIPTS: [&str; 5] = ["hx-request", "x-pjax", "turbo-frame", "x-up-version", "x-inertia"];

/// Returns `true` if a browser is about to show the response to a user as a top-level page.
pub(crate) fn is_page(method: &str, headers: &(impl HeaderSource + ?Sized)) -> bool {
    let has = |name| headers.header(name, 0).is_some();
    let is_absent_or = |name, value: &str| {
        headers
            .header(name, 0)
            .is_none_or(|own| own.trim_ascii().eq_ignore_ascii_case(value.as_bytes()))
    };
    matches!(method, "GET" | "HEAD")
        && is_absent_or("sec-fetch-mode", "navigate")
        // Sign-in pages forbid framing, so a redirect would show a blank frame.
        && is_absent_or("sec-fetch-dest", "document")
        // A browser discards the error of a prefetch and requests the page again later.
        && !has("sec-purpose")
        && !has("purpose")
        && !has("authorization")
        && !OF_SCRIPTS.into_iter().any(has)
        && accepts_page(headers)
}

fn accepts_page(headers: &(impl HeaderSource + ?Sized)) -> bool {
    // Reads a limited number of headers: reading all of them by index takes quadratic time.
    let accepts = |media_type: &str| {
        (0..MAX_ACCEPT_FIELDS)
            .map_while(|index| headers.header("accept", index))
            .any(|accept| lists(accept, media_type))
    };
    match headers.header("x-requested-with", 0) {
        None => accepts("text/html"),
        // Android's WebView sends the name of its application there, which contains a dot, and accepts
        // pages as browsers do. Scripts send other values, or `Accept: text/html, */*`.
        Some(value) => {
            value.contains(&b'.') && accepts("text/html") && accepts("application/xhtml+xml")
        }
    }
}

/// Returns `true` if a media range is this type and acceptable (RFC 9110 section 12.5.1). `*/*` does not
/// count, because programs send it.
fn lists(accept: &[u8], media_type: &str) -> bool {
    let Ok(accept) = std::str::from_utf8(accept) else { return false };
    accept.split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_type = parts.next().is_some_and(|range| range.eq_ignore_ascii_case(media_type));
        is_type && !parts.any(is_zero_weight)
    })
}

/// Returns `true` for `q=0`, `q=0.0` and so on: not acceptable (RFC 9110 section 12.4.2).
fn is_zero_weight(parameter: &str) -> bool {
    let Some(weight) = parameter.strip_prefix(['q', 'Q']) else { return false };
    let weight = weight.trim_start().strip_prefix('=').unwrap_or("1");
    !weight.trim().bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}
