//! HTML pages: one template, and one function that escapes.

use crate::secret::masked;

/// The template of every page.
const TEMPLATE: &str = include_str!("../assets/page.html");

/// The style sheet of every page.
pub(crate) const STYLE: &str = include_str!("../assets/style.css");

/// HTML that is safe to send. Only [`html!`] makes it: markup is a literal, everything else is escaped.
#[derive(Default)]
pub(crate) struct Html(String);

impl Html {
    /// Adds markup. For [`html!`] only.
    pub(crate) fn push_markup(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// Replaces tokens. Markup has none.
    pub(crate) fn masked(self) -> Self {
        Self(masked(&self.0))
    }

    /// The whole page around these contents of its `main` element.
    pub(crate) fn into_page(self, title: &str) -> String {
        // The title comes first: what is inserted last is not searched again.
        TEMPLATE.replacen("{title}", &escape(title), 1).replacen("{main}", &self.0, 1)
    }
}

/// A value between markup.
pub(crate) trait Value {
    fn add_to(&self, html: &mut Html);
}

impl Value for Html {
    fn add_to(&self, html: &mut Html) {
        html.0.push_str(&self.0);
    }
}

impl Value for str {
    fn add_to(&self, html: &mut Html) {
        html.0.push_str(&escape(self));
    }
}

impl Value for String {
    fn add_to(&self, html: &mut Html) {
        self.as_str().add_to(html);
    }
}

impl<T: Value> Value for Option<T> {
    fn add_to(&self, html: &mut Html) {
        if let Some(value) = self {
            value.add_to(html);
        }
    }
}

impl<T: Value> Value for [T] {
    fn add_to(&self, html: &mut Html) {
        for value in self {
            value.add_to(html);
        }
    }
}

impl<T: Value> Value for Vec<T> {
    fn add_to(&self, html: &mut Html) {
        self.as_slice().add_to(html);
    }
}

impl<T: Value + ?Sized> Value for &T {
    fn add_to(&self, html: &mut Html) {
        (**self).add_to(html);
    }
}

/// Builds [`Html`] from literals, which are markup, and values in parentheses, which are escaped unless
/// they are [`Html`]: `html!["<p>" (text) "</p>"]`.
macro_rules! html {
    (@ $html:ident) => {};
    (@ $html:ident $markup:literal $($rest:tt)*) => {
        $html.push_markup($markup);
        $crate::html::html!(@ $html $($rest)*);
    };
    (@ $html:ident ($value:expr) $($rest:tt)*) => {
        $crate::html::Value::add_to(&$value, &mut $html);
        $crate::html::html!(@ $html $($rest)*);
    };
    ($($all:tt)*) => {{
        let mut html = $crate::html::Html::default();
        $crate::html::html!(@ html $($all)*);
        html
    }};
}
pub(crate) use html;

/// Escapes text for HTML, between tags or in a quoted attribute. Control characters and those that
/// change the direction of text are written as Rust writes them in strings.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            escaped.push('\n');
        }
        for character in crate::terminal::printable(line).chars() {
            match character {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\'' => escaped.push_str("&#39;"),
                _ => escaped.push(character),
            }
        }
    }
    escaped
}
