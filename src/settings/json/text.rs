//! The whole text, and changes in place.

use std::{ops::Range, sync::OnceLock};

use serde_json::{Value, value::RawValue};

use super::{
    Json, Path, Step,
    index::{Node, index},
    layout::{Layout, New},
};
use crate::json::{JsonError, Kind, Reader};

/// A JSON text that was checked, and stays one whatever is changed.
#[derive(Clone)]
pub(in crate::settings) struct JsonText {
    text: String,
    /// Where everything stands. A change empties it, and whoever needs it next makes it.
    nodes: OnceLock<Vec<Node>>,
}

impl JsonText {
    /// Checks a text, and drops white space around its value.
    pub(in crate::settings) fn new(text: &str) -> Result<Self, JsonError> {
        match serde_json::from_str::<&RawValue>(text) {
            Ok(raw) => Self::of_raw(raw),
            Err(_) => Err(error(text)),
        }
    }

    /// The same for a text that `serde_json` has read already: it looks at the grammar alone.
    pub(in crate::settings) fn of_raw(raw: &RawValue) -> Result<Self, JsonError> {
        let nodes = index(raw.get()).ok_or_else(|| error(raw.get()))?;
        Ok(Self { text: raw.get().to_owned(), nodes: nodes.into() })
    }

    /// `{}`.
    pub(in crate::settings) fn empty_object() -> Self {
        Self { text: "{}".to_owned(), nodes: OnceLock::new() }
    }

    pub(in crate::settings) fn as_str(&self) -> &str {
        &self.text
    }

    pub(in crate::settings) fn root(&self) -> Json<'_> {
        // The text is JSON, so the index is there.
        let nodes = self.nodes.get_or_init(|| index(&self.text).unwrap_or_default());
        Json::root(&self.text, nodes)
    }

    /// The value at a path.
    pub(in crate::settings) fn get(&self, path: &Path) -> Option<Json<'_>> {
        path.steps().iter().try_fold(self.root(), |json, step| inner(json, step))
    }

    /// Sets the value at a path, and touches nothing else. What is missing on the way is added; what is
    /// on the way and can have no members, is replaced.
    pub(in crate::settings) fn set(&mut self, path: &Path, value: &Value) {
        self.put(path.steps(), New::Value(value), inner);
    }

    /// As [`set`](Self::set), where all names are those of members: also a number, in an array that is
    /// in the way.
    pub(in crate::settings) fn set_member(&mut self, path: &Path, value: &Value) {
        self.put(path.steps(), New::Value(value), |json, name| json.get(name));
    }

    /// As [`set`](Self::set), with JSON that is put in as it is written. The caller has checked it.
    pub(in crate::settings) fn set_text(&mut self, path: &Path, text: &str) {
        self.put(path.steps(), New::Text(text), inner);
    }

    fn put(&mut self, path: &[Step], new: New<'_>, inner: Inner) {
        let mut parent = self.root();
        let mut json = parent;
        let mut steps = path;
        while let Some((step, rest)) = steps.split_first() {
            let Some(found) = inner(json, step) else { break };
            (parent, json, steps) = (json, found, rest);
        }
        let text = &self.text;
        let last = json.members().last();
        let (range, text) = match (steps.split_first(), last) {
            // Behind the last member.
            (Some((name, rest)), Some(last)) => {
                let layout = Layout::inside(text, parent, json);
                let end = last.value.range().end;
                (end..end, layout.next_member(name, rest, new))
            }
            (Some(_), None) => (json.range(), Layout::inside(text, parent, json).value(steps, new)),
            (None, _) => (json.range(), Layout::of_value(text, parent, json).value(steps, new)),
        };
        self.replace(range, &text);
    }

    /// Removes the member at a path, every one of that name. Whether there was one.
    pub(in crate::settings) fn remove(&mut self, path: &Path) -> bool {
        self.remove_in(path, inner)
    }

    /// As [`remove`](Self::remove), where all names are those of members.
    pub(in crate::settings) fn remove_member(&mut self, path: &Path) -> bool {
        self.remove_in(path, |json, name| json.get(name))
    }

    fn remove_in(&mut self, path: &Path, inner: Inner) -> bool {
        let Some((name, parents)) = path.steps().split_last() else { return false };
        let mut removed = false;
        loop {
            let parent = parents.iter().try_fold(self.root(), |json, step| inner(json, step));
            let Some(range) = parent.and_then(|parent| self.member_range(parent, name)) else {
                return removed;
            };
            self.replace(range, "");
            removed = true;
        }
    }

    fn replace(&mut self, range: Range<usize>, text: &str) {
        self.text.replace_range(range, text);
        self.nodes.take();
    }

    /// What to cut out to remove a member: one of its commas as well.
    fn member_range(&self, object: Json<'_>, name: &str) -> Option<Range<usize>> {
        let members: Vec<_> = object.members().collect();
        let index = members.iter().position(|member| member.name.eq_ignore_ascii_case(name))?;
        let end_of = |index: usize| members.get(index).map(|member| member.value.range().end);
        let end = end_of(index)?;
        let open = object.range().start.checked_add(1)?;
        match index.checked_sub(1).and_then(end_of) {
            // With the comma and the white space in front.
            Some(previous_end) => Some(previous_end..end),
            // The first: with the comma behind, or with all the white space if there is no other.
            None if members.len() > 1 => {
                let rest = self.text.get(end..)?;
                let comma = rest.find(',')?;
                Some(open..end.checked_add(comma)?.checked_add(1)?)
            }
            None => Some(open..object.range().end.checked_sub(1)?),
        }
    }
}

impl PartialEq for JsonText {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for JsonText {}

/// Where a text stops being JSON.
fn error(text: &str) -> JsonError {
    let mut reader = Reader::new(text);
    let read = reader.skip().and_then(|_| reader.end());
    read.err().unwrap_or(JsonError { position: 0 })
}

/// What finds the next value on the way.
type Inner = for<'a> fn(Json<'a>, &str) -> Option<Json<'a>>;

/// The member or the element of that name.
fn inner<'a>(json: Json<'a>, step: &str) -> Option<Json<'a>> {
    match json.kind() {
        Kind::Object => json.get(step),
        Kind::Array => json.elements()?.nth(element(step)?),
        _ => None,
    }
}

/// The place in an array (RFC 6901 section 4: digits without leading zeros).
fn element(step: &str) -> Option<usize> {
    let is_index = step.bytes().all(|byte| byte.is_ascii_digit())
        && (step.len() == 1 || !step.starts_with('0'));
    if is_index { step.parse().ok() } else { None }
}
