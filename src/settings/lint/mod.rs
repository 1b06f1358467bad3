//! Mistakes in a document, why they matter, and the fix.

mod authorization;
mod context;
mod finding;
mod issuer;
mod login;
mod login_parameters;
mod opening;
mod platform;
mod providers;
mod registration;
mod routing;
mod rules;
mod secrets;
mod services;
mod shapes;
mod spot;
mod structure;
mod unauthenticated;
mod unknown_member;
mod walk;

pub use context::Context;
pub use finding::{Finding, Severity};
pub use rules::Rule;

use super::{
    AuthSettingsV2, Form, Guid, UnauthenticatedAction,
    edit::{configured_providers, has_credential, is_configured},
};
use crate::{login_parameters::LoginParameters, platform::Service};
use authorization::AllowedApplications;
use finding::{Edit, Findings};
use spot::Spot;
use walk::{Object, Part, walk};

/// The longest name of a custom provider, or of any other map, that is followed: the paths of all members
/// inside repeat it.
const MAX_NAME: usize = 256;

/// The checks of the sections. `shapes` comes last, because it is silent where another rule has a finding.
const CHECKS: &[fn(&Lint<'_>, &mut Findings)] = &[
    login::check,
    routing::check,
    issuer::check,
    authorization::check,
    unauthenticated::check,
    login_parameters::check,
    secrets::check,
    structure::check,
    providers::check,
    platform::check,
    services::check,
    registration::check,
    shapes::check,
];

/// The checks of each known or unknown member, in the order of the document.
const MEMBER_CHECKS: &[fn(&Lint<'_>, &Object<'_>, &Part<'_>, &mut Findings)] =
    &[secrets::check_member, structure::check_member, shapes::check_member];

/// A document, and values that several rules need.
struct Lint<'a> {
    doc: &'a AuthSettingsV2,
    context: &'a Context,
    form: Form,
    service: Service,
    document: Spot<'a>,
    sections: Spot<'a>,
    providers: Spot<'a>,
    entra: Spot<'a>,
    registration: Spot<'a>,
    policy: Spot<'a>,
    configured: Vec<String>,
    are_providers_unknown: bool,
    is_entra_configured: bool,
    has_credential: bool,
    client_id: Option<Guid>,
    allowed: Option<AllowedApplications>,
    parameters: Option<LoginParameters>,
    action: Option<UnauthenticatedAction>,
}

impl<'a> Lint<'a> {
    fn new(doc: &'a AuthSettingsV2, context: &'a Context) -> Self {
        let form = doc.form();
        let root = doc.text().root();
        let document = Spot::of(doc.text().get(doc.resource()).unwrap_or(root));
        let sections = form.wrapper().map_or(document, |wrapper| document.at(wrapper));
        let providers = sections.at("identityProviders");
        let entra = providers.at("azureActiveDirectory");
        let registration = entra.at("registration");
        let policy = entra.at("validation/defaultAuthorizationPolicy");
        let client_id = registration.at("clientId").guid();
        let action = sections.at("globalValidation/unauthenticatedClientAction");
        let is_unknown = |own: Spot<'_>| own.is_unknown() || own.at("registration").is_unknown();
        Self {
            doc,
            context,
            form,
            service: form.service(),
            configured: configured_providers(sections.json()),
            are_providers_unknown: providers.is_unknown() || providers.members().any(is_unknown),
            is_entra_configured: entra.json().is_some_and(is_configured),
            has_credential: has_credential(registration.json())
                || registration.is_unknown()
                || registration.at("clientSecretSettingName").is_unknown(),
            allowed: AllowedApplications::read(client_id.as_ref(), &policy),
            client_id,
            parameters: login_parameters::read(&entra.at("login/loginParameters")),
            action: action
                .json()
                .filter(|_| !action.is_unknown())
                .and_then(UnauthenticatedAction::read),
            document,
            sections,
            providers,
            entra,
            registration,
            policy,
        }
    }

    fn does(&self, action: &UnauthenticatedAction) -> bool {
        self.action.as_ref() == Some(action)
    }

    /// Returns `true` if anonymous requests get 401, as from an API.
    fn is_api(&self) -> bool {
        self.does(&UnauthenticatedAction::Return401)
    }

    /// Returns `true` if the issuer of Entra ends with `/v2.0`.
    fn has_v2_issuer(&self) -> bool {
        let issuer = self.registration.at("openIdIssuer").text();
        issuer.is_some_and(|issuer| issuer.trim_end_matches('/').ends_with("/v2.0"))
    }
}

impl AuthSettingsV2 {
    /// Returns the mistakes in the document: settings that break a sign-in, that accept callers they should
    /// not, or that have no effect. Only those that the document alone shows:
    /// [`lint_with`](Self::lint_with) uses more of the site. A value that a template decides is unknown: it
    /// is neither wrong nor off.
    ///
    /// The findings are in the order of [`Rule::all`], those of one rule in the order of the document. Each
    /// rule has at most a hundred.
    ///
    /// ```
    /// use easyauth::settings::{AuthSettingsV2, Severity, login};
    ///
    /// let mut doc: AuthSettingsV2 =
    ///     r#"{"platform":{"enabled":true},"login":{"nonce":{"validateNonce":false}}}"#.parse()?;
    /// let findings = doc.lint();
    /// let nonce = findings.iter().find(|finding| finding.rule() == "LO1").unwrap();
    /// assert_eq!(nonce.severity(), Severity::Error);
    /// assert_eq!(nonce.pointer(), "/login/nonce/validateNonce");
    /// assert_eq!(nonce.position().column(), 64);
    /// assert!(nonce.fix(&mut doc));
    /// assert_eq!(doc.get(login::VALIDATE_NONCE), Some(true));
    /// # Ok::<(), easyauth::settings::SettingsError>(())
    /// ```
    #[must_use]
    pub fn lint(&self) -> Vec<Finding> {
        self.lint_with(&Context::default())
    }

    /// Returns the mistakes in the document together with its site: the app settings, the app registration,
    /// the host name. See [`Context`].
    #[must_use]
    pub fn lint_with(&self, context: &Context) -> Vec<Finding> {
        let lint = Lint::new(self, context);
        let mut findings = Findings::default();
        for check in CHECKS {
            check(&lint, &mut findings);
        }
        walk(&lint, &mut |object, part| {
            for check in MEMBER_CHECKS {
                check(&lint, object, part, &mut findings);
            }
        });
        shapes::placeholders(&lint, &mut findings);
        findings.in_order(self)
    }
}
