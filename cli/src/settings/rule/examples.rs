//! For each rule: what users see, a wrong excerpt and a right one. `easyauth settings rule` and the
//! pages in `docs/rules` show them.

/// What the excerpts belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    Site,
    ContainerApp,
    File,
    StaticWebApp,
    /// The excerpts are whole documents.
    Document,
    /// The app settings of the site.
    AppSettings,
    /// The app registration, as Microsoft Graph returns it.
    Registration,
}

/// The example of one rule.
pub(super) struct Example {
    pub(super) id: &'static str,
    pub(super) subject: Subject,
    pub(super) symptom: &'static str,
    /// JSON; a member that is `null` is absent.
    pub(super) wrong: &'static str,
    pub(super) right: &'static str,
    /// What the site has besides: settings, or app settings as a list.
    pub(super) beside: &'static str,
    /// Other rules that find the same mistake.
    pub(super) also: &'static [&'static str],
}

impl Example {
    const fn beside(self, beside: &'static str) -> Self {
        Self { beside, ..self }
    }

    const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }
}

const fn new(
    subject: Subject,
    id: &'static str,
    symptom: &'static str,
    wrong: &'static str,
    right: &'static str,
) -> Example {
    Example { id, subject, symptom, wrong, right, beside: "{}", also: &[] }
}

const fn site(
    id: &'static str,
    symptom: &'static str,
    wrong: &'static str,
    right: &'static str,
) -> Example {
    new(Subject::Site, id, symptom, wrong, right)
}

/// Settings of the Entra provider.
macro_rules! entra {
    ($json:literal) => {
        concat!(r#"{"identityProviders":{"azureActiveDirectory":"#, $json, "}}")
    };
}

/// Login parameters of the Entra provider.
macro_rules! parameters {
    ($json:literal) => {
        concat!(
            r#"{"identityProviders":{"azureActiveDirectory":{"login":{"loginParameters":"#,
            $json,
            "}}}}"
        )
    };
}

/// The issuer of the Entra provider.
macro_rules! issuer {
    ($json:literal) => {
        concat!(
            r#"{"identityProviders":{"azureActiveDirectory":{"registration":{"openIdIssuer":"#,
            $json,
            "}}}}"
        )
    };
}

/// `globalValidation`, and the policy of the Entra provider.
macro_rules! policy {
    ($action:literal, $json:literal) => {
        concat!(
            r#"{"globalValidation":{"unauthenticatedClientAction":"#,
            $action,
            r#"},"identityProviders":{"azureActiveDirectory":{"validation":{"defaultAuthorizationPolicy":"#,
            $json,
            "}}}}"
        )
    };
}

/// A custom provider in a settings file.
macro_rules! custom {
    ($json:literal) => {
        concat!(r#"{"identityProviders":{"openIdConnectProviders":{"contoso":"#, $json, "}}}")
    };
}

/// A custom provider of a static web app.
macro_rules! static_custom {
    ($json:literal) => {
        concat!(
            r#"{"auth":{"identityProviders":{"customOpenIdConnectProviders":{"idp":{"registration":{"clientIdSettingName":"IDP_ID","clientCredential":{"clientSecretSettingName":"IDP_SECRET"},"openIdConnectConfiguration":"#,
            $json,
            r#"},"login":{"nameClaimType":"name","scopes":["openid"]}}}}}}"#
        )
    };
}

/// The example of a rule.
pub(super) fn example(id: &str) -> Option<&'static Example> {
    EXAMPLES.iter().find(|example| example.id == id)
}

const EXAMPLES: &[Example] = &[
    // login.tokenStore
    site(
        "TS1",
        "requests have no X-MS-TOKEN-* headers, although sign-ins request a token for an API",
        r#"{"login":{"tokenStore":{"enabled":false}},"identityProviders":{"azureActiveDirectory":{"login":{"loginParameters":["scope=openid email profile https://management.azure.com/user_impersonation"]}}}}"#,
        r#"{"login":{"tokenStore":{"enabled":true}},"identityProviders":{"azureActiveDirectory":{"login":{"loginParameters":["scope=openid email profile https://management.azure.com/user_impersonation"]}}}}"#,
    ),
    new(
        Subject::ContainerApp,
        "TS2",
        "requests of a container app have no X-MS-TOKEN-* headers",
        r#"{"login":{"tokenStore":{"enabled":true,"azureBlobStorage":{"sasUrlSettingName":null}}}}"#,
        r#"{"login":{"tokenStore":{"enabled":true,"azureBlobStorage":{"sasUrlSettingName":"token-store-sas"}}}}"#,
    ),
    site(
        "TS3",
        "tokens are not where you look for them",
        r#"{"login":{"tokenStore":{"fileSystem":{"directory":"/home/tokens"},"azureBlobStorage":{"sasUrlSettingName":"TOKEN_STORE_SAS"}}}}"#,
        r#"{"login":{"tokenStore":{"azureBlobStorage":{"sasUrlSettingName":"TOKEN_STORE_SAS"}}}}"#,
    ),
    site(
        "TS4",
        "/.auth/refresh renews tokens for longer than usual, or not at all",
        r#"{"login":{"tokenStore":{"tokenRefreshExtensionHours":720}}}"#,
        r#"{"login":{"tokenStore":{"tokenRefreshExtensionHours":72}}}"#,
    ),
    // httpSettings
    site(
        "HT1",
        "the site answers on http:// instead of redirecting to https://",
        r#"{"httpSettings":{"requireHttps":false}}"#,
        r#"{"httpSettings":{"requireHttps":true}}"#,
    ),
    site(
        "HT3",
        "after a sign-in, the browser is at *.azurewebsites.net instead of the address of the proxy",
        r#"{"httpSettings":{"forwardProxy":{"convention":"Custom"}}}"#,
        r#"{"httpSettings":{"forwardProxy":{"convention":"Custom","customHostHeaderName":"X-Original-Host"}}}"#,
    ),
    site(
        "HT4",
        "after a sign-in, the browser is at *.azurewebsites.net, although a header is named",
        r#"{"httpSettings":{"forwardProxy":{"convention":"NoProxy","customHostHeaderName":"X-Original-Host"}}}"#,
        r#"{"httpSettings":{"forwardProxy":{"convention":"Custom","customHostHeaderName":"X-Original-Host"}}}"#,
    ),
    site(
        "HT5",
        "sign-in pages answer 404, or pages of the application are not reachable",
        r#"{"httpSettings":{"routes":{"apiPrefix":".auth"}}}"#,
        r#"{"httpSettings":{"routes":{"apiPrefix":"/.auth"}}}"#,
    ),
    // login
    site(
        "LO1",
        "nothing is visible: sign-ins work, and their protection against replay is off",
        r#"{"login":{"nonce":{"validateNonce":false}}}"#,
        r#"{"login":{"nonce":{"validateNonce":true}}}"#,
    ),
    site(
        "LO2",
        "sessions or sign-ins do not last as long as configured",
        r#"{"login":{"cookieExpiration":{"timeToExpiration":"PT8H"}}}"#,
        r#"{"login":{"cookieExpiration":{"timeToExpiration":"08:00:00"}}}"#,
    ),
    site(
        "LO3",
        "sessions end with the provider's token, not after the configured time",
        r#"{"login":{"cookieExpiration":{"convention":"IdentityProviderDerived","timeToExpiration":"08:00:00"}}}"#,
        r#"{"login":{"cookieExpiration":{"convention":"FixedTime","timeToExpiration":"08:00:00"}}}"#,
    ),
    site(
        "LO4",
        "sessions do not last as long as the provider's token",
        r#"{"login":{"cookieExpiration":{"convention":"IdentityDerived","timeToExpiration":null}}}"#,
        r#"{"login":{"cookieExpiration":{"convention":"IdentityProviderDerived","timeToExpiration":null}}}"#,
    ),
    site(
        "LO5",
        "redirects after a sign-in or sign-out are rejected, or more addresses are accepted than intended",
        r#"{"login":{"allowedExternalRedirectUrls":["https://*.contoso.example"]}}"#,
        r#"{"login":{"allowedExternalRedirectUrls":["https://orders.contoso.example"]}}"#,
    ),
    site(
        "LO6",
        "after a sign-in, a single-page application opens at its start page",
        r#"{"login":{"allowedExternalRedirectUrls":["https://contoso.example/#/orders"],"preserveUrlFragmentsForLogins":false}}"#,
        r#"{"login":{"allowedExternalRedirectUrls":["https://contoso.example/#/orders"],"preserveUrlFragmentsForLogins":true}}"#,
    ),
    // openIdIssuer of Entra
    site(
        "IS1",
        "sign-ins work, and callers with a bearer token get 401 (IDX10205)",
        issuer!(r#""https://sts.windows.net/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0""#),
        issuer!(r#""https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0""#),
    ),
    site(
        "IS2",
        "a sign-in ends with AADSTS901002",
        parameters!(r#"["resource=https://management.azure.com"]"#),
        parameters!(r#"["scope=openid email profile https://management.azure.com/user_impersonation"]"#),
    ),
    site(
        "IS3",
        "the access token is for another API than the requested one",
        r#"{"identityProviders":{"azureActiveDirectory":{"registration":{"openIdIssuer":"https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012"},"login":{"loginParameters":["scope=openid email profile https://management.azure.com/user_impersonation"]}}}}"#,
        r#"{"identityProviders":{"azureActiveDirectory":{"registration":{"openIdIssuer":"https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0"},"login":{"loginParameters":["scope=openid email profile https://management.azure.com/user_impersonation"]}}}}"#,
    ),
    site(
        "IS4",
        "every sign-in fails",
        issuer!(r#""https://login.microsoftonline.com/v2.0/b811a652-39e6-4a0c-b563-4279a1dd5012""#),
        issuer!(r#""https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0""#),
    ),
    site(
        "IS5",
        "users of other organizations can sign in",
        issuer!(r#""https://login.microsoftonline.com/common/v2.0""#),
        issuer!(r#""https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0""#),
    ),
    site(
        "IS7",
        "every sign-in fails",
        issuer!(r#""https://contoso.b2clogin.com/contoso.onmicrosoft.com/v2.0/""#),
        issuer!(r#""https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_signin/v2.0/""#),
    ),
    site(
        "IS6",
        "every sign-in fails",
        issuer!(r#""b811a652-39e6-4a0c-b563-4279a1dd5012""#),
        issuer!(r#""https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0""#),
    ),
    // validation of Entra
    site(
        "AU1",
        "callers with a token for the App ID URI get 401",
        r#"{"globalValidation":{"unauthenticatedClientAction":"Return401"},"identityProviders":{"azureActiveDirectory":{"validation":{"allowedAudiences":[]}}}}"#,
        r#"{"globalValidation":{"unauthenticatedClientAction":"Return401"},"identityProviders":{"azureActiveDirectory":{"validation":{"allowedAudiences":["api://11112222-bbbb-3333-cccc-4444dddd5555"]}}}}"#,
    ),
    site(
        "AU2",
        "tokens that were issued for another application are accepted",
        entra!(r#"{"validation":{"allowedAudiences":["22223333-cccc-4444-dddd-5555eeee6666"]}}"#),
        entra!(r#"{"validation":{"allowedAudiences":["api://11112222-bbbb-3333-cccc-4444dddd5555"]}}"#),
    ),
    new(
        Subject::File,
        "AU3",
        "callers with a token for an App ID URI get 401",
        r#"{"globalValidation":{"unauthenticatedClientAction":"Return401"}}"#,
        r#"{"globalValidation":{"unauthenticatedClientAction":"RedirectToLoginPage"}}"#,
    ),
    site(
        "AZ1",
        "a listed caller gets 403",
        policy!(r#""Return401""#, r#"{"allowedApplications":["11112222-bbbb-3333-cccc-4444dddd5555","orders-client"]}"#),
        policy!(
            r#""Return401""#,
            r#"{"allowedApplications":["11112222-bbbb-3333-cccc-4444dddd5555","22223333-cccc-4444-dddd-5555eeee6666"]}"#
        ),
    ),
    site(
        "AZ2",
        "users sign in, and get 403",
        policy!(r#""RedirectToLoginPage""#, r#"{"allowedApplications":["22223333-cccc-4444-dddd-5555eeee6666"]}"#),
        policy!(r#""RedirectToLoginPage""#, r#"{"allowedApplications":["11112222-bbbb-3333-cccc-4444dddd5555"]}"#),
    ),
    site(
        "AZ3",
        "callers with a valid token may get a 403 without a body",
        entra!(r#"{"validation":{"defaultAuthorizationPolicy":{"allowedApplications":[]}}}"#),
        entra!(r#"{"validation":{"defaultAuthorizationPolicy":{"allowedApplications":["11112222-bbbb-3333-cccc-4444dddd5555"]}}}"#),
    ),
    site(
        "AZ4",
        "an application that calls without a user gets 403",
        policy!(
            r#""Return401""#,
            r#"{"allowedApplications":["11112222-bbbb-3333-cccc-4444dddd5555","22223333-cccc-4444-dddd-5555eeee6666"],"allowedPrincipals":{"groups":["33334444-dddd-5555-eeee-6666ffff7777"]}}"#
        ),
        policy!(r#""Return401""#, r#"{"allowedPrincipals":{"groups":["33334444-dddd-5555-eeee-6666ffff7777"]}}"#),
    ),
    site(
        "AZ5",
        "some of the listed users get 403",
        entra!(
            r#"{"validation":{"defaultAuthorizationPolicy":{"allowedPrincipals":{"identities":["33334444-dddd-5555-eeee-6666ffff0001","33334444-dddd-5555-eeee-6666ffff0002","33334444-dddd-5555-eeee-6666ffff0003","33334444-dddd-5555-eeee-6666ffff0004","33334444-dddd-5555-eeee-6666ffff0005","33334444-dddd-5555-eeee-6666ffff0006","33334444-dddd-5555-eeee-6666ffff0007","33334444-dddd-5555-eeee-6666ffff0008","33334444-dddd-5555-eeee-6666ffff0009","33334444-dddd-5555-eeee-6666ffff0010","33334444-dddd-5555-eeee-6666ffff0011","33334444-dddd-5555-eeee-6666ffff0012","33334444-dddd-5555-eeee-6666ffff0013","33334444-dddd-5555-eeee-6666ffff0014"]}}}}"#
        ),
        entra!(r#"{"validation":{"defaultAuthorizationPolicy":{"allowedPrincipals":{"groups":["33334444-dddd-5555-eeee-6666ffff7777"]}}}}"#),
    ),
    site(
        "AZ6",
        "a listed application gets 403 for users outside of the group",
        policy!(
            r#""Return401""#,
            r#"{"allowedApplications":["11112222-bbbb-3333-cccc-4444dddd5555"],"allowedPrincipals":{"groups":["33334444-dddd-5555-eeee-6666ffff7777"]}}"#
        ),
        policy!(r#""Return401""#, r#"{"allowedPrincipals":{"groups":["33334444-dddd-5555-eeee-6666ffff7777"]}}"#),
    ),
    site(
        "AZ7",
        "a caller that one of the two checks accepts gets 403",
        entra!(
            r#"{"validation":{"jwtClaimChecks":{"allowedGroups":["33334444-dddd-5555-eeee-6666ffff7777"]},"defaultAuthorizationPolicy":{"allowedPrincipals":{"groups":["33334444-dddd-5555-eeee-6666ffff7777"]}}}}"#
        ),
        entra!(
            r#"{"validation":{"jwtClaimChecks":{},"defaultAuthorizationPolicy":{"allowedPrincipals":{"groups":["33334444-dddd-5555-eeee-6666ffff7777"]}}}}"#
        ),
    ),
    site(
        "AZ8",
        "users sign in, and get 403",
        entra!(r#"{"validation":{"jwtClaimChecks":{"allowedGroups":[]}}}"#),
        entra!(r#"{"validation":{"jwtClaimChecks":{}}}"#),
    ),
    site(
        "AZ9",
        "other applications with a valid token get a 403 without a body",
        policy!(r#""Return401""#, r#"{"allowedApplications":["11112222-bbbb-3333-cccc-4444dddd5555"]}"#),
        policy!(
            r#""Return401""#,
            r#"{"allowedApplications":["11112222-bbbb-3333-cccc-4444dddd5555","22223333-cccc-4444-dddd-5555eeee6666"]}"#
        ),
    ),
    site(
        "AU4",
        "callers with a version 2.0 token of that application get 401",
        entra!(r#"{"validation":{"allowedAudiences":["api://66667777-cccc-4444-dddd-5555eeee6666"]}}"#),
        entra!(r#"{"validation":{"allowedAudiences":["api://66667777-cccc-4444-dddd-5555eeee6666","66667777-cccc-4444-dddd-5555eeee6666"]}}"#),
    )
    .also(&["AU2"]),
    // globalValidation
    site(
        "UN1",
        "every request ends at an error page instead of a sign-in page",
        r#"{"globalValidation":{"unauthenticatedClientAction":"RedirectToLoginPage"},"identityProviders":{"azureActiveDirectory":{"registration":{"clientId":null,"clientSecretSettingName":null,"openIdIssuer":null}}}}"#,
        r#"{"globalValidation":{"unauthenticatedClientAction":"RedirectToLoginPage"},"identityProviders":{"azureActiveDirectory":{"registration":{"clientId":"11112222-bbbb-3333-cccc-4444dddd5555"}}}}"#,
    ),
    site(
        "UN2",
        "a browser gets 401 instead of a sign-in page",
        r#"{"globalValidation":{"unauthenticatedClientAction":"RedirectToLoginPage","redirectToProvider":null}}"#,
        r#"{"globalValidation":{"unauthenticatedClientAction":"RedirectToLoginPage","redirectToProvider":"azureactivedirectory"}}"#,
    ),
    site(
        "UN3",
        "a browser gets an error instead of a sign-in page",
        r#"{"globalValidation":{"redirectToProvider":"google"}}"#,
        r#"{"globalValidation":{"redirectToProvider":"azureactivedirectory"}}"#,
    ),
    site(
        "UN4",
        "anonymous requests reach the application",
        r#"{"globalValidation":{"requireAuthentication":true,"unauthenticatedClientAction":"AllowAnonymous"}}"#,
        r#"{"globalValidation":{"requireAuthentication":false,"unauthenticatedClientAction":"AllowAnonymous"}}"#,
    ),
    site(
        "UN5",
        "anonymous requests reach the application",
        r#"{"globalValidation":{"requireAuthentication":false,"unauthenticatedClientAction":"Return401"}}"#,
        r#"{"globalValidation":{"requireAuthentication":true,"unauthenticatedClientAction":"Return401"}}"#,
    ),
    site(
        "UN6",
        "callers without a token get a redirect to a sign-in page",
        r#"{"globalValidation":{"unauthenticatedClientAction":"RejectWith401"}}"#,
        r#"{"globalValidation":{"unauthenticatedClientAction":"Return401"}}"#,
    ),
    site(
        "UN7",
        "a program with an expired token gets the HTML of a sign-in page",
        policy!(
            r#""RedirectToLoginPage""#,
            r#"{"allowedApplications":["11112222-bbbb-3333-cccc-4444dddd5555","22223333-cccc-4444-dddd-5555eeee6666"]}"#
        ),
        policy!(
            r#""Return401""#,
            r#"{"allowedApplications":["11112222-bbbb-3333-cccc-4444dddd5555","22223333-cccc-4444-dddd-5555eeee6666"]}"#
        ),
    ),
    // globalValidation.excludedPaths
    site(
        "EX1",
        "a path that should be public needs a sign-in",
        r#"{"globalValidation":{"excludedPaths":["public/*"]}}"#,
        r#"{"globalValidation":{"excludedPaths":["/public/*"]}}"#,
    ),
    site(
        "EX2",
        "a path that should be public needs a sign-in",
        r#"{"globalValidation":{"excludedPaths":["/api/*/health"]}}"#,
        r#"{"globalValidation":{"excludedPaths":["/api/v1/health","/api/v2/health"]}}"#,
    ),
    site(
        "EX3",
        "anonymous requests reach every page",
        r#"{"globalValidation":{"excludedPaths":["/*"]}}"#,
        r#"{"globalValidation":{"excludedPaths":["/public/*"]}}"#,
    ),
    site(
        "EX4",
        "a public path in another case may need a sign-in",
        r#"{"globalValidation":{"excludedPaths":["/api/Public/*"]}}"#,
        r#"{"globalValidation":{"excludedPaths":["/api/Public/*","/api/public/*"]}}"#,
    ),
    site(
        "EX6",
        "the entry has no effect",
        r#"{"globalValidation":{"excludedPaths":["/.auth/me"]}}"#,
        r#"{"globalValidation":{"excludedPaths":["/health"]}}"#,
    ),
    // loginParameters of Entra
    site(
        "LP1",
        "the access token is for Microsoft Graph, as if nothing were set",
        parameters!(r#""scope=openid""#),
        parameters!(r#"["scope=openid profile email"]"#),
    ),
    site(
        "LP2",
        "the parameter has no effect",
        parameters!(r#"["prompt"]"#),
        parameters!(r#"["prompt=select_account"]"#),
    ),
    site(
        "LP3",
        "a sign-in ends with AADSTS9000411",
        parameters!(r#"["prompt=login","prompt=consent"]"#),
        parameters!(r#"["prompt=login"]"#),
    ),
    site(
        "LP4",
        "a sign-in fails, because there is no ID token",
        parameters!(r#"["scope=profile email"]"#),
        parameters!(r#"["scope=openid profile email"]"#),
    ),
    site(
        "LP5",
        "the name or the address of a user is missing",
        parameters!(r#"["scope=openid email"]"#),
        parameters!(r#"["scope=openid profile email"]"#),
    ),
    site(
        "LP6",
        "a sign-in ends with AADSTS28000 or AADSTS700022, or one of the APIs answers 401",
        parameters!(r#"["scope=openid profile email User.Read https://management.azure.com/user_impersonation"]"#),
        parameters!(r#"["scope=openid profile email https://management.azure.com/user_impersonation"]"#),
    ),
    site(
        "LP8",
        "a sign-in fails, or the API answers that it is retired",
        parameters!(r#"["scope=openid profile email https://graph.windows.net/User.Read"]"#),
        parameters!(r#"["scope=openid profile email https://graph.microsoft.com/User.Read"]"#),
    ),
    site(
        "LP9",
        "a sign-in ends with AADSTS70011, or the access token lacks a scope",
        parameters!(r#"["scope=openid profile email https%3A%2F%2Fvault.azure.net%2Fuser_impersonation"]"#),
        parameters!(r#"["scope=openid profile email https://vault.azure.net/user_impersonation"]"#),
    ),
    site(
        "LP10",
        "/.auth/refresh answers an error",
        r#"{"identityProviders":{"azureActiveDirectory":{"registration":{"clientSecretSettingName":null},"login":{"loginParameters":["scope=openid profile email offline_access"]}}}}"#,
        r#"{"identityProviders":{"azureActiveDirectory":{"registration":{"clientSecretSettingName":"MICROSOFT_PROVIDER_AUTHENTICATION_SECRET"},"login":{"loginParameters":["scope=openid profile email offline_access"]}}}}"#,
    )
    .also(&["SE1"]),
    site(
        "LP11",
        "the parameter has no effect",
        parameters!(r#"["reponse_type=code id_token"]"#),
        parameters!(r#"["response_type=code id_token"]"#),
    ),
    site(
        "LP12",
        "every sign-in fails",
        parameters!(r#"["scope=openid profile email","redirect_uri=https://contoso.example"]"#),
        parameters!(r#"["scope=openid profile email"]"#),
    ),
    site(
        "LP13",
        "a sign-in ends with AADSTS90023",
        parameters!(r#"["prompt=login consent"]"#),
        parameters!(r#"["prompt=consent"]"#),
    ),
    site(
        "LP14",
        "a sign-in ends with AADSTS70005",
        parameters!(r#"["response_type=code id_token","scope=profile email"]"#),
        parameters!(r#"["response_type=code id_token","scope=openid profile email"]"#),
    )
    .also(&["LP4"]),
    site(
        "LP15",
        "a sign-in ends with AADSTS70011",
        parameters!(r#"["scope=openid profile email https://vault.azure.net/.default https://vault.azure.net/user_impersonation"]"#),
        parameters!(r#"["scope=openid profile email https://vault.azure.net/user_impersonation"]"#),
    ),
    site(
        "LP16",
        "users of other tenants can still sign in",
        parameters!(r#"["domain_hint=contoso.example"]"#),
        parameters!(r#"["prompt=select_account"]"#),
    ),
    site(
        "LP17",
        "the access token is for Microsoft Graph, as if nothing were set",
        entra!(r#"{"registration":{"loginParameters":["scope=openid profile email"]}}"#),
        entra!(r#"{"login":{"loginParameters":["scope=openid profile email"]}}"#),
    ),
    site(
        "LP18",
        "Terraform plans a change after each apply",
        parameters!(r#"["claims=a=b"]"#),
        parameters!(r#"["ui_locales=de"]"#),
    ),
    site(
        "LP19",
        "a sign-in fails, or the sign-in page ignores a parameter",
        parameters!(r#"["ui_locales=de&x"]"#),
        parameters!(r#"["ui_locales=de"]"#),
    ),
    site(
        "LP20",
        "a sign-in ends with AADSTS70011",
        parameters!(r#"["scope=openid profile email api://"]"#),
        parameters!(r#"["scope=openid profile email api://orders/Orders.Read"]"#),
    ),
    // Names of secrets
    site(
        "SE1",
        "X-MS-TOKEN-AAD-ACCESS-TOKEN and -REFRESH-TOKEN are missing",
        entra!(r#"{"registration":{"clientSecretSettingName":null,"clientId":"11112222-bbbb-3333-cccc-4444dddd5555"}}"#),
        entra!(r#"{"registration":{"clientSecretSettingName":"MICROSOFT_PROVIDER_AUTHENTICATION_SECRET","clientId":"11112222-bbbb-3333-cccc-4444dddd5555"}}"#),
    ),
    site(
        "SE2",
        "a sign-in ends with an error about the client secret",
        entra!(r#"{"registration":{"clientSecretSettingName":"not-a-setting~name"}}"#),
        entra!(r#"{"registration":{"clientSecretSettingName":"MICROSOFT_PROVIDER_AUTHENTICATION_SECRET"}}"#),
    ),
    site(
        "SE3",
        "a renewed secret or certificate has no effect",
        entra!(
            r#"{"registration":{"clientSecretSettingName":"MICROSOFT_PROVIDER_AUTHENTICATION_SECRET","clientSecretCertificateThumbprint":"A909502DD82AE41433E6F83886B00D4277A32A7B"}}"#
        ),
        entra!(r#"{"registration":{"clientSecretSettingName":"MICROSOFT_PROVIDER_AUTHENTICATION_SECRET"}}"#),
    ),
    site(
        "SE4",
        "a sign-in fails if the setting has a secret instead of the client ID of an identity",
        entra!(r#"{"registration":{"clientSecretSettingName":"OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID"}}"#),
        entra!(r#"{"registration":{"clientSecretSettingName":"MICROSOFT_PROVIDER_AUTHENTICATION_SECRET"}}"#),
    ),
    // The structure of the document
    site(
        "ST1",
        "the setting has no effect, and is missing when the document is read again",
        r#"{"login":{"tokenStore":{"enabld":true}}}"#,
        r#"{"login":{"tokenStore":{"enabled":true}}}"#,
    ),
    site(
        "ST2",
        "the service answers 200, and the settings are unchanged",
        r#"{"platform":{"enabled":null,"runtimeVersion":null,"properties":{"enabled":true}}}"#,
        r#"{"platform":{"enabled":true}}"#,
    ),
    site(
        "ST4",
        "users cannot sign in with the custom provider",
        r#"{"identityProviders":{"openIdConnectProviders":{}}}"#,
        r#"{"identityProviders":{"customOpenIdConnectProviders":{}}}"#,
    ),
    site(
        "ST21",
        "the setting has another value than the one you see first",
        r#"{"platform":{"enabled":true,"Enabled":true}}"#,
        r#"{"platform":{"enabled":true}}"#,
    ),
    // Providers
    site(
        "ST5",
        "the sign-in page of the custom provider answers 404, or saving the settings fails",
        r#"{"identityProviders":{"customOpenIdConnectProviders":{"my-provider":{"registration":{"clientId":"orders","clientCredential":{"clientSecretSettingName":"PROVIDER_SECRET"},"openIdConnectConfiguration":{"wellKnownOpenIdConfiguration":"https://id.contoso.example/.well-known/openid-configuration"}}}}}}"#,
        r#"{"identityProviders":{"customOpenIdConnectProviders":{"my_provider":{"registration":{"clientId":"orders","clientCredential":{"clientSecretSettingName":"PROVIDER_SECRET"},"openIdConnectConfiguration":{"wellKnownOpenIdConfiguration":"https://id.contoso.example/.well-known/openid-configuration"}}}}}}"#,
    ),
    new(
        Subject::File,
        "ST6",
        "sign-ins with the custom provider fail",
        custom!(r#"{"registration":{"openIdConnectConfiguration":{"wellKnownOpenIdConfiguration":null}}}"#),
        custom!(
            r#"{"registration":{"openIdConnectConfiguration":{"wellKnownOpenIdConfiguration":"https://id.contoso.example/.well-known/openid-configuration"}}}"#
        ),
    ),
    new(
        Subject::File,
        "ST7",
        "sign-ins with the custom provider fail",
        custom!(r#"{"login":{"scopes":["profile","email"]}}"#),
        custom!(r#"{"login":{"scopes":["openid","profile","email"]}}"#),
    ),
    site(
        "ST9",
        "users cannot sign in with the provider",
        r#"{"identityProviders":{"google":{"enabled":false,"registration":{"clientId":"orders","clientSecretSettingName":"GOOGLE_SECRET"}}}}"#,
        r#"{"identityProviders":{"google":{"enabled":true,"registration":{"clientId":"orders","clientSecretSettingName":"GOOGLE_SECRET"}}}}"#,
    ),
    site(
        "ST11",
        "nothing is visible: the older provider still works",
        r#"{"identityProviders":{"legacyMicrosoftAccount":{"registration":{"clientId":"000000004C12AE6F"}}}}"#,
        r#"{"identityProviders":{"azureActiveDirectory":{"registration":{"clientId":"11112222-bbbb-3333-cccc-4444dddd5555"}}}}"#,
    ),
    // platform
    new(
        Subject::Document,
        "ST3",
        "settings that the document does not mention are back at their defaults",
        r#"{"platform":{"enabled":false}}"#,
        r#"{"platform":{"enabled":false},"globalValidation":{},"identityProviders":{},"login":{},"httpSettings":{}}"#,
    ),
    site(
        "ST10",
        "changes of the settings have no effect",
        r#"{"platform":{"configFilePath":"/home/site/wwwroot/auth.json"}}"#,
        r#"{"platform":{"configFilePath":""}}"#,
    ),
    site(
        "ST12",
        "the Functions answer requests that do not come through the static web app",
        r#"{"globalValidation":{"unauthenticatedClientAction":"AllowAnonymous","requireAuthentication":null},"identityProviders":{"azureStaticWebApps":{"enabled":true}}}"#,
        r#"{"globalValidation":{"unauthenticatedClientAction":"Return401"},"identityProviders":{"azureStaticWebApps":{"enabled":true}}}"#,
    ),
    site(
        "ST13",
        "no sign-in page appears, and requests have no identity headers",
        r#"{"platform":{"enabled":false}}"#,
        r#"{"platform":{"enabled":true}}"#,
    ),
    site(
        "ST14",
        "nothing is visible until the version is removed",
        r#"{"platform":{"runtimeVersion":"1.4.7"}}"#,
        r#"{"platform":{"runtimeVersion":"~1"}}"#,
    ),
    // Container Apps
    new(
        Subject::ContainerApp,
        "ST16",
        "the setting has no effect, and is missing when the document is read again",
        r#"{"globalValidation":{"requireAuthentication":true}}"#,
        r#"{"globalValidation":{"unauthenticatedClientAction":"RedirectToLoginPage"}}"#,
    ),
    new(
        Subject::ContainerApp,
        "ST17",
        "requests of a container app have no X-MS-TOKEN-* headers",
        r#"{"login":{"tokenStore":{"azureBlobStorage":{"sasUrlSettingName":null,"blobContainerUri":"https://orders.blob.core.windows.net/tokens"}}}}"#,
        r#"{"login":{"tokenStore":{"azureBlobStorage":{"sasUrlSettingName":"token-store-sas"}}}}"#,
    ),
    new(
        Subject::ContainerApp,
        "CA1",
        "saving the settings fails with 400",
        r#"{"platform":{"enabled":true},"globalValidation":{"unauthenticatedClientAction":"Return401","redirectToProvider":null},"identityProviders":{"azureActiveDirectory":null,"customOpenIdConnectProviders":null}}"#,
        r#"{"platform":{"enabled":true},"identityProviders":{"azureActiveDirectory":{"registration":{"clientId":"11112222-bbbb-3333-cccc-4444dddd5555"}}}}"#,
    ),
    new(
        Subject::ContainerApp,
        "ST18",
        "sessions do not work on all replicas",
        r#"{"encryptionSettings":{"containerAppAuthEncryptionSecretName":"encryption-key"}}"#,
        r#"{"encryptionSettings":{"containerAppAuthEncryptionSecretName":"encryption-key","containerAppAuthSigningSecretName":"signing-key"}}"#,
    ),
    // Static Web Apps
    new(
        Subject::Document,
        "SW1",
        "sign-ins with the custom provider fail",
        static_custom!(
            r#"{"issuer":"https://idp.contoso.example","authorizationEndpoint":"https://idp.contoso.example/authorize","tokenEndpoint":"https://idp.contoso.example/token"}"#
        ),
        static_custom!(r#"{"wellKnownOpenIdConfiguration":"https://idp.contoso.example/.well-known/openid-configuration"}"#),
    ),
    new(
        Subject::Document,
        "SW2",
        "the whole site answers 500",
        static_custom!(r#"{"wellKnownOpenIdConfiguration":"https://contoso.onmicrosoft.com/contoso/v2.0/.well-known/openid-configuration"}"#),
        static_custom!(r#"{"wellKnownOpenIdConfiguration":"https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0/.well-known/openid-configuration"}"#),
    ),
    new(
        Subject::Document,
        "SW3",
        "the sign-in page of a provider answers 404",
        r#"{"routes":[{"route":"/.auth/login/aad","statusCode":404}],"auth":{"identityProviders":{"azureActiveDirectory":{"registration":{"clientIdSettingName":"AZURE_CLIENT_ID","clientSecretSettingName":"AZURE_CLIENT_SECRET","openIdIssuer":"https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0"}}}}}"#,
        r#"{"routes":[{"route":"/.auth/login/github","statusCode":404}],"auth":{"identityProviders":{"azureActiveDirectory":{"registration":{"clientIdSettingName":"AZURE_CLIENT_ID","clientSecretSettingName":"AZURE_CLIENT_SECRET","openIdIssuer":"https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0"}}}}}"#,
    ),
    new(
        Subject::Document,
        "SW4",
        "users cannot sign in with the provider",
        r#"{"auth":{"azureActiveDirectory":{"registration":{"clientIdSettingName":"AZURE_CLIENT_ID"}}}}"#,
        r#"{"auth":{"identityProviders":{"azureActiveDirectory":{"registration":{"clientIdSettingName":"AZURE_CLIENT_ID","clientSecretSettingName":"AZURE_CLIENT_SECRET","openIdIssuer":"https://login.microsoftonline.com/b811a652-39e6-4a0c-b563-4279a1dd5012/v2.0"}}}}}"#,
    )
    .also(&["ST1"]),
    new(
        Subject::StaticWebApp,
        "SW5",
        "error pages and icons need a sign-in",
        r#"{"routes":[{"route":"/*","allowedRoles":["authenticated"]},{"route":"/public/*","allowedRoles":["anonymous"]}]}"#,
        r#"{"routes":[{"route":"/public/*","allowedRoles":["anonymous"]},{"route":"/*","allowedRoles":["authenticated"]}]}"#,
    ),
    // Servers of the Model Context Protocol (MCP)
    new(
        Subject::AppSettings,
        "MC1",
        "the sign-in of an MCP client ends with AADSTS650053",
        r#"[{"name":"WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES","value":"Tools.Call"}]"#,
        r#"[{"name":"WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES","value":"api://11112222-bbbb-3333-cccc-4444dddd5555/Tools.Call"}]"#,
    )
    .beside(r#"{"globalValidation":{"unauthenticatedClientAction":"Return401"}}"#),
    site(
        "MC2",
        "an MCP client reports an unexpected answer instead of signing in",
        policy!(
            r#""RedirectToLoginPage""#,
            r#"{"allowedApplications":["11112222-bbbb-3333-cccc-4444dddd5555","aebc6443-996d-45c2-90f0-388ff96faa56"]}"#
        ),
        policy!(
            r#""Return401""#,
            r#"{"allowedApplications":["11112222-bbbb-3333-cccc-4444dddd5555","aebc6443-996d-45c2-90f0-388ff96faa56"]}"#
        ),
    ),
    site(
        "MC3",
        "VS Code signs in, and gets 403",
        policy!(r#""Return401""#, r#"{"allowedApplications":["11112222-bbbb-3333-cccc-4444dddd5555"]}"#),
        policy!(
            r#""Return401""#,
            r#"{"allowedApplications":["11112222-bbbb-3333-cccc-4444dddd5555","aebc6443-996d-45c2-90f0-388ff96faa56"]}"#
        ),
    )
    .beside(r#"[{"name":"WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES","value":"api://11112222-bbbb-3333-cccc-4444dddd5555/Tools.Call"}]"#)
    .also(&["AZ9"]),
    new(
        Subject::AppSettings,
        "MC4",
        "an MCP client gets 401, and does not find the sign-in service",
        "[]",
        r#"[{"name":"WEBSITE_AUTH_PRM_DEFAULT_WITH_SCOPES","value":"api://11112222-bbbb-3333-cccc-4444dddd5555/Tools.Call"}]"#,
    )
    .beside(policy!(
        r#""Return401""#,
        r#"{"allowedApplications":["11112222-bbbb-3333-cccc-4444dddd5555","aebc6443-996d-45c2-90f0-388ff96faa56"]}"#
    )),
    // The site's app settings
    new(
        Subject::AppSettings,
        "AP1",
        "every sign-in fails",
        r#"[{"name":"ENTRA_SECRET","value":"(secret)","slotSetting":true}]"#,
        r#"[{"name":"MICROSOFT_PROVIDER_AUTHENTICATION_SECRET","value":"(secret)","slotSetting":true}]"#,
    ),
    new(
        Subject::AppSettings,
        "AP2",
        "sign-ins fail after a swap of deployment slots",
        r#"[{"name":"MICROSOFT_PROVIDER_AUTHENTICATION_SECRET","value":"(secret)","slotSetting":false}]"#,
        r#"[{"name":"MICROSOFT_PROVIDER_AUTHENTICATION_SECRET","value":"(secret)","slotSetting":true}]"#,
    ),
    // The app registration
    new(
        Subject::Registration,
        "RG1",
        "a sign-in ends with an error about the client secret or a permission",
        r#"{"appId":"66667777-cccc-4444-dddd-5555eeee6666"}"#,
        r#"{"appId":"11112222-bbbb-3333-cccc-4444dddd5555"}"#,
    ),
    new(
        Subject::Registration,
        "RG2",
        "callers with a version 1.0 token get 401",
        r#"{"api":{"requestedAccessTokenVersion":1},"identifierUris":["api://orders"]}"#,
        r#"{"api":{"requestedAccessTokenVersion":2},"identifierUris":["api://11112222-bbbb-3333-cccc-4444dddd5555"]}"#,
    )
    .beside(r#"{"globalValidation":{"unauthenticatedClientAction":"Return401"}}"#)
    .also(&["RG3"]),
    new(
        Subject::Registration,
        "RG3",
        "callers with a bearer token get 401 (IDX10205)",
        r#"{"api":{"requestedAccessTokenVersion":1}}"#,
        r#"{"api":{"requestedAccessTokenVersion":2}}"#,
    )
    .beside(r#"{"globalValidation":{"unauthenticatedClientAction":"Return401"}}"#),
    new(
        Subject::Registration,
        "RG4",
        "each user of VS Code must consent, or an administrator must",
        r#"{"api":{"preAuthorizedApplications":[]}}"#,
        r#"{"api":{"preAuthorizedApplications":[{"appId":"aebc6443-996d-45c2-90f0-388ff96faa56","delegatedPermissionIds":[]}]}}"#,
    )
    .beside(policy!(
        r#""Return401""#,
        r#"{"allowedApplications":["11112222-bbbb-3333-cccc-4444dddd5555","aebc6443-996d-45c2-90f0-388ff96faa56"]}"#
    )),
    new(
        Subject::Registration,
        "RG5",
        "a sign-in ends with AADSTS50011",
        r#"{"web":{"redirectUris":["https://orders.azurewebsites.net/signin-oidc"]}}"#,
        r#"{"web":{"redirectUris":["https://orders.azurewebsites.net/.auth/login/aad/callback"]}}"#,
    ),
    new(
        Subject::Registration,
        "RG6",
        "a sign-in ends with AADSTS700054",
        r#"{"web":{"implicitGrantSettings":{"enableIdTokenIssuance":false}}}"#,
        r#"{"web":{"implicitGrantSettings":{"enableIdTokenIssuance":true}}}"#,
    )
    .beside(parameters!(r#"["response_type=code id_token"]"#)),
    new(
        Subject::Registration,
        "RG7",
        "a sign-in ends with AADSTS7000222",
        r#"{"passwordCredentials":[{"endDateTime":"2026-01-01T00:00:00Z"}]}"#,
        r#"{"passwordCredentials":[{"endDateTime":"2026-01-01T00:00:00Z"},{"endDateTime":"2030-01-01T00:00:00Z"}]}"#,
    ),
    // Values
    site(
        "ST15",
        "the setting has its default, or saving the settings fails with 400",
        r#"{"login":{"preserveUrlFragmentsForLogins":"yes"}}"#,
        r#"{"login":{"preserveUrlFragmentsForLogins":true}}"#,
    ),
    site(
        "ST19",
        "sign-ins fail, because the placeholder is used as it is",
        entra!(r#"{"registration":{"clientId":"<clientId>"}}"#),
        entra!(r#"{"registration":{"clientId":"11112222-bbbb-3333-cccc-4444dddd5555"}}"#),
    ),
    new(
        Subject::Document,
        "ST22",
        "nothing is wrong: the value is known only after the deployment",
        r#"{"type":"Microsoft.Web/sites/config","apiVersion":"2025-05-01","name":"orders/authsettingsV2","properties":{"platform":{"enabled":"[parameters('isAuthOn')]"},"globalValidation":{},"identityProviders":{},"login":{},"httpSettings":{}}}"#,
        r#"{"type":"Microsoft.Web/sites/config","apiVersion":"2025-05-01","name":"orders/authsettingsV2","properties":{"platform":{"enabled":true},"globalValidation":{},"identityProviders":{},"login":{},"httpSettings":{}}}"#,
    ),
    site(
        "ST20",
        "a caller who should be accepted gets 401 or 403",
        entra!(r#"{"validation":{"jwtClaimChecks":{"allowedGroups":["Administrators"]}}}"#),
        entra!(r#"{"validation":{"jwtClaimChecks":{"allowedGroups":["33334444-dddd-5555-eeee-6666ffff7777"]}}}"#),
    ),
];
