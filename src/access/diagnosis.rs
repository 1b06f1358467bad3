//! Why a token does not open an API, and what to do about it.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{Permission, Requirement, requirement::Api};
use crate::{
    escape::Escaped,
    jwt::{Caller, DecodeError, Token, UnverifiedToken},
    provider::IdentityProvider,
    resource::{GRAPH, Resource},
    settings::LoginParameters,
    tokens::{AccessToken, EXPIRY_SKEW, ProviderTokens, Renewal},
};

/// The scopes that the platform asks for by itself, and that a `scope` of one's own replaces.
const SIGN_IN_SCOPES: [&str; 3] = ["openid", "email", "profile"];

/// Whether a token opens what was asked for, every reason why not, and what to do.
///
/// Its `Display` form is a paragraph for the person who reads the log. [`reasons`](Self::reasons) and
/// [`cures`](Self::cures) are the same for a program, and so is its [`Serialize`] form:
/// `{"opens", "api", "reasons": [{"code", "message"}], "cures": [{"code", "message"}],
/// "loginParameters"}`.
///
/// Of the token it repeats the audience and nothing else.
///
/// ```
/// use std::time::SystemTime;
/// use easyauth::{UnverifiedToken, resource::ARM};
///
/// // {"aud":"00000003-0000-0000-c000-000000000000","scp":"email openid profile","exp":4102444800}
/// let token = UnverifiedToken::decode(
///     "e30.eyJhdWQiOiIwMDAwMDAwMy0wMDAwLTAwMDAtYzAwMC0wMDAwMDAwMDAwMDAiLCJzY3AiOiJlbWFpbCBvcGVuaWQg\
///      cHJvZmlsZSIsImV4cCI6NDEwMjQ0NDgwMH0.",
/// )?;
/// let diagnosis = token.diagnose(&ARM.scope("user_impersonation").into(), SystemTime::now());
/// assert!(!diagnosis.opens());
/// assert!(diagnosis.to_string().starts_with(
///     "this token does not open Azure Resource Manager: it is for Microsoft Graph \
///      (00000003-0000-0000-c000-000000000000), not for Azure Resource Manager;",
/// ));
/// assert_eq!(
///     diagnosis.login_parameters().unwrap().to_wire(),
///     ["scope=openid email profile https://management.azure.com/user_impersonation"],
/// );
/// # Ok::<(), easyauth::DecodeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The API that was asked for, by its name for people.
    api: Option<String>,
    reasons: Vec<Reason>,
    cures: Vec<Cure>,
}

/// Where a token came from, which decides what changes it.
#[derive(Debug, Clone, Copy)]
enum Origin {
    /// Nobody said. Then it is taken to be from a sign-in with Entra.
    Unknown,
    /// The token store, after a sign-in with Entra.
    TokenStore { can_refresh: bool },
    /// The token store, after a sign-in with another provider.
    OtherProvider,
    /// The client sent it.
    Client,
}

/// One reason why a token does not open an API.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// There is no access token.
    NoToken,
    /// The token is for another API.
    WrongAudience {
        /// The API that was asked for.
        expected: ApiName,
        /// The APIs that the token is for.
        actual: Vec<ApiName>,
    },
    /// None of the alternatives is there whole.
    MissingPermission {
        /// The alternatives.
        any_of: Vec<Vec<Permission>>,
    },
    /// A user was asked for and an application is calling, or the other way round.
    WrongCaller {
        /// Who was asked for.
        expected: Caller,
        /// Who is calling.
        actual: Caller,
    },
    /// The token has expired.
    Expired {
        /// How long ago.
        since: Duration,
    },
    /// The token does not say when it expires.
    NoExpiry,
    /// The token is not valid yet, by more than clocks differ.
    NotYetValid {
        /// How long it takes until it is.
        until: Duration,
    },
    /// This is an ID token.
    IdToken,
    /// The token is encrypted.
    Encrypted,
    /// The token is no JWT.
    Opaque,
    /// The token has a `nonce` in its header, so nobody but its API can verify it.
    Protected,
    /// The token is bound to a key of its client.
    BoundToKey,
    /// The token cannot be decoded.
    Malformed(DecodeError),
}

/// An API in a message: what identifies it, and its name if it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiName {
    identifier: String,
    resource: Option<Resource>,
}

/// Something to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cure {
    /// Set `loginParameters` of the Entra provider in the site's `authSettingsV2`; whoever is signed
    /// in has to sign out and in again.
    SetLoginParameters(LoginParameters),
    /// Call `/.auth/refresh` with the caller's session.
    Refresh,
    /// Use the access token in the place of the ID token.
    SendAccessToken,
    /// Exchange the client's own token for one that opens the API (OAuth 2.0 on-behalf-of): it is for
    /// this application, and no setting changes that.
    ExchangeOnBehalfOf,
    /// Answer 401, so that the client sends a fresh token.
    AskClient,
    /// Have the application permission granted: no sign-in of a user brings it.
    GrantAppPermission,
    /// Have the app role assigned to the user: no sign-in parameter brings it.
    AssignUserRole,
}

impl UnverifiedToken {
    /// Says whether the token opens what `requirement` asks for, and what to do if not.
    ///
    /// This is advice for the holder of the token. It decides nothing about the token's bearer.
    #[must_use]
    pub fn diagnose(&self, requirement: &Requirement, now: SystemTime) -> Diagnosis {
        Diagnosis::new(requirement, reasons(self, requirement, now), Origin::Unknown)
    }
}

impl AccessToken {
    /// Says whether the token opens what `requirement` asks for, and what to do if not. Unlike
    /// [`UnverifiedToken::diagnose`] this has an answer for tokens that cannot be decoded; and
    /// [`ProviderTokens::diagnose`] knows where the token came from.
    #[must_use]
    pub fn diagnose(&self, requirement: &Requirement, now: SystemTime) -> Diagnosis {
        Diagnosis::of_access_token(Some(self), requirement, now, Origin::Unknown)
    }
}

impl ProviderTokens {
    /// Says whether the access token opens what `requirement` asks for, and what to do if not: like
    /// [`AccessToken::diagnose`], and better, because the cure depends on where the token came from
    /// and on whether there is a refresh token.
    #[must_use]
    pub fn diagnose(&self, requirement: &Requirement, now: SystemTime) -> Diagnosis {
        let origin = if self.is_from_client() {
            Origin::Client
        } else if self.provider().is_some_and(|own| *own != IdentityProvider::ENTRA) {
            Origin::OtherProvider
        } else {
            Origin::TokenStore { can_refresh: self.refresh_token().is_some() }
        };
        Diagnosis::of_access_token(self.access_token(), requirement, now, origin)
    }
}

impl Diagnosis {
    fn of_access_token(
        token: Option<&AccessToken>,
        wanted: &Requirement,
        now: SystemTime,
        origin: Origin,
    ) -> Self {
        let reasons = match token.map(AccessToken::decode_unverified) {
            None => vec![Reason::NoToken],
            Some(Ok(token)) => reasons(&token, wanted, now),
            Some(Err(DecodeError::Opaque { .. })) => vec![Reason::Opaque],
            Some(Err(DecodeError::Encrypted)) => vec![Reason::Encrypted],
            Some(Err(error)) => vec![Reason::Malformed(error)],
        };
        Self::new(wanted, reasons, origin)
    }

    fn new(wanted: &Requirement, reasons: Vec<Reason>, origin: Origin) -> Self {
        let api = wanted.api().map(|api| ApiName::of(api).title());
        let cures = cures(wanted, &reasons, origin);
        Self { api, reasons, cures }
    }

    /// Whether the token opens what was asked for.
    #[must_use]
    pub fn opens(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Every reason why not; none if it opens.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// The answer and its reasons, without the cures: what a program prints that shows them apart.
    #[must_use]
    pub fn verdict(&self) -> impl fmt::Display {
        Verdict(self)
    }

    /// What to do, the first thing first; nothing if it opens, or if no cure is known.
    #[must_use]
    pub fn cures(&self) -> &[Cure] {
        &self.cures
    }

    /// The `loginParameters` to set, if that is among the cures.
    #[must_use]
    pub fn login_parameters(&self) -> Option<LoginParameters> {
        self.cures.iter().find_map(|cure| match cure {
            Cure::SetLoginParameters(parameters) => Some(parameters.clone()),
            _ => None,
        })
    }
}

/// Every reason why `token` is not what is wanted.
fn reasons<T>(token: &Token<T>, wanted: &Requirement, now: SystemTime) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if let Some(api) = wanted.api().filter(|_| !wanted.is_for_api(token)) {
        let actual = token.audiences().map(ApiName::of_audience).collect();
        reasons.push(Reason::WrongAudience { expected: ApiName::of(api), actual });
    }
    if token.is_id_token() {
        reasons.push(Reason::IdToken);
    }
    if !wanted.has_permission(token) {
        let any_of = wanted.alternatives().map(<[Permission]>::to_vec).collect();
        reasons.push(Reason::MissingPermission { any_of });
    }
    if let Some(expected) = wanted.caller().filter(|caller| *caller != token.caller()) {
        reasons.push(Reason::WrongCaller { expected, actual: token.caller() });
    }
    match token.expires_at() {
        None => reasons.push(Reason::NoExpiry),
        Some(end) if token.is_expired_at(now) => {
            let since = now.duration_since(end).unwrap_or_default();
            reasons.push(Reason::Expired { since });
        }
        Some(_) => {}
    }
    let until = token.not_before().and_then(|start| start.duration_since(now).ok());
    if let Some(until) = until.filter(|until| *until > EXPIRY_SKEW) {
        reasons.push(Reason::NotYetValid { until });
    }
    if token.header().is_protected() && !wanted.api().is_some_and(is_graph) {
        reasons.push(Reason::Protected);
    }
    if token.is_bound_to_key() {
        reasons.push(Reason::BoundToKey);
    }
    reasons
}

fn is_graph(api: &Api) -> bool {
    match api {
        Api::Resource(resource) => resource.name() == GRAPH.name(),
        Api::Identifier(identifier) => ApiName::of_audience(identifier)
            .resource
            .is_some_and(|resource| resource.name() == GRAPH.name()),
    }
}

fn cures(wanted: &Requirement, reasons: &[Reason], origin: Origin) -> Vec<Cure> {
    let mut cures = Vec::new();
    let has = |wanted: fn(&Reason) -> bool| reasons.iter().any(wanted);
    let stale = has(|reason| matches!(reason, Reason::Expired { .. }));
    let lacks = has(|reason| matches!(reason, Reason::MissingPermission { .. }));
    if reasons.contains(&Reason::IdToken) {
        cures.push(Cure::SendAccessToken);
    }
    // Another sign-in brings another token; an expired one that is right otherwise needs none, if it
    // can be refreshed.
    let other_token = lacks
        || has(|reason| {
            matches!(
                reason,
                Reason::NoToken
                    | Reason::WrongAudience { .. }
                    | Reason::IdToken
                    | Reason::Encrypted
                    | Reason::Opaque
            )
        });
    match origin {
        Origin::Client => {
            if stale {
                cures.push(Cure::AskClient);
            }
            if has(|reason| matches!(reason, Reason::WrongAudience { .. })) {
                cures.push(Cure::ExchangeOnBehalfOf);
            }
        }
        Origin::OtherProvider => {
            if stale {
                cures.push(Cure::Refresh);
            }
        }
        Origin::TokenStore { .. } | Origin::Unknown => {
            let can_refresh = match origin {
                Origin::TokenStore { can_refresh } => Some(can_refresh),
                _ => None,
            };
            if stale && can_refresh != Some(false) {
                cures.push(Cure::Refresh);
            }
            // A token without a user comes from no sign-in.
            let needs_user = wanted.caller() != Some(Caller::App);
            if needs_user && (other_token || (stale && can_refresh != Some(true))) {
                cures.extend(login_parameters(wanted, stale).map(Cure::SetLoginParameters));
            }
        }
    }
    if lacks && wanted.scopes_to_ask_for().is_none() {
        let user_role = wanted
            .alternatives()
            .flatten()
            .any(|permission| matches!(permission, Permission::UserRole(_)));
        cures.push(if user_role { Cure::AssignUserRole } else { Cure::GrantAppPermission });
    }
    cures
}

/// What a sign-in has to ask for; `None` if it cannot: the API is not known, or permissions are
/// asked for of which none is a scope.
fn login_parameters(wanted: &Requirement, stale: bool) -> Option<LoginParameters> {
    let api = wanted.api()?;
    let of_api = |name: &str| match api {
        Api::Resource(resource) => resource.scope(name).to_string(),
        Api::Identifier(identifier) => format!("{identifier}/{name}"),
    };
    let scopes = match wanted.scopes_to_ask_for() {
        Some(names) => names.into_iter().map(of_api).collect(),
        None if wanted.alternatives().next().is_some() => return None,
        None => match api {
            Api::Resource(resource) => vec![resource.default_scope().to_string()],
            Api::Identifier(_) => vec![of_api(".default")],
        },
    };
    LoginParameters::builder()
        .scopes(SIGN_IN_SCOPES)
        .scopes(stale.then_some("offline_access"))
        .scopes(scopes)
        .build()
        .ok()
}

/// Prints [`Diagnosis::verdict`], and the cures.
impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.verdict().fmt(f)?;
        for (index, cure) in self.cures.iter().enumerate() {
            write!(f, "{}{cure}", if index == 0 { ". To cure it, " } else { "; then " })?;
        }
        Ok(())
    }
}

/// See [`Diagnosis::verdict`].
struct Verdict<'a>(&'a Diagnosis);

impl fmt::Display for Verdict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Diagnosis { api, reasons, .. } = self.0;
        let api = Escaped(api.as_deref().unwrap_or("what was asked for"));
        if reasons.is_empty() {
            return write!(f, "this token opens {api}");
        }
        write!(f, "this token does not open {api}: ")?;
        for (index, reason) in reasons.iter().enumerate() {
            write!(f, "{}{reason}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl ApiName {
    fn of(api: &Api) -> Self {
        match api {
            Api::Resource(resource) => Self {
                identifier: resource
                    .audience_uris()
                    .first()
                    .copied()
                    .or(resource.app_id())
                    .unwrap_or_default()
                    .to_owned(),
                resource: Some(*resource),
            },
            Api::Identifier(identifier) => Self::of_audience(identifier),
        }
    }

    fn of_audience(audience: &str) -> Self {
        Self { identifier: audience.to_owned(), resource: Resource::of_audience(audience) }
    }

    /// The App ID URI or the app id.
    #[must_use]
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// The API, if it is known.
    #[must_use]
    pub fn resource(&self) -> Option<Resource> {
        self.resource
    }

    /// The name for people, with its cloud, else the identifier.
    fn title(&self) -> String {
        self.resource.map_or_else(|| self.identifier.clone(), |resource| resource.to_string())
    }
}

/// Prints the name for people and the identifier.
impl fmt::Display for ApiName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.resource {
            Some(resource) => write!(f, "{resource} ({})", Escaped(&self.identifier)),
            None => Escaped(&self.identifier).fmt(f),
        }
    }
}

impl Reason {
    /// A word for programs, which never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoToken => "no-token",
            Self::WrongAudience { .. } => "wrong-audience",
            Self::MissingPermission { .. } => "missing-permission",
            Self::WrongCaller { .. } => "wrong-caller",
            Self::Expired { .. } => "expired",
            Self::NoExpiry => "no-expiry",
            Self::NotYetValid { .. } => "not-yet-valid",
            Self::IdToken => "id-token",
            Self::Encrypted => "encrypted",
            Self::Opaque => "opaque",
            Self::Protected => "protected",
            Self::BoundToKey => "bound-to-key",
            Self::Malformed(_) => "malformed",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoToken => f.write_str("no access token came along"),
            Self::WrongAudience { expected, actual } => {
                f.write_str("it is for ")?;
                if actual.is_empty() {
                    f.write_str("no API")?;
                }
                for (index, api) in actual.iter().enumerate() {
                    write!(f, "{}{api}", if index == 0 { "" } else { " and " })?;
                }
                write!(f, ", not for {}", Escaped(&expected.title()))
            }
            Self::MissingPermission { any_of } => {
                f.write_str("it lacks ")?;
                for (index, permissions) in any_of.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", or " })?;
                    if permissions.is_empty() {
                        f.write_str("a permission that nobody named")?;
                    }
                    for (index, permission) in permissions.iter().enumerate() {
                        write!(f, "{}{permission}", if index == 0 { "" } else { " and " })?;
                    }
                }
                Ok(())
            }
            Self::WrongCaller { expected, actual } => {
                let name = |caller: &Caller| match caller {
                    Caller::User => "a user",
                    Caller::App => "an application by itself",
                    Caller::Unknown => "somebody it does not tell",
                };
                write!(f, "it is from {}, not from {}", name(actual), name(expected))
            }
            Self::Expired { since } => write!(f, "it expired {} ago", Rough(*since)),
            Self::NoExpiry => f.write_str("it does not say when it expires"),
            Self::NotYetValid { until } => {
                write!(f, "it is not valid for another {}", Rough(*until))
            }
            Self::IdToken => {
                f.write_str("it is an ID token, which says who signed in and opens no API")
            }
            Self::Encrypted => {
                f.write_str("it is encrypted, so nobody but the API it was issued for can read it")
            }
            Self::Opaque => f.write_str(
                "it is no JWT but an opaque token, as personal Microsoft accounts and other \
                 providers than Entra have them",
            ),
            Self::Protected => f.write_str(
                "it has a nonce in its header, so nobody but Microsoft Graph, or the Microsoft API \
                 it was issued for, can verify it",
            ),
            Self::BoundToKey => {
                f.write_str("it is bound to a key of its client, so it is no bearer token")
            }
            Self::Malformed(error) => write!(f, "it cannot be read: {error}"),
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scope(name) => write!(f, "the scope {}", Escaped(name)),
            Self::AppRole(name) => write!(f, "the application permission {}", Escaped(name)),
            Self::UserRole(name) => write!(f, "the user's role {}", Escaped(name)),
        }
    }
}

impl Cure {
    /// A word for programs, which never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::SetLoginParameters(_) => "set-login-parameters",
            Self::Refresh => "refresh",
            Self::SendAccessToken => "send-access-token",
            Self::ExchangeOnBehalfOf => "exchange-on-behalf-of",
            Self::AskClient => "ask-client",
            Self::GrantAppPermission => "grant-app-permission",
            Self::AssignUserRole => "assign-user-role",
        }
    }
}

impl fmt::Display for Cure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetLoginParameters(parameters) => write!(
                f,
                "set identityProviders.azureActiveDirectory.login.loginParameters of the site's \
                 authSettingsV2 to {:?}, and sign out and in again",
                parameters.to_wire()
            ),
            Self::Refresh => Renewal::Refresh.fmt(f),
            Self::SendAccessToken => {
                f.write_str("send the access token (X-MS-TOKEN-AAD-ACCESS-TOKEN) instead")
            }
            Self::ExchangeOnBehalfOf => f.write_str(
                "exchange the client's token for one that opens the API (OAuth 2.0 on-behalf-of)",
            ),
            Self::AskClient => Renewal::AskClient.fmt(f),
            Self::GrantAppPermission => f.write_str(
                "have an administrator grant the application permission to the calling application",
            ),
            Self::AssignUserRole => {
                f.write_str("have the app role assigned to the user in the enterprise application")
            }
        }
    }
}

/// A length of time in its largest unit.
struct Rough(Duration);

impl fmt::Display for Rough {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (count, unit) = match seconds {
            0..60 => (seconds, "second"),
            60..3600 => (seconds / 60, "minute"),
            3600..86_400 => (seconds / 3600, "hour"),
            _ => (seconds / 86_400, "day"),
        };
        write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

impl Serialize for Diagnosis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut diagnosis = serializer.serialize_struct("Diagnosis", 5)?;
        diagnosis.serialize_field("opens", &self.opens())?;
        diagnosis.serialize_field("api", &self.api)?;
        diagnosis.serialize_field("reasons", &coded(&self.reasons, Reason::code))?;
        diagnosis.serialize_field("cures", &coded(&self.cures, Cure::code))?;
        let parameters = self.login_parameters().map(|parameters| parameters.to_wire());
        diagnosis.serialize_field("loginParameters", &parameters)?;
        diagnosis.end()
    }
}

fn coded<T: fmt::Display>(items: &[T], code: fn(&T) -> &'static str) -> Vec<Coded> {
    items.iter().map(|item| Coded { code: code(item), message: item.to_string() }).collect()
}

/// A reason or a cure in the serialised form.
struct Coded {
    code: &'static str,
    message: String,
}

impl Serialize for Coded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut coded = serializer.serialize_struct("Coded", 2)?;
        coded.serialize_field("code", self.code)?;
        coded.serialize_field("message", &self.message)?;
        coded.end()
    }
}
