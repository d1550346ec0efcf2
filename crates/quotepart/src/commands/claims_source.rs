//! What the commands over claims share: opening a folder, through a mapping or not, and saying what goes wrong.

use std::fs::File;
use std::path::{Path, PathBuf};

use claims::{ClaimsError, Engine, Imported, MeasureLibrary, Opened, Settings, Step};
use population::gate::Gate;
use population::mapping::Mapping;
use population::{Finding, Period};
use rulebook::{Language, Text, text};

use crate::cli::{ClaimsArgs, Context};
use crate::failure::{Failure, Outcome};
use crate::progress::Progress;
use crate::{console, embedded, environment, lock, messages, output};

/// Bytes that the engine may hold before it goes to the disk.
const MEMORY_BYTES: usize = 2 << 30;

/// Claims that can be asked.
pub(crate) struct Source {
    pub(crate) engine: Engine,
    pub(crate) opened: Opened,
    /// What became of a source that a mapping has read.
    pub(crate) imported: Option<(Mapping, Imported)>,
    /// Where the canonical tables of a mapping are meanwhile; gone with this.
    _work: Option<WorkFolder>,
}

/// A folder that is gone when it is dropped; what a stopped command has left is removed by the next one.
pub(crate) struct WorkFolder {
    path: PathBuf,
    /// Held as long as somebody works there.
    _lock: File,
}

/// How the names of work folders begin and end, and the file that stands for the right to one.
const WORK: (&str, &str, &str) = (".quotepart-", ".work", "in-use");

impl WorkFolder {
    pub(crate) fn create(beside: &Path) -> Outcome<Self> {
        Self::remove_abandoned(beside);
        let (prefix, suffix, lock_file) = WORK;
        let path = beside.join(format!("{prefix}{}{suffix}", std::process::id()));
        std::fs::create_dir(&path).map_err(|error| output::cannot_write(&path, &error))?;
        let shown = path.display().to_string();
        let busy = || {
            Failure::usage(text!(
                "`{shown}` sert à un autre quotepart",
                "`{shown}` is used by another quotepart"
            ))
        };
        let lock = lock::to_write(&path.join(lock_file), &busy)?;
        Ok(Self { path, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the folders whose command is gone: nobody holds their locks.
    fn remove_abandoned(beside: &Path) {
        let (prefix, suffix, lock_file) = WORK;
        for entry in std::fs::read_dir(beside).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let is_ours =
                name.to_str().is_some_and(|name| name.starts_with(prefix) && name.ends_with(suffix));
            let lock = File::open(entry.path().join(lock_file));
            if is_ours && lock.is_ok_and(|lock| lock.try_lock().is_ok()) {
                let _gone = std::fs::remove_dir_all(entry.path());
            }
        }
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.path);
    }
}

/// Returns a text of the claims crates as one of ours.
pub(crate) fn words(text: population::Text) -> Text {
    Text::new(text.fr, text.en)
}

/// Returns the failure for what the engine over claims says.
pub(crate) fn failure(error: &ClaimsError) -> Failure {
    if let ClaimsError::Bug(why) = error {
        return Failure::Bug(anyhow::anyhow!("{why}"));
    }
    Failure::usage(words(error.message())).hint(error.help().map(words))
}

/// Returns a session without tables.
pub(crate) fn engine() -> Outcome<Engine> {
    engine_with(None)
}

/// Returns a session that puts what does not fit in memory into a folder.
pub(crate) fn engine_with(spill: Option<PathBuf>) -> Outcome<Engine> {
    let settings = Settings {
        memory_bytes: MEMORY_BYTES,
        partitions: environment::threads(),
        spill,
        ..Settings::default()
    };
    Engine::new(&settings).map_err(|error| failure(&error))
}

/// Opens the claims; working files of a mapping are put into the folder `beside` meanwhile.
pub(crate) fn open(context: &Context, args: &ClaimsArgs, beside: &Path) -> Outcome<Source> {
    let mapping = match &args.mapping {
        Some(name) => Some(mapping(name, context.language)?),
        None => only_mapping_that_fits(&args.folder, context.language)?,
    };
    let (engine, folder, imported, work) = match mapping {
        None => (engine()?, args.folder.clone(), None, None),
        Some(mapping) => {
            let work = WorkFolder::create(beside)?;
            // What is too large for memory goes where the work is, and not where the system keeps small files.
            let engine = engine_with(Some(work.path.join("spill")))?;
            let imported = engine
                .import(&mapping, &args.folder, &work.path, far(context.language))
                .map_err(|error| failure(&error))?;
            (engine, work.path.clone(), Some((mapping, imported)), Some(work))
        }
    };
    let mut opened = engine.open(&folder).map_err(|error| failure(&error))?;
    if let Some((_, imported)) = &imported {
        opened = opened.written_by(imported);
    }
    for warning in &opened.warnings {
        messages::warning(&words(warning.clone()), context.language);
    }
    Ok(Source { engine, opened, imported, _work: work })
}

/// Says what is being done, when somebody watches.
pub(crate) fn step(table: &str) {
    if environment::watched() {
        console::note(&format!("{table}…\n"));
    }
}

/// Says what is being done and how far it is, when somebody watches.
pub(crate) fn far(language: Language) -> impl FnMut(Step<'_>) {
    let mut bar: Option<Progress> = None;
    move |now| match now {
        Step::Begins(name) => {
            bar = None;
            step(name);
        }
        Step::Done { done, of } => {
            let count = |count: i64| usize::try_from(count).unwrap_or(0);
            bar.get_or_insert_with(|| Progress::new(count(of), language)).at(count(done));
        }
    }
}

/// Returns the shipped measures.
pub(crate) fn library() -> Outcome<MeasureLibrary> {
    MeasureLibrary::read(&embedded::measures()).map_err(|error| failure(&error))
}

/// Returns the one shipped mapping that can read a folder without canonical tables, and says so; nothing if there is none, or
/// more than one.
fn only_mapping_that_fits(folder: &Path, language: Language) -> Outcome<Option<Mapping>> {
    let mut fitting = Vec::new();
    for name in embedded::mappings() {
        let mapping = mapping(name, language)?;
        if claims::fits_mapping(&mapping, folder) {
            fitting.push(mapping);
        }
    }
    let only = if fitting.len() == 1 { fitting.pop() } else { None };
    if let Some(mapping) = &only {
        let id = &mapping.id;
        console::note(&match language {
            Language::French => format!("dossier lu comme par --mapping {id}\n"),
            Language::English => format!("folder read as by --mapping {id}\n"),
        });
    }
    Ok(only)
}

/// Returns the files of a mapping by its name or the path of its folder.
pub(crate) fn mapping_files(name: &str) -> Outcome<Vec<(String, String)>> {
    let folder = Path::new(name);
    let files = if folder.is_dir() { files_of(folder)? } else { embedded::mapping(name) };
    if files.is_empty() {
        return Err(Failure::usage(text!(
            "aucune correspondance ne s'appelle `{name}`, et ce n'est pas un dossier",
            "no mapping is named `{name}`, and it is no folder"
        ))
        .suggest(name, &embedded::mappings()));
    }
    Ok(files)
}

/// Returns a mapping by its name or the path of its folder.
pub(crate) fn mapping(name: &str, language: Language) -> Outcome<Mapping> {
    let files = mapping_files(name)?;
    let main = files.iter().find(|(path, _)| path == "mapping.toml").map(|(_, text)| text.as_str());
    let queries: Vec<(String, String)> = files.iter().filter(|(path, _)| is_query(path)).cloned().collect();
    let (mapping, findings) = Mapping::read("mapping.toml", main.unwrap_or_default(), &queries);
    say(&findings, language);
    mapping.ok_or_else(|| {
        Failure::usage(text!(
            "la correspondance `{name}` n'est pas utilisable",
            "the mapping `{name}` cannot be used"
        ))
    })
}

/// Says what is wrong in a file of data.
pub(crate) fn say(findings: &[Finding], language: Language) {
    let language = match language {
        Language::French => population::Language::French,
        Language::English => population::Language::English,
    };
    for finding in findings {
        console::note(&finding.render(language));
    }
}

/// Refuses a period that lacks months, unless it may be partial; returns whether it is.
pub(crate) fn whole_period(
    engine: &Engine,
    opened: &Opened,
    tables: &[String],
    period: Period,
    may_be_partial: bool,
    language: Language,
) -> Outcome<bool> {
    let missing =
        engine.missing_months(opened, Gate::shipped(), tables, period).map_err(|error| failure(&error))?;
    if missing.is_empty() {
        return Ok(false);
    }
    let list: Vec<String> =
        missing.iter().map(|found| format!("{} ({})", found.table, found.count)).collect();
    let (list, year) = (list.join(", "), period.start.year());
    let message =
        text!("des mois de {year} n'ont aucune ligne : {list}", "months of {year} have no line: {list}");
    if may_be_partial {
        messages::warning(&message, language);
        return Ok(true);
    }
    Err(Failure::usage(message).hint(text!(
        "compléter la source, ou ajouter --partial pour des résultats dits partiels",
        "complete the source, or add --partial for results that are called partial"
    )))
}

fn is_query(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|end| end == "sql")
}

/// Returns the TOML and SQL files of a folder, by name.
pub(crate) fn files_of(folder: &Path) -> Outcome<Vec<(String, String)>> {
    let failed = |error: &std::io::Error| {
        let shown = folder.display();
        Failure::io(&text!("impossible de lire `{shown}`", "cannot read `{shown}`"), error)
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| failed(&error))? {
        let path = entry.map_err(|error| failed(&error))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if is_query(&name) || Path::new(&name).extension().is_some_and(|end| end == "toml") {
            files.push((name, std::fs::read_to_string(&path).map_err(|error| failed(&error))?));
        }
    }
    files.sort();
    Ok(files)
}

/// Returns a count of patients as it may be shown on its own.
pub(crate) fn shown(patients: i64, language: Language) -> String {
    let patients = u64::try_from(patients).unwrap_or(0);
    match population::release::count(patients, population::release::FEWEST_SHOWN) {
        population::release::Shown::Count(count) => count.to_string(),
        population::release::Shown::Hidden => hidden(language),
    }
}

/// Returns a count of patients, to the nearest ten: of groups that stand one inside the other the difference tells nothing then.
pub(crate) fn about(patients: i64, language: Language) -> String {
    let patients = u64::try_from(patients).unwrap_or(0);
    match population::release::count(patients, population::release::FEWEST_SHOWN) {
        population::release::Shown::Count(count) => {
            let tens = count.saturating_add(5) / 10 * 10;
            match language {
                Language::French => format!("environ {tens}"),
                Language::English => format!("about {tens}"),
            }
        }
        population::release::Shown::Hidden => hidden(language),
    }
}

/// Returns the words for a count that is not shown.
pub(crate) fn hidden(language: Language) -> String {
    let fewest = population::release::FEWEST_SHOWN;
    match language {
        Language::French => format!("moins de {fewest} ou masqué"),
        Language::English => format!("under {fewest} or masked"),
    }
}
