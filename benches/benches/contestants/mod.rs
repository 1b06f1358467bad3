//! The services that `adapters` compares. Each answers `GET /files` for callers with the scope `User.Read`, or
//! with the role `Orders.Read`.

pub(crate) mod actix;
pub(crate) mod axum;
pub(crate) mod bare;
pub(crate) mod by_hand;
pub(crate) mod oauth_resource_server;
pub(crate) mod tower_oauth2;

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

pub(crate) const SCOPE: &str = "User.Read";
pub(crate) const ROLE: &str = "Orders.Read";
pub(crate) const PATH: &str = "/files";

/// The output of a future that does not wait.
pub(crate) fn now_or_never<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}
