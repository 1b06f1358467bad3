//! What is wrong with a document, why that matters, and the fix.

mod app_settings;
mod authorization;
mod container_apps;
mod context;
mod excluded_paths;
mod finding;
mod http;
mod issuer;
mod login;
mod login_parameters;
mod mcp;
mod placeholder;
mod places;
mod platform;
mod providers;
mod registration;
mod rule;
mod secrets;
mod shapes;
mod spot;
mod static_web_apps;
mod structure;
mod token_store;
mod unauthenticated;
mod walk;

pub use context::Context;
pub use finding::{Finding, Severity};
pub use rule::Rule;

use super::{
    AuthSettingsV2, Form, Guid, LoginParameters, Service, UnauthenticatedAction,
    edit::{configured_providers, has_credential, is_configured},
};
use authorization::AllowedApplications;
use finding::{Edit, Findings};
use spot::Spot;
use walk::{Object, Part, walk};

/// The longest name of somebody's own that is followed: the way to what is inside repeats it.
const MAX_NAME: usize = 256;

/// What checks a section: its rules, and the function that applies them.
struct Section {
    rules: &'static [&'static Rule],
    check: fn(&Lint<'_>, &mut Findings),
    /// What looks at each member that is walked to, after all the others.
    see: Option<fn(&Lint<'_>, &Object<'_>, &Part<'_>, &mut Findings)>,
}

const SECTIONS: &[Section] = &[
    token_store::SECTION,
    http::SECTION,
    login::SECTION,
    issuer::SECTION,
    authorization::SECTION,
    unauthenticated::SECTION,
    excluded_paths::SECTION,
    login_parameters::SECTION,
    secrets::SECTION,
    structure::SECTION,
    providers::SECTION,
    platform::SECTION,
    container_apps::SECTION,
    static_web_apps::SECTION,
    mcp::SECTION,
    app_settings::SECTION,
    registration::SECTION,
    // The last, because it is silent where another has spoken.
    shapes::SECTION,
];

/// A document, and what several rules ask of it.
struct Lint<'a> {
    doc: &'a AuthSettingsV2,
    context: &'a Context,
    form: Form,
    service: Service,
    /// The envelope, or what stands in its place.
    document: Spot<'a>,
    sections: Spot<'a>,
    providers: Spot<'a>,
    entra: Spot<'a>,
    registration: Spot<'a>,
    /// The names of the providers that are set up.
    configured: Vec<String>,
    /// Whether others could be, because something else decides that.
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
        let path = doc.resource().clone();
        let document = Spot::root(path.clone(), doc.text().get(&path));
        let sections = form.wrapper().map_or(document.clone(), |wrapper| document.at(wrapper));
        let providers = sections.at("identityProviders");
        let entra = providers.at("azureActiveDirectory");
        let registration = entra.at("registration");
        let client_id = registration.at("clientId").guid();
        let parameters = entra.at("login").at("loginParameters");
        let action = sections.at("globalValidation").at("unauthenticatedClientAction");
        Self {
            doc,
            context,
            form,
            service: form.service(),
            configured: configured_providers(sections.json()),
            are_providers_unknown: providers.is_unknown()
                || providers
                    .members()
                    .any(|own| own.is_unknown() || own.at("registration").is_unknown()),
            is_entra_configured: entra.json().is_some_and(is_configured),
            has_credential: has_credential(registration.json())
                || registration.is_unknown()
                || registration.at("clientSecretSettingName").is_unknown(),
            allowed: AllowedApplications::read(client_id.as_ref(), &entra),
            client_id,
            parameters: login_parameters::read(&parameters),
            action: action
                .json()
                .filter(|_| !action.is_unknown())
                .and_then(UnauthenticatedAction::read),
            document,
            sections,
            providers,
            entra,
            registration,
        }
    }
}

impl AuthSettingsV2 {
    /// Says what is wrong with the document: settings that break a sign-in, that accept callers they
    /// should not, or that do nothing. Only what the document alone shows:
    /// [`lint_with`](Self::lint_with) knows more of the site. What an expression of a template decides
    /// is unknown, and neither wrong nor off.
    ///
    /// The findings come in the order of [`Rule::all`], those of one rule in the order of the document;
    /// of one rule there are at most a hundred.
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

    /// Says what is wrong with the document together with what is known of the site: its app settings
    /// and its app registration. See [`Context`].
    #[must_use]
    pub fn lint_with(&self, context: &Context) -> Vec<Finding> {
        let lint = Lint::new(self, context);
        let mut findings = Findings::default();
        for section in SECTIONS {
            (section.check)(&lint, &mut findings);
        }
        walk(&lint, &mut |object, part| {
            for see in SECTIONS.iter().filter_map(|section| section.see) {
                see(&lint, object, part, &mut findings);
            }
        });
        shapes::placeholders(&lint, &mut findings);
        findings.in_order(self)
    }
}
