//! Login parameters. The input has one in each line. Those after an empty line are merged into those before
//! it.

use easyauth::{
    resource::Scope,
    settings::{
        LoginParameters, LoginParametersBuilder, LoginParametersError as Problem,
        LoginParametersErrorKind as Kind, MAX_LOGIN_PARAMETERS_LEN,
    },
};

use super::{secrets::CANARY, share::Share};

/// The keys that Entra documents.
const KNOWN: [&str; 13] = [
    "acr_values",
    "claims",
    "display",
    "domain_hint",
    "id_token_hint",
    "login_hint",
    "max_age",
    "prompt",
    "resource",
    "response_mode",
    "response_type",
    "scope",
    "ui_locales",
];

/// The keys that the platform sets.
const RESERVED: [&str; 6] =
    ["client_id", "code_challenge", "code_challenge_method", "nonce", "redirect_uri", "state"];

/// Checks the property for this input, and panics if it does not hold.
pub fn check(input: &[u8]) {
    check_some(input, Share::All);
}

/// Checks a share of the property.
pub fn sample(input: &[u8]) {
    if let Some(share) = Share::one_for(input) {
        check_some(input, share);
    }
}

fn check_some(input: &[u8], mut share: Share) {
    let Ok(input) = std::str::from_utf8(input) else { return };
    let (own, other) = input.split_once("\n\n").unwrap_or((input, ""));
    let read = |block: &str| Entries(block.split_terminator('\n').map(str::to_owned).collect());
    let (own, other) = (read(own), read(other));
    let is_empty = |block: &Entries| block.0.is_empty() && !input.is_empty();
    for entries in share.of(&[&own, &other]) {
        let parameters = entries.parameters();
        check_wire(entries, &parameters);
        if !is_empty(entries) {
            for check in share.of(&OF_ONE_LIST) {
                check(entries, &parameters);
            }
        }
    }
    for check in share.of(&OF_TWO_LISTS) {
        check(&own, &other);
    }
}

type OfOneList = fn(&Entries, &LoginParameters);

const OF_ONE_LIST: [OfOneList; 5] =
    [check_problems, check_warnings, check_printed, check_builder, check_migration];

type OfTwoLists = fn(&Entries, &Entries);

/// The first list is the present one.
const OF_TWO_LISTS: [OfTwoLists; 5] = [
    |own, _| check_with_scope(own, &own.parameters()),
    |own, _| check_merge(own, own),
    check_merge,
    |own, other| check_merge(other, own),
    check_replacement,
];

/// The elements of the list, read independently of the crate.
struct Entries(Vec<String>);

impl Entries {
    fn parameters(&self) -> LoginParameters {
        LoginParameters::from_wire(&self.0)
    }

    fn iter(&self) -> impl Iterator<Item = (usize, &str)> {
        self.0.iter().map(String::as_str).enumerate()
    }

    /// Positions, keys and values.
    fn pairs(&self) -> impl Iterator<Item = (usize, &str, &str)> {
        self.iter().filter_map(|(entry, text)| {
            let equals = text.find('=')?;
            Some((entry, text.get(..equals)?, text.get(equals..)?.strip_prefix('=')?))
        })
    }

    fn with_key(&self, key: &str) -> impl Iterator<Item = (usize, &str)> {
        self.pairs().filter(move |(_, own, _)| *own == key).map(|(entry, _, value)| (entry, value))
    }

    fn has_key(&self, key: &str) -> bool {
        self.with_key(key).next().is_some()
    }

    /// The scopes of the first `scope`.
    fn scopes(&self) -> impl Iterator<Item = Scope> {
        let value = self.with_key("scope").next().map_or("", |(_, value)| value);
        let value = if value.len() > MAX_LOGIN_PARAMETERS_LEN { "" } else { value };
        value.split(' ').filter_map(|text| Scope::parse(text).ok())
    }

    fn is_too_long(&self) -> bool {
        self.0.iter().map(String::len).sum::<usize>() > MAX_LOGIN_PARAMETERS_LEN
    }
}

/// Parameters round-trip, and are found by their key.
fn check_wire(entries: &Entries, parameters: &LoginParameters) {
    assert_eq!(parameters.to_wire(), entries.0);
    assert_eq!(*parameters, LoginParameters::from_wire(parameters.to_wire()));

    for (_, key, _) in entries.pairs() {
        let first = entries.with_key(key).next();
        assert_eq!(parameters.get(key), first.map(|(_, value)| value));
    }
    assert!(parameters.scopes().cloned().eq(entries.scopes()));
}

/// These are exactly the problems of a key or a value alone.
fn check_problems(entries: &Entries, parameters: &LoginParameters) {
    let problems = parameters.problems();
    assert!(problems.iter().filter_map(Problem::entry).all(|entry| entry < entries.0.len()));
    let is_too_long = problems.iter().any(|problem| problem.kind() == Kind::TooLong);
    assert_eq!(is_too_long, entries.is_too_long());

    let kinds: Vec<String> = problems.iter().map(problem_name).collect();
    let found = |name: &str| -> Vec<usize> {
        let found = problems.iter().zip(&kinds).filter(|(_, own)| *own == name);
        found.filter_map(|(problem, _)| problem.entry()).collect()
    };
    let expected = |is_one: &dyn Fn(usize, &str, &str) -> bool| -> Vec<usize> {
        entries
            .pairs()
            .filter(|(at, key, value)| is_one(*at, key, value))
            .map(|own| own.0)
            .collect()
    };
    let has_no_key = |text: &str| !text.contains('=') || text.starts_with('=');
    let no_key = entries.iter().filter(|(_, text)| has_no_key(text)).map(|own| own.0);
    assert!(found("NotKeyValue").into_iter().eq(no_key));
    assert_eq!(found("InvalidKey"), expected(&|_, key, _| !key.chars().all(is_in_key)));
    assert_eq!(found("ReservedKey"), expected(&|_, key, _| is_reserved(key)));
    let is_repeated = |at: usize, key: &str, _: &str| {
        !key.is_empty() && entries.with_key(key).next().is_some_and(|(first, _)| first < at)
    };
    assert_eq!(found("DuplicateKey"), expected(&is_repeated));
    let is_empty =
        |_: usize, key: &str, value: &str| value.is_empty() && !["", "scope"].contains(&key);
    assert_eq!(found("NoValue"), expected(&is_empty));
    let is_broken = |_: usize, _: &str, value: &str| value.chars().any(breaks_an_address);
    assert_eq!(found("InvalidValue"), expected(&is_broken));
    let is_two =
        |_: usize, key: &str, value: &str| key == "prompt" && value.split_whitespace().count() > 1;
    assert_eq!(found("TwoPrompts"), expected(&is_two));
    check_scope_problems(entries, &problems, &found);
}

/// The scopes of a list that is too long are not checked.
fn check_scope_problems(
    entries: &Entries,
    problems: &[Problem],
    found: &dyn Fn(&str) -> Vec<usize>,
) {
    if entries.is_too_long() {
        for name in
            ["NoScope", "InvalidScope", "TwoResources", "DefaultMixed", "ResourceOfAnotherApi"]
        {
            assert!(found(name).is_empty());
        }
        return;
    }
    for (entry, value) in entries.with_key("scope") {
        let words: Vec<&str> = value.split(' ').filter(|text| !text.is_empty()).collect();
        assert_eq!(found("NoScope").contains(&entry), words.is_empty());
        let bad = (1..).zip(&words).filter(|(_, text)| Scope::parse(text).is_err());
        let bad: Vec<usize> = bad.map(|(number, _)| number).collect();
        let numbers =
            problems.iter().filter(|own| own.entry() == Some(entry)).filter_map(number_in);
        assert_eq!(numbers.collect::<Vec<_>>(), bad);

        let scopes: Vec<Scope> = words.iter().filter_map(|text| Scope::parse(text).ok()).collect();
        let of_apis: Vec<&Scope> = scopes.iter().filter(|scope| !scope.is_openid()).collect();
        let has_two = found("TwoResources").contains(&entry);
        let is_mixed = found("DefaultMixed").contains(&entry);
        assert!(!(has_two && is_mixed));
        // Only the crate knows that two identifiers are of one API. One identifier is one API.
        let all_same =
            of_apis.iter().all(|scope| of_apis.iter().all(|other| other.api() == scope.api()));
        assert!(!(has_two && all_same), "{scopes:?}");
        let differs = |scope: &&Scope| {
            let name = scope.resource().map(|resource| resource.name());
            of_apis.iter().any(|other| other.resource().map(|resource| resource.name()) != name)
        };
        assert!(has_two || !of_apis.iter().any(differs), "{scopes:?}");
        let defaults = of_apis.iter().filter(|scope| scope.name() == ".default").count();
        if is_mixed || (all_same && !has_two) {
            let has_others = of_apis.iter().any(|scope| Some(scope) != of_apis.first());
            assert_eq!(is_mixed, defaults > 0 && has_others, "{scopes:?}");
        }
    }
}

fn problem_name(problem: &Problem) -> String {
    format!("{:?}", problem.kind())
}

/// Which scope of an element is malformed.
fn number_in(problem: &Problem) -> Option<usize> {
    let message = problem.to_string();
    let is_scope = problem.kind() == Kind::InvalidScope;
    message.rsplit(' ').next().filter(|_| is_scope)?.parse().ok()
}

/// RFC 6749 section 8.2.
fn is_in_key(next: char) -> bool {
    next.is_ascii_alphanumeric() || "-._".contains(next)
}

fn is_reserved(key: &str) -> bool {
    RESERVED.contains(&key.to_ascii_lowercase().as_str())
}

fn breaks_an_address(next: char) -> bool {
    next.is_control() || next == '&' || next == '#'
}

/// The warnings, except the one about Azure AD Graph: its names are in the table of resources.
fn check_warnings(entries: &Entries, parameters: &LoginParameters) {
    let warnings = parameters.warnings();
    let places: Vec<usize> = warnings.iter().filter_map(Problem::entry).collect();
    assert!(places.iter().all(|entry| *entry < entries.0.len()));
    assert!(places.is_sorted(), "in the order of the list");

    let mut expected = Vec::new();
    let first = entries.with_key("scope").next();
    // What an encoded value has is unknown.
    let is_joined = |value: &str| is_encoded(value) || value.contains([',', ';']);
    let lacks =
        |scope: &str| first.is_some_and(|(_, value)| !is_joined(value) && !has_word(value, scope));
    for (entry, key, value) in entries.pairs() {
        if first == Some((entry, value)) {
            expected.extend(lacks("openid").then_some((entry, "NoOpenid")));
            expected.extend(lacks("profile").then_some((entry, "NotRestated")));
            expected.extend(lacks("email").then_some((entry, "NotRestated")));
            expected.extend(is_encoded(value).then_some((entry, "EncodedScope")));
            expected.extend(value.contains([',', ';']).then_some((entry, "WrongSeparator")));
        }
        match key {
            "resource" => expected.push((entry, "ResourceParameter")),
            "response_type" if lacks("openid") && has_word(value, "id_token") => {
                expected.push((entry, "IdTokenWithoutOpenid"));
            }
            "domain_hint" => expected.push((entry, "DomainHint")),
            "" => {}
            key if KNOWN.contains(&key) || is_reserved(key) => {}
            _ => expected.push((entry, "UnknownKey")),
        }
        expected.extend(value.contains('=').then_some((entry, "EqualsInValue")));
    }
    let named = |warning: &Problem| (warning.entry().unwrap_or_default(), problem_name(warning));
    let mut found: Vec<_> = warnings.iter().map(named).collect();
    found.retain(|(_, name)| name != "AzureAdGraph");
    assert!(found.iter().map(|(entry, name)| (*entry, name.as_str())).eq(expected), "{found:?}");
}

fn has_word(value: &str, word: &str) -> bool {
    value.len() <= MAX_LOGIN_PARAMETERS_LEN && value.split(' ').any(|own| own == word)
}

fn is_encoded(value: &str) -> bool {
    let is_byte = |rest: &str| {
        let mut digits = rest.chars();
        let mut is_digit = || digits.next().is_some_and(|digit| digit.is_ascii_hexdigit());
        is_digit() && is_digit()
    };
    value.contains('+') || value.split('%').skip(1).any(is_byte)
}

/// Output stays on one line, and problems and warnings do not repeat a value.
fn check_printed(entries: &Entries, parameters: &LoginParameters) {
    let marked = entries.0.iter().map(|entry| match entry.split_once('=') {
        Some((key, value)) => format!("{key}={CANARY}{value}{CANARY}"),
        None => format!("{CANARY}{entry}"),
    });
    let marked = LoginParameters::from_wire(marked);
    let mut messages = Vec::new();
    for parameters in [parameters, &marked] {
        let said = |problem: &Problem| format!("{problem} {problem:?}");
        messages.extend(parameters.problems().iter().map(said));
        messages.extend(parameters.warnings().iter().map(said));
        let merged = [parameters.merge(&marked), parameters.replace_api_scopes(&marked)];
        let results =
            merged.into_iter().chain([parameters.migrated_to_v2()]).chain(built(parameters));
        messages.extend(results.filter_map(|result| result.err().as_ref().map(said)));
    }
    let has_canary = entries.0.iter().any(|entry| entry.contains(CANARY));
    for message in &messages {
        assert!(has_canary || !message.contains(CANARY), "{message}");
    }
    for message in messages.into_iter().chain([format!("{parameters:?}")]) {
        assert!(!message.chars().any(char::is_control), "{message}");
    }
}

/// Parameters that the builder accepts have no problems, and are those that were given.
fn check_builder(entries: &Entries, parameters: &LoginParameters) {
    if let Some(built) = built(parameters) {
        match parameters.problems().into_iter().next() {
            Some(problem) => assert_eq!(built, Err(problem)),
            None if entries.0.is_empty() => assert!(built.is_err()),
            None => assert_eq!(built.as_ref(), Ok(parameters)),
        }
    }

    let mut builder = LoginParameters::builder();
    for (_, text) in entries.iter() {
        builder = match text.split_once('=') {
            Some(("scope", value)) => builder.scopes(value.split(' ')),
            Some((key, value)) => builder.parameter(key, value),
            None => builder.parameter(text, ""),
        };
    }
    if let Ok(built) = builder.build() {
        assert_eq!(built.problems(), []);
        assert_eq!(LoginParameters::from_wire(built.to_wire()), built);
        let scopes = |entries: &Entries| -> Vec<String> {
            let values = entries.with_key("scope").flat_map(|(_, value)| value.split(' '));
            values.map(str::to_owned).collect()
        };
        let (own, written) = (scopes(&Entries(built.to_wire())), scopes(entries));
        assert!(written.iter().all(|scope| own.contains(scope)));
        assert!(
            (1..).zip(&own).all(|(next, scope)| !own.iter().skip(next).any(|own| own == scope))
        );
        let others = |entries: Vec<String>| -> Vec<String> {
            entries.into_iter().filter(|entry| !entry.starts_with("scope=")).collect()
        };
        assert_eq!(others(built.to_wire()), others(entries.0.clone()));
    }
}

/// The same elements, by the builder, if each has a key and a value.
fn built(parameters: &LoginParameters) -> Option<Result<LoginParameters, Problem>> {
    let add = |builder: LoginParametersBuilder, entry: &String| {
        let (key, value) = entry.split_once('=')?;
        Some(builder.parameter(key, value))
    };
    Some(parameters.to_wire().iter().try_fold(LoginParameters::builder(), add)?.build())
}

/// A merge keeps the old parameters and adds the new ones, and the token is for one API.
fn check_merge(own: &Entries, other: &Entries) {
    let (before, new) = (own.parameters(), other.parameters());
    let Ok(merged) = before.merge(&new) else { return };
    assert_eq!(merged.merge(&new).as_ref(), Ok(&merged), "merged again");
    check_unique_api(&merged);

    let entries = Entries(merged.to_wire());
    let scope = own.with_key("scope").next();
    for ((at, was), is) in own.iter().zip(&entries.0) {
        if scope.is_some_and(|(entry, _)| entry == at) {
            assert!(is.starts_with(was), "{merged:?}");
        } else {
            assert_eq!(was, is);
        }
    }
    let added: Vec<&String> = entries.0.iter().skip(own.0.len()).collect();
    assert!(entries.0.len() >= own.0.len() && added.iter().all(|entry| other.0.contains(entry)));
    for (at, text) in other.iter() {
        let is_scope = other.with_key("scope").any(|(entry, _)| entry == at);
        assert!((is_scope && own.has_key("scope")) || entries.0.iter().any(|entry| entry == text));
    }
    let scopes: Vec<Scope> = entries.scopes().collect();
    let asked: Vec<Scope> = own.scopes().chain(other.scopes()).collect();
    assert!(asked.iter().all(|scope| is_covered(scope, &scopes)), "{merged:?}");
    assert!(scopes.iter().all(|scope| asked.contains(scope)), "{merged:?}");
}

/// Returns `true` if no problem affects which token a sign-in returns.
fn check_unique_api(parameters: &LoginParameters) {
    for problem in parameters.problems() {
        let is_of_scopes = matches!(
            problem.kind(),
            Kind::TwoResources
                | Kind::ResourceOfAnotherApi
                | Kind::DefaultMixed
                | Kind::InvalidScope
                | Kind::NoScope
                | Kind::TooLong
        );
        assert!(!is_of_scopes, "{problem}: {parameters:?}");
    }
}

/// Returns `true` if the scope is present under any name of its API, or all scopes of its API are.
fn is_covered(scope: &Scope, scopes: &[Scope]) -> bool {
    scopes.iter().any(|own| {
        let is_of_api = !own.is_openid() && !scope.is_openid();
        own == scope || (is_of_api && [scope.name(), ".default"].contains(&own.name()))
    })
}

/// After a merge, the API of the new parameters is the only one.
fn check_replacement(own: &Entries, other: &Entries) {
    let new = other.parameters();
    let Ok(replaced) = own.parameters().replace_api_scopes(&new) else { return };
    assert_eq!(replaced.replace_api_scopes(&new).as_ref(), Ok(&replaced), "replaced again");
    check_unique_api(&replaced);
    let names = |scopes: &mut dyn Iterator<Item = Scope>| -> Vec<String> {
        let of_api = scopes.filter(|scope| !scope.is_openid());
        let mut names: Vec<String> = of_api.map(|scope| scope.name().to_owned()).collect();
        names.sort();
        names.dedup();
        names
    };
    let wanted = names(&mut other.scopes());
    if !wanted.is_empty() {
        assert_eq!(names(&mut replaced.scopes().cloned()), wanted, "{replaced:?}");
    }
    let openid = own.scopes().filter(Scope::is_openid);
    assert!(openid.into_iter().all(|scope| replaced.scopes().any(|own| *own == scope)));
    assert!(replaced.to_wire().len() >= own.0.len());
}

fn check_with_scope(entries: &Entries, parameters: &LoginParameters) {
    let words = entries.0.iter().filter_map(|entry| entry.split(['=', ' ']).next_back());
    for text in words.take(1).chain(["User.Read"]) {
        let Ok(with) = parameters.with_scope(text) else { continue };
        assert_eq!(with.with_scope(text).as_ref(), Ok(&with), "{text} once more");
        check_unique_api(&with);
        let scope = Scope::parse(text);
        let scopes: Vec<Scope> = with.scopes().cloned().collect();
        assert!(scope.is_ok_and(|scope| is_covered(&scope, &scopes)), "{text}: {with:?}");
        if !entries.has_key("scope") {
            let own = ["openid", "profile", "email"];
            assert!(own.iter().all(|own| scopes.iter().any(|scope| scope.as_str() == *own)));
        }
    }
}

/// A `resource` becomes a scope, and the rest stays.
fn check_migration(entries: &Entries, parameters: &LoginParameters) {
    let resources: Vec<(usize, &str)> = entries.with_key("resource").collect();
    let migrated = parameters.migrated_to_v2();
    let Ok(migrated) = migrated else {
        assert!(!resources.is_empty(), "{migrated:?}");
        return;
    };
    assert_eq!(migrated.migrated_to_v2().as_ref(), Ok(&migrated));
    let after = Entries(migrated.to_wire());
    match *resources {
        [] => assert_eq!(migrated, *parameters),
        [(entry, identifier)] => {
            assert!(!after.has_key("resource"));
            check_unique_api(&migrated);
            let others = |entries: &Entries, without: Option<usize>| -> Vec<String> {
                let kept = entries
                    .iter()
                    .filter(|(at, text)| Some(*at) != without && !text.starts_with("scope="));
                kept.map(|(_, text)| text.to_owned()).collect()
            };
            assert_eq!(others(&after, None), others(entries, Some(entry)));
            let default = Scope::parse(&format!("{identifier}/.default"));
            let is_there = |scope: Scope| migrated.scopes().any(|own| own.name() == scope.name());
            assert!(default.is_ok_and(is_there), "{migrated:?}");
        }
        _ => assert_eq!(resources.len(), 1, "{migrated:?}"),
    }
}
