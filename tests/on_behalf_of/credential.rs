//! On-behalf-of as a credential of the Azure SDK, and managed identities of the SDK.

use std::sync::{Arc, Mutex};

use azure_core::{
    credentials::{AccessToken as SdkToken, TokenCredential, TokenRequestOptions},
    error::ErrorKind,
    time::OffsetDateTime,
};
use easyauth::{
    exchange::{CredentialSource, OnBehalfOf, OnBehalfOfError, OnBehalfOfErrorKind, TokenEndpoint},
    integrations::OnBehalfOfCredential,
    resource::Cloud,
};

use crate::support::*;

fn credential(on_behalf_of: &OnBehalfOf, endpoint: &Endpoint) -> OnBehalfOfCredential<Endpoint> {
    OnBehalfOfCredential::new(on_behalf_of, &bearer("ann"), endpoint.clone()).with_clock(|| at(NOW))
}

#[test]
fn clients_of_the_sdk_get_a_token() {
    let (on_behalf_of, endpoint) = (on_behalf_of(), Endpoint::new());
    for _ in 0..2 {
        // As services build it: for each request.
        let credential: Arc<dyn TokenCredential> = Arc::new(credential(&on_behalf_of, &endpoint));
        let token = run(credential.get_token(&["https://vault.azure.net/.default"], None)).unwrap();
        assert_eq!(token.token.secret(), "ann~https---vault.azure.net-.default~1");
        assert_eq!(token.expires_on, OffsetDateTime::from(at(NOW) + LIFETIME));
        assert_shows_nothing(&format!("{credential:?} {credential:#?}"));
    }
    assert_eq!(endpoint.count(), 1);
}

/// For logs: the length of the caller's token.
#[test]
fn debug_output() {
    let printed = format!("{:?}", credential(&on_behalf_of(), &Endpoint::new()));
    assert!(printed.starts_with("OnBehalfOfCredential { on_behalf_of: OnBehalfOf {"), "{printed}");
    assert!(printed.contains(&format!("bearer: {:?}", bearer("ann"))), "{printed}");
}

#[test]
fn errors_are_found_behind_those_of_the_sdk() {
    let endpoint = Endpoint::new();
    endpoint.set(Mode::Fails);
    let error = run(credential(&on_behalf_of(), &endpoint).get_token(&[READ], None)).unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Credential);
    let own = error.downcast_ref::<OnBehalfOfError>().unwrap();
    assert_eq!(own.kind(), OnBehalfOfErrorKind::Transport);
    assert_eq!(error.to_string(), own.to_string());
}

#[test]
fn a_token_without_expiry_is_not_kept_by_the_client() {
    let body = r#"{"token_type":"Bearer","access_token":"a~b~1"}"#;
    let credential = credential(&on_behalf_of(), &Endpoint::with(200, body));
    let token = run(credential.get_token(&[READ], None)).unwrap();
    assert_eq!(token.expires_on, OffsetDateTime::from(at(NOW)));
}

#[derive(Debug, Default)]
struct Identity(Mutex<Vec<String>>);

#[async_trait::async_trait]
impl TokenCredential for Identity {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<SdkToken> {
        self.0.lock().unwrap().extend(scopes.iter().map(|scope| (*scope).to_owned()));
        Ok(SdkToken::new("identity", OffsetDateTime::from(at(NOW))))
    }
}

#[test]
fn a_managed_identity_is_the_client_credential() {
    let identity = Arc::new(Identity::default());
    for cloud in [Cloud::Public, Cloud::China] {
        let at_entra = TokenEndpoint::in_cloud(TENANT, cloud).unwrap();
        let source = CredentialSource::managed_identity(identity.clone(), &at_entra);
        let (on_behalf_of, endpoint) = (OnBehalfOf::new(at_entra, CLIENT, source), Endpoint::new());
        run(on_behalf_of.token(&bearer("ann"), READ, &endpoint, at(NOW))).unwrap();
        assert_eq!(endpoint.requests()[0]["client_assertion"], "identity");
    }
    let expected =
        ["api://AzureADTokenExchange/.default", "api://AzureADTokenExchangeChina/.default"];
    assert_eq!(*identity.0.lock().unwrap(), expected);
}
