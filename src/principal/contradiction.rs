//! Contradictions that no platform writes.
//!
//! A principal in which two places name two callers is rejected: which of them is right cannot be
//! decided, and two handlers would read two callers from one request. What platforms are known to
//! write is not a contradiction:
//!
//! - `X-MS-CLIENT-PRINCIPAL-IDP` is `azureStaticWebApps` on a backend that is linked to a Static Web
//!   App, while the object names the provider where the visitor signed in.
//! - `auth_typ` was `AuthenticationTypes.Federation`, which names no provider, in an older runtime.
//! - `X-MS-CLIENT-PRINCIPAL-ID` is the object ID, the subject, a `sid:` of the older runtime, or the
//!   user ID of Static Web Apps. Only for Microsoft Entra and Google is it documented which.

use super::{ClaimType, EasyAuthPrincipal, PrincipalError, PrincipalFormat, claims::ClaimSpan};
use crate::{
    headers::{CLIENT_PRINCIPAL_ID, CLIENT_PRINCIPAL_IDP},
    provider::IdentityProvider,
};

/// What .NET calls an identity whose provider it does not name (`ClaimsIdentity.AuthenticationType`).
const UNNAMED_PROVIDER: &str = "AuthenticationTypes.Federation";

/// A claim that says who the caller is. Its short and its long names are one claim.
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
    // Tenants and object IDs are GUIDs, whose case does not matter.
    IdentityClaim { first: "claim tid", second: "another claim tid", is_same: same_guid },
    IdentityClaim { first: "claim oid", second: "another claim oid", is_same: same_guid },
    IdentityClaim { first: "claim iss", second: "another claim iss", is_same: str::eq },
    IdentityClaim { first: "claim sub", second: "another claim sub", is_same: str::eq },
];

fn same_guid(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn identity_claim(typ: &str) -> Option<usize> {
    const LONG_TENANT: &str = ClaimType::TID.long();
    const LONG_OBJECT: &str = ClaimType::OID.long();
    const LONG_SUBJECT: &str = ClaimType::SUB.long();
    match typ {
        "tid" | LONG_TENANT => Some(TENANT),
        "oid" | LONG_OBJECT => Some(OBJECT),
        "iss" => Some(ISSUER),
        // Not `nameid`, which AD FS can put beside `sub` with another value.
        "sub" | LONG_SUBJECT => Some(SUBJECT),
        _ => None,
    }
}

/// No identity claim has two different values.
pub(super) fn check_claims(text: &str, claims: &[ClaimSpan]) -> Result<(), PrincipalError> {
    let mut values = [None::<&str>; IDENTITY_CLAIMS.len()];
    for claim in claims {
        let Some(index) = identity_claim(claim.typ.of(text)) else { continue };
        let (Some(known), Some(rule)) = (values.get_mut(index), IDENTITY_CLAIMS.get(index)) else {
            continue;
        };
        let value = claim.val.of(text);
        if (rule.is_same)(known.get_or_insert(value), value) {
            continue;
        }
        return Err(PrincipalError::Contradiction { first: rule.first, second: rule.second });
    }
    Ok(())
}

/// The headers beside the object name the same provider and the same caller.
pub(super) fn check_headers(user: &EasyAuthPrincipal) -> Result<(), PrincipalError> {
    check_provider(user)?;
    let Some(id) = user.id.as_deref() else { return Ok(()) };
    let differs = |first| Err(PrincipalError::Contradiction { first, second: CLIENT_PRINCIPAL_ID });
    match user.format {
        PrincipalFormat::StaticWebApps => match user.at(user.user_id) {
            Some(own) if !same_guid(own, id) => differs("userId"),
            _ => Ok(()),
        },
        PrincipalFormat::AppService if has_documented_id(&user.provider) => {
            let first = match (user.object_id(), user.subject()) {
                (Some(_), _) => "claim oid",
                (None, Some(_)) => "claim sub",
                (None, None) => return Ok(()),
            };
            // Of any claim, because older runtimes took it from others.
            let is_claimed = user.claims().any(|claim| same_guid(claim.val(), id));
            if is_claimed { Ok(()) } else { differs(first) }
        }
        _ => Ok(()),
    }
}

fn check_provider(user: &EasyAuthPrincipal) -> Result<(), PrincipalError> {
    let first = match user.format {
        PrincipalFormat::AppService => "auth_typ",
        PrincipalFormat::StaticWebApps => "identityProvider",
        PrincipalFormat::HeadersOnly | PrincipalFormat::Token => return Ok(()),
    };
    match &user.front_end {
        Some(front_end)
            if *front_end != user.provider
                && *front_end != IdentityProvider::STATIC_WEB_APPS
                && !user.provider.as_str().eq_ignore_ascii_case(UNNAMED_PROVIDER) =>
        {
            Err(PrincipalError::Contradiction { first, second: CLIENT_PRINCIPAL_IDP })
        }
        _ => Ok(()),
    }
}

/// Whether it is documented what the ID of a caller is: the object ID, or Google's subject.
fn has_documented_id(provider: &IdentityProvider) -> bool {
    [IdentityProvider::ENTRA, IdentityProvider::GOOGLE].contains(provider)
}
