//! Why keys of a key set are not used, in the words of `SkippedKey`.
#![allow(missing_docs, reason = "the texts are the documentation")]

pub const NOT_AN_OBJECT: &str = "it is not a JSON object";
pub const DUPLICATE_MEMBER: &str = "it has a duplicate member";
pub const MISSING_MEMBER: &str = "a required member is missing";
pub const MALFORMED_MEMBER: &str = "a member has the wrong type or length";
pub const NOT_BASE64: &str = "a member is not base64url";
pub const UNKNOWN_TYPE: &str = "its kty is neither RSA nor EC";
pub const UNKNOWN_CURVE: &str = "its crv is neither P-256 nor P-384";
pub const WRONG_USE: &str = "its use is not sig";
pub const WRONG_OPERATIONS: &str = "its key_ops does not contain verify";
pub const WRONG_ALGORITHM: &str = "its alg is not a signature algorithm for this type of key";
pub const MODULUS_LENGTH: &str = "its modulus does not have 2048 to 8192 bits";
pub const WRONG_EXPONENT: &str = "its exponent is even, 1, or longer than 33 bits";
pub const PRIVATE: &str = "its private half is published";
pub const CONFLICT: &str = "another key has the same kid";
