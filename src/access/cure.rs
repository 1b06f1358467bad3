//! What to do about a token that does not open an API.

use std::fmt;

use super::{Permission, Reason, Requirement};
use crate::{jwt::Caller, resource::OwnedAudience, settings::LoginParameters, tokens::Renewal};

/// The scopes that the platform asks for by itself, and that a `scope` of one's own replaces.
const SIGN_IN_SCOPES: [&str; 3] = ["openid", "email", "profile"];

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
    /// this application, and no setting changes that. [`TokenRequest`](crate::exchange::TokenRequest)
    /// is the way.
    ExchangeOnBehalfOf,
    /// Answer 401, so that the client sends a fresh token.
    AskClient,
    /// Have the application permission granted: no sign-in of a user brings it.
    GrantAppPermission,
    /// Have the app role assigned to the user: no sign-in parameter brings it.
    AssignUserRole,
}

/// Where a token came from, which decides what changes it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Origin {
    /// A sign-in with Entra: what is taken for granted if nobody says.
    SignIn {
        /// Whether there is a refresh token, if that is known.
        can_refresh: Option<bool>,
    },
    /// A sign-in with another provider.
    OtherProvider,
    /// The client sent it.
    Client,
    /// This service exchanged another one for it: the scope of that request decides.
    #[cfg(feature = "azure_core")]
    Exchange,
}

pub(super) fn cures(wanted: &Requirement, reasons: &[Reason], origin: Origin) -> Vec<Cure> {
    let mut cures = Vec::new();
    let has = |wanted: fn(&Reason) -> bool| reasons.iter().any(wanted);
    let stale = has(|reason| matches!(reason, Reason::Expired { .. }));
    let wrong_audience = has(|reason| matches!(reason, Reason::WrongAudience { .. }));
    let lacks = has(|reason| matches!(reason, Reason::MissingPermission { .. }));
    let unreadable = has(|reason| matches!(reason, Reason::Encrypted | Reason::Opaque));
    let no_token = has(|reason| matches!(reason, Reason::NoToken | Reason::IdToken));
    if reasons.contains(&Reason::IdToken) {
        cures.push(Cure::SendAccessToken);
    }
    match origin {
        Origin::Client => {
            cures.extend(stale.then_some(Cure::AskClient));
            cures.extend(wrong_audience.then_some(Cure::ExchangeOnBehalfOf));
        }
        Origin::OtherProvider => cures.extend(stale.then_some(Cure::Refresh)),
        #[cfg(feature = "azure_core")]
        Origin::Exchange => {}
        Origin::SignIn { can_refresh } => {
            // A fresh token of the same kind helps only if nothing but its age is wrong.
            let needs_another = wrong_audience || lacks || unreadable || no_token;
            if stale && !needs_another && can_refresh != Some(false) {
                cures.push(Cure::Refresh);
            }
            // A token without a user comes from no sign-in.
            let needs_user = wanted.caller() != Some(Caller::App);
            if needs_user && (needs_another || (stale && can_refresh != Some(true))) {
                let offline = stale || can_refresh == Some(true);
                cures.extend(login_parameters(wanted, offline).map(Cure::SetLoginParameters));
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

/// What a sign-in has to ask for, a refresh token included if `offline`; `None` if it cannot: the API is
/// not known, or permissions are asked for of which none is a scope.
fn login_parameters(wanted: &Requirement, offline: bool) -> Option<LoginParameters> {
    let api = wanted.api()?;
    let of_api = |name: &str| match api {
        OwnedAudience::Resource(resource) => resource.scope(name).to_string(),
        OwnedAudience::Identifier(identifier) => format!("{identifier}/{name}"),
    };
    let scopes = match wanted.scopes_to_ask_for() {
        Some(names) => names.into_iter().map(of_api).collect(),
        None if wanted.alternatives().next().is_some() => return None,
        None => match api {
            OwnedAudience::Resource(resource) => vec![resource.default_scope().to_string()],
            OwnedAudience::Identifier(_) => vec![of_api(".default")],
        },
    };
    LoginParameters::builder()
        .scopes(SIGN_IN_SCOPES)
        .scopes(offline.then_some("offline_access"))
        .scopes(scopes)
        .build()
        .ok()
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
