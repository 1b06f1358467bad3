//! The service beside a token endpoint and an API on this machine.

use axum::{
    body::Bytes,
    http::{HeaderValue, header::CONTENT_TYPE},
    routing::post,
};
use easyauth::testing::TestIssuer;
use easyauth_test_support::client;

use super::*;

const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
const CLIENT_ID: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
/// `{"access_token":{}}`.
const CLAIMS: &str =
    "Bearer error=\"insufficient_claims\", claims=\"eyJhY2Nlc3NfdG9rZW4iOnt9fQ==\"";

/// Exchanges tokens, but wants more claims from users whose token has a `uti`.
async fn exchange(body: Bytes) -> (StatusCode, [(http::HeaderName, &'static str); 1], String) {
    let form = String::from_utf8_lossy(&body);
    let assertion = form.split("&assertion=").nth(1).and_then(|rest| rest.split('&').next());
    let token = AccessToken::new(assertion.unwrap_or_default()).decode_unverified().unwrap();
    let json = [(CONTENT_TYPE, "application/json")];
    if token.claim("uti") == Some("second-factor") {
        let error = r#"{"error":"interaction_required","claims":"{\"access_token\":{}}"}"#;
        return (StatusCode::BAD_REQUEST, json, error.to_owned());
    }
    let kind = if form.contains("&claims=") { "new" } else { "old" };
    let body = format!(r#"{{"token_type":"Bearer","expires_in":3599,"access_token":"{kind}"}}"#);
    (StatusCode::OK, json, body)
}

/// Graph: says who is calling, and accepts only tokens with more claims.
async fn graph(headers: HeaderMap) -> Result<&'static str, (StatusCode, HeaderMap)> {
    if headers[AUTHORIZATION] == "Bearer new" {
        return Ok("sample user");
    }
    let challenge = HeaderMap::from_iter([(WWW_AUTHENTICATE, HeaderValue::from_static(CLAIMS))]);
    Err((StatusCode::UNAUTHORIZED, challenge))
}

#[tokio::test(flavor = "multi_thread")]
async fn requests() -> Result<(), Box<dyn Error>> {
    let upstream = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let at = upstream.local_addr()?;
    let router = Router::new().route("/token", post(exchange)).route("/me", get(graph));
    tokio::spawn(async move { axum::serve(upstream, router).await });

    let (issuer, now) = (TestIssuer::new(TENANT)?, SystemTime::now());
    let auth = BearerAuth::entra(TENANT, CLIENT_ID)?.fixed_keys(issuer.key_set());
    let endpoint = TokenEndpoint::insecure_loopback(&format!("http://{at}/token"))?;
    let secret = ClientCredential::secret("secret");
    let graph = Graph {
        on_behalf_of: OnBehalfOf::new(endpoint, CLIENT_ID, secret),
        transport: ReqwestTransport::new()?,
        http: reqwest::Client::builder().no_proxy().build()?,
        address: format!("http://{at}/me"),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, app(auth, graph)).await });

    let token = |scope: &str, id: &str| {
        let token = issuer.access_token(CLIENT_ID, now).scope(scope).claim("uti", id);
        let token = token.claim("xms_cc", ["cp1"]).sign();
        vec![("authorization", format!("Bearer {token}"))]
    };
    let cases = [
        (vec![], 401, ""),
        (token("other", "a"), 403, ""),
        // Graph challenges the first token, and takes the second one.
        (token("access_as_user", "a"), 200, "sample user"),
        (token("access_as_user", "second-factor"), 401, ""),
    ];
    for (headers, status, body) in cases {
        let answer = client::get(address, "/me", &headers);
        assert_eq!(answer.status, status);
        assert!(answer.body.contains(body), "{}", answer.body);
        if body.is_empty() {
            assert!(answer.header("www-authenticate").is_some());
        }
    }
    Ok(())
}
