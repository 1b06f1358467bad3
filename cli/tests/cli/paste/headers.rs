//! The headers of a request, in the layouts of many tools.

use serde_json::{Value, json};

use super::{access, opens, principal};
use crate::run;

/// The headers of a request.
const NAMES: [&str; 7] = [
    "X-MS-CLIENT-PRINCIPAL-ID",
    "X-MS-CLIENT-PRINCIPAL-IDP",
    "X-MS-CLIENT-PRINCIPAL-NAME",
    "Host",
    "X-MS-CLIENT-PRINCIPAL",
    "X-MS-TOKEN-AAD-EXPIRES-ON",
    "X-MS-TOKEN-AAD-ACCESS-TOKEN",
];

const USER_ID: &str = "0000000a-0000-4000-8000-00000000000a";
const USER: &str = "Jo O. (Sales)";
const END: &str = "2026-03-12T15:00:00.0000000Z";

fn value(name: &str) -> String {
    match name {
        "X-MS-CLIENT-PRINCIPAL-ID" => USER_ID.to_owned(),
        "X-MS-CLIENT-PRINCIPAL-IDP" => "aad".to_owned(),
        "X-MS-CLIENT-PRINCIPAL-NAME" => USER.to_owned(),
        "X-MS-CLIENT-PRINCIPAL" => principal(),
        "X-MS-TOKEN-AAD-EXPIRES-ON" => END.to_owned(),
        "X-MS-TOKEN-AAD-ACCESS-TOKEN" => access(),
        _ => "orders.azurewebsites.net".to_owned(),
    }
}

/// `pair` has the name of a header as `{N}`, or in lower case, in the case of Go or as CGI writes it, and its
/// value as `{v}`.
#[track_caller]
fn reads(layout: &str, [start, pair, between, end]: [&str; 4]) {
    let write = |name: &str| {
        let words = name.split('-').map(|word| word[..1].to_owned() + &word[1..].to_lowercase());
        pair.replace("{N}", name)
            .replace("{n}", &name.to_lowercase())
            .replace("{Go}", &words.collect::<Vec<_>>().join("-"))
            .replace("{CGI}", &format!("HTTP_{}", name.to_uppercase().replace('-', "_")))
            .replace("{v}", &value(name))
    };
    let input = |names: &[&str]| {
        let pairs: Vec<String> = names.iter().map(|name| write(name)).collect();
        format!("{start}{}{end}", pairs.join(between))
    };
    let mut names = NAMES;
    for last in 0..names.len() {
        let report = opens(&input(&names));
        assert_eq!(report["input"], "request-head", "{layout}");
        let account = &report["accounts"][0];
        let user = &account["principal"];
        assert_eq!((&user["name"], &user["id"]), (&json!(USER), &json!(USER_ID)), "{layout}");
        assert_eq!((&user["provider"], &user["roles"]), (&json!("aad"), &json!(["Admin"])));
        assert_eq!(account["expiresOn"]["at"], "2026-03-12T15:00:00Z", "{layout}");
        assert_eq!(account["tokens"][0]["length"], access().len(), "{layout}");
        // Without claims, the headers alone say it.
        let others: Vec<&str> =
            names.into_iter().filter(|name| *name != "X-MS-CLIENT-PRINCIPAL").collect();
        let report = opens(&input(&others));
        let user = &report["accounts"][0]["principal"];
        assert_eq!(
            (&user["name"], &user["id"]),
            (&json!(USER), &json!(USER_ID)),
            "{layout} {last}"
        );
        assert_eq!(user["provider"], "aad", "{layout}");
        names.rotate_left(1);
    }
}

#[test]
fn headers_are_read_in_the_layouts_of_browsers_and_proxies() {
    for (layout, parts) in [
        // An HTTP proxy, Fiddler, the old developer tools of Chrome and Edge, Firefox.
        ("plain", ["", "{N}: {v}", "\n", "\n"]),
        ("curl -v", ["> GET / HTTP/1.1\r\n", "> {N}: {v}", "\r\n", "\r\n> \r\n"]),
        ("a code block of Markdown", ["```http\n", "{N}: {v}", "\n", "\n```\n"]),
        ("a message", ["hi,\n\n", "{N}: {v}", "\n", "\nthanks\n"]),
        // The developer tools of Chrome since 2023, and of Safari.
        ("two lines", [":authority\norders\n:method\nGET\naccept\n*/*\n", "{n}\n{v}", "\n", "\n"]),
        ("two lines with a colon", ["Accept:\n*/*\n", "{N}:\n{v}", "\n", ""]),
        (
            "copy as cURL (bash)",
            [
                "curl 'https://orders/' \\\n  -H 'accept: */*' \\\n",
                "  -H '{N}: {v}'",
                " \\\n",
                " \\\n  --compressed",
            ],
        ),
        (
            "copy as cURL (cmd)",
            ["curl ^\"https://orders/^\" ^\n", "  -H ^\"{N}: {v}^\"", " ^\n", " ^\n  --compressed"],
        ),
        ("cURL in one line", ["curl https://orders/ ", "-H '{N}: {v}'", " ", " --compressed"]),
        ("cURL without quotes", ["curl https://orders/ ", "-H {N}:{v}", " ", ""]),
        ("wget", ["wget ", "--header='{N}: {v}'", " ", " https://orders/"]),
        ("wget without quotes", ["wget ", "--header={N}:{v}", " ", " --quiet"]),
        ("HTTPie", ["http https://orders/ ", "{N}:{v}", " ", ""]),
        (
            "copy as fetch",
            [
                "fetch(\"https://orders/\", {\n  \"headers\": {\n",
                "    \"{n}\": \"{v}\"",
                ",\n",
                "\n  },\n  \"method\": \"GET\"\n});",
            ],
        ),
        (
            "copy as PowerShell",
            [
                "Invoke-WebRequest -Uri \"https://orders/\" `\n-Headers @{\n\"accept\"=\"*/*\"\n",
                "  \"{n}\"=\"{v}\"",
                "\n",
                "\n}",
            ],
        ),
    ] {
        reads(layout, parts);
    }
}

#[test]
fn headers_are_read_as_programs_print_them() {
    for (layout, parts) in [
        ("a JSON object", ["{", "\"{N}\": \"{v}\"", ", ", "}"]),
        ("a JSON object of Go", ["{\"headers\": {", "\"{Go}\": [\"{v}\"]", ", ", "}}"]),
        ("a JSON list of pairs", ["[", "[\"{N}\", \"{v}\"]", ", ", "]"]),
        ("a JSON list of keys", ["[", "{\"Key\": \"{N}\", \"Value\": \"{v}\"}", ", ", "]"]),
        (
            "a JSON list of keys in a log",
            ["headers: [", "{\"Key\":\"{N}\",\"Value\":\"{v}\"}", ",", "]"],
        ),
        ("JSON in a string of a log", ["body=\"{", "\\\"{N}\\\":\\\"{v}\\\"", ",", "}\""]),
        (
            "JSON in a string in a string",
            ["body=\"{\\\"a\\\":\\\"{", "\\\\\\\"{N}\\\\\\\":\\\\\\\"{v}\\\\\\\"", ",", "}\\\"}\""],
        ),
        ("PowerShell", ["Name       Value\n----       -----\n", "{N}    {v}", "\n", "\n"]),
        (
            "PowerShell with lists",
            ["Name       Value\n----       -----\n", "{N}    {{v}}", "\n", "\n"],
        ),
        ("Node.js", ["{\n  accept: '*/*',\n", "  '{n}': '{v}'", ",\n", "\n}"]),
        ("lists of Node.js", ["{\n", "  '{n}': [\n    '{v}'\n  ]", ",\n", "\n}"]),
        ("WSGI", ["{'wsgi.version': (1, 0), ", "'{CGI}': '{v}'", ", ", "}"]),
        ("an environment", ["PATH=/bin\n", "{CGI}={v}", "\n", "\n"]),
        ("an environment with spaces", ["PATH = /bin\n", "{CGI} = {v}", "\n", ""]),
        ("ASGI", ["[", "(b'{n}', b'{v}')", ", ", "]"]),
        ("a map of Go", ["map[", "{Go}:[{v}]", " ", "]"]),
        ("a map of Go with types", ["http.Header{", "\"{Go}\":[]string{\"{v}\"}", ", ", "}"]),
        ("a map of Java", ["{", "{N}={v}", ", ", "}"]),
        (
            "a map of Java in a log",
            ["2026-03-12T14:04:32Z INFO headers={", "{N}={v}", ", ", "} in 5 ms"],
        ),
        ("a map of lists of Java", ["{", "{n}=[{v}]", ", ", "}"]),
        ("Spring", ["[", "{N}:\"{v}\"", ", ", "]"]),
        ("Ruby", ["{", "\"{CGI}\"=>\"{v}\"", ", ", "}"]),
        (".NET", ["", "{N}: [{v}]", "\n", "\n"]),
        ("pairs of .NET", ["", "[{N}, {v}]", ", ", ""]),
        ("lines of pairs of .NET", ["", "[{N}, {v}]", "\n", "\n"]),
        ("print_r of PHP", ["Array\n(\n", "    [{N}] => {v}", "\n", "\n)\n"]),
        ("var_export of PHP", ["array (\n", "  '{N}' => '{v}'", ",\n", ",\n)"]),
        ("pairs", ["", "{N}={v}", "; ", ""]),
        ("pairs without spaces", ["", "{N}={v}", ";", ""]),
        ("pairs with bars", ["", "{N}={v}", "|", ""]),
        ("arrows", ["", "{N} -> {v}", "\n", "\n"]),
        (
            "keys of Envoy in a log",
            ["headers: [", "{\"key\":\"{N}\",\"rawValue\":\"{v}\"}", ",", "]"],
        ),
        ("short keys in a log", ["INFO [", "{\"key\":\"{N}\",\"val\":\"{v}\"}", ",", "]"]),
        ("Wireshark", ["", "    {N}: {v}\\r\\n", "\n", "\n    \\r\\n\n"]),
        (
            "Wireshark without indentation",
            ["GET / HTTP/1.1\\r\\n\n", "{N}: {v}\\r\\n", "\n", "\n\\r\\n\n"],
        ),
        (
            "a request in a string",
            ["log: \"GET / HTTP/1.1\\r\\n", "{N}: {v}", "\\r\\n", "\\r\\n\""],
        ),
        ("lines in a string", ["log: \"GET / HTTP/1.1\\n", "{N}: {v}", "\\n", "\\n\""]),
        ("pairs in lower case", ["INFO id=7 ", "{n}={v}", " ", ""]),
        ("lines of pairs in lower case", ["", "{n}={v}", "\n", "\n"]),
        ("a map of Java in lower case", ["INFO {", "{n}={v}", ", ", "}"]),
        ("headers of curl in lower case", ["curl https://orders/?id=7 ", "-H {n}={v}", " ", ""]),
        ("headers in one line", ["", "{N}: {v}", " ", ""]),
        ("headers with commas", ["", "{n}: {v}", ", ", ""]),
        ("pairs in parentheses", ["received (", "{N}: {v}", ", ", ") at last"]),
    ] {
        reads(layout, parts);
    }
}

#[test]
fn headers_are_read_in_documents() {
    for (layout, parts) in [
        ("lines of a log", ["", "2026-03-12T14:04:32Z [Information] header {N}: {v}", "\n", "\n"]),
        ("a log in one line", ["2026-03-12T14:04:32Z headers ", "{N}: {v}", " ", ""]),
        ("bullets", ["", "- {N}: {v}", "\n", "\n"]),
        ("an indented list", ["", "    {N}: {v}", "\n\n", "\n"]),
        ("a table of Markdown", ["| name | value |\n|---|---|\n", "| {N} | {v} |", "\n", "\n"]),
        ("three columns", ["| a | b | c |\n|---|---|---|\n", "| {N} | {v} | ok |", "\n", "\n"]),
        ("a list of HTML", ["<ul>", "<li>{N}={v}</li>", "\n", "</ul>"]),
        ("lines of HTML", ["<p>", "{N}: {v}", "<br>", "</p>"]),
        ("bold names", ["<p>", "<b>{N}:</b> {v}", "<br />", "</p>"]),
        ("a table of HTML", ["<table>", "<tr><td>{N}</td><td>{v}</td></tr>", "", "</table>"]),
        ("lines of a table of HTML", ["", "<tr>\n<td>{N}</td>\n  <td>{v}</td>\n</tr>", "\n", "\n"]),
        ("attributes", ["<a>", "<header name=\"{N}\" value=\"{v}\"/>", "", "</a>"]),
        ("attributes without quotes", ["<a>", "<header name={N} value={v} />", "", "</a>"]),
        ("attributes of HTML", ["", "<input name='{N}' value='{v}'>", "\n", ""]),
        ("elements by name", ["<a>", "<{N}>{v}</{N}>", "", "</a>"]),
        ("bold names of Markdown", ["", "**{N}:** {v}", "\n", "\n"]),
        ("bold names before the colon", ["", "- **{N}**: {v}", "\n", "\n"]),
        ("elements", ["", "<name>{N}</name><value>{v}</value>", "\n", ""]),
        ("sections of XML", ["", "<a>{N}</a><b><![CDATA[{v}]]></b>", "\n", ""]),
        ("YAML", ["", "{n}: {v}", "\n", "\n"]),
        ("a list of YAML", ["headers:\n", "  - name: {N}\n    value: {v}", "\n", "\n"]),
    ] {
        reads(layout, parts);
    }
}

/// A request of an archive, after others.
#[test]
fn headers_are_read_in_archives() {
    let header = |name: &&str| json!({"name": name, "value": value(name)});
    let headers: Vec<Value> = NAMES.iter().map(header).collect();
    let report = opens(
        &json!({"log": {"entries": [
            {"request": {"url": "https://orders/a.css", "headers": []}, "response": {}},
            {"request": {"url": "https://orders/", "headers": headers}, "response": {}},
        ]}})
        .to_string(),
    );
    assert_eq!(report["accounts"][0]["principal"]["name"], USER);
}

/// Names can have what ends a value elsewhere.
#[test]
fn names_of_users_are_whole() {
    for (input, name) in [
        ("map[Host:[orders] X-Ms-Client-Principal-Name:[Jo [Sales]] Via:[a]]", "Jo [Sales]"),
        ("[X-MS-CLIENT-PRINCIPAL-NAME, O., Jo], [Host, orders]", "O., Jo"),
        ("{host=orders, X-MS-CLIENT-PRINCIPAL-NAME=O., Jo, via=a}", "O., Jo"),
        ("header X-MS-CLIENT-PRINCIPAL-NAME: O.; Jo = 5: {a}", "O.; Jo = 5: {a}"),
        ("header X-MS-CLIENT-PRINCIPAL-NAME: Jo <jo@contoso.com>", "Jo <jo@contoso.com>"),
        ("the header X-MS-CLIENT-PRINCIPAL-NAME = Jo - Sales | Contoso", "Jo - Sales | Contoso"),
        ("curl -H \"X-MS-CLIENT-PRINCIPAL-NAME: Jo O'Br\" https://orders", "Jo O'Br"),
        ("INFO X-MS-CLIENT-PRINCIPAL-NAME: CONTOSO\\nina", "CONTOSO\\nina"),
        ("log: \"X-MS-CLIENT-PRINCIPAL-NAME: CONTOSO\\nina\\nHost: orders\"", "CONTOSO\\nina"),
        ("log: \"X-MS-CLIENT-PRINCIPAL-NAME\": \"value\"", "value"),
    ] {
        let report: Value =
            serde_json::from_str(&run(&["inspect", "--json"], input).out).expect(input);
        assert_eq!(report["accounts"][0]["principal"]["name"], name, "{input}");
    }
}

/// A short value does not take the token of the next header, or its name.
#[test]
fn short_tokens_are_read_beside_others() {
    let tokens = format!(
        "log: X-MS-TOKEN-AAD-REFRESH-TOKEN=1.short, X-MS-TOKEN-AAD-ACCESS-TOKEN={}",
        access()
    );
    let report = opens(&tokens);
    let tokens = report["accounts"][0]["tokens"].as_array().expect("tokens");
    let lengths: Vec<&Value> = tokens.iter().map(|token| &token["length"]).collect();
    assert_eq!(lengths, [&json!(access().len()), &json!(7)]);
}

/// Cookies and addresses have parameters whose names end with `token`.
#[test]
fn parameters_do_not_hide_headers() {
    let token = format!("x-ms-token-aad-access-token: {}", access());
    for request in [
        format!("Cookie: csrf-token=abc; a=b\n{token}\n"),
        format!("{token}\nReferer: https://orders/?access_token=abc\n"),
        format!("GET /?id_token=abc&a=b HTTP/1.1\nHost: orders\n{token}\n"),
        format!("curl 'https://orders/?token=abc' -H '{token}'"),
        format!("INFO x-csrf-token=abc {token}"),
    ] {
        assert_eq!(opens(&request)["input"], "request-head", "{request}");
    }
}

/// Programs print what a header without a value is in their language.
#[test]
fn absent_values_are_absent() {
    let user = |input: &str| {
        let outcome = run(&["inspect", "--json"], input);
        let report: Value = serde_json::from_str(&outcome.out).expect(&outcome.err);
        report["accounts"][0].clone()
    };
    let (principal, cookie) =
        (principal(), "AppServiceAuthSession=".to_owned() + &"aB3d".repeat(80));
    for null in ["null", "undefined", "None", "nil"] {
        for input in [
            format!(
                "INFO {{\"X-MS-CLIENT-PRINCIPAL-IDP\": {null}, \"X-MS-CLIENT-PRINCIPAL\": \"{principal}\"}}"
            ),
            format!("INFO x-ms-client-principal-idp={null} x-ms-client-principal={principal}"),
            format!("X-MS-CLIENT-PRINCIPAL-IDP: {null}\nX-MS-CLIENT-PRINCIPAL: {principal}\n"),
        ] {
            assert_eq!(user(&input)["principal"]["provider"], "aad", "{input}");
        }
    }
    for absent in ["null", "\"Basic am86cHc=\"", "None"] {
        let other = format!("\"authorization\": {absent}, \"x-other\": \"Bearer {}\"", access());
        let input = format!("INFO {{{other}, \"X-MS-CLIENT-PRINCIPAL-ID\": \"7\"}}");
        assert_eq!(user(&input)["tokens"], json!([]), "{input}");
    }
    for (name, absent) in [
        ("a string", "\"{N}\": \"\", \"Cookie\": \"{c}\", \"{I}\": \"7\""),
        ("null", "\"{N}\": null, \"Cookie\": \"{c}\", \"{I}\": \"7\""),
        ("a map of Python", "'{N}': None, 'Cookie': '{c}', '{I}': '7'"),
        ("a map of Java", "{N}=, Cookie={c}, {I}=7"),
        ("lines", "\n{N}=\nCookie={c}\n{I}=7\n"),
    ] {
        for header in
            ["X-MS-CLIENT-PRINCIPAL", "X-MS-CLIENT-PRINCIPAL-NAME", "X-MS-TOKEN-AAD-ACCESS-TOKEN"]
        {
            let pairs = absent
                .replace("{N}", header)
                .replace("{I}", "X-MS-CLIENT-PRINCIPAL-ID")
                .replace("{c}", &cookie);
            let account = user(&format!("INFO {{{pairs}}}"));
            assert_eq!(account["principal"]["id"], "7", "{name} {header}");
            assert_eq!(account["principal"]["name"], Value::Null, "{name} {header}");
            assert_eq!(account["tokens"], json!([]), "{name} {header}");
        }
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
        (repeated("authorization bearer '' "), nothing),
        (repeated("x-ms-client-principal a "), "the client principal is not base64 at byte 1"),
        (numbered("x-ms-client-principal-id"), several),
        (numbered("- x-ms-client-principal-id:"), several),
        (numbered("x-ms-client-principal-id:"), several),
    ] {
        let outcome = run(&["inspect"], &input);
        assert!(outcome.err.starts_with(&format!("error: {error}")), "{}", outcome.err);
    }
    for text in [" <", "(name ", "=a, x "] {
        let input = repeated(&format!("x-ms-client-principal-id{text}"));
        assert_eq!(run(&["inspect"], &input).status, 0, "{text}");
    }
    for between in [" ", " ,", ",\"", "\\"] {
        let input = format!("x-ms-client-principal-id=a{} b=c", repeated(between));
        assert_eq!(run(&["inspect"], &input).status, 0, "{between}");
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
