//! `quotepart settle`: facts in, amounts and refusals out.

use std::path::{Path, PathBuf};

use rulebook::columns::Engine;
use rulebook::facts::{Facts, Options};
use rulebook::identity::{RunOptions, rulebook_hash, run_identity, sha256};
use rulebook::interpret::Settlement;
use rulebook::{Language, Plan, Rulebook, text};

use crate::cli::{Context, SettleArgs};
use crate::fact_files::{self, Read};
use crate::failure::{Exit, Failure, Outcome};
use crate::folder::{self, Files};
use crate::progress::Progress;
use crate::results::{self, Counts, Sheet};
use crate::run::{self, CountsRecord, FactsRecord, Lock, Manifest, MapRecord, ResultsRecord, RulebookRecord};
use crate::{console, messages, output, statements, usage, words};

/// How many refusals are said; the file has them all.
const REFUSALS_SHOWN: usize = 10;

/// Endings of files that people may hope for: a folder of such a name would surprise them.
const OTHER_ENDINGS: [&str; 8] = ["toml", "tsv", "txt", "xls", "xlsx", "ods", "html", "pdf"];

/// Runs the command.
pub(crate) fn run(context: &Context, args: &SettleArgs) -> Outcome<Exit> {
    let target = Target::of(&args.out)?;
    let at = usage::date(&args.at, "--at")?;
    let known_at = args.known_at.as_deref().map(|words| usage::date(words, "--known-at")).transpose()?;
    let map = args.map.iter().map(|words| fact_files::mapping(words)).collect::<Outcome<Vec<_>>>()?;
    let files = context.library.find(&args.rulebook)?;
    let book = folder::load(&files)?;
    let plan = super::plan(&book, at, known_at)?;
    let wanted =
        args.facts.iter().map(|words| fact_files::wanted(&book, words)).collect::<Outcome<Vec<_>>>()?;
    let facts = fact_files::read(wanted)?;
    target.spares(&facts, &book)?;
    let numbers = args.numbers.map(|lang| Language::from(lang).code().to_owned());
    let options = RunOptions { official: args.official, excluded: args.exclude.clone(), map, numbers };
    let job = Job { context, args, files: &files, plan: &plan, options: &options };
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

    /// Refuses to write over the facts.
    fn spares(&self, facts: &[Read], book: &Rulebook) -> Outcome<()> {
        for path in self.paths(book) {
            if facts.iter().any(|read| output::is_same_file(&read.wanted.path, &path)) {
                let shown = path.display();
                return Err(Failure::usage(text!(
                    "les résultats écraseraient les faits de `{shown}`",
                    "the results would overwrite the facts of `{shown}`"
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
    options: &'a RunOptions,
}

/// What came out.
struct Settled {
    facts: Facts,
    settlement: Settlement,
    sheets: Vec<Sheet>,
    counts: Counts,
}

impl Job<'_> {
    fn settle(&self, files: Vec<Read>) -> Outcome<Settled> {
        let (book, language) = (self.plan.book, self.context.language);
        let numbers = self.options.numbers.as_deref().and_then(fact_files::style);
        let options = Options { map: self.options.map.clone(), numbers, strict: self.args.strict };
        let (facts, warnings) = fact_files::collect(book, files, &options)?;
        messages::findings(&warnings, &[], language);
        self.warn_of_unknown(&facts);
        let excluded = &self.options.excluded;
        let mut progress = Progress::new(facts.rows(book.subject).ids.len(), language);
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let mut settlement = Engine::with_threads(threads).settle(
            self.plan,
            &facts,
            self.options.official,
            excluded,
            &mut |done| progress.at(done),
        );
        drop(progress);
        results::without_excluded(book, &mut settlement, excluded);
        let counts = Counts::of(book, &facts, &settlement, excluded);
        let sheets = results::sheets(book, &facts, &settlement);
        Ok(Settled { facts, settlement, sheets, counts })
    }

    fn warn_of_unknown(&self, facts: &Facts) {
        let ids = &facts.rows(self.plan.book.subject).ids;
        for id in self.options.excluded.iter().filter(|id| !ids.contains(id)) {
            let near = rulebook::nearest(id, ids.iter().map(String::as_str));
            let (fr, en) = near.map_or_else(Default::default, |near| {
                (format!(" ; le plus proche est `{near}`"), format!("; the nearest one is `{near}`"))
            });
            let message = text!(
                "--exclude : `{id}` n'est pas dans les faits{fr}",
                "--exclude: `{id}` is not in the facts{en}"
            );
            messages::warning(&message, self.context.language);
        }
    }

    fn csv(&self, path: &Path, facts: Vec<Read>) -> Outcome<Exit> {
        let settled = self.settle(facts)?;
        let (book, refused) = (self.plan.book, &settled.settlement.refused);
        let mut files = Vec::new();
        for (place, sheet) in settled.sheets.iter().enumerate() {
            let path = if place == 0 { path.to_owned() } else { beside(path, &sheet.entity) };
            files.push((path, sheet.csv()?));
        }
        let refused_path = beside(path, "refused");
        if refused.is_empty() {
            output::write_all(&files)?;
            output::remove_stale(&refused_path)?;
        } else {
            files.push((refused_path.clone(), results::refused_csv(book, refused, self.context.language)?));
            output::write_all(&files)?;
        }
        self.summary(&settled, &path.display().to_string(), &refused_path.display().to_string());
        Ok(settled.counts.exit())
    }

    fn json(&self, path: &Path, facts: Vec<Read>) -> Outcome<Exit> {
        let settled = self.settle(facts)?;
        let bytes =
            results::json(self.plan, &settled.sheets, &settled.settlement.refused, self.context.language)?;
        output::write(path, &bytes)?;
        let shown = path.display().to_string();
        self.summary(&settled, &shown, &shown);
        Ok(settled.counts.exit())
    }

    fn run(&self, folder: &Path, facts: Vec<Read>) -> Outcome<Exit> {
        let lock = Lock::take(folder)?;
        let identities: Vec<_> = facts.iter().map(Read::identity).collect();
        let identity = run_identity(self.plan, &identities, self.options);
        if let Some(exit) = self.already_there(folder, &identity)? {
            return Ok(exit);
        }
        run::may_replace(folder, self.args.force)?;
        let records = facts.iter().map(facts_record).collect();
        let settled = self.settle(facts)?;
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        let mut recorded = Vec::new();
        for sheet in &settled.sheets {
            let file = format!("results/{}.csv", sheet.entity);
            let bytes = sheet.csv()?;
            recorded.push(ResultsRecord {
                file: file.clone(),
                rows: sheet.rows.len(),
                sha256: sha256(&bytes),
            });
            files.push((file, bytes));
        }
        let refused = &settled.settlement.refused;
        let bytes = results::refused_csv(self.plan.book, refused, self.context.language)?;
        recorded.push(ResultsRecord {
            file: "refused.csv".to_owned(),
            rows: refused.len(),
            sha256: sha256(&bytes),
        });
        files.push(("refused.csv".to_owned(), bytes));
        let mut statements = statements::Lines::default();
        statements.add(self.plan, &settled.facts, &settled.settlement, &identity)?;
        statements.warn(self.context.language);
        recorded.push(statements.record());
        files.push((statements::FILE.to_owned(), statements.bytes));
        let copies = self.files.files.iter();
        files.extend(copies.map(|(path, text)| (format!("rulebook/{path}"), text.clone().into_bytes())));
        lock.write(&self.manifest(identity, records, recorded, settled.counts), &files)?;
        let shown = folder.display();
        self.summary(&settled, &shown.to_string(), &folder.join("refused.csv").display().to_string());
        Ok(settled.counts.exit())
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
        let short = identity.get(..12).unwrap_or(identity);
        console::note(&match self.context.language {
            Language::French => {
                format!("`{shown}` contient déjà ce calcul ({short}) : rien n'a été réécrit.\n")
            }
            Language::English => {
                format!("`{shown}` already holds this run ({short}): nothing was written again.\n")
            }
        });
        Ok(Some(manifest.exit()))
    }

    fn manifest(
        &self,
        identity: String,
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
            format: Manifest::format(),
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
            facts,
            results,
        }
    }

    /// Says what was done, and who was refused.
    fn summary(&self, settled: &Settled, out: &str, refused_out: &str) {
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
        let all = &settled.settlement.refused;
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

fn facts_record(read: &Read) -> FactsRecord {
    let path = read.wanted.path.canonicalize().unwrap_or_else(|_| read.wanted.path.clone());
    FactsRecord {
        entity: read.wanted.entity.clone(),
        given: read.wanted.given.clone(),
        path: path.display().to_string(),
        sha256: read.sha256.clone(),
    }
}
