//! The scopes that a token is good for.

use crate::support::{
    ARM, ARM_DEFAULT, CLIENT, END, GRAPH, SETTINGS, VAULT_DEFAULT, caller, does_not_open, gives,
    jwt_with, opens, token_for,
};

#[test]
fn scopes_that_the_token_opens() {
    let arm = token_for(ARM);
    // As clients ask.
    gives(&arm, ARM_DEFAULT);
    // As clients ask that put the scope behind an endpoint with a slash at its end.
    gives(&arm, "https://management.azure.com//.default");
    gives(&arm, "https://management.core.windows.net/.default");
    gives(&arm, "https://management.core.windows.net//.default");
    // By the app id of the API.
    gives(&arm, "797f4846-ba00-4fd7-ba43-dac1f8f63013/.default");
    // A permission by its name.
    gives(&arm, "https://management.azure.com/user_impersonation");
    gives(
        &arm,
        "https://management.azure.com/user_impersonation https://management.azure.com/Files.Read",
    );
    gives(&arm, "https://management.azure.com/.default https://management.azure.com/Files.Read");
    // Scopes of OpenID Connect are of no API.
    gives(&arm, "offline_access https://management.azure.com/.default openid");

    // The audience has a slash at its end, is another address of the API, or its app id.
    opens("https://management.azure.com/", ARM_DEFAULT);
    opens("https://management.core.windows.net/", ARM_DEFAULT);
    opens("797f4846-ba00-4fd7-ba43-dac1f8f63013", ARM_DEFAULT);
    // What the clients for secrets, blobs, events and configuration ask for.
    opens("https://vault.azure.net", VAULT_DEFAULT);
    opens("https://storage.azure.com/", "https://storage.azure.com/.default");
    opens("https://eventhubs.azure.net", "https://eventhubs.azure.net/.default");
    opens("https://azconfig.io", "https://azconfig.io/.default");
    opens("https://account1.documents.azure.com", "https://account1.documents.azure.com/.default");
    // A name alone is of Microsoft Graph.
    opens(GRAPH, "Files.Read");

    // Other clouds.
    opens("https://management.usgovcloudapi.net", "https://management.usgovcloudapi.net/.default");
    opens(
        "https://management.core.usgovcloudapi.net/",
        "https://management.usgovcloudapi.net//.default",
    );
    opens(
        "https://management.chinacloudapi.cn",
        "https://management.core.chinacloudapi.cn//.default",
    );
    // The app id does not tell the cloud, the address does.
    opens(
        "https://management.usgovcloudapi.net",
        "797f4846-ba00-4fd7-ba43-dac1f8f63013/Files.Read https://management.usgovcloudapi.net/.default",
    );

    // A token with a nonce is usable at the API that it is for.
    let nonce = r#"{"alg":"RS256","nonce":"CANARY"}"#;
    gives(&jwt_with(nonce, &format!(r#"{{"aud":"{ARM}","exp":{END}}}"#)), ARM_DEFAULT);
}

#[test]
fn your_own_api() {
    let own = token_for("api://my-api");
    gives(&own, "api://my-api/.default");
    gives(&own, "api://my-api//.default");
    gives(&own, "api://my-api/Files.Read");
    does_not_open(&caller(&own), "api://other/.default", "wrong-audience", SETTINGS);

    // By its client id, which version 2.0 tokens have as their audience.
    let v1 = token_for(&format!("api://{CLIENT}"));
    let v2 = token_for(CLIENT);
    for asked in [format!("api://{CLIENT}/.default"), format!("{CLIENT}/Files.Read")] {
        gives(&v1, &asked);
        gives(&v2, &asked);
    }
    let other = "api://00000004-0000-4000-8000-000000000004/.default";
    does_not_open(&caller(&v2), other, "wrong-audience", SETTINGS);
    // The application of another App ID URI is unknown.
    does_not_open(&caller(&v2), "api://my-api/.default", "unclear-audience", "");
}
