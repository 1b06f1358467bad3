//! Claims with their meaning.

use std::time::{Duration, UNIX_EPOCH};

use easyauth::{ClaimType, UnverifiedToken, resource::Resource};
use serde_json::{Map, Value};

use super::times::readable;
use crate::{
    html::{Html, html},
    inspect::report::Claim,
    secret::{masked, placeholder},
    times::rfc_3339,
};

/// The longest value that is shown, in characters.
const MAX_VALUE_LEN: usize = 300;

/// The meaning of claims, by their short names (Microsoft identity platform: access token, ID token and
/// optional claims references, token claims reference for agents; RFC 7519 section 4.1; OpenID Connect
/// Core 1.0 sections 2 and 5.1).
#[rustfmt::skip]
const MEANINGS: [(&str, &str); 71] = [
    ("acct", "0: member of the tenant, 1: guest"),
    ("acr", "authentication context class; 0: below ISO 29115"),
    ("acrs", "authentication contexts that the sign-in satisfied"),
    ("aio", "for Microsoft only"),
    ("amr", "how the user authenticated"),
    ("app_displayname", "display name of the client"),
    ("appid", "client that requested the token (version 1.0)"),
    ("appidacr", "how the client authenticated; 0: not at all, 1: secret, 2: certificate"),
    ("at_hash", "binds the ID token to the access token"),
    ("aud", "API or application that the token is for"),
    ("auth_time", "time of the sign-in"),
    ("azp", "client that requested the token (version 2.0)"),
    ("azpacr", "how the client authenticated; 0: not at all, 1: secret, 2: certificate"),
    ("c_hash", "binds the ID token to the authorization code"),
    ("cnf", "key of the client that the token is bound to"),
    ("ctry", "country of the user"),
    ("deviceid", "device of the user"),
    ("email", "email address; not verified unless xms_edov says so"),
    ("email_verified", "whether the provider verified the email address"),
    ("exp", "expiry: rejected from then on"),
    ("family_name", "last name"),
    ("fwd", "original address of the client"),
    ("given_name", "first name"),
    ("groups", "groups of the caller"),
    ("hasgroups", "the caller is in too many groups to list them"),
    ("_claim_names", "claims that are elsewhere, such as too many groups"),
    ("_claim_sources", "where these claims are"),
    ("iat", "time of issue"),
    ("idp", "where the user authenticated, if not at the issuer"),
    ("idtyp", "kind of caller; app: an application without a user"),
    ("in_corp", "the user is inside the corporate network"),
    ("ipaddr", "address of the user"),
    ("iss", "issuer"),
    ("jti", "ID of the token"),
    ("locale", "language of the user"),
    ("login_hint", "hint for the next sign-in"),
    ("name", "display name; users can change it"),
    ("nbf", "not valid before"),
    ("nonce", "binds the ID token to the sign-in request"),
    ("oid", "object ID of the user or application in its tenant"),
    ("onprem_sid", "security identifier on premises"),
    ("picture", "picture of the user"),
    ("platf", "platform of the device"),
    ("preferred_username", "user name; users can change it"),
    ("puid", "for Microsoft only"),
    ("pwd_exp", "expiry of the password"),
    ("pwd_url", "where to change the password"),
    ("rh", "for Microsoft only"),
    ("roles", "app roles of the user, or permissions of the application"),
    ("scp", "scopes: what the client may do for the user"),
    ("sid", "session"),
    ("signin_state", "state of the sign-in"),
    ("sub", "subject: the user, with another ID for each client"),
    ("tenant_region_scope", "region of the tenant"),
    ("tfp", "user flow or policy of Azure AD B2C"),
    ("tid", "tenant; 9188040d-6c67-4c5b-b112-36a304b66dad: personal accounts"),
    ("unique_name", "user name; users can change it (version 1.0)"),
    ("upn", "user principal name; it can change"),
    ("uti", "ID of the token"),
    ("ver", "version of the token"),
    ("wids", "directory roles of the caller, by the IDs of their templates"),
    ("xms_act_fct", "kinds of actor; 11: agent identity, 13: agent's user account"),
    ("xms_cc", "client capabilities; cp1: it handles claims challenges"),
    ("xms_edov", "whether the owner of the email domain is verified"),
    ("xms_idrel", "relation of the caller to the tenant; 1: member, 5: guest, 7: service principal"),
    ("xms_mirid", "managed identity, by its resource ID"),
    ("xms_par_app_azp", "blueprint of the agent; not for authorization"),
    ("xms_st", "subject for Microsoft's own APIs"),
    ("xms_sub_fct", "kinds of subject; 11: agent identity, 13: agent's user account"),
    ("xms_tcdt", "time when the tenant was created"),
    ("xms_tnt_fct", "kinds of tenant"),
];

/// The claims with a time in seconds since 1970.
const TIMES: [&str; 5] = ["auth_time", "exp", "iat", "nbf", "xms_tcdt"];

/// All claims of a token, as it has them.
pub(super) fn of_token(token: &UnverifiedToken, is_open: bool) -> Html {
    let values: Map<String, Value> = token.claims_as().unwrap_or_default();
    let rows: Vec<Html> =
        values.iter().map(|(name, value)| row(name, &text_of(name, value))).collect();
    table(&rows, is_open)
}

/// The claims of a principal. The values of one claim are one row.
pub(super) fn of_principal(claims: &[Claim]) -> Html {
    let rows = claims.chunk_by(|one, other| one.typ == other.typ).filter_map(|same| {
        let values: Vec<String> =
            same.iter().map(|claim| of_text(&claim.typ, &claim.value)).collect();
        Some(row(&same.first()?.typ, &values.join(", ")))
    });
    let rows: Vec<Html> = rows.collect();
    if rows.is_empty() { Html::default() } else { table(&rows, false) }
}

fn table(rows: &[Html], is_open: bool) -> Html {
    html![
        "<details" (is_open.then(|| html![" open"])) ">\n<summary>" (rows.len().to_string()) " claims</summary>\n<table>\n<thead><tr>\
         <th scope=\"col\">Claim and meaning</th><th scope=\"col\">Value</th></tr></thead>\n<tbody>\n"
        (rows) "</tbody>\n</table>\n</details>\n"
    ]
}

fn row(name: &str, value: &str) -> Html {
    let short = ClaimType::find(name).map_or(name, |claim| claim.short());
    let meaning = MEANINGS.iter().find(|(own, _)| *own == short).map(|(_, meaning)| *meaning);
    html![
        "<tr><th scope=\"row\"><code>" (short) "</code>"
        (meaning.map(|meaning| html!["<small>" (meaning) "</small>"])) "</th><td>" (value)
        "</td></tr>\n"
    ]
}

fn text_of(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => of_text(name, text),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(|value| text_of(name, value)).collect();
            shown(&values.join(", "))
        }
        value => of_text(name, &value.to_string()),
    }
}

/// A value, with its meaning if it is a time or an API. Principals have numbers as strings.
fn of_text(name: &str, text: &str) -> String {
    let meaning = match name {
        "aud" => Resource::of_audience(text).map(|api| api.to_string()),
        name if TIMES.contains(&name) => {
            let seconds = text.parse().ok().filter(|seconds| *seconds <= LAST_SECOND);
            let time = seconds.and_then(|own| UNIX_EPOCH.checked_add(Duration::from_secs(own)));
            time.map(|time| readable(&rfc_3339(time)))
        }
        _ => None,
    };
    let meaning = meaning.map(|meaning| format!(" ({meaning})")).unwrap_or_default();
    format!("{}{meaning}", shown(text))
}

/// The last second of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// A value, but no token, and not longer than a reader needs.
fn shown(value: &str) -> String {
    if UnverifiedToken::decode(value).is_ok() {
        return placeholder(value);
    }
    let value = masked(value);
    let length = value.chars().count();
    if length <= MAX_VALUE_LEN {
        return value;
    }
    let start: String = value.chars().take(MAX_VALUE_LEN).collect();
    format!("{start}... ({length} characters)")
}
