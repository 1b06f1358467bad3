//! The keys of login parameters.

/// The parameters of Entra's sign-in page that can be set: those of OpenID Connect Core section 3.1.2.1,
/// `claims` (section 5.5), `response_mode` (OAuth 2.0 Multiple Response Type Encoding Practices),
/// and Entra's own `domain_hint` and `resource`.
const KNOWN: [&str; 13] = [
    "acr_values",
    "claims",
    "display",
    "domain_hint",
    "id_token_hint",
    "login_hint",
    "max_age",
    "prompt",
    "resource",
    "response_mode",
    "response_type",
    "scope",
    "ui_locales",
];

/// The parameters that the platform sets at each sign-in. It leads the user back and finds the sign-in
/// again by them, so a fixed value breaks that or the protection that it gives.
const RESERVED: [&str; 6] =
    ["client_id", "code_challenge", "code_challenge_method", "nonce", "redirect_uri", "state"];

/// How many edits (a letter wrong, missing, too many, or two swapped) a typing mistake has at most.
const MAX_EDITS: u8 = 2;

/// Whether the parameter can be set.
pub(crate) fn is_known(key: &str) -> bool {
    KNOWN.contains(&key)
}

/// Whether the platform sets the parameter. Case makes no difference, for whoever reads the address may
/// make none.
pub(crate) fn is_reserved(key: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(key))
}

/// The parameter that was probably meant.
pub(crate) fn meant_by(key: &str) -> Option<&'static str> {
    let key = key.to_ascii_lowercase();
    (0..=MAX_EDITS).find_map(|edits| {
        KNOWN.into_iter().find(|known| is_within(edits, key.as_bytes(), known.as_bytes()))
    })
}

/// Whether so many edits lead from one text to the other.
fn is_within(edits: u8, one: &[u8], other: &[u8]) -> bool {
    let (one, other) = match (one, other) {
        ([a, one @ ..], [b, other @ ..]) if a == b => return is_within(edits, one, other),
        ([], []) => return true,
        texts => texts,
    };
    let Some(edits) = edits.checked_sub(1) else {
        return false;
    };
    match (one, other) {
        ([a, b, one @ ..], [c, d, other @ ..])
            if (a, b) == (d, c) && is_within(edits, one, other) =>
        {
            true
        }
        ([_, without @ ..], [_, other_without @ ..]) => {
            is_within(edits, without, other_without)
                || is_within(edits, without, other)
                || is_within(edits, one, other_without)
        }
        ([_, without @ ..], []) | ([], [_, without @ ..]) => is_within(edits, without, &[]),
        ([], []) => true,
    }
}
