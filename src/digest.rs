//! SHA-256 and HMAC by the back end that also verifies signatures: hashes for cache keys, thumbprints and
//! health checks. And the comparison of secrets.

use std::hint::black_box;

#[cfg(feature = "aws_lc_rs")]
pub(crate) use self::aws_lc::*;
#[cfg(not(feature = "aws_lc_rs"))]
pub(crate) use self::rust_crypto::*;

#[cfg(feature = "aws_lc_rs")]
mod aws_lc {
    use aws_lc_rs::digest::{Context, SHA256};

    /// The SHA-256 hash of the parts, one after the other.
    pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
        let mut context = Context::new(&SHA256);
        for part in parts {
            context.update(part);
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        hash
    }

    /// HMAC with SHA-256 (RFC 2104). The key can have any length.
    #[cfg(all(
        feature = "tracing",
        any(feature = "axum", feature = "tower", feature = "actix-web")
    ))]
    pub(crate) fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
        use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};

        let mut hash = [0; 32];
        hash.copy_from_slice(sign(&Key::new(HMAC_SHA256, key), message).as_ref());
        hash
    }
}

#[cfg(not(feature = "aws_lc_rs"))]
mod rust_crypto {
    use sha2::{Digest as _, Sha256};

    /// The SHA-256 hash of the parts, one after the other.
    pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
        parts.iter().fold(Sha256::new(), Sha256::chain_update).finalize().into()
    }

    /// HMAC with SHA-256 (RFC 2104). The key can have any length.
    #[cfg(all(
        feature = "tracing",
        any(feature = "axum", feature = "tower", feature = "actix-web")
    ))]
    #[expect(clippy::expect_used, reason = "the crate's HMAC returns no error for any key")]
    pub(crate) fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
        use hmac::{Hmac, Mac as _};

        let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
        mac.chain_update(message).finalize().into_bytes().into()
    }
}

/// Compares in a time that depends on the lengths alone, so that it does not tell how much of a guess is right.
pub(crate) fn is_equal(one: &[u8], other: &[u8]) -> bool {
    let differences = one.iter().zip(other).fold(0, |all, (one, other)| all | (one ^ other));
    // Hidden from the optimizer, which could stop at the first difference otherwise.
    one.len() == other.len() && black_box(differences) == 0
}

#[cfg(test)]
mod tests {
    use super::sha256;

    fn hex(hash: [u8; 32]) -> String {
        use std::fmt::Write as _;
        hash.iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        })
    }

    /// An example of FIPS 180-4 as NIST publishes it, whole and in parts.
    #[test]
    fn parts_are_hashed_one_after_the_other() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let cases: [&[&[u8]]; 3] = [&[b"abc"], &[b"a", b"bc"], &[b"", b"ab", b"", b"c"]];
        for parts in cases {
            assert_eq!(hex(sha256(parts)), expected, "{parts:?}");
        }
    }

    /// RFC 4231 test cases 2 and 6, whose keys are shorter and longer than a block, and an empty key.
    #[cfg(all(
        feature = "tracing",
        any(feature = "axum", feature = "tower", feature = "actix-web")
    ))]
    #[test]
    fn keys_can_have_any_length() {
        use super::hmac;
        assert_eq!(
            hex(hmac(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(hmac(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
        // `printf '' | openssl dgst -sha256 -hmac ''`
        assert_eq!(
            hex(hmac(b"", b"")),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        );
    }
}
