//! Confirmation: handlers get the identity of the token, never that of the headers.

use axum::{Extension, Router, routing::any};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use easyauth::{
    EasyAuthPrincipal, ProviderTokens,
    integrations::{Confirmation, EasyAuthLayer, Identity},
    verify::ConfirmedCaller,
};
use http::{Extensions, HeaderMap};

use crate::{
    actix_service,
    axum_service::serve,
    client::{self, Answer},
    setup::*,
    support::{Draft, FOREIGN_KEY, NOW, OTHER_TENANT, TENANT, USER},
};

const PRINCIPAL: &str = "X-MS-CLIENT-PRINCIPAL";
const ID: &str = "X-MS-CLIENT-PRINCIPAL-ID";
const NAME: &str = "X-MS-CLIENT-PRINCIPAL-NAME";
const ID_TOKEN: &str = "X-MS-TOKEN-AAD-ID-TOKEN";
const BEARER: &str = "Authorization";
const VICTIM: &str = "00000009-0000-4000-8000-000000000009";

/// Everything that a handler inside the layer can read as identity.
async fn report(identity: Identity, headers: HeaderMap, extensions: Extensions) -> String {
    let principal = identity.principal();
    let extension = extensions.get::<EasyAuthPrincipal>();
    let id = |user: Option<&EasyAuthPrincipal>| user.and_then(|user| user.id()).map(str::to_owned);
    assert_eq!(id(principal), id(extension));
    let caller = extensions.get::<ConfirmedCaller>();
    assert_eq!(identity.confirmed(), caller);
    assert_eq!(identity.is_confirmed(), caller.is_some());
    if let Some(caller) = caller {
        assert_eq!(principal.unwrap().id(), Some(caller.id()));
    }
    let mut names: Vec<_> =
        headers.keys().map(http::HeaderName::as_str).filter(|name| name.starts_with('x')).collect();
    names.sort_unstable();
    format!(
        "{} {}, {}, admin {}, confirmed {}: {}",
        about_user(principal),
        id(principal).unwrap_or_default(),
        about_token(identity.token()),
        identity.is_in_role("Admin"),
        caller.map_or("anonymous", ConfirmedCaller::id),
        names.join(" ")
    )
}

fn through(layer: EasyAuthLayer, headers: &[(&str, String)]) -> Answer {
    let server = serve(Router::new().route("/", any(report)).layer(layer));
    client::get(server.address, "/", headers)
}

#[track_caller]
fn assert_sees(layer: EasyAuthLayer, headers: &[(&str, String)], expected: &str) {
    let answer = through(layer, headers);
    assert_eq!((answer.status, answer.body.as_str()), (200, expected));
}

#[track_caller]
fn assert_rejects(
    layer: EasyAuthLayer,
    headers: &[(&str, String)],
    status: u16,
    code: &str,
    challenge: Option<&str>,
) {
    let answer = through(layer, headers);
    assert_eq!(answer.status, status, "{}", answer.body);
    assert!(answer.body.contains(&format!(r#""code":"{code}""#)), "{}", answer.body);
    assert_eq!(answer.header("www-authenticate").as_deref(), challenge);
}

fn user() -> (&'static str, String) {
    (PRINCIPAL, principal("Sample", "Admin"))
}

fn bearer(draft: &Draft) -> (&'static str, String) {
    (BEARER, format!("Bearer {}", draft.sign()))
}

fn id_token(draft: &Draft) -> (&'static str, String) {
    (ID_TOKEN, draft.sign())
}

fn by_bearer() -> EasyAuthLayer {
    EasyAuthLayer::new(nowhere()).confirm_by_bearer(bearer_auth())
}

fn by_id_token() -> EasyAuthLayer {
    EasyAuthLayer::new(nowhere()).confirm_by_id_token(id_token_auth())
}

const ANONYMOUS: &str = "anonymous , no token, admin false, confirmed anonymous: ";

#[test]
fn a_bearer_token_confirms_its_caller() {
    let draft = Draft::access();
    // The role and the name are in the headers alone, and anybody could have written them there.
    let sees = |name: &str, admin| {
        format!("user {name} {USER}, token of {USER}, admin {admin}, confirmed {USER}: ")
    };
    assert_sees(by_bearer(), &[user(), bearer(&draft)], &sees("without a name", false));
    let admin = draft.clone().with("roles", serde_json::json!(["Admin"])).with("name", "Signed");
    assert_sees(by_bearer(), &[user(), bearer(&admin)], &sees("Signed", true));
    assert_sees(by_bearer(), &[], ANONYMOUS);
    // No principal, nothing to confirm.
    let token = format!("anonymous , token of {USER}, admin false, confirmed anonymous: ");
    assert_sees(by_bearer(), &[bearer(&draft)], &token);
    // Without a token, the request is anonymous.
    assert_sees(by_bearer(), &[user()], ANONYMOUS);
    let other = draft.clone().with("oid", OTHER_TENANT);
    assert_rejects(by_bearer(), &[user(), bearer(&other)], 400, "mismatch", None);
    let malformed = [(PRINCIPAL, "%".to_owned()), bearer(&draft)];
    assert_rejects(by_bearer(), &malformed, 400, "malformed-identity", None);
    let challenge = "Bearer realm=\"files\", error=\"invalid_token\", error_description=\"the token \
                     has expired\"";
    let expired = draft.with("exp", NOW - 3600).with("iat", NOW - 7200).with("nbf", NOW - 7200);
    let headers = [user(), bearer(&expired)];
    assert_rejects(by_bearer(), &headers, 401, "invalid-token", Some(challenge));
}

#[test]
fn an_id_token_confirms_its_caller() {
    let draft = Draft::id();
    let sees = |admin| {
        format!(
            "user Sample User {USER}, no token, admin {admin}, confirmed {USER}: \
             x-ms-token-aad-id-token"
        )
    };
    assert_sees(by_id_token(), &[user(), id_token(&draft)], &sees(true));
    assert_sees(by_id_token(), &[user(), id_token(&draft.clone().without("roles"))], &sees(false));
    let other = draft.clone().with("oid", OTHER_TENANT);
    assert_rejects(by_id_token(), &[user(), id_token(&other)], 400, "mismatch", None);
    let forged = (ID_TOKEN, draft.sign_with(&FOREIGN_KEY));
    let challenge = "Bearer error=\"invalid_token\", error_description=\"the signature of the token \
                     is not valid\"";
    assert_rejects(by_id_token(), &[user(), forged], 401, "invalid-token", Some(challenge));
    let twice = [user(), id_token(&draft), id_token(&draft)];
    assert_rejects(by_id_token(), &twice, 400, "malformed-identity", None);
    // A bearer token goes first, if both may confirm: it is what the client sent itself.
    let both = || by_id_token().confirm_by_bearer(bearer_auth());
    assert_sees(
        both(),
        &[user(), id_token(&draft), bearer(&Draft::access())],
        &format!("user without a name {USER}, token of {USER}, admin false, confirmed {USER}: "),
    );
    assert_sees(both(), &[user(), id_token(&draft)], &sees(true));
    // A bearer token does not confirm the headers unless the layer says so.
    assert_sees(
        by_id_token().verify(bearer_auth()),
        &[user(), bearer(&Draft::access())],
        &format!("anonymous , token of {USER}, admin false, confirmed anonymous: "),
    );
}

fn encoded(json: &str) -> (&'static str, String) {
    (PRINCIPAL, BASE64_STANDARD.encode(json))
}

/// microsoft/physical-ai-toolchain#1620: a caller with their own valid token bypasses the platform, and names
/// the victim in every value that is not compared.
#[test]
fn a_forged_principal_with_a_valid_token() {
    let own = bearer(&Draft::access().with("name", "Attacker"));
    let claim = |typ: &str, val: &str| format!(r#"{{"typ":"{typ}","val":"{val}"}}"#);
    let iss = format!("https://login.microsoftonline.com/{TENANT}/v2.0");
    let identity = [claim("tid", TENANT), claim("oid", USER)].join(",");
    let principals = [
        // The shape of Static Web Apps, with the victim as the user ID.
        format!(
            r#"{{"identityProvider":"aad","userId":"{VICTIM}","userDetails":"victim","userRoles":["authenticated","Admin"],"claims":[{identity}]}}"#
        ),
        // Without a tenant: issuer and subject are her own, the object ID is the victim's.
        format!(
            r#"{{"auth_typ":"aad","claims":[{},{},{}],"name_typ":"name","role_typ":"roles"}}"#,
            claim("iss", &iss),
            claim("sub", "subject-at-my-api"),
            claim("oid", VICTIM),
        ),
        // The victim's subject, another provider, another name.
        format!(
            r#"{{"auth_typ":"google","claims":[{identity},{},{},{}],"name_typ":"name","role_typ":"roles"}}"#,
            claim("sub", VICTIM),
            claim("name", "victim"),
            claim("roles", "Admin"),
        ),
        // Two values of one claim.
        format!(
            r#"{{"auth_typ":"aad","claims":[{identity},{}],"name_typ":"name","role_typ":"roles"}}"#,
            claim("oid", VICTIM),
        ),
    ];
    let expected =
        format!("user Attacker {USER}, token of {USER}, admin false, confirmed {USER}: ");
    for json in &principals {
        for name in [None, Some((NAME, "victim".to_owned())), Some((ID, VICTIM.to_owned()))] {
            let mut headers = vec![encoded(json), own.clone()];
            headers.extend(name);
            let answer = through(by_bearer(), &headers);
            match answer.status {
                200 => assert_eq!(answer.body, expected, "{json}"),
                status => {
                    assert_eq!(status, 400, "{json}: {}", answer.body);
                    assert!(!answer.body.contains("victim") && !answer.body.contains(VICTIM));
                }
            }
        }
    }
}

/// `confirm_by_bearer` with forged tokens of the token store beside a valid bearer token.
#[test]
fn unconfirmed_headers_are_removed() {
    let text = |name: &'static str| (name, "forged".to_owned());
    let forged = [
        text("X-MS-TOKEN-AAD-ACCESS-TOKEN"),
        text("X-MS-TOKEN-AAD-REFRESH-TOKEN"),
        text("X_MS_TOKEN_AAD_ID_TOKEN"),
        text("X.MS.CLIENT.PRINCIPAL"),
        text("X-MS-AUTH-TOKEN"),
    ];
    let with = |own: [(&'static str, String); 2]| -> Vec<_> {
        own.into_iter().chain(forged.iter().cloned()).collect()
    };
    assert_sees(
        by_bearer(),
        &with([user(), bearer(&Draft::access())]),
        &format!("user without a name {USER}, token of {USER}, admin false, confirmed {USER}: "),
    );
    let mut both = with([user(), bearer(&Draft::access())]);
    both.push(id_token(&Draft::id()));
    assert_sees(
        by_bearer(),
        &both,
        &format!("user without a name {USER}, token of {USER}, admin false, confirmed {USER}: "),
    );
    assert_sees(
        by_id_token(),
        &with([user(), id_token(&Draft::id())]),
        &format!(
            "user Sample User {USER}, no token, admin true, confirmed {USER}: x-ms-token-aad-id-token"
        ),
    );
    // A genuine token under the name of another provider than its issuer.
    let google = (
        PRINCIPAL,
        BASE64_STANDARD.encode(principal_json("Sample", "Admin").replace("\"aad\"", "\"google\"")),
    );
    let genuine = ("X-MS-TOKEN-GOOGLE-ID-TOKEN", Draft::id().sign());
    let seen = format!("user Sample User {USER}, no token, admin true, confirmed {USER}: ");
    assert_sees(by_id_token(), &[google.clone(), genuine.clone()], &seen);
    // Beside it, another token under the name of the issuer.
    assert_sees(by_id_token(), &[google, genuine, (ID_TOKEN, "forged".to_owned())], &seen);
}

/// Extractors return confirmed values, never those of the headers.
#[test]
fn extractors_return_confirmed_values() {
    async fn all(
        user: EasyAuthPrincipal,
        tokens: ProviderTokens,
        caller: ConfirmedCaller,
    ) -> String {
        assert_eq!(user.id(), Some(caller.id()));
        let token = tokens.id_token().map_or(0, easyauth::IdToken::len);
        format!(
            "{} {token} {:?} {}",
            about_user(Some(&user)),
            tokens.access_token().map(easyauth::AccessToken::len),
            user.is_in_role("Admin")
        )
    }
    let access = || ("X-MS-TOKEN-AAD-ACCESS-TOKEN", "forged".to_owned());
    let signed = Draft::id().without("roles").sign();
    let headers = [user(), (ID_TOKEN, signed.clone()), access()];
    let router = Router::new()
        .route("/all", any(all))
        .route("/admin", any(admin))
        .route("/confirmed", any(confirmed));
    let layered = serve(router.layer(by_id_token().login(login())));
    let actix = actix_service::serve(|config| {
        config
            .app_data(Confirmation::by_id_token(id_token_auth()))
            .app_data(login())
            .route("/all", actix_web::web::get().to(all));
    });
    for server in [&layered, &actix] {
        let get = |path, headers: &[(&str, String)]| client::get(server.address, path, headers);
        let answer = get("/all", &headers);
        assert_eq!(answer.body, format!("user Sample User {} None false", signed.len()));
        assert_eq!(get("/confirmed", &headers).body, format!("confirmed {USER}"));
        // The role of the headers counts for nothing.
        assert_eq!(get("/admin", &headers).status, 403);
        assert_eq!(get("/admin", &[user(), id_token(&Draft::id())]).status, 200);
        // Anonymous, and unconfirmed.
        assert_eq!(get("/confirmed", &[]).status, 401);
        assert_eq!(get("/confirmed", &[user()]).status, 401);
        let html = ("Accept", "text/html".to_owned());
        assert_eq!(get("/confirmed", &[html]).status, 302);
        let other = Draft::id().with("oid", OTHER_TENANT);
        assert_eq!(get("/confirmed", &[user(), id_token(&other)]).status, 400);
    }
}

/// A bearer token also confirms callers in actix-web.
#[test]
fn a_bearer_token_confirms_on_actix() {
    let server = actix_service::serve(|config| {
        let confirmation = Confirmation::by_bearer(bearer_auth());
        config.app_data(confirmation.or_by_id_token(id_token_auth())).app_data(platform());
    });
    let get = |path, headers: &[(&str, String)]| client::get(server.address, path, headers);
    let good = [user(), bearer(&Draft::access())];
    assert_eq!(get("/confirmed", &good).body, format!("confirmed {USER}"));
    assert_eq!(get("/me", &good).body, "user without a name");
    assert_eq!(get("/maybe-confirmed", &good).body, format!("confirmed {USER}"));
    assert_eq!(get("/me", &[user(), id_token(&Draft::id())]).body, "user Sample User");
    // A trusted platform does not replace confirmation.
    assert_eq!(get("/maybe", &[user()]).body, "anonymous");
    assert_eq!(get("/maybe-confirmed", &[user()]).body, "anonymous");
    assert_eq!(get("/me", &[user()]).status, 401);
}

/// The session of one caller, and the bearer token of another.
#[test]
fn a_session_and_a_token_of_two_callers_are_rejected() {
    let layer = by_id_token().verify(bearer_auth());
    let actix = actix_service::serve(|config| {
        config.app_data(Confirmation::by_id_token(id_token_auth())).app_data(bearer_auth());
    });
    let session = || [user(), id_token(&Draft::id())];
    for (token, status) in [(Draft::access(), 200), (Draft::access().with("oid", VICTIM), 400)] {
        let [principal, id_token] = session();
        let headers = [principal, id_token, bearer(&token)];
        assert_eq!(through(layer.clone(), &headers).status, status);
        for path in ["/me", "/token", "/files", "/maybe-token", "/confirmed"] {
            let answer = client::get(actix.address, path, &headers);
            assert_eq!(answer.status, status, "{path}: {}", answer.body);
        }
    }
}

/// The inner layer decides by what the outer one accepted and left, and removes its result.
#[test]
fn the_result_of_an_outer_layer_is_removed() {
    async fn left(
        user: Option<Extension<EasyAuthPrincipal>>,
        caller: Option<Extension<ConfirmedCaller>>,
        identity: Identity,
    ) -> String {
        format!(
            "{} {} {} {}",
            user.is_some(),
            caller.is_some(),
            identity.principal().is_some(),
            identity.token().is_some()
        )
    }
    async fn required(_: EasyAuthPrincipal) {}
    let nothing = "false false false false";
    let cases = [
        // The outer layer leaves the headers that it accepted.
        (
            EasyAuthLayer::new(platform()).verify(bearer_auth()),
            by_id_token(),
            "true true true false",
            401,
        ),
        (
            EasyAuthLayer::new(platform()).verify(bearer_auth()),
            EasyAuthLayer::new(nowhere()),
            nothing,
            500,
        ),
        // One that confirms callers leaves no principal to confirm again.
        (by_id_token().verify(bearer_auth()), by_id_token(), nothing, 401),
        (by_id_token().verify(bearer_auth()), EasyAuthLayer::new(nowhere()), nothing, 500),
        (by_bearer(), by_bearer(), "false false false true", 401),
        (by_bearer(), by_id_token(), nothing, 401),
        (EasyAuthLayer::new(nowhere()), by_id_token(), nothing, 401),
    ];
    for (outer, inner, expected, status) in cases {
        let router = Router::new().route("/", any(left)).route("/required", any(required));
        let server = serve(router.layer(inner.clone()).layer(outer.clone().login(login())));
        let headers = [user(), id_token(&Draft::id()), bearer(&Draft::access())];
        let answer = client::get(server.address, "/", &headers);
        assert_eq!(answer.body, expected, "{outer:?} {inner:?}");
        // The inner layer decides about anonymous requests, and has no sign-in page.
        let html = [("Accept", "text/html".to_owned())];
        let answer = client::get(server.address, "/required", &html);
        assert_eq!(answer.status, status, "{outer:?} {inner:?}");
    }
    // The outer one decides first about tokens.
    let outer = by_bearer();
    let inner = EasyAuthLayer::new(nowhere());
    let server = serve(Router::new().route("/", any(left)).layer(inner).layer(outer));
    let foreign = [bearer(&Draft::access().with("aud", "api://another-api"))];
    assert_eq!(client::get(server.address, "/", &foreign).status, 401);
    // The row as it was reported: an anonymous request under a layer that trusted headers.
    let router = Router::new().route("/", any(left)).layer(EasyAuthLayer::new(nowhere()));
    let server = serve(router.layer(EasyAuthLayer::new(platform())));
    assert_eq!(client::get(server.address, "/", &[user()]).body, "false false false false");
}
