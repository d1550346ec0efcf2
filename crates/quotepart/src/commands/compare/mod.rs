//! `quotepart compare`: why amounts differ between two runs.

mod data;
mod page;
mod printed;
mod text;
mod totals;

use std::ops::ControlFlow;
use std::path::Path;

use rulebook::columns::Engine;
use rulebook::compare::{CompareError, Comparer, Outcome as Compared, Side};
use rulebook::explain::Privacy;
use rulebook::identity::sha256;
use rulebook::interpret::Settlement;
use rulebook::{Language, Plan, in_order, text};

use crate::again::Again;
use crate::cli::{CompareArgs, CompareFormat, Context};
use crate::failure::{Exit, Failure, Outcome};
use crate::progress::Progress;
use crate::results::{self, Sheet};
use crate::{console, environment, messages, output};

pub(crate) use page::page_of as difference_page;
pub(crate) use printed::Printed;
pub(crate) use text::one as difference_text;

/// Runs the command.
pub(crate) fn run(context: &Context, args: &CompareArgs) -> Outcome<Exit> {
    let language = context.language;
    if let Some(out) = &args.out {
        output::folder_exists(out)?;
    }
    let (before, after) = (unchanged(&args.before)?, unchanged(&args.after)?);
    let plans = (plan(&before)?, plan(&after)?);
    let settled = (
        settled(&before, &plans.0, &crate::run::settled_in(&args.before), language)?,
        settled(&after, &plans.1, &crate::run::settled_in(&args.after), language)?,
    );
    let masks = (before.manifest.privacy(&before.book), after.manifest.privacy(&after.book));
    let one = side(&plans.0, &before, &settled.0, &masks.0);
    let other = side(&plans.1, &after, &settled.1, &masks.1);
    let comparer = Comparer::new(one, other, args.entity.as_deref(), args.output.as_deref())
        .map_err(|error| explained(&error))?;
    let printed = Printed::new(&comparer, &plans.0, &plans.1, language);
    let job = Job { comparer: &comparer, printed: &printed, runs: [&before, &after], format: args.format };
    let (words, exit) = match &args.subject {
        Some(id) => job.one(id)?,
        None => job.all(language)?,
    };
    match &args.out {
        Some(path) => output::write(path, words.as_bytes())?,
        None => console::data(&words)?,
    }
    Ok(exit)
}

/// Reads a run whose rulebook, changes and facts are those that it was made of: any other comparison would be of something else.
fn unchanged(folder: &Path) -> Outcome<Again> {
    let run = Again::read(folder)?;
    let shown = folder.display();
    let what = if let Some(path) = run.facts_changed.first() {
        text!(
            "les faits de `{path}` ont changé depuis le calcul `{shown}` : on comparerait autre chose",
            "the facts of `{path}` have changed since the run `{shown}`: something else would be compared"
        )
    } else if run.rulebook_changed {
        text!(
            "la copie du contrat ou d'un changement a été modifiée depuis le calcul `{shown}` : on comparerait autre chose",
            "the copy of the rulebook or of a change was altered since the run `{shown}`: something else would be compared"
        )
    } else {
        return Ok(run);
    };
    Err(Failure::usage(what).hint(text!(
        "remettre les fichiers d'alors, ou refaire ce calcul avec ceux d'aujourd'hui : quotepart settle … --out {shown} --force",
        "put back the files of then, or make the run again with those of today: quotepart settle … --out {shown} --force"
    )))
}

fn plan(run: &Again) -> Outcome<Plan<'_>> {
    let (at, known_at) = run.dates()?;
    super::plan(&run.book, at, known_at)
}

fn side<'a>(
    plan: &'a Plan<'a>,
    run: &'a Again,
    settlement: &'a Settlement,
    privacy: &'a Privacy,
) -> Side<'a> {
    Side { plan, facts: &run.facts, settlement, excluded: &run.manifest.excluded, privacy: Some(privacy) }
}

/// Settles a run again, and says so when the amounts are not those that it holds.
fn settled(run: &Again, plan: &Plan<'_>, folder: &Path, language: Language) -> Outcome<Settlement> {
    let total = run.facts.rows(run.book.subject).ids.len();
    let mut progress = Progress::new(total, language);
    let excluded = &run.manifest.excluded;
    let engine = Engine::with_threads(environment::threads());
    let mut settlement =
        engine.settle(plan, &run.facts, run.manifest.official, excluded, &mut |done| progress.at(done));
    drop(progress);
    results::tidy_refusals(&run.book, &mut settlement.refused, excluded);
    for sheet in Sheet::all(plan) {
        let file = format!("results/{}.csv", sheet.name);
        let mut bytes = sheet.csv_header()?;
        bytes.extend(sheet.csv_rows(&run.book, &run.facts, &settlement)?);
        let computed = sha256(&bytes);
        let recorded = run.manifest.results.iter().find(|record| record.file == file);
        let kept = std::fs::read(folder.join(&file)).map(|bytes| sha256(&bytes)).ok();
        if recorded.is_none_or(|record| record.sha256 != computed) || kept != Some(computed) {
            let (shown, version) = (folder.join(&file), &run.manifest.quotepart);
            let shown = shown.display();
            messages::warning(
                &text!(
                    "`{shown}` ne contient pas les montants que ce Quotepart calcule (le calcul vient de la version {version}, ou le fichier a été modifié) : la comparaison porte sur les montants recalculés",
                    "`{shown}` does not hold the amounts that this Quotepart computes (the run is of version {version}, or the file was changed): the comparison is of the amounts computed again"
                ),
                language,
            );
        }
    }
    Ok(settlement)
}

/// Says why two runs cannot be compared, and what to do.
fn explained(error: &CompareError) -> Failure {
    match error {
        CompareError::Instruments { before, after } => Failure::usage(text!(
            "ces calculs suivent deux contrats, `{before}` et `{after}` : leurs montants n'ont pas de causes communes",
            "these runs follow two contracts, `{before}` and `{after}`: their amounts have no causes in common"
        ))
        .hint(text!(
            "comparer deux années, deux versions ou deux jeux de faits d'un même contrat",
            "compare two years, two versions or two sets of facts of one contract"
        )),
        CompareError::Entities { name } => Failure::usage(text!(
            "les deux contrats ne rangent pas `{name}` au même endroit : leurs sujets ne se répondent pas",
            "the two rulebooks do not put `{name}` in the same place: their subjects do not correspond"
        )),
        CompareError::UnknownEntity { name, known } => {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            Failure::usage(text!(
                "--entity : `{name}` n'est ni le sujet, ni une entité au-dessous",
                "--entity: `{name}` is neither the subject nor an entity below it"
            ))
            .suggest(name, &known)
        }
        CompareError::UnknownOutput { name, known } => {
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            Failure::usage(text!(
                "--output : `{name}` n'est pas un résultat en nombres de ces calculs",
                "--output: `{name}` is not a result in numbers of these runs"
            ))
            .suggest(name, &known)
        }
        CompareError::NothingPaid { known } => {
            let list = known.join(", ");
            Failure::usage(text!(
                "ce contrat ne paie rien à ses sujets : rien à comparer sans --output",
                "this contract pays nothing to its subjects: nothing to compare without --output"
            ))
            .hint(text!("résultats en nombres : {list}", "results in numbers: {list}"))
        }
        CompareError::NotANumber { name } => Failure::usage(text!(
            "`{name}` n'a pas la même unité dans les deux calculs",
            "`{name}` has not the same unit in the two runs"
        )),
        CompareError::Units { names } => {
            let list = names.join(", ");
            Failure::usage(text!(
                "ces résultats n'ont pas la même unité et ne s'additionnent pas : {list}",
                "these results are not of one unit and cannot be added: {list}"
            ))
            .hint(text!("en choisir un avec --output", "choose one with --output"))
        }
    }
}

/// Two runs to be compared, and how to say it.
struct Job<'a> {
    comparer: &'a Comparer<'a>,
    printed: &'a Printed<'a>,
    runs: [&'a Again; 2],
    format: CompareFormat,
}

impl Job<'_> {
    fn one(&self, id: &str) -> Outcome<(String, Exit)> {
        let found = self.comparer.compare(id);
        let refused = match &found {
            Compared::Unknown => return Err(self.unknown(id)),
            Compared::New(_) | Compared::Left(_) | Compared::Refused { .. } => true,
            Compared::Compared(_) => false,
        };
        let words = match (&found, self.format) {
            (Compared::Compared(difference), CompareFormat::Text) => text::one(self.printed, difference),
            (Compared::Compared(difference), CompareFormat::Html) => page::one(self.printed, difference)?,
            (_, CompareFormat::Text) => format!("{}\n", text::alone(self.printed, id, &found)),
            (_, CompareFormat::Html) => page::alone(self.printed, id, &found)?,
            (_, CompareFormat::Csv) => data::csv(self.printed, &[(id, found)])?,
            (_, CompareFormat::Json) => data::one(self.printed, self.runs, id, &found)?,
        };
        Ok((words, if refused { Exit::SomeRefused } else { Exit::Done }))
    }

    fn all(&self, language: Language) -> Outcome<(String, Exit)> {
        let found = self.compared(language);
        let refused = found.iter().any(|(_, found)| matches!(found, Compared::Refused { .. }));
        let words = match self.format {
            CompareFormat::Text => text::all(self.printed, &found),
            CompareFormat::Html => page::all(self.printed, &found)?,
            CompareFormat::Csv => data::csv(self.printed, &found)?,
            CompareFormat::Json => data::all(self.printed, self.runs, &found)?,
        };
        Ok((words, if refused { Exit::SomeRefused } else { Exit::Done }))
    }

    /// Compares every subject, in the order of their ids.
    fn compared(&self, language: Language) -> Vec<(&str, Compared)> {
        let ids = self.comparer.subjects();
        let mut progress = Progress::new(ids.len(), language);
        let mut found = Vec::with_capacity(ids.len());
        let compare = |index: usize| self.comparer.compare(ids[index]);
        in_order(ids.len(), environment::threads(), &compare, &mut |index, compared| {
            found.push((ids[index], compared));
            progress.at(index + 1);
            ControlFlow::Continue(())
        });
        found
    }

    fn unknown(&self, id: &str) -> Failure {
        for (run, place) in self.runs.iter().zip(["premier", "second"]) {
            if run.manifest.excluded.iter().any(|excluded| excluded == id) {
                let english = if place == "premier" { "first" } else { "second" };
                return Failure::usage(text!(
                    "`{id}` a été laissé de côté dans le {place} calcul (--exclude)",
                    "`{id}` was left out of the {english} run (--exclude)"
                ));
            }
        }
        let failure = Failure::usage(text!(
            "`{id}` n'est dans les faits d'aucun des deux calculs",
            "`{id}` is in the facts of neither run"
        ));
        if let Some(near) = rulebook::nearest(id, self.comparer.subjects()) {
            return failure
                .hint(text!("l'identifiant le plus proche est `{near}`", "the nearest id is `{near}`"));
        }
        match self.runs.iter().find_map(|run| entity_of(run, id)) {
            Some(name) => failure.hint(text!(
                "c'est un identifiant de `{name}` : --entity {name}",
                "it is an id of `{name}`: --entity {name}"
            )),
            None => failure,
        }
    }
}

/// Finds the entity that has an id in the facts of a run.
fn entity_of<'a>(run: &'a Again, id: &str) -> Option<&'a str> {
    let entities = run.book.entities.iter().zip(&run.facts.entities);
    let mut found = entities.filter(|(_, rows)| rows.ids.iter().any(|known| known == id));
    found.next().map(|(entity, _)| entity.name.as_str())
}
