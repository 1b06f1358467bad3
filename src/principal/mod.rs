//! The caller, as described in the request headers.

mod caller;
mod claim_type;
mod claims;
mod contradiction;
mod error;
mod from_headers;
#[cfg(feature = "verify")]
mod from_token;
pub(crate) mod me;
pub(crate) mod parse;

use std::sync::Arc;

pub use claim_type::ClaimType;
pub use claims::{Claim, Claims};
pub use error::{PrincipalError, PrincipalErrorKind};

use crate::{
    debug::debug,
    json::{Span, Text},
    jwt::{Actor, Caller, Groups},
    kinds::codes,
    provider::IdentityProvider,
};
use claim_type::Names;
use claims::ClaimSpan;
#[cfg(feature = "testing")]
pub(crate) use parse::UNNAMED_PROVIDER;

/// The caller, as the platform describes it in `X-MS-CLIENT-PRINCIPAL` and related headers.
///
/// The header has one of two formats: that of App Service, Functions and Container Apps (`auth_typ`, `claims`,
/// `name_typ`, `role_typ`), or that of Static Web Apps (`identityProvider`, `userId`, `userDetails`,
/// `userRoles`). Cheap to clone.
///
/// # Trust
///
/// A principal is only as trustworthy as the proxy in front of the service. The platform overwrites these
/// headers in each request. If Easy Auth is off, or a request can reach the service on another network path,
/// clients can forge them. See [`Platform`](crate::Platform).
///
/// # Claim names
///
/// You can look up a claim by its short name (`oid`), by its long name
/// (`http://schemas.microsoft.com/identity/claims/objectidentifier`) or by any other name in the table
/// [`ClaimType`], however the platform wrote it. The site's settings determine whether the platform maps
/// names.
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
/// assert!(EasyAuthPrincipal::from_headers(&request)?.is_none()); // an anonymous request
///
/// request.insert("x-ms-client-principal", header.parse()?);
/// let user = EasyAuthPrincipal::from_headers(&request)?.expect("an authenticated user");
/// assert_eq!(user.provider(), &IdentityProvider::ENTRA);
/// assert!(user.is_in_role("Admin"));
///
/// request.insert("x-ms-client-principal", "not base64!".parse()?);
/// assert!(EasyAuthPrincipal::from_headers(&request).is_err()); // never anonymous
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct EasyAuthPrincipal {
    content: Arc<Content>,
}

/// What is known about a caller.
struct Content {
    provider: IdentityProvider,
    format: PrincipalFormat,
    /// What the spans below refer to.
    text: Text,
    claims: Vec<ClaimSpan>,
    name_type: Option<Span>,
    role_type: Option<Span>,
    user_id: Option<Span>,
    user_details: Option<Span>,
    user_roles: Vec<Span>,
    /// `X-MS-CLIENT-PRINCIPAL-ID`.
    id: Option<Span>,
    /// `X-MS-CLIENT-PRINCIPAL-NAME`.
    name: Option<Span>,
    /// `X-MS-CLIENT-PRINCIPAL-IDP`.
    front_end: Option<IdentityProvider>,
    /// Facts of the token that the claims here do not express. `None` without a token.
    of_token: Option<OfToken>,
}

impl From<Content> for EasyAuthPrincipal {
    fn from(content: Content) -> Self {
        Self { content: Arc::new(content) }
    }
}

/// See [`PrincipalFormat::Token`].
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "verify"), allow(dead_code, reason = "only verified tokens are used"))]
struct OfToken {
    caller: Caller,
    actor: Actor,
    groups: Membership,
}

/// See [`Groups`].
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "verify"), allow(dead_code, reason = "only verified tokens are used"))]
enum Membership {
    Listed,
    Overage,
    Absent,
}

codes! {
    /// The form in which the caller is described.
    pub enum PrincipalFormat;
    pub fn as_str;

    /// The object of App Service, Functions and Container Apps.
    AppService = "app-service";
    /// The object of Static Web Apps.
    StaticWebApps = "static-web-apps";
    /// No object, only `X-MS-CLIENT-PRINCIPAL-ID` or `-NAME`. Some Container Apps send only these. So do sites
    /// with `WEBSITE_AUTH_DISABLE_IDENTITY_FLOW`, according to users who set it to reduce the size of headers;
    /// its documentation says only that the thread principal of ASP.NET is not set.
    HeadersOnly = "headers-only";
    /// The claims of a verified token, and no header.
    Token = "token";
}

impl EasyAuthPrincipal {
    /// The identity provider that signed the caller in. It is [`IdentityProvider::UNKNOWN`] if nothing names it,
    /// or if the principal is from a token whose issuer is not Microsoft. `X-MS-CLIENT-PRINCIPAL-IDP` names the
    /// provider if the request has only an ID or a name, or if `auth_typ` is `AuthenticationTypes.Federation`
    /// (an older runtime).
    #[must_use]
    pub fn provider(&self) -> &IdentityProvider {
        &self.content.provider
    }

    /// The value of `X-MS-CLIENT-PRINCIPAL-IDP`. On a Function that is linked to a Static Web App this is
    /// [`IdentityProvider::STATIC_WEB_APPS`], while [`provider`](Self::provider) is where the caller signed
    /// in.
    #[must_use]
    pub fn front_end(&self) -> Option<&IdentityProvider> {
        self.content.front_end.as_ref()
    }

    /// The form in which the platform described the caller.
    #[must_use]
    pub fn format(&self) -> PrincipalFormat {
        self.content.format
    }

    /// The caller's identifier: the first of `X-MS-CLIENT-PRINCIPAL-ID`, the user ID of Static Web Apps, the
    /// object ID, and the subject. An opaque string, unique per provider and, for Entra, per tenant.
    ///
    /// Skips empty strings, and the subject that Azure AD B2C gives to all its users (`Not supported currently.
    /// Use oid claim.`).
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        let is_identifier = |id: &&str| is_identifier(id);
        self.at(self.content.id)
            .filter(is_identifier)
            .or_else(|| self.at(self.content.user_id).filter(is_identifier))
            .or_else(|| self.object_id().filter(is_identifier))
            .or_else(|| self.subject().filter(is_identifier))
    }

    /// The value of `X-MS-CLIENT-PRINCIPAL-ID`.
    #[cfg(feature = "verify")]
    pub(crate) fn header_id(&self) -> Option<&str> {
        self.at(self.content.id)
    }

    /// A display name: the first of `X-MS-CLIENT-PRINCIPAL-NAME`, the user details of Static Web Apps, the claim
    /// that `name_typ` names, `name`, `preferred_username`, `unique_name` and `upn`. Skips empty strings.
    ///
    /// Use it for display only: it can change, and two callers can have the same name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        const FALLBACKS: [&str; 4] = ["name", "preferred_username", "unique_name", "upn"];
        let is_name = |name: &&str| !name.is_empty();
        self.at(self.content.name)
            .or_else(|| self.at(self.content.user_details).filter(is_name))
            .or_else(|| self.claim(self.name_claim_type()?).filter(is_name))
            .or_else(|| FALLBACKS.iter().filter_map(|name| self.claim(name)).find(is_name))
    }

    /// The object ID of the caller in its tenant (`oid`), a GUID for Entra. Together with
    /// [`tenant_id`](Self::tenant_id) it is the key to store data under (Microsoft identity platform: claims
    /// validation).
    #[must_use]
    pub fn object_id(&self) -> Option<&str> {
        self.first(Names::of_type(ClaimType::OID))
    }

    /// The tenant where the caller signed in (`tid`), a GUID for Entra. This and
    /// [`object_id`](Self::object_id) are the first value if a custom provider has several.
    #[must_use]
    pub fn tenant_id(&self) -> Option<&str> {
        self.first(Names::of_type(ClaimType::TID))
    }

    /// The subject (`sub`, `nameid`). For Entra it is different in each application. Azure AD B2C can give the
    /// same subject to all its users; [`id`](Self::id) skips that one. AD FS can write two different values;
    /// this is the first one that the platform passes on.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.first(Names::of_type(ClaimType::SUB))
    }

    /// The email address: `email`, or the first of `emails` from Azure AD B2C. Skips empty strings. It is not
    /// verified unless the provider says so, so never authorize by it.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        ["email", "emails"].iter().filter_map(|name| self.claim(name)).find(|mail| !mail.is_empty())
    }

    /// The name that the caller signs in with (`preferred_username`). It can change.
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
        if let Some(token) = &self.content.of_token {
            return match token.groups {
                Membership::Listed => Groups::Listed(self.claim_values("groups").collect()),
                Membership::Overage => Groups::Overage,
                Membership::Absent => Groups::Absent,
            };
        }
        // Microsoft's documentation calls the pair of overage claims "groups:src1".
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

    /// The caller's roles: the values of `roles`, `role`, their long name and the claim that `role_typ` names,
    /// then `userRoles` of Static Web Apps.
    ///
    /// `role_typ` alone would often find no roles: the platform sets it to the long name, but names the claims
    /// `roles` by default.
    pub fn roles(&self) -> impl Iterator<Item = &str> {
        let roles = self.among_claims(Names::of_type(ClaimType::ROLES));
        let named = self.role_claim_type().filter(|name| !roles.contain(name)).map(Names::of);
        self.claims()
            .values(move |typ| roles.contain(typ) || named.is_some_and(|named| named.contain(typ)))
            .chain(self.roles_of_visitor())
    }

    /// `userRoles` of Static Web Apps.
    fn roles_of_visitor(&self) -> impl Iterator<Item = &str> {
        self.content.user_roles.iter().map(|role| self.content.text.at(*role))
    }

    /// Returns `true` if `role` is one of [`roles`](Self::roles), compared exactly.
    #[must_use]
    pub fn is_in_role(&self, role: &str) -> bool {
        self.roles().any(|own| own == role)
    }

    /// All claims, in the order in which the platform wrote them, including repeated types. A list in a token is
    /// one claim for each element here.
    #[must_use]
    pub fn claims(&self) -> Claims<'_> {
        Claims::new(&self.content.text, &self.content.claims)
    }

    /// The first value of a claim. Any of its names finds it.
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
        self.first(Names::of(name.as_ref()))
    }

    fn first(&self, names: Names<'_>) -> Option<&str> {
        let names = self.among_claims(names);
        self.claims().values(|typ| names.contain(typ)).next()
    }

    /// All values of a claim, in their order. Any of its names finds them.
    pub fn claim_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let names = self.among_claims(Names::of(name));
        self.claims().values(move |typ| names.contain(typ))
    }

    /// The type of the claim with the name (`name_typ`). The claim itself may be absent.
    #[must_use]
    pub fn name_claim_type(&self) -> Option<&str> {
        self.at(self.content.name_type)
    }

    /// The type of the claims with the roles (`role_typ`). See [`roles`](Self::roles).
    #[must_use]
    pub fn role_claim_type(&self) -> Option<&str> {
        self.at(self.content.role_type)
    }

    /// The names that count here. In a token each claim has only its short name. A claim with another name of
    /// the table is a different claim there, and must not be mistaken for it.
    fn among_claims<'a>(&self, names: Names<'a>) -> Names<'a> {
        if self.content.format == PrincipalFormat::Token {
            names.only_one(|short| self.claims().any(|claim| claim.typ() == short))
        } else {
            names
        }
    }

    fn at(&self, span: Option<Span>) -> Option<&str> {
        span.map(|span| self.content.text.at(span))
    }
}

debug! {
    EasyAuthPrincipal, |own|
    provider: own.content.provider,
    format: own.content.format,
    claims: own.claims(),
    ..
}

/// Two principals are equal if everything that can be read from them is equal.
impl PartialEq for EasyAuthPrincipal {
    fn eq(&self, other: &Self) -> bool {
        let (own, others) = (&self.content, &other.content);
        own.provider == others.provider
            && own.format == others.format
            && self.claims().eq(other.claims())
            && self.name_claim_type() == other.name_claim_type()
            && self.role_claim_type() == other.role_claim_type()
            && self.at(own.user_id) == other.at(others.user_id)
            && self.at(own.user_details) == other.at(others.user_details)
            && self.roles_of_visitor().eq(other.roles_of_visitor())
            && self.at(own.id) == other.at(others.id)
            && self.at(own.name) == other.at(others.name)
            && own.front_end == others.front_end
            && own.of_token == others.of_token
    }
}

impl Eq for EasyAuthPrincipal {}

/// Returns `true` if this identifies a caller. Azure AD B2C gives all users the same subject, unless a custom
/// policy sets another (AzureAD/passport-azure-ad#253).
pub(crate) fn is_identifier(id: &str) -> bool {
    const NOT_A_SUBJECT: &str = "not supported currently. use oid claim";
    let id = id.trim();
    !id.is_empty() && !id.trim_end_matches('.').eq_ignore_ascii_case(NOT_A_SUBJECT)
}
