//! The settings of Easy Auth, `authSettingsV2`: read, changed and sent back without losing anything.
//!
//! | for | look at |
//! |---|---|
//! | a document | [`AuthSettingsV2`]: [`get`](AuthSettingsV2::get), [`set`](AuthSettingsV2::set), [`remove`](AuthSettingsV2::remove) |
//! | its settings, as constants | [`entra`], [`login`], [`global_validation`], [`http`], ...; all of them: [`ALL_SETTINGS`] |
//! | what a sign-in requests | [`LoginParameters`] |
//! | mistakes in a document | [`AuthSettingsV2::lint`], [`Finding`]; with the settings around it: [`AuthSettingsV2::lint_with`], [`Context`] |
//! | the requests that read and replace it | [`SiteId`], and the module [`arm`](crate::arm) |
//! | a new document | [`AuthSettingsV2::builder`] |
//! | the first version, and its migration | [`AuthSettingsV1`] |
//!
//! # Unknown is not off
//!
//! An expression of a template, `null` instead of a section, or what PowerShell leaves of a section is
//! neither a value nor the platform's default. [`read`](AuthSettingsV2::read) distinguishes the three.
//! `set`, `remove` and fixes leave unknown values alone, and a document with such sections is not sent.
//!
//! # Help for editors
//!
//! The folder `schemas` of the repository has a JSON Schema for each [`Form`], generated from
//! [`ALL_SETTINGS`], for completion and descriptions. A schema cannot say that names are read in any case,
//! that the last of several members wins, or which settings contradict each other. `lint` does.
//!
//! # From a diagnosis to the fix
//!
//! An application behind Easy Auth sends the caller's access token to Azure Resource Manager, which answers
//! 401, because the token is for Microsoft Graph. The portal has no page for the setting that changes this,
//! and sending that setting alone resets all others. The whole way:
//!
//! ```
//! use std::time::SystemTime;
//! use easyauth::{AccessToken, resource::ARM, settings::{AuthSettingsV2, SiteId, entra}};
//!
//! # // {"aud":"00000003-0000-0000-c000-000000000000","scp":"email openid profile","exp":4102444800}
//! # let from_the_caller = AccessToken::new(
//! #     "e30.eyJhdWQiOiIwMDAwMDAwMy0wMDAwLTAwMDAtYzAwMC0wMDAwMDAwMDAwMDAiLCJzY3AiOiJlbWFpbCBvcGVuaWQg\
//! #      cHJvZmlsZSIsImV4cCI6NDEwMjQ0NDgwMH0.",
//! # );
//! # let of_an_administrator = AccessToken::new(
//! #     "e30.eyJhdWQiOiJodHRwczovL21hbmFnZW1lbnQuYXp1cmUuY29tIn0.",
//! # );
//! # let answer = br#"{"id":"/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/NAME/config/authsettingsV2","location":"East US","properties":{"platform":{"enabled":true},"globalValidation":{},"identityProviders":{"azureActiveDirectory":{"registration":{"clientId":"11112222-bbbb-3333-cccc-4444dddd5555"},"login":{"disableWWWAuthenticate":false}}},"login":{"tokenStore":{"enabled":true,"tokenRefreshExtensionHours":72.0}},"httpSettings":{},"clearInboundClaimsMapping":"false"}}"#.to_vec();
//! // 1. The diagnosis and the fix.
//! let wanted = ARM.scope("user_impersonation");
//! let diagnosis = from_the_caller.diagnose(wanted, SystemTime::now());
//! let fix = diagnosis.login_parameters().ok_or("no sign-in gives such a token")?;
//!
//! // 2. The present settings: send this with any client, and read the answer.
//! let site: SiteId = "/subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/NAME".parse()?;
//! let get = site.get_auth_settings(&of_an_administrator)?;
//! let mut settings = AuthSettingsV2::from_slice(&answer)?;
//!
//! // 3. The one change. The scopes that sign-ins requested before stay.
//! settings.add_login_parameters(&fix)?;
//!
//! // 4. Other mistakes in the document.
//! for finding in settings.lint() {
//!     eprintln!("{finding}");
//! }
//!
//! // 5. The whole document goes back. Users get the new token at their next sign-in.
//! let put = site.put_auth_settings(&of_an_administrator, &settings)?;
//! assert_eq!(put.method(), "PUT");
//! assert_eq!(
//!     settings.get(entra::LOGIN_PARAMETERS).unwrap().to_wire(),
//!     ["scope=openid email profile https://management.azure.com/user_impersonation"],
//! );
//! # let text = String::from_utf8(put.body().clone())?;
//! # let was = String::from_utf8(answer)?.replace(
//! #     r#""disableWWWAuthenticate":false"#,
//! #     r#""disableWWWAuthenticate":false,"loginParameters":["scope=openid email profile https://management.azure.com/user_impersonation"]"#,
//! # );
//! # assert_eq!(text, was);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod builder;
mod detect;
mod document;
mod edit;
mod error;
mod form;
mod lint;
#[cfg(test)]
mod scaling;
mod setting;
mod timespan;
mod unknown;
mod v1;
mod values;

pub use crate::{
    json::document::Position,
    login_parameters::{
        LoginParameters, LoginParametersBuilder, LoginParametersError, LoginParametersErrorKind,
        MAX_LOGIN_PARAMETERS_LEN,
    },
    platform::{MAX_SITE_ID_LEN, SiteId, SiteIdError},
};
pub use builder::{AuthSettingsBuilder, EntraApp};
pub use document::{AuthSettingsV2, MAX_SETTINGS_LEN};
pub use error::{SettingsError, SettingsErrorKind};
pub use form::Form;
pub use lint::{Context, Finding, Rule, Severity};
pub use setting::{
    ALL_SETTINGS, AnySetting, Keyed, Object, SetFrom, Setting,
    table::{
        apple, custom, encryption, entra, envelope, facebook, github, global_validation, google,
        http, login, microsoft_account, platform, sections, static_web_apps, twitter,
    },
};
pub use v1::{AuthSettingsV1, Migration};
pub use values::{Guid, InvalidGuid, UnauthenticatedAction};
