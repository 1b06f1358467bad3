//! Fixes that would let anonymous requests through or turn a protection off, which only a person may decide.

use super::{Edit, Spot};
use crate::{
    json::document::{Json, JsonText, Path, Step, inner},
    settings::{AuthSettingsV2, UnauthenticatedAction as Action, setting::flag},
};

/// Returns `true` if the new value of a gate lets through what the old one, or the default, does not.
type Opens = fn(Option<Json<'_>>, Json<'_>) -> bool;

/// The settings that let anonymous requests through, plain HTTP, redirects to other sites and sign-ins that
/// the browser did not start.
const GATES: [(&[&str], Opens); 8] = [
    (&["globalValidation", "excludedPaths"], adds_entries),
    (&["globalValidation", "unauthenticatedClientAction"], allows_anonymous),
    (&["globalValidation", "requireAuthentication"], is_turned_off),
    (&["platform", "enabled"], is_turned_off),
    // A settings file replaces the document.
    (&["platform", "configFilePath"], names_another),
    (&["httpSettings", "requireHttps"], is_turned_off),
    (&["login", "allowedExternalRedirectUrls"], adds_entries),
    (&["login", "nonce", "validateNonce"], is_turned_off),
];

impl Edit {
    /// Returns `true` if it can let requests through that the platform rejects today. What an unknown value
    /// does is unknown.
    pub(super) fn opens(&self, doc: &AuthSettingsV2) -> bool {
        let to = match self {
            // Without the other gates, requests are rejected; and no rule removes `platform.enabled`.
            Self::Remove(_) => return false,
            Self::Set(to, _) | Self::Move { to, .. } => to,
        };
        GATES.iter().any(|(steps, opens)| {
            let gate: Path = steps.iter().fold(doc.sections(), |path, step| path.join(*step));
            if !gate.steps().iter().zip(to.steps()).all(is_same) {
                return false;
            }
            // An entry of a list.
            let Some(below) = gate.steps().get(to.steps().len()..) else { return true };
            let set;
            let new = match self {
                Self::Set(_, value) => {
                    set = JsonText::new(&value.to_string()).ok();
                    set.as_ref().map(JsonText::root)
                }
                Self::Move { from, .. } => doc.text().get(from),
                Self::Remove(_) => None,
            };
            let new =
                new.and_then(|new| below.iter().try_fold(new, |json, step| inner(json, step)));
            new.is_some_and(|new| opens(doc.text().get(&gate), new))
        })
    }
}

fn is_same((one, two): (&Step, &Step)) -> bool {
    one.eq_ignore_ascii_case(two)
}

fn adds_entries(old: Option<Json<'_>>, new: Json<'_>) -> bool {
    let new = Spot::of(new);
    let is_old = |path: &Spot<'_>| {
        let mut paths = old.into_iter().flat_map(Json::list);
        paths.any(|own| own.as_written() == path.nearest().as_written())
    };
    let is_more = |path: Spot<'_>| path.is_filled() && !is_old(&path);
    if new.is_list() { new.elements().any(is_more) } else { new.is_filled() }
}

fn allows_anonymous(old: Option<Json<'_>>, new: Json<'_>) -> bool {
    match Action::read(new) {
        Some(
            Action::RedirectToLoginPage | Action::Return401 | Action::Return403 | Action::Return404,
        ) => false,
        _ => names_another(old, new),
    }
}

fn is_turned_off(old: Option<Json<'_>>, new: Json<'_>) -> bool {
    match flag(new) {
        Some(is_on) => !is_on && old.and_then(flag) != Some(false),
        None => Spot::of(new).is_filled(),
    }
}

/// Returns `true` unless the string is empty, or stays the same. A number that becomes a name is another
/// value, because the meaning of the number is inferred.
fn names_another(old: Option<Json<'_>>, new: Json<'_>) -> bool {
    let is_same = new.as_str().is_some_and(|new| old.and_then(Json::as_str) == Some(new));
    Spot::of(new).is_filled() && !is_same
}
