//! One request: the caller, the token, and the outcome.

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

/// The main cause, with a code for programs and a title for users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    Expired,
    NoToken,
    WrongToken,
    /// The sign-in was not with Entra. Only Entra issues tokens for this API.
    OtherProvider,
    StaticWebApp,
}

/// The contents of an access token that may be shown.
pub(crate) enum Contents {
    Nothing,
    /// Encrypted, opaque or malformed.
    Unreadable {
        expires: Option<SystemTime>,
    },
    Readable {
        /// Display names, where known.
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

    /// 401 if another sign-in helps: the token has expired, or the token store lost it. 403 if another sign-in
    /// returns the same kind of token, so that trying again does not help (RFC 9110 sections 15.5.2 and 15.5.4).
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::Expired | Self::NoToken => StatusCode::UNAUTHORIZED,
            Self::WrongToken | Self::OtherProvider | Self::StaticWebApp => StatusCode::FORBIDDEN,
        }
    }
}

/// Returns `true` if the request came through a Static Web App, which forwards the caller but no tokens.
pub(crate) fn is_of_static_web_app(user: &EasyAuthPrincipal) -> bool {
    user.format() == PrincipalFormat::StaticWebApps
        || user.front_end() == Some(&IdentityProvider::STATIC_WEB_APPS)
}

/// Returns `true` if the tokens can be from Entra. Container Apps may omit the provider.
fn may_be_entra(provider: &IdentityProvider) -> bool {
    [IdentityProvider::ENTRA, IdentityProvider::UNKNOWN].contains(provider)
}

impl Contents {
    /// Reads the token without verifying it. Only Azure Resource Manager can verify it. The result decides only
    /// whether to send it there.
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
