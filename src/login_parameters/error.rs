//! What Entra or the platform would reject in login parameters, and what is probably a mistake.

use crate::{
    escape::Escaped,
    kinds::{debug_by_display, kinds},
    resource::ScopeError,
};

/// A login parameter that Entra or the platform would reject long after the settings were saved; or, as
/// a [warning](super::LoginParameters::warnings), one that is accepted and probably a mistake.
///
/// The message shows keys and positions, never values. It has the error code of Entra (`AADSTS...`) where
/// that is known ("Microsoft Entra authentication and authorization error codes").
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", shown(*entry, kind.text(), detail, *meant))]
pub struct LoginParametersError {
    kind: LoginParametersErrorKind,
    entry: Option<usize>,
    /// Whatever the text of the kind does not say: a key, a position, the name of a scope.
    detail: String,
    source: Option<ScopeError>,
    /// The parameter that an unknown key probably stands for.
    pub(crate) meant: Option<&'static str>,
}

debug_by_display!(LoginParametersError, kind.code());

kinds! {
    /// What is wrong with a login parameter.
    pub enum LoginParametersErrorKind of LoginParametersError;
    pub(crate) fn text;
    /// The list of login parameters is empty.
    Empty = "empty", "expected at least one login parameter";
    /// The `=` is missing, or the key before it.
    NotKeyValue = "not-key-value", "expected key=value";
    /// The key has characters other than letters, digits, `-`, `.` and `_` (RFC 6749 section 8.2).
    InvalidKey = "invalid-key", "expected letters, digits, -, . and _ in the key";
    /// The key appears twice.
    DuplicateKey = "duplicate-key", "Entra accepts a parameter once (AADSTS9000411)";
    /// The platform sets this parameter itself at each sign-in.
    ReservedKey = "reserved-key", "the platform sets this parameter itself";
    /// The value after the `=` is missing.
    NoValue = "no-value", "expected a value";
    /// The value has a control character, or `&` or `#`, which end a parameter in an address (RFC 3986
    /// section 3.4). No source says that the platform encodes those.
    InvalidValue = "invalid-value", "the value has a character that breaks an address";
    /// `scope` names no scope.
    NoScope = "no-scope", "expected a scope (AADSTS28003)";
    /// One of the scopes is malformed, or the identifier in `resource` cannot have a scope. The source
    /// says why.
    InvalidScope = "invalid-scope", "a scope is malformed (AADSTS70011)";
    /// The scopes are of more than one API, and one sign-in gives a token for one.
    TwoResources = "two-resources",
        "the scopes are of more than one API, and a token is for one (AADSTS28000)";
    /// `resource` is not the API of the scopes, and one sign-in gives a token for one.
    ResourceOfAnotherApi = "resource-of-another-api",
        "`resource` is not the API of the scopes, and a token is for one";
    /// `.default` means all permissions of the registration, and cannot be combined with other scopes
    /// of its API.
    DefaultMixed = "default-mixed",
        "`.default` cannot be combined with other scopes of its API (AADSTS70011)";
    /// `prompt` has more than one value.
    TwoPrompts = "two-prompts", "expected one value of `prompt` (AADSTS90023)";
    /// All parameters together are longer than
    /// [`MAX_LOGIN_PARAMETERS_LEN`](super::MAX_LOGIN_PARAMETERS_LEN).
    TooLong = "too-long", "the login parameters are longer than 16384 bytes (AADSTS90015)";
    /// `resource` or `scope` names Azure AD Graph (`https://graph.windows.net`), which is retired. An
    /// error of [`migrated_to_v2`](super::LoginParameters::migrated_to_v2), otherwise a warning.
    AzureAdGraph = "azure-ad-graph",
        "Azure AD Graph (graph.windows.net) is retired: use scopes of Microsoft Graph";
    /// A warning: `scope` has no `openid`, so the platform gets no ID token to sign the user in with.
    NoOpenid = "no-openid", "`scope` has no `openid`, which a sign-in needs to get an ID token";
    /// A warning: `scope` replaces the platform's own `openid profile email` and omits one of the latter
    /// two.
    NotRestated = "not-restated", "`scope` replaces the platform's own scopes, and omits";
    /// A warning: `scope` is percent-encoded or has `+` for a space, and the platform encodes it again.
    EncodedScope = "encoded-scope", "`scope` looks encoded, and the platform encodes it again";
    /// A warning: `scope` has a `,` or `;`. Only spaces separate scopes.
    WrongSeparator = "wrong-separator", "`scope` has a `,` or `;`, but only spaces separate scopes";
    /// A warning: Entra documents no such parameter.
    UnknownKey = "unknown-key", "Entra documents no such parameter";
    /// A warning: `resource` is for the version 1.0 endpoint alone. See
    /// [`migrated_to_v2`](super::LoginParameters::migrated_to_v2).
    ResourceParameter = "resource-parameter",
        "`resource` is for the version 1.0 endpoint, and a v2.0 issuer rejects it (AADSTS901002)";
    /// A warning: `response_type` requests an ID token, and `scope` has no `openid`.
    IdTokenWithoutOpenid = "id-token-without-openid",
        "`response_type` requests an ID token, and `scope` has no `openid` (AADSTS70005)";
    /// A warning: `domain_hint` is a hint. Users can remove it from the address.
    DomainHint = "domain-hint", "`domain_hint` does not restrict who can sign in";
    /// A warning: the value has a `=`. The Terraform provider `azurerm` loses such a parameter when it
    /// reads the settings.
    EqualsInValue = "equals-in-value",
        "the value has a `=`, and the Terraform provider azurerm loses such a parameter";
}

impl LoginParametersError {
    pub(super) fn new(kind: LoginParametersErrorKind, entry: impl Into<Option<usize>>) -> Self {
        let entry = entry.into();
        Self { kind, entry, detail: String::new(), source: None, meant: None }
    }

    /// An error about a parameter with this key.
    pub(super) fn of_key(kind: LoginParametersErrorKind, entry: usize, key: &str) -> Self {
        Self::new(kind, entry).with(format!("`{}`", Escaped(key)))
    }

    pub(super) fn invalid_scope(entry: usize, number: usize, source: ScopeError) -> Self {
        let error = Self::new(LoginParametersErrorKind::InvalidScope, entry);
        Self { source: Some(source), ..error.with(format!("number {number}")) }
    }

    pub(super) fn probably(self, meant: Option<&'static str>) -> Self {
        Self { meant, ..self }
    }

    pub(super) fn with(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    /// Adds to the detail.
    pub(super) fn also(self, detail: &str) -> Self {
        Self { detail: format!("{}, {detail}", self.detail), ..self }
    }

    /// The position in the list, counted from 0; `None` if the error is about the whole list.
    #[must_use]
    pub fn entry(&self) -> Option<usize> {
        self.entry
    }

    /// The message without the position.
    pub(crate) fn text(&self) -> String {
        shown(None, self.kind.text(), &self.detail, self.meant)
    }
}

fn shown(entry: Option<usize>, text: &str, detail: &str, meant: Option<&str>) -> String {
    let entry = entry.map_or(String::new(), |entry| format!("loginParameters[{entry}]: "));
    let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
    let meant = meant.map_or(String::new(), |meant| format!("; `{meant}` is probably meant"));
    format!("{entry}{text}{detail}{meant}")
}
