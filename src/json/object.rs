//! Objects whose members this crate knows: each may occur once, and has one JSON type.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::{JsonError, Kind, Reader, Span};

/// A text that is not the object that it should be. Never contains a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ObjectError {
    Json(JsonError),
    NotAnObject,
    /// Of two members with the same name, neither is trusted.
    Duplicate(Cow<'static, str>),
    WrongType(&'static str),
}

impl From<JsonError> for ObjectError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}

/// Reads JSON that must be one object. Returns the decoded strings, for [`Text::new`](super::Text::new).
pub(crate) fn whole_object<E: From<JsonError> + From<ObjectError>>(
    text: &str,
    mut member: impl FnMut(&mut Reader<'_>, Span) -> Result<(), E>,
) -> Result<String, E> {
    whole_object_by(text, |_| (), |json, name, ()| member(json, name))
}

/// The same, with what `key` makes of each name.
pub(super) fn whole_object_by<K, E: From<JsonError> + From<ObjectError>>(
    text: &str,
    key: impl Fn(&[u8]) -> K,
    member: impl FnMut(&mut Reader<'_>, Span, K) -> Result<(), E>,
) -> Result<String, E> {
    let mut json = Reader::new(text);
    if json.kind()? != Kind::Object {
        // Text that is not JSON at all is a different error.
        json.skip()?;
        json.end()?;
        return Err(ObjectError::NotAnObject.into());
    }
    json.object_by(key, member)?;
    Ok(json.finish()?)
}

/// A member of an object, which may occur once. `null` counts as an occurrence without a value.
pub(crate) struct Once<T> {
    is_present: bool,
    value: Option<T>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self { is_present: false, value: None }
    }
}

impl<T> Once<T> {
    /// Reads the member `name`.
    pub(crate) fn read<E: From<ObjectError>>(
        &mut self,
        json: &mut Reader<'_>,
        name: &'static str,
        read: impl FnOnce(&mut Reader<'_>, &'static str) -> Result<Option<T>, E>,
    ) -> Result<(), E> {
        let value = read(json, name)?;
        Ok(self.put(name, value)?)
    }

    /// Takes the value of the member `name`.
    pub(crate) fn put(&mut self, name: &'static str, value: Option<T>) -> Result<(), ObjectError> {
        if self.is_present {
            return Err(ObjectError::Duplicate(name.into()));
        }
        *self = Self { is_present: true, value };
        Ok(())
    }

    pub(crate) fn is_present(&self) -> bool {
        self.is_present
    }

    pub(crate) fn into_value(self) -> Option<T> {
        self.value
    }
}

/// A string or `null`.
pub(crate) fn string(
    json: &mut Reader<'_>,
    name: &'static str,
) -> Result<Option<Span>, ObjectError> {
    match json.kind()? {
        Kind::String => Ok(Some(json.string()?)),
        Kind::Null => Ok(json.skip().map(|_| None)?),
        _ => Err(ObjectError::WrongType(name)),
    }
}

/// A string, a number or a boolean as it is written, or `null`.
pub(crate) fn scalar(
    json: &mut Reader<'_>,
    name: &'static str,
) -> Result<Option<Span>, ObjectError> {
    match json.kind()? {
        Kind::Number | Kind::Bool => Ok(Some(json.raw()?)),
        _ => string(json, name),
    }
}

/// A token. `null` and the empty string mean that there is none.
pub(crate) fn secret(
    json: &mut Reader<'_>,
    name: &'static str,
) -> Result<Option<Zeroizing<String>>, ObjectError> {
    match json.kind()? {
        Kind::Null => Ok(json.skip().map(|_| None)?),
        Kind::String => Ok(Some(json.secret()?).filter(|secret| !secret.is_empty())),
        _ => Err(ObjectError::WrongType(name)),
    }
}

/// A string that is kept. Ignores a value of another type.
pub(crate) fn any_string(json: &mut Reader<'_>) -> Result<Option<String>, JsonError> {
    if json.kind()? != Kind::String {
        return json.skip().map(|_| None);
    }
    let span = json.string()?;
    Ok(Some(json.str(span).to_owned()))
}
