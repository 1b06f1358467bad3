//! Tokens for other APIs: requests to Microsoft Entra's token endpoint, and its responses.
//!
//! A sign-in provides an access token for one API. A service that calls a second API has two ways to get a
//! token for it:
//!
//! - **On-behalf-of flow**: exchange the access token that a client sent to *your* API for a token of the
//!   same user for another API ([`TokenRequest::on_behalf_of`]). The diagnosis of such a token recommends
//!   this: [`Fix::ExchangeOnBehalfOf`](crate::access::Fix::ExchangeOnBehalfOf).
//! - **Refresh token** of the platform's token store, `X-MS-TOKEN-AAD-REFRESH-TOKEN`
//!   ([`TokenRequest::refresh`]). The platform sends it if the sign-in requested `offline_access`.
//!
//! Both need the credential of the app registration that users sign in to. Requests and responses are
//! values, so you can send them with any HTTP client. Nothing is cached here: keep the response for this
//! user until shortly before it expires.
//!
//! ```
//! # use std::time::UNIX_EPOCH;
//! # use easyauth::AccessToken;
//! # let bearer = AccessToken::new(
//! #     "e30.eyJhdWQiOiI4YjNmNGQyYS01YzZlLTRmN2EtOWIwYy0xZDJlM2Y0YTViNmMiLCJzY3AiOiJhIn0.c2ln",
//! # );
//! # let (status, body) = (http::StatusCode::OK, br#"{"token_type":"Bearer","access_token":"eyJ..."}"#);
//! # let now = UNIX_EPOCH;
//! use easyauth::{
//!     exchange::{ClientCredential, TokenEndpoint, TokenRequest, TokenResponse},
//!     resource::ARM,
//! };
//!
//! let endpoint = TokenEndpoint::entra("b811a652-39e6-4a0c-b563-4279a1dd5012")?;
//! let credential = ClientCredential::secret("value of the client secret");
//! let request = TokenRequest::on_behalf_of(&bearer)
//!     .client("8b3f4d2a-5c6e-4f7a-9b0c-1d2e3f4a5b6c", &credential)
//!     .scope(ARM.scope("user_impersonation"))
//!     .build(&endpoint)?;
//! assert_eq!(
//!     request.uri(),
//!     "https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/oauth2/v2.0/token",
//! );
//!
//! // Send it, then:
//! let response = TokenResponse::parse(status, body)?;
//! let bearer_for_arm = response.access_token().to_bearer()?;
//! let keep_until = response.expires_at(now);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod credential;
mod endpoint;
mod error;
#[cfg(feature = "verify")]
mod on_behalf_of;
mod request;
mod request_error;
mod response;

pub use credential::ClientCredential;
pub use endpoint::{InvalidTokenEndpoint, TokenEndpoint};
pub use error::{MAX_TOKEN_ERROR_LEN, TokenError, TokenErrorKind};
#[cfg(feature = "verify")]
pub use on_behalf_of::{
    ClaimsChallenge, CredentialSource, IntoScopes, InvalidClaimsChallenge, MAX_CACHED_TOKENS,
    MAX_CLAIMS_CHALLENGE_LEN, OnBehalfOf, OnBehalfOfError, OnBehalfOfErrorKind, OnBehalfOfToken,
    REFRESH_BEFORE_EXPIRY, Transport, TransportBlocking,
};
pub use request::TokenRequest;
pub use request_error::{TokenRequestError, TokenRequestErrorKind};
pub use response::{MAX_TOKEN_RESPONSE_LEN, TokenResponse};
