//! One typed constant per setting, and the table that they come from.

mod kind;
mod schema;
mod set_from;
pub(super) mod table;

use std::fmt;

pub(super) use kind::{Codec, Kind, flag, guid, hours, is_of, strings, time};
pub(super) use schema::{
    Node, built_in_providers, envelope as envelope_schema, is_built_in, schema,
};
pub use set_from::SetFrom;
pub use table::ALL_SETTINGS;

use crate::{
    debug::debug,
    json::document::{JsonText, Path},
    platform::Service,
};

/// The step that matches the name of any custom provider.
pub(super) const ANY_NAME: &str = "*";

/// A documented setting: its place, its type, and the services that have it.
///
/// The constants are in the modules of [`settings`](super), one module for each provider or section:
/// [`entra::CLIENT_ID`](super::entra::CLIENT_ID),
/// [`login::TOKEN_STORE_ENABLED`](super::login::TOKEN_STORE_ENABLED).
/// [`AuthSettingsV2::get`](super::AuthSettingsV2::get) and
/// [`set`](super::AuthSettingsV2::set) take them. `'n` is the lifetime of a custom provider's name.
pub struct Setting<'n, T: 'static> {
    row: &'static Row,
    codec: &'static Codec<T>,
    name: &'n str,
}

/// A setting of each custom OpenID Connect provider: [`of`](Self::of) names the provider.
///
/// ```
/// use easyauth::settings::{AuthSettingsV2, custom};
///
/// let mut doc: AuthSettingsV2 = r#"{"properties":{"identityProviders":{}}}"#.parse()?;
/// doc.set(custom::CLIENT_ID.of("okta"), "0oa1b2")?;
/// assert_eq!(doc.get(custom::CLIENT_ID.of("okta")).as_deref(), Some("0oa1b2"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Keyed<T: 'static> {
    row: &'static Row,
    codec: &'static Codec<T>,
}

/// A whole object, as it is written. Such settings are read or removed.
/// [`set_pointer`](super::AuthSettingsV2::set_pointer) sets them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object(JsonText);

impl Object {
    /// The JSON of the object.
    #[must_use]
    pub fn as_json(&self) -> &str {
        self.0.as_str()
    }
}

/// A row of the table of settings, [`ALL_SETTINGS`], of any type.
#[derive(Debug, Clone, Copy)]
pub struct AnySetting(&'static Row);

#[derive(Debug)]
pub(super) struct Row {
    /// The names on the way to it, with `/` between them.
    path: &'static str,
    kind: Kind,
    services: Services,
    /// Whether it is in the envelope of Azure Resource Manager, around the sections.
    in_envelope: bool,
    doc: &'static str,
}

/// A set of services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Services(u8);

impl Services {
    pub(super) const APP: Self = Self(1);
    pub(super) const ACA: Self = Self(2);
    pub(super) const SWA: Self = Self(4);
    /// App Service and Container Apps.
    pub(super) const SITES: Self = Self(3);
    pub(super) const ALL: Self = Self(7);
    pub(super) const NONE: Self = Self(0);

    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn has(self, service: Service) -> bool {
        let one = match service {
            Service::AppService | Service::Functions => Self::APP,
            Service::ContainerApps => Self::ACA,
            Service::StaticWebApps => Self::SWA,
        };
        self.0 & one.0 != 0
    }
}

impl<'n, T> Setting<'n, T> {
    const fn new(row: &'static Row, codec: &'static Codec<T>) -> Self {
        Self { row, codec, name: "" }
    }

    pub(super) fn row(self) -> &'static Row {
        self.row
    }

    pub(super) fn codec(self) -> &'static Codec<T> {
        self.codec
    }

    /// The name of the custom provider, if it is a setting of one.
    pub(super) fn name(self) -> Option<&'n str> {
        self.row.is_keyed().then_some(self.name)
    }
}

impl<T> Keyed<T> {
    const fn new(row: &'static Row, codec: &'static Codec<T>) -> Self {
        Self { row, codec }
    }

    /// The setting of the custom provider with this name.
    #[must_use]
    pub const fn of(self, name: &str) -> Setting<'_, T> {
        Setting { row: self.row, codec: self.codec, name }
    }
}

impl Row {
    pub(super) fn in_envelope(&self) -> bool {
        self.in_envelope
    }

    pub(super) fn is_keyed(&self) -> bool {
        self.steps().any(|step| step == ANY_NAME)
    }

    pub(super) fn is_in(&self, service: Service) -> bool {
        self.services.has(service)
    }

    /// The names on the way, in the spelling of App Service.
    pub(super) fn steps(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/')
    }
}

impl AnySetting {
    /// The JSON Pointer from the object that has the sections; in the envelope from the document. `*` stands
    /// for the name of a custom provider.
    #[must_use]
    pub fn pointer(self) -> String {
        format!("/{}", self.0.path)
    }

    /// The description.
    #[must_use]
    pub fn doc(self) -> &'static str {
        self.0.doc.trim()
    }

    /// Returns `true` if the service has it.
    #[must_use]
    pub fn is_in(self, service: Service) -> bool {
        self.0.services.has(service)
    }

    /// A description of its values: `true or false`, `a list of GUIDs`.
    #[must_use]
    pub fn expected(self) -> &'static str {
        self.0.kind.expected()
    }

    /// The names of the values of a setting with few values, in the order of their numbers in the document
    /// of the platform's middleware; empty for other settings.
    #[must_use]
    pub fn choices(self) -> &'static [&'static str] {
        match self.0.kind {
            Kind::Choice(names) => names,
            _ => &[],
        }
    }

    /// Returns `true` if it is in the envelope of Azure Resource Manager, around the sections.
    #[must_use]
    pub fn is_in_envelope(self) -> bool {
        self.0.in_envelope
    }
}

/// Prints the path.
impl<T> fmt::Debug for Setting<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |step: &'static str| {
            if step == ANY_NAME { self.name.to_owned() } else { step.to_owned() }
        };
        let path: Path = self.row.steps().map(|step| named(step).into()).collect();
        write!(f, "Setting({path})")
    }
}

debug! { for<T> Keyed, |own| "Keyed({})", AnySetting(own.row).pointer() }

impl<T> Clone for Setting<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Setting<'_, T> {}
