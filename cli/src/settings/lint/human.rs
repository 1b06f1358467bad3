//! Findings as a page, each with the line of the document that it is about.

use std::fmt::{self, Write as _};

use annotate_snippets::{AnnotationKind, Group, Level, Message, Origin, Renderer, Snippet};
use easyauth::settings::Severity;

use super::{Checked, Found, document, excerpt::Lines};
use crate::terminal::{Color, Style, paint, printable, wrap};

/// The longest label of a note, with what is around it.
const LABEL_WIDTH: usize = 16;

/// A block for each finding, the most severe first.
pub(super) fn page(checked: &[Checked], style: Style) -> Result<String, fmt::Error> {
    let mut page = String::new();
    for (number, file) in checked.iter().enumerate() {
        if checked.len() > 1 {
            let separator = if number > 0 { "\n" } else { "" };
            writeln!(page, "{separator}{}\n", paint(style.color, Color::Bold, file.name()))?;
        }
        write_file(&mut page, file, style)?;
    }
    Ok(page)
}

fn write_file(page: &mut String, file: &Checked, style: Style) -> fmt::Result {
    let lines = Lines::new(&file.before.text);
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(style.width);
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        for found in file.findings.iter().filter(|found| found.severity == severity) {
            let group = group(file, found, &lines, style.width);
            writeln!(page, "{}\n", renderer.render(&[group]))?;
        }
    }
    let counts =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")].map(
            |(severity, name)| match file.count(severity) {
                1 => format!("1 {name}"),
                count => format!("{count} {name}s"),
            },
        );
    let form = document::form(file.settings.form()).1;
    let summary = format!("{} in the settings of {form}", counts.join(", "));
    writeln!(page, "{}", wrap(&summary, style.width).join("\n"))
}

fn group<'a>(file: &Checked, found: &Found, lines: &'a Lines, width: usize) -> Group<'a> {
    let finding = &found.finding;
    let level = match found.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        _ => Level::NOTE,
    };
    let wrapped = |text: &str| wrap(&printable(text), width.saturating_sub(LABEL_WIDTH)).join("\n");
    let title = level.primary_title(wrapped(finding.message())).id(finding.rule());
    let position = finding.position();
    let group = match lines.excerpt(finding) {
        Some(excerpt) => {
            let annotation = AnnotationKind::Primary.span(excerpt.span);
            let snippet = Snippet::source(excerpt.line).line_start(position.line());
            title.element(snippet.path(file.name()).annotation(annotation))
        }
        None => title.element(
            Origin::path(file.name()).line(position.line()).char_column(position.column()),
        ),
    };
    let note = |label: &'static str, text: &str| -> Message<'a> {
        Level::NOTE.with_name(label).message(wrapped(text))
    };
    let pointer = finding.pointer();
    let pointer = if pointer.is_empty() { "the document" } else { &pointer };
    let can_fix = if finding.is_fixable() { " (--fix does this)" } else { "" };
    group
        .element(note("at", pointer))
        .element(note("why", finding.why()))
        .element(note("remedy", &format!("{}{can_fix}", finding.remedy())))
        .element(note("source", finding.source()))
        .element(note("more", &format!("easyauth settings rule {}", finding.rule())))
}
