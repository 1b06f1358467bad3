//! One table makes the views that read, the views that set, and the description that the linter uses.

/// Defines the views of objects: for each, what reads it and what sets it.
///
/// `"name": kind, read, set, clear;` is a setting, `"name": View, ViewMut, read, edit;` an object inside,
/// `[Service]` behind a name says that one service alone has it.
macro_rules! objects {
    ($(
        $(#[$doc:meta])+
        $view:ident, $edit:ident {
            $(
                $(#[$field_doc:meta])+
                $name:literal $([$only:ident])?: $kind:ident $(($choice:ty))?, $get:ident, $set:ident, $clear:ident;
            )*
            $(objects {$(
                $(#[$inner_doc:meta])+
                $inner_name:literal $([$inner_only:ident])?:
                    $inner:ident, $inner_edit:ident, $inner_get:ident, $inner_mut:ident;
            )+})?
        }
    )+) => {$(
        $(#[$doc])+
        ///
        /// What is not there, or not of its type, is `None`.
        #[derive(Clone, Copy)]
        pub struct $view<'a>(pub(super) Option<Json<'a>>);

        impl<'a> $view<'a> {
            pub(in crate::settings) const SCHEMA: Schema = Schema {
                members: &[
                    $(Field {
                        name: $name,
                        shape: shape!($kind $($choice)?),
                        only: only!($($only)?),
                    },)*
                    $($(Field {
                        name: $inner_name,
                        shape: Shape::Object(&$inner::SCHEMA),
                        only: only!($($inner_only)?),
                    },)+)?
                ],
            };

            /// The object as it is written; `None` if it is not there.
            #[must_use]
            pub fn as_json(self) -> Option<&'a str> {
                self.0.map(Json::as_written)
            }

            $(
                $(#[$field_doc])+
                #[must_use]
                pub fn $get(self) -> Option<read!('a $kind $($choice)?)> {
                    self.0?.get($name).and_then(reader!($kind $($choice)?))
                }
            )*

            $($(
                $(#[$inner_doc])+
                #[must_use]
                pub fn $inner_get(self) -> $inner<'a> {
                    $inner(self.0.and_then(|json| json.get($inner_name)))
                }
            )+)?
        }

        /// Prints whether it is there: where the name of a setting is meant, people put secrets.
        impl fmt::Debug for $view<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let what = if self.0.is_some() { "present" } else { "absent" };
                write!(f, concat!(stringify!($view), "({})"), what)
            }
        }

        #[doc = concat!("Sets what [`", stringify!($view), "`] reads.")]
        ///
        /// Each setter replaces its own member and nothing else; the object is added with the first. To
        /// clear a member removes it, and the platform's default holds.
        pub struct $edit<'a>(pub(super) Place<'a>);

        impl $edit<'_> {
            $(
                setter!($view $get $name $kind $(($choice))?, $set);

                #[doc = concat!(
                    "Removes [`", stringify!($get), "`](", stringify!($view), "::", stringify!($get), ").",
                )]
                pub fn $clear(&mut self) -> &mut Self {
                    self.0.clear($name);
                    self
                }
            )*

            $($(
                #[doc = concat!(
                    "To set what [`", stringify!($view), "::", stringify!($inner_get), "`] reads.",
                )]
                pub fn $inner_mut(&mut self) -> $inner_edit<'_> {
                    $inner_edit(self.0.inner($inner_name))
                }
            )+)?
        }

        impl fmt::Debug for $edit<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($edit))
            }
        }
    )+};
}

/// What the linter knows of a kind.
macro_rules! shape {
    (flag) => {
        Shape::Flag
    };
    (text_flag) => {
        Shape::TextFlag
    };
    (text) => {
        Shape::Text
    };
    (texts) => {
        Shape::Texts
    };
    (setting) => {
        Shape::SettingName
    };
    (guid) => {
        Shape::Guid
    };
    (guids) => {
        Shape::Guids
    };
    (time) => {
        Shape::Timespan
    };
    (hours) => {
        Shape::Hours
    };
    (login_parameters) => {
        Shape::LoginParameters
    };
    (choice $choice:ty) => {
        Shape::Choice(<$choice>::NAMES)
    };
}

macro_rules! only {
    () => {
        None
    };
    ($service:ident) => {
        Some(Service::$service)
    };
}

/// The type that a kind is read as.
macro_rules! read {
    ($a:lifetime flag) => { bool };
    ($a:lifetime text_flag) => { bool };
    ($a:lifetime text) => { Cow<$a, str> };
    ($a:lifetime texts) => { Vec<Cow<$a, str>> };
    ($a:lifetime setting) => { Cow<$a, str> };
    ($a:lifetime guid) => { Guid };
    ($a:lifetime guids) => { Vec<Guid> };
    ($a:lifetime time) => { Duration };
    ($a:lifetime hours) => { Duration };
    ($a:lifetime login_parameters) => { LoginParameters };
    ($a:lifetime choice $choice:ty) => { $choice };
}

/// What reads a kind.
macro_rules! reader {
    (text_flag) => {
        field::flag
    };
    (setting) => {
        field::text
    };
    (choice $choice:ty) => {
        <$choice>::read
    };
    ($kind:ident) => {
        field::$kind
    };
}

/// The method that sets a kind.
macro_rules! setter {
    ($view:ident $get:ident $name:literal flag, $set:ident) => {
        setter!(@ $view $get $name $set value: bool => Value::from(value));
    };
    // The service answers the text `"false"`, so that is what is written.
    ($view:ident $get:ident $name:literal text_flag, $set:ident) => {
        setter!(@ $view $get $name $set value: bool => Value::from(value.to_string()));
    };
    ($view:ident $get:ident $name:literal text, $set:ident) => {
        setter!(@ $view $get $name $set value: impl AsRef<str> => Value::from(value.as_ref()));
    };
    ($view:ident $get:ident $name:literal setting, $set:ident) => {
        setter!(@ $view $get $name $set value: impl AsRef<str> => Value::from(value.as_ref()));
    };
    ($view:ident $get:ident $name:literal texts, $set:ident) => {
        setter!(@ $view $get $name $set values: impl IntoIterator<Item = impl AsRef<str>> =>
            values.into_iter().map(|value| Value::from(value.as_ref())).collect());
    };
    ($view:ident $get:ident $name:literal guid, $set:ident) => {
        setter!(@ $view $get $name $set value: &Guid => Value::from(value.as_str()));
    };
    ($view:ident $get:ident $name:literal guids, $set:ident) => {
        setter!(@ $view $get $name $set values: impl IntoIterator<Item = Guid> =>
            values.into_iter().map(|value| Value::from(value.as_str())).collect());
    };
    ($view:ident $get:ident $name:literal time, $set:ident) => {
        setter!(@ $view $get $name $set value: Duration => Value::from(timespan::write(value)));
    };
    ($view:ident $get:ident $name:literal hours, $set:ident) => {
        setter!(@ $view $get $name $set value: Duration => field::hours_value(value));
    };
    ($view:ident $get:ident $name:literal login_parameters, $set:ident) => {
        // By value, and not by reference: what was built is usually built for this.
        setter!(@ $view $get $name $set value: LoginParameters => Value::from(value.to_wire()));
    };
    ($view:ident $get:ident $name:literal choice ($choice:ty), $set:ident) => {
        setter!(@ $view $get $name $set value: $choice => Value::from(value.as_str()));
    };
    (@ $view:ident $get:ident $name:literal $set:ident $value:ident: $type:ty => $json:expr) => {
        #[doc = concat!(
            "Sets [`", stringify!($get), "`](", stringify!($view), "::", stringify!($get), ").",
        )]
        #[allow(clippy::needless_pass_by_value)]
        pub fn $set(&mut self, $value: $type) -> &mut Self {
            let json: Value = $json;
            self.0.set($name, &json);
            self
        }
    };
}
