//! A program that verifies tokens, as a user writes it.

use std::time::SystemTime;

use easyauth::{
    AccessToken, Requirement, TransportError,
    access::Denied,
    headers::HeaderError,
    verify::{FetchKeys, KeySet, KeyStore, Keys, MetadataUri, Tenant, Verifier},
};

use crate::support::{APP, Draft, NOW, at};

#[derive(Debug)]
struct Missing;

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no bearer token")
    }
}

impl std::error::Error for Missing {}

fn program(
    request: &http::Request<()>,
    jwks_bytes: &[u8],
    now: SystemTime,
) -> Result<(), Box<dyn std::error::Error>> {
    let keys = KeySet::from_jwks(jwks_bytes)?;
    let verifier = Verifier::builder(Tenant::single("b811a652-39e6-4a0c-b563-4279a1dd5012")?)
        .application("00000006-0000-4000-8000-000000000006")
        .client("00000005-0000-4000-8000-000000000005")
        .build()?;
    let bearer = AccessToken::from_authorization(request.headers())?.ok_or(Missing)?;
    let token = verifier.verify(&bearer, &keys, now)?;
    token.authorize(&Requirement::scope("Files.Read").or_app_role("Files.Read.All"))?;
    Ok(())
}

async fn program_with_store(
    metadata_uri: MetadataUri,
    verifier: &Verifier,
    fetcher: impl FetchKeys + Send + Sync + 'static,
    bearer: AccessToken,
    now: SystemTime,
) -> Result<bool, Box<dyn std::error::Error>> {
    let keys = Keys::fetched(KeyStore::new(metadata_uri), fetcher);
    let token = verifier.verify_fetching(&keys, &bearer, now).await?;
    Ok(token.has_scope("Files.Read"))
}

fn run(authorization: Option<String>) -> Result<(), Box<dyn std::error::Error>> {
    let mut request = http::Request::builder();
    if let Some(value) = authorization {
        request = request.header("Authorization", value);
    }
    let request = request.body(()).unwrap();
    program(&request, include_bytes!("../data/entra.jwks.json"), at(NOW))
}

#[test]
fn verify_and_authorize() {
    let bearer = |draft: Draft| Some(format!("Bearer {}", draft.sign()));
    // As Entra issues them: version 2.0 names the client ID, version 1.0 the App ID URI.
    let access = || Draft::access().with("aud", APP);
    run(bearer(access())).unwrap();
    run(bearer(Draft::access_v1().with("aud", format!("api://{APP}")))).unwrap();
    run(bearer(Draft::access_of_app().with("aud", APP))).unwrap();
    assert!(run(None).unwrap_err().is::<Missing>());
    assert!(run(Some("Bearer a b".to_owned())).unwrap_err().is::<HeaderError>());
    let denied = run(bearer(access().with("scp", "Mail.Read"))).unwrap_err();
    assert!(denied.is::<Denied>());
    let expired = run(bearer(access().with("exp", NOW - 300))).unwrap_err();
    assert_eq!(expired.to_string(), "the token has expired");
}

struct Documents;

impl FetchKeys for Documents {
    async fn fetch(&self, uri: &str) -> Result<Vec<u8>, TransportError> {
        Ok(if uri.ends_with("openid-configuration") {
            include_bytes!("../data/entra.metadata.json").to_vec()
        } else {
            include_bytes!("../data/entra.jwks.json").to_vec()
        })
    }
}

#[test]
fn verify_with_a_store() {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    let uri = "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration";
    let bearer = AccessToken::new(Draft::access().sign());
    let verifier = crate::support::verifier();
    let uri = MetadataUri::parse(uri).unwrap();
    let future = pin!(program_with_store(uri, &verifier, Documents, bearer, at(NOW)));
    let Poll::Ready(result) = future.poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("nothing waits")
    };
    assert!(result.unwrap());
}
