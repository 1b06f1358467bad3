//! New documents for the usual cases.

use super::{
    AuthSettingsV2, Form, Guid, Setting, SettingsError, SettingsErrorKind, UnauthenticatedAction,
    apple, custom, entra, facebook, form::managed_identity_setting, github, global_validation,
    google, setting::is_built_in, twitter,
};
use crate::{
    debug::debug,
    login_parameters::{LoginParameters, PLATFORM_SCOPES},
    platform::Service,
    provider::{IdentityProvider, is_custom_name},
    resource::Cloud,
};

/// Builds a new document: [`AuthSettingsV2::builder`].
#[derive(Debug, Clone)]
#[must_use]
pub struct AuthSettingsBuilder {
    doc: AuthSettingsV2,
    /// The first error of a provider that was added.
    error: Option<SettingsError>,
    /// The names of the providers, as `redirectToProvider` has them.
    providers: Vec<String>,
    action: UnauthenticatedAction,
    redirect_to: Option<String>,
}

/// The name of a setting. Prints its length, because people put the secret itself there.
#[derive(Clone)]
struct SettingName(String);

debug! { SettingName, |own| "SettingName({} bytes)", own.0.len() }

/// An app registration of Microsoft Entra, for [`AuthSettingsBuilder::entra`].
#[derive(Debug, Clone)]
#[must_use]
pub struct EntraApp {
    issuer: String,
    client_id: Guid,
    secret_setting: Option<SettingName>,
    has_managed_identity: bool,
    audiences: Vec<String>,
    applications: Vec<Guid>,
    login_parameters: Option<LoginParameters>,
}

/// What the builder fills in. The token store of Container Apps needs a container, so it stays off there.
/// The service answers with `encryptionSettings`, which only Container Apps have.
const APP_SERVICE: &str = r#"{"properties":{"platform":{"enabled":true},"globalValidation":{},"identityProviders":{},"login":{"tokenStore":{"enabled":true}},"httpSettings":{"requireHttps":true}}}"#;
const CONTAINER_APP: &str = r#"{"properties":{"platform":{"enabled":true},"globalValidation":{},"identityProviders":{},"login":{"preserveUrlFragmentsForLogins":false},"httpSettings":{"requireHttps":true},"encryptionSettings":{}}}"#;

impl AuthSettingsV2 {
    /// Builds a new document, to be PUT as a whole: Easy Auth is on, plain HTTP is rejected, and anonymous
    /// requests are redirected to the first provider. On App Service the token store is on.
    ///
    /// ```
    /// use easyauth::{Service, resource::ARM, settings::{AuthSettingsV2, EntraApp, LoginParameters}};
    ///
    /// let tenant = "b811a652-39e6-4a0c-b563-4279a1dd5012".parse()?;
    /// let client_id = "11112222-bbbb-3333-cccc-4444dddd5555".parse()?;
    /// let parameters = LoginParameters::builder()
    ///     .scopes(["openid", "profile", "email"])
    ///     .scope(ARM.scope("user_impersonation"))
    ///     .build()?;
    /// let settings = AuthSettingsV2::builder(Service::AppService)
    ///     .entra(
    ///         EntraApp::new(&tenant, client_id)
    ///             .secret_setting("MICROSOFT_PROVIDER_AUTHENTICATION_SECRET")
    ///             .login_parameters(parameters),
    ///     )
    ///     .build()?;
    /// assert!(settings.lint().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn builder(service: Service) -> AuthSettingsBuilder {
        let (form, text) = match service {
            Service::ContainerApps => (Form::ContainerApp, CONTAINER_APP),
            _ => (Form::AppService, APP_SERVICE),
        };
        let is_elsewhere = service == Service::StaticWebApps;
        let error = is_elsewhere.then(|| {
            let detail = "write them into staticwebapp.config.json";
            SettingsError::new(SettingsErrorKind::NoSuchSetting, detail, None)
        });
        AuthSettingsBuilder {
            doc: Self::of_text(form, text),
            error,
            providers: Vec::new(),
            action: UnauthenticatedAction::RedirectToLoginPage,
            redirect_to: None,
        }
    }
}

impl AuthSettingsBuilder {
    /// Adds Microsoft Entra.
    pub fn entra(self, app: EntraApp) -> Self {
        self.with("azureactivedirectory", |doc| app.add_to(doc))
    }

    /// Adds Apple, Facebook, GitHub, Google or Twitter: the client ID (of Facebook the app ID, of Twitter
    /// the consumer key), and the name of the setting that has its secret.
    pub fn provider(
        self,
        provider: &IdentityProvider,
        client_id: &str,
        secret_setting: &str,
    ) -> Self {
        let (enabled, id, secret): (Setting<'_, bool>, Setting<'_, String>, Setting<'_, String>) =
            match provider.as_str() {
                "apple" => (apple::ENABLED, apple::CLIENT_ID, apple::CLIENT_SECRET_SETTING_NAME),
                "facebook" => {
                    (facebook::ENABLED, facebook::APP_ID, facebook::APP_SECRET_SETTING_NAME)
                }
                "github" => {
                    (github::ENABLED, github::CLIENT_ID, github::CLIENT_SECRET_SETTING_NAME)
                }
                "google" => {
                    (google::ENABLED, google::CLIENT_ID, google::CLIENT_SECRET_SETTING_NAME)
                }
                "twitter" => {
                    (twitter::ENABLED, twitter::CONSUMER_KEY, twitter::CONSUMER_SECRET_SETTING_NAME)
                }
                other => {
                    let detail = "use the methods entra and custom for other providers";
                    let error = SettingsError::new(SettingsErrorKind::ProviderName, detail, None);
                    return self.with(other, |_| Err(error));
                }
            };
        self.with(provider.as_str(), |doc| {
            check_client_id(client_id)?;
            check_setting_name(secret_setting, doc)?;
            doc.set(enabled, true)?.set(id, client_id)?.set(secret, secret_setting)?;
            Ok(())
        })
    }

    /// Adds a custom OpenID Connect provider: its name (letters, digits, `_`), the address of its metadata, the
    /// client ID, and the name of the setting that has its secret.
    ///
    /// Sign-ins request `openid`, `email` and `profile`. Set
    /// [`custom::SCOPES`] in the document to change that.
    pub fn custom(
        self,
        name: &str,
        well_known: &str,
        client_id: &str,
        secret_setting: &str,
    ) -> Self {
        self.with(name, |doc| {
            if !is_custom_name(name) || is_built_in(name) {
                let found = format!("found {}", crate::escape::Escaped(name));
                return Err(SettingsError::new(SettingsErrorKind::ProviderName, &found, None));
            }
            if !well_known.starts_with("https://") {
                let found = crate::escape::Escaped(well_known);
                return Err(providers(&format!(
                    "expected an https address of metadata, found {found}"
                )));
            }
            check_client_id(client_id)?;
            check_setting_name(secret_setting, doc)?;
            doc.set(custom::ENABLED.of(name), true)?
                .set(custom::CLIENT_ID.of(name), client_id)?
                .set(custom::CLIENT_CREDENTIAL_METHOD.of(name), "ClientSecretPost")?
                .set(custom::CLIENT_SECRET_SETTING_NAME.of(name), secret_setting)?
                .set(custom::WELL_KNOWN_CONFIGURATION.of(name), well_known)?
                .set(custom::NAME_CLAIM_TYPE.of(name), "name")?
                .set(custom::SCOPES.of(name), PLATFORM_SCOPES)?;
            Ok(())
        })
    }

    fn with(
        mut self,
        name: &str,
        add: impl FnOnce(&mut AuthSettingsV2) -> Result<(), SettingsError>,
    ) -> Self {
        let is_new = !self.providers.iter().any(|own| own.eq_ignore_ascii_case(name));
        let added = if is_new {
            add(&mut self.doc)
        } else {
            Err(providers("expected different providers, found one twice"))
        };
        self.providers.push(name.to_owned());
        self.error = self.error.or(added.err());
        self
    }

    /// Redirects anonymous requests to this provider, by its name in the document, instead of the first
    /// provider that was added.
    pub fn redirect_to(mut self, provider: impl Into<String>) -> Self {
        self.redirect_to = Some(provider.into());
        self
    }

    /// Sets what happens to anonymous requests instead of a redirect. For an API that is
    /// [`Return401`](UnauthenticatedAction::Return401).
    pub fn unauthenticated(mut self, action: UnauthenticatedAction) -> Self {
        self.action = action;
        self
    }

    /// Builds the document.
    ///
    /// # Errors
    ///
    /// `ProviderName`, `SettingName` or `Provider` if the providers cannot work, `NoSuchSetting` for Static
    /// Web Apps.
    pub fn build(self) -> Result<AuthSettingsV2, SettingsError> {
        let Self { mut doc, error, providers: names, action, redirect_to } = self;
        if let Some(error) = error {
            return Err(error);
        }
        let first = names.first().ok_or_else(|| providers("expected a provider, found none"))?;
        let wanted = redirect_to.as_ref().unwrap_or(first);
        let found = names.iter().find(|own| own.eq_ignore_ascii_case(wanted));
        let provider = found.ok_or_else(|| {
            providers("expected the provider to redirect to among those that were added")
        })?;
        if doc.form().service() == Service::AppService {
            let is_required = action != UnauthenticatedAction::AllowAnonymous;
            doc.set(global_validation::REQUIRE_AUTHENTICATION, is_required)?;
        }
        let redirects = action == UnauthenticatedAction::RedirectToLoginPage;
        doc.set(global_validation::UNAUTHENTICATED_CLIENT_ACTION, action)?;
        if redirects || redirect_to.is_some() {
            doc.set(global_validation::REDIRECT_TO_PROVIDER, provider)?;
        }
        Ok(doc)
    }
}

fn providers(detail: &str) -> SettingsError {
    SettingsError::at(SettingsErrorKind::Provider, detail, (String::new(), None), "")
}

impl EntraApp {
    /// An app registration in a tenant of the public cloud. Tokens for its client ID and for
    /// `api://<client ID>` are accepted.
    ///
    /// Without a credential, Easy Auth gets an ID token and no access token.
    pub fn new(tenant: &Guid, client_id: Guid) -> Self {
        Self {
            issuer: format!("https://{}/{tenant}/v2.0", Cloud::Public.sign_in_host()),
            audiences: vec![format!("api://{client_id}")],
            client_id,
            secret_setting: None,
            has_managed_identity: false,
            applications: Vec::new(),
            login_parameters: None,
        }
    }

    /// Sets another issuer, for other clouds: `https://login.microsoftonline.us/<tenant>/v2.0`.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = issuer.into();
        self
    }

    /// Sets the name of the setting (in Container Apps of the secret) that has the client secret.
    pub fn secret_setting(mut self, name: impl Into<String>) -> Self {
        (self.secret_setting, self.has_managed_identity) = (Some(SettingName(name.into())), false);
        self
    }

    /// Uses a managed identity that the app registration trusts (a federated credential), instead of a
    /// secret. The setting `OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID` (in Container Apps the secret
    /// `override-use-mi-fic-assertion-client-id`) must hold the client ID of the identity, and be bound to
    /// its slot.
    pub fn managed_identity(mut self) -> Self {
        (self.secret_setting, self.has_managed_identity) = (None, true);
        self
    }

    /// Accepts tokens for one more audience.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// Accepts tokens of another application. The first call also allows the app's own client ID, so that
    /// users can still sign in.
    pub fn allow_application(mut self, client_id: Guid) -> Self {
        if self.applications.is_empty() {
            self.applications.push(self.client_id.clone());
        }
        self.applications.push(client_id);
        self
    }

    /// Sets what is added to the address of the sign-in page.
    pub fn login_parameters(mut self, parameters: LoginParameters) -> Self {
        self.login_parameters = Some(parameters);
        self
    }

    fn add_to(self, doc: &mut AuthSettingsV2) -> Result<(), SettingsError> {
        doc.set(entra::ENABLED, true)?
            .set(entra::OPEN_ID_ISSUER, self.issuer)?
            .set(entra::CLIENT_ID, self.client_id)?;
        if let Some(SettingName(name)) = self.secret_setting {
            check_setting_name(&name, doc)?;
            doc.set(entra::CLIENT_SECRET_SETTING_NAME, name)?;
        } else if self.has_managed_identity {
            let setting = managed_identity_setting(doc.form().service());
            doc.set(entra::CLIENT_SECRET_SETTING_NAME, setting)?;
        }
        if let Some(parameters) = self.login_parameters {
            doc.set(entra::LOGIN_PARAMETERS, parameters)?;
        }
        doc.set(entra::ALLOWED_AUDIENCES, self.audiences)?;
        if !self.applications.is_empty() {
            doc.set(entra::ALLOWED_APPLICATIONS, self.applications)?;
        }
        Ok(())
    }
}

fn check_client_id(id: &str) -> Result<(), SettingsError> {
    let error = || providers("expected a client ID, found an empty string");
    if id.is_empty() { Err(error()) } else { Ok(()) }
}

/// Returns an error if no setting can have the name: above all if it is a secret.
fn check_setting_name(name: &str, doc: &AuthSettingsV2) -> Result<(), SettingsError> {
    let is_container_app = doc.form().service() == Service::ContainerApps;
    let is_allowed = |byte: u8| {
        if is_container_app {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
        } else {
            byte.is_ascii_alphanumeric() || byte == b'_'
        }
    };
    if !name.is_empty() && name.bytes().all(is_allowed) {
        return Ok(());
    }
    let detail = if is_container_app {
        "expected lower-case letters, digits and -"
    } else {
        "expected letters, digits and _"
    };
    Err(SettingsError::new(SettingsErrorKind::SettingName, detail, None))
}
