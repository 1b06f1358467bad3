//! `loginParameters` of Entra: the problems and warnings of [`LoginParameters`], and those that only the
//! document shows.

use super::{
    Edit, Findings, Lint, Spot,
    rules::{
        LP1, LP2, LP3, LP4, LP5, LP6, LP8, LP9, LP10, LP11, LP12, LP13, LP14, LP15, LP16, LP17,
        LP18, LP19, LP20, Rule,
    },
};
use crate::{
    json::document::Json,
    login_parameters::{
        LoginParameters, LoginParametersError as Problem, LoginParametersErrorKind as Kind,
    },
    platform::Service,
};

/// The longest list that is checked. Microsoft Entra documents about twenty parameters, each of which can
/// be there once.
const MAX_PARAMETERS: usize = 100;

pub(super) fn check(lint: &Lint<'_>, findings: &mut Findings) {
    misplaced(lint, findings);
    let spot = lint.entra.at("login/loginParameters");
    if spot.json().is_none_or(Json::is_null) {
        return;
    }
    if spot.elements().nth(MAX_PARAMETERS).is_some() {
        let message = "there are more parameters than a sign-in page has";
        findings.say(&LP19, &spot, message, "keep only the necessary ones");
        return;
    }
    let Some(parameters) = &lint.parameters else {
        not_strings(&spot, findings);
        return;
    };
    let parts = List { elements: spot.elements().collect(), spot, parameters };
    let warnings = parameters.warnings();
    for problem in parameters.problems().iter().chain(&warnings) {
        parts.problem(lint, problem, findings);
    }
    parts.offline_access(lint, findings);
}

/// The list, if it is short enough and has only strings.
pub(super) fn read(spot: &Spot<'_>) -> Option<LoginParameters> {
    let is_short = spot.elements().nth(MAX_PARAMETERS).is_none();
    spot.strings().filter(|_| is_short).map(LoginParameters::from_wire)
}

fn not_strings(spot: &Spot<'_>, findings: &mut Findings) {
    if spot.is_unknown() {
        return;
    }
    if !spot.is_list() {
        findings.add(&LP1, spot);
    }
    for element in spot.elements().filter(|element| element.text().is_none()) {
        findings.say(&LP1, &element, "this element is not a string", "write key=value in quotes");
    }
}

/// `loginParameters` anywhere but in `login` of Entra.
fn misplaced(lint: &Lint<'_>, findings: &mut Findings) {
    const NAME: &str = "loginParameters";
    let right = lint.entra.at("login/loginParameters");
    // In another part of Entra, the mistake has a fix.
    for part in [lint.entra, lint.registration, lint.entra.at("validation")] {
        let wrong = part.at(NAME);
        if wrong.exists() {
            let message = "loginParameters of Entra are not in its login";
            let added = findings.say(&LP17, &wrong, message, LP17.remedy);
            if !right.exists() {
                added.edit(Edit::Move { from: wrong.path(), to: right.path() });
            }
        }
    }
    let entra = lint.entra.json().map(Json::place);
    let others = lint.providers.members().filter(|own| own.json().map(Json::place) != entra);
    let others =
        others.flat_map(|provider| [provider.at("login"), provider.at("registration"), provider]);
    let outside = [lint.sections, lint.sections.at("login"), lint.providers];
    for wrong in outside.into_iter().chain(others).map(|part| part.at(NAME)) {
        if wrong.exists() {
            let remedy = "move them there if they are for Entra; other providers have scopes";
            findings.say(&LP17, &wrong, LP17.message, remedy);
        }
    }
}

/// The list, and its place.
struct List<'a> {
    spot: Spot<'a>,
    elements: Vec<Spot<'a>>,
    parameters: &'a LoginParameters,
}

impl List<'_> {
    fn problem(&self, lint: &Lint<'_>, problem: &Problem, findings: &mut Findings) {
        let Some(spot) = self.entry(problem.entry()) else { return };
        let rule: &'static Rule = match problem.kind() {
            Kind::NotKeyValue => &LP2,
            Kind::DuplicateKey => &LP3,
            Kind::NoOpenid => &LP4,
            Kind::NotRestated => &LP5,
            Kind::TwoResources | Kind::ResourceOfAnotherApi => &LP6,
            // With such an issuer, IS2 is about the parameter.
            Kind::ResourceParameter if lint.has_v2_issuer() => return,
            Kind::ResourceParameter | Kind::AzureAdGraph => &LP8,
            Kind::EncodedScope | Kind::WrongSeparator => &LP9,
            Kind::UnknownKey => &LP11,
            Kind::ReservedKey => &LP12,
            Kind::TwoPrompts => &LP13,
            Kind::IdTokenWithoutOpenid => &LP14,
            Kind::DefaultMixed => &LP15,
            Kind::DomainHint => &LP16,
            Kind::EqualsInValue => &LP18,
            Kind::NoScope | Kind::InvalidScope => &LP20,
            Kind::Empty | Kind::InvalidKey | Kind::NoValue | Kind::InvalidValue | Kind::TooLong => {
                &LP19
            }
        };
        let remedy = match problem.kind() {
            Kind::AzureAdGraph => "request scopes of Microsoft Graph",
            Kind::UnknownKey if problem.meant.is_some() => "use that key",
            _ => rule.remedy,
        };
        let added = findings.say(rule, spot, problem.text(), remedy);
        let Some(entry) = problem.entry() else { return };
        let better = match problem.kind() {
            Kind::ReservedKey => {
                added.edit(self.without(entry));
                return;
            }
            Kind::DuplicateKey if self.is_repeated(entry) => {
                added.edit(self.without(entry));
                return;
            }
            Kind::NoOpenid => self.with_openid(entry),
            Kind::EncodedScope | Kind::WrongSeparator => self.unencoded(entry),
            Kind::UnknownKey => problem.meant.and_then(|meant| self.renamed(entry, meant)),
            _ => None,
        };
        if let Some(better) = better {
            added.fix_by_setting(better);
        }
    }

    /// `offline_access` requests a refresh token, which only an application with a credential gets.
    fn offline_access(&self, lint: &Lint<'_>, findings: &mut Findings) {
        let requests = self.parameters.scopes().any(|scope| scope.as_str() == "offline_access");
        let entries = self.parameters.entries();
        let position = entries.iter().position(|entry| entry.starts_with("scope="));
        let Some(spot) = self.entry(position).filter(|_| requests) else { return };
        if !lint.has_credential && lint.service != Service::StaticWebApps {
            findings.add(&LP10, spot);
        }
    }

    /// The place of an element, or of the list. `None` for a placeholder.
    fn entry(&self, entry: Option<usize>) -> Option<&Spot<'_>> {
        let Some(entry) = entry else { return Some(&self.spot) };
        self.elements.get(entry).filter(|spot| !spot.is_placeholder())
    }

    fn text(&self, entry: usize) -> Option<&str> {
        self.parameters.entries().get(entry).map(String::as_str)
    }

    /// Returns `true` if an earlier element is the same, letter for letter.
    fn is_repeated(&self, entry: usize) -> bool {
        let text = self.text(entry);
        self.parameters.entries().iter().take(entry).any(|other| Some(&**other) == text)
    }

    /// The list without an element.
    fn without(&self, entry: usize) -> Edit {
        let rest = self.parameters.entries().iter().enumerate();
        let rest = rest.filter(|(index, _)| *index != entry).map(|(_, text)| text.as_str());
        Edit::Set(self.spot.path(), rest.collect())
    }

    fn with_openid(&self, entry: usize) -> Option<String> {
        let scopes = self.text(entry)?.strip_prefix("scope=")?;
        Some(format!("scope=openid {scopes}").trim_end().to_owned())
    }

    /// The scope without percent-encoding and with spaces, if that gives valid scopes.
    fn unencoded(&self, entry: usize) -> Option<String> {
        let text = self.text(entry)?;
        let plain = [("%20", " "), ("%3A", ":"), ("%3a", ":"), ("%2F", "/"), ("%2f", "/")]
            .iter()
            .fold(text.to_owned(), |text, (encoded, plain)| text.replace(encoded, plain));
        let plain = plain.replace(['+', ',', ';'], " ");
        let plain = plain.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let parameters = LoginParameters::from_wire([&plain]);
        let is_bad =
            |own: &Problem| matches!(own.kind(), Kind::EncodedScope | Kind::WrongSeparator);
        let is_good = parameters.problems().is_empty() && !parameters.warnings().iter().any(is_bad);
        is_good.then_some(plain)
    }

    /// The element under another key, if no other element has it.
    fn renamed(&self, entry: usize, key: &str) -> Option<String> {
        let (_, value) = self.text(entry)?.split_once('=')?;
        self.parameters.get(key).is_none().then(|| format!("{key}={value}"))
    }
}
