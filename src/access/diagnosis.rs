//! Whether a token opens an API: the answer with its reasons and cures.

use std::{fmt, time::SystemTime};

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{
    Cure, Reason, Requirement,
    cure::{Origin, cures},
    reason::{ApiName, InARow, reasons},
};
use crate::{
    escape::Escaped,
    jwt::{DecodeError, UnverifiedToken},
    provider::IdentityProvider,
    settings::LoginParameters,
    tokens::{AccessToken, ProviderTokens},
};

/// Whether a token opens what was asked for, every reason why not, and what to do.
///
/// Its `Display` form is a paragraph for the person who reads the log. [`reasons`](Self::reasons) and
/// [`cures`](Self::cures) are the same for a program, and so is its [`Serialize`] form:
/// `{"opens", "api", "reasons": [{"code", "message"}], "cures": [{"code", "message"}],
/// "loginParameters"}`.
///
/// Of the token it repeats the audience and nothing else.
///
/// ```
/// use std::time::SystemTime;
/// use easyauth::{UnverifiedToken, resource::ARM};
///
/// // {"aud":"00000003-0000-0000-c000-000000000000","scp":"email openid profile","exp":4102444800}
/// let token = UnverifiedToken::decode(
///     "e30.eyJhdWQiOiIwMDAwMDAwMy0wMDAwLTAwMDAtYzAwMC0wMDAwMDAwMDAwMDAiLCJzY3AiOiJlbWFpbCBvcGVuaWQg\
///      cHJvZmlsZSIsImV4cCI6NDEwMjQ0NDgwMH0.",
/// )?;
/// let diagnosis = token.diagnose(&ARM.scope("user_impersonation").into(), SystemTime::now());
/// assert!(!diagnosis.opens());
/// assert!(diagnosis.to_string().starts_with(
///     "this token does not open Azure Resource Manager: it is for Microsoft Graph \
///      (00000003-0000-0000-c000-000000000000), not for Azure Resource Manager;",
/// ));
/// assert_eq!(
///     diagnosis.login_parameters().unwrap().to_wire(),
///     ["scope=openid email profile https://management.azure.com/user_impersonation"],
/// );
/// # Ok::<(), easyauth::DecodeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The API that was asked for, by its name for people.
    api: Option<String>,
    reasons: Vec<Reason>,
    cures: Vec<Cure>,
}

impl UnverifiedToken {
    /// Says whether the token opens what `requirement` asks for, and what to do if not.
    ///
    /// This is advice for the holder of the token. It decides nothing about the token's bearer.
    #[must_use]
    pub fn diagnose(&self, requirement: &Requirement, now: SystemTime) -> Diagnosis {
        Diagnosis::new(
            requirement,
            reasons(self, requirement, now),
            Origin::SignIn { can_refresh: None },
        )
    }
}

impl AccessToken {
    /// Says whether the token opens what `requirement` asks for, and what to do if not. Unlike
    /// [`UnverifiedToken::diagnose`] this has an answer for tokens that cannot be decoded; and
    /// [`ProviderTokens::diagnose`] knows where the token came from.
    #[must_use]
    pub fn diagnose(&self, requirement: &Requirement, now: SystemTime) -> Diagnosis {
        Diagnosis::of_access_token(
            Some(self),
            requirement,
            now,
            Origin::SignIn { can_refresh: None },
        )
    }
}

impl ProviderTokens {
    /// Says whether the access token opens what `requirement` asks for, and what to do if not: like
    /// [`AccessToken::diagnose`], and better, because the cure depends on where the token came from
    /// and on whether there is a refresh token.
    #[must_use]
    pub fn diagnose(&self, requirement: &Requirement, now: SystemTime) -> Diagnosis {
        Diagnosis::of_access_token(self.access_token(), requirement, now, Origin::of(self))
    }
}

impl Origin {
    pub(crate) fn of(tokens: &ProviderTokens) -> Self {
        if tokens.is_from_client() {
            Self::Client
        } else if tokens.provider().is_some_and(|own| *own != IdentityProvider::ENTRA) {
            Self::OtherProvider
        } else {
            Self::SignIn { can_refresh: Some(tokens.refresh_token().is_some()) }
        }
    }
}

impl Diagnosis {
    pub(crate) fn of_access_token(
        token: Option<&AccessToken>,
        wanted: &Requirement,
        now: SystemTime,
        origin: Origin,
    ) -> Self {
        let reasons = match token.map(AccessToken::decode_unverified) {
            None => vec![Reason::NoToken],
            Some(Ok(token)) => reasons(&token, wanted, now),
            Some(Err(DecodeError::Opaque { .. })) => vec![Reason::Opaque],
            Some(Err(DecodeError::Encrypted)) => vec![Reason::Encrypted],
            Some(Err(error)) => vec![Reason::Malformed(error)],
        };
        Self::new(wanted, reasons, origin)
    }

    fn new(wanted: &Requirement, reasons: Vec<Reason>, origin: Origin) -> Self {
        let api = wanted.api().map(|api| ApiName::of(api).title());
        let cures = cures(wanted, &reasons, origin);
        Self { api, reasons, cures }
    }

    /// Whether the token opens what was asked for.
    #[must_use]
    pub fn opens(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Every reason why not; none if it opens.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// The answer and its reasons, without the cures: what a program prints that shows them apart.
    #[must_use]
    pub fn verdict(&self) -> impl fmt::Display {
        Verdict(self)
    }

    /// What to do, the first thing first; nothing if it opens, or if no cure is known.
    #[must_use]
    pub fn cures(&self) -> &[Cure] {
        &self.cures
    }

    /// The `loginParameters` to set, if that is among the cures.
    #[must_use]
    pub fn login_parameters(&self) -> Option<LoginParameters> {
        self.cures.iter().find_map(|cure| match cure {
            Cure::SetLoginParameters(parameters) => Some(parameters.clone()),
            _ => None,
        })
    }
}

/// Prints [`Diagnosis::verdict`], and the cures.
impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.verdict().fmt(f)?;
        for (index, cure) in self.cures.iter().enumerate() {
            write!(f, "{}{cure}", if index == 0 { ". To cure it, " } else { "; then " })?;
        }
        Ok(())
    }
}

/// See [`Diagnosis::verdict`].
struct Verdict<'a>(&'a Diagnosis);

impl fmt::Display for Verdict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Diagnosis { api, reasons, .. } = self.0;
        let api = Escaped(api.as_deref().unwrap_or("what was asked for"));
        if reasons.is_empty() {
            return write!(f, "this token opens {api}");
        }
        write!(f, "this token does not open {api}: {}", InARow(reasons))
    }
}

impl Serialize for Diagnosis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut diagnosis = serializer.serialize_struct("Diagnosis", 5)?;
        diagnosis.serialize_field("opens", &self.opens())?;
        diagnosis.serialize_field("api", &self.api)?;
        diagnosis.serialize_field("reasons", &coded(&self.reasons, Reason::code))?;
        diagnosis.serialize_field("cures", &coded(&self.cures, Cure::code))?;
        let parameters = self.login_parameters().map(|parameters| parameters.to_wire());
        diagnosis.serialize_field("loginParameters", &parameters)?;
        diagnosis.end()
    }
}

fn coded<T: fmt::Display>(items: &[T], code: fn(&T) -> &'static str) -> Vec<Coded> {
    items.iter().map(|item| Coded { code: code(item), message: item.to_string() }).collect()
}

/// A reason or a cure in the serialised form.
struct Coded {
    code: &'static str,
    message: String,
}

impl Serialize for Coded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut coded = serializer.serialize_struct("Coded", 2)?;
        coded.serialize_field("code", self.code)?;
        coded.serialize_field("message", &self.message)?;
        coded.end()
    }
}
