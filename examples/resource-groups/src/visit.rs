//! What happened: who came, with which token, and what came of it.

use std::time::SystemTime;

use easyauth::{
    Diagnosis, EasyAuthPrincipal, ExpiresOn, IdentityProvider, PrincipalFormat, ProviderTokens,
    access::Reason, resource::Resource,
};
use http::StatusCode;

use super::{
    advice::{Step, advise},
    arm::{ArmError, Subscription},
};

pub(crate) struct Visit {
    pub(crate) user: EasyAuthPrincipal,
    pub(crate) token: Contents,
    pub(crate) outcome: Outcome,
    pub(crate) now: SystemTime,
}

pub(crate) enum Outcome {
    Listed(Vec<Subscription>),
    /// The token does not open Azure Resource Manager, so it was not sent there.
    Closed(Closed),
    Failed(ArmError),
}

/// Why it does not, and what to do.
pub(crate) struct Closed {
    pub(crate) diagnosis: Diagnosis,
    pub(crate) cause: Cause,
    pub(crate) steps: Vec<Step>,
}

/// What it comes down to: a word for programs, a title for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    Expired,
    NoToken,
    WrongToken,
    /// The sign-in was not with Entra, which alone has tokens for this API.
    OtherProvider,
    StaticWebApp,
}

/// What can be said of an access token without showing it.
pub(crate) enum Contents {
    Nothing,
    /// Encrypted, opaque or malformed.
    Unreadable {
        expires: Option<SystemTime>,
    },
    Readable {
        /// Names for people, where they are known.
        apis: Vec<String>,
        permissions: Vec<String>,
        expires: Option<SystemTime>,
    },
}

impl Closed {
    pub(crate) fn new(
        user: &EasyAuthPrincipal,
        tokens: &ProviderTokens,
        diagnosis: Diagnosis,
    ) -> Self {
        let cause = Cause::of(user, tokens, diagnosis.reasons());
        let steps = advise(cause, &diagnosis);
        Self { diagnosis, cause, steps }
    }
}

impl Cause {
    fn of(user: &EasyAuthPrincipal, tokens: &ProviderTokens, reasons: &[Reason]) -> Self {
        if is_of_static_web_app(user) {
            Self::StaticWebApp
        } else if !may_be_entra(user.provider()) && !tokens.is_from_client() {
            Self::OtherProvider
        } else if reasons.iter().all(|reason| matches!(reason, Reason::Expired { .. })) {
            Self::Expired
        } else if reasons.contains(&Reason::NoToken) {
            Self::NoToken
        } else {
            Self::WrongToken
        }
    }

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Expired => "token-expired",
            Self::NoToken => "no-token",
            Self::WrongToken => "wrong-token",
            Self::OtherProvider => "other-provider",
            Self::StaticWebApp => "static-web-app",
        }
    }

    /// 401 where the same sign-in brings what is missing: a token is as short-lived as ever, or the token
    /// store lost it. 403 where it brings the same token again, so that trying again is of no use (RFC
    /// 9110 sections 15.5.2 and 15.5.4).
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Expired | Self::NoToken => StatusCode::UNAUTHORIZED,
            Self::WrongToken | Self::OtherProvider | Self::StaticWebApp => StatusCode::FORBIDDEN,
        }
    }
}

/// Whether the request came through a Static Web App, which passes on who is calling, and no tokens.
pub(crate) fn is_of_static_web_app(user: &EasyAuthPrincipal) -> bool {
    user.format() == PrincipalFormat::StaticWebApps
        || user.front_end() == Some(&IdentityProvider::STATIC_WEB_APPS)
}

/// Whether tokens can be Entra's. Container Apps need not say who signed the caller in.
fn may_be_entra(provider: &IdentityProvider) -> bool {
    [IdentityProvider::ENTRA, IdentityProvider::UNKNOWN].contains(provider)
}

impl Contents {
    /// Reads the token without verifying it: it is for Azure Resource Manager, which alone verifies it,
    /// and nothing is decided here but whether sending it there makes sense.
    pub(crate) fn of(tokens: &ProviderTokens) -> Self {
        let Some(access) = tokens.access_token() else { return Self::Nothing };
        let said = tokens.expires_on().map(ExpiresOn::at);
        let Ok(token) = access.decode_unverified() else {
            return Self::Unreadable { expires: said };
        };
        let name = |audience: &str| match Resource::of_audience(audience) {
            Some(api) => format!("{api} ({audience})"),
            None => audience.to_owned(),
        };
        Self::Readable {
            apis: token.audiences().map(name).collect(),
            permissions: token.scopes().chain(token.app_roles()).map(str::to_owned).collect(),
            expires: token.expires_at().or(said),
        }
    }

    pub(crate) fn expires(&self) -> Option<SystemTime> {
        match self {
            Self::Nothing => None,
            Self::Unreadable { expires } | Self::Readable { expires, .. } => *expires,
        }
    }
}

impl Visit {
    pub(crate) fn status(&self) -> StatusCode {
        match &self.outcome {
            Outcome::Listed(_) => StatusCode::OK,
            Outcome::Closed(closed) => closed.cause.status(),
            Outcome::Failed(error) => error.status(),
        }
    }
}
