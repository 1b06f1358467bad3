//! Every public type can be sent to other threads and out of a panic.

use std::panic::{RefUnwindSafe, UnwindSafe};

use easyauth::{access, endpoints, exchange, functions, headers, resource, settings};

fn check<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe + std::fmt::Debug>() {}

fn check_error<T: std::error::Error + Send + Sync + Clone + PartialEq + 'static>() {}

#[test]
fn types_can_be_shared() {
    check::<resource::ApiName>();
    check::<access::Fix>();
    check::<easyauth::Diagnosis>();
    check::<access::Permission>();
    check::<access::Reason>();
    check::<easyauth::Requirement>();
    check::<easyauth::AccessToken>();
    check::<easyauth::AccessTokenSecret>();
    check::<easyauth::AuthenticationToken>();
    check::<easyauth::Caller>();
    check::<easyauth::Claim<'_>>();
    check::<easyauth::ClaimType>();
    check::<easyauth::Claims<'_>>();
    check::<easyauth::EasyAuthPrincipal>();
    check::<easyauth::ExpiresOn>();
    check::<easyauth::Groups<'_>>();
    check::<easyauth::Service>();
    check::<easyauth::IdToken>();
    check::<easyauth::IdentityProvider>();
    check::<easyauth::Platform>();
    check::<easyauth::ProviderTokens>();
    check::<easyauth::Challenge>();
    check::<easyauth::Rejection>();
    check::<easyauth::RefreshToken>();
    check::<easyauth::Renewal>();
    check::<easyauth::Segment>();
    check::<easyauth::Session>();
    check::<easyauth::PrincipalFormat>();
    check::<easyauth::TokenHeader>();
    check::<easyauth::UnverifiedToken>();
    check::<easyauth::Actor>();
    check::<easyauth::Agent<'_>>();
    check::<easyauth::AgentMode>();
    check::<easyauth::ProtectedResource>();
    check::<easyauth::mcp::ToolCall>();
    check::<endpoints::ClientSession>();
    check::<endpoints::ClientSignIn<'_>>();
    check::<endpoints::Endpoints>();
    check::<endpoints::LoginAddress>();
    check::<endpoints::LogoutAddress>();
    check::<endpoints::RefreshOutcome>();
    check::<endpoints::ReturnTo>();
    check::<exchange::ClientCredential>();
    check::<exchange::TokenEndpoint>();
    check::<exchange::TokenErrorKind>();
    check::<exchange::TokenRequest<'_>>();
    check::<exchange::TokenResponse>();
    check::<functions::Invocation>();
    check::<functions::InvocationResponse>();
    check::<functions::RolesRequest>();
    check::<functions::ToolInvocation>();
    check::<easyauth::error_codes::ErrorExplanation>();
    check::<easyauth::error_codes::KnownError>();
    check::<easyauth::error_codes::Responsible>();
    check::<headers::OriginalUrl>();
    check::<easyauth::rejection::LoginRedirect>();
    check::<easyauth::rejection::RejectionKind>();
    check::<resource::Audience<'_>>();
    check::<resource::Cloud>();
    check::<resource::Resource>();
    check::<resource::Scope>();
}

#[test]
fn types_of_settings_can_be_shared() {
    use settings::*;

    check::<easyauth::arm::ArmErrorKind>();
    check::<easyauth::arm::ArmRequests<'_>>();
    check::<AuthSettingsBuilder>();
    check::<AuthSettingsV1>();
    check::<AuthSettingsV2>();
    check::<EntraApp>();
    check::<Finding>();
    check::<Form>();
    check::<Guid>();
    check::<LoginParameters>();
    check::<LoginParametersBuilder>();
    check::<LoginParametersErrorKind>();
    check::<Migration>();
    check::<Rule>();
    check::<Severity>();
    check::<SiteId>();
    check::<UnauthenticatedAction>();
    check::<AnySetting>();
    check::<Context>();
    check::<easyauth::arm::ArmRequestErrorKind>();
    check::<Keyed<Guid>>();
    check::<Object>();
    check::<Position>();
    check::<Setting<'_, Guid>>();
    check::<SettingsErrorKind>();
}

#[cfg(feature = "verify")]
#[test]
fn types_of_verification_can_be_shared() {
    use easyauth::verify;

    check::<access::Denied>();
    check::<endpoints::HealthCheck>();
    check::<verify::Algorithm>();
    check::<verify::Authority>();
    check::<verify::ConfirmedCaller>();
    check::<verify::IdTokenVerifier>();
    check::<verify::Key>();
    check::<verify::KeySet>();
    check::<verify::KeyStore>();
    check::<verify::Metadata>();
    check::<verify::MetadataUri>();
    check::<verify::Refresh<'_>>();
    check_error::<verify::SkippedKey>();
    check::<verify::SubjectKey>();
    check::<verify::Tenant>();
    check::<verify::VerifiedIdToken>();
    check::<verify::VerifiedToken>();
    check::<verify::Verifier>();
    check::<verify::VerifierBuilder>();
    check::<verify::VerifyErrorKind>();

    check_error::<access::Denied>();
    check_error::<verify::VerifierBuildError>();
    check_error::<verify::DocumentError>();
    check_error::<verify::ConfirmError>();
    check_error::<verify::InvalidMetadataUri>();
    check_error::<verify::VerifyError>();
    assert!(size_of::<verify::VerifyError>() <= 16);

    // A clock and a fetcher can be anything.
    fn check_auth<T: Send + Sync + Unpin + Clone + std::fmt::Debug + 'static>() {}
    check_auth::<verify::BearerAuth>();
    check_auth::<verify::IdTokenAuth>();
    check_auth::<verify::Keys>();

    // The source of these two can be any error, so they cannot be compared.
    fn check_fetch_error<T: std::error::Error + Send + Sync + Clone + 'static>() {}
    check_fetch_error::<easyauth::TransportError>();
    check_fetch_error::<verify::RefreshError>();
}

#[cfg(all(
    feature = "actix-web",
    feature = "axum",
    feature = "azure_core",
    feature = "tower",
    feature = "verify"
))]
#[test]
fn types_of_integrations_can_be_shared() {
    use easyauth::integrations::*;

    check::<CallerCredential>();
    check::<Optional<easyauth::EasyAuthPrincipal>>();
    check::<RejectionBody<()>>();
    check::<RequireLayer>();
    check::<GuardedService<RequireLayer, ()>>();
    check::<RequireRole<()>>();
    check::<RequireToken<()>>();
    check_error::<CredentialError>();

    // These contain a clock and a fetcher, which can be anything.
    fn check_layer<T: Send + Sync + Unpin + Clone + std::fmt::Debug + 'static>() {}
    check_layer::<EasyAuthLayer>();
    check_layer::<Confirmation>();
    check_layer::<GuardedService<EasyAuthLayer, ()>>();
    check_layer::<Identity>();
}

#[cfg(feature = "testing")]
#[test]
fn types_for_tests_can_be_shared() {
    use easyauth::testing;

    check::<testing::TestIssuer>();
    check::<testing::TestPrincipal>();
    check::<testing::TestSession>();
    check::<testing::TestToken<'_>>();
    check_error::<testing::TestIssuerError>();
}

/// Verified tokens cannot be deserialized. rustc's message about a missing `Deserialize` depends on all
/// crates that implement it, so this is not in `tests/compile_fail`. Instead, this does not compile if two
/// implementations apply.
#[cfg(feature = "verify")]
#[test]
fn verified_tokens_are_not_deserialized() {
    trait NotDeserialize<Choice> {
        fn holds() {}
    }
    impl<T> NotDeserialize<()> for T {}
    impl<T: serde::de::DeserializeOwned> NotDeserialize<u8> for T {}

    <easyauth::verify::VerifiedToken as NotDeserialize<_>>::holds();
    <easyauth::verify::VerifiedIdToken as NotDeserialize<_>>::holds();
    <easyauth::UnverifiedToken as NotDeserialize<_>>::holds();
}

/// Verification works with any runtime that moves futures between threads.
#[cfg(feature = "verify")]
#[test]
fn futures_can_be_sent() {
    use easyauth::verify::{BearerAuth, IdTokenVerifier, Keys, Verifier};

    fn check_send<T: Send>(_: impl FnOnce() -> T) {}

    fn check(
        (verifier, ids, keys, auth): (&Verifier, &IdTokenVerifier, &Keys, &BearerAuth),
        headers: &http::HeaderMap,
    ) {
        let now = std::time::UNIX_EPOCH;
        let (token, id) = (easyauth::AccessToken::new(""), easyauth::IdToken::new(""));
        check_send(|| verifier.verify_fetching(keys, &token, now));
        check_send(|| ids.verify_fetching(keys, &id, now));
        check_send(|| keys.refresh_if_due(now));
        check_send(|| auth.token(headers));
        check_send(|| auth.require_token(headers));
    }

    let _ = check;
}

#[test]
fn errors_are_errors() {
    check_error::<easyauth::Rejection>();
    check_error::<easyauth::InvalidRealm>();
    check_error::<easyauth::rejection::SetupError>();
    check_error::<easyauth::ClaimsError>();
    check_error::<easyauth::DecodeError>();
    check_error::<easyauth::MeError>();
    check_error::<easyauth::NoEasyAuth>();
    check_error::<easyauth::InvalidBearerToken>();
    check_error::<easyauth::PrincipalError>();
    check_error::<endpoints::EndpointError>();
    check_error::<functions::InvalidHeader>();
    check_error::<functions::RolesRequestError>();
    check_error::<exchange::TokenRequestError>();
    check_error::<exchange::InvalidTokenEndpoint>();
    check_error::<exchange::TokenError>();
    check_error::<functions::InvocationError>();
    check_error::<headers::HeaderError>();
    check_error::<resource::ScopeError>();
    check_error::<easyauth::arm::ArmError>();
    check_error::<easyauth::arm::ArmRequestError>();
    check_error::<settings::LoginParametersError>();
    check_error::<settings::InvalidGuid>();
    check_error::<settings::SettingsError>();
    check_error::<settings::SiteIdError>();
}

/// A larger error makes every `Result` on the hot path larger.
#[test]
fn errors_are_small() {
    assert!(size_of::<easyauth::PrincipalError>() <= 48);
    assert!(size_of::<easyauth::DecodeError>() <= 32);
    assert!(size_of::<headers::HeaderError>() <= 40);
}

/// The trait can be used behind a pointer.
#[test]
fn a_header_source_can_be_dynamic() {
    let pairs = [("x-ms-client-principal-id", "sample-user")];
    let source: &dyn easyauth::HeaderSource = &pairs;
    let user = easyauth::EasyAuthPrincipal::from_headers(source).unwrap().unwrap();
    assert_eq!(user.id(), Some("sample-user"));
}
