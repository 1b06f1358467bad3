//! Error codes of Microsoft Entra, Azure Resource Manager and bearer challenges: their meaning, who can
//! fix them, and how.
//!
//! [`ErrorExplanation::from_text`] explains a pasted error. [`KnownError`] is one row of the tables, for
//! programs that already have the code, for instance from
//! [`TokenError::aadsts`](crate::exchange::TokenError::aadsts).
//!
//! Microsoft may change codes and their meaning at any time ("Microsoft Entra authentication and
//! authorization error codes": never react to them in a client). They are for humans. Programs should
//! use [`TokenErrorKind`](crate::exchange::TokenErrorKind) instead.
//!
//! ```
//! use easyauth::error_codes::{ErrorExplanation, Responsible};
//!
//! let pasted = "AADSTS50011: The redirect URI 'https://...' specified in the request does not match ...\r\n\
//!               Correlation ID: 00000003-0000-4000-8000-000000000003";
//! let explanation = ErrorExplanation::from_text(pasted).expect("a known form of error");
//! let error = explanation.primary().expect("a known code");
//! assert_eq!((error.name(), error.responsible()), ("AADSTS50011", Responsible::Developer));
//! assert_eq!(error.fix(), "register https://<host>/.auth/login/<provider>/callback as a redirect URI of the \
//!                          platform type Web");
//! assert_eq!(explanation.correlation_id(), Some("00000003-0000-4000-8000-000000000003"));
//! ```

/// Defines a table of errors. The codes are numbers of Entra (`AADSTS`) or names (`NAME`). `umbrella`
/// marks a code that is less specific than the code next to it.
macro_rules! known_errors {
    ($form:ident; $($code:literal $responsible:ident $topic:ident $($umbrella:ident)?:
        $meaning:literal, $fix:literal, $source:expr;)+) => {
        pub(super) const ERRORS: &[KnownError] = &[$(KnownError {
            name: known_errors!(@name $form $code),
            aadsts: known_errors!(@aadsts $form $code),
            meaning: $meaning,
            responsible: Responsible::$responsible,
            fix: $fix,
            topic: Topic::$topic,
            umbrella: known_errors!(@is $($umbrella)?),
            source: $source,
        },)+];
    };
    (@name AADSTS $code:literal) => { concat!("AADSTS", $code) };
    (@name NAME $code:literal) => { $code };
    (@aadsts AADSTS $code:literal) => { Some($code) };
    (@aadsts NAME $code:literal) => { None };
    (@is) => { false };
    (@is umbrella) => { true };
}

mod entra;
mod explanation;
mod others;

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

pub use explanation::{ErrorExplanation, MAX_ERROR_TEXT_LEN};

use crate::kinds::kinds;

kinds! {
    /// Who can fix an error.
    pub enum Responsible;
    fn name as Display;

    /// The person who configures the site, the app registration or the code of this service.
    Developer = "developer", "the developer of this service";
    /// An administrator of the tenant.
    Administrator = "administrator", "an administrator of the tenant";
    /// The user who signs in.
    User = "user", "the user";
    /// The developer of the client that called this service.
    Client = "client", "the developer of the client";
    /// Microsoft: the service has a problem or is overloaded.
    Microsoft = "microsoft", "Microsoft";
}

/// The subject of an error, which decides how a program reacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    /// The token that was sent for an exchange.
    Assertion,
    /// A refresh token or an authorization code that has expired or was revoked.
    Grant,
    Consent,
    /// The user must sign in in another way.
    Interaction,
    /// The credential of the client.
    Credential,
    /// The client itself.
    Client,
    /// A scope, or its API.
    Scope,
    Unavailable,
    /// The request or the configuration.
    Other,
}

/// A known error code. Prints as its name, its meaning and what to do.
#[derive(Debug, PartialEq, Eq)]
pub struct KnownError {
    name: &'static str,
    aadsts: Option<u32>,
    meaning: &'static str,
    responsible: Responsible,
    fix: &'static str,
    topic: Topic,
    umbrella: bool,
    source: &'static str,
}

impl KnownError {
    /// Every known error in ascending order, those of Entra first.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        entra::ERRORS.iter().chain(others::ERRORS)
    }

    /// The error of Microsoft Entra with this number: 50011 for AADSTS50011.
    #[must_use]
    pub fn of_entra(aadsts: u32) -> Option<&'static Self> {
        // The table is in ascending order; a test checks this.
        let at = entra::ERRORS.binary_search_by_key(&Some(aadsts), |error| error.aadsts).ok()?;
        entra::ERRORS.get(at)
    }

    /// The error with this name, compared exactly: `AADSTS50011`, `InvalidAuthenticationTokenAudience`,
    /// `insufficient_claims`.
    #[must_use]
    pub fn of_name(name: &str) -> Option<&'static Self> {
        match name.strip_prefix("AADSTS") {
            Some(number) => Self::of_entra(number.parse().ok()?).filter(|error| error.name == name),
            None => others::ERRORS.iter().find(|error| error.name == name),
        }
    }

    /// The name, such as `AADSTS50011`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The number of an error of Microsoft Entra: 50011 for AADSTS50011.
    #[must_use]
    pub fn aadsts(&self) -> Option<u32> {
        self.aadsts
    }

    /// The meaning of the error, as a clause.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        self.meaning
    }

    /// Who can usually fix it.
    #[must_use]
    pub fn responsible(&self) -> Responsible {
        self.responsible
    }

    /// What to change or do, as a clause.
    #[must_use]
    pub fn fix(&self) -> &'static str {
        self.fix
    }

    /// Returns `true` if the user must act: sign in again, sign in in another way, or consent.
    #[must_use]
    pub fn needs_user(&self) -> bool {
        matches!(self.topic, Topic::Grant | Topic::Consent | Topic::Interaction)
            || self.responsible == Responsible::User
    }

    /// The source of the meaning: Microsoft's reference, a specification, or public reports.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.source
    }

    /// Returns `true` if Microsoft or a specification documents the code. The meaning of other codes
    /// comes from public reports.
    #[must_use]
    pub fn is_documented(&self) -> bool {
        !self.source.starts_with(REPORTS)
    }

    pub(crate) fn topic(&self) -> Topic {
        self.topic
    }

    /// Returns `true` for an umbrella code: another code next to it is more specific.
    pub(crate) fn is_umbrella(&self) -> bool {
        self.umbrella
    }
}

/// The start of the source of an undocumented code.
const REPORTS: &str = "public reports: ";

impl fmt::Display for KnownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {} can fix it: {}", self.name, self.meaning, self.responsible, self.fix)
    }
}

/// `{"name", "meaning", "responsible", "fix", "needsUser", "documented", "source"}`.
impl Serialize for KnownError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("KnownError", 7)?;
        fields.serialize_field("name", self.name)?;
        fields.serialize_field("meaning", self.meaning)?;
        fields.serialize_field("responsible", self.responsible.code())?;
        fields.serialize_field("fix", self.fix)?;
        fields.serialize_field("needsUser", &self.needs_user())?;
        fields.serialize_field("documented", &self.is_documented())?;
        fields.serialize_field("source", self.source)?;
        fields.end()
    }
}

#[cfg(test)]
mod tests {
    use super::entra;

    #[test]
    fn numbers_ascend_for_the_lookup() {
        assert!(entra::ERRORS.is_sorted_by(|one, other| one.aadsts < other.aadsts));
    }
}
