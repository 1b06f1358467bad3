//! The steps that fix a token that does not open an API.

use std::fmt;

use crate::{
    escape::Escaped,
    login_parameters::LoginParameters,
    provider::IdentityProvider,
    resource::{ApiName, Resource, write_list},
    tokens::Renewal,
};

/// One step. The steps of a [`Diagnosis`](crate::Diagnosis) are in the order in which to take them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fix {
    /// Name one of these APIs: the given host belongs to all of them.
    NameTheApi(Vec<Resource>),
    /// Enable the token store. Without it, no token reaches the application.
    EnableTokenStore,
    /// Give the Entra provider a client credential. Without one, a sign-in provides only an ID token
    /// ("Configure your App Service app to use Microsoft Entra sign-in", client secret).
    SetClientCredential,
    /// Add the delegated permission to the app registration, and consent to it.
    AddDelegatedPermission {
        /// The API that has the permission.
        api: ApiName,
        /// Bare names of scopes; empty for any that are needed.
        scopes: Vec<String>,
    },
    /// Set `loginParameters` of the Entra provider in the site's `authSettingsV2`. They affect only
    /// tokens of later sign-ins.
    SetLoginParameters(LoginParameters),
    /// Have the application permission granted. A user's sign-in never provides it.
    GrantAppPermission,
    /// Have the app role assigned to the user. No sign-in parameter provides it.
    AssignUserRole,
    /// Sign out and in again, because a token that was already issued does not change.
    SignInAgain,
    /// Sign in with Entra, because tokens of other providers open no API of Microsoft's.
    SignInWithEntra,
    /// Sign in with a work or school account.
    SignInWithWorkAccount,
    /// Call `/.auth/refresh` with the caller's session.
    Refresh,
    /// Optional: let sign-ins with this provider request a refresh token, for the next time.
    RequestRefreshToken(IdentityProvider),
    /// Use the complete token, as it was issued.
    UseWholeToken,
    /// Use the access token instead of the ID token.
    SendAccessToken,
    /// Respond with 401, so that the client sends a fresh token of the same kind.
    AskClient,
    /// Respond with 401, so that the client requests a token for this application.
    AskClientForToken {
        /// The scopes to request; empty for any that this application has.
        scopes: Vec<String>,
    },
    /// Exchange the client's token for one with these scopes (OAuth 2.0 on-behalf-of). The client's
    /// token is for this application, and no setting changes that. Use
    /// [`TokenRequest`](crate::exchange::TokenRequest).
    ExchangeOnBehalfOf {
        /// The scopes to request.
        scopes: Vec<String>,
    },
    /// Request a token with these scopes from the token endpoint. The request determines the scopes.
    RequestScopes(Vec<String>),
    /// Request a token for the application itself: there is no user, or no user can have the permission.
    CallAsApp {
        /// The scope of the client credentials flow, if the API is known.
        scope: Option<String>,
    },
    /// Let a user sign in: an application cannot have the permission.
    CallAsUser,
    /// Let callers sign in at this application itself, not at a Static Web App in front of it.
    SignInAtThisApp,
}

impl Fix {
    /// A stable, machine-readable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NameTheApi(_) => "name-the-api",
            Self::EnableTokenStore => "enable-token-store",
            Self::SetClientCredential => "set-client-credential",
            Self::AddDelegatedPermission { .. } => "add-delegated-permission",
            Self::SetLoginParameters(_) => "set-login-parameters",
            Self::GrantAppPermission => "grant-app-permission",
            Self::AssignUserRole => "assign-user-role",
            Self::SignInAgain => "sign-in-again",
            Self::SignInWithEntra => "sign-in-with-entra",
            Self::SignInWithWorkAccount => "sign-in-with-work-account",
            Self::Refresh => "refresh",
            Self::RequestRefreshToken(_) => "request-refresh-token",
            Self::UseWholeToken => "use-whole-token",
            Self::SendAccessToken => "send-access-token",
            Self::AskClient => "ask-client",
            Self::AskClientForToken { .. } => "ask-client-for-token",
            Self::ExchangeOnBehalfOf { .. } => "exchange-on-behalf-of",
            Self::RequestScopes(_) => "request-scopes",
            Self::CallAsApp { .. } => "call-as-app",
            Self::CallAsUser => "call-as-user",
            Self::SignInAtThisApp => "sign-in-at-this-app",
        }
    }

    /// Returns `true` if this step is only for the next time, so that the token opens the API without
    /// it.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        matches!(self, Self::RequestRefreshToken(_))
    }
}

impl fmt::Display for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NameTheApi(apis) => {
                f.write_str("say which API is meant: ")?;
                return write_list(f, apis, " or ", |f, api| {
                    write!(f, "{api} ({})", Escaped(api.identifier()))
                });
            }
            Self::EnableTokenStore => {
                "enable the token store (login.tokenStore.enabled in the site's authSettingsV2)"
            }
            Self::SetClientCredential => {
                "give the Entra provider a client credential (registration.clientSecretSettingName): \
                 without one, a sign-in provides only an ID token"
            }
            Self::AddDelegatedPermission { api, scopes } => return permission(f, api, scopes),
            Self::SetLoginParameters(parameters) => {
                return write!(
                    f,
                    "set identityProviders.azureActiveDirectory.login.loginParameters of the site's \
                     authSettingsV2 to {:?}",
                    parameters.to_wire()
                );
            }
            Self::GrantAppPermission => {
                "have an administrator grant the application permission to the calling application"
            }
            Self::AssignUserRole => {
                "have the app role assigned to the user in the enterprise application"
            }
            Self::SignInAgain => "sign out and in again",
            Self::SignInWithEntra => "sign in with Microsoft Entra",
            Self::SignInWithWorkAccount => {
                "sign in with a work or school account of a Microsoft Entra tenant"
            }
            Self::Refresh => return Renewal::Refresh.fmt(f),
            Self::RequestRefreshToken(provider) => return refresh_token(f, provider),
            Self::UseWholeToken => {
                "use the complete token as it was issued: copy the value of the header \
                 X-MS-TOKEN-AAD-ACCESS-TOKEN without line breaks, and not from a log that shortens \
                 it; then diagnose that token"
            }
            Self::SendAccessToken => {
                "send the access token (X-MS-TOKEN-AAD-ACCESS-TOKEN) instead of the ID token"
            }
            Self::AskClient => return Renewal::AskClient.fmt(f),
            Self::AskClientForToken { scopes } => {
                f.write_str("respond with 401, so that the client requests an access token for this application")?;
                return in_parentheses(f, scopes);
            }
            Self::ExchangeOnBehalfOf { scopes } => {
                f.write_str("exchange the client's token for one that opens the API (OAuth 2.0 on-behalf-of)")?;
                return for_scopes(f, scopes);
            }
            Self::RequestScopes(scopes) => {
                f.write_str("request another token from the token endpoint")?;
                return for_scopes(f, scopes);
            }
            Self::CallAsApp { scope } => {
                f.write_str(
                    "request a token as the application itself (client credentials or a managed \
                     identity)",
                )?;
                return for_scopes(f, scope.as_slice());
            }
            Self::CallAsUser => "call with the token of an authenticated user",
            Self::SignInAtThisApp => {
                "sign callers in at this application itself: Static Web Apps do not pass on a token that \
                 can be used or exchanged"
            }
        })
    }
}

fn permission(f: &mut fmt::Formatter<'_>, api: &ApiName, scopes: &[String]) -> fmt::Result {
    f.write_str("add the delegated permission")?;
    f.write_str(if scopes.len() > 1 { "s " } else { " " })?;
    write_list(f, scopes, " and ", |f, scope| write!(f, "{}", Escaped(scope)))?;
    f.write_str(if scopes.is_empty() { "for " } else { " of " })?;
    write!(f, "{} to the app registration, and consent to it", Escaped(&api.title()))
}

/// How to make sign-ins request a refresh token ("Work with OAuth tokens in Azure App Service
/// authentication").
fn refresh_token(f: &mut fmt::Formatter<'_>, provider: &IdentityProvider) -> fmt::Result {
    f.write_str(if *provider == IdentityProvider::GOOGLE {
        // Without the prompt, a second sign-in provides none (azure-mobile-apps-net-server#126).
        "send the browser to /.auth/login/google?access_type=offline&prompt=consent"
    } else if *provider == IdentityProvider::MICROSOFT_ACCOUNT {
        "add wl.offline_access to the scopes of the Microsoft account provider"
    } else {
        "add offline_access to the scopes in loginParameters"
    })?;
    f.write_str(", so that /.auth/refresh can renew the token next time")
}

fn for_scopes(f: &mut fmt::Formatter<'_>, scopes: &[String]) -> fmt::Result {
    if scopes.is_empty() {
        return Ok(());
    }
    f.write_str(" for the scope ")?;
    write_list(f, scopes, " and ", |f, scope| write!(f, "{}", Escaped(scope)))
}

fn in_parentheses(f: &mut fmt::Formatter<'_>, scopes: &[String]) -> fmt::Result {
    if scopes.is_empty() {
        return Ok(());
    }
    f.write_str(" (")?;
    write_list(f, scopes, " ", |f, scope| write!(f, "{}", Escaped(scope)))?;
    f.write_str(")")
}
