//! The pages: values from outside are only text, and the pages are accessible.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest::{SHA256, digest};
use axum::response::IntoResponse as _;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use easyauth::{
    IdentityProvider,
    resource::ARM,
    testing::{TestPrincipal, TestSession},
};
use serde_json::json;

use super::support::*;
use crate::{
    html::{Text, moment::Moment},
    service::PATH,
};

const HOSTILE: [&str; 5] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</bdi></dd></dl><h1>x</h1>",
    "&lt;b&gt;",
];

#[test]
fn text_is_escaped() {
    let cases = [
        ("", ""),
        ("a b", "a b"),
        ("<a href=\"x\">'&'</a>", "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;"),
        ("&amp;", "&amp;amp;"),
        ("ø 日 🦀", "ø 日 🦀"),
        ("a\0b\nc\u{85}d", "a\u{fffd}b\u{fffd}c\u{fffd}d"),
    ];
    for (text, escaped) in cases {
        assert_eq!(Text(text).to_string(), escaped);
    }
}

#[test]
fn moments() {
    const NOON: u64 = 1_893_499_200; // 2030-01-01T12:00:00Z
    let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    let moment = |time, now| Moment { time: at(time), now: at(now) }.to_string();
    let noon = "<time datetime=\"2030-01-01T12:00:00Z\">2030-01-01 12:00 UTC</time>";
    for (now, away) in [
        (NOON - 7200, "in 120 minutes"),
        (NOON - 120, "in 2 minutes"),
        (NOON - 119, "in one minute"),
        (NOON - 60, "in one minute"),
        (NOON - 59, "in less than a minute"),
        (NOON, "in less than a minute"),
        (NOON + 1, "just now"),
        (NOON + 59, "just now"),
        (NOON + 60, "one minute ago"),
        (NOON + 3599, "59 minutes ago"),
    ] {
        assert_eq!(moment(NOON, now), format!("{noon}, {away}"));
    }
    // The last second that a token can name.
    let last = "<time datetime=\"9999-12-31T23:59:59Z\">9999-12-31 23:59 UTC</time>, just now";
    assert_eq!(moment(253_402_300_799, 253_402_300_800), last);
}

#[tokio::test]
async fn hostile_names() {
    for hostile in HOSTILE {
        let arm = Other::new(move |target| {
            let page = match target {
                "/subscriptions?api-version=2022-12-01" => {
                    json!({"value": [{"subscriptionId": hostile, "displayName": hostile}]})
                }
                _ => json!({"value": [{"name": hostile, "location": hostile}]}),
            };
            page.to_string().into_response()
        })
        .await;
        let site = Site::of(&arm.origin).await;
        let now = SystemTime::now();
        let open = ISSUER.access_token(ARM, now).scope("user_impersonation").scope(hostile);
        let closed = ISSUER.access_token(hostile, now).scope(hostile);
        let user = TestPrincipal::of(IdentityProvider::ENTRA).name(hostile).role(hostile);
        for token in [open, closed] {
            let session = TestSession::new(user.clone()).access_token(token.sign());
            let answer = site.html(session.headers()).await;
            check_page(&answer);
            answer.assert_has_not(&[hostile]);
            // It is there, as text.
            answer.assert_has(&[&format!("<bdi>{}</bdi>", Text(hostile))]);
        }
    }
}

/// The settings of the site choose the name of a provider.
#[tokio::test]
async fn hostile_provider() {
    let (site, _) = Site::new().await;
    let provider = IdentityProvider::new("<script>");
    let session = TestSession::new(TestPrincipal::of(provider).name("sample"));
    let answer = site.html(session.headers()).await;
    check_page(&answer);
    answer.assert_has(&["&lt;script&gt;"]);
}

#[tokio::test]
async fn every_page() {
    let (site, _) = Site::new().await;
    let now = SystemTime::now();
    let failing = Other::new(|_| http::StatusCode::INTERNAL_SERVER_ERROR.into_response()).await;
    let failing = Site::of(&failing.origin).await;
    let expired = TestSession::new(user()).access_token(arm_token(now - hours(3)));
    let visitor = TestPrincipal::static_web_apps(IdentityProvider::GITHUB).name("sample");
    let pages = [
        site.html(arm_session().headers()).await,
        site.html(graph_session().headers()).await,
        site.html(expired.headers()).await,
        site.html(TestSession::new(user()).headers()).await,
        site.html(TestSession::new(visitor).headers()).await,
        failing.html(arm_session().headers()).await,
    ];
    for page in pages {
        check_page(&page);
    }
}

/// What is true of every page.
#[track_caller]
fn check_page(answer: &Answer) {
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let page = &answer.body;
    answer.assert_has(&[
        "<!DOCTYPE html>\n<html lang=\"en\">",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
        "<meta charset=\"utf-8\">",
        "<nav aria-label=\"Session\"><a href=\"/.auth/logout\">Sign out</a></nav>",
        "</main>\n</body>\n</html>\n",
    ]);
    let count = |text: &str| page.matches(text).count();
    for once in ["<title>", "<h1>", "<main>", "<header>", "<style>"] {
        assert_eq!(count(once), 1, "{once} in {page}");
    }
    assert_eq!(count("<table>"), count("<caption>"));
    assert_eq!(count("<th "), count("<th scope="));
    // Every tag is closed, and is one of these.
    for name in tags(page) {
        let is_void = ["meta", "!DOCTYPE"].contains(&name);
        assert!(is_void || count(&format!("</{name}>")) == opened(page, name), "{name} in {page}");
        assert!(TAGS.contains(&name), "{name} in {page}");
    }
    answer.assert_has_not(&["<script", "<img", " style="]);

    let (_, rest) = page.split_once("<style>").unwrap();
    let (style, _) = rest.split_once("</style>").unwrap();
    let style = BASE64_STANDARD.encode(digest(&SHA256, style.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    assert_eq!(answer.header("content-security-policy"), Some(policy.as_str()));

    // All links are to this site.
    for link in page.split("href=\"").skip(1) {
        assert!(link.starts_with("/.auth/") || link.starts_with(PATH), "{link}");
    }
}

const TAGS: [&str; 32] = [
    "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "header", "nav", "main",
    "section", "h1", "h2", "p", "a", "ul", "ol", "li", "dl", "dt", "dd", "table", "caption",
    "thead", "tbody", "tr", "th", "td", "pre", "code", "bdi", "time",
];

/// The names of all opening tags.
fn tags(page: &str) -> impl Iterator<Item = &str> {
    page.split('<')
        .skip(1)
        .filter(|tag| !tag.starts_with('/'))
        .map(|tag| tag.split([' ', '>']).next().unwrap())
}

fn opened(page: &str, name: &str) -> usize {
    tags(page).filter(|own| *own == name).count()
}

/// WCAG 2.2, success criteria 1.4.3 and 1.4.11: text 4.5 to 1, everything else 3 to 1, by light and by dark.
#[test]
fn contrast() {
    let style = include_str!("../html/style.css");
    let schemes: Vec<&str> = style.split(":root {").skip(1).collect();
    assert_eq!(schemes.len(), 2);
    for scheme in schemes {
        let colour = |name: &str| {
            let (_, rest) = scheme.split_once(&format!("--{name}: #")).unwrap();
            luminance(&rest[..6])
        };
        for back in ["back", "soft"].map(colour) {
            for text in ["text", "quiet", "link"].map(colour) {
                assert!(ratio(text, back) >= 4.5, "{}", ratio(text, back));
            }
            assert!(ratio(colour("line"), back) >= 3.0, "{}", ratio(colour("line"), back));
        }
    }
}

fn luminance(colour: &str) -> f64 {
    let part = |at: usize| {
        let part = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}

fn ratio(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}
