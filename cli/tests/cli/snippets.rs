//! `--as TOOL`: each snippet is read by a parser of its language, and has exactly the values of the
//! document.

use std::fs;

use crate::{
    Outcome,
    languages::{body_in_bash, body_of_azapi, here_string, properties_in_bicep, whole_numbers},
    rejected, run, shows,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const STORY: &str = "../examples/authsettings.json";
const CONTAINER_APP: &str = "../tests/data/settings/container-app.json";
const SITE: &str = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/orders-rg/\
                    providers/Microsoft.Web/sites/orders";
const WITH_ARM: &str = "scope=openid email profile https://management.azure.com/user_impersonation";
const TOOLS: [&str; 5] = ["az-rest", "bicep", "terraform-azapi", "terraform-azurerm", "powershell"];

fn add_scope(document: &str, tool: &str) -> Outcome {
    run(&["settings", "add-scope", "arm", "user_impersonation", "--as", tool], document)
}

fn story() -> String {
    fs::read_to_string(STORY).unwrap()
}

/// The story with these login parameters, and this client ID.
fn with_values(entries: &[&str], client_id: &str) -> Value {
    let mut document: Value = serde_json::from_str(&story()).unwrap();
    let entra = &mut document["properties"]["identityProviders"]["azureActiveDirectory"];
    entra["login"]["loginParameters"] = json!(entries);
    entra["registration"]["clientId"] = json!(client_id);
    document
}

fn after(document: &str) -> Value {
    let outcome = add_scope(document, "json");
    assert_eq!(outcome.status, 0, "{}", outcome.err);
    serde_json::from_str(&outcome.out).unwrap()
}

#[test]
fn json_is_the_changed_document() {
    let plain = run(&["settings", "add-scope", "arm", "user_impersonation", STORY], "");
    let json = add_scope(&story(), "json");
    assert_eq!((json.out, json.err, json.status), (plain.out, plain.err, 0));
}

#[test]
fn the_story_in_terraform() {
    let azapi = add_scope(&story(), "terraform-azapi");
    assert_eq!(
        azapi.out,
        format!(
            r#"resource "azapi_update_resource" "auth_settings" {{
  type      = "Microsoft.Web/sites/config@2025-05-01"
  parent_id = "{SITE}"
  name      = "authsettingsV2"
  body = {{
    properties = {{
      identityProviders = {{
        azureActiveDirectory = {{
          login = {{
            loginParameters = [
              "{WITH_ARM}",
            ]
          }}
        }}
      }}
    }}
  }}
}}
"#
        )
    );
    let azurerm = add_scope(&story(), "terraform-azurerm");
    assert_eq!(
        azurerm.out,
        r#"# In the resource of the app, such as azurerm_linux_web_app:
auth_settings_v2 {
  active_directory_v2 {
    login_parameters = {
      scope = "openid email profile https://management.azure.com/user_impersonation"
    }
  }
}
"#
    );
    let note = "note: these are the changed attributes: keep the others of auth_settings_v2\n";
    assert!(azurerm.err.ends_with(note), "{}", azurerm.err);
    hcl::parse(&azurerm.out).unwrap();
}

#[test]
fn the_story_in_bicep() {
    let start = "resource site 'Microsoft.Web/sites@2025-05-01' existing = {
  name: 'orders'
}

resource authSettings 'Microsoft.Web/sites/config@2025-05-01' = {
  parent: site
  name: 'authsettingsV2'
  properties: {
    clearInboundClaimsMapping: 'false'
";
    let bicep = add_scope(&story(), "bicep");
    assert!(bicep.out.starts_with(start), "{}", bicep.out);
    let parameters =
        format!("          loginParameters: [\n            '{WITH_ARM}'\n          ]\n");
    assert!(bicep.out.contains(&parameters), "{}", bicep.out);
    assert_eq!(
        properties_in_bicep(&bicep.out),
        whole_numbers(after(&story())["properties"].take())
    );
    // A slot, and a container app.
    let slot = story().replace("/sites/orders/config", "/sites/orders/slots/staging/config");
    shows(
        &add_scope(&slot, "bicep").out,
        &[
            "resource slot 'Microsoft.Web/sites/slots@2025-05-01' existing = { parent: site name: 'staging' }",
            "resource authSettings 'Microsoft.Web/sites/slots/config@2025-05-01' = { parent: slot",
        ],
    );
    let app = fs::read_to_string(CONTAINER_APP).unwrap();
    let app = add_scope(&app, "bicep").out;
    shows(&app, &["'Microsoft.App/containerApps/authConfigs@2026-07-01' = {", "name: 'current'"]);
    properties_in_bicep(&app);
}

/// The address is that of the cloud in which the application is.
#[test]
fn the_story_in_a_national_cloud() {
    let path = format!("{SITE}/config/authsettingsV2?api-version=2025-05-01");
    let url = |host: &str| format!("--url 'https://{host}{path}'");
    let gov = story().replace("sts.windows.net", "login.microsoftonline.us");
    let in_gov = url("management.usgovcloudapi.net");
    shows(
        &add_scope(&gov, "az-rest").out,
        &[&in_gov, "https://management.core.usgovcloudapi.net/user_"],
    );
    let all = ["settings", "add-scope", "arm", "user_impersonation", "--as", "az-rest"];
    let with = |cloud| run(&[&all[..], &["--cloud", cloud]].concat(), &gov).out;
    shows(&with("public"), &[&url("management.azure.com"), "https://management.azure.com/user_"]);
    shows(&with("us-gov-dod"), &[&in_gov]);
    let off = gov.replace("\"validateNonce\": true", "\"validateNonce\": false");
    shows(&run(&["settings", "lint", "--fix", "--as", "az-rest"], off).out, &[&in_gov]);
}

#[test]
fn the_story_in_shells() {
    let address = format!("{SITE}/config/authsettingsV2?api-version=2025-05-01");
    let document = add_scope(&story(), "json").out;
    let document = document.trim_end();
    assert_eq!(
        add_scope(&story(), "az-rest").out,
        format!(
            "az rest --method put \\\n  --url 'https://management.azure.com{address}' \\\n  --headers \
             Content-Type=application/json \\\n  --body @- <<'SETTINGS'\n{document}\nSETTINGS\n"
        )
    );
    assert_eq!(
        add_scope(&story(), "powershell").out,
        format!(
            "$settings = @'\n{document}\n'@\nInvoke-AzRestMethod -Method PUT -Path '{address}' \
             -Payload $settings\n"
        )
    );
}

/// A document without `id` gets a variable.
#[test]
fn an_unknown_site_is_a_variable() {
    let mut document: Value = serde_json::from_str(&story()).unwrap();
    let properties = document["properties"].take().to_string();
    for (tool, excerpt, variable) in [
        ("az-rest", "--url \"https://management.azure.com$SITE\"'/config/authsettingsV2?", "$SITE"),
        ("powershell", "-Path ($site + '/config/authsettingsV2?", "$site"),
        ("terraform-azapi", "parent_id = var.site_id", "var.site_id"),
    ] {
        let outcome = add_scope(&properties, tool);
        shows(&outcome.out, &[excerpt]);
        let note = format!("the document has no id: set {variable} to the resource ID of the site");
        shows(&outcome.err, &[&note]);
    }
    shows(&add_scope(&properties, "bicep").out, &["param siteName string", "name: siteName"]);
    assert!(add_scope(&properties, "powershell").out.contains("@'\n{\"properties\":{"));
}

/// What a tool cannot express is said.
#[test]
fn limits_of_tools_are_named() {
    let file = fs::read_to_string("../tests/data/settings/auth.json").unwrap();
    let static_web_app =
        fs::read_to_string("../tests/data/settings/staticwebapp.config.json").unwrap();
    let add = |tool| ["settings", "add-scope", "arm", "user_impersonation", "--as", tool];
    for tool in TOOLS {
        for document in [&file, &static_web_app] {
            rejected(
                &add(tool),
                document,
                "this document is kept with the application, not at Azure Resource Manager; only \
                 --as json can express it",
            );
        }
    }
    let app = fs::read_to_string(CONTAINER_APP).unwrap();
    rejected(
        &add("terraform-azurerm"),
        app,
        "azurerm has no resource for the settings of Container Apps; use --as terraform-azapi",
    );
    let part = r#"{"platform":{"enabled":true},"identityProviders":{}}"#;
    for tool in ["az-rest", "powershell"] {
        rejected(
            &add(tool),
            part,
            "a PUT replaces all settings, so these sections would return to the defaults: \
             globalValidation, login, httpSettings; read the whole document first, and change that",
        );
    }
    let lacks = "the document lacks globalValidation, login, httpSettings: saving it resets them";
    assert_eq!(add_scope(part, "bicep").err.matches(lacks).count(), 1);
    // What azurerm loses.
    for (entries, problem) in [
        (&["claims=a=b"][..], "it loses a value with an equals sign"),
        (&["prompt"], "an entry is not key=value"),
    ] {
        let outcome = add_scope(&with_values(entries, "1").to_string(), "terraform-azurerm");
        let note = format!(
            "azurerm cannot express /identityProviders/azureActiveDirectory/login/loginParameters: \
             {problem}"
        );
        shows(&outcome.err, &[&note]);
        assert_eq!(outcome.out, "");
    }
    let again = add_scope(&add_scope(&story(), "json").out, "bicep");
    assert_eq!(again.out, "");
    shows(&again.err, &["there is nothing to change"]);
    rejected(
        &["settings", "add-scope", "arm", "a", STORY, "--as", "pulumi"],
        "",
        "--as: expected json, az-rest, bicep, terraform-azapi, terraform-azurerm, powershell",
    );
    rejected(
        &["settings", "add-scope", "arm", "a", STORY, "--as", "bicep", "--diff"],
        "",
        "--as and --diff cannot be combined",
    );
}

/// `settings request` rejects the same documents. Terraform prints only the change.
#[test]
fn documents_that_cannot_be_sent_are_rejected() {
    #[track_caller]
    fn check(document: &str, tools: &[&str], error: &str) {
        for tool in TOOLS {
            let outcome = add_scope(document, tool);
            let is_rejected = outcome.err == format!("error: {error}\n") && outcome.out.is_empty();
            assert_eq!(is_rejected, tools.contains(&tool), "{tool}: {}", outcome.err);
        }
    }
    let mut document: Value = serde_json::from_str(&story()).unwrap();
    document["properties"]["httpSettings"] = json!("System.Collections.Hashtable");
    check(
        &document.to_string(),
        &["az-rest", "bicep", "powershell"],
        "expected objects; read the whole document again to replace httpSettings",
    );
    let template = "expected the settings of one site, found a deployment template: deploy it; --as \
                    json prints it";
    let resource = of_template(&json!("orders/authsettingsV2"), "Microsoft.Web/sites/config");
    check(&resource.to_string(), &["az-rest", "powershell"], template);
    check(&template_of(&resource), &["az-rest", "powershell"], template);
}

/// The settings of the story as a resource of a template.
fn of_template(name: &Value, kind: &str) -> Value {
    let mut document: Value = serde_json::from_str(&story()).unwrap();
    json!({
        "type": kind,
        "apiVersion": "2025-05-01",
        "name": name,
        "properties": document["properties"].take(),
    })
}

fn template_of(resource: &Value) -> String {
    let schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
    json!({"$schema": schema, "resources": [resource]}).to_string()
}

/// A resource of a template has no ID: its type, and those around it, say that it is of a slot.
#[test]
fn the_slot_of_a_template_is_a_variable() {
    #[track_caller]
    fn check(document: &str) {
        let bicep = add_scope(document, "bicep").out;
        let resources = "@description('The name of the site.')
param siteName string

@description('The name of the slot.')
param slotName string

resource site 'Microsoft.Web/sites@2025-05-01' existing = {
  name: siteName
}

resource slot 'Microsoft.Web/sites/slots@2025-05-01' existing = {
  parent: site
  name: slotName
}

resource authSettings 'Microsoft.Web/sites/slots/config@2025-05-01' = {
  parent: slot
  name: 'authsettingsV2'
";
        assert!(bicep.starts_with(resources), "{bicep}");
        properties_in_bicep(&bicep);
        let azapi = add_scope(document, "terraform-azapi");
        let head =
            r#"type = "Microsoft.Web/sites/slots/config@2025-05-01" parent_id = var.slot_id"#;
        shows(&azapi.out, &[head]);
        let note = "note: the document has no id: set var.slot_id to the resource ID of the slot\n";
        assert!(azapi.err.contains(note), "{}", azapi.err);
        let azurerm = add_scope(document, "terraform-azurerm").out;
        shows(&azurerm, &["# In the resource of the slot, such as azurerm_linux_web_app_slot:"]);
    }
    let name = json!("orders/staging/authsettingsV2");
    let resource = |kind: &str| of_template(&name, kind);
    check(&resource("Microsoft.Web/sites/slots/config").to_string());
    check(&resource("microsoft.web/sites/SLOTS/config").to_string());
    check(&template_of(&resource("Microsoft.Web/sites/slots/config")));
    let nested = |kind: &str| {
        let own = of_template(&json!("authsettingsV2"), "config");
        json!({"type": kind, "name": "x", "resources": [own]})
    };
    check(&template_of(&nested("Microsoft.Web/sites/slots")));
    let site = json!({"type": "Microsoft.Web/sites", "name": "x", "resources": [nested("slots")]});
    check(&template_of(&site));
    // No slot.
    let production = add_scope(&template_of(&nested("Microsoft.Web/sites")), "bicep").out;
    shows(&production, &["resource authSettings 'Microsoft.Web/sites/config@2025-05-01' = {"]);
    assert!(!production.contains("slot"), "{production}");
    // A slot with an ID.
    let slot = story().replace("/sites/orders/config", "/sites/orders/slots/staging/config");
    shows(&add_scope(&slot, "terraform-azurerm").out, &["such as azurerm_linux_web_app_slot:"]);
}

/// The service finds names in any case, and the tools do not.
#[test]
fn names_are_spelled_as_the_tools_expect_them() {
    #[track_caller]
    fn check(document: &str) {
        let bicep = add_scope(document, "bicep").out;
        let expected = whole_numbers(after(&story())["properties"].take());
        assert_eq!(properties_in_bicep(&bicep), expected);
        for tool in ["terraform-azapi", "terraform-azurerm"] {
            let (own, story) = (add_scope(document, tool), add_scope(&story(), tool));
            assert_eq!((own.out, own.err), (story.out, story.err));
        }
    }
    /// As PowerShell and .NET spell names.
    fn capitalized(value: Value) -> Value {
        let Value::Object(members) = value else { return value };
        let member = |(name, value): (String, Value)| {
            (format!("{}{}", name[..1].to_uppercase(), &name[1..]), capitalized(value))
        };
        Value::Object(members.into_iter().map(member).collect())
    }
    let envelope = story().replacen("\"properties\"", "\"Properties\"", 1);
    check(&envelope);
    let mut document: Value = serde_json::from_str(&story()).unwrap();
    document["properties"] = capitalized(document["properties"].take());
    check(&document.to_string());
    // Of duplicates in several cases, the last wins.
    let require = "\"requireAuthentication\": true";
    let (lower, upper) = ("requireAuthentication", "RequireAuthentication");
    for (first, last) in [(lower, upper), (upper, lower)] {
        let twice = format!("\"{first}\": false, \"{last}\": true");
        check(&story().replacen(require, &twice, 1));
    }
    // The names of custom providers are free.
    let custom = json!({"Login": {"registration": {"clientId": "x"}}});
    document["properties"]["IdentityProviders"]["CustomOpenIdConnectProviders"] = custom.clone();
    let bicep = properties_in_bicep(&add_scope(&document.to_string(), "bicep").out);
    assert_eq!(bicep["identityProviders"]["customOpenIdConnectProviders"], custom);
}

/// What azurerm checks, and where it has blocks of one name.
#[test]
fn fixes_are_printed_as_azurerm_has_them() {
    #[track_caller]
    fn check(changes: &[(&str, Value)], out: &str, note: &str) {
        let mut document: Value = serde_json::from_str(&story()).unwrap();
        for (section, value) in changes {
            let (parent, name) = section.rsplit_once('/').unwrap();
            let parent = format!("/properties{parent}");
            document.pointer_mut(&parent).unwrap()[name] = value.clone();
        }
        let args = ["settings", "lint", "--fix", "--as", "terraform-azurerm", "-"];
        let outcome = run(&args, document.to_string());
        let block = outcome.out.split_once('\n').map_or("", |(_, block)| block);
        let block = block.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(block, out);
        hcl::parse(&outcome.out).unwrap();
        shows(&outcome.err, &[note]);
    }
    let custom = "/identityProviders/customOpenIdConnectProviders";
    let provider = |login: Value| {
        json!({
            "registration": {
                "clientId": "x",
                "openIdConnectConfiguration": {
                    "wellKnownOpenIdConfiguration": "https://idp.example/.well-known/openid-configuration"
                },
                "clientCredential": {"clientSecretSettingName": "S"},
            },
            "login": login,
        })
    };
    let misnamed = provider(json!({"nameClaimType": "name", "scope": ["openid"]}));
    check(
        &[(custom, json!({"okta": misnamed, "ping": misnamed}))],
        "auth_settings_v2 { custom_oidc_v2 { name = \"okta\" scopes = [ \"openid\", ] } \
         custom_oidc_v2 { name = \"ping\" scopes = [ \"openid\", ] } }",
        "note: fixed: ST4",
    );
    let action = "/globalValidation/unauthenticatedClientAction";
    check(
        &[(action, json!("RejectWith403"))],
        "auth_settings_v2 { unauthenticated_action = \"Return403\" }",
        "note: fixed: UN6",
    );
    check(
        &[(action, json!("RejectWith404"))],
        "",
        "note: azurerm cannot express /globalValidation/unauthenticatedClientAction: it accepts \
         AllowAnonymous, RedirectToLoginPage, Return401, Return403",
    );
}

/// An expression of a template is not text of Bicep or Terraform.
#[test]
fn expressions_of_templates_are_named() {
    let template = r#"{"type":"Microsoft.Web/sites/config","apiVersion":"2022-03-01","name":"x/authsettingsV2","properties":{"platform":{"enabled":"[parameters('on')]"},"globalValidation":{},"identityProviders":{"azureActiveDirectory":{"registration":{"clientId":"[parameters('id')]","clientSecretSettingName":"S"}}},"login":{},"httpSettings":{}}}"#;
    let bicep = add_scope(template, "bicep");
    shows(
        &bicep.err,
        &["write them in Bicep: /identityProviders/azureActiveDirectory/registration/clientId, \
           /platform/enabled"],
    );
}

/// The fixes of lint.
#[test]
fn fixes_are_printed() {
    let before = story().replace("\"validateNonce\": true", "\"validateNonce\": false");
    let lint = |args: &[&str], stdin: &str| {
        run(&[&["settings", "lint", "--fix", "--as"], args].concat(), stdin)
    };
    let azapi = lint(&["terraform-azapi", "-"], &before);
    assert_eq!(body_of_azapi(&azapi.out), json!({"login": {"nonce": {"validateNonce": true}}}));
    shows(&azapi.err, &["note: fixed: LO1", "note: left: warning EX1", "note: left: info AZ3"]);
    let azurerm = lint(&["terraform-azurerm", "-"], &before).out;
    shows(&azurerm, &["auth_settings_v2 { login { validate_nonce = true } }"]);
    let json = lint(&["json", "-"], &before).out;
    assert_eq!(json, story());
    // No file is changed.
    let before = story();
    lint(&["bicep", STORY], "");
    assert_eq!(story(), before);
    // A removed member.
    let empty =
        before.replace("\"jwtClaimChecks\": {}", "\"jwtClaimChecks\": {\"allowedGroups\": []}");
    let azapi = lint(&["terraform-azapi", "-"], &empty);
    shows(
        &azapi.err,
        &[
            "azapi_update_resource cannot remove /identityProviders/azureActiveDirectory/validation/jwtClaimChecks/allowedGroups: use --as az-rest for that",
        ],
    );
    let azurerm = lint(&["terraform-azurerm", "-"], &empty);
    shows(&azurerm.err, &["remove the attribute active_directory_v2.jwt_allowed_groups"]);
    rejected(
        &["settings", "lint", "--fix", "--as", "json", STORY, STORY],
        "",
        "--as needs exactly one document",
    );
    rejected(&["settings", "lint", "--as", "json", STORY], "", "--fix is missing");
}

/// Strings that end, or start something, in one of the languages. The grammar for Bicep takes `//` at the
/// start of a string for a comment, so it is not among them.
fn hostile() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "'",
        "\"",
        "\\",
        "$",
        "{",
        "}",
        "${",
        "%{",
        "$(",
        "`",
        "'@",
        "@'",
        "\n",
        "\r",
        "\t",
        "\\n",
        "\n'@\n",
        "\nSETTINGS\n",
        "''",
        "\u{2019}",
        "\u{2018}@",
        "#",
        "'''",
        "<<EOF",
        "$$",
        "%%",
        "a",
        " ",
        "ü",
        "\u{202e}",
        "\u{1b}",
        "😀",
        "[",
        "]",
        "\u{0}",
    ];
    prop::collection::vec(prop::sample::select(PIECES), 0..12).prop_map(|own| own.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    /// Quotes, interpolations, here-strings and line breaks in values stay data in each tool.
    #[test]
    fn values_stay_data(value in hostile(), client in hostile()) {
        let entry = format!("x={value}");
        let mut document = with_values(&[&entry], &client).to_string();
        let is_placeholder = add_scope(&document, "json").status != 0;
        if is_placeholder {
            // Nothing is added beside `${name}`, so only the client ID is tried.
            document = with_values(&["x="], &client).to_string();
        }
        let (entry, value) = if is_placeholder { ("x=".into(), String::new()) } else { (entry, value) };
        let expected = after(&document);
        let sections = whole_numbers(expected["properties"].clone());
        let parameters = &expected["properties"]["identityProviders"]["azureActiveDirectory"]["login"]["loginParameters"];
        prop_assert_eq!(&parameters[0], &json!(entry));

        let bicep = add_scope(&document, "bicep").out;
        prop_assert_eq!(properties_in_bicep(&bicep), sections);

        let azapi = body_of_azapi(&add_scope(&document, "terraform-azapi").out);
        let own = azapi.pointer("/identityProviders/azureActiveDirectory/login/loginParameters");
        prop_assert_eq!(own, Some(parameters));

        let azurerm = add_scope(&document, "terraform-azurerm").out;
        if !value.contains('=') {
            let body: Value = hcl::eval::from_str(&azurerm, &hcl::eval::Context::new()).unwrap();
            let map = &body["auth_settings_v2"]["active_directory_v2"]["login_parameters"];
            prop_assert_eq!(&map["x"], &json!(value));
        }

        let powershell = add_scope(&document, "powershell").out;
        let sent: Value = serde_json::from_str(&here_string(&powershell)).unwrap();
        prop_assert_eq!(&sent, &expected);

        let az_rest = add_scope(&document, "az-rest").out;
        if let Some(body) = body_in_bash(&az_rest) {
            let sent: Value = serde_json::from_str(&body).unwrap();
            prop_assert_eq!(&sent, &expected);
        }
    }
}
