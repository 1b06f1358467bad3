//! The collections that headers can be read from, and how one header is read.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use super::{HeaderError, HeaderErrorKind, MAX_HEADER_LEN};
use crate::escape::{first_not, first_not_printable};

/// Request headers, in any collection.
///
/// Implemented for [`http::HeaderMap`], and for slices, arrays and vectors of `(name, value)`. Also for
/// [`HashMap`] and [`BTreeMap`] from a name to one value or a list of values.
pub trait HeaderSource {
    /// The value number `index`, counted from 0, of the header `name`. Names are case-insensitive. If a
    /// map holds several spellings of one name, the values of all of them count.
    fn header(&self, name: &str, index: usize) -> Option<&[u8]>;

    /// The first two values of the header `name`: enough to read a header that must not be repeated. The
    /// collections of this crate find both in one lookup.
    #[doc(hidden)]
    fn first_two(&self, name: &str) -> [Option<&[u8]>; 2] {
        [self.header(name, 0), self.header(name, 1)]
    }
}

impl<T: HeaderSource + ?Sized> HeaderSource for &T {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        (**self).header(name, index)
    }

    fn first_two(&self, name: &str) -> [Option<&[u8]>; 2] {
        (**self).first_two(name)
    }
}

impl HeaderSource for http::HeaderMap {
    fn header(&self, name: &str, index: usize) -> Option<&[u8]> {
        self.get_all(name).iter().nth(index).map(http::HeaderValue::as_bytes)
    }

    fn first_two(&self, name: &str) -> [Option<&[u8]>; 2] {
        two(self.get_all(name).iter().map(http::HeaderValue::as_bytes))
    }
}

/// Defines the collections of pairs: the type, further parameters, and an iterator of keys and values.
macro_rules! header_sources {
    ($($source:ty $([$($parameter:tt)+])? => |$self:ident| $pairs:expr;)+) => {$(
        impl<K: AsRef<str>, V: HeaderValues, $($($parameter)+)?> HeaderSource for $source {
            fn header(&$self, name: &str, index: usize) -> Option<&[u8]> {
                values($pairs, name).nth(index)
            }

            fn first_two(&$self, name: &str) -> [Option<&[u8]>; 2] {
                two(values($pairs, name))
            }
        }
    )+};
}

header_sources! {
    [(K, V)] => |self| self.iter().map(pair);
    [(K, V); N] [const N: usize] => |self| self.iter().map(pair);
    Vec<(K, V)> => |self| self.iter().map(pair);
    HashMap<K, V, S> [S] => |self| self.iter();
    BTreeMap<K, V> => |self| self.iter();
}

fn pair<K, V>((key, value): &(K, V)) -> (&K, &V) {
    (key, value)
}

fn values<'a, K: AsRef<str> + 'a, V: HeaderValues + 'a>(
    pairs: impl Iterator<Item = (&'a K, &'a V)>,
    name: &str,
) -> impl Iterator<Item = &'a [u8]> {
    pairs
        .filter(move |(key, _)| key.as_ref().eq_ignore_ascii_case(name))
        .flat_map(|(_, values)| (0..).map_while(|number| values.value(number)))
}

/// The first two of these values.
pub(crate) fn two<'a>(mut values: impl Iterator<Item = &'a [u8]>) -> [Option<&'a [u8]>; 2] {
    [values.next(), values.next()]
}

/// The values of one header name in a map or a slice: one value, or a list.
pub trait HeaderValues {
    /// The value number `index`, counted from 0.
    fn value(&self, index: usize) -> Option<&[u8]>;
}

macro_rules! header_values {
    ($($one:ty => $bytes:expr;)+) => {$(
        impl HeaderValues for $one {
            fn value(&self, index: usize) -> Option<&[u8]> {
                let bytes: fn(&Self) -> &[u8] = $bytes;
                (index == 0).then(|| bytes(self))
            }
        }
    )+};
}

header_values! {
    String => |value| value.as_bytes();
    &str => |value| value.as_bytes();
    &[u8] => |value| value;
    http::HeaderValue => |value| value.as_bytes();
}

impl<V: HeaderValues> HeaderValues for Vec<V> {
    fn value(&self, index: usize) -> Option<&[u8]> {
        self.get(index)?.value(0)
    }
}

/// The only value of `name`, without the surrounding whitespace.
pub(crate) fn single<'a, H: HeaderSource + ?Sized>(
    headers: &'a H,
    name: &str,
) -> Result<Option<&'a [u8]>, HeaderError> {
    let value = match headers.first_two(name) {
        [None, _] => return Ok(None),
        [Some(value), None] => value.trim_ascii(),
        [Some(_), Some(_)] => return Err(HeaderError::new(name, HeaderErrorKind::Repeated)),
    };
    if value.len() > MAX_HEADER_LEN {
        return Err(HeaderError::too_long(name, value.len()));
    }
    Ok(Some(value))
}

/// The only value of a machine-written header: printable ASCII.
pub(crate) fn ascii_value<'a, H: HeaderSource + ?Sized>(
    headers: &'a H,
    name: &str,
) -> Result<Option<&'a str>, HeaderError> {
    let value = ascii_bytes(headers, name)?;
    Ok(value.and_then(|value| std::str::from_utf8(value).ok()))
}

/// The same as bytes.
pub(crate) fn ascii_bytes<'a, H: HeaderSource + ?Sized>(
    headers: &'a H,
    name: &str,
) -> Result<Option<&'a [u8]>, HeaderError> {
    let Some(value) = single(headers, name)? else {
        return Ok(None);
    };
    match first_not_printable(value) {
        Some(position) => Err(HeaderError::at(name, position)),
        None => Ok(Some(value)),
    }
}

/// The only value of a header with the name or the ID of a person: UTF-8, or ISO 8859-1 if it is not valid
/// UTF-8, because no source says which encoding the platform sends. An empty value counts as absent: GitHub
/// on Container Apps sends one.
pub(crate) fn utf8_value<'a, H: HeaderSource + ?Sized>(
    headers: &'a H,
    name: &str,
) -> Result<Option<Cow<'a, str>>, HeaderError> {
    let Some(value) = single(headers, name)?.filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    if let Some(position) = first_not(value, |byte| !byte.is_ascii_control()) {
        return Err(HeaderError::at(name, position));
    }
    Ok(Some(match std::str::from_utf8(value) {
        Ok(text) => text.into(),
        Err(_) => value.iter().copied().map(char::from).collect(),
    }))
}
