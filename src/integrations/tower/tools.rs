//! The layer that checks which MCP tool a request calls.

use std::{future::poll_fn, pin::pin, sync::Arc};

use bytes::Bytes;
use http::{Request, Response, request::Parts};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use super::{
    Answer, Guard, GuardedService, RejectionBody, is_grpc, refuse,
    require::{missing_layer, missing_verifier},
    take_ready,
};
use crate::{
    integrations::{Identity, decision},
    mcp::ToolPolicy,
    rejection::Rejection,
    tool_call::{MAX_BODY_LEN, ToolCallError, ToolCallErrorKind, check_headers, has_no_message},
};

/// Rejects calls of MCP tools that the caller's token does not permit: see [`ToolPolicy`]. Put it around
/// the MCP server, inside [`EasyAuthLayer`](super::EasyAuthLayer), which must
/// [`verify`](super::EasyAuthLayer::verify) tokens; otherwise every request is rejected with 500.
///
/// It reads the body of each request, up to [`MAX_BODY_LEN`], and passes on the same bytes.
///
/// Messages that call no tool are allowed, so put a [`RequireLayer`](super::RequireLayer) outside of it. Requests
/// with an encoded body are rejected, and so are those that upgrade the connection, such as a WebSocket: see
/// [`ToolCallErrorKind`].
///
/// ```
/// # #[cfg(feature = "axum")] {
/// use axum::{Router, routing::post};
/// use easyauth::{Requirement, integrations::{RequireLayer, RequireToolLayer}, mcp::ToolPolicy};
///
/// let send = Requirement::all_scopes(["Mail.Read", "Mail.Send"]);
/// let policy = ToolPolicy::new().tool("send_mail", send);
/// let router: Router = Router::new()
///     .route("/mcp", post(|| async { "the MCP server" }))
///     .layer(RequireToolLayer::new(policy))
///     .layer(RequireLayer::permission(Requirement::scope("Mail.Read")));
/// // and outside of it the EasyAuthLayer
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct RequireToolLayer(Arc<ToolPolicy>);

impl RequireToolLayer {
    /// Checks each call by this policy.
    #[must_use]
    pub fn new(policy: ToolPolicy) -> Self {
        Self(Arc::new(policy))
    }
}

impl<S> Layer<S> for RequireToolLayer {
    type Service = GuardedService<Self, S>;

    fn layer(&self, inner: S) -> GuardedService<Self, S> {
        GuardedService::new(self.clone(), inner)
    }
}

impl<A: Body<Data = Bytes> + From<Bytes> + Send + 'static> Guard<A> for RequireToolLayer {
    fn handle<S, B>(&self, inner: &mut S, request: Request<A>) -> Answer<B, S::Error>
    where
        S: Service<Request<A>, Response = Response<B>> + Clone + Send + 'static,
        S::Future: Send,
        S::Error: Send,
        B: Body<Data = Bytes> + Unpin + Send + 'static,
    {
        let mut inner = take_ready(inner);
        let policy = Arc::clone(&self.0);
        Box::pin(async move {
            let request = match check(&policy, request).await {
                Ok(request) => request,
                Err((rejection, parts)) => return Ok(refuse(&rejection, is_grpc(&parts.headers))),
            };
            Ok(inner.call(request).await?.map(RejectionBody::inner))
        })
    }
}

/// Returns the same request, with the body that was read.
async fn check<A: Body<Data = Bytes> + From<Bytes>>(
    policy: &ToolPolicy,
    request: Request<A>,
) -> Result<Request<A>, (Rejection, Parts)> {
    let (parts, body) = request.into_parts();
    let auth = match parts.extensions.get::<Identity>() {
        None => return Err((missing_layer(), parts)),
        Some(identity) => identity.bearer().cloned().zip(Some(identity.clone())),
    };
    let Some((auth, identity)) = auth else { return Err((missing_verifier(), parts)) };
    if let Err(error) = check_headers(parts.method.as_str(), &parts.headers) {
        return Err((error.into(), parts));
    }
    let body = match read(body).await {
        Ok(body) => body,
        Err(error) => return Err((error.into(), parts)),
    };
    if has_no_message(parts.method.as_str(), &body) {
        return Ok(Request::from_parts(parts, body.into()));
    }
    match decision::check_tool(policy, &body, identity.token()) {
        Ok(()) => Ok(Request::from_parts(parts, body.into())),
        Err(rejection) => Err((auth.named(rejection), parts)),
    }
}

async fn read(body: impl Body<Data = Bytes>) -> Result<Bytes, ToolCallError> {
    let mut body = pin!(body);
    let mut read = Vec::new();
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        // The connection broke.
        let Ok(frame) = frame else { return Err(ToolCallErrorKind::InvalidJson.error()) };
        let Ok(data) = frame.into_data() else { continue };
        if data.len() > MAX_BODY_LEN.saturating_sub(read.len()) {
            return Err(ToolCallErrorKind::TooLong.error());
        }
        read.extend_from_slice(&data);
    }
    Ok(read.into())
}
