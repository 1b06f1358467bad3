//! `easyauth inspect` reads what users copy from their tools, or says what to copy instead.

mod documents;
mod headers;
mod messages;
mod tokens;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::{run, token};

const CLAIMS: &str = r#"{"aud":"https://management.azure.com/","scp":"user_impersonation","exp":1773327600,"appid":"00000004-0000-4000-8000-000000000004"}"#;
const PRINCIPAL: &str = r#"{"auth_typ":"aad","claims":[{"typ":"name","val":"Jo O. (Sales)"},{"typ":"http://schemas.microsoft.com/identity/claims/objectidentifier","val":"0000000a-0000-4000-8000-00000000000a"},{"typ":"roles","val":"Admin"}],"name_typ":"name","role_typ":"roles"}"#;

fn access() -> String {
    token(CLAIMS)
}

fn principal() -> String {
    STANDARD.encode(PRINCIPAL)
}

/// The report on an input that opens Azure Resource Manager.
#[track_caller]
fn opens(input: &str) -> Value {
    let outcome = run(&["inspect", "--for", "arm", "--check", "--json"], input);
    assert_eq!(outcome.status, 0, "{}{}\n{input}", outcome.out, outcome.err);
    serde_json::from_str(&outcome.out).unwrap()
}
