//! Changes of settings: each changes what it says, and nothing else.

use std::time::Duration;

use easyauth::settings::{
    AuthSettingsV2, EditError, Form, LoginParameters, Service, UnauthenticatedAction,
};

use super::{
    json::Json,
    settings_model::{self as model, Lists},
};

/// The longest time that .NET's `TimeSpan` holds, in seconds.
const LONGEST: u64 = 922_337_203_685;

/// What to change, from the first line of the input.
pub(crate) struct New<'a> {
    pub(crate) pointer: &'a str,
    pub(crate) json: &'a str,
    /// Any texts.
    texts: Vec<&'a str>,
    /// Any number.
    number: u64,
}

impl<'a> New<'a> {
    pub(crate) fn read(line: &'a str) -> Self {
        let (pointer, json) = line.split_once(' ').unwrap_or((line, "true"));
        let add = |number: u64, byte: u8| number.wrapping_mul(31).wrapping_add(byte.into());
        let number = line.bytes().fold(0, add);
        Self { pointer, json, texts: pointer.split('/').collect(), number }
    }

    /// A name of whatever is called by names that are anybody's.
    fn name(&self) -> &'a str {
        self.texts.last().copied().unwrap_or_default()
    }

    fn flag(&self) -> bool {
        self.number.is_multiple_of(2)
    }

    /// To the tick of .NET.
    fn time(&self) -> Duration {
        let ticks = u32::try_from(self.number % 10_000_000).unwrap_or_default();
        Duration::new(self.number % LONGEST, ticks.saturating_mul(100))
    }

    /// To the second.
    fn hours(&self) -> Duration {
        Duration::from_secs(self.number.rotate_left(20) % LONGEST)
    }

    fn parameters(&self) -> LoginParameters {
        LoginParameters::from_wire(&self.texts)
    }

    fn list(&self) -> Json {
        Json::list(self.texts.iter().copied().map(Json::text))
    }
}

/// A setting that has methods.
struct Change {
    /// Below the sections, but for tags.
    path: fn(&AuthSettingsV2, &New<'_>) -> Vec<String>,
    set: fn(&mut AuthSettingsV2, &New<'_>),
    /// Whether the getter says what was set.
    says: fn(&AuthSettingsV2, &New<'_>) -> bool,
    /// What is written, if there is one way to write it.
    json: fn(&New<'_>) -> Option<Json>,
    clear: fn(&mut AuthSettingsV2, &New<'_>),
    is_none: fn(&AuthSettingsV2, &New<'_>) -> bool,
}

/// A setting by the names and the methods of the objects that it is in, with what it is set to.
macro_rules! setting {
    (@json $new:ident) => {
        |_| None
    };
    (@json $new:ident $json:expr) => {
        |$new| Some($json)
    };
    (
        [$($name:literal),+], [$($view:ident, $edit:ident),+], $get:ident, $set:ident, $clear:ident,
        |$new:ident| $value:expr $(=> $json:expr)?
    ) => {
        Change {
            path: |settings, _| vec![$(name_in(settings, $name)),+],
            set: |settings, $new| {
                settings$(.$edit())+.$set($value);
            },
            says: |settings, $new| settings$(.$view())+.$get() == Some($value.into()),
            json: setting!(@json $new $($json)?),
            clear: |settings, _| {
                settings$(.$edit())+.$clear();
            },
            is_none: |settings, _| settings$(.$view())+.$get().is_none(),
        }
    };
}

const CHANGES: &[Change] = &[
    setting!(
        ["platform", "enabled"], [platform, platform_mut], enabled, set_enabled, clear_enabled,
        |new| new.flag() => Json::Bool(new.flag())
    ),
    setting!(
        ["platform", "configFilePath"], [platform, platform_mut],
        config_file_path, set_config_file_path, clear_config_file_path,
        |new| new.name() => Json::text(new.name())
    ),
    setting!(
        ["clearInboundClaimsMapping"], [properties, properties_mut],
        clear_inbound_claims_mapping,
        set_clear_inbound_claims_mapping,
        clear_clear_inbound_claims_mapping,
        |new| new.flag() => Json::text(new.flag().to_string())
    ),
    setting!(
        ["globalValidation", "unauthenticatedClientAction"],
        [global_validation, global_validation_mut],
        unauthenticated_client_action,
        set_unauthenticated_client_action,
        clear_unauthenticated_client_action,
        |new| UnauthenticatedAction::from(new.name())
    ),
    setting!(
        ["globalValidation", "excludedPaths"], [global_validation, global_validation_mut],
        excluded_paths, set_excluded_paths, clear_excluded_paths,
        |new| texts(&new.texts) => new.list()
    ),
    setting!(
        ["login", "tokenStore", "tokenRefreshExtensionHours"],
        [login, login_mut, token_store, token_store_mut],
        token_refresh_extension,
        set_token_refresh_extension,
        clear_token_refresh_extension,
        |new| new.hours()
    ),
    setting!(
        ["login", "cookieExpiration", "timeToExpiration"],
        [login, login_mut, cookie_expiration, cookie_expiration_mut],
        time_to_expiration,
        set_time_to_expiration,
        clear_time_to_expiration,
        |new| new.time()
    ),
    setting!(
        ["identityProviders", "azureActiveDirectory", "login", "loginParameters"],
        [entra, entra_mut, login, login_mut],
        login_parameters, set_login_parameters, clear_login_parameters,
        |new| new.parameters() => new.list()
    ),
    setting!(
        ["identityProviders", "gitHub", "registration", "clientSecretSettingName"],
        [identity_providers, identity_providers_mut, git_hub, git_hub_mut, registration,
            registration_mut],
        client_secret_setting_name,
        set_client_secret_setting_name,
        clear_client_secret_setting_name,
        |new| new.name() => Json::text(new.name())
    ),
    CUSTOM_PROVIDER,
];

const CUSTOM_PROVIDER: Change = Change {
    path: |settings, new| {
        let custom = customs(settings, new.name());
        ["identityProviders", custom, new.name(), "registration", "clientId"]
            .map(str::to_owned)
            .into()
    },
    set: |settings, new| {
        let mut providers = settings.identity_providers_mut();
        providers.custom_mut(new.name()).registration_mut().set_client_id(new.pointer);
    },
    says: |settings, new| {
        let provider = settings.identity_providers().custom(new.name());
        provider.registration().client_id().as_deref() == Some(new.pointer)
    },
    json: |new| Some(Json::text(new.pointer)),
    clear: |settings, new| {
        let mut providers = settings.identity_providers_mut();
        providers.custom_mut(new.name()).registration_mut().clear_client_id();
    },
    is_none: |settings, new| {
        let provider = settings.identity_providers().custom(new.name());
        provider.registration().client_id().is_none()
    },
};

const TAG: Change = Change {
    path: |_, new| vec!["tags".to_owned(), new.name().to_owned()],
    set: |settings, new| {
        if let Some(mut envelope) = settings.envelope_mut() {
            envelope.set_tag(new.name(), new.pointer);
        }
    },
    says: |settings, new| settings.envelope().tag(new.name()).as_deref() == Some(new.pointer),
    json: |new| Some(Json::text(new.pointer)),
    clear: |settings, new| {
        if let Some(mut envelope) = settings.envelope_mut() {
            envelope.clear_tag(new.name());
        }
    },
    is_none: |settings, new| settings.envelope().tag(new.name()).is_none(),
};

/// The names of the object that has the custom providers: in documents, and in settings files.
const CUSTOM: [&str; 2] = ["customOpenIdConnectProviders", "openIdConnectProviders"];

/// The name of the object that has this provider: where it is, or in documents of this form.
fn customs(settings: &AuthSettingsV2, provider: &str) -> &'static str {
    let providers = settings.identity_providers().as_json();
    let providers = providers.and_then(|json| Json::read(json.as_bytes())).unwrap_or(Json::Null);
    let has = |name: &&str| {
        let customs = model::member(&providers, name);
        customs.is_some_and(|customs| model::member(customs, provider).is_some())
    };
    let [documents, files] = CUSTOM;
    let usual = if settings.form() == Form::File { files } else { documents };
    [files, documents].into_iter().find(has).unwrap_or(usual)
}

/// The name that a member has in documents of this form.
fn name_in(settings: &AuthSettingsV2, name: &str) -> String {
    let is_of_static_web_apps = settings.form().service() == Service::StaticWebApps;
    if name == "gitHub" && is_of_static_web_apps { "github" } else { name }.to_owned()
}

fn texts(texts: &[&str]) -> Texts {
    Texts(texts.iter().map(|text| (*text).to_owned()).collect())
}

/// Texts to set, and to compare with those that are read.
struct Texts(Vec<String>);

impl IntoIterator for Texts {
    type Item = String;
    type IntoIter = std::vec::IntoIter<String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<Texts> for Vec<std::borrow::Cow<'_, str>> {
    fn from(texts: Texts) -> Self {
        texts.into_iter().map(Into::into).collect()
    }
}

pub(crate) fn check(settings: &AuthSettingsV2, root: &Json, new: &New<'_>) {
    let wrapper = model::wrapper(settings.form()).map(str::to_owned);
    for change in CHANGES {
        let mut path: Vec<String> = wrapper.iter().cloned().collect();
        path.extend((change.path)(settings, new));
        check_change(settings, root, new, change, &path);
    }
    let has_envelope = matches!(settings.form(), Form::AppService | Form::ContainerApp);
    assert_eq!(settings.clone().envelope_mut().is_some(), has_envelope);
    if has_envelope {
        check_change(settings, root, new, &TAG, &(TAG.path)(settings, new));
    }
    check_without_custom(settings, new);
    check_set(settings, root, new);
    check_remove(settings, root, new);
}

/// A custom provider that is removed is not there, wherever it was.
fn check_without_custom(settings: &AuthSettingsV2, new: &New<'_>) {
    let mut removed = settings.clone();
    removed.identity_providers_mut().remove_custom(new.name());
    let providers = removed.identity_providers();
    assert_eq!(providers.custom(new.name()).as_json(), None);
    let is_it = |name: &str| name.eq_ignore_ascii_case(new.name());
    assert!(!providers.all_custom().any(|(name, _)| is_it(&name)));
    let others = |settings: &AuthSettingsV2| -> Vec<String> {
        let all = settings.identity_providers();
        let names = all.all_custom().map(|(name, _)| name.into_owned());
        names.filter(|name| !is_it(name)).collect()
    };
    assert_eq!(others(&removed), others(settings));
    reread(&removed);
}

fn check_change(
    settings: &AuthSettingsV2,
    root: &Json,
    new: &New<'_>,
    change: &Change,
    path: &[String],
) {
    let mut changed = settings.clone();
    (change.set)(&mut changed, new);
    assert!((change.says)(&changed, new), "{path:?} in {}", changed.as_json());
    let after = reread(&changed);
    let written = model::at(&after, path).cloned().unwrap_or(Json::Null);
    let value = (change.json)(new).unwrap_or_else(|| written.clone());
    assert_eq!(written, value);
    let mut expected = root.clone();
    model::put(&mut expected, path, value, Lists::HaveNot);
    assert_eq!(after, expected);
    let once = changed.clone();
    (change.set)(&mut changed, new);
    assert_eq!(changed, once);

    for settings in [settings, &once] {
        let mut cleared = settings.clone();
        (change.clear)(&mut cleared, new);
        assert!((change.is_none)(&cleared, new), "{path:?} in {}", cleared.as_json());
        let mut expected = reread(settings);
        model::take(&mut expected, path, Lists::HaveNot);
        assert_eq!(reread(&cleared), expected);
    }
}

/// What was changed is a document of the same form.
pub(crate) fn reread(settings: &AuthSettingsV2) -> Json {
    let text = settings.as_json();
    let again = AuthSettingsV2::parse_as(settings.form(), text);
    assert!(again.as_ref().is_ok_and(|again| again.as_json() == text), "{again:?}: {text}");
    let json = Json::read(text.as_bytes());
    assert!(json.is_some(), "{text}");
    json.unwrap_or(Json::Null)
}

/// Any JSON at any pointer.
fn check_set(settings: &AuthSettingsV2, root: &Json, new: &New<'_>) {
    let mut changed = settings.clone();
    let result = changed.set(new.pointer, new.json).map(drop);
    let steps = model::steps(new.pointer);
    let value = Json::read(new.json.as_bytes());
    let (steps, value) = match (&steps, value) {
        (None, _) => return assert_eq!(result, Err(EditError::Pointer)),
        (Some(steps), _) if steps.is_empty() => {
            return assert_eq!(result, Err(EditError::Pointer));
        }
        (_, None) => {
            let end = new.json.len();
            let is_inside = |position: usize| position <= end;
            return assert!(
                matches!(result, Err(EditError::Json { position }) if is_inside(position)),
                "{result:?}",
            );
        }
        (Some(steps), Some(value)) => (steps, value),
    };
    let mut expected = root.clone();
    model::put(&mut expected, steps, value, Lists::Have);
    let error = if !model::is_open(root, steps) {
        Some(EditError::NotAnObject)
    } else if model::is_too_deep(&expected) {
        Some(EditError::TooDeep)
    } else {
        None
    };
    assert_eq!(result.as_ref().err(), error.as_ref());
    if error.is_some() {
        assert_eq!(changed, *settings);
        return;
    }
    assert_eq!(Json::read(changed.as_json().as_bytes()), Some(expected));
    let is_white = |next: char| " \n\r\t".contains(next);
    assert_eq!(changed.get(new.pointer), Some(new.json.trim_matches(is_white)));
}

fn check_remove(settings: &AuthSettingsV2, root: &Json, new: &New<'_>) {
    let value = |settings: &AuthSettingsV2| {
        settings.get(new.pointer).and_then(|json| Json::read(json.as_bytes()))
    };
    let steps = model::steps(new.pointer);
    let found = steps.as_ref().and_then(|steps| model::at(root, steps));
    assert_eq!(value(settings).as_ref(), found);

    let mut removed = settings.clone();
    let was_there = removed.remove(new.pointer);
    let mut expected = root.clone();
    let steps = steps.unwrap_or_default();
    assert_eq!(was_there, model::take(&mut expected, &steps, Lists::Have));
    assert_eq!(Json::read(removed.as_json().as_bytes()), Some(expected));
    assert!(!was_there || value(&removed).is_none());
    assert!(!removed.remove(new.pointer));
}
