//! From the text of `X-MS-CLIENT-PRINCIPAL` to its members.

use super::{EasyAuthPrincipal, PrincipalError, PrincipalFormat, claims::ClaimSpan, contradiction};
use crate::{
    json::{JsonError, Kind, Reader, Span, unescape_slashes},
    provider::IdentityProvider,
};

/// The shortest claim that is kept, `{"typ":"","val":0}`, and a comma: no text has more claims than
/// its length allows, so the list of claims is allocated once.
const MIN_CLAIM_LEN: usize = 19;

impl From<JsonError> for PrincipalError {
    fn from(error: JsonError) -> Self {
        Self::Json { position: error.position }
    }
}

/// The members of both shapes. One that is null is there all the same.
#[derive(Default)]
struct Members {
    auth_typ: Option<Nullable>,
    name_typ: Option<Nullable>,
    role_typ: Option<Nullable>,
    identity_provider: Option<Nullable>,
    user_id: Option<Nullable>,
    user_details: Option<Nullable>,
    user_roles: Option<Vec<Span>>,
    claims: Option<Vec<ClaimSpan>>,
}

/// The text of a member, or null.
#[derive(Clone, Copy)]
pub(super) struct Nullable(Option<Span>);

impl Nullable {
    /// The text, if the member is there and not null.
    pub(super) fn span(member: Option<Self>) -> Option<Span> {
        member.and_then(|member| member.0)
    }
}

/// Reads a principal.
pub(super) fn principal(text: &str) -> Result<EasyAuthPrincipal, PrincipalError> {
    // On failure the text itself is read, so that positions are those of the text.
    read_principal(unescape_slashes(text)).or_else(|_| read_principal(text.to_owned()))
}

fn read_principal(mut text: String) -> Result<EasyAuthPrincipal, PrincipalError> {
    let mut json = Reader::new(&text);
    if json.kind()? != Kind::Object {
        // Only JSON is "not an object"; anything else is "not JSON".
        json.skip()?;
        json.end()?;
        return Err(PrincipalError::NotAnObject);
    }
    let members = Members::read(&mut json)?;
    let decoded = json.finish()?;
    text.push_str(&decoded);
    members.into_principal(text)
}

/// Reads an array of claims. Returns the text that they point into too.
pub(super) fn claim_list(
    text: &str,
    member: &'static str,
) -> Result<(String, Vec<ClaimSpan>), PrincipalError> {
    let mut text = unescape_slashes(text);
    let mut json = Reader::new(&text);
    let claims = claims(&mut json, member)?;
    let decoded = json.finish()?;
    text.push_str(&decoded);
    contradiction::check_claims(&text, &claims)?;
    Ok((text, claims))
}

impl Members {
    fn read(json: &mut Reader<'_>) -> Result<Self, PrincipalError> {
        let mut members = Self::default();
        json.object(|json, name| match json.str(name) {
            "auth_typ" => once(&mut members.auth_typ, "auth_typ", text(json, "auth_typ")?),
            "name_typ" => once(&mut members.name_typ, "name_typ", text(json, "name_typ")?),
            "role_typ" => once(&mut members.role_typ, "role_typ", text(json, "role_typ")?),
            "identityProvider" => {
                let provider = text(json, "identityProvider")?;
                once(&mut members.identity_provider, "identityProvider", provider)
            }
            "userId" => once(&mut members.user_id, "userId", scalar(json, "userId")?),
            "userDetails" => {
                once(&mut members.user_details, "userDetails", scalar(json, "userDetails")?)
            }
            "userRoles" => once(&mut members.user_roles, "userRoles", roles(json)?),
            "claims" => once(&mut members.claims, "claims", claims(json, "claims")?),
            _ => Ok(json.skip().map(drop)?),
        })?;
        Ok(members)
    }

    fn into_principal(self, text: String) -> Result<EasyAuthPrincipal, PrincipalError> {
        let app_service =
            self.auth_typ.is_some() || self.name_typ.is_some() || self.role_typ.is_some();
        let static_web_apps = self.identity_provider.is_some()
            || self.user_id.is_some()
            || self.user_details.is_some()
            || self.user_roles.is_some();
        let (format, provider) = match (app_service, static_web_apps) {
            (true, false) => (PrincipalFormat::AppService, self.auth_typ),
            (false, true) => (PrincipalFormat::StaticWebApps, self.identity_provider),
            (false, false) => return Err(PrincipalError::UnknownShape),
            (true, true) => return Err(PrincipalError::MixedShapes),
        };
        let provider =
            Nullable::span(provider).map(|span| span.of(&text).trim()).unwrap_or_default();
        if provider.is_empty() {
            return Err(PrincipalError::MissingProvider);
        }
        let provider = IdentityProvider::new(provider);
        let claims = self.claims.unwrap_or_default();
        contradiction::check_claims(&text, &claims)?;
        Ok(EasyAuthPrincipal {
            format,
            claims,
            name_type: Nullable::span(self.name_typ),
            role_type: Nullable::span(self.role_typ),
            user_id: Nullable::span(self.user_id),
            user_details: Nullable::span(self.user_details),
            user_roles: self.user_roles.unwrap_or_default(),
            text,
            ..EasyAuthPrincipal::without_object(provider)
        })
    }
}

/// Fills `slot`, which must be empty: of two members with one name, neither is to be believed.
pub(super) fn once<T>(
    slot: &mut Option<T>,
    member: &'static str,
    value: T,
) -> Result<(), PrincipalError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(PrincipalError::DuplicateMember { member }),
    }
}

/// A string or null.
pub(super) fn text(
    json: &mut Reader<'_>,
    member: &'static str,
) -> Result<Nullable, PrincipalError> {
    match json.kind()? {
        Kind::String => Ok(Nullable(Some(json.string()?))),
        Kind::Null => Ok(json.skip().map(|_| Nullable(None))?),
        _ => Err(PrincipalError::InvalidMember { member }),
    }
}

/// A string, a number or a boolean as text, or null.
pub(super) fn scalar(
    json: &mut Reader<'_>,
    member: &'static str,
) -> Result<Nullable, PrincipalError> {
    match json.kind()? {
        Kind::Number | Kind::Bool => Ok(Nullable(Some(json.raw()?))),
        _ => text(json, member),
    }
}

/// The value of a claim, or null. One that is not a string is kept as it is written: the local
/// emulator of Static Web Apps passes on what GitHub answers, objects and lists included.
fn value(json: &mut Reader<'_>) -> Result<Nullable, PrincipalError> {
    Ok(Nullable(match json.kind()? {
        Kind::String => Some(json.string()?),
        Kind::Null => json.skip().map(|_| None)?,
        Kind::Number | Kind::Bool | Kind::Object | Kind::Array => Some(json.raw()?),
    }))
}

fn roles(json: &mut Reader<'_>) -> Result<Vec<Span>, PrincipalError> {
    const MEMBER: &str = "userRoles";
    let mut roles = Vec::new();
    match json.kind()? {
        Kind::Array => json.array(|json| -> Result<(), PrincipalError> {
            roles.extend(text(json, MEMBER)?.0);
            Ok(())
        })?,
        Kind::Null => drop(json.skip()?),
        _ => return Err(PrincipalError::InvalidMember { member: MEMBER }),
    }
    Ok(roles)
}

fn claims(json: &mut Reader<'_>, member: &'static str) -> Result<Vec<ClaimSpan>, PrincipalError> {
    let mut claims = Vec::with_capacity(json.remaining() / MIN_CLAIM_LEN);
    match json.kind()? {
        Kind::Array => json.array(|json| -> Result<(), PrincipalError> {
            match json.kind()? {
                Kind::Object => claims.extend(claim(json)?),
                Kind::Null => drop(json.skip()?),
                _ => return Err(PrincipalError::InvalidMember { member }),
            }
            Ok(())
        })?,
        Kind::Null => drop(json.skip()?),
        _ => return Err(PrincipalError::InvalidMember { member }),
    }
    Ok(claims)
}

/// One claim; `None` if its type or its value is null or absent, as the platform's own host drops it.
fn claim(json: &mut Reader<'_>) -> Result<Option<ClaimSpan>, PrincipalError> {
    if let Some(claim) = json.attempt(usual_claim) {
        return Ok(Some(claim));
    }
    let (mut typ, mut val) = (None, None);
    json.object(|json, name| match json.str(name) {
        "typ" => once(&mut typ, "typ", text(json, "typ")?),
        "val" => once(&mut val, "val", value(json)?),
        _ => Ok(json.skip().map(drop)?),
    })?;
    Ok(match (Nullable::span(typ), Nullable::span(val)) {
        (Some(typ), Some(val)) => Some(ClaimSpan { typ, val }),
        _ => None,
    })
}

/// A claim as the platform writes it, whose strings have no escapes: read in a quarter of the time.
fn usual_claim(json: &mut Reader<'_>) -> Option<ClaimSpan> {
    let typ = json.plain_string_after(r#"{"typ":""#)?;
    let val = json.plain_string_after(r#","val":""#)?;
    json.exactly("}")?;
    Some(ClaimSpan { typ, val })
}
