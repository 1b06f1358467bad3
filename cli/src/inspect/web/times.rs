//! The times of a token on a line.

use crate::{
    html::{Html, html},
    inspect::report::TokenClaims,
    times::Moment,
};

/// Where the line begins and ends, in percent of the width. The marks need room beside it.
const START: i64 = 3;
const END: i64 = 97;

/// A drawing for the eye, and the same as a list.
pub(super) fn line(claims: &TokenClaims, now: &str, id: &str) -> Html {
    let begin = claims.not_before.as_ref().or(claims.issued_at.as_ref());
    let known = [claims.issued_at.as_ref(), begin, claims.expires_at.as_ref()];
    let known: Vec<i64> = known.into_iter().flatten().map(|moment| moment.in_seconds).collect();
    // Now is second 0.
    let first = known.iter().copied().min().unwrap_or(0).min(0);
    let last = known.iter().copied().max().unwrap_or(0).max(0);
    let place = |seconds: i64| {
        let length = last.saturating_sub(first).max(1);
        let far = seconds.saturating_sub(first).saturating_mul(END.saturating_sub(START));
        format!("{}%", START.saturating_add(far.checked_div(length).unwrap_or(0)))
    };
    let at = |moment: &Moment| place(moment.in_seconds);
    let valid = begin.zip(claims.expires_at.as_ref()).map(|(begin, end)| {
        html![
            "<line class=\"valid\" x1=\"" (at(begin)) "\" x2=\"" (at(end))
            "\" y1=\"50%\" y2=\"50%\"/>\n"
        ]
    });
    let issued = claims.issued_at.as_ref().map(
        |moment| html!["<circle class=\"mark\" cx=\"" (at(moment)) "\" cy=\"50%\" r=\"8\"/>\n"],
    );
    let expires = claims.expires_at.as_ref().map(|moment| {
        html![
            "<svg x=\"" (at(moment)) "\" y=\"50%\" overflow=\"visible\">\
             <path class=\"mark\" d=\"M-8 -8H8V8H-8Z\"/></svg>\n"
        ]
    });
    let end = claims.expires_at.as_ref();
    let end_label = if end.is_some_and(Moment::is_past) { "Expired" } else { "Expires" };
    let start = claims.not_before.as_ref().filter(|start| !start.is_past());
    let row = |mark: &str, label: &str, text: String| {
        html![
            "<dt><span class=\"key\" aria-hidden=\"true\">" (mark) "</span>" (label) "</dt><dd>"
            (text) "</dd>\n"
        ]
    };
    let when = |moment: &Moment| format!("{}, {}", readable(&moment.at), moment.relative());
    html![
        "<figure>\n<svg role=\"img\" aria-labelledby=\"" (id) "-line\">\n<title id=\"" (id)
        "-line\">" (sentence(claims)) "</title>\n\
         <line class=\"track\" x1=\"3%\" x2=\"97%\" y1=\"50%\" y2=\"50%\"/>\n" (valid) (issued)
        (expires) "<svg x=\"" (place(0)) "\" y=\"50%\" overflow=\"visible\">\
         <path class=\"mark-now\" d=\"M0 -2L9 -20H-9Z\"/></svg>\n</svg>\n<figcaption>\n<dl>\n"
        (claims.issued_at.as_ref().map(|moment| row("\u{25cf}", "Issued", when(moment))))
        (start.map(|moment| row("", "Valid from", when(moment))))
        (row("\u{25bc}", "Now", readable(now)))
        (end.map(|moment| row("\u{25a0}", end_label, when(moment))))
        (end.is_none().then(|| row("", "Expires", "not stated: no exp".to_owned())))
        "</dl>\n</figcaption>\n</figure>\n"
    ]
}

/// `2026-03-12 14:30:00 UTC` of `2026-03-12T14:30:00Z`, which narrow pages can break.
pub(super) fn readable(time: &str) -> String {
    time.replace('T', " ").replace('Z', " UTC")
}

fn sentence(claims: &TokenClaims) -> String {
    let issued = claims.issued_at.as_ref().map(|moment| format!("issued {}", moment.relative()));
    let expires = claims.expires_at.as_ref().map(|moment| {
        let word = if moment.is_past() { "expired" } else { "expires" };
        format!("{word} {}", moment.relative())
    });
    let parts: Vec<String> = issued.into_iter().chain(expires).collect();
    format!(
        "The time of the token: {}",
        if parts.is_empty() { "unknown".into() } else { parts.join(", ") }
    )
}
