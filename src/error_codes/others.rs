//! Errors with names: those of Azure Resource Manager, bearer challenges, token endpoints, and
//! Microsoft's token library, which Easy Auth logs.

use super::{KnownError, Responsible, Topic};

const RFC_6750: &str = "RFC 6750 section 3.1";
const RFC_6749: &str = "RFC 6749 sections 4.1.2.1 and 5.2";
const OIDC: &str = "OpenID Connect Core 3.1.2.6";
const CLAIMS: &str = "Microsoft Entra, claims challenges and claims requests";
const IDENTITY_MODEL: &str =
    "azure-activedirectory-identitymodel-extensions-for-dotnet, LogMessages";
const ARM_AUDIENCE: &str = "public reports: hashicorp/go-azure-helpers#51";
const ARM: &str = "public reports: responses of Azure Resource Manager";

known_errors! {
    NAME;
    "InvalidAuthenticationTokenAudience" Developer Scope:
        "the access token is for an API other than Azure Resource Manager",
        "request https://management.azure.com/user_impersonation in the scope of loginParameters, or exchange the \
         token for that scope; in a national cloud, for the API of that cloud", ARM_AUDIENCE;
    "InvalidAuthenticationTokenTenant" Developer Other:
        "the access token is from a tenant other than that of the subscription",
        "sign in to the tenant of the subscription", ARM;
    "InvalidAuthenticationToken" Developer Other:
        "the access token is malformed, or was not issued by Microsoft Entra",
        "send the access token as it was received, after \"Bearer \"", ARM;
    "ExpiredAuthenticationToken" User Grant: "the access token has expired",
        "refresh the token (GET /.auth/refresh), or sign in again", ARM;
    "AuthenticationFailed" Developer Other umbrella: "the API rejected the token",
        "check that the request has an Authorization header, and that the token is for this API", ARM;
    "AuthenticationFailedMissingToken" Developer Other: "the request lacks an access token",
        "send Authorization: Bearer <access token>", ARM;
    "AuthorizationFailed" Administrator Other: "the caller lacks a role that allows this operation",
        "assign a role on the scope of the resource; a new role takes some minutes to work", ARM;
    "LinkedAuthorizationFailed" Administrator Other:
        "the caller lacks a role on another resource that the operation uses",
        "assign a role on the linked resource", ARM;
    "InvalidAudience" Developer Scope: "the access token is for another API",
        "request a scope of the API that is called", "MicrosoftDocs/azure-docs#19707";
    "IDX10205" Client Other: "the issuer of the token is not the configured one",
        "make openIdIssuer the issuer of the tokens: version 2.0 tokens have \
         https://login.microsoftonline.com/<tenant ID>/v2.0, version 1.0 tokens https://sts.windows.net/<tenant ID>/",
        IDENTITY_MODEL;
    "IDX10214" Client Other: "the audience of the token is not an allowed one",
        "list the audience of the tokens in allowedAudiences: version 2.0 tokens have the client ID, version 1.0 \
         tokens the App ID URI", IDENTITY_MODEL;
    "IDX10222" Client Other: "the token is not valid yet", "check the clocks", IDENTITY_MODEL;
    "IDX10223" Client Grant: "the token has expired", "get a fresh token", IDENTITY_MODEL;
    "IDX10501" Client Other: "no key of the issuer matches the signature of the token",
        "check the tenant of openIdIssuer; only Microsoft can verify a token for Microsoft Graph",
        IDENTITY_MODEL;
    "IDX10511" Client Other: "the signature of the token is not valid",
        "send the token as it was received; only Microsoft can verify a token for Microsoft Graph",
        IDENTITY_MODEL;
    "insufficient_claims" User Interaction: "the API requires more of the sign-in than the token proves",
        "get a new token with the claims parameter of the challenge", CLAIMS;
    "insufficient_scope" Client Scope: "the token does not meet the requirement that the API requires",
        "request the scope that the challenge names", RFC_6750;
    "invalid_token" Client Other umbrella: "the token is expired, revoked, malformed or for another API",
        "get a fresh token for this API", RFC_6750;
    "access_denied" User Consent umbrella: "the user or the provider denied the request",
        "sign in again and consent", RFC_6749;
    "consent_required" User Consent: "consent is missing", "sign in interactively and consent", OIDC;
    "interaction_required" User Interaction umbrella: "the request requires interaction with the user",
        "sign in interactively", OIDC;
    "login_required" User Interaction umbrella: "no user is signed in", "sign in interactively", OIDC;
    "invalid_client" Developer Credential umbrella: "the client is unknown, or its credential is wrong",
        "check the client ID and its credential, which may have expired", RFC_6749;
    "invalid_grant" User Grant umbrella: "the code, the refresh token or the assertion is not valid",
        "sign in again", RFC_6749;
    "invalid_scope" Developer Scope umbrella: "a scope is unknown or malformed", "check the scopes", RFC_6749;
    "invalid_request" Developer Other umbrella: "the request lacks a parameter, or has one that is not valid",
        "read the description", RFC_6749;
    "unauthorized_client" Developer Client umbrella: "the client is not allowed to do this",
        "check the app registration and the tenant", RFC_6749;
    "unsupported_grant_type" Developer Other umbrella: "the grant type is not supported",
        "change grant_type", RFC_6749;
    "unsupported_response_type" Developer Other umbrella: "the response type is not supported",
        "check response_type in loginParameters", RFC_6749;
    "server_error" Microsoft Unavailable umbrella: "the service failed", "try again later", RFC_6749;
    "temporarily_unavailable" Microsoft Unavailable umbrella: "the service is busy", "try again later", RFC_6749;
}

/// Returns `true` if a name is also a common word, so that it counts only as the value of `error`.
pub(super) fn is_oauth(error: &KnownError) -> bool {
    error.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
