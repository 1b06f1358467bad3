//! Public keys and signatures, by jsonwebtoken and aws-lc-rs.
//!
//! jsonwebtoken's process-wide provider is not used: it panics if both back ends are in the build, and it
//! belongs to the application. Its `Validation` is not used either.

#[cfg(feature = "aws_lc_rs")]
use std::panic::AssertUnwindSafe;

#[cfg(feature = "aws_lc_rs")]
use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents},
};
#[cfg(feature = "aws_lc_rs")]
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
#[cfg(all(feature = "rust_crypto", not(feature = "aws_lc_rs")))]
use jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm as Name, DecodingKey};

use super::algorithm::{Algorithm, Family};

/// A public key.
pub(super) struct PublicKey {
    family: Family,
    key: DecodingKey,
    /// The parsed key for Entra's algorithm. jsonwebtoken parses a key for each signature, which takes a
    /// seventh of the time. Unwind safe, because verification does not change it.
    #[cfg(feature = "aws_lc_rs")]
    rs256: Option<AssertUnwindSafe<ParsedPublicKey>>,
}

impl PublicKey {
    /// An RSA key from its modulus and exponent, big-endian without leading zeros.
    pub(super) fn rsa(modulus: &[u8], exponent: &[u8]) -> Self {
        Self {
            family: Family::Rsa,
            key: DecodingKey::from_rsa_raw_components(modulus, exponent),
            #[cfg(feature = "aws_lc_rs")]
            rs256: RsaPublicKeyComponents { n: modulus, e: exponent }
                .to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256)
                .ok()
                .map(AssertUnwindSafe),
        }
    }

    /// A key on a curve, from its uncompressed point (SEC 1 section 2.3.3). A point that is not on the curve
    /// is not detected here; its signatures never verify.
    pub(super) fn on_curve(family: Family, point: &[u8]) -> Self {
        Self {
            family,
            key: DecodingKey::from_ec_der(point),
            #[cfg(feature = "aws_lc_rs")]
            rs256: None,
        }
    }

    pub(super) fn family(&self) -> Family {
        self.family
    }

    /// Returns `true` if `signature` is a valid signature of `message` by this key.
    pub(super) fn verify(&self, algorithm: Algorithm, message: &str, signature: &Vec<u8>) -> bool {
        #[cfg(feature = "aws_lc_rs")]
        if let (Algorithm::Rs256, Some(key)) = (algorithm, &self.rs256) {
            // Hashing separately saves 1 percent: `verify_sig` allocates a context for both steps.
            let digest = digest(&SHA256, message.as_bytes());
            return key.verify_digest_sig(&digest, signature).is_ok();
        }
        algorithm.family() == self.family
            && (DEFAULT_PROVIDER.verifier_factory)(&name(algorithm), &self.key)
                .is_ok_and(|verifier| verifier.verify(message.as_bytes(), signature).is_ok())
    }
}

fn name(algorithm: Algorithm) -> Name {
    match algorithm {
        Algorithm::Rs256 => Name::RS256,
        Algorithm::Rs384 => Name::RS384,
        Algorithm::Rs512 => Name::RS512,
        Algorithm::Ps256 => Name::PS256,
        Algorithm::Ps384 => Name::PS384,
        Algorithm::Ps512 => Name::PS512,
        Algorithm::Es256 => Name::ES256,
        Algorithm::Es384 => Name::ES384,
    }
}
