//! `identityProviders.azureActiveDirectory`.

#[allow(clippy::wildcard_imports, unused_imports)] // what the macro needs
use super::prelude::*;
use crate::settings::{Guid, LoginParameters, LoginParametersError};

objects! {
    /// `identityProviders.azureActiveDirectory`: Microsoft Entra.
    Entra, EntraMut {
        /// Whether it is on. The platform answers `true` for providers that were never set up: a
        /// client id tells.
        "enabled": flag, enabled, set_enabled, clear_enabled;
        /// The portal's own mark of a registration that it made.
        "isAutoProvisioned": flag,
            is_auto_provisioned, set_is_auto_provisioned, clear_is_auto_provisioned;
        /// The claim that Static Web Apps takes the user's name from.
        "userDetailsClaim" [StaticWebApps]: text,
            user_details_claim, set_user_details_claim, clear_user_details_claim;
        objects {
            /// `registration`: which app registration.
            "registration": EntraRegistration, EntraRegistrationMut, registration, registration_mut;
            /// `login`: how a sign-in begins.
            "login": EntraLogin, EntraLoginMut, login, login_mut;
            /// `validation`: whose tokens are let in.
            "validation": EntraValidation, EntraValidationMut, validation, validation_mut;
        }
    }

    /// `registration` of Entra. A secret or a certificate is needed for access tokens; without one
    /// there is an ID token only.
    EntraRegistration, EntraRegistrationMut {
        /// The issuer: `https://login.microsoftonline.com/<tenant>/v2.0`. Its case matters.
        "openIdIssuer": text, open_id_issuer, set_open_id_issuer, clear_open_id_issuer;
        /// The client id of the app registration.
        "clientId": guid, client_id, set_client_id, clear_client_id;
        /// The name of the setting that has the client id, in Static Web Apps.
        "clientIdSettingName" [StaticWebApps]: setting,
            client_id_setting_name, set_client_id_setting_name, clear_client_id_setting_name;
        /// The name of the application setting (a secret, in Container Apps) that has the client
        /// secret: never the secret itself.
        "clientSecretSettingName": setting,
            client_secret_setting_name,
            set_client_secret_setting_name,
            clear_client_secret_setting_name;
        /// The thumbprint of a certificate, instead of a secret.
        "clientSecretCertificateThumbprint": text,
            certificate_thumbprint, set_certificate_thumbprint, clear_certificate_thumbprint;
        /// The subject alternative name of a certificate, instead of its thumbprint.
        "clientSecretCertificateSubjectAlternativeName": text,
            certificate_subject_alternative_name,
            set_certificate_subject_alternative_name,
            clear_certificate_subject_alternative_name;
        /// The issuer of a certificate, beside its subject alternative name.
        "clientSecretCertificateIssuer": text,
            certificate_issuer, set_certificate_issuer, clear_certificate_issuer;
        /// The key vault reference of a certificate, in Static Web Apps.
        "clientSecretCertificateKeyVaultReference" [StaticWebApps]: text,
            certificate_key_vault_reference,
            set_certificate_key_vault_reference,
            clear_certificate_key_vault_reference;
    }

    /// `login` of Entra.
    EntraLogin, EntraLoginMut {
        /// What is added to the address of the sign-in page.
        "loginParameters": login_parameters,
            login_parameters, set_login_parameters, clear_login_parameters;
        /// Whether a 401 goes without `WWW-Authenticate`. It has one, by default.
        "disableWWWAuthenticate": flag,
            disable_www_authenticate, set_disable_www_authenticate, clear_disable_www_authenticate;
    }

    /// `validation` of Entra.
    EntraValidation, EntraValidationMut {
        /// The audiences of tokens that are let in, beside the client id.
        "allowedAudiences": texts,
            allowed_audiences, set_allowed_audiences, clear_allowed_audiences;
        objects {
            /// `jwtClaimChecks`: the older checks.
            "jwtClaimChecks": JwtClaimChecks, JwtClaimChecksMut,
                jwt_claim_checks, jwt_claim_checks_mut;
            /// `defaultAuthorizationPolicy`: who is let in.
            "defaultAuthorizationPolicy": AuthorizationPolicy, AuthorizationPolicyMut,
                default_authorization_policy, default_authorization_policy_mut;
        }
    }

    /// `jwtClaimChecks`: the generation before [`AuthorizationPolicy`].
    JwtClaimChecks, JwtClaimChecksMut {
        /// Groups, of which one must be in the token.
        "allowedGroups": guids, allowed_groups, set_allowed_groups, clear_allowed_groups;
        /// Client applications, of which one must have got the token.
        "allowedClientApplications": guids,
            allowed_client_applications,
            set_allowed_client_applications,
            clear_allowed_client_applications;
    }

    /// `defaultAuthorizationPolicy`.
    AuthorizationPolicy, AuthorizationPolicyMut {
        /// The client ids of applications (`azp`, `appid`) whose tokens are let in.
        "allowedApplications": guids,
            allowed_applications, set_allowed_applications, clear_allowed_applications;
        objects {
            /// `allowedPrincipals`: which users.
            "allowedPrincipals": AllowedPrincipals, AllowedPrincipalsMut,
                allowed_principals, allowed_principals_mut;
        }
    }

    /// `allowedPrincipals`: one of the two lists has to have the caller.
    AllowedPrincipals, AllowedPrincipalsMut {
        /// The object ids of groups.
        "groups": guids, groups, set_groups, clear_groups;
        /// The object ids of users.
        "identities": guids, identities, set_identities, clear_identities;
    }
}

impl Entra<'_> {
    /// `login.loginParameters`, in short; `None` if they are not there, or no list of texts.
    #[must_use]
    pub fn login_parameters(self) -> Option<LoginParameters> {
        self.login().login_parameters()
    }

    /// `login.loginParameters` for whoever is going to set them: none if they are not there.
    ///
    /// # Errors
    ///
    /// [`LoginParametersError::NotTexts`] if what is there is no list of texts, and would be lost.
    pub fn read_login_parameters(self) -> Result<LoginParameters, LoginParametersError> {
        let login = self.login().0;
        match login.and_then(|login| login.get("loginParameters")).filter(|own| !own.is_null()) {
            Some(own) => field::login_parameters(own).ok_or(LoginParametersError::NotTexts),
            None => Ok(LoginParameters::default()),
        }
    }

    /// Whether it is set up: `enabled` alone is what the platform answers for any provider.
    #[must_use]
    pub fn is_configured(self) -> bool {
        is_configured(self.0)
    }
}

impl EntraRegistration<'_> {
    /// Whether something is named that the application proves itself with, without which it gets no
    /// access token: a secret, a certificate's thumbprint, its subject alternative name and issuer, or
    /// its key vault reference.
    #[must_use]
    pub fn has_credential(self) -> bool {
        let is_filled = |name| {
            let text = self.0.and_then(|json| json.get(name)).and_then(field::text);
            text.is_some_and(|text| !text.is_empty())
        };
        is_filled("clientSecretSettingName")
            || is_filled("clientSecretCertificateThumbprint")
            || is_filled("clientSecretCertificateKeyVaultReference")
            || (is_filled("clientSecretCertificateSubjectAlternativeName")
                && is_filled("clientSecretCertificateIssuer"))
    }
}

impl EntraMut<'_> {
    /// Adds login parameters to those that are there, as [`LoginParameters::merge`] does: the cure that
    /// [`Diagnosis::login_parameters`](crate::Diagnosis::login_parameters) gives, for instance.
    ///
    /// # Errors
    ///
    /// [`LoginParametersError`]: as of [`LoginParameters::merge`], and
    /// [`NotTexts`](LoginParametersError::NotTexts) if what is there is no list of texts. The document
    /// is as it was, then.
    pub fn add_login_parameters(
        &mut self,
        more: &LoginParameters,
    ) -> Result<&mut Self, LoginParametersError> {
        let before = Entra(self.0.settings.text().get(&self.0.path)).read_login_parameters()?;
        let merged = before.merge(more)?;
        if merged != before {
            self.set_login_parameters(merged);
        }
        Ok(self)
    }

    /// Sets `login.loginParameters`, in short.
    pub fn set_login_parameters(&mut self, parameters: LoginParameters) -> &mut Self {
        self.login_mut().set_login_parameters(parameters);
        self
    }
}

/// A provider with an id that is not empty, and not off.
pub(super) fn is_configured(provider: Option<Json<'_>>) -> bool {
    const IDS: [&str; 6] = [
        "clientId",
        "clientIdSettingName",
        "appId",
        "appIdSettingName",
        "consumerKey",
        "consumerKeySettingName",
    ];
    let Some(provider) = provider else { return false };
    let has_id = provider.get("registration").is_some_and(|registration| {
        let filled = |id: &&str| registration.get(id).and_then(Json::as_str);
        IDS.iter().filter_map(filled).any(|id| !id.is_empty())
    });
    has_id && provider.get("enabled").and_then(field::flag) != Some(false)
}
