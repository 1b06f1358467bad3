//! The one place that knows jsonwebtoken and aws-lc-rs: a public key, and whether a signature is its.
//!
//! jsonwebtoken's process-wide provider is not touched: it panics if both back ends are in the build,
//! and belongs to the application. Its `Validation` is not used either.

#[cfg(feature = "aws_lc_rs")]
use std::panic::AssertUnwindSafe;

#[cfg(feature = "aws_lc_rs")]
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
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
    /// The key once more, ready for what Entra signs with: jsonwebtoken makes a key ready for each
    /// signature anew, which takes a seventh of the time. Checking a signature leaves it as it is.
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

    /// A key on a curve, from its uncompressed point (SEC 1 section 2.3.3). Whether the point is on
    /// the curve shows when a signature is checked.
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

    /// Whether `signature` is this key's for `message`.
    pub(super) fn verify(&self, algorithm: Algorithm, message: &str, signature: &Vec<u8>) -> bool {
        #[cfg(feature = "aws_lc_rs")]
        if let (Algorithm::Rs256, Some(key)) = (algorithm, &self.rs256) {
            return key.verify_sig(message.as_bytes(), signature).is_ok();
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
