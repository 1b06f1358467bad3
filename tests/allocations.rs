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

/// What is in a payload can come from anybody: a long name with many values must not cost the product.
#[test]
fn the_headers_of_an_invocation_take_what_they_weigh() {
    let (name, values) = ("a".repeat(10_000), vec![r#""b""#; 10_000].join(","));
    let payload = format!(
        r#"{{"Data":{{"req":{{"Url":"","Method":"","Headers":{{"{name}":[{values}]}}}}}}}}"#
    );
    let info = measure(|| drop(Invocation::parse(payload.as_bytes()).unwrap()));
    // A value takes the text, and in the list, which grows by doubling, its place three times at most.
    let most = 80 * 10_000 + 100_000;
    assert!(info.bytes_total <= most, "{} bytes", info.bytes_total);
}
