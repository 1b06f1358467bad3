//! The same way with the client of the TypeScript SDK, `client/discover.mjs`.

use std::{path::Path, process::Command};

use serde_json::{Value, json};

use crate::{authorization_server::*, full, serve};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Node.js, and `npm ci --ignore-scripts` in examples/mcp/client"]
async fn the_client_of_the_typescript_sdk_finds_its_way() {
    let server = AuthorizationServer::start().await;
    let address = serve(&server).await;
    let arguments = ["discover.mjs".to_owned(), address.clone(), MCP_CLIENT.to_owned()];
    let client = tokio::task::spawn_blocking(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("client");
        Command::new("node").args(arguments).current_dir(folder).output()
    });
    let output = client.await.unwrap().expect("Node.js");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let lines: Result<Vec<Value>, _> =
        serde_json::Deserializer::from_slice(&output.stdout).into_iter().collect();
    let both = format!("{} {}", full("Notes.Read"), full("Notes.Write"));
    assert_eq!(
        lines.unwrap(),
        [
            // The scope of the first challenge, then that of the 403 response.
            json!({"requested": [full("Notes.Read"), address]}),
            json!({"tools": ["add_note", "list_notes", "my_name", "who_am_i"]}),
            json!({"who_am_i": format!("user {USER}")}),
            json!({"requested": [both, address]}),
            json!({"add_note": "added"}),
            json!({"list_notes": "buy milk"}),
        ]
    );
}
