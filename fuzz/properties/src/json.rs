//! JSON as `serde_json` reads it, independent of the crate's own reader. Unlike `serde_json::Value` it keeps the
//! order of members, duplicate members, and numbers as written.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Names that Microsoft's token library accepts in one spelling only (IDX40011).
const ONE_SPELLING: [&str; 5] = ["aud", "iss", "oid", "sub", "tid"];

/// A duplicate member, or a member of the wrong type.
pub(crate) struct Refused;

impl Json {
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let (text, numbers) = set_numbers_aside(std::str::from_utf8(text).ok()?);
        let mut json = serde_json::Deserializer::from_str(&text);
        let value = Reading(&numbers).deserialize(&mut json).ok()?;
        json.end().ok()?;
        Some(value)
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().collect())
    }

    pub(crate) fn object<'a>(members: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    pub(crate) fn members(&self) -> Result<&[(String, Self)], Refused> {
        match self {
            Self::Object(members) => Ok(members),
            _ => Err(Refused),
        }
    }

    /// The members, if all names differ, and those of [`ONE_SPELLING`] in more
    /// than case.
    pub(crate) fn distinct_members(&self) -> Result<&[(String, Self)], Refused> {
        let mut seen: Vec<&str> = Vec::new();
        let members = self.members()?;
        for (name, _) in members {
            let spelled = ONE_SPELLING.into_iter().find(|own| name.eq_ignore_ascii_case(own));
            let name = spelled.unwrap_or(name);
            if seen.contains(&name) {
                return Err(Refused);
            }
            seen.push(name);
        }
        Ok(members)
    }

    /// All members of this name.
    pub(crate) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Self> {
        let members = self.members().unwrap_or_default();
        members.iter().filter(move |(own, _)| own == name).map(|(_, value)| value)
    }

    /// The only member of this name.
    pub(crate) fn once(&self, name: &str) -> Result<Option<&Self>, Refused> {
        let mut all = self.all(name);
        let first = all.next();
        if all.next().is_none() { Ok(first) } else { Err(Refused) }
    }

    /// The member of this name, a string or null.
    pub(crate) fn nullable_text(&self, name: &str) -> Result<Option<String>, Refused> {
        match self.once(name)? {
            None | Some(Self::Null) => Ok(None),
            Some(Self::Text(text)) => Ok(Some(text.clone())),
            Some(_) => Err(Refused),
        }
    }

    /// The member of this name, a string, a number, a boolean or null, as a string.
    pub(crate) fn nullable_scalar(&self, name: &str) -> Result<Option<String>, Refused> {
        match self.once(name)? {
            Some(Self::Number(number)) => Ok(Some(number.clone())),
            Some(Self::Bool(value)) => Ok(Some(value.to_string())),
            _ => self.nullable_text(name),
        }
    }

    /// The elements of the member of this name, a list or null.
    pub(crate) fn nullable_list(&self, name: &str) -> Result<&[Self], Refused> {
        match self.once(name)? {
            None | Some(Self::Null) => Ok(&[]),
            Some(Self::List(items)) => Ok(items),
            Some(_) => Err(Refused),
        }
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Number(number) => f.write_str(number),
            Self::Text(text) => serde_json::Value::from(text.as_str()).fmt(f),
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if index == 0 { "" } else { "," })?;
                }
                f.write_str("]")
            }
            Self::Object(members) => {
                f.write_str("{")?;
                for (index, (name, value)) in members.iter().enumerate() {
                    let name = serde_json::Value::from(name.as_str());
                    write!(f, "{}{name}:{value}", if index == 0 { "" } else { "," })?;
                }
                f.write_str("}")
            }
        }
    }
}

/// Replaces each number by its index in a list, because `serde_json` keeps neither the spelling of a number nor
/// a number too large for an `f64`.
fn set_numbers_aside(text: &str) -> (String, Vec<&str>) {
    let mut without = String::new();
    let mut numbers = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_len(rest),
            '-' | '0'..='9' => rest
                .find(|next| !matches!(next, '-' | '+' | '.' | 'e' | 'E' | '0'..='9'))
                .unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (token, tail) = rest.split_at(length);
        if is_number(token) {
            without.push_str(&numbers.len().to_string());
            numbers.push(token);
        } else {
            without.push_str(token);
        }
        rest = tail;
    }
    (without, numbers)
}

/// The length of the string at the start of `text`, with its quotes.
fn string_len(text: &str) -> usize {
    let mut inside = text.char_indices().skip(1);
    while let Some((position, character)) = inside.next() {
        match character {
            '"' => return position.saturating_add(1),
            '\\' => drop(inside.next()),
            _ => {}
        }
    }
    text.len()
}

/// RFC 8259 section 6.
fn is_number(token: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) = match token.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (token, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    is_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(is_digits)
        && exponent.is_none_or(|text| is_digits(text.strip_prefix(['+', '-']).unwrap_or(text)))
}

/// Reads JSON whose numbers are indices in this list.
#[derive(Clone, Copy)]
struct Reading<'a>(&'a [&'a str]);

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E: serde::de::Error>(self, place: u64) -> Result<Json, E> {
        let number = usize::try_from(place).ok().and_then(|place| self.0.get(place));
        number.map(|number| Json::Number((*number).to_owned())).ok_or_else(|| E::custom("no place"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = access.next_key()? {
            members.push((name, access.next_value_seed(self)?));
        }
        Ok(Json::Object(members))
    }
}
