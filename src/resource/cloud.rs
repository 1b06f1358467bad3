//! The national clouds of Azure.

/// An Azure cloud. Each has its own Microsoft Entra and its own addresses of the same APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Cloud {
    /// The public cloud.
    #[default]
    Public,
    /// Azure Government (GCC High, L4).
    UsGov,
    /// Azure Government for the Department of Defense (L5). Its addresses are those of
    /// [`UsGov`](Self::UsGov), except for Microsoft Graph.
    UsGovDod,
    /// Azure operated by 21Vianet.
    China,
    /// The French sovereign cloud (Bleu). The addresses are those of azure-cli 2.91; app IDs are not
    /// known.
    France,
    /// The German sovereign cloud (Delos). Only its sign-in, Microsoft Graph, Azure Resource Manager and
    /// Key Vault are known (msgraph-sdk-powershell#3468, EntraExporter#118, projectkudu/ARMClient); app
    /// IDs are not.
    Germany,
    /// The sovereign cloud of Singapore's government. Only its sign-in, Microsoft Graph and the
    /// audience of federated credentials are known (msgraph-sdk-powershell#3468, Microsoft's
    /// authentication library for .NET).
    Singapore,
}

impl Cloud {
    /// Every cloud.
    pub const ALL: &[Self] = &[
        Self::Public,
        Self::UsGov,
        Self::UsGovDod,
        Self::China,
        Self::France,
        Self::Germany,
        Self::Singapore,
    ];

    /// The host of its sign-in service.
    ///
    /// Sources: `AuthorityMetadata` of Microsoft's authentication library for JavaScript, `authority.py`
    /// of the one for Python.
    #[must_use]
    pub const fn sign_in_host(self) -> &'static str {
        match self {
            Self::Public => "login.microsoftonline.com",
            Self::UsGov | Self::UsGovDod => "login.microsoftonline.us",
            Self::China => "login.partner.microsoftonline.cn",
            Self::France => "login.sovcloud-identity.fr",
            Self::Germany => "login.sovcloud-identity.de",
            Self::Singapore => "login.sovcloud-identity.sg",
        }
    }
}
