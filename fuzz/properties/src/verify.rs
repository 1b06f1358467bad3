//! Verifiers. For the input see `drafts.rs`. A token verifies exactly if the key signed these bytes, and its
//! header and claims follow the rules.

use std::{collections::HashSet, sync::LazyLock};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use easyauth::{UnverifiedToken, verify::VerifyError};

use super::{
    drafts::{Token, good_tokens},
    json::Json,
    rules::{KEYS, NO_KEYS, RULES, Rules, Verdict},
    secrets::{masked_json, printed},
};

/// The members that errors show, and those that decide. The rest of a token is replaced, to see whether errors
/// show it.
const SHOWN_IN_HEADER: [&str; 3] = ["alg", "kid", "typ"];
const SHOWN: [&str; 5] = ["aud", "idtyp", "iss", "tid", "ver"];

/// Checks the property for this input, and panics if it does not hold.
pub fn check(input: &[u8]) {
    let Some(token) = Token::read(input) else { return };
    for rules in RULES {
        let verdict = rules.verdict(&token);
        let result = rules.verify(&token.text, &KEYS);
        assert_eq!(result.is_ok(), verdict == Verdict::Accepted, "{result:?}");
        match &result {
            Ok(_) => assert!(UnverifiedToken::decode(&token.text).is_ok()),
            Err(error) => {
                assert_eq!(error.is_retryable(), verdict == Verdict::UnknownKey, "{error}");
                check_challenge(error, 401);
                // Names of members are shown, and a name can be any string.
                let may_repeat = token.is_signed || error.member_name().is_some();
                assert!(may_repeat || !repeats(&printed(&result)), "{error}");
            }
        }

        // Without keys every token fails, and a token that needs a key says so.
        let needs_key = Rules::key_id(&token.text).is_ok();
        let result = rules.verify(&token.text, &NO_KEYS);
        assert_eq!(result.as_ref().err().map(VerifyError::is_retryable), Some(needs_key));
        if let Err(error) = result {
            check_challenge(&error, if needs_key { 503 } else { 401 });
        }
    }
    check_printed(&token);
}

/// The challenge says nothing about the token.
fn check_challenge(error: &VerifyError, status: u16) {
    let challenge = error.challenge();
    assert_eq!(challenge.status(), status);
    let header = challenge.www_authenticate();
    let text = header.as_ref().and_then(|header| header.to_str().ok());
    let expected =
        format!("Bearer error=\"invalid_token\", error_description=\"{}\"", error.kind());
    assert_eq!(text, (status == 401).then_some(expected.as_str()));
}

/// All substrings of eight bytes of the valid tokens. What edits add to a token is not secret.
static PIECES: LazyLock<HashSet<Vec<u8>>> = LazyLock::new(|| {
    let pieces = |text: &String| text.as_bytes().windows(8).map(<[u8]>::to_vec).collect::<Vec<_>>();
    good_tokens().iter().flat_map(pieces).collect()
});

/// Returns `true` if a message contains a piece of a token.
fn repeats(message: &str) -> bool {
    message.as_bytes().windows(8).any(|piece| PIECES.contains(piece))
}

/// Output about a signed token does not change with its secrets.
fn check_printed(token: &Token) {
    let mut segments = token.text.split('.').map(|segment| {
        let text = URL_SAFE_NO_PAD.decode(segment).ok()?;
        Json::read(&text)
    });
    let mut json = || segments.next().flatten();
    let Some((header, payload)) = json().zip(json()).filter(|_| token.is_signed) else { return };
    let all_printed = |header: &Json, payload: &Json| {
        let token = Token::signed(header.to_string(), payload.to_string());
        RULES.map(|rules| printed(&rules.verify(&token.text, &KEYS)))
    };
    let masked_header = masked_json(&header, &SHOWN_IN_HEADER);
    let masked_payload = masked_json(&payload, &SHOWN);
    assert_eq!(all_printed(&header, &payload), all_printed(&masked_header, &masked_payload));
}
