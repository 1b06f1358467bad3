//! `easyauth explain`: what an error code means, who can fix it, and how.

use std::fmt::{self, Write as _};

use easyauth::error_codes::{ErrorExplanation, KnownError, MAX_ERROR_TEXT_LEN};
use serde_json::{Value, json};

use crate::{
    Failure, NO, Output, World,
    args::after_help,
    input,
    terminal::{self, Color, Style, json_page, paint},
};

const LABEL_WIDTH: usize = 14;

/// Explain an error code of Microsoft Entra, Azure Resource Manager or a bearer challenge
///
/// CODE is a code such as AADSTS50011, 50011 or InvalidAuthenticationTokenAudience. Without it, reads a
/// pasted error message from standard input, and explains each code in it.
#[derive(Debug, clap::Args)]
#[command(after_help = after_help!(
    "easyauth explain AADSTS9010010"
    "easyauth explain < error.txt"
))]
pub(crate) struct Args {
    /// The code; if absent or -, an error message is read from standard input
    code: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, world: &mut World<'_>) -> Result<Output, Failure> {
    let explanation = if let Some(code) = args.code.as_deref().filter(|code| *code != "-") {
        of_code(code)
    } else {
        let bytes = input::read(None, MAX_ERROR_TEXT_LEN, world)?;
        let message = input::without_bom(&bytes, "the input")?;
        ErrorExplanation::from_text(&String::from_utf8_lossy(message))
    };
    // The message does not repeat the input, which can be a token.
    let explanation = explanation.ok_or(
        "no error code found; expected a code such as AADSTS50011 or \
         InvalidAuthenticationTokenAudience, or a message with one",
    )?;
    let page = if args.json {
        json_page(&as_json(&explanation))?
    } else {
        page(&explanation, world.style())?
    };
    let mut output = Output::page(page);
    if explanation.known().is_empty() {
        output.status = NO;
    }
    Ok(output)
}

/// Explains a single code in any case, with or without `AADSTS`.
fn of_code(code: &str) -> Option<ErrorExplanation> {
    let code = code.trim();
    let named = KnownError::all().find(|error| error.name().eq_ignore_ascii_case(code));
    let text = match named {
        Some(error) => error.name().to_owned(),
        None if code.bytes().all(|byte| byte.is_ascii_digit()) => format!("AADSTS{code}"),
        None => code.to_ascii_uppercase(),
    };
    // A name of OAuth counts only where OAuth puts it.
    ErrorExplanation::from_text(&text)
        .or_else(|| ErrorExplanation::from_text(&json!({"error": text}).to_string()))
}

/// What `--json` prints.
pub(crate) fn as_json(explanation: &ErrorExplanation) -> Value {
    json!({
        "known": explanation.known(),
        "unknown": explanation.unknown().iter().copied().map(aadsts).collect::<Vec<_>>(),
        "correlationId": explanation.correlation_id(),
        "traceId": explanation.trace_id(),
        "timestamp": explanation.timestamp(),
    })
}

fn aadsts(number: u32) -> String {
    format!("AADSTS{number}")
}

pub(crate) fn page(explanation: &ErrorExplanation, style: Style) -> Result<String, fmt::Error> {
    let mut page = String::new();
    let row = |page: &mut String, label: &str, text: &str| {
        terminal::row(page, label, LABEL_WIDTH, text, style.width)
    };
    for error in explanation.known() {
        writeln!(page, "{}", paint(style.color, Color::Bold, error.name()))?;
        row(&mut page, "meaning", error.meaning())?;
        row(&mut page, "who can fix it", &error.responsible().to_string())?;
        row(&mut page, "fix", error.fix())?;
        row(&mut page, "source", error.source())?;
        writeln!(page)?;
    }
    for number in explanation.unknown().iter().copied() {
        writeln!(page, "{}", paint(style.color, Color::Bold, aadsts(number)))?;
        let text = format!(
            "not in the table of this tool; https://login.microsoftonline.com/error?code={number} \
             explains it"
        );
        row(&mut page, "meaning", &text)?;
        writeln!(page)?;
    }
    for (label, value) in [
        ("correlation ID", explanation.correlation_id()),
        ("trace ID", explanation.trace_id()),
        ("time", explanation.timestamp()),
    ] {
        if let Some(value) = value {
            row(&mut page, label, value)?;
        }
    }
    Ok(format!("{}\n", page.trim_end()))
}
