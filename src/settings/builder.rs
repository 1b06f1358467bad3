//! New documents for the usual cases.

use std::fmt;

use super::{
    AuthSettingsV2, EditError, Form, Guid, LoginParameters, Service, Setting,
    UnauthenticatedAction, apple, custom, entra, facebook, github, global_validation, google, http,
    login, platform, setting::is_built_in, twitter,
};
use crate::{provider::is_custom_name, resource::Cloud};

/// Builds a whole new document: [`AuthSettingsV2::builder`].
#[derive(Debug, Clone)]
#[must_use]
pub struct AuthSettingsBuilder {
    service: Service,
    action: UnauthenticatedAction,
    redirect_to: Option<String>,
    providers: Vec<Provider>,
}

#[derive(Debug, Clone)]
enum Provider {
    Entra(EntraApp),
    Custom(CustomApp),
    Google(Client),
    GitHub(Client),
    Apple(Client),
    Facebook(Client),
    Twitter(Client),
}

/// An app registration at a provider.
#[derive(Debug, Clone)]
struct Client {
    id: String,
    secret_setting: SettingName,
}

/// What should be the name of a setting. Prints its length: people put the secret itself there.
#[derive(Clone)]
struct SettingName(String);

impl fmt::Debug for SettingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SettingName({} bytes)", self.0.len())
    }
}

/// An app registration of Microsoft Entra, for [`AuthSettingsBuilder::entra`].
#[derive(Debug, Clone)]
#[must_use]
pub struct EntraApp {
    issuer: String,
    client_id: Guid,
    credential: Option<Credential>,
    audiences: Vec<String>,
    applications: Vec<Guid>,
    login_parameters: Option<LoginParameters>,
}

#[derive(Debug, Clone)]
enum Credential {
    SecretSetting(SettingName),
    ManagedIdentity,
}

/// A client of a custom OpenID Connect provider, for [`AuthSettingsBuilder::custom`].
#[derive(Debug, Clone)]
#[must_use]
pub struct CustomApp {
    name: String,
    well_known: String,
    client: Client,
    scopes: Vec<String>,
}

impl AuthSettingsV2 {
    /// Builds a document from nothing, to be PUT as a whole: Easy Auth is on, plain HTTP is refused, and
    /// whoever is not signed in is sent to the first provider. On App Service the token store is on.
    ///
    /// ```
    /// use easyauth::{resource::ARM, settings::{AuthSettingsV2, EntraApp, LoginParameters, Service}};
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
        AuthSettingsBuilder {
            service,
            action: UnauthenticatedAction::RedirectToLoginPage,
            redirect_to: None,
            providers: Vec::new(),
        }
    }
}

impl AuthSettingsBuilder {
    /// Adds Microsoft Entra.
    pub fn entra(self, app: EntraApp) -> Self {
        self.with(Provider::Entra(app))
    }

    /// Adds Google: a client id, and the name of the setting that has its secret.
    pub fn google(self, client_id: impl Into<String>, secret_setting: impl Into<String>) -> Self {
        self.with(Provider::Google(Client::new(client_id, secret_setting)))
    }

    /// Adds GitHub: a client id, and the name of the setting that has its secret.
    pub fn github(self, client_id: impl Into<String>, secret_setting: impl Into<String>) -> Self {
        self.with(Provider::GitHub(Client::new(client_id, secret_setting)))
    }

    /// Adds Apple: a client id, and the name of the setting that has its secret.
    pub fn apple(self, client_id: impl Into<String>, secret_setting: impl Into<String>) -> Self {
        self.with(Provider::Apple(Client::new(client_id, secret_setting)))
    }

    /// Adds Facebook: the id of an app, and the name of the setting that has its secret.
    pub fn facebook(self, app_id: impl Into<String>, secret_setting: impl Into<String>) -> Self {
        self.with(Provider::Facebook(Client::new(app_id, secret_setting)))
    }

    /// Adds Twitter: a consumer key, and the name of the setting that has its secret.
    pub fn twitter(
        self,
        consumer_key: impl Into<String>,
        secret_setting: impl Into<String>,
    ) -> Self {
        self.with(Provider::Twitter(Client::new(consumer_key, secret_setting)))
    }

    /// Adds a custom OpenID Connect provider.
    pub fn custom(self, app: CustomApp) -> Self {
        self.with(Provider::Custom(app))
    }

    fn with(mut self, provider: Provider) -> Self {
        self.providers.push(provider);
        self
    }

    /// The provider that whoever is not signed in is sent to, by its name in the document: the first
    /// that was added, unless this says another.
    pub fn redirect_to(mut self, provider: impl Into<String>) -> Self {
        self.redirect_to = Some(provider.into());
        self
    }

    /// What happens to whoever is not signed in, if not a redirect: for an API that is
    /// [`Return401`](UnauthenticatedAction::Return401).
    pub fn unauthenticated(mut self, action: UnauthenticatedAction) -> Self {
        self.action = action;
        self
    }

    /// Builds the document.
    ///
    /// # Errors
    ///
    /// [`SettingsBuildError`].
    pub fn build(self) -> Result<AuthSettingsV2, SettingsBuildError> {
        let form = match self.service {
            Service::AppService => Form::AppService,
            Service::ContainerApps => Form::ContainerApp,
            Service::StaticWebApps => return Err(SettingsBuildError::StaticWebApps),
        };
        let mut doc = AuthSettingsV2::empty(form);
        doc.set(platform::ENABLED, true)?;
        self.set_validation(&mut doc)?;
        for provider in &self.providers {
            provider.add_to(&mut doc, self.service)?;
        }
        if self.service == Service::AppService {
            doc.set(login::TOKEN_STORE_ENABLED, true)?;
        } else {
            // There the token store needs a container.
            doc.set(login::PRESERVE_URL_FRAGMENTS, false)?;
        }
        doc.set(http::REQUIRE_HTTPS, true)?;
        if self.service == Service::ContainerApps {
            // As the service answers it; and this tells whose settings they are.
            doc.set_pointer("/properties/encryptionSettings", "{}")?;
        }
        Ok(doc)
    }

    fn set_validation(&self, doc: &mut AuthSettingsV2) -> Result<(), SettingsBuildError> {
        let first = self.providers.first().ok_or(SettingsBuildError::NoProvider)?;
        for (index, provider) in self.providers.iter().enumerate() {
            let mut others = self.providers.iter().take(index);
            if others.any(|other| other.name().eq_ignore_ascii_case(provider.name())) {
                return Err(SettingsBuildError::ProviderTwice);
            }
        }
        let wanted = self.redirect_to.as_deref().unwrap_or(first.name());
        let found = self.providers.iter().find(|own| own.name().eq_ignore_ascii_case(wanted));
        let redirect_to = found.ok_or(SettingsBuildError::UnknownRedirect)?.name();

        let is_anonymous = self.action == UnauthenticatedAction::AllowAnonymous;
        if self.service == Service::AppService {
            doc.set(global_validation::REQUIRE_AUTHENTICATION, !is_anonymous)?;
        }
        doc.set(global_validation::UNAUTHENTICATED_CLIENT_ACTION, self.action.clone())?;
        if self.action == UnauthenticatedAction::RedirectToLoginPage || self.redirect_to.is_some() {
            doc.set(global_validation::REDIRECT_TO_PROVIDER, redirect_to)?;
        }
        Ok(())
    }
}

impl Client {
    fn new(id: impl Into<String>, secret_setting: impl Into<String>) -> Self {
        Self { id: id.into(), secret_setting: SettingName(secret_setting.into()) }
    }

    fn checked(&self, service: Service) -> Result<&Self, SettingsBuildError> {
        if self.id.is_empty() {
            return Err(SettingsBuildError::NoClientId);
        }
        check_setting_name(&self.secret_setting.0, service)?;
        Ok(self)
    }

    fn add_to(
        &self,
        doc: &mut AuthSettingsV2,
        service: Service,
        enabled: Setting<'_, bool>,
        [id, secret]: [Setting<'_, String>; 2],
    ) -> Result<(), SettingsBuildError> {
        let client = self.checked(service)?;
        doc.set(enabled, true)?.set(id, &client.id)?.set(secret, &client.secret_setting.0)?;
        Ok(())
    }
}

impl Provider {
    /// The name in `redirectToProvider`.
    fn name(&self) -> &str {
        match self {
            Self::Entra(_) => "azureactivedirectory",
            Self::Custom(app) => &app.name,
            Self::Google(_) => "google",
            Self::GitHub(_) => "github",
            Self::Apple(_) => "apple",
            Self::Facebook(_) => "facebook",
            Self::Twitter(_) => "twitter",
        }
    }

    fn add_to(&self, doc: &mut AuthSettingsV2, service: Service) -> Result<(), SettingsBuildError> {
        let (client, enabled, names) = match self {
            Self::Entra(app) => return app.add_to(doc, service),
            Self::Custom(app) => return app.add_to(doc, service),
            Self::Google(client) => {
                (client, google::ENABLED, [google::CLIENT_ID, google::CLIENT_SECRET_SETTING_NAME])
            }
            Self::GitHub(client) => {
                (client, github::ENABLED, [github::CLIENT_ID, github::CLIENT_SECRET_SETTING_NAME])
            }
            Self::Apple(client) => {
                (client, apple::ENABLED, [apple::CLIENT_ID, apple::CLIENT_SECRET_SETTING_NAME])
            }
            Self::Facebook(client) => {
                (client, facebook::ENABLED, [facebook::APP_ID, facebook::APP_SECRET_SETTING_NAME])
            }
            Self::Twitter(client) => (
                client,
                twitter::ENABLED,
                [twitter::CONSUMER_KEY, twitter::CONSUMER_SECRET_SETTING_NAME],
            ),
        };
        client.add_to(doc, service, enabled, names)
    }
}

impl EntraApp {
    /// An app registration in a tenant of the public cloud. Tokens for its client id and for
    /// `api://<client id>` are let in.
    ///
    /// Without a credential, Easy Auth gets an ID token and no access token.
    pub fn new(tenant: &Guid, client_id: Guid) -> Self {
        Self {
            issuer: format!("https://{}/{tenant}/v2.0", Cloud::Public.sign_in_host()),
            audiences: vec![format!("api://{client_id}")],
            client_id,
            credential: None,
            applications: Vec::new(),
            login_parameters: None,
        }
    }

    /// Another issuer, for the other clouds: `https://login.microsoftonline.us/<tenant>/v2.0`.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = issuer.into();
        self
    }

    /// The name of the setting (the secret, in Container Apps) that has the client secret.
    pub fn secret_setting(mut self, name: impl Into<String>) -> Self {
        self.credential = Some(Credential::SecretSetting(SettingName(name.into())));
        self
    }

    /// No secret, but a managed identity that the app registration trusts (a federated credential). The
    /// setting `OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID` (in Container Apps the secret
    /// `override-use-mi-fic-assertion-client-id`) must hold the client id of the identity, and stay with
    /// its slot.
    pub fn managed_identity(mut self) -> Self {
        self.credential = Some(Credential::ManagedIdentity);
        self
    }

    /// One more audience of tokens that are let in.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// One more application that may call with its tokens. With the first, the app's own client id is
    /// allowed as well, so that people can still sign in.
    pub fn allow_application(mut self, client_id: Guid) -> Self {
        if self.applications.is_empty() {
            self.applications.push(self.client_id.clone());
        }
        self.applications.push(client_id);
        self
    }

    /// What is added to the address of the sign-in page.
    pub fn login_parameters(mut self, parameters: LoginParameters) -> Self {
        self.login_parameters = Some(parameters);
        self
    }

    fn add_to(&self, doc: &mut AuthSettingsV2, service: Service) -> Result<(), SettingsBuildError> {
        doc.set(entra::ENABLED, true)?
            .set(entra::OPEN_ID_ISSUER, &self.issuer)?
            .set(entra::CLIENT_ID, self.client_id.clone())?;
        match &self.credential {
            Some(Credential::SecretSetting(SettingName(name))) => {
                check_setting_name(name, service)?;
                doc.set(entra::CLIENT_SECRET_SETTING_NAME, name)?;
            }
            Some(Credential::ManagedIdentity) => {
                doc.set(entra::CLIENT_SECRET_SETTING_NAME, service.managed_identity_setting())?;
            }
            None => {}
        }
        if let Some(parameters) = &self.login_parameters {
            doc.set(entra::LOGIN_PARAMETERS, parameters.clone())?;
        }
        doc.set(entra::ALLOWED_AUDIENCES, &self.audiences)?;
        if !self.applications.is_empty() {
            doc.set(entra::ALLOWED_APPLICATIONS, self.applications.iter().cloned())?;
        }
        Ok(())
    }
}

impl CustomApp {
    /// A client of a provider: the provider's name (letters, digits, `_`), the address of its metadata,
    /// the client id, and the name of the setting that has its secret. It asks for `openid`, `profile`
    /// and `email`.
    pub fn new(
        name: impl Into<String>,
        well_known: impl Into<String>,
        client_id: impl Into<String>,
        secret_setting: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            well_known: well_known.into(),
            client: Client::new(client_id, secret_setting),
            scopes: ["openid", "profile", "email"].map(str::to_owned).to_vec(),
        }
    }

    /// One more scope to ask for.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    fn add_to(&self, doc: &mut AuthSettingsV2, service: Service) -> Result<(), SettingsBuildError> {
        if !is_custom_name(&self.name) {
            return Err(SettingsBuildError::CustomName);
        }
        if is_built_in(&self.name) {
            return Err(SettingsBuildError::BuiltInName);
        }
        if !self.well_known.starts_with("https://") {
            return Err(SettingsBuildError::NotHttps);
        }
        let (name, client) = (&*self.name, self.client.checked(service)?);
        doc.set(custom::ENABLED.of(name), true)?
            .set(custom::CLIENT_ID.of(name), &client.id)?
            .set(custom::CLIENT_CREDENTIAL_METHOD.of(name), "ClientSecretPost")?
            .set(custom::CLIENT_SECRET_SETTING_NAME.of(name), &client.secret_setting.0)?
            .set(custom::WELL_KNOWN_CONFIGURATION.of(name), &self.well_known)?
            .set(custom::NAME_CLAIM_TYPE.of(name), "name")?
            .set(custom::SCOPES.of(name), &self.scopes)?;
        Ok(())
    }
}

/// Refuses what no setting can be named: above all a secret in its place.
fn check_setting_name(name: &str, service: Service) -> Result<(), SettingsBuildError> {
    let is_allowed = |byte: u8| match service {
        Service::ContainerApps => {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
        }
        _ => byte.is_ascii_alphanumeric() || byte == b'_',
    };
    if !name.is_empty() && name.bytes().all(is_allowed) {
        Ok(())
    } else {
        Err(SettingsBuildError::SettingName)
    }
}

/// A document that is not built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsBuildError {
    /// There is no provider, so nobody could sign in.
    #[error("there is no provider")]
    NoProvider,
    /// A provider is there twice, or a custom one has the name of another.
    #[error("two providers have one name")]
    ProviderTwice,
    /// Whoever is not signed in would be sent to a provider that is not there.
    #[error("the provider to redirect to is none of those that are set up")]
    UnknownRedirect,
    /// A client id is empty.
    #[error("a client id is empty")]
    NoClientId,
    /// The name of a setting has a character that no such name has: letters, digits and `_`; in
    /// Container Apps lower case letters, digits and `-`. A secret does not belong there.
    #[error("a text that no setting can be named is in the place of a name")]
    SettingName,
    /// The name of a custom provider has other characters than letters, digits and `_` (App Service
    /// docs, "Configure an OpenID Connect provider").
    #[error("expected letters, digits and _ in the name of a custom provider")]
    CustomName,
    /// The name of a custom provider is that of another kind of provider.
    #[error("the name of a custom provider is that of another kind of provider")]
    BuiltInName,
    /// The address of a provider's metadata is not https.
    #[error("the address of a provider's metadata is not https")]
    NotHttps,
    /// Static Web Apps keep their settings in `staticwebapp.config.json`, with the application.
    #[error("the settings of static web apps are not built here")]
    StaticWebApps,
    /// A setting was not set.
    #[error("a setting was not set")]
    Edit(#[from] EditError),
}
