//! The scopes of an exchange, in every form that users write.

use crate::resource::Scope;

/// One scope or several of one API: a [`Scope`], a string, or a list of them.
///
/// ```
/// use easyauth::{exchange::IntoScopes, resource::GRAPH};
///
/// fn takes(_: impl IntoScopes) {}
/// takes(GRAPH.scope("User.Read"));
/// takes("api://orders/Orders.Read");
/// takes([GRAPH.scope("User.Read"), GRAPH.scope("Mail.Read")]);
/// ```
pub trait IntoScopes: sealed::Sealed {}

impl<T: sealed::Sealed> IntoScopes for T {}

pub(super) mod sealed {
    use super::Scope;

    #[expect(unnameable_types, reason = "the list of types is closed")]
    pub trait Sealed {
        fn into_scopes(self) -> Vec<String>;
    }

    impl Sealed for Scope {
        fn into_scopes(self) -> Vec<String> {
            vec![self.as_str().to_owned()]
        }
    }

    impl Sealed for &Scope {
        fn into_scopes(self) -> Vec<String> {
            vec![self.as_str().to_owned()]
        }
    }

    impl Sealed for &str {
        fn into_scopes(self) -> Vec<String> {
            vec![self.to_owned()]
        }
    }

    impl Sealed for String {
        fn into_scopes(self) -> Vec<String> {
            vec![self]
        }
    }

    impl<S: AsRef<str>> Sealed for &[S] {
        fn into_scopes(self) -> Vec<String> {
            self.iter().map(|scope| scope.as_ref().to_owned()).collect()
        }
    }

    impl<S: AsRef<str>> Sealed for Vec<S> {
        fn into_scopes(self) -> Vec<String> {
            self.as_slice().into_scopes()
        }
    }

    impl<S: AsRef<str>, const N: usize> Sealed for [S; N] {
        fn into_scopes(self) -> Vec<String> {
            self.as_slice().into_scopes()
        }
    }
}
