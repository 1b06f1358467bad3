//! Findings and their fixes.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::Value;

use super::{Rule, Spot};
use crate::{
    json::{
        MAX_DEPTH,
        document::{Json, JsonText, Path, Position, Step},
    },
    kinds::debug_by_display,
    settings::{AuthSettingsV2, unknown::expression},
};

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Good to know.
    Info,
    /// Probably wrong.
    Warning,
    /// Broken or unsafe.
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

/// A mistake that a rule found in a document.
///
/// Its `Display` form is one line. Its [`Serialize`] form has the same parts:
/// `{"rule", "severity", "pointer", "line", "column", "message", "why", "remedy", "source", "fixable"}`.
/// Neither shows a value that should be the name of a setting, because people put secrets there.
#[derive(Clone, PartialEq)]
pub struct Finding {
    rule: &'static Rule,
    severity: Severity,
    path: Path,
    /// The start of the value in the text, or of the object that lacks it.
    offset: usize,
    position: Position,
    message: String,
    remedy: String,
    fixes: Vec<Edit>,
}

/// A part of a fix.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Edit {
    Set(Path, Value),
    Remove(Path),
    /// Gives a member another name or place, if that is free.
    Move {
        from: Path,
        to: Path,
    },
}

impl Finding {
    /// The name of the rule: `LP6`.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.rule.id()
    }

    /// The severity.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The place: a JSON Pointer (RFC 6901) into the document. The value exists, unless the finding is that
    /// it is missing.
    #[must_use]
    pub fn pointer(&self) -> String {
        self.path.to_string()
    }

    /// The line and column of the value, or of the object that lacks it, in the text that was read.
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
        self.rule.why()
    }

    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> &str {
        &self.remedy
    }

    /// The source of the rule.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.rule.source()
    }

    /// Returns `true` if [`fix`](Self::fix) can apply the remedy: only if it is safe and needs no choice. A
    /// remedy that can let anonymous requests through, or turn off a protection that is on today, is never
    /// applied.
    #[must_use]
    pub fn is_fixable(&self) -> bool {
        !self.fixes.is_empty()
    }

    /// Applies the remedy to the document of the finding. Returns `true` if there is one. A second call
    /// changes nothing.
    pub fn fix(&self, settings: &mut AuthSettingsV2) -> bool {
        // A member that cannot be moved stays, and so does its object.
        let _ = self.fixes.iter().all(|fix| fix.apply(settings.text_mut()));
        self.is_fixable()
    }
}

/// How many values may be visited to find out which fixes are possible: enough for every fix of a real
/// document, and for those of the first findings of a document with a million values.
const MOST_LOOKED_AT: usize = 1_000_000;

/// How many values a fix may remove or move: more than any section has.
const MAX_MOVED: usize = 10_000;

impl Edit {
    /// Returns `true` if it overwrites nothing that it should not, no unknown value, and leaves a document
    /// that can be read.
    fn is_possible(&self, text: &JsonText) -> bool {
        let (to, depth) = match self {
            Self::Remove(path) => return text.get(path).is_none_or(is_known),
            Self::Set(path, _) => {
                if !text.get(path).is_none_or(is_known) {
                    return false;
                }
                // The deepest value is a list.
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
        // The last present value on the way gets the missing members, or is replaced.
        let (last, is_there) = text.reach(to);
        if is_there { matches!(self, Self::Set(..)) } else { last.is_object() }
    }

    /// Returns `true` if the next part can be applied as well.
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

/// Returns `true` if no part of a value is an expression.
fn is_known(json: Json<'_>) -> bool {
    json.size() <= MAX_MOVED && !json.all().any(|own| expression(own).is_some())
}

/// `error LP6 at /properties/... (line 3, column 5): what is wrong; why it matters. Remedy: what to do`
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = self.pointer();
        let pointer =
            crate::escape::Escaped(if pointer.is_empty() { "the document" } else { &pointer });
        write!(f, "{} {} at {pointer}", self.severity.as_str(), self.rule())?;
        let Self { position, message, remedy, .. } = self;
        write!(f, " ({position}): {message}; {}. Remedy: {remedy}", self.why())
    }
}

debug_by_display!(Finding);

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

/// How many findings of one rule are kept. Real documents have a few.
const MAX_OF_ONE_RULE: usize = 100;

/// Collects findings.
#[derive(Default)]
pub(super) struct Findings {
    found: Vec<Finding>,
    of_rules: HashMap<&'static str, usize>,
    places: HashSet<usize>,
}

impl Findings {
    /// Adds a finding with the message and remedy of the rule.
    pub(super) fn add(&mut self, rule: &'static Rule, spot: &Spot<'_>) -> Added<'_> {
        self.say(rule, spot, rule.message, rule.remedy)
    }

    /// Adds a finding with its own message and remedy.
    pub(super) fn say(
        &mut self,
        rule: &'static Rule,
        spot: &Spot<'_>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Added<'_> {
        let count = self.of_rules.entry(rule.id()).or_default();
        if *count >= MAX_OF_ONE_RULE {
            return Added(None);
        }
        *count = count.saturating_add(1);
        self.found.push(Finding {
            rule,
            severity: rule.severity(),
            path: spot.path(),
            offset: spot.nearest().range().start,
            position: Position::START,
            message: message.into(),
            remedy: remedy.into(),
            fixes: Vec::new(),
        });
        self.places.extend(spot.json().map(Json::place));
        Added(self.found.last_mut())
    }

    /// Returns `true` if no more findings of a rule are kept, so that its checks can stop.
    pub(super) fn is_full(&self, rule: &Rule) -> bool {
        self.of_rules.get(rule.id()).is_some_and(|count| *count >= MAX_OF_ONE_RULE)
    }

    /// Returns `true` if there is a finding at a place already.
    pub(super) fn has_place(&self, spot: &Spot<'_>) -> bool {
        spot.json().is_some_and(|json| self.places.contains(&json.place()))
    }

    /// The findings in their order, without the fixes that are not possible or not safe.
    pub(super) fn in_order(mut self, doc: &AuthSettingsV2) -> Vec<Finding> {
        let size = doc.text().root().size();
        let mut checks = MOST_LOOKED_AT.checked_div(size).unwrap_or(MOST_LOOKED_AT);
        for finding in self.found.iter_mut().filter(|finding| !finding.fixes.is_empty()) {
            let is_safe = |fix: &Edit| fix.is_possible(doc.text()) && !fix.opens(doc);
            if checks == 0 || !finding.fixes.iter().all(is_safe) {
                finding.fixes.clear();
            }
            checks = checks.saturating_sub(1);
        }
        // One pass over the text computes all positions.
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

    /// The fix sets the value.
    pub(super) fn fix_by_setting(self, value: impl Into<Value>) -> Self {
        self.change(|finding| finding.fixes.push(Edit::Set(finding.path.clone(), value.into())))
    }

    /// The fix removes the member.
    pub(super) fn fix_by_removing(self) -> Self {
        self.change(|finding| finding.fixes.push(Edit::Remove(finding.path.clone())))
    }

    /// The fix renames the member.
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
