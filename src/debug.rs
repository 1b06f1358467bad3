//! `Debug` for types of which not everything may be printed, or is worth it.

/// Writes `Debug` as some values with names, or as a text. `..` after the values stands for the others.
/// The impl is marked like that of `derive`, so that public-api.txt lists neither.
macro_rules! debug {
    (for<$generic:ident> $name:ident, $($form:tt)+) => {
        #[automatically_derived]
        impl<$generic> std::fmt::Debug for $name<$generic> {
            $crate::debug::print! { $name, $($form)+ }
        }
    };
    ($name:ident $(<$lifetime:lifetime>)?, $($form:tt)+) => {
        #[automatically_derived]
        impl std::fmt::Debug for $name $(<$lifetime>)? {
            $crate::debug::print! { $name, $($form)+ }
        }
    };
}
pub(crate) use debug;

macro_rules! print {
    ($name:ident, |$own:ident| $text:literal, $($value:expr),+) => {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let $own = self;
            write!(f, $text, $($value),+)
        }
    };
    ($name:ident, |$own:ident| $($field:ident: $value:expr),+) => {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let $own = self;
            f.debug_struct(stringify!($name))$(.field(stringify!($field), &$value))+.finish()
        }
    };
    ($name:ident, |$own:ident| $($field:ident: $value:expr),+, ..) => {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let $own = self;
            f.debug_struct(stringify!($name))
                $(.field(stringify!($field), &$value))+
                .finish_non_exhaustive()
        }
    };
}
pub(crate) use print;
