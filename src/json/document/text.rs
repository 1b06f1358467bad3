//! The whole text, and changes in it.

use std::{ops::Range, sync::OnceLock};

use serde_json::Value;

use super::{
    Json, Path, Step,
    index::{Node, index},
    layout::{Layout, New},
};
use crate::debug::debug;
use crate::json::{JsonError, Kind};

/// RFC 8259 section 2.
const WHITESPACE: [char; 4] = [' ', '\n', '\r', '\t'];

/// A valid JSON text, which every change keeps valid.
#[derive(Clone)]
pub(crate) struct JsonText {
    text: String,
    /// The index. A change drops it, and the next lookup builds it again.
    nodes: OnceLock<Vec<Node>>,
}

impl JsonText {
    /// Checks the JSON, and drops whitespace around its value.
    pub(crate) fn new(text: &str) -> Result<Self, JsonError> {
        let value = text.trim_start_matches(WHITESPACE);
        let start = text.len().saturating_sub(value.len());
        let value = value.trim_end_matches(WHITESPACE);
        let nodes = index(value)
            .map_err(|error| JsonError { position: error.position.saturating_add(start) })?;
        Ok(Self { text: value.to_owned(), nodes: nodes.into() })
    }

    /// `{}`.
    pub(crate) fn empty_object() -> Self {
        Self { text: "{}".to_owned(), nodes: OnceLock::new() }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn root(&self) -> Json<'_> {
        // The text is valid JSON, so it has an index.
        let nodes = self.nodes.get_or_init(|| index(&self.text).unwrap_or_default());
        Json::root(&self.text, nodes)
    }

    /// The value at a path.
    pub(crate) fn get(&self, path: &Path) -> Option<Json<'_>> {
        path.steps().iter().try_fold(self.root(), |json, step| inner(json, step))
    }

    /// The last present value on a path, and whether that is the end of the path.
    pub(crate) fn reach(&self, path: &Path) -> (Json<'_>, bool) {
        let mut json = self.root();
        for step in path.steps() {
            let Some(found) = inner(json, step) else { return (json, false) };
            json = found;
        }
        (json, true)
    }

    /// Sets the value at a path, and changes nothing else. Adds the objects that are missing on the way, and
    /// replaces values on the way that cannot have members.
    pub(crate) fn set(&mut self, path: &Path, value: &Value) {
        self.put(path.steps(), New::Value(value));
    }

    /// As [`set`](Self::set), with JSON that is written as it is. The caller has checked it.
    pub(crate) fn set_text(&mut self, path: &Path, text: &str) {
        self.put(path.steps(), New::Text(text));
    }

    fn put(&mut self, path: &[Step], new: New<'_>) {
        let mut parent = self.root();
        let mut json = parent;
        let mut steps = path;
        while let Some((step, rest)) = steps.split_first() {
            let Some(found) = inner(json, step) else { break };
            (parent, json, steps) = (json, found, rest);
        }
        let text = &self.text;
        let last = json.values().last();
        let (range, text) = match (steps.split_first(), last) {
            // After the last member.
            (Some((name, rest)), Some(last)) => {
                let layout = Layout::inside(text, parent, json);
                let end = last.range().end;
                (end..end, layout.next_member(name, rest, new))
            }
            (Some(_), None) => (json.range(), Layout::inside(text, parent, json).value(steps, new)),
            (None, _) => (json.range(), Layout::of_value(text, parent, json).value(steps, new)),
        };
        self.replace(range, &text);
    }

    /// Removes the member at a path, with its duplicates. Returns `true` if there was one.
    pub(crate) fn remove(&mut self, path: &Path) -> bool {
        let Some((name, parents)) = path.steps().split_last() else { return false };
        let parent = parents.iter().try_fold(self.root(), |json, step| inner(json, step));
        let cuts = parent.map(|parent| self.cuts(parent, name)).unwrap_or_default();
        if cuts.is_empty() {
            return false;
        }
        let mut text = String::with_capacity(self.text.len());
        let mut from = 0;
        for cut in &cuts {
            text.push_str(self.text.get(from..cut.start).unwrap_or_default());
            from = cut.end;
        }
        text.push_str(self.text.get(from..).unwrap_or_default());
        self.text = text;
        self.nodes.take();
        true
    }

    fn replace(&mut self, range: Range<usize>, text: &str) {
        self.text.replace_range(range, text);
        self.nodes.take();
    }

    /// The ranges to cut to remove every member of a name, each with one comma.
    fn cuts(&self, object: Json<'_>, name: &str) -> Vec<Range<usize>> {
        let open = object.range().start.saturating_add(1);
        let close = object.range().end.saturating_sub(1);
        let mut cuts: Vec<Range<usize>> = Vec::new();
        let mut kept = false;
        let mut previous = open;
        // The first members go with the comma after them, the others with the comma before them.
        let mut front = None;
        for value in object.values() {
            let end = value.range().end;
            match (value.is_named(name), kept) {
                (true, true) => cuts.push(previous..end),
                (true, false) => front = Some(end),
                (false, _) => {
                    if let Some(front) = front.take() {
                        let behind = self.text.get(front..).unwrap_or_default();
                        let comma = behind.find(',').unwrap_or_default();
                        cuts.push(open..front.saturating_add(comma).saturating_add(1));
                    }
                    kept = true;
                }
            }
            previous = end;
        }
        if front.is_some() {
            // No other member is left.
            cuts.push(open..close);
        }
        cuts
    }
}

// The length, because documents can have secrets.
debug! { JsonText, |own| "JsonText({} bytes)", own.text.len() }

impl PartialEq for JsonText {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for JsonText {}

/// The member or element of that name.
pub(crate) fn inner<'a>(json: Json<'a>, step: &str) -> Option<Json<'a>> {
    match json.kind() {
        Kind::Object => json.get(step),
        Kind::Array => json.elements()?.nth(element(step)?),
        _ => None,
    }
}

/// The index in an array (RFC 6901 section 4: digits without leading zeros).
fn element(step: &str) -> Option<usize> {
    let is_index = step.bytes().all(|byte| byte.is_ascii_digit())
        && (step.len() == 1 || !step.starts_with('0'));
    if is_index { step.parse().ok() } else { None }
}
