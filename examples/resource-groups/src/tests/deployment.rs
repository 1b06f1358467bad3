//! The files that Azure Functions reads, against what the program does ("Azure Functions custom handlers").

use serde_json::{Value, json};

use crate::service::PATH;

fn read(path: &str) -> Value {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_host_passes_requests_on_as_they_are() {
    let handler = &read("host.json")["customHandler"];
    assert_eq!(handler["enableForwardingHttpRequest"], true);
    assert_eq!(handler["description"]["defaultExecutablePath"], "bin/resource-groups");
}

/// Forwarding needs an HTTP trigger and its response, and nothing else.
#[test]
fn the_function_has_the_address_of_the_program() {
    let host = read("host.json");
    let prefix =
        host.pointer("/extensions/http/routePrefix").map_or("api", |v| v.as_str().unwrap());
    let bindings = read("resource-groups/function.json")["bindings"].clone();
    assert_eq!(
        bindings,
        json!([
            {
                "type": "httpTrigger",
                "direction": "in",
                "name": "req",
                // Easy Auth decides who gets in. A function key would reject users.
                "authLevel": "anonymous",
                "methods": ["get"],
                "route": "resource-groups",
            },
            {"type": "http", "direction": "out", "name": "res"},
        ])
    );
    assert_eq!(PATH, format!("/{prefix}/{}", bindings[0]["route"].as_str().unwrap()));
}

/// The commands in README.md work.
#[test]
fn the_readme() {
    let readme = include_str!("../../README.md");
    for text in [
        "cargo run -p resource-groups --features demo -- --demo",
        "FUNCTIONS_CUSTOMHANDLER_PORT",
        "ARM_BASE_URL",
        "scope=openid email profile https://management.azure.com/user_impersonation",
    ] {
        assert!(readme.contains(text), "{text}");
    }
}
