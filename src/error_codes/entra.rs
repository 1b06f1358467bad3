//! The error codes of Microsoft Entra.
#![allow(clippy::unreadable_literal, reason = "codes are written as people search for them")]

use super::{KnownError, Responsible, Topic};

/// "Microsoft Entra authentication and authorization error codes" (entra-docs,
/// `docs/identity-platform/reference-error-codes.md`). The advice for sites with Easy Auth is from this
/// crate.
const REFERENCE: &str = "Microsoft Entra authentication and authorization error codes";

known_errors! {
    AADSTS;
    16000 User Interaction: "the account that signed in does not exist in the tenant of the application",
        "sign out and sign in with an account of that tenant; or an administrator invites this account as a \
         guest", REFERENCE;
    16001 User Interaction: "the selected account or session is no longer valid",
        "choose the account again, or another one", REFERENCE;
    16003 Administrator Interaction: "the account has not been added to the tenant",
        "invite the account as a guest, or sign in with another one", REFERENCE;
    28000 Developer Scope: "the scopes name more than one API, and a token is for one",
        "request the scopes of one API, and get a token for the next one with the on-behalf-of flow or the \
         refresh token", "public reports: Earlybyte/aad_oauth#328, AzureAD/microsoft-authentication-library-for-js#4532";
    28002 Developer Scope: "a scope is not valid in a request for an access token",
        "write each scope with its API: https://management.azure.com/user_impersonation", REFERENCE;
    28003 Developer Scope: "the scope is empty in a request that redeems a code",
        "add a scope to loginParameters: openid and the scopes of the API", REFERENCE;
    50001 Developer Scope: "the API is disabled, or does not exist in the tenant",
        "check the address of the API, and that its service principal is in the tenant", REFERENCE;
    50002 Administrator Other: "a restricted proxy does not allow this tenant",
        "change the tenant restrictions", REFERENCE;
    50011 Developer Other: "the redirect URI of the request is not registered for the application",
        "register https://<host>/.auth/login/<provider>/callback as a redirect URI of the platform type Web",
        REFERENCE;
    50013 Developer Assertion umbrella: "the token that was sent cannot be exchanged: it is expired, malformed, \
         from another issuer or version, or for another application",
        "send a fresh access token whose audience is the application that exchanges it", REFERENCE;
    50014 Administrator Interaction: "the guest account does not exist in the tenant yet",
        "invite the account as a guest, and have the invitation accepted", REFERENCE;
    50020 User Interaction: "the account comes from another tenant or provider, and does not exist in this one",
        "sign out and sign in with an account of this tenant; or an administrator invites this account as a \
         guest; or the application is made multitenant", REFERENCE;
    50027 Developer Assertion: "a JWT in the request is malformed, or has the wrong issuer, audience or time",
        "send the access token as it was received, for this application and not expired; check a client \
         assertion in the same way", REFERENCE;
    50033 Microsoft Unavailable: "a transient error", "try again later", REFERENCE;
    50034 User Interaction: "the account does not exist in the tenant",
        "check the user name; or an administrator adds the account", REFERENCE;
    50053 User Interaction: "the account is locked, or the address of the caller was blocked",
        "wait, then sign in with the right password; an administrator sees the reason in the sign-in logs",
        REFERENCE;
    50055 User Interaction: "the password has expired", "change the password", REFERENCE;
    50057 Administrator Interaction: "the account is disabled", "enable the account", REFERENCE;
    50058 User Interaction: "no user is signed in, and the request did not allow a sign-in page",
        "sign in interactively: without prompt=none", REFERENCE;
    50059 Developer Other: "the request does not name a tenant",
        "write the tenant ID into openIdIssuer", REFERENCE;
    50072 User Interaction: "the user must register for multifactor authentication",
        "sign in interactively and register a second factor", REFERENCE;
    50074 User Interaction: "multifactor authentication is required, and was not passed",
        "sign in interactively with a second factor", REFERENCE;
    50076 User Interaction: "multifactor authentication is required for this API",
        "sign in interactively for this API, with the claims challenge of the response if it has one", REFERENCE;
    50078 User Interaction: "the multifactor authentication has expired by policy",
        "sign in interactively with a second factor", REFERENCE;
    50079 User Interaction: "the user must register for multifactor authentication, by policy or location",
        "sign in interactively, with the claims challenge of the response if it has one", REFERENCE;
    50089 User Grant: "the flow, the code or the session has expired", "sign in again", REFERENCE;
    50097 User Interaction: "device authentication is required",
        "sign in from a registered device, in a browser that can prove it", REFERENCE;
    50105 Administrator Interaction: "the user is not assigned to the application, and assignment is required",
        "assign the user or a group of theirs to the enterprise application, or switch off the requirement",
        REFERENCE;
    50126 User Interaction: "the user name or the password is wrong", "sign in again", REFERENCE;
    50131 Administrator Interaction: "Conditional Access does not allow this sign-in",
        "read the reason in the sign-in logs", REFERENCE;
    50132 User Grant: "the session is no longer valid: the password expired or changed", "sign in again",
        REFERENCE;
    50133 User Grant: "the session is no longer valid: the password expired or changed", "sign in again",
        REFERENCE;
    50140 User Interaction: "the question whether to stay signed in interrupted the sign-in",
        "answer it and continue: this is part of the sign-in", REFERENCE;
    50158 User Interaction: "an external security challenge was not satisfied",
        "sign in interactively and complete it", REFERENCE;
    50173 User Grant: "the grant was revoked", "sign in again", REFERENCE;
    50194 Developer Client: "the application is for one tenant, and the sign-in used /common",
        "write the tenant ID into openIdIssuer: https://login.microsoftonline.com/<tenant ID>/v2.0; or make the \
         application multitenant", REFERENCE;
    50196 Developer Other: "the client requests the same token in a loop",
        "cache tokens until they expire, and do not repeat a request that was rejected", REFERENCE;
    53000 User Interaction: "Conditional Access requires a compliant device",
        "enroll the device, or use one that is compliant", REFERENCE;
    53001 User Interaction: "Conditional Access requires a domain-joined device",
        "use a domain-joined device", REFERENCE;
    53002 User Interaction: "Conditional Access requires an approved client app", "use an approved app", REFERENCE;
    53003 Administrator Interaction: "Conditional Access blocked the token",
        "sign in with the claims challenge of the response if it has one; otherwise read in the sign-in logs which \
         policy blocked it", REFERENCE;
    53004 User Interaction: "the user must register for multifactor authentication first",
        "register a second factor", REFERENCE;
    54005 Developer Grant: "the authorization code was redeemed already",
        "start the sign-in again; reloading a callback page causes this", REFERENCE;
    65001 User Consent: "consent to these permissions of the application is missing",
        "sign in interactively and consent, or an administrator grants consent to the application", REFERENCE;
    65002 Developer Client: "the client ID is one of Microsoft's own, which is not pre-authorized for this API",
        "register your own application", REFERENCE;
    65004 User Consent: "the user declined to consent", "sign in again and consent", REFERENCE;
    65005 Developer Scope umbrella: "the app registration does not list the permission or the API that the \
         request names",
        "add the permission under API permissions of the app registration, then grant consent", REFERENCE;
    70000 User Grant umbrella: "the refresh token or the code is not valid", "sign in again", REFERENCE;
    70001 Administrator Client: "the application is disabled or does not exist in the tenant",
        "check the client ID and the tenant, or enable the enterprise application", REFERENCE;
    70002 Developer Credential umbrella: "the credentials of the client could not be validated",
        "check the client ID, the client secret and the token that was sent", REFERENCE;
    70003 Developer Other: "the grant type is not supported", "change grant_type", REFERENCE;
    70005 Developer Other: "the response type is not enabled, or id_token is requested without the scope openid",
        "allow ID tokens on the app registration, and add openid to the scope in loginParameters", REFERENCE;
    70008 User Grant: "the refresh token or the code has expired", "sign in again", REFERENCE;
    70011 Developer Scope: "a scope is not valid, or .default is mixed with other scopes of its API",
        "write each scope as <API>/<permission>, and .default alone", REFERENCE;
    70021 Developer Credential: "no federated credential of the application matches the client assertion",
        "make issuer, subject and audience of the federated credential equal to those of the assertion, in the \
         same case; a new one takes some minutes to work",
        "Azure AD Workload Identity, troubleshooting";
    70043 User Grant: "the refresh token is too old for the sign-in frequency of Conditional Access",
        "sign in again", REFERENCE;
    75011 Developer Other: "the user signed in by a method other than the SAML request requires",
        "leave the requested authentication context out of the SAML request", REFERENCE;
    90002 Developer Other: "the tenant does not exist, or not in this cloud",
        "check the tenant ID in openIdIssuer, and that the host is that of the tenant's cloud", REFERENCE;
    90006 Microsoft Unavailable: "the service is temporarily unavailable", "try again later", REFERENCE;
    90008 Developer Consent: "the application lacks consent to sign users in and read their profile",
        "add the permission User.Read of Microsoft Graph, then grant consent", REFERENCE;
    90009 Developer Scope: "the application requests a token for itself with its App ID URI",
        "write the client ID instead of the App ID URI: <client ID>/.default", REFERENCE;
    90012 Microsoft Unavailable: "the request timed out", "try again later", REFERENCE;
    90014 Developer Other: "a required field of the request is missing",
        "the message names the field", REFERENCE;
    90015 Developer Other: "the query string is too long", "shorten loginParameters", REFERENCE;
    90019 Developer Other: "the request does not identify the tenant",
        "write the tenant ID into openIdIssuer", REFERENCE;
    90023 Developer Other umbrella: "a parameter of the request is not valid, several values of prompt for instance",
        "the message names the parameter; correct it in loginParameters", REFERENCE;
    90024 Microsoft Unavailable: "a transient error", "try again", REFERENCE;
    90033 Microsoft Unavailable: "the directory service is not available", "try again later", REFERENCE;
    90038 Developer Other: "the tenant belongs to another national cloud",
        "use the sign-in host of the tenant's cloud in openIdIssuer", REFERENCE;
    90055 Microsoft Unavailable: "the tenant sends too many requests", "slow down, then try again", REFERENCE;
    90072 User Interaction: "the external account does not exist in the tenant that it signed in to",
        "sign out and sign in with another account; or an administrator adds this one as a guest", REFERENCE;
    90094 Administrator Consent: "an administrator must consent to these permissions",
        "grant admin consent to the application", REFERENCE;
    90095 Administrator Consent: "the user must ask an administrator for consent",
        "approve the request for admin consent", REFERENCE;
    90100 Developer Other: "a parameter of the request is empty or not valid",
        "the message names the parameter", REFERENCE;
    90130 Developer Client: "the application is not supported over /common or /consumers",
        "write the tenant ID into openIdIssuer", REFERENCE;
    165000 User Interaction: "cookies or form fields of the sign-in are missing",
        "close the other sign-in tabs, allow cookies, and start again from the site",
        "public reports: microsoft/terminal#8262";
    240002 Developer Assertion: "an ID token was sent for an exchange",
        "send the access token for this application; an ID token cannot be exchanged", REFERENCE;
    500011 Developer Scope: "the API was not found in the tenant",
        "check the App ID URI of the API and the tenant; if the API is from another tenant, an administrator \
         adds its service principal", REFERENCE;
    500021 Administrator Other: "tenant restrictions do not allow this tenant", "change the tenant restrictions",
        REFERENCE;
    500113 Developer Other: "no redirect URI is registered for the application",
        "register https://<host>/.auth/login/<provider>/callback as a redirect URI of the platform type Web",
        "public reports: microsoftgraph/msgraph-sdk-python-core#50, OfficeDev/microsoft-teams-apps-groupactivities#10";
    500131 Developer Assertion: "the token that was sent is for another application",
        "send a token whose audience is the application that exchanges it, in the same case as its App ID URI",
        "public reports: OfficeDev/microsoft-teams-apps-company-communicator#214, microsoft/AzureTRE-Deployment#65";
    500133 Client Grant: "the token that was sent has expired, or is not valid yet",
        "send a fresh access token; check the clock", REFERENCE;
    500208 User Interaction: "the kind of account does not match what the tenant or the application accepts",
        "sign in with a work or school account of the tenant", REFERENCE;
    530032 Administrator Interaction: "a security policy of the tenant blocked the token",
        "read in the sign-in logs which policy blocked it", REFERENCE;
    650052 Administrator Scope: "the organization has not subscribed to or enabled the API",
        "enable the service in the tenant", REFERENCE;
    650053 Developer Scope: "the API does not have this scope; a scope without an API belongs to \
         Microsoft Graph (00000003-0000-0000-c000-000000000000)",
        "write the scope with its API: api://<client ID>/<scope>",
        "public reports: MicrosoftDocs/azure-docs#68540, MicrosoftDocs/azure-docs#37280";
    650056 Developer Scope: "the app registration lists no permission of the API, or consent is missing",
        "add the permission under API permissions of the app registration, then grant consent", REFERENCE;
    650057 Developer Scope: "the API is not among the API permissions of the app registration",
        "add a permission of that API to the app registration, then grant consent", REFERENCE;
    700005 Developer Grant: "the code was issued for another tenant",
        "use one tenant in the whole sign-in", REFERENCE;
    700011 Administrator Client: "the application does not exist in the tenant",
        "check the client ID and the tenant, or add the application to it", REFERENCE;
    700016 Developer Client: "the application was not found in the tenant",
        "check the client ID and the tenant of openIdIssuer; a multitenant application needs consent in the \
         tenant first", REFERENCE;
    700020 User Interaction: "the grant requires interaction", "sign in interactively", REFERENCE;
    700022 Developer Scope: "the scopes name more than one API, and a token is for one",
        "request the scopes of one API", REFERENCE;
    700023 Developer Scope: "no scope names an API", "add a scope of the API", REFERENCE;
    700025 Developer Credential: "the application is a public client, and sent a credential",
        "register the redirect URI under the platform type Web", REFERENCE;
    700027 Developer Credential: "the signature of the client assertion is not valid",
        "sign with the private key of a certificate that is uploaded to the app registration", REFERENCE;
    700030 Developer Credential: "the certificate's subject name is not authorized",
        "use a certificate that is allowed for the application", REFERENCE;
    700054 Developer Other: "ID tokens are not enabled for the application",
        "check ID tokens under Authentication, Implicit grant and hybrid flows, of the app registration", REFERENCE;
    700082 User Grant: "the refresh token has expired from inactivity", "sign in again", REFERENCE;
    700084 User Grant: "the refresh token of a single-page app has reached the end of its fixed lifetime",
        "sign in again", REFERENCE;
    700213 Developer Credential: "no federated credential of the application matches the subject of the client \
         assertion",
        "make the subject of the federated credential equal to that of the assertion, in the same case",
        "public reports: Azure/login#482";
    700229 Developer Credential: "a token of a user was sent as a federated credential",
        "use the token of a managed identity or an application", REFERENCE;
    900144 Developer Other: "a required parameter of the request is missing",
        "the message names the parameter", REFERENCE;
    900384 Developer Assertion: "the signature of a JWT in the request is not valid",
        "send the token as it was received, and only one for this application; tokens for Microsoft Graph cannot \
         be exchanged", REFERENCE;
    900971 Developer Other: "the request has no redirect URI, and none is registered",
        "register https://<host>/.auth/login/<provider>/callback as a redirect URI of the platform type Web",
        REFERENCE;
    901002 Developer Other: "the version 2.0 endpoint does not accept the parameter resource",
        "replace resource=<API> in loginParameters by scope=openid profile email <API>/.default", REFERENCE;
    7000112 Administrator Client: "the application is disabled", "enable the enterprise application", REFERENCE;
    7000114 Administrator Client: "the application is not allowed to make on-behalf-of calls",
        "allow it, or call the API as the application itself", REFERENCE;
    7000215 Developer Credential: "the client secret is wrong",
        "put the value of a current client secret, not its secret ID, into the app setting", REFERENCE;
    7000218 Developer Credential: "the request has no client credential",
        "set clientSecretSettingName, or register the redirect URI under the platform type Web", REFERENCE;
    7000222 Developer Credential: "the client secret has expired",
        "create a new client secret, put its value into the app setting, and restart the site", REFERENCE;
    7002138 Developer Credential: "the subject of the client assertion differs in case from that of the \
         federated credential",
        "write the subject of the federated credential in the same case",
        "public reports: Azure/login#517, Azure/login#515";
    9000411 Developer Other: "the request has a duplicate parameter",
        "keep one entry of each parameter in loginParameters: join the scopes by spaces in one scope=",
        "public reports: Azure/azure-sdk-for-java#31191, MicrosoftDocs/azure-dev-docs#934";
    9001023 Developer Client: "the grant type is not supported over /common or /consumers",
        "use the tenant ID", REFERENCE;
    9002313 Developer Other: "the request is malformed", "compare the request with the protocol", REFERENCE;
    9010010 Client Scope: "the parameter resource does not name the API of the scopes",
        "make the resource of the protected resource metadata an App ID URI of the app registration, exactly as \
         the scopes write it; or leave resource out",
        "public reports: anthropics/claude-code#73460, microsoft/azure-devops-mcp#1601";
}
