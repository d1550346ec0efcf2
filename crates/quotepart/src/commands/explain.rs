//! `quotepart explain`: computes one subject of a run again and says where each amount comes from.

use anyhow::Context as _;
use report::{RefusedLine, ResultsPage};
use rulebook::book::Reference;
use rulebook::explain::{Explanation, Privacy, explain_with, render_text};
use rulebook::facts::Facts;
use rulebook::interpret::{TraceOf, trace};
use rulebook::{EntityId, Language, Plan, Refusal, Rulebook, Text, text};

use crate::again::Again;
use crate::cli::{Context, ExplainArgs, ExplainFormat};
use crate::failure::{Exit, Failure, Outcome};
use crate::run::Manifest;
use crate::{change_files, console, messages, output, results, words};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &ExplainArgs) -> Outcome<Exit> {
    let language = context.language;
    if let Some(out) = &args.out {
        output::folder_exists(out)?;
    }
    let run = Again::read(&args.run)?;
    let (at, known_at) = run.dates()?;
    let Again { manifest, book, facts, .. } = &run;
    let plan = super::plan(book, at, known_at)?;
    let notices = notices(&run);
    let is_altered = run.rulebook_changed || !run.facts_changed.is_empty();
    for notice in &notices {
        messages::warning(notice, language);
    }
    let entity = entity(book, args.entity.as_deref())?;
    let privacy = manifest.privacy(book);
    let job = Job { plan: &plan, facts, manifest, is_altered, entity, id: &args.subject, privacy };
    let (words, exit) = match job.explain(args.rule.as_deref())? {
        Ok(explanation) => {
            (job.explanation_words(&explanation, &notices, args.format, language)?, Exit::Done)
        }
        Err(refusal) => (job.refusal_words(&refusal, &notices, args.format, language)?, Exit::SomeRefused),
    };
    match &args.out {
        Some(path) => output::write(path, words.as_bytes())?,
        None => console::data(&words)?,
    }
    Ok(exit)
}

/// Says what a run rests on, and what is no longer as it was when it was made.
fn notices(run: &Again) -> Vec<Text> {
    let simulation = (!run.manifest.changes.is_empty()).then(|| simulation(run));
    let rulebook = run.rulebook_changed.then(|| {
        text!(
            "la copie du contrat ou d'un changement a été modifiée depuis le calcul : ces montants peuvent différer des siens",
            "the copy of the rulebook or of a change was altered since the run: these amounts may differ from its own"
        )
    });
    let facts = run.facts_changed.iter().map(|shown| {
        text!(
            "les faits de `{shown}` ont changé depuis le calcul : l'explication suit les faits d'aujourd'hui",
            "the facts of `{shown}` have changed since the run: the explanation follows those of today"
        )
    });
    simulation.into_iter().chain(rulebook).chain(facts).collect()
}

/// Says on which changes a run rests: their titles or files, and what they do to facts, which the files of facts
/// do not show.
fn simulation(run: &Again) -> Text {
    let titles = run.manifest.changes.iter().zip(&run.titles);
    let named = |language: Language| {
        let names = titles.clone().map(|(change, title)| match title {
            Some(title) => format!("{} ({})", title.get(language), change.given),
            None => change.given.clone(),
        });
        names.collect::<Vec<_>>().join(", ")
    };
    let facts = |language: Language| {
        let facts = run.fact_changes.iter().map(|change| {
            let label = run.book.label_of(Reference::Input(change.input));
            let done = change_files::of_fact(&run.book, change);
            format!("{} {}", label.get(language), done.get(language))
        });
        facts.collect::<Vec<_>>().join(", ")
    };
    Text::in_both(|language| {
        let (names, facts) = (named(language), facts(language));
        match (language, facts.is_empty()) {
            (Language::French, true) => format!("ce calcul est une simulation : {names}"),
            (Language::French, false) => {
                format!("ce calcul est une simulation : {names} ; faits changés : {facts}")
            }
            (Language::English, true) => format!("this run is a simulation: {names}"),
            (Language::English, false) => {
                format!("this run is a simulation: {names}; changed facts: {facts}")
            }
        }
    })
}

/// Finds the entity whose id was given.
fn entity(book: &Rulebook, name: Option<&str>) -> Outcome<EntityId> {
    let Some(name) = name else { return Ok(book.subject) };
    book.entity(name).ok_or_else(|| {
        let known: Vec<&str> = book.entities.iter().map(|entity| entity.name.as_str()).collect();
        Failure::usage(text!(
            "--entity : `{name}` n'est pas une entité",
            "--entity: `{name}` is not an entity"
        ))
        .suggest(name, &known)
    })
}

/// What is to be explained.
struct Job<'a> {
    plan: &'a Plan<'a>,
    facts: &'a Facts,
    manifest: &'a Manifest,
    /// Whether something is no longer as it was when the run was made.
    is_altered: bool,
    entity: EntityId,
    id: &'a str,
    privacy: Privacy,
}

impl Job<'_> {
    /// Returns the explanation, or the refusal of the row.
    fn explain(&self, rule: Option<&str>) -> Outcome<Result<Explanation, Box<Refusal>>> {
        let id = self.id;
        if self.entity == self.plan.book.subject
            && self.manifest.excluded.iter().any(|excluded| excluded == id)
        {
            return Err(Failure::usage(text!(
                "`{id}` a été laissé de côté dans ce calcul (--exclude)",
                "`{id}` was left out of this run (--exclude)"
            )));
        }
        let outputs = rule.map(|name| self.rule(name)).transpose()?;
        let outputs: Vec<_> = outputs.into_iter().collect();
        let of = TraceOf { entity: self.entity, id: self.id, outputs: &outputs };
        let Manifest { official, excluded, .. } = self.manifest;
        match trace(self.plan, self.facts, of, *official, excluded) {
            Ok(found) => {
                let (entity, id) = (self.entity, self.id);
                Ok(Ok(explain_with(self.plan, &found, entity, id, *official, &self.privacy)))
            }
            Err(Some(refusal)) => Ok(Err(refusal)),
            Err(None) => match self.refused_by_reading() {
                Some(refusal) => Ok(Err(Box::new(refusal))),
                None => Err(self.unknown_id()),
            },
        }
    }

    fn explanation_words(
        &self,
        explanation: &Explanation,
        notices: &[Text],
        format: ExplainFormat,
        language: Language,
    ) -> Outcome<String> {
        match format {
            ExplainFormat::Text => Ok(with_notices(&render_text(explanation, language), notices, language)),
            ExplainFormat::Json => {
                let whole = serde_json::to_value(explanation).context("failed to write JSON")?;
                self.json(whole)
            }
            // A page is kept and passed on: what must be known stands in it.
            ExplainFormat::Html => {
                let notices: Vec<Text> = notices.iter().map(whole_sentence).collect();
                let page = report::explanation_page(explanation, &notices, language);
                Ok(page.context("failed to write the page")?)
            }
        }
    }

    fn refusal_words(
        &self,
        refusal: &Refusal,
        notices: &[Text],
        format: ExplainFormat,
        language: Language,
    ) -> Outcome<String> {
        let book = self.plan.book;
        let sentence = format!("{}\n", results::refusal_sentence(book, refusal, language));
        match format {
            ExplainFormat::Text => Ok(with_notices(&sentence, notices, language)),
            ExplainFormat::Json => {
                let refused = results::refusal_json(book, refusal, language);
                self.json(serde_json::json!({ "refused": refused }))
            }
            ExplainFormat::Html => {
                let mut subtitle = book.instrument.title.clone();
                for notice in notices.iter().map(whole_sentence) {
                    subtitle = Text::new(
                        format!("{} — ATTENTION : {}", subtitle.fr, notice.fr),
                        format!("{} — WARNING: {}", subtitle.en, notice.en),
                    );
                }
                let page = ResultsPage {
                    title: Text::same(self.id),
                    subtitle,
                    refused: vec![RefusedLine { id: self.id.to_owned(), reason: refusal.message.clone() }],
                    ..ResultsPage::default()
                };
                Ok(report::results_page(&page, language).context("failed to write the page")?)
            }
        }
    }

    /// Returns a JSON object with the run that it belongs to.
    fn json(&self, mut whole: serde_json::Value) -> Outcome<String> {
        if let Some(fields) = whole.as_object_mut() {
            fields.insert("run".to_owned(), self.manifest.identity.clone().into());
            fields.insert("changed_since_run".to_owned(), self.is_altered.into());
            if !self.manifest.changes.is_empty() {
                let given = self.manifest.changes.iter().map(|change| change.given.clone());
                fields.insert("changes".to_owned(), given.collect());
            }
        }
        let mut words = serde_json::to_string_pretty(&whole).context("failed to write JSON")?;
        words.push('\n');
        Ok(words)
    }

    /// Returns the refusal of a row that was left out before anything was computed.
    fn refused_by_reading(&self) -> Option<Refusal> {
        let mut refused = self.facts.refused.iter();
        refused.find(|refusal| refusal.entity == self.entity && refusal.id == self.id).cloned()
    }

    fn unknown_id(&self) -> Failure {
        let (id, book) = (self.id, self.plan.book);
        let ids = self.facts.rows(self.entity).ids.iter().map(String::as_str);
        let failure = Failure::usage(text!(
            "`{id}` n'est pas dans les faits de ce calcul",
            "`{id}` is not in the facts of this run"
        ));
        if let Some(nearest) = rulebook::nearest(id, ids) {
            return failure.hint(text!(
                "l'identifiant le plus proche est `{nearest}`",
                "the nearest id is `{nearest}`"
            ));
        }
        let elsewhere =
            |entity: &usize| self.facts.rows(EntityId(*entity)).ids.iter().any(|known| known == id);
        match (0..book.entities.len()).find(elsewhere) {
            Some(entity) => {
                let name = &book.entities[entity].name;
                failure.hint(text!(
                    "c'est un identifiant de `{name}` : --entity {name}",
                    "it is an id of `{name}`: --entity {name}"
                ))
            }
            None => failure,
        }
    }

    /// Finds a rule or an output by name.
    fn rule(&self, name: &str) -> Outcome<rulebook::book::Reference> {
        let (plan, book) = (self.plan, self.plan.book);
        if let Some(found) = results::output_named(plan, self.entity, name) {
            return Ok(found);
        }
        if let Some(id) = book.rule(name) {
            if plan.rule(id).is_none() {
                return Err(Failure::usage(text!(
                    "la règle `{name}` n'existe pas à la date du calcul",
                    "the rule `{name}` does not exist at the date of the run"
                )));
            }
            let owner = &book.entities[book.rules[id.0].of.0].name;
            return Err(Failure::usage(text!(
                "`{name}` est une règle de `{owner}`",
                "`{name}` is a rule of `{owner}`"
            ))
            .hint(text!(
                "ajouter --entity {owner}, et donner à --subject un identifiant de `{owner}`",
                "add --entity {owner}, and give --subject an id of `{owner}`"
            )));
        }
        let outputs: Vec<String> =
            plan.outputs(self.entity).iter().map(|output| book.name_of(*output)).collect();
        let rules =
            book.rules.iter().filter(|rule| rule.of == self.entity).map(|rule| rule.named.name.as_str());
        let known: Vec<&str> = outputs.iter().map(String::as_str).chain(rules).collect();
        let failure =
            Failure::usage(text!("--rule : `{name}` n'est pas une règle", "--rule: `{name}` is not a rule"));
        let nearest = rulebook::nearest(name, known.iter().copied());
        let list = outputs.join(", ");
        let hint = nearest.map_or_else(
            || text!("résultats : {list}", "results: {list}"),
            |nearest| text!("le nom le plus proche est `{nearest}`", "the nearest name is `{nearest}`"),
        );
        Err(failure.hint(hint))
    }
}

/// Returns a fragment as a sentence.
fn whole_sentence(fragment: &Text) -> Text {
    Text::new(words::as_sentence(&fragment.fr), words::as_sentence(&fragment.en))
}

/// Puts what must be known before the text.
fn with_notices(words: &str, notices: &[Text], language: Language) -> String {
    let line = |notice: &Text| {
        let notice = words::as_sentence(notice.get(language));
        match language {
            Language::French => format!("ATTENTION : {notice}\n"),
            Language::English => format!("WARNING: {notice}\n"),
        }
    };
    notices.iter().map(line).chain([words.to_owned()]).collect()
}
