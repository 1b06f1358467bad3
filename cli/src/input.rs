//! Input from a file or standard input.

use std::{fs::File, io::Read, path::Path};

use crate::{Failure, World};

/// Reads a file, or standard input if the path is absent or `-`.
///
/// Messages contain neither the path nor the input: either can be a token that was pasted in the wrong
/// place.
pub(crate) fn read(
    path: Option<&Path>,
    limit: usize,
    world: &mut World<'_>,
) -> Result<Vec<u8>, Failure> {
    if let Some(path) = path.filter(|path| !is_stdin(path)) {
        let file = File::open(path).map_err(|error| format!("cannot open FILE: {error}"))?;
        return limited(file, limit, "the input");
    }
    if world.is_stdin_terminal {
        let text = "note: reading from the terminal; paste the input, then press Ctrl-D \
                    (Windows: Ctrl-Z and Enter)";
        let _ = writeln!(world.stderr, "{text}");
    }
    limited(&mut world.stdin, limit, "the input")
}

/// Reads a source to its end. Messages call it `name`.
pub(crate) fn limited(source: impl Read, limit: usize, name: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limit)?.saturating_add(1);
    source
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("cannot read {name}: {error}"))?;
    if bytes.len() > limit {
        return Err(format!("{name} is longer than {limit} bytes").into());
    }
    Ok(bytes)
}

/// Removes the byte order mark of UTF-8, which editors and PowerShell write.
///
/// # Errors
///
/// The text is UTF-16, with a byte order mark or beginning with ASCII.
pub(crate) fn without_bom<'a>(bytes: &'a [u8], name: &str) -> Result<&'a [u8], String> {
    if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=255, ..] | [1..=255, 0, ..]) {
        return Err(format!("{name} is UTF-16, which PowerShell writes; save it as UTF-8"));
    }
    Ok(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
}

/// Returns `true` for `-`.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}
