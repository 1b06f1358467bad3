//! Recognizing APIs in other forms: an address with a path, a scope, the host of one instance.

use super::{
    ALL, Cloud, Kind, Resource, is_guid,
    row::{Endpoint, Identifier},
};

/// The suffix that means all permissions of an API.
pub(crate) const DEFAULT_SUFFIX: &str = "/.default";

impl Resource {
    /// The API that a string means: any form of its audience, a scope, an address with a path, or the
    /// host of one instance, ignoring case. `None` if the table does not know it, or if it can mean more
    /// than one API.
    ///
    /// [`of_audience`](Self::of_audience) recognizes only audiences as tokens have them.
    ///
    /// ```
    /// use easyauth::resource::{ARM, KEY_VAULT, Resource};
    ///
    /// assert_eq!(Resource::recognize("HTTPS://Management.Azure.com/subscriptions"), Some(ARM));
    /// assert_eq!(Resource::recognize("https://management.azure.com/.default"), Some(ARM));
    /// assert_eq!(Resource::recognize("https://my-vault.vault.azure.net/secrets/x"), Some(KEY_VAULT));
    /// assert_eq!(Resource::recognize("https://example.com"), None);
    /// ```
    #[must_use]
    pub fn recognize(text: &str) -> Option<Self> {
        only(candidates(text).into_iter())
    }
}

/// Every API that a string can mean. A namespace of Service Bus means two, because Event Hubs have the
/// same hosts.
pub(crate) fn candidates(text: &str) -> Vec<Resource> {
    let text = without_default(text.trim());
    // The form in which a few APIs name service principals in audiences (for instance Key Vault).
    let text = text.strip_prefix("spn:").unwrap_or(text);
    let exact = matching(|endpoint| endpoint.has(&Identifier::new(text)));
    if !exact.is_empty() {
        return exact;
    }
    if let Some((id, _)) = text.split_once('/').filter(|(id, _)| is_guid(id)) {
        return matching(|endpoint| endpoint.has(&Identifier::AppId(id)));
    }
    let Some(Address { host, path }) = Address::parse(text) else {
        return Vec::new();
    };
    let by_audience = matching(|endpoint| {
        endpoint.audiences.iter().any(|audience| {
            let (own_host, own_path) = split(audience.strip_prefix("https://").unwrap_or(audience));
            own_host == host && is_below(path, own_path)
        })
    });
    if !by_audience.is_empty() {
        return by_audience;
    }
    matching(|endpoint| {
        endpoint.instances.iter().chain(endpoint.hosts).any(|pattern| pattern.matches(&host))
    })
}

/// The string without any `/.default` at its end.
pub(crate) fn without_default(text: &str) -> &str {
    let cut = text.trim_end_matches(DEFAULT_SUFFIX);
    if cut.is_empty() { text } else { cut }
}

/// Returns `https://<host>` if the string is an address below an instance of an API whose instances have
/// separate audiences.
pub(crate) fn instance_audience(text: &str) -> Option<String> {
    let Address { host, .. } = Address::parse(without_default(text.trim()))?;
    let audience = format!("https://{host}");
    let is_instance = Identifier::new(&audience);
    let exists = !matching(|endpoint| {
        !endpoint.audiences.contains(&audience.as_str()) && endpoint.has(&is_instance)
    })
    .is_empty();
    exists.then_some(audience)
}

/// The APIs with such a row, each in the first cloud that has one.
fn matching(is_it: impl Fn(&Endpoint) -> bool) -> Vec<Resource> {
    ALL.iter().filter_map(|resource| resource.in_first_cloud(&is_it)).collect()
}

/// The only element, if there is exactly one.
pub(super) fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next();
    if all.next().is_none() { first } else { None }
}

impl Resource {
    /// The API in the first cloud where it has such a row.
    pub(super) fn in_first_cloud(self, is_it: impl Fn(&Endpoint) -> bool) -> Option<Self> {
        let Kind::Microsoft(api) = self.kind else { return None };
        let endpoint = api.endpoints.iter().find(|endpoint| is_it(endpoint))?;
        Some(self.in_cloud(endpoint.cloud.unwrap_or(Cloud::Public)))
    }
}

/// A host in lower case, which may not be valid, and the path behind it.
struct Address<'a> {
    host: String,
    path: &'a str,
}

impl<'a> Address<'a> {
    /// Reads an `https` address; the scheme may be missing.
    fn parse(text: &'a str) -> Option<Self> {
        let text = text.split(['?', '#']).next().unwrap_or_default();
        let rest = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => rest,
            Some(_) => return None,
            None => text,
        };
        let (host, path) = split(rest);
        let host = host.strip_suffix(":443").unwrap_or(host);
        Some(Self { host: host.to_ascii_lowercase(), path })
    }
}

/// A host, and the path with its slash.
fn split(rest: &str) -> (&str, &str) {
    rest.find('/').and_then(|slash| rest.split_at_checked(slash)).unwrap_or((rest, ""))
}

/// Returns `true` if `path` is `base` or below it.
fn is_below(path: &str, base: &str) -> bool {
    path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
