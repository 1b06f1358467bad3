//! The APIs that a token opens.

use std::time::SystemTime;

use easyauth::{
    AccessToken, Diagnosis, Requirement, UnverifiedToken,
    access::Outcome,
    resource::{ALL, Resource},
};

use crate::{
    html::{Html, html},
    inspect::report::Kind,
};

/// What only the page shows of a token.
pub(in crate::inspect) struct Details {
    pub(super) decoded: Option<UnverifiedToken>,
    pub(super) apis: Vec<Answer>,
}

/// Whether a token opens one API.
pub(super) struct Answer {
    name: String,
    /// The identifier, if the name is another.
    identifier: Option<String>,
    diagnosis: Diagnosis,
}

impl Details {
    pub(in crate::inspect) fn of(kind: Kind, secret: &str, now: SystemTime) -> Self {
        let decoded = matches!(kind, Kind::Access | Kind::Id)
            .then(|| UnverifiedToken::decode(secret).ok())
            .flatten();
        let apis = match &decoded {
            Some(token) if kind == Kind::Access => answers(token, &AccessToken::new(secret), now),
            _ => Vec::new(),
        };
        Self { decoded, apis }
    }
}

/// The most audiences that are shown. Entra writes one.
const MAX_AUDIENCES: usize = 20;

/// The known APIs that the token names, and its other audiences.
fn answers(token: &UnverifiedToken, secret: &AccessToken, now: SystemTime) -> Vec<Answer> {
    let audiences = || token.audiences().take(MAX_AUDIENCES);
    let named: Vec<Resource> = audiences().filter_map(Resource::of_audience).collect();
    let known = ALL.iter().filter_map(|api| {
        // In the cloud that the token names.
        let api = named.iter().find(|own| own.name() == api.name()).unwrap_or(api);
        token.has_audience(*api).then(|| Answer {
            name: api.to_string(),
            identifier: api.audience_uris().first().map(|uri| (*uri).to_owned()),
            diagnosis: secret.diagnose(api.default_scope(), now),
        })
    });
    let others = audiences().filter(|own| Resource::of_audience(own).is_none());
    let others = others.map(|own| Answer {
        name: own.to_owned(),
        identifier: None,
        diagnosis: secret.diagnose(Requirement::audience(own), now),
    });
    known.chain(others).collect()
}

/// A style and a word for an outcome.
pub(super) fn outcome(diagnosis: &Diagnosis) -> (&'static str, &'static str) {
    match diagnosis.outcome() {
        Outcome::Opens => ("good", "Yes"),
        Outcome::DoesNotOpen => ("bad", "No"),
        _ => ("open", "Cannot tell"),
    }
}

/// A table of the answers, and the names of all other APIs.
pub(super) fn table(answers: &[Answer]) -> Html {
    let rows = answers.iter().map(|answer| {
        let (class, word) = outcome(&answer.diagnosis);
        let why = (!answer.diagnosis.opens()).then(
            || html!["<p>" (super::sentence(&answer.diagnosis.summary().to_string())) "</p>"],
        );
        html![
            "<tr><th scope=\"row\">" (answer.name)
            (answer.identifier.as_ref().map(|own| html!["<small>" (own) "</small>"]))
            "</th><td class=\"" (class) "\"><strong>" (word) "</strong>" (why) "</td></tr>\n"
        ]
    });
    let rows: Vec<Html> = rows.collect();
    let mut others: Vec<&str> = ALL
        .iter()
        .map(Resource::name)
        .filter(|name| answers.iter().all(|answer| !answer.name.starts_with(name)))
        .collect();
    others.sort_unstable();
    html![
        "<table>\n<caption>APIs that the token is for</caption>\n<thead><tr>\
         <th scope=\"col\">API</th><th scope=\"col\">Does the token open it?</th></tr></thead>\n<tbody>\n"
        (rows) "</tbody>\n</table>\n<details>\n<summary>It does not open "
        (others.len().to_string()) " other APIs</summary>\n<p>" (others.join(", "))
        ". To see the reason and the fix, read the input again and enter the API.</p>\n</details>\n"
    ]
}
