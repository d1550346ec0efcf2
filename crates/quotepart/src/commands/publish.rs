//! `quotepart publish`: the statements of a run become entries of a ledger; what is published is corrected, never changed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rulebook::identity::sha256;
use rulebook::{Language, text};
use settlement::Statement;
use settlement::ledger::{Action, Command, Entry, Note, Refusal, apply};

use crate::cli::{Context, PublishArgs};
use crate::failure::{Exit, Failure, Outcome};
use crate::ledger_file::{Absent, Ledger};
use crate::run::{self, Manifest};
use crate::{console, environment, messages, statements, usage, words};

/// How many names are said of those that a run leaves as they are.
const KEPT_SHOWN: usize = 3;

/// How many due dates are said.
const DUES_SHOWN: usize = 12;

/// Runs the command.
pub(crate) fn run(context: &Context, args: &PublishArgs) -> Outcome<Exit> {
    let language = context.language;
    let today = today(args.today.as_deref())?;
    let run = &run::settled_in(&args.run);
    let manifest = run::read(run)?;
    let shown = args.run.display();
    if !manifest.changes.is_empty() {
        let changes = manifest.changes_given();
        return Err(Failure::usage(text!(
            "le calcul `{shown}` est une simulation, avec les changements de {changes} : il ne se publie pas",
            "the run `{shown}` is a simulation, with the changes of {changes}: it cannot be published"
        ))
        .hint(text!(
            "publier le calcul fait sans --change ; ce qui est décidé pour de bon s'écrit dans le contrat, avec sa source",
            "publish the run made without --change; what is decided for good is written in the rulebook, with its source"
        )));
    }
    if let Some(record) = run::altered(run, &manifest) {
        let file = &record.file;
        return Err(Failure::usage(text!(
            "le calcul `{shown}` a été modifié : `{file}` n'est plus ce qui a été calculé",
            "the run `{shown}` was altered: `{file}` is no longer what was computed"
        ))
        .hint(text!(
            "le refaire : `quotepart settle … --out {shown} --force`",
            "make it again: `quotepart settle … --out {shown} --force`"
        )));
    }
    let all = statements::read(run, &manifest, language)?;
    if all.is_empty() {
        return nothing_to_publish(args, &manifest, language);
    }
    let wanted = wanted(all, &args.subject)?;
    warn_of_facts(&manifest, language);
    let (mut ledger, notices) = Ledger::open(&args.ledger, Absent::Make, language)?;
    notices.iter().for_each(|notice| messages::warning(notice, language));
    let command = Command::Publish {
        statements: wanted,
        reason: args.reason.clone(),
        engine: Some(manifest.quotepart.clone()),
        restore: args.restore,
    };
    let outcome = apply(&ledger.state, &command, today).map_err(|refusal| refused(&refusal))?;
    ledger.append(&outcome.entries)?;
    let done = Done { entries: &outcome.entries, notes: &outcome.notes, args, manifest: &manifest };
    console::note(&done.summary(language));
    Ok(Exit::Done)
}

/// Returns the day to write under: the one given, or that of the clock.
pub(crate) fn today(given: Option<&str>) -> Outcome<Date> {
    given.map_or_else(|| Ok(environment::today()), |words| usage::date(words, "--today"))
}

/// Says why the ledger refuses a command, and what to do.
pub(crate) fn refused(refusal: &Refusal) -> Failure {
    let failure = Failure::usage(refusal.text());
    match refusal {
        Refusal::Unexplained { .. } | Refusal::OtherEngine { .. } => failure.hint(text!(
            "si c'est voulu, dire pourquoi : --reason \"…\" ; rien n'a été écrit",
            "if this is meant, say why: --reason \"…\"; nothing was written"
        )),
        Refusal::Replaced { .. } => failure.hint(text!(
            "pour revenir à ce calcul : --restore --reason \"…\" ; rien n'a été écrit",
            "to return to this run: --restore --reason \"…\"; nothing was written"
        )),
        Refusal::Contradicts { .. } => failure.hint(text!(
            "si une autre version de Quotepart a corrigé un défaut : refaire le calcul avec elle (settle --force), puis publier avec --reason ; rien n'a été écrit",
            "if another version of Quotepart mended a defect: make the run again with it (settle --force), then publish with --reason; nothing was written"
        )),
        _ => failure.hint(text!("rien n'a été écrit", "nothing was written")),
    }
}

/// Says why a run has nothing to publish.
fn nothing_to_publish(args: &PublishArgs, manifest: &Manifest, language: Language) -> Outcome<Exit> {
    let shown = args.run.display();
    if manifest.counts.settled == 0 && manifest.counts.refused > 0 {
        console::note(&match language {
            Language::French => {
                format!("Rien à publier : tous les sujets du calcul `{shown}` sont refusés.\n")
            }
            Language::English => {
                format!("Nothing to publish: every subject of the run `{shown}` is refused.\n")
            }
        });
        return Ok(manifest.exit());
    }
    let id = &manifest.rulebook.id;
    Err(Failure::usage(text!(
        "rien à publier : le calcul `{shown}` ne doit rien à personne",
        "nothing to publish: the run `{shown}` owes nothing to anybody"
    ))
    .hint(text!(
        "seules les règles du contrat `{id}` marquées `pays = true` deviennent des relevés",
        "only the rules of `{id}` that are marked `pays = true` become statements"
    )))
}

/// Keeps the statements of some subjects, or all.
fn wanted(all: Vec<Statement>, subjects: &[String]) -> Outcome<Vec<Statement>> {
    if subjects.is_empty() {
        return Ok(all);
    }
    let known: BTreeSet<&str> = all.iter().map(|statement| statement.key().subject.as_str()).collect();
    if let Some(unknown) = subjects.iter().find(|subject| !known.contains(subject.as_str())) {
        let known: Vec<&str> = known.into_iter().collect();
        return Err(Failure::usage(text!(
            "--subject : `{unknown}` n'a pas de relevé dans ce calcul",
            "--subject: `{unknown}` has no statement in this run"
        ))
        .suggest(unknown, &known));
    }
    let subjects: BTreeSet<&String> = subjects.iter().collect();
    Ok(all.into_iter().filter(|statement| subjects.contains(&statement.key().subject)).collect())
}

/// Says when the facts are no longer those of the run: what the run computed is published all the same.
fn warn_of_facts(manifest: &Manifest, language: Language) {
    for record in &manifest.facts {
        let places = [&record.given, &record.path];
        let found: Vec<_> = places.iter().filter_map(|path| std::fs::read(path).ok()).collect();
        if found.iter().any(|bytes| sha256(bytes) == record.sha256) {
            continue;
        }
        let path = &record.path;
        let message = if found.is_empty() {
            text!(
                "les faits de `{path}` ne sont plus là : ce que le calcul a trouvé est publié, mais `explain` ne pourra plus le justifier",
                "the facts of `{path}` are gone: what the run found is published, but `explain` can no longer justify it"
            )
        } else {
            text!(
                "les faits de `{path}` ont changé depuis le calcul : c'est ce que le calcul a trouvé qui est publié",
                "the facts of `{path}` have changed since the run: what the run found is what is published"
            )
        };
        messages::warning(&message, language);
    }
}

/// What a publication did.
struct Done<'a> {
    entries: &'a [Entry],
    notes: &'a [Note],
    args: &'a PublishArgs,
    manifest: &'a Manifest,
}

impl Done<'_> {
    fn summary(&self, language: Language) -> String {
        let (mut published, mut corrected, mut unchanged) = (0, 0, 0);
        let mut totals: BTreeMap<&str, [i128; 2]> = BTreeMap::new();
        let mut dues: BTreeMap<(Date, &str), i128> = BTreeMap::new();
        for entry in self.entries {
            let [first, more] = totals.entry(&entry.currency).or_default();
            let total = i128::from(entry.action.total().unwrap_or_default().get());
            match &entry.action {
                Action::Publish { .. } => {
                    published += 1;
                    *first += total;
                }
                _ if entry.action.movements().is_empty() => unchanged += 1,
                _ => {
                    corrected += 1;
                    *more += total;
                }
            }
            for line in entry.action.movements().iter() {
                *dues.entry((line.due, &entry.currency)).or_default() += i128::from(line.amount.get());
            }
        }
        dues.retain(|_, amount| *amount != 0);
        for note in self.notes {
            if let Note::AlreadyPublished { statements, .. } = note {
                unchanged += statements;
            }
        }
        let mut lines = vec![self.headline([published, corrected, unchanged], &totals, language)];
        lines.extend(due_lines(&dues, language));
        lines.extend(self.other_notes(language));
        lines.concat()
    }

    /// Says in one sentence what was done.
    fn headline(
        &self,
        [published, corrected, unchanged]: [usize; 3],
        totals: &BTreeMap<&str, [i128; 2]>,
        language: Language,
    ) -> String {
        let ledger = self.args.ledger.display();
        let run = words::short(&self.manifest.identity);
        if self.entries.is_empty() {
            return match language {
                Language::French => {
                    format!("Rien à refaire : le calcul {run} est déjà publié dans {ledger} ({unchanged}).\n")
                }
                Language::English => {
                    format!(
                        "Nothing to do again: run {run} is already published in {ledger} ({unchanged}).\n"
                    )
                }
            };
        }
        let money = |place: usize| {
            let amounts = totals.iter().map(|(currency, sums)| {
                words::money(sums.get(place).copied().unwrap_or_default(), currency, language)
            });
            amounts.collect::<Vec<_>>().join(" + ")
        };
        let mut parts = Vec::new();
        if published > 0 {
            let count =
                words::counted(published, ["publié", "publiés"], ["published", "published"], language);
            parts.push(format!("{count} ({})", money(0)));
        }
        if corrected > 0 {
            let count =
                words::counted(corrected, ["corrigé", "corrigés"], ["corrected", "corrected"], language);
            parts.push(match language {
                Language::French => format!("{count} (différence {})", money(1)),
                Language::English => format!("{count} (difference {})", money(1)),
            });
        }
        if unchanged > 0 {
            parts.push(words::counted(
                unchanged,
                ["inchangé", "inchangés"],
                ["unchanged", "unchanged"],
                language,
            ));
        }
        let (parts, id) = (parts.join(", "), &self.manifest.rulebook.id);
        let day = |words: &String| match words.parse() {
            Ok(day) => rulebook::show::date(day, language),
            Err(_) => words.clone(),
        };
        let (first, last) = (day(&self.manifest.period_first), day(&self.manifest.period_last));
        match language {
            Language::French => {
                format!("{id}, du {first} au {last}, calcul {run} : {parts}. Registre : {ledger}\n")
            }
            Language::English => {
                format!("{id}, {first} to {last}, run {run}: {parts}. Ledger: {ledger}\n")
            }
        }
    }

    /// Says what else is worth knowing.
    fn other_notes(&self, language: Language) -> Vec<String> {
        let mut lines = Vec::new();
        let mut kept = Vec::new();
        for note in self.notes {
            match note {
                Note::AlreadyPublished { .. } => {}
                Note::Kept { statement } => kept.push(statement.subject.as_str()),
                other => lines.push(format!("  {}\n", words::as_sentence(other.text().get(language)))),
            }
        }
        let refused = self.manifest.counts.refused;
        if refused > 0 {
            let count = words::counted(refused, ["sujet", "sujets"], ["subject", "subjects"], language);
            lines.push(match language {
                Language::French => format!("  Sans relevé, car refusés par le calcul : {count}.\n"),
                Language::English => format!("  Without a statement, refused by the run: {count}.\n"),
            });
        }
        // With --subject, whoever was not asked for stays as it is, and everybody knows.
        if !kept.is_empty() && self.args.subject.is_empty() {
            let count = kept.len();
            let mut names = kept.iter().take(KEPT_SHOWN).copied().collect::<Vec<_>>().join(", ");
            if count > KEPT_SHOWN {
                names.push_str(", …");
            }
            lines.push(match language {
                Language::French => {
                    format!(
                        "  Publiés avant et absents de ce calcul, laissés tels quels : {count} ({names}).\n"
                    )
                }
                Language::English => {
                    format!(
                        "  Published before and absent from this run, left as they are: {count} ({names}).\n"
                    )
                }
            });
        }
        lines
    }
}

/// Says what is due when.
pub(crate) fn due_lines(dues: &BTreeMap<(Date, &str), i128>, language: Language) -> Vec<String> {
    let line = |((due, currency), amount): (&(Date, &str), &i128)| {
        let is_taken_back = *amount < 0;
        let (due, amount) =
            (rulebook::show::date(*due, language), words::money(amount.abs(), currency, language));
        match (language, is_taken_back) {
            (Language::French, false) => format!("  à payer au {due} : {amount}\n"),
            (Language::French, true) => format!("  à reprendre au {due} : {amount}\n"),
            (Language::English, false) => format!("  due on {due}: {amount}\n"),
            (Language::English, true) => format!("  to recover on {due}: {amount}\n"),
        }
    };
    let mut lines: Vec<String> = dues.iter().take(DUES_SHOWN).map(line).collect();
    let more = dues.len().saturating_sub(DUES_SHOWN);
    if more > 0 {
        lines.push(match language {
            Language::French => format!("  … et {more} autres échéances\n"),
            Language::English => format!("  … and {more} more due dates\n"),
        });
    }
    lines
}
