//! Taking identity headers off a request.

use http::{HeaderMap, HeaderName};

use crate::{
    EasyAuthPrincipal, IdentityProvider,
    headers::{
        CLIENT_PRINCIPAL, CLIENT_PRINCIPAL_ID, CLIENT_PRINCIPAL_IDP, CLIENT_PRINCIPAL_NAME,
        TOKEN_PREFIX,
    },
};

/// Takes off every identity header that was not accepted: all of them, if there is no principal; else
/// the tokens of other providers, and names that only look like those of the platform. Some servers
/// take an underscore for a hyphen (RFC 3875 section 4.1.18 names headers that way).
pub(super) fn strip(headers: &mut HeaderMap, principal: Option<&EasyAuthPrincipal>) {
    let unaccepted: Vec<HeaderName> = headers
        .keys()
        .filter(|name| is_identity(name) && !principal.is_some_and(|own| belongs_to(name, own)))
        .cloned()
        .collect();
    for name in unaccepted {
        headers.remove(name);
    }
}

fn is_identity(name: &HeaderName) -> bool {
    let name = name.as_str().replace('_', "-");
    starts_with(&name, CLIENT_PRINCIPAL) || starts_with(&name, TOKEN_PREFIX)
}

fn belongs_to(name: &HeaderName, principal: &EasyAuthPrincipal) -> bool {
    let own = [CLIENT_PRINCIPAL, CLIENT_PRINCIPAL_ID, CLIENT_PRINCIPAL_NAME, CLIENT_PRINCIPAL_IDP];
    if own.iter().any(|own| name.as_str().eq_ignore_ascii_case(own)) {
        return true;
    }
    let provider = principal.provider();
    if *provider == IdentityProvider::UNKNOWN {
        // Nobody knows whose tokens these are, so nobody but who reads them can tell.
        return starts_with(name.as_str(), TOKEN_PREFIX);
    }
    starts_with(name.as_str(), &format!("{TOKEN_PREFIX}{}-", provider.as_str()))
}

fn starts_with(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
