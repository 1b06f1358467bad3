//! Agent identities: two requests, the first of which is for all users.

use easyauth::exchange::{OnBehalfOf, OnBehalfOfErrorKind};

use crate::support::*;

fn agent() -> OnBehalfOf {
    on_behalf_of().for_agent(AGENT)
}

/// "Agent OAuth flows: On behalf of flow", steps 3 and 4.
#[test]
fn the_requests_are_those_of_the_documentation() {
    let (on_behalf_of, endpoint) = (agent(), Endpoint::new());
    let token = run(on_behalf_of.token(&bearer("ann"), READ, &endpoint, at(NOW))).unwrap();
    assert_eq!(parts(&token).0, "ann");
    let requests = endpoint.requests();
    let expected = [
        vec![
            ("client_id", CLIENT),
            ("client_secret", "CANARY-secret"),
            ("fmi_path", AGENT),
            ("grant_type", "client_credentials"),
            ("scope", "api://AzureADTokenExchange/.default"),
        ],
        vec![
            ("assertion", bearer("ann").expose_secret()),
            ("client_assertion", "app~api---AzureADTokenExchange-.default~1"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_id", AGENT),
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("requested_token_use", "on_behalf_of"),
            ("scope", READ),
        ],
    ]
    .map(|fields| fields.into_iter().map(|(key, value)| (key.into(), value.into())).collect());
    assert_eq!(requests, expected);
}

#[test]
fn the_token_of_the_agent_serves_all_users() {
    let (on_behalf_of, endpoint) = (agent(), Endpoint::new());
    for user in ["ann", "bob", "ann"] {
        run(on_behalf_of.token(&bearer(user), READ, &endpoint, at(NOW))).unwrap();
    }
    assert_eq!(endpoint.count(), 3);
    // Both kinds of token are refreshed in time.
    run(on_behalf_of.token(&bearer("ann"), READ, &endpoint, at(NOW + 3_300))).unwrap();
    assert_eq!(endpoint.count(), 5);
}

#[test]
fn users_at_the_same_time_share_the_token_of_the_agent() {
    let (on_behalf_of, endpoint) = (agent(), Endpoint::new());
    endpoint.set(Mode::Hangs);
    let mut tasks: Vec<_> = ["ann", "bob"]
        .iter()
        .map(|user| ask(&on_behalf_of, user, READ, &endpoint, at(NOW)))
        .collect();
    for _ in 0..3 {
        assert!(tasks.iter_mut().all(|task| task.step().is_none()));
    }
    assert_eq!(endpoint.count(), 1);
    // The one that began it hangs up.
    drop(tasks.remove(0));
    endpoint.set(Mode::Answers);
    let token = (0..5).find_map(|_| tasks[0].step()).expect("a token").unwrap();
    assert_eq!((parts(&token).0.as_str(), endpoint.count()), ("bob", 2));
}

#[test]
fn the_blocking_twin() {
    let (on_behalf_of, endpoint) = (agent(), Endpoint::new());
    let token = on_behalf_of.token_blocking(&bearer("ann"), READ, &endpoint, at(NOW)).unwrap();
    assert_eq!((parts(&token).0.as_str(), endpoint.count()), ("ann", 2));
}

#[test]
fn tokens_of_users_are_for_the_blueprint() {
    let endpoint = Endpoint::new();
    let token =
        |audience: &str| jwt(&format!(r#"{{"aud":"{audience}","oid":"ann","scp":"access"}}"#));
    for audience in [CLIENT.to_owned(), format!("api://{CLIENT}")] {
        run(agent().token(&token(&audience), READ, &endpoint, at(NOW))).unwrap();
    }
    let error = run(agent().token(&token("api://other"), READ, &endpoint, at(NOW))).unwrap_err();
    assert_eq!(error.kind(), OnBehalfOfErrorKind::InvalidRequest);
}

#[test]
fn errors_of_the_first_request_are_not_the_users() {
    let body = r#"{"error":"invalid_grant","error_codes":[65001],"claims":"{\"a\":1}"}"#;
    let error = run(agent().token(&bearer("ann"), READ, &Endpoint::with(400, body), at(NOW)));
    assert_eq!(error.unwrap_err().kind(), OnBehalfOfErrorKind::Rejected);
    let wrong = on_behalf_of().for_agent("my-agent");
    let error = run(wrong.token(&bearer("ann"), READ, &Endpoint::new(), at(NOW))).unwrap_err();
    let message = "the token cannot be exchanged: expected a GUID as the ID of the agent identity, found \"my-agent\"";
    assert_eq!(chain(&error), message);
}
