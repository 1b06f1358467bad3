//! APIs as users name them, and the names of scopes and clouds.

use easyauth::{
    Requirement,
    resource::{
        AKS, ALL, APP_SERVICE, ARM, CONTAINER_REGISTRY, COSMOS_DB, Cloud, OSS_RDBMS, Resource,
        SQL_DATABASE, Scope,
    },
};

use crate::{secret::has_jwt, terminal::wrap};

/// Short names that users say instead of the full name.
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

/// The longest name of a scope or an app role (Microsoft Graph: permissionScope and appRole resource
/// types, `value`).
const MAX_PERMISSION_LEN: usize = 120;

/// The longest identifier of an API (Microsoft identity platform: validation differences by supported
/// account types, `identifierUris`).
const MAX_IDENTIFIER_LEN: usize = 255;

/// An API that a token can be for.
#[derive(Debug, Clone)]
pub(crate) enum Api {
    Known(Resource),
    /// An identifier that is not in the library's table.
    Other(String),
}

impl Api {
    /// Finds an API by a short name, its full name, a URI, a host or a client ID.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.contains(['?', '#']) {
            return Err("expected an API without a query or a fragment".to_owned());
        }
        if !can_be_identifier(text) {
            return Err(unknown());
        }
        if text.contains([':', '/', '.']) || is_guid(text) {
            return Self::of_identifier(text).ok_or_else(unknown);
        }
        let name = letters(&short_name(text));
        let is_it = |(own, _): &&(String, Resource)| letters(own) == name;
        if let Some((_, resource)) = names().iter().find(is_it) {
            return Ok(Self::Known(*resource));
        }
        let known = names();
        let close = known.iter().map(|(own, _)| (distance(&letters(own), &name), own));
        // A third of the letters: `gaph` is close to `graph`, `token` to nothing.
        let close = close.filter(|(far, own)| *far > 0 && far.saturating_mul(3) <= own.len());
        match close.min() {
            Some((_, own)) if !name.is_empty() => Err(format!("unknown API; did you mean {own}?")),
            _ => Err(unknown()),
        }
    }

    /// Reads an identifier as it was pasted: with a path, a scope, or the host of one instance.
    fn of_identifier(text: &str) -> Option<Self> {
        if let Some(resource) = Resource::recognize(text) {
            return Some(Self::Known(resource));
        }
        // An identifier must be able to stand before a scope.
        let api = text.strip_suffix("/.default").unwrap_or(text);
        let is_identifier = text.contains(':') || is_guid(text);
        (is_identifier && Scope::parse(&format!("{api}/.default")).is_ok())
            .then(|| Self::Other(api.to_owned()))
    }

    /// The API in this cloud. An identifier that names another cloud stays.
    pub(crate) fn in_cloud(&self, cloud: Cloud) -> Result<Self, String> {
        let Self::Known(resource) = self else { return Ok(self.clone()) };
        if resource.cloud() != Cloud::Public {
            return Ok(self.clone());
        }
        let resource = resource.in_cloud(cloud);
        if !resource.is_known() {
            let (name, cloud) = (resource.name(), cloud_name(cloud));
            return Err(format!(
                "{name} is not known in the cloud {cloud}; give its URI there as API"
            ));
        }
        Ok(Self::Known(resource))
    }

    /// The cloud that a known API is in.
    pub(crate) fn cloud(&self) -> Option<Cloud> {
        match self {
            Self::Known(resource) => Some(resource.cloud()),
            Self::Other(_) => None,
        }
    }

    /// The display name, or the identifier.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Known(resource) => resource.to_string(),
            Self::Other(identifier) => identifier.clone(),
        }
    }

    /// The name for the command line, the same in every cloud.
    pub(crate) fn short(&self) -> String {
        match self {
            Self::Known(resource) => {
                let named = names().into_iter().find(|(_, own)| own.name() == resource.name());
                named.map_or_else(|| resource.name().to_owned(), |(name, _)| name)
            }
            Self::Other(identifier) => identifier.clone(),
        }
    }

    /// The requirement for all of `scopes`, or for the default scope if there are none.
    pub(crate) fn requirement(&self, scopes: &[String]) -> Requirement {
        match self {
            Self::Known(resource) if scopes.is_empty() => resource.default_scope().into(),
            Self::Known(resource) => Requirement::all_scopes(scopes).on(*resource),
            Self::Other(identifier) if scopes.is_empty() => Requirement::audience(identifier),
            Self::Other(identifier) => Requirement::all_scopes(scopes).on(identifier),
        }
    }
}

/// Returns `false` for text that can have a secret. Identifiers have neither a query nor a fragment
/// (`identifierUris`).
pub(crate) fn can_be_identifier(text: &str) -> bool {
    text.len() <= MAX_IDENTIFIER_LEN && !text.contains(['?', '#']) && !has_jwt(text)
}

fn unknown() -> String {
    format!("unknown API; expected a URI, a client ID or one of\n{}", list_of_names())
}

/// Every name that [`Api::parse`] knows, with its API. The shortest name of each API comes first.
pub(crate) fn names() -> Vec<(String, Resource)> {
    let aliases = ALIASES.iter().map(|(alias, resource)| ((*alias).to_owned(), *resource));
    aliases.chain(ALL.iter().map(|own| (short_name(own.name()), *own))).collect()
}

/// The shortest name of each API, as indented lines.
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

/// Parses the name of a scope without its API.
pub(crate) fn bare_scope(text: &str) -> Result<String, String> {
    let is_bare = Scope::parse(text).is_ok_and(|scope| scope.api().is_none());
    let expected = || "expected the bare name of one scope, such as User.Read".to_owned();
    (is_bare && is_permission(text)).then(|| text.to_owned()).ok_or_else(expected)
}

/// Parses the value of an app role.
#[cfg(feature = "online")]
pub(crate) fn role(text: &str) -> Result<String, String> {
    let expected = || "expected the value of one app role, such as Files.Read.All".to_owned();
    is_permission(text).then(|| text.to_owned()).ok_or_else(expected)
}

/// Returns `true` for the value of a scope or an app role, and `false` for text with a token.
fn is_permission(text: &str) -> bool {
    let is_letter = |letter: char| !letter.is_whitespace() && !letter.is_control();
    !text.is_empty()
        && text.len() <= MAX_PERMISSION_LEN
        && !text.starts_with('.')
        && text.chars().all(is_letter)
        && !has_jwt(text)
}

/// Parses the name of a scope without its API, or `.default`.
pub(crate) fn bare_scope_or_default(text: &str) -> Result<String, String> {
    if text == ".default" { Ok(text.to_owned()) } else { bare_scope(text) }
}

/// The names of the clouds on the command line.
const CLOUDS: [(&str, Cloud); 7] = [
    ("public", Cloud::Public),
    ("us-gov", Cloud::UsGov),
    ("us-gov-dod", Cloud::UsGovDod),
    ("china", Cloud::China),
    ("france", Cloud::France),
    ("germany", Cloud::Germany),
    ("singapore", Cloud::Singapore),
];

/// Parses the value of `--cloud`.
pub(crate) fn cloud(text: &str) -> Result<Cloud, String> {
    let letters = |name: &str| name.replace('-', "").to_ascii_lowercase();
    let found = CLOUDS.iter().find(|(name, _)| letters(name) == letters(text));
    found.map(|(_, cloud)| *cloud).ok_or_else(|| {
        let names: Vec<&str> = CLOUDS.iter().map(|(name, _)| *name).collect();
        format!("expected one of {}", names.join(", "))
    })
}

/// The value of `--cloud`.
pub(crate) fn cloud_name(cloud: Cloud) -> &'static str {
    CLOUDS.iter().find(|(_, own)| *own == cloud).map_or("unknown", |(name, _)| name)
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

/// The longest name that is compared by [`distance`], in characters. The cost is quadratic.
const MAX_NAME_LEN: usize = 64;

/// The number of letters to insert, remove or replace (Levenshtein distance).
fn distance(one: &str, other: &str) -> usize {
    if one.len() > MAX_NAME_LEN || other.len() > MAX_NAME_LEN {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (index, letter) in (1_usize..).zip(one.chars()) {
        let mut diagonal = std::mem::replace(row.first_mut().unwrap_or(&mut 0), index);
        let mut left = index;
        for (cell, own) in row.iter_mut().skip(1).zip(other.chars()) {
            let replaced = diagonal.saturating_add(usize::from(own != letter));
            diagonal = *cell;
            left = replaced.min(diagonal.saturating_add(1)).min(left.saturating_add(1));
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}
