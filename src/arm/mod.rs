//! The settings of a site at Azure Resource Manager: the requests that read and replace them, and the errors
//! that it answers.
//!
//! A [`SiteId`](crate::settings::SiteId) says where they are. Its
//! [`get_auth_settings`](crate::settings::SiteId::get_auth_settings) and
//! [`put_auth_settings`](crate::settings::SiteId::put_auth_settings) build the usual requests, and
//! [`ArmRequests`] those for other clouds and api-versions.

mod answer;
mod request;
mod request_error;

pub use answer::{ArmError, ArmErrorKind, MAX_ARM_ERROR_LEN};
pub use request::{APP_SERVICE_API_VERSION, ArmRequests, CONTAINER_APPS_API_VERSION};
pub use request_error::{ArmRequestError, ArmRequestErrorKind};
