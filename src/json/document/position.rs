//! Lines and columns.

use std::fmt;

/// A position in a document, as editors count it: line and character, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    line: usize,
    column: usize,
}

impl Position {
    /// The start of a document.
    pub(crate) const START: Self = Self { line: 1, column: 1 };

    /// The line, counted from 1.
    #[must_use]
    pub fn line(self) -> usize {
        self.line
    }

    /// The character of the line, counted from 1.
    #[must_use]
    pub fn column(self) -> usize {
        self.column
    }

    /// Returns the position after `text`, which starts here.
    pub(crate) fn behind(self, text: &str) -> Self {
        let newlines = text.bytes().filter(|byte| *byte == b'\n').count();
        let last = text.rsplit('\n').next().unwrap_or_default().chars().count();
        if newlines == 0 {
            Self { line: self.line, column: self.column.saturating_add(last) }
        } else {
            Self { line: self.line.saturating_add(newlines), column: last.saturating_add(1) }
        }
    }
}

/// `line 3, column 5`
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}
