//! Reads, changes and writes a full settings document of 2 KB, compared with `serde_json::Value`, which
//! loses the order of the members.
//!
//! `cargo bench -p easyauth-benches --bench settings`
#![allow(missing_docs, clippy::indexing_slicing, clippy::unwrap_used)]

use easyauth::{
    resource::ARM,
    settings::{AuthSettingsV2, LoginParameters, entra},
};
use easyauth_benches::{compare, way};
use serde_json::Value;

fn main() -> std::io::Result<()> {
    let body = compact(include_str!("../../tests/data/settings/site.json"));
    let parameters = LoginParameters::builder()
        .scopes(["openid", "profile", "email"])
        .scope(ARM.scope("user_impersonation"))
        .build()
        .unwrap();
    let wire = Value::from(parameters.to_wire());

    let ours = || -> AuthSettingsV2 { serde_json::from_slice(body.as_bytes()).unwrap() };
    let value = || -> Value { serde_json::from_slice(body.as_bytes()).unwrap() };
    assert_eq!(serde_json::to_string(&ours()).unwrap(), body);
    assert_eq!(serde_json::to_value(ours()).unwrap(), value());

    compare(
        &format!("read and write settings of {} bytes", body.len()),
        vec![
            way("easyauth", || serde_json::to_vec(&ours()).unwrap()),
            way("serde_json::Value", || serde_json::to_vec(&value()).unwrap()),
        ],
        &[0.9],
    )?;

    let set_ours = || {
        let mut settings = ours();
        settings.set(entra::LOGIN_PARAMETERS, parameters.clone()).unwrap();
        serde_json::to_vec(&settings).unwrap()
    };
    let set_value = || {
        let mut settings = value();
        let entra = &mut settings["properties"]["identityProviders"]["azureActiveDirectory"];
        entra["login"]["loginParameters"] = wire.clone();
        serde_json::to_vec(&settings).unwrap()
    };
    let parse = |bytes: Vec<u8>| -> Value { serde_json::from_slice(&bytes).unwrap() };
    assert_eq!(parse(set_ours()), parse(set_value()));
    compare(
        "read, set loginParameters, write",
        vec![way("easyauth", set_ours), way("serde_json::Value", set_value)],
        &[0.6],
    )
}

/// Removes the whitespace between JSON tokens, as in a response of the service.
fn compact(json: &str) -> String {
    let mut in_string = false;
    let mut escaped = false;
    let keep = |character: &char| {
        let is_quote = *character == '"' && !escaped;
        escaped = in_string && *character == '\\' && !escaped;
        in_string ^= is_quote;
        in_string || !character.is_ascii_whitespace()
    };
    json.chars().filter(keep).collect()
}
