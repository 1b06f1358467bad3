//! No output of any command contains a part of a token or secret that was given to it.

use std::collections::HashSet;

use crate::{rejected, run, run_with, token};

const STORY: &str = "../examples/authsettings.json";
const SITE: &str = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/orders-rg/\
                    providers/Microsoft.Web/sites/orders";

/// Valid arguments of every command. Nothing listens at the metadata address of `verify`.
fn command_lines() -> Vec<Vec<&'static str>> {
    let mut all = vec![
        vec![
            "inspect",
            "--for",
            "arm",
            "--scope",
            "user_impersonation",
            "--now",
            "2026-03-12T14:30:00Z",
        ],
        vec!["explain", "AADSTS50011"],
        vec!["settings", "lint", STORY],
        vec!["settings", "lint", "--form", "file", "--json", STORY],
        vec!["settings", "lint", "--deny", "EX1", "--config", "no/such/file", STORY],
        vec!["settings", "lint", "--app-settings", "no/such/file", "--registration", "-", STORY],
        vec!["settings", "lint", "--fix", "--as", "bicep", STORY],
        vec!["settings", "rule", "EX1"],
        vec!["settings", "explain", STORY],
        vec!["settings", "add-scope", "arm", "user_impersonation", STORY],
        vec!["settings", "add-scope", "arm", "user_impersonation", "--as", "az-rest", STORY],
        vec!["settings", "add-scope", "arm", "user_impersonation", "--token-store", STORY],
        vec!["settings", "add-scope", "arm", "user_impersonation", "--write", "no/such/file"],
        vec!["settings", "lint", "no/such/*.json", STORY],
        vec!["inspect", "../examples/request.txt", "--for", "arm", "--settings", STORY],
        vec!["settings", "migrate", "../tests/data/settings/authsettings-v1.json"],
        vec![
            "settings",
            "request",
            "--site",
            SITE,
            "--api-version",
            "2024-11-01",
            "--cloud",
            "public",
            STORY,
        ],
    ];
    if cfg!(feature = "online") {
        all.push(vec!["settings", "get", "--site", SITE, "--slot", "staging"]);
        all.push(vec!["settings", "apply", "--site", SITE, "--yes", STORY]);
        all.push(vec![
            "settings",
            "add-scope",
            "arm",
            "user_impersonation",
            "--site",
            SITE,
            "--yes",
        ]);
        all.push(vec![
            "verify",
            "-",
            "--tenant",
            "b811a652-39e6-4a0c-b563-4279a1dd5012",
            "--audience",
            "6e74172b-be56-4843-9ff4-e66a39bb12e3",
            "--metadata",
            "http://127.0.0.1:9/metadata",
            "--scope",
            "Files.Read",
            "--role",
            "Files.Read.All",
        ]);
    }
    if cfg!(feature = "manual") {
        all.push(vec!["completions", "bash"]);
        all.push(vec!["man", "settings", "lint"]);
    }
    if cfg!(feature = "serve") {
        all.push(vec!["serve", "--upstream", "7071", "--listen", "127.0.0.1:0"]);
    }
    all
}

/// Tests of new commands belong here.
#[test]
fn every_command_is_tried() {
    fn leaves(path: &str, command: &clap::Command, all: &mut Vec<String>) {
        if command.get_subcommands().next().is_none() {
            all.push(path.trim_start().to_owned());
        }
        for own in command.get_subcommands() {
            leaves(&format!("{path} {}", own.get_name()), own, all);
        }
    }
    let mut all = Vec::new();
    leaves("", &easyauth_cli::command(), &mut all);
    let tried = command_lines();
    for path in all {
        let words: Vec<&str> = path.split(' ').collect();
        assert!(tried.iter().any(|line| line.starts_with(&words)), "{path}");
    }
}

#[test]
fn no_output_has_a_part_of_a_secret() {
    let refresh = format!("1.AXoA{}", "Sample~Refresh-Token_9".repeat(12));
    let claims = r#"{"aud":"https://management.azure.com/","scp":"user_impersonation","exp":1773327600,
        "iss":"https://sts.windows.net/00000002-0000-4000-8000-000000000002/","ver":"1.0"}"#;
    for secret in [token(claims), refresh] {
        let parts: HashSet<&[u8]> = secret.as_bytes().windows(8).collect();
        let inputs = [
            String::new(),
            secret.clone(),
            format!("Bearer {secret}"),
            format!(
                "X-MS-TOKEN-AAD-ACCESS-TOKEN: {secret}\nX-MS-TOKEN-AAD-REFRESH-TOKEN: {secret}"
            ),
            format!("X-MS-CLIENT-PRINCIPAL: {secret}"),
            format!("Authorization: Bearer {secret}"),
            format!(r#"[{{"provider_name":"aad","access_token":"{secret}","user_claims":[]}}]"#),
            format!(r#"{{"properties":{{"{secret}":"{secret}"}}}}"#),
            format!(r#"{{"properties":{{"enabled":true,"clientSecret":"{secret}"}}}}"#),
            format!(r#"{{"error":"invalid_grant","error_description":"AADSTS50011: {secret}"}}"#),
            format!("curl 'https://orders/' -H 'authorization: Bearer {secret}' -b 'a={secret}'"),
            format!("x-ms-token-aad-access-token\n{secret}\nx-ms-token-aad-id-token\n{secret}"),
            format!(r#"{{"access_token":"{secret}","refresh_token":"{secret}"}}"#),
            format!(r#"{{"x-ms-token-aad-access-token":"{secret}","x":"{secret}"}}"#),
            format!("https://localhost/#access_token={secret}&state=1"),
            format!("AppServiceAuthSession={secret}"),
            format!("X-MS-TOKEN-AAD-ACCESS-TOKEN    {{{secret}...}}"),
        ];
        for line in command_lines() {
            let option = format!("--{secret}");
            let value = format!("--json={secret}");
            let mut lines: Vec<Vec<&str>> = [&*secret, &*option, &*value]
                .map(|more| line.iter().copied().chain([more]).collect())
                .to_vec();
            for index in 0..line.len() {
                let mut changed = line.clone();
                changed[index] = &secret;
                lines.push(changed);
            }
            // It runs until it is stopped.
            if line[0] != "serve" {
                let mut piped = line.clone();
                piped.retain(|word| !word.starts_with("..") && *word != "AADSTS50011");
                lines.push(piped);
                lines.push(line);
            }
            for args in lines {
                for input in &inputs {
                    let outcome = run_with(Some(&secret), &args, input);
                    for text in [&outcome.out, &outcome.err] {
                        let leak = text.as_bytes().windows(8).find(|part| parts.contains(part));
                        let leak = leak.map(String::from_utf8_lossy);
                        assert_eq!(leak, None, "{} prints a part of a secret", args[0]);
                    }
                }
            }
        }
    }
}

const CLAIMS: &str = r#"{"aud":"api://orders","scp":"Orders.Read","exp":1773327600}"#;

/// Names and identifiers with a token or a secret are rejected, and not repeated.
#[test]
fn no_name_has_a_secret() {
    let token = token(CLAIMS);
    let start = &token[..110];
    let scope = "expected the bare name of one scope, such as User.Read";
    let unknown = run(&["inspect", "--for", "secret"], "").err;
    let unknown = unknown.trim_start_matches("error: --for: ").trim_end();
    let query = "expected an API without a query or a fragment";
    for (value, error) in [
        (token.clone(), unknown),
        (start.to_owned(), unknown),
        (format!("https://localhost/#access_token={start}"), query),
        (format!("https://localhost/%23access_token%3D{start}"), unknown),
        (format!("api://orders/{start}"), unknown),
        ("api://orders?sig=secret".to_owned(), query),
        ("https://management.azure.com/?sig=secret".to_owned(), query),
        ("https://management.azure.com/#secret".to_owned(), query),
        (format!("api://orders/{}", "a".repeat(243)), unknown),
    ] {
        rejected(&["inspect", "--for", &value], "", &format!("--for: {error}"));
        rejected(&["settings", "add-scope", &value, "a", STORY], "", &format!("API: {error}"));
    }
    for value in [start.to_owned(), format!("a-{start}"), "a".repeat(121), ".a".to_owned()] {
        let args = ["inspect", "--for", "arm", "--scope", &value];
        rejected(&args, "", &format!("--scope: {scope}"));
        let args = ["settings", "add-scope", "arm", &value, STORY];
        rejected(&args, "", &format!("SCOPE: {scope}"));
    }
    if cfg!(feature = "online") {
        let verify = ["verify", "--tenant", "organizations", "--audience"];
        let role = "--role: expected the value of one app role, such as Files.Read.All";
        for value in [&token, start, "a b", "", ".a", "a\u{9b}", &"a".repeat(121)] {
            let value = format!("--role={value}");
            rejected(&[&verify[..], &["api://orders", &value]].concat(), "", role);
        }
        let audience =
            "--audience: expected a client ID (a GUID) or an exact audience such as api://orders";
        for value in [&*token, &format!("https://x/{start}"), "api://a?b", "api://a#b"] {
            rejected(&[&verify[..], &[value]].concat(), "", audience);
        }
    }
    // The longest identifier, and a word that only starts as a token does.
    let longest = format!("api://orders/{}", "a".repeat(242));
    let args =
        ["inspect", "--for", &longest, "--scope", "SurveyJobs.ReadWriteEverything.WithLongName"];
    assert_eq!(run(&args, &token).status, 0);
}

/// A custom provider or an issuer can put tokens into claims.
#[test]
fn no_claim_shows_a_token() {
    let inner = token(CLAIMS);
    let opaque = "Sample~Refresh-Token_9".repeat(4);
    for (value, shown) in [
        (inner.clone(), format!("(a token of {} bytes)", inner.len())),
        (format!("Bearer {inner}"), format!("Bearer (a token of {} bytes)", inner.len())),
        (format!("['{inner}']"), format!("['(a token of {} bytes)']", inner.len())),
        (format!("a {opaque}"), "a (a token of 88 bytes)".to_owned()),
    ] {
        let claim = |typ: &str| format!(r#"{{"typ":"{typ}","val":"{value}"}}"#);
        let types = ["nameid", "sub", "name", "oid", "tid", "roles", "custom", &value];
        let claims = types.map(claim).join(",");
        let access = token(&format!(
            r#"{{"aud":"{value}","scp":"{value}","roles":["{value}"],"azp":"{value}","iss":"{value}"}}"#
        ));
        let me = format!(
            r#"[{{"provider_name":"x","user_id":"{value}","access_token":"{access}","refresh_token":"{opaque}","user_claims":[{claims}]}}]"#
        );
        for args in [&["inspect", "--for", "arm"][..], &["inspect", "--json"]] {
            let outcome = run(args, &me);
            assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
            assert!(outcome.out.contains(&shown), "{}", outcome.out);
            assert!(!outcome.out.contains("eyJ"), "{}", outcome.out);
            let principal = outcome.out.split("access").next().unwrap();
            assert!(!principal.contains(&opaque), "{}", outcome.out);
        }
    }
}
