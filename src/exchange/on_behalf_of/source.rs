//! Where the client credential of each exchange comes from.

use std::{
    fmt,
    future::{Future, ready},
    hash::{BuildHasher as _, RandomState},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::json;

use crate::{
    base64,
    digest::sha256,
    exchange::{ClientCredential, TokenEndpoint},
    shared_future::BoxFuture,
    transport::TransportError,
};

/// How long an assertion that is signed with a certificate is valid, in seconds. It is used at once;
/// Microsoft recommends 5 to 10 minutes ("Microsoft identity platform application authentication
/// certificate credentials").
const ASSERTION_LIFETIME: u64 = 600;

/// Where [`OnBehalfOf`](super::OnBehalfOf) gets its client credential. Cheap to clone.
///
/// - A client secret: `ClientCredential::secret(value).into()`. [`OnBehalfOf::new`](super::OnBehalfOf::new)
///   takes it as it is.
/// - A managed identity, or another issuer that a federated credential of the registration names:
///   [`assertions`](Self::assertions)
#[cfg_attr(feature = "azure_core", doc = "  or [`managed_identity`](Self::managed_identity).")]
#[cfg_attr(
    not(feature = "azure_core"),
    doc = "  or, with the feature `azure_core`, `managed_identity`."
)]
/// - A certificate: [`certificate`](Self::certificate).
#[derive(Clone)]
pub struct CredentialSource {
    name: &'static str,
    get: Arc<Get>,
}

type Get = dyn Fn(&CredentialRequest<'_>) -> Getting + Send + Sync;

type Getting = BoxFuture<Result<Arc<ClientCredential>, TransportError>>;

/// Who needs the credential, and where.
#[derive(Clone, Copy)]
pub(super) struct CredentialRequest<'a> {
    pub(super) endpoint: &'a TokenEndpoint,
    pub(super) client_id: &'a str,
    pub(super) now: SystemTime,
}

impl CredentialSource {
    fn new(
        name: &'static str,
        get: impl Fn(&CredentialRequest<'_>) -> Getting + Send + Sync + 'static,
    ) -> Self {
        Self { name, get: Arc::new(get) }
    }

    /// Client assertions from a function: the token of a managed identity for
    /// `api://AzureADTokenExchange/.default` (in other clouds, see [`TokenEndpoint::exchange_audience`]), or
    /// the token in the file that `AZURE_FEDERATED_TOKEN_FILE` names on Kubernetes.
    ///
    /// The function is called once for each exchange. It should cache the token until shortly before the
    /// token expires, as `azure_identity` does.
    ///
    /// ```
    /// use easyauth::exchange::CredentialSource;
    ///
    /// // On Kubernetes with workload identity.
    /// let source = CredentialSource::assertions(|| async {
    ///     std::fs::read_to_string("/var/run/secrets/azure/tokens/azure-identity-token")
    /// });
    /// ```
    #[must_use]
    pub fn assertions<F, E>(fetch: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<String, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        Self::new("assertions", move |_| {
            let fetching = fetch();
            Box::pin(async move {
                let assertion = fetching.await.map_err(TransportError::new)?;
                Ok(Arc::new(ClientCredential::assertion(assertion)))
            })
        })
    }

    /// Client assertions that are signed with a certificate of the registration. `certificate` is the
    /// certificate in DER, and `sign` returns the PS256 signature of a message (RSASSA-PSS with SHA-256, RFC
    /// 7518 section 3.5) by its private key: with Key Vault, or any crate for RSA. It is called once for each
    /// exchange ("Microsoft identity platform application authentication certificate credentials").
    ///
    /// ```
    /// use easyauth::exchange::CredentialSource;
    ///
    /// # fn key_vault_sign(_: &[u8]) -> Result<Vec<u8>, std::io::Error> { Ok(Vec::new()) }
    /// # let certificate_der = [0_u8; 16];
    /// let source = CredentialSource::certificate(&certificate_der, |message| key_vault_sign(message));
    /// ```
    #[must_use]
    pub fn certificate<E>(
        certificate: &[u8],
        sign: impl Fn(&[u8]) -> Result<Vec<u8>, E> + Send + Sync + 'static,
    ) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let thumbprint = base64::encode_segment(&sha256(&[certificate]));
        let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}).to_string();
        Self::new("certificate", move |request| {
            let message = format!(
                "{}.{}",
                base64::encode_segment(header.as_bytes()),
                base64::encode_segment(claims(request).as_bytes()),
            );
            let assertion = sign(message.as_bytes()).map(|signature| {
                let signature = base64::encode_segment(&signature);
                Arc::new(ClientCredential::assertion(format!("{message}.{signature}")))
            });
            Box::pin(ready(assertion.map_err(TransportError::new)))
        })
    }

    pub(super) fn get(&self, request: &CredentialRequest<'_>) -> Getting {
        (self.get)(request)
    }
}

/// The claims of an assertion (RFC 7523 section 3).
fn claims(request: &CredentialRequest<'_>) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let seconds = request.now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    json!({
        "aud": request.endpoint.to_string(),
        "iss": request.client_id,
        "sub": request.client_id,
        // Unique, also among the instances of a service: `RandomState` is seeded at random.
        "jti": format!("{:016x}-{number}", RandomState::new().hash_one(number)),
        "nbf": seconds,
        "exp": seconds.saturating_add(ASSERTION_LIFETIME),
    })
    .to_string()
}

/// The same credential for every exchange: a client secret.
impl From<ClientCredential> for CredentialSource {
    fn from(credential: ClientCredential) -> Self {
        let credential = Arc::new(credential);
        Self::new("fixed", move |_| Box::pin(ready(Ok(Arc::clone(&credential)))))
    }
}

/// Prints the kind.
impl fmt::Debug for CredentialSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CredentialSource({})", self.name)
    }
}
