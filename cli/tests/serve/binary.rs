//! The running program.

use super::*;

/// The running binary; it is killed when this is dropped.
struct Served(std::process::Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the binary, and returns what it prints.
fn start_binary(upstream: &str) -> (Served, Vec<String>) {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_easyauth"))
        .args(["serve", "--upstream", upstream, "--listen", "0"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let stdout = io::BufReader::new(child.stdout.take().unwrap());
    let lines = stdout.lines().take(4).collect::<Result<_, _>>().unwrap();
    (Served(child), lines)
}

#[test]
fn it_prints_where_it_listens() {
    for (upstream, shown) in [
        ("7071", "http://localhost:7071"),
        ("127.0.0.1:7071", "http://127.0.0.1:7071"),
        ("localhost:7071", "http://localhost:7071"),
        ("http://localhost:7071/", "http://localhost:7071"),
        ("http://[::1]", "http://[::1]:80"),
    ] {
        let (_served, lines) = start_binary(upstream);
        assert_eq!(lines[0], "NOT FOR PRODUCTION: anyone can sign in here as any persona.");
        assert!(lines[1].starts_with("http://127.0.0.1:"));
        let end = format!(" simulates Easy Auth in front of {shown}");
        assert!(lines[1].ends_with(&end), "{}", lines[1]);
        assert!(lines[2].starts_with("sign in at http://127.0.0.1:"));
        assert!(lines[2].ends_with("/.auth/login/aad"));
        assert!(lines[3].starts_with("read tokens at http://127.0.0.1:"));
        assert!(lines[3].ends_with("/.stand-in/inspect"));
    }
}

/// A service that listens on one of the two addresses of `localhost` is found.
#[tokio::test]
async fn localhost_is_ipv4_and_ipv6() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let Ok(listener) = std::net::TcpListener::bind(address) else { continue };
        let port = listener.local_addr().unwrap().port();
        let upstream = thread::spawn(move || {
            for _ in 0..2 {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 4096];
                assert!(stream.read(&mut request).unwrap() > 0);
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfound").unwrap();
            }
        });
        // A bare port means the same.
        for address in [format!("localhost:{port}"), port.to_string()] {
            let (_served, lines) = start_binary(&address);
            let (_, listening) = lines[1].split_once("http://").unwrap();
            let listening = listening.split(' ').next().unwrap().parse().unwrap();
            let answer = send(listening, Method::GET, "/", &[], Bytes::new()).await;
            assert_eq!(answer.text(), "found", "{address}");
        }
        upstream.join().unwrap();
    }
}

/// One line for each request, without query, headers and bodies.
#[tokio::test]
async fn requests_are_logged() {
    let (log, mut lines) = tokio::sync::mpsc::channel(100);
    let world = world_with(|stand_in| stand_in.log = Some(log)).await;
    let secret = "secret-".repeat(10);
    let bearer = world.get("/.stand-in/token?scope=Files.Read", &[]).await;
    let bearer = format!("Bearer {}", bearer.text().trim());
    for (path, headers, expected) in [
        ("/orders?code=secret", &[][..], "GET /orders 200 anonymous"),
        ("/orders", &[("x-stand-in-persona", "arm")], "GET /orders 200 arm"),
        ("/orders", &[("x-stand-in-persona", "agent")], "GET /orders 200 agent"),
        ("/orders", &[("authorization", &*bearer)], "GET /orders 200 bearer"),
        ("/orders", &[("authorization", "Bearer secret")], "GET /orders 200 anonymous"),
        ("/orders", &[("x-stand-in-persona", "secret")], "GET /orders 400 rejected"),
        ("/.auth/me", &[], "GET /.auth/me 200 stand-in"),
        ("/", &[("host", "evil.example")], "GET / 421 stand-in"),
        (&*format!("/a/{secret}/b"), &[], "GET /a/(70 characters)/b 200 anonymous"),
        (&*format!("/{}", "a/".repeat(200)), &[], "GET /a/a/"),
    ] {
        while lines.try_recv().is_ok() {}
        world.get(path, headers).await;
        let line = timeout(LIMIT, lines.recv()).await.expect("in time").unwrap();
        let (time, rest) = line.split_once(' ').unwrap();
        assert!(easyauth::ExpiresOn::parse(time).is_some(), "{line}");
        // The duration is the only part that differs.
        let mut words: Vec<&str> = rest.split(' ').collect();
        if let Some(unit) = words.iter().position(|word| *word == "ms") {
            assert!(words[unit - 1].parse::<u64>().is_ok(), "{line}");
            words.drain(unit - 1..=unit);
        }
        assert!(words.join(" ").starts_with(expected), "{line}");
        assert!(!line.contains("secret") && !line.contains('\n') && line.len() < 300, "{line}");
    }
}

/// A reader that does not keep up loses lines, and stops nothing.
#[tokio::test]
async fn a_full_log_stops_nothing() {
    let (log, _lines) = tokio::sync::mpsc::channel(1);
    let world = world_with(|stand_in| stand_in.log = Some(log)).await;
    for _ in 0..3 {
        assert_eq!(world.get("/", &[]).await.status, StatusCode::OK);
    }
}

#[test]
fn without_a_service_it_prints_the_address_of_the_page() {
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_easyauth"))
        .args(["serve", "--listen", "0"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = io::BufReader::new(child.stdout.take().unwrap());
    let mut log = io::BufReader::new(child.stderr.take().unwrap());
    let _served = Served(child);
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("open http://").unwrap();
    let address = address.strip_suffix(" in a browser of this machine").unwrap().parse().unwrap();
    let request = format!("GET / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    assert!(send_raw(address, &request).contains("<h1>Inspect a request or a token</h1>"));
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    assert!(line.contains(" GET / 200 ") && line.ends_with(" stand-in\n"), "{line}");
}
