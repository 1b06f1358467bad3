//! What was found, and the remedy.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::Value;

use super::{Rule, Spot};
use crate::json::document::{Json, JsonText, Path, Step};
use crate::{
    json::MAX_DEPTH,
    settings::{AuthSettingsV2, Position, unknown::expression},
};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Probably wrong.
    Warning,
    /// Breaks something, or is unsafe.
    Error,
}

impl Severity {
    /// `info`, `warning` or `error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something that a rule found in a document.
///
/// Its `Display` form is one line for people; its [`Serialize`] form has the same parts for programs:
/// `{"rule", "severity", "pointer", "line", "column", "message", "why", "remedy", "source", "fixable"}`.
/// Neither ever shows what stands where the name of a setting is meant, because people put secrets there.
#[derive(Clone, PartialEq)]
pub struct Finding {
    rule: &'static Rule,
    severity: Severity,
    path: Path,
    /// Where the value begins in the text, or that of the object which lacks it.
    offset: usize,
    position: Position,
    message: String,
    remedy: String,
    fixes: Vec<Edit>,
}

/// A change that remedies.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Edit {
    Set(Path, Value),
    Remove(Path),
    /// Gives a member another name, or another place, if nothing is there.
    Move {
        from: Path,
        to: Path,
    },
}

impl Finding {
    /// The name of the rule: `LP6`.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.rule.id
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Where: a JSON Pointer (RFC 6901) into the document. What it points at is there, unless the
    /// finding is that something is missing.
    #[must_use]
    pub fn pointer(&self) -> String {
        self.path.to_string()
    }

    /// The line and column of what the pointer points at, or of the object that lacks it, in the text
    /// that was read.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Why it matters: what happens at run time.
    #[must_use]
    pub fn why(&self) -> &'static str {
        self.rule.why
    }

    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> &str {
        &self.remedy
    }

    /// Where the rule comes from.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.rule.source
    }

    /// Whether [`fix`](Self::fix) can do it: only where the remedy is safe and needs no choice.
    #[must_use]
    pub fn is_fixable(&self) -> bool {
        !self.fixes.is_empty()
    }

    /// Applies the remedy to the document that the finding is of. Whether there is one; done again, it
    /// changes nothing.
    pub fn fix(&self, settings: &mut AuthSettingsV2) -> bool {
        // What cannot be moved stays, and so does what it is in.
        let _ = self.fixes.iter().all(|fix| fix.apply(settings.text_mut()));
        self.is_fixable()
    }
}

/// How many values may be looked at to find out which fixes are possible: all that real documents have,
/// and of a document with a million values those of the first findings.
const MOST_LOOKED_AT: usize = 1_000_000;

/// How many values a fix may remove or move: more than any section has.
const MAX_MOVED: usize = 10_000;

impl Edit {
    /// Whether it puts nothing in the place of something else or of what is unknown, and leaves a
    /// document that can be read.
    fn is_possible(&self, text: &JsonText) -> bool {
        let (to, depth) = match self {
            Self::Remove(path) => return text.get(path).is_none_or(is_known),
            Self::Set(path, _) => {
                if !text.get(path).is_none_or(is_known) {
                    return false;
                }
                // At most a list.
                (path, 1)
            }
            Self::Move { from, to } => {
                let Some(value) = text.get(from) else { return true };
                if value.size() > MAX_MOVED {
                    return false;
                }
                if to.is_same_but_for_case(from) {
                    return true;
                }
                (to, value.depth())
            }
        };
        if to.steps().len().saturating_add(depth) > usize::from(MAX_DEPTH) {
            return false;
        }
        // The last thing on the way gets the rest of it, or is what is set.
        let (last, is_there) = text.reach(to);
        if is_there { matches!(self, Self::Set(..)) } else { last.is_object() }
    }

    /// Whether what comes next can be done as well.
    fn apply(&self, text: &mut JsonText) -> bool {
        if !self.is_possible(text) {
            return false;
        }
        match self {
            Self::Set(path, value) => text.set(path, value),
            Self::Remove(path) => {
                text.remove(path);
            }
            Self::Move { from, to } => {
                if let Some(value) = text.get(from).map(|json| json.as_written().to_owned()) {
                    text.remove(from);
                    text.set_text(to, &value);
                }
            }
        }
        true
    }
}

/// Whether nothing in a value is an expression, which only a template knows.
fn is_known(json: Json<'_>) -> bool {
    json.size() <= MAX_MOVED && !json.all().any(|own| expression(own).is_some())
}

/// `error LP6 at /properties/... (line 3, column 5): what is wrong; why it matters. Remedy: what to do`
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = self.pointer();
        let pointer =
            crate::escape::Escaped(if pointer.is_empty() { "the document" } else { &pointer });
        write!(f, "{} {} at {pointer} ({}): ", self.severity, self.rule.id, self.position)?;
        write!(f, "{}; {}. Remedy: {}", self.message, self.rule.why, self.remedy)
    }
}

/// The `Display` form: what stands in the document is escaped and bounded in it.
impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Finding({self})")
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut finding = serializer.serialize_struct("Finding", 10)?;
        finding.serialize_field("rule", self.rule())?;
        finding.serialize_field("severity", self.severity.as_str())?;
        finding.serialize_field("pointer", &self.pointer())?;
        finding.serialize_field("line", &self.position.line())?;
        finding.serialize_field("column", &self.position.column())?;
        finding.serialize_field("message", self.message())?;
        finding.serialize_field("why", self.why())?;
        finding.serialize_field("remedy", self.remedy())?;
        finding.serialize_field("source", self.source())?;
        finding.serialize_field("fixable", &self.is_fixable())?;
        finding.end()
    }
}

/// How many findings of one rule are kept. Real documents have a few; the rest of a hostile one would
/// only take memory.
const MAX_OF_ONE_RULE: usize = 100;

/// Collects findings.
#[derive(Default)]
pub(super) struct Findings {
    found: Vec<Finding>,
    of_rules: HashMap<&'static str, usize>,
    places: HashSet<usize>,
}

impl Findings {
    /// Adds a finding at a place: what is wrong, and what to do.
    pub(super) fn add(
        &mut self,
        rule: &'static Rule,
        spot: &Spot<'_>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Added<'_> {
        let count = self.of_rules.entry(rule.id).or_default();
        if *count >= MAX_OF_ONE_RULE {
            return Added(None);
        }
        *count = count.saturating_add(1);
        self.found.push(Finding {
            rule,
            severity: rule.severity,
            path: spot.path(),
            offset: spot.nearest().map_or(0, |json| json.range().start),
            position: Position::START,
            message: message.into(),
            remedy: remedy.into(),
            fixes: Vec::new(),
        });
        if let Some(json) = spot.json() {
            self.places.insert(json.range().start);
        }
        Added(self.found.last_mut())
    }

    /// Whether no more findings of a rule are kept, so that nobody has to look for them.
    pub(super) fn is_full(&self, rule: &Rule) -> bool {
        self.of_rules.get(rule.id).is_some_and(|count| *count >= MAX_OF_ONE_RULE)
    }

    /// Whether something was found at a place so far.
    pub(super) fn has_place(&self, spot: &Spot<'_>) -> bool {
        spot.json().is_some_and(|json| self.places.contains(&json.range().start))
    }

    /// The findings in this document, without the fixes that would cost something.
    pub(super) fn in_order(mut self, doc: &AuthSettingsV2) -> Vec<Finding> {
        let size = doc.text().root().size();
        let mut checks = MOST_LOOKED_AT.checked_div(size).unwrap_or(MOST_LOOKED_AT);
        for finding in self.found.iter_mut().filter(|finding| !finding.fixes.is_empty()) {
            let is_possible = |fix: &Edit| fix.is_possible(doc.text());
            if checks == 0 || !finding.fixes.iter().all(is_possible) {
                finding.fixes.clear();
            }
            checks = checks.saturating_sub(1);
        }
        // Positions in one pass over the text.
        self.found.sort_by_key(|finding| finding.offset);
        let (mut offset, mut position) = (0, doc.start());
        for finding in &mut self.found {
            let between = doc.as_json().get(offset..finding.offset).unwrap_or_default();
            (offset, position) = (finding.offset, position.behind(between));
            finding.position = position;
        }
        let place = |finding: &Finding| Rule::all().position(|rule| rule == finding.rule);
        self.found.sort_by_cached_key(place);
        self.found
    }
}

/// A finding that was just added.
pub(super) struct Added<'a>(Option<&'a mut Finding>);

impl Added<'_> {
    pub(super) fn severity(self, severity: Severity) -> Self {
        self.change(|finding| finding.severity = severity)
    }

    /// The remedy sets what the finding is at.
    pub(super) fn fix_by_setting(self, value: impl Into<Value>) -> Self {
        self.change(|finding| finding.fixes.push(Edit::Set(finding.path.clone(), value.into())))
    }

    /// The remedy removes what the finding is at.
    pub(super) fn fix_by_removing(self) -> Self {
        self.change(|finding| finding.fixes.push(Edit::Remove(finding.path.clone())))
    }

    /// The remedy gives what the finding is at another name.
    pub(super) fn fix_by_renaming(self, name: impl Into<Step>) -> Self {
        self.change(|finding| {
            let to = finding.path.sibling(name);
            finding.fixes.push(Edit::Move { from: finding.path.clone(), to });
        })
    }

    pub(super) fn edit(self, edit: Edit) -> Self {
        self.change(|finding| finding.fixes.push(edit))
    }

    fn change(mut self, change: impl FnOnce(&mut Finding)) -> Self {
        if let Some(finding) = &mut self.0 {
            change(finding);
        }
        self
    }
}
