//! Why a request is not built.

use std::fmt;

use crate::{jwt::DecodeError, kinds::kinds, tokens::InvalidBearerToken};

/// Why a request is not built: it would fail for certain, or lose settings.
///
/// Of the token, the message shows the audience and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ArmRequestError {
    kind: ArmRequestErrorKind,
    message: String,
    source: Option<TokenError>,
}

/// What is wrong with the token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub(super) enum TokenError {
    Decode(DecodeError),
    Bearer(InvalidBearerToken),
}

kinds! {
    /// Why a request is not built.
    pub enum ArmRequestErrorKind of ArmRequestError;
    fn text;
    /// The address of Azure Resource Manager in the cloud is unknown.
    UnknownCloud = "unknown-cloud", "the address of Azure Resource Manager is unknown in the cloud";
    /// The api-version is not a date, with or without `-preview`.
    InvalidApiVersion = "invalid-api-version",
        "expected a date such as 2024-11-01 as the api-version, with or without -preview, found";
    /// The access token cannot be read: it is opaque, encrypted or malformed. The source says which.
    /// Tokens for Azure Resource Manager are readable.
    UnreadableToken = "unreadable-token",
        "expected an access token for Azure Resource Manager, found one that cannot be read";
    /// The access token is for another API. Azure Resource Manager would answer 401
    /// `InvalidAuthenticationTokenAudience`. [`AccessToken::diagnose`](crate::AccessToken::diagnose)
    /// and [`ProviderTokens::diagnose`](crate::ProviderTokens::diagnose) give the fix.
    WrongAudience = "wrong-audience", "expected an access token for";
    /// The access token cannot be a header.
    InvalidBearerToken = "not-a-bearer-token", "the access token cannot be sent";
    /// The document was not read whole. A PUT replaces everything, so the missing sections would return to
    /// their defaults. [`ArmRequests::put_partial`](super::ArmRequests::put_partial) allows that.
    Incomplete = "incomplete",
        "a PUT replaces all settings, so these sections would return to the defaults";
    /// Sections, or `properties` itself, are not objects: `null`, an expression of a template, or what
    /// PowerShell's `ConvertTo-Json` leaves of an object without a larger `-Depth`. They would be saved so.
    NotObjects = "not-objects", "expected objects; read the whole document again to replace";
    /// The document is a deployment template, or one resource of it, which is deployed instead. A resource
    /// with a type or an api-version and without an ID is one of a template.
    Template = "template", "expected the settings of one site, found a deployment template: deploy it";
    /// The document is for another service than the site.
    OtherService = "other-service", "the document is for another service than the site";
    /// The document is of a form that Azure Resource Manager does not keep.
    NotInArm = "not-in-arm", "this document is kept with the application, not at Azure Resource Manager";
    /// A container app has no `/list`.
    NoList = "no-list", "container apps have no /list: use get";
}

impl ArmRequestError {
    pub(super) fn new(kind: ArmRequestErrorKind, detail: impl fmt::Display) -> Self {
        let detail = detail.to_string();
        let space = if detail.is_empty() || detail.starts_with(':') { "" } else { " " };
        Self { kind, message: format!("{}{space}{detail}", kind.text()), source: None }
    }

    pub(super) fn of_token(kind: ArmRequestErrorKind, source: TokenError) -> Self {
        Self { source: Some(source), ..Self::new(kind, "") }
    }
}
