//! What to do about a token that does not open Azure Resource Manager, in the order to do it.

use std::fmt;

use easyauth::{
    Diagnosis, IdentityProvider,
    access::Fix,
    endpoints::{Endpoints, ReturnTo},
    settings::LoginParameters,
};

use super::{service::PATH, visit::Cause};

/// Something to do. Prints as a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Static Web Apps send no tokens, so no setting of theirs helps.
    HostElsewhere,
    LinkFromSite,
    TurnOnTokenStore,
    AddClientSecret,
    SetLoginParameters(LoginParameters),
    /// Entra has to let the application have such tokens.
    AddPermission,
    Refresh,
    SignInWithEntra,
    SignInWithWorkAccount,
    SignInAgain,
    /// What the crate says, where nothing here says more.
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

    /// Where a person does it, if that is a page of this site, and what to call that page.
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

/// Where a person signs in, and comes back from.
pub(crate) fn sign_in() -> String {
    let login = Endpoints::default().login(&IdentityProvider::ENTRA);
    match login.and_then(|login| Ok(login.return_to(&ReturnTo::path(PATH)?))) {
        Ok(login) => login.to_string(),
        Err(_) => PATH.to_owned(), // Asking without a session leads there, too.
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
                 Web App, with an authentication of its own by Microsoft Entra"
            }
            Self::LinkFromSite => {
                "put a link to that site's address on the Static Web App: people sign in there once \
                 more, mostly without being asked"
            }
            Self::TurnOnTokenStore => {
                "turn on the token store (login.tokenStore.enabled in authSettingsV2)"
            }
            Self::AddClientSecret => {
                "give the Entra provider a client credential (registration.clientSecretSettingName): \
                 without one a sign-in brings an ID token alone"
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
            Self::SignInAgain => "sign in again: a token that was issued before stays what it is",
            Self::Other(fix) => return fix.fmt(f),
        })
    }
}
