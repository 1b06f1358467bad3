//! The arguments of `easyauth serve`.

use crate::{rejected, run, shows};

#[test]
fn wrong_arguments_are_rejected() {
    let port = "expected a port, or an address of this machine with a port, such as";
    for (args, message) in [
        (&["--upstream"][..], "--upstream needs a value".to_owned()),
        (
            &["--upstream", "example.com:7071"],
            format!("--upstream: {port} 7071, localhost:7071 or http://localhost:7071"),
        ),
        (
            &["--upstream=localhost"],
            format!("--upstream: {port} 7071, localhost:7071 or http://localhost:7071"),
        ),
        (
            &["--upstream", "http://localhost:7071/api"],
            format!("--upstream: {port} 7071, localhost:7071 or http://localhost:7071"),
        ),
        (
            &["--upstream", "https://localhost:7071"],
            "--upstream: expected http: the stand-in does not speak TLS to the service".to_owned(),
        ),
        (
            &["--upstream", "127.0.0.1:1", "--listen", "x"],
            format!("--listen: {port} 8080 or 127.0.0.1:8080"),
        ),
        (
            &["--upstream=127.0.0.1:1", "--upstream=127.0.0.1:2"],
            "--upstream is given twice".to_owned(),
        ),
        (&["7071"], "too many arguments; --help lists them".to_owned()),
        (&["--session-age", "65m"], "--upstream is missing".to_owned()),
        (&["--personas", "personas.json"], "--upstream is missing".to_owned()),
        (
            &["--upstream=7071", "--session-age=65"],
            "--session-age: expected a duration such as 65m or 2h".to_owned(),
        ),
        (
            &["--upstream=7071", "--unauthenticated=Return405"],
            "--unauthenticated: expected AllowAnonymous, RedirectToLoginPage, Return401, Return403, \
             Return404"
                .to_owned(),
        ),
        (
            &["--upstream", "10.0.0.1:7071", "--listen", "127.0.0.1:0"],
            "the stand-in forwards to loopback addresses only".to_owned(),
        ),
        (
            &["--upstream", "127.0.0.1:7071", "--listen", "0.0.0.0:8080"],
            "the stand-in listens on loopback addresses only".to_owned(),
        ),
    ] {
        rejected(&[&["serve"], args].concat(), "", &message);
    }
}

#[test]
fn the_default_personas_are_a_persona_file() {
    let outcome = run(&["serve", "--print-personas"], "");
    assert_eq!((outcome.status, outcome.err.as_str()), (0, ""));
    assert!(
        easyauth_cli::serve::Persona::parse_file(&outcome.out).is_ok_and(|all| all.len() == 12)
    );
}

#[test]
fn wrong_persona_files_are_rejected() {
    let path = std::env::temp_dir().join(format!("easyauth-personas-{}.json", std::process::id()));
    let file = path.to_str().unwrap();
    let args = ["serve", "--upstream", "7071", "--listen", "0", "--personas", file];
    for (text, error) in [
        (
            "{\"personas\": [\n{\"id\": 7}]}",
            "the persona file is invalid at line 2: expected a string",
        ),
        ("\u{feff}{\"personas\": 7}", "the persona file is invalid at line 1: expected a list"),
        (&*" ".repeat(256 * 1024 + 1), "the persona file is longer than 262144 bytes"),
    ] {
        std::fs::write(&path, text).unwrap();
        rejected(&args, "", error);
    }
    // `>` of Windows PowerShell.
    for utf16 in [&b"\xff\xfe{\0}\0"[..], b"\xfe\xff\0{\0}", b"{\0}\0"] {
        std::fs::write(&path, utf16).unwrap();
        let error = "the persona file is UTF-16, which PowerShell writes; save it as UTF-8";
        rejected(&args, "", error);
    }
    std::fs::write(&path, b"{\"\xe9\"").unwrap();
    rejected(&args, "", "the persona file is not UTF-8");
    std::fs::remove_file(&path).unwrap();
    let outcome = run(&args, "");
    assert!(outcome.err.starts_with("error: cannot open the persona file: "), "{}", outcome.err);
}

/// The help names every address and header of the stand-in.
#[test]
fn the_help_names_addresses_and_headers() {
    let outcome = run(&["serve", "--help"], "");
    let mut names = vec![
        "/.auth/login/aad",
        "/.auth/me, /.auth/refresh, /.auth/logout",
        "/.stand-in/inspect",
        "/.stand-in/token?scope=NAME or ?role=NAME",
        "/.stand-in/metadata, /.stand-in/keys",
        "/.stand-in/age?by=65m",
        "/.well-known/oauth-protected-resource",
        "X-Stand-In-Persona: NAME",
        "Authorization: Bearer TOKEN",
    ];
    let personas = run(&["serve", "--print-personas"], "").out;
    let ids = personas.lines().filter_map(|line| line.trim().strip_prefix("\"id\": \""));
    names.extend(ids.map(|id| id.trim_end_matches([',', '"'])));
    assert_eq!(names.len(), 21);
    shows(&outcome.out, &names);
}
