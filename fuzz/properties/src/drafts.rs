//! Tokens that are signed here, and edits of them.
//!
//! The input is a header and a payload with a NUL between them, which are signed unchanged; or edits of a
//! valid token, one a line, beginning with the first of [`GOOD`]:
//!
//! | line | what it does |
//! |---|---|
//! | `b 1` | starts again with the valid token of this number |
//! | `h name value` | sets a member of the header to this JSON; without a value, removes it |
//! | `p name value` | the same in the payload |
//! | `H name value` | adds a member to the header, even if it is a duplicate |
//! | `P name value` | the same in the payload |
//! | `s` | signs the current token |
//! | `j 0 4 8` | joins segments of the valid tokens, numbered across all of them |
//! | `= 12 text` | overwrites the token from this position; -1 is the last one |
//! | `+ 12 text` | inserts at this position |
//! | `- 12 3` | removes three bytes at this position |
//! | `x 12 34` | swaps two bytes |

use std::sync::LazyLock;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};

use super::json::Json;

/// Header and payload of an access token of version 2.0 for a user, of one of version 1.0 for an
/// application, and of an ID token.
const GOOD: [(&str, &str); 3] = [
    (
        r#"{"typ":"JWT","alg":"RS256","kid":"any-tenant"}"#,
        r#"{"aud":"api://my-api",
            "iss":"https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0",
            "iat":1773325000,"nbf":1773325000,"exp":1773328600,
            "azp":"00000005-0000-4000-8000-000000000005","name":"Sample User",
            "oid":"00000003-0000-4000-8000-000000000003","scp":"Files.Read Files.Write",
            "sub":"subject-at-my-api","tid":"b811a652-39e6-4a0c-b563-4279a1dd5012","ver":"2.0"}"#,
    ),
    (
        r#"{"typ":"JWT","alg":"RS256","x5t":"one-tenant","kid":"one-tenant"}"#,
        r#"{"aud":"api://my-api",
            "iss":"https://sts.windows.net/b811a652-39e6-4a0c-b563-4279a1dd5012/",
            "iat":1773325000,"nbf":1773325000,"exp":1773328600,
            "appid":"00000005-0000-4000-8000-000000000005","idtyp":"app",
            "oid":"00000003-0000-4000-8000-000000000003","roles":["Files.Read.All"],
            "sub":"00000003-0000-4000-8000-000000000003",
            "tid":"b811a652-39e6-4a0c-b563-4279a1dd5012","ver":"1.0"}"#,
    ),
    (
        r#"{"typ":"JWT","alg":"RS256","kid":"any-tenant"}"#,
        r#"{"aud":"00000006-0000-4000-8000-000000000006",
            "iss":"https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0",
            "iat":1773325000,"nbf":1773325000,"exp":1773328600,
            "name":"Sample User","nonce":"nonce-1",
            "oid":"00000003-0000-4000-8000-000000000003","roles":["Admin"],
            "sub":"subject-at-my-app","tid":"b811a652-39e6-4a0c-b563-4279a1dd5012","ver":"2.0"}"#,
    ),
];

#[allow(clippy::expect_used, reason = "the key is a file of this repository")]
static KEY: LazyLock<RsaKeyPair> = LazyLock::new(|| {
    let text = include_str!("../../../tests/data/signing-key.pkcs8.txt").replace('\n', "");
    let key = STANDARD.decode(text).ok().and_then(|key| RsaKeyPair::from_pkcs8(&key).ok());
    key.expect("a key in PKCS #8")
});

static SIGNED: LazyLock<[Draft; 3]> = LazyLock::new(|| {
    GOOD.map(|(header, payload)| {
        let members = |text: &str| {
            let json = Json::read(text.as_bytes());
            let members = json.as_ref().and_then(|json| json.members().ok()).unwrap_or_default();
            members.iter().map(|(name, value)| (name.clone(), value.to_string())).collect()
        };
        let (header, payload) = (members(header), members(payload));
        let mut draft = Draft { header, payload, signature: String::new() };
        draft.sign();
        draft
    })
});

/// A token, and whether the key signed exactly these bytes.
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) is_signed: bool,
}

impl Token {
    pub(crate) fn read(input: &[u8]) -> Option<Self> {
        if let Some(nul) = input.iter().position(|byte| *byte == 0) {
            let (header, payload) = input.split_at_checked(nul)?;
            return Some(Self::signed(header, payload.get(1..)?));
        }
        edited(std::str::from_utf8(input).ok()?)
    }

    /// A header and a payload, signed.
    pub(crate) fn signed(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> Self {
        let message = message(header.as_ref(), payload.as_ref());
        Self { text: format!("{message}.{}", signature(&message)), is_signed: true }
    }
}

pub(crate) fn good_tokens() -> Vec<String> {
    SIGNED.iter().map(Draft::text).collect()
}

/// The public part of the key: modulus and exponent.
pub(crate) fn public_parts() -> [String; 2] {
    let parts = RsaPublicKeyComponents::<Vec<u8>>::from(KEY.public_key());
    [parts.n, parts.e].map(|part| URL_SAFE_NO_PAD.encode(part))
}

fn message(header: &[u8], payload: &[u8]) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
}

/// RSASSA-PKCS1-v1_5 is deterministic: the same bytes always have the same signature.
fn signature(message: &str) -> String {
    let mut signature = vec![0; KEY.public_modulus_len()];
    let random = SystemRandom::new();
    let result = KEY.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature);
    assert!(result.is_ok());
    URL_SAFE_NO_PAD.encode(signature)
}

/// A token whose members can still be changed, each as it is written.
#[derive(Clone)]
struct Draft {
    header: Vec<(String, String)>,
    payload: Vec<(String, String)>,
    signature: String,
}

impl Draft {
    fn message(&self) -> String {
        let written = |members: &[(String, String)]| {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
            format!("{{{}}}", members.join(","))
        };
        message(written(&self.header).as_bytes(), written(&self.payload).as_bytes())
    }

    fn sign(&mut self) {
        self.signature = signature(&self.message());
    }

    fn text(&self) -> String {
        format!("{}.{}", self.message(), self.signature)
    }

    /// Sets, adds or removes a member. Returns `false` if the line is not such an edit.
    fn edit(&mut self, edit: &str, rest: &str) -> bool {
        let (members, is_addition) = match edit {
            "h" => (&mut self.header, false),
            "p" => (&mut self.payload, false),
            "H" => (&mut self.header, true),
            "P" => (&mut self.payload, true),
            _ => return false,
        };
        let (name, value) = rest.split_once(' ').unwrap_or((rest, ""));
        let member = (name.to_owned(), value.to_owned());
        match members.iter_mut().find(|(own, _)| own == name) {
            Some(_) if !is_addition && value.is_empty() => members.retain(|(own, _)| own != name),
            Some(own) if !is_addition => *own = member,
            _ => members.push(member),
        }
        true
    }
}

/// The valid token after these edits: first of its members, then of its bytes.
fn edited(edits: &str) -> Option<Token> {
    let mut signed = good_tokens();
    let mut draft = SIGNED.first()?.clone();
    let mut lines = edits.lines().map(|line| line.split_once(' ').unwrap_or((line, ""))).peekable();
    while let Some((edit, rest)) = lines.peek() {
        match *edit {
            "b" => draft = SIGNED.get(rest.parse::<usize>().ok()?)?.clone(),
            "s" => {
                draft.sign();
                signed.push(draft.text());
            }
            edit if draft.edit(edit, rest) => {}
            _ => break,
        }
        lines.next();
    }
    let mut text = draft.text().into_bytes();
    for (edit, rest) in lines {
        edit_text(&mut text, edit, rest)?;
    }
    let text = String::from_utf8(text).ok()?;
    Some(Token { is_signed: signed.contains(&text), text })
}

/// Returns `None` if the line is not such an edit.
fn edit_text(text: &mut Vec<u8>, edit: &str, rest: &str) -> Option<()> {
    let (place, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let at = |place: &str| {
        let place: isize = place.parse().ok()?;
        let from_end = text.len().saturating_sub(place.unsigned_abs());
        Some(if place < 0 { from_end } else { place.unsigned_abs().min(text.len()) })
    };
    match edit {
        "=" => {
            let start = at(place)?;
            let end = start.saturating_add(rest.len()).min(text.len());
            text.splice(start..end, rest.bytes());
        }
        "+" => {
            let start = at(place)?;
            text.splice(start..start, rest.bytes());
        }
        "-" => {
            let start = at(place)?;
            let end = start.saturating_add(rest.parse().ok()?).min(text.len());
            text.drain(start..end);
        }
        "x" => {
            let (one, other) = (at(place)?, at(rest)?);
            if one.max(other) < text.len() {
                text.swap(one, other);
            }
        }
        "j" => {
            let all = good_tokens();
            let all: Vec<&str> = all.iter().flat_map(|text| text.split('.')).collect();
            let numbers = std::iter::once(place).chain(rest.split(' '));
            let segments = numbers.map(|number| all.get(number.parse::<usize>().ok()?).copied());
            *text = segments.collect::<Option<Vec<&str>>>()?.join(".").into_bytes();
        }
        _ => return None,
    }
    Some(())
}
