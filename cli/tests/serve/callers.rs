//! Clients that send a bearer token.

use easyauth_cli::serve::Unauthenticated;

use super::{gate::METADATA, *};

#[tokio::test]
async fn tokens_of_clients() {
    let world = world().await;
    let bearer =
        async |token: &str| world.get("/", &[("authorization", &*format!("Bearer {token}"))]).await;
    let issuer = world.stand_in.issuer();
    let now = SystemTime::now();
    let good = issuer.access_token("api://stand-in", now).scope("Files.Read").role("Reader").sign();
    let answer = bearer(&good).await;
    let user = answer.user().unwrap();
    assert_eq!(user.claim("scp"), Some("Files.Read"));
    assert!(user.is_in_role("Reader"));
    // The token is forwarded, and no other.
    let received = answer.received();
    let forwarded = AccessToken::from_authorization(&received).unwrap().unwrap();
    assert_eq!(forwarded.expose_secret(), good);
    assert!(received.keys().all(|name| !name.as_str().starts_with("x-ms-token-")));
    let me = world.get("/.auth/me", &[("authorization", &format!("Bearer {good}"))]).await;
    assert!(Session::parse_me(&me.body).unwrap()[0].tokens().is_empty());

    // By default, any application of the tenant is accepted.
    let app = issuer.access_token_of_app("api://stand-in", now).sign();
    assert_eq!(bearer(&app).await.user().unwrap().name(), None);

    // The stand-in ignores other schemes, as the platform does.
    let basic = world.get("/", &[("authorization", "Basic c2FtcGxl")]).await;
    assert!(basic.user().is_none());
    assert_eq!(basic.received().get("authorization").unwrap(), "Basic c2FtcGxl");
    let both = [("authorization", &*format!("Bearer {good}")), ("x-stand-in-persona", "arm")];
    assert_eq!(world.get("/", &both).await.status, StatusCode::BAD_REQUEST);
}

/// The platform lets requests with an invalid token through as anonymous, if it allows anonymous requests
/// (pnp/Microsoft365-Analytics-Insights#264).
#[tokio::test]
async fn invalid_tokens() {
    let anonymous = world().await;
    let mut rejecting = Vec::new();
    for (action, scopes) in [
        (Unauthenticated::RedirectToLoginPage, &[][..]),
        (Unauthenticated::Return401, &[]),
        (Unauthenticated::Return403, &[]),
        (Unauthenticated::Return404, &[]),
        (Unauthenticated::Return401, &["Tools.Call".to_owned()]),
    ] {
        let world = world_with(|stand_in| {
            stand_in.unauthenticated = action;
            stand_in.metadata_scopes = scopes.to_vec();
        });
        rejecting.push((world.await, !scopes.is_empty()));
    }
    let issuer = anonymous.stand_in.issuer();
    let now = SystemTime::now();
    let before = now - Duration::from_secs(7200);
    let other = TestIssuer::new(issuer.tenant_id()).unwrap();
    for (token, error) in [
        ("not-a-token".to_owned(), "invalid_token"),
        ("a b".to_owned(), "invalid_request"),
        (other.access_token("api://stand-in", now).scope("Files.Read").sign(), "invalid_token"),
        (issuer.access_token("api://stand-in", before).scope("Files.Read").sign(), "invalid_token"),
        (issuer.access_token("api://another", now).scope("Files.Read").sign(), "invalid_token"),
        (issuer.access_token(GRAPH, now).scope("User.Read").sign(), "invalid_token"),
        (issuer.id_token("api://stand-in", now).sign(), "invalid_token"),
    ] {
        let header = format!("Bearer {token}");
        let bearer = [("authorization", &*header)];
        let answer = anonymous.get("/", &bearer).await;
        assert!(answer.user().is_none());
        // The service decides about it.
        assert_eq!(answer.received().get("authorization").unwrap(), &header);
        assert_eq!(anonymous.get("/.auth/me", &bearer).await.text(), "[]");
        // A persona has its own token.
        let both = [bearer[0], ("x-stand-in-persona", "arm")];
        let expected = if error == "invalid_request" { 401 } else { 400 };
        assert_eq!(anonymous.get("/", &both).await.status, expected);
        let start = format!("Bearer error=\"{error}\"");
        for (world, has_metadata) in &rejecting {
            let answer = world.get("/mcp", &bearer).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.text());
            let challenge = answer.header("www-authenticate").unwrap();
            assert!(challenge.starts_with(&start), "{challenge}");
            // RFC 9728 section 5.1.
            let address = world.stand_in.address();
            let metadata = format!("resource_metadata=\"http://{address}{METADATA}/mcp\"");
            assert_eq!(challenge.contains("resource_metadata"), *has_metadata, "{challenge}");
            assert_eq!(challenge.ends_with(&metadata), *has_metadata, "{challenge}");
            assert!(!answer.text().contains(&token));
        }
    }
}

#[tokio::test]
async fn tokens_for_programs_and_keys_for_services() {
    let world = world().await;
    let address = world.stand_in.address();
    let uri = format!("http://{address}/.stand-in/metadata");
    let uri = MetadataUri::insecure_loopback(&uri).unwrap();
    let metadata = world.get("/.stand-in/metadata", &[]).await;
    let metadata = Metadata::parse(&metadata.body, &uri).unwrap();
    assert_eq!(metadata.jwks_uri(), format!("http://{address}/.stand-in/keys"));
    let keys = KeySet::from_jwks(&world.get("/.stand-in/keys", &[]).await.body).unwrap();
    assert!(keys.key(world.stand_in.issuer().key_id()).is_some());

    let token = world.get("/.stand-in/token?scope=Files.Read&scope=Files.Write&role=Admin", &[]);
    let user = AccessToken::new(token.await.text().trim()).decode_unverified().unwrap();
    assert!(user.has_all_scopes(["Files.Read", "Files.Write"]) && user.has_app_role("Admin"));
    let builder = Verifier::builder(Tenant::single(TENANT).unwrap()).audience("api://stand-in");
    let token = world.get("/.stand-in/token?role=Files.Read.All", &[]).await;
    let app = AccessToken::new(token.text().trim());
    let verified = builder.build().unwrap().verify(&app, &keys, SystemTime::now()).unwrap();
    assert!(verified.has_app_role("Files.Read.All"));
    assert_eq!(verified.caller(), Caller::App);
    // Also for a request that names its caller twice.
    let both = [("authorization", "Bearer x"), ("x-stand-in-persona", "arm")];
    assert_eq!(world.get("/.stand-in/keys", &both).await.status, StatusCode::OK);
}
