//! The caller, as the platform describes it in the request headers.

mod claim_type;
mod claims;
pub(crate) mod me;
mod parse;

use std::fmt;

pub use claim_type::ClaimType;
pub use claims::{Claim, Claims};

use crate::{
    base64,
    groups::Groups,
    headers::{self, HeaderError, HeaderSource},
    json::Span,
    provider::IdentityProvider,
};
use claim_type::Names;
use claims::ClaimSpan;

/// The role that Static Web Apps gives to everybody, signed in or not.
const ANONYMOUS_ROLE: &str = "anonymous";

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
    shape: Shape,
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
}

/// What the platform sent to describe the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Shape {
    /// The object of App Service, Functions and Container Apps.
    AppService,
    /// The object of Static Web Apps.
    StaticWebApps,
    /// No object, only `X-MS-CLIENT-PRINCIPAL-ID` or `-NAME`: a Container App sends no more than that, or
    /// `WEBSITE_AUTH_DISABLE_IDENTITY_FLOW` is set. The documentation of that setting says only that the thread
    /// principal of ASP.NET is not set; that the object is missing then is from reports of people who met a limit
    /// of header sizes, and uncertain.
    HeadersOnly,
}

impl Shape {
    /// A word for programs, which never changes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AppService => "app-service",
            Self::StaticWebApps => "static-web-apps",
            Self::HeadersOnly => "headers-only",
        }
    }
}

impl EasyAuthPrincipal {
    /// Reads the caller from request headers; `None` if nobody is signed in.
    ///
    /// Nobody is signed in when neither `X-MS-CLIENT-PRINCIPAL` nor a value of `-ID` or `-NAME` is
    /// there, and when a Static Web App says that the caller's only role is `anonymous` (Microsoft
    /// Learn: "Accessing user information in Azure Static Web Apps").
    ///
    /// # Errors
    ///
    /// [`PrincipalError`] if a header is there and is not what the platform writes. This is never
    /// the same as "nobody": answer such a request with an error.
    pub fn from_headers(
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<Option<Self>, PrincipalError> {
        let id = headers::human_value(headers, headers::CLIENT_PRINCIPAL_ID)?;
        let name = headers::human_value(headers, headers::CLIENT_PRINCIPAL_NAME)?;
        let front_end = headers::machine_value(headers, headers::CLIENT_PRINCIPAL_IDP)
            .map_err(|kind| HeaderError::new(headers::CLIENT_PRINCIPAL_IDP, kind))?
            .filter(|name| !name.is_empty())
            .map(IdentityProvider::new);
        let value = headers::machine_value(headers, headers::CLIENT_PRINCIPAL)
            .map_err(|kind| HeaderError::new(headers::CLIENT_PRINCIPAL, kind))?;
        let mut principal = match value {
            Some(value) => Self::parse(value)?,
            None if id.is_some() || name.is_some() => {
                Self::without_object(front_end.clone().unwrap_or(IdentityProvider::UNKNOWN))
            }
            None => return Ok(None),
        };
        if principal.is_anonymous() {
            return Ok(None);
        }
        principal.id = id;
        principal.name = name;
        principal.front_end = front_end;
        Ok(Some(principal))
    }

    /// Decodes one value of `X-MS-CLIENT-PRINCIPAL`: base64 (standard or URL alphabet, padded or not)
    /// of a JSON object in UTF-8.
    ///
    /// Claims whose type or value is null are left out, as the platform's own host does; empty ones
    /// stay. A value that is a number or a boolean is kept as it is written. Members that this crate
    /// does not know are ignored.
    ///
    /// # Errors
    ///
    /// [`PrincipalError`] says what is wrong and where.
    pub fn parse(header_value: &str) -> Result<Self, PrincipalError> {
        let value = header_value.trim_ascii();
        if value.is_empty() {
            return Err(PrincipalError::Empty);
        }
        if value.len() > headers::MAX_HEADER_LEN {
            let kind = headers::HeaderErrorKind::TooLong { length: value.len() };
            return Err(HeaderError::new(headers::CLIENT_PRINCIPAL, kind).into());
        }
        let json = base64::decode_header(value)
            .map_err(|error| PrincipalError::Base64 { position: error.position })?;
        let text = String::from_utf8(json)
            .map_err(|error| PrincipalError::Utf8 { position: error.utf8_error().valid_up_to() })?;
        parse::principal(&text)
    }

    fn without_object(provider: IdentityProvider) -> Self {
        Self {
            provider,
            shape: Shape::HeadersOnly,
            text: String::new(),
            claims: Vec::new(),
            name_type: None,
            role_type: None,
            user_id: None,
            user_details: None,
            user_roles: Vec::new(),
            id: None,
            name: None,
            front_end: None,
        }
    }

    /// Static Web Apps: a caller with no role but `anonymous`.
    fn is_anonymous(&self) -> bool {
        let mut roles = self.user_roles.iter().map(|role| role.of(&self.text));
        roles.len() > 0 && roles.all(|role| role == ANONYMOUS_ROLE)
    }

    /// The identity provider that signed the caller in; [`IdentityProvider::UNKNOWN`] if only an id or
    /// a name came along and no `X-MS-CLIENT-PRINCIPAL-IDP`.
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
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The caller's identifier: `X-MS-CLIENT-PRINCIPAL-ID`, else the user id of Static Web Apps, else
    /// the object id, else the subject. An opaque text; who has it is unique per provider (and, for
    /// Entra, tenant), not beyond.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id
            .as_deref()
            .or_else(|| self.at(self.user_id))
            .or_else(|| self.object_id())
            .or_else(|| self.subject())
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

    /// The subject (`sub`, `nameid`): for Entra it differs from application to application.
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
        let roles = Names::of(ClaimType::ROLES.short());
        self.claims()
            .filter(move |claim| {
                roles.contain(claim.typ()) || named.is_some_and(|named| named.contain(claim.typ()))
            })
            .map(|claim| claim.val())
            .chain(self.user_roles.iter().map(|role| role.of(&self.text)))
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
        let names = Names::of(name.as_ref());
        self.claims().find(|claim| names.contain(claim.typ())).map(|claim| claim.val())
    }

    /// All values of a claim, found by any of its names, in their order.
    pub fn claim_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let names = Names::of(name);
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

    fn at(&self, span: Option<Span>) -> Option<&str> {
        span.map(|span| span.of(&self.text))
    }
}

/// Prints the provider, the shape and the types of the claims; no value of any.
impl fmt::Debug for EasyAuthPrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EasyAuthPrincipal")
            .field("provider", &self.provider)
            .field("shape", &self.shape)
            .field("claims", &self.claims())
            .finish_non_exhaustive()
    }
}

/// Two principals are equal if everything that can be read from them is.
impl PartialEq for EasyAuthPrincipal {
    fn eq(&self, other: &Self) -> bool {
        let roles = |user: &Self| -> Vec<String> {
            user.user_roles.iter().map(|role| role.of(&user.text).to_owned()).collect()
        };
        self.provider == other.provider
            && self.shape == other.shape
            && self.claims().eq(other.claims())
            && self.name_claim_type() == other.name_claim_type()
            && self.role_claim_type() == other.role_claim_type()
            && self.at(self.user_id) == other.at(other.user_id)
            && self.at(self.user_details) == other.at(other.user_details)
            && roles(self) == roles(other)
            && (&self.id, &self.name, &self.front_end) == (&other.id, &other.name, &other.front_end)
    }
}

impl Eq for EasyAuthPrincipal {}

/// A principal that the platform would not have written. Says where, never what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrincipalError {
    /// A header is repeated, too long or has bytes that do not belong there.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The value is empty.
    #[error("the client principal is empty")]
    Empty,
    /// The value is not base64.
    #[error("the client principal is not base64 at byte {position}")]
    Base64 {
        /// The offset in the header's value.
        position: usize,
    },
    /// The decoded value is not UTF-8.
    #[error("the client principal is not UTF-8 at byte {position} of its JSON")]
    Utf8 {
        /// The offset in the decoded value.
        position: usize,
    },
    /// The decoded value is not JSON, or nests too deep.
    #[error("the client principal is not JSON at byte {position} of its text")]
    Json {
        /// The offset in the decoded value.
        position: usize,
    },
    /// The decoded value is JSON and not an object.
    #[error("the client principal is not a JSON object")]
    NotAnObject,
    /// The identity provider (`auth_typ`, `identityProvider`) is absent, null or empty.
    #[error("the client principal does not name its identity provider")]
    MissingProvider,
    /// The object has no member of either shape.
    #[error("the client principal has neither the shape of App Service nor of Static Web Apps")]
    UnknownShape,
    /// The object has members of both shapes, and one of them is not the platform's.
    #[error("the client principal has the shapes of App Service and of Static Web Apps at once")]
    MixedShapes,
    /// A member that counts is there twice.
    #[error("the client principal has the member {member} twice")]
    DuplicateMember {
        /// The name of the member.
        member: &'static str,
    },
    /// A member is of a JSON type that it never has.
    #[error("the client principal has a member {member} of the wrong JSON type")]
    InvalidMember {
        /// The name of the member.
        member: &'static str,
    },
}
