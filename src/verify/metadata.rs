//! OpenID Connect metadata (OpenID Connect Discovery 1.0 section 3): the address of an issuer's keys.

use std::fmt;

use super::{Algorithm, DocumentError, Tenant, document, document::DocumentErrorKind};
use crate::{
    escape::host_of,
    issuer::{SignIn, customer_domain},
    json::members::{Members, Value},
    kinds::{Place, debug_by_display, kinds},
    resource::Cloud,
};

/// The length limit of an address, in bytes (RFC 9110 section 4.1 recommends support for 8000).
const MAX_URI_LEN: usize = 8000;

/// The address of a metadata document: `https` with a host, an optional port, a path and a query.
///
/// ```
/// use easyauth::{resource::Cloud, verify::{MetadataUri, Tenant}};
///
/// let uri = MetadataUri::entra(Cloud::Public, &Tenant::any_organization());
/// assert_eq!(
///     uri.as_str(),
///     "https://login.microsoftonline.com/organizations/v2.0/.well-known/openid-configuration",
/// );
/// let google = MetadataUri::parse("https://accounts.google.com/.well-known/openid-configuration")?;
/// assert!(MetadataUri::parse("http://accounts.google.com/").is_err());
/// # Ok::<(), easyauth::verify::InvalidMetadataUri>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MetadataUri {
    text: String,
    host: String,
    is_loopback: bool,
}

impl MetadataUri {
    /// Parses an address.
    ///
    /// # Errors
    ///
    /// [`InvalidMetadataUri`] if it is not an absolute `https` address, or contains a user name.
    pub fn parse(text: &str) -> Result<Self, InvalidMetadataUri> {
        let host = host(text, "https").map_err(|kind| InvalidMetadataUri::new(kind, text))?;
        Ok(Self { text: text.to_owned(), host, is_loopback: false })
    }

    /// The address of Entra's version 2.0 metadata for a tenant of a cloud. For several tenants it is
    /// that of the document which all of them share.
    #[must_use]
    pub fn entra(cloud: Cloud, tenant: &Tenant) -> Self {
        let host = SignIn::of(cloud).host;
        let tenant = tenant.path_segment();
        Self {
            text: format!("https://{host}/{tenant}/v2.0/.well-known/openid-configuration"),
            host: host.to_owned(),
            is_loopback: false,
        }
    }

    /// Requests the keys of one application. An application with claims mapping has its own keys, which
    /// only this document contains ("Access tokens in the Microsoft identity platform", `appid`).
    #[must_use]
    pub fn for_application(mut self, client_id: &str) -> Self {
        let separator = if self.text.contains('?') { '&' } else { '?' };
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        self.text.push(separator);
        self.text.push_str("appid=");
        self.text.extend(client_id.bytes().filter(is_plain).map(char::from));
        self
    }

    /// An unencrypted address on this machine, such as `http://127.0.0.1:8080/metadata`: for tests and
    /// development. Its keys must be on this machine too.
    ///
    /// # Errors
    ///
    /// [`InvalidMetadataUri`] if the host is not `127.0.0.1`, `[::1]` or `localhost`.
    pub fn insecure_loopback(text: &str) -> Result<Self, InvalidMetadataUri> {
        let host = loopback_host(text).map_err(|kind| InvalidMetadataUri::new(kind, text))?;
        Ok(Self { text: text.to_owned(), host, is_loopback: true })
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Checks that the keys may be at this address. Microsoft's keys must be at a host of the same Entra
    /// cloud, or in the same domain of External ID or Azure AD B2C. Other providers may use any host
    /// (Google's keys have a separate one).
    fn check_keys(&self, uri: &str) -> Result<(), DocumentError> {
        if self.is_loopback {
            return match loopback_host(uri) {
                Ok(_) => Ok(()),
                Err(_) => Err(DocumentErrorKind::ForeignHost.error()),
            };
        }
        let host = host(uri, "https")
            .map_err(|_| DocumentError::member(DocumentErrorKind::NotHttps, "jwks_uri"))?;
        let is_ours = match SignIn::at(&self.host) {
            Some(sign_in) => sign_in.has(&host),
            None => match customer_domain(&self.host) {
                Some(domain) => customer_domain(&host) == Some(domain),
                None => true,
            },
        };
        if is_ours { Ok(()) } else { Err(DocumentErrorKind::ForeignHost.error()) }
    }
}

fn loopback_host(text: &str) -> Result<String, InvalidMetadataUriKind> {
    host(text, "http")
        .ok()
        .filter(|host| matches!(host.as_str(), "127.0.0.1" | "[::1]" | "localhost"))
        .ok_or(InvalidMetadataUriKind::NotLoopback)
}

/// Returns `true` if a fetcher may get this address: `https`, or on this machine.
#[cfg(any(feature = "reqwest", feature = "ureq"))]
pub(crate) fn is_fetchable(uri: &str) -> bool {
    host(uri, "https").or_else(|_| loopback_host(uri)).is_ok()
}

/// The host of an address with this scheme, in lower case.
fn host(text: &str, scheme: &str) -> Result<String, InvalidMetadataUriKind> {
    if text.len() > MAX_URI_LEN {
        return Err(InvalidMetadataUriKind::TooLong);
    }
    let uri: http::Uri = text.parse().map_err(|_| InvalidMetadataUriKind::NotHttps)?;
    let authority = uri.authority().filter(|_| uri.scheme_str() == Some(scheme));
    let authority = authority.ok_or(InvalidMetadataUriKind::NotHttps)?.as_str();
    if authority.contains('@') {
        return Err(InvalidMetadataUriKind::UserName);
    }
    if text.contains('#') {
        return Err(InvalidMetadataUriKind::Fragment);
    }
    host_of(authority).map(str::to_ascii_lowercase).ok_or(InvalidMetadataUriKind::NotHttps)
}

impl fmt::Display for MetadataUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

debug_by_display!(MetadataUri);

/// The string is not the address of a metadata document. The message contains the string, unless it could
/// contain a password.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{place}", .kind.message())]
pub struct InvalidMetadataUri {
    kind: InvalidMetadataUriKind,
    place: Place,
}

debug_by_display!(InvalidMetadataUri, kind.code());

kinds! {
    /// Why a string is not the address of a metadata document.
    pub enum InvalidMetadataUriKind of InvalidMetadataUri;
    fn message;

    /// It is not an absolute `https` address.
    NotHttps = "not-https", "expected an absolute https address with a valid host";
    /// It is not an `http` address of this machine ([`MetadataUri::insecure_loopback`]).
    NotLoopback = "not-loopback", "expected an http address of this machine (127.0.0.1, [::1] or localhost)";
    /// It contains a user name or a password.
    UserName = "user-name", "expected an address without a user name";
    /// It has a fragment.
    Fragment = "fragment", "expected an address without a fragment";
    /// It is longer than 8000 bytes.
    TooLong = "too-long", "expected an address of at most 8000 bytes";
}

impl InvalidMetadataUri {
    fn new(kind: InvalidMetadataUriKind, given: &str) -> Self {
        let found = || Place::Found(given.into());
        Self { kind, place: if given.contains('@') { Place::Nowhere } else { found() } }
    }
}

/// The metadata of an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    issuer: String,
    jwks_uri: String,
    cloud_instance_name: Option<String>,
    algorithms: Vec<Algorithm>,
}

impl Metadata {
    /// Parses the document that was fetched from `uri`.
    ///
    /// # Errors
    ///
    /// [`DocumentError`] if it is not a JSON object, if `issuer` or `jwks_uri` is missing, or if
    /// `jwks_uri` is not allowed. It must be an `https` address and, for Microsoft's services, at a host
    /// of the same service.
    pub fn parse(body: impl AsRef<[u8]>, uri: &MetadataUri) -> Result<Self, DocumentError> {
        let document = document::parse(body.as_ref())?;
        let issuer = required(&document, "issuer")?;
        let jwks_uri = required(&document, "jwks_uri")?;
        uri.check_keys(jwks_uri)?;
        let algorithms = match document.get("id_token_signing_alg_values_supported") {
            Some(Value::List(names)) => names.filter_map(Algorithm::from_name).collect(),
            _ => Vec::new(),
        };
        Ok(Self {
            issuer: issuer.to_owned(),
            jwks_uri: jwks_uri.to_owned(),
            cloud_instance_name: document.text("cloud_instance_name").map(str::to_owned),
            algorithms,
        })
    }

    /// The issuer (`issuer`). In Entra's tenant-independent documents it contains `{tenantid}` literally.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The address of the keys (`jwks_uri`).
    #[must_use]
    pub fn jwks_uri(&self) -> &str {
        &self.jwks_uri
    }

    /// The cloud (`cloud_instance_name`), if the document names one.
    #[must_use]
    pub fn cloud_instance_name(&self) -> Option<&str> {
        self.cloud_instance_name.as_deref()
    }

    /// The algorithms that sign ID tokens, without those that this crate does not support.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }
}

fn required<'a>(document: &'a Members, name: &'static str) -> Result<&'a str, DocumentError> {
    document
        .text(name)
        .filter(|text| !text.is_empty())
        .ok_or(DocumentError::member(DocumentErrorKind::MissingMember, name))
}
