//! Query parameters as forms send them (WHATWG URL: `application/x-www-form-urlencoded`).

/// The values of all parameters with this name.
#[cfg(feature = "serve")]
pub(crate) fn values(query: Option<&str>, name: &str) -> Vec<String> {
    let pairs = query.unwrap_or_default().split('&');
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.filter(|(own, _)| decoded(own) == name).map(|(_, value)| decoded(value)).collect()
}

/// The value of the first parameter with this name.
#[cfg(feature = "serve")]
pub(crate) fn value(query: Option<&str>, name: &str) -> Option<String> {
    values(query, name).into_iter().next()
}

/// Decodes a name or a value. Other text stays as it is.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let encoded = after.get(..2).filter(|_| first == b'%').and_then(hexadecimal);
        bytes.push(encoded.unwrap_or(if first == b'+' { b' ' } else { first }));
        rest = match encoded {
            Some(_) => after.get(2..).unwrap_or_default(),
            None => after,
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok()?;
    // `from_str_radix` accepts a sign.
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
    u8::from_str_radix(digits, 16).ok()
}
