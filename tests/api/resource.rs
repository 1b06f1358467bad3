//! Resources, audiences and scopes.

use easyauth::{
    resource::{
        AI_SEARCH, ALL, APP_CONFIGURATION, APP_SERVICE, ARM, BATCH, COGNITIVE_SERVICES,
        COMMUNICATION, CONTAINER_REGISTRY, COSMOS_DB, Cloud, DATA_EXPLORER, DATABRICKS, DATAVERSE,
        DEV_OPS, DYNAMIC_SESSIONS, EVENT_HUBS, GRAPH, HEALTH_DATA, IOT_HUB, KEY_VAULT,
        MACHINE_LEARNING, MANAGED_GRAFANA, MANAGED_HSM, MONITOR, OSS_RDBMS, POWER_BI, RELAY,
        Resource, SERVICE_BUS, SHAREPOINT, SIGNALR, SQL_DATABASE, STORAGE, SYNAPSE, Scope,
        ScopeErrorKind, TOKEN_EXCHANGE, VPN_CLIENT,
    },
    settings::{LoginParameters, LoginParametersErrorKind},
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
    check(KEY_VAULT, "https://my-vault.vault.azure.net", false); // the address of one vault is not an audience
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

/// The part in which the hosts of instances differ is one DNS label.
#[test]
fn by_instance_with_one_label() {
    let blob = |host: &str, expected| {
        check(STORAGE, &format!("https://{host}.blob.core.windows.net"), expected);
    };
    blob("a-b", true);
    blob("a.b", false);
    blob("-a", false);
    blob("a-", false);
    blob("", false);
    blob("evil.example/", false);
    blob("evil.example#", false);
    blob(&"a".repeat(63), true);
    blob(&"a".repeat(64), false);
    check(STORAGE, "https://blob.core.windows.net", false);
    check(STORAGE, "https://account1.blob.core.windows.net.evil.example", false);
    // With a number at its end, or with a region below it.
    let crm = |host: &str, expected| {
        check(DATAVERSE, &format!("https://{host}.dynamics.com"), expected);
    };
    crm("contoso.crm", true);
    crm("contoso.crm22", true);
    crm("contoso.crm222", false);
    crm("contoso.crmx", false);
    crm("a.b.crm4", false);
    crm("crm4", false);
    check(DATA_EXPLORER, "https://contoso.kusto.windows.net", false);
}

#[test]
fn by_cloud() {
    let gov = ARM.in_cloud(Cloud::UsGov);
    check(ARM, "https://management.usgovcloudapi.net", false);
    check(gov, "https://management.usgovcloudapi.net/", true);
    check(gov, "https://management.azure.com", false);
    check(gov, "797f4846-ba00-4fd7-ba43-dac1f8f63013", true);
    check(ARM.in_cloud(Cloud::China), "https://management.core.chinacloudapi.cn/", true);
    // The Department of Defense has its own Microsoft Graph. Its other addresses are those of Azure
    // Government.
    check(GRAPH.in_cloud(Cloud::UsGovDod), "https://dod-graph.microsoft.us", true);
    check(GRAPH.in_cloud(Cloud::UsGovDod), "https://graph.microsoft.us", false);
    check(GRAPH.in_cloud(Cloud::UsGov), "https://dod-graph.microsoft.us", false);
    check(ARM.in_cloud(Cloud::UsGovDod), "https://management.usgovcloudapi.net", true);
    // The same in every cloud, and unknown in a cloud.
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
fn clouds_of_issuers() {
    #[track_caller]
    fn check(issuer: &str, expected: Option<Cloud>) {
        assert_eq!(Cloud::of_issuer(issuer), expected);
    }
    check("https://login.microsoftonline.com/common/v2.0", Some(Cloud::Public));
    check("https://login.microsoftonline.us/contoso.onmicrosoft.us/v2.0", Some(Cloud::UsGov));
    check("HTTPS://Login.MicrosoftOnline.us/common", Some(Cloud::UsGov));
    check("https://login.partner.microsoftonline.cn/common/v2.0", Some(Cloud::China));
    check("https://sts.chinacloudapi.cn/common/", Some(Cloud::China));
    check("https://login.sovcloud-identity.fr/common/v2.0", Some(Cloud::France));
    check("https://login.sovcloud-identity.de/common/v2.0", Some(Cloud::Germany));
    check("https://login.sovcloud-identity.sg", Some(Cloud::Singapore));
    // Version 1.0 issuers of the public cloud and of Azure Government.
    check("https://sts.windows.net/common/", Some(Cloud::Public));
    // Other hosts of the libraries.
    check("https://login.windows.net/common/", Some(Cloud::Public));
    check("https://westus2.login.microsoft.com/common/v2.0", Some(Cloud::Public));
    check("https://login-us.microsoftonline.com/common/v2.0", Some(Cloud::Public));
    check("https://login.usgovcloudapi.net/common/", Some(Cloud::UsGov));
    check("https://login.chinacloudapi.cn/common/", Some(Cloud::China));
    // Anyone can register names in these domains.
    for host in ["contoso.web.core.windows.net", "evilmicrosoftonline.com", "a.windows.net"] {
        check(&format!("https://{host}/common/v2.0"), None);
    }
    // External ID, another provider, and no issuer.
    check("https://contoso.ciamlogin.com/common/v2.0", None);
    check("https://login.microsoftonline.us.example.com/v2.0", None);
    check("http://login.microsoftonline.us/common/v2.0", None);
    check("https://login.microsoftonline.us:443/common/v2.0", Some(Cloud::UsGov));
    // Addresses whose host is another one.
    for other in ["evil.example?.", "evil.example#.", r"evil.example\.", "evil.example/."] {
        check(&format!("https://{other}microsoftonline.us/common/v2.0"), None);
    }
    check("https://login.microsoftonline.us@evil.example/common/v2.0", None);
    check("https://evil.example@login.microsoftonline.us/common/v2.0", None);
    check("https://login.microsoftonline.us:443@evil.example/common/v2.0", None);
    check("https://login.microsoftonline.us?x", Some(Cloud::UsGov));
    check("https://login.microsoftonline.us./common/v2.0", None);
    check("login.microsoftonline.us", None);
    check("", None);
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

/// Hosts of instances, in the clouds that have them.
#[test]
fn of_an_instance() {
    #[track_caller]
    fn check(host: &str, expected: Resource) {
        for text in [
            format!("https://{host}"),
            format!("https://{host}/"),
            format!("https://{host}/a/b?c=d#e"),
            format!("HTTPS://{}:443", host.to_ascii_uppercase()),
            host.to_owned(),
        ] {
            assert_eq!(Resource::recognize(&text), Some(expected), "{text}");
        }
        assert_eq!(Resource::recognize(&format!("https://{host}.evil.example")), None);
        assert_eq!(Resource::recognize(&format!("http://{host}")), None);
        assert_eq!(Resource::recognize(&format!("https://user@{host}")), None);
    }
    let (gov, china) = (Cloud::UsGov, Cloud::China);
    check("kv-x.vault.azure.net", KEY_VAULT);
    check("kv-x.vault.usgovcloudapi.net", KEY_VAULT.in_cloud(gov));
    check("kv-x.vault.azure.cn", KEY_VAULT.in_cloud(china));
    check("hsm1.managedhsm.azure.net", MANAGED_HSM);
    check("server1.database.windows.net", SQL_DATABASE);
    check("ws1-ondemand.sql.azuresynapse.net", SQL_DATABASE);
    check("server1.database.usgovcloudapi.net", SQL_DATABASE.in_cloud(gov));
    check("server1.database.chinacloudapi.cn", SQL_DATABASE.in_cloud(china));
    check("server1.postgres.database.azure.com", OSS_RDBMS);
    check("server1.mysql.database.azure.com", OSS_RDBMS);
    check("search1.search.windows.net", AI_SEARCH);
    check("search1.search.azure.us", AI_SEARCH.in_cloud(gov));
    check("search1.search.azure.cn", AI_SEARCH.in_cloud(china));
    check("registry1.azurecr.io", CONTAINER_REGISTRY);
    check("registry1.azurecr.us", CONTAINER_REGISTRY.in_cloud(gov));
    check("registry1.azurecr.cn", CONTAINER_REGISTRY.in_cloud(china));
    check("ai1.openai.azure.com", COGNITIVE_SERVICES);
    check("ai1.cognitiveservices.azure.com", COGNITIVE_SERVICES);
    check("ai1.openai.azure.us", COGNITIVE_SERVICES.in_cloud(gov));
    check("ai1.cognitiveservices.azure.cn", COGNITIVE_SERVICES.in_cloud(china));
    check("site1.scm.azurewebsites.net", APP_SERVICE);
    check("site1-0a1b2c.scm.westeurope-01.azurewebsites.net", APP_SERVICE);
    check("site1.scm.azurewebsites.us", APP_SERVICE.in_cloud(gov));
    check("site1.scm.chinacloudsites.cn", APP_SERVICE.in_cloud(china));
    check("account1.blob.core.windows.net", STORAGE);
    check("account1.dfs.core.usgovcloudapi.net", STORAGE.in_cloud(gov));
    check("account1.queue.core.chinacloudapi.cn", STORAGE.in_cloud(china));
    check("account1.documents.azure.us", COSMOS_DB.in_cloud(gov));
    check("ws1.dev.azuresynapse.net", SYNAPSE);
    check("dev.azure.com", DEV_OPS);
    for other in [
        "app-0a1b.scmx.westeurope-01.azurewebsites.net",
        "app-0a1b.westeurope-01.azurewebsites.net",
        "a.dev.azure.com",
    ] {
        assert_eq!(Resource::recognize(&format!("https://{other}")), None);
    }
    // Neither the site itself, nor a host below an instance.
    assert_eq!(Resource::recognize("https://site1.azurewebsites.net"), None);
    assert_eq!(Resource::recognize("https://a.kv-x.vault.azure.net"), None);
    // Not a host.
    assert_eq!(Resource::recognize("https://kv x.vault.azure.net"), None);
    assert_eq!(Resource::recognize("https://user@kv-x.vault.azure.net"), None);
    // The address of the API takes precedence over a pattern that also matches.
    assert_eq!(Resource::recognize("https://ossrdbms-aad.database.windows.net/x"), Some(OSS_RDBMS));
    // This audience contains a path.
    assert_eq!(
        Resource::recognize("https://analysis.windows.net/powerbi/api/v1.0"),
        Some(POWER_BI)
    );
    assert_eq!(Resource::recognize("https://analysis.windows.net/powerbi/apis"), None);
    assert_eq!(Resource::recognize("https://orders.servicebus.windows.net"), None); // of three
}

/// APIs and clouds that were added later.
#[test]
fn sovereign_clouds_and_later_apis() {
    #[track_caller]
    fn check(resource: Resource, audience: &str, scope: &str) {
        assert!(resource.has_audience(audience), "{resource}");
        assert_eq!(resource.default_scope().as_str(), scope);
        assert_eq!(Resource::of_audience(audience), Some(resource));
    }
    let (gov, dod) = (Cloud::UsGov, Cloud::UsGovDod);
    let (france, germany, singapore) = (Cloud::France, Cloud::Germany, Cloud::Singapore);
    check(
        GRAPH.in_cloud(germany),
        "https://graph.svc.sovcloud.de",
        "https://graph.svc.sovcloud.de/.default",
    );
    check(
        GRAPH.in_cloud(singapore),
        "https://graph.svc.sovcloud.sg/",
        "https://graph.svc.sovcloud.sg/.default",
    );
    check(
        ARM.in_cloud(germany),
        "https://management.core.sovcloud-api.de/",
        "https://management.core.sovcloud-api.de//user_impersonation",
    );
    check(
        KEY_VAULT.in_cloud(germany),
        "https://vault.sovcloud-api.de",
        "https://vault.sovcloud-api.de/user_impersonation",
    );
    check(
        BATCH.in_cloud(france),
        "https://batch.sovcloud-api.fr/",
        "https://batch.sovcloud-api.fr//.default",
    );
    check(
        OSS_RDBMS.in_cloud(france),
        "https://ossrdbms-aad.database.sovcloud-api.fr",
        "https://ossrdbms-aad.database.sovcloud-api.fr/.default",
    );
    // GCC signs in at the public cloud, GCC High and DoD have addresses of their own.
    assert!(POWER_BI.has_audience("https://analysis.usgovcloudapi.net/powerbi/api"));
    check(
        POWER_BI.in_cloud(gov),
        "https://high.analysis.usgovcloudapi.net/powerbi/api",
        "https://high.analysis.usgovcloudapi.net/powerbi/api/.default",
    );
    check(
        POWER_BI.in_cloud(dod),
        "https://mil.analysis.usgovcloudapi.net/powerbi/api",
        "https://mil.analysis.usgovcloudapi.net/powerbi/api/.default",
    );
    // The client that Microsoft registered, and the one that tenants registered before.
    let vpn = "c632b3df-fb67-4d84-bdcf-b95ad541b5c8";
    check(VPN_CLIENT, vpn, &format!("{vpn}/.default"));
    assert!(VPN_CLIENT.has_audience("41b23e61-6c1e-4545-b367-cd054e0ed4b4"));
    check(
        TOKEN_EXCHANGE.in_cloud(gov),
        "api://AzureADTokenExchangeUSGov",
        "api://AzureADTokenExchangeUSGov/.default",
    );
    assert!(TOKEN_EXCHANGE.has_audience("api://AzureADTokenExchange"));
    check(
        APP_SERVICE.in_cloud(gov),
        "https://appservice.azure.us",
        "https://appservice.azure.us/.default",
    );
    check(MONITOR.in_cloud(gov), "https://monitor.azure.us", "https://monitor.azure.us/.default");
    check(
        AI_SEARCH.in_cloud(Cloud::China),
        "https://search.azure.cn",
        "https://search.azure.cn/.default",
    );
    assert_eq!(COSMOS_DB.in_cloud(gov).app_id(), Some("57506a73-e302-42a9-b869-6f12d9ec29e9"));
    assert!(DATA_EXPLORER.has_audience("https://api.kusto.windows.net"));
    assert!(HEALTH_DATA.has_audience("https://dicom.healthcareapis.azure.com"));
    check(SIGNALR, "https://signalr.azure.com", "https://signalr.azure.com/.default");
    check(IOT_HUB, "https://iothubs.azure.net", "https://iothubs.azure.net/.default");
    check(
        COMMUNICATION,
        "https://communication.azure.com/",
        "https://communication.azure.com//.default",
    );
    check(RELAY, "https://relay.azure.net/", "https://relay.azure.net//.default");
    check(MACHINE_LEARNING, "https://ml.azure.com", "https://ml.azure.com/.default");
    check(DYNAMIC_SESSIONS, "https://dynamicsessions.io", "https://dynamicsessions.io/.default");
    check(
        MANAGED_GRAFANA,
        "ce34e7e5-485f-4d76-964f-b3d2b16d1e4f",
        "ce34e7e5-485f-4d76-964f-b3d2b16d1e4f/.default",
    );
}

/// The table is consistent: it has no duplicates, and each audience leads back to its API.
#[test]
fn every_resource_of_the_table() {
    let mut names: Vec<&str> = ALL.iter().map(Resource::name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!((names.len(), ALL.len()), (54, 54));
    let mut known = 0;
    for public in ALL {
        for cloud in Cloud::ALL {
            let resource = public.in_cloud(*cloud);
            if !resource.is_known() {
                continue;
            }
            known += 1;
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
    assert_eq!(known, 163);
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
    // Addresses differ by instance, so scopes use the app ID.
    check(
        DATAVERSE,
        "user_impersonation",
        "00000007-0000-0000-c000-000000000000/user_impersonation",
        "00000007-0000-0000-c000-000000000000/user_impersonation",
    );
}

/// Nothing is known of such an API in such a cloud, so nothing can be requested from it: not even by the
/// name that it has in another cloud.
#[test]
fn scopes_of_unknown_resources() {
    #[track_caller]
    fn check(resource: Resource, name: &str, default: &str) {
        assert!(!resource.is_known());
        assert_eq!((resource.app_id(), resource.audience_uris()), (None, &[][..]));
        let (scope, own) = (resource.scope(name), resource.default_scope());
        assert_eq!((scope.as_str(), own.as_str()), (&*format!("/{name}"), default));
        assert_eq!((scope.resource(), scope.name()), (Some(resource), name));
        let message = format!("expected an API before the slash of the scope, found \"/{name}\"");
        assert_eq!(Scope::parse(scope.as_str()).unwrap_err().to_string(), message);
        let error = LoginParameters::builder().scope(scope).build().unwrap_err();
        assert_eq!(error.kind(), LoginParametersErrorKind::InvalidScope);
    }
    check(ARM.in_cloud(Cloud::Singapore), "user_impersonation", "/.default");
    check(DEV_OPS.in_cloud(Cloud::China), "vso.code", "/.default");
    check(DATA_EXPLORER.in_cloud(Cloud::UsGov), "user_impersonation", "/.default");
    check(Resource::new("Orders", &[]), "Orders.Read", "/.default");
    for known in [ARM, ARM.in_cloud(Cloud::UsGovDod), DATABRICKS.in_cloud(Cloud::China)] {
        assert!(known.is_known(), "{known}");
    }
}

#[test]
fn own_resources() {
    const ID: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";
    const API: Resource = Resource::new("Orders", &["api://orders", "https://orders.example.com"]);
    const WITH_ID: Resource = API.with_app_id(ID);
    check(API, "api://orders/", true);
    check(API, "https://orders.example.com", true);
    check(API, ID, false);
    check(WITH_ID, ID, true);
    check(WITH_ID.in_cloud(Cloud::China), "api://orders", true);
    assert!(WITH_ID.in_cloud(Cloud::China).is_known());
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
        let scope = Scope::parse(text).unwrap();
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
fn strings_that_are_not_one_scope() {
    use ScopeErrorKind as Kind;
    #[track_caller]
    fn check(text: &str, kind: Kind, message: &str) {
        let error = Scope::parse(text).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
        assert_eq!(format!("{error:?}"), format!("ScopeError({})", kind.code()));
    }
    check("", Kind::Empty, "expected a scope, found \"\"");
    let check_byte = |text: &str, shown: &str, position: usize| {
        let message = format!(
            "expected one scope, found \"{shown}\", whose byte {position} is not allowed in a scope"
        );
        check(text, Kind::InvalidByte, &message);
    };
    check_byte("openid profile", "openid profile", 6);
    check_byte("a\"b", "a\"b", 1);
    check_byte("a\\b", "a\\b", 1);
    check_byte("é", "\\u{e9}", 0);
    check_byte("a\u{7f}", "a\\u{7f}", 1);
    for api in [
        "https://management.azure.com/",
        "https://management.azure.com",
        "api://a",
        "https://",
        "/",
    ] {
        let message = format!("expected the name of a permission after the API, found {api:?}");
        check(api, Kind::MissingName, &message);
    }
    let message = "expected an API before the slash of the scope, found \"/x\"";
    check("/x", Kind::MissingApi, message);
    // A scope was used as the API of another scope.
    for twice in
        ["https://graph.microsoft.com/.default/.default", "api://orders/.default/Orders.Read"]
    {
        let message = format!(
            "expected an API without /.default before the name of the scope, found {twice:?}"
        );
        check(twice, Kind::DefaultInApi, &message);
    }
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
    fn check_error(scopes: &[&str], kind: LoginParametersErrorKind, message: &str) {
        let error = LoginParameters::builder().scopes(scopes).build().unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (kind, message));
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
    check_error(&[], LoginParametersErrorKind::Empty, "expected at least one login parameter");
    let two = LoginParametersErrorKind::TwoResources;
    let message = "loginParameters[0]: the scopes are of more than one API, and a token is for one \
                   (AADSTS28000)";
    check_error(&["User.Read", "api://a/x"], two, message);
    check_error(&["api://a/x", "openid", "api://b/x"], two, message);
    check_error(
        &["https://management.azure.com/a", "https://management.usgovcloudapi.net/a"],
        two,
        message,
    );
}
