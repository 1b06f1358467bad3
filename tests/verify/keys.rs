//! Key sets, key by key (rule 8), and metadata.

use easyauth::{
    resource::Cloud,
    verify::{
        Algorithm, DocumentErrorKind, InvalidMetadataUriKind, KeySet, MAX_DOCUMENT_LEN, MAX_KEYS,
        Metadata, MetadataUri, SkippedKey, Tenant,
    },
};
use easyauth_test_support::skips::*;
use serde_json::{Map, Value, json};

use crate::support::*;

/// Why a key is skipped.
type Skipped = String;

fn bare(reason: &str) -> Skipped {
    reason.to_owned()
}

fn missing(name: &str) -> Skipped {
    format!("{MISSING_MEMBER}: {name}")
}

fn malformed(name: &str) -> Skipped {
    format!("{MALFORMED_MEMBER}: {name}")
}

fn not_base64(name: &str) -> Skipped {
    format!("{NOT_BASE64}: {name}")
}

/// The reason that a skipped key prints.
fn reason(key: &SkippedKey) -> String {
    let text = key.to_string();
    text.split_once(" is not used: ").unwrap().1.to_owned()
}

/// The outcome for one key: used, or why not.
fn outcome(jwk: &Value) -> Result<(), Skipped> {
    let set = KeySet::from_jwks(json!({"keys": [jwk]}).to_string()).unwrap();
    match set.skipped() {
        [] => {
            assert_eq!(set.len(), 1);
            Ok(())
        }
        [skipped] => {
            assert!(set.is_empty() && skipped.index() == 0);
            Err(reason(skipped))
        }
        _ => panic!("one key"),
    }
}

fn with(jwk: Map<String, Value>, members: Value) -> Value {
    let mut jwk = jwk;
    jwk.insert("kid".to_owned(), json!("k"));
    for (name, value) in members.as_object().unwrap() {
        if value.is_null() {
            jwk.remove(name);
        } else {
            jwk.insert(name.clone(), value.clone());
        }
    }
    jwk.into()
}

fn rsa(members: Value) -> Result<(), Skipped> {
    outcome(&with(rsa_jwk(&KEY), members))
}

fn ec(members: Value) -> Result<(), Skipped> {
    outcome(&with(ec_jwk(&P256, "P-256"), members))
}

/// A number of this many bits, odd.
fn modulus(bits: usize) -> String {
    let mut bytes = vec![0xff; bits.div_ceil(8)];
    bytes[0] = 0xff >> (bytes.len() * 8 - bits);
    base64url(bytes)
}

#[test]
fn the_shape_of_a_key() {
    assert_eq!(rsa(json!({})), Ok(()));
    assert_eq!(ec(json!({})), Ok(()));
    assert_eq!(outcome(&with(ec_jwk(&P384, "P-384"), json!({}))), Ok(()));
    assert_eq!(outcome(&json!([])), Err(bare(NOT_AN_OBJECT)));
    assert_eq!(outcome(&json!(1)), Err(bare(NOT_AN_OBJECT)));
    assert_eq!(rsa(json!({"kty": null})), Err(missing("kty")));
    assert_eq!(rsa(json!({"kty": 1})), Err(malformed("kty")));
    for kty in ["oct", "OKP", "rsa", ""] {
        assert_eq!(rsa(json!({"kty": kty})), Err(bare(UNKNOWN_TYPE)));
    }
    assert_eq!(rsa(json!({"kid": null})), Err(missing("kid")));
    assert_eq!(rsa(json!({"kid": ""})), Err(missing("kid")));
    assert_eq!(rsa(json!({"kid": 1})), Err(malformed("kid")));
    // Unknown members are ignored, certificates included.
    assert_eq!(rsa(json!({"x5t": "t", "x5c": "not a list", "ext": true})), Ok(()));
}

#[test]
fn the_purpose_of_a_key() {
    assert_eq!(rsa(json!({"use": "sig"})), Ok(()));
    assert_eq!(rsa(json!({"use": "enc"})), Err(bare(WRONG_USE)));
    assert_eq!(rsa(json!({"use": "SIG"})), Err(bare(WRONG_USE)));
    assert_eq!(rsa(json!({"use": 1})), Err(malformed("use")));
    assert_eq!(rsa(json!({"key_ops": ["sign", "verify"]})), Ok(()));
    assert_eq!(rsa(json!({"key_ops": ["encrypt"]})), Err(bare(WRONG_OPERATIONS)));
    assert_eq!(rsa(json!({"key_ops": []})), Err(bare(WRONG_OPERATIONS)));
    assert_eq!(rsa(json!({"key_ops": "verify"})), Err(malformed("key_ops")));
    assert_eq!(rsa(json!({"key_ops": [1]})), Err(malformed("key_ops")));
    // Each private member alone is enough.
    for part in ["d", "p", "q", "dp", "dq", "qi"] {
        assert_eq!(rsa(json!({part: "AQ"})), Err(bare(PRIVATE)), "{part}");
    }
    assert_eq!(rsa(json!({"oth": [{"r": "AQ"}]})), Err(bare(PRIVATE)));
    assert_eq!(ec(json!({"d": "AQ"})), Err(bare(PRIVATE)));
}

#[test]
fn the_algorithm_of_a_key() {
    for alg in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] {
        assert_eq!(rsa(json!({"alg": alg})), Ok(()));
        assert_eq!(ec(json!({"alg": alg})), Err(bare(WRONG_ALGORITHM)));
    }
    assert_eq!(ec(json!({"alg": "ES256"})), Ok(()));
    for alg in ["ES256", "RSA-OAEP", "RSA1_5", "SHA256", "none", "HS256", "rs256"] {
        assert_eq!(rsa(json!({"alg": alg})), Err(bare(WRONG_ALGORITHM)));
    }
    assert_eq!(ec(json!({"alg": "ES384"})), Err(bare(WRONG_ALGORITHM)));
    assert_eq!(rsa(json!({"alg": 1})), Err(malformed("alg")));
}

#[track_caller]
fn too_short_or_long(modulus: &str, bits: usize) {
    let jwk = with(rsa_jwk(&KEY), json!({"n": modulus}));
    assert_eq!(outcome(&jwk), Err(format!("{MODULUS_LENGTH}: {bits}")));
}

#[test]
fn rsa_keys() {
    for name in ["n", "e"] {
        assert_eq!(rsa(json!({ name: null })), Err(missing(name)));
        assert_eq!(rsa(json!({ name: 1 })), Err(malformed(name)));
        for text in ["AQAB=", "AQ AB", "AQ+B", "AQ/B", "AQABA"] {
            assert_eq!(rsa(json!({ name: text })), Err(not_base64(name)), "{text}");
        }
    }
    for bits in [2048, 2049, 3072, 4096, 8192] {
        assert_eq!(rsa(json!({"n": modulus(bits)})), Ok(()));
    }
    for bits in [8, 512, 1024, 2047, 8193, 16384] {
        too_short_or_long(&modulus(bits), bits);
    }
    too_short_or_long("", 0);
    too_short_or_long("AAAA", 0);
    // 3, 65537, 2^33 - 1; then 0, 1, 2, 65536, 2^33 + 1.
    for exponent in [&[3][..], &[1, 0, 1], &[1, 0xff, 0xff, 0xff, 0xff], &[0, 0, 3]] {
        assert_eq!(rsa(json!({"e": base64url(exponent)})), Ok(()), "{exponent:?}");
    }
    for exponent in [&[][..], &[0], &[1], &[0, 1], &[2], &[1, 0, 0], &[2, 0, 0, 0, 1]] {
        assert_eq!(
            rsa(json!({"e": base64url(exponent)})),
            Err(bare(WRONG_EXPONENT)),
            "{exponent:?}"
        );
    }
}

/// Leading zeros of a modulus are ignored.
#[test]
fn leading_zeros_of_a_modulus() {
    let jwk = rsa_jwk(&KEY);
    let modulus = base64::Engine::decode(
        &base64::prelude::BASE64_URL_SAFE_NO_PAD,
        jwk["n"].as_str().unwrap(),
    );
    let padded = base64url([vec![0, 0], modulus.unwrap()].concat());
    let keys = key_set(jwk, json!({"kid": "organizations-key", "n": padded}));
    let token = easyauth::AccessToken::new(Draft::access().sign());
    assert!(verifier().verify(&token, &keys, at(NOW)).is_ok());
}

#[test]
fn keys_on_curves() {
    assert_eq!(ec(json!({"crv": null})), Err(missing("crv")));
    for curve in ["P-521", "secp256k1", "p-256", "Ed25519"] {
        assert_eq!(ec(json!({"crv": curve})), Err(bare(UNKNOWN_CURVE)));
    }
    // A point of the other curve.
    assert_eq!(ec(json!({"crv": "P-384"})), Err(malformed("x")));
    for name in ["x", "y"] {
        assert_eq!(ec(json!({ name: null })), Err(missing(name)));
        assert_eq!(ec(json!({ name: base64url([1; 31]) })), Err(malformed(name)));
        assert_eq!(ec(json!({ name: base64url([1; 33]) })), Err(malformed(name)));
        assert_eq!(ec(json!({ name: "AQAB=" })), Err(not_base64(name)));
    }
    // A point that is not on the curve is detected when a signature is checked.
    let wrong = key_set(
        ec_jwk(&P256, "P-256"),
        json!({"kid": "organizations-key", "y": base64url([1; 32])}),
    );
    let builder = easyauth::verify::Verifier::builder(Tenant::single(TENANT).unwrap());
    let verifier = builder.audience(API).algorithms([Algorithm::Es256]).build().unwrap();
    let token = Draft::access().with_header("alg", "ES256").sign_on_curve(&P256);
    let token = easyauth::AccessToken::new(token);
    let error = verifier.verify(&token, &wrong, at(NOW)).unwrap_err();
    assert_eq!(error.kind(), easyauth::verify::VerifyErrorKind::InvalidSignature);
}

#[test]
fn good_keys_stay_when_others_go() {
    let good = with(rsa_jwk(&KEY), json!({"kid": "good", "issuer": "https://a.example/"}));
    let other = with(rsa_jwk(&FOREIGN_KEY), json!({"kid": "other", "alg": "RS256"}));
    let text = json!({"keys": [1, good, {"kty": "oct", "kid": "o\n", "k": "AA"}, other, []]});
    let set = KeySet::from_jwks(text.to_string()).unwrap();
    assert_eq!(set.keys().map(easyauth::verify::Key::id).collect::<Vec<_>>(), ["good", "other"]);
    assert_eq!((set.len(), set.is_empty()), (2, false));
    assert_eq!(set.key("good").unwrap().issuer(), Some("https://a.example/"));
    assert_eq!(set.key("good").unwrap().algorithm(), None);
    assert_eq!(set.key("good").unwrap().cloud_instance_name(), None);
    assert_eq!(set.key("other").unwrap().algorithm(), Some(Algorithm::Rs256));
    assert!(set.key("Good").is_none());
    let skipped: Vec<_> =
        set.skipped().iter().map(|key| (key.index(), key.id(), reason(key))).collect();
    let expected = [
        (0, None, bare(NOT_AN_OBJECT)),
        (2, Some("o\n"), bare(UNKNOWN_TYPE)),
        (4, None, bare(NOT_AN_OBJECT)),
    ];
    assert_eq!(skipped, expected);
    assert_eq!(
        set.skipped().iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "key 0 is not used: it is not a JSON object",
            r"key 2 (o\u{a}) is not used: its kty is neither RSA nor EC",
            "key 4 is not used: it is not a JSON object",
        ]
    );
    // The ID comes from the document, so a log must not break at it.
    assert!(format!("{:?}", set.skipped()).contains(r#"id: Some("o\u{a}"), "#));
}

/// If two different keys have one ID, neither is used.
#[test]
fn one_id_for_two_keys() {
    let one = with(rsa_jwk(&KEY), json!({}));
    let keys = |other: Value| {
        let text = json!({"keys": [one, other]}).to_string();
        let set = KeySet::from_jwks(text).unwrap();
        (set.len(), set.skipped().iter().map(|key| (key.index(), reason(key))).collect::<Vec<_>>())
    };
    assert_eq!(keys(one.clone()), (1, vec![]));
    let neither = || (0, vec![(0, bare(CONFLICT)), (1, bare(CONFLICT))]);
    assert_eq!(keys(with(rsa_jwk(&FOREIGN_KEY), json!({}))), neither());
    assert_eq!(keys(with(ec_jwk(&P256, "P-256"), json!({}))), neither());
    assert_eq!(keys(with(rsa_jwk(&KEY), json!({"e": "Aw"}))), neither());
    assert_eq!(keys(with(rsa_jwk(&KEY), json!({"alg": "RS256"}))), neither());
    assert_eq!(keys(with(rsa_jwk(&KEY), json!({"issuer": "https://a.example/"}))), neither());
    assert_eq!(keys(with(rsa_jwk(&KEY), json!({"cloud_instance_name": "a"}))), neither());
    // A key that cannot be used does not count.
    assert_eq!(keys(with(rsa_jwk(&KEY), json!({"use": "enc"}))), (1, vec![(1, bare(WRONG_USE))]));
}

#[test]
fn documents() {
    let rejected = |body: &[u8]| KeySet::from_jwks(body).unwrap_err();
    let at = |body: &[u8]| {
        let error = rejected(body);
        (error.kind(), error.position())
    };
    assert!(KeySet::from_jwks(r#"{"keys":[]}"#).unwrap().is_empty());
    assert!(KeySet::from_jwks("\u{feff}{\"keys\":[ ]}").unwrap().is_empty());
    assert_eq!(at(b""), (DocumentErrorKind::NotJson, Some(0)));
    assert_eq!(at(b"<html>"), (DocumentErrorKind::NotJson, Some(0)));
    assert_eq!(at(b"{\"keys\":[}"), (DocumentErrorKind::NotJson, Some(9)));
    assert_eq!(at(b"{\"keys\":\"\xff\"}"), (DocumentErrorKind::NotUtf8, Some(9)));
    assert_eq!(at(b"[]"), (DocumentErrorKind::NotAnObject, None));
    assert_eq!(at(br#"{"keys":[],"keys":[]}"#), (DocumentErrorKind::DuplicateMember, None));
    for body in ["{}", r#"{"keys":null}"#, r#"{"keys":{}}"#, r#"{"keys":1}"#, r#"{"keys":"a"}"#] {
        let error = rejected(body.as_bytes());
        let expected = (DocumentErrorKind::MissingMember, Some("keys"));
        assert_eq!((error.kind(), error.member_name()), expected, "{body}");
    }
    let strings = KeySet::from_jwks(r#"{"keys":["a","b"]}"#).unwrap();
    let indices: Vec<_> =
        strings.skipped().iter().map(|key| (key.index(), key.id(), reason(key))).collect();
    assert_eq!(indices, [(0, None, bare(NOT_AN_OBJECT)), (1, None, bare(NOT_AN_OBJECT))]);
    let exact = |length: usize| format!("{}{{\"keys\":[]}}", " ".repeat(length - 11));
    assert!(KeySet::from_jwks(exact(MAX_DOCUMENT_LEN)).is_ok());
    let error = rejected(exact(MAX_DOCUMENT_LEN + 1).as_bytes());
    assert_eq!(error.kind(), DocumentErrorKind::TooLong);
    let text = "expected a document of at most 1048576 bytes, found 1048577";
    assert_eq!(error.to_string(), text);
    let many = |count: usize| json!({"keys": vec![json!({}); count]}).to_string();
    assert_eq!(KeySet::from_jwks(many(MAX_KEYS)).unwrap().skipped().len(), MAX_KEYS);
    assert_eq!(rejected(many(MAX_KEYS + 1).as_bytes()).kind(), DocumentErrorKind::TooManyKeys);
}

#[test]
fn messages() {
    let set = KeySet::from_jwks(r#"{"keys":[{"kid":"k"}]}"#).unwrap();
    let text = "key 0 (k) is not used: a required member is missing: kty";
    assert_eq!(set.skipped()[0].to_string(), text);

    let message = |body: &[u8]| KeySet::from_jwks(body).unwrap_err().to_string();
    assert_eq!(message(b"{\"\xff"), "the document is not UTF-8 at byte 2");
    assert_eq!(message(b"{\"a\""), "the document is not JSON at byte 4");
    assert_eq!(message(b"[]"), "the document is not a JSON object");
    assert_eq!(message(b"{\"a\":1,\"a\":1}"), "the document has a duplicate member");
    assert_eq!(message(b"{}"), "a member of the document is missing or has the wrong type: keys",);
    let many = json!({"keys": vec![json!({}); MAX_KEYS + 1]}).to_string();
    assert_eq!(message(many.as_bytes()), "the document has more than 1000 keys");
    let at_uri = |keys: &str| {
        let document = json!({"issuer": "i", "jwks_uri": keys}).to_string();
        let uri = uri("https://login.microsoftonline.com/x");
        Metadata::parse(document, &uri).unwrap_err().to_string()
    };
    assert_eq!(
        at_uri("http://login.microsoftonline.com/keys"),
        "an address in the document is not an https address: jwks_uri",
    );
    assert_eq!(
        at_uri("https://attacker.example/keys"),
        "the jwks_uri of the document is at the host of another service",
    );
    let codes: Vec<&str> = DocumentErrorKind::ALL.iter().map(|kind| kind.code()).collect();
    let expected = [
        "too-long",
        "not-utf8",
        "not-json",
        "not-an-object",
        "duplicate-member",
        "missing-member",
        "too-many-keys",
        "not-https",
        "foreign-host",
    ];
    assert_eq!(codes, expected);
    let duplicate = r#"{"keys":[{"kty":"RSA","kty":"RSA"}]}"#;
    assert_eq!(reason(&KeySet::from_jwks(duplicate).unwrap().skipped()[0]), DUPLICATE_MEMBER);
    let set = KeySet::from_jwks(json!({"keys": [with(rsa_jwk(&KEY), json!({}))]}).to_string());
    assert_eq!(
        format!("{:?}", set.unwrap()),
        "KeySet { keys: [Key { id: \"k\", algorithm: None, issuer: None, cloud_instance_name: None, \
         .. }], skipped: [] }"
    );
}

fn uri(text: &str) -> MetadataUri {
    MetadataUri::parse(text).unwrap()
}

#[test]
fn metadata_addresses() {
    let rejected = [
        "",
        "login.microsoftonline.com",
        "/common",
        "http://login.microsoftonline.com/",
        "ftp://login.microsoftonline.com/",
        "https://",
        "https:///x",
        "https://user@login.microsoftonline.com/",
        "https://login.microsoftonline.com/#x",
        "https://login.microsoftonline.com/ x",
        "https://login.microsoftonline.com/\r\nx",
        "https://login.microsoftonline.com:/x",
        "https://login.microsoftonline.com:x/",
        "https://login.microsoftonline.com:65536/",
        "https://login.microsoftonline.com:+443/",
        "https://a[b]c/",
        "https://[::1/",
        "https://[::1].keys.example/",
        "https://[::1]x/",
        "https://[a%25b]/",
        "https://[]/",
        "https://a.example%2f/",
        "https://a!b/",
        // For DNS these are the same host. The rules about hosts would treat them as different ones.
        "https://login.microsoftonline.com./common",
        "https://login.microsoftonline.com.:443/common",
        "https://.login.microsoftonline.com/",
        "https://login..microsoftonline.com/",
        "https://./",
        "https://user:password@login.microsoftonline.com/",
    ];
    for text in rejected {
        let error = MetadataUri::parse(text).unwrap_err().to_string();
        let given = text.replace('\r', "\\u{d}").replace('\n', "\\u{a}");
        let expected = if text.contains('@') {
            "expected an address without a user name".to_owned() // it may contain a password
        } else if text.contains('#') {
            format!("expected an address without a fragment, found \"{given}\"")
        } else {
            format!("expected an absolute https address with a valid host, found \"{given}\"")
        };
        assert_eq!(error, expected);
        assert!(MetadataUri::insecure_loopback(text).is_err(), "{text}");
    }
    let long = |length: usize| format!("https://a.example/{}", "x".repeat(length - 18));
    assert!(MetadataUri::parse(&long(8000)).is_ok());
    let error = MetadataUri::parse(&long(8001)).unwrap_err();
    assert_eq!(error.kind(), InvalidMetadataUriKind::TooLong);
    assert!(error.to_string().starts_with("expected an address of at most 8000 bytes, found"));
    let text = "https://accounts.google.com:443/.well-known/openid-configuration?x=1";
    assert_eq!(MetadataUri::parse(text).unwrap().as_str(), text);
    assert_eq!(uri(text).to_string(), text);
    assert_eq!(format!("{:?}", uri(text)), format!("MetadataUri({text})"));

    for text in ["http://127.0.0.1:1/", "http://[::1]:1/", "http://localhost/x"] {
        assert!(MetadataUri::insecure_loopback(text).is_ok() && MetadataUri::parse(text).is_err());
    }
    assert!(MetadataUri::parse("https://[2001:db8::192.0.2.1]:8443/").is_ok());
    assert!(MetadataUri::parse("https://a_b-c.example:65535/").is_ok());
    for text in [
        "http://[::1].keys.example/",
        "http://localhost:x/",
        "http://127.0.0.2/",
        "http://localhost.example/",
        "https://127.0.0.1/",
        "http://10.0.0.1/x",
    ] {
        let error = MetadataUri::insecure_loopback(text).unwrap_err().to_string();
        let expected = "expected an http address of this machine (127.0.0.1, [::1] or localhost)";
        assert_eq!(error, format!("{expected}, found \"{text}\""));
    }
}

#[test]
fn metadata_addresses_of_entra() {
    let address = |cloud, tenant: Tenant| MetadataUri::entra(cloud, &tenant).to_string();
    let path = ".well-known/openid-configuration";
    assert_eq!(
        address(Cloud::Public, Tenant::single(TENANT).unwrap()),
        format!("https://login.microsoftonline.com/{TENANT}/v2.0/{path}")
    );
    assert_eq!(
        address(Cloud::UsGov, Tenant::any_organization()),
        format!("https://login.microsoftonline.us/organizations/v2.0/{path}")
    );
    assert_eq!(
        address(Cloud::China, Tenant::any_including_personal()),
        format!("https://login.partner.microsoftonline.cn/common/v2.0/{path}")
    );
    let list = |other: &str| Tenant::any_of([TENANT, other]).unwrap();
    assert!(address(Cloud::Public, list(OTHER_TENANT)).contains("/organizations/"));
    // The keys of personal accounts are in the common document only.
    assert!(address(Cloud::Public, list(PERSONAL_TENANT)).contains("/common/"));

    let of_app = MetadataUri::entra(Cloud::Public, &Tenant::any_organization());
    let of_app = of_app.for_application(APP);
    assert!(of_app.as_str().ends_with(&format!("/openid-configuration?appid={APP}")));
    assert_eq!(
        uri("https://a.example/?x=1").for_application("a&b=c").as_str(),
        "https://a.example/?x=1&appid=abc"
    );
}

#[test]
fn tenants_are_guids() {
    for id in ["", "common", "contoso.onmicrosoft.com", "b811a652-39e6-4a0c-b563-4279a1dd501"] {
        let start = format!("expected a tenant ID (GUID), found \"{id}\"");
        let error = Tenant::single(id).unwrap_err().to_string();
        assert!(error.starts_with(&start), "{error}");
        assert!(Tenant::any_of([TENANT, id]).is_err());
    }
    let advice = [
        ("organizations", ": use Tenant::any_organization()"),
        ("common", ": use Tenant::any_including_personal()"),
        ("consumers", ": use 9188040d-6c67-4c5b-b112-36a304b66dad"),
        (
            "contoso.onmicrosoft.com",
            ": tokens do not contain domain names; use the ID of the tenant",
        ),
        ("contoso", ""),
    ];
    for (id, advice) in advice {
        let text = format!("expected a tenant ID (GUID), found \"{id}\"{advice}");
        assert_eq!(Tenant::single(id).unwrap_err().to_string(), text);
    }
    assert!(!Tenant::any_including_personal().includes("common"));
    assert_eq!(Tenant::single(TENANT).unwrap().to_string(), TENANT);
    assert_eq!(Tenant::any_organization().to_string(), "any organization");
    assert_eq!(Tenant::any_including_personal().to_string(), "any tenant");
}

#[test]
fn metadata() {
    let entra = MetadataUri::entra(Cloud::Public, &Tenant::any_organization());
    let metadata = Metadata::parse(include_str!("../data/entra.metadata.json"), &entra).unwrap();
    assert_eq!(metadata.issuer(), "https://login.microsoftonline.com/{tenantid}/v2.0");
    assert_eq!(metadata.jwks_uri(), "https://login.microsoftonline.com/common/discovery/v2.0/keys");
    assert_eq!(metadata.cloud_instance_name(), Some("microsoftonline.com"));
    assert_eq!(metadata.algorithms(), [Algorithm::Rs256]);

    let parse = |document: Value, uri: &MetadataUri| Metadata::parse(document.to_string(), uri);
    let google = uri("https://accounts.google.com/.well-known/openid-configuration");
    let keys_at = |jwks_uri: Value| json!({"issuer": "https://a.example/", "jwks_uri": jwks_uri});
    let keys = json!("https://www.googleapis.com/oauth2/v3/certs");
    let metadata = parse(keys_at(keys), &google).unwrap();
    assert_eq!((metadata.cloud_instance_name(), metadata.algorithms()), (None, &[][..]));

    let lacks = |document: Value, name: &str| {
        let error = parse(document, &google).unwrap_err();
        assert_eq!(error.kind(), DocumentErrorKind::MissingMember);
        assert_eq!(error.member_name(), Some(name));
    };
    lacks(json!({}), "issuer");
    lacks(json!({"issuer": ""}), "issuer");
    lacks(json!({"issuer": "i"}), "jwks_uri");
    lacks(keys_at(json!(1)), "jwks_uri");
    let error = Metadata::parse("[]", &google).unwrap_err();
    assert_eq!(error.kind(), DocumentErrorKind::NotAnObject);
    for uri in ["http://www.googleapis.com/", "https://x@www.googleapis.com/", "keys"] {
        let error = parse(keys_at(json!(uri)), &google).unwrap_err();
        assert_eq!(error.kind(), DocumentErrorKind::NotHttps, "{uri}");
    }
}

/// Which hosts may serve the keys of a metadata document.
#[test]
fn hosts_of_keys() {
    let check = |metadata: &MetadataUri, jwks_uri: &str| {
        let document = json!({"issuer": "https://a.example/", "jwks_uri": jwks_uri});
        Metadata::parse(document.to_string(), metadata).map(drop).map_err(|error| error.kind())
    };
    let foreign = Err(DocumentErrorKind::ForeignHost);
    let public = uri("https://login.microsoftonline.com/common/x");
    assert_eq!(check(&public, "https://login.windows.net/keys"), Ok(()));
    assert_eq!(check(&public, "https://LOGIN.microsoftonline.com/keys"), Ok(()));
    assert_eq!(check(&public, "https://login.microsoftonline.us/keys"), foreign);
    assert_eq!(check(&public, "https://attacker.example/keys"), foreign);
    let alias = uri("https://login.chinacloudapi.cn/common/x");
    assert_eq!(check(&alias, "https://login.partner.microsoftonline.cn/keys"), Ok(()));
    assert_eq!(check(&alias, "https://login.microsoftonline.com/keys"), foreign);

    // The rule holds in every spelling of the host, at the port of https, and for the other names of
    // the service.
    for text in [
        "https://LOGIN.MICROSOFTONLINE.COM/common/x",
        "https://login.microsoftonline.com:443/common/x",
        "https://login-us.microsoftonline.com/common/x",
        "https://westus2.login.microsoft.com/common/x",
        "https://login.windows.net/common/x",
    ] {
        let alias = uri(text);
        assert_eq!(check(&alias, "https://login.microsoftonline.com/keys"), Ok(()), "{text}");
        assert_eq!(check(&alias, "https://login.microsoftonline.us/keys"), foreign, "{text}");
        assert_eq!(check(&alias, "https://attacker.example/keys"), foreign, "{text}");
        assert_eq!(check(&alias, "https://evilmicrosoftonline.com/keys"), foreign, "{text}");
        let not_https = Err(DocumentErrorKind::NotHttps);
        assert_eq!(check(&alias, "https://login.microsoftonline.com./keys"), not_https, "{text}");
    }

    let external_id = uri("https://contoso.ciamlogin.com/x");
    assert_eq!(check(&external_id, "https://evilciamlogin.com/keys"), foreign);
    let upper = uri("https://CONTOSO.CIAMLOGIN.COM:443/x");
    assert_eq!(check(&upper, "https://attacker.example/keys"), foreign);
    assert_eq!(check(&external_id, &format!("https://{TENANT}.ciamlogin.com/keys")), Ok(()));
    assert_eq!(check(&external_id, "https://ciamlogin.com.attacker.example/keys"), foreign);
    assert_eq!(check(&external_id, "https://contoso.b2clogin.com/keys"), foreign);
    let b2c = uri("https://contoso.b2clogin.com/x");
    assert_eq!(check(&b2c, "https://contoso.b2clogin.com/keys"), Ok(()));

    let loopback = MetadataUri::insecure_loopback("http://127.0.0.1:1/x").unwrap();
    assert_eq!(check(&loopback, "http://localhost:2/keys"), Ok(()));
    assert_eq!(check(&loopback, "http://a.example/keys"), foreign);
    assert_eq!(check(&loopback, "https://a.example/keys"), foreign);
}
