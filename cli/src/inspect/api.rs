//! The APIs that `--for` can name.

use easyauth::{
    Requirement,
    resource::{
        AKS, ALL, APP_SERVICE, ARM, CONTAINER_REGISTRY, COSMOS_DB, OSS_RDBMS, Resource,
        SQL_DATABASE, Scope,
    },
};

use super::text::wrap;

/// What people say in the place of the full name.
const ALIASES: [(&str, Resource); 8] = [
    ("arm", ARM),
    ("sql", SQL_DATABASE),
    ("postgresql", OSS_RDBMS),
    ("mysql", OSS_RDBMS),
    ("cosmos", COSMOS_DB),
    ("aks", AKS),
    ("acr", CONTAINER_REGISTRY),
    ("kudu", APP_SERVICE),
];

/// An API that a token can be wanted for.
pub(crate) enum Api {
    Known(Resource),
    /// By an identifier that the table does not have.
    Other(String),
}

impl Api {
    /// Finds an API by a short name, its full name, a URI or a client id.
    pub(crate) fn find(text: &str) -> Option<Self> {
        if text.contains([':', '/', '.']) || is_guid(text) {
            // As it was pasted: with a path, a scope, the host of one instance.
            if let Some(resource) = Resource::recognize(text) {
                return Some(Self::Known(resource));
            }
            // A scope needs what an identifier needs.
            let api = text.strip_suffix("/.default").unwrap_or(text);
            let is_identifier = text.contains(':') || is_guid(text);
            return (is_identifier && Scope::parse(&format!("{api}/.default")).is_ok())
                .then(|| Self::Other(api.to_owned()));
        }
        let name = letters(&short_name(text));
        let alias = ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, resource)| resource);
        let full = || ALL.iter().find(|resource| letters(&short_name(resource.name())) == name);
        alias.or_else(full).copied().map(Self::Known)
    }

    /// The name for people, else the identifier.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Known(resource) => resource.to_string(),
            Self::Other(identifier) => identifier.clone(),
        }
    }

    /// What a token must have for all of `scopes`, or for the default scope if there are none.
    pub(crate) fn requirement(&self, scopes: &[String]) -> Requirement {
        match self {
            Self::Known(resource) if scopes.is_empty() => resource.default_scope().into(),
            Self::Known(resource) => Requirement::all_scopes(scopes).on(*resource),
            Self::Other(identifier) if scopes.is_empty() => Requirement::audience(identifier),
            Self::Other(identifier) => Requirement::all_scopes(scopes).on(identifier),
        }
    }
}

/// The names that `--for` knows, the shortest one of each API, as indented lines.
pub(crate) fn list_of_names() -> String {
    let aliases = ALIASES.iter().map(|(alias, _)| (*alias).to_owned());
    let others = ALL.iter().filter(|own| ALIASES.iter().all(|(_, resource)| resource != *own));
    let mut names: Vec<String> =
        aliases.chain(others.map(|resource| short_name(resource.name()))).collect();
    names.sort();
    let lines: Vec<String> =
        wrap(&names.join(", "), 98).iter().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}

/// `key-vault` of `Azure Key Vault`.
fn short_name(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<&str> =
        words.filter(|word| !matches!(*word, "" | "azure" | "microsoft")).collect();
    words.join("-")
}

/// Makes `keyvault` and `key-vault` one name.
fn letters(name: &str) -> String {
    name.replace('-', "")
}

fn is_guid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
