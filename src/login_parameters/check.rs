//! The rules of login parameters.

use std::collections::HashSet;

use super::{
    LoginParameters, LoginParametersError as Error, LoginParametersErrorKind as Kind,
    MAX_LOGIN_PARAMETERS_LEN, keys, scope_texts,
};
use crate::resource::{self, AAD_GRAPH, Scope, ScopeConflict, same_api};

impl LoginParameters {
    /// Returns what Entra or the platform would reject long after the settings were saved.
    #[must_use]
    pub fn problems(&self) -> Vec<Error> {
        let mut problems = Vec::new();
        let mut seen = HashSet::new();
        for (entry, text) in self.entries.iter().enumerate() {
            let Some((key, value)) = text.split_once('=') else {
                problems.push(Error::new(Kind::NotKeyValue, entry));
                continue;
            };
            problems.extend(problem_of_key(entry, key));
            if !key.is_empty() && !seen.insert(key) {
                problems.push(Error::of_key(Kind::DuplicateKey, entry, key));
            }
            problems.extend(problem_of_value(entry, key, value));
            if key == "prompt" && value.split_whitespace().nth(1).is_some() {
                problems.push(Error::new(Kind::TwoPrompts, entry));
            }
        }
        problems.extend(self.scope_problems());
        problems
    }

    /// The problems that decide which token a sign-in gives.
    pub(super) fn scope_problems(&self) -> Vec<Error> {
        let length = self.entries.iter().map(String::len).fold(0, usize::saturating_add);
        if length > MAX_LOGIN_PARAMETERS_LEN {
            return vec![Error::new(Kind::TooLong, None)];
        }
        let mut problems = Vec::new();
        let mut parsed = self.scopes.as_slice();
        for (entry, value) in self.with_key("scope") {
            // The valid scopes of the first value.
            check_scope(entry, value, std::mem::take(&mut parsed), &mut problems);
        }
        let Some(scope) = self.api_scopes().next() else {
            return problems;
        };
        for (entry, identifier) in self.with_key("resource") {
            if default_scope(identifier).is_ok_and(|resource| !same_api(&resource, scope)) {
                problems.push(Error::new(Kind::ResourceOfAnotherApi, entry));
            }
        }
        problems
    }

    /// Returns what Entra accepts and is probably a mistake, in the order of the list.
    #[must_use]
    pub fn warnings(&self) -> Vec<Error> {
        let scope = self.with_key("scope").next();
        let no_openid =
            scope.is_some_and(|(_, value)| !is_joined(value) && !has_scope(value, "openid"));
        let mut warnings = Vec::new();
        for (entry, text) in self.entries.iter().enumerate() {
            let Some((key, value)) = text.split_once('=') else {
                continue;
            };
            let mut warn = |kind| warnings.push(Error::new(kind, entry));
            match key {
                "scope" if scope.is_some_and(|(first, _)| first == entry) => {
                    self.warn_of_scope(entry, value, &mut warnings);
                }
                "resource" => {
                    warn(Kind::ResourceParameter);
                    if default_scope(value).is_ok_and(|scope| is_azure_ad_graph(&scope)) {
                        warn(Kind::AzureAdGraph);
                    }
                }
                "response_type" if no_openid && has_scope(value, "id_token") => {
                    warn(Kind::IdTokenWithoutOpenid);
                }
                "domain_hint" => warn(Kind::DomainHint),
                _ => {}
            }
            if !key.is_empty() && !keys::is_known(key) && !keys::is_reserved(key) {
                let unknown = Error::of_key(Kind::UnknownKey, entry, key);
                warnings.push(unknown.probably(keys::meant_by(key)));
            }
            if value.contains('=') {
                warnings.push(Error::of_key(Kind::EqualsInValue, entry, key));
            }
        }
        warnings
    }

    fn warn_of_scope(&self, entry: usize, value: &str, warnings: &mut Vec<Error>) {
        let mut warn = |kind, detail: &str| warnings.push(Error::new(kind, entry).with(detail));
        if !is_joined(value) {
            if !has_scope(value, "openid") {
                warn(Kind::NoOpenid, "");
            }
            for scope in ["profile", "email"] {
                if !has_scope(value, scope) {
                    warn(Kind::NotRestated, &format!("`{scope}`"));
                }
            }
        }
        if is_encoded(value) {
            warn(Kind::EncodedScope, "");
        }
        if has_wrong_separator(value) {
            warn(Kind::WrongSeparator, "");
        }
        if self.scopes().any(is_azure_ad_graph) {
            warn(Kind::AzureAdGraph, "");
        }
    }
}

fn problem_of_key(entry: usize, key: &str) -> Option<Error> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if key.is_empty() {
        return Some(Error::new(Kind::NotKeyValue, entry));
    }
    if let Some(position) = key.bytes().position(|byte| !is_name(byte)) {
        return Some(Error::new(Kind::InvalidKey, entry).with(format!("byte {position}")));
    }
    keys::is_reserved(key).then(|| Error::of_key(Kind::ReservedKey, entry, key))
}

fn problem_of_value(entry: usize, key: &str, value: &str) -> Option<Error> {
    // Without a key, or with an empty scope, there is another error.
    if value.is_empty() && !matches!(key, "" | "scope") {
        return Some(Error::of_key(Kind::NoValue, entry, key));
    }
    let position = value.find(|c: char| c.is_control() || matches!(c, '&' | '#'))?;
    let error = Error::of_key(Kind::InvalidValue, entry, key);
    Some(error.also(&format!("byte {position}")))
}

/// `parsed` are the valid scopes of the value, if they are known, because parsing takes most of the time.
fn check_scope(entry: usize, value: &str, parsed: &[Scope], problems: &mut Vec<Error>) {
    let mut parsed = parsed.iter().peekable();
    let mut of_apis = Vec::new();
    let mut is_empty = true;
    for (number, text) in (1..).zip(scope_texts(value)) {
        is_empty = false;
        let known = parsed.next_if(|scope| scope.as_str() == text);
        match known.map_or_else(|| Scope::parse(text), |scope| Ok(scope.clone())) {
            Ok(scope) if scope.is_openid() => {}
            Ok(scope) => of_apis.push(scope),
            Err(source) => problems.push(Error::invalid_scope(entry, number, source)),
        }
    }
    if is_empty {
        problems.push(Error::new(Kind::NoScope, entry));
    }
    problems.extend(resource::conflict(&of_apis).map(|conflict| match conflict {
        ScopeConflict::TwoApis => Error::new(Kind::TwoResources, entry),
        ScopeConflict::DefaultMixed => Error::new(Kind::DefaultMixed, entry),
    }));
}

/// The scope that means all permissions of an API.
pub(super) fn default_scope(identifier: &str) -> Result<Scope, resource::ScopeError> {
    Scope::parse(&format!("{identifier}/.default"))
}

pub(super) fn is_azure_ad_graph(scope: &Scope) -> bool {
    scope.resource().is_some_and(|resource| resource.name() == AAD_GRAPH.name())
}

fn has_scope(value: &str, scope: &str) -> bool {
    scope_texts(value).any(|text| text == scope)
}

/// Returns `true` if something other than spaces may separate the scopes. Then the scopes are unknown.
fn is_joined(value: &str) -> bool {
    is_encoded(value) || has_wrong_separator(value)
}

fn is_encoded(value: &str) -> bool {
    value.contains('+') || has_percent_encoding(value)
}

fn has_wrong_separator(value: &str) -> bool {
    value.contains([',', ';'])
}

/// Returns `true` if there is a `%` with two hexadecimal digits (RFC 3986 section 2.1).
fn has_percent_encoding(value: &str) -> bool {
    value.as_bytes().windows(3).any(|bytes| match bytes {
        [b'%', digits @ ..] => digits.iter().all(u8::is_ascii_hexdigit),
        _ => false,
    })
}
