//! `loginParameters` of Entra: what [`LoginParameters`] finds, and what only the document shows.

use super::{Edit, Findings, Lint, Rule, Section, Spot, placeholder::final_text, rule::rules};
use crate::{
    json::Kind,
    settings::{
        LoginParameters, LoginParametersError as Problem, LoginParametersWarning as Warning,
        Service,
    },
};

rules! {
    LP1 Error: "the platform reads a list of texts, and nothing else is sent to the sign-in page",
        "authSettingsV2 schema, AzureActiveDirectoryLogin.loginParameters";
    LP2 Error: "the platform documents key=value and nothing else, so this reaches no sign-in page",
        "authSettingsV2 schema, AzureActiveDirectoryLogin.loginParameters";
    LP3 Error: "both are sent, and a sign-in ends with AADSTS9000411",
        "MicrosoftDocs/azure-docs#81536";
    LP4 Warning: "scope replaces the platform's own openid profile email: without openid there is no ID \
        token to sign the user in with",
        "MicrosoftDocs/azure-docs#81321; a tutorial of Microsoft's leaves it out all the same";
    LP5 Info: "scope replaces the platform's own openid profile email: the name or the address of the \
        user may be missing",
        "MicrosoftDocs/azure-docs#81321";
    LP6 Error: "a token is for one API: a sign-in ends with AADSTS28000 or AADSTS700022, or gives a \
        token for the first of them",
        "Microsoft Entra error codes; MicrosoftDocs/azure-docs#45634";
    LP8 Warning: "resource is for the version 1.0 endpoint alone, and Azure AD Graph is retired",
        "App Service docs, Work with OAuth tokens";
    LP9 Warning: "the platform encodes the value itself, and scopes are separated by spaces alone: Entra \
        sees other scopes than were meant",
        "RFC 6749 section 3.3; inferred from working examples, all unencoded";
    LP10 Warning: "no refresh token is kept, so /.auth/refresh does not work",
        "App Service docs, Work with OAuth tokens";
    LP11 Warning: "the service saves any key, and Entra passes over those that it does not know",
        "inferred from a posted configuration with reponse_type";
    LP12 Error: "the platform sets this parameter itself, and a fixed value breaks the sign-in or what \
        protects it",
        "inferred; no configuration with it was seen";
    LP13 Error: "a sign-in ends with AADSTS90023", "Microsoft Entra error codes";
    LP14 Warning: "a sign-in ends with AADSTS70005", "Microsoft Entra error codes";
    LP15 Error: "a sign-in ends with AADSTS70011",
        "Microsoft identity platform docs, Scopes and permissions";
    LP16 Info: "it spares users a choice and keeps nobody out: whoever edits the address gets around it",
        "App Service docs, Customize sign-in";
    LP17 Warning: "nothing reads it there, so it is sent to no sign-in page",
        "authSettingsV2 schema: only Microsoft Entra has it, in its login";
    LP18 Info: "the Terraform provider azurerm loses such a parameter when it reads the settings",
        "terraform-provider-azurerm, auth_v2_schema.go, flattening of login_parameters";
    LP19 Error: "the address of the sign-in page breaks, or says something else than was meant",
        "RFC 6749 section 8.2, RFC 3986 section 3.4; Microsoft Entra error codes (AADSTS90015)";
    LP20 Error: "a sign-in ends with AADSTS28003 or AADSTS70011",
        "Microsoft Entra error codes; RFC 6749 section 3.3";
}

pub(super) const SECTION: Section = Section { rules: RULES, check, see: None };

/// The longest list that is looked into. Microsoft Entra documents some twenty parameters, and each can
/// be there once.
const MAX_PARAMETERS: usize = 100;

fn check(lint: &Lint<'_>, findings: &mut Findings) {
    misplaced(lint, findings);
    let spot = lint.entra.at("login").at("loginParameters");
    let Some(json) = spot.json().filter(|json| !json.is_null()) else { return };
    if spot.elements().nth(MAX_PARAMETERS).is_some() {
        let message = "there are more parameters than a sign-in page has";
        findings.add(&LP19, &spot, message, "keep those that are needed");
        return;
    }
    let Some(parameters) = lint.parameters.clone() else {
        if !spot.is_unknown() {
            not_texts(&spot, json.kind(), findings);
        }
        return;
    };
    let entries = List { elements: spot.elements().collect(), spot, parameters };
    for problem in entries.parameters.problems() {
        entries.problem(&problem, findings);
    }
    for warning in entries.parameters.warnings() {
        entries.warning(lint, &warning, findings);
    }
    entries.offline_access(lint, findings);
}

/// The list, if it is one of texts that can be looked into.
pub(super) fn read(spot: &Spot<'_>) -> Option<LoginParameters> {
    let is_short = spot.elements().nth(MAX_PARAMETERS).is_none();
    spot.texts().filter(|_| is_short).map(LoginParameters::from_wire)
}

fn not_texts(spot: &Spot<'_>, kind: Kind, findings: &mut Findings) {
    if kind != Kind::Array {
        findings.add(&LP1, spot, "this is no list", "write a list of texts, key=value each");
        return;
    }
    for element in spot.elements().filter(|element| element.text().is_none()) {
        findings.add(&LP1, &element, "this element is no text", "write key=value in quotes");
    }
}

/// Where `loginParameters` is sometimes put: anywhere but in `login` of Entra.
fn misplaced(lint: &Lint<'_>, findings: &mut Findings) {
    const NAME: &str = "loginParameters";
    let sections = &lint.sections;
    let providers = sections.at("identityProviders");
    let entra = providers.at("azureActiveDirectory");
    let right = entra.at("login").at(NAME);
    // One level too high or in the wrong part of the right provider is a mistake that can be undone.
    for part in [entra.clone(), entra.at("registration"), entra.at("validation")] {
        let wrong = part.at(NAME);
        if wrong.exists() {
            let message = "loginParameters of Entra are not in its login";
            let added = findings.add(&LP17, &wrong, message, "move them into login");
            if !right.exists() {
                added.edit(Edit::Move { from: wrong.path().clone(), to: right.path().clone() });
            }
        }
    }
    let place = entra.json().map(crate::json::document::Json::range);
    let is_entra = |spot: &Spot<'_>| spot.json().map(crate::json::document::Json::range) == place;
    let others = providers.members().filter(|provider| !is_entra(provider));
    let others = others.flat_map(|provider| {
        let parts = [provider.at("login"), provider.at("registration"), provider];
        parts.map(|part| part.at(NAME))
    });
    let outside = [sections.clone(), sections.at("login"), providers.clone()];
    for wrong in outside.map(|part| part.at(NAME)).into_iter().chain(others) {
        if wrong.exists() {
            findings.add(
                &LP17,
                &wrong,
                "loginParameters are not in login of Entra, the only place for them",
                "move them there if they are for Entra; other providers take scopes",
            );
        }
    }
}

/// The list, and where it stands.
struct List<'a> {
    spot: Spot<'a>,
    elements: Vec<Spot<'a>>,
    parameters: LoginParameters,
}

impl List<'_> {
    fn problem(&self, problem: &Problem, findings: &mut Findings) {
        let Some(spot) = self.entry(problem.entry()) else { return };
        let (rule, remedy): (&'static Rule, _) = match problem {
            Problem::NoEquals { .. } | Problem::EmptyKey { .. } => (&LP2, "write key=value"),
            Problem::DuplicateKey { .. } => (&LP3, "say it once; scopes go into one scope"),
            Problem::TwoResources { .. } | Problem::ResourceOfAnotherApi { .. } => (
                &LP6,
                "ask for the scopes of one API; the refresh token is good for tokens of the others",
            ),
            Problem::ReservedKey { .. } => (&LP12, "remove it"),
            Problem::TwoPrompts { .. } => (&LP13, "choose one of the values"),
            Problem::DefaultMixed { .. } => {
                (&LP15, "keep .default, or the scopes that are named one by one")
            }
            Problem::NoScope { .. } | Problem::InvalidScope { .. } => {
                (&LP20, "name scopes with single spaces between them")
            }
            _ => (&LP19, "remove it, or write it otherwise"),
        };
        let added = findings.add(rule, spot, in_place(&problem.to_string()), remedy);
        match problem {
            Problem::ReservedKey { entry, .. } => {
                added.edit(self.without(*entry));
            }
            Problem::DuplicateKey { entry, .. } if self.is_repeated(*entry) => {
                added.edit(self.without(*entry));
            }
            _ => {}
        }
    }

    fn warning(&self, lint: &Lint<'_>, warning: &Warning, findings: &mut Findings) {
        let Some(spot) = self.entry(warning.entry()) else { return };
        let (rule, remedy): (&'static Rule, _) = match warning {
            Warning::NoOpenid { .. } => (&LP4, "put openid in front"),
            Warning::NotRestated { .. } => (&LP5, "add it, unless it is not needed"),
            Warning::EncodedScope { .. } | Warning::WrongSeparator { .. } => {
                (&LP9, "write it unencoded, with single spaces between scopes")
            }
            Warning::UnknownKey { meant: Some(_), .. } => (&LP11, "write the key that is meant"),
            Warning::UnknownKey { .. } => (&LP11, "check the key"),
            // The issuer's rule speaks where such a parameter fails.
            Warning::ResourceParameter { .. } if has_v2_issuer(lint) => return,
            Warning::ResourceParameter { .. } => {
                (&LP8, "use an issuer that ends with /v2.0, and ask for a scope")
            }
            Warning::AzureAdGraph { .. } => (&LP8, "ask for scopes of Microsoft Graph"),
            Warning::IdTokenWithoutOpenid { .. } => (&LP14, "add openid to scope"),
            Warning::DomainHint { .. } => (&LP16, "check the tenant where it matters"),
            Warning::EqualsInValue { .. } => {
                (&LP18, "nothing, unless Terraform manages these settings")
            }
        };
        let added = findings.add(rule, spot, in_place(&warning.to_string()), remedy);
        let better = match warning {
            Warning::NoOpenid { entry } => self.with_openid(*entry),
            Warning::EncodedScope { entry } | Warning::WrongSeparator { entry } => {
                self.unencoded(*entry)
            }
            Warning::UnknownKey { entry, meant: Some(meant), .. } => self.renamed(*entry, meant),
            _ => None,
        };
        if let Some(better) = better {
            added.fix_by_setting(better);
        }
    }

    /// `offline_access` asks for a refresh token, which has to be got and kept.
    fn offline_access(&self, lint: &Lint<'_>, findings: &mut Findings) {
        let asks = self.parameters.scopes().any(|scope| scope.as_str() == "offline_access");
        let position = self.parameters.entries().position(|entry| entry.starts_with("scope="));
        let Some(spot) = self.entry(position).filter(|_| asks) else { return };
        let has_credential = lint.has_credential;
        if !has_credential && lint.service != Service::StaticWebApps {
            let message = "offline_access is asked for, and there is no credential to get it with";
            findings.add(&LP10, spot, message, "set clientSecretSettingName, or a certificate");
        }
    }

    /// Where an element stands; the list for what is about all of them. `None` for one that is still to
    /// be filled in.
    fn entry(&self, entry: Option<usize>) -> Option<&Spot<'_>> {
        let Some(entry) = entry else { return Some(&self.spot) };
        let spot = self.elements.get(entry)?;
        let is_open =
            spot.text().is_some_and(|text| !text.is_empty()) && final_text(spot).is_none();
        (!is_open).then_some(spot)
    }

    fn text(&self, entry: usize) -> Option<&str> {
        self.parameters.entries().nth(entry)
    }

    /// Whether an element is there before, letter for letter.
    fn is_repeated(&self, entry: usize) -> bool {
        let text = self.text(entry);
        self.parameters.entries().take(entry).any(|other| Some(other) == text)
    }

    /// The list without an element.
    fn without(&self, entry: usize) -> Edit {
        let rest = self.parameters.entries().enumerate().filter(|(index, _)| *index != entry);
        Edit::Set(self.spot.path().clone(), rest.map(|(_, text)| text).collect())
    }

    fn with_openid(&self, entry: usize) -> Option<String> {
        let scopes = self.text(entry)?.strip_prefix("scope=")?;
        Some(format!("scope=openid {scopes}").trim_end().to_owned())
    }

    /// The scope with its percent-encoding and other separators undone, if that gives scopes.
    fn unencoded(&self, entry: usize) -> Option<String> {
        let text = self.text(entry)?;
        let plain = [("%20", " "), ("%3A", ":"), ("%3a", ":"), ("%2F", "/"), ("%2f", "/")]
            .iter()
            .fold(text.to_owned(), |text, (encoded, plain)| text.replace(encoded, plain));
        let plain = plain.replace(['+', ',', ';'], " ");
        let plain = plain.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let parameters = LoginParameters::from_wire([&plain]);
        let is_good = parameters.problems().is_empty()
            && !parameters.warnings().iter().any(|warning| {
                matches!(warning, Warning::EncodedScope { .. } | Warning::WrongSeparator { .. })
            });
        is_good.then_some(plain)
    }

    /// The element under another key, if no other element has it.
    fn renamed(&self, entry: usize, key: &str) -> Option<String> {
        let (_, value) = self.text(entry)?.split_once('=')?;
        self.parameters.get(key).is_none().then(|| format!("{key}={value}"))
    }
}

/// A message without its place, which the finding has apart.
fn in_place(message: &str) -> &str {
    let behind = message.strip_prefix("loginParameters[").and_then(|rest| rest.split_once(']'));
    behind.map_or(message, |(_, rest)| rest.trim_start_matches(':').trim_start())
}

fn has_v2_issuer(lint: &Lint<'_>) -> bool {
    let issuer = lint.registration.at("openIdIssuer").text();
    issuer.is_some_and(|issuer| issuer.trim_end_matches('/').ends_with("/v2.0"))
}
