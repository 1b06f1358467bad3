//! The convention of all public errors, in two tables. A new error needs one line in each.
//!
//! - The kind of an error has a stable code in kebab-case, and `ALL` lists every kind.
//! - A message is one clause on one line: it starts in lower case, has no full stop at its end, and does not
//!   repeat the message of its source.

use std::{collections::HashSet, error::Error, fmt::Debug};

use easyauth::{
    AccessToken, Challenge, EasyAuthPrincipal, IdentityProvider, Platform, ProtectedResource,
    ProviderTokens, Rejection, Session, UnverifiedToken, endpoints, exchange,
    functions::{Invocation, InvocationResponse, RolesRequest},
    rejection, resource, settings,
};
use http::StatusCode;

use crate::support::token;

#[track_caller]
fn check_kinds<T: Copy + Debug>(all: &[T], code: impl Fn(T) -> &'static str) {
    assert!(!all.is_empty());
    let mut codes = HashSet::new();
    for kind in all {
        let code = code(*kind);
        assert!(codes.insert(code), "{kind:?}: {code} is not unique");
        let is_word = |word: &str| {
            word.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        assert!(code.split('-').all(is_word), "{kind:?}: {code} is not in kebab-case");
    }
}

/// Checks each kind, and returns the names of their types with the length of `ALL`.
macro_rules! kinds {
    ($($(#[$cfg:meta])* $kind:ty,)+) => {{
        let mut names = Vec::new();
        $($(#[$cfg])* {
            check_kinds(<$kind>::ALL, |kind| kind.code());
            names.push((std::any::type_name::<$kind>(), <$kind>::ALL.len()));
        })+
        names
    }};
}

fn kinds() -> Vec<(&'static str, usize)> {
    kinds![
        easyauth::DecodeErrorKind,
        easyauth::MeErrorKind,
        easyauth::PrincipalErrorKind,
        easyauth::Renewal,
        easyauth::access::Note,
        easyauth::error_codes::Responsible,
        easyauth::functions::InvocationErrorKind,
        easyauth::functions::RolesRequestErrorKind,
        easyauth::headers::HeaderErrorKind,
        endpoints::EndpointErrorKind,
        #[cfg(feature = "verify")]
        exchange::OnBehalfOfErrorKind,
        #[cfg(feature = "azure_core")]
        easyauth::integrations::CredentialErrorKind,
        exchange::TokenErrorKind,
        exchange::TokenRequestErrorKind,
        easyauth::mcp::ToolCallErrorKind,
        easyauth::ProtectedResourceErrorKind,
        #[cfg(feature = "azure_core")]
        easyauth::integrations::CredentialErrorKind,
        rejection::RejectionKind,
        rejection::SetupErrorKind,
        resource::ScopeErrorKind,
        easyauth::arm::ArmErrorKind,
        easyauth::arm::ArmRequestErrorKind,
        settings::LoginParametersErrorKind,
        settings::SettingsErrorKind,
        #[cfg(feature = "verify")]
        easyauth::verify::ConfirmErrorKind,
        #[cfg(feature = "verify")]
        easyauth::verify::DocumentErrorKind,
        #[cfg(feature = "verify")]
        easyauth::verify::InvalidMetadataUriKind,
        #[cfg(feature = "verify")]
        easyauth::verify::RefreshErrorKind,
        #[cfg(feature = "verify")]
        easyauth::verify::VerifierBuildErrorKind,
        #[cfg(feature = "verify")]
        easyauth::verify::VerifyErrorKind,
    ]
}

/// Proper nouns with which a message may start.
const PROPER_NOUNS: [&str; 3] = ["Azure ", "Microsoft ", "Static Web Apps "];

#[track_caller]
fn check_error<T: Error>(error: &T) -> &'static str {
    let message = error.to_string();
    let is_sentence = message.starts_with(char::is_uppercase)
        && message.chars().nth(1).is_some_and(char::is_lowercase);
    let is_name = PROPER_NOUNS.iter().any(|name| message.starts_with(name));
    assert!(!message.is_empty() && message.trim() == message, "{message:?}");
    assert!(!is_sentence || is_name, "starts in upper case: {message}");
    assert!(!message.ends_with(['.', '!', ':', ';']), "ends with punctuation: {message}");
    assert!(!message.contains(char::is_control), "more than one line: {message:?}");
    let mut source = error.source();
    while let Some(error) = source {
        let repeated = error.to_string();
        assert!(!message.contains(&repeated), "repeats its source: {message}");
        source = error.source();
    }
    std::any::type_name::<T>()
}

/// Checks errors of each type, and returns the names of the types.
macro_rules! errors {
    ($($($error:expr),+;)+) => {
        [$($(check_error(&$error.unwrap_err())),+),+]
    };
}

/// One line for each type of error. Each expression fails.
fn errors() -> Vec<&'static str> {
    let client = "8b3f4d2a-5c6e-4f7a-9b0c-1d2e3f4a5b6c";
    let opaque = AccessToken::new("opaque");
    let app = AccessToken::new(crate::support::compact("{}", format!(r#"{{"aud":"{client}x"}}"#)));
    let empty = exchange::ClientCredential::secret("");
    let secret = exchange::ClientCredential::secret("s");
    let endpoint = exchange::TokenEndpoint::entra("contoso.com").unwrap();
    let exchange = |token, credential, scope| {
        exchange::TokenRequest::on_behalf_of(token)
            .client(client, credential)
            .scope(scope)
            .build(&endpoint)
    };
    let response = |status, body: &str| exchange::TokenResponse::parse(status, body.as_bytes());
    let headers = |name: &'static str, value: &'static str| {
        ProviderTokens::from_headers(&[(name, value), (name, value)], &IdentityProvider::ENTRA)
    };
    let path = |path| endpoints::ReturnTo::path(path);
    let mut names = Vec::new();
    names.extend(errors![
        Challenge::no_token().with_realm("\n");
        path("x"), endpoints::Endpoints::with_prefix("x");
        endpoints::ClientSignIn::google(&easyauth::IdToken::new("x")).build("x", &endpoints::Endpoints::default());
        endpoints::ClientSession::parse(b"x");
        easyauth::mcp::ToolCall::parse(b"x");
        exchange::TokenEndpoint::entra("x"), exchange::TokenEndpoint::of_authority("x");
        response(StatusCode::BAD_REQUEST, r#"{"error":"invalid_grant"}"#), response(StatusCode::OK, "");
        exchange(&opaque, &empty, "a/b"), exchange(&opaque, &secret, "a/b"), exchange(&app, &secret, "a b"),
            exchange(&app, &secret, "a/b");
        headers("x-ms-token-aad-access-token", "x");
        InvocationResponse::new(StatusCode::OK).header("a", "\n");
        Invocation::parse(b"x");
        RolesRequest::parse(b"x"), RolesRequest::parse(b"{}");
        opaque.decode_unverified(), UnverifiedToken::decode("e30.!.");
        token(r#"{"a":1}"#).claims_as::<Vec<u8>>();
        EasyAuthPrincipal::parse("!"), EasyAuthPrincipal::parse("e30=");
        Session::parse_me(b""), Session::parse_me(b"<html>");
        Platform::detect(|_| None).require_easy_auth();
        ProtectedResource::new("x", "y");
        AccessToken::new("\n").to_bearer();
        Err::<(), _>(Rejection::unauthenticated()),
            EasyAuthPrincipal::parse("!").map_err(Rejection::from);
        resource::Scope::parse(""), resource::Scope::parse("a b");
        settings::LoginParameters::builder().build(), settings::LoginParameters::builder().scope("a b").build();
        "x".parse::<settings::AuthSettingsV2>();
        "x".parse::<settings::Guid>();
        "x".parse::<settings::SiteId>();
        Err::<(), _>(easyauth::arm::ArmError::parse(StatusCode::FORBIDDEN, b"{}"));
    ]);
    #[cfg(feature = "verify")]
    names.extend(errors![
        endpoints::HealthCheck::with_key("");
        easyauth::verify::KeySet::from_jwks("x");
        Err::<(), _>(
            easyauth::verify::KeySet::from_jwks(r#"{"keys":[1]}"#).unwrap().skipped()[0].clone(),
        );
        easyauth::verify::MetadataUri::insecure_loopback("x");
        easyauth::verify::Tenant::single("x");
        Err::<(), _>(easyauth::TransportError::new("the network is down"));
    ]);
    #[cfg(feature = "testing")]
    names.extend(errors![
        easyauth::testing::TestIssuer::new("x");
        denied();
    ]);
    names
}

/// A verified token that lacks a scope.
#[cfg(feature = "testing")]
fn denied() -> Result<(), easyauth::access::Denied> {
    use std::time::{Duration, SystemTime};

    use easyauth::verify::{Tenant, Verifier};

    const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
    const APP: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
    let issuer = easyauth::testing::TestIssuer::new(TENANT).unwrap();
    let tenant = Tenant::single(TENANT).unwrap();
    let verifier = Verifier::builder(tenant).application(APP).build().unwrap();
    let now = SystemTime::now();
    let token = AccessToken::new(issuer.access_token(APP, now).scope("a").sign());
    let genuine = verifier.verify(&token, &issuer.key_set(), now).unwrap();
    let expired = verifier.verify(&token, &issuer.key_set(), now + Duration::from_secs(7200));
    check_error(&expired.unwrap_err());
    genuine.authorize(&easyauth::Requirement::scope("b"))
}

#[test]
fn kinds_have_unique_codes() {
    assert!(kinds().len() >= 12);
}

#[test]
fn messages_are_one_clause() {
    assert!(errors().len() >= 20);
}

/// Whether an error becomes a rejection by `?`. The constant of the type comes first where its bound holds.
#[cfg(feature = "verify")]
struct IntoRejection<T>(std::marker::PhantomData<T>);

#[cfg(feature = "verify")]
impl<T: Into<Rejection>> IntoRejection<T> {
    const EXISTS: bool = true;
}

#[cfg(feature = "verify")]
trait Otherwise {
    const EXISTS: bool = false;
}

#[cfg(feature = "verify")]
impl<T> Otherwise for IntoRejection<T> {}

/// The errors that the documentation of the crate names, and whether they become a rejection.
#[cfg(feature = "verify")]
#[test]
fn errors_become_rejections_as_documented() {
    use easyauth::{DecodeError, MeError, PrincipalError, access, functions, headers, mcp, verify};

    macro_rules! errors {
        ($($error:path,)+) => {
            [$((stringify!($error), IntoRejection::<$error>::EXISTS)),+]
        };
    }
    let docs = include_str!("../../src/lib.rs").split_once("//! # Errors\n").unwrap().1;
    let (into, others) = docs.split_once("Other errors have no").unwrap();
    let (others, _) = others.split_once("#![").unwrap();
    let names = |docs: &'static str| docs.split("[`").skip(1).map(|rest| rest.split('`').next());
    let is_error = |name: &&str| name.ends_with("Error") || name.ends_with("Denied");
    let documented = [(into, true), (others, false)].into_iter().flat_map(|(docs, exists)| {
        names(docs).flatten().filter(is_error).map(move |name| (name, exists))
    });
    assert_eq!(
        documented.collect::<Vec<_>>(),
        errors![
            PrincipalError,
            headers::HeaderError,
            mcp::ToolCallError,
            verify::ConfirmError,
            verify::VerifyError,
            access::Denied,
            DecodeError,
            MeError,
            functions::InvocationError,
            functions::RolesRequestError,
        ],
    );
}

/// Types that other tests cover: their values need a runtime, a site or a session.
#[cfg(all(feature = "azure_core", feature = "testing"))]
const ELSEWHERE: [&str; 11] = [
    "ArmRequestError",
    "ConfirmError",
    "CredentialError",
    "InvalidClaimsChallenge",
    "MissingRole",
    "OnBehalfOfError",
    "RefreshError",
    "SessionLifetimeTooLong",
    "SetupError",
    "TransportError",
    "VerifierBuildError",
];

/// Reads the sources, so that no public error is missing in the tables.
#[cfg(all(feature = "azure_core", feature = "testing"))]
#[test]
fn every_public_error_is_in_a_table() {
    let sources = sources(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")));
    let is_public = |name: &str| {
        let forms = ["struct", "enum"].map(|form| format!("pub {form} {name}"));
        let ends = |rest: &str| !rest.starts_with(|next: char| next.is_alphanumeric());
        let has = |form: &String| sources.split(form.as_str()).skip(1).any(ends);
        forms.iter().any(has)
    };
    let by_hand = sources.lines().filter_map(|line| {
        let (_, name) = line.strip_prefix("impl ")?.split_once("Error for ")?;
        name.split([' ', '<']).next()
    });
    let derived = sources.split("thiserror::Error)]").skip(1).filter_map(|rest| {
        let line = rest.lines().find(|line| line.starts_with("pub"))?;
        line.split([' ', '(', '<', '{']).nth(2)
    });
    let short = |name: &'static str| name.rsplit("::").next().unwrap_or(name);
    let mut covered: HashSet<&str> = errors().into_iter().map(short).collect();
    // Covered by `denied`.
    covered.extend(ELSEWHERE);
    covered.insert("VerifyError");
    let names: HashSet<&str> =
        by_hand.chain(derived).filter(|name| is_public(name) && !covered.contains(name)).collect();
    assert!(names.is_empty(), "add a line for {names:?}");

    // `kinds!` of the crate defines an enum and its `ALL` from one list. The others list every variant.
    let kinds: Vec<&str> = kinds().into_iter().map(|(name, _)| short(name)).collect();
    let defined = sources.split("kinds! {").skip(1).filter_map(|rest| {
        let (_, rest) = rest.split_once("pub enum ")?;
        rest.split(';').next().filter(|name| is_name(name))
    });
    let missing: Vec<&str> = defined.filter(|name| !kinds.contains(name)).collect();
    assert!(missing.is_empty(), "add a line for {missing:?}");
}

#[cfg(all(feature = "azure_core", feature = "testing"))]
fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(all(feature = "azure_core", feature = "testing"))]
fn sources(folder: &std::path::Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all += &sources(&path);
        } else {
            all += &std::fs::read_to_string(path).unwrap();
        }
    }
    all
}
