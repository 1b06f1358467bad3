//! What fails, and what the messages say.

use std::{error::Error as _, time::Duration};

use easyauth::{
    AccessToken,
    exchange::{
        ClientCredential, CredentialSource, OnBehalfOf, OnBehalfOfError, OnBehalfOfErrorKind,
        TokenEndpoint,
    },
};

use crate::support::*;

#[track_caller]
fn fail(endpoint: &Endpoint, scope: &str, bearer: &AccessToken) -> OnBehalfOfError {
    run(on_behalf_of().token(bearer, scope, endpoint, at(NOW))).expect_err("an error")
}

#[track_caller]
fn is_error(error: &OnBehalfOfError, code: &str, message: &str) {
    assert_eq!((error.kind().code(), chain(error).as_str()), (code, message));
    let text = format!("{error} {error:?} {error:#?} {}", chain(error));
    assert_shows_nothing(&text);
    let source = error.source().map(ToString::to_string).unwrap_or_default();
    assert_eq!(format!("{error:?}"), format!("OnBehalfOfError({code}: {source})"));
}

#[test]
fn kinds() {
    let codes: Vec<_> = OnBehalfOfErrorKind::ALL.iter().map(|kind| kind.code()).collect();
    let expected = [
        "invalid-request",
        "credential",
        "transport",
        "interaction-required",
        "unavailable",
        "rejected",
        "panicked",
    ];
    assert_eq!(codes, expected);
}

#[test]
fn what_is_never_sent() {
    let endpoint = Endpoint::new();
    let ann = bearer("ann");
    let graph = jwt(r#"{"aud":"00000003-0000-0000-c000-000000000000","oid":"CANARY","scp":"x"}"#);
    let app = jwt(&format!(r#"{{"aud":"{CLIENT}","idtyp":"app","oid":"CANARY"}}"#));
    let cases = [
        (&ann, "openid", "the token cannot be exchanged: the request has no scope of an API"),
        (
            &graph,
            READ,
            "the token cannot be exchanged: expected an access token for the client \
             6e74172b-be56-4843-9ff4-e66a39bb12e3, found one for Microsoft Graph \
             (00000003-0000-0000-c000-000000000000)",
        ),
        (
            &app,
            READ,
            "the token cannot be exchanged: expected an access token of a user, found one of an \
             application",
        ),
    ];
    for (token, scope, message) in cases {
        is_error(&fail(&endpoint, scope, token), "invalid-request", message);
    }
    // Configuration is checked at the first exchange.
    let tenant = || TokenEndpoint::entra(TENANT).unwrap();
    let cases = [
        (
            OnBehalfOf::new(tenant(), "my-app", ClientCredential::secret("s")),
            "the token cannot be exchanged: expected a GUID as the client ID, found \"my-app\"",
        ),
        (
            OnBehalfOf::new(tenant(), CLIENT, ClientCredential::secret("")),
            "the token cannot be exchanged: the client credential is empty: check that the app \
             setting with it exists",
        ),
    ];
    for (on_behalf_of, message) in cases {
        let error = run(on_behalf_of.token(&ann, READ, &endpoint, at(NOW))).unwrap_err();
        is_error(&error, "invalid-request", message);
    }
    assert_eq!(endpoint.count(), 0);
}

#[test]
fn what_the_endpoint_responds() {
    let cases = [
        (
            400,
            r#"{"error":"interaction_required","error_codes":[50076],"claims":"{\"CANARY\":1}",
            "error_description":"AADSTS50076: CANARY"}"#,
            "interaction-required",
            "the exchange needs the user: the token endpoint responded with 400 Bad Request \
             (interaction_required, AADSTS50076): ",
        ),
        (
            400,
            r#"{"error":"invalid_grant","error_codes":[65001]}"#,
            "interaction-required",
            "the exchange needs the user: the token endpoint responded with 400 Bad Request \
             (invalid_grant, AADSTS65001): ",
        ),
        (
            401,
            r#"{"error":"invalid_client","error_codes":[7000215]}"#,
            "rejected",
            "the token endpoint rejected the exchange: the token endpoint responded with 401 Unauthorized \
             (invalid_client, AADSTS7000215): ",
        ),
        (
            503,
            "CANARY",
            "unavailable",
            "the token endpoint is not available for now: the token endpoint responded with 503 Service \
             Unavailable: ",
        ),
        (
            200,
            r#"{"access_token":"CANARY"}"#,
            "rejected",
            "the token endpoint rejected the exchange: the token endpoint responded with 200 OK: ",
        ),
    ];
    for (status, body, code, start) in cases {
        let error = fail(&Endpoint::with(status, body), READ, &bearer("ann"));
        let message = chain(&error);
        assert!(message.starts_with(start), "{message}");
        is_error(&error, code, &message);
        assert_eq!(error.is_retryable(), status == 503);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert_eq!(error.token_error().map(|error| error.status().as_u16()), Some(status));
    }
}

#[test]
fn transports_that_fail() {
    let endpoint = Endpoint::new();
    endpoint.set(Mode::Fails);
    let error = fail(&endpoint, READ, &bearer("ann"));
    is_error(&error, "transport", "the token endpoint cannot be reached: told to fail");
    assert!(error.is_retryable() && error.token_error().is_none());
    assert_eq!(error.retry_after(), None);

    endpoint.set(Mode::Panics);
    let error = fail(&endpoint, READ, &bearer("ann"));
    is_error(&error, "panicked", "the exchange panicked");
    let error = on_behalf_of().token_blocking(&bearer("ann"), READ, &endpoint, at(NOW));
    is_error(&error.unwrap_err(), "panicked", "the exchange panicked");
}

#[test]
fn credentials_that_fail() {
    let source = CredentialSource::assertions(|| async { Err::<String, _>("no identity here") });
    let on_behalf_of = OnBehalfOf::new(TokenEndpoint::entra(TENANT).unwrap(), CLIENT, source);
    let endpoint = Endpoint::new();
    let error = run(on_behalf_of.token(&bearer("ann"), READ, &endpoint, at(NOW))).unwrap_err();
    is_error(&error, "credential", "the client credential is not available: no identity here");
    assert_eq!(endpoint.count(), 0);
}

#[test]
fn loopback_endpoints() {
    for address in ["http://127.0.0.1:8080/token", "http://localhost/t", "http://[::1]:1/"] {
        let endpoint = TokenEndpoint::insecure_loopback(address).unwrap();
        assert_eq!(endpoint.to_string(), address);
    }
    let cases = [
        ("http://10.0.0.1/token", "http://10.0.0.1/token"),
        ("https://127.0.0.1/", "https://127.0.0.1/"),
        ("http://user@127.0.0.1/", "http://user@127.0.0.1/"),
        ("http://127.0.0.1.example/?secret", "http://127.0.0.1.example/"),
        ("127.0.0.1", "127.0.0.1"),
        ("", ""),
    ];
    for (address, shown) in cases {
        let error = TokenEndpoint::insecure_loopback(address).unwrap_err().to_string();
        let expected = format!(
            "expected http://127.0.0.1:<port>/<path> or another address of this machine, found \
             \"{shown}\""
        );
        assert_eq!(error, expected);
    }
}

#[test]
fn nothing_secret_is_printed() {
    let on_behalf_of = on_behalf_of();
    let token =
        run(on_behalf_of.token(&bearer("CANARY"), READ, &Endpoint::new(), at(NOW))).unwrap();
    let text = format!("{on_behalf_of:?} {on_behalf_of:#?} {token:?} {token:#?}");
    assert_shows_nothing(&text);
    assert!(format!("{token:?}").starts_with("OnBehalfOfToken { "), "{token:?}");
    assert_eq!(
        format!("{on_behalf_of:?}"),
        "OnBehalfOf { endpoint: TokenEndpoint(https://login.microsoftonline.com/b811a652-39e6-4a0c-\
         b563-4279a1dd5012/oauth2/v2.0/token), client_id: \"6e74172b-be56-4843-9ff4-e66a39bb12e3\", \
         credential: CredentialSource(fixed), agent: None, cached_tokens: 1, .. }"
    );
}
