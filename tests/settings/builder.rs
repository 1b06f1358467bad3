//! New documents for the usual cases, whole and without findings.

use easyauth::{
    IdentityProvider, Service,
    resource::ARM,
    settings::{
        AuthSettingsBuilder, AuthSettingsV2, EntraApp, Form, Guid, LoginParameters,
        SettingsErrorKind as Kind, UnauthenticatedAction, entra as entra_settings,
        global_validation,
    },
};

const SECRET: &str = "MICROSOFT_PROVIDER_AUTHENTICATION_SECRET";
const WELL_KNOWN: &str = "https://id.contoso.example/.well-known/openid-configuration";

fn tenant() -> Guid {
    "b811a652-39e6-4a0c-b563-4279a1dd5012".parse().unwrap()
}

fn client() -> Guid {
    "11112222-bbbb-3333-cccc-4444dddd5555".parse().unwrap()
}

fn other() -> Guid {
    "66667777-cccc-4444-dddd-5555eeee6666".parse().unwrap()
}

fn entra() -> EntraApp {
    EntraApp::new(&tenant(), client()).secret_setting(SECRET)
}

fn site() -> AuthSettingsBuilder {
    AuthSettingsV2::builder(Service::AppService)
}

/// Builds the document, which is whole, and equal when it is read again.
#[track_caller]
fn built(builder: AuthSettingsBuilder, json: &str) -> AuthSettingsV2 {
    let settings = builder.build().unwrap();
    assert_eq!(settings.as_json(), json);
    assert!(settings.missing_sections().is_empty());
    let again: AuthSettingsV2 = json.parse().unwrap();
    assert_eq!(again.form(), settings.form());
    settings
}

#[track_caller]
fn without_findings(builder: AuthSettingsBuilder, json: &str) {
    let findings = built(builder, json).lint();
    assert!(findings.is_empty(), "{findings:#?}");
}

#[test]
fn entra_with_a_secret() {
    let parameters = LoginParameters::default().with_scope(ARM.scope("user_impersonation"));
    without_findings(
        site().entra(entra().login_parameters(parameters.unwrap())),
        r#"{"properties":{"platform":{"enabled":true},"globalValidation":{"requireAuthentication":true,"unauthenticatedClientAction":"RedirectToLoginPage","redirectToProvider":"azureactivedirectory"},"identityProviders":{"azureActiveDirectory":{"enabled":true,"registration":{"openIdIssuer":"https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0","clientId":"11112222-bbbb-3333-cccc-4444dddd5555","clientSecretSettingName":"MICROSOFT_PROVIDER_AUTHENTICATION_SECRET"},"login":{"loginParameters":["scope=openid email profile https://management.azure.com/user_impersonation"]},"validation":{"allowedAudiences":["api://11112222-bbbb-3333-cccc-4444dddd5555"]}}},"login":{"tokenStore":{"enabled":true}},"httpSettings":{"requireHttps":true}}}"#,
    );
}

#[test]
fn entra_with_a_managed_identity() {
    let app = || EntraApp::new(&tenant(), client()).managed_identity();
    let settings = site().entra(app()).build().unwrap();
    let setting = settings.get(entra_settings::CLIENT_SECRET_SETTING_NAME);
    assert_eq!(setting.as_deref(), Some("OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID"));

    let settings = AuthSettingsV2::builder(Service::ContainerApps).entra(app()).build().unwrap();
    assert_eq!(settings.form(), Form::ContainerApp);
    let secret = settings.get(entra_settings::CLIENT_SECRET_SETTING_NAME);
    assert_eq!(secret.as_deref(), Some("override-use-mi-fic-assertion-client-id"));
}

#[test]
fn an_api() {
    without_findings(
        site()
            .entra(entra().audience("api://orders").allow_application(other()))
            .unauthenticated(UnauthenticatedAction::Return401),
        r#"{"properties":{"platform":{"enabled":true},"globalValidation":{"requireAuthentication":true,"unauthenticatedClientAction":"Return401"},"identityProviders":{"azureActiveDirectory":{"enabled":true,"registration":{"openIdIssuer":"https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0","clientId":"11112222-bbbb-3333-cccc-4444dddd5555","clientSecretSettingName":"MICROSOFT_PROVIDER_AUTHENTICATION_SECRET"},"validation":{"allowedAudiences":["api://11112222-bbbb-3333-cccc-4444dddd5555","api://orders"],"defaultAuthorizationPolicy":{"allowedApplications":["11112222-bbbb-3333-cccc-4444dddd5555","66667777-cccc-4444-dddd-5555eeee6666"]}}}},"login":{"tokenStore":{"enabled":true}},"httpSettings":{"requireHttps":true}}}"#,
    );
    let anonymous = site().entra(entra()).unauthenticated(UnauthenticatedAction::AllowAnonymous);
    let settings = anonymous.build().unwrap();
    assert_eq!(settings.get(global_validation::REQUIRE_AUTHENTICATION), Some(false));
    assert_eq!(settings.get(global_validation::REDIRECT_TO_PROVIDER), None);
    assert!(settings.lint().is_empty());
    let government = entra().issuer("https://login.microsoftonline.us/common/v2.0");
    let settings = site().entra(government).build().unwrap();
    let issuer = settings.get(entra_settings::OPEN_ID_ISSUER);
    assert_eq!(issuer.as_deref(), Some("https://login.microsoftonline.us/common/v2.0"));
}

#[test]
fn several_providers() {
    without_findings(
        site()
            .provider(&IdentityProvider::GOOGLE, "g", "GOOGLE_SECRET")
            .provider(&IdentityProvider::GITHUB, "h", "GITHUB_SECRET")
            .provider(&IdentityProvider::APPLE, "a", "APPLE_SECRET")
            .provider(&IdentityProvider::FACEBOOK, "f", "FACEBOOK_SECRET")
            .provider(&IdentityProvider::TWITTER, "t", "TWITTER_SECRET")
            .redirect_to("GitHub"),
        r#"{"properties":{"platform":{"enabled":true},"globalValidation":{"requireAuthentication":true,"unauthenticatedClientAction":"RedirectToLoginPage","redirectToProvider":"github"},"identityProviders":{"google":{"enabled":true,"registration":{"clientId":"g","clientSecretSettingName":"GOOGLE_SECRET"}},"gitHub":{"enabled":true,"registration":{"clientId":"h","clientSecretSettingName":"GITHUB_SECRET"}},"apple":{"enabled":true,"registration":{"clientId":"a","clientSecretSettingName":"APPLE_SECRET"}},"facebook":{"enabled":true,"registration":{"appId":"f","appSecretSettingName":"FACEBOOK_SECRET"}},"twitter":{"enabled":true,"registration":{"consumerKey":"t","consumerSecretSettingName":"TWITTER_SECRET"}}},"login":{"tokenStore":{"enabled":true}},"httpSettings":{"requireHttps":true}}}"#,
    );
    // An application with its own sign-in button can still name a provider.
    let settings = site()
        .entra(entra())
        .unauthenticated(UnauthenticatedAction::Return401)
        .redirect_to("azureActiveDirectory")
        .build()
        .unwrap();
    let redirect = settings.get(global_validation::REDIRECT_TO_PROVIDER);
    assert_eq!(redirect.as_deref(), Some("azureactivedirectory"));
}

#[test]
fn a_custom_provider_of_a_container_app() {
    without_findings(
        AuthSettingsV2::builder(Service::ContainerApps).custom(
            "contoso",
            WELL_KNOWN,
            "orders",
            "contoso-secret",
        ),
        r#"{"properties":{"platform":{"enabled":true},"globalValidation":{"unauthenticatedClientAction":"RedirectToLoginPage","redirectToProvider":"contoso"},"identityProviders":{"customOpenIdConnectProviders":{"contoso":{"enabled":true,"registration":{"clientId":"orders","clientCredential":{"method":"ClientSecretPost","clientSecretSettingName":"contoso-secret"},"openIdConnectConfiguration":{"wellKnownOpenIdConfiguration":"https://id.contoso.example/.well-known/openid-configuration"}},"login":{"nameClaimType":"name","scopes":["openid","email","profile"]}}}},"login":{"preserveUrlFragmentsForLogins":false},"httpSettings":{"requireHttps":true},"encryptionSettings":{}}}"#,
    );
}

#[test]
fn rejects_what_cannot_work() {
    #[track_caller]
    fn rejected(builder: AuthSettingsBuilder, kind: Kind, message: &str) {
        let error = builder.build().unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
    }
    let custom = |builder: AuthSettingsBuilder, name: &str| {
        builder.custom(name, WELL_KNOWN, "orders", "CONTOSO_SECRET")
    };
    let google = |builder: AuthSettingsBuilder, id: &str, secret: &str| {
        builder.provider(&IdentityProvider::GOOGLE, id, secret)
    };
    rejected(site(), Kind::Provider, "expected a provider, found none");
    let twice = "expected different providers, found one twice";
    rejected(site().entra(entra()).entra(entra()), Kind::Provider, twice);
    rejected(custom(google(site(), "g", "S"), "Google"), Kind::Provider, twice);
    let redirect = "expected the provider to redirect to among those that were added";
    rejected(site().entra(entra()).redirect_to("google"), Kind::Provider, redirect);
    let id = "expected a client ID, found an empty string";
    rejected(google(site(), "", "S"), Kind::Provider, id);
    let no_id = site().custom("contoso", WELL_KNOWN, "", "CONTOSO_SECRET");
    rejected(no_id, Kind::Provider, id);

    let invalid = "invalid name of a setting (did you paste the secret itself?)";
    let name = format!("{invalid}: expected letters, digits and _");
    for secret in ["", "abc8Q~x", "a.b", "a-b", "é"] {
        rejected(google(site(), "g", secret), Kind::SettingName, &name);
        rejected(site().entra(entra().secret_setting(secret)), Kind::SettingName, &name);
    }
    let container_app = || AuthSettingsV2::builder(Service::ContainerApps);
    assert!(google(container_app(), "g", "a-b-1").build().is_ok());
    let name = format!("{invalid}: expected lower-case letters, digits and -");
    for secret in ["", "A", "a_b"] {
        rejected(google(container_app(), "g", secret), Kind::SettingName, &name);
    }

    let provider_name = "expected letters, digits and _ in the name of a custom provider, and not a \
                         built-in name";
    for name in ["", "con-toso", "contoso.example", "aad", "GitHub", "azureStaticWebApps"] {
        let message = format!("{provider_name}: found {name}");
        rejected(custom(site(), name), Kind::ProviderName, &message);
    }
    let message = format!("{provider_name}: use the methods entra and custom for other providers");
    let as_google = site().provider(&IdentityProvider::ENTRA, "e", "S");
    rejected(as_google, Kind::ProviderName, &message);
    let plain = site().custom("contoso", "http://id.contoso.example", "orders", "SECRET");
    let https = "expected an https address of metadata, found http://id.contoso.example";
    rejected(plain, Kind::Provider, https);
    let swa = AuthSettingsV2::builder(Service::StaticWebApps).entra(entra());
    let message = "the service of this document does not have the setting: write them into \
                   staticwebapp.config.json";
    rejected(swa, Kind::NoSuchSetting, message);
}
