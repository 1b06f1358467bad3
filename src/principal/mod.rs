//! The caller, as the platform describes it in the request headers.

mod caller;
mod claim_type;
mod claims;
mod contradiction;
mod error;
mod format;
mod from_headers;
#[cfg(feature = "verify")]
mod from_token;
pub(crate) mod me;
mod parse;

use std::fmt;

pub use claim_type::ClaimType;
pub use claims::{Claim, Claims};
pub use error::PrincipalError;
pub use format::PrincipalFormat;

use crate::{groups::Groups, json::Span, jwt::Caller, provider::IdentityProvider};
use claim_type::Names;
use claims::ClaimSpan;

/// The caller, as the platform describes it in `X-MS-CLIENT-PRINCIPAL` and the headers beside it.
///
/// Both shapes of the header are read: the one of App Service, Functions and Container Apps
/// (`auth_typ`, `claims`, `name_typ`, `role_typ`) and the one of Static Web Apps (`identityProvider`,
/// `userId`, `userDetails`, `userRoles`).
///
/// # Trust
///
/// A principal is as trustworthy as the proxy in front: the platform overwrites these headers on its
/// way in, and nothing else does. Where Easy Auth is off, or a second network path leads to the
/// service, anybody can write them. See [`Platform`](crate::Platform).
///
/// # Claim names
///
/// A short name (`oid`), its long form (`http://schemas.microsoft.com/identity/claims/objectidentifier`)
/// and any other name of the same claim find each other: whether the platform maps names depends on
/// its settings. The table is [`ClaimType`].
///
/// # Examples
///
/// ```
/// use easyauth::{EasyAuthPrincipal, IdentityProvider};
///
/// // {"auth_typ":"aad","claims":[{"typ":"roles","val":"Admin"}],"name_typ":"name","role_typ":"roles"}
/// let header = "eyJhdXRoX3R5cCI6ImFhZCIsImNsYWltcyI6W3sidHlwIjoicm9sZXMiLCJ2YWwiOiJBZG1pbiJ9XSwibmFt\
///               ZV90eXAiOiJuYW1lIiwicm9sZV90eXAiOiJyb2xlcyJ9";
/// let mut request = http::HeaderMap::new();
/// assert!(EasyAuthPrincipal::from_headers(&request)?.is_none()); // nobody is signed in
///
/// request.insert("x-ms-client-principal", header.parse()?);
/// let user = EasyAuthPrincipal::from_headers(&request)?.expect("somebody is signed in");
/// assert_eq!(user.provider(), &IdentityProvider::ENTRA);
/// assert!(user.is_in_role("Admin"));
///
/// request.insert("x-ms-client-principal", "not base64!".parse()?);
/// assert!(EasyAuthPrincipal::from_headers(&request).is_err()); // and never "nobody"
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct EasyAuthPrincipal {
    provider: IdentityProvider,
    format: PrincipalFormat,
    /// The text that the spans below point into.
    text: String,
    claims: Vec<ClaimSpan>,
    name_type: Option<Span>,
    role_type: Option<Span>,
    user_id: Option<Span>,
    user_details: Option<Span>,
    user_roles: Vec<Span>,
    /// `X-MS-CLIENT-PRINCIPAL-ID`.
    id: Option<String>,
    /// `X-MS-CLIENT-PRINCIPAL-NAME`.
    name: Option<String>,
    /// `X-MS-CLIENT-PRINCIPAL-IDP`.
    front_end: Option<IdentityProvider>,
    /// What a token says by more than the values of its claims, if that is where the caller is from.
    of_token: Option<OfToken>,
}

/// See [`PrincipalFormat::Token`].
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "verify"), allow(dead_code, reason = "tokens are verified or not used"))]
struct OfToken {
    caller: Caller,
    groups: Membership,
}

/// See [`Groups`].
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "verify"), allow(dead_code, reason = "tokens are verified or not used"))]
enum Membership {
    Listed,
    Overage,
    Absent,
}

impl EasyAuthPrincipal {
    /// The identity provider that signed the caller in; [`IdentityProvider::UNKNOWN`] if only an ID or
    /// a name came along and no `X-MS-CLIENT-PRINCIPAL-IDP`, or if the caller is made of a token whose
    /// issuer is not Microsoft's.
    #[must_use]
    pub fn provider(&self) -> &IdentityProvider {
        &self.provider
    }

    /// What `X-MS-CLIENT-PRINCIPAL-IDP` says. On a Function that is linked to a Static Web App this is
    /// [`IdentityProvider::STATIC_WEB_APPS`], while [`provider`](Self::provider) is where the caller
    /// signed in.
    #[must_use]
    pub fn front_end(&self) -> Option<&IdentityProvider> {
        self.front_end.as_ref()
    }

    /// What the platform sent to describe the caller.
    #[must_use]
    pub fn format(&self) -> PrincipalFormat {
        self.format
    }

    /// The caller's identifier: `X-MS-CLIENT-PRINCIPAL-ID`, else the user ID of Static Web Apps, else
    /// the object ID, else the subject. An opaque string, unique per provider and, for Entra, per
    /// tenant.
    ///
    /// An empty string is not an identifier, and neither is the subject that Azure AD B2C gives to all
    /// its users (`Not supported currently. Use oid claim.`).
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        let is_identifier = |id: &&str| is_identifier(id);
        self.id
            .as_deref()
            .filter(is_identifier)
            .or_else(|| self.at(self.user_id).filter(is_identifier))
            .or_else(|| self.object_id().filter(is_identifier))
            .or_else(|| self.subject().filter(is_identifier))
    }

    /// What `X-MS-CLIENT-PRINCIPAL-ID` says.
    #[cfg(feature = "verify")]
    pub(crate) fn header_id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// A name for people: `X-MS-CLIENT-PRINCIPAL-NAME`, else the user details of Static Web Apps, else
    /// the claim that `name_typ` names, else `name`, `preferred_username`, `unique_name`, `upn`.
    ///
    /// For display only: it can change, and two callers can have the same.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        const FALLBACKS: [&str; 4] = ["name", "preferred_username", "unique_name", "upn"];
        self.name
            .as_deref()
            .or_else(|| self.at(self.user_details))
            .or_else(|| self.claim(self.name_claim_type()?))
            .or_else(|| FALLBACKS.iter().find_map(|name| self.claim(name)))
    }

    /// The object id of the caller in its tenant (`oid`), a GUID for Entra. With
    /// [`tenant_id`](Self::tenant_id) it is the key to store data under (Microsoft identity platform:
    /// claims validation).
    #[must_use]
    pub fn object_id(&self) -> Option<&str> {
        self.claim("oid")
    }

    /// The tenant where the caller signed in (`tid`), a GUID.
    #[must_use]
    pub fn tenant_id(&self) -> Option<&str> {
        self.claim("tid")
    }

    /// The subject (`sub`, `nameid`). For Entra it differs from application to application. Azure AD
    /// B2C may give the same one to all its users, which [`id`](Self::id) skips.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.claim("sub")
    }

    /// The e-mail address (`email`, else the first of Azure AD B2C's `emails`). Not verified unless
    /// the provider says so; never authorise on it.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.claim("email").or_else(|| self.claim("emails"))
    }

    /// The name that the caller typed to sign in (`preferred_username`). It can change.
    #[must_use]
    pub fn preferred_username(&self) -> Option<&str> {
        self.claim("preferred_username")
    }

    /// The given name (`given_name`).
    #[must_use]
    pub fn given_name(&self) -> Option<&str> {
        self.claim("given_name")
    }

    /// The family name (`family_name`).
    #[must_use]
    pub fn family_name(&self) -> Option<&str> {
        self.claim("family_name")
    }

    /// The caller's groups (`groups`), if they are listed.
    #[must_use]
    pub fn groups(&self) -> Groups<'_> {
        if let Some(token) = &self.of_token {
            return match token.groups {
                Membership::Listed => Groups::Listed(self.claim_values("groups").collect()),
                Membership::Overage => Groups::Overage,
                Membership::Absent => Groups::Absent,
            };
        }
        // "groups:src1" is how Microsoft's documents name the pair of overage claims.
        let overage = self.claims().any(|claim| match claim.typ() {
            "_claim_names" => claim.val().contains("groups"),
            "hasgroups" => !claim.val().eq_ignore_ascii_case("false"),
            typ => typ.starts_with("groups:"),
        });
        let listed: Vec<&str> = self.claim_values("groups").collect();
        if overage {
            Groups::Overage
        } else if listed.is_empty() {
            Groups::Absent
        } else {
            Groups::Listed(listed)
        }
    }

    /// The caller's roles: the claims that `role_typ` names, `roles`, `role` and its long form, then
    /// `userRoles` of Static Web Apps.
    ///
    /// `role_typ` alone would find nothing: the platform sets it to the long form, and leaves the
    /// claims themselves as `roles` by default.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        let named = self.role_claim_type().map(Names::of);
        let roles = self.names_of(ClaimType::ROLES.short());
        self.claims()
            .filter(move |claim| {
                roles.contain(claim.typ()) || named.is_some_and(|named| named.contain(claim.typ()))
            })
            .map(|claim| claim.val())
            .chain(self.roles_of_visitor())
    }

    /// `userRoles` of Static Web Apps.
    fn roles_of_visitor(&self) -> impl Iterator<Item = &str> {
        self.user_roles.iter().map(|role| role.of(&self.text))
    }

    /// Whether one of [`roles`](Self::roles) is `role`, compared exactly.
    #[must_use]
    pub fn is_in_role(&self, role: &str) -> bool {
        self.roles().any(|own| own == role)
    }

    /// All claims, in the order in which the platform wrote them, repeated types included: a list in
    /// a token is one claim for each of its elements here.
    #[must_use]
    pub fn claims(&self) -> Claims<'_> {
        Claims::new(&self.text, &self.claims)
    }

    /// The first value of a claim, found by any of its names.
    ///
    /// ```
    /// # use easyauth::{EasyAuthPrincipal, PrincipalError};
    /// # fn show(user: &EasyAuthPrincipal) {
    /// assert_eq!(
    ///     user.claim("oid"),
    ///     user.claim("http://schemas.microsoft.com/identity/claims/objectidentifier"),
    /// );
    /// # }
    /// ```
    #[must_use]
    pub fn claim(&self, name: impl AsRef<str>) -> Option<&str> {
        let names = self.names_of(name.as_ref());
        self.claims().find(|claim| names.contain(claim.typ())).map(|claim| claim.val())
    }

    /// All values of a claim, found by any of its names, in their order.
    pub fn claim_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let names = self.names_of(name);
        self.claims().filter(move |claim| names.contain(claim.typ())).map(|claim| claim.val())
    }

    /// The type of the claim that holds the name (`name_typ`). The claim itself may be absent.
    #[must_use]
    pub fn name_claim_type(&self) -> Option<&str> {
        self.at(self.name_type)
    }

    /// The type of the claims that hold the roles (`role_typ`). See [`roles`](Self::roles).
    #[must_use]
    pub fn role_claim_type(&self) -> Option<&str> {
        self.at(self.role_type)
    }

    /// All names of a claim. In a token each claim has one name, the short one: if it has that, a claim
    /// with another name of the table is another claim, which nobody may take for the first.
    fn names_of<'a>(&self, name: &'a str) -> Names<'a> {
        let names = Names::of(name);
        match ClaimType::find(name).map(ClaimType::short) {
            _ if self.format != PrincipalFormat::Token => names,
            Some(short) if self.claims().any(|claim| claim.typ() == short) => Names::only(short),
            _ => Names::only(name),
        }
    }

    fn at(&self, span: Option<Span>) -> Option<&str> {
        span.map(|span| span.of(&self.text))
    }
}

/// Prints the provider, the format and the types of the claims; no value of any.
impl fmt::Debug for EasyAuthPrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EasyAuthPrincipal")
            .field("provider", &self.provider)
            .field("format", &self.format)
            .field("claims", &self.claims())
            .finish_non_exhaustive()
    }
}

/// Two principals are equal if everything that can be read from them is.
impl PartialEq for EasyAuthPrincipal {
    fn eq(&self, other: &Self) -> bool {
        self.provider == other.provider
            && self.format == other.format
            && self.claims().eq(other.claims())
            && self.name_claim_type() == other.name_claim_type()
            && self.role_claim_type() == other.role_claim_type()
            && self.at(self.user_id) == other.at(other.user_id)
            && self.at(self.user_details) == other.at(other.user_details)
            && self.roles_of_visitor().eq(other.roles_of_visitor())
            && (&self.id, &self.name, &self.front_end) == (&other.id, &other.name, &other.front_end)
            && self.of_token == other.of_token
    }
}

impl Eq for EasyAuthPrincipal {}

/// Returns `true` if this identifies a caller: Azure AD B2C writes one text, which says so, into the
/// subject of all its users unless a custom policy says otherwise (AzureAD/passport-azure-ad#253).
pub(crate) fn is_identifier(id: &str) -> bool {
    const NOT_A_SUBJECT: &str = "not supported currently. use oid claim";
    let id = id.trim();
    !id.is_empty() && !id.trim_end_matches('.').eq_ignore_ascii_case(NOT_A_SUBJECT)
}
