//! The cookie that marks a browser during sign-in.

use std::fmt::Write as _;

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

/// Marks a browser that was sent to sign in, and the address that it requested. Without the marker, a
/// browser that comes back without an identity would be redirected forever (azure-container-apps#1815).
///
/// The marker is bound to the address, so that several tabs can sign in at once. It is not a secret: a
/// client that forges it sees a page with a link to sign in.
pub(super) struct Marker(u64);

impl Marker {
    pub(super) fn of(target: &str) -> Self {
        // FNV-1a: the same value on every instance and version of the service.
        let hash = target.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(hash)
    }

    /// The value of `Set-Cookie`. `SameSite=Lax`, because the browser comes back from another site.
    pub(super) fn set_cookie(&self) -> Option<HeaderValue> {
        set_cookie(&format!("{:016x}", self.0), MAX_AGE)
    }

    pub(super) fn is_in(&self, headers: &(impl HeaderSource + ?Sized)) -> bool {
        let own = format!("{:016x}", self.0);
        values(headers).any(|value| value == own.as_bytes())
    }
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

fn set_cookie(value: &str, max_age: u32) -> Option<HeaderValue> {
    let mut cookie = String::new();
    // Writing to a string does not fail.
    let _ = write!(cookie, "{NAME}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax");
    HeaderValue::try_from(cookie).ok()
}

fn values(headers: &(impl HeaderSource + ?Sized)) -> impl Iterator<Item = &[u8]> {
    (0..MAX_COOKIE_FIELDS)
        .map_while(|index| headers.header("cookie", index))
        .flat_map(|cookies| cookies.split(|byte| *byte == b';'))
        .filter_map(|cookie| cookie.trim_ascii().strip_prefix(NAME.as_bytes())?.strip_prefix(b"="))
}
