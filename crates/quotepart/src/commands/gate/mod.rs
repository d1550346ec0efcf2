//! `quotepart gate`: what is wrong in claims, counted, and corrected by declared rules or refused.

mod page;
pub(super) mod record;

use std::path::Path;

use claims::{Found, Imported};
use population::gate::{Gate, GateCheck, GateRule, GateSeverity};
use population::{Mapping, Period};
use rulebook::{Language, text};
use serde::Serialize;

use super::claims_source::{self, Source, failure, shown};
use crate::cli::{Context, GateArgs, GateFormat};
use crate::console;
use crate::failure::{Exit, Failure, Outcome};
use crate::output;

/// What was found, for programs. Counts under the threshold are not in it.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    /// `source`, `apart`, `import` or `rule`.
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<String>,
    /// The count, or words instead of one that is not shown.
    count: String,
    words: String,
    /// What is done about it; nothing is for what a source is only known for.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
    /// Whether somebody has to look.
    is_grave: bool,
}

impl Line {
    fn whole(&self) -> String {
        match &self.remedy {
            Some(remedy) => format!("{} → {remedy}\n", self.words),
            None => format!("{}\n", self.words),
        }
    }
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &GateArgs) -> Outcome<Exit> {
    let period = args.years.as_deref().map(years).transpose()?;
    if let Some(out) = &args.out {
        output::folder_exists(out)?;
        if out.exists() {
            let shown = out.display();
            return Err(Failure::usage(text!("`{shown}` existe déjà", "`{shown}` exists already")).hint(
                text!(
                    "donner un autre dossier, ou enlever celui-ci",
                    "give another folder, or remove this one"
                ),
            ));
        }
    }
    let beside = args.out.as_deref().map_or(std::env::temp_dir(), |out| output::folder_of(out).to_owned());
    let source = claims_source::open(context, &args.claims, &beside)?;
    let rules = Gate::shipped();
    let found = source
        .engine
        .gate(&source.opened, rules, period, claims_source::step)
        .map_err(|error| failure(&error))?;
    if let Some(out) = &args.out {
        write_tables(&source, out, &found, context.language)?;
    }
    let lines = lines(source.imported.as_ref(), rules, &found, context.language);
    console::data(&match args.format {
        GateFormat::Json => serde_json::to_string_pretty(&lines).map_err(anyhow::Error::from)? + "\n",
        GateFormat::Text if lines.is_empty() => match context.language {
            Language::French => "rien à signaler\n".to_owned(),
            Language::English => "nothing to report\n".to_owned(),
        },
        GateFormat::Text => lines.iter().map(Line::whole).collect::<Vec<_>>().concat(),
        GateFormat::Html => {
            let months =
                source.engine.lines_by_month(&source.opened, rules).map_err(|error| failure(&error))?;
            page::page(&args.claims.folder, &lines, &months, context.language)?
        }
    })?;
    Ok(Exit::Done)
}

/// Writes the corrected tables beside their place, then puts the whole folder there.
fn write_tables(source: &Source, out: &Path, found: &[Found], language: Language) -> Outcome<()> {
    let process = std::process::id();
    let temporary = output::with_suffix(out, ".", &format!(".{process}.tmp"));
    std::fs::create_dir(&temporary).map_err(|error| output::cannot_write(out, &error))?;
    let written = source
        .engine
        .write_tables(&source.opened, &temporary, claims_source::step)
        .map_err(|error| failure(&error))
        .and_then(|()| record::write(&temporary, found, language))
        .and_then(|()| std::fs::rename(&temporary, out).map_err(|error| output::cannot_write(out, &error)));
    if written.is_err() {
        let _gone = std::fs::remove_dir_all(&temporary);
    }
    output::keep_names(output::folder_of(out));
    written
}

/// Returns what was found, source first, as lines that may be shown.
pub(super) fn lines(
    imported: Option<&(Mapping, Imported)>,
    rules: &Gate,
    found: &[Found],
    language: Language,
) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some((mapping, imported)) = imported {
        lines.extend(of_source(mapping, imported, language));
    }
    for one in found {
        let Some(rule) = rules.rules.iter().find(|rule: &&GateRule| rule.id == one.rule) else { continue };
        // Months are not patients.
        let count = if rule.check == GateCheck::MissingMonth {
            one.count.to_string()
        } else {
            shown(one.count, language)
        };
        let words = ours(&rule.words, language).replace("{count}", &count).replace("{table}", &one.table);
        lines.push(Line {
            kind: "rule",
            name: one.rule.clone(),
            table: Some(one.table.clone()),
            count,
            words,
            remedy: Some(ours(&rule.remedy, language)),
            is_grave: rule.severity == GateSeverity::Error,
        });
    }
    lines
}

fn ours(text: &population::Text, language: Language) -> String {
    match language {
        Language::French => text.fr.clone(),
        Language::English => text.en.clone(),
    }
}

/// Returns what is known of a source, what was put aside and what could not be read.
fn of_source(mapping: &Mapping, imported: &Imported, language: Language) -> Vec<Line> {
    let mut lines = Vec::new();
    for (id, count) in &imported.traps {
        let Some(check) = mapping.checks.iter().find(|check| check.id == *id) else { continue };
        let count = shown_or_none(*count, language);
        let words = ours(&check.words, language).replace("{count}", &count);
        lines.push(Line {
            kind: "source",
            name: id.clone(),
            table: None,
            count,
            words,
            remedy: None,
            is_grave: false,
        });
    }
    lines.extend(apart(mapping, imported, language));
    for table in &imported.tables {
        for (refused, is_refused) in
            table.refused.iter().map(|one| (one, true)).chain(table.emptied.iter().map(|one| (one, false)))
        {
            let count = shown(i64::try_from(refused.rows).unwrap_or(i64::MAX), language);
            let (name, reason) = (&table.name, &refused.reason);
            let words = match (language, is_refused) {
                (Language::French, true) => {
                    format!("{name} : {count} lignes refusées à la lecture ({reason})")
                }
                (Language::English, true) => format!("{name}: {count} rows refused when read ({reason})"),
                (Language::French, false) => {
                    format!("{name} : {count} cellules laissées vides ({reason})")
                }
                (Language::English, false) => format!("{name}: {count} cells left empty ({reason})"),
            };
            lines.push(Line {
                kind: "import",
                name: reason.clone(),
                table: Some(name.clone()),
                count,
                words,
                remedy: None,
                is_grave: false,
            });
        }
    }
    lines
}

/// Returns the rows of the source that enter no table, by reason.
fn apart(mapping: &Mapping, imported: &Imported, language: Language) -> Vec<Line> {
    let mut lines = Vec::new();
    for (name, reasons) in &imported.lists {
        let list = mapping.lists.iter().find(|list| list.name == *name);
        for one in reasons {
            let Some(meaning) = list.and_then(|list| list.reasons.get(&one.reason)) else { continue };
            let count = shown(i64::try_from(one.rows).unwrap_or(i64::MAX), language);
            let meaning = match language {
                Language::French => &meaning.fr,
                Language::English => &meaning.en,
            };
            let words = meaning.replace("{count}", &count);
            let (reason, table) = (one.reason.clone(), Some(name.clone()));
            lines.push(Line {
                kind: "apart",
                name: reason,
                table,
                count,
                words,
                remedy: None,
                is_grave: false,
            });
        }
    }
    lines
}

/// What stands for a count of none.
const NONE: &str = "0";

/// Returns a count that may be 0: nothing is said of anybody then.
fn shown_or_none(count: i64, language: Language) -> String {
    if count == 0 { NONE.to_owned() } else { shown(count, language) }
}

fn years(words: &str) -> Outcome<Period> {
    let (first, last) = words.split_once('-').unwrap_or((words, words));
    let year = |word: &str| word.parse::<i16>().ok().and_then(Period::year);
    match (year(first), year(last)) {
        (Some(first), Some(last)) if first.start <= last.start => {
            Ok(Period { start: first.start, end: last.end })
        }
        _ => Err(Failure::usage(text!(
            "--years : `{words}` n'est pas une suite d'années",
            "--years: `{words}` is no range of years"
        ))
        .hint(text!("écrire par exemple 2018-2022", "write for instance 2018-2022"))),
    }
}
