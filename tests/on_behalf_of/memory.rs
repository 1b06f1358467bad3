//! Memory stays flat, however many tokens are exchanged.

use allocation_counter::measure;
use easyauth::{
    TransportError,
    exchange::{OnBehalfOf, Transport},
};
use http::{Request, Response};

use crate::support::*;

const EXCHANGES: u64 = 100_000;

/// Responds to everything with the same token, and takes two polls.
#[derive(Clone)]
struct Quick;

impl Transport for Quick {
    async fn send(&self, _: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, TransportError> {
        tokio::task::yield_now().await;
        let body = br#"{"token_type":"Bearer","expires_in":3599,"access_token":"token"}"#;
        Ok(Response::new(body.to_vec()))
    }
}

/// One caller after the other. Every tenth hangs up.
fn exchange(on_behalf_of: &OnBehalfOf, numbers: std::ops::Range<u64>) {
    for number in numbers {
        let bearer = jwt(&format!(r#"{{"aud":"{CLIENT}","scp":"a","uti":"{number}"}}"#));
        let (on_behalf_of, now) = (on_behalf_of.clone(), at(NOW + number / 50));
        let mut task =
            Task::new(
                async move { on_behalf_of.token(&bearer, READ, &Quick, now).await.map(drop) },
            );
        assert!(task.step().is_none());
        if number % 10 != 0 {
            task.step().expect("a token").unwrap();
        }
    }
}

#[test]
fn memory_is_flat_over_100_000_exchanges() {
    let on_behalf_of = on_behalf_of().with_max_tokens(100);
    exchange(&on_behalf_of, 0..1_000);
    let used = measure(|| exchange(&on_behalf_of, 1_000..1_000 + EXCHANGES));
    assert_eq!(on_behalf_of.cached_tokens(), 100);
    assert!(used.bytes_current.abs() < 16 * 1024, "{} bytes stay", used.bytes_current);
    assert!(used.bytes_max < 64 * 1024, "{} bytes at most", used.bytes_max);
}
