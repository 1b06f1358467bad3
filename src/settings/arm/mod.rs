//! Settings at Azure Resource Manager: where they are, what to send, and the answers.

mod answer;
mod request;
mod request_error;

pub use answer::{ArmError, ArmErrorKind, MAX_ARM_ERROR_LEN};
pub use request::{APP_SERVICE_API_VERSION, ArmRequests, CONTAINER_APPS_API_VERSION};
pub use request_error::{ArmRequestError, ArmRequestErrorKind};
