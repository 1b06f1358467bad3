//! Tokens, credentials, and assertions about them.

use std::{
    error::Error,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use azure_core::{
    credentials::{AccessToken as SdkToken, TokenCredential as _},
    error::ErrorKind,
    time::OffsetDateTime,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use easyauth::{
    IdentityProvider, ProviderTokens,
    access::{Fix, Reason},
    integrations::{CallerCredential, CredentialError},
};

/// When the tokens end, and ten minutes before that.
pub(crate) const END: u64 = 1_773_329_845;
pub(crate) const NOW: u64 = END - 600;

pub(crate) const ARM: &str = "https://management.azure.com";
pub(crate) const ARM_DEFAULT: &str = "https://management.azure.com/.default";
pub(crate) const VAULT_DEFAULT: &str = "https://vault.azure.net/.default";
/// The app id of Microsoft Graph.
pub(crate) const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
/// The most frequent fixes: the permission, the `loginParameters` of the site, and a sign-in.
pub(crate) const SETTINGS: &str = "add-delegated-permission set-login-parameters sign-in-again";
/// Your own application.
pub(crate) const CLIENT: &str = "00000003-0000-4000-8000-000000000003";

pub(crate) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A token with this payload, with a signature of the length of Entra's that does not verify.
pub(crate) fn jwt(payload: &str) -> String {
    jwt_with(r#"{"typ":"JWT","alg":"RS256"}"#, payload)
}

pub(crate) fn jwt_with(header: &str, payload: &str) -> String {
    let encode = |segment: &str| BASE64_URL_SAFE_NO_PAD.encode(segment);
    format!("{}.{}.{}", encode(header), encode(payload), "CANARY".repeat(57))
}

/// The token of a user for this API.
pub(crate) fn token_for(audience: &str) -> String {
    jwt(&format!(
        r#"{{"aud":"{audience}","exp":{END},"name":"CANARY","scp":"user_impersonation Files.Read"}}"#
    ))
}

/// The tokens that the platform sends after a sign-in with Entra.
pub(crate) fn authenticated(access: &str, more: &[(&str, &str)]) -> ProviderTokens {
    let mut request = vec![("X-MS-TOKEN-AAD-ACCESS-TOKEN", access)];
    request.extend_from_slice(more);
    ProviderTokens::from_headers(request.as_slice(), &IdentityProvider::ENTRA).expect("tokens")
}

pub(crate) const REFRESH: (&str, &str) = ("X-MS-TOKEN-AAD-REFRESH-TOKEN", "0.CANARY");

pub(crate) fn credential(tokens: &ProviderTokens) -> CallerCredential {
    CallerCredential::from_tokens(tokens).with_clock(|| at(NOW))
}

/// The credential of a caller with this access token.
pub(crate) fn caller(access: &str) -> CallerCredential {
    credential(&authenticated(access, &[]))
}

/// Requests scopes, separated by spaces.
pub(crate) fn get(credential: &CallerCredential, scopes: &str) -> azure_core::Result<SdkToken> {
    let scopes: Vec<&str> = scopes.split_ascii_whitespace().collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(credential.get_token(&scopes, None))
}

/// Asserts that a token for this audience is returned for these scopes.
#[track_caller]
pub(crate) fn opens(audience: &str, scopes: &str) {
    gives(&token_for(audience), scopes);
}

#[track_caller]
pub(crate) fn gives(access: &str, scopes: &str) {
    let token = get(&caller(access), scopes).expect("a token");
    assert_eq!(token.token.secret(), access);
    assert_eq!(token.expires_on, OffsetDateTime::from(at(END)));
}

#[track_caller]
pub(crate) fn rejected(credential: &CallerCredential, scopes: &str) -> CredentialError {
    let error = get(credential, scopes).expect_err("an error");
    assert_eq!(*error.kind(), ErrorKind::Credential);
    let own = error.downcast_ref::<CredentialError>().expect("an error of this crate");
    assert_eq!(error.to_string(), own.to_string());
    assert_eq!(CredentialError::find(own), Some(own));
    assert_eq!(format!("{own:?}"), format!("CredentialError({}: {own})", own.kind().code()));
    own.clone()
}

/// Reasons and fixes of the diagnosis, by their codes.
#[track_caller]
pub(crate) fn does_not_open(
    credential: &CallerCredential,
    scopes: &str,
    reasons: &str,
    fixes: &str,
) {
    let error = rejected(credential, scopes);
    assert_eq!((error.kind().code(), error.renewal()), ("does-not-open", None));
    let diagnosis = error.diagnosis().expect("a diagnosis");
    assert_eq!(error.to_string(), diagnosis.to_string());
    let found: Vec<_> = diagnosis.reasons().iter().map(Reason::code).collect();
    assert_eq!(found.join(" "), reasons);
    let found: Vec<_> = diagnosis.fixes().iter().map(Fix::code).collect();
    assert_eq!(found.join(" "), fixes);
}

#[track_caller]
pub(crate) fn is_error(credential: &CallerCredential, scopes: &str, code: &str, text: &str) {
    let error = rejected(credential, scopes);
    assert_eq!((error.kind().code(), error.to_string().as_str()), (code, text));
    assert_eq!(error.diagnosis(), None);
}

/// An error and all its sources, as in a log.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

#[track_caller]
pub(crate) fn assert_shows_nothing(token: &str, text: &str) {
    for part in token.split('.').filter(|part| part.len() > 4) {
        assert!(!text.contains(part), "{text}");
    }
    assert!(!text.contains("CANARY"), "{text}");
}
