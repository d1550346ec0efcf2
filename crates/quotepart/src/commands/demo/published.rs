//! A step that settles whole published files and says how far the results lie from what was published.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context as _;
use exact::Rational;
use report::ComparisonRow;
use rulebook::book::Reference;
use rulebook::facts::{FactFile, Options};
use rulebook::interpret::settle;
use rulebook::{Language, Rulebook, Value, show};

use super::compare;
use super::pages::Pages;
use super::script::{PublishedFile, PublishedStep};
use crate::cli::Context;
use crate::fact_files::{self, Wanted};
use crate::failure::Outcome;
use crate::table::Table;
use crate::{commands, console, folder};

/// Settles the files and prints how many rows agree; says so when the files are not there.
pub(super) fn show(context: &Context, step: &PublishedStep, number: usize, pages: &mut Pages) -> Outcome<()> {
    let language = context.language;
    if !Path::new(&step.folder).is_dir() {
        let shown = &step.folder;
        return console::data(&match language {
            Language::French => {
                format!(
                    "SAUTÉ : le dossier {shown} n'est pas là ; ces données ne viennent pas avec Quotepart.\n"
                )
            }
            Language::English => {
                format!("SKIPPED: the folder {shown} is not there; these data do not come with Quotepart.\n")
            }
        });
    }
    let files = context.library.find(&step.rulebook)?;
    let book = folder::load(&files)?;
    let mut table = Table::default();
    let headings = match language {
        Language::French => ["fichier", "résultat", "lignes", "concordantes", "écart le plus grand", "de"],
        Language::English => ["file", "result", "rows", "in agreement", "largest gap", "of"],
    };
    for (place, heading) in headings.into_iter().enumerate() {
        table.column(heading, (2..5).contains(&place));
    }
    let mut rows = Vec::new();
    let (mut all_agree, mut refused) = (0, 0);
    for file in &step.files {
        let compared = compare_file(&book, step, file)?;
        refused += compared.refused;
        for output in step.against.keys() {
            let of_output: Vec<&(Reference, ComparisonRow)> =
                compared.rows.iter().filter(|(reference, _)| book.name_of(*reference) == *output).collect();
            let agree = of_output.iter().filter(|(_, row)| gap(row) <= row.allowed_gap).count();
            all_agree += agree;
            table.row(line(&book, &file.path, &of_output, agree, language));
        }
        rows.extend(compared.rows);
    }
    let all = rows.len();
    console::data(&table.render())?;
    console::data(&match language {
        Language::French => format!(
            "\n{all_agree} montants sur {all} concordent avec ceux qui sont publiés ; {refused} lignes refusées.\n"
        ),
        Language::English => format!(
            "\n{all_agree} of {all} amounts agree with those that are published; {refused} rows refused.\n"
        ),
    })?;
    let rows = rows.into_iter().map(|(reference, row)| (book.label_of(reference), row)).collect();
    compare::add_pages(&book, &format!("{number}-published"), &step.title, rows, pages)
}

fn gap(row: &ComparisonRow) -> Rational {
    (&row.computed - &row.published).abs()
}

/// Returns the line of one output of one file.
fn line(
    book: &Rulebook,
    file: &str,
    rows: &[&(Reference, ComparisonRow)],
    agree: usize,
    language: Language,
) -> Vec<String> {
    let largest = rows.iter().max_by_key(|(_, row)| gap(row));
    let label = rows.first().map(|(reference, _)| book.label_of(*reference).get(language).to_owned());
    let shown = largest.map(|(reference, row)| {
        let gap = show::reference(book, *reference, &Value::Number(gap(row)), language);
        (gap, format!("{} ({})", row.id, row.published_printed.get(language)))
    });
    let (gap, whose) = shown.unwrap_or_default();
    vec![file.to_owned(), label.unwrap_or_default(), rows.len().to_string(), agree.to_string(), gap, whose]
}

/// The results of one file beside what was published.
struct Compared {
    rows: Vec<(Reference, ComparisonRow)>,
    refused: usize,
}

fn compare_file(book: &Rulebook, step: &PublishedStep, file: &PublishedFile) -> Outcome<Compared> {
    let plan = commands::plan(book, file.at, None)?;
    let path = Path::new(&step.folder).join(&file.path);
    let read = fact_files::read(vec![Wanted { entity: None, given: path.display().to_string(), path }])?;
    let published: Vec<FactFile> = read.iter().map(|read| read.file.clone()).collect();
    let map = step.map.iter().map(|(input, column)| (input.clone(), column.clone())).collect();
    // Columns of published results are no facts: what is said of them is left out.
    let (facts, _) = fact_files::collect(book, read, &Options { map, ..Options::default() })?;
    let settlement = settle(&plan, &facts, false, &[]);
    let mut compared = Compared { rows: Vec::new(), refused: settlement.refused_subjects(book) };
    let Some(results) = settlement.subject() else { return Ok(compared) };
    let subjects = facts.rows(results.entity);
    let mut by_line: HashMap<u64, (&str, Vec<Value>)> = HashMap::new();
    for (row, values) in results.rows() {
        if let (Some(line), Some(id)) = (subjects.lines.get(row), subjects.ids.get(row)) {
            by_line.insert(*line, (id, values));
        }
    }
    let period = file.at.year().to_string();
    for (output, column) in &step.against {
        let place = results.outputs.iter().position(|known| book.name_of(*known) == *output);
        let place =
            place.with_context(|| format!("the demonstration names `{output}`, which is no output"))?;
        for (line, published) in column_of(&published, column) {
            let Some((id, values)) = by_line.get(&line) else { continue };
            let Some(computed) = values.get(place).and_then(Value::as_number) else { continue };
            let allowed = allowed(file.within.get(output), &published)?;
            let reference = results.outputs[place];
            let row = compare::row(book, reference, id, &period, [computed, &published], allowed);
            compared.rows.push((reference, row));
        }
    }
    Ok(compared)
}

/// Returns the numbers of a column with their lines.
fn column_of(files: &[FactFile], name: &str) -> Vec<(u64, Rational)> {
    let mut numbers = Vec::new();
    for table in files.iter().flat_map(|file| &file.tables) {
        let Some(column) = table.headers.iter().position(|header| header == name) else { continue };
        let cells =
            (0..table.row_count()).filter_map(|row| Some((table.line(row), table.cell(row, column)?)));
        numbers.extend(cells.filter_map(|(line, cell)| Some((line, Rational::parse(cell).ok()?))));
    }
    numbers
}

/// Returns how far a result may lie from what was published.
fn allowed(within: Option<&String>, published: &Rational) -> Outcome<Rational> {
    let Some(words) = within else { return Ok(Rational::ZERO) };
    let number = Rational::parse(words)
        .with_context(|| format!("the demonstration allows `{words}`, which is no number"))?;
    Ok(if words.trim_end().ends_with('%') { (&number * published).abs() } else { number })
}
