//! What settings can be set to.

use std::time::Duration;

use crate::{
    login_parameters::LoginParameters,
    settings::{Guid, UnauthenticatedAction},
};

/// A type of settings that can be made from `V`: a string from `&str`, a list from anything that iterates.
#[diagnostic::on_unimplemented(
    message = "a setting of type `{Self}` cannot be set to `{V}`",
    note = "the type is the parameter of the constant's `Setting<'_, T>`; whole objects are set by \
            `set_pointer`"
)]
pub trait SetFrom<V> {
    /// Makes the value.
    fn set_from(value: V) -> Self;
}

/// Types that are set from themselves alone, so that `text.parse()?` infers its type.
#[expect(unnameable_types, reason = "sealed: no other types are settings")]
pub trait Plain {}

impl Plain for bool {}
impl Plain for Duration {}
impl Plain for Guid {}
impl Plain for LoginParameters {}
impl Plain for UnauthenticatedAction {}

impl<T: Plain> SetFrom<T> for T {
    fn set_from(value: T) -> Self {
        value
    }
}

impl<V: Into<Self>> SetFrom<V> for String {
    fn set_from(value: V) -> Self {
        value.into()
    }
}

impl<V: IntoIterator<Item: Into<String>>> SetFrom<V> for Vec<String> {
    fn set_from(values: V) -> Self {
        values.into_iter().map(Into::into).collect()
    }
}

impl<V: IntoIterator<Item = Guid>> SetFrom<V> for Vec<Guid> {
    fn set_from(values: V) -> Self {
        values.into_iter().collect()
    }
}
