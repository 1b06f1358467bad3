//! The program of the design, as users write it.

use std::time::SystemTime;

use easyauth::{
    AccessToken,
    exchange::{
        ClientCredential, OnBehalfOf, TokenEndpoint, TokenRequest, TokenResponse, Transport,
    },
    resource::GRAPH,
};

use crate::support::{CLIENT, Endpoint, NOW, READ, TENANT, at, bearer, parts, run};

fn set_up(secret: String) -> Result<OnBehalfOf, Box<dyn std::error::Error>> {
    Ok(OnBehalfOf::new(TokenEndpoint::entra(TENANT)?, CLIENT, ClientCredential::secret(secret)))
}

async fn handle(
    on_behalf_of: &OnBehalfOf,
    bearer: AccessToken,
    http: &(impl Transport + Clone + Send + Sync + 'static),
    now: SystemTime,
    outgoing: &mut http::Request<()>,
) -> Result<(), Box<dyn std::error::Error>> {
    let token = on_behalf_of.token(&bearer, GRAPH.scope("User.Read"), http, now).await?;
    outgoing.headers_mut().insert(http::header::AUTHORIZATION, token.to_bearer()?);
    Ok(())
}

#[test]
fn the_program_runs() {
    let on_behalf_of = set_up("secret".to_owned()).unwrap();
    let endpoint = Endpoint::new();
    let mut outgoing = http::Request::new(());
    run(handle(&on_behalf_of, bearer("ann"), &endpoint, at(NOW), &mut outgoing)).unwrap();
    let value = &outgoing.headers()[http::header::AUTHORIZATION];
    assert!(value.is_sensitive());
    assert_eq!(value, "Bearer ann~https---graph.microsoft.com-User.Read~1");

    let request = &endpoint.requests()[0];
    let assertion = bearer("ann");
    let expected = [
        ("client_id", CLIENT),
        ("client_secret", "secret"),
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("assertion", assertion.expose_secret()),
        ("requested_token_use", "on_behalf_of"),
        ("scope", "https://graph.microsoft.com/User.Read"),
    ];
    for (name, value) in expected {
        assert_eq!(request[name], value, "{name}");
    }
    assert_eq!(request.len(), expected.len());
}

/// The future of a handler must be `Send` for most runtimes.
#[test]
fn handlers_are_send() {
    fn is_send<T: Send>(_: T) {}
    let (on_behalf_of, endpoint) = (set_up("s".to_owned()).unwrap(), Endpoint::new());
    let token = bearer("ann");
    is_send(on_behalf_of.token(&token, GRAPH.scope("User.Read"), &endpoint, at(NOW)));
    let mut outgoing = http::Request::new(());
    is_send(handle(&on_behalf_of, bearer("ann"), &endpoint, at(NOW), &mut outgoing));
}

#[test]
fn scopes_in_every_form() {
    let on_behalf_of = set_up("secret".to_owned()).unwrap();
    let endpoint = Endpoint::new();
    let (read, mail) = (GRAPH.scope("User.Read"), GRAPH.scope("Mail.Read"));
    let (now, ann) = (at(NOW), bearer("ann"));
    let numbers = run(async {
        let number = |token: easyauth::exchange::OnBehalfOfToken| parts(&token).2;
        let ask = &on_behalf_of;
        [
            number(ask.token(&ann, &read, &endpoint, now).await.unwrap()),
            number(ask.token(&ann, read.clone(), &endpoint, now).await.unwrap()),
            number(ask.token(&ann, read.as_str(), &endpoint, now).await.unwrap()),
            number(ask.token(&ann, read.as_str().to_owned(), &endpoint, now).await.unwrap()),
            number(ask.token(&ann, [&read], &endpoint, now).await.unwrap()),
            number(ask.token(&ann, vec![&read, &read], &endpoint, now).await.unwrap()),
            number(ask.token(&ann, [&read, &mail], &endpoint, now).await.unwrap()),
            number(ask.token(&ann, &[mail, read][..], &endpoint, now).await.unwrap()),
        ]
    });
    // The order of scopes and duplicates do not matter.
    assert_eq!(numbers, [1, 1, 1, 1, 1, 1, 2, 2]);
}

/// A job that outlives the caller's token, as the guide says: `offline_access` once, then the refresh token.
#[test]
fn a_job_continues_by_a_refresh_token() {
    let (secret, endpoint) =
        (ClientCredential::secret("secret"), TokenEndpoint::entra(TENANT).unwrap());
    let body =
        r#"{"token_type":"Bearer","expires_in":3599,"access_token":"a","refresh_token":"r1"}"#;
    let server = Endpoint::with(200, body);
    let send = |request: http::Request<Vec<u8>>| {
        let (parts, body) = run(server.send(request)).unwrap().into_parts();
        TokenResponse::parse(parts.status, &body).unwrap()
    };
    let scope = || GRAPH.scope("Files.Read.All");
    let bearer = bearer("ann");
    let start = TokenRequest::on_behalf_of(&bearer).client(CLIENT, &secret).scope(scope());
    let response = send(start.scope("offline_access").build(&endpoint).unwrap());
    let stored = response.refresh_token().expect("a refresh token");
    let resume = TokenRequest::refresh(stored).client(CLIENT, &secret).scope(scope());
    assert_eq!(send(resume.build(&endpoint).unwrap()).access_token().expose_secret(), "a");

    let requests = server.requests();
    assert_eq!(requests[0]["scope"], "https://graph.microsoft.com/Files.Read.All offline_access");
    assert_eq!(requests[1]["grant_type"], "refresh_token");
    assert_eq!(requests[1]["refresh_token"], "r1");
    assert!(!requests[1].contains_key("assertion"));
}

/// The cache keeps the access token only, also if the endpoint sends a refresh token unasked.
#[test]
fn refresh_tokens_are_dropped() {
    let body =
        r#"{"token_type":"Bearer","expires_in":3599,"access_token":"a","refresh_token":"r1"}"#;
    let (on_behalf_of, endpoint) = (set_up("s".to_owned()).unwrap(), Endpoint::with(200, body));
    let token = run(on_behalf_of.token(&bearer("ann"), READ, &endpoint, at(NOW))).unwrap();
    assert_eq!(token.access_token().expose_secret(), "a");
    // After it expired, the caller's token is exchanged again.
    run(on_behalf_of.token(&bearer("ann"), READ, &endpoint, at(NOW + 3600))).unwrap();
    let grants: Vec<_> =
        endpoint.requests().iter().map(|form| form["grant_type"].clone()).collect();
    assert_eq!(grants, ["urn:ietf:params:oauth:grant-type:jwt-bearer"; 2]);
}
