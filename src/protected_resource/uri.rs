//! The address of a service, and that of its metadata document.

use crate::resource::Cloud;

/// The well-known path (RFC 9728 section 3).
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// Tenants that mean several (Microsoft identity platform: "Protocol tokens and endpoints").
const SEVERAL_TENANTS: [&str; 3] = ["common", "organizations", "consumers"];

/// The address of a service: an origin, and a path that is empty or begins with a slash. It has one form
/// only, because clients and Entra compare it byte by byte (RFC 9728 section 3.3).
#[derive(Clone, PartialEq, Eq)]
pub(super) struct ResourceUri {
    text: String,
    metadata: String,
    /// The length of the origin.
    origin_len: usize,
}

impl ResourceUri {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (origin, path) = split(text)?;
        is_canonical_path(path).then(|| Self {
            text: text.to_owned(),
            metadata: format!("{origin}{WELL_KNOWN}{path}"),
            origin_len: origin.len(),
        })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn metadata(&self) -> &str {
        &self.metadata
    }

    pub(super) fn metadata_path(&self) -> &str {
        self.metadata.get(self.origin_len..).unwrap_or_default()
    }
}

/// Returns `true` for the issuer of one authorization server (RFC 8414 section 2: https, without query
/// and fragment). Some issuers end with a slash.
pub(super) fn is_server(text: &str) -> bool {
    split(text.strip_suffix('/').unwrap_or(text))
        .is_some_and(|(_, path)| is_canonical_path(path) && !is_of_several_tenants(text, path))
}

fn is_of_several_tenants(issuer: &str, path: &str) -> bool {
    let tenant = path.split('/').nth(1).unwrap_or_default();
    Cloud::of_issuer(issuer).is_some()
        && SEVERAL_TENANTS.iter().any(|own| own.eq_ignore_ascii_case(tenant))
}

/// Splits an address into its origin and its path.
fn split(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let authority = rest.split('/').next()?;
    let origin_len = scheme.len().checked_add(3)?.checked_add(authority.len())?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let is_loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let default_port = match scheme {
        "https" => "443",
        "http" if is_loopback => "80",
        _ => return None,
    };
    let is_port = |port: &str| {
        !port.starts_with('0')
            && port.bytes().all(|byte| byte.is_ascii_digit())
            && port.parse::<u16>().is_ok()
            // URL parsers remove it.
            && port != default_port
    };
    let is_host = is_loopback || is_host_name(host);
    (is_host && port.is_none_or(is_port)).then(|| text.split_at_checked(origin_len))?
}

/// Lower case only, as URL parsers write host names.
fn is_host_name(host: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    host.split('.').all(is_label)
}

/// Unreserved characters only (RFC 3986 section 2.3), so that no router or proxy reads the path in
/// another way. No empty or dot segments, and no slash at the end.
fn is_canonical_path(path: &str) -> bool {
    let is_segment = |segment: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        !matches!(segment, "" | "." | "..") && segment.bytes().all(is_plain)
    };
    path.is_empty() || path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(is_segment))
}
