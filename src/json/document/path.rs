//! Paths to values.

use std::{borrow::Cow, fmt};

/// The name of a member, or an index in an array.
pub(crate) type Step = Cow<'static, str>;

/// The steps from the root of a document to a value. Prints as a JSON Pointer (RFC 6901).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Path(Vec<Step>);

impl Path {
    /// Reads a JSON Pointer.
    pub(crate) fn parse(pointer: &str) -> Option<Self> {
        if pointer.is_empty() {
            return Some(Self::default());
        }
        let steps = pointer.strip_prefix('/')?.split('/').map(|step| {
            let escapes_end = step.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
            escapes_end.then(|| Cow::Owned(step.replace("~1", "/").replace("~0", "~")))
        });
        steps.collect::<Option<Vec<_>>>().map(Self)
    }

    pub(crate) fn steps(&self) -> &[Step] {
        &self.0
    }

    pub(crate) fn push(&mut self, step: impl Into<Step>) {
        self.0.push(step.into());
    }

    pub(crate) fn join(&self, step: impl Into<Step>) -> Self {
        self.0.iter().cloned().chain([step.into()]).collect()
    }

    /// The path to another member of the same object.
    pub(crate) fn sibling(&self, step: impl Into<Step>) -> Self {
        let mut path = self.clone();
        path.0.pop();
        path.push(step);
        path
    }

    /// Returns `true` if it leads to the same member, because names are found in any case.
    pub(crate) fn is_same_but_for_case(&self, other: &Self) -> bool {
        let steps = || self.0.iter().zip(&other.0);
        self.0.len() == other.0.len() && steps().all(|(one, two)| one.eq_ignore_ascii_case(two))
    }
}

impl FromIterator<Step> for Path {
    fn from_iter<T: IntoIterator<Item = Step>>(steps: T) -> Self {
        Self(steps.into_iter().collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|step| write!(f, "/{}", step.replace('~', "~0").replace('/', "~1")))
    }
}
