//! How each kind of setting is read and written.

use std::{borrow::Cow, time::Duration};

use serde_json::Value;

use crate::{
    json::Kind,
    settings::{Guid, LoginParameters, json::Json, timespan},
};

/// The kinds of settings, for whoever checks a document.
#[derive(Debug, Clone, Copy)]
pub(in crate::settings) enum Shape {
    /// `true`; or `"true"`, which the service takes as well.
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
    /// `72`, `72.0`; or as text.
    Hours,
    /// One of few texts; or its number.
    Choice(&'static [&'static str]),
    /// `["key=value"]`.
    LoginParameters,
    Object(&'static Schema),
    /// An object of objects by names that are anybody's.
    Map(&'static Schema),
}

/// An object: what it can have.
#[derive(Debug)]
pub(in crate::settings) struct Schema {
    pub(in crate::settings) members: &'static [Field],
}

impl Schema {
    /// A member by its name, whatever its case.
    pub(in crate::settings) fn field(&self, name: &str) -> Option<&'static Field> {
        self.members.iter().find(|field| field.name.eq_ignore_ascii_case(name))
    }
}

/// A member that an object can have.
#[derive(Debug)]
pub(in crate::settings) struct Field {
    pub(in crate::settings) name: &'static str,
    pub(in crate::settings) shape: Shape,
    /// The one service that has it; `None` for all.
    pub(in crate::settings) only: Option<super::Service>,
}

pub(in crate::settings) fn flag(json: Json<'_>) -> Option<bool> {
    match json.kind() {
        Kind::Bool => json.as_bool(),
        Kind::String => {
            let text = json.as_str()?;
            let is = |word| text.eq_ignore_ascii_case(word);
            if is("true") { Some(true) } else { is("false").then_some(false) }
        }
        _ => None,
    }
}

pub(in crate::settings) fn text(json: Json<'_>) -> Option<Cow<'_, str>> {
    json.as_str()
}

pub(in crate::settings) fn texts(json: Json<'_>) -> Option<Vec<Cow<'_, str>>> {
    json.elements()?.map(text).collect()
}

pub(in crate::settings) fn guid(json: Json<'_>) -> Option<Guid> {
    json.as_str()?.parse().ok()
}

pub(in crate::settings) fn guids(json: Json<'_>) -> Option<Vec<Guid>> {
    json.elements()?.map(guid).collect()
}

pub(in crate::settings) fn time(json: Json<'_>) -> Option<Duration> {
    timespan::read(&json.as_str()?)
}

/// Hours, to the second.
pub(in crate::settings) fn hours(json: Json<'_>) -> Option<Duration> {
    let text = json.as_number().map(Cow::Borrowed).or_else(|| json.as_str())?;
    let hours: f64 = text.parse().ok()?;
    let seconds = Duration::try_from_secs_f64((hours * 3600.0).round()).ok()?;
    (seconds <= MAX_HOURS).then_some(seconds)
}

/// The longest time that is counted in hours: what .NET's `TimeSpan` holds.
const MAX_HOURS: Duration = Duration::from_secs(922_337_203_685);

pub(super) fn hours_value(time: Duration) -> Value {
    let time = Duration::from_secs(time.min(MAX_HOURS).as_secs());
    if time.as_secs().is_multiple_of(3600) {
        Value::from(time.as_secs() / 3600)
    } else {
        Value::from(time.as_secs_f64() / 3600.0)
    }
}

pub(in crate::settings) fn login_parameters(json: Json<'_>) -> Option<LoginParameters> {
    texts(json).map(LoginParameters::from_wire)
}
