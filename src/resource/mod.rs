//! The APIs that Microsoft Entra issues tokens for: their names, audiences and scopes.
//!
//! A [`Resource`] constant such as [`ARM`] stands for an API in the public cloud;
//! [`in_cloud`](Resource::in_cloud) turns to another one. An API of your own is a
//! [`Resource::new`], or just the text of its App ID URI.
//!
//! ```
//! use easyauth::resource::{ARM, Cloud, Resource, SERVICE_BUS};
//!
//! assert_eq!(ARM.scope("user_impersonation").as_str(), "https://management.azure.com/user_impersonation");
//! assert!(ARM.has_audience("https://management.core.windows.net/"));
//! assert!(ARM.has_audience("797f4846-ba00-4fd7-ba43-dac1f8f63013"));
//! assert!(ARM.in_cloud(Cloud::UsGov).has_audience("https://management.usgovcloudapi.net"));
//! assert!(SERVICE_BUS.has_audience("https://orders.servicebus.windows.net"));
//!
//! const ORDERS: Resource = Resource::new("Orders API", &["api://orders"]);
//! assert_eq!(ORDERS.scope("Orders.Read").as_str(), "api://orders/Orders.Read");
//! ```

mod audience;
mod cloud;
mod scope;
mod scope_set;
mod table;

use std::fmt;

pub use audience::Audience;
pub(crate) use audience::{OwnedAudience, is_guid, same_identifier};
pub use cloud::Cloud;
pub use scope::{Scope, ScopeError};
pub(crate) use scope_set::{ScopeConflict, conflict, is_default, same_api};
#[cfg(feature = "azure_core")]
pub(crate) use scope_set::{most_telling, same_client};
pub use table::*;

/// An API that Microsoft Entra issues tokens for.
#[derive(Clone, Copy)]
pub struct Resource {
    name: &'static str,
    kind: Kind,
    cloud: Cloud,
}

#[derive(Clone, Copy)]
enum Kind {
    /// One of Microsoft's, with its rows of the table.
    Microsoft(&'static [Endpoint]),
    /// Anybody's, the same in every cloud.
    Own { app_id: Option<&'static str>, audiences: &'static [&'static str] },
}

/// One of Microsoft's APIs in one cloud.
struct Endpoint {
    /// `None`: in every cloud.
    cloud: Option<Cloud>,
    app_id: Option<&'static str>,
    /// The scope to ask for without a wish of one's own. What is in front of its last slash is how
    /// every scope of the API begins, with the second slash that some of them need.
    default_scope: &'static str,
    /// Audience URIs, without a slash at the end.
    audiences: &'static [&'static str],
    /// Audience URIs that differ by instance: see [`audience::matches_instance`].
    instances: &'static [&'static str],
}

impl Resource {
    /// An API of your own: a name for messages, and the audiences that its tokens can have, the App ID
    /// URI first.
    #[must_use]
    pub const fn new(name: &'static str, audiences: &'static [&'static str]) -> Self {
        Self { name, kind: Kind::Own { app_id: None, audiences }, cloud: Cloud::Public }
    }

    /// Adds the app id (client id) to an API of your own. Version 2.0 tokens have it as their
    /// audience. No effect on Microsoft's APIs.
    #[must_use]
    pub const fn with_app_id(self, app_id: &'static str) -> Self {
        match self.kind {
            Kind::Own { audiences, .. } => {
                Self { kind: Kind::Own { app_id: Some(app_id), audiences }, ..self }
            }
            Kind::Microsoft(_) => self,
        }
    }

    /// The same API in another cloud. An API of your own is the same everywhere; one of Microsoft's
    /// that the table does not have there matches nothing.
    #[must_use]
    pub const fn in_cloud(self, cloud: Cloud) -> Self {
        Self { cloud, ..self }
    }

    /// The resource that a token's audience names, in any cloud; `None` if the table does not know it,
    /// or if it stands for more than one (`https://<namespace>.servicebus.windows.net` is both Service
    /// Bus and Event Hubs).
    #[must_use]
    pub fn of_audience(audience: &str) -> Option<Self> {
        let mut found = ALL.iter().filter_map(|resource| {
            let clouds = Cloud::ALL.iter().map(|cloud| resource.in_cloud(*cloud));
            clouds.into_iter().find(|resource| resource.has_audience(audience))
        });
        let first = found.next();
        if found.next().is_none() { first } else { None }
    }

    /// The API's name for people.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The cloud.
    #[must_use]
    pub const fn cloud(&self) -> Cloud {
        self.cloud
    }

    /// The app id, a GUID, where it is known.
    #[must_use]
    pub fn app_id(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Microsoft(_) => self.endpoint()?.app_id,
            Kind::Own { app_id, .. } => app_id,
        }
    }

    /// The audience URIs, without a slash at the end.
    #[must_use]
    pub fn audience_uris(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::Microsoft(_) => self.endpoint().map_or(&[], |endpoint| endpoint.audiences),
            Kind::Own { audiences, .. } => audiences,
        }
    }

    /// Whether a token with this audience is for this API: its app id, one of its audience URIs (with
    /// or without one slash at the end), or the URI of one of its instances.
    #[must_use]
    pub fn has_audience(&self, audience: &str) -> bool {
        let instances = match self.kind {
            Kind::Microsoft(_) => self.endpoint().map_or(&[][..], |endpoint| endpoint.instances),
            Kind::Own { .. } => &[],
        };
        self.app_id().is_some_and(|app_id| same_identifier(app_id, audience))
            || self.audience_uris().iter().any(|uri| same_identifier(uri, audience))
            || instances.iter().any(|pattern| audience::matches_instance(pattern, audience))
    }

    /// A scope (delegated permission) of this API, in the form that a sign-in asks for.
    ///
    /// Some APIs of Microsoft know themselves by a URI that ends with a slash, so their scopes have
    /// two: `https://batch.core.windows.net//user_impersonation`. An API whose address differs by
    /// instance is named by its app id.
    #[must_use]
    pub fn scope(&self, name: &str) -> Scope {
        Scope::of(*self, self.scope_prefix(), name)
    }

    /// The scope to ask for without a wish of one's own: the API's only one, or `.default`, which
    /// stands for all permissions that the app registration lists.
    #[must_use]
    pub fn default_scope(&self) -> Scope {
        let name = match self.kind {
            Kind::Microsoft(_) => self
                .endpoint()
                .and_then(|endpoint| endpoint.default_scope.rsplit_once('/'))
                .map_or(".default", |(_, name)| name),
            Kind::Own { .. } => ".default",
        };
        self.scope(name)
    }

    /// What names the API: its first audience URI, else its app id; empty if it has neither.
    pub(crate) fn identifier(&self) -> &'static str {
        self.audience_uris().first().copied().or(self.app_id()).unwrap_or_default()
    }

    fn scope_prefix(&self) -> &'static str {
        match self.kind {
            Kind::Microsoft(endpoints) => {
                let endpoint = self.endpoint().or_else(|| endpoints.first());
                endpoint
                    .and_then(|endpoint| endpoint.default_scope.rsplit_once('/'))
                    .map_or("", |(prefix, _)| prefix)
            }
            Kind::Own { .. } => self.identifier(),
        }
    }

    fn endpoint(&self) -> Option<&'static Endpoint> {
        let Kind::Microsoft(endpoints) = self.kind else {
            return None;
        };
        let row = |cloud| endpoints.iter().find(|endpoint| endpoint.cloud == Some(cloud));
        row(self.cloud)
            .or_else(|| row(Cloud::UsGov).filter(|_| self.cloud == Cloud::UsGovDod))
            .or_else(|| endpoints.iter().find(|endpoint| endpoint.cloud.is_none()))
    }
}

/// Two resources are equal if they are the same API in the same cloud.
impl PartialEq for Resource {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.cloud == other.cloud
            && self.app_id() == other.app_id()
            && self.audience_uris() == other.audience_uris()
    }
}

impl Eq for Resource {}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Resource({}, {:?})", self.name, self.cloud)
    }
}

/// Prints the name, and the cloud if it is not the public one.
impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        match self.cloud {
            Cloud::Public => Ok(()),
            cloud => write!(f, " ({cloud:?})"),
        }
    }
}
