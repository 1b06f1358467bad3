//! An API without an async runtime: threads, blocking key fetches with ureq, and HTTP read by hand. It shows
//! what any framework without an adapter needs: the headers in, a `Rejection` out.
//!
//! ```text
//! TENANT_ID=<tenant> CLIENT_ID=<client> cargo run -p easyauth-examples --bin blocking
//! ```

use std::{
    env,
    error::Error,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use easyauth::{
    Rejection, Requirement,
    integrations::UreqFetcher,
    verify::{BearerAuth, BlockingBearerAuth},
};
use http::Response;

/// What answers requests.
struct Api(BlockingBearerAuth);

impl Api {
    fn answer(&self, headers: &[(&str, &str)]) -> Result<String, Rejection> {
        let token = self.0.require_token(headers)?;
        token.authorize(&Requirement::scope("Files.Read").or_app_role("Files.Read.All"))?;
        Ok(format!("files for {}", token.client_id().unwrap_or("an unknown client")))
    }

    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let lines = BufReader::new((&stream).take(64 * 1024)).lines(); // as long as headers may be
        let head = lines.take_while(|line| !line.as_ref().is_ok_and(String::is_empty));
        let head: Vec<String> = head.collect::<Result<_, _>>()?;
        let headers = head.iter().skip(1).filter_map(|line| line.split_once(':'));
        let headers: Vec<_> = headers.map(|(name, value)| (name, value.trim())).collect();
        let answer = self.answer(headers.as_slice());
        let response = answer.map_or_else(|rejection| rejection.to_response(), Response::new);
        write!(stream, "HTTP/1.1 {}\r\nconnection: close\r\n", response.status())?;
        for (name, value) in response.headers() {
            write!(stream, "{name}: {}\r\n", value.to_str().unwrap_or_default())?;
        }
        write!(stream, "\r\n{}", response.body())
    }

    fn run(&'static self, listener: &TcpListener) {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || self.serve(stream)); // a client that hangs up does not stop the server
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let auth = BearerAuth::entra(&env::var("TENANT_ID")?, &env::var("CLIENT_ID")?)?
        .fetch_keys_blocking(UreqFetcher::new());
    let background = auth.clone();
    thread::spawn(move || background.keep_fresh(thread::sleep));
    let api: &Api = Box::leak(Box::new(Api(auth)));
    let port = env::var("PORT").map_or(Ok(8080), |port| port.parse::<u16>())?;
    api.run(&TcpListener::bind(("0.0.0.0", port))?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use easyauth::testing::TestIssuer;
    use easyauth_test_support::client;

    use super::*;

    const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
    const CLIENT_ID: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";

    #[test]
    fn requests() -> Result<(), Box<dyn Error>> {
        let (issuer, now) = (TestIssuer::new(TENANT)?, SystemTime::now());
        let auth = BearerAuth::entra(TENANT, CLIENT_ID)?.fixed_keys(issuer.key_set());
        let api: &Api = Box::leak(Box::new(Api(BlockingBearerAuth::new(auth))));
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        thread::spawn(move || api.run(&listener));

        let token = |scope: &str| issuer.access_token(CLIENT_ID, now).scope(scope).sign();
        assert_eq!(client::get(address, "/files", &[]).status, 401);
        for (scope, status) in [("Files.Write", 403), ("Files.Read", 200)] {
            let bearer = [("authorization", format!("Bearer {}", token(scope)))];
            assert_eq!(client::get(address, "/files", &bearer).status, status);
        }
        Ok(())
    }
}
