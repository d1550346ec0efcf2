//! `synth`: a synthetic territory in the SNDS layout, in a folder that is whole or not there.

use std::io;
use std::path::Path;

use rulebook::text;
use serde::Serialize;
use synth::{Order, Sink};

use crate::cli::{Context, SynthArgs};
use crate::failure::{Exit, Failure, Outcome};
use crate::output::{self, Writing};
use crate::progress::Progress;
use crate::run::{Lock, NewRun};
use crate::{console, environment};

/// The name of the manifest, which is written last.
const MANIFEST: &str = "territory.toml";

/// The shape of the manifest.
const FORMAT: u32 = 1;

/// What the folder holds and how to make it again.
#[derive(Debug, Serialize)]
struct Manifest<'a> {
    format: u32,
    quotepart: &'static str,
    /// Every patient is drawn at random: there is nobody behind a key.
    synthetic: bool,
    patients: u64,
    teams: u64,
    first_year: i64,
    last_year: i64,
    /// Kept as text: TOML numbers end at half of what a seed can be.
    seed: String,
    /// Whether defects were planted; they are listed in the truth.
    dirt: bool,
    command: &'a [String],
    figures: Vec<FiguresRecord>,
    files: Vec<FileRecord>,
}

#[derive(Debug, Serialize)]
struct FiguresRecord {
    section: &'static str,
    status: &'static str,
    source: String,
}

#[derive(Debug, Serialize)]
struct FileRecord {
    file: String,
    rows: u64,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &SynthArgs) -> Outcome<Exit> {
    let (first_year, last_year) = years(&args.years)?;
    output::folder_exists(&args.out)?;
    let lock = Lock::take(&args.out)?;
    may_replace(&args.out, args.force)?;
    let order = Order {
        patients: args.patients,
        teams: args.teams,
        first_year,
        last_year,
        seed: args.seed,
        dirt: args.dirt,
        csv: args.csv,
        threads: environment::threads(),
        batch: Order::BATCH,
    };
    let new = lock.begin()?;
    let mut progress = Progress::new(usize::try_from(order.patients).unwrap_or(usize::MAX), context.language);
    let mut heard = |done: u64| progress.at(usize::try_from(done).unwrap_or(usize::MAX));
    let written =
        synth::generate(&order, &Folder(&new), &mut heard).map_err(|error| failure(error, &args.out))?;
    drop(progress);
    let rows: u64 = written.iter().filter(|file| file.path.ends_with(".parquet")).map(|file| file.rows).sum();
    let files = written.into_iter().map(|file| FileRecord { file: file.path, rows: file.rows }).collect();
    let sections = synth::sections().map_err(|error| failure(error, &args.out))?;
    let figures = sections
        .into_iter()
        .map(|section| FiguresRecord {
            section: section.name,
            status: section.status,
            source: section.source,
        })
        .collect();
    new.place_with(
        MANIFEST,
        &Manifest {
            format: FORMAT,
            quotepart: env!("CARGO_PKG_VERSION"),
            synthetic: true,
            patients: order.patients,
            teams: order.teams,
            first_year,
            last_year,
            seed: order.seed.to_string(),
            dirt: order.dirt,
            command: &context.command_line,
            figures,
            files,
        },
    )?;
    let (shown, patients, teams) = (args.out.display(), order.patients, order.teams);
    let said = text!(
        "{patients} patients et {teams} équipes de {first_year} à {last_year}, {rows} lignes : {shown}",
        "{patients} patients and {teams} teams from {first_year} to {last_year}, {rows} rows: {shown}"
    );
    console::note(&format!("{}\n", said.get(context.language)));
    Ok(Exit::Done)
}

/// Reads `2018-2022`, or one year.
fn years(words: &str) -> Outcome<(i64, i64)> {
    let (first, last) = words.split_once('-').unwrap_or((words, words));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) => Ok((first, last)),
        _ => Err(Failure::usage(text!(
            "`{words}` n'est pas une suite d'années",
            "`{words}` is not a range of years"
        ))
        .hint(text!("par exemple --years 2018-2022", "for example --years 2018-2022"))),
    }
}

/// Refuses to touch a folder that is not a territory of ours.
fn may_replace(target: &Path, force: bool) -> Outcome<()> {
    let shown = target.display();
    let is_empty = || std::fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_none());
    if !target.exists() || (target.is_dir() && is_empty()) {
        return Ok(());
    }
    if !target.join(MANIFEST).is_file() {
        return Err(Failure::usage(text!(
            "`{shown}` existe et n'est pas un territoire synthétique : il n'est pas remplacé, même avec --force",
            "`{shown}` exists and is not a synthetic territory: it is not replaced, even with --force"
        ))
        .hint(text!("donner à --out un autre dossier", "give --out another folder")));
    }
    if force {
        return Ok(());
    }
    Err(Failure::usage(text!("`{shown}` contient déjà un territoire", "`{shown}` already holds a territory"))
        .hint(text!(
            "--force le remplace ; ou donner à --out un autre dossier",
            "--force replaces it; or give --out another folder"
        )))
}

/// The folder that is being written, for the generator.
struct Folder<'a, 'b>(&'a NewRun<'b>);

impl Sink for Folder<'_, '_> {
    type File = Writing;

    fn create(&self, path: &str) -> io::Result<Writing> {
        self.0.file(path).map_err(system)
    }

    fn close(&self, file: Writing) -> io::Result<()> {
        file.place().map_err(system)
    }
}

/// Carries a failure through the generator, which knows errors of the system only.
fn system(failure: Failure) -> io::Error {
    io::Error::other(Carried(failure))
}

/// A failure on its way through the generator.
#[derive(Debug)]
struct Carried(Failure);

impl std::fmt::Display for Carried {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?}", self.0)
    }
}

impl std::error::Error for Carried {}

/// Says why the territory was not written.
fn failure(error: synth::Error, out: &Path) -> Failure {
    match error {
        synth::Error::Patients(patients) => {
            let most = synth::PATIENTS_MAX;
            Failure::usage(text!(
                "{patients} patients : il en faut de 1 à {most}",
                "{patients} patients: from 1 to {most}"
            ))
        }
        synth::Error::Teams { teams, most } => Failure::usage(text!(
            "{teams} équipes : au plus {most} pour ces patients",
            "{teams} teams: at most {most} for these patients"
        ))
        .hint(text!("plus de patients, ou moins d'équipes", "more patients, or fewer teams")),
        synth::Error::Years { first, last } => {
            let (least, most) = (synth::YEARS.start(), synth::YEARS.end());
            Failure::usage(text!(
                "les années {first} à {last} : dans l'ordre, de {least} à {most}",
                "the years {first} to {last}: in order, from {least} to {most}"
            ))
        }
        synth::Error::Write(error) => match error.downcast::<Carried>() {
            Ok(Carried(failure)) => failure,
            Err(error) => output::cannot_write(out, &error),
        },
        error @ (synth::Error::Figures { .. } | synth::Error::Encode(_)) => Failure::Bug(error.into()),
    }
}
