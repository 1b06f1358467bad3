//! Findings as a page.

use std::fmt::{self, Write as _};

use easyauth::settings::Severity;

use super::{Checked, document, paint, place};
use crate::terminal::{Color, printable, wrap};

const LABEL_WIDTH: usize = 8;
const TEXT_WIDTH: usize = 88;

/// A block for each finding, the most severe first.
pub(super) fn page(checked: &[Checked], has_color: bool) -> Result<String, fmt::Error> {
    let mut page = String::new();
    for (number, file) in checked.iter().enumerate() {
        if checked.len() > 1 {
            let separator = if number > 0 { "\n" } else { "" };
            writeln!(page, "{separator}{}\n", paint(has_color, Color::Bold, file.name()))?;
        }
        write_file(&mut page, file, has_color)?;
    }
    Ok(page)
}

fn write_file(page: &mut String, file: &Checked, has_color: bool) -> fmt::Result {
    for (severity, color) in [
        (Severity::Error, Color::Red),
        (Severity::Warning, Color::Yellow),
        (Severity::Info, Color::Bold),
    ] {
        for found in file.findings.iter().filter(|found| found.severity == severity) {
            let finding = &found.finding;
            let severity = paint(has_color, color, severity.as_str());
            writeln!(page, "{severity} {} at {}", finding.rule(), place(finding))?;
            row(page, "what", finding.message())?;
            row(page, "why", finding.why())?;
            let can_fix = if finding.is_fixable() { " (--fix does this)" } else { "" };
            row(page, "remedy", &format!("{}{can_fix}", finding.remedy()))?;
            row(page, "source", finding.source())?;
            writeln!(page)?;
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
    writeln!(page, "{} in the settings of {form}", counts.join(", "))
}

fn row(page: &mut String, label: &str, text: &str) -> fmt::Result {
    let mut label = label;
    for line in wrap(&printable(text), TEXT_WIDTH) {
        writeln!(page, "  {label:<LABEL_WIDTH$} {line}")?;
        label = "";
    }
    Ok(())
}
