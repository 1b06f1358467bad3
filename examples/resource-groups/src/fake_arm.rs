//! A simulated Azure Resource Manager, for `--demo` and tests. It checks tokens as the real one does, and
//! has a few resource groups.

use std::{error::Error, io, net::SocketAddr, sync::Arc, time::SystemTime};

use axum::{
    Router,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
    routing::get,
};
use easyauth::{
    AccessToken,
    resource::ARM,
    verify::{KeySet, Tenant, Verifier, VerifyErrorKind},
};
use http::{
    HeaderMap, HeaderValue, StatusCode, Uri,
    header::{CONTENT_TYPE, WWW_AUTHENTICATE},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

/// The tenant that issues the tokens.
const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";

/// How many resource groups are on one page, so that there is a second one.
const PAGE_LEN: usize = 2;

type Group = (&'static str, &'static str);

/// Id, name, and resource groups with their regions; `None` if the user may not list them.
const SUBSCRIPTIONS: [(&str, &str, Option<&[Group]>); 3] = [
    (
        "00000010-0000-4000-8000-000000000010",
        "Sample production",
        Some(&[
            ("orders-rg", "westeurope"),
            ("network-rg", "westeurope"),
            ("monitoring-rg", "northeurope"),
        ]),
    ),
    ("00000011-0000-4000-8000-000000000011", "Sample sandbox", Some(&[])),
    ("00000012-0000-4000-8000-000000000012", "Sample billing", None),
];

struct FakeArm {
    verifier: Verifier,
    keys: KeySet,
    origin: String,
}

fn router(keys: KeySet, origin: String) -> Result<Router, Box<dyn Error + Send + Sync>> {
    let tenant = Tenant::single(TENANT)?;
    let verifier = Verifier::builder(tenant)
        .audience(ARM)
        // It plays the API of Microsoft's that may do so.
        .dangerously_accept_microsoft_audiences()
        .build()?;
    Ok(Router::new()
        .route("/subscriptions", get(subscriptions))
        .route("/subscriptions/{id}/resourcegroups", get(resource_groups))
        .with_state(Arc::new(FakeArm { verifier, keys, origin })))
}

async fn subscriptions(State(arm): State<Arc<FakeArm>>, uri: Uri, headers: HeaderMap) -> Response {
    if let Err(rejection) = arm.check(&uri, &headers) {
        return *rejection;
    }
    let listed = SUBSCRIPTIONS.iter().map(|(id, name, _)| {
        json!({"id": format!("/subscriptions/{id}"), "subscriptionId": id, "displayName": name,
            "state": "Enabled"})
    });
    answer(StatusCode::OK, &json!({"value": listed.collect::<Vec<_>>()}))
}

async fn resource_groups(
    State(arm): State<Arc<FakeArm>>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    if let Err(rejection) = arm.check(&uri, &headers) {
        return *rejection;
    }
    let Some((_, _, groups)) = SUBSCRIPTIONS.iter().find(|(own, ..)| *own == id) else {
        let message = "The subscription could not be found.";
        return error(StatusCode::NOT_FOUND, "SubscriptionNotFound", message);
    };
    let Some(groups) = groups else {
        let message = "The client does not have authorization to perform this action.";
        return error(StatusCode::FORBIDDEN, "AuthorizationFailed", message);
    };
    let skip = parameter(&uri, "$skiptoken").and_then(|skip| skip.parse().ok()).unwrap_or(0_usize);
    let listed = groups.iter().skip(skip).take(PAGE_LEN).map(|(name, location)| {
        json!({"id": format!("/subscriptions/{id}/resourceGroups/{name}"), "name": name,
            "type": "Microsoft.Resources/resourceGroups", "location": location})
    });
    let listed: Vec<Value> = listed.collect();
    let next = skip.saturating_add(PAGE_LEN);
    if next >= groups.len() {
        return answer(StatusCode::OK, &json!({"value": listed}));
    }
    let version = parameter(&uri, "api-version").unwrap_or_default();
    let link = format!("{}{}?api-version={version}&$skiptoken={next}", arm.origin, uri.path());
    answer(StatusCode::OK, &json!({"value": listed, "nextLink": link}))
}

impl FakeArm {
    /// As the real one, this takes nothing but tokens for Azure Resource Manager.
    fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Box<Response>> {
        let refuse = |code, message| Err(Box::new(error(StatusCode::UNAUTHORIZED, code, message)));
        let Ok(Some(token)) = AccessToken::from_authorization(headers) else {
            let message = "Authentication failed. The 'Authorization' header is missing.";
            return refuse("AuthenticationFailed", message);
        };
        if token.decode_unverified().is_ok_and(|token| !token.has_audience(ARM)) {
            let message = "The access token has been obtained for wrong audience or resource.";
            return refuse("InvalidAuthenticationTokenAudience", message);
        }
        match self.verifier.verify(&token, &self.keys, SystemTime::now()) {
            Ok(_) if parameter(uri, "api-version").is_none() => {
                let message = "The api-version query parameter is required for all requests.";
                let code = "MissingApiVersionParameter";
                Err(Box::new(error(StatusCode::BAD_REQUEST, code, message)))
            }
            Ok(_) => Ok(()),
            Err(error) if error.kind() == VerifyErrorKind::Expired => {
                refuse("ExpiredAuthenticationToken", "The access token has expired.")
            }
            Err(_) => refuse("InvalidAuthenticationToken", "The access token is invalid."),
        }
    }
}

fn parameter<'a>(uri: &'a Uri, name: &str) -> Option<&'a str> {
    let pairs = uri.query().unwrap_or_default().split('&');
    pairs.filter_map(|pair| pair.split_once('=')).find(|(own, _)| *own == name).map(|(_, v)| v)
}

fn error(status: StatusCode, code: &str, message: &str) -> Response {
    let mut response = answer(status, &json!({"error": {"code": code, "message": message}}));
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let json = HeaderValue::from_static("application/json; charset=utf-8");
    (status, [(CONTENT_TYPE, json)], body.to_string()).into_response()
}

/// Servers that run until this is dropped.
#[derive(Default)]
pub(crate) struct Servers(JoinSet<()>);

impl Servers {
    pub(crate) fn start(&mut self, listener: TcpListener, router: Router) {
        self.0.spawn(async move {
            // Ends only with the task: connection errors do not stop it.
            let _ = axum::serve(listener, router).await;
        });
    }

    /// The simulated Azure Resource Manager, which accepts tokens signed with these keys.
    pub(crate) async fn start_arm(&mut self, keys: KeySet) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let router = router(keys, format!("http://{address}")).map_err(io::Error::other)?;
        self.start(listener, router);
        Ok(address)
    }
}
