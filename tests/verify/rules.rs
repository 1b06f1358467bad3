//! The rules one by one, in order: a token that passes, and tokens that fail only by this rule.

use std::time::Duration;

use easyauth::{
    AccessToken, IdToken, MAX_TOKEN_LEN,
    resource::{Cloud, Resource},
    verify::{Algorithm, Authority, KeySet, Tenant, Verifier, VerifierBuilder, VerifyErrorKind::*},
};
use serde_json::{Value, json};

use crate::support::*;

#[test]
fn a_valid_token_passes() {
    let token = passes(&Draft::access());
    assert!(token.has_scope("Files.Read") && token.has_audience(API));
    assert_eq!((token.tenant_id(), token.object_id()), (Some(TENANT), Some(USER)));
    assert_eq!(token.header().kid(), Some("organizations-key"));
    passes(&Draft::access_v1());
    passes(&Draft::access_of_app());
    let id = verify_id(&Draft::id().sign()).unwrap();
    assert_eq!(id.claim("name"), Some("Sample User"));
}

/// Rule 1: the length is checked first.
#[test]
fn a_token_that_is_too_long() {
    let filler = |length: usize| Draft::access().with("filler", "x".repeat(length)).sign();
    let room = (MAX_TOKEN_LEN - filler(0).len()) / 4 * 3;
    assert!(filler(room).len() > MAX_TOKEN_LEN - 4 && filler(room).len() <= MAX_TOKEN_LEN);
    assert!(verify(&filler(room)).is_ok());
    rejected(&filler(room + 4), TooLong);
}

/// Rule 2: three segments of strict base64url, of which two are JSON objects.
#[test]
fn malformed_tokens() {
    let good = Draft::access().sign();
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else {
        panic!("three segments")
    };
    let malformed = |token: &str| {
        rejected(token, Malformed);
    };
    malformed("");
    malformed("opaque");
    malformed(&format!("{header}.{payload}"));
    malformed(&format!("{good}.{signature}"));
    rejected(&format!("{good}.{signature}.{signature}"), Encrypted);
    // Padding, whitespace, the standard alphabet, nonzero trailing bits.
    malformed(&format!("{header}=.{payload}.{signature}"));
    malformed(&format!("{header}.{payload}.{signature}="));
    malformed(&format!("{header}.{payload}.{signature}\n"));
    malformed(&format!(" {good}"));
    malformed(&format!("{header}.{payload}.{}", signature.replace(['-', '_'], "/")));
    malformed(&format!("{header}.{payload}.{}Z", &signature[..signature.len() - 1]));
    malformed(&sign_text("[]", "{}"));
    malformed(&sign_text("{", "{}"));
    malformed(&sign_text(b"{\"alg\":\"\xff\"}", "{}"));
    // A payload other than an object is rejected despite a valid signature.
    let header = json!({"alg": "RS256", "kid": "organizations-key"}).to_string();
    malformed(&sign_text(&header, "[1773328600,1773325000]"));
    malformed(&sign_text(&header, ""));
    malformed(&sign_text(&header, b"{\"aud\":\"\xff\"}"));
    malformed(&sign_text(&header, "{}{}"));
}

/// Rule 3: no duplicate members.
#[test]
fn duplicate_members() {
    let Draft { header, payload } = Draft::access();
    let (header, payload) = (header.to_string(), payload.to_string());
    let and = |object: &str, more: &str| format!("{},{more}}}", &object[..object.len() - 1]);
    assert!(verify(&sign_text(and(&header, r#""x":1"#), and(&payload, r#""x":1"#))).is_ok());
    let error = rejected(&sign_text(and(&header, r#""alg":"RS256""#), &payload), DuplicateMember);
    assert_eq!(error.member_name(), Some("alg"));
    rejected(&sign_text(and(&header, r#""x":1,"x":1"#), &payload), DuplicateMember);
    let error =
        rejected(&sign_text(&header, and(&payload, r#""roles":[],"roles":[]"#)), DuplicateMember);
    assert_eq!(error.member_name(), Some("roles"));
    rejected(&sign_text(&header, and(&payload, r#""exp":9999999999"#)), DuplicateMember);
    for name in ["TID", "Aud", "ISS", "oiD", "SUB"] {
        rejected(&sign_text(&header, and(&payload, &format!("\"{name}\":\"x\""))), DuplicateMember);
    }
}

/// Rule 4: no header member that requires support for an extension.
#[test]
fn header_members_that_are_not_supported() {
    passes(&Draft::access().with_header("unknown", "x").without_header("typ"));
    let cases = [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("crit", Value::Null),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("zip", json!("DEF")),
        ("enc", json!("A256GCM")),
        ("cty", json!("JWT")),
    ];
    for (name, value) in cases {
        let error = fails(&Draft::access().with_header(name, value), UnsupportedHeader);
        assert_eq!(error.member_name(), Some(name));
    }
}

/// RFC 8725 section 3.11: other kinds of token are rejected.
#[test]
fn the_type_of_the_token() {
    for typ in ["JWT", "jwt"] {
        passes(&Draft::access().with_header("typ", typ));
        assert!(verify_id(&Draft::id().with_header("typ", typ).sign()).is_ok());
    }
    // `at+jwt`: the scopes and the client of these tokens are in other claims (RFC 9068 section 2.2).
    let names = ["banana", "JOSE", "dpop+jwt", "at+jwt", "application/at+jwt"].map(Value::from);
    for typ in names.into_iter().chain([json!(1), Value::Null]) {
        let error = fails(&Draft::access().with_header("typ", typ.clone()), WrongType);
        assert_eq!(
            error.to_string(),
            "expected typ JWT; tokens of RFC 9068 (at+jwt) are not supported"
        );
        let error = verify_id(&Draft::id().with_header("typ", typ).sign()).unwrap_err();
        assert_eq!(error.kind(), WrongType);
    }
}

/// Microsoft Graph's tokens are genuine, but only Microsoft can verify them.
#[test]
fn a_protected_token() {
    fails(&Draft::access().with_header("nonce", "n"), Protected);
    fails(&Draft::access().with_header("nonce", Value::Null), Protected);
    // The nonce of an ID token is a claim.
    assert!(verify_id(&Draft::id().sign()).is_ok());
}

/// Rule 5: the verifier chooses the algorithms.
#[test]
fn algorithms() {
    let verifier = |algorithms: &[Algorithm]| {
        let builder = Verifier::builder(Tenant::single(TENANT).unwrap()).audience(API);
        builder.algorithms(algorithms.iter().copied()).build().unwrap()
    };
    let all = verifier(Algorithm::ALL);
    let p256 = key_set(ec_jwk(&P256, "P-256"), json!({"kid": "organizations-key"}));
    let p384 = key_set(ec_jwk(&P384, "P-384"), json!({"kid": "organizations-key"}));
    for algorithm in Algorithm::ALL {
        let draft = Draft::access().with_header("alg", algorithm.as_str());
        let (token, keys): (String, &KeySet) = match algorithm {
            Algorithm::Es256 => (draft.sign_on_curve(&P256), &p256),
            Algorithm::Es384 => (draft.sign_on_curve(&P384), &p384),
            _ => (draft.sign_with(&KEY), &KEYS),
        };
        let token = AccessToken::new(token);
        assert!(all.verify(&token, keys, at(NOW)).is_ok(), "{algorithm}");
        assert!(verifier(&[*algorithm]).verify(&token, keys, at(NOW)).is_ok());
        let others: Vec<_> =
            Algorithm::ALL.iter().copied().filter(|other| other != algorithm).collect();
        let error = verifier(&others).verify(&token, keys, at(NOW)).unwrap_err();
        assert_eq!(error.kind(), AlgorithmNotAllowed, "{algorithm}");
        // Only Entra's algorithm by default.
        let default = crate::support::verifier().verify(&token, keys, at(NOW));
        assert_eq!(default.is_ok(), *algorithm == Algorithm::Rs256);
    }
    assert_eq!(Algorithm::Ps384.to_string(), "PS384");
    assert_eq!(Algorithm::from_name("RS256"), Some(Algorithm::Rs256));
    assert_eq!(Algorithm::from_name("rs256"), None);
    for alg in [json!("none"), json!("None"), json!("rs256"), json!("HS256"), json!("ES512")] {
        fails(&Draft::access().with_header("alg", alg), AlgorithmNotAllowed);
    }
    fails(&Draft::access().with_header("alg", 256), AlgorithmNotAllowed);
    fails(&Draft::access().without_header("alg"), AlgorithmNotAllowed);
}

/// Rule 6: a key is never taken from the token.
#[test]
fn keys_in_the_header_are_ignored() {
    let embedded = || {
        Draft::access()
            .with_header("jwk", rsa_jwk(&FOREIGN_KEY))
            .with_header("jku", "https://attacker.example/keys")
            .with_header("x5u", "https://attacker.example/certificate")
            .with_header("x5c", json!(["AAAA"]))
            .with_header("x5t", "organizations-key")
    };
    rejected(&embedded().sign_with(&FOREIGN_KEY), InvalidSignature);
    passes(&embedded());
}

/// The headers that Entra writes for a key are decoded only once. Others with the same members pass too.
#[test]
fn usual_headers() {
    let verify = |id: &str, header: &str| {
        let keys = key_set(rsa_jwk(&KEY), json!({"kid": id}));
        let payload = Draft::access().payload.to_string();
        verifier().verify(&AccessToken::new(sign_text(header, payload)), &keys, at(NOW))
    };
    let orders =
        [&["typ", "alg", "kid"][..], &["typ", "alg", "x5t", "kid"], &["kid", "alg", "typ"]];
    // IDs that JSON writes as they are, and IDs that it escapes.
    for id in ["organizations-key", "a b", "\u{e9}", "a\"b", "a\\b", "a\nb", r#"k","alg":"none"#] {
        let members = json!({"typ": "JWT", "alg": "RS256", "x5t": id, "kid": id});
        for order in orders {
            let text = order.iter().map(|name| format!("\"{name}\":{}", members[name]));
            let header = format!("{{{}}}", text.collect::<Vec<_>>().join(","));
            let token = verify(id, &header).unwrap();
            assert_eq!(token.header().names().collect::<Vec<_>>(), order);
            assert_eq!(token.header().kid(), Some(id));
            assert_eq!(token.header().alg(), Some("RS256"));
        }
    }
    // The ID of the key between quotes is another ID in JSON, or more than one member.
    for id in [r"\u0062", r#"b","x":""#, r#"b","kid":"c"#] {
        let header = format!(r#"{{"typ":"JWT","alg":"RS256","kid":"{id}"}}"#);
        assert!(verify(id, &header).is_err(), "{id}");
    }
}

/// Rule 7: the key is the one that `kid` names, exactly.
#[test]
fn the_key_id() {
    fails(&Draft::access().without_header("kid"), MissingKeyId);
    fails(&Draft::access().with_header("kid", ""), MissingKeyId);
    fails(&Draft::access().with_header("kid", 1), MissingKeyId);
    for kid in ["other-key", "Organizations-Key", "organizations-key ", "../organizations-key"] {
        let error = fails(&Draft::access().with_header("kid", kid), UnknownKey);
        assert!(error.is_retryable());
    }
    let no_keys = KeySet::from_jwks(r#"{"keys":[]}"#).unwrap();
    let token = AccessToken::new(Draft::access().sign());
    let error = verifier().verify(&token, &no_keys, at(NOW)).unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (KeysUnavailable, true));
}

/// Rule 8, about keys, is in `keys.rs`. This is its part about tokens: the algorithm of the key.
#[test]
fn the_key_is_for_the_algorithm() {
    let verify = |keys: &KeySet| {
        verifier().verify(&AccessToken::new(Draft::access().sign()), keys, at(NOW)).map(drop)
    };
    let kid = "organizations-key";
    assert!(verify(&key_set(rsa_jwk(&KEY), json!({"kid": kid, "alg": "RS256"}))).is_ok());
    let error = verify(&key_set(rsa_jwk(&KEY), json!({"kid": kid, "alg": "PS256"}))).unwrap_err();
    assert_eq!(error.kind(), WrongKeyAlgorithm);
    let error = verify(&key_set(ec_jwk(&P256, "P-256"), json!({"kid": kid}))).unwrap_err();
    assert_eq!(error.kind(), WrongKeyAlgorithm);
}

/// Rule 9.
#[test]
fn the_signature() {
    rejected(&Draft::access().sign_with(&FOREIGN_KEY), InvalidSignature);
    let good = Draft::access().sign();
    let (message, signature) = good.rsplit_once('.').unwrap();
    rejected(&format!("{message}."), InvalidSignature);
    rejected(&format!("{message}.{}", &signature[4..]), InvalidSignature);
    rejected(&format!("{message}.{}", base64url([0; 256])), InvalidSignature);
    // Another payload, and another header that asks for the same.
    let (header, _) = message.split_once('.').unwrap();
    let payload = Draft::access().with("roles", json!(["Admin"])).payload.to_string();
    rejected(&format!("{header}.{}.{signature}", base64url(payload)), InvalidSignature);
    let payload = message.split_once('.').unwrap().1;
    let header = Draft::access().with_header("x", 1).header.to_string();
    rejected(&format!("{}.{payload}.{signature}", base64url(header)), InvalidSignature);
    // The signature is looked at before the claims: an unsigned expired token is not "expired".
    rejected(&Draft::access().with("exp", 1).sign_with(&FOREIGN_KEY), InvalidSignature);
}

fn entra(tenant: Tenant) -> VerifierBuilder {
    Verifier::builder(tenant).audience(API)
}

fn of_tenant(tenant: &str) -> Draft {
    Draft::access()
        .with("tid", tenant)
        .with("iss", format!("https://login.microsoftonline.com/{tenant}/v2.0"))
}

/// Rule 10: the key's issuer.
#[test]
fn the_issuer_of_the_key() {
    let verify = |key_issuer: &str, draft: Draft| {
        let keys =
            key_set(rsa_jwk(&KEY), json!({"kid": "organizations-key", "issuer": key_issuer}));
        let verifier = entra(Tenant::any_including_personal()).build().unwrap();
        verifier
            .verify(&AccessToken::new(draft.sign()), &keys, at(NOW))
            .map_err(|error| error.kind())
    };
    let any = "https://login.microsoftonline.com/{tenantid}/v2.0";
    let personal = format!("https://login.microsoftonline.com/{PERSONAL_TENANT}/v2.0");
    assert!(verify(any, of_tenant(TENANT)).is_ok());
    assert!(verify(any, of_tenant(PERSONAL_TENANT)).is_ok());
    assert!(verify(&personal, of_tenant(PERSONAL_TENANT)).is_ok());
    assert_eq!(verify(&personal, of_tenant(TENANT)).unwrap_err(), WrongKeyIssuer);
    let elsewhere =
        ["https://login.microsoftonline.us/{tenantid}/v2.0", "{tenantid}", "", "https://a"];
    for issuer in elsewhere {
        assert_eq!(verify(issuer, of_tenant(TENANT)).unwrap_err(), WrongKeyIssuer, "{issuer}");
    }
}

/// Rule 11: keys name the version 2.0 issuer, also for version 1.0 tokens.
#[test]
fn the_issuer_of_the_key_of_a_version_1_token() {
    passes(&Draft::access_v1());
    let keys = |issuer: &str| {
        key_set(rsa_jwk(&KEY), json!({"kid": "organizations-key", "issuer": issuer}))
    };
    let token = AccessToken::new(Draft::access_v1().sign());
    let personal = format!("https://login.microsoftonline.com/{PERSONAL_TENANT}/v2.0");
    let error = verifier().verify(&token, &keys(&personal), at(NOW)).unwrap_err();
    assert_eq!(error.kind(), WrongKeyIssuer);
    // Documents of version 1.0 name no issuer.
    let plain = key_set(rsa_jwk(&KEY), json!({"kid": "organizations-key"}));
    assert!(verifier().verify(&token, &plain, at(NOW)).is_ok());
}

/// Rule 12: the public document also contains keys of Azure Government.
#[test]
fn the_cloud_of_the_key() {
    fails(&Draft::access().with_header("kid", "government-key"), WrongKeyCloud);
    let verify = |cloud: Cloud, host: &str, members: Value| {
        let mut members = members;
        members["kid"] = json!("organizations-key");
        let keys = key_set(rsa_jwk(&KEY), members);
        let verifier = entra(Tenant::single(TENANT).unwrap()).cloud(cloud).build().unwrap();
        let draft = Draft::access().with("iss", format!("https://{host}/{TENANT}/v2.0"));
        let token = AccessToken::new(draft.sign());
        verifier.verify(&token, &keys, at(NOW)).map(drop).map_err(|error| error.kind())
    };
    let named = |cloud: &str| json!({"cloud_instance_name": cloud});
    // As recorded: the public document, and version 1.0 keys of Azure Government.
    let host = "login.microsoftonline.com";
    assert_eq!(verify(Cloud::Public, host, named("microsoftonline.com")), Ok(()));
    for other in ["microsoftonline.us", "elsewhere.example", ""] {
        assert_eq!(verify(Cloud::Public, host, named(other)), Err(WrongKeyCloud), "{other}");
    }
    let host = "login.microsoftonline.us";
    for cloud in [Cloud::UsGov, Cloud::UsGovDod] {
        assert_eq!(verify(cloud, host, named("microsoftonline.us")), Ok(()));
        assert_eq!(verify(cloud, host, named("microsoftonline.com")), Ok(()));
        for other in ["partner.microsoftonline.cn", "elsewhere.example"] {
            assert_eq!(verify(cloud, host, named(other)), Err(WrongKeyCloud), "{other}");
        }
    }
    // No name of these was recorded, so none decides anything; China's recorded keys have none.
    for (cloud, host) in [
        (Cloud::China, "login.partner.microsoftonline.cn"),
        (Cloud::France, "login.sovcloud-identity.fr"),
        (Cloud::Germany, "login.sovcloud-identity.de"),
        (Cloud::Singapore, "login.sovcloud-identity.sg"),
    ] {
        assert_eq!(verify(cloud, host, named("anything")), Ok(()), "{cloud:?}");
        assert_eq!(verify(cloud, host, json!({})), Ok(()), "{cloud:?}");
        let elsewhere = "login.microsoftonline.com";
        assert_eq!(verify(cloud, elsewhere, json!({})), Err(WrongIssuer), "{cloud:?}");
    }
}

/// The keys of Azure Government name the public issuer (recorded in the public document). Those of the other
/// clouds may do so too. They must not name another tenant or another service.
#[test]
fn the_issuer_of_the_key_in_other_clouds() {
    let clouds = [
        (Cloud::UsGov, "login.microsoftonline.us"),
        (Cloud::UsGovDod, "login.microsoftonline.us"),
        (Cloud::China, "login.partner.microsoftonline.cn"),
        (Cloud::France, "login.sovcloud-identity.fr"),
        (Cloud::Germany, "login.sovcloud-identity.de"),
        (Cloud::Singapore, "login.sovcloud-identity.sg"),
    ];
    for (cloud, host) in clouds {
        let verify = |key_issuer: &str| {
            let members = json!({"kid": "organizations-key", "issuer": key_issuer});
            let keys = key_set(rsa_jwk(&KEY), members);
            let verifier = entra(Tenant::single(TENANT).unwrap()).cloud(cloud).build().unwrap();
            let draft = Draft::access().with("iss", format!("https://{host}/{TENANT}/v2.0"));
            let token = AccessToken::new(draft.sign());
            verifier.verify(&token, &keys, at(NOW)).map(drop).map_err(|error| error.kind())
        };
        for tenant in ["{tenantid}", TENANT] {
            for host in [host, "login.microsoftonline.com"] {
                assert_eq!(verify(&format!("https://{host}/{tenant}/v2.0")), Ok(()), "{host}");
            }
        }
        for foreign in [
            format!("https://{host}/{OTHER_TENANT}/v2.0"),
            format!("https://login.microsoftonline.com/{PERSONAL_TENANT}/v2.0"),
            "https://login.microsoftonline.com/{tenantid}".to_owned(),
            "https://contoso.ciamlogin.com/{tenantid}/v2.0".to_owned(),
            "https://contoso.b2clogin.com/{tenantid}/v2.0/".to_owned(),
            "https://attacker.example/{tenantid}/v2.0".to_owned(),
        ] {
            assert_eq!(verify(&foreign), Err(WrongKeyIssuer), "{foreign}");
        }
    }
}

/// Rule 13: the issuer, exactly, of the token's version and the verifier's cloud.
#[test]
fn the_issuer() {
    let issuers = [
        format!("https://login.microsoftonline.com/{TENANT}/v2.0/"),
        format!("https://login.microsoftonline.com/{TENANT}"),
        format!("https://LOGIN.microsoftonline.com/{TENANT}/v2.0"),
        format!("https://login.microsoftonline.com/{OTHER_TENANT}/v2.0"),
        format!("http://login.microsoftonline.com/{TENANT}/v2.0"),
        format!("https://login.microsoftonline.us/{TENANT}/v2.0"),
        format!("https://login.microsoftonline.com.attacker.example/{TENANT}/v2.0"),
        format!("https://sts.windows.net/{TENANT}/"),
        // What the portal offers as an issuer, and no token has.
        format!("https://sts.windows.net/{TENANT}/v2.0"),
        "https://login.microsoftonline.com/common/v2.0".to_owned(),
        String::new(),
    ];
    for issuer in issuers {
        fails(&Draft::access().with("iss", issuer), WrongIssuer);
    }
    fails(
        &Draft::access_v1().with("iss", format!("https://login.microsoftonline.com/{TENANT}/v2.0")),
        WrongIssuer,
    );
    let error = fails(&Draft::access().with("iss", "https://a.example/"), WrongIssuer);
    assert_eq!(error.actual(), Some("https://a.example/"));
    let expected = format!("https://login.microsoftonline.com/{TENANT}/v2.0");
    assert_eq!(error.expected(), Some(expected.as_str()));

    assert_eq!(fails(&Draft::access().without("iss"), MissingClaim).member_name(), Some("iss"));
    let list = json!([format!("https://login.microsoftonline.com/{TENANT}/v2.0")]);
    fails(&Draft::access().with("iss", list), InvalidClaim);
    assert_eq!(fails(&Draft::access().without("ver"), MissingClaim).member_name(), Some("ver"));
    assert_eq!(fails(&Draft::access().with("ver", "3.0"), InvalidClaim).member_name(), Some("ver"));
}

/// Version 1.0 issuers of the clouds: that of Azure Government is the public one, those of the
/// sovereign clouds are unknown.
#[test]
fn version_1_issuers_of_clouds() {
    let verify = |cloud, host: &str| {
        let verifier = entra(Tenant::single(TENANT).unwrap()).cloud(cloud).build().unwrap();
        let keys = key_set(rsa_jwk(&KEY), json!({"kid": "organizations-key"}));
        let draft = Draft::access_v1().with("iss", format!("https://{host}/{TENANT}/"));
        let token = AccessToken::new(draft.sign());
        verifier.verify(&token, &keys, at(NOW)).map_err(|error| error.kind())
    };
    assert!(verify(Cloud::Public, "sts.windows.net").is_ok());
    assert!(verify(Cloud::UsGov, "sts.windows.net").is_ok());
    assert!(verify(Cloud::UsGovDod, "sts.windows.net").is_ok());
    assert!(verify(Cloud::China, "sts.chinacloudapi.cn").is_ok());
    assert_eq!(verify(Cloud::China, "sts.windows.net").unwrap_err(), WrongIssuer);
    for cloud in [Cloud::France, Cloud::Germany, Cloud::Singapore] {
        assert_eq!(verify(cloud, "sts.windows.net").unwrap_err(), WrongIssuer);
    }
}

/// An API registration issues version 1.0 tokens by default. The advice is about access tokens.
#[test]
fn version_1_tokens_where_their_issuer_is_unknown() {
    let keys = key_set(rsa_jwk(&KEY), json!({"kid": "organizations-key"}));
    let builder = || entra(Tenant::single(TENANT).unwrap()).cloud(Cloud::France);
    let issuer = format!("https://sts.sovcloud-identity.fr/{TENANT}/");
    let message = format!(
        "the token is from another issuer: expected https://login.sovcloud-identity.fr/{TENANT}/v2.0, \
         found {issuer}"
    );
    let token = AccessToken::new(Draft::access_v1().with("iss", issuer.as_str()).sign());
    let error = builder().build().unwrap().verify(&token, &keys, at(NOW)).unwrap_err();
    let advice = "set requestedAccessTokenVersion to 2; the v1.0 issuer of this cloud is not known";
    assert_eq!(error.to_string(), format!("{message}: {advice}"));
    let token = IdToken::new(Draft::id().with("ver", "1.0").with("iss", issuer).sign());
    let verifier = builder().audience(APP).build_for_id_tokens().unwrap();
    let error = verifier.verify(&token, &keys, at(NOW)).unwrap_err();
    assert_eq!(error.to_string(), message);
}

/// Rule 13: only a GUID may replace the placeholder in the pattern of an issuer.
#[test]
fn the_tenant_id() {
    for tenant in ["common", "organizations", "../x", "", "b811a65239e64a0cb5634279a1dd5012"] {
        let error = fails(&of_tenant(tenant), InvalidClaim);
        assert_eq!(error.member_name(), Some("tid"));
    }
    assert_eq!(fails(&Draft::access().without("tid"), MissingClaim).member_name(), Some("tid"));
    fails(&Draft::access().with("tid", 1), InvalidClaim);
    // An ID token has no `tid` without the scope `profile`; then the issuer says which tenant.
    assert!(verify_id(&Draft::id().without("tid").sign()).is_ok());
    let other = format!("https://login.microsoftonline.com/{OTHER_TENANT}/v2.0");
    let error = verify_id(&Draft::id().without("tid").with("iss", other).sign()).unwrap_err();
    assert_eq!(error.kind(), WrongTenant);
    let without_tenant =
        Draft::id().without("tid").with("iss", "https://login.microsoftonline.com//v2.0");
    assert_eq!(verify_id(&without_tenant.sign()).unwrap_err().kind(), InvalidClaim);
    let elsewhere = Draft::id().without("tid").with("iss", "https://a.example/");
    assert_eq!(verify_id(&elsewhere.sign()).unwrap_err().kind(), MissingClaim);
    let v1 = Draft::id()
        .without("tid")
        .with("ver", "1.0")
        .with("iss", format!("https://sts.windows.net/{TENANT}/"));
    assert!(verify_id(&v1.sign()).is_ok());
}

/// Rule 14: the tenant.
#[test]
fn tenants() {
    const SERVICES: &str = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";
    let verify = |tenant: Tenant, own: &str| {
        verify_with(&entra(tenant).build().unwrap(), &of_tenant(own).sign())
            .map_err(|error| error.kind())
    };
    let single = || Tenant::single(&TENANT.to_ascii_uppercase()).unwrap();
    assert!(verify(single(), TENANT).is_ok());
    assert_eq!(verify(single(), OTHER_TENANT).unwrap_err(), WrongTenant);
    let list = || Tenant::any_of([TENANT, OTHER_TENANT]).unwrap();
    assert!(verify(list(), TENANT).is_ok() && verify(list(), OTHER_TENANT).is_ok());
    assert_eq!(verify(list(), SERVICES).unwrap_err(), WrongTenant);
    assert!(verify(Tenant::any_organization(), OTHER_TENANT).is_ok());
    assert_eq!(verify(Tenant::any_organization(), PERSONAL_TENANT).unwrap_err(), WrongTenant);
    assert_eq!(verify(Tenant::any_organization(), SERVICES).unwrap_err(), WrongTenant);
    assert!(verify(Tenant::any_including_personal(), PERSONAL_TENANT).is_ok());
    assert!(verify(Tenant::any_including_personal(), SERVICES).is_ok());

    let error =
        verify_with(&entra(list()).build().unwrap(), &of_tenant(SERVICES).sign()).unwrap_err();
    assert_eq!(error.actual(), Some(SERVICES));
    assert_eq!(error.expected(), Some(format!("{TENANT} or {OTHER_TENANT}").as_str()));
}

/// Rule 15: the audience.
#[test]
fn audiences() {
    let verify = |builder: VerifierBuilder, audience: Value| {
        verify_with(&builder.build().unwrap(), &Draft::access().with("aud", audience).sign())
            .map_err(|error| error.kind())
    };
    let ours = || Verifier::builder(Tenant::single(TENANT).unwrap());
    assert!(verify(ours().audience(API), json!(API)).is_ok());
    assert!(verify(ours().audience(API), json!("api://my-api/")).is_ok());
    assert!(verify(ours().audience(API), json!(["api://other", API])).is_ok());
    assert!(verify(ours().audience("api://other").audience(API), json!(API)).is_ok());
    for audience in [
        json!("api://My-Api"),
        json!("api://my-api//"),
        json!(" api://my-api"),
        json!(""),
        json!([]),
    ] {
        assert_eq!(verify(ours().audience(API), audience).unwrap_err(), WrongAudience);
    }
    for audience in [json!(1), json!({}), json!(true), json!([1]), json!([API, 1]), json!([[API]])]
    {
        assert_eq!(verify(ours().audience(API), audience).unwrap_err(), InvalidClaim);
    }
    assert_eq!(verify(ours().audience(API), Value::Null).unwrap_err(), MissingClaim);
    let error = fails(&Draft::access().without("aud"), MissingClaim);
    assert_eq!(error.member_name(), Some("aud"));

    // The forms of both versions, if asked for.
    let uri = format!("api://{APP}");
    assert!(verify(ours().application(APP), json!(APP)).is_ok());
    assert!(verify(ours().application(APP), json!(uri)).is_ok());
    assert!(verify(ours().audience(APP), json!(APP.to_ascii_uppercase())).is_ok());
    assert_eq!(verify(ours().audience(APP), json!(uri)).unwrap_err(), WrongAudience);
    assert_eq!(verify(ours().audience(uri.as_str()), json!(APP)).unwrap_err(), WrongAudience);

    const ORDERS: Resource = Resource::new("Orders", &["api://orders"]).with_app_id(APP);
    assert!(verify(ours().audience(ORDERS), json!("api://orders")).is_ok());
    assert!(verify(ours().audience(ORDERS), json!(APP)).is_ok());

    let token = Draft::access().with("aud", json!(["api://a", "api://b"])).sign();
    let verifier = ours().audience(ORDERS).audience(API).build().unwrap();
    let error = verify_with(&verifier, &token).unwrap_err();
    assert_eq!(error.expected(), Some("api://orders or api://my-api"));
    assert_eq!(error.actual(), Some("api://a and api://b"));
}

/// Rule 16 and 17: the times.
#[test]
fn times() {
    let verify = |draft: &Draft, now: u64| {
        verifier()
            .verify(&AccessToken::new(draft.sign()), &*KEYS, at(now))
            .map(drop)
            .map_err(|error| error.kind())
    };
    let draft = Draft::access();
    assert_eq!(verify(&draft, EXPIRES + 299), Ok(()));
    assert_eq!(verify(&draft, EXPIRES + 300), Err(Expired));
    assert_eq!(verify(&draft, ISSUED - 300), Ok(()));
    assert_eq!(verify(&draft, ISSUED - 301), Err(NotYetValid));
    let draft = Draft::access().without("nbf");
    assert_eq!(verify(&draft, ISSUED - 300), Ok(()));
    assert_eq!(verify(&draft, ISSUED - 301), Err(IssuedInFuture));
    assert_eq!(verify(&draft.without("iat"), ISSUED - 301), Ok(()));
    // Valid at one moment only, which the skew hides.
    let backwards = |nbf: u64| Draft::access().with("nbf", nbf).with("exp", NOW);
    assert_eq!(verify(&backwards(NOW - 1), NOW), Ok(()));
    assert_eq!(verify(&backwards(NOW), NOW), Err(InvalidLifetime));
    assert_eq!(verify(&backwards(NOW + 1), NOW), Err(InvalidLifetime));

    assert_eq!(verify(&Draft::access().with("exp", 1_773_328_600.5), NOW), Ok(()));
    for claim in ["exp", "nbf", "iat"] {
        let bad = [
            json!(EXPIRES.to_string()),
            json!(-1),
            json!(true),
            json!([1]),
            json!(1e300),
            json!(253_402_300_800_u64),
        ];
        for value in bad {
            let error = fails(&Draft::access().with(claim, value), InvalidClaim);
            assert_eq!(error.member_name(), Some(claim));
        }
    }
    assert_eq!(fails(&Draft::access().without("exp"), MissingClaim).member_name(), Some("exp"));
    assert_eq!(verify(&Draft::access().with("exp", Value::Null), NOW), Err(MissingClaim));
    assert_eq!(verify(&Draft::access().with("exp", 253_402_300_799_u64), NOW), Ok(()));
}

#[test]
fn the_clock_skew_can_be_chosen() {
    let verify = |skew: u64, now: u64| {
        let builder = entra(Tenant::single(TENANT).unwrap());
        let verifier = builder.clock_skew(Duration::from_secs(skew)).build().unwrap();
        verifier.verify(&AccessToken::new(Draft::access().sign()), &*KEYS, at(now)).is_ok()
    };
    assert!(verify(0, EXPIRES - 1) && !verify(0, EXPIRES));
    assert!(verify(0, ISSUED) && !verify(0, ISSUED - 1));
    assert!(verify(900, EXPIRES + 899) && !verify(900, EXPIRES + 900));
}

#[test]
fn the_lifetime_can_be_capped() {
    let verify = |draft: Draft| {
        let builder = entra(Tenant::single(TENANT).unwrap());
        let verifier = builder.max_lifetime(Duration::from_secs(3600)).build().unwrap();
        verify_with(&verifier, &draft.sign()).map(drop).map_err(|error| error.kind())
    };
    assert_eq!(verify(Draft::access()), Ok(()));
    assert_eq!(verify(Draft::access().with("exp", EXPIRES + 1)), Err(LifetimeTooLong));
    assert_eq!(verify(Draft::access().without("iat")), Err(MissingClaim));
}

/// Rule 18: a token with neither scopes nor roles is rejected.
#[test]
fn tokens_without_permissions() {
    let nothing = || Draft::access().without("scp");
    fails(&nothing(), NoPermissions);
    fails(&nothing().with("scp", ""), NoPermissions);
    fails(&nothing().with("scp", "/"), NoPermissions);
    fails(&nothing().with("roles", json!([])), NoPermissions);
    fails(&nothing().with("roles", json!([""])), NoPermissions);
    passes(&nothing().with("roles", json!(["Files.Read.All"])));
    passes(&nothing().with("roles", json!(["", "Files.Read.All"])));
    let acl = entra(Tenant::single(TENANT).unwrap()).allow_tokens_without_permissions();
    assert!(verify_with(&acl.clone().build().unwrap(), &nothing().sign()).is_ok());
    // Even so, an ID token does not pass, and the list of clients holds.
    let error = verify_with(&acl.clone().build().unwrap(), &nothing().without("azp").sign());
    assert_eq!(error.unwrap_err().kind(), IdToken);
    let unnamed = nothing().with("azp", "");
    let error = verify_with(&acl.clone().build().unwrap(), &unnamed.clone().sign());
    assert_eq!(error.unwrap_err().kind(), IdToken);
    assert!(verify_with(&acl.clone().build().unwrap(), &unnamed.with("appid", APP).sign()).is_ok());
    let error = verify_with(&acl.client(APP).build().unwrap(), &nothing().sign()).unwrap_err();
    assert_eq!(error.kind(), ClientNotAllowed);
}

/// Rule 21: the list of clients.
#[test]
fn clients() {
    let verify = |clients: &[&str], draft: Draft| {
        let builder = entra(Tenant::single(TENANT).unwrap());
        let builder = clients.iter().fold(builder, |builder, client| builder.client(*client));
        verify_with(&builder.build().unwrap(), &draft.sign())
    };
    assert!(verify(&[CLIENT], Draft::access()).is_ok());
    assert!(verify(&[APP, CLIENT], Draft::access_v1()).is_ok());
    assert!(verify(&[&CLIENT.to_ascii_uppercase()], Draft::access_of_app()).is_ok());
    let error = verify(&[APP], Draft::access()).unwrap_err();
    assert_eq!(error.kind(), ClientNotAllowed);
    assert_eq!((error.expected(), error.actual()), (Some(APP), Some(CLIENT)));
    assert!(!error.to_string().contains(CLIENT));
}

/// Rule 23: a token that is bound to a key is not a bearer token.
#[test]
fn bound_tokens() {
    fails(&Draft::access().with("cnf", json!({"kid": "k"})), BoundToKey);
    fails(&Draft::access().with("cnf", "k"), BoundToKey);
    passes(&Draft::access().with("cnf", Value::Null));
}

/// Rule 24: neither kind of token is accepted as the other.
#[test]
fn id_tokens_and_access_tokens() {
    let of_app = |builder: VerifierBuilder| builder.audience(APP).build().unwrap();
    let access = of_app(Verifier::builder(Tenant::single(TENANT).unwrap()));
    let kind = |token: Draft| verify_with(&access, &token.sign()).unwrap_err().kind();
    assert_eq!(kind(Draft::id()), IdToken);
    assert_eq!(kind(Draft::id().without("nonce").with("c_hash", "h")), IdToken);
    // Without any claim of an ID token, it still names no client.
    assert_eq!(kind(Draft::id().without("nonce")), IdToken);

    let id_kind = |token: Draft| verify_id(&token.with("aud", APP).sign()).unwrap_err().kind();
    assert_eq!(id_kind(Draft::access()), AccessToken);
    assert_eq!(id_kind(Draft::access_v1()), AccessToken);
    assert_eq!(id_kind(Draft::access_of_app()), AccessToken);
    assert_eq!(id_kind(Draft::id().with("scp", "Files.Read")), AccessToken);

    let verify = |token: Draft, nonce: &str| {
        id_verifier()
            .verify_nonce(&IdToken::new(token.sign()), nonce, &*KEYS, at(NOW))
            .map(drop)
            .map_err(|error| error.kind())
    };
    assert_eq!(verify(Draft::id(), "nonce-1"), Ok(()));
    assert_eq!(verify(Draft::id(), "nonce-2"), Err(WrongNonce));
    assert_eq!(verify(Draft::id().without("nonce"), "nonce-1"), Err(WrongNonce));
    assert_eq!(verify(Draft::id().with("nonce", 1), "1"), Err(WrongNonce));
    let error = verify_id(&Draft::id().with("aud", CLIENT).sign()).unwrap_err();
    assert_eq!(error.kind(), WrongAudience);
    assert_eq!(
        verify_id(&Draft::id().with("exp", 1).with("nbf", 0).sign()).unwrap_err().kind(),
        Expired
    );
}

/// Issuers other than Entra are compared exactly, and can have other algorithms.
#[test]
fn fixed_issuers() {
    let google =
        || Authority::issuer("https://accounts.google.com").or_issuer("accounts.google.com");
    let verifier = Verifier::builder(google()).audience(APP).build_for_id_tokens().unwrap();
    // Google's ID tokens have `azp`, and neither tenant nor version.
    let draft = || {
        let draft = Draft::id().with("iss", "https://accounts.google.com").with("azp", APP);
        draft.without("tid").without("ver").without("oid")
    };
    let keys = key_set(rsa_jwk(&KEY), json!({"kid": "organizations-key", "alg": "RS256"}));
    let verify = |draft: Draft| {
        verifier.verify(&IdToken::new(draft.sign()), &keys, at(NOW)).map_err(|error| error.kind())
    };
    assert!(verify(draft()).is_ok());
    assert!(verify(draft().with("iss", "accounts.google.com")).is_ok());
    assert_eq!(
        verify(draft().with("iss", "https://accounts.google.com/")).unwrap_err(),
        WrongIssuer
    );
    assert_eq!(verify(draft().without("iss")).unwrap_err(), MissingClaim);
    assert_eq!(verify(draft().with("appid", APP)).unwrap_err(), AccessToken);
    let error = verifier
        .verify(&IdToken::new(draft().with("iss", "x").sign()), &keys, at(NOW))
        .unwrap_err();
    assert_eq!(error.expected(), Some("https://accounts.google.com or accounts.google.com"));

    // An access token of such an issuer may do without a client.
    let access = Verifier::builder(google()).audience(APP).build().unwrap();
    let token = draft().without("nonce").without("azp").sign();
    assert!(access.verify(&AccessToken::new(token), &keys, at(NOW)).is_ok());
    let token = draft().without("nonce").without("azp").with("aud", "x").sign();
    let error = access.verify(&AccessToken::new(token), &keys, at(NOW)).unwrap_err();
    assert_eq!(error.kind(), WrongAudience);

    // Its keys, if they name an issuer, name this one.
    let keys_of = |issuer: &str| {
        key_set(rsa_jwk(&KEY), json!({"kid": "organizations-key", "issuer": issuer}))
    };
    let verify = |issuer: &str, draft: Draft| {
        let token = IdToken::new(draft.sign());
        verifier.verify(&token, &keys_of(issuer), at(NOW)).map(drop).map_err(|error| error.kind())
    };
    assert_eq!(verify("https://accounts.google.com", draft()), Ok(()));
    assert_eq!(verify("https://other.example", draft()), Err(WrongKeyIssuer));
    assert_eq!(verify("https://{tenantid}", draft()), Err(WrongKeyIssuer));
    assert_eq!(verify("https://{tenantid}", draft().with("tid", "accounts.google.com")), Ok(()));
}
