//! The hosts of Microsoft's sign-in services.

/// The domains of each sign-in service.
pub(crate) const SIGN_INS: [&[&str]; 6] = [
    &["microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
    &["microsoftonline.us", "login.usgovcloudapi.net"],
    &["partner.microsoftonline.cn", "login.chinacloudapi.cn", "sts.chinacloudapi.cn"],
    &["sovcloud-identity.fr"],
    &["sovcloud-identity.de"],
    &["sovcloud-identity.sg"],
];

/// The domains in which every Microsoft customer has a host.
pub(crate) const DOMAINS: [&str; 5] =
    ["ciamlogin.com", "b2clogin.com", "b2clogin.cn", "b2clogin.us", "b2clogin.de"];

/// Returns `true` for an authority, with or without a port, whose host is one of Microsoft's sign-in services.
pub(crate) fn has_host(authority: &str) -> bool {
    let (host, port) = authority.split_once(':').unwrap_or((authority, "0"));
    let is_name = |label: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !label.is_empty() && label.bytes().all(is_plain)
    };
    let is_port = port.parse::<u16>().is_ok() && !port.starts_with('+');
    let is_within = |domain: &&str| host == *domain || host.ends_with(&format!(".{domain}"));
    host.split('.').all(is_name)
        && is_port
        && SIGN_INS.into_iter().flatten().chain(&DOMAINS).any(is_within)
}
