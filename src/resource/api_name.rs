//! APIs in messages.

use std::fmt;

use super::{OwnedAudience, Resource};
use crate::{escape::Escaped, kinds::debug_by_display};

/// How many APIs or permissions a message names. It only counts the rest.
pub(crate) const MAX_NAMED: usize = 8;

/// An API in a message: its identifier, and its name if that is known.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiName {
    identifier: String,
    resource: Option<Resource>,
}

impl ApiName {
    pub(crate) fn of(api: &OwnedAudience) -> Self {
        let resource = match api {
            OwnedAudience::Resource(resource) => Some(*resource),
            OwnedAudience::Identifier(identifier) => Resource::of_audience(identifier),
        };
        Self { identifier: api.identifier().to_owned(), resource }
    }

    pub(crate) fn of_audience(audience: &str) -> Self {
        Self { identifier: audience.to_owned(), resource: Resource::of_audience(audience) }
    }

    /// The APIs that a token with these audiences is for. At most one more than a message names, because
    /// a token can have thousands of audiences.
    pub(crate) fn of_audiences<'a>(audiences: impl Iterator<Item = &'a str>) -> Vec<Self> {
        audiences.take(MAX_NAMED.saturating_add(1)).map(Self::of_audience).collect()
    }

    /// The App ID URI or the app ID.
    #[must_use]
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// The API, if it is known.
    #[must_use]
    pub fn resource(&self) -> Option<Resource> {
        self.resource
    }

    /// The display name with its cloud, else the identifier.
    pub(crate) fn title(&self) -> String {
        self.resource.map_or_else(|| self.identifier.clone(), |resource| resource.to_string())
    }
}

debug_by_display!(ApiName);

/// Prints the display name and the identifier.
impl fmt::Display for ApiName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.resource {
            Some(resource) => write!(f, "{resource} ({})", Escaped(&self.identifier)),
            None => Escaped(&self.identifier).fmt(f),
        }
    }
}

/// A list of APIs from [`ApiName::of_audiences`], for a sentence.
pub(crate) struct ApiNames<'a>(pub(crate) &'a [ApiName]);

impl fmt::Display for ApiNames<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = self.0.get(..MAX_NAMED).unwrap_or(self.0);
        if named.is_empty() {
            return f.write_str("no API");
        }
        write_list(f, named, " and ", |f, api| api.fmt(f))?;
        // The list was cut, so the rest cannot be counted.
        f.write_str(if named.len() < self.0.len() { " and others" } else { "" })
    }
}

/// Prints the first [`MAX_NAMED`] items, and the number of the others.
pub(crate) fn write_list<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    separator: &str,
    print: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (index, item) in items.iter().take(MAX_NAMED).enumerate() {
        f.write_str(if index == 0 { "" } else { separator })?;
        print(f, item)?;
    }
    match items.len().saturating_sub(MAX_NAMED) {
        0 => Ok(()),
        more => write!(f, "{separator}{more} more"),
    }
}
