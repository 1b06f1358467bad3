//! Misconfigured services answer 500, and the log names the missing call.

use actix_web::web;
use axum::{Extension, Router, routing::get};
use easyauth::{
    EasyAuthPrincipal, Platform, TransportError,
    integrations::{EasyAuthLayer, Identity, RequireLayer},
    resource::Cloud,
    verify::{
        BearerAuth, ConfirmedCaller, FetchKeys, KeyStore, Keys, MetadataUri, Tenant, VerifiedToken,
    },
};

use crate::{
    actix_service,
    axum_service::serve,
    client,
    setup::*,
    support::{Draft, NOW, TENANT, at, verifier},
};

/// A forged principal, as any client that bypasses the platform can send it.
fn forged() -> [(&'static str, String); 1] {
    [("X-MS-CLIENT-PRINCIPAL", principal("Sample", "Admin"))]
}

#[track_caller]
fn check(server: &Server, path: &str, cause: &str) {
    for headers in [&forged()[..], &[]] {
        let answer = client::get(server.address, path, headers);
        assert_eq!(answer.status, 500, "{path}: {}", answer.body);
        assert_eq!(
            answer.body,
            r#"{"code":"misconfigured","detail":"the service is not set up correctly","status":500,"title":"Internal Server Error","type":"about:blank"}"#,
        );
        assert_eq!(answer.header(CAUSE).as_deref(), Some(cause), "{path}");
        assert_eq!(answer.header("cache-control").as_deref(), Some("no-store"));
    }
}

async fn maybe(user: Option<EasyAuthPrincipal>) -> String {
    about_user(user.as_ref())
}

async fn maybe_confirmed(caller: Option<ConfirmedCaller>) -> String {
    caller.map_or_else(|| "anonymous".to_owned(), |caller| format!("confirmed {}", caller.id()))
}

async fn who(identity: Identity) -> String {
    about_user(identity.principal())
}

fn axum_extractors() -> Router {
    Router::new()
        .route("/me", get(me))
        .route("/maybe", get(maybe))
        .route("/tokens", get(tokens))
        .route("/admin", get(admin))
        .route("/who", get(who))
        .route("/confirmed", get(confirmed))
        .route("/maybe-confirmed", get(maybe_confirmed))
}

const TRUST_OR_CONFIRM: &str = "identity headers are not trusted, and no token confirms them: trust the \
                                platform (Platform::trust_container_apps, Platform::static_web_apps, \
                                Platform::trusting_headers), or confirm callers by a token \
                                (EasyAuthLayer::confirm_by_id_token or confirm_by_bearer; actix-web: \
                                .app_data(confirmation))";
/// Platforms whose headers can be forged, and the reason.
fn untrusted() -> [(Platform, &'static str); 4] {
    let off = "authentication is off: WEBSITE_AUTH_ENABLED is not true";
    [
        (
            nowhere(),
            "no known front end overwrites identity headers here: declare one with \
             Platform::trusting_headers or Platform::static_web_apps",
        ),
        (platform_of(&[("WEBSITE_SITE_NAME", "files")]), off),
        (platform_of(&[("FUNCTIONS_WORKER_RUNTIME", "custom")]), off),
        (
            platform_of(&[("CONTAINER_APP_NAME", "files")]),
            "container apps do not say whether authentication is on: declare it with \
             Platform::trust_container_apps",
        ),
    ]
}

#[test]
fn extractors_need_to_know_whether_headers_can_be_trusted() {
    let server = serve(axum_extractors());
    for path in ["/me", "/maybe", "/tokens", "/admin", "/who", "/confirmed", "/maybe-confirmed"] {
        check(
            &server,
            path,
            "nothing says whether identity headers can be trusted: add \
             .layer(EasyAuthLayer::new(platform)) or .layer(Extension(platform)) around this route",
        );
    }
    let server = actix_service::serve(|config| {
        config.app_data(web::Data::new(login()));
    });
    for path in ["/me", "/maybe", "/tokens", "/admin", "/confirmed", "/maybe-confirmed"] {
        check(
            &server,
            path,
            "nothing says whether identity headers can be trusted: add .app_data(platform) to the App",
        );
    }
}

/// Extractors without a layer must not trust forged headers on an unknown platform.
#[test]
fn on_an_untrusted_platform_headers_are_not_read() {
    let malformed = [("X-MS-CLIENT-PRINCIPAL", "%".to_owned())];
    for (platform, reason) in untrusted() {
        let layer = EasyAuthLayer::new(platform).login(login());
        let required = format!("{TRUST_OR_CONFIRM} <- {reason}");
        let or_verify = format!(
            "{TRUST_OR_CONFIRM}, or verify bearer tokens (EasyAuthLayer::verify) <- {reason}"
        );
        let servers = [
            serve(axum_extractors().layer(Extension(platform))),
            serve(axum_extractors().layer(layer.clone())),
            actix_service::serve(move |config| {
                config.app_data(platform);
            }),
        ];
        for server in &servers {
            for headers in [&forged()[..], &malformed, &[]] {
                let answer = client::get(server.address, "/maybe", headers);
                assert_eq!((answer.status, answer.body.as_str()), (200, "anonymous"), "{reason}");
            }
            for path in ["/me", "/tokens", "/admin"] {
                check(server, path, &required);
            }
        }
        for rule in [RequireLayer::authenticated(), RequireLayer::role("Admin")] {
            let router = Router::new().route("/", get(|| async {})).layer(rule);
            check(&serve(router.layer(layer.clone())), "/", &or_verify);
        }
    }
}

/// The status is 401 if a token can authenticate the next request.
#[test]
fn on_an_untrusted_platform_tokens_authenticate() {
    let status = |layer: EasyAuthLayer, path| {
        let router = axum_extractors()
            .route("/rule", get(|| async {}).layer(RequireLayer::authenticated()))
            .layer(layer);
        client::get(serve(router).address, path, &[]).status
    };
    let layer = || EasyAuthLayer::new(nowhere());
    assert_eq!(status(layer().verify(bearer_auth()), "/rule"), 401);
    assert_eq!(status(layer().confirm_by_bearer(bearer_auth()), "/me"), 401);
    assert_eq!(status(layer().confirm_by_id_token(id_token_auth()), "/me"), 401);
}

#[test]
fn a_bearer_token_brings_no_principal() {
    let (platform, reason) = untrusted()[0];
    let servers = [
        serve(axum_extractors().layer(EasyAuthLayer::new(platform).verify(bearer_auth()))),
        actix_service::serve(move |config| {
            config.app_data(platform).app_data(bearer_auth());
        }),
    ];
    for server in &servers {
        let remedy = TRUST_OR_CONFIRM.replace(
            "them: trust",
            "them: a bearer token gives no principal: take Identity or VerifiedToken, or use RequireLayer; \
             for users, trust",
        );
        check(server, "/me", &format!("{remedy} <- {reason}"));
    }
}

/// Pages and API calls in one service: a browser would come back from sign-in to the same 401.
#[test]
fn a_sign_in_whose_headers_are_not_trusted_is_not_begun() {
    for (platform, reason) in untrusted() {
        let layer = EasyAuthLayer::new(platform).verify(bearer_auth()).login(login());
        let rule = RequireLayer::authenticated();
        let server = serve(Router::new().route("/", get(|| async {}).layer(rule)).layer(layer));
        let answer = |headers: &[(&str, String)]| {
            let answer = client::get(server.address, "/", headers);
            (answer.status, answer.header(CAUSE).unwrap_or_default())
        };
        let page = ("Accept", "text/html".to_owned());
        let required = format!("{TRUST_OR_CONFIRM} <- {reason}");
        let [principal] = forged();
        for headers in [&[page.clone()][..], &[page.clone(), principal]] {
            assert_eq!(answer(headers), (500, required.clone()), "{reason}");
        }
        // Clients of the API send a token.
        assert_eq!(answer(&[]), (401, String::new()), "{reason}");
        let good = ("Authorization", format!("Bearer {}", Draft::access().sign()));
        assert_eq!(answer(&[page, good]).0, 200, "{reason}");
    }
}

/// The form tells nothing about the scope, so neither may win.
#[test]
fn data_in_both_forms_is_ambiguous() {
    let server = actix_service::serve(|config| {
        config.app_data(platform()).app_data(bearer_auth()).app_data(login());
        config.app_data(web::Data::new(bearer_auth()));
    });
    for path in ["/me", "/maybe", "/tokens", "/admin", "/token", "/maybe-token", "/files"] {
        let cause = "app_data has a type both directly and in web::Data; use one form: \
                     easyauth::verify::bearer::BearerAuth";
        check(&server, path, cause);
    }
}

#[test]
fn rules_need_the_layer_around_them() {
    let missing = "no EasyAuthLayer handled the request before this: add \
                   .layer(EasyAuthLayer::new(platform)) outside of this layer (in axum: after it)";
    let rules = [
        RequireLayer::authenticated(),
        RequireLayer::role("Admin"),
        RequireLayer::permission(read_files()),
    ];
    let router = || Router::new().route("/", get(|| async {}));
    for rule in rules {
        check(&serve(router().layer(rule.clone())), "/", missing);
        // The wrong order: the rule is outside of the layer.
        let layer = EasyAuthLayer::new(platform()).verify(bearer_auth());
        check(&serve(router().layer(layer).layer(rule)), "/", missing);
    }
}

#[test]
fn permissions_need_a_verifier() {
    let router = Router::new().route("/", get(|| async {}));
    let router = router.layer(RequireLayer::permission(read_files()));
    check(
        &serve(router.layer(EasyAuthLayer::new(platform()))),
        "/",
        "nothing verifies bearer tokens: add EasyAuthLayer::verify(auth) for RequireLayer::permission and \
         RequireToolLayer",
    );
    let server = actix_service::serve(|config| {
        config.app_data(platform());
    });
    for path in ["/token", "/maybe-token", "/files"] {
        check(
            &server,
            path,
            "nothing verifies bearer tokens: add .app_data(bearer_auth) to the App",
        );
    }
    let good = [("Authorization", format!("Bearer {}", Draft::access().sign()))];
    assert_eq!(client::get(server.address, "/token", &good).status, 500);
}

#[test]
fn confirmed_callers_need_confirmation() {
    let missing = "nothing confirms callers: add EasyAuthLayer::confirm_by_id_token or \
                   EasyAuthLayer::confirm_by_bearer (actix-web: \
                   .app_data(Confirmation::by_id_token(auth)))";
    let servers = [
        serve(axum_extractors().layer(EasyAuthLayer::new(platform()).verify(bearer_auth()))),
        serve(axum_extractors().layer(Extension(platform()))),
        actix_service::serve(|config| {
            config.app_data(platform());
        }),
    ];
    for server in &servers {
        check(server, "/confirmed", missing);
        check(server, "/maybe-confirmed", missing);
    }
}

/// A fetcher that cannot reach the issuer.
struct Unreachable;

impl FetchKeys for Unreachable {
    async fn fetch(&self, _: &str) -> Result<Vec<u8>, TransportError> {
        Err(TransportError::new("connection rejected"))
    }
}

/// The client learns when to retry, and the log has the cause.
#[test]
fn without_keys_the_response_says_when_to_retry() {
    async fn token(token: VerifiedToken) -> String {
        about_token(Some(&token))
    }
    let auth = || {
        let tenant = Tenant::single(TENANT).unwrap();
        let store = KeyStore::new(MetadataUri::entra(Cloud::Public, &tenant));
        BearerAuth::new(verifier(), Keys::fetched(store, Unreachable)).with_clock(|| at(NOW))
    };
    let layered = Router::new().route("/token", get(|| async {}));
    let servers = [
        serve(layered.layer(EasyAuthLayer::new(nowhere()).verify(auth()))),
        serve(Router::new().route("/token", get(token)).with_state(auth())),
        actix_service::serve(move |config| {
            config.app_data(auth());
        }),
    ];
    let headers = [("Authorization", format!("Bearer {}", Draft::access().sign()))];
    for server in &servers {
        let answer = client::get(server.address, "/token", &headers);
        assert_eq!(answer.status, 503, "{}", answer.body);
        assert!(answer.body.contains(r#""code":"keys-unavailable""#), "{}", answer.body);
        assert_eq!(answer.header("retry-after").as_deref(), Some("5"));
        assert_eq!(answer.header("www-authenticate"), None);
        assert_eq!(
            answer.header(CAUSE).as_deref(),
            Some(
                "the keys to verify the token are not available <- the keys could not be \
                 fetched <- connection rejected"
            ),
        );
    }
}
