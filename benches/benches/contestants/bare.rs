//! The frameworks without authentication.

use axum::{Router, routing::get};

use super::{PATH, actix};

pub(crate) fn axum() -> Router {
    Router::new().route(PATH, get(|| async { "your files" }))
}

pub(crate) fn actix() -> actix::Service {
    actix::service(|| async { "your files" }, |_| {})
}
