//! The files that the arguments name.

use std::path::{Path, PathBuf};

use crate::Failure;

/// The paths in their order, with each pattern replaced by the files that match it. Shells on Windows pass
/// patterns on, and so do the configurations of hooks.
pub(super) fn named(arguments: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in arguments {
        match pattern(path) {
            Some(pattern) => files.extend(matches(pattern)?),
            None => files.push(path.clone()),
        }
    }
    Ok(files)
}

/// A path with wildcards, unless a file has exactly this name.
fn pattern(path: &Path) -> Option<&str> {
    path.to_str().filter(|text| text.contains(['*', '?', '[']) && !path.exists())
}

/// Messages do not contain the pattern, which can be a document that was pasted in the wrong place.
fn matches(pattern: &str) -> Result<Vec<PathBuf>, Failure> {
    let paths = glob::glob(pattern)
        .map_err(|error| format!("expected a file or a pattern: {}", error.msg))?;
    let files = paths.filter(|path| path.as_ref().map_or(true, |path| path.is_file()));
    let files: Vec<PathBuf> = files
        .collect::<Result<_, _>>()
        .map_err(|error| format!("cannot read: {}", error.error()))?;
    if files.is_empty() {
        return Err("no file matches the pattern of FILE; expected at least one".into());
    }
    Ok(files)
}
