//! The body of a response that may be a rejection.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// The body of the inner service, or that of a rejection.
#[derive(Debug, Clone)]
pub struct RejectionBody<B>(Kind<B>);

#[derive(Debug, Clone)]
enum Kind<B> {
    Inner(B),
    Rejection(Option<Bytes>),
}

impl<B> RejectionBody<B> {
    pub(super) fn inner(body: B) -> Self {
        Self(Kind::Inner(body))
    }
}

impl<B> From<String> for RejectionBody<B> {
    fn from(body: String) -> Self {
        Self(Kind::Rejection((!body.is_empty()).then(|| body.into())))
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for RejectionBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match &mut self.get_mut().0 {
            Kind::Inner(body) => Pin::new(body).poll_frame(context),
            Kind::Rejection(body) => Poll::Ready(body.take().map(|bytes| Ok(Frame::data(bytes)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Inner(body) => body.is_end_stream(),
            Kind::Rejection(body) => body.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Inner(body) => body.size_hint(),
            Kind::Rejection(body) => {
                let length = body.as_ref().map_or(0, Bytes::len);
                SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
            }
        }
    }
}
