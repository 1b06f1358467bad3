//! The rules of login parameters.

use std::collections::HashSet;

use super::{
    LoginParameters, LoginParametersError, MAX_LOGIN_PARAMETERS_LEN, ParameterKey, keys,
    scope_texts,
};
use crate::resource::{self, Scope, ScopeConflict, same_api};

impl LoginParameters {
    /// Everything that Entra or the platform would refuse, long after the settings were saved.
    #[must_use]
    pub fn problems(&self) -> Vec<LoginParametersError> {
        let mut problems = Vec::new();
        let mut seen = HashSet::new();
        for (entry, text) in self.entries().enumerate() {
            let Some((key, value)) = text.split_once('=') else {
                problems.push(LoginParametersError::NoEquals { entry });
                continue;
            };
            problems.extend(problem_of_key(entry, key));
            if !key.is_empty() && !seen.insert(key) {
                let key = ParameterKey::new(key);
                problems.push(LoginParametersError::DuplicateKey { entry, key });
            }
            problems.extend(problem_of_value(entry, key, value));
            if key == "prompt" && value.split_whitespace().nth(1).is_some() {
                problems.push(LoginParametersError::TwoPrompts { entry });
            }
        }
        problems.extend(self.scope_problems());
        problems
    }

    /// Those of the problems that decide which token a sign-in gives.
    pub(crate) fn scope_problems(&self) -> Vec<LoginParametersError> {
        let length = self.entries().map(str::len).fold(0_usize, usize::saturating_add);
        if length > MAX_LOGIN_PARAMETERS_LEN {
            return vec![LoginParametersError::TooLong];
        }
        let mut problems = Vec::new();
        for (entry, value) in self.with_key("scope") {
            check_scope(entry, value, &mut problems);
        }
        let Some(scope) = self.api_scopes().next() else {
            return problems;
        };
        for (entry, identifier) in self.with_key("resource") {
            if default_scope(identifier).is_ok_and(|resource| !same_api(&resource, scope)) {
                problems.push(LoginParametersError::ResourceOfAnotherApi { entry });
            }
        }
        problems
    }
}

fn problem_of_key(entry: usize, key: &str) -> Option<LoginParametersError> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if key.is_empty() {
        return Some(LoginParametersError::EmptyKey { entry });
    }
    if let Some(position) = key.bytes().position(|byte| !is_name(byte)) {
        return Some(LoginParametersError::InvalidKey { entry, position });
    }
    keys::is_reserved(key)
        .then(|| LoginParametersError::ReservedKey { entry, key: ParameterKey::new(key) })
}

fn problem_of_value(entry: usize, key: &str, value: &str) -> Option<LoginParametersError> {
    // Without a key or a scope, that is what it is refused for.
    if value.is_empty() && !matches!(key, "" | "scope") {
        return Some(LoginParametersError::EmptyValue { entry, key: ParameterKey::new(key) });
    }
    let position = value.find(|c: char| c.is_control() || matches!(c, '&' | '#'))?;
    Some(LoginParametersError::InvalidValue { entry, key: ParameterKey::new(key), position })
}

fn check_scope(entry: usize, value: &str, problems: &mut Vec<LoginParametersError>) {
    let mut of_apis = Vec::new();
    let mut is_empty = true;
    for (number, text) in (1..).zip(scope_texts(value)) {
        is_empty = false;
        match Scope::parse(text) {
            Ok(scope) if scope.is_openid() => {}
            Ok(scope) => of_apis.push(scope),
            Err(source) => {
                problems.push(LoginParametersError::InvalidScope { entry, number, source });
            }
        }
    }
    if is_empty {
        problems.push(LoginParametersError::NoScope { entry });
    }
    problems.extend(resource::conflict(&of_apis).map(|conflict| match conflict {
        ScopeConflict::TwoApis => LoginParametersError::TwoResources { entry },
        ScopeConflict::DefaultMixed => LoginParametersError::DefaultMixed { entry },
    }));
}

/// The scope that stands for all permissions of an API.
pub(crate) fn default_scope(identifier: &str) -> Result<Scope, resource::ScopeError> {
    Scope::parse(&format!("{identifier}/.default"))
}
