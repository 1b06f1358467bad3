//! What is missing in the setup of a service, or of the platform in front of it.

use crate::{kinds::kinds, platform::NoEasyAuth};

kinds! {
    /// What is missing in the setup.
    pub enum SetupErrorKind of SetupError;
    fn message as Display;

    /// Neither a layer nor a [`Platform`](crate::Platform) says whether identity headers can be trusted.
    MissingPlatform = "missing-platform", "nothing says whether identity headers can be trusted";
    /// `EasyAuthLayer` is missing, or is inside the layer or extractor that needs it.
    MissingLayer = "missing-layer", "no EasyAuthLayer handled the request before this";
    /// A permission is required, but nothing verifies bearer tokens.
    MissingVerifier = "missing-verifier", "nothing verifies bearer tokens";
    /// Calls of MCP tools are checked, but nothing says what each tool requires.
    MissingPolicy = "missing-policy", "nothing says what each tool requires";
    /// A client calls an MCP tool for which the policy has no rule. This is a 403: a client can send any name.
    MissingRule = "missing-rule", "the policy has no rule for the called tool";
    /// The data of an actix-web application has a value in both of its forms, so it is undecided which one
    /// is meant for this scope.
    AmbiguousData = "ambiguous-data", "app_data has a type both directly and in web::Data; use one form";
    /// A confirmed caller is required, but nothing confirms callers.
    MissingConfirmation = "missing-confirmation", "nothing confirms callers";
    /// A caller or a sign-in is required, but identity headers are not trusted, and no token confirms them. The
    /// source says why the headers are not trusted.
    UntrustedPlatform = "untrusted-platform", "identity headers are not trusted, and no token confirms them";
    /// The platform sent identity headers without the ID token that could confirm them.
    MissingIdToken = "missing-id-token", "the identity headers came without an ID token";
    /// The request has identity headers, but not the bearer token that could confirm them.
    MissingBearer = "missing-bearer", "the identity headers came without a bearer token";
    /// A browser was already sent to sign in, but the platform sends no identity headers
    /// (azure-container-apps#1815).
    MissingIdentity = "missing-identity", "the browser was already sent to sign in, and the request has no identity headers";
}

/// What is missing in the setup of a service or of the platform in front of it, and the call or setting
/// that adds it. It is the [source](std::error::Error::source) of a [`Rejection`](crate::Rejection), for the log. It
/// contains no value of a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {remedy}")]
pub struct SetupError {
    kind: SetupErrorKind,
    remedy: &'static str,
    #[source]
    platform: Option<NoEasyAuth>,
}

impl SetupError {
    pub(crate) const fn new(kind: SetupErrorKind, remedy: &'static str) -> Self {
        Self { kind, remedy, platform: None }
    }

    /// The platform is not trusted, for this reason.
    #[cfg(any(feature = "axum", feature = "tower", feature = "actix-web"))]
    pub(crate) const fn untrusted(platform: NoEasyAuth, remedy: &'static str) -> Self {
        Self { kind: SetupErrorKind::UntrustedPlatform, remedy, platform: Some(platform) }
    }

    pub(super) const fn missing_identity() -> Self {
        Self::new(
            SetupErrorKind::MissingIdentity,
            "check that authentication is on and its sidecar healthy, and that the browser accepts \
             its cookie",
        )
    }
}
