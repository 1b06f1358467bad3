//! The work on a document is linear in its size: counted in visited values and bytes of names, not in time.

use super::{AuthSettingsV2, login};
use crate::json::document::steps;

/// How much more work twice the document may be: twice, and a little for rounding.
const MOST: f64 = 2.2;

/// Asserts that an operation is linear for documents of every shape.
#[track_caller]
fn linear(work: fn(&mut AuthSettingsV2)) {
    for shape in SHAPES {
        let steps_of = |size: usize| {
            let mut doc: AuthSettingsV2 = document(*shape, size).parse().unwrap();
            steps::of(|| work(&mut doc))
        };
        let (once, twice) = (steps_of(2_000), steps_of(4_000));
        #[allow(clippy::as_conversions, clippy::cast_precision_loss)]
        let ratio = twice as f64 / once as f64;
        assert!(ratio < MOST, "{}: {once} steps, then {twice}", shape.0);
    }
}

/// A name, a document in which `*` is the repeated part, and that part, in which `%` is a number and `~`
/// up to 60 underscores.
type Shape = (&'static str, &'static str, &'static str);

const LOGIN: &str = r#"{"platform":{"enabled":true},"login":{*}}"#;
const CUSTOM: &str = r#"{"platform":{},"identityProviders":{"customOpenIdConnectProviders":{*}}}"#;
const AUDIENCES: &str = r#"{"platform":{},"identityProviders":{"azureActiveDirectory":{"registration":{"clientId":"11112222-bbbb-3333-cccc-4444dddd5555"},"validation":{"allowedAudiences":[*]}}}}"#;
const APPLICATIONS: &str = r#"{"platform":{},"identityProviders":{"azureActiveDirectory":{"registration":{"clientId":"11112222-bbbb-3333-cccc-4444dddd5555"},"validation":{"defaultAuthorizationPolicy":{"allowedApplications":[*]}}}}}"#;
const TEMPLATE: &str = r#"{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","resources":[*,{"type":"Microsoft.Web/sites/config","name":"x/authsettingsV2","properties":{"login":{}}}]}"#;

const SHAPES: &[Shape] = &[
    ("near names of one member", LOGIN, r#""~tokenStore":1"#),
    ("near names, all different", LOGIN, r#""t%okenStore":1"#),
    ("unknown members", LOGIN, r#""x%":1"#),
    ("a member many times", LOGIN, r#""tokenStore":{"enabled":true}"#),
    ("members in the wrong place", LOGIN, r#""requireHttps":true"#),
    ("custom providers with a misplaced member", CUSTOM, r#""p%":{"issuer":"x"}"#),
    (
        "custom providers",
        CUSTOM,
        r#""p%":{"registration":{"clientId":"x"},"login":{"scopes":["a"]}}"#,
    ),
    ("custom providers of one name", CUSTOM, r#""p":{"registration":{"clientId":"x"}}"#),
    ("audiences", AUDIENCES, r#""api://%-bbbb-3333-cccc-4444dddd5555""#),
    ("applications", APPLICATIONS, r#""%-bbbb-3333-cccc-4444dddd5555""#),
    (
        "excluded paths",
        r#"{"platform":{},"globalValidation":{"excludedPaths":[*]}}"#,
        r#""/Path%/*x""#,
    ),
    ("expressions", r#"{"platform":{},"login":{"x":[*]}}"#, r#""[parameters('x')]""#),
    ("sections in the envelope", r#"{"properties":{"platform":{}},*}"#, r#""%login":1"#),
    ("wrappers", LOGIN, r#""properties":{"a%":1}"#),
    ("resources of a template", TEMPLATE, r#"{"type":"x%"}"#),
];

fn document((_, around, part): Shape, size: usize) -> String {
    let parts = (0..size).map(|index| {
        part.replace('%', &format!("{index:08}")).replace('~', &"_".repeat(index % 60))
    });
    around.replacen('*', &parts.collect::<Vec<_>>().join(","), 1)
}

#[test]
fn the_linter_is_linear() {
    linear(|doc| drop(doc.lint()));
}

#[test]
fn reading_a_text_and_looking_for_its_form_is_linear() {
    linear(|doc| drop(doc.as_json().parse::<AuthSettingsV2>()));
}

#[test]
fn changes_are_linear() {
    linear(|doc| {
        let _ = doc.set(login::PRESERVE_URL_FRAGMENTS, true).map(drop);
        let _ = doc.remove(login::TOKEN_STORE_ENABLED);
        doc.remove_pointer("/login/tokenStore");
        doc.remove_pointer("/login/properties");
    });
}

#[test]
fn fixes_are_linear() {
    linear(|doc| {
        for finding in doc.clone().lint().iter().take(4) {
            finding.fix(doc);
        }
    });
}
