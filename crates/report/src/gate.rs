//! The page of the gate: what was found in claims, what was done about it, and how many lines each month has.

use askama::Template;
use exact::Rational;
use rulebook::{Language, Text, text};

use crate::ReportError;
use crate::picture::{Heat, Mark, Picture, Tone, heat};
use crate::printed::count;
use crate::words::{Words, words};

/// The months as heads of columns.
const MONTHS: [[&str; 12]; 2] = [
    ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
];

/// What a page of the gate shows. Counts that may not be shown are words already.
#[derive(Debug, Clone, Default)]
pub struct GatePage {
    /// The heading.
    pub title: Text,
    /// What stands over it, such as the folder; may be empty.
    pub subtitle: Text,
    /// The whole in a sentence.
    pub lead: Text,
    /// What was found, by where it was found; a group without lines is left out.
    pub groups: Vec<GateGroup>,
    /// Lines by month, table by table.
    pub months: Vec<MonthMap>,
}

/// What was found in one place.
#[derive(Debug, Clone)]
pub struct GateGroup {
    /// The heading.
    pub title: Text,
    /// One line for each find.
    pub lines: Vec<GateLine>,
}

/// One find.
#[derive(Debug, Clone)]
pub struct GateLine {
    /// What was found, with its count.
    pub words: Text,
    /// What was done about it; may be empty.
    pub remedy: Text,
    /// Whether somebody has to look.
    pub is_grave: bool,
}

/// How many lines a table has in each month.
#[derive(Debug, Clone)]
pub struct MonthMap {
    /// The table, in words.
    pub label: Text,
    /// Each year with its twelve months.
    pub years: Vec<(i16, [MonthCount; 12])>,
}

/// The lines of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MonthCount {
    /// There is no line.
    #[default]
    None,
    /// There are lines, too few to be told.
    Hidden,
    /// So many.
    Lines(u64),
}

#[derive(Template)]
#[template(path = "gate.html")]
struct Page<'a> {
    w: &'static Words,
    title: &'a str,
    subtitle: &'a str,
    lead: &'a str,
    found: &'a str,
    done: &'a str,
    grave: &'a str,
    groups: Vec<Group<'a>>,
    months_title: &'a str,
    months_hint: &'a str,
    year: &'a str,
    month_names: &'static [&'static str; 12],
    months: Vec<Map>,
}

/// What was found in one place, in one language.
struct Group<'a> {
    title: &'a str,
    lines: Vec<Line<'a>>,
    /// Whether anything is done about any of it.
    has_remedies: bool,
}

/// One find in one language.
struct Line<'a> {
    words: &'a str,
    remedy: &'a str,
    is_grave: bool,
}

/// The months of a table: a picture, and the same as a table with a row for each year.
struct Map {
    picture: Picture,
    rows: Vec<(String, Vec<Cell>)>,
}

/// A month in the table beside the picture.
struct Cell {
    printed: String,
    is_missing: bool,
}

/// Writes the self-contained page of the gate.
///
/// # Errors
/// When the template cannot be filled.
pub fn gate_page(page: &GatePage, language: Language) -> Result<String, ReportError> {
    let groups = page.groups.iter().filter(|group| !group.lines.is_empty()).map(|group| {
        let lines = group.lines.iter().map(|line| Line {
            words: line.words.get(language),
            remedy: line.remedy.get(language),
            is_grave: line.is_grave,
        });
        Group {
            title: group.title.get(language),
            lines: lines.collect(),
            has_remedies: group.lines.iter().any(|line| !line.remedy.get(language).is_empty()),
        }
    });
    let said = [
        text!("Ce qui a été trouvé", "What was found"),
        text!("Ce qui en est fait", "What is done about it"),
        text!("à regarder", "look at this"),
        text!("Lignes par mois", "Lines by month"),
        text!(
            "Plus la case est foncée, plus le mois a de lignes. Un mois sans ligne, ou bien plus pâle que ses voisins, est \
             souvent un fichier qui manque ou qui n'est pas complet.",
            "The darker the field, the more lines the month has. A month without lines, or much paler than its neighbours, is \
             often a file that is missing or not complete."
        ),
        text!("Année", "Year"),
    ];
    let [found, done, grave, months_title, months_hint, year] =
        said.each_ref().map(|text| text.get(language));
    let month_names = match language {
        Language::French => &MONTHS[0],
        Language::English => &MONTHS[1],
    };
    let months = page.months.iter().enumerate().map(|(place, map)| {
        let picture = draw(place, map, month_names, language);
        let rows = map.years.iter().map(|(year, months)| {
            let cells = months
                .iter()
                .map(|one| Cell { printed: shown(*one, language), is_missing: *one == MonthCount::None });
            (year.to_string(), cells.collect())
        });
        Map { picture, rows: rows.collect() }
    });
    let page = Page {
        w: words(language),
        title: page.title.get(language),
        subtitle: page.subtitle.get(language),
        lead: page.lead.get(language),
        found,
        done,
        grave,
        groups: groups.collect(),
        months_title,
        months_hint,
        year,
        month_names,
        months: months.collect(),
    };
    Ok(page.render()?)
}

fn shown(lines: MonthCount, language: Language) -> String {
    match (lines, language) {
        (MonthCount::None, Language::French) => "aucune".to_owned(),
        (MonthCount::None, Language::English) => "none".to_owned(),
        (MonthCount::Hidden, Language::French) => "masqué".to_owned(),
        (MonthCount::Hidden, Language::English) => "masked".to_owned(),
        (MonthCount::Lines(lines), _) => count(usize::try_from(lines).unwrap_or(usize::MAX), language),
    }
}

fn draw(place: usize, map: &MonthMap, names: &[&str; 12], language: Language) -> Picture {
    // A month that may not be told is drawn as one without lines: its shade would tell.
    let number = |lines: MonthCount| match lines {
        MonthCount::Lines(lines) => Rational::from(lines),
        MonthCount::None | MonthCount::Hidden => Rational::ZERO,
    };
    let years: Vec<String> = map.years.iter().map(|(year, _)| year.to_string()).collect();
    let numbers: Vec<(Rational, String)> = (map.years.iter())
        .flat_map(|(year, months)| {
            months
                .iter()
                .zip(names)
                .map(move |(one, name)| (number(*one), format!("{name} {year} · {}", shown(*one, language))))
        })
        .collect();
    let axes = match language {
        Language::French => ["années", "mois"],
        Language::English => ["years", "months"],
    };
    let description = match language {
        Language::French => "Chaque case est un mois ; les nombres sont dans le tableau à côté.",
        Language::English => "Each field is a month; the numbers are in the table beside.",
    };
    heat(&Heat {
        id: &format!("months-{place}"),
        title: map.label.get(language),
        description: description.to_owned(),
        axes,
        rows: years.iter().map(String::as_str).collect(),
        columns: names.to_vec(),
        fields: numbers.iter().map(|(number, full)| (number, String::new(), full.clone())).collect(),
    })
}
