//! No output contains a token.

use azure_core::credentials::Secret;

use crate::support::{
    ARM, ARM_DEFAULT, GRAPH, REFRESH, assert_shows_nothing, authenticated, caller, chain,
    credential, get, token_for,
};

#[test]
fn no_output_contains_a_token() {
    let arm = token_for(ARM);
    let stale = ("X-MS-TOKEN-AAD-EXPIRES-ON", "2021-06-08T15:35:58Z");
    let tokens = [
        arm.clone(),
        token_for(GRAPH),
        "EwCANARY".to_owned(),
        "e30.CANARY.a".to_owned(),
        "e30.CANARY.b.c.d".to_owned(),
    ];
    for token in &tokens {
        for more in [&[REFRESH][..], &[stale]] {
            let credential = credential(&authenticated(token, more));
            assert_shows_nothing(token, &format!("{credential:?}"));
            for scope in [ARM_DEFAULT, "https://vault.azure.net/x", "", "openid"] {
                match get(&credential, scope) {
                    Ok(given) => assert_shows_nothing(token, &format!("{given:?} {given:#?}")),
                    Err(error) => {
                        assert_shows_nothing(token, &format!("{} {error:?}", chain(&error)));
                    }
                }
            }
        }
    }
    let debug = format!("{:?}", caller(&arm));
    assert_eq!(
        debug,
        format!(
            "CallerCredential {{ access: Some(AccessToken({} bytes)), expires_on: None, .. }}",
            arm.len()
        ),
    );
    assert_eq!(format!("{:?}", Secret::new(arm)), "Secret");
}
