//! The responses for each kind of caller.

use std::time::SystemTime;

use easyauth::{
    IdentityProvider,
    testing::{TestPrincipal, TestSession},
};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::support::*;
use crate::service::PATH;

#[tokio::test]
async fn a_token_for_arm_lists() {
    let (site, _) = Site::new().await;
    let answer = site.json(arm_session().headers()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(
        answer.document(),
        json!({"subscriptions": [
            {
                "id": "00000010-0000-4000-8000-000000000010",
                "name": "Sample production",
                "resourceGroups": [
                    {"name": "orders-rg", "location": "westeurope"},
                    {"name": "network-rg", "location": "westeurope"},
                    // From the second page.
                    {"name": "monitoring-rg", "location": "northeurope"},
                ],
            },
            {
                "id": "00000011-0000-4000-8000-000000000011",
                "name": "Sample sandbox",
                "resourceGroups": [],
            },
            // The user can see it, but cannot list its resource groups.
            {
                "id": "00000012-0000-4000-8000-000000000012",
                "name": "Sample billing",
                "resourceGroups": null,
            },
        ]})
    );
    assert!(site.log().is_empty());

    let answer = site.html(arm_session().headers()).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.assert_has(&[
        "<h1>Your resource groups</h1>",
        "<th scope=\"row\"><bdi>monitoring-rg</bdi></th><td><bdi>northeurope</bdi></td>",
        "<dd><bdi>Sample User</bdi></dd>",
        "<dd>Microsoft Entra</dd>",
        "<dd><bdi>Azure Resource Manager (https://management.azure.com)</bdi></dd>",
        "<dd><bdi>user_impersonation</bdi></dd>",
        " UTC</time>, in 59 minutes</dd>",
    ]);
    // With a slash at the end, as the host takes it as well.
    let answer = get(site.address, &format!("{PATH}/"), arm_session().headers()).await;
    assert_eq!(answer.status, StatusCode::OK);
}

/// The reason for this program: the default token, for Microsoft Graph.
#[tokio::test]
async fn a_token_for_graph_is_explained() {
    let (site, arm) = Site::new().await;
    let answer = site.json(graph_session().headers()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(answer.code(), "wrong-token");
    let array =
        json!(["scope=openid email profile https://management.azure.com/user_impersonation"]);
    let problem = answer.document();
    assert_eq!(problem["opens"], false);
    assert_eq!(problem["api"], "Azure Resource Manager");
    assert_eq!(problem["reasons"][0]["code"], "wrong-audience");
    assert_eq!(problem["fixes"][1]["code"], "set-login-parameters");
    assert_eq!(problem["loginParameters"], array);
    assert_eq!(
        problem["signIn"],
        "/.auth/login/aad?post_login_redirect_uri=%2Fapi%2Fresource-groups"
    );
    assert_eq!(
        problem["detail"],
        "this token does not open Azure Resource Manager: it is for Microsoft Graph \
         (00000003-0000-0000-c000-000000000000), not for Azure Resource Manager; it lacks the scope \
         user_impersonation; its header has a nonce, so only Microsoft Graph, or the Microsoft API \
         that it was issued for, can verify it"
    );
    assert_eq!(
        problem["steps"],
        json!([
            "give the app registration the delegated permission user_impersonation of Azure Service \
             Management, and consent to it",
            "set identityProviders.azureActiveDirectory.login.loginParameters in the site's \
             authSettingsV2 to [\"scope=openid email profile \
             https://management.azure.com/user_impersonation\"]",
            "sign in again: a token that was already issued does not change",
        ])
    );
    assert_eq!(problem["user"], json!({"name": "Sample User", "provider": "aad", "roles": []}));
    assert_eq!(site.log(), ["not sent to Azure Resource Manager: wrong-token"]);

    let answer = site.html(graph_session().headers()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    answer.assert_has(&[
        "<h1>Your token does not open Azure Resource Manager</h1>",
        "<li>It is for Microsoft Graph (00000003-0000-0000-c000-000000000000), not for Azure Resource \
         Manager.</li>",
        "<code>identityProviders.azureActiveDirectory.login.loginParameters</code>",
        "<code>[&quot;scope=openid email profile \
         https://management.azure.com/user_impersonation&quot;]</code>",
        "<a href=\"/.auth/login/aad?post_login_redirect_uri=%2Fapi%2Fresource-groups\">",
        "<dd><bdi>email</bdi>, <bdi>openid</bdi>, <bdi>profile</bdi></dd>",
    ]);

    // The proof, both ways: Azure Resource Manager itself refuses that token, and takes the other one.
    let path = "/subscriptions?api-version=2022-12-01";
    let answer = get(arm, path, bearer(&graph_token(SystemTime::now()))).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.document()["error"]["code"], "InvalidAuthenticationTokenAudience");
    let answer = get(arm, path, bearer(&arm_token(SystemTime::now()))).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn the_pretend_arm_checks_tokens() {
    let (_site, arm) = Site::new().await;
    let path = "/subscriptions?api-version=2022-12-01";
    let now = SystemTime::now();
    let forged = {
        let other = easyauth::testing::TestIssuer::new(TENANT).unwrap();
        let token = other.access_token(easyauth::resource::ARM, now).scope("user_impersonation");
        token.key_id(ISSUER.key_id()).sign()
    };
    let cases: [(&str, HeaderMap, u16, &str); 5] = [
        (path, HeaderMap::new(), 401, "AuthenticationFailed"),
        (path, bearer("opaque"), 401, "InvalidAuthenticationToken"),
        (path, bearer(&forged), 401, "InvalidAuthenticationToken"),
        (path, bearer(&arm_token(now - hours(3))), 401, "ExpiredAuthenticationToken"),
        ("/subscriptions", bearer(&arm_token(now)), 400, "MissingApiVersionParameter"),
    ];
    for (path, headers, status, code) in cases {
        let answer = get(arm, path, headers).await;
        assert_eq!(answer.status, status, "{code}");
        assert_eq!(answer.document()["error"]["code"], code);
    }
}

struct Closed {
    status: u16,
    code: &'static str,
    /// Of the diagnosis.
    reason: &'static str,
    /// Links of the problem.
    links: &'static [&'static str],
    title: &'static str,
    /// What the page says to do.
    to_do: &'static [&'static str],
}

/// In none of these cases does a request go to Azure Resource Manager.
async fn check(headers: HeaderMap, expected: &Closed) {
    let arm = Other::new(|_| panic!("no request is expected")).await;
    let site = Site::of(&arm.origin).await;
    let answer = site.json(headers.clone()).await;
    assert_eq!(answer.code(), expected.code, "{answer:?}");
    assert_eq!(answer.status, expected.status);
    let problem = answer.document();
    assert_eq!(problem["reasons"][0]["code"], expected.reason);
    for link in ["signIn", "refresh"] {
        assert_eq!(problem.get(link).is_some(), expected.links.contains(&link), "{problem}");
    }
    // RFC 9110 section 15.5.2: a 401 has a challenge.
    assert_eq!(answer.header("www-authenticate").is_some(), expected.status == 401);

    let answer = site.html(headers).await;
    assert_eq!(answer.status, expected.status);
    answer.assert_has(&[&format!("<h1>{}</h1>", expected.title)]);
    answer.assert_has(expected.to_do);
    assert_eq!(site.log().len(), 2);
    assert!(arm.asked().is_empty());
}

const PARAMETERS: &str = "user_impersonation&quot;]</code></pre>";
const WITH_REFRESH: &str = "offline_access https://management.azure.com/user_impersonation";

#[tokio::test]
async fn an_expired_token() {
    let expired = TestSession::new(user()).access_token(arm_token(SystemTime::now() - hours(3)));
    let mut expected = Closed {
        status: 401,
        code: "token-expired",
        reason: "expired",
        links: &["signIn"],
        title: "Your token has expired",
        // At once, and for the next time.
        to_do: &[
            "<p class=\"lead\">It expired 2 hours ago.</p>",
            "/.auth/login/aad",
            "offline_access",
        ],
    };
    check(expired.headers(), &expected).await;

    expected.links = &["signIn", "refresh"];
    expected.to_do = &[
        "<a href=\"/.auth/refresh\">Renew the token</a> or <a href=\"/.auth/login/aad?",
        "</time>, 120 minutes ago</dd>",
    ];
    let renewable = expired.refresh_token("canary-refresh").headers();
    check(renewable.clone(), &expected).await;

    let (site, _) = Site::new().await;
    let problem = site.json(renewable).await.document();
    let step = "renew the token, then come back to this page; where that fails, sign in again";
    assert_eq!((&problem["steps"], &problem["loginParameters"]), (&json!([step]), &Value::Null));
}

#[tokio::test]
async fn a_token_that_is_expired_and_for_another_api() {
    let expired = TestSession::new(user()).access_token(graph_token(SystemTime::now() - hours(3)));
    let expected = Closed {
        status: 403,
        code: "wrong-token",
        reason: "wrong-audience",
        links: &["signIn"],
        title: "Your token does not open Azure Resource Manager",
        to_do: &["<li>It expired 2 hours ago.</li>", WITH_REFRESH],
    };
    check(expired.headers(), &expected).await;
}

/// The token store is off, or the site has no client credential.
#[tokio::test]
async fn no_token() {
    let expected = Closed {
        status: 401,
        code: "no-token",
        reason: "no-token",
        links: &["signIn"],
        title: "No access token",
        to_do: &["login.tokenStore.enabled", "clientSecretSettingName", PARAMETERS],
    };
    check(TestSession::new(user()).headers(), &expected).await;
}

/// A personal Microsoft account with the default scopes.
#[tokio::test]
async fn an_opaque_token() {
    let expected = Closed {
        status: 403,
        code: "wrong-token",
        reason: "personal-account",
        links: &["signIn"],
        title: "Your token does not open Azure Resource Manager",
        to_do: &[PARAMETERS, "<dd>its own API, which alone can read it</dd>"],
    };
    let session = TestSession::new(user()).access_token("EwB-canary-of-a-personal-account");
    check(session.headers(), &expected).await;
}

#[tokio::test]
async fn another_provider() {
    let expected = Closed {
        status: 403,
        code: "other-provider",
        reason: "not-a-token",
        links: &["signIn"],
        title: "Your sign-in has no token for Azure",
        to_do: &["/.auth/login/aad", "<dd>GitHub</dd>"],
    };
    let octo = TestPrincipal::of(IdentityProvider::GITHUB).name("sample-user");
    check(TestSession::new(octo).access_token("gho_canary").headers(), &expected).await;
}

/// On Container Apps, whose documents name no header that tells the provider.
#[tokio::test]
async fn a_provider_that_nobody_names() {
    let id =
        with(HeaderMap::new(), "x-ms-client-principal-id", "00000003-0000-4000-8000-000000000003");
    let expected = Closed {
        status: 403,
        code: "wrong-token",
        reason: "wrong-audience",
        links: &["signIn"],
        title: "Your token does not open Azure Resource Manager",
        to_do: &[PARAMETERS, "<dd>a provider that was not named</dd>"],
    };
    let token = graph_token(SystemTime::now());
    check(with(id.clone(), "x-ms-token-aad-access-token", &token), &expected).await;
    let (site, _) = Site::new().await;
    let open = with(id, "x-ms-token-aad-access-token", &arm_token(SystemTime::now()));
    assert_eq!(site.json(open).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_visitor_of_a_static_web_app() {
    let expected = Closed {
        status: 403,
        code: "static-web-app",
        reason: "no-token",
        links: &[],
        title: "Static Web Apps send no tokens",
        to_do: &[
            "not linked to the Static Web App",
            PARAMETERS,
            "<dt>Roles</dt><dd><bdi>anonymous</bdi>, <bdi>authenticated</bdi>, <bdi>editor</bdi></dd>",
        ],
    };
    let visitor = TestPrincipal::static_web_apps(IdentityProvider::GITHUB);
    let visitor = visitor.name("sample-user").subject("abcd12345abcd012345abcdef0123450");
    let visitor = TestSession::new(visitor.role("editor"));
    check(visitor.headers(), &expected).await;
    // What the platform has in this header is its own.
    let authorization = with(visitor.headers(), "authorization", "Bearer canary");
    check(authorization.clone(), &expected).await;
    check(with(visitor.headers(), "authorization", "none of ours"), &expected).await;
    check(with(authorization.clone(), "authorization", "Bearer canary"), &expected).await;

    // A Function that is linked to it gets the name of the front end as well.
    let linked = with(visitor.headers(), "x-ms-client-principal-idp", "azureStaticWebApps");
    check(linked.clone(), &expected).await;
    // And so it does where only these headers come, without the principal.
    let id = with(HeaderMap::new(), "x-ms-client-principal-id", "abcd12345abcd012345abcdef0123450");
    let id = with(id, "x-ms-client-principal-idp", "azureStaticWebApps");
    check(id, &Closed { to_do: &["not linked to the Static Web App"], ..expected }).await;

    let (site, _) = Site::new().await;
    site.html(authorization).await.assert_has(&["<dd>nothing, as there is none</dd>"]);
    let user = &site.json(linked).await.document()["user"];
    let roles = ["anonymous", "authenticated", "editor"];
    assert_eq!(*user, json!({"name": "sample-user", "provider": "github", "roles": roles}));
}

/// A client that sent its own token. The platform verified it and wrote the principal.
#[tokio::test]
async fn a_token_of_the_client() {
    let expected = Closed {
        status: 403,
        code: "wrong-token",
        reason: "wrong-audience",
        links: &[],
        title: "Your token does not open Azure Resource Manager",
        to_do: &["Exchange the client&#39;s token", "(OAuth 2.0 on-behalf-of)"],
    };
    let now = SystemTime::now();
    let own = ISSUER.access_token("api://my-api", now).scope("Groups.Read").sign();
    check(user().headers_with_bearer(&own), &expected).await;

    let expected = Closed {
        status: 401,
        code: "token-expired",
        reason: "expired",
        links: &[],
        title: "Your token has expired",
        to_do: &["so that the client sends a fresh token"],
    };
    check(user().headers_with_bearer(&arm_token(now - hours(3))), &expected).await;

    // Where the site takes tokens for Azure Resource Manager, that is the one to send on.
    let (site, _) = Site::new().await;
    let answer = site.json(user().headers_with_bearer(&arm_token(now))).await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn anonymous() {
    let (site, _) = Site::new().await;
    let answer = site.json(HeaderMap::new()).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::UNAUTHORIZED, "unauthenticated")
    );
    assert_eq!(answer.header("www-authenticate"), Some("Bearer"));

    let login = "/.auth/login/aad?post_login_redirect_uri=%2Fapi%2Fresource-groups";
    let answer = site.html(HeaderMap::new()).await;
    assert_eq!(answer.status, StatusCode::FOUND);
    assert_eq!(answer.header("location"), Some(login));

    // A request by a script of a page is not a navigation.
    let script = with(HeaderMap::new(), "sec-fetch-mode", "cors");
    assert_eq!(site.html(script).await.status, StatusCode::UNAUTHORIZED);
    // curl.
    let any = with(HeaderMap::new(), "accept", "*/*");
    assert_eq!(get(site.address, PATH, any).await.status, StatusCode::UNAUTHORIZED);
    // Tokens without a principal: the platform never sends that.
    let tokens =
        with(HeaderMap::new(), "x-ms-token-aad-access-token", &arm_token(SystemTime::now()));
    assert_eq!(site.json(tokens).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn malformed_headers() {
    let principal = "x-ms-client-principal";
    let token = "x-ms-token-aad-access-token";
    let twice = |name, value| with(with(user().headers(), name, value), name, value);
    let cases = [
        (
            with(HeaderMap::new(), principal, "not base64!"),
            "the client principal is not base64 at byte 3",
        ),
        (
            with(HeaderMap::new(), principal, "e30="),
            "the client principal has neither the format of App Service nor of Static Web Apps",
        ),
        (twice(principal, "e30="), "header X-MS-CLIENT-PRINCIPAL: expected one value, found more"),
        (
            twice(token, "canary"),
            "header X-MS-TOKEN-AAD-ACCESS-TOKEN: expected one value, found more",
        ),
        (
            with(user().headers(), token, "canary, canary"),
            "header X-MS-TOKEN-AAD-ACCESS-TOKEN: found a byte that the header cannot have at byte 6",
        ),
        (
            with(user().headers(), "x-ms-token-aad-expires-on", "soon"),
            "header X-MS-TOKEN-AAD-EXPIRES-ON: expected an ISO 8601 time or a number of seconds",
        ),
        // And what a client may send.
        (
            twice("authorization", "Bearer canary"),
            "header Authorization: expected one value, found more",
        ),
        (
            with(user().headers(), "authorization", "Bearer canary!"),
            "header Authorization: expected exactly one token after the scheme",
        ),
    ];
    let arm = Other::new(|_| panic!("no request is expected")).await;
    let site = Site::of(&arm.origin).await;
    for (headers, line) in cases {
        for answer in [site.json(headers.clone()).await, site.html(headers.clone()).await] {
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{headers:?}");
            assert!(answer.code().starts_with("malformed-"));
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            // What was wrong is for the operator.
            assert_eq!(site.log().pop(), Some(format!("rejected: {line}")));
        }
    }
    assert!(arm.asked().is_empty());
}

#[tokio::test]
async fn other_addresses_and_methods() {
    let (site, _) = Site::new().await;
    for path in ["/", "/api", "/api/resource-groups/x"] {
        let answer = get(site.address, path, arm_session().headers()).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::NOT_FOUND, ""), "{path}");
    }
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let post =
        client.post(format!("http://{}{PATH}", site.address)).headers(arm_session().headers());
    assert_eq!(post.send().await.unwrap().status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn documents_and_pages() {
    let (site, _) = Site::new().await;
    let cases = [
        ("application/json", "application/json"),
        ("text/html", "text/html; charset=utf-8"),
        // Firefox, Chromium, curl.
        (
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/html; charset=utf-8",
        ),
        ("*/*", "application/json"),
        ("TEXT/HTML; Q=0.5", "text/html; charset=utf-8"),
        ("text/html;q=0", "application/json"),
        ("text/html;q=0.5, application/json", "application/json"),
        ("text/html, application/json;q=0.5", "text/html; charset=utf-8"),
        ("text/html, application/json", "text/html; charset=utf-8"),
        ("application/problem+json, text/html;q=0.9", "application/json"),
        ("text/*", "application/json"),
        ("", "application/json"),
        ("text/html;q=NaN", "application/json"),
    ];
    for (accept, media_type) in cases {
        let headers = with(arm_session().headers(), "accept", accept);
        let answer = get(site.address, PATH, headers).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("content-type"), Some(media_type), "{accept}");
        assert_eq!(answer.header("vary"), Some("Accept, Authorization, Cookie"));
    }
    let answer = get(site.address, PATH, arm_session().headers()).await;
    assert!(matches!(answer.document(), Value::Object(_)));
}
