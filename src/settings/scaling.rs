//! Work grows with the document, not faster: counted in visited values and bytes of names, not in time.

use std::fmt::Write;

use super::{AuthSettingsV2, login};
use crate::json::document::steps;

/// How much more work twice the document may be. Twice, and the constant part.
const MOST: f64 = 2.2;

/// Asserts that an operation on documents of a shape is linear.
#[track_caller]
fn linear(name: &str, shape: fn(usize) -> String, work: fn(&mut AuthSettingsV2)) {
    let steps_of = |size: usize| {
        let mut doc: AuthSettingsV2 = shape(size).parse().unwrap();
        steps::of(|| work(&mut doc))
    };
    let (once, twice) = (steps_of(2_000), steps_of(4_000));
    #[allow(clippy::as_conversions, clippy::cast_precision_loss)]
    let ratio = twice as f64 / once as f64;
    assert!(ratio < MOST, "{name}: {once} steps, then {twice}");
}

/// A document with members that one function makes, at a place that is given by what is around them.
fn many(before: &str, after: &str, size: usize, member: impl Fn(usize) -> String) -> String {
    let mut text = before.to_owned();
    for index in 0..size {
        let comma = if index == 0 { "" } else { "," };
        write!(text, "{comma}{}", member(index)).unwrap();
    }
    text + after
}

const LOGIN: (&str, &str) = (r#"{"platform":{"enabled":true},"login":{"#, "}}");
const CUSTOM: (&str, &str) =
    (r#"{"platform":{},"identityProviders":{"customOpenIdConnectProviders":{"#, "}}}");
const ENTRA: (&str, &str) = (
    r#"{"platform":{},"identityProviders":{"azureActiveDirectory":{"registration":{"clientId":"11112222-bbbb-3333-cccc-4444dddd5555"},"validation":{"#,
    "}}}}",
);

/// The name of a shape, and a document of it that has so many members.
type PrincipalFormat = (&'static str, fn(usize) -> String);

const SHAPES: &[PrincipalFormat] = &[
    ("near names of one member", |size| {
        many(LOGIN.0, LOGIN.1, size, |index| format!(r#""{}tokenStore":1"#, "_".repeat(index % 60)))
    }),
    ("near names, all different", |size| {
        many(LOGIN.0, LOGIN.1, size, |index| format!(r#""t{index}okenStore":1"#))
    }),
    ("unknown members", |size| many(LOGIN.0, LOGIN.1, size, |index| format!(r#""x{index}":1"#))),
    ("a member many times", |size| {
        many(LOGIN.0, LOGIN.1, size, |_| r#""tokenStore":{"enabled":true}"#.to_owned())
    }),
    ("members in the wrong place", |size| {
        many(LOGIN.0, LOGIN.1, size, |_| r#""requireHttps":true"#.to_owned())
    }),
    ("custom providers with a misplaced member", |size| {
        many(CUSTOM.0, CUSTOM.1, size, |index| format!(r#""p{index}":{{"issuer":"x"}}"#))
    }),
    ("custom providers", |size| {
        many(CUSTOM.0, CUSTOM.1, size, |index| {
            format!(
                r#""p{index}":{{"registration":{{"clientId":"x"}},"login":{{"scopes":["a"]}}}}"#
            )
        })
    }),
    ("custom providers of one name", |size| {
        many(CUSTOM.0, CUSTOM.1, size, |_| r#""p":{"registration":{"clientId":"x"}}"#.to_owned())
    }),
    ("audiences", |size| {
        let list = many("[", "]", size, |index| {
            format!(r#""api://{index:08}-bbbb-3333-cccc-4444dddd5555""#)
        });
        format!(r#"{}"allowedAudiences":{list}{}"#, ENTRA.0, ENTRA.1)
    }),
    ("applications", |size| {
        let list =
            many("[", "]", size, |index| format!(r#""{index:08}-bbbb-3333-cccc-4444dddd5555""#));
        format!(
            r#"{}"defaultAuthorizationPolicy":{{"allowedApplications":{list}}}{}"#,
            ENTRA.0, ENTRA.1
        )
    }),
    ("excluded paths", |size| {
        let list = many("[", "]", size, |index| format!(r#""/Path{index}/*x""#));
        format!(r#"{{"platform":{{}},"globalValidation":{{"excludedPaths":{list}}}}}"#)
    }),
    ("expressions", |size| {
        let list = many("[", "]", size, |_| r#""[parameters('x')]""#.to_owned());
        format!(r#"{{"platform":{{}},"login":{{"x":{list}}}}}"#)
    }),
    ("sections in the envelope", |size| {
        many(r#"{"properties":{"platform":{}},"#, "}", size, |index| format!(r#""{index}login":1"#))
    }),
    ("wrappers", |size| {
        many(LOGIN.0, LOGIN.1, size, |index| format!(r#""properties":{{"a{index}":1}}"#))
    }),
    ("resources of a template", |size| {
        let text = r#"{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#","resources":["#;
        let settings = r#",{"type":"Microsoft.Web/sites/config","name":"x/authsettingsV2","properties":{"login":{}}}]}"#;
        many(text, settings, size, |index| format!(r#"{{"type":"x{index}"}}"#))
    }),
];

#[test]
fn the_linter_is_linear() {
    for (name, shape) in SHAPES {
        linear(name, *shape, |doc| drop(doc.lint()));
    }
}

#[test]
fn reading_a_text_and_looking_for_its_form_is_linear() {
    for (name, shape) in SHAPES {
        linear(name, *shape, |doc| drop(doc.as_json().parse::<AuthSettingsV2>()));
    }
}

#[test]
fn changes_are_linear() {
    for (name, shape) in SHAPES {
        linear(name, *shape, |doc| {
            let _ = doc.set(login::PRESERVE_URL_FRAGMENTS, true).map(drop);
            let _ = doc.remove(login::TOKEN_STORE_ENABLED);
            doc.remove_pointer("/login/tokenStore");
            doc.remove_pointer("/login/properties");
        });
    }
}

#[test]
fn fixes_are_linear() {
    for (name, shape) in SHAPES {
        linear(name, *shape, |doc| {
            for finding in doc.clone().lint().iter().take(4) {
                finding.fix(doc);
            }
        });
    }
}
