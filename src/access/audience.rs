//! Whether a token is for the required API, under any of its names.

use super::{Reason, Requirement, reason::wrong_audience};
use crate::{
    jwt::Token,
    resource::{ApiName, OwnedAudience, Resource, candidates, is_guid},
};

/// How the audience of a token matches.
pub(super) enum Fit {
    Fits,
    /// By a convention for App ID URIs: see [`application`].
    FitsByConvention,
    Not(Reason),
}

pub(super) fn examine<T>(token: &Token<T>, wanted: &Requirement) -> Fit {
    let (Some(api), Some(reason)) = (wanted.api(), wrong_audience(token, wanted)) else {
        return Fit::Fits;
    };
    let Reason::WrongAudience { expected, actual } = reason else { return Fit::Not(reason) };
    let unclear = |audience: &str| {
        Fit::Not(Reason::UnclearAudience {
            expected: expected.clone(),
            actual: ApiName::of_audience(audience),
        })
    };
    if let Some(resource) = expected.resource().filter(Resource::is_microsofts) {
        let find = |is: fn(Resource, &str) -> bool| token.audiences().find(|own| is(resource, own));
        if let Some(form) = find(is_other_form) {
            let actual = ApiName::of_audience(form);
            return Fit::Not(Reason::WrongAudienceForm { expected, actual });
        }
        return match find(may_be_app_id) {
            Some(id) => unclear(id),
            None => Fit::Not(Reason::WrongAudience { expected, actual }),
        };
    }
    let names = names(api);
    for audience in token.audiences() {
        let own = application(audience);
        let is_same = |name: &&str| {
            own.zip(application(name)).is_some_and(|(own, name)| own.eq_ignore_ascii_case(name))
        };
        if names.iter().any(is_same) {
            return Fit::FitsByConvention;
        }
        if names.iter().any(|name| name.eq_ignore_ascii_case(audience)) {
            return unclear(audience);
        }
        // The names are of both kinds, or the token's is of the same kind: then the two can be compared.
        let is_other_kind = names.iter().all(|name| application(name).is_some() != own.is_some());
        if is_other_kind && candidates(audience).is_empty() {
            return unclear(audience);
        }
    }
    Fit::Not(Reason::WrongAudience { expected, actual })
}

/// Returns `true` if an audience names this API of Microsoft in a form that the API rejects.
fn is_other_form(resource: Resource, audience: &str) -> bool {
    candidates(audience).iter().any(|found| {
        let is_same = if is_app_id(audience) {
            found.app_id() == resource.app_id()
        } else {
            found.cloud_of_addresses() == resource.cloud_of_addresses()
        };
        found.name() == resource.name() && is_same
    })
}

/// Returns `true` if an audience is the app ID that this API of Microsoft has in another cloud, and the
/// one in its own cloud is unknown.
fn may_be_app_id(resource: Resource, audience: &str) -> bool {
    resource.app_id().is_none()
        && is_app_id(audience)
        && candidates(audience).iter().any(|found| found.name() == resource.name())
}

/// An app ID, also as an `spn:` name, does not name a cloud.
fn is_app_id(audience: &str) -> bool {
    let name = audience.strip_prefix("spn:").unwrap_or(audience);
    name.split('/').next().is_some_and(is_guid)
}

/// The names of your own API.
fn names(api: &OwnedAudience) -> Vec<&str> {
    match api {
        OwnedAudience::Resource(resource) => resource.identifiers().collect(),
        OwnedAudience::Identifier(identifier) => vec![identifier],
    }
}

/// The client ID in an App ID URI. In Entra, only the application itself can have a URI that ends with
/// its client ID. The SSO of Teams requires such URIs: `api://<domain>/<client id>`,
/// `api://<domain>/botid-<client id>`, `api://auth-<id>/<client id>` (m365copilot-docs#117).
fn application(identifier: &str) -> Option<&str> {
    let identifier = identifier.strip_suffix('/').unwrap_or(identifier);
    if is_guid(identifier) {
        return Some(identifier);
    }
    let last = identifier.strip_prefix("api://")?.rsplit('/').next()?;
    Some(last.strip_prefix("botid-").unwrap_or(last)).filter(|last| is_guid(last))
}
