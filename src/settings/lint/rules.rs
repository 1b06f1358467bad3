//! The table of rules.

use super::Severity;

/// A rule of the linter.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    id: &'static str,
    severity: Severity,
    /// What is wrong, and what to do, if no other text says it.
    pub(super) message: &'static str,
    pub(super) remedy: &'static str,
    why: &'static str,
    source: &'static str,
}

impl Rule {
    /// Returns all rules, by topic.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        RULES.iter().copied()
    }

    /// The name of the rule, which never changes: `LP6`.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// The usual severity. That of a finding can be lower.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Why it matters: what happens at run time.
    #[must_use]
    pub fn why(&self) -> &'static str {
        self.why
    }

    /// The source of the rule: a page of Microsoft's, an issue, a recorded answer; or that it is inferred.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.source
    }
}

/// `ID Severity "what is wrong" => "what to do", because "why it matters" ["source"];`
macro_rules! rules {
    ($(
        $id:ident $severity:ident $message:literal
            => $remedy:literal, because $why:literal [$source:literal];
    )+) => {
        $(
            pub(super) const $id: Rule = Rule {
                id: stringify!($id),
                severity: Severity::$severity,
                message: $message,
                remedy: $remedy,
                why: $why,
                source: $source,
            };
        )+
        const RULES: &[&Rule] = &[$(&$id,)+];
    };
}

rules! {
    // login.tokenStore
    TS1 Warning "a sign-in requests tokens, and the token store is off"
        => "set it to true",
        because "there are no X-MS-TOKEN-* headers, no tokens in /.auth/me and no /.auth/refresh"
        ["App Service docs, Work with OAuth tokens; Azure/Azure-Functions#242"];
    TS2 Warning "the token store is on, and has no blob container"
        => "set sasUrlSettingName to the secret with the address of a container, whose signature allows to \
             read, write and delete",
        because "a container app keeps no tokens without a blob container"
        ["Container Apps docs, Token store; microsoft/azure-container-apps#995"];
    TS3 Warning "there are two places for tokens, a directory and a container"
        => "remove one of them",
        because "only one of the places is used"
        ["terraform-provider-azurerm, auth_settings_v2 (the two conflict there)"];
    TS4 Info ""
        => "72 is the default",
        because "the longer a session can be refreshed, the longer a stolen one works"
        ["App Service docs, Work with OAuth tokens"];

    // httpSettings
    HT1 Warning "plain HTTP is allowed, and no proxy that ends TLS is configured"
        => "set it to true; or set forwardProxy to the headers of the proxy",
        because "sessions and tokens travel over plain HTTP"
        ["authSettingsV2 schema, HttpSettings.requireHttps"];
    HT3 Warning "the convention is Custom, and no header is named"
        => "set customHostHeaderName, and customProtoHeaderName where the scheme changes",
        because "the convention has no header to read, so the platform uses its own address: redirects \
             after a sign-in bypass the proxy"
        ["inferred from authSettingsV2 schema, ForwardProxy"];
    HT4 Warning "a header is named, and the convention is not Custom"
        => "set the convention to Custom, or remove the name",
        because "the headers are not read, because the convention is not Custom"
        ["inferred from authSettingsV2 schema, ForwardProxy"];
    HT5 Warning "the prefix is not a path, or is the whole site"
        => "begin it with a slash; /.auth is the default",
        because "the platform's own pages, such as sign-in and sign-out, may not be found"
        ["inferred from the default /.auth"];

    // login
    LO1 Error "the nonce of sign-ins is not checked"
        => "set it to true",
        because "a stolen answer of the sign-in page can be replayed: this is for debugging only"
        ["authSettingsV2 schema, Nonce.validateNonce"];
    LO2 Warning ""
        => "write [d.]hh:mm:ss",
        because "the platform reads .NET timespans, and uses its default or fails on anything else"
        ["the form of the defaults that the service answers (00:05:00, 08:00:00)"];
    LO3 Warning "a time is set, and the convention is IdentityProviderDerived"
        => "remove the time, or set the convention to FixedTime",
        because "the time is not used: the provider's token decides how long a session lasts"
        ["inferred from authSettingsV2 schema, CookieExpirationConvention"];
    LO4 Error "the convention is IdentityDerived"
        => "write IdentityProviderDerived",
        because "Azure Resource Manager does not know this name, which only the page about settings files \
             has"
        ["authSettingsV2 schema, CookieExpirationConvention; App Service docs, File-based configuration"];
    LO5 Warning ""
        => "write each address",
        because "a sign-in or sign-out can redirect there, and requests from there are trusted"
        ["App Service docs, Customize sign-in; Azure/azure-functions-host#1602"];
    LO6 Info "the part of an address after # does not survive a sign-in"
        => "set it to true if the application has such routes",
        because "a single-page application with routes after # opens at its start page after a sign-in"
        ["inferred from authSettingsV2 schema, Login.preserveUrlFragmentsForLogins"];

    // openIdIssuer of Entra
    IS1 Warning "the host is that of version 1.0 issuers, and the end that of version 2.0"
        => "",
        because "sign-ins work, but no token has this issuer: the platform can reject a caller's token \
             with IDX10205"
        ["App Service docs, Configure Microsoft Entra sign-in; Azure/azure-docs#12552"];
    IS2 Error "a resource is requested, and the issuer is of version 2.0"
        => "request scope=openid and a scope of that API instead",
        because "the version 2.0 endpoint has no resource parameter: a sign-in ends with AADSTS901002"
        ["Azure/azure-docs#75135"];
    IS3 Warning "the issuer is of version 1.0, and a scope of an API is requested"
        => "end the issuer with /v2.0",
        because "the version 1.0 endpoint ignores the scopes of an API: the access token is not for it"
        ["inferred from App Service docs, Work with OAuth tokens"];
    IS4 Error "the version is before the tenant"
        => "write the tenant, then v2.0",
        because "this address does not serve metadata, so sign-ins fail"
        ["inferred; the example in the authSettingsV2 schema, openIdIssuer, is in this order"];
    IS5 Warning "the issuer accepts many tenants, and nothing here restricts them"
        => "",
        because "the platform does not check the tenant: accounts of any tenant are accepted"
        ["App Service docs, Configure Microsoft Entra sign-in"];
    IS7 Error "the issuer is one of Azure AD B2C, without a user flow"
        => "write https://<name>.b2clogin.com/<tenant>/<user flow>/v2.0/",
        because "such an address serves no metadata, so sign-ins fail"
        ["Azure AD B2C docs, Set up sign-in for App Service: the metadata is that of a user flow"];
    IS6 Warning ""
        => "",
        because "the platform finds no metadata there, or metadata with another issuer"
        ["authSettingsV2 schema, openIdIssuer"];

    // validation of Entra
    AU1 Warning "callers without a token get 401, as from an API, and no audience is listed"
        => "list the App ID URI of the registration",
        because "the client ID is always an audience, but a token for the App ID URI, api:// and the \
             client ID, gets 401"
        ["App Service docs, Configure Microsoft Entra sign-in"];
    AU2 Info "the audience is the ID of another app registration"
        => "remove it, unless this is intended",
        because "tokens for another app registration are accepted: mostly its ID was copied by mistake"
        ["inferred from App Service docs, Configure Microsoft Entra sign-in"];
    AU3 Info "callers without a token get 401, as from an API, and their provider is a custom one"
        => "have callers get tokens for the client ID",
        because "a custom provider has no list of audiences: only tokens for the client ID are accepted"
        ["App Service docs, Configure an OpenID Connect provider; authSettingsV2 schema"];
    AZ1 Error "this is not a client ID"
        => "write the application (client) ID of the caller's app registration",
        because "the platform compares it with the appid or azp of tokens, which are GUIDs: it never \
             matches"
        ["App Service docs, Configure Microsoft Entra sign-in"];
    AZ2 Warning "users are sent to sign in, and the app itself is not among the applications"
        => "add its own client ID",
        because "the tokens of a sign-in are those of the app itself: users probably get a 403"
        ["inferred; the portal lists the app itself"];
    AZ3 Info "the list of applications is empty"
        => "if callers get a 403 without a body, list their client IDs, and that of the app itself",
        because "the evidence is contradictory: the documentation says that only a list with entries is \
             checked, the service itself answers empty ones and samples of Microsoft's deploy them, but \
             two projects report a bare 403 for callers with bearer tokens until they were listed"
        ["App Service docs, Configure Microsoft Entra sign-in; pnp/Microsoft365-Analytics-Insights#264, \
             PubSec-Info-Assistant#142"];
    AZ4 Warning "only groups are accepted, and an application other than the app itself is listed"
        => "list the object ID of its service principal in identities, if it calls without a user",
        because "an app-only token never has groups: it gets 403"
        ["Microsoft Q&A 5934295"];
    AZ5 Warning "the identities are longer than 500 characters"
        => "put the users into a group, and list that",
        because "the platform accepts at most 500 characters"
        ["App Service docs, Configure Microsoft Entra sign-in"];
    AZ6 Info "applications are listed, and users or groups as well"
        => "remove one of them, unless this is intended",
        because "a caller must pass both: one of the applications, and one of the groups or identities"
        ["App Service docs, Configure Microsoft Entra sign-in"];
    AZ7 Warning "jwtClaimChecks and defaultAuthorizationPolicy are both set"
        => "move the older checks into defaultAuthorizationPolicy",
        because "they are two generations of one check, and a caller must pass both, if both apply"
        ["inferred from the authSettingsV2 schema"];
    AZ8 Warning ""
        => "remove it",
        because "no caller passes an empty check: sign-ins in a browser end with 403"
        ["hashicorp/terraform-provider-azurerm#20820, #20913, #21021, fixed by #21091"];
    AZ9 Info "anonymous requests get 401, as from an API, and only the app itself is among the applications"
        => "list the client IDs of the callers, if there are others",
        because "every other application with a valid token gets a 403 without a body"
        ["Microsoft Q&A 5529304; App Service docs, Configure Microsoft Entra sign-in"];
    AU4 Warning "the audience is the App ID URI of another app registration, and its client ID is not \
             listed"
        => "",
        because "version 2.0 tokens have the client ID as their audience, not the App ID URI: they get 401"
        ["KelvinTegelaar/CIPP#368; Microsoft identity platform docs, Access token claims reference"];

    // globalValidation
    UN1 Error "requests are redirected to sign-in, and no provider has an ID"
        => "set up a provider",
        because "sign-ins fail, so no request reaches the application"
        ["terraform-provider-azurerm, auth_settings_v2 (needs a provider)"];
    UN2 Warning "requests are redirected to sign-in, and redirectToProvider is missing"
        => "name a provider that is set up",
        because "without a name the platform cannot redirect to a sign-in page, and requests get 401"
        ["Azure/azure-docs#90689; authSettingsV2 schema, GlobalValidation.redirectToProvider"];
    UN3 Error ""
        => "set that provider up, or name one that is set up",
        because "the service saves any name, but the redirect works only for a provider that is set up"
        ["terraform-provider-azurerm, auth_settings_v2, default_provider"];
    UN4 Warning "authentication is required, and the action is AllowAnonymous"
        => "set it to false, or choose another action",
        because "anonymous requests reach the application: authentication is not required after all"
        ["inferred; used on purpose for Standard logic apps (Microsoft Community Hub)"];
    UN5 Warning "authentication is not required, and the action rejects anonymous requests"
        => "set it to true, or set the action to AllowAnonymous",
        because "anonymous requests reach the application: the action has no effect"
        ["inferred from authSettingsV2 schema, GlobalValidation.requireAuthentication"];
    UN6 Error "this is not one of the five actions"
        => "write RedirectToLoginPage, AllowAnonymous, Return401, Return403 or Return404",
        because "Azure Resource Manager stores it as RedirectToLoginPage"
        ["authSettingsV2 schema, UnauthenticatedClientActionV2; Azure/azure-cli#21618"];
    UN7 Warning "other applications call, and requests are redirected to sign-in"
        => "set it to Return401, unless most visitors are people",
        because "a caller with a missing or expired token gets a 302 to a sign-in page, not a 401"
        ["inferred; samples of Microsoft's answer 401 for APIs"];

    // globalValidation.excludedPaths
    EX1 Warning "the path does not begin with a slash"
        => "begin it with a slash",
        because "it is saved, and probably matches no request"
        ["a recorded answer of the service; what matches is inferred"];
    EX2 Warning ""
        => "write each path, or the folder and /*",
        because "a * matches the rest of a path, as in /a/b/*, and nothing else is special: it probably \
             matches no request"
        ["Azure/azure-docs#86514, Azure/azure-docs#106668"];
    EX3 Warning ""
        => "exclude only the public paths",
        because "requests there need no authentication, whatever the other settings say"
        ["inferred from authSettingsV2 schema, GlobalValidation.excludedPaths"];
    EX4 Info "the path has capital letters, and is listed in this case only"
        => "also list it in lower case",
        because "the case may matter: a request in another case may need a sign-in"
        ["inferred; KelvinTegelaar/CIPP lists one path in two cases"];
    EX6 Warning "this is a path of the platform's own"
        => "remove it",
        because "the platform answers there itself, before it looks at paths"
        ["inferred from authSettingsV2 schema, HttpSettingsRoutes.apiPrefix"];

    // loginParameters of Entra
    LP1 Error "this is not a list"
        => "write a list of strings, key=value each",
        because "the platform reads a list of strings, and sends nothing else to the sign-in page"
        ["authSettingsV2 schema, AzureActiveDirectoryLogin.loginParameters"];
    LP2 Error ""
        => "write key=value",
        because "the platform documents key=value and nothing else, so this reaches no sign-in page"
        ["authSettingsV2 schema, AzureActiveDirectoryLogin.loginParameters"];
    LP3 Error ""
        => "write it once; scopes go into one scope",
        because "both are sent, and a sign-in ends with AADSTS9000411"
        ["MicrosoftDocs/azure-docs#81536"];
    LP4 Warning ""
        => "put openid first",
        because "scope replaces the platform's own openid profile email: without openid there is no ID \
             token to sign the user in with"
        ["MicrosoftDocs/azure-docs#81321; a tutorial of Microsoft's omits it all the same"];
    LP5 Info ""
        => "add it, unless it is not needed",
        because "scope replaces the platform's own openid profile email: the name or the address of the \
             user may be missing"
        ["MicrosoftDocs/azure-docs#81321"];
    LP6 Error ""
        => "request the scopes of one API; the refresh token gives tokens for the others",
        because "a token is for one API: a sign-in ends with AADSTS28000 or AADSTS700022, or gives a token \
             for the first of them"
        ["Microsoft Entra error codes; MicrosoftDocs/azure-docs#45634"];
    LP8 Warning ""
        => "use an issuer that ends with /v2.0, and request a scope",
        because "resource is for the version 1.0 endpoint alone, and Azure AD Graph is retired"
        ["App Service docs, Work with OAuth tokens"];
    LP9 Warning ""
        => "write it unencoded, with single spaces between scopes",
        because "the platform encodes the value itself, and only spaces separate scopes: Entra sees other \
             scopes than intended"
        ["RFC 6749 section 3.3; inferred from working examples, all unencoded"];
    LP10 Warning "offline_access is requested, and the application has no credential"
        => "set clientSecretSettingName, or a certificate",
        because "no refresh token is kept, so /.auth/refresh does not work"
        ["App Service docs, Work with OAuth tokens"];
    LP11 Warning ""
        => "check the key",
        because "the service saves any key, and Entra ignores those that it does not know"
        ["inferred from a posted configuration with reponse_type"];
    LP12 Error ""
        => "remove it",
        because "the platform sets this parameter itself, and a fixed value breaks the sign-in or its \
             protection"
        ["inferred; no configuration with it was seen"];
    LP13 Error ""
        => "choose one of the values",
        because "a sign-in ends with AADSTS90023"
        ["Microsoft Entra error codes"];
    LP14 Warning ""
        => "add openid to scope",
        because "a sign-in ends with AADSTS70005"
        ["Microsoft Entra error codes"];
    LP15 Error ""
        => "keep .default, or the single scopes",
        because "a sign-in ends with AADSTS70011"
        ["Microsoft identity platform docs, Scopes and permissions"];
    LP16 Info ""
        => "check the tenant where it matters",
        because "it spares users a choice and protects nothing: a user can remove it from the address"
        ["App Service docs, Customize sign-in"];
    LP17 Warning "loginParameters belong in login of Entra"
        => "move them into login",
        because "nothing reads them there, so they reach no sign-in page"
        ["authSettingsV2 schema: only Microsoft Entra has it, in its login"];
    LP18 Info ""
        => "nothing, unless Terraform manages these settings",
        because "the Terraform provider azurerm loses such a parameter when it reads the settings"
        ["terraform-provider-azurerm, auth_v2_schema.go, flattening of login_parameters"];
    LP19 Error ""
        => "remove or correct it",
        because "the address of the sign-in page breaks, or says something else than intended"
        ["RFC 6749 section 8.2, RFC 3986 section 3.4; Microsoft Entra error codes (AADSTS90015)"];
    LP20 Error ""
        => "name scopes with single spaces between them",
        because "a sign-in ends with AADSTS28003 or AADSTS70011"
        ["Microsoft Entra error codes; RFC 6749 section 3.3"];

    // Names of secrets
    SE1 Warning "the application has no credential"
        => "set it to the name of the setting that has the client secret",
        because "the platform requests only an ID token: access and refresh tokens are missing"
        ["App Service docs, Configure Microsoft Entra; App Service docs, Work with OAuth tokens"];
    SE2 Error ""
        => "",
        because "the platform finds no setting of that name, so sign-ins fail; and if it is the secret \
             itself, everyone who reads the document has it"
        ["App Service docs, Configure Microsoft Entra; Container Apps docs, Manage secrets"];
    SE3 Warning "there are both a client secret and a certificate"
        => "remove one of them",
        because "the application authenticates with only one of the two"
        ["terraform-provider-azurerm, auth_settings_v2 (the two conflict there)"];
    SE4 Info "a managed identity replaces the client secret"
        => "let the setting hold the client ID of the identity, and bind it to its slot",
        because "the application authenticates by a managed identity, which is a preview for workforce \
             tenants"
        ["App Service docs, Configure Microsoft Entra; Azure-Samples/appservice-builtinauth-bicep"];

    // The structure of the document
    ST1 Error ""
        => "check its name; it is kept, because Azure may have added it",
        because "the platform answers 200 and ignores what it does not know"
        ["authSettingsV2 schema; Azure/azure-rest-api-specs#18888"];
    ST2 Error "the members of a section are inside properties"
        => "take them out of it",
        because "this is the form of the specifications of 2020, which the service never had: it answers \
             200 and ignores what is inside"
        ["Azure/azure-rest-api-specs#18888; Azure/azure-sdk-for-js#18978"];
    ST4 Warning "a custom provider has no loginParameterNames here"
        => "remove it; only a settings file and Static Web Apps have it",
        because "each form of the document has its own names, and ignores those of another"
        ["App Service docs, File-based configuration; Static Web Apps docs, Custom authentication; \
             hashicorp/terraform-provider-azurerm#25821"];
    ST21 Warning ""
        => "keep only the right one",
        because "the platform ignores the case of names, and the last of several members wins"
        ["inferred from the platform's reader, Json.NET"];

    // Providers
    ST5 Error ""
        => "name it with letters, digits and _ alone",
        because "the name is part of addresses and of the names of settings: letters, digits and _ are \
             allowed, and the names of the built-in providers are taken"
        ["App Service docs, Configure an OpenID Connect provider; MicrosoftDocs/azure-docs#104897"];
    ST6 Warning ""
        => "set wellKnownOpenIdConfiguration",
        because "a custom provider needs the address of its metadata, or each of its addresses; with the \
             first, the others are ignored"
        ["App Service docs, Configure an OpenID Connect provider"];
    ST7 Warning "the scopes do not include openid"
        => "add openid",
        because "without the scope openid a provider gives no ID token, so sign-ins fail"
        ["OpenID Connect Core, 3.1.2.1; App Service docs, Configure an OpenID Connect provider"];
    ST9 Warning "the provider is set up, and off"
        => "set it to true, or remove the registration",
        because "users cannot sign in with the provider"
        ["inferred from authSettingsV2 schema; terraform-provider-azurerm, auth_settings_v2"];
    ST11 Info "the older Microsoft account is set up"
        => "use azureActiveDirectory instead",
        because "Microsoft Entra has replaced this provider"
        ["App Service docs, Authentication API versions"];

    // platform
    ST3 Warning ""
        => "read the settings, change them, and send them as a whole",
        because "a PUT replaces everything: an omitted section returns to the platform's defaults"
        ["recorded answers of the service"];
    ST10 Warning "a settings file is named, and providers are set up here"
        => "set them up in the file, or remove configFilePath",
        because "the settings file is read instead: the settings here have no effect"
        ["App Service docs, File-based configuration"];
    ST12 Warning "azureStaticWebApps is on, and anonymous requests are allowed"
        => "write Return401, or RedirectToLoginPage",
        because "the Functions behind a static web app answer requests that bypass it"
        ["Azure/bicep#8407"];
    ST13 Warning "providers are set up, and the platform is off"
        => "set it to true",
        because "authentication is off: every request reaches the application, and identity headers can be \
             forged"
        ["authSettingsV2 schema, AuthPlatform.enabled; bridgecrewio/checkov, CKV_AZURE_56"];
    ST14 Warning "the version is pinned"
        => "write ~1, the newest",
        because "this version gets no corrections, and once it is removed the newest runs silently"
        ["App Service docs, Authentication runtime versions"];

    // Container Apps
    ST16 Warning ""
        => "remove it",
        because "Container Apps do not have it: the service drops it silently"
        ["authConfigs schema; microsoft/azure-container-apps#479"];
    ST17 Warning "previews since 2024-10-02-preview and 2026-07-01 have a token store by identity"
        => "send it with one of these api-versions, or use sasUrlSettingName",
        because "the service drops it silently if the api-version does not have it, and then tokens cannot \
             be stored"
        ["authConfigs schema by api-version; microsoft/azure-container-apps#479"];
    CA1 Error "authentication is on without a provider"
        => "set up a provider, or set enabled to false",
        because "the service answers 400 to such a document"
        ["microsoft/azure-container-apps#865"];
    ST18 Info "one of the two secrets for encryption is missing"
        => "",
        because "the key that encrypts and the key that signs are needed together"
        ["inferred from authConfigs schema, EncryptionSettings"];

    // Static Web Apps
    SW1 Error ""
        => "",
        because "Static Web Apps needs each address of a provider if the address of its metadata is \
             missing: sign-ins fail"
        ["Azure/static-web-apps#1510; Static Web Apps docs, Custom authentication"];
    SW2 Error "expected a sign-in host in the metadata address, found the domain of a tenant"
        => "write https://login.microsoftonline.com/<tenant>/v2.0/.well-known/openid-configuration, or the \
             host of External ID (ciamlogin.com)",
        because "the host serves no metadata, and Static Web Apps then answers 500 to every request, not \
             only to sign-ins"
        ["Azure/static-web-apps#1714"];
    SW3 Warning ""
        => "remove the route, or set up another provider",
        because "the route blocks the sign-in page of a provider: sign-ins with it fail"
        ["Azure/static-web-apps#1240; Static Web Apps docs, Block an authentication provider"];
    SW4 Warning "a provider is outside of identityProviders"
        => "move it into identityProviders",
        because "Static Web Apps reads providers in identityProviders alone"
        ["Azure/static-web-apps#413; Static Web Apps docs, Custom authentication"];
    SW5 Info "no path is open: the route /* requires authentication, and no route before it is open"
        => "put the routes of public paths before it, if there are any",
        because "the first route that matches a request wins, so later routes have no effect, and error \
             pages and icons need a sign-in too"
        ["Static Web Apps docs, Configuration, Routes; Azure/static-web-apps#836"];

    // Servers of the Model Context Protocol (MCP)
    MC1 Warning ""
        => "write api://<client ID>/<scope>",
        because "scopes without an API are those of Microsoft Graph: clients end with AADSTS650053"
        ["entra-docs, Secure an MCP server with Microsoft Entra ID; App Service docs, Configure MCP server \
             authorization"];
    MC2 Warning "MCP clients call, and anonymous requests are redirected to sign-in"
        => "set it to Return401",
        because "an MCP client finds the sign-in service by a 401, and cannot follow a redirect to a \
             sign-in page"
        ["MCP specification 2026-07-28, Authorization; inferred for Easy Auth"];
    MC3 Warning "MCP metadata is served, and VS Code is not among the applications"
        => "",
        because "only the listed applications may call, so VS Code gets 403"
        ["App Service docs, Configure MCP server authorization"];
    MC4 Info "MCP clients are allowed, and nothing here serves their metadata"
        => "",
        because "without protected resource metadata (RFC 9728), MCP clients do not find the sign-in \
             service"
        ["App Service docs, Configure MCP server authorization; microsoft/azure-container-apps#1736"];

    // The site's app settings
    AP1 Error "the site has no app setting of this name"
        => "add the app setting, or correct the name",
        because "the platform finds no secret under this name, so sign-ins fail"
        ["App Service docs, Configure Microsoft Entra sign-in"];
    AP2 Warning ""
        => "make it a deployment slot setting",
        because "a swap of slots moves the setting, and the other slot signs in with its secret"
        ["App Service docs, Authentication API versions; Set up staging environments"];

    // The app registration
    RG1 Error ""
        => "give the app registration of this client ID",
        because "users sign in with one application, and its secret and permissions are those of another"
        ["Microsoft Graph, application resource type, appId"];
    RG2 Warning ""
        => "list it",
        because "a version 1.0 token for the App ID URI gets 401"
        ["App Service docs, Configure Microsoft Entra sign-in"];
    RG3 Warning "the issuer is of version 2.0, and requestedAccessTokenVersion is not 2"
        => "set requestedAccessTokenVersion to 2",
        because "callers get version 1.0 tokens, whose issuer is not that of the document: the platform \
             can reject them with IDX10205"
        ["Microsoft Graph, apiApplication resource type; Azure/azure-docs#12552"];
    RG4 Warning "VS Code is allowed here, and not preauthorized in the app registration"
        => "preauthorize it",
        because "without it each user of VS Code must consent, which tenants often forbid"
        ["App Service docs, Configure MCP server authorization"];
    RG5 Error "the app registration has no redirect URI for the callback of Easy Auth"
        => "",
        because "a sign-in ends with AADSTS50011"
        ["App Service docs, Configure Microsoft Entra sign-in; Microsoft Entra error codes"];
    RG6 Error "the sign-in requests an ID token, and enableIdTokenIssuance is off"
        => "turn on ID tokens in the app registration",
        because "a sign-in ends with AADSTS700054"
        ["App Service docs, Configure Microsoft Entra sign-in; Microsoft Entra error codes"];
    RG7 Error "every client secret of the app registration has expired"
        => "add a secret, and put it into the setting",
        because "a sign-in ends with AADSTS7000222"
        ["Microsoft Entra error codes"];

    // Values
    ST15 Error ""
        => "",
        because "the service converts a value of another type at best, and otherwise rejects or ignores it"
        ["authSettingsV2 schema; recorded answers of the service; WEBSITE_AUTH_V2_CONFIG_JSON"];
    ST19 Error "this is a placeholder of a template"
        => "replace it with the real value",
        because "the platform uses the text as it is: an issuer, a client or a setting of this name does \
             not exist"
        ["inferred from copies of templates"];
    ST22 Info "unknown: decided by the template"
        => "nothing, if the template is right",
        because "the value is unknown until the deployment: it is not the platform's default, and no fix \
             here changes it"
        ["Azure Resource Manager docs, Template functions and expressions"];
    ST20 Warning "this is not a GUID"
        => "write the ID as 8-4-4-4-12 hexadecimal digits",
        because "Entra writes the IDs of applications, users and groups as GUIDs in its tokens, so \
             anything else never matches"
        ["App Service docs, Configure Microsoft Entra"];
}
