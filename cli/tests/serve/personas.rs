//! Personas, and the file that they come from.

use easyauth::verify::{Authority, VerifyErrorKind};

use super::*;

#[tokio::test]
async fn personas_by_header() {
    let world = world().await;
    let ask = async |id: &str| world.get("/", &[("x-stand-in-persona", id)]).await;
    let now = SystemTime::now();
    let tokens = |answer: &Answer| {
        ProviderTokens::from_headers(&answer.received(), answer.user().unwrap().provider()).unwrap()
    };
    assert!(world.get("/", &[]).await.user().is_none());

    let graph = tokens(&ask("graph").await);
    let token = graph.access_token().unwrap().decode_unverified().unwrap();
    assert!(token.has_audience(GRAPH) && token.has_scope("openid"));
    assert!(graph.refresh_token().is_none() && !graph.is_expired_at(now));

    let arm = tokens(&ask("arm").await);
    let token = arm.access_token().unwrap().decode_unverified().unwrap();
    assert!(token.has_audience(ARM) && token.has_scope("user_impersonation"));
    assert!(arm.id_token().is_some() && arm.refresh_token().is_some());

    assert!(ask("admin").await.user().unwrap().is_in_role("Admin"));
    assert_eq!(tokens(&ask("expired").await).renewal_at(now), Some(Renewal::Refresh));
    assert!(tokens(&ask("no-tokens").await).is_empty());

    let github = ask("github").await;
    assert_eq!(github.user().unwrap().provider(), &IdentityProvider::GITHUB);
    assert_eq!(tokens(&github).access_token().unwrap().expose_secret(), "token-of-a-stand-in",);

    let visitor = ask("visitor").await;
    assert_eq!(visitor.user().unwrap().format(), PrincipalFormat::StaticWebApps);
    assert!(visitor.user().unwrap().is_in_role("editor"));
    assert!(visitor.received().keys().all(|name| !name.as_str().starts_with("x-ms-token-")));

    assert_eq!(ask("unknown").await.status, StatusCode::BAD_REQUEST);
    let expected = "unknown persona; expected one of graph, arm, admin, expired, no-tokens, external-id, \
                    github, visitor, client, app, agent, autonomous-agent\n";
    assert_eq!(ask("unknown").await.text(), expected);
    let twice = [("x-stand-in-persona", "arm"), ("x-stand-in-persona", "arm")];
    let answer = world.get("/", &twice).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.text(), "the request names its caller twice\n");
}

/// A page of another site must not act as a persona, even if the service lets its scripts send requests
/// (CORS).
#[tokio::test]
async fn other_sites_choose_no_persona() {
    let world = world().await;
    let ask = async |path: &str, id: &str, sites: &[&str]| {
        let sites = sites.iter().map(|site| ("sec-fetch-site", *site));
        let headers: Vec<_> = sites.chain([("x-stand-in-persona", id)]).collect();
        world.get(path, &headers).await
    };
    for sites in [&["cross-site"][..], &[""], &["odd"], &["same-origin", "cross-site"]] {
        for path in ["/", "/.auth/me", "/.auth/refresh"] {
            for id in ["arm", "app", "unknown"] {
                let answer = ask(path, id, sites).await;
                let line = "another site chose the persona\n";
                assert_eq!((answer.status, answer.text()), (StatusCode::FORBIDDEN, line), "{path}");
            }
        }
    }
    for sites in [&[][..], &["same-origin"], &["same-site"], &["none"]] {
        assert!(ask("/", "arm", sites).await.user().is_some(), "{sites:?}");
    }
    // Without a persona, the service decides about requests of other sites.
    assert!(world.get("/", &[("sec-fetch-site", "cross-site")]).await.user().is_none());
}

/// The tokens that the service gets.
fn tokens(answer: &Answer) -> ProviderTokens {
    ProviderTokens::from_headers(&answer.received(), answer.user().unwrap().provider()).unwrap()
}

#[tokio::test]
async fn users_without_tokens_of_their_own_kind() {
    let world = world().await;
    let ask = async |id: &str| world.get("/", &[("x-stand-in-persona", id)]).await;
    // A customer in External ID: Entra's provider, another issuer and another tenant.
    let customer = ask("external-id").await;
    let user = customer.user().unwrap();
    assert_eq!(user.provider(), &IdentityProvider::ENTRA);
    assert_eq!(user.claim("idp"), Some("google.com"));
    assert!(user.claim("iss").unwrap().starts_with("https://contoso.ciamlogin.com/"));
    assert_ne!(user.tenant_id(), Some(TENANT));
    let customer = tokens(&customer);
    let id = customer.id_token().unwrap().decode_unverified().unwrap();
    assert_eq!(id.issuer(), user.claim("iss"));
    assert_eq!((id.object_id(), id.tenant_id()), (user.object_id(), user.tenant_id()));
    assert!(customer.access_token().is_none());
    // Without the token store, claims keep their short names.
    let answer = ask("no-tokens").await;
    let principal = answer.user().unwrap();
    assert!(principal.claims().all(|claim| !claim.typ().starts_with("http")));
    assert!(ask("arm").await.user().unwrap().claims().any(|claim| claim.typ().starts_with("http")));
}

/// Clients, applications and agents send a bearer token, as they do to the platform.
#[tokio::test]
async fn personas_that_send_a_token() {
    let world = world().await;
    for (id, caller, agent, permission) in [
        ("client", Caller::User, false, "Files.Read"),
        ("app", Caller::App, false, "Files.Read.All"),
        ("agent", Caller::User, true, "Files.Read"),
        ("autonomous-agent", Caller::App, true, "Files.Read.All"),
    ] {
        let answer = world.get("/", &[("x-stand-in-persona", id)]).await;
        let received = answer.received();
        let token = AccessToken::from_authorization(&received).unwrap().unwrap();
        let token = token.decode_unverified().unwrap();
        assert!(token.has_scope(permission) || token.has_app_role(permission), "{id}");
        assert!(token.has_audience("api://stand-in"), "{id}");
        assert_eq!(token.caller(), caller, "{id}");
        assert_eq!(token.agent().is_some(), agent, "{id}");
        assert_eq!(answer.user().unwrap().object_id(), token.object_id(), "{id}");
        assert!(received.keys().all(|name| !name.as_str().starts_with("x-ms-token-")), "{id}");
        // They have no session, and nothing to choose on the sign-in page.
        let refresh = world.get("/.auth/refresh", &[("x-stand-in-persona", id)]).await;
        assert_eq!(RefreshOutcome::of(refresh.status), RefreshOutcome::SignInAgain, "{id}");
        let page = world.get("/.auth/login/aad", &[]).await;
        assert!(!page.text().contains(&format!("value=\"{id}\"")), "{id}");
    }
}

/// A service that confirms users by their ID tokens accepts the personas, until the token has expired.
#[tokio::test]
async fn id_tokens_confirm_their_users() {
    const CLIENT_ID: &str = "00000006-0000-4000-8000-000000000006";
    let external_id = "https://contoso.ciamlogin.com/6f2f4f0d-2a6f-4f0a-9d5a-3f5c1f0e9b11/v2.0";
    let world = world().await;
    let keys = world.stand_in.issuer().key_set();
    let entra = || Authority::from(Tenant::single(TENANT).unwrap());
    for (id, authority, name) in [
        ("graph", entra(), Ok("Sample User")),
        ("admin", entra(), Ok("Sample User")),
        ("external-id", Authority::issuer(external_id), Ok("Sample Customer")),
        ("external-id", entra(), Err(VerifyErrorKind::WrongIssuer)),
        ("expired", entra(), Err(VerifyErrorKind::Expired)),
    ] {
        let answer = world.get("/", &[("x-stand-in-persona", id)]).await;
        let verifier = Verifier::builder(authority).application(CLIENT_ID);
        let verifier = verifier.build_for_id_tokens().unwrap();
        let id_token = tokens(&answer);
        let token = verifier.verify(id_token.id_token().unwrap(), &keys, SystemTime::now());
        match (token, name) {
            (Ok(token), Ok(name)) => {
                let confirmed = answer.user().unwrap().confirm(&token).unwrap();
                assert_eq!(confirmed.name(), Some(name), "{id}");
                assert_eq!(confirmed.is_in_role("Admin"), id == "admin");
            }
            (Err(error), Err(kind)) => assert_eq!(error.kind(), kind, "{id}"),
            (found, _) => panic!("{id}: {found:?}"),
        }
    }
}

/// The session lasts eight hours, its tokens an hour. A refresh renews the session and the access token,
/// but not the ID token.
#[tokio::test]
async fn sessions_grow_older() {
    let world = world().await;
    let cookie = world.sign_in("aad", "arm").await;
    let cookie = [("cookie", cookie.as_str())];
    let older = async |by: &str| {
        let path = format!("/.stand-in/age?by={by}");
        world.send(Method::POST, &path, &[], Bytes::new()).await
    };
    // Whether the access token and the ID token have expired; `None` without a session.
    let expired = async || {
        let answer = world.get("/", &cookie).await;
        let now = SystemTime::now();
        answer.user()?;
        let tokens = tokens(&answer);
        let access = tokens.access_token().unwrap().decode_unverified().unwrap();
        assert_eq!(tokens.is_expired_at(now), access.is_expired_at(now));
        let id = tokens.id_token().unwrap().decode_unverified().unwrap();
        Some((access.is_expired_at(now), id.is_expired_at(now)))
    };
    let refresh = async || RefreshOutcome::of(world.get("/.auth/refresh", &cookie).await.status);
    assert_eq!(expired().await, Some((false, false)));
    assert_eq!(older("50m").await.status, StatusCode::OK);
    assert_eq!(expired().await, Some((false, false)));
    assert_eq!(older("11m").await.text(), "all sessions look older now\n");
    assert_eq!(expired().await, Some((true, true)));
    assert_eq!(refresh().await, RefreshOutcome::Refreshed);
    assert_eq!(expired().await, Some((false, true)));
    // The session itself ends, and can be renewed for three days.
    older("8h").await;
    assert_eq!(expired().await, None);
    assert_eq!(refresh().await, RefreshOutcome::Refreshed);
    assert_eq!(expired().await, Some((false, true)));
    older("80h").await;
    assert_eq!(refresh().await, RefreshOutcome::SignInAgain);
    for by in ["", "1", "-1m", "x", "9999y"] {
        let answer = older(by).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{by}");
        assert_eq!(answer.text(), "by: expected a duration such as 65m or 2h\n");
    }
    let path = "/.stand-in/age?by=1m";
    let other = [("sec-fetch-site", "cross-site")];
    let answer = world.send(Method::POST, path, &other, Bytes::new()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(world.get(path, &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn sessions_begin_old() {
    let world = world_with(|stand_in| stand_in.session_age = Duration::from_secs(65 * 60)).await;
    let cookie = world.sign_in("aad", "arm").await;
    for header in [("cookie", cookie.as_str()), ("x-stand-in-persona", "graph")] {
        let answer = world.get("/", &[header]).await;
        assert!(tokens(&answer).is_expired_at(SystemTime::now()), "{}", header.0);
    }
}

#[tokio::test]
async fn personas_come_from_a_file() {
    let file = r#"{"personas": [
        {"id": "facebook", "title": "A user of Facebook & Co.", "provider": "Facebook", "name": "S",
         "accessToken": "opaque", "refreshToken": true, "claims": {"groups": ["a", "b"], "level": 7}},
        {"id": "auditor", "title": "An auditor", "name": "Ada", "email": "ada@contoso.example",
         "objectId": "0000000a-0000-4000-8000-00000000000a", "roles": ["Auditor", "Reader"],
         "accessToken": {"api": "https://vault.azure.net", "scopes": ["user_impersonation"]}}
    ]}"#;
    let personas = Persona::parse_file(file).unwrap();
    let world = world_with(|stand_in| stand_in.personas = personas).await;
    let page = world.get("/.auth/login/facebook", &[]).await;
    assert!(page.text().contains("A user of Facebook &amp; Co."));
    let cookie = world.sign_in("facebook", "facebook").await;
    let answer = world.get("/", &[("cookie", &cookie)]).await;
    let user = answer.user().unwrap();
    assert_eq!(user.provider(), &IdentityProvider::FACEBOOK);
    assert_eq!(user.claim_values("groups").collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(user.claim("level"), Some("7"));
    let refresh = world.get("/.auth/refresh", &[("cookie", &cookie)]).await;
    assert_eq!(RefreshOutcome::of(refresh.status), RefreshOutcome::NotSupported);

    let answer = world.get("/", &[("x-stand-in-persona", "auditor")]).await;
    let user = answer.user().unwrap();
    assert_eq!((user.name(), user.claim("name")), (Some("ada@contoso.example"), Some("Ada")));
    assert!(user.is_in_role("Auditor") && user.is_in_role("Reader"));
    let token = tokens(&answer).access_token().unwrap().decode_unverified().unwrap();
    assert!(token.has_audience(easyauth::resource::KEY_VAULT));
    assert_eq!(token.object_id(), user.object_id());
    // The default personas are gone.
    assert_eq!(world.get("/", &[("x-stand-in-persona", "arm")]).await.status, 400);
}

/// The persona in a file on lines 1 to 5, with these members after `id` and `title` on line 3.
#[track_caller]
fn rejected_persona(members: &str, line: usize, problem: &str) {
    let file = format!("{{\"personas\": [\n{{\"id\": \"a\", \"title\": \"A\",\n{members}\n}}\n]}}");
    let error = Persona::parse_file(&file).unwrap_err();
    assert_eq!(error, format!("the persona file is invalid at line {line}: {problem}"));
    assert!(!error.contains("secret"));
}

#[test]
fn invalid_personas_are_rejected_with_their_line() {
    let id = "expected an id of 1 to 40 lowercase letters, digits and hyphens";
    let session =
        "expected neither refreshToken nor tokenStore: they belong to a sign-in with a browser";
    let issuer =
        "expected neither issuer nor tenantId: only users who sign in with Entra have another";
    let own = "expected an accessToken with scopes only: clients, applications and agents send a token \
               for the service itself";
    for (members, line, problem) in [
        (r#""roles": "secret""#, 3, "expected a list"),
        (r#""roles": ["secret", 7]"#, 3, "expected a string"),
        (r#""tokenStore": "secret""#, 3, "expected a boolean"),
        (r#""title": "secret""#, 3, "duplicate member title"),
        (r#""age": "secret""#, 3, "expected a duration such as 65m or 2h"),
        (r#""age": 7"#, 3, "expected a string"),
        (r#""provider": "a-secret""#, 3, "expected the name of a provider, such as aad or github"),
        (r#""accessToken": 7"#, 3, "expected a string, or an object with api and scopes"),
        (r#""accessToken": {"secret": 7}"#, 3, "unknown member, expected api or scopes"),
        (
            r#""accessToken": {"api": "secret"}"#,
            3,
            "expected an API: a name such as arm, a URI or a client ID",
        ),
        (
            r#""name": "unfinished"#,
            4,
            "control character (\\u0000-\\u001F) found while parsing a string",
        ),
        (r#""name": "A","#, 4, "trailing comma"),
        (r#""issuer": "http://secret""#, 4, "expected an issuer that begins with https://"),
        (r#""provider": "github", "issuer": "https://a""#, 4, issuer),
        (r#""kind": "app", "tenantId": "secret""#, 4, issuer),
        (
            r#""kind": "app", "provider": "github""#,
            4,
            "expected no provider: clients, applications and agents send tokens of Entra",
        ),
        (r#""kind": "agent", "refreshToken": true"#, 4, session),
        (r#""kind": "client", "tokenStore": false"#, 4, session),
        (r#""kind": "client", "accessToken": "secret""#, 4, own),
        (r#""kind": "client", "accessToken": {"api": "arm"}"#, 4, own),
        (
            r#""kind": "visitor", "accessToken": "secret""#,
            4,
            "expected no tokens: Static Web Apps has no token store",
        ),
        (
            r#""provider": "github", "accessToken": {"api": "arm"}"#,
            4,
            "expected an accessToken that is a string: only tokens of Entra have an api and scopes",
        ),
        (
            r#""tokenStore": false, "accessToken": "secret""#,
            4,
            "expected no tokens while tokenStore is false",
        ),
        (r#""refreshToken": true"#, 4, "expected an accessToken beside the refreshToken"),
        ("\"name\": \"A\"}, {\"id\": \"a\", \"title\": \"B\"", 5, "two personas have the id a"),
        ("\"name\": \"A\"}, {\"id\": \"A secret\", \"title\": \"B\"", 4, id),
        ("\"name\": \"A\"}, {\"id\": \"\", \"title\": \"B\"", 4, id),
        ("\"name\": \"A\"}, {\"id\": \"b\", \"title\": \" \"", 4, "expected a title"),
        ("\"name\": \"A\"}, {\"id\": \"b\"", 4, "missing member title"),
    ] {
        rejected_persona(members, line, problem);
    }
    for (file, start) in [
        ("", "the persona file is invalid at line 1: EOF while parsing a value"),
        ("[]", "the persona file is invalid at line 1: "),
        (r#"{"personas": []}"#, "the persona file is invalid at line 1: expected a persona"),
        (
            r#"{"personas": [{"id": "a", "title": "A", "secret": 1}]}"#,
            "the persona file is invalid at line 1: unknown member, expected one of id, title, kind, ",
        ),
        (
            r#"{"personas": [{"id": "a", "title": "A", "kind": "secret"}]}"#,
            "the persona file is invalid at line 1: expected one of user, visitor, client, app, ",
        ),
    ] {
        let error = Persona::parse_file(file).unwrap_err();
        assert!(error.starts_with(start) && !error.contains("secret"), "{error}");
    }
}
