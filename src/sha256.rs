//! SHA-256 (FIPS 180-4), for keys of caches and thumbprints. In the crate, because the core has no
//! cryptographic dependency and every back end is optional.

use zeroize::Zeroizing;

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (section 4.2.2).
#[rustfmt::skip]
const ROUND_CONSTANTS: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];

/// The initial hash value (section 5.3.3).
#[rustfmt::skip]
const INITIAL: [u32; 8] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
];

/// The length of a block in bytes.
const BLOCK: usize = 64;

/// The hash of the parts, one after the other.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let length = parts.iter().fold(0_usize, |sum, part| sum.saturating_add(part.len()));
    // Parts can be secrets, so the copy is wiped. Sized up front, so that growing it leaves no other.
    let mut message = Zeroizing::new(Vec::with_capacity(length.saturating_add(2 * BLOCK)));
    for part in parts {
        message.extend_from_slice(part);
    }
    // Section 5.1.1: a one bit, then zeros, so that the length fills the last block.
    message.push(0x80);
    while message.len() % BLOCK != BLOCK - 8 {
        message.push(0);
    }
    let bits = u64::try_from(length).unwrap_or(u64::MAX).wrapping_mul(8);
    message.extend_from_slice(&bits.to_be_bytes());
    let mut state = INITIAL;
    for block in message.chunks_exact(BLOCK) {
        compress(&mut state, block);
    }
    let mut hash = [0; 32];
    for (place, word) in hash.chunks_exact_mut(4).zip(state) {
        place.copy_from_slice(&word.to_be_bytes());
    }
    hash
}

/// HMAC with this hash (RFC 2104).
#[cfg(feature = "tracing")]
pub(crate) fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut padded = [0_u8; BLOCK];
    let hashed;
    let key = if key.len() > BLOCK {
        hashed = sha256(&[key]);
        &hashed[..]
    } else {
        key
    };
    for (place, byte) in padded.iter_mut().zip(key) {
        *place = *byte;
    }
    let inner = sha256(&[&padded.map(|byte| byte ^ 0x36), message]);
    sha256(&[&padded.map(|byte| byte ^ 0x5c), &inner])
}

/// Section 6.2.2, with a window of 16 words instead of the whole schedule.
#[expect(clippy::many_single_char_names, reason = "the names of the standard")]
fn compress(state: &mut [u32; 8], block: &[u8]) {
    let mut words = [0_u32; 16];
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
        *word = bytes.iter().fold(0, |word, byte| (word << 8) | u32::from(*byte));
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for constant in &ROUND_CONSTANTS {
        let [w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, w12, w13, w14, w15] = words;
        let sum1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let choice = (e & f) ^ (!e & g);
        let first =
            h.wrapping_add(sum1).wrapping_add(choice).wrapping_add(*constant).wrapping_add(w0);
        let sum0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let majority = (a & b) ^ (a & c) ^ (b & c);
        let second = sum0.wrapping_add(majority);
        (h, g, f, e) = (g, f, e, d.wrapping_add(first));
        (d, c, b, a) = (c, b, a, first.wrapping_add(second));

        let sigma0 = w1.rotate_right(7) ^ w1.rotate_right(18) ^ (w1 >> 3);
        let sigma1 = w14.rotate_right(17) ^ w14.rotate_right(19) ^ (w14 >> 10);
        let next = w0.wrapping_add(sigma0).wrapping_add(w9).wrapping_add(sigma1);
        words = [w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, w12, w13, w14, w15, next];
    }
    for (value, add) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *value = value.wrapping_add(add);
    }
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

    /// The examples of FIPS 180-4 as NIST publishes them, and the empty message.
    #[test]
    fn published_examples() {
        let cases: [(&[u8], &str); 3] = [
            (b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
        ];
        for (message, expected) in cases {
            assert_eq!(hex(sha256(&[message])), expected);
        }
    }

    /// Every length around the ends of blocks, whole and in parts, as another implementation has it.
    #[cfg(feature = "aws_lc_rs")]
    #[test]
    fn every_length_agrees_with_aws_lc() {
        let message: Vec<u8> = (0..=255).collect();
        for length in 0..=200 {
            let (message, cut) = (&message[..length], length / 3);
            let expected = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, message);
            assert_eq!(sha256(&[message])[..], *expected.as_ref(), "{length}");
            assert_eq!(sha256(&[&message[..cut], &message[cut..]])[..], *expected.as_ref());
        }
    }

    /// RFC 4231 test cases 2 and 6.
    #[cfg(feature = "tracing")]
    #[test]
    fn keyed_hashes() {
        use super::hmac;
        assert_eq!(
            hex(hmac(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(hmac(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }
}
