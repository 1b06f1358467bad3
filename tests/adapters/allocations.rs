//! The allocations of a request with a bearer token.

use std::{
    convert::Infallible,
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use allocation_counter::measure;
use easyauth::{
    AccessToken,
    integrations::{EasyAuthLayer, RequireLayer},
    verify::BearerAuth,
};
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer as _, Service as _, service_fn};

use crate::{
    setup::{bearer_auth, platform},
    support::{Draft, KEYS, NOW, at, verifier},
};

fn now_or_never<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the request waits"),
    }
}

/// The limits are the measured counts. They do not depend on the length of the token.
#[test]
fn a_request_through_the_layers() {
    let token = Draft::access().sign();
    let bare = AccessToken::new(token.as_str());
    let verifier = verifier();
    let verify = || drop(verifier.verify(&bare, &*KEYS, at(NOW)).unwrap());
    verify();
    let verification = measure(verify).count_total;

    let layers = through_layers(bearer_auth(), &token);
    let remembered = through_layers(bearer_auth().remember(1), &token);
    assert!(verification <= 8, "{verification}");
    assert!(layers <= 17, "{layers}");
    assert!(remembered <= 9, "{remembered}");
}

/// The allocations of the second request with this token.
fn through_layers(auth: BearerAuth, token: &str) -> u64 {
    let handler = service_fn(|_: Request<()>| async {
        Ok::<_, Infallible>(Response::new(Full::<bytes::Bytes>::default()))
    });
    let inner = RequireLayer::scope("Files.Read").layer(handler);
    let mut service = EasyAuthLayer::new(platform()).verify(auth).layer(inner);
    let request = || {
        let request = Request::get("/files").header("authorization", format!("Bearer {token}"));
        request.body(()).unwrap()
    };
    let mut call = |request| {
        let response = now_or_never(service.call(request)).unwrap();
        assert_eq!(response.status(), 200);
    };
    call(request());
    let prepared = request();
    measure(|| call(prepared)).count_total
}
