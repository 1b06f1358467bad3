//! Metadata. The input is the address of the document in the first line, and the document in the rest.

use std::net::Ipv6Addr;

use easyauth::verify::{
    Algorithm, Authority, InvalidMetadataUri, MAX_DOCUMENT_LEN, Metadata, MetadataUri, Verifier,
    VerifierBuildError, VerifierBuildErrorKind,
};

use super::{
    json::{Json, Refused},
    microsoft::{DOMAINS, SIGN_INS},
    secrets::{masked_json, printed},
};

/// Strings that an issuer never contains: placeholders of tenant-independent issuers, and parts of the address
/// of a document.
const NO_ISSUER: [&str; 5] = ["?", "/.well-known/", "common", "organizations", "consumers"];

const THIS_MACHINE: [&str; 3] = ["127.0.0.1", "[::1]", "localhost"];

type Parse = fn(&str) -> Result<MetadataUri, InvalidMetadataUri>;

/// Checks the property for this input, and panics if it does not hold.
pub fn check(input: &[u8]) {
    let Ok(input) = std::str::from_utf8(input) else { return };
    let (text, body) = input.split_once('\n').unwrap_or((input, ""));
    let address = Address::read(text);
    let secure = address.as_ref().filter(|address| address.is_secure());
    let local = address.as_ref().filter(|address| address.is_local());
    let parsers: [(Option<&Address>, Parse); 2] =
        [(secure, MetadataUri::parse), (local, MetadataUri::insecure_loopback)];
    for (address, parse) in parsers {
        match (parse(text), address) {
            (Ok(uri), Some(address)) => {
                check_uri(text, &uri, address, parse);
                check_metadata(body, &uri, address);
            }
            (uri, address) => {
                assert!(uri.is_err(), "accepted {uri:?}");
                assert!(!address.is_some_and(|address| address.is_plain), "refused");
            }
        }
    }
}

/// An address prints what was read. Its form for one application has the same host and path.
fn check_uri(text: &str, uri: &MetadataUri, address: &Address, parse: Parse) {
    assert_eq!((uri.as_str(), uri.to_string().as_str()), (text, text));
    let of_application = uri.clone().for_application("my-app_1&x#/");
    let query = of_application.as_str().strip_prefix(text);
    let separator = if text.contains('?') { '&' } else { '?' };
    assert_eq!(query, Some(format!("{separator}appid=my-app_1x").as_str()));
    if address.is_plain && of_application.as_str().len() <= Address::MAX_LEN {
        assert!(parse(of_application.as_str()).is_ok_and(|again| again == of_application));
        let again = Address::read(of_application.as_str());
        assert_eq!(again.map(|again| again.host), Some(address.host.clone()));
    }
}

fn check_metadata(body: &str, uri: &MetadataUri, address: &Address) {
    let result = Metadata::parse(body, uri);
    match (Expected::read(body, address), &result) {
        (Ok(expected), Ok(metadata)) => expected.assert_same(metadata),
        (Ok(expected), Err(error)) => assert!(!expected.keys.is_plain, "refused: {error}"),
        (Err(Refused), result) => assert!(result.is_err(), "accepted {result:?}"),
    }
    // An error does not repeat the address.
    if let (Err(_), Ok(document)) = (&result, document(body.as_bytes())) {
        let printed = |json: &Json| printed(&Metadata::parse(json.to_string(), uri));
        assert_eq!(printed(&document), printed(&masked_json(&document, &["jwks_uri"])));
    }
}

/// A JSON object that an issuer publishes. It may begin with a byte order mark (RFC 8259 section 8.1).
pub(crate) fn document(body: &[u8]) -> Result<Json, Refused> {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let json = Json::read(text).filter(|_| body.len() <= MAX_DOCUMENT_LEN).ok_or(Refused)?;
    json.distinct_members()?;
    Ok(json)
}

/// The expected content of a document.
struct Expected {
    issuer: String,
    jwks_uri: String,
    keys: Address,
    cloud: Option<String>,
    algorithms: Vec<Algorithm>,
}

impl Expected {
    fn read(body: &str, address: &Address) -> Result<Self, Refused> {
        let document = document(body.as_bytes())?;
        let required = |name| {
            let text = document.nullable_text(name)?;
            text.filter(|text| !text.is_empty()).ok_or(Refused)
        };
        let (issuer, jwks_uri) = (required("issuer")?, required("jwks_uri")?);
        let keys = Address::read(&jwks_uri).filter(|keys| keys.may_serve(address));
        let names = document.nullable_list("id_token_signing_alg_values_supported");
        let are_texts = |names: &&[Json]| names.iter().all(|name| matches!(name, Json::Text(_)));
        let names = names.ok().filter(are_texts).unwrap_or_default().iter();
        let algorithm = |name: &Json| match name {
            Json::Text(name) => Algorithm::from_name(name),
            _ => None,
        };
        Ok(Self {
            issuer,
            keys: keys.ok_or(Refused)?,
            jwks_uri,
            cloud: document.nullable_text("cloud_instance_name").unwrap_or_default(),
            algorithms: names.filter_map(algorithm).collect(),
        })
    }

    fn assert_same(&self, metadata: &Metadata) {
        assert_eq!(metadata.issuer(), self.issuer);
        assert_eq!(metadata.jwks_uri(), self.jwks_uri);
        assert_eq!(metadata.cloud_instance_name(), self.cloud.as_deref());
        assert_eq!(metadata.algorithms(), self.algorithms);

        let authority = Authority::from_metadata(metadata);
        let verifier = Verifier::builder(authority).audience("api://my-api").build();
        let is_of_any_tenant = self.issuer.contains("{tenantid}");
        let kind = verifier.as_ref().err().map(VerifierBuildError::kind);
        let expected = Some(VerifierBuildErrorKind::TenantIndependentIssuer);
        assert!(!is_of_any_tenant || kind == expected);
        let is_plain = self.issuer.starts_with("https://")
            && Address::read(&self.issuer).is_some_and(|issuer| issuer.is_plain)
            && !NO_ISSUER.iter().any(|mark| self.issuer.contains(mark));
        assert!(!is_plain || verifier.is_ok());
    }
}

/// A URI (RFC 3986 section 3) without user name and fragment.
struct Address {
    scheme: String,
    /// In lower case.
    host: String,
    /// `true` if it has only characters that RFC 3986 allows. An address that is not plain may be accepted or not:
    /// it cannot lead to another host.
    is_plain: bool,
}

impl Address {
    /// RFC 9110 section 4.1 recommends support for 8000.
    const MAX_LEN: usize = 8000;

    fn read(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let is_visible = |next: char| !next.is_ascii_whitespace() && !next.is_ascii_control();
        if text.len() > Self::MAX_LEN
            || authority.contains('@')
            || path.contains('#')
            || !path.chars().all(is_visible)
        {
            return None;
        }
        // The colons of an IPv6 address are between brackets.
        let bracket = authority.find(']').unwrap_or_default();
        let colon = authority.get(bracket..)?.find(':').map(|colon| bracket.saturating_add(colon));
        let (host, port) = authority.split_at_checked(colon.unwrap_or(authority.len()))?;
        let is_digit = |digit: char| digit.is_ascii_digit();
        let is_number = |port: &str| port.chars().all(is_digit) && port.parse::<u16>().is_ok();
        if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_number) {
            return None;
        }
        let of_version_6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_plain_host = match of_version_6 {
            Some(address) => address.parse::<Ipv6Addr>().is_ok(),
            None if host.split('.').all(|label| !label.is_empty())
                && host.chars().all(is_in_host) =>
            {
                true
            }
            None => return None,
        };
        let is_plain = is_plain_host && path.chars().all(is_in_path);
        Some(Self {
            scheme: scheme.to_ascii_lowercase(),
            host: host.to_ascii_lowercase(),
            is_plain,
        })
    }

    fn is_secure(&self) -> bool {
        self.scheme == "https"
    }

    fn is_local(&self) -> bool {
        self.scheme == "http" && THIS_MACHINE.contains(&self.host.as_str())
    }

    /// Returns `true` if metadata at `other` may name keys at this address.
    fn may_serve(&self, other: &Self) -> bool {
        if other.is_local() {
            return self.is_local();
        }
        let host = other.host.as_str();
        let within = |host: &str, domain: &str| {
            host == domain || host.strip_suffix(domain).is_some_and(|label| label.ends_with('.'))
        };
        let within_any =
            |host: &str, domains: &[&str]| domains.iter().any(|domain| within(host, domain));
        let is_ours = match SIGN_INS.iter().find(|domains| within_any(host, domains)) {
            Some(domains) => within_any(&self.host, domains),
            None => {
                DOMAINS.iter().all(|domain| within(&self.host, domain) || !within(host, domain))
            }
        };
        self.is_secure() && is_ours
    }
}

/// Returns `true` for a character of a host name: those of DNS, and `_`.
fn is_in_host(next: char) -> bool {
    next.is_ascii_alphanumeric() || "-._".contains(next)
}

/// Returns `true` for a character of a path or a query (RFC 3986 sections 3.3 and 3.4).
fn is_in_path(next: char) -> bool {
    next.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@/?%".contains(next)
}
