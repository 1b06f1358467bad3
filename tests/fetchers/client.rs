//! Both fetchers behind one interface, so that the same tests run with both.

use std::{fmt, ops::Deref, time::Duration, time::SystemTime};

#[cfg(feature = "reqwest")]
use easyauth::{integrations::ReqwestFetcher, verify::FetchKeys as _};
#[cfg(feature = "ureq")]
use easyauth::{integrations::UreqFetcher, verify::FetchKeysBlocking as _};

use easyauth::{
    AccessToken, TransportError,
    verify::{KeyStore, Keys, RefreshError, Tenant, VerifiedToken, Verifier, VerifyError},
};
use easyauth_test_support::tokens::{API, TENANT};

/// The time limit for servers that answer.
pub(crate) const PATIENT: Duration = Duration::from_secs(20);

/// The time limit for servers that never answer.
pub(crate) const HASTY: Duration = Duration::from_millis(300);

pub(crate) enum Client {
    #[cfg(feature = "reqwest")]
    Reqwest(ReqwestFetcher, tokio::runtime::Runtime),
    #[cfg(feature = "ureq")]
    Ureq(UreqFetcher),
}

impl Client {
    /// One client for each enabled feature.
    pub(crate) fn all(timeout: Duration) -> Vec<Self> {
        vec![
            #[cfg(feature = "reqwest")]
            Self::Reqwest(
                ReqwestFetcher::with_timeout(timeout).unwrap(),
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            ),
            #[cfg(feature = "ureq")]
            Self::Ureq(UreqFetcher::with_timeout(timeout)),
        ]
    }

    /// The same with clients that have the defaults of their library, and follow redirects.
    pub(crate) fn of_the_service() -> Vec<Self> {
        vec![
            #[cfg(feature = "reqwest")]
            Self::Reqwest(
                ReqwestFetcher::with_client(reqwest::Client::new()),
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            ),
            #[cfg(feature = "ureq")]
            Self::Ureq(UreqFetcher::with_agent(ureq::Agent::new_with_defaults())),
        ]
    }

    /// The same with clients that connect to https addresses only.
    pub(crate) fn for_https_only() -> Vec<Self> {
        vec![
            #[cfg(feature = "reqwest")]
            Self::Reqwest(
                ReqwestFetcher::with_client(
                    reqwest::Client::builder().https_only(true).build().unwrap(),
                ),
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            ),
            #[cfg(feature = "ureq")]
            Self::Ureq(UreqFetcher::with_agent(
                ureq::Agent::config_builder().https_only(true).build().into(),
            )),
        ]
    }

    pub(crate) fn fetch(&self, uri: &str) -> Result<Vec<u8>, TransportError> {
        match self {
            #[cfg(feature = "reqwest")]
            Self::Reqwest(fetcher, runtime) => runtime.block_on(fetcher.fetch(uri)),
            #[cfg(feature = "ureq")]
            Self::Ureq(fetcher) => fetcher.fetch(uri),
        }
    }

    /// Keys of a store, fetched by this client.
    pub(crate) fn keys(&self, store: KeyStore) -> Fetched<'_> {
        match self {
            #[cfg(feature = "reqwest")]
            Self::Reqwest(fetcher, runtime) => {
                let keys = Keys::fetched(store, fetcher.clone()).with_sleep(tokio::time::sleep);
                Fetched::Reqwest(keys, runtime)
            }
            #[cfg(feature = "ureq")]
            Self::Ureq(fetcher) => Fetched::Ureq(Keys::fetched_blocking(store, fetcher.clone())),
        }
    }
}

/// A store and its fetcher.
pub(crate) enum Fetched<'a> {
    #[cfg(feature = "reqwest")]
    Reqwest(Keys, &'a tokio::runtime::Runtime),
    #[cfg(feature = "ureq")]
    Ureq(Keys),
}

impl Fetched<'_> {
    pub(crate) fn refresh(&self, now: SystemTime) -> Result<bool, RefreshError> {
        match self {
            #[cfg(feature = "reqwest")]
            Self::Reqwest(keys, runtime) => runtime.block_on(keys.refresh_if_due(now)),
            #[cfg(feature = "ureq")]
            Self::Ureq(keys) => keys.refresh_if_due_blocking(now),
        }
    }

    pub(crate) fn verify(
        &self,
        token: &str,
        now: SystemTime,
    ) -> Result<VerifiedToken, VerifyError> {
        let tenant = Tenant::single(TENANT).unwrap();
        let verifier = Verifier::builder(tenant).audience(API).build().unwrap();
        let token = AccessToken::new(token);
        match self {
            #[cfg(feature = "reqwest")]
            Self::Reqwest(keys, runtime) => {
                runtime.block_on(verifier.verify_fetching(keys, &token, now))
            }
            #[cfg(feature = "ureq")]
            Self::Ureq(keys) => verifier.verify_fetching_blocking(keys, &token, now),
        }
    }
}

impl Deref for Fetched<'_> {
    type Target = KeyStore;

    fn deref(&self) -> &KeyStore {
        match self {
            #[cfg(feature = "reqwest")]
            Self::Reqwest(keys, _) => keys.store().unwrap(),
            #[cfg(feature = "ureq")]
            Self::Ureq(keys) => keys.store().unwrap(),
        }
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            #[cfg(feature = "reqwest")]
            Self::Reqwest(..) => "reqwest",
            #[cfg(feature = "ureq")]
            Self::Ureq(_) => "ureq",
        })
    }
}
