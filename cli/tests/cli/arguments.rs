//! Help, versions and wrong arguments of every command.

use clap::Command;

use crate::{Outcome, rejected, run, token};

/// Every command with its path: `easyauth settings lint`.
fn commands() -> Vec<(String, Command)> {
    fn collect(path: &str, command: &Command, all: &mut Vec<(String, Command)>) {
        all.push((path.to_owned(), command.clone()));
        for own in command.get_subcommands() {
            collect(&format!("{path} {}", own.get_name()), own, all);
        }
    }
    let mut all = Vec::new();
    collect("easyauth", &easyauth_cli::command(), &mut all);
    all
}

#[test]
fn the_definition_of_the_command_line_is_consistent() {
    easyauth_cli::command().debug_assert();
}

#[test]
fn every_command_has_help_with_two_examples() {
    for (path, command) in commands() {
        let args: Vec<&str> = path.split(' ').skip(1).chain(["--help"]).collect();
        let Outcome { status, out, err } = run(&args, "");
        assert_eq!((status, err.as_str()), (0, ""), "{path}");
        let (_, examples) = out.split_once("\nExamples:\n").expect("examples");
        let (examples, exit) = examples.split_once("\n\nExit status:\n").expect("exit status");
        assert_eq!(exit.lines().count(), 5, "{path}");
        assert!(examples.lines().count() >= 2, "{path}");
        // Examples are not wrapped.
        let text = out.lines().filter(|line| !line.starts_with("  easyauth "));
        assert_eq!(
            text.map(|line| line.chars().count()).max().filter(|width| *width > 100),
            None,
            "{out}"
        );
        for example in examples.lines() {
            let example = example.strip_prefix("  ").expect("an indented example");
            let (example, _) = example.split_once(" < ").unwrap_or((example, ""));
            let parsed = easyauth_cli::command().try_get_matches_from(example.split(' '));
            assert!(parsed.is_ok(), "{example}: {:?}", parsed.err());
            assert!(example.starts_with(&path), "{path}: {example}");
        }
        assert!(command.get_about().is_some(), "{path}");
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{path} {argument}");
        }
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let version = concat!("easyauth ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(run(&["--version"], "").out, version);
    assert_eq!(run(&["-V"], "").out, version);
}

#[test]
fn wrong_commands_are_named() {
    rejected(&[], "", "a command is missing; --help lists them");
    rejected(&["settings"], "", "a command is missing; --help lists them");
    rejected(&["inspct"], "", "unknown command; did you mean inspect?");
    rejected(&["settings", "check"], "", "unknown command; --help lists them");
    rejected(&["settings", "lnt"], "", "unknown command; did you mean lint?");
    rejected(&["settings", "add-scope"], "", "API and SCOPE are missing");
    rejected(&["settings", "add-scope", "arm"], "", "SCOPE is missing");
    rejected(&["inspect", "--jsno"], "", "unknown option; did you mean --json?");
}

/// A build without some features names them.
#[test]
fn missing_features_are_named() {
    let lacks = |args: &[&str], name: &str| {
        let error = format!("this build lacks `{name}`: cargo install easyauth-cli");
        rejected(args, "", &error);
    };
    if cfg!(not(feature = "online")) {
        lacks(&["verify", "--tenant", "a"], "verify");
        lacks(&["settings", "get"], "get");
        lacks(&["settings", "apply", "a.json"], "apply");
        lacks(&["settings", "add-scope", "arm", "a", "--site", "b"], "--site");
        lacks(&["settings", "add-scope", "arm", "a", "--site=b"], "--site");
    }
    if cfg!(not(feature = "serve")) {
        lacks(&["serve"], "serve");
    }
    if cfg!(not(feature = "manual")) {
        lacks(&["completions", "bash"], "completions");
        lacks(&["man"], "man");
    }
}

/// `easyauth settings lint ... | head -1`: the reader leaves early.
#[test]
fn a_reader_may_leave_early() {
    let files = vec!["../examples/authsettings.json"; 200];
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_easyauth"))
        .args(["settings", "lint"])
        .args(files)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.stderr, b"", "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1));
}

/// A closed pipe ends the output, and is not an error.
#[test]
fn a_closed_pipe_is_not_an_error() {
    struct Closed;
    impl std::io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut err = Vec::new();
    let mut world = easyauth_cli::World {
        now: crate::at(crate::NOW),
        env: easyauth_cli::Environment::default(),
        is_stdin_terminal: false,
        color: false,
        columns: None,
        stdin: &mut &b""[..],
        stdout: &mut Closed,
        stderr: &mut err,
    };
    let args = ["explain", "AADSTS50011"].map(Into::into);
    assert_eq!(easyauth_cli::run(args, &mut world), 0);
    assert_eq!(err, b"");
}

/// The binary prints no escape sequences into a pipe.
#[test]
fn the_binary_runs() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_easyauth"))
        .args(["inspect", "../examples/request.txt", "--for", "arm", "--check"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let out = String::from_utf8(output.stdout).unwrap();
    let verdict = "this token does not open Azure Resource Manager: it is for Microsoft Graph";
    assert!(out.contains(verdict) && !out.contains('\u{1b}'), "{out}");
    assert_eq!(output.stderr, b"");
}

/// Colors change no letter of the page.
#[test]
fn colors_are_only_added() {
    for args in [
        &["inspect", "../examples/request.txt", "--for", "arm"][..],
        &["settings", "lint", "../examples/authsettings.json"],
        &["settings", "explain", "../examples/authsettings.json"],
        &["explain", "50011"],
    ] {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut world = easyauth_cli::World {
            now: crate::at(crate::NOW),
            env: easyauth_cli::Environment::default(),
            is_stdin_terminal: false,
            color: true,
            columns: None,
            stdin: &mut &b""[..],
            stdout: &mut out,
            stderr: &mut err,
        };
        easyauth_cli::run(args.iter().map(Into::into), &mut world);
        let colored = String::from_utf8(out).unwrap();
        let mut parts = colored.split("\u{1b}[");
        let mut plain = parts.next().unwrap().to_owned();
        for part in parts {
            let (code, text) = part.split_once('m').unwrap();
            assert!(code.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'), "{code}");
            plain.push_str(text);
        }
        assert_ne!(plain, colored);
        assert_eq!(plain, run(args, "").out);
    }
}

/// Control characters and those that change the direction of text are escaped, and the values stay.
#[test]
fn json_cannot_harm_a_terminal() {
    let raw = "a\u{7f}\u{85}\u{9b}2J\u{61c}\u{200b}\u{2028}\u{202e}\u{2066}\u{feff}\u{ad}\u{180e}\u{3164}\u{e0041}b";
    let access = token(&format!(
        r#"{{"aud":"api://{raw}","scp":"{raw}","azp":"{raw}","iss":"{raw}","roles":["{raw}"]}}"#
    ));
    let settings = format!(
        r#"{{"properties":{{"identityProviders":{{"azureActiveDirectory":{{"registration":{{"clientId":"{raw}"}},
            "login":{{"loginParameters":["scope={raw}","{raw}"]}}}}}},"{raw}":"{raw}"}}}}"#
    );
    for (args, input) in [
        (&["inspect", "--json"][..], &access),
        (&["settings", "explain", "--json"], &settings),
        (&["settings", "lint", "--json"], &settings),
        (&["settings", "lint", "--format", "sarif"], &settings),
        (&["settings", "lint", "--format", "github"], &settings),
    ] {
        let out = run(args, input).out;
        let is_raw = |letter: &char| !letter.is_ascii_alphanumeric() && raw.contains(*letter);
        assert_eq!(out.chars().find(is_raw), None, "{args:?}: {out}");
        // `explain` cuts values and writes them as a sentence.
        if args.last() == Some(&"--json") && args[1] != "explain" {
            let value: serde_json::Value = serde_json::from_str(&out).unwrap();
            assert!(value.to_string().contains(raw), "{args:?}: {out}");
            let escaped = r"a\u007f\u0085\u009b2J\u061c\u200b\u2028\u202e\u2066\ufeff\u00ad\u180e\u3164\udb40\udc41b";
            assert!(out.contains(escaped), "{args:?}: {out}");
        }
    }
}
