//! Whether a page or a document is wanted.

use http::{HeaderMap, header::ACCEPT};

/// Whether `Accept` asks for HTML, and for no JSON rather (RFC 9110 section 12.5.1). Who names neither, a
/// program with `*/*` for instance, gets JSON.
pub(crate) fn prefers_html(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges: Vec<(String, f32)> = values.flat_map(|value| value.split(',')).map(range).collect();
    let weight = |wanted: &[&str]| {
        let weights = ranges.iter().filter(|(name, _)| wanted.contains(&name.as_str()));
        weights.map(|(_, weight)| *weight).fold(0.0, f32::max)
    };
    let html = weight(&["text/html"]);
    html > 0.0 && html >= weight(&["application/json", "application/problem+json"])
}

/// A media range and its weight. A weight that is none is no wish.
fn range(text: &str) -> (String, f32) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let weight = parts.find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse().unwrap_or(0.0))
    });
    (name, weight.unwrap_or(1.0))
}
