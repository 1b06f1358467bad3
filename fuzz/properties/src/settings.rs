//! Settings. The input is a document. The line before it, if any, has a JSON Pointer, a space, and the JSON to
//! put there.

use easyauth::{
    AccessToken, Service,
    settings::{
        AuthSettingsV1, AuthSettingsV2, Form, MAX_SETTINGS_LEN, SettingsError, SettingsErrorKind,
        SiteId, entra,
    },
};

use super::{
    json::Json,
    secrets::CANARY,
    settings_changes::{self, New, reread},
    settings_lint, settings_model as model,
    share::Share,
};

/// The default change.
const USUAL_CHANGE: &str = "/properties/login/tokenStore/enabled \"true\"";

/// A token for Azure Resource Manager.
const TOKEN: &str = "e30.eyJhdWQiOiJodHRwczovL21hbmFnZW1lbnQuYXp1cmUuY29tIn0.";

/// Checks the property for this input, and panics if it does not hold.
pub fn check(input: &[u8]) {
    check_some(input, Share::All);
}

/// Checks a share of the property.
pub fn sample(input: &[u8]) {
    if let Some(share) = Share::one_for(input) {
        check_some(input, share);
    }
}

fn check_some(input: &[u8], mut share: Share) {
    let (line, bytes) = split(input);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return check_kind(bytes, SettingsErrorKind::NotUtf8);
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.starts_with('\u{feff}') {
        // Only one byte order mark is skipped.
        return check_kind(bytes, SettingsErrorKind::NotJson);
    }
    let root = Json::read(text.as_bytes());
    match text.parse::<AuthSettingsV2>() {
        Ok(settings) => {
            assert!(root.is_some(), "accepted {text}");
            let Some(root) = root else { return };
            let document = Document { line, bytes, text, settings, root };
            for check in share.of(&OF_A_DOCUMENT) {
                check(&document, &mut share);
            }
        }
        Err(error) => {
            check_error(text, root.as_ref(), &error);
            check_bytes(bytes, text, &Err(error));
            check_first_version(text, root.as_ref(), &mut share);
        }
    }
}

struct Document<'a> {
    /// The first line of the input.
    line: &'a str,
    bytes: &'a [u8],
    text: &'a str,
    settings: AuthSettingsV2,
    root: Json,
}

type OfADocument = fn(&Document<'_>, &mut Share);

const OF_A_DOCUMENT: [OfADocument; 7] = [
    |own, _| check_bytes(own.bytes, own.text, &Ok(own.settings.clone())),
    |own, _| check_document(own.text, &own.settings, &own.root),
    |own, share| settings_changes::check(&own.settings, &own.root, &New::read(own.line), share),
    |own, share| settings_lint::check(&own.settings, &own.root, share),
    |own, share| settings_lint::check_fixes(&own.settings, &own.root, share),
    |own, _| check_requests(&own.settings, &own.root),
    |own, share| check_first_version(own.text, Some(&own.root), share),
];

fn split(input: &[u8]) -> (&str, &[u8]) {
    let end = input.iter().position(|byte| *byte == b'\n').filter(|_| input.starts_with(b"/"));
    let parts = end.and_then(|end| input.split_at_checked(end));
    parts
        .and_then(|(line, rest)| Some((std::str::from_utf8(line).ok()?, rest)))
        .unwrap_or((USUAL_CHANGE, input))
}

/// The bytes are rejected with this kind of error.
fn check_kind(bytes: &[u8], expected: SettingsErrorKind) {
    let kind = AuthSettingsV2::from_slice(bytes).map_err(|error| error.kind()).err();
    assert_eq!(kind, Some(expected));
}

/// Bytes are read like the string in them, without a byte order mark.
fn check_bytes(bytes: &[u8], text: &str, of_text: &Result<AuthSettingsV2, SettingsError>) {
    // UTF-16 can be valid UTF-8 with NULs.
    if !text.contains('\0') {
        assert_eq!(AuthSettingsV2::from_slice(bytes), *of_text);
    }
}

/// A document round-trips byte for byte.
fn check_document(text: &str, settings: &AuthSettingsV2, root: &Json) {
    let text = text.trim_matches([' ', '\n', '\r', '\t']);
    assert_eq!(settings.as_json(), text);
    if settings.resource_pointer().is_empty() {
        assert_eq!(settings.missing_sections(), model::missing(settings.form(), root));
    }
    assert_eq!(settings.pointer(""), Some(text));
    assert_eq!(reread(settings), *root);

    assert_eq!(settings.as_json().parse().as_ref(), Ok(settings));
    let by_serde = serde_json::from_slice::<AuthSettingsV2>(text.as_bytes());
    assert!(by_serde.is_ok_and(|by_serde| by_serde == *settings));
    let written = serde_json::to_string(settings);
    assert!(written.is_ok_and(|written| written == text));
}

/// The error is the one that the model expects.
fn check_error(text: &str, root: Option<&Json>, error: &SettingsError) {
    use SettingsErrorKind as Kind;
    let is_right = match (root, error.kind()) {
        (_, Kind::TooLong) => text.len() > MAX_SETTINGS_LEN,
        (None, kind) => kind == Kind::NotJson,
        (Some(Json::Object(_)), Kind::Several | Kind::OtherDocument) => true,
        (Some(root @ Json::Object(_)), kind) => {
            kind == Kind::FirstVersion && model::is_first_version(root)
        }
        (Some(_), kind) => kind == Kind::NotAnObject,
    };
    assert!(is_right, "{error}: {text}");
    assert!(serde_json::from_str::<AuthSettingsV2>(text).is_err());
}

/// A request has the sections of the document, and goes to the address for its form.
fn check_requests(settings: &AuthSettingsV2, root: &Json) {
    let token = AccessToken::new(TOKEN);
    let sites = [
        (Service::AppService, SiteId::app_service("S", "G", "N")),
        (Service::ContainerApps, SiteId::container_app("S", "G", "N")),
    ];
    for (service, site) in sites {
        let Ok(site) = site else { continue };
        let partial = site.requests().put_partial(&token, settings);
        let is_kept_there = settings.form() != Form::File
            && settings.form().service() == service
            && !model::is_in_template(settings, root)
            && has_objects_alone(settings, root);
        assert_eq!(partial.is_ok(), is_kept_there, "{partial:?}");
        let whole = site.requests().put(&token, settings);
        let is_whole = settings.missing_sections().is_empty();
        assert_eq!(whole.is_ok(), is_kept_there && is_whole, "{whole:?}");
        for request in [partial, whole].into_iter().flatten() {
            let body = Json::read(request.body());
            let properties = body.as_ref().and_then(|body| model::member(body, "properties"));
            let path = model::sections_path(settings);
            assert_eq!(properties, model::at(root, &path));
            if model::wrapper(settings.form()).is_some() {
                assert_eq!(body.as_ref(), Some(root));
            }
        }
    }
}

/// Returns `true` if the sections are in an object, and each is an object.
fn has_objects_alone(settings: &AuthSettingsV2, root: &Json) -> bool {
    let sections = model::at(root, &model::sections_path(settings));
    let is_object = |name: &str| {
        let section = sections.and_then(|sections| model::member(sections, name));
        section.is_none_or(|section| matches!(section, Json::Object(_)))
    };
    matches!(sections, Some(Json::Object(_))) && model::SECTIONS.into_iter().all(is_object)
}

/// A document of the first version becomes one of the second, without its secrets.
fn check_first_version(text: &str, root: Option<&Json>, share: &mut Share) {
    let root = root.filter(|root| matches!(root, Json::Object(_)));
    let result = text.parse::<AuthSettingsV1>();
    let Some(root) = root.filter(|root| model::is_first_version(root)) else {
        assert!(result.is_err(), "accepted {result:?}");
        return;
    };
    assert!(result.is_ok(), "refused {result:?}");
    let Ok(old) = result else { return };
    assert_eq!(old.as_json(), text.trim_matches([' ', '\n', '\r', '\t']));
    let migration = old.migrate();
    let settings = migration.settings();
    assert_eq!((settings.form(), settings.missing_sections().len()), (Form::AppService, 0));
    let after = reread(settings);
    let again = settings.as_json().parse::<AuthSettingsV2>();
    assert!(again.is_ok_and(|again| {
        again.form() == Form::AppService && again.missing_sections().is_empty()
    }));
    let parameters = settings.read(entra::LOGIN_PARAMETERS);
    let list = model::member(model::of_first_version(root), "additionalLoginParams");
    let items = if let Some(Json::List(items)) = list { items.as_slice() } else { &[] };
    let expected =
        items.iter().map(|item| if let Json::Text(text) = item { Some(text) } else { None });
    if let Ok(Some(parameters)) = parameters {
        assert!(expected.eq(parameters.to_wire().iter().map(Some)), "{parameters:?}");
    }
    check_left_behind(root, migration.left_behind());
    for check in share.of(&[settings_lint::check, settings_lint::check_fixes]) {
        check(settings, &after, share);
    }

    let marked = without_secrets(root).to_string().parse::<AuthSettingsV1>();
    assert!(marked.is_ok_and(|marked| {
        let migration = marked.migrate();
        let printed = format!("{marked:?} {migration:?}");
        !printed.contains(CANARY) && reread(migration.settings()) == after
    }));
}

/// Members that the second version does not have are reported, and nothing else.
fn check_left_behind(root: &Json, left_behind: &[String]) {
    let is_there = |name: &str| {
        let value = model::member(model::of_first_version(root), name);
        value.is_some_and(|value| *value != Json::Null && *value != Json::text(""))
    };
    assert!(left_behind.iter().all(|name| is_there(name)), "{left_behind:?}");
    let secrets =
        ["client", "facebookApp", "gitHubClient", "googleClient", "microsoftAccountClient"];
    for owner in secrets.into_iter().chain(["twitterConsumer"]) {
        let name = format!("{owner}Secret");
        assert_eq!(
            left_behind.iter().any(|own| own.eq_ignore_ascii_case(&name)),
            is_there(&name),
            "{name}"
        );
    }
}

/// Replaces the secrets of the first version.
fn without_secrets(root: &Json) -> Json {
    let mut root = root.clone();
    let names: Vec<String> = model::of_first_version(&root)
        .members()
        .unwrap_or_default()
        .iter()
        .filter(|(name, value)| {
            name.to_ascii_lowercase().ends_with("secret") && matches!(value, Json::Text(_))
        })
        .map(|(name, _)| name.clone())
        .collect();
    let wrapper = model::member(&root, "properties").map(|_| "properties".to_owned());
    for name in names {
        let path: Vec<String> = wrapper.iter().cloned().chain([name]).collect();
        model::put(&mut root, &path, Json::text(CANARY), model::Lists::HaveNot);
    }
    root
}
