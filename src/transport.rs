//! The error of HTTP clients, which fetch keys and exchange tokens.

use std::{error::Error, fmt, sync::Arc};

/// A request was not sent, or had no usable response; or the source of a client credential failed.
///
/// Transparent: its message and its source are those of the wrapped error. Cheap to clone, because everyone
/// who waited for the request gets it.
#[derive(Clone, thiserror::Error)]
#[error(transparent)]
pub struct TransportError(Arc<dyn Error + Send + Sync>);

impl TransportError {
    /// Wraps the error of an HTTP library, or a string.
    #[must_use]
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::from(error.into()))
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
