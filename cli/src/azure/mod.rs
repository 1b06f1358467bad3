//! Calls to Azure Resource Manager.

mod token;

use std::{io::Read as _, thread, time::Duration};

use easyauth::{arm::ArmError, settings::MAX_SETTINGS_LEN};
use http::{Request, StatusCode, Uri, header::RETRY_AFTER};

pub(crate) use token::{find_azure_cli, token};

use crate::{Environment, Failure, SERVER_FAILED, terminal::printable, with_sources};

/// The longest that one request may take. App Service takes up to half a minute to save settings.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The most tries of a request that may succeed later.
const MAX_TRIES: u32 = 4;

/// The longest pause between tries. A longer `Retry-After` ends the tries.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// The pause before another try if the service names none.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest message of the service that is shown, in characters.
const MAX_MESSAGE_LEN: usize = 500;

/// A client for Azure Resource Manager.
pub(crate) struct Arm {
    agent: ureq::Agent,
    /// Replaces the scheme and the host of requests, for tests on this machine.
    origin: Option<Uri>,
}

impl Arm {
    pub(crate) fn new(env: &Environment) -> Self {
        let config = ureq::Agent::config_builder()
            // A redirect could send the token to another host.
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT));
        let config = match env.arm_origin {
            Some(_) => config.proxy(None),
            None => config,
        };
        Self { agent: config.build().into(), origin: env.arm_origin.clone() }
    }

    /// Sends a request, again if the service asks for it, and returns the body of a successful answer.
    ///
    /// Reading and replacing settings can be repeated safely.
    pub(crate) fn send(&self, request: &Request<Vec<u8>>) -> Result<Vec<u8>, Failure> {
        let mut tries = 1;
        loop {
            let Answer { status, retry_after, body } = self.send_once(request)?;
            if status.is_success() {
                return Ok(body);
            }
            let error = ArmError::parse(status, &body);
            let pause = retry_after.unwrap_or(PAUSE);
            if !error.is_retryable() || tries >= MAX_TRIES || pause > MAX_PAUSE {
                return Err(failure(&error, retry_after));
            }
            tries = tries.saturating_add(1);
            thread::sleep(pause);
        }
    }

    fn send_once(&self, request: &Request<Vec<u8>>) -> Result<Answer, Failure> {
        let mut sent = request.clone();
        if let Some(origin) = &self.origin {
            let mut parts = origin.clone().into_parts();
            parts.path_and_query = request.uri().path_and_query().cloned();
            *sent.uri_mut() = Uri::from_parts(parts)?;
        }
        let unreachable = |error: &dyn std::error::Error| Failure {
            message: format!("cannot reach Azure Resource Manager: {}", with_sources(error)),
            status: SERVER_FAILED,
        };
        let mut answer = self.agent.run(sent).map_err(|error| unreachable(&error))?;
        let retry_after = answer.headers().get(RETRY_AFTER);
        // Azure Resource Manager sends seconds, not a date.
        let retry_after = retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let mut body = Vec::new();
        let most = u64::try_from(MAX_SETTINGS_LEN)?.saturating_add(1);
        let read = answer.body_mut().as_reader().take(most).read_to_end(&mut body);
        let broken = |reason: String| Failure {
            message: format!("cannot read the answer of Azure Resource Manager: {reason}"),
            status: SERVER_FAILED,
        };
        read.map_err(|error| broken(with_sources(&error)))?;
        if body.len() > MAX_SETTINGS_LEN {
            return Err(broken(format!("it is longer than {MAX_SETTINGS_LEN} bytes")));
        }
        let status = answer.status();
        Ok(Answer { status, retry_after: retry_after.map(Duration::from_secs), body })
    }
}

struct Answer {
    status: StatusCode,
    retry_after: Option<Duration>,
    body: Vec<u8>,
}

fn failure(error: &ArmError, retry_after: Option<Duration>) -> Failure {
    let pause = retry_after.filter(|_| error.is_retryable());
    let pause = pause.map(|pause| format!(" (Retry-After: {} s)", pause.as_secs()));
    let text = error.message().map(|text| {
        let text: String = printable(text).chars().take(MAX_MESSAGE_LEN).collect();
        format!("\nAzure's message: {text}")
    });
    let message = format!("{error}{}{}", pause.unwrap_or_default(), text.unwrap_or_default());
    Failure { message, status: SERVER_FAILED }
}
