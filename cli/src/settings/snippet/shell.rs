//! Commands of the Azure CLI and of Azure PowerShell that replace the settings.

use super::{Parts, Snippet};
use crate::Failure;

/// `az rest` with the document as standard input. A line of JSON is never the word that ends it.
pub(super) fn az_rest(parts: &Parts<'_>, body: &str) -> Result<Snippet, Failure> {
    let (origin, path) = parts.address()?;
    let (start, url) = match parts.site {
        Some(_) => (String::new(), quoted_for_bash(&format!("{origin}{path}"))),
        None => (
            ": \"${SITE:?set SITE to the resource ID of the site}\"\n".to_owned(),
            format!("\"{origin}$SITE\"{}", quoted_for_bash(&path)),
        ),
    };
    let text = format!(
        "{start}az rest --method put \\\n  --url {url} \\\n  --headers Content-Type=application/json \
         \\\n  --body @- <<'SETTINGS'\n{body}\nSETTINGS\n"
    );
    Ok(Snippet { text, notes: parts.site_note("$SITE").into_iter().collect() })
}

/// `Invoke-AzRestMethod` with the document as a literal here-string. A line of JSON never begins with
/// the quote that ends it.
pub(super) fn powershell(parts: &Parts<'_>, body: &str) -> Result<Snippet, Failure> {
    let (_, path) = parts.address()?;
    let path = match parts.site {
        Some(_) => quoted_for_powershell(&path),
        None => format!("($site + {})", quoted_for_powershell(&path)),
    };
    let text = format!(
        "$settings = @'\n{body}\n'@\nInvoke-AzRestMethod -Method PUT -Path {path} -Payload $settings\n"
    );
    Ok(Snippet { text, notes: parts.site_note("$site").into_iter().collect() })
}

/// A string in which the shell changes nothing.
pub(crate) fn quoted_for_bash(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A string in which PowerShell changes nothing. It accepts typographic quotes as well ("about_Quoting
/// Rules", and its tokenizer).
fn quoted_for_powershell(text: &str) -> String {
    let mut quoted = "'".to_owned();
    for letter in text.chars() {
        if matches!(letter, '\'' | '\u{2018}'..='\u{201b}') {
            quoted.push(letter);
        }
        quoted.push(letter);
    }
    quoted.push('\'');
    quoted
}
