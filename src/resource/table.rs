//! The table of Microsoft's APIs.
//!
//! Sources of app IDs, audiences and scopes: the environment tables of azure-cli (2.91), go-azure-sdk,
//! go-autorest and the Azure SDKs for .NET, Python, Java and JavaScript; Microsoft's lists of
//! first-party applications; "National clouds" of the documentation of Power BI. The table omits facts
//! on which these sources contradict each other (the app ID of Synapse), and the German cloud that
//! closed in 2021.
//!
//! Sources of instance hosts: "Azure Private Endpoint private DNS zone values", "Compare Azure Government
//! and global Azure", "Azure in China: check endpoints", and each service's own reference. Those of the
//! sovereign clouds are inferred from the suffixes that azure-cli lists. The China hosts of Azure `OpenAI` and
//! of Synapse SQL appear only in public code, not in a page of Microsoft. Instance hosts only identify an
//! API that a user names. No token is accepted because of an entry in `hosts`.
//!
//! Sources of the slash rules: Azure SQL accepts the audience only with a slash
//! (microsoft-authentication-library-for-dotnet#747, #894), and so does Batch (azure-sdk-for-net#8026,
//! microsoft-authentication-library-for-js#1735). `PostgreSQL` and `MySQL` accept it only without one
//! (azure-sdk-for-java#42310, #42632), and so does Synapse (azure-rest-api-specs#10500). These rules
//! were observed in the public cloud and are inferred for the others. Whether Service Bus compares the
//! slash is unknown: the SDKs request it with a slash, and so does this table.
//!
//! Sources of the audiences of federated credentials: `FederatedCredentialAudience` of Microsoft's
//! authentication library for .NET, `GitHubActionsCredential` of the Azure SDKs for JavaScript and Java.
//!
//! Two facts are contradictory. For Managed HSM, the Azure SDK for Go has the app ID
//! `1341df96-0b28-43da-ba24-7a6ce39be816`. For Azure Cosmos DB in Azure Government, only an app ID and
//! host names are known.

use super::{
    Cloud, Kind, Resource,
    row::{
        Api, Endpoint,
        Pattern::{At, Host, Label, Number},
        Slash,
    },
};

const PUBLIC: Option<Cloud> = Some(Cloud::Public);
const US_GOV: Option<Cloud> = Some(Cloud::UsGov);
const US_GOV_DOD: Option<Cloud> = Some(Cloud::UsGovDod);
const CHINA: Option<Cloud> = Some(Cloud::China);
const FRANCE: Option<Cloud> = Some(Cloud::France);
const GERMANY: Option<Cloud> = Some(Cloud::Germany);
const SINGAPORE: Option<Cloud> = Some(Cloud::Singapore);
/// The same in every cloud.
const EVERYWHERE: Option<Cloud> = None;

macro_rules! resources {
    ($($constant:ident = $name:literal { $($rule:tt)* } [$($endpoint:tt)+];)+) => {
        $(
            #[doc = concat!($name, ".")]
            pub const $constant: Resource = Resource {
                name: $name,
                kind: Kind::Microsoft(&Api {
                    endpoints: &[$(endpoint!($endpoint)),+],
                    $($rule)*
                    ..Api::USUAL
                }),
                cloud: Cloud::Public,
            };
        )+

        /// Every API of the table, in the public cloud.
        pub const ALL: &[Resource] = &[$($constant),+];
    };
}

macro_rules! endpoint {
    ({ $($field:tt)+ }) => {
        Endpoint { $($field)+, ..Endpoint::EMPTY }
    };
}

#[rustfmt::skip]
resources! {
    ARM = "Azure Resource Manager" {} [
        { cloud: PUBLIC, app_id: Some("797f4846-ba00-4fd7-ba43-dac1f8f63013"),
          default_scope: "https://management.azure.com/user_impersonation",
          audiences: &["https://management.azure.com", "https://management.core.windows.net"] }
        { cloud: US_GOV, app_id: Some("797f4846-ba00-4fd7-ba43-dac1f8f63013"),
          default_scope: "https://management.core.usgovcloudapi.net/user_impersonation",
          audiences: &[
              "https://management.usgovcloudapi.net", "https://management.core.usgovcloudapi.net",
          ] }
        { cloud: CHINA, app_id: Some("797f4846-ba00-4fd7-ba43-dac1f8f63013"),
          default_scope: "https://management.chinacloudapi.cn/user_impersonation",
          audiences: &[
              "https://management.chinacloudapi.cn", "https://management.core.chinacloudapi.cn",
          ] }
        { cloud: FRANCE, default_scope: "https://management.sovcloud-api.fr/user_impersonation",
          audiences: &["https://management.sovcloud-api.fr"] }
        { cloud: GERMANY,
          default_scope: "https://management.core.sovcloud-api.de//user_impersonation",
          audiences: &[
              "https://management.sovcloud-api.de", "https://management.core.sovcloud-api.de",
          ] }
    ];
    GRAPH = "Microsoft Graph" { apps_need_roles: true, } [
        { cloud: PUBLIC, app_id: Some("00000003-0000-0000-c000-000000000000"),
          default_scope: "https://graph.microsoft.com/.default",
          audiences: &["https://graph.microsoft.com"] }
        { cloud: US_GOV, app_id: Some("00000003-0000-0000-c000-000000000000"),
          default_scope: "https://graph.microsoft.us/.default",
          audiences: &["https://graph.microsoft.us"] }
        { cloud: US_GOV_DOD, app_id: Some("00000003-0000-0000-c000-000000000000"),
          default_scope: "https://dod-graph.microsoft.us/.default",
          audiences: &["https://dod-graph.microsoft.us"] }
        { cloud: CHINA, app_id: Some("00000003-0000-0000-c000-000000000000"),
          default_scope: "https://microsoftgraph.chinacloudapi.cn/.default",
          audiences: &["https://microsoftgraph.chinacloudapi.cn"] }
        { cloud: FRANCE, default_scope: "https://graph.svc.sovcloud.fr/.default",
          audiences: &["https://graph.svc.sovcloud.fr"] }
        { cloud: GERMANY, default_scope: "https://graph.svc.sovcloud.de/.default",
          audiences: &["https://graph.svc.sovcloud.de"] }
        { cloud: SINGAPORE, default_scope: "https://graph.svc.sovcloud.sg/.default",
          audiences: &["https://graph.svc.sovcloud.sg"] }
    ];
    AAD_GRAPH = "Azure AD Graph" { apps_need_roles: true, } [
        { cloud: PUBLIC, app_id: Some("00000002-0000-0000-c000-000000000000"),
          default_scope: "https://graph.windows.net/.default",
          audiences: &["https://graph.windows.net"] }
        { cloud: US_GOV, app_id: Some("00000002-0000-0000-c000-000000000000"),
          default_scope: "https://graph.microsoftazure.us/.default",
          audiences: &["https://graph.microsoftazure.us", "https://graph.windows.net"] }
        { cloud: CHINA, app_id: Some("00000002-0000-0000-c000-000000000000"),
          default_scope: "https://graph.chinacloudapi.cn/.default",
          audiences: &["https://graph.chinacloudapi.cn"] }
    ];
    KEY_VAULT = "Azure Key Vault" {} [
        { cloud: PUBLIC, app_id: Some("cfa8b339-82a2-471a-a3c9-0fc0be7a4093"),
          default_scope: "https://vault.azure.net/user_impersonation",
          audiences: &["https://vault.azure.net"],
          hosts: &[At(".vault.azure.net")] }
        { cloud: US_GOV, app_id: Some("cfa8b339-82a2-471a-a3c9-0fc0be7a4093"),
          default_scope: "https://vault.usgovcloudapi.net/user_impersonation",
          audiences: &["https://vault.usgovcloudapi.net"],
          hosts: &[At(".vault.usgovcloudapi.net")] }
        { cloud: CHINA, app_id: Some("cfa8b339-82a2-471a-a3c9-0fc0be7a4093"),
          default_scope: "https://vault.azure.cn/user_impersonation",
          audiences: &["https://vault.azure.cn"],
          hosts: &[At(".vault.azure.cn")] }
        { cloud: FRANCE, default_scope: "https://vault.sovcloud-api.fr/user_impersonation",
          audiences: &["https://vault.sovcloud-api.fr"],
          hosts: &[At(".vault.sovcloud-api.fr")] }
        { cloud: GERMANY, default_scope: "https://vault.sovcloud-api.de/user_impersonation",
          audiences: &["https://vault.sovcloud-api.de"],
          hosts: &[At(".vault.sovcloud-api.de")] }
    ];
    MANAGED_HSM = "Azure Key Vault Managed HSM" {} [
        { cloud: PUBLIC, app_id: Some("589d5083-6f11-4d30-a62a-a4b316a14abf"),
          default_scope: "https://managedhsm.azure.net/.default",
          audiences: &["https://managedhsm.azure.net"],
          hosts: &[At(".managedhsm.azure.net")] }
        { cloud: US_GOV, default_scope: "https://managedhsm.usgovcloudapi.net/.default",
          audiences: &["https://managedhsm.usgovcloudapi.net"],
          hosts: &[At(".managedhsm.usgovcloudapi.net")] }
        { cloud: CHINA, default_scope: "https://managedhsm.azure.cn/.default",
          audiences: &["https://managedhsm.azure.cn"],
          hosts: &[At(".managedhsm.azure.cn")] }
        { cloud: FRANCE, default_scope: "https://managedhsm.sovcloud-api.fr/.default",
          audiences: &["https://managedhsm.sovcloud-api.fr"],
          hosts: &[At(".managedhsm.sovcloud-api.fr")] }
    ];
    STORAGE = "Azure Storage" {} [
        { cloud: PUBLIC, app_id: Some("e406a681-f3d4-42a8-90b6-c2b029497af1"),
          default_scope: "https://storage.azure.com/user_impersonation",
          audiences: &["https://storage.azure.com"],
          instances: &[
              At(".blob.core.windows.net"), At(".queue.core.windows.net"),
              At(".table.core.windows.net"), At(".file.core.windows.net"),
              At(".dfs.core.windows.net"),
          ] }
        { cloud: US_GOV, app_id: Some("e406a681-f3d4-42a8-90b6-c2b029497af1"),
          default_scope: "https://storage.azure.com/user_impersonation",
          audiences: &["https://storage.azure.com"],
          instances: &[
              At(".blob.core.usgovcloudapi.net"), At(".queue.core.usgovcloudapi.net"),
              At(".table.core.usgovcloudapi.net"), At(".file.core.usgovcloudapi.net"),
              At(".dfs.core.usgovcloudapi.net"),
          ] }
        { cloud: CHINA, app_id: Some("e406a681-f3d4-42a8-90b6-c2b029497af1"),
          default_scope: "https://storage.azure.com/user_impersonation",
          audiences: &["https://storage.azure.com"],
          instances: &[
              At(".blob.core.chinacloudapi.cn"), At(".queue.core.chinacloudapi.cn"),
              At(".table.core.chinacloudapi.cn"), At(".file.core.chinacloudapi.cn"),
              At(".dfs.core.chinacloudapi.cn"),
          ] }
        { cloud: FRANCE, default_scope: "https://storage.azure.com/user_impersonation",
          audiences: &["https://storage.azure.com"],
          instances: &[
              At(".blob.core.sovcloud-api.fr"), At(".queue.core.sovcloud-api.fr"),
              At(".table.core.sovcloud-api.fr"), At(".file.core.sovcloud-api.fr"),
              At(".dfs.core.sovcloud-api.fr"),
          ] }
    ];
    SQL_DATABASE = "Azure SQL Database" { slash: Slash::Required, } [
        { cloud: PUBLIC, app_id: Some("022907d3-0f1b-48f7-badc-1ba6abab6d66"),
          default_scope: "https://database.windows.net//user_impersonation",
          audiences: &["https://database.windows.net"],
          hosts: &[At(".database.windows.net"), At(".sql.azuresynapse.net")] }
        { cloud: US_GOV, app_id: Some("022907d3-0f1b-48f7-badc-1ba6abab6d66"),
          default_scope: "https://database.usgovcloudapi.net//user_impersonation",
          audiences: &["https://database.usgovcloudapi.net"],
          hosts: &[At(".database.usgovcloudapi.net"), At(".sql.azuresynapse.usgovcloudapi.net")] }
        { cloud: CHINA, app_id: Some("022907d3-0f1b-48f7-badc-1ba6abab6d66"),
          default_scope: "https://database.chinacloudapi.cn//user_impersonation",
          audiences: &["https://database.chinacloudapi.cn"],
          hosts: &[At(".database.chinacloudapi.cn"), At(".sql.azuresynapse.azure.cn")] }
        { cloud: FRANCE, default_scope: "https://database.sovcloud-api.fr//user_impersonation",
          audiences: &["https://database.sovcloud-api.fr"],
          hosts: &[At(".database.sovcloud-api.fr")] }
    ];
    OSS_RDBMS = "Azure Database for PostgreSQL and MySQL" { slash: Slash::Forbidden, } [
        { cloud: PUBLIC, app_id: Some("123cd850-d9df-40bd-94d5-c9f07b7fa203"),
          default_scope: "https://ossrdbms-aad.database.windows.net/.default",
          audiences: &["https://ossrdbms-aad.database.windows.net"],
          hosts: &[At(".postgres.database.azure.com"), At(".mysql.database.azure.com")] }
        { cloud: US_GOV, app_id: Some("123cd850-d9df-40bd-94d5-c9f07b7fa203"),
          default_scope: "https://ossrdbms-aad.database.usgovcloudapi.net/.default",
          audiences: &["https://ossrdbms-aad.database.usgovcloudapi.net"],
          hosts: &[
              At(".postgres.database.usgovcloudapi.net"), At(".mysql.database.usgovcloudapi.net"),
          ] }
        { cloud: CHINA, app_id: Some("123cd850-d9df-40bd-94d5-c9f07b7fa203"),
          default_scope: "https://ossrdbms-aad.database.chinacloudapi.cn/.default",
          audiences: &["https://ossrdbms-aad.database.chinacloudapi.cn"],
          hosts: &[
              At(".postgres.database.chinacloudapi.cn"), At(".mysql.database.chinacloudapi.cn"),
          ] }
        { cloud: FRANCE, default_scope: "https://ossrdbms-aad.database.sovcloud-api.fr/.default",
          audiences: &["https://ossrdbms-aad.database.sovcloud-api.fr"] }
    ];
    SERVICE_BUS = "Azure Service Bus" {} [
        { cloud: PUBLIC, app_id: Some("80a10ef9-8168-493d-abf9-3297c4ef6e3c"),
          default_scope: "https://servicebus.azure.net//user_impersonation",
          audiences: &["https://servicebus.azure.net", "https://servicebus.windows.net"],
          instances: &[At(".servicebus.windows.net")] }
        { cloud: US_GOV, app_id: Some("80a10ef9-8168-493d-abf9-3297c4ef6e3c"),
          default_scope: "https://servicebus.azure.net//.default",
          audiences: &["https://servicebus.usgovcloudapi.net", "https://servicebus.azure.net"],
          instances: &[At(".servicebus.usgovcloudapi.net")] }
        { cloud: CHINA, app_id: Some("80a10ef9-8168-493d-abf9-3297c4ef6e3c"),
          default_scope: "https://servicebus.azure.net//.default",
          audiences: &["https://servicebus.chinacloudapi.cn", "https://servicebus.azure.net"],
          instances: &[At(".servicebus.chinacloudapi.cn")] }
    ];
    EVENT_HUBS = "Azure Event Hubs" {} [
        { cloud: EVERYWHERE, app_id: Some("80369ed6-5f11-4dd9-bef3-692475845e77"),
          default_scope: "https://eventhubs.azure.net//user_impersonation",
          audiences: &["https://eventhubs.azure.net"],
          instances: &[
              At(".servicebus.windows.net"), At(".servicebus.usgovcloudapi.net"),
              At(".servicebus.chinacloudapi.cn"),
          ] }
    ];
    RELAY = "Azure Relay" {} [
        { cloud: EVERYWHERE, default_scope: "https://relay.azure.net//.default",
          audiences: &["https://relay.azure.net"],
          instances: &[
              At(".servicebus.windows.net"), At(".servicebus.usgovcloudapi.net"),
              At(".servicebus.chinacloudapi.cn"),
          ] }
    ];
    COSMOS_DB = "Azure Cosmos DB" {} [
        { cloud: PUBLIC, app_id: Some("a232010e-820c-4083-83bb-3ace5fc29d0b"),
          default_scope: "https://cosmos.azure.com/.default",
          audiences: &["https://cosmos.azure.com"],
          instances: &[At(".documents.azure.com"), At(".table.cosmos.azure.com")] }
        { cloud: US_GOV, app_id: Some("57506a73-e302-42a9-b869-6f12d9ec29e9"),
          default_scope: "https://cosmos.azure.us/.default",
          audiences: &["https://cosmos.azure.us"],
          instances: &[At(".documents.azure.us")] }
    ];
    DEV_OPS = "Azure DevOps" {} [
        { cloud: PUBLIC, app_id: Some("499b84ac-1321-427f-aa17-267ca6975798"),
          default_scope: "499b84ac-1321-427f-aa17-267ca6975798/.default",
          audiences: &["https://app.vssps.visualstudio.com"],
          hosts: &[Host("dev.azure.com"), At(".visualstudio.com")] }
    ];
    LOG_ANALYTICS = "Azure Log Analytics" {} [
        { cloud: PUBLIC, app_id: Some("ca7f3f0b-7d91-482c-8e09-c5d840d0eac5"),
          default_scope: "https://api.loganalytics.io/Data.Read",
          audiences: &["https://api.loganalytics.io", "https://api.loganalytics.azure.com"] }
        { cloud: US_GOV, app_id: Some("ca7f3f0b-7d91-482c-8e09-c5d840d0eac5"),
          default_scope: "https://api.loganalytics.us/.default",
          audiences: &["https://api.loganalytics.us"] }
        { cloud: CHINA, app_id: Some("ca7f3f0b-7d91-482c-8e09-c5d840d0eac5"),
          default_scope: "https://api.loganalytics.azure.cn/.default",
          audiences: &["https://api.loganalytics.azure.cn"] }
    ];
    APPLICATION_INSIGHTS = "Azure Application Insights" {} [
        { cloud: PUBLIC, app_id: Some("f5c26e74-f226-4ae8-85f0-b4af0080ac9e"),
          default_scope: "https://api.applicationinsights.io/.default",
          audiences: &["https://api.applicationinsights.io"] }
        { cloud: US_GOV, app_id: Some("f5c26e74-f226-4ae8-85f0-b4af0080ac9e"),
          default_scope: "https://api.applicationinsights.us/.default",
          audiences: &["https://api.applicationinsights.us"] }
        { cloud: CHINA, app_id: Some("f5c26e74-f226-4ae8-85f0-b4af0080ac9e"),
          default_scope: "https://api.applicationinsights.azure.cn/.default",
          audiences: &["https://api.applicationinsights.azure.cn"] }
    ];
    MONITOR = "Azure Monitor ingestion" {} [
        { cloud: PUBLIC, default_scope: "https://monitor.azure.com/.default",
          audiences: &["https://monitor.azure.com"] }
        { cloud: US_GOV, default_scope: "https://monitor.azure.us/.default",
          audiences: &["https://monitor.azure.us"] }
        { cloud: CHINA, default_scope: "https://monitor.azure.cn/.default",
          audiences: &["https://monitor.azure.cn"] }
        { cloud: FRANCE, default_scope: "https://monitor.sovcloud-api.fr/.default",
          audiences: &["https://monitor.sovcloud-api.fr"] }
    ];
    MANAGED_GRAFANA = "Azure Managed Grafana" {} [
        { cloud: PUBLIC, app_id: Some("ce34e7e5-485f-4d76-964f-b3d2b16d1e4f"),
          default_scope: "ce34e7e5-485f-4d76-964f-b3d2b16d1e4f/.default",
          hosts: &[Label(".", ".grafana.azure.com")] }
    ];
    BATCH = "Azure Batch" { slash: Slash::Required, } [
        { cloud: PUBLIC, app_id: Some("ddbf3205-c6bd-46ae-8127-60eb93363864"),
          default_scope: "https://batch.core.windows.net//.default",
          audiences: &["https://batch.core.windows.net"],
          hosts: &[Label(".", ".batch.azure.com")] }
        { cloud: US_GOV, default_scope: "https://batch.core.usgovcloudapi.net//.default",
          audiences: &["https://batch.core.usgovcloudapi.net"],
          hosts: &[Label(".", ".batch.usgovcloudapi.net")] }
        { cloud: CHINA, default_scope: "https://batch.chinacloudapi.cn//.default",
          audiences: &["https://batch.chinacloudapi.cn"],
          hosts: &[Label(".", ".batch.chinacloudapi.cn")] }
        { cloud: FRANCE, default_scope: "https://batch.sovcloud-api.fr//.default",
          audiences: &["https://batch.sovcloud-api.fr"] }
    ];
    SYNAPSE = "Azure Synapse" { slash: Slash::Forbidden, } [
        { cloud: PUBLIC, default_scope: "https://dev.azuresynapse.net/.default",
          audiences: &["https://dev.azuresynapse.net"],
          hosts: &[At(".dev.azuresynapse.net")] }
        { cloud: US_GOV, default_scope: "https://dev.azuresynapse.usgovcloudapi.net/.default",
          audiences: &["https://dev.azuresynapse.usgovcloudapi.net"],
          hosts: &[At(".dev.azuresynapse.usgovcloudapi.net")] }
        { cloud: CHINA, default_scope: "https://dev.azuresynapse.azure.cn/.default",
          audiences: &["https://dev.azuresynapse.azure.cn"],
          hosts: &[At(".dev.azuresynapse.azure.cn")] }
        { cloud: FRANCE, default_scope: "https://dev.azuresynapse.sovcloud-api.fr/.default",
          audiences: &["https://dev.azuresynapse.sovcloud-api.fr"] }
    ];
    DATABRICKS = "Azure Databricks" {} [
        { cloud: EVERYWHERE, app_id: Some("2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"),
          default_scope: "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default",
          hosts: &[
              Label(".", ".azuredatabricks.net"), Label(".", ".databricks.azure.us"),
              Label(".", ".databricks.azure.cn"),
          ] }
    ];
    APP_CONFIGURATION = "Azure App Configuration" {} [
        { cloud: PUBLIC, app_id: Some("35ffadb3-7fc1-497e-b61b-381d28e744cc"),
          default_scope: "https://appconfig.azure.com/.default",
          audiences: &["https://appconfig.azure.com", "https://azconfig.io"],
          instances: &[At(".azconfig.io")] }
        { cloud: US_GOV, app_id: Some("35ffadb3-7fc1-497e-b61b-381d28e744cc"),
          default_scope: "https://appconfig.azure.us/.default",
          audiences: &["https://appconfig.azure.us", "https://azconfig.azure.us"],
          instances: &[At(".azconfig.azure.us")] }
        { cloud: CHINA, app_id: Some("35ffadb3-7fc1-497e-b61b-381d28e744cc"),
          default_scope: "https://appconfig.azure.cn/.default",
          audiences: &["https://appconfig.azure.cn", "https://azconfig.azure.cn"],
          instances: &[At(".azconfig.azure.cn")] }
    ];
    COGNITIVE_SERVICES = "Azure AI services" {} [
        { cloud: PUBLIC, app_id: Some("7d312290-28c8-473c-a0ed-8e53749b6d6d"),
          default_scope: "https://cognitiveservices.azure.com/.default",
          audiences: &["https://cognitiveservices.azure.com"],
          hosts: &[At(".cognitiveservices.azure.com"), At(".openai.azure.com")] }
        { cloud: US_GOV, app_id: Some("7d312290-28c8-473c-a0ed-8e53749b6d6d"),
          default_scope: "https://cognitiveservices.azure.us/.default",
          audiences: &["https://cognitiveservices.azure.us"],
          hosts: &[At(".cognitiveservices.azure.us"), At(".openai.azure.us")] }
        { cloud: CHINA, app_id: Some("7d312290-28c8-473c-a0ed-8e53749b6d6d"),
          default_scope: "https://cognitiveservices.azure.cn/.default",
          audiences: &["https://cognitiveservices.azure.cn"],
          hosts: &[At(".cognitiveservices.azure.cn"), At(".openai.azure.cn")] }
    ];
    AI_FOUNDRY = "Azure AI Foundry" {} [
        { cloud: PUBLIC, default_scope: "https://ai.azure.com/.default",
          audiences: &["https://ai.azure.com"] }
    ];
    MACHINE_LEARNING = "Azure Machine Learning" {} [
        { cloud: PUBLIC, default_scope: "https://ml.azure.com/.default",
          audiences: &["https://ml.azure.com"] }
    ];
    AKS = "Azure Kubernetes Service" {} [
        { cloud: EVERYWHERE, app_id: Some("6dae42f8-4368-4678-94ff-3960e28e3630"),
          default_scope: "6dae42f8-4368-4678-94ff-3960e28e3630/.default" }
    ];
    CONTAINER_REGISTRY = "Azure Container Registry" {} [
        { cloud: PUBLIC, app_id: Some("6a0ec4d3-30cb-4a83-91c0-ae56bc0e3d26"),
          default_scope: "https://containerregistry.azure.net/.default",
          audiences: &["https://containerregistry.azure.net"],
          hosts: &[At(".azurecr.io")] }
        { cloud: US_GOV, default_scope: "https://containerregistry.azure.net/.default",
          audiences: &["https://containerregistry.azure.net"],
          hosts: &[At(".azurecr.us")] }
        { cloud: CHINA, default_scope: "https://containerregistry.azure.net/.default",
          audiences: &["https://containerregistry.azure.net"],
          hosts: &[At(".azurecr.cn")] }
    ];
    DYNAMIC_SESSIONS = "Azure Container Apps dynamic sessions" {} [
        { cloud: PUBLIC, default_scope: "https://dynamicsessions.io/.default",
          audiences: &["https://dynamicsessions.io"],
          hosts: &[At(".dynamicsessions.io")] }
    ];
    AI_SEARCH = "Azure AI Search" {} [
        { cloud: PUBLIC, app_id: Some("880da380-985e-4198-81b9-e05b1cc53158"),
          default_scope: "https://search.azure.com/.default",
          audiences: &["https://search.azure.com"],
          hosts: &[At(".search.windows.net")] }
        { cloud: US_GOV, app_id: Some("880da380-985e-4198-81b9-e05b1cc53158"),
          default_scope: "https://search.azure.us/.default",
          audiences: &["https://search.azure.us"],
          hosts: &[At(".search.azure.us"), At(".search.windows.us")] }
        { cloud: CHINA, default_scope: "https://search.azure.cn/.default",
          audiences: &["https://search.azure.cn"],
          hosts: &[At(".search.azure.cn")] }
    ];
    DATA_LAKE = "Azure Data Lake Storage Gen1" {} [
        { cloud: PUBLIC, app_id: Some("e9f49c6b-5ce5-44c8-925d-015017e9f7ad"),
          default_scope: "https://datalake.azure.net//.default",
          audiences: &["https://datalake.azure.net"],
          hosts: &[At(".azuredatalakestore.net")] }
    ];
    DIGITAL_TWINS = "Azure Digital Twins" {} [
        { cloud: PUBLIC, app_id: Some("0b07f429-9f4b-4714-9392-cc5e8e80c8b0"),
          default_scope: "https://digitaltwins.azure.net/.default",
          audiences: &["https://digitaltwins.azure.net"],
          hosts: &[Label(".api.", ".digitaltwins.azure.net")] }
    ];
    EVENT_GRID = "Azure Event Grid" {} [
        { cloud: PUBLIC, default_scope: "https://eventgrid.azure.net/.default",
          audiences: &["https://eventgrid.azure.net"],
          hosts: &[Label(".", ".eventgrid.azure.net")] }
    ];
    IOT_HUB = "Azure IoT Hub" {} [
        { cloud: PUBLIC, default_scope: "https://iothubs.azure.net/.default",
          audiences: &["https://iothubs.azure.net"],
          hosts: &[At(".azure-devices.net")] }
        { cloud: US_GOV, default_scope: "https://iothubs.azure.us/.default",
          audiences: &["https://iothubs.azure.us"],
          hosts: &[At(".azure-devices.us")] }
    ];
    WEB_PUBSUB = "Azure Web PubSub" {} [
        { cloud: PUBLIC, default_scope: "https://webpubsub.azure.com/.default",
          audiences: &["https://webpubsub.azure.com"],
          hosts: &[At(".webpubsub.azure.com")] }
    ];
    SIGNALR = "Azure SignalR Service" {} [
        { cloud: PUBLIC, default_scope: "https://signalr.azure.com/.default",
          audiences: &["https://signalr.azure.com"],
          hosts: &[At(".service.signalr.net")] }
    ];
    COMMUNICATION = "Azure Communication Services" {} [
        { cloud: PUBLIC, default_scope: "https://communication.azure.com//.default",
          audiences: &["https://communication.azure.com"],
          hosts: &[At(".communication.azure.com"), Label(".", ".communication.azure.com")] }
    ];
    DATA_EXPLORER = "Azure Data Explorer" {} [
        { cloud: PUBLIC, app_id: Some("2746ea77-4702-4b45-80ca-3c97e680e8b7"),
          default_scope: "2746ea77-4702-4b45-80ca-3c97e680e8b7/.default",
          audiences: &[
              "https://kusto.kusto.windows.net", "https://help.kusto.windows.net",
              "https://api.kusto.windows.net",
          ],
          instances: &[Label(".", ".kusto.windows.net")] }
    ];
    ATTESTATION = "Azure Attestation" {} [
        { cloud: PUBLIC, app_id: Some("c61423b7-1d1f-430d-b444-0eee53298103"),
          default_scope: "https://attest.azure.net/.default",
          audiences: &["https://attest.azure.net"],
          hosts: &[Label(".", ".attest.azure.net")] }
    ];
    APP_SERVICE = "Azure App Service (Kudu)" {} [
        { cloud: PUBLIC, app_id: Some("abfa0a7c-a6b6-4736-8310-5855508787cd"),
          default_scope: "https://appservice.azure.com/.default",
          audiences: &["https://appservice.azure.com"],
          hosts: &[At(".scm.azurewebsites.net"), Label(".scm.", ".azurewebsites.net")] }
        { cloud: US_GOV, default_scope: "https://appservice.azure.us/.default",
          audiences: &["https://appservice.azure.us"],
          hosts: &[At(".scm.azurewebsites.us")] }
        { cloud: CHINA, default_scope: "https://appservice.azure.cn/.default",
          audiences: &["https://appservice.azure.cn"],
          hosts: &[At(".scm.chinacloudsites.cn")] }
        { cloud: FRANCE, default_scope: "https://appservice.azure.sovcloud-api.fr/.default",
          audiences: &["https://appservice.azure.sovcloud-api.fr"] }
    ];
    PURVIEW = "Microsoft Purview" {} [
        { cloud: PUBLIC, app_id: Some("73c2949e-da2d-457a-9607-fcc665198967"),
          default_scope: "https://purview.azure.net/.default",
          audiences: &["https://purview.azure.net"],
          hosts: &[At(".purview.azure.com")] }
    ];
    MAPS = "Azure Maps" {} [
        { cloud: PUBLIC, app_id: Some("ba1ea022-5807-41d5-bbeb-292c7e1cf5f6"),
          default_scope: "https://atlas.microsoft.com/.default",
          audiences: &["https://atlas.microsoft.com"] }
    ];
    HEALTH_DATA = "Azure Health Data Services" {} [
        { cloud: PUBLIC, app_id: Some("4f6778d8-5aef-43dc-a1ff-b073724b9495"),
          default_scope: "https://azurehealthcareapis.com/.default",
          audiences: &["https://azurehealthcareapis.com", "https://dicom.healthcareapis.azure.com"],
          instances: &[At(".azurehealthcareapis.com"), At(".fhir.azurehealthcareapis.com")] }
    ];
    POWER_BI = "Power BI" {} [
        { cloud: PUBLIC, app_id: Some("00000009-0000-0000-c000-000000000000"),
          default_scope: "https://analysis.windows.net/powerbi/api/.default",
          audiences: &[
              "https://analysis.windows.net/powerbi/api", "https://api.fabric.microsoft.com",
              "https://analysis.usgovcloudapi.net/powerbi/api",
          ],
          hosts: &[Host("api.powerbi.com")] }
        { cloud: US_GOV, app_id: Some("00000009-0000-0000-c000-000000000000"),
          default_scope: "https://high.analysis.usgovcloudapi.net/powerbi/api/.default",
          audiences: &["https://high.analysis.usgovcloudapi.net/powerbi/api"] }
        { cloud: US_GOV_DOD, app_id: Some("00000009-0000-0000-c000-000000000000"),
          default_scope: "https://mil.analysis.usgovcloudapi.net/powerbi/api/.default",
          audiences: &["https://mil.analysis.usgovcloudapi.net/powerbi/api"] }
        { cloud: CHINA, app_id: Some("00000009-0000-0000-c000-000000000000"),
          default_scope: "https://analysis.chinacloudapi.cn/powerbi/api/.default",
          audiences: &["https://analysis.chinacloudapi.cn/powerbi/api"] }
    ];
    SHAREPOINT = "SharePoint Online" { apps_need_roles: true, } [
        { cloud: PUBLIC, app_id: Some("00000003-0000-0ff1-ce00-000000000000"),
          default_scope: "00000003-0000-0ff1-ce00-000000000000/.default",
          instances: &[At(".sharepoint.com")] }
    ];
    EXCHANGE = "Exchange Online" { apps_need_roles: true, } [
        { cloud: PUBLIC, app_id: Some("00000002-0000-0ff1-ce00-000000000000"),
          default_scope: "https://outlook.office365.com/.default",
          audiences: &["https://outlook.office365.com", "https://outlook.office.com"] }
    ];
    OFFICE_MANAGEMENT = "Office 365 Management APIs" { apps_need_roles: true, } [
        { cloud: PUBLIC, app_id: Some("c5393580-f805-4401-95e8-94b7a6ef2fc2"),
          default_scope: "https://manage.office.com/.default",
          audiences: &["https://manage.office.com"] }
    ];
    DATAVERSE = "Dataverse" {} [
        { cloud: PUBLIC, app_id: Some("00000007-0000-0000-c000-000000000000"),
          default_scope: "00000007-0000-0000-c000-000000000000/user_impersonation",
          instances: &[Number(".crm", ".dynamics.com")] }
    ];
    POWER_AUTOMATE = "Power Automate" { apps_need_roles: true, } [
        { cloud: PUBLIC, app_id: Some("7df0a125-d3be-4c96-aa54-591f83ff541c"),
          default_scope: "https://service.flow.microsoft.com//.default",
          audiences: &["https://service.flow.microsoft.com"] }
    ];
    POWER_APPS = "Power Apps" { apps_need_roles: true, } [
        { cloud: PUBLIC, app_id: Some("475226c6-020e-4fb2-8a90-7a972cbfc1d4"),
          default_scope: "https://service.powerapps.com//.default",
          audiences: &["https://service.powerapps.com"] }
    ];
    POWER_PLATFORM = "Power Platform API" { apps_need_roles: true, } [
        { cloud: PUBLIC, app_id: Some("8578e004-a5c6-46e7-913e-12f58912df43"),
          default_scope: "https://api.powerplatform.com/.default",
          audiences: &["https://api.powerplatform.com"] }
    ];
    DEFENDER_FOR_ENDPOINT = "Microsoft Defender for Endpoint" { apps_need_roles: true, } [
        { cloud: PUBLIC, app_id: Some("fc780465-2017-40d4-a0c5-307022471b92"),
          default_scope: "https://api.securitycenter.microsoft.com/.default",
          audiences: &[
              "https://api.securitycenter.microsoft.com",
              "https://securitycenter.onmicrosoft.com/windowsatpservice",
          ] }
    ];
    MICROSOFT_365_DEFENDER = "Microsoft 365 Defender" { apps_need_roles: true, } [
        { cloud: PUBLIC, app_id: Some("8ee8fdad-f234-4243-8f3b-15c294843740"),
          default_scope: "https://api.security.microsoft.com/.default",
          audiences: &["https://api.security.microsoft.com"] }
    ];
    VIRTUAL_DESKTOP = "Azure Virtual Desktop" { apps_need_roles: true, } [
        { cloud: PUBLIC, app_id: Some("9cdead84-a844-4324-93f2-b2e6bb768d07"),
          default_scope: "https://www.wvd.microsoft.com/.default",
          audiences: &["https://www.wvd.microsoft.com"] }
    ];
    VPN_CLIENT = "Azure VPN Client" { apps_need_roles: true, } [
        { cloud: PUBLIC, app_id: Some("c632b3df-fb67-4d84-bdcf-b95ad541b5c8"),
          other_app_ids: &["41b23e61-6c1e-4545-b367-cd054e0ed4b4"],
          default_scope: "c632b3df-fb67-4d84-bdcf-b95ad541b5c8/.default" }
    ];
    TOKEN_EXCHANGE = "Microsoft Entra workload identity federation" { apps_need_roles: true, } [
        { cloud: PUBLIC, app_id: Some("fb60f99c-7a34-4190-8149-302f77469936"),
          default_scope: "api://AzureADTokenExchange/.default",
          audiences: &["api://AzureADTokenExchange"] }
        { cloud: US_GOV, default_scope: "api://AzureADTokenExchangeUSGov/.default",
          audiences: &["api://AzureADTokenExchangeUSGov"] }
        { cloud: CHINA, default_scope: "api://AzureADTokenExchangeChina/.default",
          audiences: &["api://AzureADTokenExchangeChina"] }
        { cloud: FRANCE, default_scope: "api://AzureADTokenExchangeFrance/.default",
          audiences: &["api://AzureADTokenExchangeFrance"] }
        { cloud: GERMANY, default_scope: "api://AzureADTokenExchangeGermany/.default",
          audiences: &["api://AzureADTokenExchangeGermany"] }
        { cloud: SINGAPORE, default_scope: "api://AzureADTokenExchangeGovSG/.default",
          audiences: &["api://AzureADTokenExchangeGovSG"] }
    ];
}
