//! What is on the page.

use std::fmt::{self, Formatter, Result};

use easyauth::{EasyAuthPrincipal, IdentityProvider};
use serde_json::json;

use super::{
    super::{
        advice::{self, Step},
        arm::{ArmError, Subscription},
        service::PATH,
        visit::{Cause, Closed, Contents, Outcome, Visit},
    },
    Name, Names, Text, frame,
    moment::Moment,
};

/// The page for this visit.
pub(crate) fn page(visit: &Visit) -> String {
    let title = match &visit.outcome {
        Outcome::Listed(_) => "Your resource groups",
        Outcome::Closed(closed) => title(closed.cause),
        Outcome::Failed(_) => "No list",
    };
    let navigation = format!("<a href=\"{}\">Sign out</a>", Text(advice::sign_out()));
    frame(title, &navigation, &Main(visit))
}

fn title(cause: Cause) -> &'static str {
    match cause {
        Cause::Expired => "Your token has expired",
        Cause::NoToken => "No access token",
        Cause::WrongToken => "Your token does not open Azure Resource Manager",
        Cause::OtherProvider => "Your sign-in has no token for Azure",
        Cause::StaticWebApp => "Static Web Apps send no tokens",
    }
}

struct Main<'a>(&'a Visit);

impl fmt::Display for Main<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.0.outcome {
            Outcome::Listed(subscriptions) => listed(f, subscriptions),
            Outcome::Closed(closed) => explained(f, closed),
            Outcome::Failed(error) => failed(f, error),
        }?;
        you(f, &self.0.user)?;
        token(f, self.0)
    }
}

fn listed(f: &mut Formatter<'_>, subscriptions: &[Subscription]) -> Result {
    if subscriptions.is_empty() {
        f.write_str(
            "<p>Your token is valid, but it shows no subscription. The owner of a subscription can give you \
             a role in it, Reader for instance.</p>\n",
        )?;
    }
    for subscription in subscriptions {
        let Subscription { id, name, resource_groups } = subscription;
        writeln!(f, "<section>\n<h2>{}</h2>\n<p>Subscription {}</p>", Name(name), Text(id))?;
        match resource_groups.as_deref() {
            None => {
                f.write_str("<p>You may not list the resource groups of this subscription.</p>\n")
            }
            Some([]) => f.write_str("<p>It has no resource group that you see.</p>\n"),
            Some(groups) => {
                writeln!(f, "<table>\n<caption>Resource groups of {}</caption>", Name(name))?;
                f.write_str(
                    "<thead>\n<tr><th scope=\"col\">Name</th><th scope=\"col\">Location</th></tr>\n\
                     </thead>\n<tbody>\n",
                )?;
                for group in groups {
                    let (name, location) = (Name(&group.name), Name(&group.location));
                    writeln!(f, "<tr><th scope=\"row\">{name}</th><td>{location}</td></tr>")?;
                }
                f.write_str("</tbody>\n</table>\n")
            }
        }?;
        f.write_str("</section>\n")?;
    }
    Ok(())
}

/// Why the token does not do, and what to do about it.
fn explained(f: &mut Formatter<'_>, closed: &Closed) -> Result {
    match closed.diagnosis.reasons() {
        // The title says it.
        _ if matches!(closed.cause, Cause::NoToken | Cause::StaticWebApp) => {}
        [reason] => writeln!(f, "<p class=\"lead\">{}</p>", Text(sentence(reason)))?,
        reasons => {
            f.write_str("<ul class=\"lead\">\n")?;
            for reason in reasons {
                writeln!(f, "<li>{}</li>", Text(sentence(reason)))?;
            }
            f.write_str("</ul>\n")?;
        }
    }
    writeln!(f, "<p>{}</p>", background(closed.cause))?;
    f.write_str("<section>\n<h2>What to do</h2>\n<ol>\n")?;
    for step in &closed.steps {
        self::step(f, step)?;
    }
    f.write_str("</ol>\n</section>\n")
}

fn step(f: &mut Formatter<'_>, step: &Step) -> Result {
    if let Step::SetLoginParameters(parameters) = step {
        let array = json!(parameters.to_wire()).to_string();
        return writeln!(
            f,
            "<li>In <code>authSettingsV2</code> of the site, set \
             <code>identityProviders.azureActiveDirectory.login.loginParameters</code> to this:\n\
             <pre><code>{}</code></pre></li>",
            Text(array)
        );
    }
    write!(f, "<li>{}", Text(sentence(step)))?;
    for (index, (link, text)) in step.links().into_iter().enumerate() {
        let before = if index == 0 { "" } else { "or " };
        write!(f, " {before}<a href=\"{}\">{text}</a>", Text(link))?;
    }
    f.write_str("</li>\n")
}

fn background(cause: Cause) -> &'static str {
    match cause {
        Cause::WrongToken => {
            "Azure Resource Manager would refuse it, so it was not sent there. The sign-in \
             request decides which API a token is for, and the settings of the site decide what it requests."
        }
        Cause::Expired => {
            "The platform does not renew it automatically: the session lasts hours longer than its token."
        }
        Cause::NoToken => {
            "You are signed in, and the platform passed on no access token of yours. All of the \
             following has to be in place for that."
        }
        Cause::OtherProvider => "Azure takes tokens of Microsoft Entra alone.",
        Cause::StaticWebApp => {
            "They say who you are, and never pass on a token of your sign-in. No setting of theirs \
             changes that."
        }
    }
}

fn failed(f: &mut Formatter<'_>, error: &ArmError) -> Result {
    writeln!(f, "<p class=\"lead\">{}</p>", Text(sentence(error)))?;
    match error {
        ArmError::TokenRefused | ArmError::InvalidBearerToken => {
            f.write_str("<p>Perhaps it was revoked.")?;
            let link = Text(advice::sign_in());
            writeln!(f, " <a href=\"{link}\">Sign in again</a> for another one.</p>")
        }
        ArmError::Forbidden => {
            f.write_str("<p>The owner of a subscription can give you a role in it.</p>\n")
        }
        ArmError::ForeignLink | ArmError::NotAList | ArmError::TooLong | ArmError::TooManyPages => {
            f.write_str(
                "<p>Trying again will not help. Please ask the operator of this site.</p>\n",
            )
        }
        _ => {
            if let Some(seconds) = error.retry_after() {
                writeln!(f, "<p>It asks to wait for {seconds} seconds.</p>")?;
            }
            writeln!(f, "<p><a href=\"{PATH}\">Try again</a></p>")
        }
    }
}

fn you(f: &mut Formatter<'_>, user: &EasyAuthPrincipal) -> Result {
    let name = user.name().or(user.id());
    let name = name.map_or_else(|| "a user without a name".to_owned(), |n| Name(n).to_string());
    writeln!(f, "<section>\n<h2>You</h2>\n<dl>\n<dt>Name</dt><dd>{name}</dd>")?;
    writeln!(f, "<dt>Signed in with</dt><dd>{}</dd>", Text(provider(user.provider())))?;
    let roles = Names(user.roles().collect());
    writeln!(f, "<dt>Roles</dt><dd>{roles}</dd>\n</dl>\n</section>")
}

fn provider(provider: &IdentityProvider) -> &str {
    match provider.as_str() {
        "aad" => "Microsoft Entra",
        "apple" => "Apple",
        "facebook" => "Facebook",
        "github" => "GitHub",
        "google" => "Google",
        "twitter" => "X",
        "" => "a provider that was not named",
        other => other,
    }
}

fn token(f: &mut Formatter<'_>, visit: &Visit) -> Result {
    f.write_str("<section>\n<h2>Your access token</h2>\n<dl>\n<dt>Opens</dt>")?;
    match &visit.token {
        Contents::Nothing => f.write_str("<dd>nothing, as there is none</dd>\n"),
        Contents::Unreadable { .. } => {
            f.write_str("<dd>its own API, which alone can read it</dd>\n")
        }
        Contents::Readable { apis, permissions, .. } => {
            writeln!(f, "<dd>{}</dd>", Names(apis.iter().map(String::as_str).collect()))?;
            let permissions = Names(permissions.iter().map(String::as_str).collect());
            writeln!(f, "<dt>Permissions</dt><dd>{permissions}</dd>")
        }
    }?;
    if let Some(time) = visit.token.expires() {
        writeln!(f, "<dt>Expires</dt><dd>{}</dd>", Moment { time, now: visit.now })?;
    }
    f.write_str("</dl>\n</section>\n")
}

/// Makes a sentence, with a capital letter and a full stop.
fn sentence(text: &impl fmt::Display) -> String {
    let text = text.to_string();
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(characters).chain(['.']).collect()
}
