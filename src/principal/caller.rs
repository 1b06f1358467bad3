//! Whether the caller is a user or an application.

use super::{ClaimType, EasyAuthPrincipal, PrincipalFormat};
use crate::{
    issuer,
    jwt::{Actor, Caller, SIGN_IN_CLAIMS},
    provider::IdentityProvider,
};

/// The providers that only sign in users: applications can sign in only with Microsoft Entra and custom
/// providers. A backend that is linked to a Static Web App may see no provider but `azureStaticWebApps`.
const OF_USERS: [IdentityProvider; 7] = [
    IdentityProvider::APPLE,
    IdentityProvider::FACEBOOK,
    IdentityProvider::GITHUB,
    IdentityProvider::GOOGLE,
    IdentityProvider::MICROSOFT_ACCOUNT,
    IdentityProvider::STATIC_WEB_APPS,
    IdentityProvider::TWITTER,
];

impl EasyAuthPrincipal {
    /// Whether a user or an application (a daemon, a managed identity, a Logic App) is calling.
    ///
    /// Callers of Static Web Apps, Google, GitHub and other providers that only sign in users are users.
    /// Otherwise the claims decide, by the rules of [`Token::caller`](crate::Token::caller).
    ///
    /// ```
    /// # use easyauth::{Caller, EasyAuthPrincipal};
    /// # fn answer(user: &EasyAuthPrincipal) {
    /// match user.caller() {
    ///     Caller::User => { /* check its roles and scopes */ }
    ///     Caller::App => { /* check its application permissions */ }
    ///     _ => { /* unknown: deny what depends on it */ }
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn caller(&self) -> Caller {
        if let Some(token) = &self.content.of_token {
            return token.caller;
        }
        if self.content.format == PrincipalFormat::StaticWebApps
            || OF_USERS.contains(&self.content.provider)
        {
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

    /// Returns whether an agent acts, as [`Token::actor`](crate::Token::actor) does, from the claims that the
    /// platform passes on.
    #[must_use]
    pub fn actor(&self) -> Actor {
        if let Some(token) = &self.content.of_token {
            return token.actor;
        }
        Actor::of(self.claim_values("xms_act_fct"), self.claim_values("xms_sub_fct"))
    }

    /// Returns `true` for a scope other than `/`, which app-only tokens of agents have.
    fn has_scope(&self) -> bool {
        let mut scopes =
            self.claim_values(ClaimType::SCP.short()).flat_map(|scopes| scopes.split(' '));
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
