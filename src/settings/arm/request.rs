//! Requests that read and write authentication settings.

use http::{HeaderValue, Method, Request, Uri, header};

use super::{
    ArmRequestError, SiteId,
    SiteKind::{self, AppService, ContainerApp},
};
use crate::{
    resource::{ARM, ApiName, Cloud, OwnedAudience, Resource},
    settings::{AuthSettingsV2, Form},
    tokens::AccessToken,
};

/// The api-version for App Service: that of `azure-mgmt-web` 11.0.1. The document has had the same
/// members in every version since 2021-02-01.
///
/// `azure-rest-api-specs` has a stable 2026-03-15 as well. No released SDK that could be read sends it, and
/// national clouds come to know new versions later, so it is not the default;
/// [`ArmRequests::api_version`] sends it.
pub const APP_SERVICE_API_VERSION: &str = "2025-05-01";

/// The api-version for Container Apps: that of `azure-mgmt-appcontainers` 5.1.0.
///
/// It is the first stable one with `blobContainerUri`, `clientId` and `managedIdentityResourceId` of
/// the token store. The service leaves members out of its answers that the api-version does not know
/// (`microsoft/azure-container-apps#479`), so a document that was read with an older one loses them
/// when it is put back.
pub const CONTAINER_APPS_API_VERSION: &str = "2026-07-01";

impl SiteId {
    /// A request that reads the settings, in the public cloud. [`requests`](Self::requests) has more
    /// choice.
    ///
    /// ```
    /// # let access = easyauth::AccessToken::new(
    /// #     "e30.eyJhdWQiOiJodHRwczovL21hbmFnZW1lbnQuYXp1cmUuY29tIn0.",
    /// # );
    /// use easyauth::settings::SiteId;
    ///
    /// let site: SiteId = "/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/NAME".parse()?;
    /// let get = site.get_auth_settings(&access)?;
    /// assert_eq!(
    ///     get.uri(),
    ///     "https://management.azure.com/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/\
    ///      NAME/config/authsettingsV2?api-version=2025-05-01",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ArmRequestError`] if the token is not for Azure Resource Manager, or cannot be read or sent.
    pub fn get_auth_settings(
        &self,
        access: &AccessToken,
    ) -> Result<Request<Vec<u8>>, ArmRequestError> {
        self.requests().get(access)
    }

    /// A request that replaces the settings, in the public cloud. [`requests`](Self::requests) has
    /// more choice.
    ///
    /// # Errors
    ///
    /// [`ArmRequestError`] if the token is not for Azure Resource Manager, or cannot be read or sent;
    /// if the document is not whole, if a section is not an object, or if it is a template; and if it is
    /// of another service than the site.
    pub fn put_auth_settings(
        &self,
        access: &AccessToken,
        document: &AuthSettingsV2,
    ) -> Result<Request<Vec<u8>>, ArmRequestError> {
        self.requests().put(access, document)
    }

    /// The requests about the settings of this site: in the public cloud and with
    /// [`APP_SERVICE_API_VERSION`] or [`CONTAINER_APPS_API_VERSION`], unless told otherwise.
    pub fn requests(&self) -> ArmRequests<'_> {
        let api_version = match self.kind() {
            AppService => APP_SERVICE_API_VERSION,
            ContainerApp => CONTAINER_APPS_API_VERSION,
        };
        ArmRequests { site: self, cloud: Cloud::Public, api_version }
    }
}

/// Builds requests to Azure Resource Manager about the settings of one site: [`SiteId::requests`].
///
/// Each request has a sensitive `Authorization` header, so its `Debug` form does not show the token.
/// What would fail for certain, or lose settings, is refused before anything is sent. The answer to a
/// request is the document, or an [`ArmError`](super::ArmError).
///
/// ```
/// # let access = easyauth::AccessToken::new(
/// #     "e30.eyJhdWQiOiJodHRwczovL21hbmFnZW1lbnQudXNnb3ZjbG91ZGFwaS5uZXQifQ.",
/// # );
/// use easyauth::{resource::Cloud, settings::SiteId};
///
/// let site = SiteId::app_service("S", "G", "NAME")?.in_slot("staging")?;
/// let get = site.requests().cloud(Cloud::UsGov).api_version("2024-11-01").get(&access)?;
/// assert_eq!(get.uri().host(), Some("management.usgovcloudapi.net"));
/// assert_eq!(get.uri().query(), Some("api-version=2024-11-01"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct ArmRequests<'a> {
    site: &'a SiteId,
    cloud: Cloud,
    api_version: &'a str,
}

impl<'a> ArmRequests<'a> {
    /// In another cloud.
    pub fn cloud(self, cloud: Cloud) -> Self {
        Self { cloud, ..self }
    }

    /// With another api-version: a date such as `2024-11-01`, with or without `-preview`.
    pub fn api_version(self, api_version: &'a str) -> Self {
        Self { api_version, ..self }
    }

    /// Reads the settings.
    ///
    /// # Errors
    ///
    /// [`ArmRequestError`]: the cloud, the api-version or the token.
    pub fn get(&self, access: &AccessToken) -> Result<Request<Vec<u8>>, ArmRequestError> {
        self.request(Method::GET, "", access, Vec::new())
    }

    /// Reads the settings by `/list`, as the Azure CLI and the SDKs do. The answer has the form that
    /// [`get`](Self::get) has; the permission to do it may be another one.
    ///
    /// # Errors
    ///
    /// [`ArmRequestError`]: the cloud, the api-version or the token, and
    /// [`NoList`](ArmRequestError::NoList) for a container app.
    pub fn list(&self, access: &AccessToken) -> Result<Request<Vec<u8>>, ArmRequestError> {
        match self.site.kind() {
            AppService => self.request(Method::GET, "/list", access, Vec::new()),
            ContainerApp => Err(ArmRequestError::NoList),
        }
    }

    /// Replaces the settings by a document that has them all.
    ///
    /// # Errors
    ///
    /// [`ArmRequestError`]: the cloud, the api-version, the token, a document that is not whole, or
    /// one that is not for this site's service.
    pub fn put(
        &self,
        access: &AccessToken,
        document: &AuthSettingsV2,
    ) -> Result<Request<Vec<u8>>, ArmRequestError> {
        let missing = document.missing_sections();
        if missing.is_empty() {
            self.put_partial(access, document)
        } else {
            Err(ArmRequestError::Incomplete { missing: missing.to_vec() })
        }
    }

    /// Replaces the settings by a document that need not have them all. Sections that it leaves out
    /// return to the defaults of the service: they do not stay as they are.
    ///
    /// # Errors
    ///
    /// [`ArmRequestError`]: the cloud, the api-version, the token, a section that is not an object, or a
    /// document that is not for this site's service.
    pub fn put_partial(
        &self,
        access: &AccessToken,
        document: &AuthSettingsV2,
    ) -> Result<Request<Vec<u8>>, ArmRequestError> {
        let sections = document.broken_sections();
        if !sections.is_empty() {
            return Err(ArmRequestError::NotObjects { sections });
        }
        let body = body_for(self.site.kind(), document)?;
        let mut request = self.request(Method::PUT, "", access, body)?;
        request.headers_mut().insert(header::CONTENT_TYPE, JSON);
        Ok(request)
    }

    fn request(
        &self,
        method: Method,
        operation: &str,
        access: &AccessToken,
        body: Vec<u8>,
    ) -> Result<Request<Vec<u8>>, ArmRequestError> {
        let uri = self.uri(operation)?;
        let bearer = access.to_bearer().map_err(ArmRequestError::InvalidBearerToken)?;
        check_audience(access, self.arm())?;
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        request.headers_mut().insert(header::ACCEPT, JSON);
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
        Ok(request)
    }

    fn uri(&self, operation: &str) -> Result<Uri, ArmRequestError> {
        let Self { site, cloud, api_version } = *self;
        // The first audience of Azure Resource Manager is its address.
        let endpoint =
            self.arm().audience_uris().first().ok_or(ArmRequestError::UnknownCloud { cloud })?;
        let settings = match site.kind() {
            AppService => "config/authsettingsV2",
            ContainerApp => "authConfigs/current",
        };
        if !is_api_version(api_version) {
            return Err(ArmRequestError::InvalidApiVersion);
        }
        format!("{endpoint}{site}/{settings}{operation}?api-version={api_version}")
            .parse()
            .map_err(|_| ArmRequestError::InvalidApiVersion)
    }

    const fn arm(&self) -> Resource {
        ARM.in_cloud(self.cloud)
    }
}

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Refuses a token that Azure Resource Manager would refuse, and one of which nobody can tell.
fn check_audience(token: &AccessToken, arm: Resource) -> Result<(), ArmRequestError> {
    let token = token.decode_unverified().map_err(ArmRequestError::UnreadableToken)?;
    if token.has_audience(arm) {
        return Ok(());
    }
    Err(ArmRequestError::WrongAudience {
        expected: ApiName::of(&OwnedAudience::Resource(arm)),
        actual: ApiName::of_audiences(token.audiences()),
    })
}

/// What is sent of a document to a site of this kind.
fn body_for(site: SiteKind, document: &AuthSettingsV2) -> Result<Vec<u8>, ArmRequestError> {
    let form = document.form();
    if !document.resource_pointer().is_empty() {
        return Err(ArmRequestError::Template);
    }
    let kind = match form {
        Form::AppService | Form::AppServiceProperties => AppService,
        Form::ContainerApp | Form::ContainerAppProperties => ContainerApp,
        Form::File | Form::StaticWebApp | Form::StaticWebAppSection => {
            return Err(ArmRequestError::NotInArm { form });
        }
    };
    if kind != site {
        return Err(ArmRequestError::OtherService { site, document: kind });
    }
    let json = document.as_json();
    Ok(if form.has_envelope() {
        json.as_bytes().to_vec()
    } else {
        format!(r#"{{"properties":{json}}}"#).into_bytes()
    })
}

/// `YYYY-MM-DD`, with or without `-preview` (Azure REST API reference: components of a request).
fn is_api_version(text: &str) -> bool {
    let date = text.strip_suffix("-preview").unwrap_or(text);
    date.len() == 10
        && date.bytes().enumerate().all(|(index, byte)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}
