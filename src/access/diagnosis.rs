//! Whether a token opens an API: the outcome, its reasons, and the steps that fix it.

use std::{fmt, time::SystemTime};

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{
    Fix, Note, Reason, Requirement,
    origin::Origin,
    plan::{is_graph, plan},
    reason::{Joined, examine, unknown_api},
    token_form::{Signature, TokenForm},
};
use crate::{
    debug::debug,
    escape::Escaped,
    jwt::UnverifiedToken,
    kinds::codes,
    login_parameters::LoginParameters,
    resource::ApiName,
    tokens::{AccessToken, ProviderTokens},
};

/// Whether a token opens the required API, every reason why not, and the steps that fix it.
///
/// Its `Display` form is a paragraph for a human who reads the log. Programs use
/// [`outcome`](Self::outcome), [`reasons`](Self::reasons), [`notes`](Self::notes) and
/// [`fixes`](Self::fixes), or its [`Serialize`] form: `{"opens", "outcome", "api", "reasons": [{"code",
/// "message"}], "notes", "fixes": [{"code", "message"}], "loginParameters"}`.
///
/// # The steps
///
/// [`fixes`](Self::fixes) are steps, in the order in which to take them. They are derived from the
/// reasons, the source of the token, and the other tokens of the caller. For a typical site and tenant,
/// they lead to a token that opens the API. Some steps may need another person, such as an
/// administrator. If the token reveals nothing, the list of steps is empty.
///
/// The only value of the token in a diagnosis is the audience, escaped and bounded. This also holds for
/// its `Debug` form.
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
/// let diagnosis = token.diagnose(ARM.scope("user_impersonation"), SystemTime::now());
/// assert!(!diagnosis.opens());
/// assert!(diagnosis.to_string().starts_with(
///     "this token does not open Azure Resource Manager: it is for Microsoft Graph \
///      (00000003-0000-0000-c000-000000000000), not for Azure Resource Manager;",
/// ));
/// let steps: Vec<&str> = diagnosis.fixes().iter().map(|step| step.code()).collect();
/// assert_eq!(steps, ["add-delegated-permission", "set-login-parameters", "sign-in-again"]);
/// assert_eq!(
///     diagnosis.login_parameters().unwrap().to_wire(),
///     ["scope=openid email profile https://management.azure.com/user_impersonation"],
/// );
/// # Ok::<(), easyauth::DecodeError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The display name of the required API.
    api: Option<String>,
    outcome: Outcome,
    reasons: Vec<Reason>,
    notes: Vec<Note>,
    fixes: Vec<Fix>,
}

codes! {
    /// The result of a diagnosis.
    pub enum Outcome;
    pub fn code;

    /// The token opens the API, if its claims are true.
    Opens = "opens";
    /// The API will reject the token.
    DoesNotOpen = "does-not-open";
    /// Undecided. The token is opaque or encrypted, its audience may be another name of the required API,
    /// or the audiences of that API are unknown. [`Diagnosis::reasons`] say which.
    CannotTell = "cannot-tell";
}

impl UnverifiedToken {
    /// Diagnoses whether the token meets `requirement`, and what to do if not.
    ///
    /// This is advice for the holder of the token, not an authorization decision. The signature is not
    /// checked. [`AccessToken::diagnose`] reports if it is missing.
    #[must_use]
    pub fn diagnose(&self, requirement: impl Into<Requirement>, now: SystemTime) -> Diagnosis {
        Diagnosis::of_jwt(self, Signature::Complete, &requirement.into(), now, &Origin::Unknown)
    }
}

impl AccessToken {
    /// Diagnoses whether the token meets `requirement`, and what to do if not.
    ///
    /// Unlike [`UnverifiedToken::diagnose`], it also diagnoses tokens that cannot be decoded.
    /// [`ProviderTokens::diagnose`] also knows the source of the token.
    #[must_use]
    pub fn diagnose(&self, requirement: impl Into<Requirement>, now: SystemTime) -> Diagnosis {
        Diagnosis::of_access_token(Some(self), &requirement.into(), now, &Origin::Unknown)
    }

    /// Diagnoses a token that this service requested from the token endpoint
    /// ([`TokenResponse`](crate::exchange::TokenResponse)). No setting of the site changes such a token;
    /// the scopes of the next request do.
    #[must_use]
    pub fn diagnose_requested(
        &self,
        requirement: impl Into<Requirement>,
        now: SystemTime,
    ) -> Diagnosis {
        Diagnosis::of_access_token(Some(self), &requirement.into(), now, &Origin::Exchange)
    }
}

impl ProviderTokens {
    /// Diagnoses whether the access token meets `requirement`, and what to do if not. Its steps are
    /// better than those of [`AccessToken::diagnose`], because they depend on the source of the token
    /// and on the other tokens.
    ///
    /// Without an access token, the first steps enable the token store, except behind a Static Web App,
    /// which sends no tokens. If the client sent a token itself, [`or_bearer`](Self::or_bearer) uses that
    /// one.
    #[must_use]
    pub fn diagnose(&self, requirement: impl Into<Requirement>, now: SystemTime) -> Diagnosis {
        let (origin, wanted) = (Origin::of(self), requirement.into());
        Diagnosis::of_access_token(self.access_token(), &wanted, now, &origin)
    }
}

impl Diagnosis {
    pub(crate) fn of_access_token(
        token: Option<&AccessToken>,
        wanted: &Requirement,
        now: SystemTime,
        origin: &Origin,
    ) -> Self {
        let reason = match token.map(|token| TokenForm::of(token.expose_secret())) {
            None => Reason::NoToken,
            Some(TokenForm::Jwt { token, signature }) => {
                return Self::of_jwt(&token, signature, wanted, now, origin);
            }
            Some(TokenForm::Other(reason)) => reason,
        };
        // For a token that cannot be read, the only known expiry is the platform's.
        let since = origin.expires_on().and_then(|end| now.duration_since(end).ok());
        let expired = since.map(|since| Reason::Expired { since });
        let unknown = unknown_api(wanted);
        let reasons = [reason].into_iter().chain(unknown).chain(expired).collect();
        Self::new(wanted, reasons, |reasons| plan(wanted, reasons, None, origin), origin)
    }

    fn of_jwt(
        token: &UnverifiedToken,
        signature: Signature,
        wanted: &Requirement,
        now: SystemTime,
        origin: &Origin,
    ) -> Self {
        let (mut reasons, notes) = examine(token, wanted, now);
        let damage = match signature {
            Signature::Complete => None,
            Signature::Truncated => Some(Reason::Truncated),
            Signature::Missing => Some(Reason::Unsigned),
        };
        reasons.extend(damage.filter(|damage| !reasons.contains(damage)));
        let steps = |reasons: &[Reason]| plan(wanted, reasons, Some(token.caller()), origin);
        Self { notes, ..Self::new(wanted, reasons, steps, origin) }
    }

    fn new(
        wanted: &Requirement,
        reasons: Vec<Reason>,
        steps: impl FnOnce(&[Reason]) -> Vec<Fix>,
        origin: &Origin,
    ) -> Self {
        let api = wanted.api().map(|api| ApiName::of(api).title());
        let is_open = |reason: &Reason| match reason {
            Reason::UnknownApi(_) | Reason::UnclearAudience { .. } | Reason::Encrypted => true,
            // APIs of Microsoft's accept only tokens of Entra.
            Reason::Opaque => !origin.is_other_provider(),
            Reason::PersonalAccount => wanted.api().is_none_or(is_graph),
            _ => false,
        };
        let outcome = if reasons.is_empty() {
            Outcome::Opens
        } else if reasons.iter().all(is_open) {
            Outcome::CannotTell
        } else {
            Outcome::DoesNotOpen
        };
        let fixes = match outcome {
            Outcome::DoesNotOpen => steps(&reasons),
            Outcome::Opens | Outcome::CannotTell => Vec::new(),
        };
        Self { api, outcome, reasons, notes: Vec::new(), fixes }
    }

    /// The outcome: whether the token opens the API.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Returns `true` if the token opens the API. Returns `false` if it does not, or if that is
    /// undecided: see [`outcome`](Self::outcome).
    #[must_use]
    pub fn opens(&self) -> bool {
        self.outcome == Outcome::Opens
    }

    /// Every reason for the outcome; empty if the token opens the API.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// Other useful facts about the token.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The outcome and its reasons as a clause, without the notes and fixes, for a program that prints
    /// them separately.
    #[must_use]
    pub fn summary(&self) -> impl fmt::Display {
        Summary(self)
    }

    /// The steps that fix it, in the order in which to take them. Empty if the token opens the API, if
    /// that is undecided, or if no helpful step is known.
    #[must_use]
    pub fn fixes(&self) -> &[Fix] {
        &self.fixes
    }

    /// The `loginParameters` to set, if a step sets them.
    #[must_use]
    pub fn login_parameters(&self) -> Option<LoginParameters> {
        self.fixes.iter().find_map(|fix| match fix {
            Fix::SetLoginParameters(parameters) => Some(parameters.clone()),
            _ => None,
        })
    }
}

/// Prints [`Diagnosis::summary`], the notes and the steps.
impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.summary().fmt(f)?;
        for note in &self.notes {
            write!(f, "; note: {note}")?;
        }
        for (index, fix) in self.fixes.iter().enumerate() {
            f.write_str(match index {
                _ if fix.is_optional() => "; for the next time, ",
                0 => ". To fix it, ",
                _ => "; then ",
            })?;
            fix.fmt(f)?;
        }
        Ok(())
    }
}

debug! {
    Diagnosis, |own|
    api: own.api.as_deref().map(Escaped),
    outcome: own.outcome,
    reasons: own.reasons,
    notes: own.notes,
    fixes: own.fixes
}

/// See [`Diagnosis::summary`].
struct Summary<'a>(&'a Diagnosis);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Diagnosis { api, outcome, reasons, .. } = self.0;
        let api = Escaped(api.as_deref().unwrap_or("the required API"));
        match outcome {
            Outcome::Opens => write!(f, "this token opens {api}"),
            Outcome::DoesNotOpen if *reasons == [Reason::Unsigned] => {
                write!(f, "this token does not open {api}, although its claims fit: ")?;
                Joined(reasons).fmt(f)
            }
            Outcome::DoesNotOpen => {
                write!(f, "this token does not open {api}: {}", Joined(reasons))
            }
            Outcome::CannotTell => {
                write!(f, "undecided whether this token opens {api}: {}", Joined(reasons))
            }
        }
    }
}

impl Serialize for Diagnosis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut diagnosis = serializer.serialize_struct("Diagnosis", 7)?;
        diagnosis.serialize_field("opens", &self.opens())?;
        diagnosis.serialize_field("outcome", self.outcome.code())?;
        diagnosis.serialize_field("api", &self.api)?;
        diagnosis.serialize_field("reasons", &coded(&self.reasons, Reason::code))?;
        diagnosis.serialize_field("notes", &coded(&self.notes, |note| note.code()))?;
        diagnosis.serialize_field("fixes", &coded(&self.fixes, Fix::code))?;
        let parameters = self.login_parameters().map(|parameters| parameters.to_wire());
        diagnosis.serialize_field("loginParameters", &parameters)?;
        diagnosis.end()
    }
}

fn coded<T: fmt::Display>(items: &[T], code: fn(&T) -> &'static str) -> Vec<Coded> {
    items.iter().map(|item| Coded { code: code(item), message: item.to_string() }).collect()
}

/// A reason, a note or a step in the serialized form.
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
