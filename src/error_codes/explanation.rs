//! Explanations of pasted error messages.

use std::{borrow::Cow, fmt};

use serde::{Serialize, Serializer, ser::SerializeStruct as _};

use super::{KnownError, others};
use crate::{escape::percent_decoded, resource::is_guid};

/// The longest error text that is read, in bytes: the same limit as for an error of the token endpoint
/// ([`MAX_TOKEN_ERROR_LEN`](crate::exchange::MAX_TOKEN_ERROR_LEN)). The rest of a longer string is
/// ignored.
pub const MAX_ERROR_TEXT_LEN: usize = 64 * 1024;

/// How many codes are explained. One error has one or two codes, and a log repeats them.
const MAX_CODES: usize = 16;

/// The digits of an AADSTS number: five to seven are in use.
const AADSTS_DIGITS: std::ops::RangeInclusive<usize> = 4..=8;

/// The explanation of a pasted error.
///
/// It reads these forms of errors, and log lines that contain them:
///
/// - the text of a sign-in page (`AADSTS50011: ...`);
/// - the JSON of a token endpoint or of Azure Resource Manager;
/// - the address of a failed redirect (`?error=...&error_description=AADSTS...`);
/// - a `WWW-Authenticate` value.
///
/// It keeps only codes, and the IDs with which Microsoft's support finds the request. It keeps no token,
/// claim, name or address. Prints one line per code, the most specific first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorExplanation {
    known: Vec<&'static KnownError>,
    unknown: Vec<u32>,
    correlation_id: Option<Box<str>>,
    trace_id: Option<Box<str>>,
    timestamp: Option<Box<str>>,
}

impl ErrorExplanation {
    /// Reads an error text; `None` if it has no code of a known form.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let text = bounded(text);
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for number in aadsts_numbers(text) {
            match KnownError::of_entra(number) {
                Some(error) => push(&mut known, error),
                None => push(&mut unknown, number),
            }
        }
        for error in named(text) {
            push(&mut known, error);
        }
        if known.is_empty() && unknown.is_empty() {
            return None;
        }
        // A stable sort: codes of one rank keep the order of the text.
        known.sort_by_key(|error| rank(error));
        // An address has the labels and their values encoded.
        let text = percent_decoded(text.replace('+', " ").as_bytes());
        let text = &String::from_utf8_lossy(&text);
        Some(Self {
            known,
            unknown,
            correlation_id: labeled(text, &["correlation id", "correlation_id"], guid),
            trace_id: labeled(text, &["trace id", "trace_id", "request id"], guid),
            timestamp: labeled(text, &["timestamp"], timestamp),
        })
    }

    /// The most specific known error. `None` if no code is known.
    #[must_use]
    pub fn primary(&self) -> Option<&'static KnownError> {
        self.known.first().copied()
    }

    /// The known errors, the most specific first: `AADSTS500133` before `AADSTS50013` before `invalid_grant`.
    #[must_use]
    pub fn known(&self) -> &[&'static KnownError] {
        &self.known
    }

    /// The numbers of Microsoft Entra codes that are not in the table.
    #[must_use]
    pub fn unknown(&self) -> &[u32] {
        &self.unknown
    }

    /// The correlation ID, a GUID. Administrators use it to find the request in the sign-in logs.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.correlation_id.as_deref()
    }

    /// The trace ID, a GUID. Sign-in pages call it request ID, and Microsoft's support asks for it.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.trace_id.as_deref()
    }

    /// The time in the format of the service: `2026-11-27 16:20:07Z`.
    #[must_use]
    pub fn timestamp(&self) -> Option<&str> {
        self.timestamp.as_deref()
    }
}

fn push<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if list.len() < MAX_CODES && !list.contains(&item) {
        list.push(item);
    }
}

/// Codes of Entra and of an API come first, then umbrella codes, then OAuth error names.
fn rank(error: &KnownError) -> u8 {
    match (others::is_oauth(error), error.is_umbrella()) {
        (false, false) => 0,
        (true, false) => 1,
        (false, true) => 2,
        (true, true) => 3,
    }
}

/// The part of the text that is read.
fn bounded(text: &str) -> &str {
    let mut end = text.len().min(MAX_ERROR_TEXT_LEN);
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default()
}

/// The numbers after `AADSTS`, and those in `error_codes`.
fn aadsts_numbers(text: &str) -> impl Iterator<Item = u32> {
    let named = text.split("AADSTS").skip(1).filter_map(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        number(rest.get(..digits)?)
    });
    let listed = text.split("error_codes").skip(1).flat_map(|rest| {
        let list = rest.trim_start_matches(['"', '\\', ' ', ':', '=', '\n', '\r', '\t']);
        let list = list.strip_prefix('[').and_then(|list| list.split(']').next());
        list.unwrap_or_default().split(',').filter_map(|element| number(element.trim()))
    });
    named.chain(listed)
}

/// Accepts only digits, because `parse` also accepts a sign.
fn number(digits: &str) -> Option<u32> {
    let is_number =
        AADSTS_DIGITS.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok())?
}

/// The errors whose names are words of the text. OAuth names count only as the value of `error`.
fn named(text: &str) -> impl Iterator<Item = &'static KnownError> {
    let is_separator = |character: char| !(character.is_ascii_alphanumeric() || character == '_');
    let mut before = "";
    text.split(is_separator).filter(|word| !word.is_empty()).filter_map(move |word| {
        let previous = std::mem::replace(&mut before, word);
        let error = KnownError::of_name(word).filter(|error| error.aadsts().is_none())?;
        (!others::is_oauth(error) || matches!(previous, "error" | "suberror")).then_some(error)
    })
}

/// The value after one of these labels, ignoring case.
fn labeled(text: &str, labels: &[&str], read: fn(&str) -> Option<&str>) -> Option<Box<str>> {
    let lower = text.to_ascii_lowercase();
    labels.iter().find_map(|label| {
        let mut rest = lower.match_indices(label);
        rest.find_map(|(at, label)| {
            let value = text.get(at.checked_add(label.len())?..)?;
            let value = value.trim_start_matches(['"', '\\', ' ', ':', '=']);
            read(value).map(Into::into)
        })
    })
}

fn guid(text: &str) -> Option<&str> {
    const GUID_LEN: usize = 36;
    word(text, GUID_LEN).filter(|id| is_guid(id))
}

/// The first `len` bytes, if the word ends there. A longer string of digits is not an ID.
fn word(text: &str, len: usize) -> Option<&str> {
    let (word, rest) = text.split_at_checked(len)?;
    let is_longer =
        rest.starts_with(|next: char| next.is_ascii_alphanumeric() || "-_".contains(next));
    (!is_longer).then_some(word)
}

/// `2016-01-09 02:02:12Z` in responses of the token endpoint, with a `T` on pages.
fn timestamp(text: &str) -> Option<&str> {
    const FORM: &[u8] = b"0000-00-00 00:00:00Z";
    let time = word(text, FORM.len())?;
    let fits = time.bytes().zip(FORM).all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        b' ' => matches!(byte, b' ' | b'T'),
        form => byte == *form,
    });
    fits.then_some(time)
}

impl fmt::Display for ErrorExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<Cow<'_, str>> = Vec::new();
        lines.extend(self.known.iter().map(|error| Cow::from(error.to_string())));
        lines.extend(self.unknown.iter().map(|number| {
            format!(
                "AADSTS{number}: unknown code, see \
                 https://login.microsoftonline.com/error?code={number}"
            )
            .into()
        }));
        let ids = [
            ("correlation ID", self.correlation_id()),
            ("trace ID", self.trace_id()),
            ("time", self.timestamp()),
        ];
        let ids = ids.into_iter().filter_map(|(label, id)| Some(format!("{label} {}", id?)));
        let ids = ids.collect::<Vec<_>>().join(", ");
        if !ids.is_empty() {
            lines.push(ids.into());
        }
        f.write_str(&lines.join("\n"))
    }
}

/// `{"errors": [...], "unknown": [...], "correlationId", "traceId", "timestamp"}`.
impl Serialize for ErrorExplanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ErrorExplanation", 5)?;
        fields.serialize_field("errors", &self.known)?;
        fields.serialize_field("unknown", &self.unknown)?;
        fields.serialize_field("correlationId", &self.correlation_id())?;
        fields.serialize_field("traceId", &self.trace_id())?;
        fields.serialize_field("timestamp", &self.timestamp())?;
        fields.end()
    }
}
