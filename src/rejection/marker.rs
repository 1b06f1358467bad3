//! The cookie that marks a browser during sign-in.

use http::HeaderValue;

use crate::headers::HeaderSource;

/// The name of the cookie.
const NAME: &str = "easyauth-signing-in";

/// The lifetime of the cookie, in seconds. A silent sign-in takes a few seconds. For a user who types a
/// password, the cookie expires; the next redirect signs in silently.
const MAX_AGE: u32 = 60;

/// How many `Cookie` headers are read: the number of cookies that Chrome keeps for one site. Over HTTP/2
/// each cookie can have a separate header (RFC 9113 section 8.2.3).
const MAX_COOKIE_FIELDS: usize = 180;

/// How many addresses are marked at once. Browsers that restore their tabs load several.
const MAX_HASHES: usize = 8;

/// The length of a hash, 64 bits in hexadecimal digits.
const HASH_LEN: usize = 16;

/// Marks a browser that is sent to sign in, and the address that it requested: returns the value of
/// `Set-Cookie`. `None` if the browser was sent already, or the cookie is full. Without the marker, a browser
/// that comes back without an identity would be redirected forever (azure-container-apps#1815).
///
/// The cookie has the hash of each address, so that several tabs can sign in at once. A full cookie keeps its
/// hashes: if a new one replaced the oldest, more tabs than fit would be redirected forever. The cookie is not
/// a secret: a client that forges it sees a page with a link to sign in.
pub(super) fn mark(target: &str, headers: &(impl HeaderSource + ?Sized)) -> Option<HeaderValue> {
    // FNV-1a: the same value on every instance and version of the service.
    let own = target.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let own = format!("{own:016x}");
    let mut hashes: Vec<&str> = known(headers).take(MAX_HASHES).collect();
    if hashes.len() == MAX_HASHES || hashes.contains(&own.as_str()) {
        return None;
    }
    hashes.push(&own);
    set_cookie(&hashes.join("."), MAX_AGE)
}

/// The hashes in the cookies of a request.
fn known(headers: &(impl HeaderSource + ?Sized)) -> impl Iterator<Item = &str> {
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    values(headers)
        .flat_map(|value| value.split(|byte| *byte == b'.'))
        .filter(move |hash| hash.len() == HASH_LEN && hash.iter().all(is_digit))
        .filter_map(|hash| std::str::from_utf8(hash).ok())
}

/// Returns `true` if a request has the cookie, for any address.
#[cfg(feature = "tower")]
pub(crate) fn is_signing_in(headers: &(impl HeaderSource + ?Sized)) -> bool {
    values(headers).next().is_some()
}

/// The value of `Set-Cookie` that removes the cookie.
#[cfg(feature = "tower")]
pub(crate) fn clear_cookie() -> Option<HeaderValue> {
    set_cookie("", 0)
}

/// `SameSite=Lax`, because the browser comes back from another site.
fn set_cookie(value: &str, max_age: u32) -> Option<HeaderValue> {
    let cookie = format!("{NAME}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax");
    HeaderValue::try_from(cookie).ok()
}

fn values(headers: &(impl HeaderSource + ?Sized)) -> impl Iterator<Item = &[u8]> {
    (0..MAX_COOKIE_FIELDS)
        .map_while(|index| headers.header("cookie", index))
        .flat_map(|cookies| cookies.split(|byte| *byte == b';'))
        .filter_map(|cookie| cookie.trim_ascii().strip_prefix(NAME.as_bytes())?.strip_prefix(b"="))
}
