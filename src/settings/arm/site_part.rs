//! The names in a resource id, and what can be wrong with it.
//!
//! The rules are those of "Naming rules and restrictions for Azure resources" (Microsoft.App,
//! Microsoft.Resources, Microsoft.Web).

use std::fmt;

use super::MAX_SITE_ID_LEN;

/// A name in a [`SiteId`](super::SiteId).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SitePart {
    /// The subscription: at most 36 letters and digits of ASCII and hyphens, as many as a GUID has.
    Subscription,
    /// The resource group: at most 90 letters, digits and `-`, `_`, `.`, `(`, `)`, and no dot at the
    /// end.
    ResourceGroup,
    /// The app of App Service: at most 60 letters, digits and hyphens, and no hyphen at the ends.
    App,
    /// The deployment slot: at most 59 letters, digits and hyphens.
    Slot,
    /// The container app: at most 32 letters and digits of ASCII and hyphens, a letter first and no
    /// hyphen at the end. Azure has lower case letters only, and takes ids in any case.
    ContainerApp,
}

impl SitePart {
    pub(super) fn check(self, name: &str) -> Result<String, SiteIdError> {
        if name.is_empty() {
            return Err(SiteIdError::Empty { part: self });
        }
        if let Some(index) = name.chars().position(|character| !self.allows(character)) {
            return Err(SiteIdError::Character { part: self, number: index.saturating_add(1) });
        }
        if name.chars().count() > self.max_len() {
            return Err(SiteIdError::NameTooLong { part: self, limit: self.max_len() });
        }
        if self.allows_ends(name) {
            Ok(name.to_owned())
        } else {
            Err(SiteIdError::NameEnds { part: self })
        }
    }

    fn allows(self, character: char) -> bool {
        match self {
            Self::Subscription | Self::ContainerApp => {
                character.is_ascii_alphanumeric() || character == '-'
            }
            Self::ResourceGroup => {
                character.is_alphanumeric() || matches!(character, '-' | '_' | '.' | '(' | ')')
            }
            Self::App | Self::Slot => character.is_alphanumeric() || character == '-',
        }
    }

    /// In characters.
    const fn max_len(self) -> usize {
        match self {
            Self::Subscription => 36,
            Self::ResourceGroup => 90,
            Self::App => 60,
            Self::Slot => 59,
            Self::ContainerApp => 32,
        }
    }

    fn allows_ends(self, name: &str) -> bool {
        match self {
            Self::Subscription | Self::Slot => true,
            Self::ResourceGroup => !name.ends_with('.'),
            Self::App => !name.starts_with('-') && !name.ends_with('-'),
            Self::ContainerApp => {
                name.starts_with(|first: char| first.is_ascii_alphabetic()) && !name.ends_with('-')
            }
        }
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Subscription => "the subscription",
            Self::ResourceGroup => "the resource group",
            Self::App => "the name of the app",
            Self::Slot => "the name of the slot",
            Self::ContainerApp => "the name of the container app",
        }
    }
}

impl fmt::Display for SitePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// Takes percent-encoding away; `None` if it is not that of UTF-8.
pub(super) fn decode(segment: &str) -> Option<String> {
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

/// A name as a segment of a path. Of what names can have, RFC 3986 section 3.3 allows all but the
/// letters outside ASCII.
pub(super) struct Encoded<'a>(pub(super) &'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            if byte.is_ascii() {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

/// A text that is no [`SiteId`](super::SiteId). Says where, never what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SiteIdError {
    /// The text is longer than [`MAX_SITE_ID_LEN`].
    #[error("the resource id is {length} bytes long, over the limit of {MAX_SITE_ID_LEN}")]
    TooLong {
        /// The length of the text in bytes.
        length: usize,
    },
    /// The text does not start with a slash.
    #[error("the resource id does not start with a slash")]
    NotRooted,
    /// The text ends too early.
    #[error("the resource id ends where {expected} should be")]
    Ends {
        /// What should follow.
        expected: &'static str,
    },
    /// A segment is not the word that stands there in the id of a site.
    #[error("segment {number} of the resource id is not {expected}")]
    Segment {
        /// Which segment, counted from 1.
        number: usize,
        /// What should be there.
        expected: &'static str,
    },
    /// A segment behind the site is not of its slot or of its authentication settings.
    #[error(
        "segment {number} of the resource id leads away from a site and its authentication settings"
    )]
    Trailing {
        /// Which segment, counted from 1.
        number: usize,
    },
    /// A name is the empty text.
    #[error("{part} is empty")]
    Empty {
        /// Which name.
        part: SitePart,
    },
    /// A percent sign in a name does not start an encoded byte, or the bytes are not UTF-8.
    #[error("{part} is not percent-encoded UTF-8")]
    Encoding {
        /// Which name.
        part: SitePart,
    },
    /// A name has a character that Azure does not allow there.
    #[error("character {number} of {part} is not allowed")]
    Character {
        /// Which name.
        part: SitePart,
        /// Which character, counted from 1, percent-encoding taken away.
        number: usize,
    },
    /// A name is longer than Azure allows.
    #[error("{part} has more than {limit} characters")]
    NameTooLong {
        /// Which name.
        part: SitePart,
        /// How many characters it can have.
        limit: usize,
    },
    /// A name starts or ends with a character that Azure allows only inside.
    #[error("{part} starts or ends with a character that is only allowed inside")]
    NameEnds {
        /// Which name.
        part: SitePart,
    },
    /// A container app has revisions, and no slots.
    #[error("a container app has no slots")]
    NoSlots,
}
