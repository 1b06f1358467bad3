//! The smallest protected service: bearer tokens, one scope, a public route, keys refreshed in the
//! background, and the document that tells clients where to get a token. A user copies what is between
//! the two marks.
#![allow(dead_code, reason = "main is compiled, and its parts are tested")]

// begin
use axum::Router;
use easyauth::integrations::{EasyAuthLayer, RequireLayer, ReqwestFetcher};
use easyauth::verify::BearerAuth;

const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
const CLIENT_ID: &str = "00000006-0000-4000-8000-000000000006";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let auth = BearerAuth::entra(TENANT, CLIENT_ID)?.fetch_keys(ReqwestFetcher::new()?);
    tokio::spawn(auth.clone().keep_fresh(tokio::time::sleep));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await?;
    Ok(axum::serve(listener, app(auth)?).await?)
}

fn app(auth: BearerAuth) -> Result<Router, Box<dyn std::error::Error>> {
    let resource = auth.protected_resource("https://contoso.com/files")?.scopes(["Files.Read"])?;
    let files = axum::routing::get(|| async { "files" }).layer(RequireLayer::scope("Files.Read"));
    Ok(Router::new()
        .route("/files", files)
        .route("/health", axum::routing::get(|| async { "healthy" }))
        .layer(EasyAuthLayer::from_env().verify(auth).protected_resource(resource)))
}
// end

use crate::{
    client,
    setup::Server,
    support::{Draft, KEYS, NOW, at},
};

/// The limits: 25 lines that are not blank, 5 imported names.
#[test]
fn size() {
    let source = include_str!("smallest.rs");
    let (_, source) = source.split_once("// begin\n").unwrap();
    let (source, _) = source.split_once("// end\n").unwrap();
    let lines: Vec<&str> = source.lines().filter(|line| !line.trim().is_empty()).collect();
    assert!(lines.len() <= 25, "{} lines", lines.len());
    let names = lines.iter().filter(|line| line.starts_with("use "));
    let names: usize = names.map(|line| line.matches(", ").count() + 1).sum();
    assert_eq!(names, 5);
}

/// A whole service with its tests: at most 60 lines that are not blank, after the head of the file. The
/// package of the examples runs it.
#[test]
fn size_of_a_whole_service() {
    let source = include_str!("../../examples/service.rs");
    let lines = source.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("//!"));
    let count = lines.count();
    assert!(count <= 60, "{count} lines");
}

#[test]
fn answers() {
    let auth = BearerAuth::entra(TENANT, CLIENT_ID).unwrap().fixed_keys(KEYS.clone());
    let app = app(auth.with_clock(|| at(NOW))).unwrap();
    let server = Server::on_tokio(|listener| async { axum::serve(listener, app).await.unwrap() });
    let get = |path: &str, draft: Option<Draft>| {
        let header = draft.map(|draft| ("authorization", format!("Bearer {}", draft.sign())));
        client::get(server.address, path, header.as_slice())
    };
    let token = || Draft::access().with("aud", CLIENT_ID);
    let answer = get("/files", Some(token()));
    assert_eq!((answer.status, answer.body.as_str()), (200, "files"));
    assert_eq!(get("/files", Some(token().with("aud", format!("api://{CLIENT_ID}")))).status, 200);
    assert_eq!(get("/files", Some(Draft::access())).status, 401);
    let answer = get("/health", None);
    assert_eq!((answer.status, answer.body.as_str()), (200, "healthy"));

    // A client without a token, or with too little permission, finds out what to request, and where.
    let path = "/.well-known/oauth-protected-resource/files";
    let metadata = format!("resource_metadata=\"https://contoso.com{path}\"");
    let scope = format!("scope=\"api://{CLIENT_ID}/Files.Read\"");
    let answer = get("/files", None);
    let challenge = answer.header("www-authenticate").unwrap();
    assert_eq!((answer.status, challenge), (401, format!("Bearer {scope}, {metadata}")));
    let answer = get("/files", Some(token().with("scp", "Files.Write")));
    let challenge = answer.header("www-authenticate").unwrap();
    assert_eq!(answer.status, 403);
    assert!(challenge.contains("insufficient_scope"), "{challenge}");
    assert!(challenge.ends_with(&format!("{scope}, {metadata}")), "{challenge}");
    let document: serde_json::Value = serde_json::from_str(&get(path, None).body).unwrap();
    assert_eq!(
        document,
        serde_json::json!({
            "resource": "https://contoso.com/files",
            "authorization_servers": [format!("https://login.microsoftonline.com/{TENANT}/v2.0")],
            "scopes_supported": [format!("api://{CLIENT_ID}/Files.Read")],
            "bearer_methods_supported": ["header"],
        })
    );
}
