//! Contradictions that no platform writes.
//!
//! A principal that names two callers is rejected: no rule says which is right, and two handlers could read
//! two callers from one request. What platforms are known to write is not a contradiction:
//!
//! - `X-MS-CLIENT-PRINCIPAL-IDP` is `azureStaticWebApps` on a backend that is linked to a Static Web App,
//!   while the object names the provider where the user signed in.
//! - `X-MS-CLIENT-PRINCIPAL-ID` is the object ID, the subject, or the user ID of Static Web Apps. The
//!   documentation says which only for Microsoft Entra and Google. An older runtime wrote a `sid:`, which a
//!   claim repeats (`stable_sid`, or the name identifier).
//! - AD FS can write `nameid` in addition to `sub`, with another value. Both have the same long name.
//! - A custom provider decides what its `tid` and `oid` mean. A list is one claim for each element.

use super::{ClaimType, EasyAuthPrincipal, PrincipalError, PrincipalFormat, claims::ClaimSpan};
use crate::{
    headers::{CLIENT_PRINCIPAL_ID, CLIENT_PRINCIPAL_IDP},
    issuer,
    json::Text,
    provider::IdentityProvider,
};

/// A claim that identifies the caller. Its short and its long name are one claim.
struct IdentityClaim {
    first: &'static str,
    second: &'static str,
    is_same: fn(&str, &str) -> bool,
}

const TENANT: usize = 0;
const OBJECT: usize = 1;
const ISSUER: usize = 2;
const SUBJECT: usize = 3;

const IDENTITY_CLAIMS: [IdentityClaim; 4] = [
    // Tenant IDs and object IDs are GUIDs, which are case-insensitive.
    IdentityClaim { first: "claim tid", second: "another claim tid", is_same: same_guid },
    IdentityClaim { first: "claim oid", second: "another claim oid", is_same: same_guid },
    IdentityClaim { first: "claim iss", second: "another claim iss", is_same: str::eq },
    IdentityClaim { first: "claim sub", second: "another claim sub", is_same: str::eq },
];

fn same_guid(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

const LONG_TENANT: &str = ClaimType::TID.long();
const LONG_OBJECT: &str = ClaimType::OID.long();
const LONG_SUBJECT: &str = ClaimType::SUB.long();

fn identity_claim(typ: &str) -> Option<usize> {
    match typ {
        "tid" | LONG_TENANT => Some(TENANT),
        "oid" | LONG_OBJECT => Some(OBJECT),
        "iss" => Some(ISSUER),
        // Not `nameid`, because of AD FS.
        "sub" | LONG_SUBJECT => Some(SUBJECT),
        _ => None,
    }
}

/// Checks that no identity claim has two different values.
pub(super) fn check_claims(
    provider: &IdentityProvider,
    text: &Text,
    claims: &[ClaimSpan],
) -> Result<(), PrincipalError> {
    // Who issued the claims matters only if two values differ.
    check_values(text, claims, |_| true).or_else(|_| {
        let issuer = claims.iter().find(|claim| text.at(claim.typ) == "iss");
        let issuer = issuer.map_or("", |claim| text.at(claim.val));
        let is_custom = is_custom(provider) && !issuer::is_microsoft(issuer);
        check_values(text, claims, |typ| match typ {
            "tid" | LONG_TENANT | "oid" | LONG_OBJECT => !is_custom,
            LONG_SUBJECT => !is_custom && !is_ad_fs(issuer),
            _ => true,
        })
    })
}

fn check_values(
    text: &Text,
    claims: &[ClaimSpan],
    is_checked: impl Fn(&str) -> bool,
) -> Result<(), PrincipalError> {
    let mut values = [None::<&str>; IDENTITY_CLAIMS.len()];
    for claim in claims {
        let typ = text.at(claim.typ);
        let Some(index) = identity_claim(typ).filter(|_| is_checked(typ)) else { continue };
        let (Some(known), Some(rule)) = (values.get_mut(index), IDENTITY_CLAIMS.get(index)) else {
            continue;
        };
        let value = text.at(claim.val);
        if (rule.is_same)(known.get_or_insert(value), value) {
            continue;
        }
        return Err(PrincipalError::contradiction(rule.first, rule.second));
    }
    Ok(())
}

/// Returns `true` for a provider that the site's settings name.
fn is_custom(provider: &IdentityProvider) -> bool {
    *provider != IdentityProvider::UNKNOWN && !IdentityProvider::ALL.contains(provider)
}

/// Returns `true` for an issuer of AD FS: `https://<host>/adfs`, and `/adfs/services/trust` in access tokens
/// (aspnet/Security#1852).
fn is_ad_fs(issuer: &str) -> bool {
    issuer.split('/').nth(3) == Some("adfs")
}

/// Checks that the other headers name the provider and the caller of the object.
pub(super) fn check_headers(user: &EasyAuthPrincipal) -> Result<(), PrincipalError> {
    check_provider(user)?;
    let Some(id) = user.at(user.content.id) else { return Ok(()) };
    let differs = |first| Err(PrincipalError::contradiction(first, CLIENT_PRINCIPAL_ID));
    match user.content.format {
        PrincipalFormat::StaticWebApps => match user.at(user.content.user_id) {
            Some(own) if !same_guid(own, id) => differs("userId"),
            _ => Ok(()),
        },
        PrincipalFormat::AppService if has_documented_id(&user.content.provider) => {
            // The value of any claim, because older runtimes used other claims.
            if user.claims().values(|_| true).any(|value| same_guid(value, id)) {
                return Ok(());
            }
            match (user.object_id(), user.subject()) {
                (Some(_), _) => differs("claim oid"),
                (None, Some(_)) => differs("claim sub"),
                (None, None) => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn check_provider(user: &EasyAuthPrincipal) -> Result<(), PrincipalError> {
    let first = match user.content.format {
        PrincipalFormat::AppService => "auth_typ",
        PrincipalFormat::StaticWebApps => "identityProvider",
        PrincipalFormat::HeadersOnly | PrincipalFormat::Token => return Ok(()),
    };
    match &user.content.front_end {
        Some(front_end)
            if *front_end != user.content.provider
                && *front_end != IdentityProvider::STATIC_WEB_APPS =>
        {
            Err(PrincipalError::contradiction(first, CLIENT_PRINCIPAL_IDP))
        }
        _ => Ok(()),
    }
}

/// Returns `true` if the documentation says what the ID of a caller is: the object ID, or Google's subject.
fn has_documented_id(provider: &IdentityProvider) -> bool {
    [IdentityProvider::ENTRA, IdentityProvider::GOOGLE].contains(provider)
}
