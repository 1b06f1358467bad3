//! The keys of issuers, for each back end.

use std::{
    hash::{BuildHasher as _, RandomState},
    sync::atomic::{AtomicU64, Ordering},
};

use serde_json::{Value, json};

#[cfg(feature = "aws_lc_rs")]
use self::made::Pair;
#[cfg(not(feature = "aws_lc_rs"))]
use self::pooled::Pair;
use crate::base64;

/// The issuer that Entra's keys name. Entra's keys sign for every tenant.
const ISSUER_OF_KEYS: &str = "https://login.microsoftonline.com/{tenantid}/v2.0";

/// A key pair that signs tokens (RS256), with the same length as Entra's.
pub(super) struct SigningKey {
    id: String,
    pair: Pair,
}

impl SigningKey {
    /// A key that differs from all before; `None` if the back end cannot create one.
    pub(super) fn new() -> Option<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        // Random, so that the IDs also differ between processes.
        let id = format!("test-{:016x}-{number}", RandomState::new().hash_one(number));
        Some(Self { id, pair: Pair::new(number)? })
    }

    /// The ID (`kid`), different for each key.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The public part (RFC 7517), as Entra publishes it.
    pub(super) fn jwk(&self) -> Value {
        json!({
            "kty": "RSA",
            "use": "sig",
            "kid": self.id,
            "n": base64::encode_segment(&self.pair.modulus()),
            "e": base64::encode_segment(&self.pair.exponent()),
            "issuer": ISSUER_OF_KEYS,
        })
    }

    /// The signature of a message; `None` if the back end cannot sign.
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        self.pair.sign(message)
    }
}

#[cfg(feature = "aws_lc_rs")]
mod made {
    use aws_lc_rs::{
        rand::SystemRandom,
        rsa::KeySize,
        signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
    };

    /// A pair that was created when the test ran.
    pub(super) struct Pair(RsaKeyPair);

    impl Pair {
        pub(super) fn new(_: u64) -> Option<Self> {
            RsaKeyPair::generate(KeySize::Rsa2048).ok().map(Self)
        }

        pub(super) fn modulus(&self) -> Vec<u8> {
            self.0.public_key().modulus().big_endian_without_leading_zero().to_vec()
        }

        pub(super) fn exponent(&self) -> Vec<u8> {
            self.0.public_key().exponent().big_endian_without_leading_zero().to_vec()
        }

        pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
            let mut signature = vec![0; self.0.public_modulus_len()];
            let random = SystemRandom::new();
            self.0.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).ok()?;
            Some(signature)
        }
    }
}

#[cfg(not(feature = "aws_lc_rs"))]
mod pooled {
    use jsonwebtoken::{Algorithm, EncodingKey, crypto::rust_crypto::DEFAULT_PROVIDER};

    use super::super::pool::KEYS;
    use crate::base64;

    /// The bytes before the modulus in `RSAPrivateKey` (RFC 8017 appendix A.1.2): the version, tags and
    /// lengths. They are the same for all keys of 2048 bits.
    const MODULUS: std::ops::Range<usize> = 12..268;

    /// A pair from the pool: this back end needs up to a minute to create one without optimization.
    pub(super) struct Pair(Vec<u8>);

    impl Pair {
        pub(super) fn new(number: u64) -> Option<Self> {
            let index = usize::try_from(number).ok()?.checked_rem(KEYS.len())?;
            base64::decode_segment(KEYS.get(index)?).ok().map(Self)
        }

        pub(super) fn modulus(&self) -> Vec<u8> {
            self.0.get(MODULUS).unwrap_or_default().to_vec()
        }

        #[expect(clippy::unused_self, reason = "the exponent is that of all keys in the pool")]
        pub(super) fn exponent(&self) -> Vec<u8> {
            vec![1, 0, 1]
        }

        pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
            let key = EncodingKey::from_rsa_der(&self.0);
            let signer = (DEFAULT_PROVIDER.signer_factory)(&Algorithm::RS256, &key).ok()?;
            signer.try_sign(message).ok()
        }
    }
}

#[cfg(all(test, not(feature = "aws_lc_rs")))]
mod tests {
    use std::{collections::BTreeSet, time::SystemTime};

    use super::{super::TestIssuer, super::pool::KEYS, pooled::Pair};
    use crate::{
        base64,
        tokens::AccessToken,
        verify::{Tenant, Verifier},
    };

    const TENANT: &str = "b811a652-39e6-4a0c-b563-4279a1dd5012";
    const CLIENT_ID: &str = "6e74172b-be56-4843-9ff4-e66a39bb12e3";

    /// The parts of a key are at the expected offsets.
    #[test]
    fn keys_are_laid_out_alike() {
        let mut moduli = BTreeSet::new();
        for (number, key) in (0..).zip(KEYS) {
            let der = base64::decode_segment(key).unwrap();
            let pair = Pair::new(number).unwrap();
            assert!(pair.modulus().len() == 256 && pair.modulus().first() >= Some(&0x80));
            assert_eq!(der.get(4..12), Some(&[2, 1, 0, 2, 0x82, 1, 1, 0][..]));
            assert_eq!(der.get(268..273), Some(&[2, 3, 1, 0, 1][..]));
            assert!(moduli.insert(pair.modulus()), "key {number} is there twice");
        }
    }

    /// Each key signs. After the last, the first is used again under another ID.
    #[test]
    fn every_key_signs() {
        let mut issuer = TestIssuer::new(TENANT).unwrap();
        let tenant = Tenant::single(TENANT).unwrap();
        let verifier = Verifier::builder(tenant).application(CLIENT_ID).build().unwrap();
        let now = SystemTime::now();
        let mut ids = BTreeSet::new();
        for _ in 0..=KEYS.len() {
            assert!(ids.insert(issuer.key_id().to_owned()));
            let token = issuer.access_token(CLIENT_ID, now).scope("Files.Read").sign();
            assert!(verifier.verify(&AccessToken::new(token), &issuer.key_set(), now).is_ok());
            issuer.rotate().unwrap();
        }
    }
}
