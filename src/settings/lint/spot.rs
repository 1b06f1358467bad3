//! A place in the document, there or not, and what is read from it.

use std::{borrow::Cow, rc::Rc, time::Duration};

use crate::json::document::{Json, Path};
use crate::settings::{
    Guid, setting,
    unknown::{expression, is_expression, is_powershell},
};

/// A value with the way to it, which is put together for a finding only. What is missing has the way that
/// it would have.
#[derive(Clone)]
pub(super) struct Spot<'a>(Rc<Place<'a>>);

struct Place<'a> {
    json: Option<Json<'a>>,
    step: Step<'a>,
    parent: Option<Spot<'a>>,
    /// Whether something on the way is no object, so that nobody knows what is here.
    is_under_unknown: bool,
}

enum Step<'a> {
    Root(Path),
    Member(Json<'a>),
    Missing(&'static str),
    Element(usize),
}

impl<'a> Spot<'a> {
    /// A place from which others are reached.
    pub(super) fn root(path: Path, json: Option<Json<'a>>) -> Self {
        Self(Rc::new(Place { json, step: Step::Root(path), parent: None, is_under_unknown: false }))
    }

    fn below(&self, step: Step<'a>, json: Option<Json<'a>>) -> Self {
        let is_unknown = |json: Json<'_>| !json.is_object() && !json.is_null();
        let is_under_unknown =
            json.is_none() && (self.0.is_under_unknown || self.0.json.is_some_and(is_unknown));
        Self(Rc::new(Place { json, step, parent: Some(self.clone()), is_under_unknown }))
    }

    /// A member, under the name that it has in the document.
    pub(super) fn at(&self, name: &'static str) -> Self {
        match self.0.json.and_then(|json| json.get(name)) {
            Some(own) => self.member(own),
            None => self.below(Step::Missing(name), None),
        }
    }

    /// A member that is there.
    pub(super) fn member(&self, json: Json<'a>) -> Self {
        self.below(Step::Member(json), Some(json))
    }

    /// An element of a list.
    pub(super) fn element(&self, index: usize, json: Json<'a>) -> Self {
        self.below(Step::Element(index), Some(json))
    }

    /// The members, in their order, those of one name as well.
    pub(super) fn members(&self) -> impl Iterator<Item = Self> {
        self.0.json.into_iter().flat_map(Json::values).map(|json| self.member(json))
    }

    /// The elements of an array.
    pub(super) fn elements(&self) -> impl Iterator<Item = Self> {
        let elements = self.0.json.and_then(Json::elements).into_iter().flatten();
        elements.enumerate().map(|(index, json)| self.element(index, json))
    }

    pub(super) fn path(&self) -> Path {
        let mut steps = Vec::new();
        let mut spot = Some(self);
        let mut path = Path::default();
        while let Some(Self(place)) = spot {
            match &place.step {
                Step::Root(root) => path = root.clone(),
                Step::Member(json) => steps.push(Cow::Owned(json.name().into_owned())),
                Step::Missing(name) => steps.push(Cow::Borrowed(*name)),
                Step::Element(index) => steps.push(Cow::Owned(index.to_string())),
            }
            spot = place.parent.as_ref();
        }
        steps.into_iter().rev().for_each(|step| path.push(step));
        path
    }

    /// The last name on the way.
    pub(super) fn name(&self) -> Cow<'a, str> {
        match &self.0.step {
            Step::Root(path) => path.steps().last().cloned().unwrap_or_default(),
            Step::Member(json) => json.name(),
            Step::Missing(name) => (*name).into(),
            Step::Element(index) => index.to_string().into(),
        }
    }

    /// Whether it is the member of this name, in any case.
    pub(super) fn is_named(&self, name: &str) -> bool {
        match &self.0.step {
            Step::Member(json) => json.is_named(name),
            _ => self.name().eq_ignore_ascii_case(name),
        }
    }

    pub(super) fn json(&self) -> Option<Json<'a>> {
        self.0.json
    }

    /// The value, or the last thing that is there on the way to it.
    pub(super) fn nearest(&self) -> Option<Json<'a>> {
        self.0.json.or_else(|| self.0.parent.as_ref().and_then(Self::nearest))
    }

    /// Whether it is there, be it `null`.
    pub(super) fn exists(&self) -> bool {
        self.0.json.is_some()
    }

    /// Whether something is there: no `null`, nor an empty object, list or text.
    pub(super) fn is_filled(&self) -> bool {
        let empty = |json: Json<'_>| {
            json.is_null()
                || json.as_written() == "\"\""
                || json.elements().is_some_and(|mut elements| elements.next().is_none())
                || (json.is_object() && json.values().next().is_none())
        };
        self.0.json.is_some_and(|json| !empty(json))
    }

    /// Whether nothing is there, and that is certain.
    pub(super) fn is_missing(&self) -> bool {
        !self.is_filled() && !self.is_unknown()
    }

    /// Whether something else decides what is here: the value is an expression, has one in it, or is what
    /// PowerShell left of one; or something on the way is no object.
    pub(super) fn is_unknown(&self) -> bool {
        self.0.is_under_unknown
            || self.0.json.is_some_and(|json| {
                expression(json).is_some()
                    || json.as_str().is_some_and(|text| is_powershell(&text))
                    || json.elements().is_some_and(|mut all| {
                        all.any(|own| own.as_str().is_some_and(|text| is_expression(&text)))
                    })
            })
    }

    pub(super) fn flag(&self) -> Option<bool> {
        self.0.json.and_then(setting::flag)
    }

    pub(super) fn text(&self) -> Option<Cow<'a, str>> {
        self.0.json.and_then(Json::as_str)
    }

    /// A list of texts, if it is one.
    pub(super) fn texts(&self) -> Option<Vec<Cow<'a, str>>> {
        self.0.json.and_then(setting::texts)
    }

    pub(super) fn guid(&self) -> Option<Guid> {
        self.0.json.and_then(setting::guid)
    }

    pub(super) fn time(&self) -> Option<Duration> {
        self.0.json.and_then(setting::time)
    }

    pub(super) fn hours(&self) -> Option<Duration> {
        self.0.json.and_then(setting::hours)
    }
}
