//! The table of Microsoft's APIs.
//!
//! Sources: the environment tables of azure-cli, go-azure-sdk, go-autorest and the Azure SDKs for
//! Python, Java and JavaScript; Microsoft's lists of first-party applications. Left out is what only
//! one of them says and another denies: the app ids of Managed HSM and Synapse, Cosmos DB in Azure
//! Government, and the German cloud that closed in 2021. `api://AzureADTokenExchange` is no API: it is
//! the audience of tokens that others issue and Entra takes.

use super::{Cloud, Endpoint, Kind, Resource};

macro_rules! resources {
    ($($constant:ident = $name:literal [$($endpoint:tt)+];)+) => {
        $(
            #[doc = concat!($name, ".")]
            pub const $constant: Resource = Resource {
                name: $name,
                kind: Kind::Microsoft(&[$(endpoint!($endpoint)),+]),
                cloud: Cloud::Public,
            };
        )+

        /// Every API of the table, in the public cloud.
        pub const ALL: &[Resource] = &[$($constant),+];
    };
}

macro_rules! endpoint {
    ({ $($field:tt)+ }) => {
        Endpoint { $($field)+ }
    };
}

#[rustfmt::skip]
resources! {
    ARM = "Azure Resource Manager" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("797f4846-ba00-4fd7-ba43-dac1f8f63013"),
            default_scope: "https://management.azure.com/user_impersonation",
            audiences: &["https://management.azure.com", "https://management.core.windows.net"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::UsGov),
            app_id: Some("797f4846-ba00-4fd7-ba43-dac1f8f63013"),
            default_scope: "https://management.core.usgovcloudapi.net/user_impersonation",
            audiences: &["https://management.usgovcloudapi.net", "https://management.core.usgovcloudapi.net"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::China),
            app_id: Some("797f4846-ba00-4fd7-ba43-dac1f8f63013"),
            default_scope: "https://management.chinacloudapi.cn/user_impersonation",
            audiences: &["https://management.chinacloudapi.cn", "https://management.core.chinacloudapi.cn"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::France),
            app_id: None,
            default_scope: "https://management.sovcloud-api.fr/user_impersonation",
            audiences: &["https://management.sovcloud-api.fr"],
            instances: &[],
        }
    ];
    GRAPH = "Microsoft Graph" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("00000003-0000-0000-c000-000000000000"),
            default_scope: "https://graph.microsoft.com/.default",
            audiences: &["https://graph.microsoft.com"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::UsGov),
            app_id: Some("00000003-0000-0000-c000-000000000000"),
            default_scope: "https://graph.microsoft.us/.default",
            audiences: &["https://graph.microsoft.us"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::UsGovDod),
            app_id: Some("00000003-0000-0000-c000-000000000000"),
            default_scope: "https://dod-graph.microsoft.us/.default",
            audiences: &["https://dod-graph.microsoft.us"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::China),
            app_id: Some("00000003-0000-0000-c000-000000000000"),
            default_scope: "https://microsoftgraph.chinacloudapi.cn/.default",
            audiences: &["https://microsoftgraph.chinacloudapi.cn"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::France),
            app_id: None,
            default_scope: "https://graph.svc.sovcloud.fr/.default",
            audiences: &["https://graph.svc.sovcloud.fr"],
            instances: &[],
        }
    ];
    AAD_GRAPH = "Azure AD Graph" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("00000002-0000-0000-c000-000000000000"),
            default_scope: "https://graph.windows.net/.default",
            audiences: &["https://graph.windows.net"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::UsGov),
            app_id: Some("00000002-0000-0000-c000-000000000000"),
            default_scope: "https://graph.microsoftazure.us/.default",
            audiences: &["https://graph.microsoftazure.us", "https://graph.windows.net"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::China),
            app_id: Some("00000002-0000-0000-c000-000000000000"),
            default_scope: "https://graph.chinacloudapi.cn/.default",
            audiences: &["https://graph.chinacloudapi.cn"],
            instances: &[],
        }
    ];
    KEY_VAULT = "Azure Key Vault" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("cfa8b339-82a2-471a-a3c9-0fc0be7a4093"),
            default_scope: "https://vault.azure.net/user_impersonation",
            audiences: &["https://vault.azure.net"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::UsGov),
            app_id: Some("cfa8b339-82a2-471a-a3c9-0fc0be7a4093"),
            default_scope: "https://vault.usgovcloudapi.net/user_impersonation",
            audiences: &["https://vault.usgovcloudapi.net"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::China),
            app_id: Some("cfa8b339-82a2-471a-a3c9-0fc0be7a4093"),
            default_scope: "https://vault.azure.cn/user_impersonation",
            audiences: &["https://vault.azure.cn"],
            instances: &[],
        }
    ];
    MANAGED_HSM = "Azure Key Vault Managed HSM" [
        {
            cloud: Some(Cloud::Public),
            app_id: None,
            default_scope: "https://managedhsm.azure.net/.default",
            audiences: &["https://managedhsm.azure.net"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::UsGov),
            app_id: None,
            default_scope: "https://managedhsm.usgovcloudapi.net/.default",
            audiences: &["https://managedhsm.usgovcloudapi.net"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::China),
            app_id: None,
            default_scope: "https://managedhsm.azure.cn/.default",
            audiences: &["https://managedhsm.azure.cn"],
            instances: &[],
        }
    ];
    STORAGE = "Azure Storage" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("e406a681-f3d4-42a8-90b6-c2b029497af1"),
            default_scope: "https://storage.azure.com/user_impersonation",
            audiences: &["https://storage.azure.com"],
            instances: &["https://{label}.blob.core.windows.net", "https://{label}.queue.core.windows.net", "https://{label}.table.core.windows.net", "https://{label}.file.core.windows.net", "https://{label}.dfs.core.windows.net"],
        }
        {
            cloud: Some(Cloud::UsGov),
            app_id: Some("e406a681-f3d4-42a8-90b6-c2b029497af1"),
            default_scope: "https://storage.azure.com/user_impersonation",
            audiences: &["https://storage.azure.com"],
            instances: &["https://{label}.blob.core.usgovcloudapi.net", "https://{label}.queue.core.usgovcloudapi.net", "https://{label}.table.core.usgovcloudapi.net", "https://{label}.file.core.usgovcloudapi.net", "https://{label}.dfs.core.usgovcloudapi.net"],
        }
        {
            cloud: Some(Cloud::China),
            app_id: Some("e406a681-f3d4-42a8-90b6-c2b029497af1"),
            default_scope: "https://storage.azure.com/user_impersonation",
            audiences: &["https://storage.azure.com"],
            instances: &["https://{label}.blob.core.chinacloudapi.cn", "https://{label}.queue.core.chinacloudapi.cn", "https://{label}.table.core.chinacloudapi.cn", "https://{label}.file.core.chinacloudapi.cn", "https://{label}.dfs.core.chinacloudapi.cn"],
        }
    ];
    SQL_DATABASE = "Azure SQL Database" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("022907d3-0f1b-48f7-badc-1ba6abab6d66"),
            default_scope: "https://database.windows.net/user_impersonation",
            audiences: &["https://database.windows.net"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::UsGov),
            app_id: Some("022907d3-0f1b-48f7-badc-1ba6abab6d66"),
            default_scope: "https://database.usgovcloudapi.net/user_impersonation",
            audiences: &["https://database.usgovcloudapi.net"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::China),
            app_id: Some("022907d3-0f1b-48f7-badc-1ba6abab6d66"),
            default_scope: "https://database.chinacloudapi.cn/user_impersonation",
            audiences: &["https://database.chinacloudapi.cn"],
            instances: &[],
        }
    ];
    OSS_RDBMS = "Azure Database for PostgreSQL and MySQL" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("123cd850-d9df-40bd-94d5-c9f07b7fa203"),
            default_scope: "https://ossrdbms-aad.database.windows.net/.default",
            audiences: &["https://ossrdbms-aad.database.windows.net"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::UsGov),
            app_id: Some("123cd850-d9df-40bd-94d5-c9f07b7fa203"),
            default_scope: "https://ossrdbms-aad.database.usgovcloudapi.net/.default",
            audiences: &["https://ossrdbms-aad.database.usgovcloudapi.net"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::China),
            app_id: Some("123cd850-d9df-40bd-94d5-c9f07b7fa203"),
            default_scope: "https://ossrdbms-aad.database.chinacloudapi.cn/.default",
            audiences: &["https://ossrdbms-aad.database.chinacloudapi.cn"],
            instances: &[],
        }
    ];
    SERVICE_BUS = "Azure Service Bus" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("80a10ef9-8168-493d-abf9-3297c4ef6e3c"),
            default_scope: "https://servicebus.azure.net/user_impersonation",
            audiences: &["https://servicebus.azure.net", "https://servicebus.windows.net"],
            instances: &["https://{label}.servicebus.windows.net"],
        }
        {
            cloud: Some(Cloud::UsGov),
            app_id: Some("80a10ef9-8168-493d-abf9-3297c4ef6e3c"),
            default_scope: "https://servicebus.azure.net//.default",
            audiences: &["https://servicebus.usgovcloudapi.net", "https://servicebus.azure.net"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::China),
            app_id: Some("80a10ef9-8168-493d-abf9-3297c4ef6e3c"),
            default_scope: "https://servicebus.azure.net//.default",
            audiences: &["https://servicebus.chinacloudapi.cn", "https://servicebus.azure.net"],
            instances: &[],
        }
    ];
    EVENT_HUBS = "Azure Event Hubs" [
        {
            cloud: None,
            app_id: Some("80369ed6-5f11-4dd9-bef3-692475845e77"),
            default_scope: "https://eventhubs.azure.net/user_impersonation",
            audiences: &["https://eventhubs.azure.net"],
            instances: &["https://{label}.servicebus.windows.net"],
        }
    ];
    COSMOS_DB = "Azure Cosmos DB" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("a232010e-820c-4083-83bb-3ace5fc29d0b"),
            default_scope: "https://cosmos.azure.com/.default",
            audiences: &["https://cosmos.azure.com"],
            instances: &["https://{label}.documents.azure.com", "https://{label}.table.cosmos.azure.com"],
        }
    ];
    DEV_OPS = "Azure DevOps" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("499b84ac-1321-427f-aa17-267ca6975798"),
            default_scope: "499b84ac-1321-427f-aa17-267ca6975798/.default",
            audiences: &["https://app.vssps.visualstudio.com"],
            instances: &[],
        }
    ];
    LOG_ANALYTICS = "Azure Log Analytics" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("ca7f3f0b-7d91-482c-8e09-c5d840d0eac5"),
            default_scope: "https://api.loganalytics.io/Data.Read",
            audiences: &["https://api.loganalytics.io", "https://api.loganalytics.azure.com"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::UsGov),
            app_id: Some("ca7f3f0b-7d91-482c-8e09-c5d840d0eac5"),
            default_scope: "https://api.loganalytics.us/.default",
            audiences: &["https://api.loganalytics.us"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::China),
            app_id: Some("ca7f3f0b-7d91-482c-8e09-c5d840d0eac5"),
            default_scope: "https://api.loganalytics.azure.cn/.default",
            audiences: &["https://api.loganalytics.azure.cn"],
            instances: &[],
        }
    ];
    APPLICATION_INSIGHTS = "Azure Application Insights" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("f5c26e74-f226-4ae8-85f0-b4af0080ac9e"),
            default_scope: "https://api.applicationinsights.io/.default",
            audiences: &["https://api.applicationinsights.io"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::UsGov),
            app_id: Some("f5c26e74-f226-4ae8-85f0-b4af0080ac9e"),
            default_scope: "https://api.applicationinsights.us/.default",
            audiences: &["https://api.applicationinsights.us"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::China),
            app_id: Some("f5c26e74-f226-4ae8-85f0-b4af0080ac9e"),
            default_scope: "https://api.applicationinsights.azure.cn/.default",
            audiences: &["https://api.applicationinsights.azure.cn"],
            instances: &[],
        }
    ];
    MONITOR = "Azure Monitor ingestion" [
        {
            cloud: Some(Cloud::Public),
            app_id: None,
            default_scope: "https://monitor.azure.com/.default",
            audiences: &["https://monitor.azure.com"],
            instances: &[],
        }
    ];
    BATCH = "Azure Batch" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("ddbf3205-c6bd-46ae-8127-60eb93363864"),
            default_scope: "https://batch.core.windows.net//.default",
            audiences: &["https://batch.core.windows.net"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::UsGov),
            app_id: None,
            default_scope: "https://batch.core.usgovcloudapi.net//.default",
            audiences: &["https://batch.core.usgovcloudapi.net"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::China),
            app_id: None,
            default_scope: "https://batch.chinacloudapi.cn//.default",
            audiences: &["https://batch.chinacloudapi.cn"],
            instances: &[],
        }
    ];
    SYNAPSE = "Azure Synapse" [
        {
            cloud: Some(Cloud::Public),
            app_id: None,
            default_scope: "https://dev.azuresynapse.net/.default",
            audiences: &["https://dev.azuresynapse.net"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::UsGov),
            app_id: None,
            default_scope: "https://dev.azuresynapse.usgovcloudapi.net/.default",
            audiences: &["https://dev.azuresynapse.usgovcloudapi.net"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::China),
            app_id: None,
            default_scope: "https://dev.azuresynapse.azure.cn/.default",
            audiences: &["https://dev.azuresynapse.azure.cn"],
            instances: &[],
        }
    ];
    DATABRICKS = "Azure Databricks" [
        {
            cloud: None,
            app_id: Some("2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"),
            default_scope: "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default",
            audiences: &[],
            instances: &[],
        }
    ];
    APP_CONFIGURATION = "Azure App Configuration" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("35ffadb3-7fc1-497e-b61b-381d28e744cc"),
            default_scope: "https://appconfig.azure.com/.default",
            audiences: &["https://appconfig.azure.com", "https://azconfig.io"],
            instances: &["https://{label}.azconfig.io"],
        }
        {
            cloud: Some(Cloud::UsGov),
            app_id: Some("35ffadb3-7fc1-497e-b61b-381d28e744cc"),
            default_scope: "https://appconfig.azure.us/.default",
            audiences: &["https://appconfig.azure.us", "https://azconfig.azure.us"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::China),
            app_id: Some("35ffadb3-7fc1-497e-b61b-381d28e744cc"),
            default_scope: "https://appconfig.azure.cn/.default",
            audiences: &["https://appconfig.azure.cn", "https://azconfig.azure.cn"],
            instances: &[],
        }
    ];
    COGNITIVE_SERVICES = "Azure AI services" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("7d312290-28c8-473c-a0ed-8e53749b6d6d"),
            default_scope: "https://cognitiveservices.azure.com/.default",
            audiences: &["https://cognitiveservices.azure.com"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::UsGov),
            app_id: Some("7d312290-28c8-473c-a0ed-8e53749b6d6d"),
            default_scope: "https://cognitiveservices.azure.us/.default",
            audiences: &["https://cognitiveservices.azure.us"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::China),
            app_id: Some("7d312290-28c8-473c-a0ed-8e53749b6d6d"),
            default_scope: "https://cognitiveservices.azure.cn/.default",
            audiences: &["https://cognitiveservices.azure.cn"],
            instances: &[],
        }
    ];
    AI_FOUNDRY = "Azure AI Foundry" [
        {
            cloud: Some(Cloud::Public),
            app_id: None,
            default_scope: "https://ai.azure.com/.default",
            audiences: &["https://ai.azure.com"],
            instances: &[],
        }
    ];
    AKS = "Azure Kubernetes Service" [
        {
            cloud: None,
            app_id: Some("6dae42f8-4368-4678-94ff-3960e28e3630"),
            default_scope: "6dae42f8-4368-4678-94ff-3960e28e3630/.default",
            audiences: &[],
            instances: &[],
        }
    ];
    CONTAINER_REGISTRY = "Azure Container Registry" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("6a0ec4d3-30cb-4a83-91c0-ae56bc0e3d26"),
            default_scope: "https://containerregistry.azure.net/.default",
            audiences: &["https://containerregistry.azure.net"],
            instances: &[],
        }
    ];
    AI_SEARCH = "Azure AI Search" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("880da380-985e-4198-81b9-e05b1cc53158"),
            default_scope: "https://search.azure.com/.default",
            audiences: &["https://search.azure.com"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::UsGov),
            app_id: Some("880da380-985e-4198-81b9-e05b1cc53158"),
            default_scope: "https://search.azure.us/.default",
            audiences: &["https://search.azure.us"],
            instances: &[],
        }
    ];
    DATA_LAKE = "Azure Data Lake Storage Gen1" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("e9f49c6b-5ce5-44c8-925d-015017e9f7ad"),
            default_scope: "https://datalake.azure.net//.default",
            audiences: &["https://datalake.azure.net"],
            instances: &[],
        }
    ];
    DIGITAL_TWINS = "Azure Digital Twins" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("0b07f429-9f4b-4714-9392-cc5e8e80c8b0"),
            default_scope: "https://digitaltwins.azure.net/.default",
            audiences: &["https://digitaltwins.azure.net"],
            instances: &[],
        }
    ];
    EVENT_GRID = "Azure Event Grid" [
        {
            cloud: Some(Cloud::Public),
            app_id: None,
            default_scope: "https://eventgrid.azure.net/.default",
            audiences: &["https://eventgrid.azure.net"],
            instances: &[],
        }
    ];
    WEB_PUBSUB = "Azure Web PubSub" [
        {
            cloud: Some(Cloud::Public),
            app_id: None,
            default_scope: "https://webpubsub.azure.com/.default",
            audiences: &["https://webpubsub.azure.com"],
            instances: &[],
        }
    ];
    DATA_EXPLORER = "Azure Data Explorer" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("2746ea77-4702-4b45-80ca-3c97e680e8b7"),
            default_scope: "2746ea77-4702-4b45-80ca-3c97e680e8b7/.default",
            audiences: &["https://kusto.kusto.windows.net", "https://help.kusto.windows.net"],
            instances: &["https://{label}.{label}.kusto.windows.net"],
        }
    ];
    ATTESTATION = "Azure Attestation" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("c61423b7-1d1f-430d-b444-0eee53298103"),
            default_scope: "https://attest.azure.net/.default",
            audiences: &["https://attest.azure.net"],
            instances: &[],
        }
    ];
    APP_SERVICE = "Azure App Service (Kudu)" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("abfa0a7c-a6b6-4736-8310-5855508787cd"),
            default_scope: "https://appservice.azure.com/.default",
            audiences: &["https://appservice.azure.com"],
            instances: &[],
        }
    ];
    PURVIEW = "Microsoft Purview" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("73c2949e-da2d-457a-9607-fcc665198967"),
            default_scope: "https://purview.azure.net/.default",
            audiences: &["https://purview.azure.net"],
            instances: &[],
        }
    ];
    MAPS = "Azure Maps" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("ba1ea022-5807-41d5-bbeb-292c7e1cf5f6"),
            default_scope: "https://atlas.microsoft.com/.default",
            audiences: &["https://atlas.microsoft.com"],
            instances: &[],
        }
    ];
    HEALTH_DATA = "Azure Health Data Services" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("4f6778d8-5aef-43dc-a1ff-b073724b9495"),
            default_scope: "https://azurehealthcareapis.com/.default",
            audiences: &["https://azurehealthcareapis.com"],
            instances: &["https://{label}.azurehealthcareapis.com", "https://{label}.fhir.azurehealthcareapis.com"],
        }
    ];
    POWER_BI = "Power BI" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("00000009-0000-0000-c000-000000000000"),
            default_scope: "https://analysis.windows.net/powerbi/api/.default",
            audiences: &["https://analysis.windows.net/powerbi/api", "https://api.fabric.microsoft.com"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::UsGov),
            app_id: Some("00000009-0000-0000-c000-000000000000"),
            default_scope: "https://analysis.usgovcloudapi.net/powerbi/api/.default",
            audiences: &["https://analysis.usgovcloudapi.net/powerbi/api"],
            instances: &[],
        }
        {
            cloud: Some(Cloud::China),
            app_id: Some("00000009-0000-0000-c000-000000000000"),
            default_scope: "https://analysis.chinacloudapi.cn/powerbi/api/.default",
            audiences: &["https://analysis.chinacloudapi.cn/powerbi/api"],
            instances: &[],
        }
    ];
    SHAREPOINT = "SharePoint Online" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("00000003-0000-0ff1-ce00-000000000000"),
            default_scope: "00000003-0000-0ff1-ce00-000000000000/.default",
            audiences: &[],
            instances: &["https://{label}.sharepoint.com"],
        }
    ];
    EXCHANGE = "Exchange Online" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("00000002-0000-0ff1-ce00-000000000000"),
            default_scope: "https://outlook.office365.com/.default",
            audiences: &["https://outlook.office365.com", "https://outlook.office.com"],
            instances: &[],
        }
    ];
    OFFICE_MANAGEMENT = "Office 365 Management APIs" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("c5393580-f805-4401-95e8-94b7a6ef2fc2"),
            default_scope: "https://manage.office.com/.default",
            audiences: &["https://manage.office.com"],
            instances: &[],
        }
    ];
    DATAVERSE = "Dataverse" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("00000007-0000-0000-c000-000000000000"),
            default_scope: "00000007-0000-0000-c000-000000000000/user_impersonation",
            audiences: &[],
            instances: &["https://{label}.crm{number}.dynamics.com"],
        }
    ];
    POWER_AUTOMATE = "Power Automate" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("7df0a125-d3be-4c96-aa54-591f83ff541c"),
            default_scope: "https://service.flow.microsoft.com//.default",
            audiences: &["https://service.flow.microsoft.com"],
            instances: &[],
        }
    ];
    POWER_APPS = "Power Apps" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("475226c6-020e-4fb2-8a90-7a972cbfc1d4"),
            default_scope: "https://service.powerapps.com//.default",
            audiences: &["https://service.powerapps.com"],
            instances: &[],
        }
    ];
    POWER_PLATFORM = "Power Platform API" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("8578e004-a5c6-46e7-913e-12f58912df43"),
            default_scope: "https://api.powerplatform.com/.default",
            audiences: &["https://api.powerplatform.com"],
            instances: &[],
        }
    ];
    DEFENDER_FOR_ENDPOINT = "Microsoft Defender for Endpoint" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("fc780465-2017-40d4-a0c5-307022471b92"),
            default_scope: "https://api.securitycenter.microsoft.com/.default",
            audiences: &["https://api.securitycenter.microsoft.com", "https://securitycenter.onmicrosoft.com/windowsatpservice"],
            instances: &[],
        }
    ];
    MICROSOFT_365_DEFENDER = "Microsoft 365 Defender" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("8ee8fdad-f234-4243-8f3b-15c294843740"),
            default_scope: "https://api.security.microsoft.com/.default",
            audiences: &["https://api.security.microsoft.com"],
            instances: &[],
        }
    ];
    VIRTUAL_DESKTOP = "Azure Virtual Desktop" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("9cdead84-a844-4324-93f2-b2e6bb768d07"),
            default_scope: "https://www.wvd.microsoft.com/.default",
            audiences: &["https://www.wvd.microsoft.com"],
            instances: &[],
        }
    ];
    VPN_CLIENT = "Azure VPN Client" [
        {
            cloud: Some(Cloud::Public),
            app_id: Some("41b23e61-6c1e-4545-b367-cd054e0ed4b4"),
            default_scope: "41b23e61-6c1e-4545-b367-cd054e0ed4b4/.default",
            audiences: &[],
            instances: &[],
        }
    ];
}
