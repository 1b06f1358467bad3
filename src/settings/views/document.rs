//! The envelope, and all sections from the top.

#[allow(clippy::wildcard_imports, unused_imports)] // what the macro needs
use super::prelude::*;
use super::{
    EncryptionSettings, EncryptionSettingsMut, Entra, EntraMut, GlobalValidation,
    GlobalValidationMut, HttpSettings, HttpSettingsMut, IdentityProviders, IdentityProvidersMut,
    LegacyProperties, LegacyPropertiesMut, Login, LoginMut, Platform, PlatformMut,
};
use crate::settings::{AuthSettingsV2, json::Path};

objects! {
    /// What is around the sections in an answer of Azure Resource Manager.
    Envelope, EnvelopeMut {
        /// The kind of the resource. No answer that was seen has it.
        "kind": text, kind, set_kind, clear_kind;
        /// The region, for people: `East US`.
        "location": text, location, set_location, clear_location;
    }

    /// The sections: `properties`, or whatever has them.
    Properties, PropertiesMut {
        /// Whether names of claims stay as they are in the token. Written as the text `"false"`.
        "clearInboundClaimsMapping": text_flag,
            clear_inbound_claims_mapping,
            set_clear_inbound_claims_mapping,
            clear_clear_inbound_claims_mapping;
        /// The function that Static Web Apps asks for a user's roles.
        "rolesSource" [StaticWebApps]: text, roles_source, set_roles_source, clear_roles_source;
        objects {
            /// `platform`.
            "platform": Platform, PlatformMut, platform, platform_mut;
            /// `globalValidation`.
            "globalValidation": GlobalValidation, GlobalValidationMut,
                global_validation, global_validation_mut;
            /// `identityProviders`.
            "identityProviders": IdentityProviders, IdentityProvidersMut,
                identity_providers, identity_providers_mut;
            /// `login`.
            "login": Login, LoginMut, login, login_mut;
            /// `httpSettings`.
            "httpSettings": HttpSettings, HttpSettingsMut, http_settings, http_settings_mut;
            /// `encryptionSettings`, of Container Apps.
            "encryptionSettings" [ContainerApps]: EncryptionSettings, EncryptionSettingsMut,
                encryption_settings, encryption_settings_mut;
            /// `legacyProperties`, of the middleware's document.
            "legacyProperties": LegacyProperties, LegacyPropertiesMut,
                legacy_properties, legacy_properties_mut;
        }
    }
}

impl<'a> Envelope<'a> {
    /// The resource id. Azure Resource Manager gives it; it cannot be set.
    #[must_use]
    pub fn id(self) -> Option<Cow<'a, str>> {
        self.0?.get("id").and_then(field::text)
    }

    /// The name of the resource, `authsettingsV2` or `current`. It cannot be set.
    #[must_use]
    pub fn name(self) -> Option<Cow<'a, str>> {
        self.0?.get("name").and_then(field::text)
    }

    /// The type of the resource. It cannot be set.
    #[must_use]
    pub fn resource_type(self) -> Option<Cow<'a, str>> {
        self.0?.get("type").and_then(field::text)
    }

    /// Who made and changed it, as JSON. It cannot be set.
    #[must_use]
    pub fn system_data(self) -> Option<&'a str> {
        self.0?.get("systemData").map(Json::as_written)
    }

    /// A tag of the site.
    #[must_use]
    pub fn tag(self, name: &str) -> Option<Cow<'a, str>> {
        self.0?.get("tags")?.get(name).and_then(field::text)
    }

    /// The tags of the site, in their order.
    pub fn tags(self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> {
        let tags = self.0.and_then(|json| json.get("tags")).map(Json::members);
        tags.into_iter().flatten().filter_map(|tag| Some((tag.name, field::text(tag.value)?)))
    }
}

impl EnvelopeMut<'_> {
    /// Sets a tag.
    pub fn set_tag(&mut self, name: impl Into<String>, value: impl AsRef<str>) -> &mut Self {
        let tags = self.0.inner("tags");
        let tag = tags.path.join(name.into());
        tags.settings.text_mut().set_member(&tag, &Value::from(value.as_ref()));
        self
    }

    /// Removes a tag.
    pub fn clear_tag(&mut self, name: impl Into<String>) -> &mut Self {
        self.0.inner("tags").clear(name.into());
        self
    }
}

impl AuthSettingsV2 {
    /// What is around the sections; absent in the forms without an envelope.
    #[must_use]
    pub fn envelope(&self) -> Envelope<'_> {
        Envelope(self.form().has_envelope().then(|| self.text().root()))
    }

    /// To set what is around the sections; `None` in the forms without an envelope.
    pub fn envelope_mut(&mut self) -> Option<EnvelopeMut<'_>> {
        let place = Place { settings: self, path: Path::default() };
        place.settings.form().has_envelope().then_some(EnvelopeMut(place))
    }

    /// All sections.
    #[must_use]
    pub fn properties(&self) -> Properties<'_> {
        Properties(self.text().get(&self.sections()))
    }

    /// To set what is in the sections.
    pub fn properties_mut(&mut self) -> PropertiesMut<'_> {
        let path = self.sections();
        PropertiesMut(Place { settings: self, path })
    }

    /// `identityProviders.azureActiveDirectory`: Microsoft Entra.
    #[must_use]
    pub fn entra(&self) -> Entra<'_> {
        self.identity_providers().azure_active_directory()
    }

    /// To set what [`entra`](Self::entra) reads.
    pub fn entra_mut(&mut self) -> EntraMut<'_> {
        EntraMut(self.place(&["identityProviders", "azureActiveDirectory"]))
    }

    fn place(&mut self, names: &[&'static str]) -> Place<'_> {
        let mut path = self.sections();
        for name in names {
            path.push(*name);
        }
        Place { settings: self, path }
    }
}

/// Sections by short ways.
macro_rules! sections {
    ($($name:literal: $view:ident, $edit:ident, $get:ident, $get_mut:ident;)+) => {
        impl AuthSettingsV2 {
            $(
                #[doc = concat!("`", $name, "`.")]
                #[must_use]
                pub fn $get(&self) -> $view<'_> {
                    self.properties().$get()
                }

                #[doc = concat!("To set what [`", stringify!($get), "`](Self::", stringify!($get), ") reads.")]
                pub fn $get_mut(&mut self) -> $edit<'_> {
                    $edit(self.place(&[$name]))
                }
            )+
        }
    };
}

sections! {
    "platform": Platform, PlatformMut, platform, platform_mut;
    "globalValidation": GlobalValidation, GlobalValidationMut, global_validation, global_validation_mut;
    "identityProviders": IdentityProviders, IdentityProvidersMut, identity_providers, identity_providers_mut;
    "login": Login, LoginMut, login, login_mut;
    "httpSettings": HttpSettings, HttpSettingsMut, http_settings, http_settings_mut;
    "encryptionSettings": EncryptionSettings, EncryptionSettingsMut, encryption_settings, encryption_settings_mut;
}
