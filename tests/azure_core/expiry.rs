//! The expiry of tokens, and what renews them.

use std::{
    sync::{Arc, Mutex},
    time::UNIX_EPOCH,
};

use azure_core::time::OffsetDateTime;
use easyauth::{
    AccessToken, EXPIRY_SKEW, IdentityProvider, ProviderTokens, Renewal,
    exchange::TokenResponse,
    integrations::{CallerCredential, CredentialErrorKind},
};

use crate::support::{
    ARM, ARM_DEFAULT, END, GRAPH, NOW, REFRESH, SETTINGS, at, authenticated, caller, credential,
    does_not_open, get, jwt, rejected, token_for,
};

/// Asserts the expiry that the credential returns at this time, or its error.
#[track_caller]
fn check_end(credential: CallerCredential, now: u64, expected: Result<u64, Option<Renewal>>) {
    let credential = credential.with_clock(move || at(now));
    match expected {
        Ok(end) => {
            let token = get(&credential, ARM_DEFAULT).expect("a token");
            assert_eq!(token.expires_on, OffsetDateTime::from(at(end)));
        }
        Err(renewal) => {
            let error = rejected(&credential, ARM_DEFAULT);
            assert_eq!(error.kind(), CredentialErrorKind::Expired);
            assert_eq!((error.kind().code(), error.renewal()), ("expired", renewal));
        }
    }
}

#[test]
fn when_the_token_ends() {
    let arm = &token_for(ARM);
    let skew = EXPIRY_SKEW.as_secs();
    let platform = |more: &[(&str, &str)]| CallerCredential::from_tokens(&authenticated(arm, more));
    // By its own `exp`.
    check_end(platform(&[]), END - skew - 1, Ok(END));
    check_end(platform(&[]), END - skew, Err(Some(Renewal::SignIn)));
    check_end(platform(&[REFRESH]), END - skew, Err(Some(Renewal::Refresh)));
    // Long ago: the reason is that, and no other.
    check_end(platform(&[REFRESH]), END + 3600, Err(Some(Renewal::Refresh)));
    // As the platform says, if that is earlier.
    let earlier = ("X-MS-TOKEN-AAD-EXPIRES-ON", &*(END - 60).to_string());
    let later = ("X-MS-TOKEN-AAD-EXPIRES-ON", &*(END + 60).to_string());
    check_end(platform(&[earlier]), NOW, Ok(END - 60));
    check_end(platform(&[earlier]), END - 60 - skew, Err(Some(Renewal::SignIn)));
    check_end(platform(&[later]), NOW, Ok(END));
    check_end(platform(&[later]), END - skew, Err(Some(Renewal::SignIn)));
    // As 2021-06-08T15:35:58.9638246Z, which is long ago.
    let stale = ("X-MS-TOKEN-AAD-EXPIRES-ON", "2021-06-08T15:35:58.9638246Z");
    check_end(platform(&[stale, REFRESH]), NOW, Err(Some(Renewal::Refresh)));

    // The client's own.
    let request = [("Authorization", format!("Bearer {arm}"))];
    let tokens = ProviderTokens::default().or_bearer(&request).expect("tokens");
    check_end(CallerCredential::from_tokens(&tokens), NOW, Ok(END));
    check_end(CallerCredential::from_tokens(&tokens), END, Err(Some(Renewal::AskClient)));
    // The time of the platform belongs to its own token.
    let request = [request[0].clone(), (stale.0, stale.1.to_owned())];
    let tokens = ProviderTokens::from_headers(&request, &IdentityProvider::ENTRA);
    let tokens = tokens.and_then(|tokens| tokens.or_bearer(&request)).expect("tokens");
    check_end(CallerCredential::from_tokens(&tokens), NOW, Ok(END));

    // From elsewhere.
    let other = |end| CallerCredential::from_access_token(AccessToken::new(arm), end);
    check_end(other(None), NOW, Ok(END));
    check_end(other(Some(at(END - 60))), NOW, Ok(END - 60));
    check_end(other(Some(at(END + 60))), NOW, Ok(END));
    check_end(other(None), END, Err(None));

    // The last second that a token can say.
    let last = 253_402_300_799;
    let token = jwt(&format!(r#"{{"aud":"{ARM}","exp":{last}}}"#));
    check_end(CallerCredential::from_tokens(&authenticated(&token, &[])), NOW, Ok(last));
}

#[test]
fn the_message_says_what_renews_the_token() {
    let text = |credential: CallerCredential| {
        rejected(&credential.with_clock(|| at(END)), ARM_DEFAULT).to_string()
    };
    let platform = CallerCredential::from_tokens(&authenticated(&token_for(ARM), &[REFRESH]));
    let other = CallerCredential::from_access_token(AccessToken::new(token_for(ARM)), None);
    let expired = "the access token has expired or will within 300 seconds";
    assert_eq!(text(platform), format!("{expired}: call /.auth/refresh with the caller's session"));
    assert_eq!(text(other), format!("{expired}: get a fresh one"));
}

#[test]
fn a_token_without_expiry_or_not_yet_valid() {
    // Whatever the platform says.
    let endless = jwt(&format!(r#"{{"aud":"{ARM}"}}"#));
    let more = [("X-MS-TOKEN-AAD-EXPIRES-ON", "2030-01-01T00:00:00.0000000Z")];
    does_not_open(&credential(&authenticated(&endless, &more)), ARM_DEFAULT, "no-expiry", "");
    let early = jwt(&format!(r#"{{"aud":"{ARM}","exp":{END},"nbf":{}}}"#, NOW + 301));
    does_not_open(&caller(&early), ARM_DEFAULT, "not-yet-valid", "");
    // The wrong API weighs more than the age, and both are said.
    let graph = CallerCredential::from_tokens(&authenticated(&token_for(GRAPH), &[REFRESH]));
    let stale = graph.with_clock(|| at(END));
    does_not_open(&stale, ARM_DEFAULT, "wrong-audience expired", SETTINGS);
}

/// The conversion to the SDK's time panics for years that it cannot represent.
#[test]
fn an_end_long_before_1970_does_not_panic() {
    let long_ago = std::time::Duration::from_secs(1_000_000_000_000);
    let Some(start) = UNIX_EPOCH.checked_sub(2 * long_ago) else { return };
    let end = start + long_ago;
    let credential =
        CallerCredential::from_access_token(AccessToken::new(token_for(ARM)), Some(end));
    let token = get(&credential.with_clock(move || start), ARM_DEFAULT).expect("a token");
    assert_eq!(token.expires_on, OffsetDateTime::UNIX_EPOCH);
    let credential =
        CallerCredential::from_access_token(AccessToken::new(token_for(ARM)), Some(end));
    assert_eq!(rejected(&credential.with_clock(|| at(NOW)), ARM_DEFAULT).kind().code(), "expired");
}

/// The clock is read at each call.
#[test]
fn the_clock() {
    let now = Arc::new(Mutex::new(NOW));
    let clock = Arc::clone(&now);
    let credential = caller(&token_for(ARM)).with_clock(move || at(*clock.lock().expect("a time")));
    assert!(get(&credential, ARM_DEFAULT).is_ok());
    *now.lock().expect("a time") = END;
    assert_eq!(rejected(&credential, ARM_DEFAULT).kind().code(), "expired");
    // Without a clock it is the time of day.
    let in_2100 = jwt(&format!(r#"{{"aud":"{ARM}","exp":4102444800}}"#));
    assert!(
        get(&CallerCredential::from_tokens(&authenticated(&in_2100, &[])), ARM_DEFAULT).is_ok()
    );
    let in_2020 = jwt(&format!(r#"{{"aud":"{ARM}","exp":1577836800}}"#));
    let credential = CallerCredential::from_tokens(&authenticated(&in_2020, &[]));
    assert_eq!(rejected(&credential, ARM_DEFAULT).kind().code(), "expired");
}

#[test]
fn an_exchanged_token() {
    let answer = |access: &str, expires_in: &str| {
        let body = format!(r#"{{"token_type":"Bearer",{expires_in}"access_token":"{access}"}}"#);
        TokenResponse::parse(http::StatusCode::OK, body.as_bytes()).expect("an answer")
    };
    let arm = token_for(ARM);
    let exchanged =
        |expires_in| CallerCredential::from_response(&answer(&arm, expires_in), at(NOW));
    check_end(exchanged(""), NOW, Ok(END));
    check_end(exchanged(r#""expires_in":599,"#), NOW, Ok(END - 1));
    check_end(exchanged(r#""expires_in":3599,"#), NOW, Ok(END));
    check_end(exchanged(r#""expires_in":300,"#), NOW, Err(None));

    // No setting of the site changes what the service asks for.
    let steps = "add-delegated-permission request-scopes";
    let graph = CallerCredential::from_response(&answer(&token_for(GRAPH), ""), at(NOW));
    does_not_open(&graph.with_clock(|| at(NOW)), ARM_DEFAULT, "wrong-audience", steps);
}
