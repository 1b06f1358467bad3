//! The rules.

use super::{SECTIONS, Severity};

/// A rule that documents are checked by.
///
/// ```
/// use easyauth::settings::{Rule, Severity};
///
/// let rule = Rule::all().find(|rule| rule.id() == "LO1").unwrap();
/// assert_eq!(rule.severity(), Severity::Error);
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    pub(super) id: &'static str,
    pub(super) severity: Severity,
    pub(super) why: &'static str,
    pub(super) source: &'static str,
}

impl Rule {
    /// All rules, in the order of their sections.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        SECTIONS.iter().flat_map(|section| section.rules).copied()
    }

    /// The name of the rule, which never changes: `LP6`.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// How bad it is, as a rule. A finding can be less bad.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Why it matters: what happens at run time.
    #[must_use]
    pub fn why(&self) -> &'static str {
        self.why
    }

    /// Where the rule comes from: a page of Microsoft's, an issue, a recorded answer; or that it is
    /// inferred.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.source
    }
}

/// Defines the rules of a section, and `RULES` of them all.
macro_rules! rules {
    ($($id:ident $severity:ident: $why:literal, $source:literal;)+) => {
        $(
            const $id: super::Rule = super::Rule {
                id: stringify!($id),
                severity: super::Severity::$severity,
                why: $why,
                source: $source,
            };
        )+
        const RULES: &[&super::Rule] = &[$(&$id,)+];
    };
}
pub(super) use rules;
