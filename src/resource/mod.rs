//! The APIs that Microsoft Entra issues tokens for: their names, audiences and scopes.
//!
//! A [`Resource`] constant such as [`ARM`] is an API in the public cloud;
//! [`in_cloud`](Resource::in_cloud) selects another cloud. Your own API is a [`Resource::new`], or
//! simply the string of its App ID URI.
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

mod api_name;
mod audience;
mod cloud;
mod pasted;
mod row;
mod scope;
mod scope_set;
mod table;

use std::fmt;

use crate::debug::debug;

pub use api_name::ApiName;
use api_name::MAX_NAMED;
pub(crate) use api_name::{ApiNames, write_list};
pub use audience::Audience;
pub(crate) use audience::{OwnedAudience, is_guid, same_application, same_identifier};
pub use cloud::Cloud;
pub(crate) use pasted::candidates;
use pasted::only;
use row::{Api, Endpoint, Identifier};
pub use scope::{Scope, ScopeError, ScopeErrorKind};
pub(crate) use scope_set::{ScopeConflict, apis_of, conflict, is_default, same_api};
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
    /// One of Microsoft's APIs, with its rows of the table.
    Microsoft(&'static Api),
    /// Any other API, the same in every cloud.
    Own { app_id: Option<&'static str>, audiences: &'static [&'static str] },
}

impl Resource {
    /// Your own API: a name for messages, and the audiences that its tokens can have. The App ID URI
    /// comes first.
    #[must_use]
    pub const fn new(name: &'static str, audiences: &'static [&'static str]) -> Self {
        Self { name, kind: Kind::Own { app_id: None, audiences }, cloud: Cloud::Public }
    }

    /// Adds the app ID (client ID) to your own API. Version 2.0 tokens have it as their audience. No
    /// effect on Microsoft's APIs.
    #[must_use]
    pub const fn with_app_id(self, app_id: &'static str) -> Self {
        match self.kind {
            Kind::Own { audiences, .. } => {
                Self { kind: Kind::Own { app_id: Some(app_id), audiences }, ..self }
            }
            Kind::Microsoft(_) => self,
        }
    }

    /// The same API in another cloud. Your own API is the same in every cloud. One of Microsoft's APIs may
    /// be unknown in that cloud: see [`is_known`](Self::is_known).
    #[must_use]
    pub const fn in_cloud(self, cloud: Cloud) -> Self {
        Self { cloud, ..self }
    }

    /// The resource that a token's audience names, in any cloud. `None` if the table does not know the
    /// audience, or if it is ambiguous: `https://<namespace>.servicebus.windows.net` is both Service Bus
    /// and Event Hubs.
    ///
    /// A slash at the end does not matter, even if the API itself is strict. This method tells what an
    /// audience names; [`has_audience`](Self::has_audience) tells whether the API accepts it.
    #[must_use]
    pub fn of_audience(audience: &str) -> Option<Self> {
        let identifier = Identifier::new(audience);
        only(ALL.iter().filter_map(|api| api.in_first_cloud(|endpoint| endpoint.has(&identifier))))
    }

    /// Returns `true` if this audience belongs to one or more of Microsoft's APIs, in any cloud.
    #[cfg(feature = "verify")]
    pub(crate) fn is_of_microsoft(audience: &str) -> bool {
        let identifier = Identifier::new(audience);
        let mut all = ALL.iter();
        all.any(|api| api.in_first_cloud(|endpoint| endpoint.has(&identifier)).is_some())
    }

    /// The display name of the API.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The cloud of the API.
    #[must_use]
    pub const fn cloud(&self) -> Cloud {
        self.cloud
    }

    /// Returns `true` if an audience of the API is known: the table has it in its cloud, or your own API
    /// has one.
    ///
    /// An unknown API matches no audience. [`scope`](Self::scope) then returns a scope without an API
    /// (`/user_impersonation`). Builders of sign-in parameters and token requests return an error for it. If
    /// you know the App ID URI, use that string instead.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.identifier().is_empty()
    }

    /// The app ID, a GUID, if it is known.
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

    /// The audience URIs and the app ID.
    pub(crate) fn identifiers(&self) -> impl Iterator<Item = &'static str> {
        self.audience_uris().iter().copied().chain(self.app_id())
    }

    /// Returns `true` if the API accepts a token with this audience: its app ID, one of its audience
    /// URIs, or the URI of one of its instances.
    ///
    /// One slash at the end does not matter, except for a few APIs that are known to compare it. Azure
    /// SQL Database and Batch accept only URIs with the slash. `PostgreSQL`, `MySQL` and Synapse accept
    /// only URIs without it.
    #[must_use]
    pub fn has_audience(&self, audience: &str) -> bool {
        match self.kind {
            Kind::Microsoft(api) => {
                let identifier = Identifier::new(audience);
                identifier.fits(api.slash)
                    && self.endpoint().is_some_and(|endpoint| endpoint.has(&identifier))
            }
            Kind::Own { app_id, audiences } => {
                app_id.iter().chain(audiences).any(|own| same_identifier(own, audience))
            }
        }
    }

    /// Returns `true` if this audience is that of the API, not of one instance.
    pub(crate) fn has_general_audience(&self, audience: &str) -> bool {
        self.has_audience(audience)
            && (is_guid(audience)
                || self.audience_uris().iter().any(|own| same_identifier(own, audience)))
    }

    /// Returns `true` if an application needs no permission in its token, because the API itself knows
    /// what it may do (Azure role-based access control).
    pub(crate) fn decides_for_apps(&self) -> bool {
        matches!(self.kind, Kind::Microsoft(api) if !api.apps_need_roles)
    }

    /// Returns `true` for one of Microsoft's APIs.
    pub(crate) fn is_microsofts(&self) -> bool {
        matches!(self.kind, Kind::Microsoft(_))
    }

    /// A scope (delegated permission) of this API, in the form that a sign-in requests.
    ///
    /// For some APIs of Microsoft, the URI ends with a slash. Their scopes have two slashes:
    /// `https://batch.core.windows.net//user_impersonation`. If the address of an API differs by
    /// instance, the scope uses its app ID. The scope of an [unknown](Self::is_known) API is not valid.
    #[must_use]
    pub fn scope(&self, name: &str) -> Scope {
        Scope::of(*self, self.scope_prefix(), name)
    }

    /// The default scope to request: the API's only one, or `.default`, which means all permissions in
    /// the app registration.
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

    /// The name of the API's only permission, if it has only one.
    pub(crate) fn only_permission(&self) -> Option<&'static str> {
        let endpoint = self.endpoint()?;
        let (_, name) = endpoint.default_scope.rsplit_once('/')?;
        Some(name).filter(|name| *name != ".default")
    }

    /// The identifier of the API: its first audience URI, else its app ID; empty if it has neither.
    pub(crate) fn identifier(&self) -> &'static str {
        self.identifiers().next().unwrap_or_default()
    }

    fn scope_prefix(&self) -> &'static str {
        match self.kind {
            Kind::Microsoft(_) => self
                .endpoint()
                .and_then(|endpoint| endpoint.default_scope.rsplit_once('/'))
                .map_or("", |(prefix, _)| prefix),
            Kind::Own { .. } => pasted::without_default(self.identifier()),
        }
    }

    /// The cloud whose addresses it has; `None` if they are the same in every cloud, or unknown.
    pub(crate) fn cloud_of_addresses(&self) -> Option<Cloud> {
        self.endpoint()?.cloud
    }

    fn endpoint(&self) -> Option<&'static Endpoint> {
        let Kind::Microsoft(Api { endpoints, .. }) = self.kind else {
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

debug! { Resource, |own| "Resource({}, {:?})", own.name, own.cloud }

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
