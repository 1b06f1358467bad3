//! Whether a request is a navigation: a browser is about to show the answer as a page.

use crate::headers::HeaderSource;

/// How many `Accept` headers are looked at. Browsers send one (RFC 9110 section 5.3 lets a proxy split
/// it).
const MAX_ACCEPT_FIELDS: usize = 8;

/// Headers of libraries that load parts of pages by script: htmx, pjax, Turbo, Unpoly, Inertia. Browsers
/// send `Sec-Fetch-Mode` beside them over HTTPS alone.
const OF_SCRIPTS: [&str; 5] = ["hx-request", "x-pjax", "turbo-frame", "x-up-version", "x-inertia"];

/// Whether a browser is about to show the answer to a person, as a page of its own.
pub(super) fn is_page(method: &str, headers: &(impl HeaderSource + ?Sized)) -> bool {
    let has = |name| headers.header(name, 0).is_some();
    let is_absent_or = |name, value: &str| {
        headers
            .header(name, 0)
            .is_none_or(|own| own.trim_ascii().eq_ignore_ascii_case(value.as_bytes()))
    };
    matches!(method, "GET" | "HEAD")
        && is_absent_or("sec-fetch-mode", "navigate")
        // Sign-in pages forbid to be framed, so a redirect would end in a blank frame.
        && is_absent_or("sec-fetch-dest", "document")
        // A browser that loads a page ahead of time throws an error away, and asks again.
        && !has("sec-purpose")
        && !has("purpose")
        && !has("authorization")
        && !OF_SCRIPTS.into_iter().any(has)
        && accepts_page(headers)
}

fn accepts_page(headers: &(impl HeaderSource + ?Sized)) -> bool {
    // Not one pass for each value, which takes quadratic time: no header after these is looked at.
    let accepts = |media_type: &str| {
        (0..MAX_ACCEPT_FIELDS)
            .map_while(|index| headers.header("accept", index))
            .any(|accept| lists(accept, media_type))
    };
    match headers.header("x-requested-with", 0) {
        None => accepts("text/html"),
        // Android's WebView writes the name of its application there, which has a dot, and asks for
        // pages as browsers do. Scripts write anything else, or ask for `text/html, */*`.
        Some(value) => {
            value.contains(&b'.') && accepts("text/html") && accepts("application/xhtml+xml")
        }
    }
}

/// Whether one of the media ranges is this type, and wanted (RFC 9110 section 12.5.1). `*/*` is what
/// programs send.
fn lists(accept: &[u8], media_type: &str) -> bool {
    let Ok(accept) = std::str::from_utf8(accept) else { return false };
    accept.split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_type = parts.next().is_some_and(|range| range.eq_ignore_ascii_case(media_type));
        is_type && !parts.any(is_zero_weight)
    })
}

/// `q=0`, `q=0.0` and so on: not acceptable (RFC 9110 section 12.4.2).
fn is_zero_weight(parameter: &str) -> bool {
    let Some(weight) = parameter.strip_prefix(['q', 'Q']) else { return false };
    let weight = weight.trim_start().strip_prefix('=').unwrap_or("1");
    !weight.trim().bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}
