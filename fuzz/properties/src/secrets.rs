//! Secrets are not shown if output does not change with them.

use std::fmt::{Debug, Display};

use easyauth::{
    AccessToken, AccessTokenSecret, AuthenticationToken, ExpiresOn, IdToken, ProviderTokens,
    RefreshToken,
};

use super::json::Json;

/// A word for places that must not be repeated. No message contains it otherwise.
pub(crate) const CANARY: &str = "Zq9xCanary";

/// Returns a string of the same length, with other letters and digits. Different strings stay different, and
/// all other characters stay in place.
pub(crate) fn masked(text: &str) -> String {
    text.chars()
        .map(|character| u8::try_from(character).map_or(character, |byte| masked_byte(byte).into()))
        .collect()
}

/// See [`masked`].
pub(crate) fn masked_byte(byte: u8) -> u8 {
    match byte {
        b'a'..=b'm' | b'A'..=b'M' => byte.wrapping_add(13),
        b'n'..=b'z' | b'N'..=b'Z' => byte.wrapping_sub(13),
        b'0'..=b'4' => byte.wrapping_add(5),
        b'5'..=b'9' => byte.wrapping_sub(5),
        _ => byte,
    }
}

/// Masks every string, except in the members `shown`, and the value of a claim `iss`, on which rules depend. Names
/// are not secret.
pub(crate) fn masked_json(json: &Json, shown: &[&str]) -> Json {
    match json {
        Json::Text(text) => Json::Text(masked(text)),
        Json::List(items) => Json::list(items.iter().map(|item| masked_json(item, shown))),
        Json::Object(members) => Json::object(members.iter().map(|(name, value)| {
            let is_issuer = || members.contains(&("typ".to_owned(), Json::text("iss")));
            let is_shown = shown.contains(&name.as_str()) || (name == "val" && is_issuer());
            (name.as_str(), if is_shown { value.clone() } else { masked_json(value, shown) })
        })),
        Json::Null | Json::Bool(_) | Json::Number(_) => json.clone(),
    }
}

/// What a log could show of a result.
pub(crate) fn printed<T: Debug, E: Display + Debug>(result: &Result<T, E>) -> String {
    match result {
        Ok(value) => format!("{value:?} {value:#?}"),
        Err(error) => format!("{error} {error:?}"),
    }
}

/// All tokens, in the order of [`MEMBERS`], and the time.
pub(crate) type Exposed = ([Option<String>; 5], Option<ExpiresOn>);

/// The members of `/.auth/me` that hold tokens.
pub(crate) const MEMBERS: [&str; 5] =
    ["id_token", "access_token", "refresh_token", "access_token_secret", "authentication_token"];

/// The ends of the header names `X-MS-TOKEN-<provider>-...` that hold the same tokens.
pub(crate) const HEADERS: [&str; 5] =
    ["ID-TOKEN", "ACCESS-TOKEN", "REFRESH-TOKEN", "ACCESS-TOKEN-SECRET", "AUTHENTICATION-TOKEN"];

pub(crate) fn exposed(tokens: &ProviderTokens) -> Exposed {
    let strings = [
        tokens.id_token().map(IdToken::expose_secret),
        tokens.access_token().map(AccessToken::expose_secret),
        tokens.refresh_token().map(RefreshToken::expose_secret),
        tokens.access_token_secret().map(AccessTokenSecret::expose_secret),
        tokens.authentication_token().map(AuthenticationToken::expose_secret),
    ];
    (strings.map(|text| text.map(str::to_owned)), tokens.expires_on())
}
