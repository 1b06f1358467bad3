//! The report as a page: labels in one column, the verdict last.

use std::fmt::{self, Write};

use easyauth::{ClaimType, Diagnosis, access::Fix};

use super::{
    report::{Account, Audience, Claim, Kind, Principal, Report, Token, TokenClaims, list},
    site::Joined,
};
use crate::{
    terminal::{self, Color, Style, cut, paint, printable, wrap},
    times::Moment,
};

const LABEL_WIDTH: usize = 20;

/// The page that is being written.
struct Page {
    text: String,
    style: Style,
}

impl Page {
    /// The width of values beside their labels.
    fn value_width(&self) -> usize {
        self.style.width.saturating_sub(LABEL_WIDTH + 3)
    }
}

impl Write for Page {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text.write_str(text)
    }
}

/// Formats a report.
pub(super) fn page(report: &Report, style: Style) -> Result<String, fmt::Error> {
    let mut page = Page { text: String::new(), style };
    write(report, &mut page)?;
    Ok(page.text)
}

fn write(report: &Report, out: &mut Page) -> fmt::Result {
    if report.accounts.is_empty() {
        writeln!(out, "no user is signed in")?;
    }
    for (index, account) in report.accounts.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        write_account(report, account, out)?;
    }
    Ok(())
}

fn write_account(report: &Report, account: &Account, out: &mut Page) -> fmt::Result {
    match &account.principal {
        Some(principal) => write_principal(principal, out)?,
        None if matches!(report.input, "token" | "tokens") => {}
        None => writeln!(
            out,
            "no principal: the request is anonymous, or X-MS-CLIENT-PRINCIPAL is missing here\n"
        )?,
    }
    if account.tokens.is_empty() {
        writeln!(out, "no tokens")?;
    }
    for token in &account.tokens {
        write_token(token, account, out)?;
    }
    let joined = account.settings.as_ref();
    account.diagnosis.as_ref().map_or(Ok(()), |diagnosis| write_diagnosis(diagnosis, joined, out))
}

fn write_principal(principal: &Principal, out: &mut Page) -> fmt::Result {
    let provider = match principal.provider.as_str() {
        "" => "unknown provider".to_owned(),
        provider => printable(provider),
    };
    heading(out, &format!("principal ({provider}, {})", principal.format_name()))?;
    optional_row(out, "name", principal.name.as_ref())?;
    if principal.id == principal.object_id {
        optional_row(out, "ID and object ID", principal.id.as_ref())?;
    } else {
        optional_row(out, "ID", principal.id.as_ref())?;
        optional_row(out, "object ID", principal.object_id.as_ref())?;
    }
    optional_row(out, "tenant", principal.tenant_id.as_ref())?;
    row(out, "roles", &list(&principal.roles))?;
    if !principal.claims.is_empty() {
        writeln!(out)?;
        heading(out, "claims")?;
    }
    for same in principal.claims.chunk_by(|one, other| one.typ == other.typ) {
        write_claim(same, out)?;
    }
    writeln!(out)
}

/// Writes all values of a claim. A long claim type is shown by its short name.
fn write_claim(same: &[Claim], out: &mut Page) -> fmt::Result {
    let Some(Claim { typ, .. }) = same.first() else { return Ok(()) };
    let label = ClaimType::find(typ).map_or(typ.as_str(), |claim| claim.short());
    let values: Vec<String> =
        same.iter().map(|claim| cut(&claim.value, out.value_width())).collect();
    row(out, label, &values.join(", "))
}

fn write_token(token: &Token, account: &Account, out: &mut Page) -> fmt::Result {
    heading(out, &format!("{} ({})", token.kind.name(), token.size()))?;
    if let Some(claims) = &token.claims {
        write_token_claims(token.kind, claims, out)?;
    }
    if let Some(error) = &token.error {
        row(out, "not readable", error)?;
    }
    if token.kind != Kind::Access {
        return Ok(());
    }
    for note in token.notes() {
        row(out, "note", note)?;
    }
    let claimed = token.claims.as_ref().and_then(|claims| claims.expires_at.as_ref());
    let news = |expires_on: &&Moment| claimed.is_none_or(|claimed| !claimed.is_close(expires_on));
    if let Some(expires_on) = account.expires_on.as_ref().filter(news) {
        row(out, "EXPIRES-ON", &when(expires_on))?;
    }
    if let Some(advice) = &account.renewal {
        row(out, "to renew", &advice.message)?;
    }
    if token.from_client {
        row(
            out,
            "note",
            "for this application: exchange it (on-behalf-of flow) to call another API",
        )?;
    }
    Ok(())
}

fn write_token_claims(kind: Kind, claims: &TokenClaims, out: &mut Page) -> fmt::Result {
    let audience = |audience: &Audience| match &audience.name {
        Some(name) => format!("{name} ({})", audience.identifier),
        None => audience.identifier.clone(),
    };
    row(out, "audience", &list(&claims.audiences.iter().map(audience).collect::<Vec<_>>()))?;
    if kind == Kind::Access {
        if !claims.scopes.is_empty() || claims.roles.is_empty() {
            row(out, "scopes", &list(&claims.scopes))?;
        }
        if !claims.roles.is_empty() {
            row(out, "roles", &list(&claims.roles))?;
        }
        row(out, "caller", &claims.caller_and_client())?;
    }
    optional_row(out, "issuer", claims.issuer.as_ref())?;
    if let Some(issued) = &claims.issued_at {
        row(out, "issued", &when(issued))?;
    }
    if let Some(start) = claims.not_before.as_ref().filter(|start| !start.is_past()) {
        row(out, "not valid before", &when(start))?;
    }
    match &claims.expires_at {
        Some(end) if end.is_past() => row(out, "expired", &when(end)),
        Some(end) => row(out, "expires", &when(end)),
        None => row(out, "expires", "not stated: the token has no exp"),
    }
}

fn write_diagnosis(diagnosis: &Diagnosis, joined: Option<&Joined>, out: &mut Page) -> fmt::Result {
    let color = if diagnosis.opens() { Color::Green } else { Color::Red };
    write_paragraph(&diagnosis.summary().to_string(), Some(color), out)?;
    for note in diagnosis.notes() {
        write_paragraph(&format!("note: {note}"), None, out)?;
    }
    for note in joined.iter().flat_map(|joined| &joined.notes) {
        write_paragraph(&format!("note: {note}"), None, out)?;
    }
    let fixes = joined.map_or(diagnosis.fixes(), |joined| &joined.fixes);
    let (optional, steps): (Vec<&Fix>, Vec<&Fix>) =
        fixes.iter().partition(|step| step.is_optional());
    match steps.as_slice() {
        [] => {}
        [step] => {
            writeln!(out)?;
            write_step("to fix it, ", step, out)?;
        }
        steps => {
            writeln!(out, "\nto fix it, in this order:")?;
            for (number, step) in (1..).zip(steps) {
                write_step(&format!("{number}. "), step, out)?;
            }
        }
    }
    for step in optional {
        writeln!(out)?;
        write_step("for next time, ", step, out)?;
    }
    // The command stands alone on its line, ready to be copied.
    match joined.and_then(|joined| joined.command.as_ref()) {
        Some(command) => writeln!(out, "\nthis changes the settings:\n  {command}"),
        None => Ok(()),
    }
}

fn write_step(start: &str, step: &Fix, out: &mut Page) -> fmt::Result {
    // The array stands alone on its line, ready to be copied.
    if let Fix::SetLoginParameters(parameters) = step {
        writeln!(out, "{start}set this in the site's authSettingsV2:")?;
        write!(out, "  identityProviders.azureActiveDirectory.login.loginParameters\n  ")?;
        let array = serde_json::to_string(&parameters.to_wire()).map_err(|_| fmt::Error)?;
        return writeln!(out, "{array}");
    }
    // Further lines are aligned after the number.
    let indent =
        if start.starts_with(|first: char| first.is_ascii_digit()) { start.len() } else { 0 };
    for (index, line) in
        wrap(&format!("{start}{step}"), out.style.width.saturating_sub(indent)).iter().enumerate()
    {
        let indent = if index == 0 { 0 } else { indent };
        writeln!(out, "{:indent$}{line}", "")?;
    }
    Ok(())
}

fn write_paragraph(text: &str, color: Option<Color>, out: &mut Page) -> fmt::Result {
    writeln!(out)?;
    for line in wrap(text, out.style.width) {
        match color {
            Some(color) => writeln!(out, "{}", paint(out.style.color, color, line))?,
            None => writeln!(out, "{line}")?,
        }
    }
    Ok(())
}

fn heading(out: &mut Page, text: &str) -> fmt::Result {
    let text = paint(out.style.color, Color::Bold, text);
    writeln!(out, "{text}")
}

fn row(out: &mut Page, label: &str, value: &str) -> fmt::Result {
    let width = out.style.width;
    terminal::row(out, label, LABEL_WIDTH, value, width)
}

fn optional_row(out: &mut Page, label: &str, value: Option<&String>) -> fmt::Result {
    value.map_or(Ok(()), |value| row(out, label, value))
}

fn when(moment: &Moment) -> String {
    format!("{}, {}", moment.at, moment.relative())
}
