//! The function that assigns roles to users of Static Web Apps.

use std::fmt::Write as _;

use serde_json::json;

use super::error::{RolesRequestError, RolesRequestErrorKind};
use crate::{
    json::{JsonError, Once, secret, whole_object},
    kinds::Place,
    principal::{EasyAuthPrincipal, parse},
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
#[derive(Debug)]
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
            let place = Place::Length { limit: MAX_ROLES_REQUEST_LEN, found: body.len() };
            return Err(RolesRequestError::new(RolesRequestErrorKind::TooLong, place));
        }
        if body.trim_ascii().is_empty() {
            return Err(RolesRequestError::new(RolesRequestErrorKind::Empty, Place::Nowhere));
        }
        let body = std::str::from_utf8(body)
            .map_err(|error| JsonError { position: error.valid_up_to() })?;
        // The user is parsed from a separate document, without the token.
        let mut user = String::from("{");
        let mut access_token = Once::default();
        whole_object(body, |json, name| -> Result<(), RolesRequestError> {
            if let Some(name) = MEMBERS.iter().find(|own| **own == json.str(name)) {
                let separator = if user.len() > 1 { "," } else { "" };
                // Writing to a string cannot fail.
                let _ = write!(user, "{separator}\"{name}\":{}", json.skip()?);
            } else if json.str(name) == "accessToken" {
                access_token.read(json, "accessToken", secret)?;
            } else {
                json.skip()?;
            }
            Ok(())
        })?;
        user.push('}');
        let access_token = access_token.into_value().map(AccessToken::wrap);
        Ok(Self { user: parse::principal(user).map_err(RolesRequestError::user)?, access_token })
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

/// The response body for a [`RolesRequest`]: `{"roles":["admin"]}`. Send it with the status 200 and the
/// content type `application/json`. The platform adds `anonymous` and `authenticated`.
pub fn roles_response<R: AsRef<str>>(roles: impl IntoIterator<Item = R>) -> String {
    let roles: Vec<String> = roles.into_iter().map(|role| role.as_ref().to_owned()).collect();
    json!({"roles": roles}).to_string()
}
