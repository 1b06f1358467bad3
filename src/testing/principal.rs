//! Principals in the format of the platform.

use http::HeaderMap;
use serde_json::{Map, Value};

use super::header_map;
use crate::{
    base64,
    debug::debug,
    headers::{CLIENT_PRINCIPAL, CLIENT_PRINCIPAL_ID, CLIENT_PRINCIPAL_IDP, CLIENT_PRINCIPAL_NAME},
    jwt::{ClaimsError, Token},
    principal::{ClaimType, PrincipalFormat, UNNAMED_PROVIDER},
    provider::IdentityProvider,
};

/// The claims for which the platform uses a long name, as seen in captured headers. `roles` is not among
/// them, unless `WEBSITE_AUTH_USE_LEGACY_CLAIMS` is `false` (Microsoft Learn: "Environment variables and
/// app settings in Azure App Service").
const MAPPED: [ClaimType; 12] = [
    ClaimType::SUB,
    ClaimType::OID,
    ClaimType::TID,
    ClaimType::SCP,
    ClaimType::ACR,
    ClaimType::AMR,
    ClaimType::EMAIL,
    ClaimType::FAMILY_NAME,
    ClaimType::GIVEN_NAME,
    ClaimType::UNIQUE_NAME,
    ClaimType::UPN,
    ClaimType::IDP,
];

/// Claims that can be the display name, in order of preference.
const NAMES: [&str; 5] = ["email", "preferred_username", "upn", "unique_name", "name"];

/// Every authenticated user of a Static Web App has these two roles (Microsoft Learn: "Accessing user
/// information in Azure Static Web Apps").
const BUILT_IN_ROLES: [&str; 2] = ["anonymous", "authenticated"];

/// A caller, for tests: builds `X-MS-CLIENT-PRINCIPAL` and the related headers as the platform does.
///
/// Set claims by their names in tokens. Like the platform, this writes some of them under a long name.
/// [`EasyAuthPrincipal::from_headers`](crate::EasyAuthPrincipal::from_headers) reads the result.
///
/// ```
/// use easyauth::{EasyAuthPrincipal, IdentityProvider, testing::TestPrincipal};
///
/// let admin = TestPrincipal::entra().name("Sample User").email("sample@example.com").role("Admin");
/// let user = EasyAuthPrincipal::from_headers(&admin.headers())?.expect("an authenticated user");
/// assert!(user.is_in_role("Admin"));
/// assert_eq!(user.name(), Some("sample@example.com")); // X-MS-CLIENT-PRINCIPAL-NAME
/// assert_eq!(user.claim("name"), Some("Sample User"));
///
/// let visitor = TestPrincipal::static_web_apps(IdentityProvider::GITHUB).name("sample").role("editor");
/// let user = EasyAuthPrincipal::from_headers(&visitor.headers())?.expect("an authenticated user");
/// assert_eq!(user.roles().collect::<Vec<_>>(), ["anonymous", "authenticated", "editor"]);
/// # Ok::<(), easyauth::PrincipalError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct TestPrincipal {
    provider: IdentityProvider,
    format: PrincipalFormat,
    /// With their names in tokens, including roles.
    claims: Vec<(String, String)>,
    is_mapped: bool,
    name_type: ClaimType,
}

impl TestPrincipal {
    /// A caller who signed in with Microsoft Entra, without any claim.
    pub fn entra() -> Self {
        Self::of(IdentityProvider::ENTRA)
    }

    /// A caller who signed in with this provider, on App Service, Functions or Container Apps. For
    /// [`IdentityProvider::UNKNOWN`] the object has the name that an older runtime wrote,
    /// `AuthenticationTypes.Federation`.
    pub fn of(provider: IdentityProvider) -> Self {
        // As captured: ID tokens of Entra and Google have an email address, other sign-ins have a name.
        let has_email = [IdentityProvider::ENTRA, IdentityProvider::GOOGLE].contains(&provider);
        let name_type = if has_email { ClaimType::EMAIL } else { ClaimType::UNIQUE_NAME };
        Self {
            provider,
            format: PrincipalFormat::AppService,
            claims: Vec::new(),
            is_mapped: true,
            name_type,
        }
    }

    /// A visitor of a Static Web App who signed in with this provider. The header has only the ID, the
    /// name and the roles; all other claims are in `/.auth/me`.
    pub fn static_web_apps(provider: IdentityProvider) -> Self {
        Self { format: PrincipalFormat::StaticWebApps, ..Self::of(provider) }
    }

    /// The caller that a token of Microsoft Entra describes, as the platform builds it for a client that
    /// sends its own token. A claim that is a list becomes one claim for each element.
    ///
    /// # Errors
    ///
    /// [`ClaimsError`] if a claim is a number that cannot be serialized again.
    pub fn of_token<T>(token: &Token<T>) -> Result<Self, ClaimsError> {
        let values: Map<String, Value> = token.claims_as()?;
        let mut principal = Self::entra();
        if token.version() == Some("1.0") {
            principal.name_type = ClaimType::UNIQUE_NAME;
        }
        for name in token.claim_names() {
            match values.get(name) {
                Some(Value::Array(list)) => {
                    principal
                        .claims
                        .extend(list.iter().map(|value| (name.to_owned(), text_of(value))));
                }
                Some(Value::Null) | None => {}
                Some(value) => principal.claims.push((name.to_owned(), text_of(value))),
            }
        }
        Ok(principal)
    }

    /// Sets the display name: `name`; on Static Web Apps the user details.
    pub fn name(self, name: impl Into<String>) -> Self {
        // Providers without an ID token use the long name.
        let no_id_token = [
            IdentityProvider::FACEBOOK,
            IdentityProvider::GITHUB,
            IdentityProvider::MICROSOFT_ACCOUNT,
            IdentityProvider::TWITTER,
        ];
        let claim = if no_id_token.contains(&self.provider) { "unique_name" } else { "name" };
        self.set(claim, name.into())
    }

    /// Sets the email address (`email`).
    pub fn email(self, email: impl Into<String>) -> Self {
        self.set("email", email.into())
    }

    /// Sets the object ID (`oid`), which is the caller's ID with Entra.
    pub fn object_id(self, id: impl Into<String>) -> Self {
        self.set("oid", id.into())
    }

    /// Sets the subject (`sub`), which is the caller's ID with other providers, and the user ID on
    /// Static Web Apps.
    pub fn subject(self, subject: impl Into<String>) -> Self {
        self.set("sub", subject.into())
    }

    /// Sets the tenant (`tid`).
    pub fn tenant_id(self, id: impl Into<String>) -> Self {
        self.set("tid", id.into())
    }

    /// Adds a role (`roles`). On Static Web Apps it follows `anonymous` and `authenticated`.
    pub fn role(self, role: impl Into<String>) -> Self {
        self.claim("roles", role)
    }

    /// Adds a claim, by its name in tokens, or by a long name, which stays unchanged.
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.claims.push((name.into(), value.into()));
        self
    }

    /// Keeps the names of all claims in tokens. It is inferred that the platform does this while the token
    /// store is off: "For claims mapping to work, you must enable the token store" (App Service docs, "Work
    /// with user identities").
    pub fn without_claims_mapping(mut self) -> Self {
        self.is_mapped = false;
        self
    }

    /// Sets a claim that has only one value.
    fn set(mut self, name: &str, value: String) -> Self {
        self.claims.retain(|(own, _)| !is_same(own, name));
        self.claim(name, value)
    }

    /// The value of `X-MS-CLIENT-PRINCIPAL`: base64 of a JSON object.
    #[must_use]
    pub fn header_value(&self) -> String {
        base64::encode(&match self.format {
            PrincipalFormat::StaticWebApps => self.visitor(""),
            _ => self.app_service(),
        })
    }

    /// Every header with which the platform describes this caller, with the platform's spelling.
    ///
    /// On App Service: `X-MS-CLIENT-PRINCIPAL`, `-ID`, `-NAME` and `-IDP`. `-ID` or `-NAME` is missing
    /// if no claim has it, as for applications, and `-IDP` for an unknown provider. On Static Web Apps: only
    /// the first one.
    #[must_use]
    pub fn pairs(&self) -> Vec<(String, String)> {
        let mut pairs = vec![(CLIENT_PRINCIPAL, self.header_value())];
        if self.format == PrincipalFormat::AppService {
            let id = self.user_id().map(|id| (CLIENT_PRINCIPAL_ID, id.to_owned()));
            let name = self.display_name().map(|name| (CLIENT_PRINCIPAL_NAME, name.to_owned()));
            pairs.extend(id.into_iter().chain(name));
            let is_known = self.provider != IdentityProvider::UNKNOWN;
            pairs.extend(
                is_known.then(|| (CLIENT_PRINCIPAL_IDP, self.provider.as_str().to_owned())),
            );
        }
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The same headers for a request, marked as sensitive so that `Debug` does not show them. Control
    /// characters cannot be in a header and are removed from `-ID` and `-NAME`.
    #[must_use]
    pub fn headers(&self) -> HeaderMap {
        header_map(self.pairs())
    }

    /// The headers of a client that sent its own access token: this principal, and the token in
    /// `Authorization`, which the platform passes on. The platform injects no token headers then.
    #[must_use]
    pub fn headers_with_bearer(&self, token: &str) -> HeaderMap {
        let mut pairs = self.pairs();
        pairs.push(("Authorization".to_owned(), format!("Bearer {token}")));
        header_map(pairs)
    }

    pub(super) fn provider(&self) -> &IdentityProvider {
        &self.provider
    }

    pub(super) fn format(&self) -> PrincipalFormat {
        self.format
    }

    /// The provider in the object.
    fn provider_name(&self) -> &str {
        match self.provider.as_str() {
            "" => UNNAMED_PROVIDER,
            name => name,
        }
    }

    fn first(&self, name: &str) -> Option<&str> {
        self.claims.iter().find(|(own, _)| is_same(own, name)).map(|(_, value)| value.as_str())
    }

    fn user_id(&self) -> Option<&str> {
        self.first("oid").or_else(|| self.first("sub"))
    }

    pub(super) fn display_name(&self) -> Option<&str> {
        NAMES.iter().find_map(|name| self.first(name))
    }

    /// The user ID in `/.auth/me`: with Entra the user principal name, not the object ID.
    pub(super) fn session_id(&self) -> Option<&str> {
        self.display_name().or_else(|| self.user_id())
    }

    /// The name under which the platform writes a claim.
    fn written<'a>(&self, name: &'a str) -> &'a str {
        match ClaimType::find(name) {
            Some(known) if self.is_mapped && MAPPED.contains(&known) => known.long(),
            _ => name,
        }
    }

    fn app_service(&self) -> String {
        let name_type = self.written(self.name_type.short());
        let json = format!(
            r#"{{"auth_typ":{},"claims":{},"name_typ":{},"role_typ":{}}}"#,
            json_text(self.provider_name()),
            self.claims_json(|_| true),
            json_text(name_type),
            json_text(ClaimType::ROLES.long()),
        );
        escape_slashes(&json)
    }

    /// The object of Static Web Apps, with these members at its end.
    fn visitor(&self, more: &str) -> String {
        let own = self.claims.iter().filter(|(name, _)| is_same(name, "roles"));
        let own = own.map(|(_, role)| role.as_str());
        let roles: Vec<String> = BUILT_IN_ROLES.into_iter().chain(own).map(json_text).collect();
        format!(
            r#"{{"identityProvider":{},"userId":{},"userDetails":{},"userRoles":[{}]{more}}}"#,
            json_text(self.provider_name()),
            json_text(self.user_id().unwrap_or_default()),
            json_text(self.display_name().unwrap_or_default()),
            roles.join(","),
        )
    }

    /// The object of Static Web Apps in `/.auth/me`.
    pub(super) fn visitor_with_claims(&self) -> String {
        self.visitor(&format!(r#","claims":{}"#, self.claims_json(|name| !is_same(name, "roles"))))
    }

    /// The list of claims in `/.auth/me`.
    pub(super) fn user_claims(&self) -> String {
        escape_slashes(&self.claims_json(|_| true))
    }

    fn claims_json(&self, is_meant: impl Fn(&str) -> bool) -> String {
        let claims = self.claims.iter().filter(|(name, _)| is_meant(name));
        let claims = claims.map(|(name, value)| {
            format!(r#"{{"typ":{},"val":{}}}"#, json_text(self.written(name)), json_text(value))
        });
        format!("[{}]", claims.collect::<Vec<_>>().join(","))
    }
}

debug! {
    TestPrincipal, |own|
    provider: own.provider,
    format: own.format,
    claims: own.claims.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
    ..
}

/// Returns `true` if both are names of one claim.
fn is_same(one: &str, other: &str) -> bool {
    let known = ClaimType::find(one);
    one == other || (known.is_some() && known == ClaimType::find(other))
}

/// A string as JSON.
pub(super) fn json_text(text: &str) -> String {
    Value::from(text).to_string()
}

/// The platform writes `/` as `\/` (`DataContractJsonSerializer`). In JSON, slashes occur only in
/// strings.
fn escape_slashes(json: &str) -> String {
    json.replace('/', r"\/")
}

/// The value of a claim in the format of the platform.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}
