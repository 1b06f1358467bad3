//! `easyauth settings explain`: what happens to requests.

mod bearer;
mod providers;
mod static_web_app;
mod user;
mod visitor;

use std::{
    fmt::{self, Write},
    time::Duration,
};

use easyauth::Service;
use easyauth::settings::{AuthSettingsV2, Form, Setting, platform, sections};
use serde::Serialize;

use super::document::{self, Source};
use crate::{
    Failure, Output, World,
    terminal::{Color, Style, cut, json_page, paint, printable, wrap},
};

/// The longest string of a document that is shown, in characters.
const MAX_SHOWN: usize = 120;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    source: Source,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A title and its sentences.
#[derive(Serialize)]
struct Chapter {
    title: &'static str,
    sentences: Vec<String>,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report {
    form: &'static str,
    chapters: Vec<Chapter>,
}

pub(super) fn run(args: &Args, world: &mut World<'_>) -> Result<Output, Failure> {
    let settings = args.source.read(world)?.settings;
    let chapters = chapters(&settings);
    let (form, name) = document::form(settings.form());
    let page = if args.json {
        json_page(&Report { form, chapters })?
    } else {
        page(name, &chapters, world.style())?
    };
    Ok(Output::page(page))
}

fn page(form: &str, chapters: &[Chapter], style: Style) -> Result<String, fmt::Error> {
    let mut page = format!("{form}: what happens to requests\n");
    for Chapter { title, sentences } in chapters {
        writeln!(page, "\n{}", paint(style.color, Color::Bold, title))?;
        for sentence in sentences {
            let mut mark = "- ";
            for line in wrap(sentence, style.width.saturating_sub(4)) {
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

/// Whether the settings have an effect at all.
fn platform_chapter(settings: &AuthSettingsV2) -> Chapter {
    let mut sentences = Vec::new();
    let is_missing = settings.json(sections::PLATFORM).is_none();
    sentences.push(match settings.read(platform::ENABLED) {
        Ok(Some(true)) => "Easy Auth is on.".to_owned(),
        Err(_) => unknown_is("Whether Easy Auth is on"),
        Ok(None) if is_missing && settings.form() == Form::File => {
            "The file does not say whether Easy Auth is on: the site must turn it on.".to_owned()
        }
        Ok(None) if is_missing => "The document does not say whether Easy Auth is on.".to_owned(),
        _ => {
            "Easy Auth is off: every request reaches the application unchanged, with any identity \
             headers that its sender wrote. The rest of this page applies once it is on."
                .to_owned()
        }
    });
    if settings.form() != Form::File
        && let Some(path) = settings.get(platform::CONFIG_FILE_PATH).filter(|path| !path.is_empty())
    {
        sentences.push(format!(
            "The settings are read from a file of the application, {}. The other sections of this \
             document have no effect: explain that file.",
            shown(&path),
        ));
    }
    let missing = settings.missing_sections();
    if !missing.is_empty() {
        sentences.push(format!(
            "The document lacks {}. For these, this page describes the defaults; the site may \
             differ.",
            missing.join(", "),
        ));
    }
    Chapter { title: "Easy Auth", sentences }
}

fn unknown(settings: &AuthSettingsV2) -> Chapter {
    let is_container_app = settings.form().service() == Service::ContainerApps;
    let kept = if is_container_app { "secrets" } else { "application settings" };
    let mut sentences = vec![
        format!("Whether the {kept} that it names exist, and whether their values are still valid."),
        "Whether the app registrations have the permissions, the redirect URIs and the consent that \
         a sign-in needs."
            .to_owned(),
        "Whether requests can reach the application another way. The platform's headers can be \
         trusted only if every request comes through the platform."
            .to_owned(),
    ];
    if is_container_app {
        sentences.push(
            "Whether the headers always arrive: container apps were seen to forward requests of \
             authenticated users without them (microsoft/azure-container-apps#1393). A request \
             without headers is anonymous."
                .to_owned(),
        );
    } else {
        sentences.push(
            "Whether application settings WEBSITE_AUTH_* change any of this, such as the allowed \
             tenants."
                .to_owned(),
        );
    }
    Chapter { title: "What the document does not tell", sentences }
}

/// Returns `true` if a setting is present and cannot be read: an expression, or another type.
fn is_unknown<T>(settings: &AuthSettingsV2, setting: Setting<'_, T>) -> bool {
    settings.read(setting).is_err()
}

/// The sentence for something that only the template decides.
fn unknown_is(what: &str) -> String {
    format!("{what} is unknown: the template decides it, or the value has another type.")
}

/// A string of the document, for a sentence.
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
