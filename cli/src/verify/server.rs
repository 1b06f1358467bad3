//! The web server of the pretend issuer, on a port of this machine.

use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use super::issuer::Issuer;

const METADATA: &str = "/v2.0/.well-known/openid-configuration";
const KEYS: &str = "/discovery/v2.0/keys";

/// Publishes the documents of an issuer for as long as the program runs. Returns where the metadata is.
pub(crate) fn start(issuer: &Issuer) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let origin = format!("http://{}", listener.local_addr()?);
    let metadata = Issuer::metadata(&format!("{origin}{KEYS}")).to_string();
    let keys = issuer.key_set().to_string();

    thread::spawn(move || {
        for stream in listener.incoming() {
            // A client that goes away is no matter of the server's.
            let _ = stream.and_then(|stream| {
                respond(stream, |path| match path {
                    METADATA => Some(&metadata),
                    KEYS => Some(&keys),
                    _ => None,
                })
            });
        }
    });
    Ok(format!("{origin}{METADATA}"))
}

/// Reads one request, of which the path is all that counts, and answers it.
fn respond<'a>(
    mut stream: TcpStream,
    document: impl Fn(&str) -> Option<&'a String>,
) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.set_write_timeout(Some(Duration::from_secs(5)))?;
    let head = BufReader::new(&stream).take(8192).lines();
    let head = head.take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty()));
    let head = head.collect::<io::Result<Vec<String>>>()?;

    let path = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let (status, body) = match document(path) {
        Some(body) => ("200 OK", body.as_str()),
        None => ("404 Not Found", ""),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}
