//! Verifiers that cannot be built, and issuers from metadata.

use std::time::Duration;

use easyauth::{
    AccessToken,
    resource::{ARM, Cloud, GRAPH, Resource},
    verify::{
        Authority, BuildError, MAX_CLOCK_SKEW, Metadata, MetadataUri, Tenant, Verifier,
        VerifierBuilder, VerifyErrorKind,
    },
};
use serde_json::json;

use crate::support::*;

fn entra() -> VerifierBuilder {
    Verifier::builder(Tenant::single(TENANT).unwrap())
}

#[track_caller]
fn refused(builder: VerifierBuilder, expected: &BuildError, text: &str) {
    assert_eq!(builder.clone().build().unwrap_err(), *expected);
    assert_eq!(builder.build_for_id_tokens().unwrap_err(), *expected);
    assert_eq!(expected.to_string(), text);
}

#[test]
fn what_is_missing() {
    refused(entra(), &BuildError::NoAudience, "no audience: say which API the tokens are for");
    refused(entra().audience(""), &BuildError::EmptyAudience, "an audience is empty");
    refused(entra().application(""), &BuildError::EmptyAudience, "an audience is empty");
    const NAMELESS: Resource = Resource::new("Nameless", &[]);
    refused(entra().audience(NAMELESS), &BuildError::EmptyAudience, "an audience is empty");
    refused(
        Verifier::builder(Tenant::any_of([""; 0]).unwrap()).audience(API),
        &BuildError::NoTenant,
        "no tenant: say whose users are let in",
    );
    let fixed = |issuer: &str| Verifier::builder(Authority::issuer(issuer)).audience(API);
    refused(fixed(""), &BuildError::EmptyIssuer, "an issuer is empty");
    refused(
        Verifier::builder(Authority::issuer("a").or_issuer("")).audience(API),
        &BuildError::EmptyIssuer,
        "an issuer is empty",
    );
    refused(
        fixed("https://login.microsoftonline.com/{tenantid}/v2.0"),
        &BuildError::IssuerOfAnyTenant,
        "the issuer stands for every tenant: use a Tenant in its place",
    );
    refused(
        entra().audience(API).algorithms([]),
        &BuildError::NoAlgorithm,
        "no algorithm is accepted",
    );
    refused(
        entra().audience(API).clock_skew(MAX_CLOCK_SKEW + Duration::from_nanos(1)),
        &BuildError::ClockSkewTooLong,
        "the clock skew is over 15 minutes",
    );
    assert!(
        format!("{:?}", entra().audience(API).build().unwrap())
            .contains(&format!("issuers: Entra({TENANT} at login.microsoftonline.com)"))
    );
    assert!(
        format!("{:?}", fixed("https://a.example/").build().unwrap())
            .contains("issuers: [\"https://a.example/\"]")
    );
    let ids = entra().audience(APP).build_for_id_tokens().unwrap();
    assert!(format!("{ids:?}").starts_with("IdTokenVerifier(Policy { "));
    assert!(format!("{:?}", verifier()).starts_with("Verifier(Policy { "));
    let error = entra().audience(API).client("").build().unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error),
        ("a client id is empty", BuildError::EmptyClient)
    );
}

/// Tokens for Microsoft's APIs are for nobody else, unless somebody insists.
#[test]
fn microsofts_own_apis() {
    let text = "an audience is one of Microsoft's own APIs, whose tokens nobody else can rely on";
    let error = BuildError::MicrosoftAudience;
    refused(entra().audience(GRAPH), &error, text);
    refused(entra().audience(ARM.in_cloud(Cloud::China)), &error, text);
    refused(entra().audience("00000003-0000-0000-c000-000000000000"), &error, text);
    refused(entra().audience("https://management.azure.com/"), &error, text);
    refused(entra().audience("https://management.usgovcloudapi.net"), &error, text);
    // Several APIs have this one, and it is Microsoft's all the same.
    refused(entra().audience("https://orders.servicebus.windows.net"), &error, text);
    refused(entra().application("797f4846-ba00-4fd7-ba43-dac1f8f63013"), &error, text);
    const DISGUISED: Resource =
        Resource::new("Mine", &["api://mine", "https://graph.microsoft.com"]);
    refused(entra().audience(DISGUISED), &error, text);

    let verifier = entra().audience(ARM).dangerously_accept_microsoft_audiences().build().unwrap();
    let token = Draft::access().with("aud", "https://management.core.windows.net/").sign();
    assert!(verify_with(&verifier, &token).is_ok());
}

#[test]
fn demands_on_access_tokens() {
    let text = "clients and permissions are demands on access tokens, not on ID tokens";
    for builder in [entra().client(CLIENT), entra().allow_tokens_without_permissions()] {
        let error = builder.audience(APP).build_for_id_tokens().unwrap_err();
        assert_eq!(error, BuildError::OnlyForAccessTokens);
        assert_eq!(error.to_string(), text);
    }
}

/// Azure AD B2C: the issuer ends with a slash, tokens have no tenant.
#[test]
fn issuers_from_metadata() {
    let uri =
        MetadataUri::parse("https://contoso.b2clogin.com/x/v2.0/.well-known/openid-configuration");
    let issuer = format!("https://contoso.b2clogin.com/{TENANT}/v2.0/");
    let metadata = |cloud: Option<&str>| {
        let document = json!({
            "issuer": issuer, "jwks_uri": "https://contoso.b2clogin.com/keys",
            "cloud_instance_name": cloud,
        });
        Metadata::parse(document.to_string(), uri.as_ref().unwrap()).unwrap()
    };
    let verify = |cloud: Option<&str>, key_cloud: Option<&str>, draft: Draft| {
        let authority =
            Authority::from_metadata(&metadata(cloud)).or_issuer("https://other.example/");
        let verifier = Verifier::builder(authority).audience(API).build().unwrap();
        let keys = key_set(
            rsa_jwk(&KEY),
            json!({"kid": "organizations-key", "cloud_instance_name": key_cloud}),
        );
        let token = AccessToken::new(draft.sign());
        verifier.verify(&token, &keys, at(NOW)).map(drop).map_err(|error| error.kind())
    };
    let draft = || Draft::access().without("tid").with("iss", issuer.as_str());
    assert_eq!(verify(None, None, draft()), Ok(()));
    assert_eq!(verify(None, None, draft().with("iss", "https://other.example/")), Ok(()));
    let without_slash = issuer.trim_end_matches('/');
    let wrong = Err(VerifyErrorKind::WrongIssuer);
    assert_eq!(verify(None, None, draft().with("iss", without_slash)), wrong);
    assert_eq!(verify(Some("a"), Some("a"), draft()), Ok(()));
    assert_eq!(verify(Some("a"), None, draft()), Ok(()));
    assert_eq!(verify(None, Some("a"), draft()), Ok(()));
    assert_eq!(verify(Some("a"), Some("b"), draft()), Err(VerifyErrorKind::WrongKeyCloud));

    let common = MetadataUri::entra(Cloud::Public, &Tenant::any_organization());
    let common = Metadata::parse(include_str!("../data/entra.metadata.json"), &common).unwrap();
    let builder = Verifier::builder(Authority::from_metadata(&common)).audience(API);
    assert_eq!(builder.build().unwrap_err(), BuildError::IssuerOfAnyTenant);
    // Another name for Entra's issuers is not to be had: they follow from the tenant.
    let entra: Authority = Tenant::single(TENANT).unwrap().into();
    assert_eq!(entra.clone().or_issuer("https://other.example/"), entra);
}
