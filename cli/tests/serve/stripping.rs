//! Headers that the stand-in removes and adds.

use easyauth::headers;

use super::*;

#[tokio::test]
async fn forged_headers_are_removed() {
    let world = world().await;
    let mut forged: Vec<String> = headers::ALL.iter().map(|name| (*name).to_owned()).collect();
    // Names that servers fold into variables, and headers of other providers and of the future.
    forged.extend(
        [
            "x_ms_client_principal",
            "X-MS_CLIENT-PRINCIPAL",
            "X_Ms.Client-Principal_Id",
            "X-MS-CLIENT-PRINCIPAL-SOMETHING-NEW",
            "x_ms_token_aad_access_token",
            "X-MS-TOKEN-CONTOSO-ACCESS-TOKEN",
            "x-ms-token-",
            "X_MS_ORIGINAL_URL",
            "x_zumo_auth",
            "X_Stand_In_Persona",
            "XMSClientPrincipal",
            "x-ms-tokens",
            "x-ms-auth-token-next",
        ]
        .map(str::to_owned),
    );
    for name in &forged {
        for name in [name.clone(), name.to_lowercase(), name.replace('-', "_")] {
            let received = world.get("/", &[(&name, "forged")]).await.received();
            let value = received.values().find(|value| *value == "forged");
            assert!(value.is_none(), "{name} went through");
        }
    }
    // Similar names are kept.
    let others = [("x-ms-client-request-id", "1"), ("x-my-ms-token", "2"), ("x-my-principal", "3")];
    let received = world.get("/", &others).await.received();
    for (name, value) in others {
        assert_eq!(received.get(name).unwrap(), value);
    }
}

#[tokio::test]
async fn forged_headers_are_removed_beside_the_platforms() {
    let world = world().await;
    let answer = world
        .get(
            "/",
            &[
                ("x-stand-in-persona", "admin"),
                ("x-ms-client-principal", "forged"),
                ("x_ms_client_principal_name", "forged"),
                // An attempt to make the proxy remove the headers that it adds.
                ("connection", "x-ms-client-principal, X-MS-TOKEN-AAD-ACCESS-TOKEN"),
            ],
        )
        .await;
    let user = answer.user().unwrap();
    assert!(user.is_in_role("Admin"));
    assert_eq!(user.name(), Some("sample@example.com"));
    let received = answer.received();
    assert!(received.values().all(|value| value != "forged"));
    assert!(received.contains_key("x-ms-token-aad-access-token"));
    assert!(!received.contains_key("x-stand-in-persona"));
}

#[tokio::test]
async fn hop_by_hop_headers() {
    let world = world().await;
    let received = world
        .get(
            "/",
            &[
                ("connection", "X-Private, keep-alive"),
                ("x-private", "1"),
                ("keep-alive", "timeout=5"),
                ("proxy-connection", "keep-alive"),
                ("te", "trailers"),
                ("trailer", "x-ms-client-principal"),
                ("upgrade", "websocket"),
                ("x-end-to-end", "1"),
            ],
        )
        .await
        .received();
    let names: Vec<_> = received.keys().map(http::HeaderName::as_str).collect();
    assert_eq!(names, ["host", "x-end-to-end"]);

    let answer = world.get("/hop", &[]).await;
    assert_eq!(answer.status, StatusCode::IM_A_TEAPOT);
    for name in ["x-private", "keep-alive", "upgrade"] {
        assert_eq!(answer.header(name), None, "{name}");
    }
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["own=1", "own=2"]);
}
