//! `easyauth settings`: checks, explains and changes settings of Easy Auth.

mod add_scope;
mod document;
mod explain;
mod lint;
mod migrate;
mod request;

use clap::Subcommand;

use crate::{Failure, Output, World, args::after_help};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what is wrong with settings
    ///
    /// Each finding has a rule, its place, the reason, the remedy and the source of the rule.
    #[command(after_help = after_help!(
        "easyauth settings lint authsettings.json"
        "easyauth settings lint --fix --diff authsettings.json"
    ))]
    Lint(lint::Args),
    /// Say what happens to visitors, to users and to callers with a bearer token
    #[command(after_help = after_help!(
        "easyauth settings explain authsettings.json"
        "easyauth settings explain --form file auth.json"
    ))]
    Explain(explain::Args),
    /// Add a scope to the sign-in requests to Microsoft Entra (loginParameters)
    ///
    /// Prints the changed document. Everything else in it stays byte for byte.
    #[command(after_help = after_help!(
        "easyauth settings add-scope arm user_impersonation authsettings.json --diff"
        "easyauth settings add-scope graph Mail.Read < authsettings.json"
    ))]
    AddScope(add_scope::Args),
    /// Convert settings of the first version (authsettings) to authSettingsV2
    #[command(after_help = after_help!(
        "easyauth settings migrate authsettings-v1.json"
        "easyauth settings migrate - < authsettings-v1.json"
    ))]
    Migrate(migrate::Args),
    /// Print the request that saves a document at Azure Resource Manager
    ///
    /// Checks the token in AZURE_ACCESS_TOKEN, and does not print it. Sends nothing.
    #[command(after_help = after_help!(
        "easyauth settings request --site /subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/APP authsettings.json"
        "easyauth settings request --site /subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/APP --cloud us-gov authsettings.json"
    ))]
    Request(request::Args),
}

pub(crate) fn run(command: Command, world: &mut World<'_>) -> Result<Output, Failure> {
    match command {
        Command::Lint(args) => lint::run(&args, world),
        Command::Explain(args) => explain::run(&args, world),
        Command::AddScope(args) => add_scope::run(&args, world),
        Command::Migrate(args) => migrate::run(&args, world),
        Command::Request(args) => request::run(&args, world),
    }
}
