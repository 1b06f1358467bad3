//! What settings can be set to.

use std::time::Duration;

use crate::settings::{
    CookieConvention, ForwardProxyConvention, Guid, LoginParameters, UnauthenticatedAction,
};

/// A type of settings that can be made from `V`: text from `&str`, lists from anything that iterates.
#[diagnostic::on_unimplemented(
    message = "a setting of type `{Self}` cannot be set to `{V}`",
    note = "the type is the parameter of the constant's `Setting<'_, T>`; whole objects are set by \
            `set_pointer`"
)]
pub trait SetFrom<V> {
    /// Makes the value.
    fn set_from(value: V) -> Self;
}

macro_rules! from_themselves {
    ($($type:ty),+) => {
        $(impl SetFrom<$type> for $type {
            fn set_from(value: $type) -> Self {
                value
            }
        })+
    };
}

from_themselves!(
    bool,
    Duration,
    Guid,
    LoginParameters,
    UnauthenticatedAction,
    CookieConvention,
    ForwardProxyConvention
);

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
