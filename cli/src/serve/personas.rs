//! The personas that can sign in. Each shows a service one kind of caller.

use std::time::{Duration, SystemTime};

use easyauth::{
    IdentityProvider,
    resource::{ARM, GRAPH, Resource},
    testing::{TestIssuer, TestPrincipal, TestSession},
};

/// The tenant of the stand-in's issuer.
pub const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";

const USER: &str = "00000003-0000-4000-8000-000000000003";
const CLIENT_ID: &str = "00000006-0000-4000-8000-000000000006";

/// How long the access tokens of an issuer live.
const LIFETIME: Duration = Duration::from_secs(3600);

/// A user who can sign in.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "tests create it")]
pub struct Persona {
    /// The name for programs.
    pub id: &'static str,
    /// The name on the sign-in page.
    pub title: &'static str,
    /// The provider where it signs in.
    pub provider: IdentityProvider,
    /// Whether the token store is on. `/.auth/me` and `/.auth/refresh` belong to it.
    pub has_token_store: bool,
    /// How long before the sign-in its tokens were issued.
    pub age: Duration,
    /// Creates the session, with tokens issued at that time.
    pub session: fn(&TestIssuer, SystemTime) -> TestSession,
}

impl Persona {
    const fn entra(
        id: &'static str,
        title: &'static str,
        session: fn(&TestIssuer, SystemTime) -> TestSession,
    ) -> Self {
        let provider = IdentityProvider::ENTRA;
        Self { id, title, provider, has_token_store: true, age: Duration::ZERO, session }
    }
}

/// The default personas.
pub(super) fn all() -> Vec<Persona> {
    vec![
        Persona::entra("graph", "A user with a token for Microsoft Graph", |issuer, issued_at| {
            for_graph(issuer, issued_at, user())
        }),
        Persona::entra("arm", "A user with a token for Azure Resource Manager", for_arm),
        Persona::entra("admin", "A user with the role Admin", |issuer, issued_at| {
            for_graph(issuer, issued_at, user().role("Admin"))
        }),
        Persona {
            age: LIFETIME.saturating_mul(2),
            ..Persona::entra(
                "expired",
                "A user whose token for Azure Resource Manager has expired, and can be refreshed",
                for_arm,
            )
        },
        Persona {
            has_token_store: false,
            ..Persona::entra("no-tokens", "A user while the token store is off", |_, _| {
                TestSession::new(user())
            })
        },
        Persona {
            provider: IdentityProvider::GITHUB,
            ..Persona::entra("github", "A user of GitHub", |_, _| {
                let user = TestPrincipal::of(IdentityProvider::GITHUB).name("Sample User");
                let user = user.subject("1024").claim("urn:github:login", "sample-user");
                // Opaque, and without an expiry.
                TestSession::new(user).access_token("token-of-a-stand-in")
            })
        },
        Persona {
            provider: IdentityProvider::GITHUB,
            ..Persona::entra(
                "visitor",
                "A visitor of a Static Web App with the role editor",
                |_, _| {
                    let visitor = TestPrincipal::static_web_apps(IdentityProvider::GITHUB);
                    let visitor = visitor.subject("abcd12345abcd012345abcdef0123450");
                    TestSession::new(visitor.name("sample-user").role("editor"))
                },
            )
        },
    ]
}

fn user() -> TestPrincipal {
    TestPrincipal::entra()
        .name("Sample User")
        .email("sample@example.com")
        .object_id(USER)
        .subject("subject-of-the-stand-in")
        .tenant_id(TENANT)
}

/// The session of a sign-in that names no API and does not request `offline_access`: no refresh token.
fn for_graph(issuer: &TestIssuer, issued_at: SystemTime, user: TestPrincipal) -> TestSession {
    with_tokens(issuer, issued_at, user, GRAPH, &["email", "openid", "profile"])
}

/// The session of a sign-in that requests the scope of Azure Resource Manager and `offline_access`.
fn for_arm(issuer: &TestIssuer, issued_at: SystemTime) -> TestSession {
    with_tokens(issuer, issued_at, user(), ARM, &["user_impersonation"])
        .refresh_token("refresh-token-of-a-stand-in")
}

fn with_tokens(
    issuer: &TestIssuer,
    issued_at: SystemTime,
    user: TestPrincipal,
    api: Resource,
    scopes: &[&str],
) -> TestSession {
    let mut access = issuer.access_token(api, issued_at).object_id(USER).expires_in(LIFETIME);
    for scope in scopes {
        access = access.scope(*scope);
    }
    let id = issuer.id_token(CLIENT_ID, issued_at).object_id(USER);
    let session = TestSession::new(user).access_token(access.sign()).id_token(id.sign());
    match issued_at.checked_add(LIFETIME) {
        Some(time) => session.expires_on(time),
        None => session,
    }
}
