//! The table of claim names.

use easyauth::{ClaimType, EasyAuthPrincipal};

use crate::support::with_claims;

/// All names of all claims, with the claim of each.
fn names() -> Vec<(&'static str, ClaimType)> {
    ClaimType::ALL
        .iter()
        .flat_map(|claim| {
            [Some(claim.short()), claim.other_short(), Some(claim.long())]
                .into_iter()
                .flatten()
                .map(|name| (name, *claim))
        })
        .collect()
}

#[test]
fn the_table_has_73_short_names_for_71_claims() {
    let short = names().iter().filter(|(name, _)| !name.contains(':')).count();
    assert_eq!((ClaimType::ALL.len(), short), (71, 73));
    let mut all: Vec<&str> = names().iter().map(|(name, _)| *name).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 144, "each name belongs to one claim");
    for (name, claim) in names() {
        assert_eq!(ClaimType::find(name), Some(claim));
        assert_eq!(
            name.contains(':'),
            name.starts_with("http://"),
            "how `find` distinguishes them"
        );
    }
}

#[test]
fn every_name_finds_its_claim_under_every_other_name() {
    for (written, claim) in names() {
        let user = with_claims(&format!(r#"{{"typ":"{written}","val":"v"}}"#));
        for (asked, other) in names() {
            let found = user.claim(asked);
            assert_eq!(found, (claim == other).then_some("v"), "{written} asked for as {asked}");
        }
    }
}

#[test]
fn other_names_find_themselves() {
    #[track_caller]
    fn check(user: &EasyAuthPrincipal, name: &str, value: Option<&str>) {
        assert_eq!(user.claim(name), value);
        assert_eq!(user.claim_values(name).next(), value);
    }
    let user = with_claims(
        r#"{"typ":"preferred_username","val":"p"},{"typ":"extension_Department","val":"d"},
           {"typ":"","val":"empty type"},{"typ":"tid","val":""}"#,
    );
    check(&user, "preferred_username", Some("p"));
    check(&user, "extension_Department", Some("d"));
    check(&user, "", Some("empty type"));
    check(&user, "tid", Some(""));
    check(&user, "extension_department", None); // names are case-sensitive
    check(&user, "OID", None);
    check(&user, "name", None);
    assert_eq!(user.claim(ClaimType::TID), Some(""));
}

#[test]
fn names_that_collide_by_design() {
    let user = with_claims(
        r#"{"typ":"nameid","val":"1"},{"typ":"sub","val":"2"},{"typ":"role","val":"a"},
           {"typ":"roles","val":"b"},{"typ":"role","val":"a"}"#,
    );
    assert_eq!(user.subject(), Some("1"));
    assert!(user.claim_values("sub").eq(["1", "2"]));
    assert!(user.claim_values("role").eq(["a", "b", "a"])); // order and repetition are kept
    assert!(user.roles().eq(["a", "b", "a"]));
}

#[test]
fn prints_its_short_name() {
    assert_eq!(format!("{:?}", ClaimType::OID), "ClaimType(oid)");
    assert_eq!(ClaimType::SUB.other_short(), Some("nameid"));
    assert_eq!(ClaimType::OID.as_ref(), "oid");
}
