//! The keys of login parameters, and the names that misspelled ones probably stand for.

/// The parameters of Entra's sign-in page that can be set: those of OpenID Connect Core section 3.1.2.1,
/// `claims` (section 5.5), `response_mode` (OAuth 2.0 Multiple Response Type Encoding Practices),
/// and Entra's own `domain_hint` and `resource`.
const KNOWN: [&str; 13] = [
    "acr_values",
    "claims",
    "display",
    "domain_hint",
    "id_token_hint",
    "login_hint",
    "max_age",
    "prompt",
    "resource",
    "response_mode",
    "response_type",
    "scope",
    "ui_locales",
];

/// The parameters that the platform sets at each sign-in. A fixed value breaks the way back to the
/// application, or the protection that the parameter gives.
const RESERVED: [&str; 6] =
    ["client_id", "code_challenge", "code_challenge_method", "nonce", "redirect_uri", "state"];

/// How many edits a typing mistake has at most.
pub(crate) const MAX_EDITS: usize = 2;

/// The longest name that is compared, in bytes. Names of settings and parameters are shorter.
const MAX_NAME: usize = 64;

/// Returns `true` if Entra documents the parameter.
pub(super) fn is_known(key: &str) -> bool {
    KNOWN.contains(&key)
}

/// Returns `true` if the platform sets the parameter, in any case.
pub(super) fn is_reserved(key: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(key))
}

/// The parameter that was probably meant: the nearest, of several the first.
pub(super) fn meant_by(key: &str) -> Option<&'static str> {
    let key = key.to_ascii_lowercase();
    let near = KNOWN
        .into_iter()
        .filter_map(|known| distance(key.as_bytes(), known.as_bytes()).map(|edits| (edits, known)));
    near.min_by_key(|(edits, _)| *edits).map(|(_, known)| known)
}

/// How many edits lead from one name to the other: a letter wrong, missing or too many, or two neighbors
/// swapped (optimal string alignment). `None` for names that are too long, or differ by more than
/// [`MAX_EDITS`].
pub(crate) fn distance(one: &[u8], two: &[u8]) -> Option<usize> {
    if one.len().max(two.len()) > MAX_NAME || one.len().abs_diff(two.len()) > MAX_EDITS {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=two.len()).collect();
    let mut previous = None;
    for (row, letter) in (1..).zip(one) {
        let mut cells = vec![row];
        let mut left = None;
        for (column, other) in two.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX);
            let replaced = at(&last, column).saturating_add(usize::from(letter != other));
            let added =
                at(&cells, column).min(at(&last, column.saturating_add(1))).saturating_add(1);
            let is_swapped = left == Some(letter) && previous == Some(other);
            let swapped = column.checked_sub(1).filter(|_| is_swapped);
            let swapped =
                swapped.map_or(usize::MAX, |column| at(&before, column).saturating_add(1));
            cells.push(replaced.min(added).min(swapped));
            left = Some(other);
        }
        // Later rows build on these two alone, and only add edits.
        if is_far(&cells) && is_far(&last) {
            return None;
        }
        before = std::mem::replace(&mut last, cells);
        previous = Some(letter);
    }
    last.last().copied().filter(|edits| *edits <= MAX_EDITS)
}

fn is_far(row: &[usize]) -> bool {
    row.iter().all(|edits| *edits > MAX_EDITS)
}
