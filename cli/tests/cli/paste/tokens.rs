//! A token alone or in other text, decoded or in the answer of a token endpoint, and a principal alone.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

use super::{CLAIMS, PRINCIPAL, access, opens, principal};
use crate::{run, shows, token};

/// One token, as it is found in documents, terminals and addresses.
#[test]
fn tokens_are_read_in_every_form() {
    let access = access();
    let wrapped: Vec<&str> =
        access.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let fragment = format!(
        "https://localhost/#access_token={access}&token_type=Bearer&expires_in=3599&state=1"
    );
    let forms = [
        access.clone(),
        format!("\"{access}\""),
        format!("'{access}',"),
        format!("`{access}`"),
        format!("  {access};\r\n"),
        format!("Bearer {access}"),
        format!("\"Bearer {access}\""),
        format!("Bearer%20{access}"),
        access.replace('.', "%2E"),
        format!("access_token={access}"),
        format!("?a=1&access_token={access}&b=2"),
        fragment,
        wrapped.join("\n"),
        wrapped.join("\r\n  "),
    ];
    let in_lines = wrapped.join("\n            ");
    let others = [
        // Get-AzAccessToken, also in a narrow window.
        format!(
            "\nToken     : {access}\nExpiresOn : 3/12/2026 3:00:00 PM +00:00\nType      : Bearer\n"
        ),
        format!("\r\nToken     : {in_lines}\r\nExpiresOn : 3/12/2026\r\n"),
        // az account get-access-token --output yaml, table
        format!("accessToken: {access}\nexpiresOn: '2026-03-12 15:00:00'\ntokenType: Bearer\n"),
        format!("AccessToken    ExpiresOn\n-----------    ---------\n{access}    2026-03-12\n"),
        // Assignments.
        format!("export AZURE_ACCESS_TOKEN={access}"),
        format!("$env:AZURE_ACCESS_TOKEN = \"{access}\""),
        format!("the same token twice: {access} {access}"),
        format!("{access}\n{access}\n"),
        format!("  {access}\n  {access}\n"),
        // A line that begins with the payload.
        access.replacen('.', ".\n", 1),
    ];
    for form in forms.into_iter().chain(others) {
        let report = opens(&form);
        assert_eq!(report["input"], "token", "{form}");
        assert_eq!(report["accounts"][0]["tokens"][0]["length"], access.len(), "{form}");
    }
}

#[test]
fn tokens_without_signature_and_decoded_tokens_are_read() {
    let header = r#"{"typ":"JWT","alg":"RS256","kid":"1"}"#;
    let unsigned = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(CLAIMS));
    let note = "note: the token has no signature; its claims are read all the same\n";
    let outcome = run(&["inspect", "--for", "arm", "--check"], &unsigned);
    assert_eq!((outcome.status, outcome.err.as_str()), (1, note), "{}", outcome.out);
    shows(&outcome.out, &["although its claims fit: its signature is missing"]);

    let outcome = run(&["inspect", "--for", "arm", "--check"], CLAIMS);
    shows(&outcome.err, &["note: this is a decoded payload; without the header of the token"]);
    assert_eq!(outcome.status, 0, "{}", outcome.out);
    // As jwt.ms and jwt.io show it.
    for decoded in [
        format!("{header}.{CLAIMS}.[Signature]"),
        format!("{header}\n{CLAIMS}\n"),
        format!("{header}.\n{CLAIMS}"),
    ] {
        assert_eq!(opens(&decoded)["input"], "token", "{decoded}");
    }
    // A truncated token is named.
    let mut cut = access();
    cut.truncate(120);
    let outcome = run(&["inspect"], &cut);
    shows(&outcome.out, &["not readable"]);
}

/// Answers with tokens: the Azure CLI, Azure PowerShell, a managed identity, a token endpoint.
#[test]
fn answers_with_tokens_are_read() {
    let access = access();
    for answer in [
        json!({"accessToken": access, "expiresOn": "2026-03-12 15:00:00.000000", "tokenType": "Bearer"}),
        json!({"Token": access, "ExpiresOn": "2026-03-12T15:00:00+00:00", "Type": "Bearer"}),
        json!({"access_token": access, "expires_on": "1773327600", "resource": "https://management.azure.com/"}),
        json!({"token_type": "Bearer", "access_token": access, "id_token": token("{}"),
               "refresh_token": "1.AXoASample"}),
    ] {
        let report = opens(&answer.to_string());
        assert_eq!(report["input"], "tokens", "{answer}");
        let count = answer.as_object().unwrap().keys().filter(|key| key.contains("_token")).count();
        assert_eq!(report["accounts"][0]["tokens"].as_array().unwrap().len(), count.max(1));
    }
    let only_id = json!({"id_token": token("{}")}).to_string();
    let outcome = run(&["inspect", "--for", "arm", "--check"], &only_id);
    shows(&outcome.out, &["ID token", "the access token is missing"]);
    assert_eq!(outcome.status, 1);
}

#[test]
fn principals_are_read_alone() {
    for input in [
        principal(),
        format!("\"{}\"", principal()),
        principal().trim_end_matches('=').to_owned(),
        PRINCIPAL.to_owned(),
        format!("X-MS-CLIENT-PRINCIPAL={}", principal()),
    ] {
        let outcome = run(&["inspect", "--json"], &input);
        let report: Value = serde_json::from_str(&outcome.out).unwrap();
        let principal = &report["accounts"][0]["principal"];
        assert_eq!(
            (&principal["name"], &principal["roles"]),
            (&json!("Jo O. (Sales)"), &json!(["Admin"]))
        );
    }
    let visitor = r#"{"identityProvider":"github","userId":"1","userDetails":"jo","userRoles":["anonymous","authenticated"]}"#;
    for input in [visitor.to_owned(), STANDARD.encode(visitor)] {
        shows(&run(&["inspect"], &input).out, &["principal (github, Static Web Apps)"]);
    }
}
