//! The report as a page of `easyauth serve`.

mod apis;
mod claims;
mod times;

use std::time::SystemTime;

use easyauth::{
    Diagnosis,
    access::{Fix, Note},
    error_codes::ErrorExplanation,
};

pub(super) use apis::Details;

use super::{
    Wanted, examine,
    recognize::{Content, Input},
    report::{Account, Kind, Principal, Report, Token, TokenClaims, list},
};
use crate::{
    Failure,
    api::Api,
    html::{Html, html},
};

/// Says what an input contains, and whether it opens the API.
pub(crate) fn answer(
    input: &[u8],
    api: Option<&Api>,
    scopes: &[String],
    now: SystemTime,
) -> Result<Html, Failure> {
    let wanted = api.map(|api| Wanted { api, scopes });
    let Input { content, note } = Input::recognize(input)?;
    let report = examine(&content, wanted.as_ref(), now)?;
    let note = note.map(|note| html!["<p><strong>Note:</strong> " (note) "</p>\n"]);
    let answer = match &content {
        Content::Error(explanation) => error_codes(explanation),
        _ => accounts(&report),
    };
    Ok(html![(note)(answer)].masked())
}

fn accounts(report: &Report) -> Html {
    if report.accounts.is_empty() {
        return html!["<p>No user is signed in.</p>\n"];
    }
    let is_only = report.accounts.len() == 1;
    let accounts = (1_usize..).zip(&report.accounts).map(|(number, account)| {
        let suffix = if is_only { String::new() } else { format!(" (session {number})") };
        View { report, account, number, suffix }.page()
    });
    html![(accounts.collect::<Vec<_>>())]
}

/// One account of a report.
struct View<'a> {
    report: &'a Report,
    account: &'a Account,
    number: usize,
    /// Makes headings different if there are several accounts.
    suffix: String,
}

impl View<'_> {
    fn page(&self) -> Html {
        let verdict = self.account.diagnosis.as_ref().map(|diagnosis| self.verdict(diagnosis));
        let who = match &self.account.principal {
            Some(principal) => self.who(principal),
            None if matches!(self.report.input, "token" | "tokens") => Html::default(),
            None => html![
                "<p>No principal: the request is anonymous, or X-MS-CLIENT-PRINCIPAL is missing \
                 here.</p>\n"
            ],
        };
        let tokens = (1_usize..).zip(&self.account.tokens);
        let tokens: Vec<Html> = tokens.map(|(number, token)| self.token(token, number)).collect();
        let none = tokens.is_empty().then(|| html!["<p>No tokens.</p>\n"]);
        html![(verdict)(who)(none)(tokens)]
    }

    fn verdict(&self, diagnosis: &Diagnosis) -> Html {
        let id = format!("verdict-{}", self.number);
        let (class, word) = apis::outcome(diagnosis);
        let (optional, steps): (Vec<&Fix>, Vec<&Fix>) =
            diagnosis.fixes().iter().partition(|step| step.is_optional());
        let list = |title: &str, steps: &[&Fix]| {
            let steps: Vec<Html> = steps.iter().map(|fix| step(fix)).collect();
            (!steps.is_empty()).then(|| html!["<h3>" (title) "</h3>\n<ol>\n" (steps) "</ol>\n"])
        };
        let note = |note: &Note| html!["<p>Note: " (note.to_string()) ".</p>\n"];
        html![
            "<section aria-labelledby=\"" (id) "\">\n<h2 id=\"" (id) "\">Does it open "
            (self.report.api.as_deref().unwrap_or("the API")) "?" (self.suffix)
            "</h2>\n<div class=\"answer " (class) "\"><strong>" (word) "</strong>\n<p>"
            (sentence(&diagnosis.summary().to_string())) "</p>\n"
            (diagnosis.notes().iter().map(note).collect::<Vec<_>>()) "</div>\n"
            (list("To fix it, in this order", &steps)) (list("For next time", &optional))
            "</section>\n"
        ]
    }

    fn who(&self, principal: &Principal) -> Html {
        let provider = if principal.provider.is_empty() { "unknown" } else { &principal.provider };
        let is_object_id = principal.id == principal.object_id;
        let id = if is_object_id { "ID and object ID" } else { "ID" };
        let rows = [
            ("Provider", Some(format!("{provider} ({})", principal.format_name()))),
            ("Name", principal.name.clone()),
            (id, principal.id.clone()),
            ("Object ID", principal.object_id.clone().filter(|_| !is_object_id)),
            ("Tenant", principal.tenant_id.clone()),
            ("Roles", Some(list(&principal.roles))),
        ];
        let rows = rows.into_iter().filter_map(|(label, value)| Some(row(label, &value?)));
        html![
            "<section>\n<h2>Who is calling" (self.suffix) "</h2>\n<dl>\n"
            (rows.collect::<Vec<_>>()) "</dl>\n" (claims::of_principal(&principal.claims))
            "</section>\n"
        ]
    }

    fn token(&self, token: &Token, number: usize) -> Html {
        let id = format!("token-{}-{number}", self.number);
        let error = token.error.as_ref().map(|error| html!["<p>Not readable: " (error) ".</p>\n"]);
        let is_access = token.kind == Kind::Access;
        let renewal = self.account.renewal.as_ref().filter(|_| is_access && !token.from_client);
        let renewal = renewal.map(|advice| html!["<p>To renew it: " (advice.message) ".</p>\n"]);
        let claims = token.claims.as_ref().map(|claims| {
            let apis = is_access.then(|| apis::table(&token.details.apis));
            let permissions = is_access.then(|| permissions(claims));
            let line = times::line(claims, &self.report.now, &id);
            html![(line)(apis)(permissions)]
        });
        let notes = token.notes().into_iter().map(|note| html!["<p>" (sentence(note)) "</p>\n"]);
        let notes: Vec<Html> = notes.collect();
        let all = token.details.decoded.as_ref();
        let name = capitalized(token.kind.name());
        html![
            "<section aria-labelledby=\"" (id) "\">\n<h2 id=\"" (id) "\">" (name) (self.suffix)
            "</h2>\n<p>" (token.size()) "</p>\n" (error) (renewal) (notes)
            (claims) (all.map(|token| claims::of_token(token, is_access))) "</section>\n"
        ]
    }
}

/// A step. What to set stands alone, ready to be copied.
fn step(fix: &Fix) -> Html {
    match fix {
        Fix::SetLoginParameters(parameters) => {
            let array = serde_json::to_string(&parameters.to_wire()).unwrap_or_default();
            html![
                "<li>Set <code>identityProviders.azureActiveDirectory.login.loginParameters</code> \
                 in the site's authSettingsV2 to:\n<pre tabindex=\"0\">" (array) "</pre></li>\n"
            ]
        }
        fix => html!["<li>" (sentence(&fix.to_string())) "</li>\n"],
    }
}

fn permissions(claims: &TokenClaims) -> Html {
    html![
        "<dl>\n" (row("Scopes", &list(&claims.scopes))) (row("Roles", &list(&claims.roles)))
        (row("Caller", &claims.caller_and_client())) "</dl>\n"
    ]
}

fn error_codes(explanation: &ErrorExplanation) -> Html {
    let known = explanation.known().iter().map(|error| {
        html![
            "<section>\n<h2>" (error.name()) "</h2>\n<dl>\n" (row("Meaning", &sentence(error.meaning())))
            (row("Who can fix it", &sentence(&error.responsible().to_string()))) (row("Fix", &sentence(error.fix())))
            (row("Source", error.source())) "</dl>\n</section>\n"
        ]
    });
    let known: Vec<Html> = known.collect();
    let unknown = explanation.unknown().iter();
    let unknown: Vec<Html> = unknown
        .map(|number| {
            html!["<p>AADSTS" (number.to_string()) " is not in the table of this tool.</p>\n"]
        })
        .collect();
    let ids = [
        ("Correlation ID", explanation.correlation_id()),
        ("Trace ID", explanation.trace_id()),
        ("Time", explanation.timestamp()),
    ];
    let ids: Vec<Html> =
        ids.into_iter().filter_map(|(label, value)| Some(row(label, value?))).collect();
    let ids = (!ids.is_empty()).then(|| html!["<dl>\n" (ids) "</dl>\n"]);
    html![(known)(unknown)(ids)]
}

/// A clause of a message as a sentence.
fn sentence(clause: &str) -> String {
    capitalized(clause) + "."
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn row(label: &str, value: &str) -> Html {
    html!["<dt>" (label) "</dt><dd>" (value) "</dd>\n"]
}
