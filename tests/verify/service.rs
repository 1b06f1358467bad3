//! A service set up in one expression, and keys that a task keeps fresh.

use std::{
    cell::Cell,
    future::{Future, ready},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use easyauth::{
    AccessToken, IdToken,
    endpoints::AuthEnvironment,
    resource::Cloud,
    verify::{
        BearerAuth, FIRST_BACKOFF, IdTokenAuth, KEEP_FRESH_INTERVAL, KEY_LIFETIME, Keys,
        REFRESH_INTERVAL, VerifierBuildErrorKind, VerifyErrorKind,
    },
};
use serde_json::json;

use crate::{
    source::{Mode, Source, Task, Timer, bounded, document, finish, store},
    support::*,
};

/// A clock that a test sets.
#[derive(Clone)]
struct Clock(Arc<Mutex<SystemTime>>);

impl Clock {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(at(NOW))))
    }

    fn read(&self) -> SystemTime {
        *self.0.lock().unwrap()
    }

    fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

fn token() -> AccessToken {
    AccessToken::new(Draft::access().with("aud", APP).sign())
}

fn kind(auth: &BearerAuth, token: AccessToken) -> Result<(), VerifyErrorKind> {
    let auth = auth.clone();
    finish(async move { auth.verify(&token).await.map(drop) }).map_err(|error| error.kind())
}

#[test]
fn tenant_and_client_id_are_enough() {
    let auth = BearerAuth::entra(TENANT, APP).unwrap().fixed_keys(KEYS.clone());
    let auth = auth.with_clock(|| at(NOW));
    assert_eq!(kind(&auth, token()), Ok(()));
    let v1 = Draft::access_v1().with("aud", format!("api://{APP}"));
    assert_eq!(kind(&auth, AccessToken::new(v1.sign())), Ok(()));
    let other = AccessToken::new(Draft::access().sign());
    assert_eq!(kind(&auth, other), Err(VerifyErrorKind::WrongAudience));

    let error = BearerAuth::entra("contoso.onmicrosoft.com", APP).unwrap_err();
    assert_eq!(error.kind(), VerifierBuildErrorKind::InvalidTenantId);
    assert_eq!(
        error.to_string(),
        "expected a tenant ID (GUID), found \"contoso.onmicrosoft.com\": tokens do not contain domain \
         names; use the ID of the tenant",
    );
    let error = BearerAuth::entra(TENANT, "my-app").unwrap_err();
    assert_eq!(error.kind(), VerifierBuildErrorKind::InvalidClientId);
    assert_eq!(error.to_string(), "expected a client ID (GUID), found \"my-app\"");
}

/// A service whose keys a task keeps fresh.
struct Service {
    source: Source,
    clock: Clock,
    timer: Timer,
    auth: BearerAuth,
    task: Task<()>,
}

impl Service {
    fn start(source: Source) -> Self {
        let (clock, timer) = (Clock::new(), Timer::default());
        let auth = BearerAuth::entra(TENANT, APP).unwrap().fetch_keys(source.clone());
        let (now, sleep) = (clock.clone(), timer.clone());
        let auth = auth.with_clock(move || now.read());
        let task = Task::new(auth.clone().keep_fresh(move |pause| sleep.sleep(pause)));
        Self { source, clock, timer, auth, task }
    }

    /// Lets time pass, as long as no sleep ends in between.
    fn pass(&mut self, time: Duration) {
        self.clock.advance(time);
        self.timer.advance(time);
        assert!(self.task.run().is_none());
    }
}

#[test]
fn keys_are_fetched_before_requests_need_them() {
    let mut service = Service::start(Source::new(&["organizations-key"]));
    assert!(!service.auth.is_ready());
    service.pass(Duration::ZERO);
    assert!(service.auth.is_ready());
    assert_eq!(service.source.began(), 1);
    assert_eq!(kind(&service.auth, token()), Ok(()));
    // Once an hour.
    let minutes = REFRESH_INTERVAL.as_secs() / KEEP_FRESH_INTERVAL.as_secs();
    for minute in 1..=3 * minutes {
        service.pass(KEEP_FRESH_INTERVAL);
        assert_eq!(service.source.began(), 1 + usize::try_from(minute / minutes).unwrap());
    }
    assert_eq!(service.source.began(), 4);
}

#[test]
fn a_failed_fetch_is_repeated_after_the_backoff() {
    let source = Source::new(&["organizations-key"]);
    source.set(Mode::Fails);
    let mut service = Service::start(source);
    service.pass(Duration::ZERO);
    assert!(!service.auth.is_ready());
    let keys = service.auth.keys().next().unwrap().clone();
    let error = keys.store().unwrap().last_error().unwrap();
    assert_eq!(error.to_string(), "the keys could not be fetched");
    service.source.set(Mode::Answers);
    service.pass(FIRST_BACKOFF);
    assert!(service.auth.is_ready());
    assert_eq!(service.source.began(), 2);

    // Once there are keys, a failure does not take readiness away.
    service.source.set(Mode::Fails);
    for _ in 0..61 {
        service.pass(KEEP_FRESH_INTERVAL);
    }
    assert!(keys.store().unwrap().last_error().is_some());
    assert!(service.auth.is_ready());
    assert_eq!(kind(&service.auth, token()), Err(VerifyErrorKind::Expired)); // the key is known
}

/// Readiness means that every verifier has keys.
#[test]
fn a_service_with_two_issuers() {
    let (one, other) = (Source::new(&["organizations-key"]), Source::new(&["other"]));
    let auth = BearerAuth::entra(TENANT, APP).unwrap().fetch_keys(one).with_clock(|| at(NOW));
    let others = BearerAuth::entra(OTHER_TENANT, APP).unwrap().fetch_keys(other);
    let others: Vec<_> = others.keys().cloned().collect();
    let auth = auth.or(verifier(), others[0].clone());
    let ready = auth.clone();
    assert_eq!(auth.keys().count(), 2);
    let first = auth.keys().next().unwrap().clone();
    assert!(finish(async move { first.refresh_if_due(at(NOW)).await }).unwrap());
    assert!(!ready.is_ready());
    let second = others[0].clone();
    assert!(finish(async move { second.refresh_if_due(at(NOW)).await }).unwrap());
    assert!(ready.is_ready());
}

#[test]
fn fixed_keys_need_no_task() {
    let auth = BearerAuth::entra(TENANT, APP).unwrap().fixed_keys(KEYS.clone());
    assert!(auth.is_ready());
    let sleep = |_| -> std::future::Ready<()> { panic!("sleeps") };
    finish(auth.keep_fresh(sleep));
    let keys = Keys::fixed(KEYS.clone());
    assert!(keys.is_ready(at(NOW)));
    finish(keys.clone().keep_fresh(|| at(NOW), sleep));
    keys.keep_fresh_blocking(|| at(NOW), |_| panic!("sleeps"));
}

/// A service that confirms callers by ID token only. A key that was withdrawn is refused a day later, and the
/// others never lapse.
#[test]
fn keys_of_id_tokens_are_kept_fresh() {
    let token =
        |kid| IdToken::new(Draft::id().with("exp", NOW + 1_000_000).with_header("kid", kid).sign());
    let tokens = [token("old"), token("new")];
    for is_of_keys in [true, false] {
        let (source, clock, timer) = (Source::new(&["old"]), Clock::new(), Timer::default());
        let keys = Keys::fetched(store(), source.clone());
        let (now, sleep) = (clock.clone(), timer.clone());
        let auth = IdTokenAuth::new(id_verifier(), keys.clone()).with_clock(move || now.read());
        assert!(!auth.is_ready() && !keys.is_ready(clock.read()));
        let sleep = move |pause| sleep.sleep(pause);
        let mut task = if is_of_keys {
            let now = clock.clone();
            Task::new(keys.clone().keep_fresh(move || now.read(), sleep))
        } else {
            Task::new(auth.clone().keep_fresh(sleep))
        };
        assert!(task.run().is_none());
        assert!(auth.is_ready() && keys.is_ready(clock.read()));
        source.publish(document(&["new"]));
        let verify = |token: &IdToken| {
            let (auth, token) = (auth.clone(), IdToken::new(token.expose_secret()));
            finish(async move { auth.verify(&token).await.map(drop) }).map_err(|error| error.kind())
        };
        assert_eq!(verify(&tokens[0]), Ok(()));
        for _ in 0..KEY_LIFETIME.as_secs() / KEEP_FRESH_INTERVAL.as_secs() {
            clock.advance(KEEP_FRESH_INTERVAL);
            timer.advance(KEEP_FRESH_INTERVAL);
            assert!(task.run().is_none());
        }
        assert_eq!(source.began(), 25);
        assert_eq!(verify(&tokens[0]), Err(VerifyErrorKind::UnknownKey));
        assert_eq!(verify(&tokens[1]), Ok(()));
    }
}

/// The task can move between threads, although its clock and its sleep need not be shared.
#[test]
fn the_tasks_can_be_spawned() {
    fn check(_: impl Future<Output = ()> + Send + 'static) {}
    let keys = Keys::fixed(KEYS.clone());
    let cell = Cell::new(0);
    let sleep = move |_| {
        cell.set(1);
        ready(())
    };
    let now = Cell::new(at(NOW));
    check(keys.clone().keep_fresh(move || now.get(), sleep.clone()));
    check(IdTokenAuth::new(id_verifier(), keys.clone()).keep_fresh(sleep.clone()));
    check(BearerAuth::new(verifier(), keys).keep_fresh(sleep));
}

#[test]
fn the_blocking_twin() {
    bounded(|| {
        let source = Source::new(&["organizations-key"]);
        let clock = Clock::new();
        let auth = BearerAuth::entra(TENANT, APP).unwrap();
        let auth = auth.fetch_keys_blocking(source.clone());
        assert!(!auth.is_ready());
        assert_eq!(auth.keys().count(), 1);
        // The clock is that of the system, when these tokens have expired long ago.
        assert_eq!(auth.verify(&token()).unwrap_err().kind(), VerifyErrorKind::Expired);
        assert!(auth.is_ready());

        let keys = auth.keys().next().unwrap().clone();
        let now = clock.clone();
        let auth = BearerAuth::new(verifier(), keys).with_clock(move || now.read());
        let auth = easyauth::verify::BlockingBearerAuth::new(auth.with_realm("orders").unwrap());
        let header = |draft: Draft| [("authorization", format!("Bearer {}", draft.sign()))];
        assert!(auth.token(&header(Draft::access())).unwrap().is_some());
        assert!(auth.require_token(&header(Draft::access())).is_ok());
        let none: [(&str, &str); 0] = [];
        assert!(auth.token(&none).unwrap().is_none());
        let rejections = [
            auth.require_token(&none).unwrap_err(),
            auth.token(&[("authorization", "Bearer")]).unwrap_err(),
            auth.token(&header(Draft::access().with("aud", APP))).unwrap_err(),
        ];
        for (rejection, status) in rejections.into_iter().zip([401, 400, 401]) {
            assert_eq!(rejection.status(), status);
            let challenge = rejection.headers()["www-authenticate"].clone();
            assert!(challenge.to_str().unwrap().starts_with("Bearer realm=\"orders\""));
        }
    });
}

#[test]
fn a_thread_keeps_keys_fresh() {
    bounded(|| {
        let source = Source::new(&["organizations-key"]);
        let auth = BearerAuth::entra(TENANT, APP).unwrap().fetch_keys_blocking(source.clone());
        let pauses = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&pauses);
        let sleep = move |pause| {
            assert_eq!(pause, KEEP_FRESH_INTERVAL);
            if count.fetch_add(1, Ordering::SeqCst) == 2 {
                resume_unwind(Box::new("enough"));
            }
        };
        let background = auth.clone();
        let end = catch_unwind(AssertUnwindSafe(|| background.keep_fresh(sleep))).unwrap_err();
        assert_eq!(end.downcast_ref(), Some(&"enough"));
        assert_eq!((pauses.load(Ordering::SeqCst), source.began()), (3, 1));
        assert!(auth.is_ready());
    });
}

/// Many threads need a key at once, and one of them fetches it.
#[test]
fn threads_share_one_fetch() {
    bounded(|| {
        let source = Source::new(&["organizations-key"]);
        source.set(Mode::Hangs);
        let auth = BearerAuth::entra(TENANT, APP).unwrap().fetch_keys_blocking(source.clone());
        std::thread::scope(|scope| {
            let verify = || auth.verify(&token()).unwrap_err().kind();
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(verify)).collect();
            source.publish(document(&["organizations-key"]));
            source.set(Mode::Answers);
            for thread in threads {
                assert_eq!(thread.join().unwrap(), VerifyErrorKind::Expired);
            }
        });
        assert_eq!(source.began(), 1);
    });
}

/// The variables of a site. Names are without `WEBSITE_AUTH_`.
fn environment(variables: &[(&str, &str)]) -> AuthEnvironment {
    AuthEnvironment::read(|name| {
        let name = name.strip_prefix("WEBSITE_AUTH_")?;
        let (_, value) = variables.iter().find(|(own, _)| *own == name)?;
        Some((*value).to_owned())
    })
}

const ISSUER: &str = "https://sts.windows.net/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0";

#[test]
fn the_variables_of_a_site() {
    let site = environment(&[
        ("CLIENT_ID", APP),
        ("OPENID_ISSUER", ISSUER),
        ("ALLOWED_AUDIENCES", "api://my-api  https://orders.azurewebsites.net "),
        ("CLIENT_SECRET_SETTING_NAME", "MICROSOFT_PROVIDER_AUTHENTICATION_SECRET"),
        (
            "AAD_ALLOWED_TENANTS",
            "00000002-0000-4000-8000-000000000002, b811a652-39e6-4a0c-b563-4279a1dd5012",
        ),
        ("PRM_DEFAULT_WITH_SCOPES", "api://x/a,api://x/b"),
        ("API_PREFIX", "/api/auth"),
        ("LOGOUT_PATH", "/bye"),
    ]);
    assert_eq!(site.client_id(), Some(APP));
    assert_eq!(site.issuer(), Some(ISSUER));
    assert_eq!((site.tenant_id(), site.cloud()), (Some(TENANT), Some(Cloud::Public)));
    assert_eq!(site.audiences(), ["api://my-api", "https://orders.azurewebsites.net"]);
    assert_eq!(site.client_secret_setting(), Some("MICROSOFT_PROVIDER_AUTHENTICATION_SECRET"));
    assert_eq!(site.allowed_tenants(), [OTHER_TENANT, TENANT]);
    assert_eq!(site.protected_resource_scopes(), ["api://x/a", "api://x/b"]);
    let endpoints = site.endpoints().unwrap();
    assert_eq!(endpoints.refresh(), "/api/auth/refresh");
    assert_eq!(endpoints.logout().to_string(), "/bye");
    assert!(site.settings().unwrap().is_none());
    assert!(format!("{site:?}").contains(APP));

    // One tenant is accepted: the issuer's, which is also among the allowed ones.
    let auth = BearerAuth::from_env(&site).unwrap().fixed_keys(KEYS.clone());
    let auth = auth.with_clock(|| at(NOW));
    assert_eq!(kind(&auth, token()), Ok(()));
    assert_eq!(kind(&auth, AccessToken::new(Draft::access().sign())), Ok(()));
    let other = Draft::access().with("tid", OTHER_TENANT);
    let other = other.with("iss", format!("https://login.microsoftonline.com/{OTHER_TENANT}/v2.0"));
    assert_eq!(kind(&auth, AccessToken::new(other.sign())), Err(VerifyErrorKind::WrongTenant));
}

/// All settings are in one variable, with enums as numbers, as the platform writes them.
#[test]
fn the_settings_of_a_site() {
    let settings = json!({
        "platform": {"enabled": true},
        "globalValidation": {"unauthenticatedClientAction": 3},
        "identityProviders": {"azureActiveDirectory": {
            "registration": {
                "clientId": APP,
                "openIdIssuer": "https://login.microsoftonline.us/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0",
                "clientSecretSettingName": "SECRET",
            },
            "validation": {"allowedAudiences": ["api://my-api"]},
        }},
        "httpSettings": {"routes": {"apiPrefix": "/sign-in"}},
    });
    let site = environment(&[("V2_CONFIG_JSON", &settings.to_string())]);
    assert_eq!((site.client_id(), site.tenant_id()), (Some(APP), Some(TENANT)));
    assert_eq!(site.cloud(), Some(Cloud::UsGov));
    assert_eq!(site.client_secret_setting(), Some("SECRET"));
    assert_eq!(site.audiences(), ["api://my-api"]);
    assert_eq!(site.endpoints().unwrap().me(), "/sign-in/me");
    assert!(site.settings().unwrap().is_some());
    assert!(BearerAuth::from_env(&site).is_ok());
    assert!(!format!("{site:?}").contains("globalValidation"));

    // A separate variable takes precedence. Malformed settings count as missing; `settings` returns the error.
    let site = environment(&[("CLIENT_ID", CLIENT), ("V2_CONFIG_JSON", &settings.to_string())]);
    assert_eq!(site.client_id(), Some(CLIENT));
    let site = environment(&[("V2_CONFIG_JSON", "{")]);
    assert_eq!(site.client_id(), None);
    assert!(site.settings().is_err());
}

#[track_caller]
fn lacks(variables: &[(&str, &str)], message: &str) {
    let error = BearerAuth::from_env(&environment(variables)).unwrap_err();
    assert_eq!(error.kind(), VerifierBuildErrorKind::Environment);
    assert_eq!(error.to_string(), message);
}

#[test]
fn environments_that_do_not_describe_an_api() {
    lacks(
        &[("OPENID_ISSUER", ISSUER), ("CLIENT_ID", " ")],
        "expected WEBSITE_AUTH_CLIENT_ID; Container Apps do not set it, so use BearerAuth::entra there",
    );
    lacks(
        &[("CLIENT_ID", APP)],
        "expected WEBSITE_AUTH_OPENID_ISSUER; Container Apps do not set it, so use BearerAuth::entra there",
    );
    lacks(
        &[("CLIENT_ID", APP), ("OPENID_ISSUER", "https://accounts.google.com")],
        "expected an issuer of Microsoft Entra; for others use BearerAuth::new, found the issuer \
         \"https://accounts.google.com\"",
    );
    lacks(
        &[("CLIENT_ID", APP), ("OPENID_ISSUER", "https://login.microsoftonline.com/common/v2.0")],
        "expected a tenant ID in the issuer or in WEBSITE_AUTH_AAD_ALLOWED_TENANTS, found the issuer \
         \"https://login.microsoftonline.com/common/v2.0\"",
    );
    // One tenant, by a name that no token has.
    let by_domain = "https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0";
    lacks(
        &[("CLIENT_ID", APP), ("OPENID_ISSUER", by_domain)],
        "expected a tenant ID in the issuer or in WEBSITE_AUTH_AAD_ALLOWED_TENANTS, found the issuer \
         \"https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0\"",
    );
    lacks(
        &[("CLIENT_ID", APP), ("OPENID_ISSUER", ISSUER), ("AAD_ALLOWED_TENANTS", OTHER_TENANT)],
        "expected the tenant of the issuer in WEBSITE_AUTH_AAD_ALLOWED_TENANTS, found the issuer \
         \"https://sts.windows.net/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0\"",
    );
    // Values that are there, and wrong.
    let from = |variables: &[(&str, &str)]| {
        BearerAuth::from_env(&environment(variables)).unwrap_err().kind()
    };
    let common = ("OPENID_ISSUER", "https://login.microsoftonline.com/common/v2.0");
    let tenants = ("AAD_ALLOWED_TENANTS", "contoso.com");
    let kind = from(&[("CLIENT_ID", APP), common, tenants]);
    assert_eq!(kind, VerifierBuildErrorKind::InvalidTenantId);
    let kind = from(&[("CLIENT_ID", "my-app"), ("OPENID_ISSUER", ISSUER)]);
    assert_eq!(kind, VerifierBuildErrorKind::InvalidClientId);
    let graph = ("ALLOWED_AUDIENCES", "https://graph.microsoft.com");
    let kind = from(&[("CLIENT_ID", APP), ("OPENID_ISSUER", ISSUER), graph]);
    assert_eq!(kind, VerifierBuildErrorKind::MicrosoftAudience);
}

/// Several tenants, for an issuer that names none.
#[test]
fn allowed_tenants() {
    let site = environment(&[
        ("CLIENT_ID", APP),
        ("OPENID_ISSUER", "https://login.microsoftonline.com/organizations/v2.0"),
        ("AAD_ALLOWED_TENANTS", TENANT),
    ]);
    let auth = BearerAuth::from_env(&site).unwrap().fixed_keys(KEYS.clone());
    assert_eq!(kind(&auth.with_clock(|| at(NOW)), token()), Ok(()));
}

/// Container Apps set no variables, so the service gives the values.
#[test]
fn an_environment_of_another_cloud() {
    let china = format!("https://login.partner.microsoftonline.cn/{TENANT}/v2.0");
    let site = environment(&[("CLIENT_ID", APP), ("OPENID_ISSUER", &china)]);
    assert_eq!(site.cloud(), Some(Cloud::China));
    assert!(BearerAuth::from_env(&site).is_ok());
}
