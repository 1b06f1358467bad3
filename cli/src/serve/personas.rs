//! The personas: each shows a service one kind of caller. They come from a file in JSON.

use std::{fmt, fs::File, path::Path, time::Duration};

use easyauth::IdentityProvider;
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::{Map, Value};

use crate::{Failure, api::Api, input};

/// The tenant of the stand-in's issuer.
pub const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";

/// The personas without a file. `--print-personas` prints it, to start from.
pub(super) const DEFAULT: &str = include_str!("../../assets/personas.json");

/// The longest persona file, in bytes. The default file has a hundredth.
const MAX_FILE_LEN: usize = 256 * 1024;

/// A caller that a browser or a program can choose.
#[derive(Debug, Clone)]
pub struct Persona(Members);

/// The members of a persona in the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Members {
    /// The name for programs.
    pub(super) id: String,
    /// The name on the sign-in page.
    pub(super) title: String,
    #[serde(default)]
    pub(super) kind: Kind,
    #[serde(default = "entra", deserialize_with = "provider")]
    pub(super) provider: IdentityProvider,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) object_id: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) tenant_id: Option<String>,
    /// The issuer in tokens (`iss`), if it is not that of the tenant in the public cloud.
    pub(super) issuer: Option<String>,
    #[serde(default)]
    pub(super) roles: Vec<String>,
    #[serde(default)]
    pub(super) claims: Map<String, Value>,
    /// Whether the token store is on. `/.auth/me`, `/.auth/refresh` and token headers belong to it.
    #[serde(default = "yes")]
    pub(super) token_store: bool,
    pub(super) access_token: Option<Token>,
    #[serde(default)]
    pub(super) refresh_token: bool,
    /// How long before the sign-in its tokens were issued.
    #[serde(default, deserialize_with = "age")]
    pub(super) age: Duration,
}

/// How a persona comes to the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// A user who signs in with a browser.
    #[default]
    User,
    /// A user of a Static Web App.
    Visitor,
    /// A client that sends the token of a user.
    Client,
    /// A client without a user, which sends its application token.
    App,
    /// An AI agent that sends the token of a user.
    Agent,
    /// An AI agent without a user, which sends its application token.
    AutonomousAgent,
    /// An AI agent that sends the token of the agent's user account.
    AgentUser,
}

impl Kind {
    /// Returns `true` if it signs in with a browser. Others send a bearer token.
    pub(super) fn has_session(self) -> bool {
        matches!(self, Self::User | Self::Visitor)
    }
}

/// An access token.
#[derive(Debug, Clone)]
pub(super) enum Token {
    /// Sent as it is, as providers other than Entra issue them.
    Opaque(String),
    Jwt(Jwt),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Jwt {
    /// The API; the service itself if absent.
    #[serde(default, deserialize_with = "api")]
    pub(super) api: Option<Api>,
    #[serde(default)]
    pub(super) scopes: Vec<String>,
}

impl Persona {
    /// Parses a persona file.
    ///
    /// # Errors
    ///
    /// What is wrong, with its line. The message contains no value of the file except the ID of a
    /// persona, because values can be tokens.
    pub fn parse_file(text: &str) -> Result<Vec<Self>, String> {
        let file: InFile = serde_json::from_str(text).map_err(|error| message(&error))?;
        Ok(file.personas)
    }

    /// The name for programs.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0.id
    }

    pub(super) fn members(&self) -> &Members {
        &self.0
    }
}

/// Reads a persona file.
pub(super) fn read(path: &Path) -> Result<Vec<Persona>, Failure> {
    let name = "the persona file";
    let file = File::open(path).map_err(|error| format!("cannot open {name}: {error}"))?;
    let bytes = input::limited(file, MAX_FILE_LEN, name)?;
    let text = std::str::from_utf8(input::without_bom(&bytes, name)?);
    Ok(Persona::parse_file(text.map_err(|_| format!("{name} is not UTF-8"))?)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InFile {
    #[serde(deserialize_with = "different")]
    personas: Vec<Persona>,
}

/// The message of `serde_json` without the values that it repeats.
fn message(error: &serde_json::Error) -> String {
    let all = error.to_string();
    let problem = all.rsplit_once(" at line ").map_or(&*all, |(problem, _)| problem);
    // It says what it found first.
    let problem = match problem.rsplit_once(", expected ") {
        Some((found, expected)) if error.is_data() => {
            let unknown = found.strip_prefix("unknown field");
            let expected = expected.replace("a sequence", "a list");
            format!("{}expected {expected}", unknown.map_or("", |_| "unknown member, "))
        }
        _ => problem.replacen(" field ", " member ", 1),
    };
    format!("the persona file is invalid at line {}: {problem}", error.line()).replace('`', "")
}

// Errors of a visitor have the line of its value. Errors after it have the line of the end of the object
// around it.

impl<'de> Deserialize<'de> for Persona {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Persona;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Persona, A::Error> {
                let members = Members::deserialize(MapAccessDeserializer::new(map))?;
                check(&members).map_err(A::Error::custom)?;
                Ok(Persona(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrObject;

        impl<'de> Visitor<'de> for TextOrObject {
            type Value = Token;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, or an object with api and scopes")
            }

            fn visit_str<E: Error>(self, token: &str) -> Result<Token, E> {
                Ok(Token::Opaque(token.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Token, A::Error> {
                Jwt::deserialize(MapAccessDeserializer::new(map)).map(Token::Jwt)
            }
        }

        deserializer.deserialize_any(TextOrObject)
    }
}

/// Deserializes a string, and parses it.
fn parsed<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<T, D::Error> {
    struct Text<F>(F);

    impl<T, F: Fn(&str) -> Result<T, String>> Visitor<'_> for Text<F> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            (self.0)(text).map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text(parse))
}

/// The longest ID of a persona.
const MAX_ID_LEN: usize = 40;

/// Rejects what no platform sends.
fn check(persona: &Members) -> Result<(), &'static str> {
    let is_id_byte = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let is_entra = persona.provider == IdentityProvider::ENTRA;
    let is_opaque = matches!(persona.access_token, Some(Token::Opaque(_)));
    let has_api = matches!(&persona.access_token, Some(Token::Jwt(Jwt { api: Some(_), .. })));
    let has_tokens = persona.access_token.is_some() || persona.refresh_token;
    let is_bearer = !persona.kind.has_session();
    let has_issuer = persona.issuer.is_some() || persona.tenant_id.is_some();
    let is_https = |issuer: &String| issuer.starts_with("https://");
    for (is_wrong, problem) in [
        (
            !(1..=MAX_ID_LEN).contains(&persona.id.len()) || !persona.id.bytes().all(is_id_byte),
            "expected an id of 1 to 40 lowercase letters, digits and hyphens",
        ),
        (persona.title.trim().is_empty(), "expected a title"),
        (
            is_bearer && !is_entra,
            "expected no provider: clients, applications and agents send tokens of Entra",
        ),
        (
            is_bearer && (is_opaque || has_api),
            "expected an accessToken with scopes only: clients, applications and agents send a token \
             for the service itself",
        ),
        (
            is_bearer && (persona.refresh_token || !persona.token_store),
            "expected neither refreshToken nor tokenStore: they belong to a sign-in with a browser",
        ),
        (
            has_issuer && (is_bearer || !is_entra),
            "expected neither issuer nor tenantId: only users who sign in with Entra have another",
        ),
        (!persona.issuer.iter().all(is_https), "expected an issuer that begins with https://"),
        (
            persona.kind == Kind::Visitor && has_tokens,
            "expected no tokens: Static Web Apps has no token store",
        ),
        (
            persona.kind == Kind::User && !is_entra && persona.access_token.is_some() && !is_opaque,
            "expected an accessToken that is a string: only tokens of Entra have an api and scopes",
        ),
        (!persona.token_store && has_tokens, "expected no tokens while tokenStore is false"),
        (
            persona.refresh_token && persona.access_token.is_none(),
            "expected an accessToken beside the refreshToken",
        ),
    ] {
        if is_wrong {
            return Err(problem);
        }
    }
    Ok(())
}

fn different<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Persona>, D::Error> {
    let personas = Vec::<Persona>::deserialize(deserializer)?;
    if personas.is_empty() {
        return Err(D::Error::custom("expected a persona"));
    }
    for (index, persona) in personas.iter().enumerate() {
        let mut earlier = personas.iter().take(index);
        if earlier.any(|earlier| earlier.0.id == persona.0.id) {
            return Err(D::Error::custom(format!("two personas have the id {}", persona.0.id)));
        }
    }
    Ok(personas)
}

fn entra() -> IdentityProvider {
    IdentityProvider::ENTRA
}

fn yes() -> bool {
    true
}

fn provider<'de, D: Deserializer<'de>>(deserializer: D) -> Result<IdentityProvider, D::Error> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    parsed(deserializer, |name| {
        let is_name = !name.is_empty() && name.bytes().all(is_letter);
        let expected = || "expected the name of a provider, such as aad or github".to_owned();
        is_name.then(|| IdentityProvider::new(name)).ok_or_else(expected)
    })
}

fn api<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Api>, D::Error> {
    let expected = "expected an API: a name such as arm, a URI or a client ID";
    parsed(deserializer, |name| Api::parse(name).map(Some).map_err(|_| expected.to_owned()))
}

fn age<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    parsed(deserializer, duration)
}

/// The longest age. Older sessions ended long ago.
const MAX_AGE: Duration = Duration::from_secs(365 * 24 * 3600);

/// Parses a duration such as `65m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .ok()
        .filter(|duration| *duration <= MAX_AGE)
        .ok_or_else(|| "expected a duration such as 65m or 2h".to_owned())
}
