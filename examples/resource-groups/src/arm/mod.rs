//! Azure Resource Manager, called as the user.

mod base;
mod error;

use std::time::Duration;

use easyauth::AccessToken;
use http::{
    HeaderValue, StatusCode,
    header::{AUTHORIZATION, RETRY_AFTER},
};
use reqwest::{Client, Response, Url, redirect};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub(crate) use base::{Base, PUBLIC};
pub(crate) use error::ArmError;

/// The highest number of pages of all lists in one response. Most subscriptions have one page, and users with
/// hundreds of subscriptions need another program.
pub(crate) const MAX_PAGES: usize = 500;

/// The highest number of bytes of all lists in one response: about half a kilobyte for each of the 980 resource
/// groups that a subscription can have ("Azure subscription and service limits"), in 60 full subscriptions.
pub(crate) const MAX_LEN: usize = 33_554_432;

/// The time limit for all lists. The platform gives up after 230 seconds ("Azure Functions hosting options":
/// HTTP), and users long before.
const DEADLINE: Duration = Duration::from_secs(60);

/// The time limits for one page and for a connection.
const PAGE_TIMEOUT: Duration = Duration::from_secs(15);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A subscription and its resource groups.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) name: String,
    /// `None` if the user sees the subscription but may not list its resource groups.
    pub(crate) resource_groups: Option<Vec<ResourceGroup>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ResourceGroup {
    pub(crate) name: String,
    pub(crate) location: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    subscription_id: String,
    display_name: String,
}

/// One page of any list.
#[derive(Deserialize)]
struct Page<T> {
    value: Vec<T>,
    #[serde(rename = "nextLink")]
    next_link: Option<String>,
}

/// A client of Azure Resource Manager. It follows no redirects, because the token would be sent along.
pub(crate) struct Arm {
    base: Base,
    client: Client,
    page_timeout: Duration,
    deadline: Duration,
}

impl Arm {
    pub(crate) fn new(base: Base) -> Result<Self, reqwest::Error> {
        let builder =
            Client::builder().redirect(redirect::Policy::none()).connect_timeout(CONNECT_TIMEOUT);
        let client = if base.is_on_this_machine() {
            // A proxy would connect to itself, and certificates are for TLS.
            builder.no_proxy().tls_certs_only([])
        } else {
            builder
        };
        let client = client.build()?;
        Ok(Self { base, client, page_timeout: PAGE_TIMEOUT, deadline: DEADLINE })
    }

    /// Sets the time limits for a page and for all lists.
    #[cfg(test)]
    pub(crate) fn with_limits(self, page_timeout: Duration, deadline: Duration) -> Self {
        Self { page_timeout, deadline, ..self }
    }

    pub(crate) fn base(&self) -> &Base {
        &self.base
    }

    /// Returns everything that the user of this token may list.
    pub(crate) async fn subscriptions(
        &self,
        token: &AccessToken,
    ) -> Result<Vec<Subscription>, ArmError> {
        let all = tokio::time::timeout(self.deadline, self.collect(token));
        all.await.unwrap_or(Err(ArmError::Slow))
    }

    async fn collect(&self, token: &AccessToken) -> Result<Vec<Subscription>, ArmError> {
        let bearer = token.to_bearer().map_err(|_| ArmError::InvalidBearerToken)?;
        let mut lists = Lists { arm: self, bearer, pages_left: MAX_PAGES, bytes_left: MAX_LEN };
        let mut subscriptions = Vec::new();
        for listed in lists.list::<Listed>(self.base.subscriptions()).await? {
            let groups = lists.list(self.base.resource_groups(&listed.subscription_id)).await;
            let resource_groups = match groups {
                Ok(groups) => Some(groups),
                Err(ArmError::Forbidden) => None,
                Err(error) => return Err(error),
            };
            let Listed { subscription_id: id, display_name: name } = listed;
            subscriptions.push(Subscription { id, name, resource_groups });
        }
        Ok(subscriptions)
    }
}

/// The lists of one response, which share their limits.
struct Lists<'a> {
    arm: &'a Arm,
    /// Marked as sensitive, so that nothing prints it.
    bearer: HeaderValue,
    pages_left: usize,
    bytes_left: usize,
}

impl Lists<'_> {
    async fn list<T: DeserializeOwned>(&mut self, first: Url) -> Result<Vec<T>, ArmError> {
        let mut items = Vec::new();
        let mut next = Some(first);
        while let Some(url) = next {
            self.pages_left = self.pages_left.checked_sub(1).ok_or(ArmError::TooManyPages)?;
            let page = self.get(url).await?;
            let page: Page<T> = serde_json::from_slice(&page).map_err(|_| ArmError::NotAList)?;
            items.extend(page.value);
            let link = page.next_link.filter(|link| !link.is_empty());
            next = link.map(|link| self.arm.base.next(&link)).transpose()?;
        }
        Ok(items)
    }

    async fn get(&mut self, url: Url) -> Result<Vec<u8>, ArmError> {
        let request = self.arm.client.get(url).timeout(self.arm.page_timeout);
        let request = request.header(AUTHORIZATION, self.bearer.clone());
        let mut response = request.send().await.map_err(|error| failed(&error))?;
        check(&response)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
            self.bytes_left = self.bytes_left.checked_sub(chunk.len()).ok_or(ArmError::TooLong)?;
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

fn check(response: &Response) -> Result<(), ArmError> {
    Err(match response.status() {
        StatusCode::OK => return Ok(()),
        StatusCode::UNAUTHORIZED => ArmError::TokenRefused,
        StatusCode::FORBIDDEN => ArmError::Forbidden,
        StatusCode::TOO_MANY_REQUESTS => {
            let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
            ArmError::Throttled { retry_after: seconds.and_then(|seconds| seconds.parse().ok()) }
        }
        status => ArmError::Status(status),
    })
}

/// Drops the error itself, because it names the address.
fn failed(error: &reqwest::Error) -> ArmError {
    if error.is_timeout() { ArmError::Slow } else { ArmError::Unreachable }
}
