//! What errors are about: enums of kinds, each with a word for programs and a text for people.

/// Defines such an enum, with the method that gives the text.
macro_rules! kinds {
    (
        $(#[$enum_doc:meta])+
        pub enum $name:ident;
        $(#[$text_doc:meta])*
        $vis:vis fn $text:ident;
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

            /// A word for programs, which never changes.
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
    };
}
pub(crate) use kinds;
