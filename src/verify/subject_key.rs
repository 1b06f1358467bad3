//! The key under which to store data of a caller.

use std::{
    borrow::Cow,
    fmt::{self, Write},
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
};

use super::IsVerified;
use crate::{escape::Encoded, issuer, jwt::Token, principal::is_identifier, resource::is_guid};

/// The key under which to store data of a caller.
///
/// It is built from a verified token: the first of these pairs that the token has (Microsoft identity
/// platform: "Secure applications and APIs by validating claims"):
///
/// 1. The tenant and the object ID, if the issuer is the tenant's own. Equal in all such tokens of the
///    caller, in every application. ID tokens of Entra have `tid` only if the sign-in requests the scope
///    `profile`; without it, the issuer names the tenant.
/// 2. The issuer and the object ID: for Azure AD B2C, whose tokens have no `tid`, and for other issuers.
/// 3. The issuer and the subject. Entra gives a user a different subject for each application.
///
/// Tokens with different pairs have different keys.
///
/// The key never contains an email address or a user name: they change, and another user can get them.
/// It never contains the subject that Azure AD B2C gives to all its users,
/// `Not supported currently. Use oid claim.`
///
/// # Text form
///
/// [`as_str`](Self::as_str) can be stored, as the key of a row or of a cache. Different keys have different
/// text forms. Tenants and object IDs that are GUIDs are in lower case, so that their case does not matter.
///
/// Compare it case-sensitively: the keys of two subjects may differ only in case. Many SQL collations
/// ignore case by default. Do not use it as a file name: some file systems ignore case, Windows reserves
/// `:`, and it can be longer than a file name may be. Use a hash of it instead, such as SHA-256 in
/// hexadecimal digits.
///
/// | pair | text form |
/// |---|---|
/// | tenant, object ID | `v1:tid:<tenant>:oid:<object ID>` |
/// | issuer, object ID | `v1:iss:<issuer>:oid:<object ID>` |
/// | issuer, subject | `v1:iss:<issuer>:sub:<subject>` |
///
/// In each part, every byte except ASCII letters, digits and `-._~` is percent-encoded (RFC 3986 section
/// 2.1, in upper case). `v1` is the version of this form; a changed form would have another version.
///
/// There is no `Display`, and `Debug` prints a fingerprint. The key identifies a person, so do not log
/// it. A reader who knows a key can recognize its fingerprint.
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
            let _ = write!(text, ":{name}:{}", Encoded(&value)); // writing to a string does not fail
        }
        Self(text.into())
    }

    /// The text form, under which to store data. See [`SubjectKey`].
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// GUIDs are case-insensitive; other identifiers are not.
fn guid(value: &str) -> Cow<'_, str> {
    if is_guid(value) { value.to_ascii_lowercase().into() } else { value.into() }
}

/// Prints a fingerprint that distinguishes keys, and no part of the key.
impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(self.as_str());
        write!(f, "SubjectKey(#{hash:016x})")
    }
}

impl<T: IsVerified> Token<T> {
    /// The key under which to store data of this caller. `None` if the token lacks the claims for it.
    #[must_use]
    pub fn subject_key(&self) -> Option<SubjectKey> {
        let issuer = self.issuer().filter(|issuer| !issuer.is_empty())?;
        let object = self.object_id().filter(|id| is_identifier(id));
        let subject = self.subject().filter(|id| is_identifier(id));
        // Any issuer can write any `tid`. It counts only if the issuer belongs to that tenant.
        let tenant_of_issuer = issuer::tenant(issuer);
        let own_tenant = match self.tenant_id() {
            Some(tenant) => tenant_of_issuer.filter(|own| own.eq_ignore_ascii_case(tenant)),
            None => tenant_of_issuer.filter(|_| issuer::is_workforce(issuer)),
        };
        Some(SubjectKey::new(match (own_tenant, object, subject) {
            (Some(tenant), Some(object), _) => [("tid", guid(tenant)), ("oid", guid(object))],
            (None, Some(object), _) => [("iss", issuer.into()), ("oid", guid(object))],
            (_, None, Some(subject)) => [("iss", issuer.into()), ("sub", subject.into())],
            (_, None, None) => return None,
        }))
    }
}
