//! The form of a document, or what another text is.

use super::{
    Form, MAX_SETTINGS_LEN, SettingsError,
    SettingsErrorKind::{NotAnObject, NotJson, NotUtf8, OtherDocument, Several, TooLong},
};
use crate::json::{
    Kind,
    document::{Json, JsonText, Path, Position},
};

/// The sections. An object with one of them is a settings document.
pub(super) const SECTIONS: [&str; 7] = [
    "platform",
    "globalValidation",
    "identityProviders",
    "login",
    "httpSettings",
    "encryptionSettings",
    "legacyProperties",
];

/// How many resources of a template are read. Templates have at most 800 (Azure Resource Manager limits).
const MAX_RESOURCES: usize = 10_000;

/// How to get the document.
const HOW: &str = "`az rest --method get --url <resource ID of the site>/config/authsettingsV2?api-version=2025-05-01` \
                   prints the document";

/// The form of a settings document, and its path in a template.
pub(super) enum Document {
    Whole(Form),
    InTemplate(Form, Path),
}

/// The text of a document, without a byte order mark.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, SettingsError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        if is_utf16(bytes) {
            return utf16();
        }
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let before = String::from_utf8_lossy(before);
        SettingsError::new(NotUtf8, "", Some(Position::START.behind(&before)))
    })?;
    if text.contains('\0') && is_utf16(bytes) { Err(utf16()) } else { Ok(text) }
}

fn utf16() -> SettingsError {
    let detail = "this is UTF-16, as `Out-File` and `>` of Windows PowerShell write it: save it as UTF-8 \
                  (`Out-File -Encoding utf8`)";
    SettingsError::new(NotUtf8, detail, None)
}

/// Returns `true` for a byte order mark of UTF-16, or if every other byte at the beginning is zero.
fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe")
        || bytes.starts_with(b"\xfe\xff")
        || matches!(bytes, [0, first, 0, second, ..] | [first, 0, second, 0, ..]
            if *first != 0 && *second != 0)
}

/// Reads a JSON object, and its position in the text.
pub(super) fn object(text: &str) -> Result<(JsonText, Position), SettingsError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    check_length(text)?;
    let json = JsonText::new(text).map_err(|error| not_json(text, error.position))?;
    let trimmed = text.trim_ascii_start();
    let before = text.get(..text.len().saturating_sub(trimmed.len())).unwrap_or_default();
    Ok((an_object(json)?, Position::START.behind(before)))
}

/// Reads any JSON.
pub(super) fn json(text: &str) -> Result<JsonText, SettingsError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    check_length(text)?;
    JsonText::new(text).map_err(|error| not_json(text, error.position))
}

fn check_length(text: &str) -> Result<(), SettingsError> {
    if text.len() <= MAX_SETTINGS_LEN {
        return Ok(());
    }
    let detail = format!("expected at most {MAX_SETTINGS_LEN} bytes, found {}", text.len());
    Err(SettingsError::new(TooLong, &detail, None))
}

/// The error for input that is not JSON. It says what the input is.
fn not_json(text: &str, position: usize) -> SettingsError {
    let before = text.get(..position).unwrap_or(text);
    let place = Some(Position::START.behind(before));
    let rest = text.get(position..).unwrap_or_default();
    let start = text.trim_ascii_start();
    if start.is_empty() {
        return SettingsError::new(NotJson, "the input is empty", None);
    }
    let near = if start.starts_with(['{', '[']) || start.starts_with('/') {
        if rest.starts_with('/') {
            "JSON has no comments: remove them"
        } else if rest.starts_with(['}', ']']) && before.trim_ascii_end().ends_with(',') {
            "JSON has no comma after the last member or element: remove it"
        } else {
            ""
        }
    } else if is_bicep(start) {
        "this is Bicep: `az bicep build` makes a template of it, which is read"
    } else if start.starts_with("resource \"") || start.starts_with("terraform {") {
        "this is Terraform: expected the JSON that Azure Resource Manager answers"
    } else if is_yaml(start) {
        "this is YAML: settings are JSON"
    } else if start.starts_with('<') {
        "this is HTML or XML: was the request redirected to a sign-in page?"
    } else {
        ""
    };
    SettingsError::new(NotJson, near, place)
}

fn is_bicep(text: &str) -> bool {
    const WORDS: [&str; 7] =
        ["resource ", "param ", "var ", "targetScope", "module ", "@", "metadata "];
    let line = text.lines().find(|line| !line.trim_start().starts_with("//")).unwrap_or_default();
    WORDS.iter().any(|word| line.starts_with(word)) && !line.contains('"')
}

fn is_yaml(text: &str) -> bool {
    let is_content = |line: &&str| !line.trim().is_empty() && !line.starts_with(['#', '-']);
    let line = text.lines().find(is_content).unwrap_or_default();
    line.split_once(':').is_some_and(|(name, rest)| {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        !name.is_empty() && name.bytes().all(is_name) && (rest.is_empty() || rest.starts_with(' '))
    })
}

fn an_object(text: JsonText) -> Result<JsonText, SettingsError> {
    let root = text.root();
    if root.is_object() {
        return Ok(text);
    }
    let has_settings =
        |json: Json<'_>| text_of(json, "name") == "authsettingsv2" && json.get("id").is_none();
    let detail = match root.elements().map(|mut all| all.any(has_settings)) {
        None => "",
        Some(true) => {
            "this is a list of configurations: give the `properties` of its element authsettingsV2"
        }
        Some(false) => "this is a list of documents: give one of its elements",
    };
    Err(SettingsError::new(NotAnObject, detail, None))
}

/// The form of a whole document, outside a template.
pub(super) fn form_of_whole(root: Json<'_>) -> Result<Document, SettingsError> {
    if is_nested_resource(root) {
        let detail = "this is a nested resource of a deployment template: read the whole template, or the \
                      `properties` alone";
        return Err(SettingsError::new(OtherDocument, detail, None));
    }
    form(root)
}

/// The form of a document: by its ID and type first, then by members that only one form has.
pub(super) fn form(root: Json<'_>) -> Result<Document, SettingsError> {
    if let Some(resources) = root.get("resources").filter(|_| is_template(root)) {
        return in_template(resources);
    }
    if is_first_version(root) {
        return Err(SettingsError::first_version());
    }
    whole(root).map(Document::Whole).ok_or_else(|| not_settings(Some(root)))
}

fn whole(root: Json<'_>) -> Option<Form> {
    if let Some(properties) = root.get("properties") {
        return enveloped(root, properties);
    }
    // Sections of other documents have objects of this name.
    let has_routes = root.get("routes").is_some_and(|routes| routes.kind() == Kind::Array);
    if root.get("auth").is_some_and(Json::is_object) || has_routes || has_any(root, &STATIC_WEB_APP)
    {
        return Some(Form::StaticWebApp);
    }
    let providers = root.get("identityProviders");
    // One provider has a `login` as well.
    if root.get("registration").is_some_and(Json::is_object)
        && !has_any(root, &["platform", "globalValidation", "identityProviders", "httpSettings"])
    {
        return None;
    }
    if root.get("rolesSource").is_some() || providers_of(root).any(takes_ids_from_settings) {
        return Some(Form::StaticWebAppSection);
    }
    if providers.and_then(|providers| providers.get("openIdConnectProviders")).is_some() {
        return Some(Form::File);
    }
    if is_container_app(root) {
        return Some(Form::ContainerAppProperties);
    }
    has_sections(root).then_some(Form::AppServiceProperties)
}

fn enveloped(root: Json<'_>, properties: Json<'_>) -> Option<Form> {
    let (id, kind) = (text_of(root, "id"), text_of(root, "type"));
    if is_auth_config(&id, &kind) {
        return Some(Form::ContainerApp);
    }
    // Other resources also have `properties`. A second wrapper is a mistake that the linter finds.
    if !is_named_v2(&id, root)
        && !properties.is_null()
        && !has_sections(properties)
        && properties.get("properties").is_none()
        && !is_resource(root)
    {
        return None;
    }
    let is_web = id.contains("/microsoft.web/sites/") || kind.starts_with("microsoft.web/sites");
    let is_app = id.contains("/microsoft.app/containerapps/")
        || kind.starts_with("microsoft.app/containerapps");
    Some(if is_app || (!is_web && is_container_app(properties)) {
        Form::ContainerApp
    } else {
        Form::AppService
    })
}

/// Returns `true` if the ID or the type is that of a container app's settings.
fn is_auth_config(id: &str, kind: &str) -> bool {
    id.contains("/authconfigs/") || kind == "microsoft.app/containerapps/authconfigs"
}

fn is_named_v2(id: &str, root: Json<'_>) -> bool {
    id.contains("/config/authsettingsv2") || text_of(root, "name") == "authsettingsv2"
}

/// Returns `true` for a resource of a template with settings. Its name or its properties can be an
/// expression.
pub(super) fn is_resource(json: Json<'_>) -> bool {
    let (kind, name) = (text_of(json, "type"), text_of(json, "name"));
    let is_named = name == "authsettingsv2"
        || name.ends_with("/authsettingsv2")
        || name.contains("'authsettingsv2'")
        || name.contains("/authsettingsv2'");
    json.get("properties").is_some()
        && (kind == "microsoft.app/containerapps/authconfigs"
            || (kind == "authconfigs" && name == "current")
            || (is_named
                && matches!(
                    &*kind,
                    "config" | "microsoft.web/sites/config" | "microsoft.web/sites/slots/config"
                )))
}

/// Returns `true` for a resource whose type is relative to the site that it is nested in.
fn is_nested_resource(root: Json<'_>) -> bool {
    !text_of(root, "type").contains('/') && is_resource(root)
}

fn is_template(root: Json<'_>) -> bool {
    text_of(root, "$schema").contains("deploymenttemplate")
        || (root.get("contentVersion").is_some() && root.get("properties").is_none())
}

/// Finds the resource with settings in a template, also inside other resources and nested templates.
fn in_template(resources: Json<'_>) -> Result<Document, SettingsError> {
    let (mut open, mut found, mut seen) = (vec![resources], Vec::new(), 0_usize);
    while let Some(resources) = open.pop() {
        // A list, or an object by symbolic names.
        for resource in resources.list().chain(resources.values()) {
            seen = seen.saturating_add(1);
            if seen > MAX_RESOURCES {
                break;
            }
            if is_resource(resource) {
                found.push(resource);
                continue;
            }
            open.extend(resource.get("resources"));
            let nested = ["properties", "template", "resources"];
            open.extend(nested.iter().try_fold(resource, |json, name| json.get(name)));
        }
    }
    match found.as_slice() {
        [] => {
            let detail = "this is a deployment template without settings of Easy Auth";
            Err(SettingsError::new(OtherDocument, detail, None))
        }
        [resource] => match whole(*resource) {
            Some(form) => Ok(Document::InTemplate(form, resource.path())),
            None => Err(not_settings(None)),
        },
        several => {
            const MOST: usize = 10;
            let all: Vec<_> = several.iter().take(MOST).map(|own| own.path().to_string()).collect();
            let detail = format!("choose one by its pointer, or give it alone: {}", all.join(", "));
            Err(SettingsError::new(Several, &detail, None))
        }
    }
}

/// The error for an object that is not a settings document: what it is, and how to get the document.
pub(super) fn not_settings(root: Option<Json<'_>>) -> SettingsError {
    let Some(root) = root else { return SettingsError::new(OtherDocument, HOW, None) };
    let inner = root.get("properties").unwrap_or(root);
    let has = |name| root.get(name).is_some();
    let what = if inner.get("siteAuthSettingsV2").is_some() {
        "siteAuthSettingsV2 of config/web is ignored by the service"
    } else if has("StatusCode") && has("Content") {
        "this is the output of Invoke-AzRestMethod: the document is the string in its Content, as \
         `(Invoke-AzRestMethod ...).Content` prints it"
    } else if has("terraform_version") || has("resource_changes") {
        "this is Terraform state"
    } else if root.get("registration").is_some_and(Json::is_object) {
        "this is one provider, as `az webapp auth microsoft show` prints it"
    } else if has("error") || (has("Code") && has("Message")) {
        "this is an error that Azure Resource Manager answered"
    } else if has("value") {
        "this is a list of documents: give one element of its `value`"
    } else if has("$schema") && has("parameters") {
        "this is a parameter file of a template"
    } else {
        return SettingsError::new(OtherDocument, HOW, None);
    };
    let is_enough = what.contains("Content") || what.contains("`value`");
    let how = if is_enough { String::new() } else { format!("; {HOW}") };
    SettingsError::new(OtherDocument, &format!("{what}{how}"), None)
}

/// Returns `true` for `authsettings`, the flat settings of the first version, alone or in their envelope.
/// Members of the first version in a document of the second are misplaced.
pub(super) fn is_first_version(root: Json<'_>) -> bool {
    const MARKS: [&str; 3] =
        ["unauthenticatedClientAction", "tokenStoreEnabled", "additionalLoginParams"];
    let flat = root.get("properties").unwrap_or(root);
    let has_section =
        SECTIONS.iter().chain(&["auth"]).any(|name| flat.get(name).is_some_and(Json::is_object));
    // In this order, because most documents have sections.
    !has_section && has_any(flat, &MARKS) && {
        let (id, kind) = (text_of(root, "id"), text_of(root, "type"));
        !is_named_v2(&id, root) && !is_auth_config(&id, &kind)
    }
}

/// Members of a `staticwebapp.config.json` beside `auth` (Static Web Apps docs, "Configure").
const STATIC_WEB_APP: [&str; 4] =
    ["navigationFallback", "globalHeaders", "responseOverrides", "forwardingGateway"];

/// Returns `true` if a document without an ID is that of a container app: by members that only those have,
/// and by the names of secrets, which are in lower case with hyphens. Names of app settings have no hyphens.
fn is_container_app(sections: Json<'_>) -> bool {
    let blob = ["login", "tokenStore", "azureBlobStorage"]
        .iter()
        .try_fold(sections, |json, name| json.get(name));
    sections.get("encryptionSettings").is_some()
        || blob
            .is_some_and(|blob| has_any(blob, &["blobContainerUri", "managedIdentityResourceId"]))
        || blob.is_some_and(|blob| blob.values().any(names_a_secret))
        || providers_of(sections).any(|provider| {
            let registration = provider.get("registration");
            let credential = registration.and_then(|own| own.get("clientCredential"));
            registration.into_iter().chain(credential).flat_map(Json::values).any(names_a_secret)
        })
}

/// `"clientSecretSettingName": "microsoft-provider-authentication-secret"`
fn names_a_secret(member: Json<'_>) -> bool {
    let is_secret = |text: &str| {
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        text.contains('-') && text.bytes().all(is_name) && !crate::resource::is_guid(text)
    };
    member.name().ends_with("SettingName") && member.as_str().is_some_and(|text| is_secret(&text))
}

/// The providers, including the custom ones.
fn providers_of(sections: Json<'_>) -> impl Iterator<Item = Json<'_>> {
    let providers = sections.get("identityProviders").into_iter().flat_map(Json::values);
    providers.flat_map(|provider| std::iter::once(provider).chain(provider.values()))
}

/// Returns `true` for a registration with a member that only Static Web Apps has: there, settings hold the
/// client IDs.
fn takes_ids_from_settings(provider: Json<'_>) -> bool {
    const ID_SETTINGS: [&str; 3] =
        ["clientIdSettingName", "appIdSettingName", "consumerKeySettingName"];
    provider.get("registration").is_some_and(|own| has_any(own, &ID_SETTINGS))
}

/// Returns `true` for an object with one of the sections, or without members.
fn has_sections(object: Json<'_>) -> bool {
    object.is_object()
        && (object.values().next().is_none()
            || has_any(object, &SECTIONS)
            || object.get("clearInboundClaimsMapping").is_some())
}

fn has_any(object: Json<'_>, names: &[&str]) -> bool {
    object.values().any(|own| names.iter().any(|name| own.is_named(name)))
}

/// A string member, in lower case.
fn text_of(object: Json<'_>, name: &str) -> String {
    let text = object.get(name).filter(|own| own.kind() == Kind::String).and_then(Json::as_str);
    text.unwrap_or_default().to_ascii_lowercase()
}
