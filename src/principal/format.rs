//! What describes a caller.

/// What describes the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PrincipalFormat {
    /// The object of App Service, Functions and Container Apps.
    AppService,
    /// The object of Static Web Apps.
    StaticWebApps,
    /// No object, only `X-MS-CLIENT-PRINCIPAL-ID` or `-NAME`: a Container App sends no more than that, or
    /// `WEBSITE_AUTH_DISABLE_IDENTITY_FLOW` is set. The documentation of that setting says only that the
    /// thread principal of ASP.NET is not set; that the object is missing then is from reports of people who
    /// met a limit of header sizes, and uncertain.
    HeadersOnly,
    /// The caller is made of the claims of a verified token, and of no header.
    Token,
}

impl PrincipalFormat {
    /// A stable, machine-readable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AppService => "app-service",
            Self::StaticWebApps => "static-web-apps",
            Self::HeadersOnly => "headers-only",
            Self::Token => "token",
        }
    }
}
