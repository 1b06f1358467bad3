//! Both fetchers behind one face, so that the same is expected of both.

use std::{error::Error, fmt, time::Duration, time::SystemTime};

#[cfg(feature = "reqwest")]
use easyauth::{integrations::ReqwestFetcher, verify::FetchKeys as _};
#[cfg(feature = "ureq")]
use easyauth::{integrations::UreqFetcher, verify::FetchKeysBlocking as _};

use easyauth::{
    AccessToken,
    verify::{FetchError, KeyStore, RefreshError, VerifiedToken, VerifyError},
};

use crate::support::verifier;

/// For what ends by itself.
pub(crate) const PATIENT: Duration = Duration::from_secs(20);

/// For what ends by the time limit alone.
pub(crate) const HASTY: Duration = Duration::from_millis(300);

pub(crate) enum Client {
    #[cfg(feature = "reqwest")]
    Reqwest(ReqwestFetcher, tokio::runtime::Runtime),
    #[cfg(feature = "ureq")]
    Ureq(UreqFetcher),
}

impl Client {
    /// One of each, as far as they are compiled in.
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

    pub(crate) fn fetch(&self, uri: &str) -> Result<Vec<u8>, FetchError> {
        match self {
            #[cfg(feature = "reqwest")]
            Self::Reqwest(fetcher, runtime) => runtime.block_on(fetcher.fetch(uri)),
            #[cfg(feature = "ureq")]
            Self::Ureq(fetcher) => fetcher.fetch(uri),
        }
    }

    pub(crate) fn refresh(&self, store: &KeyStore, now: SystemTime) -> Result<bool, RefreshError> {
        match self {
            #[cfg(feature = "reqwest")]
            Self::Reqwest(fetcher, runtime) => runtime.block_on(store.refresh_if_due(fetcher, now)),
            #[cfg(feature = "ureq")]
            Self::Ureq(fetcher) => store.refresh_if_due_blocking(fetcher, now),
        }
    }

    pub(crate) fn verify(
        &self,
        store: &KeyStore,
        token: &str,
        now: SystemTime,
    ) -> Result<VerifiedToken, VerifyError> {
        let (verifier, token) = (verifier(), AccessToken::new(token));
        match self {
            #[cfg(feature = "reqwest")]
            Self::Reqwest(fetcher, runtime) => {
                runtime.block_on(verifier.verify_with(store, fetcher, &token, now))
            }
            #[cfg(feature = "ureq")]
            Self::Ureq(fetcher) => verifier.verify_with_blocking(store, fetcher, &token, now),
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

/// An error with everything behind it, as a log has it.
pub(crate) fn chain(error: &dyn Error) -> String {
    let all = std::iter::successors(Some(error), |error| (*error).source());
    all.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
