//! Reads and writes a settings document, compared with the Azure SDK's model of it.
//!
//! `cargo run --release` in this folder. The peer cannot read a document that contains an enum, as every
//! real document of a site with Easy Auth does. So both get a document without enums.

use azure_mgmt_web::package_2024_04::models::SiteAuthSettingsV2;
use easyauth::settings::AuthSettingsV2;
use serde_json::Value;
use easyauth_benches::{compare, way};

const SITE: &str = include_str!("../../../tests/data/settings/site.json");

fn main() -> std::io::Result<()> {
    let answer: Value = serde_json::from_str(SITE).expect("JSON");
    match serde_json::from_value::<SiteAuthSettingsV2>(answer.clone()) {
        Ok(_) => println!("azure_mgmt_web reads the whole document"),
        Err(error) => println!("azure_mgmt_web does not read the whole document: {error}"),
    }

    let mut without_enums = answer;
    for (section, member) in [
        ("/properties/globalValidation", "unauthenticatedClientAction"),
        ("/properties/login/cookieExpiration", "convention"),
        ("/properties/httpSettings/forwardProxy", "convention"),
    ] {
        let section = without_enums.pointer_mut(section).and_then(Value::as_object_mut);
        section.expect("a section").remove(member);
    }
    let body = without_enums.to_string();
    let peer: SiteAuthSettingsV2 = serde_json::from_str(&body).expect("no enums");
    let lost = members(&without_enums) - members(&serde_json::to_value(&peer).expect("JSON"));
    println!("azure_mgmt_web loses {lost} of {} members", members(&without_enums));

    compare(
        &format!("read and write settings of {} bytes, without enums", body.len()),
        vec![
            way("easyauth", || {
                let settings: AuthSettingsV2 = serde_json::from_str(&body).expect("settings");
                serde_json::to_vec(&settings).expect("JSON")
            }),
            way("azure_mgmt_web", || {
                let settings: SiteAuthSettingsV2 = serde_json::from_str(&body).expect("settings");
                serde_json::to_vec(&settings).expect("JSON")
            }),
        ],
        &[1.0],
    )
}

fn members(value: &Value) -> usize {
    match value {
        Value::Object(own) => own.len() + own.values().map(members).sum::<usize>(),
        Value::Array(own) => own.iter().map(members).sum(),
        _ => 0,
    }
}
