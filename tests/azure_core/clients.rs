//! Clients of the SDK with the credential: their pipeline, over a transport in memory.

use std::{
    error::Error as _,
    sync::{Arc, Mutex},
};

use azure_core::{
    Bytes,
    credentials::{TokenCredential as _, TokenRequestOptions},
    error::ErrorKind,
    http::{
        AsyncRawResponse, ClientMethodOptions, ClientOptions, Context, HttpClient, Method,
        Pipeline, RawResponse, Request, StatusCode, Transport,
        headers::{AUTHORIZATION, Headers},
        policies::auth::BearerTokenAuthorizationPolicy,
    },
};
use easyauth::integrations::{CallerCredential, CredentialError};

use crate::support::{
    ARM, ARM_DEFAULT, GRAPH, assert_shows_nothing, caller, chain, jwt, token_for,
};

/// Fails to compile if a version of `azure_core` adds a field to the options. Then check whether a fixed token
/// can satisfy it.
#[test]
fn options_do_not_affect_the_token() {
    let ClientMethodOptions { context: _ } = ClientMethodOptions::default();
    let TokenRequestOptions { method_options } = TokenRequestOptions::default();
    let credential = caller(&token_for(ARM));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let options = TokenRequestOptions { method_options };
    let scopes = [ARM_DEFAULT];
    assert!(runtime.block_on(credential.get_token(&scopes, Some(options))).is_ok());
}

/// A transport that records the `Authorization` of every request, and answers with a status.
#[derive(Debug)]
struct Recorder {
    sent: Mutex<Vec<Option<String>>>,
    status: StatusCode,
}

impl Recorder {
    fn new(status: StatusCode) -> Arc<Self> {
        Arc::new(Self { sent: Mutex::default(), status })
    }

    fn sent(&self) -> Vec<Option<String>> {
        self.sent.lock().expect("requests").clone()
    }
}

#[async_trait::async_trait]
impl HttpClient for Recorder {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let authorization = request.headers().get_optional_string(&AUTHORIZATION);
        self.sent.lock().expect("requests").push(authorization);
        Ok(AsyncRawResponse::from_bytes(self.status, Headers::new(), Bytes::new()))
    }
}

/// The pipeline of a client of the SDK.
fn pipeline(credential: CallerCredential, scope: &str, transport: Arc<Recorder>) -> Pipeline {
    let policy = BearerTokenAuthorizationPolicy::new(Arc::new(credential), [scope]);
    let options =
        ClientOptions { transport: Some(Transport::new(transport)), ..ClientOptions::default() };
    Pipeline::new(Some("tests"), Some("1.0.0"), options, Vec::new(), vec![Arc::new(policy)], None)
}

async fn send(pipeline: &Pipeline) -> azure_core::Result<RawResponse> {
    let url = "https://management.azure.com/subscriptions?api-version=2022-12-01";
    let mut request = Request::new(url.parse().expect("an address"), Method::Get);
    pipeline.send(&Context::new(), &mut request, None).await
}

#[tokio::test]
async fn a_client_sends_the_token_of_its_caller() {
    // The policy that caches asks the clock of the machine.
    let of = |user: &str| jwt(&format!(r#"{{"aud":"{ARM}","exp":4102444800,"oid":"{user}"}}"#));
    let transport = Recorder::new(StatusCode::Ok);
    let callers = [of("one"), of("two")];
    for token in &callers {
        let client = pipeline(caller(token), ARM_DEFAULT, Arc::clone(&transport));
        for _ in 0..2 {
            assert_eq!(send(&client).await.expect("an answer").status(), StatusCode::Ok);
        }
    }
    let [one, two] = callers.map(|token| Some(format!("Bearer {token}")));
    assert_eq!(transport.sent(), [one.clone(), one, two.clone(), two]);
}

#[tokio::test]
async fn a_client_with_the_wrong_token_sends_nothing() {
    for token in
        [&token_for(GRAPH), "EwCANARY", &jwt(&format!(r#"{{"aud":"{ARM}","exp":1577836800}}"#))]
    {
        let transport = Recorder::new(StatusCode::Ok);
        let client = pipeline(caller(token), ARM_DEFAULT, Arc::clone(&transport));
        let error = send(&client).await.expect_err("an error");
        assert_eq!(*error.kind(), ErrorKind::Credential);
        // The policy that retries puts the error into one whose text does not say it.
        assert!(error.downcast_ref::<CredentialError>().is_none());
        let cause = CredentialError::find(&error).expect("an error of this crate");
        assert_ne!(error.to_string(), cause.to_string());
        assert_eq!(error.source().expect("a source").to_string(), cause.to_string());
        assert_shows_nothing(token, &format!("{} {error:?}", chain(&error)));
        assert_eq!(transport.sent(), []);
    }
}

/// The API revoked the token. The client requests a new one, gets the same one, and returns the response.
#[tokio::test]
async fn a_rejection_of_the_api_stays_one() {
    let token = jwt(&format!(r#"{{"aud":"{ARM}","exp":4102444800}}"#));
    let transport = Recorder::new(StatusCode::Unauthorized);
    let client = pipeline(caller(&token), ARM_DEFAULT, Arc::clone(&transport));
    for _ in 0..2 {
        let error = send(&client).await.expect_err("an error");
        assert_eq!(error.http_status(), Some(StatusCode::Unauthorized));
        assert_eq!(CredentialError::find(&error), None);
    }
    assert_eq!(transport.sent(), vec![Some(format!("Bearer {token}")); 2]);
}
