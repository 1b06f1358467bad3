//! Settings at Azure Resource Manager: where they are, what to send, and the answers.

mod answer;
mod request;
mod request_error;
mod site_id;

pub use answer::{ArmError, ArmErrorKind, MAX_ARM_ERROR_LEN};
pub use request::{APP_SERVICE_API_VERSION, ArmRequests, CONTAINER_APPS_API_VERSION};
pub use request_error::{ArmRequestError, ArmRequestErrorKind};
pub use site_id::{MAX_SITE_ID_LEN, SiteId, SiteIdError};
