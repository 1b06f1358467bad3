//! From request headers to a principal.

use super::{
    Content, EasyAuthPrincipal, PrincipalError, PrincipalErrorKind, PrincipalFormat, contradiction,
    parse,
};
use crate::{
    base64,
    headers::{self, HeaderError, HeaderSource},
    json::Text,
    kinds::Place,
    provider::IdentityProvider,
};

/// The role of every visitor of a Static Web App, and the ID of an anonymous visitor
/// (Azure/static-web-apps#998).
const ANONYMOUS: &str = "anonymous";

impl EasyAuthPrincipal {
    /// Reads the caller from request headers; `None` if the request is anonymous.
    ///
    /// A request is anonymous if it has neither `X-MS-CLIENT-PRINCIPAL` nor a value of `-ID` or `-NAME`. On
    /// Static Web Apps it is also anonymous if:
    ///
    /// - the caller has no role except `anonymous` (Microsoft Learn: "Accessing user information in Azure
    ///   Static Web Apps"), or
    /// - there is only an ID, and it is `anonymous`. A linked backend gets this for an anonymous visitor
    ///   (Azure/static-web-apps#998).
    ///
    /// # Errors
    ///
    /// [`PrincipalError`] if a header is malformed, or if two headers contradict each other in a way that no
    /// platform writes. Malformed headers are never treated as anonymous: reject such a request.
    pub fn from_headers(
        headers: &(impl HeaderSource + ?Sized),
    ) -> Result<Option<Self>, PrincipalError> {
        let id = headers::utf8_value(headers, headers::CLIENT_PRINCIPAL_ID)?;
        let name = headers::utf8_value(headers, headers::CLIENT_PRINCIPAL_NAME)?;
        let front_end = headers::ascii_value(headers, headers::CLIENT_PRINCIPAL_IDP)?
            .filter(|name| !name.is_empty())
            .map(IdentityProvider::new);
        let mut content = match headers::ascii_bytes(headers, headers::CLIENT_PRINCIPAL)? {
            Some(value) => decode(value, front_end.as_ref())?,
            None if id.is_some() || name.is_some() => {
                Content::of(front_end.clone().unwrap_or(IdentityProvider::UNKNOWN))
            }
            None => return Ok(None),
        };
        content.front_end = front_end;
        // Most of the room for decoded strings is left, so this does not allocate.
        content.id = id.and_then(|id| content.text.push(&id));
        content.name = name.and_then(|name| content.text.push(&name));
        let principal = Self::from(content);
        if principal.is_anonymous() {
            return Ok(None);
        }
        contradiction::check_headers(&principal)?;
        Ok(Some(principal))
    }

    /// Decodes one value of `X-MS-CLIENT-PRINCIPAL`: base64 (standard or URL alphabet, with or without padding)
    /// of a JSON object in UTF-8.
    ///
    /// Claims whose type or value is null are dropped, as by the platform's own host. Empty strings are kept.
    /// A value that is not a string is kept as written in JSON. Unknown members are ignored.
    ///
    /// On Static Web Apps a principal can describe an anonymous visitor: see
    /// [`is_anonymous`](Self::is_anonymous).
    ///
    /// # Errors
    ///
    /// [`PrincipalError`] if the value is malformed.
    pub fn parse(header_value: &str) -> Result<Self, PrincipalError> {
        decode(header_value.as_bytes(), None).map(Self::from)
    }

    /// Returns `true` if this describes an anonymous visitor of a Static Web App.
    /// [`from_headers`](Self::from_headers) never returns such a principal.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        match self.content.format {
            PrincipalFormat::StaticWebApps => self.roles_of_visitor().all(|role| {
                let role = role.trim();
                role.is_empty() || role.eq_ignore_ascii_case(ANONYMOUS)
            }),
            PrincipalFormat::HeadersOnly => {
                let id = self.at(self.content.id.or(self.content.name)).unwrap_or_default();
                let front_end = self.content.front_end.as_ref();
                id.eq_ignore_ascii_case(ANONYMOUS)
                    && front_end.is_none_or(|own| *own == IdentityProvider::STATIC_WEB_APPS)
            }
            PrincipalFormat::AppService | PrincipalFormat::Token => false,
        }
    }
}

fn decode(
    header_value: &[u8],
    front_end: Option<&IdentityProvider>,
) -> Result<Content, PrincipalError> {
    let value = header_value.trim_ascii();
    if value.is_empty() {
        return Err(PrincipalErrorKind::Empty.error());
    }
    if value.len() > headers::MAX_HEADER_LEN {
        return Err(HeaderError::too_long(headers::CLIENT_PRINCIPAL, value.len()).into());
    }
    let json = base64::decode_header(value).map_err(|error| {
        PrincipalError::new(PrincipalErrorKind::Base64, Place::Byte(error.position))
    })?;
    let json = String::from_utf8(json)
        .map_err(|error| error.utf8_error().valid_up_to())
        .map_err(|position| PrincipalError::new(PrincipalErrorKind::Utf8, Place::Byte(position)))?;
    parse::content(json, front_end)
}

impl Content {
    /// Only the provider is known.
    pub(super) fn of(provider: IdentityProvider) -> Self {
        Self {
            provider,
            format: PrincipalFormat::HeadersOnly,
            text: Text::default(),
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
}
