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
    let mut file;
    let source: &mut dyn Read = match path.filter(|path| !is_stdin(path)) {
        None => {
            if world.is_stdin_terminal {
                let text = "note: reading from the terminal; paste the input, then press Ctrl-D \
                            (Windows: Ctrl-Z and Enter)";
                let _ = writeln!(world.stderr, "{text}");
            }
            world.stdin
        }
        Some(path) => {
            file = File::open(path).map_err(|error| format!("cannot open FILE: {error}"))?;
            &mut file
        }
    };
    let mut bytes = Vec::new();
    let most = u64::try_from(limit)?.saturating_add(1);
    source
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("cannot read the input: {error}"))?;
    if bytes.len() > limit {
        return Err(format!("the input is longer than {limit} bytes").into());
    }
    Ok(bytes)
}

/// Returns `true` for `-`.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}
