//! The flags of the commands over claims.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Where claims come from.
#[derive(Debug, Args)]
pub(crate) struct ClaimsArgs {
    /// Folder of canonical tables, or of a source that --mapping reads
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Name of a mapping that comes with Quotepart, or folder of one
    #[arg(long, value_name = "MAPPING")]
    pub(crate) mapping: Option<String>,
}

/// What `gate` takes.
#[derive(Debug, Args)]
pub(crate) struct GateArgs {
    #[command(flatten)]
    pub(crate) claims: ClaimsArgs,
    /// Years that should be whole, such as 2018-2022; months without a line are then looked for
    #[arg(long, value_name = "YEAR[-YEAR]")]
    pub(crate) years: Option<String>,
    /// Folder to write the canonical tables to, as the rules leave them
    #[arg(long, value_name = "OUT")]
    pub(crate) out: Option<PathBuf>,
    /// text, a page with the lines of each month, or json for programs
    #[arg(
        long,
        value_name = "text|json|html",
        default_value = "text",
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub(crate) format: GateFormat,
}

/// How `gate` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GateFormat {
    /// Sentences.
    Text,
    /// For programs.
    Json,
    /// A page with pictures.
    Html,
}

/// What `attribute` takes.
#[derive(Debug, Args)]
pub(crate) struct AttributeArgs {
    #[command(flatten)]
    pub(crate) claims: ClaimsArgs,
    /// The day, such as 2020-12-31
    #[arg(long, value_name = "DATE")]
    pub(crate) at: String,
    /// How the professional is found; whom one method does not find the next is asked for
    #[arg(
        long,
        value_name = "declared|contacts",
        value_delimiter = ',',
        default_value = "declared,contacts"
    )]
    pub(crate) method: Vec<String>,
    /// Months before the day in which contacts count
    #[arg(long, value_name = "N", default_value_t = 24)]
    pub(crate) months: i64,
    /// Professions whose contacts count
    #[arg(long, value_name = "NAME", value_delimiter = ',', default_value = "general_practitioner")]
    pub(crate) profession: Vec<String>,
    /// Forms of teams that may have patients (default: any)
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) team_kind: Vec<String>,
    /// Parquet file to write the lists to; the ranking is written beside it
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// What `measure` takes.
#[derive(Debug, Args)]
pub(crate) struct MeasureArgs {
    #[command(flatten)]
    pub(crate) claims: ClaimsArgs,
    /// Lists of patients, as attribute writes them
    #[arg(long, value_name = "FILE")]
    pub(crate) lists: PathBuf,
    /// The year
    #[arg(long, value_name = "YEAR")]
    pub(crate) year: i16,
    /// Measures to compute (default: all that the tables allow)
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    pub(crate) measure: Vec<String>,
    /// Go on when months are missing, and call the results partial
    #[arg(long)]
    pub(crate) partial: bool,
    /// Parquet file to write the figures to; the rows are written beside it
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// What `run` takes.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Name of a rulebook that says how its facts come out of claims, or path to its folder
    #[arg(value_name = "RULEBOOK")]
    pub(crate) rulebook: String,
    /// The year of care
    #[arg(long, value_name = "YEAR")]
    pub(crate) year: i16,
    /// Folder of canonical tables, or of a source that --mapping reads
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Name of a mapping that comes with Quotepart, or folder of one
    #[arg(long, value_name = "MAPPING")]
    pub(crate) mapping: Option<String>,
    /// Files of changes, .toml, laid over the rulebook and the facts in this order: a simulation
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) change: Vec<PathBuf>,
    /// Folder of the run of the year before, where the rulebook asks for what was paid then
    #[arg(long, value_name = "RUN")]
    pub(crate) previous: Option<PathBuf>,
    /// Folder of the run; one that was stopped goes on where it was
    #[arg(long, value_name = "RUN")]
    pub(crate) out: PathBuf,
    /// Refuse whoever rests on a value that nobody vouches for
    #[arg(long)]
    pub(crate) official: bool,
    /// Subjects to leave out
    #[arg(long, value_name = "ID", num_args = 1.., value_delimiter = ',')]
    pub(crate) exclude: Vec<String>,
    /// Go on when months are missing, and call the results partial
    #[arg(long)]
    pub(crate) partial: bool,
    /// Replace a run that exists
    #[arg(long)]
    pub(crate) force: bool,
}

/// What `expect` takes.
#[derive(Debug, Args)]
pub(crate) struct ExpectArgs {
    #[command(flatten)]
    pub(crate) claims: ClaimsArgs,
    /// The year whose spending is expected
    #[arg(long, value_name = "YEAR")]
    pub(crate) year: i16,
    /// Name of a model that comes with Quotepart, or file of one
    #[arg(long, value_name = "FILE")]
    pub(crate) model: String,
    /// Lists of patients, as attribution writes them
    #[arg(long, value_name = "FILE")]
    pub(crate) lists: PathBuf,
    /// Go on when months are missing, and call the results partial
    #[arg(long)]
    pub(crate) partial: bool,
    /// Parquet file to write teams to; the released table and the diagnostics are written beside it
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// What `synth` takes.
#[derive(Debug, Args)]
pub(crate) struct SynthArgs {
    /// How many patients
    #[arg(long, value_name = "N")]
    pub(crate) patients: u64,
    /// How many teams
    #[arg(long, value_name = "T")]
    pub(crate) teams: u64,
    /// The years, such as 2018-2022
    #[arg(long, value_name = "FIRST-LAST")]
    pub(crate) years: String,
    /// What all randomness comes from: the same seed writes the same bytes
    #[arg(long, value_name = "S")]
    pub(crate) seed: u64,
    /// Plant defects, and list them in the truth
    #[arg(long)]
    pub(crate) dirt: bool,
    /// Write CSV beside Parquet
    #[arg(long)]
    pub(crate) csv: bool,
    /// Folder to write
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Replace a territory that exists
    #[arg(long)]
    pub(crate) force: bool,
}
