//! The settings of Easy Auth.

mod login_parameters;

pub use login_parameters::{LoginParameters, LoginParametersBuilder, LoginParametersError};
