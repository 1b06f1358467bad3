//! The parts of errors: enums of kinds, each with a machine-readable code and a message; places; what many errors
//! implement in the same way.

use std::{borrow::Cow, fmt};

use crate::escape::Escaped;

/// Defines an enum of kinds, with the method that returns the message.
///
/// `as Display` after that method makes the message the `Display` form, too. `of XError` after the enum gives
/// that error the method `kind`. `of XError { detail }` also gives kinds the method `error`, for an error
/// whose other fields have their default value.
macro_rules! kinds {
    (
        $(#[$enum_doc:meta])+
        pub enum $name:ident $(of $error:ident $({ $($detail:ident),* })?)?;
        $(#[$text_doc:meta])*
        $vis:vis fn $text:ident $(as $display:ident)?;
        $($(#[$doc:meta])+ $kind:ident = $code:literal, $words:literal;)+
    ) => {
        $(#[$enum_doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])+ $kind,)+
        }

        impl $name {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// A stable, machine-readable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$kind => $code,)+
                }
            }

            $(#[$text_doc])*
            $vis const fn $text(self) -> &'static str {
                match self {
                    $(Self::$kind => $words,)+
                }
            }
        }

        $(
            #[automatically_derived]
            impl std::fmt::$display for $name {
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str(self.$text())
                }
            }
        )?

        $(
            impl $error {
                /// What is wrong.
                #[must_use]
                pub fn kind(&self) -> $name {
                    self.kind
                }
            }

            $(impl $name {
                /// An error of this kind, without details.
                pub(crate) fn error(self) -> $error {
                    $error { kind: self, $($detail: Default::default()),* }
                }
            })?
        )?
    };
}
pub(crate) use kinds;

/// Defines an enum whose values have a code and no message, with the method that returns the code.
macro_rules! codes {
    (
        $(#[$enum_doc:meta])+
        pub enum $name:ident;
        pub fn $code:ident;
        $($(#[$doc:meta])+ $value:ident = $text:literal;)+
    ) => {
        $(#[$enum_doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])+ $value,)+
        }

        impl $name {
            /// A stable, machine-readable code.
            #[must_use]
            pub const fn $code(self) -> &'static str {
                match self {
                    $(Self::$value => $text,)+
                }
            }
        }
    };
}
pub(crate) use codes;

/// Converts errors of JSON, for an error with the constructor `new` and the kinds `Json`, `DuplicateMember` and
/// `InvalidMember`. The other kind is for JSON that is not an object.
macro_rules! from_json {
    ($error:ident, $kind:ident, $not_an_object:ident) => {
        impl From<$crate::json::JsonError> for $error {
            fn from(error: $crate::json::JsonError) -> Self {
                Self::new($kind::Json, Place::Byte(error.position))
            }
        }

        impl From<$crate::json::ObjectError> for $error {
            fn from(error: $crate::json::ObjectError) -> Self {
                use $crate::json::ObjectError::{Duplicate, Json, NotAnObject, WrongType};
                match error {
                    Json(error) => error.into(),
                    NotAnObject => Self::new($kind::$not_an_object, Place::Nowhere),
                    Duplicate(name) => Self::new($kind::DuplicateMember, Place::Member(name)),
                    WrongType(name) => Self::new($kind::InvalidMember, Place::Member(name.into())),
                }
            }
        }
    };
}
pub(crate) use from_json;

/// Implements `Debug` by `Display`: the name of the type, then in parentheses the code, if there is one, and the
/// message. `main` prints errors this way.
macro_rules! debug_by_display {
    ($name:ident $(, $($code:tt)+)?) => {
        #[automatically_derived]
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "("))?;
                $(write!(f, "{}: ", self.$($code)+)?;)?
                write!(f, "{self})")
            }
        }
    };
}
pub(crate) use debug_by_display;

/// Where input is invalid, or what was found there: the end of a message.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) enum Place {
    #[default]
    Nowhere,
    /// The offset of a byte.
    Byte(usize),
    /// A member of an object.
    Member(Cow<'static, str>),
    /// The length of input that is too long.
    Length { limit: usize, found: usize },
    /// A value of the configuration.
    Found(Box<str>),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nowhere => Ok(()),
            Self::Byte(position) => write!(f, " at byte {position}"),
            Self::Member(name) => write!(f, ": {}", Escaped(name)),
            Self::Length { limit, found } => {
                write!(f, ": expected at most {limit} bytes, found {found}")
            }
            Self::Found(text) => write!(f, ", found {:?}", Escaped(text)),
        }
    }
}

/// The end of a message, in which names are escaped and bounded.
impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}
