//! No secret leaks: for any input, no `Debug`, `Display`, error, diagnosis or serialized form contains eight
//! consecutive characters of a token, or a claim value.
#![allow(clippy::arithmetic_side_effects, clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod bounded;
#[cfg(feature = "verify")]
mod verified;

use std::{
    collections::HashSet,
    error::Error,
    fmt::{Debug, Write as _},
    time::{Duration, UNIX_EPOCH},
};

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use easyauth::{
    AccessToken, AccessTokenSecret, AuthenticationToken, EasyAuthPrincipal, IdToken,
    IdentityProvider, ProviderTokens, RefreshToken, Requirement, Session, UnverifiedToken,
    resource::{ARM, GRAPH},
};
use proptest::prelude::*;

/// Everything that the API prints for one input.
#[derive(Default)]
struct Output(String);

impl Output {
    fn debug(&mut self, value: &impl Debug) {
        // A form that hides everything tells a log nothing.
        assert_ne!(format!("{value:?}"), "");
        writeln!(self.0, "{value:?} {value:#?}").unwrap();
    }

    fn error(&mut self, error: &dyn Error) {
        assert!(!error.to_string().is_empty() && !format!("{error:?}").is_empty());
        writeln!(self.0, "{error} {error:?} {error:#?}").unwrap();
        if let Some(source) = error.source() {
            self.error(source);
        }
    }

    fn result<T: Debug, E: Error>(&mut self, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => {
                self.debug(&value);
                Some(value)
            }
            Err(error) => {
                self.error(&error);
                None
            }
        }
    }

    fn diagnosis(&mut self, diagnosis: &easyauth::Diagnosis) {
        self.debug(diagnosis);
        let json = serde_json::to_string_pretty(diagnosis).unwrap();
        writeln!(self.0, "{diagnosis} {} {json}", diagnosis.summary()).unwrap();
        for reason in diagnosis.reasons() {
            writeln!(self.0, "{reason} {reason:?} {}", reason.code()).unwrap();
        }
        for fix in diagnosis.fixes() {
            writeln!(self.0, "{fix} {fix:?} {}", fix.code()).unwrap();
        }
    }

    fn token(&mut self, token: &UnverifiedToken) {
        self.debug(token);
        self.debug(token.header());
        self.debug(&token.groups());
        self.debug(&(token.caller(), token.is_email_domain_verified(), token.expires_at()));
        let _ = self.result(token.claims_as::<Typed>());
        let _ = self.result(token.claims_as::<Vec<u8>>());
        for requirement in requirements() {
            self.diagnosis(&token.diagnose(&requirement, UNIX_EPOCH));
            let late = UNIX_EPOCH + Duration::from_secs(9_000_000_000);
            self.diagnosis(&token.diagnose(&requirement, late));
        }
    }

    fn access_token(&mut self, token: &AccessToken) {
        self.debug(token);
        if let Some(decoded) = self.result(token.decode_unverified()) {
            self.token(&decoded);
        }
        let _ = self.result(token.to_bearer());
        for requirement in requirements() {
            self.diagnosis(&token.diagnose(&requirement, UNIX_EPOCH));
        }
    }

    fn tokens(&mut self, tokens: &ProviderTokens) {
        self.debug(tokens);
        self.debug(&tokens.renewal_at(UNIX_EPOCH + Duration::from_secs(9_000_000_000)));
        self.debug(&tokens.refresh_token());
        self.debug(&tokens.access_token_secret());
        self.debug(&tokens.authentication_token());
        for requirement in requirements() {
            self.diagnosis(&tokens.diagnose(&requirement, UNIX_EPOCH));
        }
        if let Some(token) = tokens.access_token() {
            self.access_token(token);
        }
        if let Some(decoded) = tokens.id_token().and_then(|id| self.result(id.decode_unverified()))
        {
            self.token(&decoded);
        }
    }

    fn principal(&mut self, user: &EasyAuthPrincipal) {
        self.debug(user);
        self.debug(&user.claims());
        self.debug(&user.claims().collect::<Vec<_>>());
        self.debug(&user.groups());
        self.debug(&(user.provider(), user.front_end(), user.format()));
    }
}

/// Values that some claims must not have.
#[derive(Debug, serde::Deserialize)]
#[allow(dead_code)]
struct Typed {
    sub: u64,
    oid: bool,
}

fn requirements() -> [Requirement; 4] {
    [
        ARM.scope("user_impersonation").into(),
        Requirement::audience(GRAPH).by_user(),
        Requirement::scope("Files.Read").or_app_role("Files.Read.All").on("api://my-api"),
        Requirement::all_scopes(["a", "b"]).by_app(),
    ]
}

#[track_caller]
fn assert_clean(output: &str, tokens: &[&str], values: &[&str]) {
    let printed: HashSet<&[u8]> = output.as_bytes().windows(8).collect();
    for window in tokens.iter().flat_map(|token| token.as_bytes().windows(8)) {
        let text = String::from_utf8_lossy(window);
        assert!(!printed.contains(window), "{text} of a token in: {output}");
    }
    for value in values {
        assert!(!output.contains(value), "the value {value} in: {output}");
    }
}

/// A possible claim value. All values differ, and none occurs in a message.
fn value() -> impl Strategy<Value = String> {
    "[a-z0-9é]{4}[0-9]{4}[a-zü\"\\\\/]{6}[0-9]{4}"
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// A string that is damaged at one place.
fn damaged(text: &str, damage: &(prop::sample::Index, u8)) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let at = damage.0.index(characters.len().max(1));
    match damage.1 {
        0 | 1 => return text.to_owned(),
        2 => characters.truncate(at),
        3 => characters.insert(at, '!'),
        4 => characters.insert(at, '"'),
        5 => characters.insert(at, '.'),
        6 => characters.insert(at, ' '),
        7 => characters.insert(at, 'é'),
        8 => drop(characters.splice(at..characters.len().min(at + 1), [])),
        _ => characters.insert(at, '\u{7}'),
    }
    characters.into_iter().collect()
}

fn damage() -> impl Strategy<Value = (prop::sample::Index, u8)> {
    (any::<prop::sample::Index>(), 0..10_u8)
}

fn compact(payload: &str, signature: &str) -> String {
    let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    format!(
        "{}.{}.{signature}",
        encode(r#"{"typ":"JWT","alg":"RS256","nonce":"x"}"#),
        encode(payload)
    )
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn of_principals(values in prop::collection::vec(value(), 4), hurt in damage(), hurt_header in damage()) {
        let [name, oid, role, group] = &values[..] else { panic!("four values") };
        let printed = [
            format!(
                r#"{{"auth_typ":"aad","claims":[{{"typ":"name","val":{}}},{{"typ":"oid","val":{}}},{{"typ":"roles","val":{}}},{{"typ":"groups","val":{}}}],"name_typ":"name"}}"#,
                json(name), json(oid), json(role), json(group),
            ),
            format!(
                r#"{{"identityProvider":"aad","userId":{},"userDetails":{},"userRoles":[{},{}]}}"#,
                json(oid), json(name), json(role), json(group),
            ),
        ];
        let mut output = Output::default();
        for text in printed {
            let header = BASE64_STANDARD.encode(damaged(&text, &hurt));
            let header = damaged(&header, &hurt_header);
            if let Some(user) = output.result(EasyAuthPrincipal::parse(&header)) {
                output.principal(&user);
            }
            let headers = [
                ("X-MS-CLIENT-PRINCIPAL", header.as_str()),
                ("X-MS-CLIENT-PRINCIPAL-ID", oid.as_str()),
                ("X-MS-CLIENT-PRINCIPAL-NAME", &damaged(name, &hurt)),
            ];
            if let Some(Some(user)) = output.result(EasyAuthPrincipal::from_headers(&headers)) {
                output.principal(&user);
            }
            assert_clean(&output.0, &[&header], &[name, oid, role, group]);
        }
    }

    #[test]
    fn of_tokens(
        values in prop::collection::vec(value(), 3),
        opaque in "[A-Za-z0-9+/_=-]{20,60}",
        signature in "[A-Za-z0-9_-]{30,90}",
        audience in prop::sample::select(vec!["api://my-api", "https://graph.microsoft.com"]),
        hurt in damage(),
        hurt_payload in damage(),
    ) {
        let [sub, oid, name] = &values[..] else { panic!("three values") };
        let payload = format!(
            r#"{{"aud":"{audience}","exp":4102444800,"sub":{},"oid":{},"name":{},"groups":[{}]}}"#,
            json(sub), json(oid), json(name), json(oid),
        );
        let payload = damaged(&payload, &hurt_payload);
        let token = damaged(&compact(&payload, &signature), &hurt);
        let secrets = [token.as_str(), opaque.as_str(), signature.as_str()];

        let mut output = Output::default();
        for secret in secrets {
            output.access_token(&AccessToken::new(secret));
            output.debug(&(IdToken::new(secret), RefreshToken::new(secret)));
            output.debug(&(AccessTokenSecret::new(secret), AuthenticationToken::new(secret)));
        }
        let bearer = format!("Bearer {token}");
        let headers = [
            ("X-MS-TOKEN-AAD-ACCESS-TOKEN", token.as_str()),
            ("X-MS-TOKEN-AAD-ID-TOKEN", token.as_str()),
            ("X-MS-TOKEN-AAD-REFRESH-TOKEN", opaque.as_str()),
            ("X-MS-TOKEN-AAD-ACCESS-TOKEN-SECRET", opaque.as_str()),
            ("X-MS-TOKEN-AAD-AUTHENTICATION-TOKEN", signature.as_str()),
            ("X-MS-TOKEN-GITHUB-EXPIRES-ON", opaque.as_str()),
            ("Authorization", bearer.as_str()),
        ];
        for provider in [IdentityProvider::ENTRA, IdentityProvider::GITHUB, IdentityProvider::UNKNOWN] {
            if let Some(tokens) = output.result(ProviderTokens::from_headers(&headers, &provider)) {
                output.tokens(&tokens);
                if let Some(tokens) = output.result(tokens.or_bearer(&headers)) {
                    output.tokens(&tokens);
                }
            }
        }
        let _ = output.result(AccessToken::from_authorization(&headers));
        assert_clean(&output.0, &secrets, &[sub, oid, name]);
    }

    #[test]
    fn of_auth_me(
        values in prop::collection::vec(value(), 2),
        tokens in prop::collection::vec("[A-Za-z0-9+/_.-]{20,60}", 5),
        hurt in damage(),
    ) {
        let [id, name] = &values[..] else { panic!("two values") };
        let [access, id_token, refresh, secret, authentication] = &tokens[..] else { panic!("five") };
        let body = format!(
            r#"[{{"provider_name":"aad","user_id":{},"user_claims":[{{"typ":"name","val":{}}}],"access_token":{},"id_token":{},"refresh_token":{},"access_token_secret":{},"authentication_token":{},"expires_on":"2030-01-01T00:00:00Z"}}]"#,
            json(id), json(name), json(access), json(id_token), json(refresh), json(secret), json(authentication),
        );
        let mut output = Output::default();
        let body = damaged(&body, &hurt);
        for session in output.result(Session::parse_me(body.as_bytes())).unwrap_or_default() {
            output.principal(session.principal());
            output.tokens(session.tokens());
        }
        let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
        assert_clean(&output.0, &tokens, &[id, name]);
    }
}
