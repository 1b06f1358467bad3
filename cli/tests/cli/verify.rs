//! `easyauth verify`, with the keys of a local issuer.

use std::time::SystemTime;

use easyauth::testing::TestIssuer;
use easyauth_cli::serve::{Running, StandIn, TENANT};
use serde_json::{Value, json};

use crate::{Outcome, at, rejected, run};

const CLIENT_ID: &str = "00000006-0000-4000-8000-000000000006";
const OTHER_TENANT: &str = "00000002-0000-4000-8000-000000000002";
const NOW: &str = "2033-05-18T03:33:20Z";

/// An issuer that publishes its keys on this machine.
struct Issuer {
    // Fields are dropped in this order.
    running: Running,
    _runtime: tokio::runtime::Runtime,
}

impl Issuer {
    fn start() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let upstream = std::net::SocketAddr::from(([127, 0, 0, 1], 9));
        let running = runtime.block_on(StandIn::new(upstream).start()).unwrap();
        Self { running, _runtime: runtime }
    }

    fn metadata(&self) -> String {
        format!("http://{}/.stand-in/metadata", self.running.address())
    }

    fn verify(&self, token: &str, args: &[&str]) -> Outcome {
        let metadata = self.metadata();
        let all = ["verify", "--tenant", TENANT, "--audience", CLIENT_ID, "--metadata", &metadata];
        let outcome = run(&[&all, args].concat(), format!("Bearer {token}\n"));
        assert!(!outcome.out.contains(token) && !outcome.err.contains(token));
        outcome
    }
}

/// A good token, and everything else that an API sees.
#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn the_deciding_rule_is_named() {
    let issuer = Issuer::start();
    let entra = issuer.running.issuer();
    let other_tenant = TestIssuer::new(OTHER_TENANT).unwrap();
    let forger = TestIssuer::new(TENANT).unwrap();
    for now in [SystemTime::now(), at(NOW)] {
        let time = humantime_of(now);
        let hour = std::time::Duration::from_secs(3600);
        let good = entra.access_token(CLIENT_ID, now).scope("Files.Read").sign();
        let with_other_signature = {
            let signature = forger.access_token(CLIENT_ID, now).scope("Files.Read").sign();
            let (message, _) = good.rsplit_once('.').unwrap();
            format!("{message}.{}", signature.rsplit_once('.').unwrap().1)
        };
        let cases: [(String, &[&str], &str); 10] = [
            (good.clone(), &["--scope", "Files.Read"], ""),
            (
                good.clone(),
                &["--scope", "Files.Write", "--role", "Files.Write.All"],
                "the API rejects this token: the token does not meet the requirement: it lacks the scope Files.Write, or the application permission Files.Write.All
  rule             denied
  answer           403 Forbidden
  WWW-Authenticate Bearer error=\"insufficient_scope\", error_description=\"the token does not meet the requirement\", scope=\"Files.Write\"
",
            ),
            (
                other_tenant.access_token(CLIENT_ID, now).scope("Files.Read").sign(),
                &[],
                "the API rejects this token: the key that signed the token is unknown
  rule             unknown-key
  answer           401 Unauthorized
  WWW-Authenticate Bearer error=\"invalid_token\", error_description=\"the key that signed the token is unknown\"
",
            ),
            (
                entra.access_token(CLIENT_ID, now - 2 * hour).scope("Files.Read").sign(),
                &[],
                "the API rejects this token: the token has expired
  rule             expired
  answer           401 Unauthorized
  WWW-Authenticate Bearer error=\"invalid_token\", error_description=\"the token has expired\"
",
            ),
            (
                entra.access_token("api://another-api", now).scope("Files.Read").sign(),
                &[],
                "the API rejects this token: the token is for another audience: expected api://00000006-0000-4000-8000-000000000006 or 00000006-0000-4000-8000-000000000006, found api://another-api: v1.0 tokens carry the App ID URI; if it is yours, add --audience
  rule             wrong-audience
  answer           401 Unauthorized
  WWW-Authenticate Bearer error=\"invalid_token\", error_description=\"the token is for another audience\"
",
            ),
            (
                entra.access_token(easyauth::resource::GRAPH, now).scope("User.Read").sign(),
                &[],
                "the API rejects this token: the token is for a Microsoft API, which alone can verify it
  rule             protected
  answer           401 Unauthorized
  WWW-Authenticate Bearer error=\"invalid_token\", error_description=\"the token is for a Microsoft API, which alone can verify it\"
",
            ),
            (
                with_other_signature,
                &[],
                "the API rejects this token: the signature of the token is not valid
  rule             invalid-signature
  answer           401 Unauthorized
  WWW-Authenticate Bearer error=\"invalid_token\", error_description=\"the signature of the token is not valid\"
",
            ),
            (
                entra.id_token(CLIENT_ID, now).sign(),
                &[],
                "the API rejects this token: the token is an ID token, which opens no API
  rule             id-token
  answer           401 Unauthorized
  WWW-Authenticate Bearer error=\"invalid_token\", error_description=\"the token is an ID token, which opens no API\"
",
            ),
            (
                "eyJhbGciOiJSUzI1NiJ9.a.b.c.d".to_owned(),
                &[],
                "the API rejects this token: the token is encrypted: only the API that it is for can read it
  rule             encrypted
  answer           401 Unauthorized
  WWW-Authenticate Bearer error=\"invalid_token\", error_description=\"the token is encrypted\"
",
            ),
            (
                "not-a-token".to_owned(),
                &[],
                "the API rejects this token: the token is malformed: the token is opaque: expected a JWT of 3 segments
  rule             malformed
  answer           401 Unauthorized
  WWW-Authenticate Bearer error=\"invalid_token\", error_description=\"the token is malformed\"
",
            ),
        ];
        for (token, args, page) in cases {
            let Outcome { status, out, err } =
                issuer.verify(&token, &[args, &["--now", &time]].concat());
            assert_eq!(err, "");
            // The claims of a verified token follow.
            let (own, claims) = out.split_once("  issuer").unwrap_or((&out, ""));
            if page.is_empty() {
                assert_eq!((own, status), ("the API accepts this token\n", 0));
                assert!(claims.contains("  scopes           Files.Read\n"), "{claims}");
                assert!(claims.contains(&format!("  tenant           {TENANT}\n")), "{claims}");
            } else {
                assert_eq!((own, status), (page, 1));
            }
        }
    }
}

fn humantime_of(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    seconds.to_string()
}

#[test]
fn another_tenant_is_named() {
    let issuer = Issuer::start();
    let token = issuer.running.issuer().access_token(CLIENT_ID, at(NOW)).scope("Files.Read").sign();
    let metadata = issuer.metadata();
    let args = ["verify", "--tenant", OTHER_TENANT, "--audience", CLIENT_ID, "--now", NOW];
    let outcome = run(&[&args[..], &["--metadata", &metadata, "-"]].concat(), &token);
    let page = "\
the API rejects this token: the token is from another tenant: expected 00000002-0000-4000-8000-000000000002, found b811a652-39e6-4a0c-b563-4279a1dd5012
  rule             wrong-tenant
  answer           401 Unauthorized
  WWW-Authenticate Bearer error=\"invalid_token\", error_description=\"the token is from another tenant\"
";
    assert_eq!((outcome.out.as_str(), outcome.status), (page, 1));
    // A token of the right tenant, given as an argument.
    let args = ["verify", &token, "--tenant", TENANT, "--audience", CLIENT_ID, "--now", NOW];
    let outcome = run(&[&args[..], &["--metadata", &metadata, "--json"]].concat(), "");
    let json: Value = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!((json["accepted"].as_bool(), outcome.status), (Some(true), 0));
    assert_eq!((&json["rule"], &json["status"]), (&Value::Null, &200.into()));
    assert_eq!(json["token"]["scopes"][0], "Files.Read");
    assert!(!outcome.out.contains(&token));
}

/// The token is read in the forms that `inspect` reads.
#[test]
fn pasted_tokens_are_verified() {
    let issuer = Issuer::start();
    let now = at(NOW);
    let token = issuer.running.issuer().access_token(CLIENT_ID, now).scope("Files.Read").sign();
    let metadata = issuer.metadata();
    let args = ["verify", "--tenant", TENANT, "--audience", CLIENT_ID, "--now", NOW];
    let args = [&args[..], &["--metadata", &metadata]].concat();
    for input in [
        format!("Authorization: Bearer {token}"),
        format!("X-MS-CLIENT-PRINCIPAL-NAME: jo\nX-MS-TOKEN-AAD-ACCESS-TOKEN: {token}"),
        format!("curl 'http://localhost/' -H 'authorization: Bearer {token}'"),
        format!(r#"{{"accessToken": "{token}", "tokenType": "Bearer"}}"#),
        format!("\"{token}\","),
        json!([{"provider_name": "aad", "user_id": "jo", "user_claims": [], "access_token": token}])
            .to_string(),
    ] {
        let outcome = run(&args, &input);
        assert_eq!(outcome.status, 0, "{}{}", outcome.out, outcome.err);
    }
    let none = "expected an access token, found none in the input";
    for input in ["X-MS-CLIENT-PRINCIPAL-NAME: jo", "[]", "AADSTS50011", r#"{"id_token": "a"}"#] {
        rejected(&args, input, none);
    }
    let session = json!({"provider_name": "aad", "user_id": "jo", "user_claims": []});
    rejected(&args, json!([session]).to_string(), none);
    rejected(
        &args,
        json!([session, session]).to_string(),
        "the answer of /.auth/me has 2 sessions; paste the access token of one",
    );
    rejected(
        &args,
        r#"{"provider_name": 1}"#,
        "the response of /.auth/me has neither the format of App Service nor of Static Web Apps",
    );
    let header = r#"{"typ":"JWT","alg":"RS256"}"#;
    let payload = r#"{"aud":"api://orders","iss":"https://sts.windows.net/"}"#;
    for decoded in [payload.to_owned(), format!("{header}.{payload}.[Signature]")] {
        rejected(&args, decoded, "a payload has no signature; paste the whole token");
    }
}

/// Without keys the token is neither accepted nor rejected.
#[test]
fn missing_keys_are_a_failure_of_the_server() {
    let issuer = Issuer::start();
    let token = issuer.running.issuer().access_token(CLIENT_ID, at(NOW)).scope("a").sign();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let metadata = format!("http://{free}/metadata");
    let args = ["verify", "--tenant", TENANT, "--audience", CLIENT_ID, "--metadata", &metadata];
    let outcome = run(&args, &token);
    assert_eq!((outcome.status, outcome.out.as_str()), (3, ""));
    let error = "error: the keys to verify the token are not available: ";
    assert!(outcome.err.starts_with(error), "{}", outcome.err);
}

#[test]
fn wrong_arguments_are_rejected() {
    let tenant = "--tenant: expected a tenant ID (a GUID), organizations or common";
    let secret = "eyJhbGciOiJSUzI1NiJ9.Canary.c2ln";
    rejected(&["verify", "--tenant", TENANT], "", "--audience is missing");
    rejected(&["verify", "--audience", CLIENT_ID], "", "--tenant is missing");
    rejected(&["verify", "--tenant", secret, "--audience", CLIENT_ID], "", tenant);
    rejected(
        &["verify", "--tenant", TENANT, "--audience", secret],
        "token",
        "--audience: expected a client ID (a GUID) or an exact audience such as api://orders",
    );
    rejected(
        &["verify", "--tenant", TENANT, "--audience", CLIENT_ID, "--metadata", "http://a.example"],
        "",
        "--metadata: expected an https address without a user name, or http on 127.0.0.1, [::1] or \
         localhost",
    );
    rejected(&["verify", "--tenant", TENANT, "--audience", CLIENT_ID], " \n", "the input is empty");
}
