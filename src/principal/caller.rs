//! Whether the caller is a user or an application.

use super::{EasyAuthPrincipal, PrincipalFormat};
use crate::{
    issuer,
    jwt::{Actor, Caller, SIGN_IN_CLAIMS},
    provider::IdentityProvider,
};

/// The providers that sign in people alone: only Microsoft Entra and custom providers know
/// applications.
const OF_PEOPLE: [IdentityProvider; 6] = [
    IdentityProvider::APPLE,
    IdentityProvider::FACEBOOK,
    IdentityProvider::GITHUB,
    IdentityProvider::GOOGLE,
    IdentityProvider::MICROSOFT_ACCOUNT,
    IdentityProvider::TWITTER,
];

impl EasyAuthPrincipal {
    /// Whether a user or an application is calling: a daemon, a managed identity, a Logic App.
    ///
    /// Visitors of Static Web Apps and callers of Google, GitHub and other providers of people are
    /// users. Otherwise the claims decide, by the rules of [`Token::caller`](crate::Token::caller).
    ///
    /// ```
    /// # use easyauth::{Caller, EasyAuthPrincipal};
    /// # fn answer(user: &EasyAuthPrincipal) {
    /// match user.caller() {
    ///     Caller::User => { /* look at its roles, and its scopes */ }
    ///     Caller::App => { /* look at its application permissions */ }
    ///     _ => { /* unknown: no decision may rest on it */ }
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn caller(&self) -> Caller {
        if let Some(token) = &self.of_token {
            return token.caller;
        }
        if self.format == PrincipalFormat::StaticWebApps || OF_PEOPLE.contains(&self.provider) {
            return Caller::User;
        }
        match self.claim("idtyp") {
            Some("app") => Caller::App,
            Some("user") => Caller::User,
            None if self.has_scope() || self.signed_in_at_a_page() => Caller::User,
            None if self.is_own_subject() => Caller::App,
            Some(_) | None => Caller::Unknown,
        }
    }

    /// Whether an agent acts: as [`Token::actor`](crate::Token::actor), from the claims that the platform
    /// passes on.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::of(self.claim_values("xms_act_fct"), self.claim_values("xms_sub_fct"))
    }

    /// App-only tokens of agents have the scope `/`, which is none.
    fn has_scope(&self) -> bool {
        let mut scopes = self.claim_values("scp").flat_map(|scopes| scopes.split(' '));
        scopes.any(|scope| !matches!(scope, "" | "/"))
    }

    fn signed_in_at_a_page(&self) -> bool {
        SIGN_IN_CLAIMS.iter().any(|name| self.claim(name).is_some())
    }

    fn is_own_subject(&self) -> bool {
        self.claim("iss").is_some_and(issuer::is_workforce)
            && self.subject().is_some()
            && self.subject() == self.object_id()
    }
}
