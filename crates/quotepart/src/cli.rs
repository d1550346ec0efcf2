//! The commands and their flags: stable, other programs call them.

#[cfg(feature = "claims")]
mod claims;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use rulebook::Language;

#[cfg(feature = "claims")]
pub(crate) use claims::{
    AttributeArgs, ClaimsArgs, ExpectArgs, GateArgs, GateFormat, MeasureArgs, RunArgs, SynthArgs,
};

use crate::failure::{Exit, Outcome};
use crate::folder::Library;
use crate::{commands, environment, help, messages, usage};

/// Computes and explains the money of team-based primary care
#[derive(Debug, Parser)]
#[command(
    name = "quotepart",
    version,
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    /// Language of messages and explanations, fr or en (default: that of the system)
    #[arg(long, global = true, value_name = "fr|en", hide_possible_values = true, display_order = 100)]
    pub(crate) lang: Option<Lang>,
    /// Folder of rulebooks to use instead of those that come with Quotepart
    #[arg(long, global = true, value_name = "DIR", display_order = 101)]
    pub(crate) rulebooks: Option<PathBuf>,
    /// Print help
    #[arg(short, long, global = true, action = clap::ArgAction::Help, display_order = 102)]
    help: Option<bool>,
    /// Print version
    #[arg(short = 'V', long, action = clap::ArgAction::Version, display_order = 103)]
    version: Option<bool>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A language by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// French.
    Fr,
    /// English.
    En,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Fr => Self::French,
            Lang::En => Self::English,
        }
    }
}

/// What can be asked.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read and check rulebooks, and run their cases
    Check(CheckArgs),
    /// Show the facts that a rulebook wants
    Inputs(InputsArgs),
    /// Settle the subjects of a file of facts
    Settle(SettleArgs),
    /// Explain the amounts of one subject of a run
    Explain(ExplainArgs),
    /// Say what changes of a rulebook or of facts would bring
    Whatif(WhatifArgs),
    /// Say why amounts differ between two runs
    Compare(CompareArgs),
    /// Publish the statements of a run in a ledger, or correct what is published
    Publish(PublishArgs),
    /// Mark what is due in a ledger as paid, once
    Pay(PayArgs),
    /// Verify, show, export or adjust a ledger
    Ledger(LedgerArgs),
    /// Write a synthetic territory in the SNDS layout, with known truth
    #[cfg(feature = "claims")]
    Synth(SynthArgs),
    /// Look at claims before money: count what is wrong, correct it by declared rules, or refuse it
    #[cfg(feature = "claims")]
    Gate(GateArgs),
    /// Say which patient belongs to whom at a date
    #[cfg(feature = "claims")]
    Attribute(AttributeArgs),
    /// Compute quality measures over a year
    #[cfg(feature = "claims")]
    Measure(MeasureArgs),
    /// Say what patients alike cost elsewhere, and how teams compare
    #[cfg(feature = "claims")]
    Expect(ExpectArgs),
    /// Go the whole way from claims to explained amounts
    #[cfg(feature = "claims")]
    Run(RunArgs),
    /// Show what Quotepart does, on examples
    Demo(DemoArgs),
}

/// What `check` takes.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Folder of a rulebook, folder of rulebooks, or name (default: all that come with Quotepart)
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<String>,
}

/// What `inputs` takes.
#[derive(Debug, Args)]
pub(crate) struct InputsArgs {
    /// Name of a rulebook, or path to its folder
    #[arg(value_name = "RULEBOOK")]
    pub(crate) rulebook: String,
    /// Only the facts of the period that contains this day (default: those of all years)
    #[arg(long, value_name = "DATE")]
    pub(crate) at: Option<String>,
    /// toml: a file to fill in; csv: a line for each fact; json: for programs
    #[arg(
        long,
        value_name = "toml|csv|json",
        default_value = "toml",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub(crate) format: InputsFormat,
}

/// How `inputs` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum InputsFormat {
    /// A file of facts to fill in.
    Toml,
    /// One row for each input.
    Csv,
    /// A list.
    Json,
}

/// What `settle` takes.
#[derive(Debug, Args)]
pub(crate) struct SettleArgs {
    /// Name of a rulebook, or path to its folder
    #[arg(value_name = "RULEBOOK")]
    pub(crate) rulebook: String,
    /// A day of the period to settle, such as 2024-12-31
    #[arg(long, value_name = "DATE")]
    pub(crate) at: String,
    /// File of facts, .csv, .toml or .json; ENTITY=FILE for those of a lower entity
    #[arg(long, value_name = "[ENTITY=]FILE", required = true)]
    pub(crate) facts: Vec<String>,
    /// The column of the file that holds an input, an entity's ids, or subject
    #[arg(long, value_name = "INPUT=COLUMN")]
    pub(crate) map: Vec<String>,
    /// Files of changes, .toml, laid over the rulebook and the facts in this order: a simulation
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) change: Vec<PathBuf>,
    /// Where to write: .csv, .json, or a folder, which becomes a run
    #[arg(long, value_name = "OUT")]
    pub(crate) out: PathBuf,
    /// Refuse whoever rests on a value that nobody vouches for
    #[arg(long)]
    pub(crate) official: bool,
    /// Compute with what was published by this day
    #[arg(long, value_name = "DATE")]
    pub(crate) known_at: Option<String>,
    /// Subjects to leave out
    #[arg(long, value_name = "ID", num_args = 1.., value_delimiter = ',')]
    pub(crate) exclude: Vec<String>,
    /// How numbers are written in the files: fr (1 234,56) or en (1,234.56)
    #[arg(long, value_name = "fr|en", hide_possible_values = true)]
    pub(crate) numbers: Option<Lang>,
    /// Stop at an unknown column instead of a warning
    #[arg(long)]
    pub(crate) strict: bool,
    /// Replace a run that exists
    #[arg(long)]
    pub(crate) force: bool,
}

/// What `explain` takes.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Folder of a run
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// Id of the subject
    #[arg(long, value_name = "ID")]
    pub(crate) subject: String,
    /// Entity of the id, when it is not the subject's
    #[arg(long, value_name = "NAME")]
    pub(crate) entity: Option<String>,
    /// Explain one rule only (default: every output)
    #[arg(long, value_name = "NAME")]
    pub(crate) rule: Option<String>,
    /// text, html (one page that needs nothing else) or json
    #[arg(
        long,
        value_name = "text|html|json",
        default_value = "text",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub(crate) format: ExplainFormat,
    /// File to write instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// How `explain` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExplainFormat {
    /// A tree in plain text.
    Text,
    /// One page.
    Html,
    /// For programs.
    Json,
}

/// What `whatif` takes.
#[derive(Debug, Args)]
pub(crate) struct WhatifArgs {
    /// Name of a rulebook, or path to its folder
    #[arg(value_name = "RULEBOOK")]
    pub(crate) rulebook: String,
    /// A day of the period to settle, such as 2024-12-31
    #[arg(long, value_name = "DATE")]
    pub(crate) at: String,
    /// File of facts, .csv, .toml or .json; ENTITY=FILE for those of a lower entity
    #[arg(long, value_name = "[ENTITY=]FILE", required = true)]
    pub(crate) facts: Vec<String>,
    /// Files of changes, .toml; several are shown each alone and all together
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) change: Vec<PathBuf>,
    /// File of a grid, .toml: values whose product is run
    #[arg(long, value_name = "FILE")]
    pub(crate) grid: Option<PathBuf>,
    /// Outputs to write (default: all)
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    pub(crate) output: Vec<String>,
    /// The column of the file that holds an input, an entity's ids, or subject
    #[arg(long, value_name = "INPUT=COLUMN")]
    pub(crate) map: Vec<String>,
    /// Where to write: .csv (a row for each scenario and subject), .json, or .html (a page with pictures)
    #[arg(long, value_name = "OUT")]
    pub(crate) out: PathBuf,
    /// Refused here: nobody vouches for a change
    #[arg(long)]
    pub(crate) official: bool,
    /// Compute with what was published by this day
    #[arg(long, value_name = "DATE")]
    pub(crate) known_at: Option<String>,
    /// Subjects to leave out
    #[arg(long, value_name = "ID", num_args = 1.., value_delimiter = ',')]
    pub(crate) exclude: Vec<String>,
    /// How numbers are written in the files: fr (1 234,56) or en (1,234.56)
    #[arg(long, value_name = "fr|en", hide_possible_values = true)]
    pub(crate) numbers: Option<Lang>,
    /// Stop at an unknown column instead of a warning
    #[arg(long)]
    pub(crate) strict: bool,
}

/// What `compare` takes.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// Folder of the earlier run
    #[arg(value_name = "RUN1")]
    pub(crate) before: PathBuf,
    /// Folder of the later run
    #[arg(value_name = "RUN2")]
    pub(crate) after: PathBuf,
    /// Id of one subject (default: all of them)
    #[arg(long, value_name = "ID")]
    pub(crate) subject: Option<String>,
    /// Compare the rows of a lower entity, such as members (default: the subjects)
    #[arg(long, value_name = "NAME")]
    pub(crate) entity: Option<String>,
    /// Compare one output only (default: every amount that is paid, and their total)
    #[arg(long, value_name = "NAME")]
    pub(crate) output: Option<String>,
    /// text, html (one page that needs nothing else), csv (a line for each cause) or json
    #[arg(
        long,
        value_name = "text|html|csv|json",
        default_value = "text",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub(crate) format: CompareFormat,
    /// File to write instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// How `compare` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompareFormat {
    /// Plain text.
    Text,
    /// One page.
    Html,
    /// One row for each cause.
    Csv,
    /// For programs.
    Json,
}

/// What `publish` takes.
#[derive(Debug, Args)]
pub(crate) struct PublishArgs {
    /// Folder of a run
    #[arg(value_name = "RUN")]
    pub(crate) run: PathBuf,
    /// Folder of the ledger; it is made when it is not there
    #[arg(long, value_name = "DIR")]
    pub(crate) ledger: PathBuf,
    /// Why; needed when a published amount or due date changes
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Publish these subjects only
    #[arg(long, value_name = "ID", num_args = 1.., value_delimiter = ',')]
    pub(crate) subject: Vec<String>,
    /// Return to a run that another has replaced
    #[arg(long)]
    pub(crate) restore: bool,
    /// Write under this day (default: that of the clock)
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<String>,
}

/// What `pay` takes.
#[derive(Debug, Args)]
pub(crate) struct PayArgs {
    /// Folder of the ledger
    #[arg(value_name = "DIR")]
    pub(crate) ledger: PathBuf,
    /// Pay what is due up to this day, included
    #[arg(long, value_name = "DATE")]
    pub(crate) due: String,
    /// CSV file of the payments, each with its key
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Write under this day (default: that of the clock)
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<String>,
}

/// What `ledger` takes.
#[derive(Debug, Args)]
pub(crate) struct LedgerArgs {
    #[command(subcommand)]
    pub(crate) command: LedgerCommand,
}

/// What can be asked of a ledger.
#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Check every entry: chain, sums, meaning
    Verify(LedgerVerifyArgs),
    /// Show what is granted, paid and open
    Balance(LedgerBalanceArgs),
    /// Write the ledger for accountants and their tools
    Export(LedgerExportArgs),
    /// Grant or take back an amount outside the contract
    Adjust(LedgerAdjustArgs),
}

/// What `ledger verify` takes.
#[derive(Debug, Args)]
pub(crate) struct LedgerVerifyArgs {
    /// Folder of the ledger
    #[arg(value_name = "DIR")]
    pub(crate) ledger: PathBuf,
    /// Hash of an entry that must be there, noted at an earlier verification
    #[arg(long, value_name = "HASH")]
    pub(crate) contains: Option<String>,
}

/// What `ledger balance` takes.
#[derive(Debug, Args)]
pub(crate) struct LedgerBalanceArgs {
    /// Folder of the ledger
    #[arg(value_name = "DIR")]
    pub(crate) ledger: PathBuf,
    /// As it stood at the end of this day (default: now)
    #[arg(long, value_name = "DATE")]
    pub(crate) at: Option<String>,
    /// text, csv (one row for each subject), json, or html (one page that needs nothing else)
    #[arg(
        long,
        value_name = "text|csv|json|html",
        default_value = "text",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub(crate) format: BalanceFormat,
    /// File to write instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// How `ledger balance` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BalanceFormat {
    /// A table.
    Text,
    /// One row for each subject.
    Csv,
    /// For programs.
    Json,
    /// One page.
    Html,
}

/// What `ledger export` takes.
#[derive(Debug, Args)]
pub(crate) struct LedgerExportArgs {
    /// Folder of the ledger
    #[arg(value_name = "DIR")]
    pub(crate) ledger: PathBuf,
    /// beancount (one file) or csv (a folder of tables)
    #[arg(long, value_name = "beancount|csv", hide_possible_values = true)]
    pub(crate) format: LedgerFormat,
    /// File, or folder for csv
    #[arg(long, value_name = "OUT")]
    pub(crate) out: PathBuf,
}

/// What a ledger is exported to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LedgerFormat {
    /// One file of beancount.
    Beancount,
    /// Tables.
    Csv,
}

/// What `ledger adjust` takes.
#[derive(Debug, Args)]
pub(crate) struct LedgerAdjustArgs {
    /// Folder of the ledger
    #[arg(value_name = "DIR")]
    pub(crate) ledger: PathBuf,
    /// Id of who receives, or gives back
    #[arg(long, value_name = "ID")]
    pub(crate) subject: String,
    /// How much; negative to take back
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub(crate) amount: String,
    /// Who decided
    #[arg(long, value_name = "NAME")]
    pub(crate) author: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// When it is due
    #[arg(long, value_name = "DATE")]
    pub(crate) due: String,
    /// What it is called: the same twice is made once (default: the due date)
    #[arg(long, value_name = "NAME")]
    pub(crate) reference: Option<String>,
    /// The contract, when the subject has statements of several
    #[arg(long, value_name = "NAME")]
    pub(crate) instrument: Option<String>,
    /// A day of the period, when the subject has statements of several
    #[arg(long, value_name = "DATE")]
    pub(crate) period: Option<String>,
    /// Write under this day (default: that of the clock)
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<String>,
}

/// What `demo` takes.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Folder for pages to open in a browser
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// What every command needs.
#[derive(Debug)]
pub(crate) struct Context {
    /// The language of messages.
    pub(crate) language: Language,
    /// Where rulebooks are looked for.
    pub(crate) library: Library,
    /// The command line, for the record.
    pub(crate) command_line: Vec<String>,
}

/// Runs the command and says why it stopped, if it did.
pub(crate) fn run(args: Vec<OsString>) -> Exit {
    let language = wanted_language(&args).unwrap_or_else(environment::language);
    let command_line = args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let cli = match help::command(language)
        .try_get_matches_from(args)
        .and_then(|found| Cli::from_arg_matches(&found))
    {
        Ok(cli) => cli,
        Err(error) => return usage::explain(&error, language),
    };
    let context = Context { language, library: Library::new(cli.rulebooks.as_deref()), command_line };
    dispatch(&context, cli.command).unwrap_or_else(|failure| {
        messages::failure(&failure, language);
        failure.exit()
    })
}

fn dispatch(context: &Context, command: Command) -> Outcome<Exit> {
    match command {
        Command::Check(args) => commands::check::run(context, &args),
        Command::Inputs(args) => commands::inputs::run(context, &args),
        Command::Settle(args) => commands::settle::run(context, &args),
        Command::Explain(args) => commands::explain::run(context, &args),
        Command::Whatif(args) => commands::whatif::run(context, &args),
        Command::Compare(args) => commands::compare::run(context, &args),
        Command::Publish(args) => commands::publish::run(context, &args),
        Command::Pay(args) => commands::pay::run(context, &args),
        Command::Ledger(args) => commands::ledger::run(context, &args),
        #[cfg(feature = "claims")]
        Command::Synth(args) => commands::synth::run(context, &args),
        #[cfg(feature = "claims")]
        Command::Gate(args) => commands::gate::run(context, &args),
        #[cfg(feature = "claims")]
        Command::Attribute(args) => commands::attribute::run(context, &args),
        #[cfg(feature = "claims")]
        Command::Measure(args) => commands::measure::run(context, &args),
        #[cfg(feature = "claims")]
        Command::Expect(args) => commands::expect::run(context, &args),
        #[cfg(feature = "claims")]
        Command::Run(args) => commands::run::run(context, &args),
        Command::Demo(args) => commands::demo::run(context, &args),
    }
}

/// Finds `--lang` before the rest is read, so that help and errors are in that language too.
fn wanted_language(args: &[OsString]) -> Option<Language> {
    let mut words = args.iter().map(|arg| arg.to_string_lossy()).take_while(|word| word != "--");
    let mut found = None;
    while let Some(word) = words.next() {
        let code = match word.strip_prefix("--lang") {
            Some("") => words.next().map(std::borrow::Cow::into_owned),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        found = code.and_then(|code| Language::from_code(&code)).or(found);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(args: &[&str], expected: Option<Language>) {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        assert_eq!(wanted_language(&args), expected, "{args:?}");
    }

    #[test]
    fn the_language_is_known_before_anything_is_read() {
        check(&["quotepart", "check", "--lang", "en"], Some(Language::English));
        check(&["quotepart", "--lang=fr", "check"], Some(Language::French));
        check(&["quotepart", "check", "--", "--lang", "en"], None);
        check(&["quotepart", "--lang"], None);
        check(&["quotepart", "--language", "en"], None);
    }
}
