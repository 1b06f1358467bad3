//! From the reasons and other known facts to the steps that fix a token.

use super::{
    Fix, Permission, Reason, Requirement,
    origin::{Origin, Store},
};
use crate::{
    jwt::Caller,
    login_parameters::{LoginParameters, PLATFORM_SCOPES},
    resource::{self, ApiName, GRAPH, OwnedAudience, Resource},
    tokens::Renewal,
};

/// The steps, in the order in which to take them. Empty if no step is known: if the token reveals
/// nothing, a step would be a guess.
pub(super) fn plan(
    wanted: &Requirement,
    reasons: &[Reason],
    caller: Option<Caller>,
    origin: &Origin,
) -> Vec<Fix> {
    let case = Case { wanted, reasons, caller };
    // No step requests a token for such an API. The reason says to name it.
    if case.is(|reason| matches!(reason, Reason::UnknownApi(_))) {
        return Vec::new();
    }
    if matches!(origin, Origin::Unknown) && case.only_shape() {
        return Vec::new();
    }
    if let Some(apis) = case.ambiguous_apis() {
        return vec![Fix::NameTheApi(apis)];
    }
    if case.is(|reason| matches!(reason, Reason::StaticWebApps)) {
        return vec![Fix::SignInAtThisApp];
    }
    if !case.is_of_use() {
        return Vec::new();
    }
    let needs_app = case.lacks_permission()
        || case.has_no_claims()
        || case.needs_another()
        || case.is_wrong_caller();
    if wanted.is_for_apps() && needs_app {
        return case.as_app();
    }
    if let Some(steps) = case.of_app() {
        return steps;
    }
    match origin {
        Origin::Unknown => case.pasted(),
        Origin::Store(store) if store.is_entra => case.of_store(store),
        Origin::Store(store) => case.of_other_provider(store),
        Origin::StaticWebApps => vec![Fix::SignInAtThisApp],
        Origin::Client => case.of_client(),
        Origin::Exchange => case.of_exchange(),
    }
}

/// The facts that determine the steps.
struct Case<'a> {
    wanted: &'a Requirement,
    reasons: &'a [Reason],
    /// The caller that the token names, if it can be read.
    caller: Option<Caller>,
}

impl Case<'_> {
    fn is(&self, wanted: fn(&Reason) -> bool) -> bool {
        self.reasons.iter().any(wanted)
    }

    fn is_stale(&self) -> bool {
        self.is(|reason| matches!(reason, Reason::Expired { .. }))
    }

    fn lacks_permission(&self) -> bool {
        self.is(|reason| matches!(reason, Reason::MissingPermission { .. }))
    }

    /// Returns `true` if the token has no readable claims. Then the required permission counts as missing.
    fn has_no_claims(&self) -> bool {
        self.lacks_token()
            || self.is_personal()
            || self.is(|reason| matches!(reason, Reason::NotAToken(_) | Reason::Opaque))
    }

    fn lacks_user_role(&self) -> bool {
        (self.lacks_permission() || self.has_no_claims()) && self.wanted.needs_user_role()
    }

    fn lacks_token(&self) -> bool {
        self.is(|reason| matches!(reason, Reason::NoToken))
    }

    fn is_personal(&self) -> bool {
        // Microsoft Graph may accept it.
        self.is(|reason| matches!(reason, Reason::PersonalAccount))
            && !self.wanted.api().is_none_or(is_graph)
    }

    fn is_id_token(&self) -> bool {
        self.is(|reason| matches!(reason, Reason::IdToken))
    }

    /// Returns `true` if the token names the right API in a form that the API rejects.
    fn has_wrong_form(&self) -> bool {
        self.is(|reason| matches!(reason, Reason::WrongAudienceForm { .. }))
    }

    fn is_elsewhere(&self) -> bool {
        self.has_wrong_form() || self.is(|reason| matches!(reason, Reason::WrongAudience { .. }))
    }

    /// Returns `true` if the token is known to be for the required API.
    fn is_for_api(&self) -> bool {
        !self.is_unclear() && !self.is(|reason| matches!(reason, Reason::WrongAudience { .. }))
    }

    fn is_unclear(&self) -> bool {
        self.is(|reason| matches!(reason, Reason::UnclearAudience { .. }))
    }

    /// Returns `true` if the token was truncated or lost its signature.
    fn is_damaged(&self) -> bool {
        self.is(|reason| matches!(reason, Reason::Truncated | Reason::Unsigned))
    }

    fn is_wrong_caller(&self) -> bool {
        self.is(|reason| matches!(reason, Reason::WrongCaller { .. }))
    }

    /// Returns `true` if a fresh token of the sign-in is not enough, because it must be a different one.
    fn needs_another(&self) -> bool {
        self.is_elsewhere()
            || self.is_id_token()
            || self.lacks_token()
            || self.is_personal()
            || (self.lacks_permission() && !self.lacks_user_role())
    }

    /// Returns `true` if anything is known that a step could change.
    fn is_of_use(&self) -> bool {
        self.needs_another()
            || self.is_stale()
            || self.lacks_permission()
            || self.is_damaged()
            || self.is_wrong_caller()
            || self.is(|reason| matches!(reason, Reason::NotAToken(_) | Reason::Opaque))
    }

    /// The APIs that the identifier can mean, if there are several and the token is known for none of them.
    fn ambiguous_apis(&self) -> Option<Vec<Resource>> {
        let Some(OwnedAudience::Identifier(identifier)) = self.wanted.api() else { return None };
        let apis = resource::candidates(identifier);
        (apis.len() > 1 && (self.needs_another() || self.only_shape())).then_some(apis)
    }

    fn as_app(&self) -> Vec<Fix> {
        let lacks_role =
            (self.lacks_permission() || self.has_no_claims()) && self.wanted.needs_app_role();
        let grant = lacks_role.then_some(Fix::GrantAppPermission);
        let scope = self.wanted.api().and_then(OwnedAudience::default_scope);
        grant.into_iter().chain([Fix::CallAsApp { scope }]).collect()
    }

    /// The steps if an application called without a sign-in. It cannot have permissions that only users
    /// have.
    fn of_app(&self) -> Option<Vec<Fix>> {
        if self.is_wrong_caller() {
            return Some(vec![Fix::CallAsUser]);
        }
        if self.caller != Some(Caller::App) {
            return None;
        }
        if self.lacks_permission() {
            let role = self.lacks_user_role().then_some(Fix::AssignUserRole);
            return Some(role.into_iter().chain([Fix::CallAsUser]).collect());
        }
        (self.is_elsewhere()).then(|| self.as_app())
    }

    /// A token of unknown source. Certain steps come first; then a sign-in is assumed as its source.
    fn pasted(&self) -> Vec<Fix> {
        let mut steps = Vec::new();
        if self.is_id_token() {
            steps.push(Fix::SendAccessToken);
            if self.is_default_sign_in() {
                return steps;
            }
        }
        if self.is_damaged() && !self.needs_another() {
            steps.push(Fix::UseWholeToken);
        }
        if self.needs_another() || self.is_stale() || self.lacks_user_role() {
            let by_app = self.caller == Some(Caller::App);
            let sign_in = || self.another_sign_in(false, Fix::SignInAgain);
            steps.extend(if by_app { self.as_app() } else { sign_in() });
        }
        steps
    }

    fn of_store(&self, store: &Store) -> Vec<Fix> {
        let mut steps = Vec::new();
        if self.lacks_token() {
            steps.extend((!store.is_on).then_some(Fix::EnableTokenStore));
            steps.push(Fix::SetClientCredential);
        }
        if self.is_damaged() && !self.needs_another() {
            steps.push(Fix::UseWholeToken);
        }
        if self.needs_another() || self.lacks_user_role() {
            let keep_refreshing = self.is_stale() || store.has_refresh_token;
            steps.extend(self.another_sign_in(keep_refreshing, Fix::SignInAgain));
        } else if self.is_stale() {
            steps.extend(renewal(store));
        }
        steps
    }

    /// Settings of the Entra provider do not change tokens of other providers.
    fn of_other_provider(&self, store: &Store) -> Vec<Fix> {
        let only_stale = self.reasons.iter().all(|reason| matches!(reason, Reason::Expired { .. }));
        if only_stale {
            return renewal(store);
        }
        let mut steps = Vec::new();
        steps.extend((!store.is_on).then_some(Fix::EnableTokenStore));
        steps.push(Fix::SetClientCredential);
        steps.extend(self.another_sign_in(false, Fix::SignInWithEntra));
        steps
    }

    fn of_client(&self) -> Vec<Fix> {
        let of_microsoft = self.is_for_microsoft();
        let wants_microsoft = self.wants_microsoft();
        let is_elsewhere = self.is_elsewhere();
        // If the token is for the API, the client needs another one, otherwise an exchange.
        let is_unclear = self.is_unclear();
        let lacks_role = self.lacks_user_role() && !is_unclear;
        let mut steps = Vec::new();
        steps.extend(lacks_role.then_some(Fix::AssignUserRole));
        // Only an access token for this application can be exchanged.
        let is_unusable =
            self.is_id_token() || self.is_personal() || of_microsoft || self.only_shape();
        let lacks_scope =
            self.lacks_permission() && !self.lacks_user_role() && !is_elsewhere && !is_unclear;
        if is_unusable || lacks_scope {
            let own = self.wanted.full_scopes().filter(|_| !wants_microsoft && !is_unclear);
            steps.push(Fix::AskClientForToken { scopes: own.unwrap_or_default() });
            if !wants_microsoft {
                return steps;
            }
        } else if self.is_stale() || self.is_damaged() || lacks_role {
            steps.push(Fix::AskClient);
        }
        if is_elsewhere || (wants_microsoft && (is_unusable || lacks_scope)) {
            steps.extend(self.new_permission());
            let scopes = self.wanted.full_scopes().unwrap_or_default();
            steps.push(Fix::ExchangeOnBehalfOf { scopes });
        }
        steps
    }

    fn of_exchange(&self) -> Vec<Fix> {
        let mut steps = Vec::new();
        steps.extend(self.lacks_user_role().then_some(Fix::AssignUserRole));
        if self.needs_another() {
            steps.extend(self.permission());
        }
        let scopes = self.wanted.full_scopes().unwrap_or_default();
        steps.extend((!self.only_shape()).then_some(Fix::RequestScopes(scopes)));
        steps
    }

    /// The settings for a sign-in that provides the token, and that sign-in.
    fn another_sign_in(&self, keep_refreshing: bool, sign_in: Fix) -> Vec<Fix> {
        let mut steps = Vec::new();
        steps.extend(self.lacks_user_role().then_some(Fix::AssignUserRole));
        let is_unknown = self.only_shape();
        let is_first = self.lacks_token() || sign_in == Fix::SignInWithEntra;
        let default_does = is_first && self.is_default_sign_in();
        if (self.needs_another() || is_unknown) && !default_does {
            steps.extend(self.permission());
            let Some(parameters) = self.login_parameters(keep_refreshing) else { return steps };
            steps.push(Fix::SetLoginParameters(parameters));
        }
        steps.push(if self.is_personal() { Fix::SignInWithWorkAccount } else { sign_in });
        steps
    }

    /// Returns `true` if only the shape of the string is known.
    fn only_shape(&self) -> bool {
        self.reasons.iter().all(|reason| matches!(reason, Reason::NotAToken(_) | Reason::Opaque))
    }

    /// The permission of the application, unless the token, which this application got, proves that it has it.
    fn permission(&self) -> Option<Fix> {
        let has_all = self.has_wrong_form() && !self.lacks_permission();
        if has_all { None } else { self.add_permission(|scope| self.may_lack(scope)) }
    }

    /// The permission of the application. A token that a client got says nothing about it.
    fn new_permission(&self) -> Option<Fix> {
        self.add_permission(|_| true)
    }

    fn add_permission(&self, is_missing: impl Fn(&str) -> bool) -> Option<Fix> {
        let api = self.wanted.api()?;
        let scopes = self.wanted.scopes_to_ask_for().unwrap_or_default();
        let scopes = if scopes.is_empty() { default_names(api) } else { scopes };
        let scopes = scopes.into_iter().filter(|scope| is_missing(scope)).map(str::to_owned);
        (!self.is_default_sign_in()).then(|| Fix::AddDelegatedPermission {
            api: ApiName::of(api),
            scopes: scopes.collect(),
        })
    }

    /// Returns `true` unless the token has this scope of the API.
    fn may_lack(&self, scope: &str) -> bool {
        let lacks = |permission: &Permission| *permission == Permission::Scope(scope.to_owned());
        self.reasons.iter().all(|reason| match reason {
            Reason::MissingPermission { any_of } => any_of.iter().flatten().any(lacks),
            _ => true,
        }) || !self.is_for_api()
    }

    fn login_parameters(&self, keep_refreshing: bool) -> Option<LoginParameters> {
        LoginParameters::builder()
            .scopes(PLATFORM_SCOPES)
            .scopes(keep_refreshing.then_some("offline_access"))
            .scopes(self.wanted.full_scopes()?)
            .build()
            .ok()
    }

    /// Returns `true` if a sign-in without parameters provides the token: any for Microsoft Graph.
    fn is_default_sign_in(&self) -> bool {
        let names = self.wanted.scopes_to_ask_for().unwrap_or_default();
        self.wanted.alternatives().next().is_none_or(|_| !names.is_empty())
            && names.iter().all(|name| PLATFORM_SCOPES.contains(name))
            && self.wanted.api().is_some_and(is_graph)
    }

    fn wants_microsoft(&self) -> bool {
        self.wanted.api().is_some_and(|api| {
            ApiName::of(api).resource().is_some_and(|resource| resource.is_microsofts())
        })
    }

    /// Returns `true` if the token is for one of Microsoft's APIs.
    fn is_for_microsoft(&self) -> bool {
        let is_right = self.lacks_permission() && self.is_for_api() && self.wants_microsoft();
        is_right
            || self.reasons.iter().any(|reason| match reason {
                Reason::WrongAudienceForm { .. } => true,
                Reason::UnclearAudience { actual, .. } => actual.resource().is_some(),
                Reason::WrongAudience { actual, .. } => {
                    actual.iter().any(|api| api.resource().is_some())
                }
                _ => false,
            })
    }
}

fn renewal(store: &Store) -> Vec<Fix> {
    let step = match store.renewal {
        Renewal::Refresh => Fix::Refresh,
        Renewal::SignIn => Fix::SignInAgain,
        Renewal::AskClient => Fix::AskClient,
    };
    let next_time = store.can_bring_refresh_token.clone().map(Fix::RequestRefreshToken);
    [step].into_iter().chain(next_time).collect()
}

/// The name of an API's only permission, if it has only one.
fn default_names(api: &OwnedAudience) -> Vec<&'static str> {
    let resource = ApiName::of(api).resource();
    resource.and_then(|resource| resource.only_permission()).into_iter().collect()
}

/// Returns `true` for Microsoft Graph, in any cloud.
pub(super) fn is_graph(api: &OwnedAudience) -> bool {
    ApiName::of(api).resource().is_some_and(|found| found.name() == GRAPH.name())
}
