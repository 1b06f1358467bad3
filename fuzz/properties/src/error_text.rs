//! Error messages as users paste them. The input is the message.

use easyauth::error_codes::{ErrorExplanation, KnownError, MAX_ERROR_TEXT_LEN};

use super::secrets::CANARY;

/// The highest number of codes of each kind in an explanation.
const MAX_CODES: usize = 16;

/// The characters allowed between a label or the name of a list and its value.
const BETWEEN: [char; 5] = ['"', '\\', ' ', ':', '='];

/// Checks the property for this input, and panics if it does not hold.
pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let actual = ErrorExplanation::from_text(text);
    let expected = Expected::read(cut(text));
    expected.assert_same(actual.as_ref());
    if let Some(actual) = &actual {
        check_nothing_else_is_printed(actual);
        check_order(actual, &expected.known);
    }
    check_tokens_change_nothing(text, actual.as_ref());
}

/// The longest prefix within the limit.
fn cut(text: &str) -> &str {
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let end = ends.take_while(|end| *end <= MAX_ERROR_TEXT_LEN).last();
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

/// The expected explanation.
struct Expected {
    known: Vec<&'static KnownError>,
    unknown: Vec<u32>,
    correlation_id: Option<String>,
    trace_id: Option<String>,
    timestamp: Option<String>,
}

impl Expected {
    fn read(text: &str) -> Self {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for number in numbers(text) {
            match KnownError::all().find(|error| error.aadsts() == Some(number)) {
                Some(error) => known.push(error),
                None => unknown.push(number),
            }
        }
        known.extend(names(text));
        let text = &decoded(text);
        Self {
            known: first_ones(known),
            unknown: first_ones(unknown),
            correlation_id: value(text, &["correlation id", "correlation_id"], guid),
            trace_id: value(text, &["trace id", "trace_id", "request id"], guid),
            timestamp: value(text, &["timestamp"], timestamp),
        }
    }

    fn assert_same(&self, actual: Option<&ErrorExplanation>) {
        let is_empty = self.known.is_empty() && self.unknown.is_empty();
        assert_eq!(actual.is_none(), is_empty, "{actual:?}");
        let Some(actual) = actual else { return };
        let sorted = |errors: &[&'static KnownError]| {
            let mut names: Vec<_> = errors.iter().map(|error| error.name()).collect();
            names.sort_unstable();
            names
        };
        assert_eq!(sorted(actual.known()), sorted(&self.known));
        assert_eq!(actual.primary(), actual.known().first().copied());
        assert_eq!(actual.unknown(), self.unknown);
        assert_eq!(actual.correlation_id(), self.correlation_id.as_deref());
        assert_eq!(actual.trace_id(), self.trace_id.as_deref());
        assert_eq!(actual.timestamp(), self.timestamp.as_deref());
    }
}

/// Removes duplicates, and cuts the list at the limit.
fn first_ones<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut first = Vec::new();
    for one in all {
        if first.len() < MAX_CODES && !first.contains(&one) {
            first.push(one);
        }
    }
    first
}

/// The codes of Microsoft Entra, which have four to eight digits: those after `AADSTS`, then those of each
/// list `error_codes`.
fn numbers(text: &str) -> Vec<u32> {
    let after =
        |name| text.match_indices(name).filter_map(|(at, name)| text.get(at..)?.strip_prefix(name));
    let behind = after("AADSTS")
        .filter_map(|rest| number(rest.split(|next: char| !next.is_ascii_digit()).next()?));
    let lists = after("error_codes").flat_map(|rest| {
        let rest =
            rest.trim_start_matches(|next| BETWEEN.contains(&next) || "\n\r\t".contains(next));
        // A truncated list ends with the message, or where the next list begins.
        let list = rest.strip_prefix('[').unwrap_or_default();
        let end = list.find(']').into_iter().chain(list.find("error_codes")).min();
        let list = list.get(..end.unwrap_or(list.len())).unwrap_or_default();
        list.split(',').filter_map(|element| number(element.trim())).collect::<Vec<_>>()
    });
    behind.chain(lists).collect()
}

fn number(digits: &str) -> Option<u32> {
    let is_number =
        (4..=8).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| digits.parse().ok())?
}

/// The named errors, each at its first position: an OAuth error code counts only as the value of `error` or
/// `suberror`.
fn names(text: &str) -> Vec<&'static KnownError> {
    let is_of_word = |next: &char| next.is_ascii_alphanumeric() || *next == '_';
    let is_named_at = |name: &str, at: usize| {
        let (before, rest) = text.split_at_checked(at).unwrap_or_default();
        let after = rest.strip_prefix(name).unwrap_or_default();
        let is_word = !before.chars().next_back().is_some_and(|last| is_of_word(&last))
            && !after.chars().next().is_some_and(|next| is_of_word(&next));
        let before = before.trim_end_matches(|last| !is_of_word(&last));
        let previous = before.rsplit(|next| !is_of_word(&next)).next().unwrap_or_default();
        let is_of_oauth = !name.contains(|next: char| !next.is_ascii_lowercase() && next != '_');
        is_word && (!is_of_oauth || ["error", "suberror"].contains(&previous))
    };
    let named = KnownError::all().filter(|error| error.aadsts().is_none()).filter_map(|error| {
        let mut places = text.match_indices(error.name()).map(|(at, _)| at);
        Some((places.find(|at| is_named_at(error.name(), *at))?, error))
    });
    let mut named: Vec<_> = named.collect();
    named.sort_by_key(|(at, _)| *at);
    named.into_iter().map(|(_, error)| error).collect()
}

/// The text of an address, in which labels and values are encoded.
fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().replace('+', " ").into_bytes();
    for part in parts {
        let digits = part.get(..2).filter(|two| two.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(b'%'));
        let rest = if byte.is_some() { part.get(2..).unwrap_or_default() } else { part };
        bytes.extend(rest.replace('+', " ").bytes());
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The first value of this form after a label: after the first label that has one.
fn value(text: &str, labels: &[&str], is_value: fn(&str) -> Option<usize>) -> Option<String> {
    labels.iter().find_map(|label| {
        let places = (0..text.len()).filter_map(|at| text.get(at..)?.split_at_checked(label.len()));
        let mut labeled = places.filter(|(own, _)| own.eq_ignore_ascii_case(label));
        labeled.find_map(|(_, value)| {
            let value = value.trim_start_matches(BETWEEN);
            value.get(..is_value(value)?).map(str::to_owned)
        })
    })
}

/// The length of the GUID at the start, if the word ends there.
fn guid(text: &str) -> Option<usize> {
    let groups = [8, 4, 4, 4, 12];
    let mut rest = text;
    for (index, group) in groups.into_iter().enumerate() {
        rest = if index == 0 { rest } else { rest.strip_prefix('-')? };
        let digits = rest.get(..group)?;
        if !digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        rest = rest.get(group..)?;
    }
    ends_word(rest).then_some(36)
}

/// Whether no letter, digit, `-` or `_` follows.
fn ends_word(rest: &str) -> bool {
    let next = rest.bytes().next();
    !next.is_some_and(|next| next.is_ascii_alphanumeric() || matches!(next, b'-' | b'_'))
}

/// The length of the time at the start, such as `2026-11-27 16:20:07Z`.
fn timestamp(text: &str) -> Option<usize> {
    let time = text.get(..20)?;
    let form: String = time
        .chars()
        .map(|next| match next {
            '0'..='9' => '0',
            'T' => ' ',
            other => other,
        })
        .collect();
    let has_one_t = time.find('T').is_none_or(|at| at == 10);
    let ends = text.get(20..).is_some_and(ends_word);
    (form == "0000-00-00 00:00:00Z" && has_one_t && ends).then_some(20)
}

/// A message with only the codes and IDs of an explanation has the same explanation. So the explanation repeats
/// only codes, IDs and the time.
fn check_nothing_else_is_printed(actual: &ErrorExplanation) {
    let numbers = actual.unknown().iter().map(|number| format!("AADSTS{number:04}"));
    let values = [
        ("Correlation ID", actual.correlation_id()),
        ("Trace ID", actual.trace_id()),
        ("Timestamp", actual.timestamp()),
    ];
    let values =
        values.into_iter().filter_map(|(label, value)| Some(format!("{label}: {}", value?)));
    let codes = [canonical(actual.known())].into_iter().chain(numbers);
    let plain = codes.chain(values).collect::<Vec<_>>().join(" ");
    let again = ErrorExplanation::from_text(&plain);
    assert_eq!(again.as_ref(), Some(actual), "{plain}");
    assert_eq!(again.as_ref().map(printed), Some(printed(actual)));
    let is_plain = |next: char| next == '\n' || matches!(next, ' '..='~');
    assert!(printed(actual).chars().all(is_plain));
}

fn canonical<'a>(errors: impl IntoIterator<Item = &'a &'static KnownError>) -> String {
    let errors: Vec<_> =
        errors.into_iter().map(|error| format!("error={}", error.name())).collect();
    errors.join(" ")
}

fn printed(explanation: &ErrorExplanation) -> String {
    let json = serde_json::to_string(explanation).unwrap_or_default();
    format!("{explanation}\n{explanation:?}\n{explanation:#?}\n{json}")
}

/// The most specific error is first, wherever it is in the message. Equally specific errors keep the order of
/// the message.
fn check_order(actual: &ErrorExplanation, in_text: &[&'static KnownError]) {
    let place = |error: &KnownError| in_text.iter().position(|own| *own == error);
    for pair in actual.known().windows(2) {
        let [one, other] = pair else { continue };
        let reversed = ErrorExplanation::from_text(&canonical([other, one]));
        let first = reversed.and_then(|reversed| reversed.primary());
        let is_of_entra = |error: &KnownError| error.aadsts().is_some();
        // Entra codes come before names.
        let stays = first == Some(*one) || is_of_entra(one) && !is_of_entra(other);
        assert!(stays || place(one) < place(other), "{} before {}", one.name(), other.name());
    }
}

/// A token before or after the message changes nothing, and is never shown.
fn check_tokens_change_nothing(text: &str, actual: Option<&ErrorExplanation>) {
    let token = format!("Bearer eyJ{CANARY}.eyJ{CANARY}.{CANARY}");
    // The bracket ends a truncated list.
    let behind = format!("{text}] {token}");
    assert_eq!(ErrorExplanation::from_text(&behind).as_ref(), actual);
    let in_front = format!("{token}\n{text}");
    if in_front.len() <= MAX_ERROR_TEXT_LEN {
        assert_eq!(ErrorExplanation::from_text(&in_front).as_ref(), actual);
    }
    // Inside the message it may separate a label from its value, but it is not shown either.
    if let Some((before, after)) = text.split_once(' ') {
        let inside = format!("{before} {token} {after}");
        let explanation = ErrorExplanation::from_text(&inside);
        Expected::read(cut(&inside)).assert_same(explanation.as_ref());
        let shown = explanation.as_ref().map(printed).unwrap_or_default();
        assert!(!shown.contains(CANARY), "{shown}");
    }
}
