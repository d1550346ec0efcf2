//! The `quotepart` command: it alone reads and writes files, shows progress and turns errors into exit codes.

mod again;
mod change_files;
mod cli;
mod commands;
mod console;
mod embedded;
mod environment;
mod fact_blocks;
mod fact_files;
mod failure;
mod folder;
mod guard;
mod hashed;
mod help;
mod ledger_file;
mod lock;
mod messages;
mod output;
mod progress;
mod results;
mod run;
mod settling;
mod statements;
mod table;
mod usage;
mod words;

use std::process::ExitCode;

#[cfg(feature = "claims")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    guard::run(|| cli::run(std::env::args_os().collect()))
}
