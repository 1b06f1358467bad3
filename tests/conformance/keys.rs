//! Key sets and metadata: which keys of a document are used, and why the others are not.

use std::{collections::BTreeSet, ops::RangeInclusive};

use easyauth::verify::{Algorithm, DocumentErrorKind, KeySet, Metadata, MetadataUri};
use easyauth_test_support::skips::*;
use serde_json::{Value, json};

use crate::{
    exceptions::{ACCEPTED, Suite},
    folder,
    signatures::{documents, outcome, parse, public_keys, read},
};

/// Why a key is not used, and which member is missing or malformed; `None` for a key that is used.
type Fate = Option<(&'static str, Option<&'static str>)>;

#[allow(clippy::unnecessary_wraps, reason = "an entry of the tables")]
const fn bare(reason: &'static str) -> Fate {
    Some((reason, None))
}

#[allow(clippy::unnecessary_wraps, reason = "an entry of the tables")]
const fn member(reason: &'static str, name: &'static str) -> Fate {
    Some((reason, Some(name)))
}

const USED: Fate = None;

/// An entry of a table as a skipped key prints it.
fn text(fate: &Fate) -> Option<String> {
    fate.map(|(reason, name)| match name {
        None => reason.to_owned(),
        Some(name) => format!("{reason}: {name}"),
    })
}

/// What becomes of each key of a document, in its order. It is used or skipped under its own id.
fn fates(document: &Value, set: &KeySet) -> Vec<Option<String>> {
    let keys = document["keys"].as_array().unwrap();
    assert_eq!(set.len() + set.skipped().len(), keys.len());
    let fate = |(index, key): (usize, &Value)| {
        let id = key["kid"].as_str();
        let Some(skipped) = set.skipped().iter().find(|skipped| skipped.index() == index) else {
            assert!(id.is_some_and(|id| set.key(id).is_some()), "{key}");
            return None;
        };
        assert_eq!(skipped.id(), id);
        assert!(id.is_none_or(|id| set.key(id).is_none()), "{key}");
        let text = skipped.to_string();
        let reason = text.split_once(" is not used: ").unwrap().1;
        // Without the length of a modulus.
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let length = reason.rsplit_once(": ").filter(|(_, detail)| is_number(detail));
        Some(length.map_or(reason, |(reason, _)| reason).to_owned())
    };
    keys.iter().enumerate().map(fate).collect()
}

/// The suite calls a case invalid if a token must be refused because of its keys. Beside that, what
/// becomes of the keys themselves, by the numbers of the cases.
const WYCHEPROOF: &[(RangeInclusive<u64>, &[Fate])] = &[
    // A symmetric key does no harm to the others of its set, since it is never used.
    (1..=1, &[bare(UNKNOWN_TYPE), USED]),
    (2..=4, &[bare(UNKNOWN_TYPE), bare(UNKNOWN_TYPE)]),
    (5..=5, &[USED]),
    (6..=6, &[bare(WRONG_USE)]),
    (7..=7, &[USED]), // weak, and not looked for: see the list of exceptions
    (8..=8, &[bare(MODULUS_LENGTH)]),
    (9..=9, &[bare(WRONG_EXPONENT)]),
    (10..=18, &[bare(UNKNOWN_TYPE)]),
    (19..=20, &[bare(WRONG_ALGORITHM)]),
    (21..=21, &[bare(WRONG_USE)]),
    (22..=22, &[USED]), // a point that is not on the curve, which shows once it is used
    (23..=23, &[member(MALFORMED_MEMBER, "x")]),
    (24..=24, &[member(MISSING_MEMBER, "n")]),
    (25..=26, &[bare(UNKNOWN_TYPE)]),
];

#[test]
fn wycheproof() {
    let Some(folder) = folder("wycheproof") else { return };
    let mut suite = Suite::new("wycheproof-keys");
    let file = parse(&read(&folder, "json_web_key_test"));
    for group in file["testGroups"].as_array().unwrap() {
        // Symmetric keys have no public part.
        let document = group.get("public").or(group.get("private")).unwrap();
        let keys = public_keys(document["keys"].as_array().unwrap());
        for test in group["tests"].as_array().unwrap() {
            let case = test["tcId"].as_u64().unwrap();
            let (_, expected) = WYCHEPROOF.iter().find(|(cases, _)| cases.contains(&case)).unwrap();
            let expected: Vec<_> = expected.iter().map(text).collect();
            assert_eq!(fates(document, &keys), expected, "{case}");
            let outcome = outcome(test["jws"].as_str().unwrap(), &keys);
            suite.case(&case.to_string(), test["result"] == "valid", outcome);
        }
    }
    suite.finish(
        5,
        &[
            ("accepted", 2),
            ("algorithm-not-allowed", 15),
            ("invalid-signature", 1),
            ("keys-unavailable", 8),
        ],
    );
}

/// Every document of a folder, and each of its keys: its id, whether the suite calls it valid, and
/// what becomes of it.
type Documents = &'static [(&'static str, &'static [(Option<&'static str>, bool, Fate)])];

/// A key of this folder is valid if `JsonWebKeySet.GetSigningKeys` of Microsoft's library makes
/// something of it: standard base64 and a certificate alone do for it, and `key_ops` and `alg` do not
/// count.
const IDENTITYMODEL: Documents = &[
    (
        "JsonWebKeySet",
        &[
            (Some("NGTFvdK-fythEuLwjpwAJOM9n-A"), true, bare(WRONG_OPERATIONS)),
            (Some("kriMPdmBvx68skT8-mPAB3BseeA"), true, member(NOT_BASE64, "n")),
        ],
    ),
    (
        "JsonWebKeySetBadBase64Data",
        &[
            (Some("NGTFvdK-fythEuLwjpwAJOM9n-A"), true, member(NOT_BASE64, "n")),
            (Some("kriMPdmBvx68skT8-mPAB3BseeA"), true, member(NOT_BASE64, "n")),
        ],
    ),
    (
        "JsonWebKeySetBadRsaDataMissingComponent",
        &[
            (None, false, member(MISSING_MEMBER, "kty")), // its members begin with a capital
            (Some("NGTFvdK-fythEuLwjpwAJOM9n-A"), true, bare(WRONG_OPERATIONS)),
            (Some("kriMPdmBvx68skT8-mPAB3BseeA"), true, member(NOT_BASE64, "n")),
        ],
    ),
    (
        "JsonWebKeySetBadX509Data",
        &[
            (Some("NGTFvdK-fythEuLwjpwAJOM9n-A"), true, member(NOT_BASE64, "n")),
            (Some("kriMPdmBvx68skT8-mPAB3BseeA"), true, member(NOT_BASE64, "n")),
        ],
    ),
    (
        "JsonWebKeySetEnd2End",
        &[
            (Some("999b2be9-6213-436b-b12b-637b0176be41"), true, member(NOT_BASE64, "n")),
            (Some("kriMPdmBvx68skT8-mPAB3BseeA"), true, member(NOT_BASE64, "n")),
        ],
    ),
    (
        "JsonWebKeySetEnd2EndEC",
        &[
            (Some("JsonWebKeyEcdsa256"), true, USED),
            (Some("JsonWebKeyEcdsa384"), true, USED),
            (Some("JsonWebKeyEcdsa521"), true, bare(UNKNOWN_CURVE)),
        ],
    ),
    (
        "JsonWebKeySetSingleX509Data",
        &[(Some("NGTFvdK-fythEuLwjpwAJOM9n-A"), true, member(MISSING_MEMBER, "n"))],
    ),
    (
        "JsonWebKeySetUnrecognizedKty",
        &[
            (Some("NGTFvdK-fythEuLwjpwAJOM9n-A"), true, bare(WRONG_OPERATIONS)),
            (Some("kriMPdmBvx68skT8-mPAB3BseeA"), false, bare(UNKNOWN_TYPE)),
        ],
    ),
];

/// The keys that the examples of RFC 7520 are signed and encrypted with.
const RFC7520: Documents = &[
    (
        "jwk__3_1.ec_public_key",
        &[(Some("bilbo.baggins@hobbiton.example"), true, bare(UNKNOWN_CURVE))],
    ),
    ("jwk__3_2.ec_private_key", &[(Some("bilbo.baggins@hobbiton.example"), true, bare(PRIVATE))]),
    ("jwk__3_3.rsa_public_key", &[(Some("bilbo.baggins@hobbiton.example"), true, USED)]),
    ("jwk__3_4.rsa_private_key", &[(Some("bilbo.baggins@hobbiton.example"), true, bare(PRIVATE))]),
    (
        "jwk__3_5.symmetric_key_mac_computation",
        &[(Some("018c0ae5-4d9b-471b-bfd6-eef314bc7037"), true, bare(UNKNOWN_TYPE))],
    ),
    (
        "jwk__3_6.symmetric_key_encryption",
        &[(Some("1e571774-2e08-40da-8308-e8d68773842d"), true, bare(UNKNOWN_TYPE))],
    ),
];

/// Compares every document with the table. A case is a key, by the name of its document and its place.
fn compare(suite: &'static str, table: Documents, read: impl Fn(&str) -> Vec<u8>) -> Suite {
    let mut suite = Suite::new(suite);
    for (name, expected) in table {
        let body = read(name);
        let document = parse(&body);
        let fates = fates(&document, &KeySet::from_jwks(&body).unwrap());
        let keys = document["keys"].as_array().unwrap();
        assert!(keys.iter().map(|key| key["kid"].as_str()).eq(expected.iter().map(|key| key.0)));
        assert!(
            fates.iter().cloned().eq(expected.iter().map(|key| text(&key.2))),
            "{name}: {fates:?}"
        );
        for (index, ((_, is_valid, _), fate)) in expected.iter().zip(fates).enumerate() {
            let outcome = fate.unwrap_or_else(|| ACCEPTED.to_owned());
            suite.case(&format!("{name}[{index}]"), *is_valid, &outcome);
        }
    }
    suite
}

#[test]
fn identitymodel() {
    let Some(folder) = folder("identitymodel") else { return };
    assert!(documents(&folder).iter().eq(IDENTITYMODEL.iter().map(|(name, _)| name)));
    compare("identitymodel", IDENTITYMODEL, |name| read(&folder, name)).finish(
        13,
        &[
            ("a member is not base64url: n", 8),
            ("a required member is missing: kty", 1),
            ("a required member is missing: n", 1),
            ("accepted", 2),
            ("its crv is neither P-256 nor P-384", 1),
            ("its key_ops does not contain verify", 3),
            ("its kty is neither RSA nor EC", 1),
        ],
    );
}

#[test]
fn rfc7520() {
    let Some(folder) = folder("rfc7520") else { return };
    let names = documents(&folder);
    let keys = names.iter().filter(|name| name.starts_with("jwk__"));
    assert!(keys.eq(RFC7520.iter().map(|(name, _)| name)));
    let set = |name: &str| json!({"keys": [parse(&read(&folder, name))]}).to_string().into_bytes();
    compare("rfc7520-keys", RFC7520, set).finish(
        5,
        &[
            ("accepted", 1),
            ("its crv is neither P-256 nor P-384", 1),
            ("its kty is neither RSA nor EC", 2),
            ("its private half is published", 2),
        ],
    );
}

const ANY_TENANT: &str = "https://login.microsoftonline.com/{tenantid}/v2.0";
const PERSONAL_ACCOUNTS: &str =
    "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0";

/// Microsoft's own documents are kept whole: with so many keys of every tenant, of the personal
/// accounts alone, and of no issuer.
#[test]
fn documents_of_entra() {
    const DOCUMENTS: [(&str, [usize; 3]); 3] = [
        ("aad-common.2017-03.v1-style.jwks", [0, 0, 2]),
        ("entra-common.2024-10-26.jwks", [5, 2, 0]),
        ("entra-common.union-2024-06-05..2024-10-26.jwks", [30, 12, 0]),
    ];
    let Some(folder) = folder("jwks") else { return };
    assert!(documents(&folder).iter().eq(DOCUMENTS.iter().map(|(name, _)| name)));
    for (name, counts) in DOCUMENTS {
        let body = read(&folder, name);
        let keys = KeySet::from_jwks(&body).unwrap();
        assert!(keys.skipped().is_empty(), "{name}: {:?}", keys.skipped());
        let document = parse(&body);
        let expected: BTreeSet<_> = document["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|key| (key["kid"].as_str().unwrap(), key["issuer"].as_str()))
            .collect();
        assert!(keys.keys().map(|key| (key.id(), key.issuer())).eq(expected), "{name}");
        assert!(keys.keys().all(|key| key.algorithm().is_none()), "{name}");
        assert!(keys.keys().all(|key| key.cloud_instance_name().is_none()), "{name}");
        let count = |issuer| keys.keys().filter(|key| key.issuer() == issuer).count();
        let own = [count(Some(ANY_TENANT)), count(Some(PERSONAL_ACCOUNTS)), count(None)];
        assert_eq!(own, counts, "{name}");
        eprintln!("conformance: {name}: {} keys", keys.len());
    }
}

#[test]
fn metadata_of_entra() {
    const COMMON: &str =
        "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration";
    let Some(folder) = folder("metadata") else { return };
    let body = read(&folder, "entra-common.2024-10-26.openid-configuration");
    let metadata = Metadata::parse(&body, &MetadataUri::parse(COMMON).unwrap()).unwrap();
    assert_eq!(metadata.issuer(), ANY_TENANT);
    assert_eq!(metadata.jwks_uri(), "https://login.microsoftonline.com/common/discovery/v2.0/keys");
    assert_eq!(metadata.cloud_instance_name(), Some("microsoftonline.com"));
    assert_eq!(metadata.algorithms(), [Algorithm::Rs256]);

    // The same document at another name of the service, and where it does not belong.
    let at = |uri: &str| Metadata::parse(&body, &MetadataUri::parse(uri).unwrap());
    assert_eq!(at("https://login.windows.net/common/v2.0/openid-configuration"), Ok(metadata));
    for uri in ["https://login.microsoftonline.us/", "https://contoso.ciamlogin.com/"] {
        let kind = at(uri).unwrap_err().kind();
        assert_eq!(kind, DocumentErrorKind::ForeignHost, "{uri}");
    }
}
