//! Many inputs in one file. Each input is a line `== NAME LENGTH`, then that many bytes, then a newline.
//! In a diff, inputs that are text stay readable.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// Inputs by name.
pub type Inputs = BTreeMap<String, Vec<u8>>;

/// The folders that hold the inputs of all targets, relative to `fuzz/`.
pub const KINDS: [&str; 2] = ["corpus", "seeds"];

/// The file that holds the packed inputs of a target. `folder` is one of [`KINDS`].
#[must_use]
pub fn file(folder: &Path, target: &str) -> PathBuf {
    folder.join(format!("{target}.pack"))
}

/// Reads the inputs of a target: those in its pack, and files in a folder of its name.
///
/// # Errors
///
/// A file cannot be read, or the pack is malformed.
pub fn read(folder: &Path, target: &str) -> io::Result<Inputs> {
    let pack = file(folder, target);
    let mut inputs = Inputs::new();
    if pack.exists() {
        inputs = parse(&fs::read(&pack)?).ok_or_else(|| {
            io::Error::other(format!("expected a pack of inputs in {}", pack.display()))
        })?;
    }
    let loose = folder.join(target);
    if loose.is_dir() {
        for entry in fs::read_dir(loose)? {
            let entry = entry?;
            inputs
                .insert(entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?);
        }
    }
    Ok(inputs)
}

/// Writes inputs as a pack.
#[must_use]
pub fn format(inputs: &Inputs) -> Vec<u8> {
    let mut pack = Vec::new();
    for (name, input) in inputs {
        pack.extend_from_slice(format!("== {name} {}\n", input.len()).as_bytes());
        pack.extend_from_slice(input);
        pack.push(b'\n');
    }
    pack
}

/// Reads a pack. `None` if it is malformed, or names an input twice.
#[must_use]
pub fn parse(mut pack: &[u8]) -> Option<Inputs> {
    let mut inputs = Inputs::new();
    while let Some(rest) = pack.strip_prefix(b"== ") {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let (line, rest) = rest.split_at_checked(end)?;
        let (name, length) = std::str::from_utf8(line).ok()?.rsplit_once(' ')?;
        let (input, rest) = rest.strip_prefix(b"\n")?.split_at_checked(length.parse().ok()?)?;
        pack = rest.strip_prefix(b"\n")?;
        if inputs.insert(name.to_owned(), input.to_owned()).is_some() {
            return None;
        }
    }
    pack.is_empty().then_some(inputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_read_back() {
        let inputs: Inputs = [("a", &b"== a 1\n"[..]), ("b c", b""), ("d", b"\0\xff\n\n")]
            .map(|(name, input)| (name.to_owned(), input.to_owned()))
            .into();
        let pack = format(&inputs);
        assert_eq!(pack, b"== a 7\n== a 1\n\n== b c 0\n\n== d 4\n\0\xff\n\n\n");
        assert_eq!(parse(&pack), Some(inputs));
        assert_eq!(parse(b""), Some(Inputs::new()));
    }

    #[test]
    fn malformed_packs_are_rejected() {
        for pack in [
            &b"a 1\nx\n"[..], // no mark
            b"== a 1\nx",     // no newline at the end
            b"== a 2\nx\n",   // cut short, so the newline is part of the input
            b"== a 0\nx\n",   // longer than it says
            b"== a\nx\n",     // no length
            b"== a -1\n\n",   // no length that is possible
            b"== a 1\nx\n== a 1\ny\n",
            b"== a 1\nx\ny",
        ] {
            assert_eq!(parse(pack), None, "{}", String::from_utf8_lossy(pack));
        }
    }
}
