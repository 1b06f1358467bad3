//! The responses for programs: a document, or a problem (RFC 9457).

use serde_json::{Map, Value, json};

use super::{
    advice::{self, Step},
    arm::ArmError,
    visit::{Closed, Outcome, Visit},
};

/// Returns the media type and the body.
pub(crate) fn document(visit: &Visit) -> (&'static str, String) {
    match &visit.outcome {
        Outcome::Listed(subscriptions) => {
            ("application/json", json!({"subscriptions": subscriptions}).to_string())
        }
        Outcome::Closed(closed) => ("application/problem+json", closed_problem(visit, closed)),
        Outcome::Failed(error) => ("application/problem+json", failed_problem(visit, error)),
    }
}

/// The diagnosis with its reasons, fixes and `loginParameters`, and the steps in whole sentences.
fn closed_problem(visit: &Visit, closed: &Closed) -> String {
    let detail = closed.diagnosis.summary().to_string();
    let mut problem = problem(visit, closed.cause.code(), &detail);
    if let Ok(Value::Object(diagnosis)) = serde_json::to_value(&closed.diagnosis) {
        problem.extend(diagnosis);
    }
    let steps: Vec<String> = closed.steps.iter().map(Step::to_string).collect();
    problem.insert("steps".to_owned(), json!(steps));
    let has = |wanted: &[Step]| closed.steps.iter().any(|step| wanted.contains(step));
    let signs_in =
        [Step::SignInAgain, Step::SignInWithEntra, Step::SignInWithWorkAccount, Step::Refresh];
    if has(&signs_in) {
        problem.insert("signIn".to_owned(), json!(advice::sign_in()));
    }
    if has(&[Step::Refresh]) {
        problem.insert("refresh".to_owned(), json!(advice::refresh()));
    }
    let user = &visit.user;
    let roles: Vec<&str> = user.roles().collect();
    let user = json!({"name": user.name(), "provider": user.provider().as_str(), "roles": roles});
    problem.insert("user".to_owned(), user);
    Value::Object(problem).to_string()
}

fn failed_problem(visit: &Visit, error: &ArmError) -> String {
    Value::Object(problem(visit, error.code(), &error.to_string())).to_string()
}

/// The members of every problem, the same as in the crate's rejections.
fn problem(visit: &Visit, code: &str, detail: &str) -> Map<String, Value> {
    let status = visit.status();
    let members = [
        ("type", json!("about:blank")),
        ("title", json!(status.canonical_reason().unwrap_or_default())),
        ("status", json!(status.as_u16())),
        ("code", json!(code)),
        ("detail", json!(detail)),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
