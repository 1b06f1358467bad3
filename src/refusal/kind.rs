//! Why a request may not pass.

use http::StatusCode;

use crate::kinds::kinds;

kinds! {
    /// Why a request may not pass.
    pub enum RefusalKind;
    /// A sentence for people, which repeats nothing that came with the request.
    pub fn detail;

    /// Nobody is signed in: 401, or 302 to the sign-in page.
    NotSignedIn = "not-signed-in", "nobody is signed in";
    /// A browser came back from sign-in, and the platform still does not say who it is: 401, with a page
    /// that has a link to sign in.
    SignInIncomplete = "sign-in-incomplete", "the sign-in did not complete";
    /// The identity or token headers are not what the platform writes: 400.
    MalformedIdentity = "malformed-identity", "the identity headers are malformed";
    /// No bearer token came along: 401.
    NoToken = "no-token", "there is no bearer token";
    /// The header `Authorization` is not one bearer token: 400.
    MalformedAuthorization = "malformed-authorization", "the header Authorization is malformed";
    /// The bearer token, or the ID token that should confirm the caller, does not verify: 401.
    InvalidToken = "invalid-token", "the token is not valid";
    /// There are no keys to verify anything with, for now: 503.
    KeysUnavailable = "keys-unavailable", "tokens cannot be verified for now";
    /// Nothing came along that could confirm the identity headers, or the ID token that came has
    /// expired: 401, or 302 to the sign-in page.
    NotConfirmed = "not-confirmed", "no token confirms the identity headers";
    /// The identity headers are of one caller and the token is of another: 400.
    Mismatch = "mismatch", "the identity headers and the token are not of the same caller";
    /// The caller may not do this: 403.
    Forbidden = "forbidden", "the caller may not do this";
    /// The service lacks what it should have set up, such as a verifier: 500.
    Misconfigured = "misconfigured", "the service is not set up";
}

impl RefusalKind {
    /// The status of this kind.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NotSignedIn
            | Self::SignInIncomplete
            | Self::NoToken
            | Self::InvalidToken
            | Self::NotConfirmed => StatusCode::UNAUTHORIZED,
            Self::MalformedIdentity | Self::MalformedAuthorization | Self::Mismatch => {
                StatusCode::BAD_REQUEST
            }
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::KeysUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Misconfigured => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
