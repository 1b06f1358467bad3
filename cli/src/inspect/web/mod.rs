//! The report as a page of `easyauth serve`.

mod apis;
mod claims;
mod times;

use std::time::SystemTime;

use easyauth::{Diagnosis, access::Fix, error_codes::ErrorExplanation};

pub(super) use apis::Details;

use super::{
    Wanted, examine,
    recognize::{Content, Input},
    report::{Account, Kind, Principal, Report, Token, TokenClaims},
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
    Ok(html![(note)(answer)])
}

fn accounts(report: &Report) -> Html {
    if report.accounts.is_empty() {
        return html!["<p>No user is signed in.</p>\n"];
    }
    let accounts: Vec<Html> = report
        .accounts
        .iter()
        .enumerate()
        .map(|(index, account)| of_account(report, account, index))
        .collect();
    html![(accounts)]
}

fn of_account(report: &Report, account: &Account, index: usize) -> Html {
    let verdict = account.diagnosis.as_ref().map(|diagnosis| verdict(report, diagnosis));
    let who = match &account.principal {
        Some(principal) => who(principal),
        None if matches!(report.input, "token" | "tokens") => Html::default(),
        None => html![
            "<p>No principal: the request is anonymous, or X-MS-CLIENT-PRINCIPAL is missing \
             here.</p>\n"
        ],
    };
    let tokens: Vec<Html> = account
        .tokens
        .iter()
        .enumerate()
        .map(|(number, token)| of_token(report, account, token, &format!("token-{index}-{number}")))
        .collect();
    let none = account.tokens.is_empty().then(|| html!["<p>No tokens.</p>\n"]);
    html![(verdict)(who)(none)(tokens)]
}

fn verdict(report: &Report, diagnosis: &Diagnosis) -> Html {
    let (class, word) = apis::outcome(diagnosis);
    let (optional, steps): (Vec<&Fix>, Vec<&Fix>) =
        diagnosis.fixes().iter().partition(|step| step.is_optional());
    let list = |title: &str, steps: &[&Fix]| {
        let steps: Vec<Html> = steps.iter().map(|fix| step(fix)).collect();
        (!steps.is_empty()).then(|| html!["<h3>" (title) "</h3>\n<ol>\n" (steps) "</ol>\n"])
    };
    let notes: Vec<Html> = diagnosis
        .notes()
        .iter()
        .map(|note| html!["<p>Note: " (note.to_string()) ".</p>\n"])
        .collect();
    html![
        "<section aria-labelledby=\"verdict\">\n<h2 id=\"verdict\">Does it open "
        (report.api.as_deref().unwrap_or("the API"))
        "?</h2>\n<div class=\"answer " (class) "\"><strong>" (word) "</strong>\n<p>"
        (sentence(&diagnosis.summary().to_string())) "</p>\n" (notes) "</div>\n"
        (list("To fix it, in this order", &steps))
        (list("For next time", &optional))
        "</section>\n"
    ]
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

fn who(principal: &Principal) -> Html {
    let provider = if principal.provider.is_empty() { "unknown" } else { &principal.provider };
    let format = match principal.format {
        "app-service" => "App Service",
        "static-web-apps" => "Static Web Apps",
        _ => "without X-MS-CLIENT-PRINCIPAL, which has the claims",
    };
    let is_object_id = principal.id == principal.object_id;
    let id = if is_object_id { "ID and object ID" } else { "ID" };
    let rows: Vec<Html> = [
        ("Provider", Some(format!("{provider} ({format})"))),
        ("Name", principal.name.clone()),
        (id, principal.id.clone()),
        ("Object ID", principal.object_id.clone().filter(|_| !is_object_id)),
        ("Tenant", principal.tenant_id.clone()),
        ("Roles", Some(list(&principal.roles))),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some(row(label, &value?)))
    .collect();
    html![
        "<section>\n<h2>Who is calling</h2>\n<dl>\n" (rows) "</dl>\n"
        (claims::of_principal(&principal.claims)) "</section>\n"
    ]
}

fn of_token(report: &Report, account: &Account, token: &Token, id: &str) -> Html {
    let kind = match token.kind {
        Kind::Access => "Access token",
        Kind::Id => "ID token",
        Kind::Refresh => "Refresh token",
        Kind::AccessSecret => "Access token secret",
        Kind::Authentication => "Authentication token",
    };
    let origin = if token.from_client { ", sent by the client in Authorization" } else { "" };
    let error = token.error.as_ref().map(|error| html!["<p>Not readable: " (error) ".</p>\n"]);
    let is_access = token.kind == Kind::Access;
    let renewal = account.renewal.as_ref().filter(|_| is_access && !token.from_client);
    let renewal = renewal.map(|advice| html!["<p>To renew it: " (advice.message) ".</p>\n"]);
    let claims = token.claims.as_ref().map(|claims| {
        html![(notes(token.kind, claims))(times::line(claims, &report.now, id))(
            is_access.then(|| apis::table(&token.details.apis))
        )(is_access.then(|| permissions(claims)))]
    });
    html![
        "<section aria-labelledby=\"" (id) "\">\n<h2 id=\"" (id) "\">" (kind) "</h2>\n<p>"
        (token.length.to_string()) " bytes" (origin) "</p>\n" (error) (renewal) (claims)
        (token.details.decoded.as_ref().map(|token| claims::of_token(token, is_access))) "</section>\n"
    ]
}

fn notes(kind: Kind, claims: &TokenClaims) -> Html {
    let mut notes = Vec::new();
    if claims.is_protected {
        notes.push("Protected: only its API can verify it.");
    }
    if kind == Kind::Id || claims.is_id_token {
        notes.push("An ID token identifies the user and opens no API.");
    }
    if claims.is_bound_to_key {
        notes.push("Bound to a key of its client: not usable as a bearer token.");
    }
    let notes: Vec<Html> = notes.into_iter().map(|note| html!["<p>" (note) "</p>\n"]).collect();
    html![(notes)]
}

fn permissions(claims: &TokenClaims) -> Html {
    let client = claims.client_id.as_ref().map(|client| format!(", by client {client}"));
    let caller = format!("{}{}", claims.caller, client.unwrap_or_default());
    html![
        "<dl>\n" (row("Scopes", &list(&claims.scopes))) (row("Roles", &list(&claims.roles)))
        (row("Caller", &caller)) "</dl>\n"
    ]
}

fn error_codes(explanation: &ErrorExplanation) -> Html {
    let known = explanation.known().iter().map(|error| {
        html![
            "<section>\n<h2>" (error.name()) "</h2>\n<dl>\n" (row("Meaning", error.meaning()))
            (row("Who can fix it", &error.responsible().to_string())) (row("Fix", error.fix()))
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
    let mut letters = clause.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}

fn row(label: &str, value: &str) -> Html {
    html!["<dt>" (label) "</dt><dd>" (value) "</dd>\n"]
}

fn list(items: &[String]) -> String {
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}
