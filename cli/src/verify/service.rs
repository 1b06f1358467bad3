//! The service: who is let in, and what is said to the others.

use std::{error::Error, time::SystemTime};

use easyauth::{
    AccessToken, Challenge, Requirement,
    access::Denied,
    headers::HeaderError,
    integrations::UreqFetcher,
    verify::{KeyStore, MetadataUri, Tenant, Verifier, VerifyError},
};
use http::{Method, Request};

/// The tenant whose users and applications are let in.
pub(crate) const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";

/// The application registration of this service.
pub(crate) const CLIENT_ID: &str = "00000006-0000-4000-8000-000000000006";

/// Made once, when the program starts, and shared by all requests.
pub(crate) struct Service {
    verifier: Verifier,
    store: KeyStore,
    fetcher: UreqFetcher,
}

impl Service {
    /// Outside of an example, the address is `MetadataUri::entra(Cloud::Public, &tenant)`.
    pub(crate) fn new(metadata_uri: MetadataUri) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            verifier: Verifier::builder(Tenant::single(TENANT)?).application(CLIENT_ID).build()?,
            store: KeyStore::new(metadata_uri),
            fetcher: UreqFetcher::new(),
        })
    }

    /// Accepts a request, or returns what to answer and what to log.
    pub(crate) fn check(&self, request: &Request<()>, now: SystemTime) -> Result<(), Rejection> {
        let bearer =
            AccessToken::from_authorization(request.headers())?.ok_or_else(Rejection::no_token)?;
        // Fetches keys for the first token, and after that for keys that are new.
        let token =
            self.verifier.verify_fetching_blocking(&self.store, &self.fetcher, &bearer, now)?;
        token.authorize(&requirement(request.method()))?;
        Ok(())
    }

    pub(crate) fn known_keys(&self, now: SystemTime) -> usize {
        self.store.len(now)
    }
}

/// Reading takes less than writing, and an application by itself has permissions of its own.
fn requirement(method: &Method) -> Requirement {
    match *method {
        Method::GET => Requirement::scope("Files.Read").or_app_role("Files.Read.All"),
        _ => Requirement::scope("Files.Write").or_app_role("Files.Write.All"),
    }
}

/// A request that is not let in.
pub(crate) struct Rejection {
    /// For the client: a status and the `WWW-Authenticate` header.
    pub(crate) challenge: Challenge,
    /// For the operator: names what was expected and what came, and neither token nor claims.
    pub(crate) log: String,
}

impl Rejection {
    fn no_token() -> Self {
        Self { challenge: Challenge::no_token(), log: "no token came along".to_owned() }
    }
}

impl From<HeaderError> for Rejection {
    fn from(error: HeaderError) -> Self {
        Self { challenge: error.challenge(), log: error.to_string() }
    }
}

impl From<VerifyError> for Rejection {
    fn from(error: VerifyError) -> Self {
        Self { challenge: error.challenge(), log: with_sources(&error) }
    }
}

/// An error with its sources: why keys could not be fetched is in them.
fn with_sources(error: &dyn Error) -> String {
    let all = std::iter::successors(Some(error), |error| (*error).source());
    all.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl From<Denied> for Rejection {
    fn from(error: Denied) -> Self {
        Self { challenge: error.challenge(), log: error.to_string() }
    }
}
