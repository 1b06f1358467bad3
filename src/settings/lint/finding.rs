//! What was found, and the cure.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::Value;

use super::{Rule, Spot};
use crate::{
    json::MAX_DEPTH,
    settings::{
        AuthSettingsV2,
        json::{JsonText, Path, Step},
    },
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
/// `{"rule", "severity", "pointer", "message", "why", "cure", "source", "fixable"}`. Neither ever shows
/// what stands where the name of a setting is meant, because people put secrets there.
#[derive(Clone, PartialEq)]
pub struct Finding {
    rule: &'static Rule,
    severity: Severity,
    path: Path,
    message: String,
    cure: String,
    fixes: Vec<Fix>,
}

/// A change that cures.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fix {
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
    pub fn cure(&self) -> &str {
        &self.cure
    }

    /// Where the rule comes from.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.rule.source
    }

    /// Whether [`fix`](Self::fix) can do it: only where the cure is safe and needs no choice.
    #[must_use]
    pub fn is_fixable(&self) -> bool {
        !self.fixes.is_empty()
    }

    /// Applies the cure to the document that the finding is of. Whether there is one; done again, it
    /// changes nothing.
    pub fn fix(&self, settings: &mut AuthSettingsV2) -> bool {
        // What cannot be moved stays, and so does what it is in.
        let _ = self.fixes.iter().all(|fix| fix.apply(settings));
        self.is_fixable()
    }
}

impl Fix {
    /// Whether it puts nothing in the place of something else, and leaves a document that can be read.
    fn is_possible(&self, text: &JsonText) -> bool {
        let to = match self {
            Self::Remove(_) => return true,
            Self::Set(path, _) => path,
            Self::Move { from, to } => {
                let Some(value) = text.get(from) else { return true };
                let depth = to.steps().len().saturating_add(value.depth());
                let is_free = text.get(to).is_none() || to.is_same_but_for_case(from);
                if !is_free || depth > usize::from(MAX_DEPTH) {
                    return false;
                }
                to
            }
        };
        // The last thing on the way gets the rest of it, or has what is there.
        let mut way = to.clone();
        while text.get(&way).is_none() {
            way.pop();
        }
        way == *to || text.get(&way).is_some_and(|json| json.is_object() || json.is_null())
    }

    /// Whether what comes next can be done as well.
    fn apply(&self, settings: &mut AuthSettingsV2) -> bool {
        let text = settings.text_mut();
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

/// `error LP6 at /properties/...: what is wrong; why it matters. Cure: what to do`
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = self.pointer();
        let pointer =
            crate::escape::Escaped(if pointer.is_empty() { "the document" } else { &pointer });
        write!(f, "{} {} at {pointer}: ", self.severity, self.rule.id)?;
        write!(f, "{}; {}. Cure: {}", self.message, self.rule.why, self.cure)
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
        let mut finding = serializer.serialize_struct("Finding", 8)?;
        finding.serialize_field("rule", self.rule())?;
        finding.serialize_field("severity", self.severity.as_str())?;
        finding.serialize_field("pointer", &self.pointer())?;
        finding.serialize_field("message", self.message())?;
        finding.serialize_field("why", self.why())?;
        finding.serialize_field("cure", self.cure())?;
        finding.serialize_field("source", self.source())?;
        finding.serialize_field("fixable", &self.is_fixable())?;
        finding.end()
    }
}

/// How many findings of one rule are kept. Real documents have a few; the rest of a hostile one would
/// only take memory.
const MAX_OF_ONE_RULE: usize = 1000;

/// Collects findings.
#[derive(Default)]
pub(super) struct Findings {
    found: Vec<Finding>,
    of_rules: HashMap<&'static str, usize>,
}

impl Findings {
    /// Adds a finding at a place: what is wrong, and what to do.
    pub(super) fn add(
        &mut self,
        rule: &'static Rule,
        spot: &Spot<'_>,
        message: impl Into<String>,
        cure: impl Into<String>,
    ) -> Added<'_> {
        let count = self.of_rules.entry(rule.id).or_default();
        if *count >= MAX_OF_ONE_RULE {
            return Added(None);
        }
        *count = count.saturating_add(1);
        self.found.push(Finding {
            rule,
            severity: rule.severity,
            path: spot.path().clone(),
            message: message.into(),
            cure: cure.into(),
            fixes: Vec::new(),
        });
        Added(self.found.last_mut())
    }

    /// Where something was found so far.
    pub(super) fn pointers(&self) -> HashSet<String> {
        self.found.iter().map(Finding::pointer).collect()
    }

    /// The findings in this document, without the cures that would cost something.
    pub(super) fn in_order(mut self, settings: &AuthSettingsV2) -> Vec<Finding> {
        for finding in &mut self.found {
            if !finding.fixes.iter().all(|fix| fix.is_possible(settings.text())) {
                finding.fixes.clear();
            }
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

    /// The cure sets what the finding is at.
    pub(super) fn fix_by_setting(self, value: impl Into<Value>) -> Self {
        self.change(|finding| finding.fixes.push(Fix::Set(finding.path.clone(), value.into())))
    }

    /// The cure removes what the finding is at.
    pub(super) fn fix_by_removing(self) -> Self {
        self.change(|finding| finding.fixes.push(Fix::Remove(finding.path.clone())))
    }

    /// The cure gives what the finding is at another name.
    pub(super) fn fix_by_renaming(self, name: impl Into<Step>) -> Self {
        self.change(|finding| {
            let to = finding.path.sibling(name);
            finding.fixes.push(Fix::Move { from: finding.path.clone(), to });
        })
    }

    pub(super) fn fix(self, fix: Fix) -> Self {
        self.change(|finding| finding.fixes.push(fix))
    }

    fn change(mut self, change: impl FnOnce(&mut Finding)) -> Self {
        if let Some(finding) = &mut self.0 {
            change(finding);
        }
        self
    }
}
