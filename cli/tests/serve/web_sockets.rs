//! Web sockets, with a client and a service that write bytes as they are.

use super::*;

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ=="; // RFC 6455 section 1.3
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// Reads up to the empty line after the headers.
fn read_head(stream: &mut std::net::TcpStream) -> String {
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

/// A service that answers the first request with these lines, then sends every byte back in reverse
/// case, and ends with the client. It returns the head of the request.
fn service(status: &str) -> (SocketAddr, thread::JoinHandle<String>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = format!("HTTP/1.1 {status}\r\n\r\n");
    let task = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let head = read_head(&mut stream);
        // The first bytes come in the same packet.
        stream.write_all(format!("{answer}hello ").as_bytes()).unwrap();
        let mut bytes = [0; 1024];
        while let Ok(count @ 1..) = stream.read(&mut bytes) {
            let back: Vec<u8> = bytes[..count].iter().map(|byte| byte ^ 0x20).collect();
            stream.write_all(&back).unwrap();
        }
        head
    });
    (address, task)
}

fn handshake(address: SocketAddr, more: &str) -> std::net::TcpStream {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let head = format!(
        "GET /chat?a=1 HTTP/1.1\r\nHost: {address}\r\nConnection: keep-alive, Upgrade\r\n\
         Upgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{more}\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_pass_in_both_directions() {
    let accepted = format!(
        "101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Accept: {ACCEPT}\r\nX-Private: 1"
    );
    let (upstream, task) = service(&accepted);
    let running = StandIn::new(upstream).start().await.unwrap();
    let forged = "X-Stand-In-Persona: arm\r\nX-MS-CLIENT-PRINCIPAL-ID: forged\r\n";
    let mut client = handshake(running.address(), forged);
    let head = read_head(&mut client);
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    let has = |line: &str| head.to_ascii_lowercase().contains(&line.to_ascii_lowercase());
    assert!(has("connection: upgrade\r\n") && has("upgrade: websocket\r\n"), "{head}");
    assert!(has(&format!("sec-websocket-accept: {ACCEPT}\r\n")), "{head}");

    let mut received = [0; 6];
    client.read_exact(&mut received).unwrap();
    assert_eq!(&received, b"hello ");
    for message in ["first", "second"] {
        client.write_all(message.to_uppercase().as_bytes()).unwrap();
        let mut back = vec![0; message.len()];
        client.read_exact(&mut back).unwrap();
        assert_eq!(back, message.as_bytes());
    }
    drop(client);
    // The service sees the end, and got the headers of the platform.
    let request = task.join().unwrap().to_ascii_lowercase();
    assert!(request.starts_with("get /chat?a=1 http/1.1\r\n"), "{request}");
    assert!(request.contains("\r\nconnection: upgrade\r\n"), "{request}");
    assert!(request.contains("\r\nupgrade: websocket\r\n"), "{request}");
    assert!(request.contains(&format!("\r\nsec-websocket-key: {KEY}\r\n").to_ascii_lowercase()));
    assert!(request.contains("\r\nx-ms-token-aad-access-token: ") && !request.contains("forged"));
}

/// What a client writes after the service has disconnected is lost, so the client is disconnected, too.
#[tokio::test(flavor = "multi_thread")]
async fn web_sockets_end_with_the_service() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let running = StandIn::new(listener.local_addr().unwrap()).start().await.unwrap();
    let service = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_head(&mut stream);
        let head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nbye";
        stream.write_all(head.as_bytes()).unwrap();
    });
    let mut client = handshake(running.address(), "");
    assert!(read_head(&mut client).starts_with("HTTP/1.1 101 "));
    let mut rest = String::new();
    client.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "bye");
    service.join().unwrap();
    let start = std::time::Instant::now();
    while client.write_all(b"lost").is_ok() {
        assert!(start.elapsed() < LIMIT, "the client can write");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn open_web_sockets_end_with_the_stand_in() {
    let (upstream, task) =
        service("101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket");
    let running = StandIn::new(upstream).start().await.unwrap();
    let mut client = handshake(running.address(), "");
    assert!(read_head(&mut client).starts_with("HTTP/1.1 101 "));
    running.shutdown().await;
    let mut rest = Vec::new();
    // A reset is an end, too.
    let _ = client.read_to_end(&mut rest);
    task.join().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn other_upgrades_do_not_pass() {
    // The service declines.
    let (upstream, _task) =
        service("426 Upgrade Required\r\nConnection: close\r\nUpgrade: websocket");
    let running = StandIn::new(upstream).start().await.unwrap();
    let head = read_head(&mut handshake(running.address(), ""));
    assert!(head.starts_with("HTTP/1.1 426 ") && !head.contains("websocket"), "{head}");

    // It switches although the client did not ask, or to another protocol.
    for (status, request) in [
        (
            "101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket",
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        ),
        (
            "101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c",
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        ),
        (
            "101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket",
            "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Content-Length: 0\r\n\r\n",
        ),
        (
            "101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c",
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
        ),
    ] {
        let (upstream, _task) = service(status);
        let running = StandIn::new(upstream).start().await.unwrap();
        let mut client = std::net::TcpStream::connect(running.address()).unwrap();
        client.write_all(request.as_bytes()).unwrap();
        let head = read_head(&mut client);
        assert!(head.starts_with("HTTP/1.1 502 "), "{request}\n{head}");
    }
}
