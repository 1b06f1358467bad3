//! `easyauth settings`: checks, explains and changes settings of Easy Auth.

mod add_scope;
mod document;
mod explain;
mod lint;
mod migrate;
mod request;
mod rule;
mod sections;
#[cfg(feature = "online")]
mod site;
mod snippet;

use clap::Subcommand;

pub(crate) use add_scope::with_scopes;
pub(crate) use document::{Document, cloud_of};
pub(crate) use request::{path_word, word};

use crate::{Failure, Output, World, args::after_help};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what is wrong with settings
    ///
    /// Each finding has a rule, its place, the reason, the remedy and the source of the rule.
    #[command(after_help = after_help!(
        "easyauth settings lint authsettings.json"
        "easyauth settings lint --fix --diff authsettings.json"
        "easyauth settings lint --fix --as bicep authsettings.json"
        "easyauth settings lint --format sarif --allow EX1 web.json api.json"
    ))]
    Lint(lint::Args),
    /// Say what a rule of lint means, or list all rules
    #[command(after_help = after_help!(
        "easyauth settings rule LP6"
        "easyauth settings rule LP6 --markdown"
        "easyauth settings rule --json"
    ))]
    Rule(rule::Args),
    /// Say what happens to visitors, to users and to callers with a bearer token
    #[command(after_help = after_help!(
        "easyauth settings explain authsettings.json"
        "easyauth settings explain --form file auth.json"
    ))]
    Explain(explain::Args),
    /// Add a scope to the sign-in requests to Microsoft Entra (loginParameters)
    ///
    /// Prints the changed document, in which everything else stays byte for byte; with --as, the change
    /// for another tool. With --site, changes the settings of the site: shows the difference, asks, keeps
    /// a backup, and reads the result back. --cloud selects the cloud of the site (default: public) and of
    /// the API (default: the cloud of openIdIssuer).
    #[cfg_attr(feature = "online", command(after_help = after_help!(
        "easyauth settings add-scope arm user_impersonation authsettings.json --diff"
        "easyauth settings add-scope arm user_impersonation authsettings.json --as az-rest"
        "easyauth settings add-scope --site /subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/APP arm user_impersonation"
    )))]
    #[cfg_attr(not(feature = "online"), command(after_help = after_help!(
        "easyauth settings add-scope arm user_impersonation authsettings.json --diff"
        "easyauth settings add-scope arm user_impersonation authsettings.json --as az-rest"
    )))]
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
    /// Read the settings of a site from Azure Resource Manager
    ///
    /// The token comes from AZURE_ACCESS_TOKEN or the Azure CLI.
    #[cfg(feature = "online")]
    #[command(after_help = after_help!(
        "easyauth settings get --site /subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/APP"
        "easyauth settings get --site /subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/APP --slot staging"
    ))]
    Get(site::GetArgs),
    /// Replace the settings of a site by a document
    ///
    /// Shows the difference, asks, keeps a backup, refuses if the settings changed in the meantime, and
    /// reads them back. The token comes from AZURE_ACCESS_TOKEN or the Azure CLI.
    #[cfg(feature = "online")]
    #[command(after_help = after_help!(
        "easyauth settings apply --site /subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/APP authsettings.json"
        "easyauth settings apply --site /subscriptions/S/resourceGroups/G/providers/Microsoft.Web/sites/APP authsettings.json --dry-run"
    ))]
    Apply(site::ApplyArgs),
}

pub(crate) fn run(command: Command, world: &mut World<'_>) -> Result<Output, Failure> {
    match command {
        Command::Lint(args) => lint::run(&args, world),
        Command::Rule(args) => rule::run(&args, world),
        Command::Explain(args) => explain::run(&args, world),
        Command::AddScope(args) => add_scope::run(&args, world),
        Command::Migrate(args) => migrate::run(&args, world),
        Command::Request(args) => request::run(&args, world),
        #[cfg(feature = "online")]
        Command::Get(args) => site::get(&args, world),
        #[cfg(feature = "online")]
        Command::Apply(args) => site::apply(&args, world),
    }
}
