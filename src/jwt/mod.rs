//! JSON Web Tokens: decoded strictly, and read with every quirk of Microsoft Entra.

mod agent;
mod caller;
mod compact;
mod content;
mod error;
mod header;
mod token;

pub use agent::{Actor, Agent, AgentMode};
pub use caller::{Caller, Groups};
#[cfg(feature = "verify")]
pub(crate) use compact::{Segments, bytes, text};
pub use error::{ClaimsError, DecodeError, DecodeErrorKind, Segment};
pub use header::TokenHeader;
pub(crate) use token::SIGN_IN_CLAIMS;
#[cfg(feature = "verify")]
pub(crate) use token::TimeForm;
pub use token::{Token, Unverified, UnverifiedToken};
#[cfg(feature = "verify")]
pub use token::{Verified, VerifiedId};

/// The longest token that is read, in bytes: the default of Microsoft's own token library
/// (`TokenValidationParameters.DefaultMaximumTokenSizeInBytes`, 250 KiB).
pub const MAX_TOKEN_LEN: usize = 250 * 1024;
