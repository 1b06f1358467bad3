//! Changes of settings: each changes its own member and nothing else, or is an error and changes nothing.

use std::time::Duration;

use easyauth::{
    Service,
    settings::{
        AuthSettingsV2, Form, Guid, LoginParameters, SetFrom, Setting, SettingsError,
        SettingsErrorKind, UnauthenticatedAction, custom, entra, envelope, github,
        global_validation, login, platform, sections,
    },
};

use super::{
    json::Json,
    settings_model::{self as model, Lists},
    share::Share,
};

/// The longest time that .NET's `TimeSpan` holds, in seconds.
const LONGEST: u64 = 922_337_203_685;

/// The change in the first line of the input.
pub(crate) struct New<'a> {
    pub(crate) pointer: &'a str,
    pub(crate) json: &'a str,
    /// Arbitrary strings.
    strings: Vec<&'a str>,
    /// An arbitrary number.
    number: u64,
}

impl<'a> New<'a> {
    pub(crate) fn read(line: &'a str) -> Self {
        let (pointer, json) = line.split_once(' ').unwrap_or((line, "true"));
        let add = |number: u64, byte: u8| number.wrapping_mul(31).wrapping_add(byte.into());
        let number = line.bytes().fold(0, add);
        Self { pointer, json, strings: pointer.split('/').collect(), number }
    }

    /// A name for a member that the user names.
    fn name(&self) -> &'a str {
        self.strings.last().copied().unwrap_or_default()
    }

    fn flag(&self) -> bool {
        self.number.is_multiple_of(2)
    }

    /// To the tick of .NET (100 ns).
    fn time(&self) -> Duration {
        let ticks = u32::try_from(self.number % 10_000_000).unwrap_or_default();
        Duration::new(self.number % LONGEST, ticks.saturating_mul(100))
    }

    /// To the second.
    fn hours(&self) -> Duration {
        Duration::from_secs(self.number.rotate_left(20) % LONGEST)
    }

    fn strings(&self) -> Vec<String> {
        self.strings.iter().map(|text| (*text).to_owned()).collect()
    }
}

/// A document, in the crate and in the model.
#[derive(Clone, Copy)]
struct Subject<'a> {
    settings: &'a AuthSettingsV2,
    root: &'a Json,
}

pub(crate) fn check(settings: &AuthSettingsV2, root: &Json, new: &New<'_>, share: &mut Share) {
    let subject = Subject { settings, root };
    for change in share.of(&CHANGES) {
        change(subject, new);
    }
}

/// One setting of each type, and of each shape of path.
const CHANGES: [fn(Subject<'_>, &New<'_>); 14] = [
    check_set,
    check_remove,
    check_envelope,
    check_custom,
    |own, new| own.change(platform::ENABLED, new.flag(), &["platform", "enabled"]),
    |own, new| own.change(platform::CONFIG_FILE_PATH, new.name(), &["platform", "configFilePath"]),
    |own, new| {
        let path = ["clearInboundClaimsMapping"];
        own.change(sections::CLEAR_INBOUND_CLAIMS_MAPPING, new.flag(), &path);
    },
    |own, new| {
        let path = ["globalValidation", "unauthenticatedClientAction"];
        let action = action_of(new.name());
        own.change(global_validation::UNAUTHENTICATED_CLIENT_ACTION, action, &path);
    },
    |own, new| {
        let path = ["globalValidation", "excludedPaths"];
        own.change(global_validation::EXCLUDED_PATHS, new.strings(), &path);
    },
    |own, new| {
        let path = ["login", "tokenStore", "tokenRefreshExtensionHours"];
        own.change(login::TOKEN_REFRESH_EXTENSION, new.hours(), &path);
    },
    |own, new| {
        let path = ["login", "cookieExpiration", "timeToExpiration"];
        own.change(login::COOKIE_EXPIRATION, new.time(), &path);
    },
    |own, new| {
        let path = ["identityProviders", "azureActiveDirectory", "login", "loginParameters"];
        own.change(entra::LOGIN_PARAMETERS, LoginParameters::from_wire(&new.strings), &path);
    },
    |own, _| {
        let guid = "11112222-bbbb-3333-cccc-4444dddd5555".parse::<Guid>();
        assert!(guid.is_ok(), "{guid:?}");
        let Ok(guid) = guid else { return };
        let path = ["identityProviders", "azureActiveDirectory", "registration", "clientId"];
        own.change(entra::CLIENT_ID, guid, &path);
    },
    |own, new| {
        let github = match own.settings.form().service() {
            Service::StaticWebApps => "github",
            _ => "gitHub",
        };
        let path = ["identityProviders", github, "registration", "clientSecretSettingName"];
        own.change(github::CLIENT_SECRET_SETTING_NAME, new.name(), &path);
    },
];

fn check_custom(own: Subject<'_>, new: &New<'_>) {
    let name = new.name();
    let Some(custom) = customs(own.settings, own.root, name) else { return };
    let tail = ["registration", "openIdConnectConfiguration", "issuer"];
    let path = [&["identityProviders", custom, name][..], &tail].concat();
    own.change(custom::ISSUER.of(name), new.pointer, &path);
}

fn check_envelope(own: Subject<'_>, new: &New<'_>) {
    let kind = own.settings.clone().set(envelope::KIND, new.name()).map(drop);
    let has_envelope = matches!(own.settings.form(), Form::AppService | Form::ContainerApp);
    assert!(has_envelope || kind.is_err());
}

impl Subject<'_> {
    /// Sets, reads and removes a setting.
    fn change<T, V>(self, setting: Setting<'_, T>, value: V, names: &[&str])
    where
        T: SetFrom<V> + PartialEq,
        V: Clone,
    {
        let Self { settings, root } = self;
        let mut path = model::sections_path(settings);
        let start = path.len();
        path.extend(names.iter().map(|name| (*name).to_owned()));
        let mut changed = settings.clone();
        let result = changed.set(setting, value.clone()).map(drop);
        let removed = settings.clone().remove(setting);
        assert_eq!(result.is_ok(), removed.is_ok(), "{setting:?}");
        if let Err(error) = &result {
            assert_eq!(changed.as_json(), settings.as_json(), "{error}");
            // A value of another type is in the way, or the service does not have this setting.
            let is_open = model::has_objects_alone(root, &path, start);
            let is_blocked = !is_open || model::at(root, &path).is_some_and(model::has_expression);
            let has_none = [
                SettingsErrorKind::NoSuchSetting,
                SettingsErrorKind::ProviderName,
                SettingsErrorKind::TooDeep,
            ]
            .contains(&error.kind());
            assert!(is_blocked || has_none, "{error}: {}", settings.as_json());
            return;
        }
        assert!(model::has_objects_alone(root, &path, start), "{path:?} in {}", settings.as_json());
        let after = reread(&changed);
        let written = model::at(&after, &path).cloned().unwrap_or(Json::Null);
        // The new value can look like an expression.
        let is_read = changed.read(setting) == Ok(Some(T::set_from(value.clone())));
        assert!(is_read || model::has_expression(&written), "{path:?} in {}", changed.as_json());
        let mut expected = root.clone();
        model::put(&mut expected, &path, written.clone(), Lists::Have);
        assert_eq!(after, expected);
        if model::has_expression(&written) {
            return;
        }
        let mut cleared = changed.clone();
        assert_eq!(cleared.remove(setting), Ok(true));
        model::take(&mut expected, &path, Lists::Have);
        assert_eq!(reread(&cleared), expected);
        assert!(cleared.read(setting).is_ok_and(|read| read.is_none()));
    }
}

/// The action of this name, in any case.
fn action_of(name: &str) -> UnauthenticatedAction {
    use UnauthenticatedAction::{
        AllowAnonymous, RedirectToLoginPage, Return401, Return403, Return404,
    };
    let known = [RedirectToLoginPage, AllowAnonymous, Return401, Return403, Return404];
    let known = known.into_iter().find(|own| own.as_str().eq_ignore_ascii_case(name));
    known.unwrap_or_else(|| UnauthenticatedAction::Other(name.to_owned()))
}

/// The name of the object that has this provider: where it is, or in documents of this form. `None` if
/// that cannot be told without the crate.
fn customs(settings: &AuthSettingsV2, root: &Json, provider: &str) -> Option<&'static str> {
    let mut path = model::sections_path(settings);
    path.push("identityProviders".to_owned());
    let providers = model::at(root, &path);
    let inner = |name: &str| providers.and_then(|providers| model::member(providers, name));
    let names = ["openIdConnectProviders", "customOpenIdConnectProviders"];
    if names.iter().any(|name| inner(name).is_some_and(|own| !matches!(own, Json::Object(_)))) {
        return None;
    }
    let has = |name: &&&str| inner(name).is_some_and(|own| model::member(own, provider).is_some());
    let [files, documents] = names;
    let usual = if settings.form() == Form::File { files } else { documents };
    Some(names.iter().find(has).copied().unwrap_or(usual))
}

/// A changed document has the same form.
pub(crate) fn reread(settings: &AuthSettingsV2) -> Json {
    let text = settings.as_json();
    let again = match settings.resource_pointer().as_str() {
        "" => AuthSettingsV2::parse_as(settings.form(), text),
        pointer => AuthSettingsV2::in_template(pointer, text),
    };
    assert!(again.as_ref().is_ok_and(|again| again.as_json() == text), "{again:?}: {text}");
    let json = Json::read(text.as_bytes());
    assert!(json.is_some(), "{text}");
    json.unwrap_or(Json::Null)
}

/// Sets arbitrary JSON at an arbitrary pointer.
fn check_set(own: Subject<'_>, new: &New<'_>) {
    let Subject { settings, root } = own;
    let mut changed = settings.clone();
    let result = changed.set_pointer(new.pointer, new.json).map(drop);
    let kind = result.as_ref().err().map(SettingsError::kind);
    let steps = model::steps(new.pointer).filter(|steps| !steps.is_empty());
    let (steps, value) = match (&steps, Json::read(new.json.as_bytes())) {
        (None, _) => return assert_eq!(kind, Some(SettingsErrorKind::Pointer)),
        (_, None) => return assert_eq!(kind, Some(SettingsErrorKind::NotJson)),
        (Some(steps), Some(value)) => (steps, value),
    };
    let mut expected = root.clone();
    let error = if steps.len().saturating_add(model::depth(&value)) > model::MAX_DEPTH {
        Some(SettingsErrorKind::TooDeep)
    } else if !model::is_open(root, steps) {
        Some(SettingsErrorKind::NotAnObject)
    } else {
        None
    };
    assert_eq!(kind, error, "{result:?}");
    if error.is_some() {
        assert_eq!(changed, *settings);
        return;
    }
    model::put(&mut expected, steps, value, Lists::Have);
    assert_eq!(Json::read(changed.as_json().as_bytes()), Some(expected));
    let is_white = |next: char| " \n\r\t".contains(next);
    assert_eq!(changed.pointer(new.pointer), Some(new.json.trim_matches(is_white)));
}

fn check_remove(own: Subject<'_>, new: &New<'_>) {
    let Subject { settings, root } = own;
    let value = |settings: &AuthSettingsV2| {
        settings.pointer(new.pointer).and_then(|json| Json::read(json.as_bytes()))
    };
    let steps = model::steps(new.pointer);
    let found = steps.as_ref().and_then(|steps| model::at(root, steps));
    assert_eq!(value(settings).as_ref(), found);

    let mut removed = settings.clone();
    let was_there = removed.remove_pointer(new.pointer);
    let mut expected = root.clone();
    let steps = steps.unwrap_or_default();
    assert_eq!(was_there, model::take(&mut expected, &steps, Lists::Have));
    assert_eq!(Json::read(removed.as_json().as_bytes()), Some(expected));
    assert!(!was_there || value(&removed).is_none());
    assert!(!removed.remove_pointer(new.pointer));
}
