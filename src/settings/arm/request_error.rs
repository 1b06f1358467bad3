//! Why a request is not built.

use std::fmt;

use super::SiteKind;
use crate::{
    jwt::DecodeError,
    resource::{ApiName, ApiNames, Cloud},
    settings::Form,
    tokens::InvalidBearerToken,
};

/// A request that would fail for certain, or lose settings, so it is not built.
///
/// Of the token its text repeats the audience and nothing else.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArmRequestError {
    /// The address of Azure Resource Manager in the cloud is not known.
    #[error("the address of Azure Resource Manager in the cloud {cloud:?} is not known")]
    UnknownCloud {
        /// The cloud.
        cloud: Cloud,
    },
    /// The api-version is not a date, with or without `-preview`.
    #[error("the api-version is not a date such as 2024-11-01, with or without -preview")]
    InvalidApiVersion,
    /// The access token cannot be read: it is opaque, encrypted or malformed, and the source says which.
    /// Tokens for Azure Resource Manager are readable.
    #[error("the access token cannot be read, as those for Azure Resource Manager can")]
    UnreadableToken(#[source] DecodeError),
    /// The access token is for another API. Azure Resource Manager would answer 401
    /// `InvalidAuthenticationTokenAudience`. [`AccessToken::diagnose`](crate::AccessToken::diagnose)
    /// and [`ProviderTokens::diagnose`](crate::ProviderTokens::diagnose) give the fix.
    #[error("the access token is for {}, not for {expected}", ApiNames(actual))]
    WrongAudience {
        /// Azure Resource Manager in the cloud that was asked for.
        expected: ApiName,
        /// The APIs that the token is for.
        actual: Vec<ApiName>,
    },
    /// The access token cannot be a header.
    #[error("the access token cannot be sent")]
    InvalidBearerToken(#[source] InvalidBearerToken),
    /// The document was not read whole. A PUT replaces everything, so what is missing would return to
    /// its default. [`ArmRequests::put_partial`](super::ArmRequests::put_partial) is for those who
    /// want that.
    #[error(
        "a PUT replaces all settings, and the document lacks {}, which would return to the defaults",
        missing.join(", ")
    )]
    Incomplete {
        /// The sections of `properties` that are missing.
        missing: Vec<&'static str>,
    },
    /// Sections are not objects: `null`, an expression of a template, or what PowerShell's
    /// `ConvertTo-Json` leaves of an object without a larger `-Depth`. They would be saved so.
    #[error("the sections {} are not objects; read the whole document again", sections.join(", "))]
    NotObjects {
        /// The sections.
        sections: Vec<&'static str>,
    },
    /// The document is a deployment template, which is deployed and not put.
    #[error("a deployment template is deployed, not sent as the settings of one site")]
    Template,
    /// The document is of another service than the site.
    #[error("the document is of {document}, and the site is {site}")]
    OtherService {
        /// What the site is.
        site: SiteKind,
        /// What the document is of.
        document: SiteKind,
    },
    /// The document is of a kind that is kept elsewhere than at Azure Resource Manager.
    #[error("{}, not at Azure Resource Manager", kept(*form))]
    NotInArm {
        /// The kind of the document.
        form: Form,
    },
    /// A container app has no `/list`.
    #[error("the settings of a container app have no /list")]
    NoList,
}

impl ArmRequestError {
    /// A word for programs, which never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownCloud { .. } => "unknown-cloud",
            Self::InvalidApiVersion => "invalid-api-version",
            Self::UnreadableToken(_) => "unreadable-token",
            Self::WrongAudience { .. } => "wrong-audience",
            Self::InvalidBearerToken(_) => "not-a-bearer-token",
            Self::Incomplete { .. } => "incomplete",
            Self::NotObjects { .. } => "not-objects",
            Self::Template => "template",
            Self::OtherService { .. } => "other-service",
            Self::NotInArm { .. } => "not-in-arm",
            Self::NoList => "no-list",
        }
    }
}

/// The code and the `Display` form: what a token says is escaped and bounded in it.
impl fmt::Debug for ArmRequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ArmRequestError({}: {self})", self.code())
    }
}

/// Where such a document is kept.
fn kept(form: Form) -> &'static str {
    match form {
        Form::StaticWebApp | Form::StaticWebAppSection => {
            "the settings of a static web app are kept in its staticwebapp.config.json"
        }
        _ => "a settings file is kept beside the app that it is for",
    }
}
