//! `easyauth completions` and `easyauth man`: what clap generates.

use clap_complete::Shell;

use crate::{Failure, Output, args};

#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ManArgs {
    /// The command, such as settings lint; the whole tool if absent
    #[arg(value_name = "COMMAND")]
    path: Vec<String>,
}

pub(crate) fn completions(args: &CompletionsArgs) -> Result<Output, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut args::command(), "easyauth", &mut script);
    Ok(Output::page(String::from_utf8(script)?))
}

pub(crate) fn man(args: &ManArgs) -> Result<Output, Failure> {
    let mut command = args::command();
    // Names the commands as on the command line: easyauth-settings-lint.
    command.build();
    for part in &args.path {
        // The message does not repeat the argument.
        let own = command.find_subcommand(part).cloned();
        command = own.ok_or("unknown command; --help lists them")?;
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    Ok(Output::page(String::from_utf8(page)?))
}
