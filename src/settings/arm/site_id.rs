//! The resource id of a site.

use std::{
    fmt,
    hash::{Hash, Hasher},
    iter::Peekable,
    str::{FromStr, Split},
};

use super::site_part::{Encoded, SiteIdError, SitePart, decode};

/// The longest text that is read as a [`SiteId`], in bytes. The longest names that Azure allows come
/// to less, with each of their characters four bytes long and each byte percent-encoded.
pub const MAX_SITE_ID_LEN: usize = 3 * 1024;

/// The resource id of what has authentication settings: an app of App Service or Azure Functions, a
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
/// The ids of the settings, as Azure Resource Manager answers them, lead to their site:
/// `/config`, `/config/authsettingsV2` and `/config/authsettingsV2/list` behind a site or a slot,
/// `/authConfigs` and `/authConfigs/current` behind a container app. One slash at the end is allowed,
/// and names may be percent-encoded, once.
///
/// Names follow "Naming rules and restrictions for Azure resources", except that they may be as short
/// as one character, that a subscription need not be a GUID, and that "letter or digit" is what
/// Unicode calls alphanumeric, which is a little more than the categories listed there.
///
/// # Comparison
///
/// Azure compares ids without regard to case, and answers them in another case than it was given. So
/// do `==` and `Hash` here, for the letters of ASCII; names keep their case. The text that is printed
/// is the canonical form above, percent-encoded, and parses to an equal id.
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
#[derive(Clone)]
pub struct SiteId {
    subscription: String,
    resource_group: String,
    kind: SiteKind,
    name: String,
    slot: Option<String>,
}

/// The service that a site belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SiteKind {
    /// An app of App Service or Azure Functions, or a slot of one: `Microsoft.Web/sites`.
    AppService,
    /// A container app: `Microsoft.App/containerApps`.
    ContainerApp,
}

impl SiteId {
    /// An app of App Service or Azure Functions.
    ///
    /// # Errors
    ///
    /// [`SiteIdError`] if one of the names is none. They are not percent-decoded.
    pub fn app_service(
        subscription: &str,
        resource_group: &str,
        name: &str,
    ) -> Result<Self, SiteIdError> {
        Self::new(SiteKind::AppService, subscription, resource_group, name)
    }

    /// A container app.
    ///
    /// # Errors
    ///
    /// [`SiteIdError`] if one of the names is none. They are not percent-decoded.
    pub fn container_app(
        subscription: &str,
        resource_group: &str,
        name: &str,
    ) -> Result<Self, SiteIdError> {
        Self::new(SiteKind::ContainerApp, subscription, resource_group, name)
    }

    fn new(
        kind: SiteKind,
        subscription: &str,
        resource_group: &str,
        name: &str,
    ) -> Result<Self, SiteIdError> {
        Ok(Self {
            subscription: SitePart::Subscription.check(subscription)?,
            resource_group: SitePart::ResourceGroup.check(resource_group)?,
            kind,
            name: kind.part().check(name)?,
            slot: None,
        })
    }

    /// A deployment slot of the same app.
    ///
    /// # Errors
    ///
    /// [`SiteIdError`] if this is no name of a slot, or if the site is a container app.
    pub fn in_slot(&self, slot: &str) -> Result<Self, SiteIdError> {
        match self.kind {
            SiteKind::AppService => {
                Ok(Self { slot: Some(SitePart::Slot.check(slot)?), ..self.clone() })
            }
            SiteKind::ContainerApp => Err(SiteIdError::NoSlots),
        }
    }

    /// The subscription, a GUID.
    #[must_use]
    pub fn subscription(&self) -> &str {
        &self.subscription
    }

    /// The name of the resource group.
    #[must_use]
    pub fn resource_group(&self) -> &str {
        &self.resource_group
    }

    /// The name of the app.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the deployment slot; `None` for the app itself.
    #[must_use]
    pub fn slot(&self) -> Option<&str> {
        self.slot.as_deref()
    }

    /// The service that the site belongs to.
    #[must_use]
    pub fn kind(&self) -> SiteKind {
        self.kind
    }

    /// What ids that are the same have in common.
    fn folded(&self) -> String {
        self.to_string().to_ascii_lowercase()
    }
}

impl FromStr for SiteId {
    type Err = SiteIdError;

    fn from_str(text: &str) -> Result<Self, SiteIdError> {
        if text.len() > MAX_SITE_ID_LEN {
            return Err(SiteIdError::TooLong { length: text.len() });
        }
        let path = text.strip_prefix('/').ok_or(SiteIdError::NotRooted)?;
        let mut path = Segments::new(path.strip_suffix('/').unwrap_or(path));
        path.keyword("subscriptions")?;
        let subscription = path.name(SitePart::Subscription)?;
        path.keyword("resourceGroups")?;
        let resource_group = path.name(SitePart::ResourceGroup)?;
        path.keyword("providers")?;
        let kind = path.provider()?;
        path.keyword(kind.collection())?;
        let name = path.name(kind.part())?;
        let has_slot = kind == SiteKind::AppService && path.skip("slots");
        let slot = has_slot.then(|| path.name(SitePart::Slot)).transpose()?;
        // Each of these words may be the last one.
        let _ = kind.settings().iter().all(|word| path.skip(word));
        path.end()?;
        Ok(Self { subscription, resource_group, kind, name, slot })
    }
}

/// Prints the canonical form, percent-encoded: the path of the site at Azure Resource Manager.
impl fmt::Display for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subscription, resource_group, kind, name, slot } = self;
        write!(f, "/subscriptions/{}", Encoded(subscription))?;
        write!(f, "/resourceGroups/{}", Encoded(resource_group))?;
        write!(f, "/providers/{}/{}/{}", kind.provider(), kind.collection(), Encoded(name))?;
        match slot {
            Some(slot) => write!(f, "/slots/{}", Encoded(slot)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SiteId({self})")
    }
}

impl PartialEq for SiteId {
    fn eq(&self, other: &Self) -> bool {
        self.folded() == other.folded()
    }
}

impl Eq for SiteId {}

impl Hash for SiteId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded().hash(state);
    }
}

impl SiteKind {
    const ALL: [Self; 2] = [Self::AppService, Self::ContainerApp];

    const fn provider(self) -> &'static str {
        match self {
            Self::AppService => "Microsoft.Web",
            Self::ContainerApp => "Microsoft.App",
        }
    }

    const fn collection(self) -> &'static str {
        match self {
            Self::AppService => "sites",
            Self::ContainerApp => "containerApps",
        }
    }

    /// The segments of the path from the site to its settings, and on.
    const fn settings(self) -> &'static [&'static str] {
        match self {
            Self::AppService => &["config", "authsettingsV2", "list"],
            Self::ContainerApp => &["authConfigs", "current"],
        }
    }

    const fn part(self) -> SitePart {
        match self {
            Self::AppService => SitePart::App,
            Self::ContainerApp => SitePart::ContainerApp,
        }
    }
}

impl fmt::Display for SiteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AppService => "an app of App Service",
            Self::ContainerApp => "a container app",
        })
    }
}

/// The segments of a path that are still to be read.
struct Segments<'a> {
    rest: Peekable<Split<'a, char>>,
    /// The number of the segment that was read last, counted from 1.
    number: usize,
}

impl<'a> Segments<'a> {
    fn new(path: &'a str) -> Self {
        Self { rest: path.split('/').peekable(), number: 0 }
    }

    fn next(&mut self, expected: &'static str) -> Result<&'a str, SiteIdError> {
        self.number = self.number.saturating_add(1);
        self.rest.next().ok_or(SiteIdError::Ends { expected })
    }

    fn keyword(&mut self, word: &'static str) -> Result<(), SiteIdError> {
        if self.next(word)?.eq_ignore_ascii_case(word) {
            Ok(())
        } else {
            Err(SiteIdError::Segment { number: self.number, expected: word })
        }
    }

    fn provider(&mut self) -> Result<SiteKind, SiteIdError> {
        let expected = "Microsoft.Web or Microsoft.App";
        let provider = self.next(expected)?;
        SiteKind::ALL
            .into_iter()
            .find(|kind| provider.eq_ignore_ascii_case(kind.provider()))
            .ok_or(SiteIdError::Segment { number: self.number, expected })
    }

    fn name(&mut self, part: SitePart) -> Result<String, SiteIdError> {
        let name = decode(self.next(part.title())?).ok_or(SiteIdError::Encoding { part })?;
        part.check(&name)
    }

    /// Whether the next segment was this word, and read.
    fn skip(&mut self, word: &str) -> bool {
        let found = self.rest.next_if(|segment| segment.eq_ignore_ascii_case(word)).is_some();
        self.number = self.number.saturating_add(usize::from(found));
        found
    }

    fn end(mut self) -> Result<(), SiteIdError> {
        match self.rest.next() {
            None => Ok(()),
            Some(_) => Err(SiteIdError::Trailing { number: self.number.saturating_add(1) }),
        }
    }
}
