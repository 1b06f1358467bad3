//! The steps that fix a token which does not open Azure Resource Manager, in order.

use std::fmt;

use easyauth::{
    Diagnosis, IdentityProvider,
    access::Fix,
    endpoints::{Endpoints, ReturnTo},
    settings::LoginParameters,
};

use super::{service::PATH, visit::Cause};

/// A step to take. Prints as a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Static Web Apps send no tokens, so no setting of theirs helps.
    HostElsewhere,
    LinkFromSite,
    TurnOnTokenStore,
    AddClientSecret,
    SetLoginParameters(LoginParameters),
    /// Entra must allow the application to get such tokens.
    AddPermission,
    Refresh,
    SignInWithEntra,
    SignInWithWorkAccount,
    SignInAgain,
    /// Any other fix, in the words of the crate.
    Other(Fix),
}

pub(crate) fn advise(cause: Cause, diagnosis: &Diagnosis) -> Vec<Step> {
    let is_static_web_app = cause == Cause::StaticWebApp;
    let mut steps = Vec::new();
    steps.extend(is_static_web_app.then_some(Step::HostElsewhere));
    // The user has not signed in at the other site yet.
    let is_of_use = |fix: &&Fix| !is_static_web_app || **fix != Fix::SignInAgain;
    steps.extend(diagnosis.fixes().iter().filter(is_of_use).map(Step::of));
    steps.extend(is_static_web_app.then_some(Step::LinkFromSite));
    steps
}

impl Step {
    fn of(fix: &Fix) -> Self {
        match fix {
            Fix::EnableTokenStore => Self::TurnOnTokenStore,
            Fix::SetClientCredential => Self::AddClientSecret,
            Fix::AddDelegatedPermission { .. } => Self::AddPermission,
            Fix::SetLoginParameters(parameters) => Self::SetLoginParameters(parameters.clone()),
            Fix::Refresh => Self::Refresh,
            Fix::SignInWithEntra => Self::SignInWithEntra,
            Fix::SignInWithWorkAccount => Self::SignInWithWorkAccount,
            Fix::SignInAgain => Self::SignInAgain,
            fix => Self::Other(fix.clone()),
        }
    }

    /// The pages of this site where users take this step, and their titles.
    pub(crate) fn links(&self) -> Vec<(String, &'static str)> {
        match self {
            Self::SignInAgain | Self::SignInWithEntra | Self::SignInWithWorkAccount => {
                vec![(sign_in(), "Sign in with Microsoft Entra")]
            }
            Self::Refresh => vec![(refresh(), "Renew the token"), (sign_in(), "Sign in again")],
            _ => Vec::new(),
        }
    }
}

/// The address where users sign in and then return here.
pub(crate) fn sign_in() -> String {
    let login = Endpoints::default().login(&IdentityProvider::ENTRA);
    match login.and_then(|login| Ok(login.return_to(&ReturnTo::path(PATH)?))) {
        Ok(login) => login.to_string(),
        Err(_) => PATH.to_owned(), // Requesting this page without a session leads there, too.
    }
}

pub(crate) fn sign_out() -> String {
    Endpoints::default().logout().to_string()
}

pub(crate) fn refresh() -> String {
    Endpoints::default().refresh()
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HostElsewhere => {
                "run this program on a Function app or App Service that is not linked to the Static \
                 Web App, and that has its own authentication with Microsoft Entra"
            }
            Self::LinkFromSite => {
                "put a link to that site's address on the Static Web App: users sign in there once \
                 more, usually without a prompt"
            }
            Self::TurnOnTokenStore => {
                "turn on the token store (login.tokenStore.enabled in authSettingsV2)"
            }
            Self::AddClientSecret => {
                "give the Entra provider a client credential (registration.clientSecretSettingName): \
                 without one, a sign-in returns an ID token only"
            }
            Self::SetLoginParameters(parameters) => {
                return write!(
                    f,
                    "set identityProviders.azureActiveDirectory.login.loginParameters in the site's \
                     authSettingsV2 to {:?}",
                    parameters.to_wire()
                );
            }
            Self::AddPermission => {
                "give the app registration the delegated permission user_impersonation of Azure \
                 Service Management, and consent to it"
            }
            Self::Refresh => "renew the token, then come back to this page; where that fails, sign in again",
            Self::SignInWithEntra => {
                "sign in with Microsoft Entra: no other provider has tokens for Azure Resource Manager"
            }
            Self::SignInWithWorkAccount => {
                "sign in with a work or school account: tokens of personal accounts do not open Azure \
                 Resource Manager"
            }
            Self::SignInAgain => "sign in again: a token that was already issued does not change",
            Self::Other(fix) => return fix.fmt(f),
        })
    }
}
