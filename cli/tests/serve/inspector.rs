//! The page that reads what a user pastes.

use std::{collections::HashSet, fmt::Write as _};

use super::*;

/// A server that has only this page.
async fn page() -> Running {
    StandIn::without_upstream().start().await.unwrap()
}

/// The body of a form.
fn form(fields: &[(&str, &str)]) -> String {
    let mut form = String::new();
    for (name, value) in fields {
        write!(form, "&{name}=").unwrap();
        for byte in value.bytes() {
            write!(form, "%{byte:02X}").unwrap();
        }
    }
    form.split_off(1)
}

/// Sends the form as a browser does.
async fn post(running: &Running, path: &str, body: String) -> Answer {
    let origin = format!("http://{}", running.address());
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("origin", origin.as_str()),
        ("sec-fetch-site", "same-origin"),
    ];
    send(running.address(), Method::POST, path, &headers, body.into()).await
}

/// The text of a page, without tags and with single spaces.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    for part in html.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, text)| text));
        text.push(' ');
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn shows(answer: &Answer, excerpts: &[&str]) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let text = text_of(answer.text());
    for excerpt in excerpts {
        assert!(text.contains(excerpt), "no {excerpt:?} in:\n{text}");
    }
}

/// The headers that a service behind the stand-in gets from a persona, as someone would paste them.
async fn request_of(persona: &str) -> String {
    let world = world().await;
    let received = world.get("/", &[("x-stand-in-persona", persona)]).await.received();
    let lines =
        received.iter().map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap()));
    lines.collect()
}

#[tokio::test]
async fn a_request_is_explained() {
    let running = page().await;
    let request = request_of("graph").await;
    let answer =
        post(&running, "/", form(&[("input", &request), ("for", "arm"), ("scope", "")])).await;
    shows(
        &answer,
        &[
            "What it says",
            "Does it open Azure Resource Manager? No",
            "it is for Microsoft Graph",
            "To fix it, in this order",
            "[&quot;scope=openid email profile https://management.azure.com/user_impersonation&quot;]",
            "Who is calling Provider aad (App Service) Name sample@example.com",
            "Access token",
            "ID token",
            "An ID token identifies the user and opens no API.",
            "Microsoft Graph https://graph.microsoft.com",
            "Does the token open it?",
            "Scopes email, openid, profile",
            "oid object ID of the user or application in its tenant",
            "scp scopes: what the client may do for the user email openid profile",
            "Issued",
            "in 59 minutes",
            "Read something else",
        ],
    );
    // The APIs in the list are there for the next question, and the API stays.
    assert!(answer.text().contains("<option value=\"key-vault\">"));
    assert!(answer.text().contains(" value=\"arm\">"));
}

#[tokio::test]
async fn each_kind_of_input() {
    let running = page().await;
    let issuer = TestIssuer::new(TENANT).unwrap();
    let now = SystemTime::now();
    let arm = issuer.access_token(ARM, now).scope("user_impersonation").sign();
    let old = issuer
        .access_token(ARM, now - Duration::from_secs(7200))
        .scope("user_impersonation")
        .sign();
    let own = issuer
        .access_token("api://orders", now)
        .role("Orders.Read")
        .claim("<b>", "<i>&\"'\u{202e}\u{7}")
        .sign();
    let cut = arm.get(..arm.len() - 20).unwrap();
    for (input, api, scope, excerpts) in [
        (&*arm, "", "", &["Azure Resource Manager", "Yes", "It does not open"][..]),
        (&*arm, "arm", "user_impersonation", &["Does it open Azure Resource Manager? Yes"]),
        (&*arm, "https://vault.azure.net", "", &["Does it open Azure Key Vault? No"]),
        (&*old, "arm", "", &["Does it open Azure Resource Manager? No", "expired", "1 hour ago"]),
        (
            &*own,
            "",
            "",
            &[
                "api://orders Yes",
                "Roles Orders.Read",
                "&lt;b&gt; &lt;i&gt;&amp;&quot;&#39;\\u{202e}\\u{7}",
            ],
        ),
        (cut, "arm", "", &["Does it open Azure Resource Manager? No", "cut"]),
        ("EwBsample", "arm", "", &["No", "personal Microsoft account"]),
        ("EwBsample", "graph", "", &["Does it open Microsoft Graph? Cannot tell"]),
        ("[]", "", "", &["No user is signed in."]),
        ("AADSTS50011: wrong", "", "", &["AADSTS50011 Meaning", "Who can fix it"]),
        ("AADSTS1234567: x", "", "", &["AADSTS1234567 is not in the table"]),
    ] {
        let form = form(&[("input", input), ("for", api), ("scope", scope)]);
        let answer = post(&running, "/", form).await;
        shows(&answer, excerpts);
    }
}

#[tokio::test]
async fn problems_name_their_field() {
    let running = page().await;
    let issuer = TestIssuer::new(TENANT).unwrap();
    let token = issuer.access_token(ARM, SystemTime::now()).scope("a").sign();
    for (input, api, scope, field, message) in [
        ("", "", "", "input", "the input is empty"),
        ("hello world", "", "", "input", "expected the headers of a request"),
        (&*token, "gaph", "", "for", "unknown API; did you mean graph?"),
        (&*token, &*token, "", "for", "unknown API; expected a URI, a client ID or one of"),
        (
            &*token,
            "arm",
            "https://x/y<x>",
            "scope",
            "expected the bare name of one scope, such as User.Read",
        ),
        (&*token, "", "User.Read", "for", "expected the API of the scopes"),
    ] {
        let answer =
            post(&running, "/", form(&[("input", input), ("for", api), ("scope", scope)])).await;
        shows(&answer, &["Not readable", message]);
        let page = answer.text();
        assert!(
            page.contains("<title>Error - easyauth</title>") && page.contains("role=\"alert\"")
        );
        let of_field = format!("id=\"{field}\" name=\"{field}\"");
        let (_, after) = page.split_once(&of_field).expect(field);
        let tag = after.split_once('>').unwrap().0;
        assert!(tag.contains(" problem\"") && tag.contains("aria-invalid=\"true\""), "{tag}");
        assert_eq!(page.matches("aria-invalid").count(), 1);
        assert!(!page.contains("&lt;x&gt;"));
    }
}

/// No page has a part of a token that was pasted, in whatever field.
#[tokio::test]
async fn no_page_has_a_part_of_a_token() {
    let running = page().await;
    let issuer = TestIssuer::new(TENANT).unwrap();
    let now = SystemTime::now();
    let inner = issuer.access_token(ARM, now).scope("user_impersonation").sign();
    let token = issuer.access_token("api://orders", now).claim("nested", &inner).sign();
    let refresh = format!("1.AXoA{}", "Sample~Refresh-Token_9".repeat(12));
    for secret in [&token, &inner, &refresh] {
        let parts: HashSet<&[u8]> = secret.as_bytes().windows(12).collect();
        for (input, api, scope) in [
            (secret.clone(), "arm".to_owned(), String::new()),
            (format!("Authorization: Bearer {secret}"), String::new(), String::new()),
            (
                format!(
                    "X-MS-TOKEN-AAD-ACCESS-TOKEN: {secret}\nX-MS-TOKEN-AAD-REFRESH-TOKEN: {secret}"
                ),
                "graph".to_owned(),
                "User.Read".to_owned(),
            ),
            (format!("{{\"access_token\":\"{secret}\"}}"), "arm".to_owned(), String::new()),
            (
                format!(
                    "[{{\"provider_name\":\"aad\",\"access_token\":\"{secret}\",\"user_claims\":\
                     [{{\"typ\":\"t\",\"val\":\"{secret}\"}}]}}]"
                ),
                String::new(),
                String::new(),
            ),
            (format!("nothing {secret}"), String::new(), String::new()),
            (String::new(), secret.clone(), secret.clone()),
            (token.clone(), secret.clone(), String::new()),
            (token.clone(), "arm".to_owned(), secret.clone()),
        ] {
            let form = form(&[("input", &input), ("for", &api), ("scope", &scope)]);
            let answer = post(&running, "/", form).await;
            assert_eq!(answer.status, StatusCode::OK);
            let leak = answer.body.windows(12).find(|part| parts.contains(part));
            assert_eq!(leak.map(String::from_utf8_lossy), None, "{api} {scope}");
        }
    }
}

#[tokio::test]
async fn only_its_own_form_is_read() {
    let running = page().await;
    let address = running.address();
    let own = format!("http://{address}");
    let kind = ("content-type", "application/x-www-form-urlencoded");
    for (headers, status) in [
        (vec![kind, ("origin", &*own)], 200),
        (
            vec![
                ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
                ("origin", &*own),
            ],
            200,
        ),
        (vec![kind], 403),
        (vec![kind, ("origin", "null")], 403),
        (vec![kind, ("origin", "http://evil.example")], 403),
        (vec![kind, ("origin", "http://localhost:1")], 403),
        (vec![kind, ("origin", &*own), ("origin", &*own)], 403),
        (vec![kind, ("origin", &*own), ("sec-fetch-site", "cross-site")], 403),
        (vec![kind, ("origin", &*own), ("sec-fetch-site", "same-site")], 403),
        (vec![("content-type", "text/plain"), ("origin", &*own)], 403),
        (vec![("origin", &*own)], 403),
        (vec![kind, ("origin", "http://evil.example"), ("host", "evil.example")], 421),
    ] {
        let body = form(&[("input", "[]"), ("for", "")]);
        let answer = send(address, Method::POST, "/", &headers, body.into()).await;
        assert_eq!(answer.status, status, "{headers:?}");
    }
    let answer = send(address, Method::PUT, "/", &[], Bytes::new()).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    let name = [("host", "orders.localhost")];
    assert_eq!(send(address, Method::GET, "/", &name, Bytes::new()).await.status, 200);
}

/// The page itself loads nothing from elsewhere, and no script; its policy forbids both.
#[tokio::test]
async fn nothing_leaves_the_machine() {
    let running = page().await;
    let get =
        async |path: &str| send(running.address(), Method::GET, path, &[], Bytes::new()).await;
    let answers = [get("/").await, post(&running, "/", form(&[("input", "[]")])).await];
    for answer in answers {
        let policy = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors \
                      'none'; base-uri 'none'";
        for (name, value) in [
            ("content-security-policy", policy),
            ("referrer-policy", "same-origin"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("content-type", "text/html; charset=utf-8"),
        ] {
            assert_eq!(answer.header(name), Some(value));
        }
        let page = answer.text();
        for word in ["<script", "src=", "url(", "@import", "style=", "http://", " on"] {
            let tags = page.split('<').map(|part| part.split('>').next().unwrap_or_default());
            assert!(!tags.clone().any(|tag| tag.contains(word)) || word == "<script", "{word}");
        }
        assert!(!page.contains("<script") && !page.contains("{main}") && !page.contains("{title}"));
    }
    let style = get("/.stand-in/style.css").await;
    assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
    assert!(!style.text().contains("url(") && !style.text().contains("@import"));
    // There is nothing else.
    for path in ["/.auth/login/aad", "/.stand-in/token", "/.stand-in/inspect", "/x"] {
        let answer = get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.text(), "only the page / exists: there is no --upstream\n");
    }
}

#[tokio::test]
async fn with_a_service_the_page_has_its_own_path() {
    let world = world().await;
    let page = world.get("/.stand-in/inspect", &[]).await;
    shows(&page, &["Inspect a request or a token"]);
    let answer = post(&world.stand_in, "/.stand-in/inspect", form(&[("input", "[]")])).await;
    shows(&answer, &["No user is signed in."]);
    assert!(world.get("/", &[]).await.user().is_none());
    assert_eq!(world.get("/.stand-in/style.css", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn long_forms_are_rejected() {
    let running = page().await;
    let long = format!("input={}", "a".repeat(3 * easyauth::MAX_ME_LEN));
    let answer = post(&running, "/", long).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let long = format!("input={}", "a".repeat(easyauth::MAX_ME_LEN + 1));
    let message = format!("the input is longer than {} bytes", easyauth::MAX_ME_LEN);
    shows(&post(&running, "/", long).await, &["Not readable", &message]);
}

/// A list of audiences is cut before each is compared with all APIs.
#[tokio::test]
async fn many_audiences_are_bounded() {
    let running = page().await;
    let issuer = TestIssuer::new(TENANT).unwrap();
    let audiences: Vec<String> = (0..8000).map(|number| format!("api://{number}")).collect();
    let token = issuer.access_token(ARM, SystemTime::now()).scope("a").claim("aud", audiences);
    let answer = post(&running, "/", form(&[("input", &token.sign())])).await;
    shows(&answer, &["api://0 Yes", "api://19 Yes", "characters)"]);
    assert!(!text_of(answer.text()).contains("api://20 Yes"));
    assert!(answer.body.len() < 64 * 1024);
}
