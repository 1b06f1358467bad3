//! What is probably not meant.

use std::fmt;

use super::{LoginParameters, ParameterKey, check, keys, scope_texts};
use crate::resource::{AAD_GRAPH, Scope};

/// A login parameter that Entra accepts, and that is probably not meant.
///
/// `entry` is the position in the list, counted from 0. No value is ever repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoginParametersWarning {
    /// `scope` has no `openid`, without which there is no ID token for the platform to sign the user
    /// in with.
    NoOpenid {
        /// The position of the `scope`.
        entry: usize,
    },
    /// `scope` replaces the platform's own `openid profile email`, and one of the latter two is not
    /// there again.
    NotRestated {
        /// The position of the `scope`.
        entry: usize,
        /// `profile` or `email`.
        scope: &'static str,
    },
    /// `scope` is percent-encoded, or has a `+` for a space: the platform encodes it once more.
    EncodedScope {
        /// The position of the `scope`.
        entry: usize,
    },
    /// `scope` has a `,` or `;`: scopes are separated by spaces alone.
    WrongSeparator {
        /// The position of the `scope`.
        entry: usize,
    },
    /// Entra documents no such parameter.
    UnknownKey {
        /// The position.
        entry: usize,
        /// The key.
        key: ParameterKey,
        /// The parameter that was probably meant.
        meant: Option<&'static str>,
    },
    /// `resource` is for the version 1.0 endpoint alone: see
    /// [`migrated_to_v2`](LoginParameters::migrated_to_v2).
    ResourceParameter {
        /// The position.
        entry: usize,
    },
    /// `resource` or `scope` names Azure AD Graph (`https://graph.windows.net`), which is retired.
    AzureAdGraph {
        /// The position.
        entry: usize,
    },
    /// `response_type` asks for an ID token, and the `scope` has no `openid`.
    IdTokenWithoutOpenid {
        /// The position of the `response_type`.
        entry: usize,
    },
    /// `domain_hint` spares a choice and keeps nobody out: whoever edits the address gets around it.
    DomainHint {
        /// The position.
        entry: usize,
    },
    /// The value has a `=`. The Terraform provider `azurerm` loses such a parameter when it reads the
    /// settings.
    EqualsInValue {
        /// The position.
        entry: usize,
        /// The key.
        key: ParameterKey,
    },
}

impl LoginParameters {
    /// Everything that is probably not meant, in the order of the list.
    #[must_use]
    pub fn warnings(&self) -> Vec<LoginParametersWarning> {
        let scope = self.with_key("scope").next();
        let no_openid = scope.is_some_and(|(_, value)| !has_scope(value, "openid"));
        let mut warnings = Vec::new();
        for (entry, text) in self.entries().enumerate() {
            let Some((key, value)) = text.split_once('=') else {
                continue;
            };
            match key {
                "scope" if scope.is_some_and(|(first, _)| first == entry) => {
                    self.warn_of_scope(entry, value, &mut warnings);
                }
                "resource" => {
                    warnings.push(LoginParametersWarning::ResourceParameter { entry });
                    if check::default_scope(value).is_ok_and(|scope| is_azure_ad_graph(&scope)) {
                        warnings.push(LoginParametersWarning::AzureAdGraph { entry });
                    }
                }
                "response_type" if no_openid && has_scope(value, "id_token") => {
                    warnings.push(LoginParametersWarning::IdTokenWithoutOpenid { entry });
                }
                "domain_hint" => warnings.push(LoginParametersWarning::DomainHint { entry }),
                _ => {}
            }
            if !key.is_empty() && !keys::is_known(key) && !keys::is_reserved(key) {
                let meant = keys::meant_by(key);
                let key = ParameterKey::new(key);
                warnings.push(LoginParametersWarning::UnknownKey { entry, key, meant });
            }
            if value.contains('=') {
                let key = ParameterKey::new(key);
                warnings.push(LoginParametersWarning::EqualsInValue { entry, key });
            }
        }
        warnings
    }

    fn warn_of_scope(&self, entry: usize, value: &str, warnings: &mut Vec<LoginParametersWarning>) {
        if !has_scope(value, "openid") {
            warnings.push(LoginParametersWarning::NoOpenid { entry });
        }
        for scope in ["profile", "email"] {
            if !has_scope(value, scope) {
                warnings.push(LoginParametersWarning::NotRestated { entry, scope });
            }
        }
        if value.contains('+') || has_percent_encoding(value) {
            warnings.push(LoginParametersWarning::EncodedScope { entry });
        }
        if value.contains([',', ';']) {
            warnings.push(LoginParametersWarning::WrongSeparator { entry });
        }
        if self.scopes().any(is_azure_ad_graph) {
            warnings.push(LoginParametersWarning::AzureAdGraph { entry });
        }
    }
}

fn has_scope(value: &str, scope: &str) -> bool {
    scope_texts(value).any(|text| text == scope)
}

/// Whether there is a `%` with two hexadecimal digits (RFC 3986 section 2.1).
fn has_percent_encoding(value: &str) -> bool {
    value.as_bytes().windows(3).any(|bytes| match bytes {
        [b'%', digits @ ..] => digits.iter().all(u8::is_ascii_hexdigit),
        _ => false,
    })
}

pub(crate) fn is_azure_ad_graph(scope: &Scope) -> bool {
    scope.resource().is_some_and(|resource| resource.name() == AAD_GRAPH.name())
}

impl LoginParametersWarning {
    /// The position in the list that this is about, counted from 0.
    #[must_use]
    pub fn entry(&self) -> Option<usize> {
        match self {
            Self::NoOpenid { entry }
            | Self::NotRestated { entry, .. }
            | Self::EncodedScope { entry }
            | Self::WrongSeparator { entry }
            | Self::UnknownKey { entry, .. }
            | Self::ResourceParameter { entry }
            | Self::AzureAdGraph { entry }
            | Self::IdTokenWithoutOpenid { entry }
            | Self::DomainHint { entry }
            | Self::EqualsInValue { entry, .. } => Some(*entry),
        }
    }

    /// The error that Entra would show at the sign-in if the warning is right, where it is known. For
    /// people to search for: Microsoft may change these any day.
    #[must_use]
    pub fn aadsts(&self) -> Option<&'static str> {
        match self {
            Self::ResourceParameter { .. } => Some("AADSTS901002"),
            Self::IdTokenWithoutOpenid { .. } => Some("AADSTS70005"),
            _ => None,
        }
    }
}

impl fmt::Display for LoginParametersWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(entry) = self.entry() {
            write!(f, "loginParameters[{entry}]: ")?;
        }
        match self {
            Self::NoOpenid { .. } => {
                f.write_str("`scope` has no `openid`, which a sign-in needs for an ID token")
            }
            Self::NotRestated { scope, .. } => {
                write!(f, "`scope` replaces the platform's own, and has no `{scope}`")
            }
            Self::EncodedScope { .. } => {
                f.write_str("`scope` looks encoded, which the platform does by itself")
            }
            Self::WrongSeparator { .. } => {
                f.write_str("`scope` has a `,` or `;`, and spaces separate scopes")
            }
            Self::UnknownKey { key, meant, .. } => {
                write!(f, "Entra documents no `{key}`")?;
                meant.map_or(Ok(()), |meant| write!(f, "; `{meant}` is probably meant"))
            }
            Self::ResourceParameter { .. } => f.write_str(
                "`resource` is for the version 1.0 endpoint, and a v2.0 issuer refuses it",
            ),
            Self::AzureAdGraph { .. } => f.write_str(
                "Azure AD Graph (graph.windows.net) is retired, and Microsoft Graph replaces it",
            ),
            Self::IdTokenWithoutOpenid { .. } => {
                f.write_str("`response_type` asks for an ID token, and `scope` has no `openid`")
            }
            Self::DomainHint { .. } => f.write_str("`domain_hint` keeps nobody out"),
            Self::EqualsInValue { key, .. } => write!(
                f,
                "the value of `{key}` has a `=`, and the Terraform provider azurerm loses it"
            ),
        }
    }
}
