//! OpenID Connect metadata (OpenID Connect Discovery 1.0 section 3): where an issuer's keys are.

use std::{fmt, str::FromStr};

use super::{Algorithm, DocumentError, Tenant, document};
use crate::{
    escape::{Escaped, host_of},
    issuer::{SignIn, customer_domain},
    json::members::{Members, Value},
    resource::Cloud,
};

/// The longest address that is used, in bytes: RFC 9110 section 4.1 wants 8000 to be possible.
const MAX_URI_LEN: usize = 8000;

/// The address of a metadata document: `https`, and nothing but a host, a port, a path and a query.
///
/// ```
/// use easyauth::{resource::Cloud, verify::{MetadataUri, Tenant}};
///
/// let uri = MetadataUri::entra(Cloud::Public, &Tenant::any_organization());
/// assert_eq!(
///     uri.as_str(),
///     "https://login.microsoftonline.com/organizations/v2.0/.well-known/openid-configuration",
/// );
/// let google: MetadataUri = "https://accounts.google.com/.well-known/openid-configuration".parse()?;
/// assert!("http://accounts.google.com/".parse::<MetadataUri>().is_err());
/// # Ok::<(), easyauth::verify::InvalidMetadataUri>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MetadataUri {
    text: String,
    host: String,
    is_loopback: bool,
}

impl MetadataUri {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// [`InvalidMetadataUri`] if it is not an absolute `https` address, or has a user name in it.
    pub fn parse(text: &str) -> Result<Self, InvalidMetadataUri> {
        let host = https_host(text).ok_or_else(|| InvalidMetadataUri::new(text))?;
        Ok(Self { text: text.to_owned(), host, is_loopback: false })
    }

    /// Where Entra publishes the version 2.0 metadata for a tenant of a cloud; for several tenants the
    /// document that all of them share.
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

    /// Asks for the keys of one application: one with claims mapping has its own, which are in no
    /// other document ("Access tokens in the Microsoft identity platform", `appid`).
    #[must_use]
    pub fn for_application(mut self, client_id: &str) -> Self {
        let separator = if self.text.contains('?') { '&' } else { '?' };
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        self.text.push(separator);
        self.text.push_str("appid=");
        self.text.extend(client_id.bytes().filter(is_plain).map(char::from));
        self
    }

    /// An address on this machine without encryption: `http://127.0.0.1:8080/metadata`, for tests and
    /// for development. The keys that it names may be on this machine as well, and nowhere else.
    ///
    /// # Errors
    ///
    /// [`InvalidMetadataUri`] if the host is not `127.0.0.1`, `[::1]` or `localhost`.
    pub fn insecure_loopback(text: &str) -> Result<Self, InvalidMetadataUri> {
        let host = loopback_host(text).ok_or_else(|| InvalidMetadataUri::new(text))?;
        Ok(Self { text: text.to_owned(), host, is_loopback: true })
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether keys may be at this address, given where the metadata is: in the same service of
    /// Entra's, at the same host, in the same domain of External ID, or for any other provider
    /// anywhere (Google keeps its keys at another of its hosts).
    fn check_keys(&self, uri: &str) -> Result<(), DocumentError> {
        if self.is_loopback {
            return match loopback_host(uri) {
                Some(_) => Ok(()),
                None => Err(DocumentError::ForeignHost),
            };
        }
        let host = https_host(uri).ok_or(DocumentError::NotHttps("jwks_uri"))?;
        let is_ours = match SignIn::at(&self.host) {
            Some(sign_in) => sign_in.has(&host),
            None => match customer_domain(&self.host) {
                Some(domain) => customer_domain(&host) == Some(domain),
                None => true,
            },
        };
        if is_ours { Ok(()) } else { Err(DocumentError::ForeignHost) }
    }
}

/// The host of an `https` address without a user name, in lower case.
fn https_host(text: &str) -> Option<String> {
    host(text, "https")
}

fn loopback_host(text: &str) -> Option<String> {
    host(text, "http").filter(|host| matches!(host.as_str(), "127.0.0.1" | "[::1]" | "localhost"))
}

/// Whether a fetcher may get this address: `https`, or on this machine.
#[cfg(any(feature = "reqwest", feature = "ureq"))]
pub(crate) fn is_fetchable(uri: &str) -> bool {
    https_host(uri).or_else(|| loopback_host(uri)).is_some()
}

fn host(text: &str, scheme: &str) -> Option<String> {
    if text.len() > MAX_URI_LEN || text.contains('#') {
        return None;
    }
    let uri: http::Uri = text.parse().ok()?;
    if uri.scheme_str() != Some(scheme) {
        return None;
    }
    host_of(uri.authority()?.as_str()).map(str::to_ascii_lowercase)
}

impl FromStr for MetadataUri {
    type Err = InvalidMetadataUri;

    fn from_str(text: &str) -> Result<Self, InvalidMetadataUri> {
        Self::parse(text)
    }
}

impl fmt::Display for MetadataUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for MetadataUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MetadataUri({})", self.text)
    }
}

/// The string is not the address of a metadata document. Says what was given, unless there could be a
/// password in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidMetadataUri(Option<Box<str>>);

impl InvalidMetadataUri {
    fn new(given: &str) -> Self {
        Self(Some(given).filter(|given| !given.contains('@')).map(Into::into))
    }
}

impl fmt::Display for InvalidMetadataUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected an absolute https address without a user name")?;
        match &self.0 {
            Some(given) => write!(f, ", found {:?}", Escaped(given)),
            None => Ok(()),
        }
    }
}

impl std::error::Error for InvalidMetadataUri {}

/// What an issuer says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    issuer: String,
    jwks_uri: String,
    cloud_instance_name: Option<String>,
    algorithms: Vec<Algorithm>,
}

impl Metadata {
    /// Reads the document that was found at `uri`.
    ///
    /// # Errors
    ///
    /// [`DocumentError`] if it is no JSON object, if `issuer` or `jwks_uri` is missing, or if the keys
    /// are somewhere where they must not be: not at an `https` address, or, for Microsoft's services,
    /// at another one's host.
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

    /// The issuer (`issuer`). Entra's tenant-independent documents have `{tenantid}` in it, literally.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where the keys are (`jwks_uri`).
    #[must_use]
    pub fn jwks_uri(&self) -> &str {
        &self.jwks_uri
    }

    /// The cloud (`cloud_instance_name`), if the document says.
    #[must_use]
    pub fn cloud_instance_name(&self) -> Option<&str> {
        self.cloud_instance_name.as_deref()
    }

    /// The algorithms that ID tokens can be signed with, as far as this crate knows them.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }
}

fn required<'a>(document: &'a Members, name: &'static str) -> Result<&'a str, DocumentError> {
    document.text(name).filter(|text| !text.is_empty()).ok_or(DocumentError::Missing(name))
}
