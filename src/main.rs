//! The command line program.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(ngxlint::run::run(std::env::args_os()))
}
