//! Responses to a client-directed sign-in: the input is the body.

use easyauth::{
    MAX_TOKEN_LEN,
    endpoints::{ClientSession, InvalidClientSession},
};

use super::{
    json::Json,
    secrets::{CANARY, printed},
};

/// Checks the property for one input.
pub fn check(input: &[u8]) {
    let actual = ClientSession::parse(input);
    let expected = Json::read(input).filter(|_| input.len() <= MAX_TOKEN_LEN);
    let expected = expected.as_ref().and_then(model);
    assert_eq!(actual.is_ok(), expected.is_some(), "{}", printed(&actual));
    if let (Ok(session), Some((token, user_id))) = (&actual, expected) {
        assert_eq!(session.user_id(), user_id);
        let is_in_header = |byte: u8| byte == b'\t' || (b' '..=b'~').contains(&byte);
        match session.to_zumo_auth() {
            Ok(value) => assert!(value.is_sensitive() && value == token),
            Err(_) => assert!(!token.bytes().all(is_in_header)),
        }
    }
    let escaped = serde_json::to_string(&format!("{CANARY}{}", String::from_utf8_lossy(input)));
    let marked = format!(
        r#"{{"authenticationToken":{},"user":{{"userId":"sid:1"}}}}"#,
        escaped.unwrap_or_default()
    );
    let marked: Result<ClientSession, InvalidClientSession> =
        ClientSession::parse(marked.as_bytes());
    assert!(marked.is_ok() || input.len() > MAX_TOKEN_LEN / 8);
    assert!(!printed(&marked).contains(CANARY));
}

/// The token and the user ID: each member once, with the right type.
fn model(json: &Json) -> Option<(&str, &str)> {
    let text = |json, name| match once(json, name)? {
        Json::Text(text) => Some(text.as_str()),
        _ => None,
    };
    let token = text(json, "authenticationToken").filter(|token| !token.is_empty())?;
    Some((token, text(once(json, "user")?, "userId")?))
}

fn once<'a>(json: &'a Json, name: &str) -> Option<&'a Json> {
    json.once(name).ok()?
}
