//! What is wrong with a document, why that matters, and the cure.

mod authorization;
mod container_apps;
mod excluded_paths;
mod finding;
mod http;
mod issuer;
mod login;
mod login_parameters;
mod placeholder;
mod places;
mod platform;
mod providers;
mod rule;
mod secrets;
mod shapes;
mod spot;
mod structure;
mod token_store;
mod unauthenticated;
mod walk;

pub use finding::{Finding, Severity};
pub use rule::Rule;

use super::AuthSettingsV2;
use finding::{Findings, Fix};
use spot::Spot;

/// What checks a section: its rules, and the function that applies them.
struct Section {
    rules: &'static [&'static Rule],
    check: fn(&AuthSettingsV2, &mut Findings),
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
    // The last, because it is silent where another has spoken.
    shapes::SECTION,
];

impl AuthSettingsV2 {
    /// Says what is wrong with the document: settings that break a sign-in, that let in whom they should
    /// not, or that do nothing. Only what can be told from the document alone: whether a setting exists
    /// that is named, whether an app registration has a permission, it cannot know.
    ///
    /// The findings come in the order of [`Rule::all`], those of one rule in the order of the document;
    /// of one rule there are at most a thousand.
    ///
    /// ```
    /// use easyauth::settings::{AuthSettingsV2, Severity};
    ///
    /// let mut settings: AuthSettingsV2 =
    ///     r#"{"platform":{"enabled":true},"login":{"nonce":{"validateNonce":false}}}"#.parse()?;
    /// let findings = settings.lint();
    /// let nonce = findings.iter().find(|finding| finding.rule() == "LO1").unwrap();
    /// assert_eq!(nonce.severity(), Severity::Error);
    /// assert_eq!(nonce.pointer(), "/login/nonce/validateNonce");
    /// assert!(nonce.fix(&mut settings));
    /// assert_eq!(settings.login().nonce().validate_nonce(), Some(true));
    /// # Ok::<(), easyauth::settings::SettingsError>(())
    /// ```
    #[must_use]
    pub fn lint(&self) -> Vec<Finding> {
        let mut findings = Findings::default();
        for section in SECTIONS {
            (section.check)(self, &mut findings);
        }
        findings.in_order(self)
    }
}
