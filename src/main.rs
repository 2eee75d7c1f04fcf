//! Reads the command line, runs it, turns the outcome into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    cartellino::cli::main(std::env::args_os())
}
