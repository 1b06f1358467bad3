//! Errors of the verifier builder, and issuers from metadata.

use std::time::Duration;

use easyauth::{
    AccessToken,
    resource::{ARM, Cloud, GRAPH, Resource},
    verify::{
        Authority, MAX_CLOCK_SKEW, Metadata, MetadataUri, Tenant, Verifier,
        VerifierBuildErrorKind::{self, *},
        VerifierBuilder, VerifyErrorKind,
    },
};
use serde_json::json;

use crate::support::*;

fn entra() -> VerifierBuilder {
    Verifier::builder(Tenant::single(TENANT).unwrap())
}

/// Asserts that neither kind of verifier can be built, and why.
#[track_caller]
fn rejected(builder: VerifierBuilder, kind: VerifierBuildErrorKind, message: &str) {
    for error in [builder.clone().build().unwrap_err(), builder.build_for_id_tokens().unwrap_err()]
    {
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
    }
}

const NO_AUDIENCE: &str =
    "expected an audience: call .application(client_id) or .audience(app_id_uri)";
const EMPTY_AUDIENCE: &str = "expected an audience: the client ID or the App ID URI, without a \
                              scope, found \"\"";
const EMPTY_ISSUER: &str =
    "expected an issuer: the iss of a token, or Authority::from_metadata, found \"\"";

#[test]
fn missing_settings() {
    rejected(entra(), NoAudience, NO_AUDIENCE);
    rejected(entra().audience(""), InvalidAudience, EMPTY_AUDIENCE);
    rejected(entra().application(""), InvalidClientId, "expected a client ID (GUID), found \"\"");
    const NAMELESS: Resource = Resource::new("Nameless", &[]);
    rejected(entra().audience(NAMELESS), NoAudience, NO_AUDIENCE);
    rejected(
        Verifier::builder(Tenant::any_of([""; 0]).unwrap()).audience(API),
        NoTenant,
        "expected at least one tenant, found an empty list",
    );
    let fixed = |issuer: &str| Verifier::builder(Authority::issuer(issuer)).audience(API);
    rejected(fixed(""), InvalidIssuer, EMPTY_ISSUER);
    rejected(
        Verifier::builder(Authority::issuer("https://a.example/").or_issuer("")).audience(API),
        InvalidIssuer,
        EMPTY_ISSUER,
    );
    rejected(
        fixed("https://login.microsoftonline.com/{tenantid}/v2.0"),
        TenantIndependentIssuer,
        "expected the issuer of one tenant; for several tenants use Tenant instead of an issuer, \
         found \"https://login.microsoftonline.com/{tenantid}/v2.0\"",
    );
    rejected(
        entra().audience(API).algorithms([]),
        NoAlgorithm,
        "expected at least one algorithm, found an empty list",
    );
    rejected(
        entra().audience(API).clock_skew(MAX_CLOCK_SKEW + Duration::from_nanos(1)),
        ClockSkewTooLong,
        "expected a clock skew of at most 15 minutes",
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
    assert!(format!("{:?}", verifier()).starts_with("Verifier { policy: Policy { "));
    let error = entra().audience(API).client("").build().unwrap_err();
    assert_eq!(error.kind(), InvalidClientId);
    assert_eq!(error.to_string(), "expected a client ID (GUID), found \"\"");
}

/// Configuration errors contain the invalid value.
#[test]
fn invalid_values() {
    for given in ["my-app", "contoso", "api://my-api", "6e74172b-be56-4843-9ff4-e66a39bb12e"] {
        let message = format!("expected a client ID (GUID), found \"{given}\"");
        rejected(entra().application(given), InvalidClientId, &message);
        let error = entra().application(APP).client(given).build().unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    assert!(entra().application(APP).client(CLIENT).build().is_ok());
    // Client IDs of Microsoft's other issuers are GUIDs too. Other issuers use other formats.
    let of = |issuer: &str| Verifier::builder(Authority::issuer(issuer)).audience(API).client("x");
    for issuer in ["https://contoso.ciamlogin.com/t/v2.0", "https://contoso.b2clogin.com/t/v2.0/"] {
        assert_eq!(of(issuer).build().unwrap_err().kind(), InvalidClientId, "{issuer}");
    }
    assert!(of("https://contoso.auth0.com/").build().is_ok());

    for given in ["api://my-api ", "my api", "api://my-api\n", "https://api.example/.default"] {
        let text = format!(
            "expected an audience: the client ID or the App ID URI, without a scope, found \"{}\"",
            given.replace('\n', "\\u{a}")
        );
        rejected(entra().audience(given), InvalidAudience, &text);
    }

    for given in [
        "contoso",
        "https://",
        "https:///x",
        "login.microsoftonline.com/t/v2.0",
        "https://a.example/ ",
        "https://a.example/?x=1",
        "https://a.example/<tenant>/v2.0",
        "https://login.microsoftonline.com/t/v2.0/.well-known/openid-configuration",
        "urn:issuer",
    ] {
        let text = format!(
            "expected an issuer: the iss of a token, or Authority::from_metadata, found \"{given}\""
        );
        let builder = Verifier::builder(Authority::issuer(given)).audience(API);
        rejected(builder, InvalidIssuer, &text);
    }
    for issuer in ["accounts.google.com", "https://a.example", "http://localhost:8080/realms/x"] {
        let builder = Verifier::builder(Authority::issuer(issuer)).audience(API);
        assert!(builder.build().is_ok(), "{issuer}");
    }
    for tenant in ["common", "organizations", "consumers"] {
        let issuer = format!("https://login.microsoftonline.com/{tenant}/v2.0");
        let builder = Verifier::builder(Authority::issuer(issuer.as_str())).audience(API);
        assert_eq!(builder.build().unwrap_err().kind(), TenantIndependentIssuer);
    }
}

#[test]
fn trusted_audiences_are_for_id_tokens() {
    let builder = entra().audience(APP).trusted_audience(CLIENT);
    assert!(builder.clone().build_for_id_tokens().is_ok());
    let error = builder.build().unwrap_err();
    assert_eq!(error.kind(), OnlyForIdTokens);
    assert_eq!(error.to_string(), "trusted_audience applies to ID tokens only");
    let error = entra().audience(APP).trusted_audience("").build_for_id_tokens().unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (InvalidAudience, EMPTY_AUDIENCE));
}

/// Audiences of Microsoft's APIs are rejected unless explicitly allowed.
#[test]
fn microsofts_own_apis() {
    #[track_caller]
    fn check(builder: VerifierBuilder, audience: &str) {
        let text = format!(
            "expected the audience of your API, because only Microsoft can rely on tokens for its APIs, \
             found \"{audience}\""
        );
        rejected(builder, MicrosoftAudience, &text);
    }

    check(entra().audience(GRAPH), "https://graph.microsoft.com");
    for audience in [
        "00000003-0000-0000-c000-000000000000",
        "https://management.azure.com/",
        "https://management.usgovcloudapi.net",
        "https://management.chinacloudapi.cn",
        // Several of Microsoft's APIs share this audience.
        "https://orders.servicebus.windows.net",
        // Forms in version 1.0 tokens, and other spellings.
        "spn:cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
        "api://00000003-0000-0000-C000-000000000000",
        "https://Graph.Microsoft.com",
        // Managed identities exchange these tokens at Entra. They are not for other APIs.
        "fb60f99c-7a34-4190-8149-302f77469936",
        "FB60F99C-7A34-4190-8149-302F77469936",
        "api://fb60f99c-7a34-4190-8149-302f77469936",
        "api://AzureADTokenExchange",
        "api://AzureADTokenExchangeUSGov",
        "api://AzureADTokenExchangeChina",
        "api://AzureADTokenExchangeFrance",
        "api://AzureADTokenExchangeGermany",
        "api://AzureADTokenExchangeGovSG",
        "api://azureadtokenexchange/",
    ] {
        check(entra().audience(audience), audience);
    }
    for application in
        ["797f4846-ba00-4fd7-ba43-dac1f8f63013", "fb60f99c-7a34-4190-8149-302f77469936"]
    {
        check(entra().application(application), &format!("api://{application}"));
    }
    // Similar names that are not Microsoft's.
    for audience in ["api://AzureAD", "api://my-AzureADTokenExchange", "https://graph.example"] {
        assert!(entra().audience(audience).build().is_ok(), "{audience}");
    }
    const DISGUISED: Resource =
        Resource::new("Mine", &["api://mine", "https://graph.microsoft.com"]);
    check(entra().audience(DISGUISED), "https://graph.microsoft.com");

    let verifier = entra().audience(ARM).dangerously_accept_microsoft_audiences().build().unwrap();
    let token = Draft::access().with("aud", "https://management.core.windows.net/").sign();
    assert!(verify_with(&verifier, &token).is_ok());
}

#[test]
fn settings_for_access_tokens() {
    let text = "client and allow_tokens_without_permissions apply to access tokens only";
    for builder in [entra().client(CLIENT), entra().allow_tokens_without_permissions()] {
        let error = builder.audience(APP).build_for_id_tokens().unwrap_err();
        assert_eq!(error.kind(), OnlyForAccessTokens);
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
    assert_eq!(builder.build().unwrap_err().kind(), TenantIndependentIssuer);
    // Entra's issuers follow from the tenant, so other names have no effect.
    let entra: Authority = Tenant::single(TENANT).unwrap().into();
    assert_eq!(entra.clone().or_issuer("https://other.example/"), entra);
}

/// Codes are stable.
#[test]
fn codes() {
    let codes: Vec<&str> = VerifierBuildErrorKind::ALL.iter().map(|kind| kind.code()).collect();
    let expected = [
        "no-audience",
        "invalid-audience",
        "microsoft-audience",
        "invalid-tenant-id",
        "environment",
        "no-tenant",
        "invalid-issuer",
        "tenant-independent-issuer",
        "invalid-client-id",
        "no-algorithm",
        "clock-skew-too-long",
        "only-for-access-tokens",
        "only-for-id-tokens",
    ];
    assert_eq!(codes, expected);
}
