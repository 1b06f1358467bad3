//! Responses of Azure Resource Manager, and the results.

use std::time::{Duration, Instant};

use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header::LOCATION};
use serde_json::{Value, json};

use super::support::*;
use crate::arm::{Base, MAX_LEN, MAX_PAGES};

const SUBSCRIPTIONS: &str = "/subscriptions?api-version=2022-12-01";
const GROUPS: &str = "/subscriptions/s1/resourcegroups?api-version=2021-04-01";

fn one_subscription() -> Value {
    json!({"value": [{"subscriptionId": "s1", "displayName": "One"}]})
}

fn group(name: &str) -> Value {
    json!({"name": name, "location": "westeurope"})
}

/// Starts with one subscription. `behave` answers requests for its resource groups.
async fn groups_by(behave: impl Fn(&str) -> Response + Send + Sync + 'static) -> Other {
    Other::new(move |target| match target {
        SUBSCRIPTIONS => one_subscription().to_string().into_response(),
        target => behave(target),
    })
    .await
}

struct Failure {
    status: u16,
    code: &'static str,
    retry_after: Option<&'static str>,
    detail: &'static str,
}

/// Nothing that Azure Resource Manager writes is passed on: every response is searched for "canary".
async fn check(arm: &Other, expected: Failure) {
    check_site(Site::of(&arm.origin).await, expected).await;
}

async fn check_site(site: Site, expected: Failure) {
    let answer = site.json(arm_session().headers()).await;
    assert_eq!(answer.code(), expected.code, "{answer:?}");
    assert_eq!(answer.status, expected.status, "{answer:?}");
    assert_eq!(answer.header("retry-after"), expected.retry_after);
    assert_eq!(answer.document()["detail"], expected.detail);
    assert_eq!(site.log(), [expected.detail]);
    let answer = site.html(arm_session().headers()).await;
    assert_eq!(answer.status, expected.status);
    // There it is a sentence.
    answer.assert_has(&["<h1>No list</h1>", &format!("{}.</p>", &expected.detail[1..])]);
}

#[tokio::test]
async fn statuses() {
    const BUSY: &str = "Azure Resource Manager got too many requests; try again later";
    let cases: [(u16, Option<&str>, Failure); 12] = [
        // Revoked, or a policy of the tenant's.
        (
            401,
            None,
            failure(
                502,
                "arm-refused-token",
                "Azure Resource Manager rejected the access token, although it looks valid here",
            ),
        ),
        (
            403,
            None,
            failure(
                403,
                "arm-forbidden",
                "Azure Resource Manager does not allow this user to list subscriptions",
            ),
        ),
        (
            429,
            Some("17"),
            Failure { retry_after: Some("17"), ..failure(503, "arm-throttled", BUSY) },
        ),
        (429, None, failure(503, "arm-throttled", BUSY)),
        (429, Some("canary"), failure(503, "arm-throttled", BUSY)),
        (500, None, failure(502, "arm-failed", "Azure Resource Manager responded with status 500")),
        (502, None, failure(502, "arm-failed", "Azure Resource Manager responded with status 502")),
        (503, None, failure(503, "arm-failed", "Azure Resource Manager responded with status 503")),
        (404, None, failure(502, "arm-failed", "Azure Resource Manager responded with status 404")),
        (400, None, failure(502, "arm-failed", "Azure Resource Manager responded with status 400")),
        (204, None, failure(502, "arm-failed", "Azure Resource Manager responded with status 204")),
        (202, None, failure(502, "arm-failed", "Azure Resource Manager responded with status 202")),
    ];
    for (status, retry_after, expected) in cases {
        let arm = Other::new(move |_| {
            let mut response = (StatusCode::from_u16(status).unwrap(), "canary").into_response();
            if let Some(seconds) = retry_after {
                response.headers_mut().insert("retry-after", seconds.parse().unwrap());
            }
            response
        })
        .await;
        check(&arm, expected).await;
    }
}

fn failure(status: u16, code: &'static str, detail: &'static str) -> Failure {
    Failure { status, code, retry_after: None, detail }
}

/// A redirect would send the token to its target.
#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Other::new(|_| one_subscription().to_string().into_response()).await;
    let location = format!("{}/canary", elsewhere.origin);
    let arm = Other::new(move |_| {
        (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, location.clone())]).into_response()
    })
    .await;
    let expected = failure(502, "arm-failed", "Azure Resource Manager responded with status 307");
    check(&arm, expected).await;
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn what_is_no_list() {
    let bodies = [
        "",
        "canary",
        "{}",
        "[]",
        r#"{"value": {}}"#,
        r#"{"value": [{"displayName": "canary"}]}"#,
        r#"{"value": [], "nextLink": 1}"#,
        "\u{0}",
    ];
    for body in bodies {
        let arm = Other::new(move |_| body.into_response()).await;
        let detail = "the response of Azure Resource Manager is not a list";
        check(&arm, failure(502, "arm-not-a-list", detail)).await;
    }
}

#[tokio::test]
async fn an_oversized_body() {
    let arm = Other::new(|_| vec![b' '; MAX_LEN + 1].into_response()).await;
    let detail = "the lists of Azure Resource Manager are over 33554432 bytes long";
    check(&arm, failure(502, "arm-too-long", detail)).await;

    // The budget is that of the whole answer: the subscriptions have a part of it.
    let arm = groups_by(|_| vec![b' '; MAX_LEN].into_response()).await;
    check(&arm, failure(502, "arm-too-long", detail)).await;
}

#[tokio::test]
async fn silence() {
    let arm = Other::new(|_| StatusCode::IM_A_TEAPOT.into_response()).await;
    let detail = "Azure Resource Manager did not respond in time";
    let start = Instant::now();
    let site = Site::with_limits(&arm.origin, Duration::from_millis(200), DEADLINE).await;
    check_site(site, failure(504, "arm-slow", detail)).await;
    // The limit of a page applied, not that of all lists, in both requests.
    assert!(start.elapsed() < DEADLINE);

    // A port without a listener (IANA: tcpmux).
    let site = Site::of("http://127.0.0.1:1").await;
    let answer = site.json(arm_session().headers()).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::BAD_GATEWAY, "arm-unreachable")
    );
    assert_eq!(site.log(), ["Azure Resource Manager cannot be reached"]);
}

/// Each page is fast enough, but there is always another one.
#[tokio::test(flavor = "multi_thread")]
async fn one_slow_page_after_the_other() {
    let page = json!({"value": [], "nextLink": "http://{origin}/again"}).to_string();
    let arm = Other::new(move |_| {
        std::thread::sleep(Duration::from_millis(100));
        page.clone().into_response()
    })
    .await;
    let site = Site::with_limits(&arm.origin, PAGE_TIMEOUT, Duration::from_millis(450)).await;
    let answer = site.json(arm_session().headers()).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::GATEWAY_TIMEOUT, "arm-slow"));
    assert!(arm.asked().len() < 7, "{:?}", arm.asked());
}

#[tokio::test]
async fn a_user_without_subscriptions() {
    let arm = Other::new(|_| json!({"value": []}).to_string().into_response()).await;
    let site = Site::of(&arm.origin).await;
    assert_eq!(site.json(arm_session().headers()).await.document(), json!({"subscriptions": []}));
    site.html(arm_session().headers()).await.assert_has(&["it shows no subscription"]);
}

/// An error in one subscription is reported: an incomplete list is never shown as complete.
#[tokio::test]
async fn one_subscription_fails() {
    let arm = groups_by(|_| (StatusCode::INTERNAL_SERVER_ERROR, "canary").into_response()).await;
    let detail = "Azure Resource Manager responded with status 500";
    check(&arm, failure(502, "arm-failed", detail)).await;
}

#[tokio::test]
async fn pages_follow() {
    let arm = Other::new(|target| {
        let page = match target {
            SUBSCRIPTIONS => one_subscription(),
            GROUPS => {
                json!({"value": [group("one")], "nextLink": "http://{origin}/x?%24skiptoken=a%2Fb"})
            }
            "/x?%24skiptoken=a%2Fb" => json!({"value": [], "nextLink": "http://{origin}/y"}),
            // An empty string is not a link.
            "/y" => json!({"value": [group("two")], "nextLink": ""}),
            other => panic!("{other}"),
        };
        page.to_string().into_response()
    })
    .await;
    let site = Site::of(&arm.origin).await;
    let answer = site.json(arm_session().headers()).await;
    assert_eq!(
        answer.document()["subscriptions"][0]["resourceGroups"],
        json!([group("one"), group("two")])
    );
    assert_eq!(arm.asked(), [SUBSCRIPTIONS, GROUPS, "/x?%24skiptoken=a%2Fb", "/y"]);
}

/// A link to another origin would send the token there.
#[tokio::test]
async fn hostile_links() {
    let elsewhere = Other::new(|_| panic!("no request is expected")).await;
    let port = elsewhere.origin.rsplit(':').next().unwrap().to_owned();
    let links = [
        elsewhere.origin.clone(),
        format!("http://localhost:{port}/"),
        format!("http://user@127.0.0.1:{port}/"),
        format!("//127.0.0.1:{port}/"),
        "https://management.azure.com.canary.example/".to_owned(),
        "/subscriptions".to_owned(),
        "file:///etc/passwd".to_owned(),
        "canary".to_owned(),
        // The same host and port, and more than that.
        "https://{origin}/".to_owned(),
        "http://user@{origin}/".to_owned(),
        "http://:canary@{origin}/".to_owned(),
        "http://{origin}@canary.example/".to_owned(),
    ];
    for link in links {
        let page = json!({"value": [], "nextLink": link}).to_string();
        let arm = groups_by(move |_| page.clone().into_response()).await;
        let detail = "the next page of the list is at another address, where the token is not sent";
        check(&arm, failure(502, "arm-foreign-link", detail)).await;
        assert_eq!(arm.asked(), [SUBSCRIPTIONS, GROUPS, SUBSCRIPTIONS, GROUPS]);
    }
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn a_list_without_an_end() {
    let page = json!({"value": [], "nextLink": "http://{origin}/again"}).to_string();
    let arm = Other::new(move |_| page.clone().into_response()).await;
    let site = Site::of(&arm.origin).await;
    let answer = site.json(arm_session().headers()).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_GATEWAY, "arm-too-long"));
    assert_eq!(site.log(), ["the lists of Azure Resource Manager have more than 500 pages"]);
    assert_eq!(arm.asked().len(), MAX_PAGES);
}

/// The name in the list is one segment of the path, whatever it contains.
#[tokio::test]
async fn a_hostile_subscription() {
    let arm = Other::new(|target| {
        let page = match target {
            SUBSCRIPTIONS => json!({"value": [
                {"subscriptionId": "../../a?b#c", "displayName": "One"},
            ]}),
            "/subscriptions/..%2F..%2Fa%3Fb%23c/resourcegroups?api-version=2021-04-01" => {
                json!({"value": []})
            }
            other => panic!("{other}"),
        };
        page.to_string().into_response()
    })
    .await;
    let site = Site::of(&arm.origin).await;
    assert_eq!(site.json(arm_session().headers()).await.status, StatusCode::OK);
}

/// The addresses that may get the token.
#[test]
fn bases() {
    #[track_caller]
    fn api(base: &str) -> String {
        let base = Base::parse(base).unwrap();
        format!("{base} {}", base.api())
    }
    assert_eq!(
        api("https://management.azure.com"),
        "https://management.azure.com Azure Resource Manager"
    );
    assert_eq!(
        api("https://management.azure.com:443/"),
        "https://management.azure.com Azure Resource Manager"
    );
    // Other clouds have tokens of their own.
    assert_eq!(
        api("https://management.usgovcloudapi.net"),
        "https://management.usgovcloudapi.net Azure Resource Manager (UsGov)"
    );
    assert_eq!(
        api("https://management.chinacloudapi.cn"),
        "https://management.chinacloudapi.cn Azure Resource Manager (China)"
    );
    // A stand-in, or your own proxy.
    assert_eq!(api("http://127.0.0.1:7000"), "http://127.0.0.1:7000 Azure Resource Manager");
    assert_eq!(api("http://[::1]:7000"), "http://[::1]:7000 Azure Resource Manager");
    assert_eq!(api("http://localhost:7000"), "http://localhost:7000 Azure Resource Manager");

    let refused = [
        ("", "is not an address"),
        ("management.azure.com", "is not an address"),
        ("http://management.azure.com", "is neither https nor http on this machine"),
        ("http://127.0.0.1.canary.example", "is neither https nor http on this machine"),
        ("http://10.0.0.1", "is neither https nor http on this machine"),
        ("ftp://127.0.0.1", "is neither https nor http on this machine"),
        ("https://user@management.azure.com", "has more than a scheme, a host and a port"),
        ("https://:x@management.azure.com", "has more than a scheme, a host and a port"),
        ("https://management.azure.com/subscriptions", "has more than a scheme, a host and a port"),
        ("https://management.azure.com?a", "has more than a scheme, a host and a port"),
        ("https://management.azure.com#a", "has more than a scheme, a host and a port"),
        ("data:text/plain,x", "has more than a scheme, a host and a port"),
    ];
    for (base, error) in refused {
        assert_eq!(Base::parse(base).unwrap_err().to_string(), error, "{base}");
    }
}
