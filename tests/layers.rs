//! Imports between the modules of `src` run down only, in the order that ARCHITECTURE.md draws.
#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

const ARCHITECTURE: &str = include_str!("../ARCHITECTURE.md");

#[test]
fn imports_run_down_only() {
    let order = order();
    let mut faults = Vec::new();
    for (module, imports) in imports_of_modules() {
        let Some(own) = order.get(&module) else {
            faults.push(format!("{module} is missing from the layers of ARCHITECTURE.md"));
            continue;
        };
        for (import, file) in imports.iter().filter(|(import, _)| **import != module) {
            match order.get(import) {
                Some(other) if other < own => {}
                Some(_) => faults.push(format!("{file}: {module} imports {import}, above it")),
                None => faults.push(format!("{file}: crate::{import} goes through lib.rs")),
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_layer_of_the_picture_exists() {
    let modules: BTreeSet<String> = imports_of_modules().into_keys().collect();
    let drawn: BTreeSet<String> = order().into_keys().collect();
    assert_eq!(drawn.difference(&modules).collect::<Vec<_>>(), Vec::<&String>::new());
}

/// Paths are found wherever they stand: the test would pass over what it does not see.
#[test]
fn paths_are_found_in_every_place() {
    check("use crate::jwt::Token;", 1, &["jwt"]);
    check("use crate::{jwt::{Token, self}, time, Root};", 1, &["Root", "jwt", "time"]);
    check("fn f(x: crate::jwt::Token) { crate::time::now(); }", 1, &["jwt", "time"]);
    check("macro_rules! m { () => { $crate::jwt::f() } }", 1, &["jwt"]);
    check("use super::headers::X;", 1, &["headers"]);
    check("use super::{headers::X, jwt};", 1, &["headers", "jwt"]);
    check("use super::sibling;", 2, &[]); // a file in a folder: its own module
    check("use super::super::headers::X;", 2, &["headers"]);
    check("mod tests { use super::sibling; use super::super::jwt; }", 1, &["jwt"]);
    check("pub(super) fn f() {} pub(crate) fn g() {}", 1, &[]);
    check("/// See [`crate::rejection`].\nfn f() {}", 1, &[]); // a link does not import
}

#[track_caller]
fn check(source: &str, depth: usize, expected: &[&str]) {
    let mut found = BTreeSet::new();
    collect(source.parse().expect("Rust"), depth, &mut found);
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{source}");
}

/// Where each module stands: a higher number may import a lower one.
fn order() -> BTreeMap<String, usize> {
    let (_, picture) = ARCHITECTURE.split_once("```layers\n").expect("a picture of the layers");
    let (picture, _) = picture.split_once("```").expect("an end of the picture");
    let modules = picture.lines().rev().flat_map(|line| line.split_whitespace().skip(1));
    let order: Vec<String> = modules.map(str::to_owned).collect();
    let count = order.len();
    let order: BTreeMap<_, _> = order.into_iter().zip(0..).collect();
    assert_eq!(order.len(), count, "a module stands twice");
    order
}

/// The modules that the files of each module name, and one file for each.
fn imports_of_modules() -> BTreeMap<String, BTreeMap<String, String>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut modules: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for file in files(&src) {
        let path = file.strip_prefix(&src).expect("a file of src");
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        let module = parts.first().expect("a name").trim_end_matches(".rs").to_owned();
        if ["lib", "_guide"].contains(&module.as_str()) {
            continue;
        }
        let is_mod_rs = parts.last().is_some_and(|name| name == "mod.rs");
        let depth = if is_mod_rs { parts.len().saturating_sub(1) } else { parts.len() };
        let source = fs::read_to_string(&file).expect("a source file");
        let mut found = BTreeSet::new();
        collect(source.parse().expect("Rust"), depth, &mut found);
        let imports = modules.entry(module).or_default();
        imports.extend(found.into_iter().map(|import| (import, path.display().to_string())));
    }
    modules
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    let (folders, files): (Vec<_>, Vec<_>) =
        entries.map(|entry| entry.path()).partition(|path| path.is_dir());
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    let below = folders.iter().flat_map(|folder| self::files(folder));
    files.into_iter().filter(is_rust).chain(below).collect()
}

/// Finds what follows `crate::`, and as many `super::` as lead to the root from this depth.
fn collect(tokens: TokenStream, depth: usize, found: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.to_string() == word);
    let is_separator = |at: usize| is(at, ":") && is(at.saturating_add(1), ":");
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if let TokenTree::Group(group) = token {
            let is_inline_module = is(at.wrapping_sub(2), "mod");
            let depth = if is_inline_module { depth.saturating_add(1) } else { depth };
            collect(group.stream(), depth, found);
        }
        let start = at;
        let mut supers = 0_usize;
        while is(at, "super") && is_separator(at.saturating_add(1)) {
            supers = supers.saturating_add(1);
            at = at.saturating_add(3);
        }
        if is(at, "crate") && is_separator(at.saturating_add(1)) {
            supers = depth;
            at = at.saturating_add(3);
        }
        if at == start {
            at = at.saturating_add(1);
        } else if supers >= depth {
            match tokens.get(at) {
                Some(TokenTree::Ident(name)) => drop(found.insert(name.to_string())),
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    found.extend(first_names(group.stream()));
                }
                _ => {}
            }
        }
    }
}

/// The first name of each path in `{a::b, c::{d, e}}`.
fn first_names(tokens: TokenStream) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_first = true;
    for token in tokens {
        match token {
            TokenTree::Ident(name) if is_first => {
                names.push(name.to_string());
                is_first = false;
            }
            TokenTree::Punct(sign) if sign.as_char() == ',' => is_first = true,
            _ => {}
        }
    }
    names
}
