//! A step that settles example subjects and explains one amount.

use std::collections::BTreeMap;

use anyhow::Context as _;
use report::{BarItem, Bars, Column, RefusedLine, ResultsPage};
use rulebook::book::Reference;
use rulebook::explain::{Explanation, render_text};
use rulebook::facts::{Facts, Options};
use rulebook::interpret::{Settlement, TraceOf, compute, settle, trace};
use rulebook::{Language, Plan, Text, Type, Value, show};

use super::pages::Pages;
use super::script::{ExplainPart, SettleStep};
use crate::cli::Context;
use crate::fact_files::{self, Read, Wanted};
use crate::failure::{Failure, Outcome};
use crate::table::Table;
use crate::{commands, console, embedded, folder, messages, results, words};

/// Settles, prints a table, then an explanation.
pub(super) fn show(context: &Context, step: &SettleStep, number: usize, pages: &mut Pages) -> Outcome<()> {
    let language = context.language;
    let files = context.library.find(&step.rulebook)?;
    let book = folder::load(&files)?;
    let plan = commands::plan(&book, step.at, None)?;
    let (facts, warnings) = fact_files::collect(&book, read(&step.facts)?, &Options::default())?;
    messages::findings(&warnings, &[], language);
    let settlement = settle(&plan, &facts, false, &[]);
    let shown =
        Shown { plan: &plan, facts: &facts, settlement: &settlement, outputs: outputs(&plan, &step.show)? };
    console::data(&shown.table(language))?;
    pages.add(&format!("{number}-results"), &step.title, |language| {
        report::results_page(&shown.page(&step.title), language)
    })?;
    let Some(part) = &step.explain else { return Ok(()) };
    let explanation = explanation(&plan, &facts, part)?;
    let (printed, cut) = match part.depth {
        Some(depth) => shallow(&explanation, depth),
        None => (explanation.clone(), false),
    };
    let more = match language {
        _ if !cut => "",
        Language::French => "(… et ainsi de suite, jusqu'à chaque fait et à chaque page du contrat)\n",
        Language::English => "(… and so on, down to each fact and each page of the contract)\n",
    };
    console::data(&format!("\n{}{more}", render_text(&printed, language)))?;
    let title = Text::same(format!("{} · {}", part.subject, book.instrument.title.get(language)));
    pages.add(&format!("{number}-explanation"), &title, |language| {
        report::explanation_page(&explanation, &[], language)
    })
}

/// Reads the embedded facts of a step.
pub(super) fn read(facts: &BTreeMap<String, String>) -> Outcome<Vec<Read>> {
    let mut files = Vec::new();
    for (entity, path) in facts {
        let text = embedded::demo(path).with_context(|| format!("demo/{path} is not embedded"))?;
        let entity = Some(entity.clone()).filter(|entity| entity != "subject");
        let wanted = Wanted { entity, given: format!("demo/{path}"), path: path.into() };
        let parsed = fact_files::parse(wanted, text.as_bytes());
        files.push(parsed.map_err(|finding| anyhow::anyhow!("demo/{path}: {}", finding.message.en))?);
    }
    Ok(files)
}

/// Finds the outputs that a step names.
pub(super) fn outputs(plan: &Plan<'_>, names: &[String]) -> Outcome<Vec<Reference>> {
    let find = |name: &String| {
        let found = results::output_named(plan, plan.book.subject, name);
        found
            .with_context(|| format!("the demonstration names `{name}`, which is no output"))
            .map_err(Failure::Bug)
    };
    names.iter().map(find).collect()
}

fn explanation(plan: &Plan<'_>, facts: &Facts, part: &ExplainPart) -> Outcome<Explanation> {
    let entity = plan.book.subject;
    let outputs = outputs(plan, std::slice::from_ref(&part.rule))?;
    let of = TraceOf { entity, id: &part.subject, outputs: &outputs };
    let traced = trace(plan, facts, of, false, &[]).map_err(|refusal| {
        let why = refusal.map(|refusal| refusal.message.en).unwrap_or_default();
        anyhow::anyhow!("the demonstration explains `{}`, which cannot be: {why}", part.subject)
    })?;
    Ok(rulebook::explain::explain(plan, &traced, entity, &part.subject, false))
}

/// Returns an explanation without what lies deeper than some levels, and whether anything does.
fn shallow(explanation: &Explanation, depth: usize) -> (Explanation, bool) {
    let mut printed = explanation.clone();
    let mut level = explanation.outputs.clone();
    for _ in 1..depth {
        level = level
            .iter()
            .filter_map(|index| explanation.nodes.get(*index))
            .flat_map(|step| step.children.clone())
            .collect();
    }
    let mut cut = false;
    for index in level {
        if let Some(step) = printed.nodes.get_mut(index) {
            cut |= !step.children.is_empty();
            step.children.clear();
        }
    }
    (printed, cut)
}

/// What is shown of a settlement.
struct Shown<'a> {
    plan: &'a Plan<'a>,
    facts: &'a Facts,
    settlement: &'a Settlement,
    outputs: Vec<Reference>,
}

impl Shown<'_> {
    /// Returns the id and the values of each settled subject.
    fn rows(&self) -> Vec<(&str, Vec<Option<Value>>)> {
        let Some(results) = self.settlement.subject() else { return Vec::new() };
        let facts = self.facts.rows(results.entity);
        let ids = (0..results.len()).filter_map(|index| facts.ids.get(results.facts_row(index)));
        let row = |id: &'_ String| {
            let wanted: Vec<_> =
                self.outputs.iter().map(|output| (results.entity, id.as_str(), *output)).collect();
            compute(self.plan, self.facts, &wanted).into_iter().map(Result::ok).collect()
        };
        ids.map(|id| (id.as_str(), row(id))).collect()
    }

    fn printed(&self, output: Reference, value: Option<&Value>, language: Language) -> String {
        value.map(|value| show::reference(self.plan.book, output, value, language)).unwrap_or_default()
    }

    fn is_number(&self, output: Reference) -> bool {
        matches!(self.plan.book.type_of(output), Type::Number(_))
    }

    /// Returns the table of results, then who was refused.
    fn table(&self, language: Language) -> String {
        let book = self.plan.book;
        let mut table = Table::default();
        table.column(book.entities[book.subject.0].label.get(language), false);
        for output in &self.outputs {
            table.column(book.label_of(*output).get(language), self.is_number(*output));
        }
        for (id, values) in self.rows() {
            let cells = self.outputs.iter().zip(&values);
            let cells = cells.map(|(output, value)| self.printed(*output, value.as_ref(), language));
            table.row([id.to_owned()].into_iter().chain(cells).collect());
        }
        let refused: Vec<String> = self
            .settlement
            .refused
            .iter()
            .map(|refusal| format!("{}\n", results::refusal_sentence(book, refusal, language)))
            .collect();
        let before = if refused.is_empty() { "" } else { "\n" };
        format!("{}{before}{}", table.render(), refused.concat())
    }

    /// Returns the same as the content of a page.
    fn page(&self, title: &Text) -> ResultsPage {
        let book = self.plan.book;
        let label = book.entities[book.subject.0].label.clone();
        let outputs = self.outputs.iter();
        let rows = self.rows();
        let cell = |output: &Reference, value: &Option<Value>| {
            Text::in_both(|language| self.printed(*output, value.as_ref(), language))
        };
        let items = |place: usize, output: Reference| -> Vec<BarItem> {
            let item = |(id, values): &(&str, Vec<Option<Value>>)| {
                let value = values.get(place)?.as_ref()?;
                let printed = Text::in_both(|language| self.printed(output, Some(value), language));
                Some(BarItem { id: (*id).to_owned(), number: value.as_number()?.clone(), printed })
            };
            rows.iter().filter_map(item).collect()
        };
        // What is paid is what people look for.
        let pays = |output: &Reference| matches!(output, Reference::Rule(id) if book.rules[id.0].pays);
        let pictured = self
            .outputs
            .iter()
            .position(pays)
            .or_else(|| self.outputs.iter().position(|output| self.is_number(*output)));
        ResultsPage {
            title: title.clone(),
            subtitle: Text::in_both(|language| {
                format!("{} · {}", book.instrument.title.get(language), words::period(self.plan, language))
            }),
            columns: [Column { label, numeric: false }]
                .into_iter()
                .chain(
                    outputs.map(|output| Column {
                        label: book.label_of(*output),
                        numeric: self.is_number(*output),
                    }),
                )
                .collect(),
            rows: rows
                .iter()
                .map(|(id, values)| {
                    let cells = self.outputs.iter().zip(values).map(|(output, value)| cell(output, value));
                    [Text::same(*id)].into_iter().chain(cells).collect()
                })
                .collect(),
            refused: self
                .settlement
                .refused
                .iter()
                .map(|refusal| RefusedLine { id: refusal.id.clone(), reason: refusal.message.clone() })
                .collect(),
            bars: pictured.and_then(|place| {
                let output = *self.outputs.get(place)?;
                Some(Bars { label: book.label_of(output), items: items(place, output) })
            }),
        }
    }
}
