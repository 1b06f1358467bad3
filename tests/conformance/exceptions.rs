//! Where this crate differs from a suite of others, and why: `tests/data/conformance-exceptions.tsv`,
//! with the suite, the case, whether the suite calls it valid, what this crate does, and the reason.
//!
//! A test fails on a difference that is not listed, and on a listed one that is none.

use std::collections::BTreeMap;

const LIST: &str = include_str!("../data/conformance-exceptions.tsv");

/// The suites that the list may name.
const SUITES: [&str; 5] =
    ["wycheproof-signatures", "wycheproof-keys", "rfc7520", "rfc7520-keys", "identitymodel"];

/// What this crate does with a token or a key that it finds good. Everything else says why not.
pub(crate) const ACCEPTED: &str = "accepted";

/// What is listed, by suite and case: what the suite calls it, and what this crate does.
fn listed() -> BTreeMap<(&'static str, &'static str), (&'static str, &'static str)> {
    let mut listed = BTreeMap::new();
    for line in LIST.lines().skip(1) {
        let [suite, case, expected, outcome, reason] = line.split('\t').collect::<Vec<_>>()[..]
        else {
            panic!("not five columns: {line}")
        };
        assert!(SUITES.contains(&suite) && !reason.is_empty(), "{line}");
        let twice = listed.insert((suite, case), (expected, outcome));
        assert!(twice.is_none(), "listed twice: {line}");
    }
    listed
}

#[test]
fn the_list_is_well_formed() {
    assert!(!listed().is_empty());
}

/// A suite that is being run.
pub(crate) struct Suite {
    name: &'static str,
    /// What is listed, without the cases that were met.
    listed: BTreeMap<&'static str, (&'static str, &'static str)>,
    exceptions: usize,
    /// How often each outcome was there.
    outcomes: BTreeMap<String, usize>,
    failures: Vec<String>,
}

impl Suite {
    pub(crate) fn new(name: &'static str) -> Self {
        assert!(SUITES.contains(&name), "{name}");
        let own = listed().into_iter().filter(|((suite, _), _)| *suite == name);
        Self {
            name,
            listed: own.map(|((_, case), line)| (case, line)).collect(),
            exceptions: 0,
            outcomes: BTreeMap::new(),
            failures: Vec::new(),
        }
    }

    /// Compares what the suite says of a case with what this crate does.
    pub(crate) fn case(&mut self, case: &str, is_valid: bool, outcome: &str) {
        *self.outcomes.entry(outcome.to_owned()).or_default() += 1;
        let expected = if is_valid { "valid" } else { "invalid" };
        let differs = is_valid != (outcome == ACCEPTED);
        let problem = match self.listed.remove(case) {
            None if !differs => return,
            Some(listed) if differs && listed == (expected, outcome) => {
                self.exceptions += 1;
                return;
            }
            None => "not listed",
            Some(_) if differs => "listed otherwise",
            Some(_) => "listed, and no difference",
        };
        self.failures.push(format!("{case}\t{expected}\t{outcome}: {problem}"));
    }

    /// Ends the suite. So many cases had these outcomes: a suite that is cut, or whose cases fail for
    /// another reason than they should, is noticed.
    #[track_caller]
    pub(crate) fn finish(mut self, exceptions: usize, outcomes: &[(&str, usize)]) {
        let unmet = self.listed.keys().map(|case| format!("{case}: listed, and no such case"));
        self.failures.extend(unmet);
        assert!(self.failures.is_empty(), "{}:\n{}", self.name, self.failures.join("\n"));
        let cases: usize = self.outcomes.values().sum();
        eprintln!("conformance: {}: {cases} cases, {} exceptions", self.name, self.exceptions);
        let own: Vec<(&str, usize)> =
            self.outcomes.iter().map(|(outcome, count)| (outcome.as_str(), *count)).collect();
        assert_eq!((self.exceptions, own.as_slice()), (exceptions, outcomes), "{}", self.name);
    }
}
