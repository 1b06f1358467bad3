//! The cost of each feature is what README.md says.
#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::{collections::BTreeSet, env, process::Command};

const README: &str = include_str!("../README.md");

/// The crates of a build with these arguments, this one included.
fn crates(arguments: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env::var_os("CARGO").expect("cargo runs tests"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tree", "--locked", "--offline", "--edges", "normal,build"])
        .args(["--prefix", "none", "--format", "{p}"])
        .args(arguments)
        .output()
        .expect("cargo can be run");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let tree = String::from_utf8(output.stdout).expect("names are UTF-8");
    tree.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
}

/// The rows of the table of features: name, whether it is on by default, and how many crates it adds.
fn rows() -> Vec<(&'static str, bool, usize)> {
    let table = README.split("| feature | default | crates |").nth(1).expect("the table");
    table
        .lines()
        .skip(2)
        .map_while(|line| line.strip_prefix("| "))
        .map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let [name, default, crates, ..] = cells[..] else { panic!("a row of four: {row}") };
            (name.trim_matches('`'), default == "yes", crates.parse().expect("a number"))
        })
        .collect()
}

/// For a default feature, the crates that it adds to a build without features. For any other, the crates that
/// it adds to a build with the default features.
#[test]
fn features_cost_what_readme_says() {
    let (none, default) = (crates(&["--no-default-features"]), crates(&[]));
    for (feature, is_default, said) in rows() {
        let cost = if is_default {
            crates(&["--no-default-features", "--features", feature]).difference(&none).count()
        } else {
            crates(&["--features", feature]).difference(&default).count()
        };
        assert_eq!(cost, said, "{feature}");
    }
    let said = format!("The crate and its required dependencies are {} crates", none.len());
    assert!(README.contains(&said), "{said}");
    let said = format!("or {} with the default features", default.len());
    assert!(README.contains(&said), "{said}");
}

/// SECURITY.md lists every public limit, and none that does not exist.
#[test]
fn every_limit_is_in_the_threat_model() {
    let limits: BTreeSet<&str> = include_str!("../public-api.txt")
        .lines()
        .filter_map(|line| line.strip_prefix("pub const ")?.strip_suffix(": usize"))
        .filter_map(|path| path.rsplit("::").next())
        .filter(|name| name.starts_with("MAX_"))
        .collect();
    let listed: BTreeSet<&str> = include_str!("../SECURITY.md")
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|name| name.starts_with("MAX_"))
        .collect();
    assert_eq!(limits, listed);
}

#[test]
fn every_feature_is_in_the_table() {
    let manifest = include_str!("../Cargo.toml");
    let features = manifest.split("[features]").nth(1).expect("features");
    let names: BTreeSet<&str> = features
        .lines()
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = "))
        .map(|(name, _)| name)
        .filter(|name| *name != "default")
        .collect();
    let said: BTreeSet<&str> = rows().into_iter().map(|(name, ..)| name).collect();
    assert_eq!(said, names);
}
