//! The headers of a request, in the layouts of many tools.

use serde_json::{Value, json};

use super::{access, opens, principal};
use crate::run;

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
