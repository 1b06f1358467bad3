//! `easyauth inspect` reads what users copy from their tools, or says what to copy instead.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

use crate::{rejected, run, shows, token};

const CLAIMS: &str = r#"{"aud":"https://management.azure.com/","scp":"user_impersonation","exp":1773327600,"appid":"00000004-0000-4000-8000-000000000004"}"#;
const PRINCIPAL: &str = r#"{"auth_typ":"aad","claims":[{"typ":"name","val":"Jo"},{"typ":"roles","val":"Admin"}],"name_typ":"name","role_typ":"roles"}"#;

fn access() -> String {
    token(CLAIMS)
}

fn principal() -> String {
    STANDARD.encode(PRINCIPAL)
}

/// The report on an input that opens Azure Resource Manager.
#[track_caller]
fn opens(input: &str) -> Value {
    let outcome = run(&["inspect", "--for", "arm", "--check", "--json"], input);
    assert_eq!(outcome.status, 0, "{}{}\n{input}", outcome.out, outcome.err);
    serde_json::from_str(&outcome.out).unwrap()
}

/// The headers of a request in the layouts of many tools.
#[test]
fn headers_are_read_in_every_layout() {
    let (name, principal_name, token_name) =
        ("X-MS-CLIENT-PRINCIPAL-NAME", "X-MS-CLIENT-PRINCIPAL", "X-MS-TOKEN-AAD-ACCESS-TOKEN");
    let (user, principal, access) = ("Jo O.", principal(), access());
    let lower = str::to_ascii_lowercase;
    let cgi = |name: &str| format!("HTTP_{}", name.replace('-', "_"));
    let layouts = [
        // An HTTP proxy, Fiddler, the old developer tools of Chrome and Edge, Firefox.
        (
            "plain",
            format!("{name}: {user}\n{principal_name}: {principal}\n{token_name}: {access}\n"),
        ),
        // The developer tools of Chrome since 2023, and of Safari.
        (
            "name and value on two lines",
            format!(
                ":authority\norders.azurewebsites.net\n:method\nGET\naccept\n*/*\n{}\n{user}\n{}\n{principal}\n\
                 {}\n{access}\n",
                lower(name),
                lower(principal_name),
                lower(token_name)
            ),
        ),
        (
            "name with a colon, value on the next line",
            format!(
                "Host:\norders\n{name}:\n{user}\n{principal_name}:\n{principal}\n{token_name}:\n{access}"
            ),
        ),
        (
            "copy as cURL (bash)",
            format!(
                "curl 'https://orders.azurewebsites.net/' \\\n  -H 'accept: */*' \\\n  -H '{name}: {user}' \\\n  \
                 -H '{principal_name}: {principal}' \\\n  -H '{token_name}: {access}' \\\n  --compressed"
            ),
        ),
        (
            "copy as cURL (cmd)",
            format!(
                "curl ^\"https://orders.azurewebsites.net/^\" ^\n  -H ^\"{name}: {user}^\" ^\n  -H \
                 ^\"{principal_name}: {principal}^\" ^\n  -H ^\"{token_name}: {access}^\" ^\n  --compressed"
            ),
        ),
        (
            "copy as fetch",
            format!(
                "fetch(\"https://orders.azurewebsites.net/\", {{\n  \"headers\": {{\n    \"accept\": \"*/*\",\n    \
                 \"{name}\": \"{user}\",\n    \"{principal_name}\": \"{principal}\",\n    \"{token_name}\": \
                 \"{access}\"\n  }},\n  \"method\": \"GET\"\n}});"
            ),
        ),
        (
            "copy as PowerShell",
            format!(
                "Invoke-WebRequest -UseBasicParsing -Uri \"https://orders.azurewebsites.net/\" `\n-Headers @{{\n\
                 \"accept\"=\"*/*\"\n  \"{name}\"=\"{user}\"\n  \"{principal_name}\"=\"{principal}\"\n  \
                 \"{token_name}\"=\"{access}\"\n}}"
            ),
        ),
        (
            "a HAR file",
            json!({"log": {"entries": [
                {"request": {"url": "https://orders/a.css", "headers": []}, "response": {}},
                {"request": {"url": "https://orders/", "headers": [
                    {"name": name, "value": user},
                    {"name": principal_name, "value": principal},
                    {"name": token_name, "value": access},
                ]}, "response": {}},
            ]}})
            .to_string(),
        ),
        (
            "a JSON object",
            json!({"accept": "*/*", name: user, principal_name: principal, token_name: access})
                .to_string(),
        ),
        (
            "a JSON object with lists, as httpbin and Go print it",
            json!({"headers": {name: [user], principal_name: [principal], token_name: [access]}})
                .to_string(),
        ),
        (
            "a list of pairs",
            json!([[name, user], [principal_name, principal], [token_name, access]]).to_string(),
        ),
        (
            "a list of keys and values",
            json!([{"Key": name, "Value": user}, {"Key": principal_name, "Value": principal},
                   {"Key": token_name, "Value": access}])
            .to_string(),
        ),
        (
            "a table of PowerShell",
            format!(
                "Name                           Value\n----                           -----\n\
                 {name}     {user}\n{principal_name}          {principal}\n{token_name}    {{{access}}}\n"
            ),
        ),
        (
            "an object of Node.js",
            format!(
                "{{\n  accept: '*/*',\n  '{}': '{user}',\n  '{}': '{principal}',\n  '{}': '{access}'\n}}",
                lower(name),
                lower(principal_name),
                lower(token_name)
            ),
        ),
        (
            "a WSGI environment",
            format!(
                "{{'wsgi.version': (1, 0), '{}': '{user}', '{}': '{principal}', '{}': '{access}'}}",
                cgi(name),
                cgi(principal_name),
                cgi(token_name)
            ),
        ),
        (
            "an environment",
            format!(
                "PATH=/bin\n{}={user}\n{} = {principal}\n{}={access}\n",
                cgi(name),
                cgi(principal_name),
                cgi(token_name)
            ),
        ),
        (
            "lines of a log",
            format!(
                "2026-03-12T14:04:32Z [Information] header {name}: {user}\n\
                 2026-03-12T14:04:32Z [Information] header {principal_name}: {principal}\n\
                 2026-03-12T14:04:33Z [Information] header {token_name}: {access}\n\
                 2026-03-12T14:04:34Z [Information] header {token_name}: {access}\n"
            ),
        ),
        (
            "a list with bullets",
            format!(
                "- {name}: {user}\n- {principal_name}: {principal}\n- {token_name}: {access}\n"
            ),
        ),
        (
            "a table of Markdown",
            format!(
                "| header | value |\n|---|---|\n| {principal_name} | {principal} |\n| {token_name} | {access} |\n| {name} | {user} |\n"
            ),
        ),
        (
            "a map of Go",
            format!(
                "{name}={user}\nmap[Host:[orders] {principal_name}:[{principal}] {token_name}:[{access}]]"
            ),
        ),
        (
            "a map of Java",
            format!(
                "{{host=orders, {principal_name}={principal}, {token_name}={access}, a=b}}\n{name}={user}"
            ),
        ),
        (
            "headers of ASGI",
            format!(
                "[(b'{name}', '{user}'), (b'{}', b'{principal}'), (b'{}', b'{access}')]",
                lower(principal_name),
                lower(token_name)
            ),
        ),
        (
            "headers of .NET",
            format!(
                "{name}: [{user}]\n{principal_name}: [{principal}]\n{token_name}: [{access}]\n"
            ),
        ),
        (
            "the page /env of Kudu",
            format!(
                "<h3>HTTP headers</h3><ul>\n<li>{principal_name}={principal}</li>\n<li>{token_name}={access}</li></ul>\n\
                 {name}={user}\n"
            ),
        ),
        (
            "attributes of XML",
            format!(
                "<h name=\"{principal_name}\" value=\"{principal}\"/><h name=\"{token_name}\" value=\"{access}\"/>\n\
                 {name}={user}\n"
            ),
        ),
        (
            "an indented list",
            format!(
                "    {name}: {user}\n\n    {principal_name}: {principal}\n    {token_name}: {access}\n"
            ),
        ),
    ];
    for (layout, input) in layouts {
        let report = opens(&input);
        assert_eq!(report["input"], "request-head", "{layout}");
        let account = &report["accounts"][0];
        assert_eq!(account["principal"]["name"], user, "{layout}");
        assert_eq!(account["principal"]["roles"], json!(["Admin"]), "{layout}");
        assert_eq!(account["tokens"][0]["length"], access.len(), "{layout}");
    }
}

#[test]
fn answers_of_me_are_found_in_archives() {
    let me = json!([{"provider_name": "aad", "user_id": "jo", "user_claims": [], "access_token": access()}]);
    let entry = json!({
        "request": {"url": "https://orders.azurewebsites.net/.auth/me", "headers": []},
        "response": {"content": {"text": me.to_string()}},
    });
    let report = opens(&json!({"log": {"entries": [entry]}}).to_string());
    assert_eq!(report["input"], "auth-me");
}

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
        assert_eq!((&principal["name"], &principal["roles"]), (&json!("Jo"), &json!(["Admin"])));
    }
    let visitor = r#"{"identityProvider":"github","userId":"1","userDetails":"jo","userRoles":["anonymous","authenticated"]}"#;
    for input in [visitor.to_owned(), STANDARD.encode(visitor)] {
        shows(&run(&["inspect"], &input).out, &["principal (github, Static Web Apps)"]);
    }
}

/// Error messages are explained, as `easyauth explain` does.
#[test]
fn error_messages_are_explained() {
    let cases = [
        ("AADSTS50011", "AADSTS50011"),
        (
            "(AuthorizationFailed) The client does not have authorization to perform action 'write'.",
            "AuthorizationFailed",
        ),
        ("AADSTS50011: The redirect URI 'https://orders/' does not match.", "AADSTS50011"),
        (
            "Sorry, but we're having trouble signing you in.\n\nAADSTS65001: The user has not",
            "AADSTS65001",
        ),
        (
            r#"{"error":"invalid_grant","error_description":"AADSTS50013: Assertion"}"#,
            "AADSTS50013",
        ),
        (
            r#"{"error":{"code":"InvalidAuthenticationTokenAudience","message":"The access token"}}"#,
            "InvalidAuthenticationTokenAudience",
        ),
        (
            r#"{"error":{"code":"AuthorizationFailed","message":"The client"}}"#,
            "AuthorizationFailed",
        ),
        ("IDX10223: Lifetime validation failed. The token is expired.", "IDX10223"),
        (
            "HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Bearer realm=\"\", error=\"invalid_token\"\n",
            "invalid_token",
        ),
    ];
    for (input, code) in cases {
        let outcome = run(&["inspect"], input);
        assert_eq!(outcome.out.lines().next(), Some(code), "{}{}", outcome.out, outcome.err);
        assert_eq!(outcome.status, 0);
        assert_eq!(outcome.out, run(&["explain"], input).out);
        let report: Value = serde_json::from_str(&run(&["inspect", "--json"], input).out).unwrap();
        assert_eq!(
            (&report["input"], &report["explanation"]["known"][0]["name"]),
            (&json!("error"), &json!(code))
        );
        // An error opens nothing.
        assert_eq!(run(&["inspect", "--for", "arm", "--check"], input).status, 1);
    }
}

#[test]
fn unusable_inputs_are_named() {
    let instead = "copy the headers of a request, an answer of /.auth/me, or one token";
    for (input, found) in [
        (
            "<html><body>Sign in</body></html>",
            "an HTML page without an error code; copy the text of the page with its AADSTS code, or",
        ),
        (
            "AppServiceAuthSession=Canary1/Canary2==; Path=/",
            "a session cookie, which only the platform can read; open /.auth/me in the same browser and",
        ),
        ("-----BEGIN CERTIFICATE-----\nCanary\n", "a key or certificate;"),
        (
            "<samlp:Response>Canary</samlp:Response>",
            "a SAML response, which Easy Auth does not use;",
        ),
    ] {
        rejected(&["inspect"], input, &format!("this is {found} {instead}"));
    }
    rejected(
        &["inspect"],
        "\nToken     : System.Security.SecureString\nExpiresOn : 3/12/2026\n",
        "this is a SecureString, which PowerShell prints without the token; use \
         `(Get-AzAccessToken).Token | ConvertFrom-SecureString -AsPlainText`",
    );
    for settings in ["../examples/authsettings.json", "../tests/data/settings/auth.json"] {
        rejected(
            &["inspect", settings],
            "",
            "these are settings, not a request; `easyauth settings lint` checks them, and --settings \
             FILE joins them to a request",
        );
    }
    for request in [format!("X-MS-CLIENT-PRINCIPAL: {}", principal()), access()] {
        rejected(
            &["settings", "lint"],
            request,
            "this is a request or a token, not settings; `easyauth inspect` reads it",
        );
    }
    // Which of two tokens is meant is unknown.
    rejected(
        &["inspect"],
        format!("a {} and {}", access(), token("{}")),
        "expected the headers of a request, an answer of /.auth/me, or one token",
    );
    for mark in ["...", "…"] {
        rejected(
            &["inspect"],
            format!("Name    Value\nX-MS-CLIENT-PRINCIPAL    {{eyJhdXRoX3R5cCI6ImFhZ{mark}}}\n"),
            "the value of X-MS-CLIENT-PRINCIPAL was shortened by the tool that printed it; in \
             PowerShell, use `$Request.Headers | ConvertTo-Json`",
        );
    }
    // Two values of one header stay an error.
    rejected(
        &["inspect"],
        "header X-MS-CLIENT-PRINCIPAL-NAME: jo\nheader X-MS-CLIENT-PRINCIPAL-NAME: di\n",
        "header X-MS-CLIENT-PRINCIPAL-NAME: expected one value, found more",
    );
}

/// In quadratic time, this takes minutes.
#[test]
fn long_lines_and_many_headers_are_read() {
    const LEN: usize = 300_000;
    let repeated = |text: &str| text.repeat(LEN / text.len());
    let numbered = |start: &str| {
        let line = |number| format!("{start} user-{number}@contoso.com\n");
        (0..LEN / 50).map(line).collect::<Vec<_>>().concat()
    };
    let nothing = "expected the headers of a request, an answer of /.auth/me, or one token";
    let too_long = "header Authorization: the value is too long: expected at most 65536 bytes";
    let several = "header X-MS-CLIENT-PRINCIPAL-ID: expected one value, found more";
    for (input, error) in [
        (repeated("authorization "), nothing),
        (repeated("authorization 'a"), nothing),
        (repeated("authorization '' "), nothing),
        (repeated("x-ms-token-a '' "), nothing),
        (repeated("authorization: Basic abc "), too_long),
        (repeated("authorization bearer '' "), too_long),
        (repeated("x-ms-client-principal a "), "the client principal is not base64 at byte 21"),
        (numbered("x-ms-client-principal-id"), several),
        (numbered("- x-ms-client-principal-id:"), several),
        (numbered("x-ms-client-principal-id:"), several),
    ] {
        let outcome = run(&["inspect"], &input);
        assert!(outcome.err.starts_with(&format!("error: {error}")), "{}", outcome.err);
    }
}

/// There can be markup between the name of a header and its token, but no long text.
#[test]
fn a_token_is_near_the_name_of_its_header() {
    let row = |name: &str, len: usize| {
        format!("<td>{name}</td><td title='{}'>Bearer {}</td>", "a b ".repeat(len), access())
    };
    opens(&row("authorization", 50));
    opens(&row("x-ms-token-aad-access-token", 50));
    let far = run(&["inspect", "--for", "arm", "--check"], row("x-ms-token-aad-access-token", 80));
    assert_eq!(far.status, 2, "{}", far.out);
}

/// Browsers store the bodies of all answers in a HAR file. Only the extracted parts have the limits of the
/// library.
#[test]
fn large_archives_are_read() {
    let entry = |path: &str, headers: Value, body: &str| {
        json!({
            "request": {"url": format!("https://orders{path}"), "headers": headers},
            "response": {"content": {"text": body}},
        })
    };
    let archive = |entries: &[Value]| json!({"log": {"entries": entries}}).to_string();
    let large = "a".repeat(2 * easyauth::MAX_ME_LEN);
    let headers = json!([{"name": "X-MS-TOKEN-AAD-ACCESS-TOKEN", "value": access()}]);
    let script = || entry("/a.js", json!([]), &large);
    opens(&archive(&[script(), entry("/", headers, ""), script()]));
    let me = archive(&[entry("/.auth/me", json!([]), &large)]);
    let error =
        "the response of /.auth/me is too long: expected at most 1048576 bytes, found 2097152";
    rejected(&["inspect"], me, error);
    let limit = 32 * 1024 * 1024;
    let error = format!("the input is longer than {limit} bytes");
    rejected(&["inspect"], "a".repeat(limit + 1), &error);
    if cfg!(feature = "online") {
        let verify = ["verify", "--tenant", "organizations", "--audience", "api://orders"];
        rejected(&verify, "a".repeat(limit + 1), &error);
    }
}
