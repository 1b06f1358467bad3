//! The sign-in page, and the other pages below `/.auth`.

use super::*;

#[tokio::test]
async fn sign_in_and_out_by_cookie() {
    let world = world().await;
    let page = world.get("/.auth/login/aad?post_login_redirect_uri=%2Fa%3Fb%3D%22%3E%3Cc", &[]);
    let page = page.await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    assert!(page.text().contains("<html lang=\"en\">") && page.text().contains("<h1>Sign in as"));
    assert!(page.text().contains(r#"name="post_login_redirect_uri" value="/a?b=&quot;&gt;&lt;c""#));
    assert!(page.text().contains(r#"<button name="persona" value="arm">"#));
    // Only the personas of this provider.
    assert!(!page.text().contains("visitor"));
    assert!(world.get("/.auth/login/github", &[]).await.text().contains("visitor"));

    let answer = world
        .callback(
            "aad",
            &world.state("aad").await,
            "post_login_redirect_uri=%2Forders%3Fa%3D1&persona=arm",
            &[],
        )
        .await;
    assert_eq!(answer.status, StatusCode::FOUND);
    assert_eq!(answer.header("location"), Some("/orders?a=1"));
    let cookie = answer.header("set-cookie").unwrap();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert!(pair.starts_with("AppServiceAuthSession="));
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Lax");

    let user = world.get("/", &[("cookie", &format!("own=1; {pair}"))]).await;
    assert_eq!(user.user().unwrap().name(), Some("sample@example.com"));
    assert_eq!(user.received().get("cookie").unwrap(), &format!("own=1; {pair}"));
    assert_ne!(world.sign_in("aad", "arm").await, pair);
    assert!(world.get("/", &[("cookie", "AppServiceAuthSession=arm")]).await.user().is_none());

    let out = world.get("/.auth/logout", &[("cookie", pair)]).await;
    assert_eq!(out.status, StatusCode::FOUND);
    assert_eq!(out.header("location"), Some("/.auth/logout/done"));
    let gone = "AppServiceAuthSession=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0";
    assert_eq!(out.header("set-cookie"), Some(gone));
    assert!(world.get("/", &[("cookie", pair)]).await.user().is_none());
    assert_eq!(world.get("/.auth/logout/done", &[]).await.status, StatusCode::OK);
    let out = world.get("/.auth/logout?post_logout_redirect_uri=/bye", &[]).await;
    assert_eq!(out.header("location"), Some("/bye"));
}

#[tokio::test]
async fn redirects_stay_on_this_site() {
    let world = world().await;
    for target in ["https://evil.example", "//evil.example", "/%5Cevil.example", "%2F%0D%0Ax", ""] {
        for path in [
            "/.auth/login/aad?post_login_redirect_uri=",
            "/.auth/login/aad/callback?persona=arm&post_login_redirect_uri=",
            "/.auth/logout?post_logout_redirect_uri=",
        ] {
            let answer = world.get(&format!("{path}{target}"), &[]).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}{target}");
            assert_eq!(answer.text(), "the address to return to is not a path of this site\n");
            assert_eq!(answer.header("set-cookie"), None);
        }
    }
}

/// Front ends write `location.origin + "/bye"`.
#[tokio::test]
async fn addresses_of_this_site_can_be_absolute() {
    let world = world().await;
    let state = world.state("aad").await;
    let cookie = format!("StandInState={state}");
    let callback =
        format!("/.auth/login/aad/callback?persona=arm&state={state}&post_login_redirect_uri=");
    for (host, target, expected) in [
        ("localhost:14180", "http%3A%2F%2Flocalhost%3A14180%2Fbye%3Fa%3D1", Some("/bye?a=1")),
        ("localhost:14180", "http://localhost:14180/", Some("/")),
        ("localhost:14180", "http://localhost:14180", Some("/")),
        ("[::1]:14180", "http://[::1]:14180/bye", Some("/bye")),
        ("localhost", "http://localhost/bye", Some("/bye")),
        ("localhost:14180", "https://localhost:14180/bye", None),
        ("localhost:14180", "http://localhost:14181/bye", None),
        ("localhost:14180", "http://127.0.0.1:14180/bye", None),
        ("localhost:14180", "http://localhost:14180//evil.example", None),
        ("localhost:14180", "http://localhost:14180@evil.example/", None),
        ("localhost:14180", "http://localhost:14180.evil.example/", None),
        ("localhost:14180", "http://localhost:14180http://localhost:14180/", None),
        ("localhost", "http://localhost.evil.example/", None),
        ("localhost", "http://localhost:80/", None),
    ] {
        let headers = [("host", host), ("cookie", &*cookie)];
        let login = format!("/.auth/login/aad?post_login_redirect_uri={target}");
        let page = world.get(&login, &headers).await;
        assert_eq!(page.status.is_success(), expected.is_some(), "{target}");
        if let Some(path) = expected {
            let field = format!("name=\"post_login_redirect_uri\" value=\"{path}\"");
            assert!(page.text().contains(&field), "{target}");
        }
        for path in [&*callback, "/.auth/logout?post_logout_redirect_uri="] {
            let answer = world.get(&format!("{path}{target}"), &headers).await;
            assert_eq!(answer.header("location"), expected, "{path}{target}");
        }
    }
}

/// A page of another site must not sign a browser in as a persona of its choice, nor sign it out.
#[tokio::test]
async fn other_sites_cannot_sign_users_in_or_out() {
    let world = world().await;
    let state = world.state("aad").await;
    let line = "a sign-in starts at /.auth/login/<provider>\n";
    let site = |site: &'static str| [("sec-fetch-site", site), ("sec-fetch-mode", "navigate")];
    for from in ["cross-site", "same-site", "", "odd"] {
        let answer = world.callback("aad", &state, "persona=arm", &site(from)).await;
        assert_eq!((answer.status, answer.text()), (StatusCode::FORBIDDEN, line), "{from}");
        assert_eq!(answer.header("set-cookie"), None);
    }
    // Without the state of this browser, whatever Sec-Fetch-Site says.
    let other = world.state("aad").await;
    for (query, cookie) in [
        (String::new(), format!("StandInState={state}")),
        (format!("state={state}"), String::new()),
        (format!("state={state}"), format!("StandInState={other}")),
        ("state=".to_owned(), format!("StandInState={state}")),
        ("state=".to_owned(), "StandInState=".to_owned()),
    ] {
        let path = format!("/.auth/login/aad/callback?persona=arm&{query}");
        let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
        let answer = world.get(&path, &headers).await;
        assert_eq!(
            (answer.status, answer.text()),
            (StatusCode::FORBIDDEN, line),
            "{query} {cookie}"
        );
    }
    for from in ["same-origin", "none"] {
        let answer = world.callback("aad", &state, "persona=arm", &site(from)).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{from}");
    }

    let cookie = world.sign_in("aad", "arm").await;
    let out = |from: &'static str| {
        let headers = [("cookie", cookie.clone()), ("sec-fetch-site", from.to_owned())];
        let world = &world;
        async move {
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            world.get("/.auth/logout", &headers).await
        }
    };
    let answer = out("cross-site").await;
    assert_eq!(
        (answer.status, answer.text()),
        (StatusCode::FORBIDDEN, "another site requested the sign-out\n"),
    );
    assert_eq!(answer.header("set-cookie"), None);
    assert!(world.get("/", &[("cookie", &cookie)]).await.user().is_some());
    assert_eq!(out("same-origin").await.status, StatusCode::FOUND);
    assert!(world.get("/", &[("cookie", &cookie)]).await.user().is_none());
}

#[tokio::test]
async fn unknown_pages_are_not_found() {
    let world = world().await;
    for path in [
        "/.auth",
        "/.auth/",
        "/.auth/unknown",
        "/.auth/login",
        "/.auth/login/contoso",
        "/.auth/login/",
        "/.auth/me/",
        "/.stand-in/unknown",
    ] {
        assert_eq!(world.get(path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/.auth/me", "/.auth/refresh", "/.auth/login/aad", "/.stand-in/token"] {
        let answer = world.send(Method::POST, path, &[], Bytes::new()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    for persona in ["unknown", "github", ""] {
        let state = world.state("aad").await;
        let answer = world.callback("aad", &state, &format!("persona={persona}"), &[]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{persona}");
    }
    // Not a path of the stand-in.
    assert_eq!(world.get("/.authors", &[]).await.status, StatusCode::OK);
}

/// The names of providers in settings are not addresses (MicrosoftDocs/azure-docs#83082).
#[tokio::test]
async fn names_of_settings_are_not_found() {
    let world = world().await;
    let state = world.state("aad").await;
    for (name, provider) in [
        ("azureActiveDirectory", "aad"),
        ("azureactivedirectory", "aad"),
        ("legacyMicrosoftAccount", "microsoftaccount"),
    ] {
        let line = format!(
            "expected /.auth/login/{provider}, found the name of this provider in settings\n"
        );
        let page = world.get(&format!("/.auth/login/{name}"), &[]).await;
        assert_eq!((page.status, page.text()), (StatusCode::NOT_FOUND, &*line), "{name}");
        let answer = world.callback(name, &state, "persona=arm", &[]).await;
        assert_eq!((answer.status, answer.text()), (StatusCode::NOT_FOUND, &*line), "{name}");
    }
    // Whether the platform compares the case is not documented.
    for name in ["aad", "AAD", "github", "gitHub"] {
        let page = world.get(&format!("/.auth/login/{name}"), &[]).await;
        assert_eq!(page.status, StatusCode::OK, "{name}");
    }
}

#[tokio::test]
async fn me() {
    let world = world().await;
    let me = async |id: &str| world.get("/.auth/me", &[("x-stand-in-persona", id)]).await;
    let sessions = Session::parse_me(&world.get("/.auth/me", &[]).await.body).unwrap();
    assert!(sessions.is_empty());

    let answer = me("arm").await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let sessions = Session::parse_me(&answer.body).unwrap();
    assert_eq!(sessions[0].user_id(), Some("sample@example.com"));
    assert!(sessions[0].tokens().refresh_token().is_some());
    let visitor = Session::parse_me(&me("visitor").await.body).unwrap();
    assert!(visitor[0].principal().is_in_role("editor"));
    assert_eq!(me("no-tokens").await.status, StatusCode::NOT_FOUND);
    assert_eq!(me("unknown").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn refresh() {
    let world = world().await;
    let outcome = async |headers: &[(&str, &str)]| {
        RefreshOutcome::of(world.get("/.auth/refresh", headers).await.status)
    };
    assert_eq!(outcome(&[]).await, RefreshOutcome::SignInAgain);
    for (persona, expected) in [
        ("arm", RefreshOutcome::Refreshed),
        ("graph", RefreshOutcome::NoRefreshToken),
        ("no-tokens", RefreshOutcome::NoTokenStore),
    ] {
        assert_eq!(outcome(&[("x-stand-in-persona", persona)]).await, expected, "{persona}");
    }
    let token = world.get("/.stand-in/token?scope=Files.Read", &[]).await;
    let bearer = format!("Bearer {}", token.text().trim());
    assert_eq!(outcome(&[("authorization", &bearer)]).await, RefreshOutcome::SignInAgain);

    // The whole story: expired, refreshed, fresh with the next request.
    let cookie = world.sign_in("aad", "expired").await;
    let is_expired = async || {
        let received = world.get("/", &[("cookie", &*cookie)]).await.received();
        let tokens = ProviderTokens::from_headers(&received, &IdentityProvider::ENTRA).unwrap();
        let token = tokens.access_token().unwrap().decode_unverified().unwrap();
        let now = SystemTime::now();
        assert_eq!(tokens.is_expired_at(now), token.is_expired_at(now));
        tokens.is_expired_at(now)
    };
    assert!(is_expired().await);
    assert_eq!(outcome(&[("cookie", &cookie)]).await, RefreshOutcome::Refreshed);
    assert!(!is_expired().await);
}
