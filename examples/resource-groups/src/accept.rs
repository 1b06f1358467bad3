//! Whether the client prefers a page or a document.

use http::{HeaderMap, header::ACCEPT};

/// Returns `true` if `Accept` prefers HTML to JSON (RFC 9110 section 12.5.1). A client that names neither, such as
/// a program with `*/*`, gets JSON.
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

/// Parses a media range and its weight. An invalid weight is 0.
fn range(text: &str) -> (String, f32) {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let weight = parts.find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse().unwrap_or(0.0))
    });
    (name, weight.unwrap_or(1.0))
}
