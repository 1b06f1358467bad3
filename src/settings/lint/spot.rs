//! A place in the document, there or not, and what is read from it.

use std::{borrow::Cow, time::Duration};

use crate::settings::{
    AuthSettingsV2, Guid,
    json::{Json, Path, Step},
    views::field,
};

/// A value with the way to it. What is missing has the way that it would have.
#[derive(Clone)]
pub(super) struct Spot<'a> {
    path: Path,
    json: Option<Json<'a>>,
}

impl<'a> Spot<'a> {
    /// The whole document.
    pub(super) fn document(settings: &'a AuthSettingsV2) -> Self {
        Self { path: Path::default(), json: Some(settings.text().root()) }
    }

    /// The object that has the sections.
    pub(super) fn sections(settings: &'a AuthSettingsV2) -> Self {
        settings
            .sections()
            .steps()
            .iter()
            .fold(Self::document(settings), |spot, step| spot.at(step))
    }

    /// The Entra provider.
    pub(super) fn entra(settings: &'a AuthSettingsV2) -> Self {
        Self::sections(settings).at("identityProviders").at("azureActiveDirectory")
    }

    /// A member, under the name that it has in the document.
    pub(super) fn at(&self, name: &str) -> Self {
        let members = self.json.map(Json::members).into_iter().flatten();
        match members.filter(|member| member.name.eq_ignore_ascii_case(name)).last() {
            Some(own) => self.inner(own.name.into_owned(), own.value),
            None => Self { path: self.path.join(name.to_owned()), json: None },
        }
    }

    /// A value inside, by the name that it has in the document.
    pub(super) fn inner(&self, name: impl Into<Step>, json: Json<'a>) -> Self {
        Self { path: self.path.join(name), json: Some(json) }
    }

    /// The members, in their order, those of one name as well.
    pub(super) fn members(&self) -> Vec<Self> {
        let members = self.json.map(Json::members).into_iter().flatten();
        members.map(|member| self.inner(member.name.into_owned(), member.value)).collect()
    }

    /// The elements of an array.
    pub(super) fn elements(&self) -> Vec<Self> {
        let elements = self.json.and_then(Json::elements).into_iter().flatten();
        let spot = |(index, json): (usize, Json<'a>)| self.inner(index.to_string(), json);
        elements.enumerate().map(spot).collect()
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The last name on the way.
    pub(super) fn name(&self) -> &str {
        self.path.steps().last().map_or("", |step| step)
    }

    pub(super) fn json(&self) -> Option<Json<'a>> {
        self.json
    }

    /// Whether it is there, be it `null`.
    pub(super) fn exists(&self) -> bool {
        self.json.is_some()
    }

    /// Whether something is there: no `null`, nor an empty object, list or text.
    pub(super) fn is_filled(&self) -> bool {
        let empty = |json: Json<'_>| {
            json.is_null()
                || json.as_written() == "\"\""
                || json.elements().is_some_and(|mut elements| elements.next().is_none())
                || (json.is_object() && json.members().next().is_none())
        };
        self.json.is_some_and(|json| !empty(json))
    }

    pub(super) fn flag(&self) -> Option<bool> {
        self.json.and_then(field::flag)
    }

    pub(super) fn text(&self) -> Option<Cow<'a, str>> {
        self.json.and_then(field::text)
    }

    /// A list of texts, if it is one.
    pub(super) fn texts(&self) -> Option<Vec<Cow<'a, str>>> {
        self.json.and_then(field::texts)
    }

    pub(super) fn guid(&self) -> Option<Guid> {
        self.json.and_then(field::guid)
    }

    pub(super) fn time(&self) -> Option<Duration> {
        self.json.and_then(field::time)
    }

    pub(super) fn hours(&self) -> Option<Duration> {
        self.json.and_then(field::hours)
    }
}
