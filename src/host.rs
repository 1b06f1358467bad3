//! The host in an address.

/// The host of a host and a port. Strict, because `http` takes `[::1].example` for `[::1]`, and what another
/// library takes it for decides where it connects to.
pub(crate) fn host_of(authority: &str) -> Option<&str> {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let is_of_address = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let (host, is_host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        let length = address.len().checked_add(2)?;
        let is_host = !address.is_empty() && address.bytes().all(is_of_address);
        (authority.get(..length)?, is_host, port)
    } else {
        let length = authority.find(':').unwrap_or(authority.len());
        let (name, port) = authority.split_at_checked(length)?;
        // A dot at the end names the same host to DNS, and another one to every rule about hosts.
        let is_host = name.bytes().all(is_of_name) && name.split('.').all(|part| !part.is_empty());
        (name, is_host, port)
    };
    let is_port = match port.strip_prefix(':') {
        None => port.is_empty(),
        Some(digits) => {
            digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok()
        }
    };
    (is_host && is_port).then_some(host)
}
