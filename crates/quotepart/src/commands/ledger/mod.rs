//! `quotepart ledger`: verifies, shows, exports and adjusts a ledger.

mod adjust;
mod balance;
mod export;
mod verify;

use crate::cli::{Context, LedgerArgs, LedgerCommand};
use crate::failure::{Exit, Outcome};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &LedgerArgs) -> Outcome<Exit> {
    match &args.command {
        LedgerCommand::Verify(args) => verify::run(context, args),
        LedgerCommand::Balance(args) => balance::run(context, args),
        LedgerCommand::Export(args) => export::run(context, args),
        LedgerCommand::Adjust(args) => adjust::run(context, args),
    }
}
