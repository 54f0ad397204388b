//! What shells and `man` read. Both come from the command line's own description.

use std::io::{self, Write as _};

use clap::CommandFactory as _;
use clap_complete::{generate, shells};
use clap_complete_nushell::Nushell;

use super::{CLEAN, Error};
use crate::cli::{Cli, Shell};

const NAME: &str = "ngxlint";

/// Prints the completions of a shell.
pub(super) fn completions(shell: Shell) -> Result<u8, Error> {
    let (mut command, mut script) = (Cli::command(), Vec::new());
    match shell {
        Shell::Bash => generate(shells::Bash, &mut command, NAME, &mut script),
        Shell::Elvish => generate(shells::Elvish, &mut command, NAME, &mut script),
        Shell::Fish => generate(shells::Fish, &mut command, NAME, &mut script),
        Shell::Nushell => generate(Nushell, &mut command, NAME, &mut script),
        Shell::PowerShell => generate(shells::PowerShell, &mut command, NAME, &mut script),
        Shell::Zsh => generate(shells::Zsh, &mut command, NAME, &mut script),
    }
    io::stdout().lock().write_all(&script)?;
    Ok(CLEAN)
}

/// Prints the manual page of ngxlint, or of one of its commands.
pub(super) fn man(name: Option<&str>) -> Result<u8, Error> {
    let mut all = Cli::command();
    // Gives each command its full name: `ngxlint-check`.
    all.build();
    let command = name.map_or(Ok(&all), |name| named(&all, name))?;
    let title = command.get_display_name().unwrap_or(NAME).to_owned();
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).title(title).render(&mut page)?;
    io::stdout().lock().write_all(&page)?;
    Ok(CLEAN)
}

fn named<'c>(all: &'c clap::Command, name: &str) -> Result<&'c clap::Command, Error> {
    all.find_subcommand(name).ok_or_else(|| {
        let known: Vec<&str> = all.get_subcommands().map(clap::Command::get_name).collect();
        Error::usage(format!("no command is called `{name}`: one of {}", known.join(", ")))
    })
}
