//! A place in the document, present or missing, and the value there.

use std::{borrow::Cow, time::Duration};

use crate::{
    json::document::{Json, Path},
    settings::{
        Guid, setting,
        unknown::{expression, is_expression, is_powershell},
    },
};

/// A value; or a missing one, with the nearest present value on the way and the names from there.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    json: Option<Json<'a>>,
    nearest: Json<'a>,
    missing: [&'static str; MOST_STEPS],
    /// Something on the way is not an object, so what is here is unknown.
    is_under_unknown: bool,
}

/// How often [`Spot::at`] follows another one.
const MOST_STEPS: usize = 4;

impl<'a> Spot<'a> {
    pub(super) fn of(json: Json<'a>) -> Self {
        Self { json: Some(json), nearest: json, missing: [""; MOST_STEPS], is_under_unknown: false }
    }

    /// A member, or a member of a member: `at("login/tokenStore")`.
    pub(super) fn at(&self, path: &'static str) -> Self {
        let mut spot = *self;
        let mut rest = path;
        while let Some(json) = spot.json {
            let (step, after) = first_step(rest);
            let Some(own) = json.get(step) else {
                spot.is_under_unknown = !json.is_object() && !json.is_null();
                spot.json = None;
                break;
            };
            spot = Self::of(own);
            if after.is_empty() {
                return spot;
            }
            rest = after;
        }
        if let Some(free) = spot.missing.iter_mut().find(|own| own.is_empty()) {
            *free = rest;
        }
        spot
    }

    pub(super) fn members(&self) -> impl Iterator<Item = Self> + use<'a> {
        self.json.into_iter().flat_map(Json::values).map(Self::of)
    }

    /// The elements of an array.
    pub(super) fn elements(&self) -> impl Iterator<Item = Self> + Clone + use<'a> {
        self.json.into_iter().flat_map(Json::list).map(Self::of)
    }

    pub(super) fn path(&self) -> Path {
        let mut path = self.nearest.path();
        for step in self.missing.iter().flat_map(|steps| steps.split('/')) {
            if !step.is_empty() {
                path.push(step);
            }
        }
        path
    }

    pub(super) fn name(&self) -> Cow<'a, str> {
        let missing = self.missing.iter().rfind(|steps| !steps.is_empty());
        missing.map_or_else(
            || self.nearest.name(),
            |steps| steps.rsplit('/').next().unwrap_or_default().into(),
        )
    }

    /// Returns `true` for the member of this name, in any case.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.json.is_some_and(|json| json.is_named(name))
    }

    pub(super) fn json(&self) -> Option<Json<'a>> {
        self.json
    }

    /// The value, or the last present value on the way to it.
    pub(super) fn nearest(&self) -> Json<'a> {
        self.nearest
    }

    /// Returns `true` if it is present, even as `null`.
    pub(super) fn exists(&self) -> bool {
        self.json.is_some()
    }

    /// Returns `true` for any value but `null`, an empty object, list or string.
    pub(super) fn is_filled(&self) -> bool {
        let is_empty = |json: Json<'_>| {
            json.is_null()
                || json.as_written() == "\"\""
                || (json.is_container() && json.size() == 1)
        };
        self.json.is_some_and(|json| !is_empty(json))
    }

    /// Returns `true` if the place is certainly empty.
    pub(super) fn is_missing(&self) -> bool {
        !self.is_filled() && !self.is_unknown()
    }

    /// Returns `true` if a template decides what is here: the value is an expression, has one in it, or is
    /// what PowerShell left of one; or something on the way is not an object.
    pub(super) fn is_unknown(&self) -> bool {
        let is_unknown = |json: Json<'_>| {
            json.as_str().is_some_and(|text| is_expression(&text) || is_powershell(&text))
                || json.list().any(|own| expression(own).is_some())
        };
        self.is_under_unknown || self.json.is_some_and(is_unknown)
    }

    pub(super) fn flag(&self) -> Option<bool> {
        self.json.and_then(setting::flag)
    }

    pub(super) fn text(&self) -> Option<Cow<'a, str>> {
        self.json.and_then(Json::as_str)
    }

    /// The string, unless it is empty or a placeholder, which only the rule of placeholders judges.
    pub(super) fn final_text(&self) -> Option<Cow<'a, str>> {
        self.text().filter(|text| !text.is_empty() && !is_placeholder(text))
    }

    /// Returns `true` for a string that a person or a deployment replaces.
    pub(super) fn is_placeholder(&self) -> bool {
        self.text().is_some_and(|text| is_placeholder(&text))
    }

    pub(super) fn strings(&self) -> Option<Vec<Cow<'a, str>>> {
        self.json.and_then(setting::strings)
    }

    pub(super) fn guid(&self) -> Option<Guid> {
        self.json.and_then(setting::guid)
    }

    pub(super) fn time(&self) -> Option<Duration> {
        self.json.and_then(setting::time)
    }

    pub(super) fn hours(&self) -> Option<Duration> {
        self.json.and_then(setting::hours)
    }

    pub(super) fn is_list(&self) -> bool {
        self.json.is_some_and(|json| json.elements().is_some())
    }

    pub(super) fn is_empty_list(&self) -> bool {
        self.is_list() && self.elements().next().is_none()
    }
}

/// The first step of a path, and the rest. Paths are short: a search for a character takes longer to start.
fn first_step(path: &'static str) -> (&'static str, &'static str) {
    let slash = path.bytes().position(|byte| byte == b'/');
    let parts = slash.and_then(|slash| path.split_at_checked(slash));
    parts.map_or((path, ""), |(step, rest)| (step, rest.strip_prefix('/').unwrap_or_default()))
}

pub(super) fn is_placeholder(text: &str) -> bool {
    is_expression(text) || is_open(text)
}

/// Returns `true` for a placeholder that a person replaces.
pub(super) fn is_open(text: &str) -> bool {
    let has_bracket = text.bytes().any(|byte| matches!(byte, b'<' | b'{'));
    (has_bracket && (has_word_in(text, '<', '>') || has_word_in(text, '{', '}'))) || is_yours(text)
}

/// `<tenant>`, `https://login.microsoftonline.com/{tenant-id}/v2.0`. JSON in a string has quotes.
fn has_word_in(text: &str, open: char, close: char) -> bool {
    const LONGEST: usize = 64;
    text.split(open).skip(1).any(|rest| {
        let name = rest.split(close).next().unwrap_or_default();
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b" _-.|:/".contains(&byte);
        name.len() < rest.len()
            && name.len() <= LONGEST
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.bytes().all(is_word)
    })
}

/// `YOUR_CLIENT_ID`, `api://your-api`, `https://login.microsoftonline.com/TENANT_ID/v2.0`; not a path of the
/// site such as `/your-orders`.
fn is_yours(text: &str) -> bool {
    const WORD: &[u8; 4] = b"your";
    let bytes = text.as_bytes();
    if !bytes.iter().any(|byte| matches!(byte, b'y' | b'Y' | b'_')) {
        return false;
    }
    if bytes.first() == Some(&b'/') {
        return false;
    }
    let is_word = |(at, word): (usize, &[u8])| {
        word.eq_ignore_ascii_case(WORD)
            && matches!(bytes.get(at.saturating_add(WORD.len())), Some(b'_' | b'-'))
            && at.checked_sub(1).is_none_or(|before| {
                bytes.get(before).is_some_and(|before| b"/= :.@".contains(before))
            })
    };
    bytes.windows(WORD.len()).enumerate().any(is_word)
        || bytes.windows(10).any(|word| word.eq_ignore_ascii_case(b"/tenant_id"))
}
