//! An HTTP server on loopback that sends configured responses, valid HTTP or not.

use std::{
    collections::HashMap,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// The time limit of every operation, so that every thread ends.
const LIMIT: Duration = Duration::from_secs(30);

const NOW_AND_THEN: Duration = Duration::from_millis(20);

/// The response of a path: these bytes, and what follows.
#[derive(Clone)]
pub(crate) struct Answer {
    bytes: Vec<u8>,
    then: Then,
}

#[derive(Clone)]
enum Then {
    Close,
    /// Nothing more, but the connection stays open until the client or the server ends it.
    Hold,
    /// A byte now and then, until then.
    Drip,
}

impl Answer {
    /// These bytes, be they HTTP or not.
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), then: Then::Close }
    }

    /// A status line without its version, header lines, and a body as it is sent.
    pub(crate) fn new(head: &str, body: impl AsRef<[u8]>) -> Self {
        let mut bytes = format!("HTTP/1.1 {head}\r\n\r\n").into_bytes();
        bytes.extend_from_slice(body.as_ref());
        Self::raw(bytes)
    }

    /// A body of the length that is announced.
    pub(crate) fn with_length(status: &str, body: impl AsRef<[u8]>) -> Self {
        let length = body.as_ref().len();
        Self::new(&format!("{status}\r\ncontent-length: {length}\r\nconnection: close"), body)
    }

    pub(crate) fn ok(body: impl AsRef<[u8]>) -> Self {
        Self::with_length("200 OK", body)
    }

    /// A body in chunks of at most this length (RFC 9112 section 7.1).
    pub(crate) fn chunked(body: &[u8], length: usize) -> Self {
        let mut chunks = Vec::new();
        for chunk in body.chunks(length) {
            chunks.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
            chunks.extend_from_slice(chunk);
            chunks.extend_from_slice(b"\r\n");
        }
        chunks.extend_from_slice(b"0\r\n\r\n");
        Self::new("200 OK\r\ntransfer-encoding: chunked\r\nconnection: close", chunks)
    }

    pub(crate) fn redirect(status: &str, location: &str) -> Self {
        Self::with_length(&format!("{status}\r\nlocation: {location}"), "moved")
    }

    pub(crate) fn then_hold(self) -> Self {
        Self { then: Then::Hold, ..self }
    }

    pub(crate) fn then_drip(self) -> Self {
        Self { then: Then::Drip, ..self }
    }
}

pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    answers: Mutex<HashMap<String, Answer>>,
    /// The first line of every request; empty for a connection that brought none.
    requests: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

impl Server {
    /// A server on a free port. Unknown paths get 404.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let accepting = Some(thread::spawn({
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared)
        }));
        Self { address, shared, accepting }
    }

    /// A server that answers this to everything at `/`.
    pub(crate) fn with(answer: Answer) -> Self {
        let server = Self::start();
        server.set("/", answer);
        server
    }

    pub(crate) fn set(&self, path: &str, answer: Answer) {
        self.shared.answers.lock().unwrap().insert(path.to_owned(), answer);
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn uri(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The first lines of the requests so far, without the version.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().unwrap().clone()
    }

    pub(crate) fn wait_for_requests(&self, count: usize) {
        let start = Instant::now();
        while self.requests().len() < count {
            assert!(start.elapsed() < LIMIT, "{:?}", self.requests());
            thread::sleep(NOW_AND_THEN);
        }
    }

    /// Ends the server, and says what it was asked for, down to the last connection.
    pub(crate) fn stop(mut self) -> Vec<String> {
        self.end();
        self.requests()
    }

    /// Wakes the thread that accepts connections: whatever came before this one has been accepted then.
    fn end(&mut self) {
        let Some(accepting) = self.accepting.take() else { return };
        self.shared.is_over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        accepting.join().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.is_over.load(Ordering::SeqCst) {
            return;
        }
        let index = {
            let mut requests = shared.requests.lock().unwrap();
            requests.push(String::new());
            requests.len() - 1
        };
        let shared = Arc::clone(shared);
        // The client may disconnect at any time. That is not an error of the server.
        thread::spawn(move || stream.and_then(|stream| serve(stream, index, &shared)));
    }
}

fn serve(mut stream: TcpStream, index: usize, shared: &Shared) -> std::io::Result<()> {
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    let line = read_head(&mut stream)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    shared.requests.lock().unwrap()[index] = line;
    let answer = shared.answers.lock().unwrap().get(&path).cloned();
    let answer = answer.unwrap_or_else(|| Answer::with_length("404 Not Found", ""));
    stream.write_all(&answer.bytes)?;
    let start = Instant::now();
    stream.set_read_timeout(Some(NOW_AND_THEN))?;
    while start.elapsed() < LIMIT && !shared.is_over.load(Ordering::SeqCst) {
        match answer.then {
            Then::Close => break,
            Then::Hold => {}
            Then::Drip => stream.write_all(b"x")?,
        }
        // As long as the client keeps silent and stays.
        let is_gone = stream.read(&mut [0]).is_ok_and(|length| length == 0);
        if is_gone {
            break;
        }
    }
    Ok(())
}

/// Reads up to the empty line, and returns method and path. Empty if the request is not HTTP.
fn read_head(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    while !head.ends_with(b"\r\n\r\n") && head.len() < 8192 {
        let length = stream.read(&mut buffer)?;
        head.extend_from_slice(&buffer[..length]);
        if length == 0 || !head[0].is_ascii_uppercase() {
            return Ok(String::new());
        }
    }
    let head = String::from_utf8_lossy(&head);
    let line = head.lines().next().unwrap_or_default();
    Ok(line.trim_end_matches(" HTTP/1.1").to_owned())
}
