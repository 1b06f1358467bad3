//! A fake Azure Resource Manager on this machine.

use std::{
    collections::VecDeque,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use easyauth::settings::{AuthSettingsV2, platform};
use serde_json::{Value, json};

/// What happens to one request instead of the usual answer.
#[derive(Clone)]
pub(crate) enum Fault {
    /// No fault.
    None,
    /// This status, header lines and body.
    Answer(u16, &'static str, &'static str),
    /// The connection ends in the middle of the answer.
    Truncated,
    /// Another client changes the settings before the request is answered.
    ChangedBefore(Value),
    /// The service ignores the new `loginParameters`.
    Ignored,
}

#[derive(Default)]
struct State {
    document: Value,
    faults: VecDeque<Fault>,
    log: Vec<String>,
}

/// The service, with the settings of one site at any path. It stops with the process.
pub(crate) struct FakeArm {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl FakeArm {
    /// Starts a service with this document, and with faults for the first requests.
    pub(crate) fn start(document: &str, faults: impl IntoIterator<Item = Fault>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let document = serde_json::from_str(document).unwrap();
        let faults = faults.into_iter().collect();
        let state = Arc::new(Mutex::new(State { document, faults, log: Vec::new() }));
        let own = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                // A client that disconnects is not an error.
                let _ = stream.map(|stream| answer(&stream, &own));
            }
        });
        Self { address, state }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far: method, path and query.
    pub(crate) fn log(&self) -> Vec<String> {
        self.state.lock().unwrap().log.clone()
    }

    /// The methods of the requests so far.
    pub(crate) fn methods(&self) -> String {
        let log = self.log();
        let methods: Vec<&str> = log.iter().filter_map(|line| line.split(' ').next()).collect();
        methods.join(" ")
    }

    pub(crate) fn document(&self) -> Value {
        self.state.lock().unwrap().document.clone()
    }
}

fn answer(stream: &TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head.push(line.trim().to_owned());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut state = state.lock().unwrap();
    let request = head[0].trim_end_matches(" HTTP/1.1").to_owned();
    state.log.push(request.clone());
    let fault = state.faults.pop_front().unwrap_or(Fault::None);
    let is_truncated = matches!(fault, Fault::Truncated);
    let (status, headers, body) = match fault {
        Fault::Answer(status, headers, body) => (status, headers, body.to_owned()),
        fault => {
            if let Fault::ChangedBefore(document) = &fault {
                state.document = document.clone();
            }
            let (status, document) = usual(&request, &head, &body, &mut state, &fault);
            (status, "", document.to_string())
        }
    };
    let mut writer = stream;
    let length = body.len();
    write!(
        writer,
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n{headers}\r\n"
    )?;
    let sent = if is_truncated { body.len() / 2 } else { body.len() };
    writer.write_all(&body.as_bytes()[..sent])
}

/// Writes values as the service answers them.
fn in_its_own_spelling(settings: &mut Value) {
    let places = [
        "/login/tokenStore/tokenRefreshExtensionHours",
        "/platform/enabled",
        "/clearInboundClaimsMapping",
    ];
    for place in places {
        let Some(value) = settings.pointer_mut(place) else { continue };
        *value = match value.take() {
            Value::Number(hours) => json!(hours.as_f64()),
            Value::String(flag) if place == "/platform/enabled" => json!(flag == "true"),
            Value::Bool(flag) if place == "/clearInboundClaimsMapping" => json!(flag.to_string()),
            other => other,
        };
    }
}

/// Of names in several cases, the service takes the last.
fn last_of_duplicates(settings: &mut Value, body: &[u8]) {
    let last = AuthSettingsV2::from_slice(body).unwrap().get(platform::ENABLED);
    let platform = settings["platform"].as_object_mut().unwrap();
    if platform.remove("Enabled").is_some() {
        platform.insert("enabled".to_owned(), json!(last));
    }
}

/// The usual answer. A PUT fills in defaults, as the service does.
fn usual(
    request: &str,
    head: &[String],
    body: &[u8],
    state: &mut State,
    fault: &Fault,
) -> (u16, Value) {
    let error = |code: &str| json!({"error": {"code": code, "message": "a message"}});
    let bearer = head.iter().find_map(|line| line.strip_prefix("authorization: Bearer "));
    let claims = bearer.and_then(|token| token.split('.').nth(1));
    let claims = claims.and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok());
    let claims: Value =
        claims.and_then(|own| serde_json::from_slice(&own).ok()).unwrap_or_default();
    if !claims["aud"].as_str().unwrap_or_default().starts_with("https://management.") {
        return (401, error("InvalidAuthenticationTokenAudience"));
    }
    if !request.contains("?api-version=") {
        return (400, error("MissingApiVersionParameter"));
    }
    if request.starts_with("PUT ") {
        let Ok(mut new) = serde_json::from_slice::<Value>(body) else {
            return (400, error("InvalidRequestContent"));
        };
        let before = "/properties/identityProviders/azureActiveDirectory/login/loginParameters";
        if matches!(fault, Fault::Ignored) {
            let old = state.document.pointer(before).cloned().unwrap_or_default();
            new["properties"]["identityProviders"]["azureActiveDirectory"]["login"]["loginParameters"] =
                old;
        }
        let settings = new["properties"].as_object_mut().unwrap();
        settings.entry("addedByTheService").or_insert_with(|| json!({"default": true}));
        last_of_duplicates(&mut new["properties"], body);
        in_its_own_spelling(&mut new["properties"]);
        new["id"] = state.document["id"].clone();
        state.document = new;
    } else if !request.starts_with("GET ") {
        return (405, error("MethodNotAllowed"));
    }
    (200, state.document.clone())
}
