//! `settings explain`: what requests go through.

mod bearer;
mod providers;
mod static_web_app;
mod user;
mod visitor;

use std::{
    fmt::{self, Write},
    time::Duration,
};

use easyauth::settings::{AuthSettingsV2, Form, Service, Setting, platform, sections};

use super::{
    document,
    text::{cut, printable, wrap},
};

const WIDTH: usize = 96;
/// The longest text of a document that is shown, in characters.
const MAX_SHOWN: usize = 120;

/// A title, and sentences.
struct Chapter(&'static str, Vec<String>);

/// The whole text.
pub(crate) fn page(settings: &AuthSettingsV2) -> Result<String, fmt::Error> {
    let form = document::form(settings.form()).1;
    let mut page = format!("{form}: what requests go through\n");
    for Chapter(title, sentences) in chapters(settings) {
        writeln!(page, "\n{title}")?;
        for sentence in sentences {
            let mut mark = "- ";
            for line in wrap(&sentence, WIDTH) {
                writeln!(page, "  {mark}{line}")?;
                mark = "  ";
            }
        }
    }
    Ok(page)
}

fn chapters(settings: &AuthSettingsV2) -> Vec<Chapter> {
    if settings.form().service() == Service::StaticWebApps {
        return static_web_app::chapters(settings);
    }
    let platform = platform_chapter(settings);
    let file = settings.get(platform::CONFIG_FILE_PATH).filter(|path| !path.is_empty());
    if file.is_some() && settings.form() != Form::File {
        return vec![platform];
    }
    vec![
        platform,
        visitor::chapter(settings),
        user::chapter(settings),
        bearer::chapter(settings),
        unknown(settings),
    ]
}

/// Whether anything of it counts.
fn platform_chapter(settings: &AuthSettingsV2) -> Chapter {
    let mut sentences = Vec::new();
    let is_missing = settings.json(sections::PLATFORM).is_none();
    sentences.push(match settings.read(platform::ENABLED) {
        Ok(Some(true)) => "It is on.".to_owned(),
        Err(_) => unknown_is("Whether it is on"),
        Ok(None) if is_missing && settings.form() == Form::File => {
            "The site has to turn it on: the file does not say it.".to_owned()
        }
        Ok(None) if is_missing => "Whether it is on, this document does not say.".to_owned(),
        _ => {
            "It is off: every request goes to the application as it is, with whatever headers its \
              sender wrote. What follows counts once it is on."
                .to_owned()
        }
    });
    if settings.form() != Form::File
        && let Some(path) = settings.get(platform::CONFIG_FILE_PATH).filter(|path| !path.is_empty())
    {
        sentences.push(format!(
            "The settings are read from a file of the application, {}. The other sections here do \
             not count: explain that file.",
            shown(&path),
        ));
    }
    let missing = settings.missing_sections();
    if !missing.is_empty() {
        sentences.push(format!(
            "The document lacks {}. What is said here of those are the defaults; the site may have \
             others.",
            missing.join(", "),
        ));
    }
    Chapter("Easy Auth", sentences)
}

fn unknown(settings: &AuthSettingsV2) -> Chapter {
    let is_container_app = settings.form().service() == Service::ContainerApps;
    let kept = if is_container_app { "secrets" } else { "application settings" };
    let mut sentences = vec![
        format!("Whether the {kept} exist that it names, and whether what they have is still good."),
        "Whether the app registrations have the permissions, the redirect addresses and the \
         consent that a sign-in needs."
            .to_owned(),
        "Whether another way leads to the application. Headers of the platform can be trusted only \
         where all requests come through it."
            .to_owned(),
    ];
    if is_container_app {
        sentences.push(
            "Whether the headers always come: container apps were seen to pass on requests of \
             users without them (microsoft/azure-container-apps#1393). No header is nobody."
                .to_owned(),
        );
    } else {
        sentences.push(
            "What settings WEBSITE_AUTH_* of the application change, the tenants that are allowed \
             for instance."
                .to_owned(),
        );
    }
    Chapter("What the document does not tell", sentences)
}

/// Whether a setting is there and cannot be read: an expression, or another type.
fn is_unknown<T>(settings: &AuthSettingsV2, setting: Setting<'_, T>) -> bool {
    settings.read(setting).is_err()
}

/// What only the template decides.
fn unknown_is(what: &str) -> String {
    format!("{what} is unknown: decided by the template, or by a value of another type.")
}

/// A text of the document, for a sentence.
fn shown(text: &str) -> String {
    cut(&printable(text), MAX_SHOWN)
}

/// `a, b and c`.
fn all_of(items: &[String], word: &str) -> String {
    match items {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// `8 hours`.
fn lasting(time: Duration) -> String {
    let seconds = time.as_secs();
    let (count, unit) = match seconds {
        0 => (0, "second"),
        _ if seconds.is_multiple_of(3600) => (seconds / 3600, "hour"),
        _ if seconds.is_multiple_of(60) => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}
