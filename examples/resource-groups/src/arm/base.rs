//! The address of Azure Resource Manager, and which links stay on it.

use std::fmt;

use easyauth::resource::{ARM, Resource};
use reqwest::Url;

use super::ArmError;

/// Azure Resource Manager of the public cloud.
pub(crate) const PUBLIC: &str = "https://management.azure.com";

/// "Subscriptions - List", and "Resource Groups - List" (Azure REST API reference).
const SUBSCRIPTIONS_VERSION: &str = "2022-12-01";
const RESOURCE_GROUPS_VERSION: &str = "2021-04-01";

/// The only origin that gets the caller's token.
#[derive(Debug, Clone)]
pub(crate) struct Base(Url);

impl Base {
    /// Reads an address without a path: `https`, or `http` on this machine.
    pub(crate) fn parse(text: &str) -> Result<Self, BaseError> {
        let url = Url::parse(text).map_err(|_| BaseError::NotAnAddress)?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !is_bare || has_credentials(&url) {
            return Err(BaseError::NotAnOrigin);
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            _ => Err(BaseError::Insecure),
        }
    }

    /// The API whose tokens it takes: Azure Resource Manager in the cloud of this address.
    pub(crate) fn api(&self) -> Resource {
        let found = Resource::of_audience(self.0.as_str());
        found.filter(|api| api.name() == ARM.name()).unwrap_or(ARM)
    }

    /// Returns `true` if it is on this machine. Then requests use no TLS and no proxy.
    pub(super) fn is_on_this_machine(&self) -> bool {
        self.0.scheme() == "http"
    }

    pub(super) fn subscriptions(&self) -> Url {
        self.address(&["subscriptions"], SUBSCRIPTIONS_VERSION)
    }

    pub(super) fn resource_groups(&self, subscription: &str) -> Url {
        self.address(&["subscriptions", subscription, "resourcegroups"], RESOURCE_GROUPS_VERSION)
    }

    fn address(&self, path: &[&str], version: &str) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.clear().extend(path); // Encodes what a segment cannot contain.
        }
        url.query_pairs_mut().append_pair("api-version", version);
        url
    }

    /// The address of the next page. Rejects other origins, because the token is sent there, too.
    pub(super) fn next(&self, link: &str) -> Result<Url, ArmError> {
        let url = Url::parse(link).map_err(|_| ArmError::ForeignLink)?;
        if url.origin() == self.0.origin() && !has_credentials(&url) {
            Ok(url)
        } else {
            Err(ArmError::ForeignLink)
        }
    }
}

fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let address = address.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

/// Why an address gets no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BaseError {
    #[error("is not an address")]
    NotAnAddress,
    #[error("has more than a scheme, a host and a port")]
    NotAnOrigin,
    #[error("is neither https nor http on this machine")]
    Insecure,
}
