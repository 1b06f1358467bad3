//! The tokens: a good one, and what else a service gets to see.

use std::{
    error::Error,
    time::{SystemTime, UNIX_EPOCH},
};

use easyauth::AccessToken;
use http::Method;
use serde_json::{Value, json};

use super::{
    issuer::{Issuer, KEY_ID},
    service::{CLIENT_ID, TENANT},
};

const OTHER_TENANT: &str = "00000002-0000-4000-8000-000000000002";
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

pub(crate) struct Case {
    pub(crate) title: &'static str,
    pub(crate) method: Method,
    pub(crate) token: AccessToken,
}

impl Case {
    fn get(title: &'static str, token: AccessToken) -> Self {
        Self { title, method: Method::GET, token }
    }

    fn put(title: &'static str, token: AccessToken) -> Self {
        Self { title, method: Method::PUT, token }
    }
}

pub(crate) fn all(issuer: &Issuer, now: SystemTime) -> Result<Vec<Case>, Box<dyn Error>> {
    let now = now.duration_since(UNIX_EPOCH)?.as_secs();
    let an_hour_ago = now.saturating_sub(3600);
    let header = json!({"typ": "JWT", "alg": "RS256", "kid": KEY_ID});
    let good = json!({
        "aud": CLIENT_ID,
        "iss": issuer_of(TENANT),
        "tid": TENANT,
        "iat": an_hour_ago,
        "nbf": an_hour_ago,
        "exp": now.saturating_add(600),
        "azp": "00000005-0000-4000-8000-000000000005",
        "oid": "00000003-0000-4000-8000-000000000003",
        "sub": "subject-at-my-api",
        "scp": "Files.Read",
        "ver": "2.0",
    });
    let sign = |claims: &Value| issuer.sign(&header, claims);

    Ok(vec![
        Case::get("a good token, with the scope Files.Read", sign(&good)?),
        Case::put("the same token, and a request that needs more", sign(&good)?),
        Case::get(
            "a token of another tenant",
            sign(&but(&good, json!({"tid": OTHER_TENANT, "iss": issuer_of(OTHER_TENANT)})))?,
        ),
        Case::get(
            "a token that expired ten minutes ago",
            sign(&but(&good, json!({"exp": now.saturating_sub(600)})))?,
        ),
        Case::get(
            "a token for another API",
            sign(&but(&good, json!({"aud": "api://another-api"})))?,
        ),
        Case::get(
            "a token for Microsoft Graph, with a nonce in its header",
            issuer.sign(
                &but(&header, json!({"nonce": "nonce-1"})),
                &but(&good, json!({"aud": GRAPH})),
            )?,
        ),
        Case::get(
            "a forged token: as the good one, and signed by somebody else",
            issuer.forge(&header, &good)?,
        ),
        Case::get(
            "an ID token in the place of an access token",
            sign(&but(&good, json!({"azp": null, "scp": null, "nonce": "nonce-2"})))?,
        ),
    ])
}

fn issuer_of(tenant: &str) -> String {
    format!("https://login.microsoftonline.com/{tenant}/v2.0")
}

/// The same members but for these; `null` takes one away.
fn but(members: &Value, changes: Value) -> Value {
    let mut members = members.clone();
    if let (Value::Object(members), Value::Object(changes)) = (&mut members, changes) {
        members.extend(changes);
        members.retain(|_, value| !value.is_null());
    }
    members
}
