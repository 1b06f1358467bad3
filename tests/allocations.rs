//! How often the hot paths ask for memory: a property, and so a test. Times are a matter of `benches/`.
#![allow(clippy::unwrap_used)]

use allocation_counter::measure;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use easyauth::{EasyAuthPrincipal, functions::Invocation};

/// The header of a principal in the form that the platform writes, with so many claims.
fn header(claims: usize) -> String {
    let claim =
        r#"{"typ":"http:\/\/schemas.microsoft.com\/identity\/claims\/scope","val":"José a\/b"}"#;
    let claims = vec![claim; claims].join(",");
    BASE64_STANDARD.encode(format!(
        r#"{{"auth_typ":"aad","claims":[{claims}],"name_typ":"name","role_typ":"roles"}}"#
    ))
}

fn allocations(header: &str) -> u64 {
    // The base64 engine makes itself ready at its first use.
    drop(EasyAuthPrincipal::parse(header).unwrap());
    measure(|| drop(EasyAuthPrincipal::parse(header).unwrap())).count_total
}

#[test]
fn a_principal_takes_four_however_many_claims_it_has() {
    let captured = BASE64_STANDARD.encode(include_str!("data/principal.json"));
    assert!(allocations(&captured) <= 4, "{}", allocations(&captured));
    for claims in [0, 1, 3, 30, 300] {
        let header = header(claims);
        assert_eq!(EasyAuthPrincipal::parse(&header).unwrap().claims().len(), claims);
        assert!(allocations(&header) <= 4, "{claims}: {}", allocations(&header));
    }
}

#[test]
fn looking_for_a_claim_takes_none() {
    let user = EasyAuthPrincipal::parse(&header(30)).unwrap();
    let info = measure(|| {
        assert!(user.claim("scp").is_some() && !user.is_in_role("Admin") && user.name().is_none());
    });
    assert_eq!(info.count_total, 0);
}

/// What is in a payload can come from any client: whatever its shape, it takes at most four bytes of memory a byte.
#[test]
fn an_invocation_takes_what_it_weighs() {
    const LEN: usize = 2_000_000;
    // What does not depend on the payload: the places of a thousand bindings.
    const FIXED: u64 = 300_000;
    #[track_caller]
    fn check(what: &str, payload: &str) {
        let peak = measure(|| drop(Invocation::parse(payload.as_bytes()))).bytes_max;
        let most = 4 * u64::try_from(payload.len()).unwrap() + FIXED;
        assert!(peak <= most, "{what}: {peak} bytes for {}", payload.len());
    }
    let repeat = |part: &str| vec![part; LEN / (part.len() + 1)].join(",");
    let request = |headers: &str| {
        format!(r#"{{"Data":{{"req":{{"Url":"","Method":"","Headers":{headers}}}}}}}"#)
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
        &format!(r#"{{"Data":{{"req":{{"Url":"\n{long}","Method":"","Headers":{{}}}}}}}}"#),
    );
    check(
        "the name of the binding",
        &format!(r#"{{"Data":{{"\n{long}":{{"Url":"","Method":"","Headers":{{}}}}}}}}"#),
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
            r#"{{"Data":{{"req":{{"Url":"","Method":"","Headers":{{}},"Body":"\n{long}"}}}}}}"#
        ),
    );
}
