//! `quotepart settle`: facts in, amounts and refusals out.

use std::path::{Path, PathBuf};

use rulebook::change::{Changed, FactChange};
use rulebook::facts::{Facts, Options};
use rulebook::identity::{Hasher, RunOptions, rulebook_hash, run_identity};
use rulebook::interpret::{EntityResults, Settlement};
use rulebook::{Language, Plan, Rulebook, text};

use crate::cli::{Context, SettleArgs};
use crate::fact_files::{self, Wanted};
use crate::failure::{Exit, Failure, Outcome};
use crate::folder::Files;
use crate::output::Writing;
use crate::results::{self, Counts, Sheet};
use crate::run::{
    self, ChangeRecord, CountsRecord, FactsRecord, Lock, Manifest, MapRecord, MasksRecord, ResultsRecord,
    RulebookRecord,
};
use crate::settling::{Given, Settling, Totals};
use crate::{change_files, console, output, statements, usage, words};

/// How many refusals are said; the file has them all.
const REFUSALS_SHOWN: usize = 10;

/// Endings of files that people may hope for: a folder of such a name would surprise them.
const OTHER_ENDINGS: [&str; 8] = ["toml", "tsv", "txt", "xls", "xlsx", "ods", "html", "pdf"];

/// Runs the command.
pub(crate) fn run(context: &Context, args: &SettleArgs) -> Outcome<Exit> {
    settle(context, args, None)
}

/// Settles facts; a run records what its explanations are to mask.
pub(crate) fn settle(context: &Context, args: &SettleArgs, masks: Option<MasksRecord>) -> Outcome<Exit> {
    let target = Target::of(&args.out)?;
    let at = usage::date(&args.at, "--at")?;
    let known_at = args.known_at.as_deref().map(|words| usage::date(words, "--known-at")).transpose()?;
    let map = args.map.iter().map(|words| fact_files::mapping(words)).collect::<Outcome<Vec<_>>>()?;
    if args.official && !args.change.is_empty() {
        return Err(change_files::refuse_officially());
    }
    let files = context.library.find(&args.rulebook)?;
    let changes = change_files::read(&args.change)?;
    let Changed { book, facts: fact_changes, .. } = change_files::load(&files, &changes, context.language)?;
    let plan = super::plan(&book, at, known_at)?;
    let wanted =
        args.facts.iter().map(|words| fact_files::wanted(&book, words)).collect::<Outcome<Vec<_>>>()?;
    target.spares(&wanted, &args.change, &book)?;
    let style = args.numbers.map(|lang| Language::from(lang).number_style());
    let reading = Options { map: map.clone(), numbers: style, strict: args.strict };
    let facts = match target {
        // One object holds everything.
        Target::Json(_) => Given::Whole(fact_files::read(wanted)?),
        Target::Csv(_) | Target::Run(_) => Given::read(&plan, wanted, &reading, context.language)?,
    };
    let numbers = args.numbers.map(|lang| Language::from(lang).code().to_owned());
    let options = RunOptions { official: args.official, excluded: args.exclude.clone(), map, numbers };
    let job = Job {
        context,
        args,
        files: &files,
        plan: &plan,
        fact_changes: &fact_changes,
        options: &options,
        reading: &reading,
        masks,
    };
    match target {
        Target::Run(folder) => job.run(&folder, facts),
        Target::Csv(path) => job.csv(&path, facts),
        Target::Json(path) => job.json(&path, facts),
    }
}

/// Where results go.
enum Target {
    Csv(PathBuf),
    Json(PathBuf),
    Run(PathBuf),
}

impl Target {
    fn of(path: &Path) -> Outcome<Self> {
        let shown = path.display();
        if path.file_name().is_none() {
            return Err(Failure::usage(text!(
                "--out {shown} : ce n'est pas un nom de fichier ou de dossier",
                "--out {shown}: this is not the name of a file or folder"
            )));
        }
        output::folder_exists(path)?;
        let ending =
            path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "csv" => Ok(Self::Csv(path.to_owned())),
            "json" => Ok(Self::Json(path.to_owned())),
            other if OTHER_ENDINGS.contains(&other) => Err(Failure::usage(text!(
                "--out {shown} : les fichiers .{other} ne sont pas écrits",
                "--out {shown}: .{other} files are not written"
            ))
            .hint(text!("donner un .csv, un .json, ou un dossier", "give a .csv, a .json, or a folder"))),
            _ => Ok(Self::Run(path.to_owned())),
        }
    }

    /// Returns every file that may be written.
    fn paths(&self, book: &Rulebook) -> Vec<PathBuf> {
        match self {
            Self::Csv(path) => {
                let entities = book.entities.iter().map(|entity| beside(path, &entity.name));
                entities.chain([path.clone(), beside(path, "refused")]).collect()
            }
            Self::Json(path) => vec![path.clone()],
            Self::Run(_) => Vec::new(),
        }
    }

    /// Refuses to write over the facts and the changes.
    fn spares(&self, facts: &[Wanted], changes: &[PathBuf], book: &Rulebook) -> Outcome<()> {
        for path in self.paths(book) {
            let mut read = facts.iter().map(|wanted| &wanted.path).chain(changes);
            if read.any(|read| output::is_same_file(read, &path)) {
                let shown = path.display();
                return Err(Failure::usage(text!(
                    "les résultats écraseraient `{shown}`, qui est lu",
                    "the results would overwrite `{shown}`, which is read"
                ))
                .hint(text!("donner à --out un autre nom", "give --out another name")));
            }
        }
        Ok(())
    }
}

/// Returns `x.<word>.csv` for `x.csv`.
fn beside(path: &Path, word: &str) -> PathBuf {
    path.with_extension(format!("{word}.csv"))
}

/// What is to be settled.
struct Job<'a> {
    context: &'a Context,
    args: &'a SettleArgs,
    files: &'a Files,
    plan: &'a Plan<'a>,
    fact_changes: &'a [FactChange],
    options: &'a RunOptions,
    reading: &'a Options,
    /// What explanations are to mask.
    masks: Option<MasksRecord>,
}

impl Job<'_> {
    fn settling(&self) -> Settling<'_> {
        Settling {
            plan: self.plan,
            changes: self.fact_changes,
            options: self.reading,
            official: self.options.official,
            excluded: &self.options.excluded,
            language: self.context.language,
        }
    }

    /// Settles the facts into a file for each entity, which are begun by `begin`; into a run also go its statements.
    fn sheets(
        &self,
        facts: Given<'_>,
        begin: &dyn Fn(&Sheet) -> Outcome<Writing>,
        mut run: Option<(&str, &mut PartFile)>,
    ) -> Outcome<(Vec<PartFile>, Totals)> {
        let book = self.plan.book;
        let sheets = Sheet::all(self.plan);
        let mut files = Vec::new();
        for sheet in &sheets {
            let mut file = PartFile::begin(&sheet.name, begin(sheet)?);
            file.append(&sheet.csv_header()?, 0)?;
            files.push(file);
        }
        let identity = run.as_ref().map(|(identity, _)| *identity);
        let print = |facts: &Facts, settlement: &Settlement| {
            let mut parts = Vec::with_capacity(sheets.len());
            for sheet in &sheets {
                let results = settlement.entities.iter().find(|results| results.entity == sheet.entity);
                parts.push((sheet.csv_rows(book, facts, settlement)?, results.map_or(0, EntityResults::len)));
            }
            let lines = identity.map(|identity| statements::lines(self.plan, facts, settlement, identity));
            Ok((parts, lines.transpose()?))
        };
        let mut failed = Vec::new();
        let totals = self.settling().run(facts, &print, &mut |(parts, lines)| {
            if let (Some((_, file)), Some(lines)) = (&mut run, lines) {
                file.append(&lines.bytes, lines.count)?;
                failed.extend(lines.failed);
            }
            files.iter_mut().zip(parts).try_for_each(|(file, (rows, count))| file.append(&rows, count))
        })?;
        statements::warn(&failed, self.context.language);
        Ok((files, totals))
    }

    fn csv(&self, path: &Path, facts: Given<'_>) -> Outcome<Exit> {
        let book = self.plan.book;
        let (files, totals) = self.sheets(
            facts,
            &|sheet| {
                if sheet.entity == book.subject {
                    Writing::begin(path)
                } else {
                    Writing::begin(&beside(path, &sheet.name))
                }
            },
            None,
        )?;
        let written: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
        let mut files: Vec<Writing> = files.into_iter().map(|file| file.writing).collect();
        let refused_path = beside(path, "refused");
        if !totals.refused.is_empty() {
            let bytes = results::refused_csv(book, &totals.refused, self.context.language)?;
            files.push(Writing::of(&refused_path, &bytes)?);
        }
        output::place_all(files)?;
        // What an earlier call left would be taken for results of this one.
        if totals.refused.is_empty() {
            output::remove_stale(&refused_path)?;
        }
        for entity in book.entities.iter().filter(|entity| !written.contains(&entity.name)) {
            output::remove_stale(&beside(path, &entity.name))?;
        }
        self.summary(&totals, &path.display().to_string(), &refused_path.display().to_string());
        Ok(totals.counts.exit())
    }

    fn json(&self, path: &Path, facts: Given<'_>) -> Outcome<Exit> {
        let print = |facts: &Facts, settlement: &Settlement| {
            results::json(self.plan, facts, settlement, self.context.language)
        };
        let totals = self.settling().run(facts, &print, &mut |bytes| output::write(path, &bytes))?;
        let shown = path.display().to_string();
        self.summary(&totals, &shown, &shown);
        Ok(totals.counts.exit())
    }

    fn run(&self, folder: &Path, facts: Given<'_>) -> Outcome<Exit> {
        let lock = Lock::take(folder)?;
        let identity = run_identity(self.plan, &facts.identities(), self.options);
        if let Some(exit) = self.already_there(folder, &identity)? {
            return Ok(exit);
        }
        run::may_replace(folder, self.args.force)?;
        let records = facts.files().into_iter().map(facts_record).collect();
        let run = lock.begin()?;
        let mut statements = PartFile::begin(statements::FILE, run.file(statements::FILE)?);
        let begin = |sheet: &Sheet| run.file(&results_path(&sheet.name));
        let (files, totals) = self.sheets(facts, &begin, Some((&identity, &mut statements)))?;
        let mut recorded = Vec::new();
        for file in files {
            recorded.push(file.place(results_path)?);
        }
        let bytes = results::refused_csv(self.plan.book, &totals.refused, self.context.language)?;
        recorded.push(run.write("refused.csv", totals.refused.len(), &bytes)?);
        recorded.push(statements.place(str::to_owned)?);
        for (path, text) in &self.files.files {
            run.write(&format!("rulebook/{path}"), 0, text.as_bytes())?;
        }
        let mut changes = Vec::new();
        for (number, change) in (1..).zip(&self.plan.book.changes) {
            let file = format!("changes/{number}-{}", change_files::name(change));
            let sha256 = run.write(&file, 0, change.text.as_bytes())?.sha256;
            changes.push(ChangeRecord { file, given: change.path.clone(), sha256 });
        }
        run.place(&self.manifest(identity, changes, records, recorded, totals.counts))?;
        let shown = folder.display();
        self.summary(&totals, &shown.to_string(), &folder.join("refused.csv").display().to_string());
        Ok(totals.counts.exit())
    }

    /// Returns how the same run ended, when the folder holds it already.
    fn already_there(&self, folder: &Path, identity: &str) -> Outcome<Option<Exit>> {
        if self.args.force || !run::is_run(folder) {
            return Ok(None);
        }
        let manifest = run::read(folder)?;
        if manifest.identity != identity {
            return Ok(None);
        }
        let shown = folder.display();
        if !run::is_intact(folder, &manifest) {
            return Err(Failure::usage(text!(
                "`{shown}` contient ce calcul, mais ses résultats ont été modifiés depuis",
                "`{shown}` holds this run, but its results were changed since"
            ))
            .hint(text!("--force le refait", "--force makes it again")));
        }
        let (short, language) = (words::short(identity), self.context.language);
        let mut lines = match language {
            Language::French => {
                format!("`{shown}` contient déjà ce calcul ({short}) : rien n'a été réécrit.\n")
            }
            Language::English => {
                format!("`{shown}` already holds this run ({short}): nothing was written again.\n")
            }
        };
        let (then, now) = (&manifest.quotepart, env!("CARGO_PKG_VERSION"));
        if then != now {
            lines.push_str(&match language {
                Language::French => {
                    format!("  Il vient de Quotepart {then} ; --force le refait avec Quotepart {now}.\n")
                }
                Language::English => {
                    format!(
                        "  It comes from Quotepart {then}; --force makes it again with Quotepart {now}.\n"
                    )
                }
            });
        }
        console::note(&lines);
        Ok(Some(manifest.exit()))
    }

    fn manifest(
        &self,
        identity: String,
        changes: Vec<ChangeRecord>,
        facts: Vec<FactsRecord>,
        results: Vec<ResultsRecord>,
        counts: Counts,
    ) -> Manifest {
        let (plan, options) = (self.plan, self.options);
        let map = options
            .map
            .iter()
            .map(|(input, column)| MapRecord { input: input.clone(), column: column.clone() });
        Manifest {
            format: Manifest::format(&changes),
            quotepart: env!("CARGO_PKG_VERSION").to_owned(),
            identity,
            exit_code: counts.exit().code(),
            command: self.context.command_line.clone(),
            at: plan.at.to_string(),
            known_at: plan.known_at.map(|day| day.to_string()),
            period_first: plan.period.first.to_string(),
            period_last: plan.period.last.to_string(),
            official: options.official,
            strict: self.args.strict,
            numbers: options.numbers.clone(),
            excluded: options.excluded.clone(),
            rulebook: RulebookRecord {
                id: plan.book.instrument.id.clone(),
                sha256: rulebook_hash(&plan.book.sources),
                from: self.files.shown.clone(),
            },
            counts: CountsRecord {
                settled: counts.settled,
                refused: counts.refused,
                excluded: counts.excluded,
            },
            map: map.collect(),
            changes,
            masks: self.masks.clone(),
            facts,
            results,
        }
    }

    /// Says what was done, and who was refused.
    fn summary(&self, settled: &Totals, out: &str, refused_out: &str) {
        let (book, language) = (self.plan.book, self.context.language);
        let Counts { settled: done, refused, excluded, .. } = settled.counts;
        let id = &book.instrument.id;
        let period = words::period(self.plan, language);
        let mut counts = vec![
            words::counted(done, ["réglé", "réglés"], ["settled", "settled"], language),
            words::counted(refused, ["refusé", "refusés"], ["refused", "refused"], language),
        ];
        if excluded > 0 {
            let left_out = ["laissé de côté", "laissés de côté"];
            counts.push(words::counted(excluded, left_out, ["left out", "left out"], language));
        }
        let counts = counts.join(", ");
        let mut lines = vec![match language {
            Language::French => format!("{id}, {period} : {counts}. Résultats : {out}\n"),
            Language::English => format!("{id}, {period}: {counts}. Results: {out}\n"),
        }];
        let changes: Vec<&str> = book.changes.iter().map(|change| change.path.as_str()).collect();
        if !changes.is_empty() {
            let changes = changes.join(", ");
            lines.push(match language {
                Language::French => format!("  C'est une simulation, avec les changements de {changes}.\n"),
                Language::English => format!("  This is a simulation, with the changes of {changes}.\n"),
            });
        }
        if settled.counts.exit() == Exit::OfficialRefused {
            lines.push(match language {
                Language::French => {
                    "  Mode officiel : tout repose sur des valeurs que personne n'atteste.\n".to_owned()
                }
                Language::English => {
                    "  Official mode: all rests on values that nobody vouches for.\n".to_owned()
                }
            });
        }
        let all = &settled.refused;
        for refusal in all.iter().take(REFUSALS_SHOWN) {
            lines.push(format!("  {}\n", results::refusal_sentence(book, refusal, language)));
        }
        if !all.is_empty() {
            let more = all.len().saturating_sub(REFUSALS_SHOWN);
            lines.push(match (language, more) {
                (Language::French, 0) => format!("  Ces refus sont dans {refused_out}\n"),
                (Language::French, _) => format!("  … et {more} autres, dans {refused_out}\n"),
                (Language::English, 0) => format!("  These refusals are in {refused_out}\n"),
                (Language::English, _) => format!("  … and {more} more, in {refused_out}\n"),
            });
        }
        console::note(&lines.concat());
    }
}

fn facts_record((wanted, sha256): (&Wanted, &str)) -> FactsRecord {
    let path = wanted.path.canonicalize().unwrap_or_else(|_| wanted.path.clone());
    FactsRecord {
        entity: wanted.entity.clone(),
        given: wanted.given.clone(),
        path: path.display().to_string(),
        sha256: sha256.to_owned(),
    }
}

/// Returns where the results of an entity stand in a run.
pub(super) fn results_path(entity: &str) -> String {
    format!("results/{entity}.csv")
}

/// A file that is written part by part.
struct PartFile {
    name: String,
    writing: Writing,
    hash: Hasher,
    rows: usize,
}

impl PartFile {
    fn begin(name: &str, writing: Writing) -> Self {
        Self { name: name.to_owned(), writing, hash: Hasher::new(), rows: 0 }
    }

    fn append(&mut self, bytes: &[u8], rows: usize) -> Outcome<()> {
        self.hash.update(bytes);
        self.rows += rows;
        self.writing.append(bytes)
    }

    /// Puts the file in its place in a run, and returns its record.
    fn place(self, path: impl Fn(&str) -> String) -> Outcome<ResultsRecord> {
        self.writing.place()?;
        Ok(ResultsRecord { file: path(&self.name), rows: self.rows, sha256: self.hash.finish() })
    }
}
