//! `quotepart explain`: computes one subject of a run again and says where each amount comes from.

use std::path::PathBuf;

use anyhow::Context as _;
use report::{RefusedLine, ResultsPage};
use rulebook::explain::{Explanation, render_text};
use rulebook::facts::{Facts, Options};
use rulebook::identity::{rulebook_hash, sha256};
use rulebook::interpret::{TraceOf, trace};
use rulebook::{EntityId, Language, Plan, Refusal, Rulebook, Text, text};

use crate::cli::{Context, ExplainArgs, ExplainFormat};
use crate::fact_files::{self, Read, Wanted};
use crate::failure::{Exit, Failure, Outcome};
use crate::run::{self, FactsRecord, Manifest};
use crate::{console, folder, messages, output, results, usage, words};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &ExplainArgs) -> Outcome<Exit> {
    let language = context.language;
    if let Some(out) = &args.out {
        output::folder_exists(out)?;
    }
    let manifest = run::read(&args.run)?;
    let files = folder::read(&args.run.join("rulebook"))?;
    let book = folder::load(&files)?;
    let known_at = manifest.known_at.as_deref().map(|day| usage::date(day, "known_at")).transpose()?;
    let plan = super::plan(&book, usage::date(&manifest.at, "at")?, known_at)?;
    let (facts, changed) = facts(&book, &manifest)?;
    let mut notices = Vec::new();
    if rulebook_hash(&book.sources) != manifest.rulebook.sha256 {
        notices.push(text!(
            "la copie du contrat a été modifiée depuis le calcul : ces montants peuvent différer des siens",
            "the copy of the rulebook was changed since the run: these amounts may differ from its own"
        ));
    }
    notices.extend(changed);
    for notice in &notices {
        messages::warning(notice, language);
    }
    let entity = entity(&book, args.entity.as_deref())?;
    let job = Job { plan: &plan, facts: &facts, manifest: &manifest, entity, id: &args.subject };
    let (words, exit) = match job.explain(args.rule.as_deref())? {
        Ok(explanation) => (job.explanation_words(explanation, &notices, args.format, language)?, Exit::Done),
        Err(refusal) => (job.refusal_words(&refusal, &notices, args.format, language)?, Exit::SomeRefused),
    };
    match &args.out {
        Some(path) => output::write(path, words.as_bytes())?,
        None => console::data(&words)?,
    }
    Ok(exit)
}

/// Reads the facts of a run again; returns what to say when they are no longer the same.
fn facts(book: &Rulebook, manifest: &Manifest) -> Outcome<(Facts, Vec<Text>)> {
    let mut files: Vec<Read> = Vec::new();
    let mut notices = Vec::new();
    for record in &manifest.facts {
        let read = again(record)?;
        if read.sha256 != record.sha256 {
            let shown = read.wanted.path.display();
            notices.push(text!(
                "les faits de `{shown}` ont changé depuis le calcul : l'explication suit les faits d'aujourd'hui",
                "the facts of `{shown}` have changed since the run: the explanation follows those of today"
            ));
        }
        files.push(read);
    }
    let map = manifest.map.iter().map(|record| (record.input.clone(), record.column.clone())).collect();
    let numbers = manifest.numbers.as_deref().and_then(fact_files::style);
    // A column that was let pass then is let pass now.
    let options = Options { map, numbers, strict: false };
    let (facts, _known_warnings) = fact_files::collect(book, files, &options)?;
    Ok((facts, notices))
}

/// Reads a file of facts again: where it was given from, or where it was; the one that did not change first.
fn again(record: &FactsRecord) -> Outcome<Read> {
    let places = [&record.given, &record.path].map(PathBuf::from);
    let found = places.iter().filter_map(|path| Some((path, std::fs::read(path).ok()?)));
    let mut found: Vec<(&PathBuf, Vec<u8>)> = found.collect();
    let same = found.iter().position(|(_, bytes)| sha256(bytes) == record.sha256);
    if found.is_empty() {
        let path = &record.path;
        return Err(Failure::usage(text!(
            "le fichier de faits `{path}` n'est plus là : rien ne peut être recalculé",
            "the file of facts `{path}` is gone: nothing can be computed again"
        ))
        .hint(text!(
            "un calcul désigne ses faits par leur chemin et leur empreinte ; il ne les copie pas",
            "a run names its facts by path and hash; it does not copy them"
        )));
    }
    let (path, bytes) = found.swap_remove(same.unwrap_or(0));
    let wanted = Wanted { entity: record.entity.clone(), given: record.given.clone(), path: path.clone() };
    fact_files::parse(wanted, &bytes).map_err(|finding| Failure::Findings {
        exit: Exit::Usage,
        findings: vec![*finding],
        sources: Vec::new(),
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
    entity: EntityId,
    id: &'a str,
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
                Ok(Ok(rulebook::explain::explain(self.plan, &found, self.entity, self.id, *official)))
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
        mut explanation: Explanation,
        notices: &[Text],
        format: ExplainFormat,
        language: Language,
    ) -> Outcome<String> {
        match format {
            ExplainFormat::Text => Ok(with_notices(&render_text(&explanation, language), notices, language)),
            ExplainFormat::Json => {
                let whole = serde_json::to_value(&explanation).context("failed to write JSON")?;
                self.json(whole, !notices.is_empty())
            }
            ExplainFormat::Html => {
                // A page is kept and passed on: what must be known stands in its heading.
                for notice in notices {
                    let Text { fr, en } = &explanation.title;
                    explanation.title =
                        text!("{fr} — ATTENTION : {}", "{en} — WARNING: {}", notice.get(language));
                }
                Ok(report::explanation_page(&explanation, language).context("failed to write the page")?)
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
                self.json(serde_json::json!({ "refused": refused }), !notices.is_empty())
            }
            ExplainFormat::Html => {
                let page = ResultsPage {
                    title: Text::same(self.id),
                    subtitle: book.instrument.title.clone(),
                    refused: vec![RefusedLine { id: self.id.to_owned(), reason: refusal.message.clone() }],
                    ..ResultsPage::default()
                };
                Ok(report::results_page(&page, language).context("failed to write the page")?)
            }
        }
    }

    /// Returns a JSON object with the run that it belongs to.
    fn json(&self, mut whole: serde_json::Value, changed: bool) -> Outcome<String> {
        if let Some(fields) = whole.as_object_mut() {
            fields.insert("run".to_owned(), self.manifest.identity.clone().into());
            fields.insert("changed_since_run".to_owned(), changed.into());
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
