//! The response for browsers: a page without scripts. Its policy allows only its own style.

pub(crate) mod moment;
mod page;

use std::{fmt, sync::LazyLock};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::HeaderValue;

pub(crate) use page::page;

const STYLE: &str = include_str!("style.css");

/// Text from outside, between tags or in a quoted attribute. Characters that could end either are written as
/// references (HTML Standard, "Restrictions on the contents of" text and attributes).
pub(crate) struct Text<T>(pub(crate) T);

impl<T: fmt::Display> fmt::Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.to_string().chars() {
            match character {
                '&' => f.write_str("&amp;"),
                '<' => f.write_str("&lt;"),
                '>' => f.write_str("&gt;"),
                '"' => f.write_str("&quot;"),
                '\'' => f.write_str("&#39;"),
                // Control characters are invisible, and could hide something.
                _ if character.is_control() => f.write_str("\u{fffd}"),
                _ => write!(f, "{character}"),
            }?;
        }
        Ok(())
    }
}

/// A name from outside. Its writing direction does not affect the text around it.
struct Name<'a>(&'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<bdi>{}</bdi>", Text(self.0))
    }
}

/// Names in a row.
struct Names<'a>(Vec<&'a str>);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            write!(f, "{}{}", if index == 0 { "" } else { ", " }, Name(name))?;
        }
        if self.0.is_empty() { f.write_str("none") } else { Ok(()) }
    }
}

/// What a page may load: nothing, and its own style by its digest (W3C "Content Security Policy Level 3").
pub(crate) fn policy() -> HeaderValue {
    static POLICY: LazyLock<Option<HeaderValue>> = LazyLock::new(|| {
        let digest = BASE64_STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; \
             frame-ancestors 'none'"
        );
        HeaderValue::try_from(policy).ok()
    });
    POLICY.clone().unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// The page around its contents.
fn frame(title: &str, navigation: &str, main: &impl fmt::Display) -> String {
    let title = Text(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} - Resource groups</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<p>Resource groups</p>\n<nav aria-label=\"Session\">{navigation}</nav>\n</header>\n\
         <main>\n<h1>{title}</h1>\n{main}</main>\n</body>\n</html>\n"
    )
}
