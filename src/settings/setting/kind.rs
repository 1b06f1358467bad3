//! How each kind of setting is read and written.

use std::{borrow::Cow, time::Duration};

use serde_json::Value;

use super::Object;
use crate::json::document::{Json, JsonText};
use crate::{
    json::Kind as JsonKind,
    login_parameters::LoginParameters,
    settings::{
        Guid, UnauthenticatedAction, timespan,
        values::{COOKIE_CONVENTIONS, PROXY_CONVENTIONS, choice},
    },
};

/// The kinds of settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::settings) enum Kind {
    /// `true`; or `"true"`, which the service accepts.
    Flag,
    /// `"false"`, or `false`.
    TextFlag,
    Text,
    Texts,
    /// The name of an application setting, or of a secret in Container Apps.
    SettingName,
    Guid,
    Guids,
    /// `hh:mm:ss`.
    Timespan,
    /// `72`, `72.0`; or as a string.
    Hours,
    /// One of a few strings; or its number.
    Choice(&'static [&'static str]),
    /// `["key=value"]`.
    LoginParameters,
    Object,
}

impl Kind {
    /// A description of the values, for messages.
    pub(in crate::settings) fn expected(self) -> &'static str {
        match self {
            Self::Flag => "true or false",
            Self::TextFlag => "\"true\" or \"false\"",
            Self::Text | Self::Choice(_) => "a string",
            Self::SettingName => "the name of a setting",
            Self::Texts => "a list of strings",
            Self::Guid => "a GUID",
            Self::Guids => "a list of GUIDs",
            Self::Timespan => "a timespan, [d.]hh:mm:ss",
            Self::Hours => "a number of hours",
            Self::LoginParameters => "a list of strings, key=value",
            Self::Object => "an object",
        }
    }
}

/// How values of a type are read and written.
pub(in crate::settings) struct Codec<T> {
    pub(super) kind: Kind,
    /// Returns `None` for a value of another type.
    pub(in crate::settings) read: fn(Json<'_>) -> Option<T>,
    pub(in crate::settings) write: fn(&T) -> Value,
}

impl<T> Codec<T> {
    pub(in crate::settings) fn kind(&self) -> Kind {
        self.kind
    }
}

/// The codecs, under their names in the table.
pub(super) mod codecs {
    #[allow(clippy::wildcard_imports, reason = "all that is above")]
    use super::*;

    pub(in super::super) const FLAG: Codec<bool> =
        Codec { kind: Kind::Flag, read: flag, write: |flag| Value::from(*flag) };
    // The service answers the string `"false"`, so a string is written.
    pub(in super::super) const TEXT_FLAG: Codec<bool> =
        Codec { kind: Kind::TextFlag, read: flag, write: |flag| Value::from(flag.to_string()) };
    pub(in super::super) const TEXT: Codec<String> =
        Codec { kind: Kind::Text, read: text, write: |text| Value::from(text.as_str()) };
    pub(in super::super) const NAME: Codec<String> =
        Codec { kind: Kind::SettingName, read: text, write: |text| Value::from(text.as_str()) };
    pub(in super::super) const TEXTS: Codec<Vec<String>> = Codec {
        kind: Kind::Texts,
        read: |json| Some(strings(json)?.into_iter().map(Cow::into_owned).collect()),
        write: |strings| Value::from(strings.as_slice()),
    };
    pub(in super::super) const GUID: Codec<Guid> =
        Codec { kind: Kind::Guid, read: guid, write: |guid| Value::from(guid.as_str()) };
    pub(in super::super) const GUIDS: Codec<Vec<Guid>> = Codec {
        kind: Kind::Guids,
        read: |json| json.elements()?.map(guid).collect(),
        write: |guids| guids.iter().map(Guid::as_str).collect(),
    };
    pub(in super::super) const TIME: Codec<Duration> =
        Codec { kind: Kind::Timespan, read: time, write: |time| timespan::write(*time).into() };
    pub(in super::super) const HOURS: Codec<Duration> =
        Codec { kind: Kind::Hours, read: hours, write: |time| hours_value(*time) };
    pub(in super::super) const ACTION: Codec<UnauthenticatedAction> = Codec {
        kind: Kind::Choice(UnauthenticatedAction::NAMES),
        read: UnauthenticatedAction::read,
        write: |action| Value::from(action.as_str()),
    };
    pub(in super::super) const COOKIE: Codec<String> = Codec {
        kind: Kind::Choice(COOKIE_CONVENTIONS),
        read: |json| choice(json, COOKIE_CONVENTIONS),
        ..TEXT
    };
    pub(in super::super) const PROXY: Codec<String> = Codec {
        kind: Kind::Choice(PROXY_CONVENTIONS),
        read: |json| choice(json, PROXY_CONVENTIONS),
        ..TEXT
    };
    pub(in super::super) const PARAMETERS: Codec<LoginParameters> = Codec {
        kind: Kind::LoginParameters,
        read: read_login_parameters,
        write: |parameters| Value::from(parameters.entries()),
    };
    pub(in super::super) const OBJECT: Codec<Object> = Codec {
        kind: Kind::Object,
        read: |json| JsonText::new(json.as_written()).ok().filter(|_| json.is_object()).map(Object),
        write: |object| serde_json::from_str(object.as_json()).unwrap_or_default(),
    };
}

pub(in crate::settings) fn flag(json: Json<'_>) -> Option<bool> {
    match json.kind() {
        JsonKind::Bool => json.as_bool(),
        JsonKind::String => {
            let text = json.as_str()?;
            let is = |word| text.eq_ignore_ascii_case(word);
            if is("true") { Some(true) } else { is("false").then_some(false) }
        }
        _ => None,
    }
}

fn text(json: Json<'_>) -> Option<String> {
    json.as_str().map(Cow::into_owned)
}

pub(in crate::settings) fn strings(json: Json<'_>) -> Option<Vec<Cow<'_, str>>> {
    json.elements()?.map(Json::as_str).collect()
}

pub(in crate::settings) fn guid(json: Json<'_>) -> Option<Guid> {
    json.as_str()?.parse().ok()
}

pub(in crate::settings) fn time(json: Json<'_>) -> Option<Duration> {
    timespan::read(&json.as_str()?)
}

/// Hours, rounded to seconds.
pub(in crate::settings) fn hours(json: Json<'_>) -> Option<Duration> {
    let text = json.as_number().map(Cow::Borrowed).or_else(|| json.as_str())?;
    let hours: f64 = text.parse().ok()?;
    let seconds = Duration::try_from_secs_f64((hours * 3600.0).round()).ok()?;
    (seconds <= MAX_HOURS).then_some(seconds)
}

/// The longest time in hours that is read: the longest `TimeSpan` of .NET.
const MAX_HOURS: Duration = Duration::from_secs(922_337_203_685);

fn hours_value(time: Duration) -> Value {
    let time = Duration::from_secs(time.min(MAX_HOURS).as_secs());
    if time.as_secs().is_multiple_of(3600) {
        Value::from(time.as_secs() / 3600)
    } else {
        Value::from(time.as_secs_f64() / 3600.0)
    }
}

pub(in crate::settings) fn read_login_parameters(json: Json<'_>) -> Option<LoginParameters> {
    strings(json).map(LoginParameters::from_wire)
}

/// Returns `true` if a value can be read as this kind.
pub(in crate::settings) fn is_of(kind: Kind, json: Json<'_>) -> bool {
    match kind {
        Kind::Flag | Kind::TextFlag => flag(json).is_some(),
        Kind::Text | Kind::SettingName => json.kind() == JsonKind::String,
        Kind::Choice(_) => matches!(json.kind(), JsonKind::String | JsonKind::Number),
        Kind::Texts | Kind::LoginParameters => strings(json).is_some(),
        Kind::Guid => guid(json).is_some(),
        Kind::Guids => json.elements().is_some_and(|mut all| all.all(|one| guid(one).is_some())),
        Kind::Timespan => time(json).is_some(),
        Kind::Hours => hours(json).is_some(),
        Kind::Object => json.is_object(),
    }
}
