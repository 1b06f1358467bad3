//! One key of a key set (RFC 7517), and the rules for using it.

use std::fmt;

use super::{
    algorithm::{Algorithm, Family},
    signature::PublicKey,
};
use crate::{
    base64,
    escape::Escaped,
    json::{
        ObjectError,
        members::{Members, Value},
    },
    jwt::MemberName,
};

/// The lengths of an RSA modulus that are used, in bits: at least what RFC 7518 section 3.3 demands,
/// at most what aws-lc-rs takes (`RSA_PKCS1_2048_8192_SHA256`). Entra's keys have 2048. The back end
/// `rust_crypto` checks no signature of a key longer than 4096.
pub const RSA_MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The longest RSA exponent, in bits: that of aws-lc and of the `rsa` crate, which bounds the work for
/// one signature. Entra's is 65537.
const MAX_RSA_EXPONENT_BITS: usize = 33;

/// A public key that signs tokens.
pub struct Key {
    id: Box<str>,
    algorithm: Option<Algorithm>,
    issuer: Option<Box<str>>,
    cloud_instance_name: Option<Box<str>>,
    pub(super) public: PublicKey,
    /// The parts that the key was made of, to tell keys apart.
    material: [Vec<u8>; 2],
}

/// What only the private half of a key has (RFC 7518 sections 6.2.2 and 6.3.2).
const PRIVATE_PARTS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];

impl Key {
    /// Reads one member of a key set's `keys`; if it cannot be used, says why, and its id if it has one.
    pub(super) fn parse(json: &str) -> Result<Self, (Option<MemberName>, SkipReason)> {
        let members = Members::parse(json.to_owned()).map_err(|error| (None, error.into()))?;
        let id = members.text("kid").filter(|id| !id.is_empty());
        Self::of(&members, id).map_err(|reason| (id.map(MemberName::new), reason))
    }

    fn of(members: &Members, id: Option<&str>) -> Result<Self, SkipReason> {
        let kind = text(members, "kty")?.ok_or(SkipReason::Missing("kty"))?;
        if !matches!(kind, "RSA" | "EC") {
            return Err(SkipReason::UnknownType);
        }
        check_purpose(members)?;
        if PRIVATE_PARTS.iter().any(|part| members.get(part).is_some()) {
            return Err(SkipReason::Private);
        }
        let id = match members.get("kid") {
            Some(Value::Text(_)) => id.ok_or(SkipReason::Missing("kid"))?,
            Some(_) => return Err(SkipReason::Malformed("kid")),
            None => return Err(SkipReason::Missing("kid")),
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
                    .ok_or(SkipReason::WrongAlgorithm)?,
            ),
        };
        Ok(Self {
            id: id.into(),
            algorithm,
            issuer: text(members, "issuer")?.map(Into::into),
            cloud_instance_name: text(members, "cloud_instance_name")?.map(Into::into),
            public,
            material,
        })
    }

    /// The id (`kid`).
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The only algorithm that the key may be used with (`alg`). Entra does not say.
    #[must_use]
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// The issuer whose tokens this key signs (`issuer`, of Entra's version 2.0 documents), with
    /// `{tenantid}` where it is that of every tenant. The keys of Azure Government name the public
    /// cloud's.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The cloud whose tokens this key signs (`cloud_instance_name`, of Entra's documents since 2025).
    /// Recorded are `microsoftonline.com` and `microsoftonline.us`; keys of Azure China carry none.
    #[must_use]
    pub fn cloud_instance_name(&self) -> Option<&str> {
        self.cloud_instance_name.as_deref()
    }

    /// Whether both are the same key, to be used for the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.public.family() == other.public.family()
            && self.material == other.material
            && self.algorithm == other.algorithm
            && self.issuer == other.issuer
            && self.cloud_instance_name == other.cloud_instance_name
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("id", &Escaped(&self.id))
            .field("algorithm", &self.algorithm)
            .field("issuer", &self.issuer().map(Escaped))
            .field("cloud_instance_name", &self.cloud_instance_name().map(Escaped))
            .finish_non_exhaustive()
    }
}

/// The key is for signatures, as far as it says (RFC 7517 sections 4.2 and 4.3).
fn check_purpose(members: &Members) -> Result<(), SkipReason> {
    if text(members, "use")?.is_some_and(|purpose| purpose != "sig") {
        return Err(SkipReason::WrongUse);
    }
    match members.get("key_ops") {
        None => Ok(()),
        Some(Value::List(mut operations)) => {
            if operations.any(|operation| operation == "verify") {
                Ok(())
            } else {
                Err(SkipReason::WrongOperations)
            }
        }
        Some(_) => Err(SkipReason::Malformed("key_ops")),
    }
}

type Parts = (PublicKey, [Vec<u8>; 2]);

/// RFC 7518 section 6.3.1.
fn rsa(members: &Members) -> Result<Parts, SkipReason> {
    let modulus = unsigned(members, "n")?;
    let exponent = unsigned(members, "e")?;
    let length = bits(&modulus);
    if !RSA_MODULUS_BITS.contains(&length) {
        return Err(SkipReason::ModulusLength { bits: length });
    }
    let is_odd = exponent.last().is_some_and(|byte| byte % 2 == 1);
    if !is_odd || exponent == [1] || bits(&exponent) > MAX_RSA_EXPONENT_BITS {
        return Err(SkipReason::WrongExponent);
    }
    Ok((PublicKey::rsa(&modulus, &exponent), [modulus, exponent]))
}

/// RFC 7518 section 6.2.1.
fn on_curve(members: &Members) -> Result<Parts, SkipReason> {
    let (family, length) = match text(members, "crv")?.ok_or(SkipReason::Missing("crv"))? {
        "P-256" => (Family::P256, 32),
        "P-384" => (Family::P384, 48),
        _ => return Err(SkipReason::UnknownCurve),
    };
    let coordinate = |name| match bytes(members, name)? {
        bytes if bytes.len() == length => Ok(bytes),
        _ => Err(SkipReason::Malformed(name)),
    };
    let (x, y) = (coordinate("x")?, coordinate("y")?);
    // SEC 1 section 2.3.3: 4 stands for a point that is not compressed.
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    Ok((PublicKey::on_curve(family, &point), [x, y]))
}

/// A `Base64urlUInt` (RFC 7518 section 2). Some issuers write zeros in front, which RFC 7518 section
/// 6.3.1.1 warns of.
fn unsigned(members: &Members, name: &'static str) -> Result<Vec<u8>, SkipReason> {
    let mut bytes = bytes(members, name)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.drain(..zeros);
    Ok(bytes)
}

fn bytes(members: &Members, name: &'static str) -> Result<Vec<u8>, SkipReason> {
    let text = text(members, name)?.ok_or(SkipReason::Missing(name))?;
    base64::decode_segment(text).map_err(|_| SkipReason::NotBase64(name))
}

fn text<'a>(members: &'a Members, name: &'static str) -> Result<Option<&'a str>, SkipReason> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::Text(text)) => Ok(Some(text)),
        Some(_) => Err(SkipReason::Malformed(name)),
    }
}

/// The length of a number without leading zeros.
fn bits(number: &[u8]) -> usize {
    let Some((first, rest)) = number.split_first() else { return 0 };
    let first = u8::BITS.saturating_sub(first.leading_zeros());
    rest.len().saturating_mul(8).saturating_add(usize::try_from(first).unwrap_or_default())
}

/// Why a key of a key set is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SkipReason {
    /// The member of `keys` is no JSON object.
    #[error("it is not a JSON object")]
    NotAnObject,
    /// A member is there twice.
    #[error("it has a member twice")]
    DuplicateMember,
    /// A member is missing: `kid` or `kty`, or one that a key of its type must have.
    #[error("it has no {0}")]
    Missing(&'static str),
    /// A member is of a JSON type, or a length, that it must not have.
    #[error("its {0} has the wrong type or length")]
    Malformed(&'static str),
    /// A member is not base64url without padding.
    #[error("its {0} is not base64url")]
    NotBase64(&'static str),
    /// `kty` is neither `RSA` nor `EC`: symmetric keys are never used.
    #[error("its kty is neither RSA nor EC")]
    UnknownType,
    /// `crv` is neither `P-256` nor `P-384`.
    #[error("its crv is neither P-256 nor P-384")]
    UnknownCurve,
    /// `use` is not `sig`.
    #[error("its use is not sig")]
    WrongUse,
    /// `key_ops` does not have `verify`.
    #[error("its key_ops do not have verify")]
    WrongOperations,
    /// `alg` is no signature algorithm, or not one for a key of this type.
    #[error("its alg is no signature algorithm for such a key")]
    WrongAlgorithm,
    /// The RSA modulus is outside [`RSA_MODULUS_BITS`].
    #[error("its modulus has {bits} bits, outside 2048 to 8192")]
    ModulusLength {
        /// The length of the modulus.
        bits: usize,
    },
    /// The RSA exponent is even, 1, or too long.
    #[error("its exponent is even, 1, or longer than 33 bits")]
    WrongExponent,
    /// The private part of the key is there: everybody who reads the document can sign with it.
    #[error("its private part is published")]
    Private,
    /// Another key of the document has the same id, so neither is used.
    #[error("another key has the same kid")]
    Conflict,
}

impl From<ObjectError> for SkipReason {
    fn from(error: ObjectError) -> Self {
        match error {
            ObjectError::Duplicate(_) => Self::DuplicateMember,
            ObjectError::Json(_) | ObjectError::NotAnObject | ObjectError::WrongType(_) => {
                Self::NotAnObject
            }
        }
    }
}
