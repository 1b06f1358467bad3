//! Counts the allocations of the hot paths. Times are in `benches/`.
#![allow(clippy::unwrap_used)]

use allocation_counter::measure;
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
#[cfg(feature = "aws_lc_rs")]
use easyauth::{
    AccessToken,
    verify::{KeySet, Tenant, Verifier},
};
use easyauth::{
    EasyAuthPrincipal, ProviderTokens, UnverifiedToken, functions::Invocation, resource,
    settings::AuthSettingsV2,
};
#[cfg(feature = "aws_lc_rs")]
use easyauth_test_support::tokens::{API, Draft, JWKS, NOW, SIGNED, TENANT, at};

/// The header of a principal as the platform writes it, with this many claims.
fn header(claims: usize) -> String {
    let claim =
        r#"{"typ":"http:\/\/schemas.microsoft.com\/identity\/claims\/scope","val":"José a\/b"}"#;
    let claims = vec![claim; claims].join(",");
    BASE64_STANDARD.encode(format!(
        r#"{{"auth_typ":"aad","claims":[{claims}],"name_typ":"name","role_typ":"roles"}}"#
    ))
}

fn allocations(header: &str) -> u64 {
    // The base64 engine initializes itself at its first use.
    drop(EasyAuthPrincipal::parse(header).unwrap());
    measure(|| drop(EasyAuthPrincipal::parse(header).unwrap())).count_total
}

#[test]
fn a_principal_takes_four_for_any_number_of_claims() {
    let captured = BASE64_STANDARD.encode(include_str!("data/principal.json"));
    assert!(allocations(&captured) <= 4, "{}", allocations(&captured));
    for claims in [0, 1, 3, 30, 300] {
        let header = header(claims);
        assert_eq!(EasyAuthPrincipal::parse(&header).unwrap().claims().len(), claims);
        assert!(allocations(&header) <= 4, "{claims}: {}", allocations(&header));
    }
}

/// The user, the access token, its API and a role, from the headers of a request: the content and three
/// buffers of the principal, the name of a header, the token, and its content with two strings and three lists.
#[test]
fn the_main_job_takes_twelve() {
    let segment = |json: &str| BASE64_URL_SAFE_NO_PAD.encode(json);
    let header = segment(include_str!("data/graph-token-header.json"));
    let payload = segment(include_str!("data/graph-token-payload.json"));
    let headers: http::HeaderMap = [
        ("x-ms-client-principal", BASE64_STANDARD.encode(include_str!("data/principal.json"))),
        ("x-ms-client-principal-id", "00000003-0000-4000-8000-000000000003".to_owned()),
        ("x-ms-client-principal-name", "jose@example.com".to_owned()),
        ("x-ms-client-principal-idp", "aad".to_owned()),
        ("x-ms-token-aad-access-token", format!("{header}.{payload}.c2ln")),
        ("x-ms-token-aad-expires-on", "2026-03-12T14:50:00.0000000Z".to_owned()),
    ]
    .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
    .into_iter()
    .collect();
    let main_job = || {
        let user = EasyAuthPrincipal::from_headers(&headers).unwrap().unwrap();
        let tokens = ProviderTokens::from_headers(&headers, user.provider()).unwrap();
        let token = tokens.access_token().unwrap().decode_unverified().unwrap();
        assert!(token.has_audience(resource::GRAPH) && user.is_in_role("Orders.Read"));
    };
    main_job();
    let info = measure(main_job);
    assert!(info.count_total <= 12, "{}", info.count_total);
}

/// The payload, its members, the elements of its lists, the signature, and the token. The header is known.
#[cfg(feature = "aws_lc_rs")]
#[test]
fn a_verification_takes_five() {
    let verifier =
        Verifier::builder(Tenant::single(TENANT).unwrap()).audience(API).build().unwrap();
    let keys = KeySet::from_jwks(JWKS).unwrap();
    for (version, token) in [("1.0", SIGNED.to_owned()), ("2.0", Draft::access().sign())] {
        let token = AccessToken::new(token);
        let verify = || assert!(verifier.verify(&token, &keys, at(NOW)).is_ok());
        verify();
        let info = measure(verify);
        assert!(info.count_total <= 5, "{version}: {}", info.count_total);
    }
}

#[test]
fn finding_a_claim_does_not_allocate() {
    let user = EasyAuthPrincipal::parse(&header(30)).unwrap();
    let info = measure(|| {
        assert!(user.claim("scp").is_some() && !user.is_in_role("Admin") && user.name().is_none());
    });
    assert_eq!(info.count_total, 0);
}

/// Each request checks which API its token is for.
#[test]
fn looking_an_api_up_takes_none() {
    let instance = "https://account1.blob.core.windows.net";
    for audience in ["797f4846-ba00-4fd7-ba43-dac1f8f63013", instance, "api://orders", ""] {
        let info = measure(|| {
            let api = resource::Resource::of_audience(audience);
            assert!(api.is_none_or(|api| api.has_audience(audience)));
            assert!(!resource::GRAPH.has_audience(audience));
        });
        assert_eq!(info.count_total, 0, "{audience}");
    }
}

/// A token can have thousands of audiences. A diagnosis keeps only the first few.
#[test]
fn a_diagnosis_takes_the_same_memory_for_any_number_of_audiences() {
    let diagnose = |audiences: usize| {
        let list: Vec<String> =
            (0..audiences).map(|number| format!("\"api://a{number:06}\"")).collect();
        let payload = format!(r#"{{"aud":[{}],"exp":4102444800}}"#, list.join(","));
        let payload = BASE64_URL_SAFE_NO_PAD.encode(payload);
        let token = UnverifiedToken::decode(&format!("e30.{payload}.c2ln")).unwrap();
        let info = measure(|| {
            let diagnosis = token.diagnose(resource::ARM, std::time::UNIX_EPOCH);
            assert!(!diagnosis.opens() && format!("{diagnosis} {diagnosis:?}").len() < 4000);
        });
        info.bytes_max
    };
    let (some, many) = (diagnose(20), diagnose(8000));
    assert!(many <= some + 1000, "{some} {many}");
}

/// Any client can send a payload. Whatever its shape, it takes at most four bytes of memory for each byte.
#[test]
fn an_invocation_takes_memory_in_proportion_to_its_length() {
    const LEN: usize = 2_000_000;
    // Independent of the payload: the positions of a thousand bindings.
    const FIXED: u64 = 300_000;
    #[track_caller]
    fn check(what: &str, payload: &str) {
        let peak = measure(|| drop(Invocation::parse(payload.as_bytes()))).bytes_max;
        let most = 4 * u64::try_from(payload.len()).unwrap() + FIXED;
        assert!(peak <= most, "{what}: {peak} bytes for {}", payload.len());
    }
    let repeat = |part: &str| vec![part; LEN / (part.len() + 1)].join(",");
    let request = |headers: &str| {
        format!(r#"{{"Data":{{"req":{{"Url":"u","Method":"M","Headers":{headers}}}}}}}"#)
    };
    let long = "a".repeat(LEN);
    check("values", &request(&format!(r#"{{"a":[{}]}}"#, repeat(r#""""#))));
    check("names", &request(&format!("{{{}}}", repeat(r#""":"""#))));
    check("names without values", &request(&format!("{{{}}}", repeat(r#""":[]"#))));
    check("escapes", &request(&format!("{{{}}}", repeat(r#""\n":"\n""#))));
    check("one value", &request(&format!(r#"{{"\n":"{long}"}}"#)));
    check("one value with an escape", &request(&format!(r#"{{"\n":"\n{long}"}}"#)));
    check("one name", &request(&format!(r#"{{"\n{long}":""}}"#)));
    check(
        "the address",
        &format!(r#"{{"Data":{{"req":{{"Url":"\n{long}","Method":"M","Headers":{{}}}}}}}}"#),
    );
    check(
        "the name of the binding",
        &format!(r#"{{"Data":{{"\n{long}":{{"Url":"u","Method":"M","Headers":{{}}}}}}}}"#),
    );
    let bindings = |value: &str| {
        let bindings: Vec<_> =
            (0..LEN / 20).map(|number| format!(r#""{number}":{value}"#)).collect();
        format!(r#"{{"Data":{{{}}}}}"#, bindings.join(","))
    };
    check("bindings", &bindings("1"));
    check("requests", &bindings(r#"{"Headers":{}}"#));
    check(
        "a body",
        &format!(
            r#"{{"Data":{{"req":{{"Url":"u","Method":"M","Headers":{{}},"Body":"\n{long}"}}}}}}"#
        ),
    );
}

/// Reading a settings document and linting it takes at most twelve bytes of memory for each byte of the
/// document, for any shape.
#[test]
fn a_document_takes_twelve_bytes_a_byte() {
    const LEN: usize = 200_000;
    /// A document of about `LEN` bytes. `*` is the repeated part, in which `%` is a number.
    fn document(around: &str, part: &str) -> String {
        let mut parts = String::new();
        for number in 0.. {
            if parts.len() > LEN {
                break;
            }
            let comma = if number == 0 { "" } else { "," };
            parts.push_str(comma);
            parts.push_str(&part.replace('%', &format!("{number:x}")));
        }
        around.replacen('*', &parts, 1)
    }
    let long_name = format!(r#"{{"login":{{"{}":{{*}}}}}}"#, "n".repeat(LEN / 4));
    let entra = r#"{"identityProviders":{"azureActiveDirectory":{"registration":{"clientId":"11112222-bbbb-3333-cccc-4444dddd5555"},"validation":{"allowedAudiences":[*]}}}}"#;
    let custom = r#"{"identityProviders":{"customOpenIdConnectProviders":{*}}}"#;
    for (around, part) in [
        (r#"{"login":{"x":[*]}}"#, "1"),
        (r#"{"login":{"x":[*]}}"#, "[]"),
        (r#"{"login":{"x":[*]}}"#, r#""[parameters('x')]""#),
        (r#"{"login":{*}}"#, r#""%":1"#),
        (r#"{"login":{*}}"#, r#""tokenStore":1"#),
        (r#"{"platform":{},*}"#, r#""%":1"#),
        (r#"{"globalValidation":{"excludedPaths":[*]}}"#, r#""/P%""#),
        (&long_name, r#""%":"<a>""#),
        (entra, r#""api://1%""#),
        (entra, r#""%1112222-bbbb-3333-cccc-4444dddd5555""#),
        (custom, r#""%":{}"#),
        (custom, r#""p%":{"registration":{"clientId":"x"}}"#),
    ] {
        let text = document(around, part);
        let info = measure(|| {
            let settings: AuthSettingsV2 = text.parse().unwrap();
            assert!(settings.lint().len() < 1000);
        });
        let most = u64::try_from(text.len()).unwrap() * 12;
        assert!(info.bytes_max <= most, "{part}: {} of {most}", info.bytes_max);
    }
}
