//! Packs and unpacks the inputs of the fuzz targets.
//!
//! - `cargo run -p easyauth-fuzz-properties --bin corpus -- unpack FOLDER` writes each input to
//!   `FOLDER/TARGET/NAME`, for `cargo fuzz`.
//! - `cargo run -p easyauth-fuzz-properties --bin corpus -- pack` moves the files in
//!   `fuzz/seeds/TARGET/` and `fuzz/corpus/TARGET/` into the packs.

use std::{
    collections::BTreeSet,
    env, fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use easyauth_fuzz_properties::pack;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["pack"] => pack_all(),
        ["unpack", folder] => unpack_all(Path::new(folder)),
        _ => Err(io::Error::other("expected `pack` or `unpack FOLDER`")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[allow(clippy::print_stderr, reason = "a program")]
            {
                eprintln!("corpus: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn folders() -> [PathBuf; 2] {
    pack::KINDS.map(|kind| Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(kind))
}

/// The targets that have inputs in this folder, packed or not.
fn targets(folder: &Path) -> io::Result<BTreeSet<String>> {
    let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let name = |path: PathBuf| Some(path.file_stem()?.to_string_lossy().into_owned());
    Ok(paths.collect::<io::Result<Vec<_>>>()?.into_iter().filter_map(name).collect())
}

fn pack_all() -> io::Result<()> {
    for folder in folders() {
        for target in targets(&folder)? {
            let inputs = pack::read(&folder, &target)?;
            fs::write(pack::file(&folder, &target), pack::format(&inputs))?;
            let loose = folder.join(&target);
            if loose.is_dir() {
                fs::remove_dir_all(loose)?;
            }
        }
    }
    Ok(())
}

fn unpack_all(to: &Path) -> io::Result<()> {
    for folder in folders() {
        for target in targets(&folder)? {
            let to = to.join(&target);
            fs::create_dir_all(&to)?;
            for (name, input) in pack::read(&folder, &target)? {
                fs::write(to.join(name), input)?;
            }
        }
    }
    Ok(())
}
