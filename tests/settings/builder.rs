//! New documents for the usual cases: whole, and without a finding.

use easyauth::{
    resource::ARM,
    settings::{
        AuthSettingsBuilder, AuthSettingsV2, CustomApp, EntraApp, Form, Guid, LoginParameters,
        Service, SettingsBuildError, UnauthenticatedAction, entra as entra_settings,
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

/// Builds the document, which is whole and read again as the same.
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
        r#"{"properties":{"platform":{"enabled":true},"globalValidation":{"requireAuthentication":true,"unauthenticatedClientAction":"RedirectToLoginPage","redirectToProvider":"azureactivedirectory"},"identityProviders":{"azureActiveDirectory":{"enabled":true,"registration":{"openIdIssuer":"https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0","clientId":"11112222-bbbb-3333-cccc-4444dddd5555","clientSecretSettingName":"MICROSOFT_PROVIDER_AUTHENTICATION_SECRET"},"login":{"loginParameters":["scope=openid profile email https://management.azure.com/user_impersonation"]},"validation":{"allowedAudiences":["api://11112222-bbbb-3333-cccc-4444dddd5555"]}}},"login":{"tokenStore":{"enabled":true}},"httpSettings":{"requireHttps":true}}}"#,
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
            .google("g", "GOOGLE_SECRET")
            .github("h", "GITHUB_SECRET")
            .apple("a", "APPLE_SECRET")
            .facebook("f", "FACEBOOK_SECRET")
            .twitter("t", "TWITTER_SECRET")
            .redirect_to("GitHub"),
        r#"{"properties":{"platform":{"enabled":true},"globalValidation":{"requireAuthentication":true,"unauthenticatedClientAction":"RedirectToLoginPage","redirectToProvider":"github"},"identityProviders":{"google":{"enabled":true,"registration":{"clientId":"g","clientSecretSettingName":"GOOGLE_SECRET"}},"gitHub":{"enabled":true,"registration":{"clientId":"h","clientSecretSettingName":"GITHUB_SECRET"}},"apple":{"enabled":true,"registration":{"clientId":"a","clientSecretSettingName":"APPLE_SECRET"}},"facebook":{"enabled":true,"registration":{"appId":"f","appSecretSettingName":"FACEBOOK_SECRET"}},"twitter":{"enabled":true,"registration":{"consumerKey":"t","consumerSecretSettingName":"TWITTER_SECRET"}}},"login":{"tokenStore":{"enabled":true}},"httpSettings":{"requireHttps":true}}}"#,
    );
    // Whoever adds a sign-in button may want to name a provider all the same.
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
    let app = CustomApp::new("contoso", WELL_KNOWN, "orders", "contoso-secret").scope("orders");
    without_findings(
        AuthSettingsV2::builder(Service::ContainerApps).custom(app),
        r#"{"properties":{"platform":{"enabled":true},"globalValidation":{"unauthenticatedClientAction":"RedirectToLoginPage","redirectToProvider":"contoso"},"identityProviders":{"customOpenIdConnectProviders":{"contoso":{"enabled":true,"registration":{"clientId":"orders","clientCredential":{"method":"ClientSecretPost","clientSecretSettingName":"contoso-secret"},"openIdConnectConfiguration":{"wellKnownOpenIdConfiguration":"https://id.contoso.example/.well-known/openid-configuration"}},"login":{"nameClaimType":"name","scopes":["openid","profile","email","orders"]}}}},"login":{"preserveUrlFragmentsForLogins":false},"httpSettings":{"requireHttps":true},"encryptionSettings":{}}}"#,
    );
}

#[test]
fn refuses_what_cannot_work() {
    #[track_caller]
    fn refused(builder: AuthSettingsBuilder, error: SettingsBuildError, message: &str) {
        assert_eq!(builder.build().unwrap_err(), error);
        assert_eq!(error.to_string(), message);
    }
    let custom = |name: &str| CustomApp::new(name, WELL_KNOWN, "orders", "CONTOSO_SECRET");
    refused(site(), SettingsBuildError::NoProvider, "there is no provider");
    let twice = "two providers have one name";
    refused(site().entra(entra()).entra(entra()), SettingsBuildError::ProviderTwice, twice);
    let as_google = site().google("g", "S").custom(custom("Google"));
    refused(as_google, SettingsBuildError::ProviderTwice, twice);
    let redirect = "the provider to redirect to is none of those that are set up";
    refused(
        site().entra(entra()).redirect_to("google"),
        SettingsBuildError::UnknownRedirect,
        redirect,
    );
    refused(site().google("", "S"), SettingsBuildError::NoClientId, "a client id is empty");
    let name = "a text that no setting can be named is in the place of a name";
    for secret in ["", "abc8Q~x", "a.b", "a-b", "é"] {
        refused(site().google("g", secret), SettingsBuildError::SettingName, name);
        refused(
            site().entra(entra().secret_setting(secret)),
            SettingsBuildError::SettingName,
            name,
        );
    }
    let container_app = || AuthSettingsV2::builder(Service::ContainerApps);
    assert!(container_app().google("g", "a-b-1").build().is_ok());
    for secret in ["", "A", "a_b"] {
        refused(container_app().google("g", secret), SettingsBuildError::SettingName, name);
    }
    let custom_name = "expected letters, digits and _ in the name of a custom provider";
    for name in ["", "con-toso", "contoso.example"] {
        refused(site().custom(custom(name)), SettingsBuildError::CustomName, custom_name);
    }
    let built_in = "the name of a custom provider is that of another kind of provider";
    for name in ["aad", "GitHub", "azureStaticWebApps"] {
        refused(site().custom(custom(name)), SettingsBuildError::BuiltInName, built_in);
    }
    let plain = CustomApp::new("contoso", "http://id.contoso.example", "orders", "SECRET");
    let https = "the address of a provider's metadata is not https";
    refused(site().custom(plain), SettingsBuildError::NotHttps, https);
    let swa = AuthSettingsV2::builder(Service::StaticWebApps).entra(entra());
    let message = "the settings of static web apps are not built here";
    refused(swa, SettingsBuildError::StaticWebApps, message);
}
