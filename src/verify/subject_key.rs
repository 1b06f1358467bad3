//! The key to store data of a caller under.

use std::{
    borrow::Cow,
    fmt::{self, Write},
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
};

use super::Checked;
use crate::{issuer, jwt::Token, principal::is_identifier, resource::is_guid};

/// The key to store data of a caller under: who it is, for good.
///
/// It is made of a verified token, of the first of these pairs that the token has (Microsoft identity
/// platform: "Secure applications and APIs by validating claims"):
///
/// 1. The tenant and the object ID, if the issuer is the tenant's own. Equal in every token of the
///    caller, in every application.
/// 2. The issuer and the object ID: Azure AD B2C, whose tokens have no `tid`, and other issuers.
/// 3. The issuer and the subject. Entra's subject differs from application to application.
///
/// Never an email address or a user name: they change, and get other owners. Never the subject that
/// Azure AD B2C gives to all its users, `Not supported currently. Use oid claim.`
///
/// # Text form
///
/// [`as_str`](Self::as_str) is meant to be stored: the key of a row, of a cache, the name of a file.
/// Different keys have different text forms, and one caller has one: tenants and object IDs that are GUIDs are in lower
/// case.
///
/// | pair | text form |
/// |---|---|
/// | tenant, object ID | `v1:tid:<tenant>:oid:<object ID>` |
/// | issuer, object ID | `v1:iss:<issuer>:oid:<object ID>` |
/// | issuer, subject | `v1:iss:<issuer>:sub:<subject>` |
///
/// In the parts, every byte but the ASCII letters, digits and `-._~` is percent-encoded (RFC 3986
/// section 2.1, in upper case). `v1` is the version of this form: another form would have another.
///
/// There is no `Display`, and `Debug` prints a fingerprint: the key names a person, so it is not for
/// logs. Whoever knows a key can recognize its fingerprint.
///
/// ```
/// # use std::collections::HashMap;
/// # use easyauth::verify::{SubjectKey, VerifiedToken};
/// fn visits(token: &VerifiedToken, visits: &mut HashMap<SubjectKey, u64>) -> Option<u64> {
///     let count = visits.entry(token.subject_key()?).or_default();
///     *count += 1;
///     Some(*count)
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubjectKey(Box<str>);

impl SubjectKey {
    fn new(parts: [(&str, Cow<'_, str>); 2]) -> Self {
        let mut text = String::from("v1");
        for (name, value) in parts {
            text.push(':');
            text.push_str(name);
            text.push(':');
            push_encoded(&mut text, &value);
        }
        Self(text.into())
    }

    /// The text form, to store data under. See [`SubjectKey`].
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn push_encoded(text: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}"); // writing to a string does not fail
        }
    }
}

/// The case of a GUID does not matter. The case of anything else does.
fn guid(value: &str) -> Cow<'_, str> {
    if is_guid(value) { value.to_ascii_lowercase().into() } else { value.into() }
}

/// Prints a fingerprint that tells keys apart, and no part of the key.
impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(self.as_str());
        write!(f, "SubjectKey(#{hash:016x})")
    }
}

impl<T: Checked> Token<T> {
    /// The key to store data of this caller under; `None` if the token says too little.
    #[must_use]
    pub fn subject_key(&self) -> Option<SubjectKey> {
        let issuer = self.issuer().filter(|issuer| !issuer.is_empty())?;
        let object = self.object_id().filter(|id| is_identifier(id));
        let subject = self.subject().filter(|id| is_identifier(id));
        // Any issuer can write any `tid`. It is the issuer's to give only if both are one tenant.
        let own_tenant = self.tenant_id().filter(|tenant| {
            issuer::tenant(issuer).is_some_and(|own| own.eq_ignore_ascii_case(tenant))
        });
        Some(SubjectKey::new(match (own_tenant, object, subject) {
            (Some(tenant), Some(object), _) => [("tid", guid(tenant)), ("oid", guid(object))],
            (None, Some(object), _) => [("iss", issuer.into()), ("oid", guid(object))],
            (_, None, Some(subject)) => [("iss", issuer.into()), ("sub", subject.into())],
            (_, None, None) => return None,
        }))
    }
}
