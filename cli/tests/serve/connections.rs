//! Addresses, connections and bodies.

use super::*;

#[track_caller]
fn does_not_start(result: io::Result<Running>, message: &str) {
    let Err(error) = result else { panic!("expected an error") };
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    assert_eq!(error.to_string(), message);
}

#[tokio::test]
async fn only_loopback_addresses_are_used() {
    let loopback: SocketAddr = "127.0.0.1:9".parse().unwrap();
    let outside = ["0.0.0.0:0", "192.168.0.7:0", "10.0.0.1:80", "[::]:0", "[::ffff:10.0.0.1]:80"];
    for address in outside {
        let address: SocketAddr = address.parse().unwrap();
        let listening = StandIn { listen: address, ..StandIn::new(loopback) };
        does_not_start(listening.start().await, "the stand-in listens on loopback addresses only");
        let forwarding = StandIn::new(address);
        does_not_start(
            forwarding.start().await,
            "the stand-in forwards to loopback addresses only",
        );
    }
    for address in ["127.0.0.1:9", "127.1.2.3:9", "[::1]:9", "[::ffff:127.0.0.1]:9"] {
        assert!(
            StandIn::new(address.parse::<SocketAddr>().unwrap()).start().await.is_ok(),
            "{address}"
        );
    }
}

#[tokio::test]
async fn unusable_addresses_are_rejected() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let taken = upstream().await;
    let listening = StandIn { listen: taken.address, ..StandIn::new(free) };
    let Err(error) = listening.start().await else { panic!("expected an error") };
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    let message = error.to_string();
    assert!(message.starts_with(&format!("cannot listen on {}: ", taken.address)), "{message}");
    let itself = StandIn { listen: free, ..StandIn::new(free) };
    does_not_start(itself.start().await, "--upstream and --listen are the same address");
}

#[tokio::test]
async fn requests_for_other_hosts_are_rejected() {
    let world = world().await;
    for host in ["localhost:8080", "LOCALHOST", "orders.localhost:8080", "127.0.0.1", "[::1]:8080"]
    {
        assert_eq!(world.get("/", &[("host", host)]).await.status, 200, "{host}");
    }
    // The name of another site that resolves to this machine (DNS rebinding).
    for host in [
        "evil.example",
        "localhost.evil.example",
        "evillocalhost",
        "127.0.0.1.evil.example",
        "10.0.0.1",
    ] {
        for path in ["/", "/.auth/login/aad/callback?persona=admin", "/.stand-in/token"] {
            let answer = world.get(path, &[("host", host)]).await;
            assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host}{path}");
        }
    }
}

#[tokio::test]
async fn bodies_of_some_megabytes() {
    let world = world().await;
    let body: Vec<u8> = (0..=250).cycle().take(BIG).collect();
    let echo = world.send(Method::POST, "/echo?a=1&b=%2F", &[], body.clone().into()).await;
    assert!(echo.body == body);
    assert_eq!(echo.header("x-query"), Some("a=1&b=%2F"));
    let big = world.get("/big", &[]).await;
    assert_eq!(big.body.len(), BIG);
    assert_eq!(big.header("content-length"), Some(&*BIG.to_string()));
    let head = world.send(Method::HEAD, "/big", &[], Bytes::new()).await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_no_browser_sends() {
    let world = world().await;
    let address = world.stand_in.address();
    // HTTP/1.0 has no host.
    assert!(
        send_raw(address, "GET / HTTP/1.0\r\n\r\n").contains(&world.upstream.address.to_string())
    );
    // Another host in the address: still to the upstream.
    let absolute = format!(
        "GET http://evil.example/a?b HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
    );
    assert!(send_raw(address, &absolute).contains("x-query: b"));
    let tunnel = format!(
        "CONNECT evil.example:443 HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
    );
    let answer = send_raw(address, &tunnel);
    assert!(answer.starts_with("HTTP/1.1 501"), "{answer}");
    // Two hosts: one of them could be another site's.
    for hosts in ["localhost\r\nhost: evil.example", "localhost\r\nhost: localhost"] {
        let two = format!("GET / HTTP/1.1\r\nhost: {hosts}\r\nconnection: close\r\n\r\n");
        let answer = send_raw(address, &two);
        assert!(answer.starts_with("HTTP/1.1 421"), "{answer}");
    }
    // Two lengths: only the length of the chunks counts, and the other is not forwarded.
    let two = format!(
        "POST /echo HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: 60\r\n\
         transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    );
    let answer = send_raw(address, &two);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("hello"), "{answer}");
    // No length: the service is not to blame.
    let none = two.replace("\r\n5\r\n", "\r\nzz\r\n");
    let answer = send_raw(address, &none);
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nthe body of the request is malformed\n"), "{answer}");
}

/// A body in chunks arrives whatever the method is.
#[tokio::test(flavor = "multi_thread")]
async fn chunks_are_forwarded() {
    let world = world().await;
    let address = world.stand_in.address();
    let request = |method: &str, coding: &str| {
        format!(
            "{method} /echo HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
             transfer-encoding: {coding}\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
        )
    };
    for method in ["GET", "DELETE", "POST", "PUT", "OPTIONS", "REPORT"] {
        for coding in ["chunked", "Chunked"] {
            let answer = send_raw(address, &request(method, coding));
            assert!(answer.starts_with("HTTP/1.1 200"), "{method} {answer}");
            assert!(answer.ends_with("\r\n\r\nhello"), "{method} {answer}");
        }
    }
    // The stand-in decodes no other coding.
    for coding in ["gzip, chunked", "gzip\r\ntransfer-encoding: chunked", "chunked, chunked"] {
        let answer = send_raw(address, &request("POST", coding));
        assert!(answer.starts_with("HTTP/1.1 501"), "{answer}");
        let line = "expected the transfer coding chunked alone";
        assert!(answer.ends_with(&format!("\r\n\r\n{line}\n")), "{answer}");
    }
}

#[tokio::test]
async fn an_upstream_that_is_down() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let running = StandIn::new(free).start().await.unwrap();
    let answer = send(running.address(), Method::GET, "/", &[], Bytes::new()).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY);
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    let error = std::net::TcpStream::connect(free).unwrap_err();
    assert_eq!(answer.text(), format!("cannot connect to {free}: {error}\n"));
    // Its own pages need no upstream.
    let page = send(running.address(), Method::GET, "/.auth/login/aad", &[], Bytes::new()).await;
    assert_eq!(page.status, StatusCode::OK);
}

/// A service that reads the start of each request, sends this answer, and disconnects.
fn hasty(answer: String) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    address
}

#[tokio::test]
async fn unreadable_answers() {
    for (answer, reason) in [
        (String::new(), "connection closed before message completed"),
        ("HTTP/1.1 200 OK\r\ncontent-".to_owned(), "connection closed before message completed"),
        ("SSH-2.0-sample\r\n".to_owned(), "invalid HTTP version parsed"),
        ("HTTP/1.1 200 OK\r\nx secret: secret\r\n\r\n".to_owned(), "invalid HTTP header parsed"),
        (
            format!("HTTP/1.1 200 OK\r\n{}\r\n", "x-a: secret\r\n".repeat(101)),
            "message head is too large",
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"
                .to_owned(),
            "an upgrade that the client did not request",
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
                .to_owned(),
            "expected the transfer coding chunked alone",
        ),
    ] {
        let address = hasty(answer.clone());
        let running = StandIn::new(address).start().await.unwrap();
        let found = send(running.address(), Method::GET, "/", &[], Bytes::new()).await;
        assert_eq!(found.status, StatusCode::BAD_GATEWAY, "{answer}");
        let line = format!("the answer of {address} is unreadable or broke off: {reason}\n");
        assert_eq!(found.text(), line, "{answer}");
    }
}

/// A service need not read a body that is too large for it.
#[tokio::test(flavor = "multi_thread")]
async fn early_answers() {
    let answer =
        "HTTP/1.1 413 Content Too Large\r\nconnection: close\r\ncontent-length: 3\r\n\r\nbig";
    let running = StandIn::new(hasty(answer.to_owned())).start().await.unwrap();
    let address = running.address();
    // Whether a write fails before the answer comes depends on the scheduling.
    for _ in 0..30 {
        let mut client = std::net::TcpStream::connect(address).unwrap();
        client.set_read_timeout(Some(LIMIT)).unwrap();
        let mut writer = client.try_clone().unwrap();
        let task = thread::spawn(move || {
            let head = format!(
                "POST / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {BIG}\r\n\r\n"
            );
            writer.write_all(head.as_bytes()).unwrap();
            // The stand-in may close the connection before it has read everything.
            let _ = writer.write_all(&vec![7; BIG]);
        });
        let mut answer = Vec::new();
        // A reset is an end, too.
        let _ = client.read_to_end(&mut answer);
        task.join().unwrap();
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.ends_with("\r\n\r\nbig"), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_streamed() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (go_on, wait) = mpsc::channel();
    let upstream = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        assert!(stream.read(&mut request).unwrap() > 0);
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(format!("{head}5\r\nfirst\r\n").as_bytes()).unwrap();
        // The rest is sent after the first part has arrived.
        wait.recv_timeout(LIMIT).unwrap();
        stream.write_all(b"4\r\nrest\r\n0\r\n\r\n").unwrap();
    });
    let running = StandIn::new(address).start().await.unwrap();
    let request = Request::get("/").header("host", running.address().to_string());
    let answer = open(running.address(), request.body(Full::default()).unwrap()).await;
    let mut body = answer.into_body();
    let first = timeout(LIMIT, body.frame()).await.expect("in time").unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), "first");
    go_on.send(()).unwrap();
    let rest = timeout(LIMIT, body.collect()).await.expect("in time").unwrap().to_bytes();
    assert_eq!(rest, "rest");
    upstream.join().unwrap();
}

#[tokio::test]
async fn it_stops() {
    let world = world().await;
    let address = world.stand_in.address();
    assert_eq!(world.get("/", &[]).await.status, StatusCode::OK);
    world.stand_in.shutdown().await;
    assert!(TcpStream::connect(address).await.is_err());

    let dropped = StandIn::new(world.upstream.address).start().await.unwrap();
    let address = dropped.address();
    drop(dropped);
    let stopped = async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(LIMIT, stopped).await.expect("in time");
}
