//! The middleware for actix-web that checks which MCP tool a request calls.

use actix_web::{
    Error, HttpMessage as _,
    body::{BodyStream, EitherBody, MessageBody, to_bytes_limited},
    dev::{Payload, ServiceRequest, ServiceResponse},
    middleware::Next,
};

use super::{
    actix_web::{app_data, bearer_auth, described, token},
    decision,
};
use crate::{
    mcp::ToolPolicy,
    rejection::{Rejection, SetupError, SetupErrorKind},
    tool_call::{MAX_BODY_LEN, ToolCallErrorKind, check_headers, has_no_message},
};

/// Rejects calls of MCP tools that the caller's token does not permit: middleware for
/// [`from_fn`](actix_web::middleware::from_fn). Wrap the MCP server in it. The data of the application has the
/// [`ToolPolicy`] and the [`BearerAuth`](crate::verify::BearerAuth); without one of them, the status is 500.
///
/// It reads the body of each request, up to [`MAX_BODY_LEN`], and passes on the same bytes. Messages that
/// call no tool are allowed, so the handler takes a [`RequireToken`](super::RequireToken) too. Requests with an
/// encoded body are rejected, and so are those that upgrade the connection, such as a WebSocket: see
/// [`ToolCallErrorKind`].
///
/// ```
/// use actix_web::{App, middleware::from_fn, web};
/// use easyauth::{Requirement, integrations::require_tool, mcp::ToolPolicy, verify::BearerAuth};
///
/// # fn set_up(auth: BearerAuth) {
/// let send = Requirement::all_scopes(["Mail.Read", "Mail.Send"]); // the handler requires Mail.Read
/// let policy = ToolPolicy::new().tool("send_mail", send);
/// let app = App::new()
///     .app_data(auth)
///     .app_data(web::Data::new(policy))
///     .service(web::scope("/mcp").wrap(from_fn(require_tool))); // with the MCP server in it
/// # }
/// ```
///
/// # Errors
///
/// Those of the inner service. A rejection is a response.
pub async fn require_tool<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    match check(&mut request).await {
        Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
        Err(rejection) => {
            let rejection = described(request.request(), rejection);
            Ok(request.error_response(rejection).map_into_right_body())
        }
    }
}

/// Checks the request, which has the same body afterwards.
async fn check(request: &mut ServiceRequest) -> Result<(), Rejection> {
    let auth = bearer_auth(request.request())?.clone();
    policy(request)?;
    check_headers(request.method().as_str(), request.headers())?;
    let token = token(request.request(), &auth).await?;
    let body = match to_bytes_limited(BodyStream::new(request.take_payload()), MAX_BODY_LEN).await {
        Ok(Ok(body)) => body,
        // The connection broke.
        Ok(Err(_)) => return Err(ToolCallErrorKind::InvalidJson.error().into()),
        Err(_) => return Err(ToolCallErrorKind::TooLong.error().into()),
    };
    if !has_no_message(request.method().as_str(), &body) {
        let checked = decision::check_tool(policy(request)?, &body, token.as_ref());
        checked.map_err(|rejection| auth.named(rejection))?;
    }
    request.set_payload(Payload::from(body));
    Ok(())
}

fn policy(request: &ServiceRequest) -> Result<&ToolPolicy, Rejection> {
    app_data::<ToolPolicy>(request.request())?.ok_or_else(|| {
        Rejection::misconfigured(SetupError::new(
            SetupErrorKind::MissingPolicy,
            "add .app_data(web::Data::new(tool_policy)) to the App",
        ))
    })
}
