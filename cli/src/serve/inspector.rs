//! The page that reads what a user pastes: `easyauth inspect` for a browser.

use std::time::SystemTime;

use http::{
    HeaderMap, Method, Response, StatusCode,
    header::{CONTENT_TYPE, HOST, ORIGIN},
    request::Parts,
};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;

use super::{
    headers::is_fetched_from,
    pages::{self, Body},
};
use crate::{
    api::{self, Api},
    html::{Html, html},
    inspect::{MAX_INPUT_LEN, web},
    query,
};

/// The longest form, in bytes. Each byte of the input can take three.
const MAX_FORM_LEN: usize = MAX_INPUT_LEN.saturating_mul(3);

/// The longest API or list of scopes that the page shows again, in bytes.
const MAX_NAME_LEN: usize = 120;

/// What the form asks.
#[derive(Default)]
struct Question {
    api: String,
    scopes: String,
}

impl Question {
    /// Drops everything except names: a token that was pasted into the wrong field must not be shown.
    fn forget_other_text(&mut self) {
        if self.api.len() > MAX_NAME_LEN || Api::parse(&self.api).is_err() {
            self.api.clear();
        }
        let mut scopes = self.scopes.split_ascii_whitespace();
        if self.scopes.len() > MAX_NAME_LEN || !scopes.all(|own| api::bare_scope(own).is_ok()) {
            self.scopes.clear();
        }
    }
}

/// Answers a request for the page.
pub(super) async fn answer(parts: &Parts, body: Incoming, now: SystemTime) -> Response<Body> {
    match parts.method {
        Method::GET | Method::HEAD => pages::html(
            "Inspect",
            html!["<h1>Inspect a request or a token</h1>\n"(form(&Question::default(), None))],
        ),
        Method::POST if !is_own_form(&parts.headers) => {
            pages::text(StatusCode::FORBIDDEN, "the form of this page sends the input")
        }
        Method::POST => {
            let Ok(form) = Limited::new(body, MAX_FORM_LEN).collect().await else {
                let line = format!("the input is incomplete, or longer than {MAX_INPUT_LEN} bytes");
                return pages::text(StatusCode::PAYLOAD_TOO_LARGE, &line);
            };
            // Reading a long input would hold up other requests.
            let read = tokio::task::spawn_blocking(move || of_form(&form.to_bytes(), now));
            read.await.unwrap_or_else(|_| {
                pages::text(StatusCode::INTERNAL_SERVER_ERROR, "the input could not be read")
            })
        }
        _ => pages::text(StatusCode::METHOD_NOT_ALLOWED, "expected GET or POST"),
    }
}

/// Returns `true` for a form of this page. A page of another site can send the same form, but browsers
/// add where it comes from (WHATWG Fetch: `Origin`; W3C Fetch Metadata: `Sec-Fetch-Site`).
fn is_own_form(headers: &HeaderMap) -> bool {
    let is_form = headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let own = headers.get(HOST).and_then(|host| host.to_str().ok());
    let mut origins = headers.get_all(ORIGIN).iter();
    let is_same = match (own, origins.next()) {
        (Some(host), Some(origin)) => origin.as_bytes() == format!("http://{host}").as_bytes(),
        _ => false,
    };
    is_form && is_same && origins.next().is_none() && is_fetched_from(headers, &["same-origin"])
}

fn of_form(form: &[u8], now: SystemTime) -> Response<Body> {
    // A form is ASCII.
    let form = String::from_utf8_lossy(form);
    let value = |name| query::value(Some(&form), name).unwrap_or_default();
    let mut question =
        Question { api: value("for").trim().to_owned(), scopes: value("scope").trim().to_owned() };
    let answer = read(&value("input"), &question, now);
    question.forget_other_text();
    match answer {
        Ok(answer) => pages::html(
            "Result",
            html![
                "<h1>What it says</h1>\n" (answer)
                "<section aria-labelledby=\"again\">\n<h2 id=\"again\">Read something else</h2>\n"
                (self::form(&question, None)) "</section>\n"
            ],
        ),
        Err(problem) => pages::html(
            "Error",
            html!["<h1>Inspect a request or a token</h1>\n"(self::form(&question, Some(&problem)))],
        ),
    }
}

/// The invalid field of the form, and why it is invalid.
struct Problem {
    field: &'static str,
    message: String,
}

fn read(input: &str, question: &Question, now: SystemTime) -> Result<Html, Problem> {
    let wrong = |field| move |message| Problem { field, message };
    let api = match question.api.as_str() {
        "" => None,
        api => Some(Api::parse(api).map_err(wrong("for"))?),
    };
    let scopes = question.scopes.split_ascii_whitespace().map(api::bare_scope);
    let scopes: Vec<String> = scopes.collect::<Result<_, _>>().map_err(wrong("scope"))?;
    if api.is_none() && !scopes.is_empty() {
        return Err(wrong("for")("expected the API of the scopes".to_owned()));
    }
    if input.len() > MAX_INPUT_LEN {
        return Err(wrong("input")(format!("the input is longer than {MAX_INPUT_LEN} bytes")));
    }
    web::answer(input.as_bytes(), api.as_ref(), &scopes, now)
        .map_err(|failure| wrong("input")(failure.message))
}

/// The form. It keeps the names that were entered, but never the input, because that has tokens.
fn form(question: &Question, problem: Option<&Problem>) -> Html {
    let alert = problem.map(|problem| {
        html![
            "<div class=\"answer bad\" role=\"alert\" id=\"problem\"><strong>Not readable</strong>\n<p>"
            (problem.message) "</p></div>\n"
        ]
    });
    let of = |field: &str| problem.is_some_and(|problem| problem.field == field);
    let invalid = |field: &str| of(field).then(|| html![" aria-invalid=\"true\" autofocus"]);
    let described = |field: &str| of(field).then(|| html![" problem"]);
    let names: Vec<Html> =
        api::names().iter().map(|(name, _)| html!["<option value=\"" (name) "\">"]).collect();
    html![
        (alert)
        "<form method=\"post\">\n\
         <label for=\"input\">What you copied</label>\n\
         <p class=\"hint\" id=\"input-hint\">Request headers in any layout, an answer of /.auth/me or of \
         a token endpoint, a token, or an error message. Tokens are decoded, not verified, and never \
         shown.</p>\n\
         <textarea id=\"input\" name=\"input\" rows=\"10\" required spellcheck=\"false\" \
         autocomplete=\"off\" autocapitalize=\"off\" aria-describedby=\"input-hint" (described("input"))
        "\"" (invalid("input")) "></textarea>\n\
         <div class=\"pair\">\n<div>\n<label for=\"for\">API to open (optional)</label>\n\
         <p class=\"hint\" id=\"for-hint\">A name such as arm or graph, a URI, or a client ID</p>\n\
         <input id=\"for\" name=\"for\" list=\"apis\" autocomplete=\"off\" autocapitalize=\"off\" \
         spellcheck=\"false\" aria-describedby=\"for-hint" (described("for")) "\"" (invalid("for"))
        " value=\"" (question.api) "\">\n<datalist id=\"apis\">" (names) "</datalist>\n</div>\n<div>\n\
         <label for=\"scope\">Scopes (optional)</label>\n\
         <p class=\"hint\" id=\"scope-hint\">Bare names, such as User.Read</p>\n\
         <input id=\"scope\" name=\"scope\" autocomplete=\"off\" autocapitalize=\"off\" \
         spellcheck=\"false\" aria-describedby=\"scope-hint" (described("scope")) "\""
        (invalid("scope")) " value=\"" (question.scopes) "\">\n</div>\n</div>\n\
         <button>Read it</button>\n</form>\n"
    ]
}
