//! Challenges of a protected resource.

use http::StatusCode;

use super::ProtectedResource;
use crate::{challenge::Challenge, rejection::response::Rejection};

impl Challenge {
    /// Adds what a client needs to get a better token: `resource_metadata` (RFC 9728 section 5.1), and
    /// scopes in the form that clients must request.
    ///
    /// A 401 response that names no scope gets all scopes of the resource.
    ///
    /// ```
    /// use easyauth::{Challenge, ProtectedResource};
    ///
    /// let tenant = "b811a652-39e6-4a0c-b563-4279a1dd5012";
    /// let client_id = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
    /// let resource = ProtectedResource::entra("https://mcp.contoso.com/mcp", tenant, client_id)?
    ///     .scopes(["Tools.Call"])?;
    /// assert_eq!(
    ///     Challenge::no_token().with_resource(&resource).www_authenticate().unwrap(),
    ///     "Bearer scope=\"api://6e74172b-be56-4843-9ff4-e66a39bb12e3/Tools.Call\", \
    ///      resource_metadata=\"https://mcp.contoso.com/.well-known/oauth-protected-resource/mcp\"",
    /// );
    /// # Ok::<(), easyauth::ProtectedResourceError>(())
    /// ```
    #[must_use]
    pub fn with_resource(self, resource: &ProtectedResource) -> Self {
        let scopes: Vec<String> = match self.parameter("scope") {
            Some(scopes) => scopes.split(' ').map(|scope| resource.full_scope(scope)).collect(),
            None if self.wants_token() => resource.scopes_supported().map(str::to_owned).collect(),
            None => Vec::new(),
        };
        self.with_scopes(&scopes)
            .with_parameter("resource_metadata", resource.metadata_uri().to_owned())
    }

    /// Returns `true` if a token is missing or invalid. A claims challenge is not about scopes.
    fn wants_token(&self) -> bool {
        self.status() == StatusCode::UNAUTHORIZED
            && matches!(self.error_code(), None | Some("invalid_token"))
    }
}

impl Rejection {
    /// Adds the metadata of the resource to the challenge, if there is one: see
    /// [`Challenge::with_resource`].
    ///
    /// Layers and extractors do this for the rejections that they make, and `EasyAuthLayer` for those of
    /// handlers inside it. Elsewhere, a handler does it for the rejections that it makes: with extractors
    /// alone, and on actix-web.
    ///
    /// ```
    /// # #[cfg(feature = "verify")] {
    /// use easyauth::{ProtectedResource, Rejection, Requirement, verify::VerifiedToken};
    ///
    /// fn may_send(token: &VerifiedToken, resource: &ProtectedResource) -> Result<(), Rejection> {
    ///     let denied = |denied| Rejection::from(denied).with_resource(resource);
    ///     token.authorize(&Requirement::scope("Mail.Send")).map_err(denied)
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn with_resource(self, resource: &ProtectedResource) -> Self {
        self.map_challenge(|challenge| challenge.with_resource(resource))
    }

    /// Like [`with_resource`](Self::with_resource), unless the challenge names a resource already.
    #[cfg(feature = "tower")]
    pub(crate) fn or_with_resource(self, resource: &ProtectedResource) -> Self {
        self.map_challenge(|challenge| match challenge.parameter("resource_metadata") {
            Some(_) => challenge,
            None => challenge.with_resource(resource),
        })
    }
}
