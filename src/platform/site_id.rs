//! The resource ID of a site.

use std::{
    fmt,
    hash::{Hash, Hasher},
    iter::Peekable,
    str::{FromStr, Split},
};

use super::Service;
use crate::{escape::Escaped, kinds::debug_by_display};

/// The longest text that is read as a [`SiteId`], in bytes. The longest names that Azure allows are
/// shorter, even if each character has four bytes and each byte is percent-encoded.
pub const MAX_SITE_ID_LEN: usize = 3 * 1024;

/// The resource ID of an app with authentication settings: an app of App Service or Functions, a
/// deployment slot of one, or a container app.
///
/// # Syntax
///
/// ```text
/// /subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/NAME
/// /subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/NAME/slots/SLOT
/// /subscriptions/S/resourceGroups/G/providers/Microsoft.App/containerApps/NAME
/// ```
///
/// The IDs of the settings, as Azure Resource Manager answers them, also parse:
/// `/config`, `/config/authsettingsV2` and `/config/authsettingsV2/list` after a site or a slot,
/// `/authConfigs` and `/authConfigs/current` after a container app. One slash at the end is allowed,
/// and names may be percent-encoded once.
///
/// Names follow "Naming rules and restrictions for Azure resources", with three exceptions: they may be as
/// short as one character, a subscription need not be a GUID, and "letter or digit" is Unicode's
/// alphanumeric, which is a little more than the categories listed there.
///
/// # Comparison
///
/// Azure ignores the case of IDs, and can answer them in another case. `==` and `Hash` ignore the case of
/// ASCII letters; names keep their case. The printed text is the canonical form above, percent-encoded, and
/// parses to an equal ID.
///
/// ```
/// use easyauth::settings::SiteId;
///
/// let site: SiteId = "/subscriptions/S/resourcegroups/G/providers/Microsoft.Web/sites/web/config/authsettingsV2"
///     .parse()?;
/// assert_eq!(site, SiteId::app_service("s", "g", "WEB")?);
/// assert_eq!(
///     site.in_slot("staging")?.to_string(),
///     "/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/web/slots/staging",
/// );
/// # Ok::<(), easyauth::settings::SiteIdError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SiteId {
    subscription: Name,
    resource_group: Name,
    is_container_app: bool,
    name: Name,
    slot: Option<Name>,
}

/// A name whose case does not count.
#[derive(Debug, Clone)]
struct Name(String);

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_ascii_lowercase().hash(state);
    }
}

/// Why a string is not a [`SiteId`]. The message says where, what was expected, and what was found.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SiteIdError(String);

debug_by_display!(SiteIdError);

impl SiteId {
    /// An app of App Service or Functions.
    ///
    /// # Errors
    ///
    /// [`SiteIdError`] for an invalid name. Names are not percent-decoded.
    pub fn app_service(
        subscription: &str,
        resource_group: &str,
        name: &str,
    ) -> Result<Self, SiteIdError> {
        Self::new(false, subscription, resource_group, name)
    }

    /// A container app.
    ///
    /// # Errors
    ///
    /// [`SiteIdError`] for an invalid name. Names are not percent-decoded.
    pub fn container_app(
        subscription: &str,
        resource_group: &str,
        name: &str,
    ) -> Result<Self, SiteIdError> {
        Self::new(true, subscription, resource_group, name)
    }

    fn new(
        is_container_app: bool,
        subscription: &str,
        resource_group: &str,
        name: &str,
    ) -> Result<Self, SiteIdError> {
        Ok(Self {
            subscription: Part::Subscription.check(subscription)?,
            resource_group: Part::ResourceGroup.check(resource_group)?,
            is_container_app,
            name: Provider::of(is_container_app).part.check(name)?,
            slot: None,
        })
    }

    /// A deployment slot of the same app.
    ///
    /// # Errors
    ///
    /// [`SiteIdError`] for an invalid name, or if the site is a container app, which has no slots.
    pub fn in_slot(&self, slot: &str) -> Result<Self, SiteIdError> {
        if self.is_container_app {
            return Err(SiteIdError(
                "expected an app of App Service: container apps have no slots".into(),
            ));
        }
        Ok(Self { slot: Some(Part::Slot.check(slot)?), ..self.clone() })
    }

    /// The name of the app.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name.0
    }

    /// The name of the deployment slot; `None` for the app itself.
    #[must_use]
    pub fn slot(&self) -> Option<&str> {
        self.slot.as_ref().map(|slot| &*slot.0)
    }

    /// The service of the app: App Service (also for Functions) or Container Apps.
    #[must_use]
    pub fn service(&self) -> Service {
        if self.is_container_app { Service::ContainerApps } else { Service::AppService }
    }

    /// The path of its settings at Azure Resource Manager.
    pub(crate) fn settings_path(&self) -> String {
        let settings = self.provider().settings.get(..2).unwrap_or_default();
        format!("{self}/{}", settings.join("/"))
    }

    fn provider(&self) -> &'static Provider {
        Provider::of(self.is_container_app)
    }
}

impl FromStr for SiteId {
    type Err = SiteIdError;

    fn from_str(text: &str) -> Result<Self, SiteIdError> {
        if text.len() > MAX_SITE_ID_LEN {
            let (most, length) = (MAX_SITE_ID_LEN, text.len());
            return Err(SiteIdError(format!(
                "expected a resource ID of at most {most} bytes, found {length}"
            )));
        }
        let path = text.strip_prefix('/').ok_or_else(|| {
            SiteIdError(format!(
                "expected a resource ID that begins with a slash, found {}",
                Escaped(text)
            ))
        })?;
        let mut path = Segments::new(path.strip_suffix('/').unwrap_or(path));
        path.keyword("subscriptions")?;
        let subscription = path.name(Part::Subscription)?;
        path.keyword("resourceGroups")?;
        let resource_group = path.name(Part::ResourceGroup)?;
        path.keyword("providers")?;
        let expected = "Microsoft.Web or Microsoft.App";
        let name = path.next(expected)?;
        let provider = [false, true].map(Provider::of);
        let provider = provider.iter().find(|own| own.name.eq_ignore_ascii_case(name));
        let provider = *provider.ok_or_else(|| path.unexpected(expected, name))?;
        path.keyword(provider.collection)?;
        let name = path.name(provider.part)?;
        let has_slot = provider.part == Part::App && path.skip("slots");
        let slot = has_slot.then(|| path.name(Part::Slot)).transpose()?;
        // The ID may end after each of these segments.
        let _ = provider.settings.iter().all(|word| path.skip(word));
        path.end()?;
        let is_container_app = provider.part == Part::ContainerApp;
        Ok(Self { subscription, resource_group, is_container_app, name, slot })
    }
}

/// Prints the canonical form, percent-encoded: the path of the site at Azure Resource Manager.
impl fmt::Display for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/subscriptions/{}", Encoded(&self.subscription))?;
        write!(f, "/resourceGroups/{}", Encoded(&self.resource_group))?;
        let Provider { name, collection, .. } = self.provider();
        write!(f, "/providers/{name}/{collection}/{}", Encoded(&self.name))?;
        self.slot.as_ref().map_or(Ok(()), |slot| write!(f, "/slots/{}", Encoded(slot)))
    }
}

/// A resource provider: its segments of a resource ID.
struct Provider {
    name: &'static str,
    collection: &'static str,
    part: Part,
    /// The segments from the site to its settings, and on.
    settings: &'static [&'static str],
}

impl Provider {
    const fn of(is_container_app: bool) -> &'static Self {
        if is_container_app {
            &Self {
                name: "Microsoft.App",
                collection: "containerApps",
                part: Part::ContainerApp,
                settings: &["authConfigs", "current"],
            }
        } else {
            &Self {
                name: "Microsoft.Web",
                collection: "sites",
                part: Part::App,
                settings: &["config", "authsettingsV2", "list"],
            }
        }
    }
}

/// The segments of a path that are still to be read.
struct Segments<'a> {
    rest: Peekable<Split<'a, char>>,
    /// The number of the last segment that was read, counted from 1.
    number: usize,
}

impl<'a> Segments<'a> {
    fn new(path: &'a str) -> Self {
        Self { rest: path.split('/').peekable(), number: 0 }
    }

    fn next(&mut self, expected: &'static str) -> Result<&'a str, SiteIdError> {
        self.number = self.number.saturating_add(1);
        let error =
            || SiteIdError(format!("expected {expected}, found the end of the resource ID"));
        self.rest.next().ok_or_else(error)
    }

    fn unexpected(&self, expected: &str, found: &str) -> SiteIdError {
        let number = self.number;
        SiteIdError(format!(
            "expected {expected} in segment {number} of the resource ID, found {}",
            Escaped(found)
        ))
    }

    fn keyword(&mut self, word: &'static str) -> Result<(), SiteIdError> {
        let found = self.next(word)?;
        if found.eq_ignore_ascii_case(word) { Ok(()) } else { Err(self.unexpected(word, found)) }
    }

    fn name(&mut self, part: Part) -> Result<Name, SiteIdError> {
        let found = self.next(part.title())?;
        let decoded = decode(found).ok_or_else(|| part.error("percent-encoded UTF-8", found))?;
        part.check(&decoded)
    }

    /// Reads the next segment if it is this word, and returns `true` then.
    fn skip(&mut self, word: &str) -> bool {
        let found = self.rest.next_if(|segment| segment.eq_ignore_ascii_case(word)).is_some();
        self.number = self.number.saturating_add(usize::from(found));
        found
    }

    fn end(mut self) -> Result<(), SiteIdError> {
        let Some(found) = self.rest.next() else { return Ok(()) };
        self.number = self.number.saturating_add(1);
        Err(self.unexpected("the end, a slot or the authentication settings", found))
    }
}

/// A name in a resource ID, with the rules of "Naming rules and restrictions for Azure resources"
/// (Microsoft.App, Microsoft.Resources, Microsoft.Web).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// As long as a GUID.
    Subscription,
    ResourceGroup,
    App,
    Slot,
    /// Azure creates container apps with lower-case letters only, and accepts IDs in any case.
    ContainerApp,
}

impl Part {
    const fn title(self) -> &'static str {
        self.rules().0
    }

    /// The title, how many characters a name can have, and which.
    const fn rules(self) -> (&'static str, usize, &'static str) {
        match self {
            Self::Subscription => ("a subscription", 36, "ASCII letters, digits and -"),
            Self::ResourceGroup => (
                "a resource group",
                90,
                "letters, digits, -, _, ., ( and ), without a dot at the end",
            ),
            Self::App => ("an app name", 60, "letters, digits and -, without - at the ends"),
            Self::Slot => ("a slot name", 59, "letters, digits and -"),
            Self::ContainerApp => (
                "a container app name",
                32,
                "ASCII letters, digits and -, a letter first and no - at the end",
            ),
        }
    }

    fn check(self, name: &str) -> Result<Name, SiteIdError> {
        let (_, most, characters) = self.rules();
        let is_allowed = |character: char| match self {
            Self::Subscription | Self::ContainerApp => {
                character.is_ascii_alphanumeric() || character == '-'
            }
            Self::ResourceGroup => {
                character.is_alphanumeric() || matches!(character, '-' | '_' | '.' | '(' | ')')
            }
            Self::App | Self::Slot => character.is_alphanumeric() || character == '-',
        };
        let has_good_ends = match self {
            Self::Subscription | Self::Slot => true,
            Self::ResourceGroup => !name.ends_with('.'),
            Self::App => !name.starts_with('-') && !name.ends_with('-'),
            Self::ContainerApp => {
                name.starts_with(|first: char| first.is_ascii_alphabetic()) && !name.ends_with('-')
            }
        };
        let length = name.chars().count();
        if (1..=most).contains(&length) && name.chars().all(is_allowed) && has_good_ends {
            Ok(Name(name.to_owned()))
        } else {
            Err(self.error(&format!("1 to {most} {characters}"), name))
        }
    }

    fn error(self, expected: &str, found: &str) -> SiteIdError {
        let found =
            if found.is_empty() { "an empty string".into() } else { Escaped(found).to_string() };
        SiteIdError(format!("expected {} of {expected}, found {found}", self.title()))
    }
}

/// Decodes percent-encoding; `None` if it is malformed or not UTF-8.
fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, mut tail)) = rest.split_first() {
        let mut byte = *first;
        if byte == b'%' {
            let (digits, after) = tail.split_first_chunk::<2>()?;
            let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
            byte = u8::try_from((high? << 4) | low?).ok()?;
            tail = after;
        }
        bytes.push(byte);
        rest = tail;
    }
    String::from_utf8(bytes).ok()
}

/// A name as a segment of a path. RFC 3986 section 3.3 allows all characters of names but the letters
/// outside ASCII.
struct Encoded<'a>(&'a Name);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.0.bytes() {
            if byte.is_ascii() {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}
