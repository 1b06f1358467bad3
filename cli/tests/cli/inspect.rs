//! `easyauth inspect`.

use std::{collections::HashSet, fs};

use easyauth::resource;
use serde_json::Value;

use crate::{NOW, Outcome, token};

const REQUEST: &str = "../examples/request.txt";
const FIXED: &str = "../examples/fixed.txt";
const FIX: &str =
    "  [\"scope=openid email profile https://management.azure.com/user_impersonation\"]";

/// A token that opens Azure Resource Manager until 15:00.
fn arm_token() -> String {
    token(
        r#"{"aud":"https://management.azure.com/","scp":"user_impersonation","exp":1773327600,
            "appid":"00000004-0000-4000-8000-000000000004"}"#,
    )
}

fn run(args: &[&str], stdin: impl AsRef<[u8]>) -> Outcome {
    crate::run(&[&["inspect"], args].concat(), stdin)
}

#[track_caller]
fn exits(args: &[&str], stdin: &str, status: u8) -> Outcome {
    let outcome = run(args, stdin);
    assert_eq!(outcome.status, status, "{}{}", outcome.out, outcome.err);
    assert_eq!(outcome.err, "");
    outcome
}

#[track_caller]
fn shows(args: &[&str], stdin: &str, lines: &[&str]) {
    let out = exits(args, stdin, 0).out;
    for line in lines {
        assert!(out.lines().any(|own| own == *line), "no line {line:?} in:\n{out}");
    }
}

#[track_caller]
fn rejected(args: &[&str], stdin: impl AsRef<[u8]>, error: &str) {
    crate::rejected(&[&["inspect"], args].concat(), stdin, error);
}

fn json(args: &[&str], stdin: &str) -> Value {
    let mut args = args.to_vec();
    args.push("--json");
    serde_json::from_str(&exits(&args, stdin, 0).out).expect("the output is JSON")
}

#[track_caller]
fn has_keys(value: &Value, keys: &[&str]) {
    let own: Vec<&String> = value.as_object().expect("an object").keys().collect();
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    assert_eq!(own, keys);
}

#[test]
fn the_sample_request_shows_the_wrong_audience() {
    shows(
        &[REQUEST, "--for", "arm"],
        "",
        &[
            "principal (aad, App Service)",
            "  name                 jo@contoso.com",
            "  ID and object ID     00000003-0000-4000-8000-000000000003",
            "  roles                Orders.Read, Orders.Write",
            "  preferred_username   jo@contoso.com",
            "access token (1740 bytes)",
            "  audience             Microsoft Graph (00000003-0000-0000-c000-000000000000)",
            "  scopes               email, openid, profile, User.Read",
            "  caller               user, by client 00000004-0000-4000-8000-000000000004",
            "  issued               2026-03-12T14:04:32Z, 25 minutes ago",
            "  expires              2100-01-01T00:00:00Z, in 73 years",
            "  note                 protected: only its API can verify it",
            "ID token (1283 bytes)",
            "this token does not open Azure Resource Manager: it is for Microsoft Graph",
            "  identityProviders.azureActiveDirectory.login.loginParameters",
            FIX,
        ],
    );
}

#[test]
fn the_fixed_request_opens_the_api() {
    let out = exits(&[FIXED, "--for", "arm", "--check"], "", 0).out;
    assert!(out.ends_with("\nthis token opens Azure Resource Manager\n"), "{out}");
    assert!(!out.contains("loginParameters"), "{out}");
}

#[test]
fn the_page_fits_a_terminal() {
    let out = exits(&[REQUEST, "--for", "arm"], "", 0).out;
    assert!(out.lines().count() <= 48, "{} lines", out.lines().count());
    assert!(out.lines().all(|line| line.chars().count() <= 100), "{out}");
    assert!(out.lines().all(|line| line == line.trim_end()), "{out}");
}

#[test]
fn heads_from_several_tools_are_read() {
    let token = arm_token();
    let plain = format!("X-MS-TOKEN-AAD-ACCESS-TOKEN: {token}\n");
    let curl = format!(
        "* Connected to orders (::1)\n> GET / HTTP/1.1\r\n> Host: orders\r\n\
         > x-ms-token-aad-access-token:{token}\r\n> \r\n* a note: of curl\n< HTTP/1.1 200 OK\r\n\
         < content-type: text/html\r\n< \r\n<html>\n"
    );
    let head = format!("\n\nGET https://orders HTTP/1.1\nHost: orders\n\n{plain}\n\nbody\n");
    for input in [&plain, &curl, &head, &format!("\u{feff}{plain}")] {
        exits(&["--for", "arm", "--check"], input, 0);
        exits(&["-", "--for=graph", "--check"], input, 1);
    }
    shows(
        &["--for", "arm"],
        &format!("Authorization: Bearer {token}"),
        &[
            "access token (555 bytes, sent by the client in Authorization)",
            "  note                 for this application: exchange it (on-behalf-of flow) to call another API",
        ],
    );
}

#[test]
fn answers_of_me_have_several_accounts() {
    let token = arm_token();
    let body = format!(
        r#"[{{"provider_name":"aad","user_id":"jo@contoso.com","access_token":"{token}",
              "user_claims":[{{"typ":"roles","val":"Admin"}}],"expires_on":"2026-03-12T14:50:00Z"}},
            {{"provider_name":"github","user_claims":[],"access_token":"gho_sample"}}]"#
    );
    shows(
        &["--for", "arm", "--check"],
        &body,
        &[
            "principal (aad, App Service)",
            "  roles                Admin",
            "  expires              2026-03-12T15:00:00Z, in 30 minutes",
            "  EXPIRES-ON           2026-03-12T14:50:00Z, in 20 minutes",
            "this token opens Azure Resource Manager",
            "principal (github, App Service)",
            "  not readable         the token is opaque: expected a JWT of 3 segments",
        ],
    );
    assert_eq!(exits(&["--for", "arm", "--check"], "[]", 1).out, "no user is signed in\n");
    assert_eq!(exits(&[], r#"{"clientPrincipal":null}"#, 0).out, "no user is signed in\n");
}

#[test]
fn one_token_is_read_with_and_without_its_scheme() {
    let token = arm_token();
    for input in [&token, &format!("Bearer {token}\n"), &format!("\n bearer  {token} \n")] {
        exits(&["--for", "arm", "--check"], input, 0);
    }
    exits(&["--check", "--for", "arm"], &token.replace('.', ""), 1);
}

#[test]
fn scopes_are_all_required() {
    let files = token(r#"{"aud":"api://orders","scp":"Read Write","exp":1773327600}"#);
    exits(&["--check", "--for", "api://orders"], &files, 0);
    exits(&["--check", "--for", "api://orders", "--scope", "Read", "--scope", "Write"], &files, 0);
    exits(&["--check", "--for", "api://orders", "--scope", "Read", "--scope", "Drop"], &files, 1);
    exits(&["--check", "--for", "00000004-0000-4000-8000-000000000004"], &files, 1);
    let fix = "  [\"scope=openid email profile api://orders/Read api://orders/Drop\"]";
    shows(&["--for", "api://orders", "--scope", "Read", "--scope=Drop"], &files, &[fix]);
}

#[test]
fn an_api_is_found_by_any_of_its_names() {
    let find = |name: &str| json(&["--for", name], &arm_token())["api"].clone();
    for name in ["arm", "ARM", "resource-manager", "Azure Resource Manager"] {
        assert_eq!(find(name), "Azure Resource Manager", "{name}");
    }
    assert_eq!(find("https://management.core.windows.net/"), "Azure Resource Manager");
    assert_eq!(find("https://management.usgovcloudapi.net"), "Azure Resource Manager (UsGov)");
    assert_eq!(find("797F4846-ba00-4fd7-ba43-dac1f8f63013"), "Azure Resource Manager");
    for (name, found) in [
        ("graph", "Microsoft Graph"),
        ("keyvault", "Azure Key Vault"),
        ("key-vault", "Azure Key Vault"),
        ("storage", "Azure Storage"),
        ("sql", "Azure SQL Database"),
        ("api://orders", "api://orders"),
    ] {
        assert_eq!(find(name), found, "{name}");
    }
    for resource in resource::ALL {
        assert_eq!(find(resource.name()), resource.name());
    }
    let help = exits(&["--help"], "", 0).out;
    assert!(help.contains("a name such as arm, graph, key-vault"), "{help}");
    let unknown = run(&["--for", "nothing-of-the-kind"], "").err;
    let (_, names) = unknown.split_once("a client ID or one of\n").expect("a list of names");
    let found: HashSet<String> = names
        .split([',', '\n'])
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| find(name).to_string())
        .collect();
    assert_eq!(found.len(), resource::ALL.len());
}

#[test]
fn json_has_stable_keys() {
    let report = json(&[REQUEST, "--for", "arm"], "");
    has_keys(&report, &["input", "now", "api", "accounts"]);
    assert_eq!((&report["input"], &report["now"]), (&"request-head".into(), &NOW.into()));

    let account = &report["accounts"][0];
    has_keys(account, &["principal", "tokens", "expiresOn", "renewal", "diagnosis"]);
    has_keys(&account["expiresOn"], &["at", "inSeconds"]);

    let principal = &account["principal"];
    has_keys(
        principal,
        &["provider", "format", "id", "name", "objectId", "tenantId", "roles", "claims"],
    );
    assert_eq!(principal["format"], "app-service");
    assert_eq!(
        principal["claims"][8],
        serde_json::json!({
            "type": "http://schemas.microsoft.com/identity/claims/objectidentifier",
            "value": "00000003-0000-4000-8000-000000000003",
        }),
    );

    let tokens = account["tokens"].as_array().expect("tokens");
    for (token, kind) in tokens.iter().zip(["access", "id", "refresh"]) {
        has_keys(token, &["kind", "length", "fromClient", "claims", "error"]);
        assert_eq!(token["kind"], kind);
    }
    has_keys(
        &tokens[0]["claims"],
        &[
            "audiences",
            "scopes",
            "roles",
            "caller",
            "clientId",
            "issuer",
            "issuedAt",
            "notBefore",
            "expiresAt",
            "isProtected",
            "isIdToken",
            "isBoundToKey",
        ],
    );
    assert_eq!(tokens[0]["claims"]["audiences"][0]["name"], "Microsoft Graph");
    assert_eq!(account["diagnosis"]["opens"], false);
    assert_eq!(account["diagnosis"]["loginParameters"].to_string(), FIX.trim());

    assert_eq!(json(&[], &arm_token())["input"], "token");
    assert_eq!(
        json(&[], "[]"),
        serde_json::json!({
            "input": "auth-me", "now": NOW, "api": null, "accounts": [],
        })
    );
}

#[test]
fn an_expired_token_gets_advice() {
    let late = ["--now", "2100-01-01T00:12:00Z"];
    let lines = [
        "  expired              2100-01-01T00:00:00Z, 12 minutes ago",
        "  to renew             call /.auth/refresh with the caller's session",
    ];
    shows(&[FIXED, late[0], late[1]], "", &lines);
    let renewal = |args: &[&str], stdin: &str| {
        let mut args = args.to_vec();
        args.extend(late);
        json(&args, stdin)["accounts"][0]["renewal"]["code"].clone()
    };
    let token = arm_token();
    assert_eq!(renewal(&[FIXED], ""), "refresh");
    assert_eq!(renewal(&[REQUEST], ""), "sign-in");
    assert_eq!(renewal(&[], &format!("X-MS-TOKEN-AAD-ACCESS-TOKEN: {token}")), "sign-in");
    assert_eq!(renewal(&[], &format!("Authorization: Bearer {token}")), "ask-client");
    assert_eq!(renewal(&[], &token), Value::Null);

    exits(&[FIXED, "--for", "arm", "--check", late[0], late[1]], "", 1);
}

#[test]
fn a_missing_access_token_opens_nothing() {
    let input = "X-MS-CLIENT-PRINCIPAL-ID: 00000003-0000-4000-8000-000000000003";
    let out = exits(&["--for", "storage", "--check"], input, 1).out;
    assert!(
        out.contains("this token does not open Azure Storage: the access token is missing"),
        "{out}"
    );
}

#[test]
fn wrong_arguments_are_named() {
    rejected(&["--check"], "", "--for is missing");
    rejected(&["--scope", "Read"], "", "--for is missing");
    rejected(&["--for"], "", "--for needs a value");
    rejected(&["--for", "arm", "--for", "graph"], "", "--for is given twice");
    rejected(&["one", "two"], "", "too many arguments; --help lists them");
    rejected(&["--now", "soon"], "", "--now: expected a time such as 2026-03-12T14:00:00Z");
    rejected(&["--json=1"], "", "--json takes no value");
    rejected(&["--verbose"], "", "unknown option; --help lists them");
    let scope = "--scope: expected the bare name of one scope, such as User.Read";
    for name in ["", "User.Read Mail.Read", "https://graph.microsoft.com/User.Read", ".default"] {
        rejected(&["--for", "graph", "--scope", name], "", scope);
    }

    for (name, close) in
        [("armm", "arm"), ("Gaph", "graph"), ("keyvalt", "key-vault"), ("storge", "storage")]
    {
        rejected(&["--for", name], "", &format!("--for: unknown API; did you mean {close}?"));
    }
    for name in ["nothing-of-the-kind", "", "api://with space"] {
        let outcome = run(&["--for", name], "");
        assert_eq!((outcome.status, outcome.out.as_str()), (2, ""));
        let (first, names) = outcome.err.split_once('\n').expect("a list of names");
        assert_eq!(first, "error: --for: unknown API; expected a URI, a client ID or one of");
        assert!(names.contains(" arm, ") && names.contains(" graph, "), "{names}");
    }
}

#[test]
fn wrong_inputs_are_named() {
    rejected(&[], "", "the input is empty");
    rejected(&[], " \r\n", "the input is empty");
    for utf16 in [&b"\xff\xfeA\0"[..], b"\xfe\xff\0A", b"A\0A\0", b"\0A\0A"] {
        rejected(&[], utf16, "the input is UTF-16, which PowerShell writes; save it as UTF-8");
    }
    rejected(
        &[],
        "GET / HTTP/1.1\nnothing here\n",
        "expected the headers of a request, an answer of /.auth/me, or one token",
    );
    rejected(
        &[],
        "Host: orders\n",
        "none of the headers is from Easy Auth; expected X-MS-CLIENT-PRINCIPAL, X-MS-TOKEN-* or \
         Authorization",
    );
    rejected(
        &[],
        "Host: orders\nX-MS-CLIENT-PRINCIPAL-NAME: jo\n folded: 1\n",
        "line 3 is not a header; is it the rest of a value that was broken in two?",
    );
    rejected(
        &[],
        "X-MS-CLIENT-PRINCIPAL: not base64!\n",
        "the client principal is not base64 at byte 3",
    );
    rejected(
        &[],
        "X-MS-CLIENT-PRINCIPAL-ID: 1\nx-ms-client-principal-id: 2\n",
        "header X-MS-CLIENT-PRINCIPAL-ID: expected one value, found more",
    );
    rejected(
        &[],
        "X-MS-TOKEN-AAD-EXPIRES-ON: soon\n",
        "header X-MS-TOKEN-AAD-EXPIRES-ON: expected an ISO 8601 time or a number of seconds",
    );
    rejected(&[], "{\"error\":1", "the response of /.auth/me is not valid JSON at byte 10");

    let outcome = run(&["no/such/file"], "");
    assert!(outcome.err.starts_with("error: cannot open FILE: "), "{}", outcome.err);
    assert_eq!((outcome.status, outcome.err.lines().count()), (2, 1));
}

/// Every way to give the program the tokens of a sample, and a few ways to give them to it wrongly.
#[test]
fn no_output_has_any_part_of_a_token() {
    for sample in [REQUEST, FIXED] {
        let mut head = fs::read_to_string(sample).expect("the sample is there");
        if sample == REQUEST {
            head.push_str("X-MS-TOKEN-AAD-REFRESH-TOKEN: 1.AXoASampleRefreshToken-of_no-use\n");
        }
        let tokens: Vec<&str> = head
            .lines()
            .filter_map(|line| line.split_once("-TOKEN: "))
            .map(|(_, token)| token)
            .collect();
        let [access, id, refresh] = tokens[..] else { panic!("three tokens in {sample}") };
        let parts: HashSet<&[u8]> =
            tokens.iter().flat_map(|token| token.as_bytes().windows(8)).collect();

        let bearer = format!("Authorization: Bearer {access}");
        let me = format!(
            r#"[{{"provider_name":"aad","access_token":"{access}","id_token":"{id}",
                  "refresh_token":"{refresh}",
                  "user_claims":[{{"typ":"t","val":"{id}"}},{{"typ":"r","val":"{refresh}"}}]}}]"#
        );
        let twice = format!("{head}{head}");
        let broken = head.replace(".ey", "\ney");
        for input in [&head, &bearer, &me, &twice, &broken, access, id, refresh] {
            for args in [
                &["--for", "arm"][..],
                &["--for", "arm", "--json"],
                &["--json"],
                &[],
                &["--for", "graph", "--check", "--now", "2100-01-02T00:00:00Z"],
                &[access],
                &["--for", access],
                &["--for", "graph", "--scope", access],
                &["--now", access],
                &[&format!("--{access}")],
                &[&format!("--json={access}")],
            ] {
                let Outcome { out, err, .. } = run(args, input);
                for text in [out, err] {
                    let leak = text.as_bytes().windows(8).find(|part| parts.contains(part));
                    assert!(leak.is_none(), "{sample} {args:?} prints a part of a token");
                }
            }
        }
    }
}

#[test]
fn untrusted_input_cannot_control_the_terminal() {
    let body = r#"[{"provider_name":"a\u001bad","user_claims":[
        {"typ":"na\nme","val":"\u001b[31mred\u202e"},{"typ":"name","val":"a\r\nb"}]}]"#;
    let token = token(r#"{"aud":"a\u001b[2J","iss":"\u009b31m","roles":["\n"],"exp":1773327600}"#);
    for input in [body, &token] {
        let out = exits(&["--for", "arm"], input, 0).out;
        let wild = out.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(wild, None, "{out:?}");
        assert!(out.contains(r"\u{1b}["), "{out}");
    }
}
