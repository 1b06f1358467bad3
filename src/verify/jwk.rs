//! One key of a key set (RFC 7517), and the rules for using it.

use super::{
    algorithm::{Algorithm, Family},
    signature::PublicKey,
    usual_header::UsualHeaders,
};
use crate::{
    base64,
    debug::debug,
    escape::{Escaped, EscapedText},
    json::{
        ObjectError,
        members::{Members, Value},
    },
};

/// The accepted lengths of an RSA modulus, in bits. RFC 7518 section 3.3 requires at least 2048. aws-lc-rs
/// accepts at most 8192 (`RSA_PKCS1_2048_8192_SHA256`). Entra's keys have 2048. With the back end
/// `rust_crypto`, signatures by keys longer than 4096 never verify.
pub const RSA_MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The length limit of an RSA exponent, in bits: that of aws-lc and of the `rsa` crate. It bounds the work
/// for one signature. Entra's exponent is 65537.
const MAX_RSA_EXPONENT_BITS: usize = 33;

/// A public key that verifies the signatures of tokens.
pub struct Key {
    id: Box<str>,
    algorithm: Option<Algorithm>,
    issuer: Option<Box<str>>,
    cloud_instance_name: Option<Box<str>>,
    pub(super) public: PublicKey,
    pub(super) usual_headers: UsualHeaders,
    /// The decoded parts of the key, to compare keys.
    material: [Vec<u8>; 2],
}

/// Members that only the private half of a key has (RFC 7518 sections 6.2.2 and 6.3.2).
const PRIVATE_PARTS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

impl Key {
    /// Reads one element of `keys`. If the key cannot be used, returns the reason, and its ID if it has
    /// one.
    pub(super) fn parse(json: &str) -> Result<Self, (Option<EscapedText>, Skip)> {
        let members = Members::parse(json.to_owned()).map_err(|error| (None, error.into()))?;
        let id = members.text("kid").filter(|id| !id.is_empty());
        Self::of(&members, id).map_err(|reason| (id.map(|id| EscapedText(id.into())), reason))
    }

    fn of(members: &Members, id: Option<&str>) -> Result<Self, Skip> {
        let kind = text(members, "kty")?.ok_or(Skip::MissingMember("kty"))?;
        if !matches!(kind, "RSA" | "EC") {
            return Err(Skip::UnknownType);
        }
        check_purpose(members)?;
        if PRIVATE_PARTS.iter().any(|part| members.get(part).is_some()) {
            return Err(Skip::Private);
        }
        let id = match members.get("kid") {
            Some(Value::Text(_)) => id.ok_or(Skip::MissingMember("kid"))?,
            Some(_) => return Err(Skip::MalformedMember("kid")),
            None => return Err(Skip::MissingMember("kid")),
        };
        let (public, material) = match kind {
            "RSA" => rsa(members)?,
            _ => on_curve(members)?,
        };
        let algorithm = match text(members, "alg")? {
            None => None,
            Some(name) => Some(
                Algorithm::from_name(name)
                    .filter(|algorithm| algorithm.family() == public.family())
                    .ok_or(Skip::WrongAlgorithm)?,
            ),
        };
        Ok(Self {
            id: id.into(),
            algorithm,
            issuer: text(members, "issuer")?.map(Into::into),
            cloud_instance_name: text(members, "cloud_instance_name")?.map(Into::into),
            public,
            usual_headers: UsualHeaders::of(id),
            material,
        })
    }

    /// The key ID (`kid`).
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The only algorithm that the key may be used with (`alg`). Entra's keys have none.
    #[must_use]
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// The issuer whose tokens this key signs (`issuer`, in Entra's version 2.0 documents). It contains
    /// `{tenantid}` if the key is for every tenant. The keys of Azure Government name the issuer of the
    /// public cloud.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The cloud whose tokens this key signs (`cloud_instance_name`, in Entra's documents since 2025).
    /// Recorded values are `microsoftonline.com` and `microsoftonline.us`. Keys of Azure China have none.
    #[must_use]
    pub fn cloud_instance_name(&self) -> Option<&str> {
        self.cloud_instance_name.as_deref()
    }

    /// Returns `true` if both are the same key with the same restrictions.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || self.has_same_parts(other)
    }

    fn has_same_parts(&self, other: &Self) -> bool {
        self.public.family() == other.public.family()
            && self.material == other.material
            && self.algorithm == other.algorithm
            && self.issuer == other.issuer
            && self.cloud_instance_name == other.cloud_instance_name
    }
}

debug! {
    Key, |own|
    id: Escaped(&own.id),
    algorithm: own.algorithm,
    issuer: own.issuer().map(Escaped),
    cloud_instance_name: own.cloud_instance_name().map(Escaped),
    ..
}

/// Rejects a key that says that it is not for signatures (RFC 7517 sections 4.2 and 4.3).
fn check_purpose(members: &Members) -> Result<(), Skip> {
    if text(members, "use")?.is_some_and(|purpose| purpose != "sig") {
        return Err(Skip::WrongUse);
    }
    match members.get("key_ops") {
        None => Ok(()),
        Some(Value::List(mut operations)) => {
            if operations.any(|operation| operation == "verify") {
                Ok(())
            } else {
                Err(Skip::WrongOperations)
            }
        }
        Some(_) => Err(Skip::MalformedMember("key_ops")),
    }
}

type Parts = (PublicKey, [Vec<u8>; 2]);

/// RFC 7518 section 6.3.1.
fn rsa(members: &Members) -> Result<Parts, Skip> {
    let modulus = unsigned(members, "n")?;
    let exponent = unsigned(members, "e")?;
    let length = bits(&modulus);
    if !RSA_MODULUS_BITS.contains(&length) {
        return Err(Skip::ModulusLength(length));
    }
    let is_odd = exponent.last().is_some_and(|byte| byte % 2 == 1);
    if !is_odd || exponent == [1] || bits(&exponent) > MAX_RSA_EXPONENT_BITS {
        return Err(Skip::WrongExponent);
    }
    Ok((PublicKey::rsa(&modulus, &exponent), [modulus, exponent]))
}

/// RFC 7518 section 6.2.1.
fn on_curve(members: &Members) -> Result<Parts, Skip> {
    let (family, length) = match text(members, "crv")?.ok_or(Skip::MissingMember("crv"))? {
        "P-256" => (Family::P256, 32),
        "P-384" => (Family::P384, 48),
        _ => return Err(Skip::UnknownCurve),
    };
    let coordinate = |name| match bytes(members, name)? {
        bytes if bytes.len() == length => Ok(bytes),
        _ => Err(Skip::MalformedMember(name)),
    };
    let (x, y) = (coordinate("x")?, coordinate("y")?);
    // SEC 1 section 2.3.3: 4 marks an uncompressed point.
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    Ok((PublicKey::on_curve(family, &point), [x, y]))
}

/// A `Base64urlUInt` (RFC 7518 section 2). Some issuers write leading zeros (RFC 7518 section 6.3.1.1
/// mentions it).
fn unsigned(members: &Members, name: &'static str) -> Result<Vec<u8>, Skip> {
    let mut bytes = bytes(members, name)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.drain(..zeros);
    Ok(bytes)
}

fn bytes(members: &Members, name: &'static str) -> Result<Vec<u8>, Skip> {
    let text = text(members, name)?.ok_or(Skip::MissingMember(name))?;
    base64::decode_segment(text).map_err(|_| Skip::NotBase64(name))
}

fn text<'a>(members: &'a Members, name: &'static str) -> Result<Option<&'a str>, Skip> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text)),
        Some(_) => Err(Skip::MalformedMember(name)),
    }
}

/// The length of a number without leading zeros.
fn bits(number: &[u8]) -> usize {
    let Some((first, rest)) = number.split_first() else { return 0 };
    let first = u8::BITS.saturating_sub(first.leading_zeros());
    rest.len().saturating_mul(8).saturating_add(usize::try_from(first).unwrap_or_default())
}

/// Why a key of a key set is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Skip {
    #[error("it is not a JSON object")]
    NotAnObject,
    #[error("it has a duplicate member")]
    DuplicateMember,
    #[error("a required member is missing: {0}")]
    MissingMember(&'static str),
    #[error("a member has the wrong type or length: {0}")]
    MalformedMember(&'static str),
    #[error("a member is not base64url: {0}")]
    NotBase64(&'static str),
    #[error("its kty is neither RSA nor EC")]
    UnknownType,
    #[error("its crv is neither P-256 nor P-384")]
    UnknownCurve,
    #[error("its use is not sig")]
    WrongUse,
    #[error("its key_ops does not contain verify")]
    WrongOperations,
    #[error("its alg is not a signature algorithm for this type of key")]
    WrongAlgorithm,
    #[error("its modulus does not have 2048 to 8192 bits: {0}")]
    ModulusLength(usize),
    #[error("its exponent is even, 1, or longer than 33 bits")]
    WrongExponent,
    /// Anyone can sign with it.
    #[error("its private half is published")]
    Private,
    #[error("another key has the same kid")]
    Conflict,
}

impl From<ObjectError> for Skip {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::Duplicate(_) => Self::DuplicateMember,
            ObjectError::Json(_) | ObjectError::NotAnObject | ObjectError::WrongType(_) => {
                Self::NotAnObject
            }
        }
    }
}
