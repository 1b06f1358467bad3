//! Examines an input. Tokens themselves stay here; the report has only what they say.

use std::time::SystemTime;

use easyauth::{
    AccessToken, EasyAuthPrincipal, IdentityProvider, ProviderTokens, Renewal, Requirement,
    Session, UnverifiedToken, resource::Resource,
};

use super::{
    Wanted,
    recognize::{Content, Header},
    report::{Account, Advice, Audience, Claim, Kind, Principal, Report, Token, TokenClaims},
};
use crate::{
    Failure, explain,
    secret::{MIN_TOKEN_LEN, masked, placeholder},
    times::{Moment, rfc_3339},
};

/// Reports what an input contains, and whether it opens what is wanted.
pub(super) fn examine(
    content: &Content,
    wanted: Option<&Wanted<'_>>,
    now: SystemTime,
) -> Result<Report, Failure> {
    let requirement = wanted.map(|wanted| wanted.api.requirement(wanted.scopes));
    let view = View { requirement: requirement.as_ref(), now };
    let (input, accounts) = match content {
        Content::Headers(headers) => ("request-head", vec![view.request(headers)?]),
        Content::Me(body) => {
            let sessions = Session::parse_me(body)?;
            let account =
                |session: &Session| view.account(Some(session.principal()), session.tokens());
            ("auth-me", sessions.iter().map(account).collect())
        }
        Content::Token(text) | Content::Decoded(text) => {
            ("token", vec![view.bare_tokens(vec![(Kind::Access, text)])])
        }
        Content::Tokens { access, id, refresh } => {
            let all = [(Kind::Access, access), (Kind::Id, id), (Kind::Refresh, refresh)];
            let all = all.into_iter().filter_map(|(kind, text)| Some((kind, text.as_deref()?)));
            ("tokens", vec![view.bare_tokens(all.collect())])
        }
        Content::Error(_) => ("error", Vec::new()),
    };
    let api = wanted.map(|wanted| wanted.api.name());
    let explanation = match content {
        Content::Error(explanation) => Some(explain::as_json(explanation)),
        _ => None,
    };
    Ok(Report { input, now: rfc_3339(now), api, accounts, explanation })
}

/// What tokens are judged by.
struct View<'a> {
    requirement: Option<&'a Requirement>,
    now: SystemTime,
}

impl View<'_> {
    fn request(&self, headers: &[Header]) -> Result<Account, Failure> {
        let headers: Vec<(&str, &[u8])> =
            headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        let headers = headers.as_slice();
        let principal = EasyAuthPrincipal::from_headers(headers)?;
        let provider = principal
            .as_ref()
            .map_or(IdentityProvider::UNKNOWN, |principal| principal.provider().clone());
        let tokens = ProviderTokens::from_headers(headers, &provider)?.or_bearer(headers)?;
        Ok(self.account(principal.as_ref(), &tokens))
    }

    fn account(&self, principal: Option<&EasyAuthPrincipal>, tokens: &ProviderTokens) -> Account {
        let token = |(kind, secret): (Kind, &str)| Token {
            from_client: kind == Kind::Access && tokens.is_from_client(),
            ..self.token(kind, secret)
        };
        Account {
            principal: principal.map(|principal| describe(principal, tokens)),
            tokens: secrets(tokens).map(token).collect(),
            expires_on: tokens.expires_on().map(|expires_on| self.moment(expires_on.at())),
            renewal: tokens.renewal_at(self.now).map(advice),
            diagnosis: self.requirement.map(|wanted| tokens.diagnose(wanted, self.now)),
            settings: None,
        }
    }

    /// Tokens without a request.
    fn bare_tokens(&self, tokens: Vec<(Kind, &str)>) -> Account {
        let access = tokens.iter().find(|(kind, _)| *kind == Kind::Access);
        let access = access.map(|(_, secret)| AccessToken::new(*secret));
        let diagnose = |wanted: &Requirement| match &access {
            Some(access) => access.diagnose(wanted, self.now),
            None => ProviderTokens::default().diagnose(wanted, self.now),
        };
        Account {
            principal: None,
            diagnosis: self.requirement.map(diagnose),
            tokens: tokens.into_iter().map(|(kind, secret)| self.token(kind, secret)).collect(),
            expires_on: None,
            renewal: None,
            settings: None,
        }
    }

    fn token(&self, kind: Kind, secret: &str) -> Token {
        let (claims, error) = match kind {
            Kind::Access | Kind::Id => match UnverifiedToken::decode(secret) {
                Ok(token) => (Some(self.claims(&token)), None),
                Err(error) => (None, Some(error.to_string())),
            },
            Kind::Refresh | Kind::AccessSecret | Kind::Authentication => (None, None),
        };
        Token {
            kind,
            length: secret.len(),
            from_client: false,
            claims,
            error,
            #[cfg(feature = "serve")]
            details: super::web::Details::of(kind, secret, self.now),
        }
    }

    fn claims(&self, token: &UnverifiedToken) -> TokenClaims {
        let audience = |audience: &str| Audience {
            identifier: audience.to_owned(),
            name: Resource::of_audience(audience).map(|resource| resource.to_string()),
        };
        let moment = |time: Option<SystemTime>| time.map(|time| self.moment(time));
        TokenClaims {
            audiences: token.audiences().map(audience).collect(),
            scopes: token.scopes().map(str::to_owned).collect(),
            roles: token.app_roles().map(str::to_owned).collect(),
            caller: token.caller().as_str(),
            client_id: token.client_id().map(str::to_owned),
            issuer: token.issuer().map(str::to_owned),
            issued_at: moment(token.issued_at()),
            not_before: moment(token.not_before()),
            expires_at: moment(token.expires_at()),
            is_protected: token.header().is_protected(),
            is_id_token: token.is_id_token(),
            is_bound_to_key: token.is_bound_to_key(),
        }
    }

    fn moment(&self, time: SystemTime) -> Moment {
        Moment::new(time, self.now)
    }
}

fn describe(principal: &EasyAuthPrincipal, tokens: &ProviderTokens) -> Principal {
    // The platform puts no token into a claim, but a custom provider can.
    let shown = |value: &str| {
        let secrets = secrets(tokens).map(|(_, secret)| secret);
        if secrets.clone().any(|secret| secret == value) || UnverifiedToken::decode(value).is_ok() {
            return placeholder(value);
        }
        let opaque = secrets.filter(|secret| secret.len() >= MIN_TOKEN_LEN);
        masked(
            &opaque
                .fold(value.to_owned(), |text, secret| text.replace(secret, &placeholder(secret))),
        )
    };
    let claim =
        |claim: easyauth::Claim<'_>| Claim { typ: shown(claim.typ()), value: shown(claim.val()) };
    Principal {
        provider: shown(principal.provider().as_str()),
        format: principal.format().as_str(),
        id: principal.id().map(shown),
        name: principal.name().map(shown),
        object_id: principal.object_id().map(shown),
        tenant_id: principal.tenant_id().map(shown),
        roles: principal.roles().map(shown).collect(),
        claims: principal.claims().map(claim).collect(),
    }
}

fn secrets(tokens: &ProviderTokens) -> impl Iterator<Item = (Kind, &str)> + Clone {
    let access = tokens.access_token().map(|token| (Kind::Access, token.expose_secret()));
    let id = tokens.id_token().map(|token| (Kind::Id, token.expose_secret()));
    let refresh = tokens.refresh_token().map(|token| (Kind::Refresh, token.expose_secret()));
    let access_secret =
        tokens.access_token_secret().map(|token| (Kind::AccessSecret, token.expose_secret()));
    let authentication =
        tokens.authentication_token().map(|token| (Kind::Authentication, token.expose_secret()));
    [access, id, refresh, access_secret, authentication].into_iter().flatten()
}

fn advice(renewal: Renewal) -> Advice {
    Advice { code: renewal.code(), message: renewal.to_string() }
}
