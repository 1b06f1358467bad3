//! All of it behind the stand-in, as `--demo` starts it.

use http::{HeaderMap, StatusCode};
use serde_json::json;

use easyauth_cli::serve::{Persona, StandIn};

use super::support::*;
use crate::{demo::Demo, service::PATH};

async fn demo() -> Demo {
    Demo::start(std::sync::Arc::new(|_| {})).await.unwrap()
}

/// A program chooses its user with a header of the stand-in.
#[tokio::test]
async fn programs() {
    let demo = demo().await;
    let cases = [
        ("graph", 403, Some("wrong-token")),
        ("arm", 200, None),
        ("admin", 403, Some("wrong-token")),
        ("expired", 401, Some("token-expired")),
        ("no-tokens", 401, Some("no-token")),
        ("external-id", 401, Some("no-token")),
        ("github", 403, Some("other-provider")),
        ("visitor", 403, Some("static-web-app")),
        ("client", 403, Some("wrong-token")),
        ("app", 403, Some("wrong-token")),
        ("agent", 403, Some("wrong-token")),
        ("autonomous-agent", 403, Some("wrong-token")),
    ];
    let personas = StandIn::new(demo.address).personas;
    let ids: Vec<&str> = personas.iter().map(Persona::id).collect();
    assert_eq!(ids, cases.map(|(id, ..)| id), "a case for each persona");
    for (persona, status, code) in cases {
        let headers = with(HeaderMap::new(), "x-stand-in-persona", persona);
        let answer = get(demo.address, PATH, headers).await;
        assert_eq!(answer.status, status, "{persona}");
        assert_eq!(answer.document().get("code"), code.map(|code| json!(code)).as_ref());
    }
}

/// A browser is sent to sign in, returns, sees its page, and can follow its links.
#[tokio::test]
async fn a_browser() {
    let demo = demo().await;
    let html = |cookie: &str| {
        let headers = with(HeaderMap::new(), "accept", "text/html");
        if cookie.is_empty() { headers } else { with(headers, "cookie", cookie) }
    };
    let answer = get(demo.address, PATH, html("")).await;
    assert_eq!(answer.status, StatusCode::FOUND);
    let login = answer.header("location").unwrap().to_owned();
    let answer = get(demo.address, &login, html("")).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.assert_has(&["Sign in as", PATH]);

    let sign_in = async |persona: &str| {
        let page = get(demo.address, &login, html("")).await;
        let state = page.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let query = state.replace("StandInState=", "state=");
        let path = login.replace("/aad?", &format!("/aad/callback?persona={persona}&{query}&"));
        let answer = get(demo.address, &path, html(&state)).await;
        assert_eq!(answer.header("location"), Some(PATH));
        answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
    };
    let cookie = sign_in("graph").await;
    let answer = get(demo.address, PATH, html(&cookie)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    answer.assert_has(&["<h1>Your token does not open Azure Resource Manager</h1>", &login]);

    let cookie = sign_in("arm").await;
    let answer = get(demo.address, PATH, html(&cookie)).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.assert_has(&["<bdi>monitoring-rg</bdi>"]);

    // A token that has expired is renewed by the link on the page.
    let cookie = sign_in("expired").await;
    let answer = get(demo.address, PATH, html(&cookie)).await;
    answer.assert_has(&["<a href=\"/.auth/refresh\">Renew the token</a>"]);
    assert_eq!(get(demo.address, "/.auth/refresh", html(&cookie)).await.status, StatusCode::OK);
    assert_eq!(get(demo.address, PATH, html(&cookie)).await.status, StatusCode::OK);
}

/// The stand-in removes headers that a client forges, as the platform does.
#[tokio::test]
async fn forged_headers() {
    let demo = demo().await;
    let answer = get(demo.address, PATH, arm_session().headers()).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::UNAUTHORIZED, "unauthenticated")
    );
}

/// The simulated Azure Resource Manager accepts only its own tokens.
#[tokio::test]
async fn the_pretend_arm() {
    let demo = demo().await;
    let path = "/subscriptions?api-version=2022-12-01";
    let answer = get(demo.arm, path, bearer(&arm_token(std::time::SystemTime::now()))).await;
    // Of another issuer than the stand-in's.
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}
