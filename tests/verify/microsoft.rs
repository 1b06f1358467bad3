//! Microsoft's issuers other than Entra for organizations: External ID and Azure AD B2C. The rules about the
//! shape of tokens apply to all of them.

use easyauth::{
    AccessToken, Caller, IdToken, Requirement, UnverifiedToken,
    verify::{
        Authority, KeySet, Metadata, MetadataUri, Tenant, Verifier,
        VerifyErrorKind::{self, *},
    },
};
use serde_json::{Value, json};

use crate::support::*;

/// Patterns of issuers of each kind, with `TENANT` as the placeholder of the tenant.
const ISSUERS: [&str; 9] = [
    "https://contoso.ciamlogin.com/TENANT/v2.0",
    "https://b811a652-39e6-4a0c-b563-4279a1dd5012.ciamlogin.com/TENANT/v2.0",
    "https://contoso.b2clogin.com/TENANT/v2.0/",
    "https://contoso.b2clogin.com/tfp/TENANT/b2c_1_susi/v2.0/",
    "https://contoso.b2clogin.cn/TENANT/v2.0/",
    "https://login.microsoftonline.com/te/TENANT/b2c_1_susi/v2.0/",
    // A domain of the customer's, as B2C offers.
    "https://login.contoso.com/TENANT/v2.0/",
    // Entra itself, as a fixed issuer.
    "https://login.microsoftonline.com/TENANT/v2.0",
    "https://sts.windows.net/TENANT/",
];

fn issuer(pattern: &str) -> String {
    pattern.replace("TENANT", TENANT)
}

/// The two ways to create an authority: from its name, and from a metadata document.
fn authorities(pattern: &str) -> [Authority; 2] {
    let issuer = issuer(pattern);
    let host = issuer.strip_prefix("https://").unwrap().split('/').next().unwrap();
    let uri = format!("https://{host}/x/v2.0/.well-known/openid-configuration");
    let keys = format!("https://{host}/x/discovery/v2.0/keys");
    let document = json!({"issuer": issuer, "jwks_uri": keys}).to_string();
    let metadata = Metadata::parse(document, &MetadataUri::parse(&uri).unwrap()).unwrap();
    [Authority::issuer(issuer.as_str()), Authority::from_metadata(&metadata)]
}

/// Keys without an issuer and a cloud, like those of B2C.
fn plain_keys() -> KeySet {
    key_set(rsa_jwk(&KEY), json!({"kid": "organizations-key"}))
}

#[track_caller]
fn check_access(pattern: &str, draft: &Draft, expected: Result<(), VerifyErrorKind>) {
    for authority in authorities(pattern) {
        let verifier = Verifier::builder(authority).application(APP).build().unwrap();
        let draft = draft.clone().with("iss", issuer(pattern));
        let token = AccessToken::new(draft.sign());
        let result = verifier.verify(&token, &plain_keys(), at(NOW));
        assert_eq!(result.map(drop).map_err(|error| error.kind()), expected, "{pattern}");
    }
}

#[track_caller]
fn check_id(pattern: &str, draft: &Draft, expected: Result<(), VerifyErrorKind>) {
    for authority in authorities(pattern) {
        let builder = Verifier::builder(authority).application(APP);
        let verifier = builder.build_for_id_tokens().unwrap();
        let draft = draft.clone().with("iss", issuer(pattern));
        let token = IdToken::new(draft.sign());
        let result = verifier.verify(&token, &plain_keys(), at(NOW));
        assert_eq!(result.map(drop).map_err(|error| error.kind()), expected, "{pattern}");
    }
}

fn access() -> Draft {
    Draft::access().with("aud", APP)
}

#[test]
fn an_id_token_is_not_a_bearer_token() {
    for pattern in ISSUERS {
        check_access(pattern, &access(), Ok(()));
        // Its roles would be permissions.
        check_access(pattern, &Draft::id(), Err(IdToken));
        check_access(pattern, &Draft::id().without("nonce"), Err(IdToken));
        check_access(pattern, &Draft::id().without("nonce").with("azp", ""), Err(IdToken));
        check_access(pattern, &Draft::id().without("nonce").with("appid", CLIENT), Ok(()));
    }
}

#[test]
fn an_access_token_is_not_an_id_token() {
    let of_app = || Draft::access_of_app().with("aud", APP);
    for pattern in ISSUERS {
        check_id(pattern, &Draft::id(), Ok(()));
        check_id(pattern, &Draft::id().without("nonce"), Ok(()));
        check_id(pattern, &of_app(), Err(AccessToken));
        check_id(pattern, &of_app().without("azp").with("appid", CLIENT), Err(AccessToken));
        check_id(pattern, &of_app().without("azp").with("idtyp", "app"), Err(AccessToken));
        check_id(pattern, &access(), Err(AccessToken));
    }
}

/// Other issuers have other rules: Google's ID tokens name a client, and access tokens may name none.
#[test]
fn issuers_of_others() {
    for pattern in ["https://accounts.google.com", "https://contoso.auth0.com/"] {
        check_id(pattern, &Draft::id().with("azp", APP), Ok(()));
        check_id(pattern, &Draft::id().with("idtyp", "app"), Err(AccessToken));
        check_access(pattern, &access().without("azp"), Ok(()));
        check_access(pattern, &Draft::id(), Err(IdToken));
    }
}

/// The subject of a user of B2C can be the object ID (azure-docs#29240): such a user is not an application,
/// and a role is not an application permission.
#[test]
fn a_user_whose_subject_is_the_object_id() {
    let permission = Requirement::app_role("Files.Read.All");
    for pattern in ISSUERS {
        let is_workforce = ISSUERS[7..].contains(&pattern);
        let expected = if is_workforce { Caller::App } else { Caller::Unknown };
        let authority = Authority::issuer(issuer(pattern));
        let verifier = Verifier::builder(authority).application(APP).build().unwrap();
        let draft = Draft::access_of_app().with("aud", APP).with("iss", issuer(pattern));
        let verify = |draft: &Draft| {
            verifier.verify(&AccessToken::new(draft.sign()), &plain_keys(), at(NOW)).unwrap()
        };
        let token = verify(&draft);
        assert_eq!(token.caller(), expected, "{pattern}");
        assert_eq!(token.authorize(&permission).is_ok(), is_workforce, "{pattern}");
        // The claims of the token decide, for any issuer.
        let token = verify(&draft.clone().with("idtyp", "app"));
        assert_eq!(token.caller(), Caller::App, "{pattern}");
        assert!(token.authorize(&permission).is_ok(), "{pattern}");
        let token = verify(&draft.clone().with("idtyp", "user"));
        assert_eq!(token.caller(), Caller::User, "{pattern}");
        let token = verify(&draft.with("scp", "Files.Read"));
        assert_eq!(token.caller(), Caller::User, "{pattern}");
    }
    // The same in every cloud, and of a token that was not verified; without an issuer it is unknown.
    let caller = |iss: Value| {
        let draft = Draft::access_of_app().with("iss", iss);
        UnverifiedToken::decode(&draft.sign()).unwrap().caller()
    };
    for host in ["login.microsoftonline.us", "login.sovcloud-identity.de"] {
        assert_eq!(caller(json!(format!("https://{host}/{TENANT}/v2.0"))), Caller::App);
    }
    assert_eq!(caller(json!(format!("https://sts.chinacloudapi.cn/{TENANT}/"))), Caller::App);
    assert_eq!(caller(json!("https://login.microsoftonline.com/common/v2.0")), Caller::Unknown);
    assert_eq!(caller(Value::Null), Caller::Unknown);
}

/// An ID token without a nonce is recognized because it names no client.
#[test]
fn id_tokens_are_recognized_without_a_nonce() {
    let is_id = |draft: Draft| UnverifiedToken::decode(&draft.sign()).unwrap().is_id_token();
    for pattern in ISSUERS {
        let id = || Draft::id().without("nonce").with("iss", issuer(pattern));
        assert!(is_id(id()), "{pattern}");
        assert!(!is_id(id().with("azp", CLIENT)), "{pattern}");
        assert!(!is_id(id().with("scp", "Files.Read")), "{pattern}");
    }
    assert!(!is_id(Draft::id().without("nonce").with("iss", "https://accounts.google.com")));
    assert!(is_id(Draft::id().with("iss", "https://accounts.google.com")));
}

/// Checks a key with this issuer for a token of this issuer.
#[track_caller]
fn check_key(pattern: &str, key_issuer: &str, expected: Result<(), VerifyErrorKind>) {
    for authority in authorities(pattern) {
        let verifier = Verifier::builder(authority).application(APP).build().unwrap();
        let members = json!({"kid": "organizations-key", "issuer": issuer(key_issuer)});
        let keys = key_set(rsa_jwk(&KEY), members);
        let token = AccessToken::new(access().with("iss", issuer(pattern)).sign());
        let result = verifier.verify(&token, &keys, at(NOW)).map(drop);
        assert_eq!(result.map_err(|error| error.kind()), expected, "{pattern} {key_issuer}");
    }
}

/// External ID runs on Entra, so its keys may name Entra's issuer, but neither another tenant nor another
/// service.
#[test]
fn keys_of_external_id() {
    for pattern in &ISSUERS[..2] {
        for own in [
            pattern,
            "https://contoso.ciamlogin.com/{tenantid}/v2.0",
            "https://b811a652-39e6-4a0c-b563-4279a1dd5012.ciamlogin.com/TENANT/v2.0",
            "https://login.microsoftonline.com/{tenantid}/v2.0",
            "https://login.microsoftonline.com/TENANT/v2.0",
        ] {
            check_key(pattern, own, Ok(()));
        }
        for foreign in [
            "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
            "https://login.microsoftonline.us/{tenantid}/v2.0",
            "https://contoso.ciamlogin.com/00000002-0000-4000-8000-000000000002/v2.0",
            "https://ciamlogin.com.attacker.example/{tenantid}/v2.0",
            "https://evilciamlogin.com/{tenantid}/v2.0",
            "https://contoso.b2clogin.com/TENANT/v2.0/",
            "https://sts.windows.net/TENANT/",
            "{tenantid}",
            "",
        ] {
            check_key(pattern, foreign, Err(WrongKeyIssuer));
        }
    }
}

#[test]
fn keys_of_other_services_do_not_sign_for_b2c() {
    for pattern in &ISSUERS[2..7] {
        check_key(pattern, pattern, Ok(()));
        check_key(pattern, &pattern.replace("TENANT", "{tenantid}"), Ok(()));
        for foreign in [
            "https://login.microsoftonline.com/{tenantid}/v2.0",
            "https://login.microsoftonline.com/TENANT/v2.0",
            "https://contoso.ciamlogin.com/{tenantid}/v2.0",
            "https://fabrikam.b2clogin.com/TENANT/v2.0/",
        ] {
            check_key(pattern, foreign, Err(WrongKeyIssuer));
        }
    }
}

/// Conversely, neither the keys of B2C nor those of External ID sign for organizations.
#[test]
fn keys_of_organizations() {
    for pattern in &ISSUERS[7..] {
        check_key(pattern, "https://login.microsoftonline.com/{tenantid}/v2.0", Ok(()));
        check_key(pattern, "https://login.microsoftonline.com/TENANT/v2.0", Ok(()));
        for foreign in [
            "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
            "https://login.microsoftonline.com/te/TENANT/b2c_1_susi/v2.0/",
            "https://contoso.ciamlogin.com/{tenantid}/v2.0",
            "https://contoso.b2clogin.com/{tenantid}/v2.0/",
            "https://login.microsoftonline.us/{tenantid}/v2.0",
        ] {
            check_key(pattern, foreign, Err(WrongKeyIssuer));
        }
    }
}

/// The cloud of a fixed issuer of Entra is known, whether a document names it or not.
#[test]
fn the_cloud_of_a_key_for_a_fixed_issuer() {
    let verify = |host: &str, key_cloud: &str| {
        let issuer = format!("https://{host}/{TENANT}/v2.0");
        let builder = Verifier::builder(Authority::issuer(issuer.as_str())).application(APP);
        let members = json!({"kid": "organizations-key", "cloud_instance_name": key_cloud});
        let keys = key_set(rsa_jwk(&KEY), members);
        let token = AccessToken::new(access().with("iss", issuer).sign());
        let result = builder.build().unwrap().verify(&token, &keys, at(NOW));
        result.map(drop).map_err(|error| error.kind())
    };
    let public = "login.microsoftonline.com";
    assert_eq!(verify(public, "microsoftonline.com"), Ok(()));
    assert_eq!(verify(public, "microsoftonline.us"), Err(WrongKeyCloud));
    assert_eq!(verify("login.microsoftonline.us", "microsoftonline.com"), Ok(()));
    assert_eq!(verify("contoso.ciamlogin.com", "microsoftonline.com"), Ok(()));
}

/// Another application in the audience of an ID token could have passed it on.
#[test]
fn further_audiences_of_id_tokens() {
    let verify = |trusted: &[&str], audience: Value| {
        let builder = Verifier::builder(Tenant::single(TENANT).unwrap()).audience(APP);
        let builder = trusted.iter().fold(builder, |builder, own| builder.trusted_audience(*own));
        let token = IdToken::new(Draft::id().with("aud", audience).sign());
        let result = builder.build_for_id_tokens().unwrap().verify(&token, &*KEYS, at(NOW));
        result.map(drop)
    };
    let kind =
        |trusted: &[&str], audience: Value| verify(trusted, audience).map_err(|error| error.kind());
    assert_eq!(kind(&[], json!([APP])), Ok(()));
    assert_eq!(kind(&[], json!([APP, APP.to_ascii_uppercase()])), Ok(()));
    assert_eq!(kind(&[], json!([APP, CLIENT])), Err(UntrustedAudience));
    assert_eq!(kind(&[], json!([CLIENT, APP])), Err(UntrustedAudience));
    assert_eq!(kind(&[], json!([APP, ""])), Err(UntrustedAudience));
    assert_eq!(kind(&[CLIENT], json!([APP, CLIENT])), Ok(()));
    assert_eq!(
        kind(&[CLIENT], json!([APP, CLIENT, "https://other.example"])),
        Err(UntrustedAudience)
    );
    // A trusted audience alone is not the application's.
    assert_eq!(kind(&[CLIENT], json!(CLIENT)), Err(WrongAudience));
    assert_eq!(kind(&[CLIENT], json!([CLIENT])), Err(WrongAudience));
    let error = verify(&[CLIENT], json!([APP, "https://other.example\n"])).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the ID token is also for an audience that is not trusted: expected {APP} or {CLIENT}, \
             found https://other.example\\u{{a}}"
        ),
    );
    // An access token may be for several APIs (RFC 9068 section 2.2).
    let token = Draft::access().with("aud", json!([API, "https://other.example"]));
    passes(&token);
}

/// Few developers know the setting for the token version of an API, so the message says what to do.
#[test]
fn the_message_for_an_audience_of_the_other_version() {
    let message = |builder: easyauth::verify::VerifierBuilder, draft: Draft| {
        let error = verify_with(&builder.build().unwrap(), &draft.sign()).unwrap_err();
        assert_eq!(error.kind(), WrongAudience);
        let challenge = error.challenge().www_authenticate().unwrap();
        assert!(!challenge.to_str().unwrap().contains("use .application"));
        error.to_string().strip_prefix("the token is for another audience: ").unwrap().to_owned()
    };
    let ours = || Verifier::builder(Tenant::single(TENANT).unwrap());
    assert_eq!(
        message(ours().audience(API), Draft::access().with("aud", APP)),
        format!(
            "expected api://my-api, found {APP}: v2.0 tokens carry the client ID; use .application(...)"
        ),
    );
    let uri = format!("api://{APP}");
    assert_eq!(
        message(ours().audience(uri.as_str()), Draft::access().with("aud", APP)),
        format!(
            "expected {uri}, found {APP}: v2.0 tokens carry the client ID; use .application(...)"
        ),
    );
    assert_eq!(
        message(ours().audience(APP), Draft::access_v1().with("aud", uri.as_str())),
        format!(
            "expected {APP}, found {uri}: v1.0 tokens carry the App ID URI; use .application(...)"
        ),
    );
    assert_eq!(
        message(ours().application(APP), Draft::access_v1()),
        format!(
            "expected {uri} or {APP}, found api://my-api: v1.0 tokens carry the App ID URI; if it is \
             yours, add .audience(...)"
        ),
    );
    // Nothing to change: the token is for another API.
    let other = format!("expected {uri} or {APP}, found {CLIENT}");
    assert_eq!(message(ours().application(APP), Draft::access().with("aud", CLIENT)), other);
    let graph = "00000003-0000-0000-c000-000000000000";
    assert_eq!(
        message(ours().audience(API), Draft::access_v1().with("aud", graph)),
        format!("expected api://my-api, found {graph}"),
    );
    assert_eq!(
        message(ours().audience(API), Draft::access().with("aud", graph)),
        format!("expected api://my-api, found {graph}"),
    );
    assert_eq!(
        message(ours().audience(API), Draft::access_v1().with("aud", "api://another-api")),
        "expected api://my-api, found api://another-api",
    );
}
