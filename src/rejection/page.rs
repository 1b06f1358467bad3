//! The page for a browser whose sign-in did not complete.

use std::fmt;

/// No scripts, no external styles, no framing.
pub(super) const POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page: what is missing, and a link to sign in again.
pub(super) fn sign_in_incomplete(missing: &str, link: &str) -> String {
    format!(
        "<!doctype html>\n\
         <html lang=\"en\">\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Sign-in did not complete</title>\n\
         <h1>Sign-in did not complete</h1>\n\
         <p>This service does not know who you are, although your browser was already sent to sign \
         in.</p>\n\
         <p>What is missing: {}.</p>\n\
         <p><a href=\"{}\">Sign in again</a></p>\n\
         <p>If you see this page again, tell the operator of this service. Its log has the cause.</p>\n\
         </html>\n",
        Html(missing),
        Html(link),
    )
}

/// Text between tags or in a quoted attribute.
struct Html<'a>(&'a str);

impl fmt::Display for Html<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                _ => write!(f, "{character}")?,
            }
        }
        Ok(())
    }
}
