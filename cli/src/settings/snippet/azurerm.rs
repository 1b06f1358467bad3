//! Terraform's provider azurerm: the block `auth_settings_v2` of an app.

use easyauth::Service;
use serde_json::{Map, Value};

use super::{
    Edit, Parts, Snippet, indent,
    terraform::{attributes, contains_expression, expression},
};
use crate::Failure;

/// Settings and their attributes (terraform-provider-azurerm, `auth_v2_schema.go`). A dot separates a
/// nested block from its attribute. `*` is the name of a custom provider.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("platform/enabled", "auth_enabled"),
    ("platform/runtimeVersion", "runtime_version"),
    ("platform/configFilePath", "config_file_path"),
    ("globalValidation/requireAuthentication", "require_authentication"),
    ("globalValidation/unauthenticatedClientAction", "unauthenticated_action"),
    ("globalValidation/redirectToProvider", "default_provider"),
    ("globalValidation/excludedPaths", "excluded_paths"),
    ("httpSettings/requireHttps", "require_https"),
    ("httpSettings/routes/apiPrefix", "http_route_api_prefix"),
    ("httpSettings/forwardProxy/convention", "forward_proxy_convention"),
    ("httpSettings/forwardProxy/customHostHeaderName", "forward_proxy_custom_host_header_name"),
    ("httpSettings/forwardProxy/customProtoHeaderName", "forward_proxy_custom_scheme_header_name"),
    ("login/routes/logoutEndpoint", "login.logout_endpoint"),
    ("login/tokenStore/enabled", "login.token_store_enabled"),
    ("login/tokenStore/tokenRefreshExtensionHours", "login.token_refresh_extension_time"),
    ("login/tokenStore/fileSystem/directory", "login.token_store_path"),
    ("login/tokenStore/azureBlobStorage/sasUrlSettingName", "login.token_store_sas_setting_name"),
    ("login/preserveUrlFragmentsForLogins", "login.preserve_url_fragments_for_logins"),
    ("login/allowedExternalRedirectUrls", "login.allowed_external_redirect_urls"),
    ("login/cookieExpiration/convention", "login.cookie_expiration_convention"),
    ("login/cookieExpiration/timeToExpiration", "login.cookie_expiration_time"),
    ("login/nonce/validateNonce", "login.validate_nonce"),
    ("login/nonce/nonceExpirationInterval", "login.nonce_expiration_time"),
    ("azureActiveDirectory/registration/clientId", "active_directory_v2.client_id"),
    ("azureActiveDirectory/registration/openIdIssuer", "active_directory_v2.tenant_auth_endpoint"),
    (
        "azureActiveDirectory/registration/clientSecretSettingName",
        "active_directory_v2.client_secret_setting_name",
    ),
    (
        "azureActiveDirectory/registration/clientSecretCertificateThumbprint",
        "active_directory_v2.client_secret_certificate_thumbprint",
    ),
    ("azureActiveDirectory/login/loginParameters", LOGIN_PARAMETERS),
    (
        "azureActiveDirectory/login/disableWWWAuthenticate",
        "active_directory_v2.www_authentication_disabled",
    ),
    ("azureActiveDirectory/validation/allowedAudiences", "active_directory_v2.allowed_audiences"),
    (
        "azureActiveDirectory/validation/jwtClaimChecks/allowedGroups",
        "active_directory_v2.jwt_allowed_groups",
    ),
    (
        "azureActiveDirectory/validation/jwtClaimChecks/allowedClientApplications",
        "active_directory_v2.jwt_allowed_client_applications",
    ),
    (
        "azureActiveDirectory/validation/defaultAuthorizationPolicy/allowedPrincipals/groups",
        "active_directory_v2.allowed_groups",
    ),
    (
        "azureActiveDirectory/validation/defaultAuthorizationPolicy/allowedPrincipals/identities",
        "active_directory_v2.allowed_identities",
    ),
    (
        "azureActiveDirectory/validation/defaultAuthorizationPolicy/allowedApplications",
        "active_directory_v2.allowed_applications",
    ),
    ("azureStaticWebApps/registration/clientId", "azure_static_web_app_v2.client_id"),
    ("facebook/registration/appId", "facebook_v2.app_id"),
    ("facebook/registration/appSecretSettingName", "facebook_v2.app_secret_setting_name"),
    ("facebook/graphApiVersion", "facebook_v2.graph_api_version"),
    ("facebook/login/scopes", "facebook_v2.login_scopes"),
    ("gitHub/registration/clientId", "github_v2.client_id"),
    ("gitHub/registration/clientSecretSettingName", "github_v2.client_secret_setting_name"),
    ("gitHub/login/scopes", "github_v2.login_scopes"),
    ("google/registration/clientId", "google_v2.client_id"),
    ("google/registration/clientSecretSettingName", "google_v2.client_secret_setting_name"),
    ("google/login/scopes", "google_v2.login_scopes"),
    ("google/validation/allowedAudiences", "google_v2.allowed_audiences"),
    ("legacyMicrosoftAccount/registration/clientId", "microsoft_v2.client_id"),
    (
        "legacyMicrosoftAccount/registration/clientSecretSettingName",
        "microsoft_v2.client_secret_setting_name",
    ),
    ("legacyMicrosoftAccount/login/scopes", "microsoft_v2.login_scopes"),
    ("legacyMicrosoftAccount/validation/allowedAudiences", "microsoft_v2.allowed_audiences"),
    ("twitter/registration/consumerKey", "twitter_v2.consumer_key"),
    ("twitter/registration/consumerSecretSettingName", "twitter_v2.consumer_secret_setting_name"),
    ("apple/registration/clientId", "apple_v2.client_id"),
    ("apple/registration/clientSecretSettingName", "apple_v2.client_secret_setting_name"),
    ("customOpenIdConnectProviders/*/registration/clientId", "custom_oidc_v2.client_id"),
    (
        "customOpenIdConnectProviders/*/registration/openIdConnectConfiguration/wellKnownOpenIdConfiguration",
        "custom_oidc_v2.openid_configuration_endpoint",
    ),
    ("customOpenIdConnectProviders/*/login/nameClaimType", "custom_oidc_v2.name_claim_type"),
    ("customOpenIdConnectProviders/*/login/scopes", "custom_oidc_v2.scopes"),
];

/// azurerm writes them as a map.
const LOGIN_PARAMETERS: &str = "active_directory_v2.login_parameters";

/// azurerm checks the value (hashicorp/go-azure-sdk, `PossibleValuesForUnauthenticatedClientActionV2`).
const ACTION: &str = "unauthenticated_action";
const ACTIONS: [&str; 4] = ["AllowAnonymous", "RedirectToLoginPage", "Return401", "Return403"];

/// The changed attributes. What azurerm has no attribute for becomes a note.
pub(super) fn block(parts: &Parts<'_>) -> Result<Snippet, Failure> {
    if parts.service == Service::ContainerApps {
        let text = "azurerm has no resource for the settings of Container Apps; use --as \
                    terraform-azapi";
        return Err(text.into());
    }
    let mut block = Block::default();
    for edit in &parts.edits {
        match &edit.value {
            Some(value) => block.set(&mut edit.path.clone(), value),
            None => block.remove(edit),
        }
    }
    let Block { own, nested, mut notes } = block;
    if own.is_empty() && nested.is_empty() {
        return Ok(Snippet { text: String::new(), notes });
    }
    let resource = if parts.is_slot {
        "the slot, such as azurerm_linux_web_app_slot"
    } else {
        "the app, such as azurerm_linux_web_app"
    };
    let mut text = format!("# In the resource of {resource}:\nauth_settings_v2 {{\n");
    text.push_str(&attributes(&own, 1));
    for (index, Nested { block, pairs, .. }) in nested.iter().enumerate() {
        let separator = if index > 0 || !own.is_empty() { "\n" } else { "" };
        let pairs = attributes(pairs, 2);
        let indent = indent(1);
        text.extend([separator, &indent, block, " {\n", &pairs, &indent, "}\n"]);
    }
    text.push_str("}\n");
    notes.insert(
        0,
        "these are the changed attributes: keep the others of auth_settings_v2".to_owned(),
    );
    Ok(Snippet { text, notes })
}

type Pair = (String, String);

#[derive(Default)]
struct Block {
    own: Vec<Pair>,
    nested: Vec<Nested>,
    notes: Vec<String>,
}

struct Nested {
    block: &'static str,
    /// The custom provider that the block is for.
    provider: Option<String>,
    pairs: Vec<Pair>,
}

impl Block {
    /// Sets an attribute, or the attributes of all members of an object.
    fn set(&mut self, path: &mut Vec<String>, value: &Value) {
        let edit = Edit { path: path.clone(), value: None };
        match (attribute(path), value) {
            (Some((name, _)), Value::Array(entries)) if name == LOGIN_PARAMETERS => {
                match map_of(entries) {
                    Ok(map) => self.push((name, None), &Value::Object(map)),
                    Err(problem) => self.cannot(&edit, problem),
                }
            }
            (Some(_), value) if contains_expression(value) => {
                self.notes.push(format!(
                    "{} is an expression of a template: write it in Terraform",
                    edit.pointer()
                ));
            }
            (Some((ACTION, _)), value) if !ACTIONS.iter().any(|own| value == own) => {
                self.cannot(&edit, &format!("it accepts {}", ACTIONS.join(", ")));
            }
            (Some(attribute), value) => self.push(attribute, value),
            (None, Value::Object(members)) if !members.is_empty() => {
                for (name, value) in members {
                    path.push(name.clone());
                    self.set(path, value);
                    path.pop();
                }
            }
            (None, _) => {
                self.notes.push(format!("azurerm has no attribute for {}", edit.pointer()));
            }
        }
    }

    fn cannot(&mut self, edit: &Edit, problem: &str) {
        self.notes.push(format!("azurerm cannot express {}: {problem}", edit.pointer()));
    }

    fn push(&mut self, (name, provider): Attribute<'_>, value: &Value) {
        let Some((block, name)) = name.split_once('.') else {
            self.own.push((name.to_owned(), expression(value, 1)));
            return;
        };
        let pair = (name.to_owned(), expression(value, 2));
        let is_it = |own: &&mut Nested| own.block == block && own.provider.as_deref() == provider;
        if let Some(nested) = self.nested.iter_mut().find(is_it) {
            nested.pairs.push(pair);
            return;
        }
        let name = provider.map(|name| ("name".to_owned(), expression(&name.into(), 2)));
        let pairs = name.into_iter().chain([pair]).collect();
        self.nested.push(Nested { block, provider: provider.map(str::to_owned), pairs });
    }

    fn remove(&mut self, edit: &Edit) {
        self.notes.push(match attribute(&edit.path) {
            Some((name, _)) => format!("remove the attribute {name}"),
            None => format!("azurerm has no attribute for {}, which was removed", edit.pointer()),
        });
    }
}

/// The name of an attribute, and of the custom provider that it is of.
type Attribute<'a> = (&'static str, Option<&'a str>);

fn attribute(path: &[String]) -> Option<Attribute<'_>> {
    let mut path: Vec<&str> = path.iter().map(String::as_str).collect();
    if path.first() == Some(&"identityProviders") {
        path.remove(0);
    }
    let provider = match path.as_mut_slice() {
        ["customOpenIdConnectProviders", name, ..] => Some(std::mem::replace(name, "*")),
        _ => None,
    };
    let path = path.join("/");
    ATTRIBUTES.iter().find(|(own, _)| *own == path).map(|(_, name)| (*name, provider))
}

fn map_of(entries: &[Value]) -> Result<Map<String, Value>, &'static str> {
    let mut map = Map::new();
    for entry in entries {
        let text = entry.as_str().ok_or("an entry is not a string")?;
        let (key, value) = text.split_once('=').ok_or("an entry is not key=value")?;
        if value.contains('=') {
            return Err("it loses a value with an equals sign");
        }
        if map.insert(key.to_owned(), value.into()).is_some() {
            return Err("a key is there twice");
        }
    }
    Ok(map)
}
