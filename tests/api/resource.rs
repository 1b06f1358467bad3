//! Resources, audiences and scopes.

use easyauth::{
    resource::{
        ALL, APP_CONFIGURATION, ARM, BATCH, COSMOS_DB, Cloud, DATA_EXPLORER, DATABRICKS, DATAVERSE,
        DEV_OPS, EVENT_HUBS, GRAPH, HEALTH_DATA, KEY_VAULT, MANAGED_HSM, POWER_BI, Resource,
        SERVICE_BUS, SHAREPOINT, SQL_DATABASE, STORAGE, Scope, ScopeError,
    },
    settings::{LoginParameters, LoginParametersError},
};

use crate::support::token;

#[track_caller]
fn check(resource: Resource, audience: &str, expected: bool) {
    assert_eq!(resource.has_audience(audience), expected);
    let token = token(&format!(r#"{{"aud":"{audience}"}}"#));
    assert_eq!(token.has_audience(resource), expected);
}

#[test]
fn by_app_id_or_by_uri() {
    check(ARM, "797f4846-ba00-4fd7-ba43-dac1f8f63013", true);
    check(ARM, "797F4846-BA00-4FD7-BA43-DAC1F8F63013", true);
    check(ARM, "https://management.azure.com", true);
    check(ARM, "https://management.azure.com/", true);
    check(ARM, "https://management.core.windows.net/", true);
    check(ARM, "https://management.azure.com//", false);
    check(ARM, "HTTPS://management.azure.com", false);
    check(ARM, "http://management.azure.com", false);
    check(ARM, "https://management.azure.com.evil.example", false);
    check(ARM, "https://management.azure.com/subscriptions", false);
    check(ARM, "api://797f4846-ba00-4fd7-ba43-dac1f8f63013", false);
    check(ARM, "", false);
    check(GRAPH, "00000003-0000-0000-c000-000000000000", true);
    check(GRAPH, "00000003-0000-0ff1-ce00-000000000000", false); // SharePoint
    check(SHAREPOINT, "00000003-0000-0ff1-ce00-000000000000", true);
    check(KEY_VAULT, "https://vault.azure.net", true);
    check(KEY_VAULT, "https://my-vault.vault.azure.net", false); // a vault is no audience
    check(POWER_BI, "https://analysis.windows.net/powerbi/api/", true); // it has a path
    check(POWER_BI, "https://analysis.windows.net/powerbi", false);
    check(DEV_OPS, "499b84ac-1321-427f-aa17-267ca6975798", true);
    check(MANAGED_HSM, "589d5083-6f11-4d30-a62a-a4b316a14abf", true);
    check(MANAGED_HSM, "https://managedhsm.azure.net", true);
}

#[test]
fn by_instance() {
    for kind in ["blob", "queue", "table", "file", "dfs"] {
        check(STORAGE, &format!("https://account1.{kind}.core.windows.net/"), true);
        let gov = format!("https://account1.{kind}.core.usgovcloudapi.net");
        check(STORAGE, &gov, false);
        check(STORAGE.in_cloud(Cloud::UsGov), &gov, true);
    }
    check(STORAGE, "https://account1.web.core.windows.net", false);
    check(STORAGE, "https://a.b.blob.core.windows.net", false);
    check(SERVICE_BUS, "https://orders.servicebus.windows.net", true);
    check(EVENT_HUBS, "https://orders.servicebus.windows.net/", true);
    check(COSMOS_DB, "https://a.table.cosmos.azure.com", true);
    check(APP_CONFIGURATION, "https://store.azconfig.io", true);
    check(DATA_EXPLORER, "https://help.westeurope.kusto.windows.net", true);
    check(DATA_EXPLORER, "https://a.b.c.kusto.windows.net", false);
    check(HEALTH_DATA, "https://ws-svc.fhir.azurehealthcareapis.com", true);
    check(SHAREPOINT, "https://contoso-my.sharepoint.com", true);
    check(DATAVERSE, "https://contoso.crm4.dynamics.com", true);
}

#[test]
fn by_cloud() {
    let gov = ARM.in_cloud(Cloud::UsGov);
    check(ARM, "https://management.usgovcloudapi.net", false);
    check(gov, "https://management.usgovcloudapi.net/", true);
    check(gov, "https://management.azure.com", false);
    check(gov, "797f4846-ba00-4fd7-ba43-dac1f8f63013", true);
    check(ARM.in_cloud(Cloud::China), "https://management.core.chinacloudapi.cn/", true);
    // The Department of Defense has its own Graph, and else the addresses of Azure Government.
    check(GRAPH.in_cloud(Cloud::UsGovDod), "https://dod-graph.microsoft.us", true);
    check(GRAPH.in_cloud(Cloud::UsGovDod), "https://graph.microsoft.us", false);
    check(GRAPH.in_cloud(Cloud::UsGov), "https://dod-graph.microsoft.us", false);
    check(ARM.in_cloud(Cloud::UsGovDod), "https://management.usgovcloudapi.net", true);
    // The same everywhere, and known nowhere.
    check(DATABRICKS.in_cloud(Cloud::China), "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d", true);
    check(DEV_OPS.in_cloud(Cloud::China), "499b84ac-1321-427f-aa17-267ca6975798", false);
    assert_eq!(DEV_OPS.in_cloud(Cloud::China).app_id(), None);
    assert_eq!(ARM.in_cloud(Cloud::France).app_id(), None);
    assert_eq!((ARM.cloud(), gov.cloud()), (Cloud::Public, Cloud::UsGov));
    assert_eq!(gov.in_cloud(Cloud::Public), ARM);
    assert_ne!(gov, ARM);
    assert_ne!(GRAPH, ARM);
    assert_eq!(
        (ARM.to_string(), gov.to_string()),
        ("Azure Resource Manager".to_owned(), "Azure Resource Manager (UsGov)".to_owned())
    );
    assert_eq!(format!("{gov:?}"), "Resource(Azure Resource Manager, UsGov)");
}

#[test]
fn of_an_audience() {
    #[track_caller]
    fn check(audience: &str, expected: Option<Resource>) {
        assert_eq!(Resource::of_audience(audience), expected);
    }
    check("https://management.azure.com", Some(ARM));
    check("00000003-0000-0000-c000-000000000000", Some(GRAPH));
    check("https://management.usgovcloudapi.net/", Some(ARM.in_cloud(Cloud::UsGov)));
    check("https://account1.blob.core.windows.net", Some(STORAGE));
    check("https://orders.servicebus.windows.net", None); // Service Bus, or Event Hubs
    check("api://my-api", None);
    check("", None);
}

/// The table is consistent: nothing is there twice, and everything leads back to itself.
#[test]
fn every_resource_of_the_table() {
    let mut names: Vec<&str> = ALL.iter().map(Resource::name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!((names.len(), ALL.len()), (54, 54));
    for public in ALL {
        for cloud in Cloud::ALL {
            let resource = public.in_cloud(*cloud);
            for uri in resource.audience_uris() {
                let own = ["https://", "api://AzureADTokenExchange"];
                assert!(own.iter().any(|start| uri.starts_with(start)), "{uri}");
                assert!(!uri.ends_with('/'), "{uri}");
                let found = Resource::of_audience(uri).map(|found| found.name());
                assert_eq!(found, Some(public.name()), "{uri}");
            }
            if let Some(app_id) = resource.app_id() {
                assert_eq!(
                    Resource::of_audience(app_id).map(|found| found.name()),
                    Some(public.name())
                );
                assert_eq!(app_id.len(), 36);
            }
            let scope = resource.default_scope();
            let parsed = Scope::parse(scope.as_str()).unwrap();
            assert_eq!((parsed.api(), parsed.name()), (scope.api(), scope.name()));
            assert_eq!(parsed.resource().map(|found| found.name()), Some(public.name()), "{scope}");
        }
    }
}

#[test]
fn scopes_of_resources() {
    #[track_caller]
    fn check(resource: Resource, name: &str, scope: &str, default: &str) {
        assert_eq!(resource.scope(name).as_str(), scope);
        assert_eq!(resource.default_scope().as_str(), default);
        assert_eq!(resource.scope(name).name(), name);
        assert_eq!(resource.scope(name).resource(), Some(resource));
    }
    check(
        ARM,
        "user_impersonation",
        "https://management.azure.com/user_impersonation",
        "https://management.azure.com/user_impersonation",
    );
    check(
        ARM.in_cloud(Cloud::UsGov),
        "user_impersonation",
        "https://management.core.usgovcloudapi.net/user_impersonation",
        "https://management.core.usgovcloudapi.net/user_impersonation",
    );
    check(
        GRAPH,
        "User.Read",
        "https://graph.microsoft.com/User.Read",
        "https://graph.microsoft.com/.default",
    );
    check(
        BATCH,
        "user_impersonation",
        "https://batch.core.windows.net//user_impersonation",
        "https://batch.core.windows.net//.default",
    );
    check(
        DEV_OPS,
        "vso.code",
        "499b84ac-1321-427f-aa17-267ca6975798/vso.code",
        "499b84ac-1321-427f-aa17-267ca6975798/.default",
    );
    check(
        SQL_DATABASE,
        "user_impersonation",
        "https://database.windows.net//user_impersonation",
        "https://database.windows.net//user_impersonation",
    );
    // Addresses differ by instance, so the app id stands for the API.
    check(
        DATAVERSE,
        "user_impersonation",
        "00000007-0000-0000-c000-000000000000/user_impersonation",
        "00000007-0000-0000-c000-000000000000/user_impersonation",
    );
    // Not known in that cloud: asked for as in the public one, for Entra to say so.
    let nowhere = DEV_OPS.in_cloud(Cloud::China).scope("x");
    assert_eq!(nowhere.as_str(), "499b84ac-1321-427f-aa17-267ca6975798/x");
}

#[test]
fn resources_of_your_own() {
    const ID: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
    const API: Resource = Resource::new("Orders", &["api://orders", "https://orders.example.com"]);
    const WITH_ID: Resource = API.with_app_id(ID);
    check(API, "api://orders/", true);
    check(API, "https://orders.example.com", true);
    check(API, ID, false);
    check(WITH_ID, ID, true);
    check(WITH_ID.in_cloud(Cloud::China), "api://orders", true);
    assert_eq!(API.default_scope().as_str(), "api://orders/.default");
    let only_id = Resource::new("Orders", &[]).with_app_id(ID);
    assert_eq!(only_id.scope("x").as_str(), format!("{ID}/x"));
    assert_eq!((API.name(), WITH_ID.app_id()), ("Orders", Some(ID)));
    assert_eq!(ARM.with_app_id(ID), ARM);
}

#[test]
fn equality_of_resources() {
    const A: Resource = Resource::new("A", &["api://a"]);
    let others = [
        Resource::new("B", &["api://a"]),
        Resource::new("A", &["api://b"]),
        A.with_app_id("6e74172b-be56-4843-9ff4-e66a39bb12e3"),
        A.in_cloud(Cloud::China),
    ];
    assert_eq!(A, Resource::new("A", &["api://a"]));
    assert!(others.iter().all(|other| *other != A));
}

#[test]
fn scopes() {
    #[track_caller]
    fn check(text: &str, api: Option<&str>, name: &str, resource: Option<Resource>, openid: bool) {
        let scope: Scope = text.parse().unwrap();
        assert_eq!((scope.api(), scope.name(), scope.resource()), (api, name, resource));
        assert_eq!((scope.is_openid(), scope.to_string().as_str()), (openid, text));
        assert_eq!((scope.as_ref(), format!("{scope:?}")), (text, format!("Scope({text})")));
    }
    check(
        "https://management.azure.com/user_impersonation",
        Some("https://management.azure.com"),
        "user_impersonation",
        Some(ARM),
        false,
    );
    check(
        "https://management.core.windows.net//user_impersonation",
        Some("https://management.core.windows.net/"),
        "user_impersonation",
        Some(ARM),
        false,
    );
    check("api://my-api/Files.Read", Some("api://my-api"), "Files.Read", None, false);
    check(
        "797f4846-ba00-4fd7-ba43-dac1f8f63013/.default",
        Some("797f4846-ba00-4fd7-ba43-dac1f8f63013"),
        ".default",
        Some(ARM),
        false,
    );
    check("User.Read", None, "User.Read", Some(GRAPH), false);
    for name in ["openid", "profile", "email", "offline_access", "address", "phone"] {
        check(name, None, name, None, true);
    }
    check("api://my-api/openid", Some("api://my-api"), "openid", None, false);
}

#[test]
fn texts_that_are_no_scope() {
    #[track_caller]
    fn check(text: &str, error: ScopeError, message: &str) {
        assert_eq!(Scope::parse(text).unwrap_err(), error);
        assert_eq!(error.to_string(), message);
    }
    check("", ScopeError::Empty, "the scope is empty");
    let byte = |position| ScopeError::InvalidByte { position };
    let message =
        |position| format!("the scope has a byte at position {position} that no scope has");
    check("openid profile", byte(6), &message(6));
    check("a\"b", byte(1), &message(1));
    check("a\\b", byte(1), &message(1));
    check("é", byte(0), &message(0));
    check("a\u{7f}", byte(1), &message(1));
    let name = "the scope names an API and no permission of it";
    check("https://management.azure.com/", ScopeError::MissingName, name);
    check("https://management.azure.com", ScopeError::MissingName, name);
    check("api://my-api", ScopeError::MissingName, name);
    check("https://", ScopeError::MissingName, name);
    check("/", ScopeError::MissingName, name);
    check("/x", ScopeError::MissingApi, "the scope has a slash and no API in front of it");
    // A scope was taken for the API, and a scope made of it once more.
    let twice = "the scope has /.default inside: name the API without it";
    check("https://graph.microsoft.com/.default/.default", ScopeError::DefaultInApi, twice);
    check("api://orders/.default/Orders.Read", ScopeError::DefaultInApi, twice);
}

#[test]
fn login_parameters() {
    #[track_caller]
    fn check(scopes: &[&str], wire: &str) {
        let parameters = LoginParameters::builder().scopes(scopes).build().unwrap();
        assert_eq!(parameters.to_wire(), [format!("scope={wire}")]);
        assert_eq!(parameters.scopes().count(), wire.split(' ').count());
    }
    #[track_caller]
    fn refused(scopes: &[&str], error: LoginParametersError, message: &str) {
        assert_eq!(LoginParameters::builder().scopes(scopes).build().unwrap_err(), error);
        assert_eq!(error.to_string(), message);
    }
    check(&["openid", "email", "openid"], "openid email");
    check(
        &["openid", "User.Read", "https://graph.microsoft.com/Mail.Read"],
        "openid User.Read https://graph.microsoft.com/Mail.Read",
    );
    check(&["api://a/x", "api://a/y"], "api://a/x api://a/y");
    check(
        &["https://management.azure.com/a", "https://management.core.windows.net//b"],
        "https://management.azure.com/a https://management.core.windows.net//b",
    );
    check(&["openid", "api://a/.default"], "openid api://a/.default");
    refused(&[], LoginParametersError::Empty, "there is no login parameter");
    let two = LoginParametersError::TwoResources { entry: 0 };
    let message = "loginParameters[0]: the scopes are of more than one API, and a token is for one";
    refused(&["User.Read", "api://a/x"], two.clone(), message);
    refused(&["api://a/x", "openid", "api://b/x"], two.clone(), message);
    refused(
        &["https://management.azure.com/a", "https://management.usgovcloudapi.net/a"],
        two,
        message,
    );
}
