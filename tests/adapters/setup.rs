//! The parts that the services of all adapters share: rules, handlers and a server.

use std::{
    error::Error as _,
    future::Future,
    net::{SocketAddr, TcpListener},
    thread::{self, JoinHandle},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use easyauth::{
    EasyAuthPrincipal, IdentityProvider, Platform, ProviderTokens, Rejection, Requirement,
    integrations::{RequireRole, RequireToken, RolePolicy, TokenPolicy},
    rejection::LoginRedirect,
    verify::{BearerAuth, ConfirmedCaller, IdTokenAuth, Keys, VerifiedToken},
};
use tokio::sync::oneshot;

use crate::support::{KEYS, NOW, TENANT, USER, at, id_verifier, verifier};

pub(crate) struct Admin;

impl RolePolicy for Admin {
    const ANY_OF: &'static [&'static str] = &["Owner", "Admin"];
}

pub(crate) struct ReadFiles;

impl TokenPolicy for ReadFiles {
    fn requirement() -> Requirement {
        read_files()
    }
}

pub(crate) fn read_files() -> Requirement {
    Requirement::scope("Files.Read").or_app_role("Files.Read.All")
}

pub(crate) fn bearer_auth() -> BearerAuth {
    let auth = BearerAuth::new(verifier(), Keys::fixed(KEYS.clone()));
    auth.with_clock(|| at(NOW)).with_realm("files").unwrap()
}

pub(crate) fn login() -> LoginRedirect {
    LoginRedirect::to(&IdentityProvider::ENTRA).unwrap()
}

/// A platform with Easy Auth in front.
pub(crate) fn platform() -> Platform {
    platform_of(&[("WEBSITE_SITE_NAME", "files"), ("WEBSITE_AUTH_ENABLED", "True")])
}

/// A platform without Easy Auth.
pub(crate) fn nowhere() -> Platform {
    platform_of(&[])
}

pub(crate) fn platform_of(environment: &[(&str, &str)]) -> Platform {
    Platform::detect(|name| {
        let (_, value) = environment.iter().find(|(own, _)| *own == name)?;
        Some((*value).to_owned())
    })
}

pub(crate) fn about_user(user: Option<&EasyAuthPrincipal>) -> String {
    match user {
        Some(user) => format!("user {}", user.name().unwrap_or("without a name")),
        None => "anonymous".to_owned(),
    }
}

pub(crate) fn about_tokens(tokens: &ProviderTokens) -> String {
    let length = tokens.access_token().map_or(0, easyauth::AccessToken::len);
    format!("an access token of {length} bytes")
}

pub(crate) fn about_token(token: Option<&VerifiedToken>) -> String {
    match token {
        Some(token) => format!("token of {}", token.object_id().unwrap_or("an unknown caller")),
        None => "no token".to_owned(),
    }
}

/// Handlers for both axum and actix-web.
pub(crate) async fn me(user: EasyAuthPrincipal) -> String {
    about_user(Some(&user))
}

pub(crate) async fn confirmed(caller: ConfirmedCaller) -> String {
    format!("confirmed {}", caller.id())
}

pub(crate) async fn tokens(tokens: ProviderTokens) -> String {
    about_tokens(&tokens)
}

pub(crate) async fn admin(guard: RequireRole<Admin>) -> String {
    about_user(Some(guard.principal()))
}

pub(crate) async fn token(token: VerifiedToken) -> String {
    about_token(Some(&token))
}

pub(crate) async fn files(guard: RequireToken<ReadFiles>) -> String {
    about_token(Some(guard.token()))
}

/// Verifies ID tokens, at a time when they are valid.
pub(crate) fn id_token_auth() -> IdTokenAuth {
    IdTokenAuth::new(id_verifier(), Keys::fixed(KEYS.clone())).with_clock(|| at(NOW))
}

/// The response header with the cause of a rejection: its source and further sources.
pub(crate) const CAUSE: &str = "x-cause";

pub(crate) fn cause(rejection: &Rejection) -> String {
    let mut causes = Vec::new();
    let mut source = rejection.source();
    while let Some(error) = source {
        causes.push(error.to_string());
        source = error.source();
    }
    causes.join(" <- ")
}

/// Puts the cause of a rejection, which is normally only logged, into a header for the tests.
pub(crate) fn tell_cause<B>(mut response: http::Response<B>) -> http::Response<B> {
    if let Some(rejection) = response.extensions().get::<Rejection>() {
        let value = http::HeaderValue::try_from(cause(rejection)).unwrap();
        response.headers_mut().insert(CAUSE, value);
    }
    response
}

/// The value of `X-MS-CLIENT-PRINCIPAL` for a user of this name with this role.
pub(crate) fn principal(name: &str, role: &str) -> String {
    BASE64_STANDARD.encode(principal_json(name, role))
}

pub(crate) fn principal_json(name: &str, role: &str) -> String {
    format!(
        r#"{{"auth_typ":"aad","claims":[{{"typ":"name","val":"{name}"}},{{"typ":"roles","val":"{role}"}},{{"typ":"oid","val":"{USER}"}},{{"typ":"tid","val":"{TENANT}"}}],"name_typ":"name","role_typ":"roles"}}"#
    )
}

/// A server in a separate thread, which ends when this is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Runs `serve` in a thread until the server is dropped.
    pub(crate) fn start(
        serve: impl FnOnce(TcpListener, oneshot::Receiver<()>) + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || serve(listener, stopped));
        Self { address, stop: Some(stop), thread: Some(thread) }
    }

    /// The same on Tokio, with threads enough for several requests at once.
    pub(crate) fn on_tokio<F: Future<Output = ()>>(
        serve: impl FnOnce(tokio::net::TcpListener) -> F + Send + 'static,
    ) -> Self {
        Self::start(move |listener, stopped| {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = serve(listener) => {}
                    _ = stopped => {}
                }
            });
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap();
    }
}
