//! The service: one address, for programs and for browsers.

use std::{error::Error as _, sync::Arc, time::SystemTime};

use axum::{
    Extension, Router,
    extract::State,
    middleware::map_response_with_state,
    response::{IntoResponse as _, Response},
    routing::get,
};
use easyauth::{
    Challenge, EasyAuthPrincipal, IdentityProvider, Platform, ProviderTokens, Rejection,
    Requirement, endpoints::EndpointError, rejection::LoginRedirect, resource::Resource,
};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER, VARY,
        WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
    },
};

use super::{
    accept::prefers_html,
    arm::Arm,
    html, json,
    visit::{Closed, Contents, Outcome, Visit, is_of_static_web_app},
};

/// The address of the function: `route` in `function.json`, after the prefix of the Azure Functions host. The
/// host also accepts it with a slash at the end, and passes the slash on.
pub(crate) const PATH: &str = "/api/resource-groups";
const PATH_WITH_SLASH: &str = "/api/resource-groups/";

/// The permission to do everything that the user may do ("Azure Service Management").
const SCOPE: &str = "user_impersonation";

/// Writes lines for the operator. They contain no tokens and nothing that users sent.
pub(crate) type Log = Arc<dyn Fn(&str) + Send + Sync>;

#[derive(Clone)]
struct Service {
    arm: Arc<Arm>,
    /// The API that the token must open.
    api: Resource,
    log: Log,
}

/// # Errors
///
/// None in practice: Entra has a sign-in page.
pub(crate) fn router(arm: Arm, platform: Platform, log: Log) -> Result<Router, EndpointError> {
    let api = arm.base().api();
    let finish = map_response_with_state(Arc::clone(&log), finish);
    Ok(Router::new()
        .route(PATH, get(resource_groups))
        .route(PATH_WITH_SLASH, get(resource_groups))
        .layer(Extension(LoginRedirect::to(&IdentityProvider::ENTRA)?))
        .layer(Extension(platform))
        .layer(finish)
        .with_state(Service { arm: Arc::new(arm), api, log }))
}

/// The two extractors reject requests: 400 for malformed headers. An anonymous request gets 302 to the sign-in
/// page if it comes from a browser, and 401 otherwise.
async fn resource_groups(
    State(service): State<Service>,
    user: EasyAuthPrincipal,
    tokens: ProviderTokens,
    headers: HeaderMap,
) -> Result<Response, Rejection> {
    // The `Authorization` header of a Static Web App is not the caller's.
    let tokens = if is_of_static_web_app(&user) { tokens } else { tokens.or_bearer(&headers)? };
    let now = SystemTime::now();
    let outcome = service.ask_arm(&user, &tokens, now).await;
    let visit = Visit { user, token: Contents::of(&tokens), outcome, now };
    Ok(respond(&visit, &headers))
}

impl Service {
    async fn ask_arm(
        &self,
        user: &EasyAuthPrincipal,
        tokens: &ProviderTokens,
        now: SystemTime,
    ) -> Outcome {
        let wanted = Requirement::from(self.api.scope(SCOPE));
        let diagnosis = if is_of_static_web_app(user) {
            // The fix is another site, whatever provider the visitor signed in with here.
            ProviderTokens::default().diagnose(&wanted, now)
        } else {
            tokens.diagnose(&wanted, now)
        };
        let Some(token) = tokens.access_token().filter(|_| diagnosis.opens()) else {
            let closed = Closed::new(user, tokens, diagnosis);
            (self.log)(&format!("not sent to Azure Resource Manager: {}", closed.cause.code()));
            return Outcome::Closed(closed);
        };
        match self.arm.subscriptions(token).await {
            Ok(subscriptions) => Outcome::Listed(subscriptions),
            Err(error) => {
                (self.log)(&error.to_string());
                Outcome::Failed(error)
            }
        }
    }
}

fn respond(visit: &Visit, request: &HeaderMap) -> Response {
    let (media_type, body) = if prefers_html(request) {
        ("text/html; charset=utf-8", html::page(visit))
    } else {
        json::document(visit)
    };
    let mut response = (visit.status(), body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("Accept, Authorization, Cookie"));
    headers.insert(CONTENT_SECURITY_POLICY, html::policy());
    // RFC 9110 section 15.5.2: every 401 has a challenge.
    let challenge = (visit.status() == StatusCode::UNAUTHORIZED).then(Challenge::no_token);
    if let Some(value) = challenge.and_then(|challenge| challenge.www_authenticate()) {
        headers.insert(WWW_AUTHENTICATE, value);
    }
    if let Outcome::Failed(error) = &visit.outcome
        && let Some(seconds) = error.retry_after()
    {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Adds headers to every response, and logs why a request was rejected. The reason names headers, but shows no
/// values.
async fn finish(State(log): State<Log>, mut response: Response) -> Response {
    if let Some(cause) = response.extensions().get::<Rejection>().and_then(Rejection::source) {
        log(&format!("rejected: {cause}"));
    }
    let all: [(HeaderName, &'static str); 2] =
        [(X_CONTENT_TYPE_OPTIONS, "nosniff"), (REFERRER_POLICY, "no-referrer")];
    for (name, value) in all {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
