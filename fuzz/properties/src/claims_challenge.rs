//! Claims challenges. The input is the value of a `WWW-Authenticate` header, and the JSON of a challenge.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use easyauth::exchange::{ClaimsChallenge, MAX_CLAIMS_CHALLENGE_LEN};

use super::secrets::{CANARY, printed};

/// Checks the property for this input, and panics if it does not hold.
pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    check_header(text);
    check_json(text);
}

fn find(values: &[&str]) -> Option<String> {
    let headers: Vec<(&str, &str)> =
        values.iter().map(|value| ("WWW-Authenticate", *value)).collect();
    let found = ClaimsChallenge::from_headers(headers.as_slice());
    found.map(|challenge| challenge.as_json().to_owned())
}

/// The errors of claims challenges.
const ERRORS: [&str; 2] = ["insufficient_claims", "invalid_token"];

fn header(json: &str) -> String {
    let claims = BASE64_STANDARD.encode(json);
    format!("Bearer error=\"insufficient_claims\", claims=\"{claims}\"")
}

/// A challenge that is found is a JSON object, and was in the header in base64.
fn check_header(value: &str) {
    let found = find(&[value]);
    if let Some(json) = &found {
        assert!(is_object(json) && value.len() <= MAX_CLAIMS_CHALLENGE_LEN);
        let lower = value.to_ascii_lowercase();
        assert!(["bearer", "claims"].iter().all(|word| lower.contains(word)));
        assert!(ERRORS.iter().any(|error| value.contains(error)));
        assert_eq!(find(&[&header(json)]).as_ref(), Some(json));
        // Where it is does not matter.
        assert_eq!(find(&["Basic realm=\"x\"", value]).as_ref(), Some(json));
        let after_another = format!("Basic realm=\"x\", {value}");
        if after_another.len() <= MAX_CLAIMS_CHALLENGE_LEN {
            assert_eq!(find(&[&after_another]).as_ref(), Some(json));
        }
        // A challenge with another error is not a claims challenge.
        let other = ERRORS.iter().fold(value.to_owned(), |value, error| value.replace(error, "x"));
        assert_eq!(find(&[&other]), None);
    }
}

/// A JSON object within the limit is accepted as it is, and found in a header.
fn check_json(json: &str) {
    let result = ClaimsChallenge::parse(json);
    let is_valid = is_object(json) && json.len() <= MAX_CLAIMS_CHALLENGE_LEN;
    assert_eq!(result.is_ok(), is_valid, "{result:?}");
    let value = header(json);
    let is_found = is_valid && value.len() <= MAX_CLAIMS_CHALLENGE_LEN;
    assert_eq!(find(&[&value]).as_deref(), is_found.then_some(json));
    let marked = format!("{{\"{CANARY}\":{json}}}");
    assert!(!printed(&ClaimsChallenge::parse(&marked)).contains(CANARY));
}

fn is_object(json: &str) -> bool {
    serde_json::from_str(json).is_ok_and(|value: serde_json::Value| value.is_object())
}
