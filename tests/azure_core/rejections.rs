//! Rejected tokens and scopes, and the messages.

use std::error::Error as _;

use easyauth::{
    AccessToken, Diagnosis, IdentityProvider, ProviderTokens,
    integrations::CallerCredential,
    resource::{ScopeError, ScopeErrorKind},
};

use crate::support::{
    ARM, ARM_DEFAULT, CLIENT, END, GRAPH, NOW, REFRESH, SETTINGS, VAULT_DEFAULT, at, authenticated,
    caller, chain, credential, does_not_open, get, is_error, jwt, rejected, token_for,
};

#[test]
fn the_token_is_for_another_api() {
    let graph = caller(&token_for(GRAPH));
    let error = rejected(&graph, ARM_DEFAULT);
    assert_eq!(
        error.to_string(),
        "this token does not open Azure Resource Manager: it is for Microsoft Graph \
         (00000003-0000-0000-c000-000000000000), not for Azure Resource Manager. To fix it, add the \
         delegated permission user_impersonation of Azure Resource Manager to the app registration, and \
         consent to it; then set identityProviders.azureActiveDirectory.login.loginParameters of the \
         site's authSettingsV2 to [\"scope=openid email profile \
         https://management.azure.com/user_impersonation\"]; then sign out and in again",
    );
    does_not_open(&graph, VAULT_DEFAULT, "wrong-audience", SETTINGS);
    // The audience of another cloud.
    let arm = caller(&token_for(ARM));
    does_not_open(
        &arm,
        "https://management.usgovcloudapi.net/.default",
        "wrong-audience",
        SETTINGS,
    );
    let of_client = caller(&token_for("api://my-api"));
    does_not_open(&of_client, ARM_DEFAULT, "wrong-audience", SETTINGS);

    // With a refresh token, the next sign-in asks for one again.
    let error = rejected(&credential(&authenticated(&token_for(GRAPH), &[REFRESH])), VAULT_DEFAULT);
    let parameters = error.diagnosis().and_then(Diagnosis::login_parameters);
    assert_eq!(
        parameters.expect("parameters").to_wire(),
        ["scope=openid email profile offline_access https://vault.azure.net/user_impersonation"],
    );
}

#[test]
fn the_client_sent_the_token() {
    let request = [("Authorization", format!("Bearer {}", token_for("api://my-api")))];
    let tokens = ProviderTokens::default().or_bearer(&request).expect("tokens");
    let sent = credential(&tokens);
    assert!(get(&sent, "api://my-api/.default").is_ok());
    let steps = "add-delegated-permission exchange-on-behalf-of";
    does_not_open(&sent, ARM_DEFAULT, "wrong-audience", steps);
}

#[test]
fn a_permission_is_missing() {
    let arm = caller(&token_for(ARM));
    let asked = "https://management.azure.com/Files.Read https://management.azure.com/Files.Write";
    does_not_open(&arm, asked, "missing-permission", SETTINGS);
    let error = rejected(&arm, asked);
    // The sign-in requests all that is asked for.
    assert_eq!(
        error.to_string(),
        "this token does not open Azure Resource Manager: it lacks the scope Files.Write. To fix it, add \
         the delegated permission Files.Write of Azure Resource Manager to the app registration, and \
         consent to it; then set \
         identityProviders.azureActiveDirectory.login.loginParameters of the site's authSettingsV2 to \
         [\"scope=openid email profile https://management.azure.com/Files.Read \
         https://management.azure.com/Files.Write\"]; then sign out and in again",
    );
}

#[test]
fn tokens_other_than_access_tokens_of_entra() {
    // The token store is off.
    let steps = format!("enable-token-store set-client-credential {SETTINGS}");
    does_not_open(&credential(&ProviderTokens::default()), ARM_DEFAULT, "no-token", &steps);
    // A personal Microsoft account.
    let steps = SETTINGS.replace("sign-in-again", "sign-in-with-work-account");
    does_not_open(&caller("EwCANARY"), ARM_DEFAULT, "personal-account", &steps);
    does_not_open(&caller("e30.a.b.c.d"), ARM_DEFAULT, "encrypted", "");
    does_not_open(&caller("e30.CANARY.a"), ARM_DEFAULT, "malformed", "");
    // An ID token, whose audience is the application.
    let id = jwt(&format!(r#"{{"aud":"{CLIENT}","exp":{END},"nonce":"CANARY","name":"CANARY"}}"#));
    does_not_open(&caller(&id), &format!("{CLIENT}/.default"), "id-token", SETTINGS);
    // It needs the proof of a key that is not here.
    let bound = jwt(&format!(r#"{{"aud":"{ARM}","exp":{END},"cnf":{{"kid":"CANARY"}}}}"#));
    does_not_open(&caller(&bound), ARM_DEFAULT, "bound-to-key", "");

    // Another provider, even where its token says that it is for the API.
    let text =
        "expected a token of Microsoft Entra, but the caller signed in with another provider";
    let request = [("X-MS-TOKEN-GITHUB-ACCESS-TOKEN", "gho_CANARY")];
    let tokens = ProviderTokens::from_headers(&request, &IdentityProvider::GITHUB).expect("tokens");
    is_error(&credential(&tokens), ARM_DEFAULT, "other-provider", text);
    let token = token_for(ARM);
    let request = [("X-MS-TOKEN-CIAM-ACCESS-TOKEN", token.as_str())];
    let tokens = ProviderTokens::from_headers(&request, &IdentityProvider::new("ciam"));
    is_error(&credential(&tokens.expect("tokens")), ARM_DEFAULT, "other-provider", text);
    // Unless the service itself says that it is one of Entra.
    let vouched = CallerCredential::from_access_token(AccessToken::new(token), None);
    assert!(get(&vouched.with_clock(|| at(NOW)), ARM_DEFAULT).is_ok());
}

#[test]
fn invalid_scopes() {
    let arm = caller(&token_for(ARM));
    let none = "expected a scope of an API, found none";
    is_error(&arm, "", "no-scope", none);
    is_error(&arm, "openid offline_access", "no-scope", none);
    for scopes in [
        "https://management.azure.com/.default https://vault.azure.net/.default",
        "https://management.azure.com/.default api://my-api/.default",
        "api://other/.default api://my-api/.default",
    ] {
        let two = format!("expected scopes of one API, found \"{scopes}\"");
        is_error(&arm, scopes, "two-apis", &two);
    }

    let asked = "https://management.azure.com/.default https://management.azure.com/";
    let invalid = "one of the requested scopes is invalid";
    is_error(&arm, asked, "invalid-scope", invalid);
    let error = rejected(&arm, asked);
    let source: &ScopeError = error.source().expect("a source").downcast_ref().expect("its type");
    assert_eq!(source.kind(), ScopeErrorKind::MissingName);
    assert_eq!(
        chain(&error),
        format!(
            "{invalid}: expected the name of a permission after the API, found \
             \"https://management.azure.com/\""
        )
    );
    // Version 1 of the libraries requested a resource instead of a scope.
    is_error(&arm, "https://management.azure.com", "invalid-scope", invalid);
    // Scopes are checked before the token.
    is_error(&credential(&ProviderTokens::default()), "", "no-scope", none);
}
