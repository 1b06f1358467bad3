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

/// Returns `true` for a host of one of Microsoft's sign-in services.
pub(crate) fn has_host(host: &str) -> bool {
    let is_within = |domain: &&str| host == *domain || host.ends_with(&format!(".{domain}"));
    SIGN_INS.into_iter().flatten().chain(&DOMAINS).any(is_within)
}
