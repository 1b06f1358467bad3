//! From request headers to a principal.

use super::{EasyAuthPrincipal, PrincipalError, PrincipalFormat, contradiction, parse};
use crate::{
    base64,
    headers::{self, HeaderError, HeaderSource},
    provider::IdentityProvider,
};

/// The role that Static Web Apps gives to every visitor, and the ID that it gives to a visitor who has
/// not signed in (Azure/static-web-apps#998).
const ANONYMOUS: &str = "anonymous";

impl EasyAuthPrincipal {
    /// Reads the caller from request headers; `None` if the request is anonymous.
    ///
    /// A request is anonymous if it has neither `X-MS-CLIENT-PRINCIPAL` nor a value of `-ID` or
    /// `-NAME`. On Static Web Apps it is anonymous as well if the caller has no role but `anonymous`
    /// (Microsoft Learn: "Accessing user information in Azure Static Web Apps"), or if its ID is
    /// `anonymous` and there is no principal: what a linked backend gets for a visitor who has not
    /// signed in (Azure/static-web-apps#998).
    ///
    /// # Errors
    ///
    /// [`PrincipalError`] if a header is malformed, or if two of them contradict each other in a way
    /// that no platform writes. Malformed is never anonymous: answer such a request with an error.
    pub fn from_headers(
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<Option<Self>, PrincipalError> {
        let id = headers::utf8_value(headers, headers::CLIENT_PRINCIPAL_ID)?;
        let name = headers::utf8_value(headers, headers::CLIENT_PRINCIPAL_NAME)?;
        let front_end = headers::ascii_value(headers, headers::CLIENT_PRINCIPAL_IDP)
            .map_err(|kind| HeaderError::new(headers::CLIENT_PRINCIPAL_IDP, kind))?
            .filter(|name| !name.is_empty())
            .map(IdentityProvider::new);
        let value = headers::ascii_value(headers, headers::CLIENT_PRINCIPAL)
            .map_err(|kind| HeaderError::new(headers::CLIENT_PRINCIPAL, kind))?;
        let principal = match value {
            Some(value) => Self::parse(value)?,
            None if id.is_some() || name.is_some() => {
                Self::without_object(front_end.clone().unwrap_or(IdentityProvider::UNKNOWN))
            }
            None => return Ok(None),
        };
        let principal = Self { id, name, front_end, ..principal };
        if principal.is_anonymous() {
            return Ok(None);
        }
        contradiction::check_headers(&principal)?;
        Ok(Some(principal))
    }

    /// Decodes one value of `X-MS-CLIENT-PRINCIPAL`: base64 (standard or URL alphabet, padded or not)
    /// of a JSON object in UTF-8.
    ///
    /// Claims whose type or value is null are left out, as the platform's own host does; empty ones
    /// stay. A value that is not a string is kept as it is written in JSON: a number, a boolean, an
    /// object, a list. Members that this crate does not know are ignored.
    ///
    /// On Static Web Apps a principal can say that the request is anonymous:
    /// see [`is_anonymous`](Self::is_anonymous).
    ///
    /// # Errors
    ///
    /// [`PrincipalError`] says what is wrong and where.
    pub fn parse(header_value: &str) -> Result<Self, PrincipalError> {
        let value = header_value.trim_ascii();
        if value.is_empty() {
            return Err(PrincipalError::Empty);
        }
        if value.len() > headers::MAX_HEADER_LEN {
            let kind = headers::HeaderErrorKind::TooLong { length: value.len() };
            return Err(HeaderError::new(headers::CLIENT_PRINCIPAL, kind).into());
        }
        let json = base64::decode_header(value)
            .map_err(|error| PrincipalError::Base64 { position: error.position })?;
        let text = String::from_utf8(json)
            .map_err(|error| PrincipalError::Utf8 { position: error.utf8_error().valid_up_to() })?;
        parse::principal(&text)
    }

    /// A principal of these headers alone.
    pub(super) fn without_object(provider: IdentityProvider) -> Self {
        Self {
            provider,
            format: PrincipalFormat::HeadersOnly,
            text: String::new(),
            claims: Vec::new(),
            name_type: None,
            role_type: None,
            user_id: None,
            user_details: None,
            user_roles: Vec::new(),
            id: None,
            name: None,
            front_end: None,
            of_token: None,
        }
    }

    /// Returns `true` if this describes a visitor of a Static Web App who has not signed in.
    /// [`from_headers`](Self::from_headers) never returns such a principal.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        match self.format {
            PrincipalFormat::StaticWebApps => self.roles_of_visitor().all(|role| {
                let role = role.trim();
                role.is_empty() || role.eq_ignore_ascii_case(ANONYMOUS)
            }),
            PrincipalFormat::HeadersOnly => {
                let id = self.id.as_deref().or(self.name.as_deref()).unwrap_or_default();
                let front_end = self.front_end.as_ref();
                id.eq_ignore_ascii_case(ANONYMOUS)
                    && front_end.is_none_or(|own| *own == IdentityProvider::STATIC_WEB_APPS)
            }
            PrincipalFormat::AppService | PrincipalFormat::Token => false,
        }
    }
}
