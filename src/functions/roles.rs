//! The function that assigns roles to users of Static Web Apps.

use std::fmt::{self, Write as _};

use serde_json::json;

use crate::{
    json::{JsonError, Kind, Reader},
    principal::{EasyAuthPrincipal, PrincipalError, me::principal_of},
    tokens::AccessToken,
};

/// The longest body that is read, in bytes: one token within the limit of Microsoft's own token library
/// (250 KiB, `DefaultMaximumTokenSizeInBytes`), and claims.
pub const MAX_ROLES_REQUEST_LEN: usize = 512 * 1024;

/// The body that Static Web Apps POST to the function in `rolesSource` of `staticwebapp.config.json`,
/// after each sign-in with a custom provider. It has the user, the claims, and the access token if the
/// sign-in requested one (Static Web Apps docs, "Assign custom roles with a function and Microsoft
/// Graph"; staticwebdev/roles-function).
///
/// **The platform calls this function without a credential.** Any client that can reach its route can
/// send any body, and gets the roles for it. That grants nothing: a session has only the roles that the
/// platform itself requested. So return no secrets, and change nothing in this function. A backend that
/// is not part of the static web app gets an empty body (Azure/static-web-apps#998,
/// staticwebdev/roles-function#8).
///
/// ```
/// use easyauth::functions::{RolesRequest, roles_response};
///
/// let body = br#"{"identityProvider":"aad","userId":"7","userDetails":"ana@contoso.example",
///     "claims":[{"typ":"groups","val":"00000003-0000-4000-8000-000000000003"}],"accessToken":"eyJ..."}"#;
/// let request = RolesRequest::parse(body)?;
/// let admins = "00000003-0000-4000-8000-000000000003";
/// let is_admin = request.user().claim_values("groups").any(|group| group == admins);
/// assert_eq!(roles_response(is_admin.then_some("admin")), r#"{"roles":["admin"]}"#);
/// # Ok::<(), easyauth::functions::RolesRequestError>(())
/// ```
pub struct RolesRequest {
    user: EasyAuthPrincipal,
    access_token: Option<AccessToken>,
}

impl RolesRequest {
    /// Reads the body.
    ///
    /// # Errors
    ///
    /// [`RolesRequestError`] if the body is empty, not such an object, or has a duplicate member.
    pub fn parse(body: &[u8]) -> Result<Self, RolesRequestError> {
        if body.len() > MAX_ROLES_REQUEST_LEN {
            return Err(RolesRequestError::TooLong { length: body.len() });
        }
        if body.trim_ascii().is_empty() {
            return Err(RolesRequestError::Empty);
        }
        let body = std::str::from_utf8(body)
            .map_err(|error| RolesRequestError::Json { position: error.valid_up_to() })?;
        let mut json = Reader::new(body);
        if json.kind()? != Kind::Object {
            json.skip()?;
            json.end()?;
            return Err(PrincipalError::NotAnObject.into());
        }
        // The user is parsed from a separate document, without the token.
        let mut user = String::from("{");
        let mut access_token = None;
        json.object(|json, name| -> Result<(), RolesRequestError> {
            let known = MEMBERS.iter().find(|own| **own == json.str(name));
            if let Some(name) = known {
                let separator = if user.len() > 1 { "," } else { "" };
                // Writing to a string cannot fail.
                let _ = write!(user, "{separator}\"{name}\":{}", json.skip()?);
                Ok(())
            } else if json.str(name) == ACCESS_TOKEN {
                match access_token.replace(token(json)?) {
                    None => Ok(()),
                    Some(_) => Err(PrincipalError::DuplicateMember { member: ACCESS_TOKEN }.into()),
                }
            } else {
                Ok(json.skip().map(drop)?)
            }
        })?;
        json.end()?;
        user.push('}');
        Ok(Self { user: principal_of(&user)?, access_token: access_token.flatten() })
    }

    /// The user who signs in, with the claims of the provider. The platform has not assigned roles yet.
    /// [`roles`](EasyAuthPrincipal::roles) returns only role claims of the provider, if there are any.
    #[must_use]
    pub fn user(&self) -> &EasyAuthPrincipal {
        &self.user
    }

    /// The access token of the provider, if the sign-in requested one (`scope` in `loginParameters`).
    #[must_use]
    pub fn access_token(&self) -> Option<&AccessToken> {
        self.access_token.as_ref()
    }
}

/// The members that describe the user.
const MEMBERS: [&str; 4] = ["identityProvider", "userId", "userDetails", "claims"];
const ACCESS_TOKEN: &str = "accessToken";

/// `null` and the empty string mean that there is no token.
fn token(json: &mut Reader<'_>) -> Result<Option<AccessToken>, RolesRequestError> {
    match json.kind()? {
        Kind::Null => Ok(json.skip().map(|_| None)?),
        Kind::String => Ok(Some(json.secret()?).filter(|token| !token.is_empty()).map(Into::into)),
        _ => Err(PrincipalError::InvalidMember { member: ACCESS_TOKEN }.into()),
    }
}

/// Prints the `Debug` forms of the user and the token.
impl fmt::Debug for RolesRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RolesRequest")
            .field("user", &self.user)
            .field("access_token", &self.access_token)
            .finish_non_exhaustive()
    }
}

/// The response body for a [`RolesRequest`]: `{"roles":["admin"]}`. Send it with the status 200 and the
/// content type `application/json`. The platform adds `anonymous` and `authenticated`.
pub fn roles_response<R: AsRef<str>>(roles: impl IntoIterator<Item = R>) -> String {
    let roles: Vec<String> = roles.into_iter().map(|role| role.as_ref().to_owned()).collect();
    json!({"roles": roles}).to_string()
}

/// An invalid body. Says where it is invalid, never with which content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RolesRequestError {
    /// The body is longer than [`MAX_ROLES_REQUEST_LEN`].
    #[error("the body is {length} bytes long, over the limit of {MAX_ROLES_REQUEST_LEN}")]
    TooLong {
        /// The length of the body in bytes.
        length: usize,
    },
    /// The body is empty. A backend that is not part of the static web app gets an empty body.
    #[error("the body is empty: host the roles function in the API of the static web app")]
    Empty,
    /// The body is not JSON in UTF-8.
    #[error("the body is not JSON at byte {position}")]
    Json {
        /// The offset in the body.
        position: usize,
    },
    /// The user inside the body cannot be read.
    #[error("the user in the body cannot be read")]
    User(#[source] PrincipalError),
}

impl From<JsonError> for RolesRequestError {
    fn from(error: JsonError) -> Self {
        Self::Json { position: error.position }
    }
}

impl From<PrincipalError> for RolesRequestError {
    fn from(error: PrincipalError) -> Self {
        Self::User(error)
    }
}
