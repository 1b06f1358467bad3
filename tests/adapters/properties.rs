//! For any headers beside a verified token, handlers read only the identity of the token.

use std::{
    convert::Infallible,
    sync::{Arc, LazyLock},
};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use easyauth::{
    EasyAuthPrincipal, HeaderSource, IdentityProvider, ProviderTokens, Rejection,
    integrations::{EasyAuthLayer, Identity},
    verify::ConfirmedCaller,
};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, request::Parts};
use http_body_util::Full;
use hyper::body::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::{
    setup::*,
    support::{Draft, TENANT, USER},
};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().build().unwrap());

/// Everything that a handler could read as identity.
#[derive(Clone)]
struct Seen {
    headers: HeaderMap,
    identity: Identity,
    principal: Option<EasyAuthPrincipal>,
    caller: Option<ConfirmedCaller>,
    extracted: Extracted,
}

/// The values of axum's extractors.
#[derive(Clone)]
struct Extracted {
    required: Option<EasyAuthPrincipal>,
    optional: Option<EasyAuthPrincipal>,
    caller: Option<ConfirmedCaller>,
    tokens: Arc<Option<ProviderTokens>>,
}

impl Extracted {
    async fn of(parts: &mut Parts) -> Self {
        type Principal = EasyAuthPrincipal;
        Self {
            required: <Principal as FromRequestParts<()>>::from_request_parts(parts, &())
                .await
                .ok(),
            optional: <Principal as OptionalFromRequestParts<()>>::from_request_parts(parts, &())
                .await
                .unwrap(),
            caller: <ConfirmedCaller as FromRequestParts<()>>::from_request_parts(parts, &())
                .await
                .ok(),
            tokens: Arc::new(ProviderTokens::from_request_parts(parts, &()).await.ok()),
        }
    }
}

/// Sends a request through the layer. Returns what the handler saw, or the rejection.
fn through(layer: &EasyAuthLayer, headers: HeaderMap) -> Result<Seen, Rejection> {
    let handler = service_fn(|request: Request<()>| async move {
        let (mut parts, ()) = request.into_parts();
        let extracted = Extracted::of(&mut parts).await;
        let seen = Seen {
            headers: parts.headers,
            identity: parts.extensions.get::<Identity>().unwrap().clone(),
            principal: parts.extensions.get().cloned(),
            caller: parts.extensions.get().cloned(),
            extracted,
        };
        let mut response = Response::new(Full::<Bytes>::default());
        response.extensions_mut().insert(seen);
        Ok::<_, Infallible>(response)
    });
    let mut request = Request::new(());
    *request.headers_mut() = headers;
    let mut response = RUNTIME.block_on(layer.layer(handler).oneshot(request)).unwrap();
    match response.extensions_mut().remove::<Seen>() {
        Some(seen) => Ok(seen),
        None => Err(response.extensions_mut().remove::<Rejection>().unwrap()),
    }
}

/// The right value, the victim's, or an arbitrary one.
fn value(right: &'static str) -> BoxedStrategy<String> {
    prop_oneof![
        4 => Just(right.to_owned()),
        2 => Just("victim".to_owned()),
        1 => "[ -~]{0,12}",
    ]
    .boxed()
}

fn claim() -> impl Strategy<Value = Value> {
    let names = prop_oneof![
        Just("oid".to_owned()),
        Just("tid".to_owned()),
        Just("sub".to_owned()),
        Just("iss".to_owned()),
        Just("name".to_owned()),
        Just("roles".to_owned()),
        Just("email".to_owned()),
        Just("upn".to_owned()),
        Just("groups".to_owned()),
        Just("http://schemas.microsoft.com/identity/claims/objectidentifier".to_owned()),
        Just("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier".to_owned()),
        "[a-z]{1,6}",
    ];
    (names, prop_oneof![value(USER), value(TENANT)])
        .prop_map(|(typ, val)| json!({"typ": typ, "val": val}))
}

/// A principal of either format. It often names the token's caller, so that it is confirmed.
fn any_principal() -> impl Strategy<Value = String> {
    let claims = || {
        (any::<bool>(), prop::collection::vec(claim(), 0..4)).prop_map(|(is_own, mut claims)| {
            if is_own {
                claims.push(json!({"typ": "tid", "val": TENANT}));
                claims.push(json!({"typ": "oid", "val": USER}));
            }
            claims
        })
    };
    let provider =
        prop_oneof![3 => Just("aad".to_owned()), 1 => Just("google".to_owned()), 1 => "[a-z]{1,5}"];
    let types = prop_oneof![Just("name"), Just("roles"), Just("oid"), Just("upn")];
    let app_service = (provider.clone(), claims(), types.clone(), types).prop_map(
        |(provider, claims, name, role)| {
            json!({"auth_typ": provider, "claims": claims, "name_typ": name, "role_typ": role})
        },
    );
    let static_web_apps = (provider, claims(), value(USER), value("x")).prop_map(
        |(provider, claims, id, details)| {
            json!({
                "identityProvider": provider, "userId": id, "userDetails": details,
                "userRoles": ["authenticated", "Admin"], "claims": claims,
            })
        },
    );
    prop_oneof![app_service, static_web_apps]
        .prop_map(|principal| BASE64_STANDARD.encode(principal.to_string()))
}

/// The name of an identity header, or one that some servers map to it.
fn alias() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "X-MS-CLIENT-PRINCIPAL",
        "X-MS-CLIENT-PRINCIPAL-ID",
        "X-MS-CLIENT-PRINCIPAL-NAME",
        "X-MS-CLIENT-PRINCIPAL-IDP",
        "X-MS-TOKEN-AAD-ID-TOKEN",
        "X-MS-TOKEN-AAD-ACCESS-TOKEN",
        "X-MS-TOKEN-GOOGLE-ID-TOKEN",
        "X-MS-TOKEN-AAD-EXPIRES-ON",
        "X-MS-AUTH-TOKEN",
    ]);
    let separators = prop::sample::select(vec!["-", "-", "-", "_", ".", "~", "", "--", "+"]);
    (names, separators).prop_map(|(name, separator)| name.replace('-', separator))
}

fn forged() -> impl Strategy<Value = Vec<(String, String)>> {
    let value = prop_oneof![value(USER), any_principal(), Just("aad".to_owned())];
    prop::collection::vec((alias(), value), 0..5)
}

fn draft(draft: Draft) -> impl Strategy<Value = Draft> {
    let name = prop_oneof![Just(None), Just(Some("Signed")), Just(Some("victim's friend"))];
    let roles = prop_oneof![Just(None), Just(Some("Admin")), Just(Some("Reader"))];
    (name, roles).prop_map(move |(name, role)| {
        let mut draft = draft.clone();
        if let Some(name) = name {
            draft = draft.with("name", name);
        }
        match role {
            Some(role) => draft.with("roles", json!([role])),
            None => draft.with("roles", json!([])),
        }
    })
}

/// Asserts that every identity value comes from the token.
fn check(seen: &Seen, draft: &Draft, id_token: Option<&str>) -> Result<(), TestCaseError> {
    let text = |claim: &str| draft.payload.get(claim).and_then(Value::as_str);
    let roles: Vec<&str> =
        draft.payload["roles"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    let check_principal = |user: &EasyAuthPrincipal| {
        prop_assert_eq!(user.id(), text("oid"));
        prop_assert_eq!(user.object_id(), text("oid"));
        prop_assert_eq!(user.tenant_id(), text("tid"));
        prop_assert_eq!(user.subject(), text("sub"));
        prop_assert_eq!(user.name(), text("name"));
        prop_assert_eq!(user.email(), None);
        prop_assert_eq!(user.provider(), &IdentityProvider::ENTRA);
        prop_assert_eq!(user.roles().collect::<Vec<_>>(), roles.clone());
        for claim in user.claims() {
            let own = &draft.payload[claim.typ()];
            let is_own = own.as_str() == Some(claim.val())
                || serde_json::to_string(own).unwrap() == claim.val()
                || own.as_array().is_some_and(|own| own.contains(&json!(claim.val())));
            prop_assert!(is_own, "{} is not of the token", claim.typ());
        }
        Ok(())
    };
    let identity = &seen.identity;
    prop_assert_eq!(identity.principal().is_some(), identity.confirmed().is_some());
    prop_assert_eq!(identity.confirmed(), seen.caller.as_ref());
    let Extracted { required, optional, caller, tokens } = &seen.extracted;
    prop_assert_eq!(required, optional);
    prop_assert_eq!(required.as_ref(), identity.principal());
    prop_assert_eq!(caller, &seen.caller);
    let users = [identity.principal(), seen.principal.as_ref(), required.as_ref()];
    for user in users.into_iter().flatten() {
        check_principal(user)?;
    }
    if let Some(tokens) = &**tokens {
        prop_assert!(tokens.access_token().is_none() && tokens.refresh_token().is_none());
        prop_assert!(tokens.id_token().is_none_or(|own| Some(own.expose_secret()) == id_token));
    }
    if let Some(caller) = identity.confirmed() {
        prop_assert_eq!(Some(caller.id()), text("oid"));
        prop_assert_eq!(caller.name(), text("name"));
        prop_assert_eq!(caller.is_in_role("Admin"), roles.contains(&"Admin"));
    }
    let has_role = identity.is_authenticated() && roles.contains(&"Admin");
    prop_assert_eq!(identity.is_in_role("Admin"), has_role);

    // What is left of the headers: the very ID token that was verified, and nothing else.
    prop_assert!(EasyAuthPrincipal::from_headers(&seen.headers).unwrap().is_none());
    let providers = IdentityProvider::ALL.iter().chain([&IdentityProvider::UNKNOWN]);
    for provider in providers {
        let tokens = ProviderTokens::from_headers(&seen.headers, provider).unwrap();
        prop_assert!(tokens.access_token().is_none() && tokens.expires_on().is_none());
        if let Some(token) = tokens.id_token() {
            prop_assert!(identity.confirmed().is_some());
            prop_assert_eq!(Some(token.expose_secret()), id_token);
        }
    }
    let folded = |name: &HeaderName| -> String {
        name.as_str().chars().filter(char::is_ascii_alphanumeric).collect()
    };
    for (name, value) in &seen.headers {
        let folded = folded(name);
        if folded.starts_with("xmsclientprincipal")
            || folded.starts_with("xmstoken")
            || folded.starts_with("xmsauthtoken")
        {
            prop_assert_eq!(name.as_str(), "x-ms-token-aad-id-token");
            prop_assert_eq!(value.to_str().ok(), id_token);
        }
    }
    Ok(())
}

fn headers(pairs: &[(String, String)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(
            HeaderName::try_from(name.as_str()).unwrap(),
            HeaderValue::try_from(value.as_str()).unwrap(),
        );
    }
    headers
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_bearer_token_is_all_that_is_read(
        draft in draft(Draft::access()), user in any_principal(), forged in forged(),
        is_alone in any::<bool>(),
    ) {
        let layer = EasyAuthLayer::new(platform()).confirm_by_bearer(bearer_auth());
        let mut pairs = vec![
            ("authorization".to_owned(), format!("Bearer {}", draft.sign())),
            ("x-ms-client-principal".to_owned(), user),
        ];
        if !is_alone {
            pairs.extend(forged);
        }
        if let Ok(seen) = through(&layer, headers(&pairs)) {
            check(&seen, &draft, None)?;
        }
    }

    #[test]
    fn an_id_token_is_all_that_is_read(
        draft in draft(Draft::id()), user in any_principal(), forged in forged(),
        name in prop::sample::select(vec!["aad", "aad", "aad", "google", "contoso"]),
        is_alone in any::<bool>(),
    ) {
        let layer = EasyAuthLayer::new(platform()).confirm_by_id_token(id_token_auth());
        let token = draft.sign();
        let mut pairs = vec![
            (format!("x-ms-token-{name}-id-token"), token.clone()),
            ("x-ms-client-principal".to_owned(), user),
        ];
        if !is_alone {
            pairs.extend(forged);
        }
        if let Ok(seen) = through(&layer, headers(&pairs)) {
            check(&seen, &draft, Some(&token))?;
        }
    }

    /// On a platform that is not trusted, without a token: nothing is read at all.
    #[test]
    fn nothing_is_read_without_trust(user in any_principal(), forged in forged()) {
        let layer = EasyAuthLayer::new(nowhere());
        let mut pairs = forged;
        pairs.push(("x-ms-client-principal".to_owned(), user));
        let seen = through(&layer, headers(&pairs)).unwrap();
        prop_assert!(!seen.identity.is_authenticated() && seen.principal.is_none());
        let Extracted { required, optional, caller, tokens } = seen.extracted;
        prop_assert!(required.is_none() && optional.is_none() && caller.is_none());
        prop_assert!(tokens.is_none());
        prop_assert!(seen.headers.is_empty(), "{:?}", seen.headers);
        prop_assert!(seen.headers.header("x-ms-client-principal", 0).is_none());
    }
}

/// The generators reach confirmed callers, so the properties test more than rejections.
#[test]
fn a_forged_principal_of_the_tokens_caller_is_confirmed() {
    let user = json!({
        "auth_typ": "aad", "name_typ": "upn", "role_typ": "roles", "claims": [
            {"typ": "tid", "val": TENANT}, {"typ": "oid", "val": USER},
            {"typ": "upn", "val": "victim"}, {"typ": "roles", "val": "Admin"},
        ],
    });
    let draft = Draft::id().with("roles", json!(["Reader"]));
    let token = draft.sign();
    let pairs = [
        ("x-ms-token-aad-id-token".to_owned(), token.clone()),
        ("x-ms-client-principal".to_owned(), BASE64_STANDARD.encode(user.to_string())),
    ];
    let layer = EasyAuthLayer::new(platform()).confirm_by_id_token(id_token_auth());
    let seen = through(&layer, headers(&pairs)).unwrap();
    assert!(seen.caller.is_some());
    check(&seen, &draft, Some(&token)).unwrap();
}
