//! The way from claims to the facts of a contract: which lists, figures and expectations are needed, and the queries that
//! make facts, and tables of the contract, out of them.
//!
//! A chain is the folder `chain/` of a rulebook: `chain.toml`, and one SELECT in a file for each entity and table.

use std::collections::{BTreeMap, BTreeSet};

use crate::choices::{Choice, ChoiceValue, Choices};
use crate::finding::{Code, Finding, has_errors};
use crate::mapping::{check_select, check_version};
use crate::query::{self, Period};
use crate::reference::attribution::{AttributionRules, Method};
use crate::schema::Schema;
use crate::toml_reader::{Reader, parse};
use crate::{Text, words};

/// The name of the file that says what a chain needs.
pub const MAIN_FILE: &str = "chain.toml";

/// Numbers from here on are years by themselves.
const FIRST_YEAR: i16 = 1900;

/// What a query of a chain may ask for besides the days of the period.
const NAMES: [&str; 4] = ["year", "previous_year", "period_start", "period_end"];

/// What a contract needs from claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// Lists of patients.
    pub lists: Vec<ChainList>,
    /// Figures of measures.
    pub figures: Vec<ChainFigures>,
    /// Expected spending.
    pub expected: Vec<ChainExpected>,
    /// The columns of the results of the year before that queries read as the table `previous`, which has no row when no
    /// such results are given.
    pub previous: Vec<String>,
    /// The entities whose rows are persons: their counts are masked in explanations, and no row of theirs is listed.
    pub persons: Vec<String>,
    /// The query that gives the facts of each entity, by its name, in the order of the file.
    pub facts: Vec<(String, String)>,
    /// The query that gives the rows of a table of the contract, by its name.
    pub tables: Vec<(String, String)>,
    /// What the report of a run shows.
    pub report: Option<ChainReport>,
}

/// What the report of a run shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainReport {
    /// The expected spending that teams are compared with.
    pub expected: String,
    /// The query that describes teams.
    pub teams: String,
    /// The output that is the amount of a team.
    pub amount: String,
    /// What must be known first.
    pub note: Text,
    /// Other readings of the contract that are computed beside the one in force.
    pub options: Vec<ChainOption>,
}

/// Another reading of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainOption {
    /// What it is called.
    pub name: Text,
    /// What it changes.
    pub hint: Text,
    /// The change file, by its path in the folder of the rulebook.
    pub change: String,
}

/// A list of patients at a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainList {
    /// The name under which queries read it.
    pub name: String,
    /// The year, as [`of_care`] understands it.
    pub year: i16,
    /// The month of the day.
    pub month: i8,
    /// The day of the month.
    pub day: i8,
    /// How the professional is found, in this order.
    pub methods: Vec<Method>,
    /// Months before the day in which contacts count.
    pub months: i64,
    /// Professions whose contacts count.
    pub professions: Vec<String>,
    /// Forms of teams that may have patients; all when there are none.
    pub team_kinds: Vec<String>,
}

/// Figures of measures over a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainFigures {
    /// The name under which queries read them.
    pub name: String,
    /// The list whose patients count.
    pub list: String,
    /// The year, as [`of_care`] understands it.
    pub year: i16,
    /// The measures.
    pub measures: Vec<String>,
    /// What figures are made for instead of teams: an expression over `p`, the table of patients, and `y`, that of territories.
    pub by: Option<String>,
}

/// Expected spending of the patients of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainExpected {
    /// The name under which queries read it.
    pub name: String,
    /// The model.
    pub model: String,
    /// The list whose patients count.
    pub list: String,
    /// The year whose spending is expected, as [`of_care`] understands it.
    pub year: i16,
    /// Whether the model is fitted on the year before, and its amounts are carried by the trend of everybody's spending.
    pub carried: bool,
}

impl ChainList {
    /// Returns the rules of attribution in a year of care; none when the day does not exist.
    pub fn rules(&self, year: i16) -> Option<AttributionRules> {
        Some(AttributionRules {
            at: jiff::civil::Date::new(of_care(year, self.year), self.month, self.day).ok()?,
            methods: self.methods.clone(),
            months: self.months,
            professions: self.professions.clone(),
            team_kinds: self.team_kinds.clone(),
        })
    }
}

impl Chain {
    /// Reads `chain.toml` and the queries beside it, given as names of files and texts, to the end.
    pub fn read(file: &str, text: &str, queries: &[(String, String)]) -> (Option<Self>, Vec<Finding>) {
        let mut findings = Vec::new();
        let chain = parse(file, text, &mut findings)
            .map(|table| Self::from_reader(&Reader::new(file, &table), queries, &mut findings));
        (chain.filter(|_| !has_errors(&findings)), findings)
    }

    /// Returns the values that queries of a year of care may ask for.
    pub fn choices(year: i16) -> Choices {
        let choice = |name: &str, value: i16| {
            let label = words!("année", "year");
            (name.to_owned(), Choice { value: ChoiceValue::Integer(i64::from(value)), label })
        };
        Choices([choice("year", year), choice("previous_year", year.saturating_sub(1))].into())
    }

    fn from_reader(reader: &Reader<'_>, queries: &[(String, String)], findings: &mut Vec<Finding>) -> Self {
        reader.only(
            &[
                "schema_version",
                "lists",
                "figures",
                "expected",
                "previous",
                "persons",
                "facts",
                "tables",
                "report",
            ],
            findings,
        );
        check_version(reader, findings);
        let lists: Vec<ChainList> =
            reader.tables("lists", findings).iter().filter_map(|inside| list(inside, findings)).collect();
        if lists.is_empty() {
            reader.missing("lists", findings);
        }
        let names: BTreeSet<&str> = lists.iter().map(|list| list.name.as_str()).collect();
        let mut figures = Vec::new();
        for inside in reader.tables("figures", findings) {
            figures.extend(figures_of(&inside, &names, findings));
        }
        let mut expected = Vec::new();
        for inside in reader.tables("expected", findings) {
            expected.extend(expected_of(&inside, &names, findings));
        }
        let facts = named_queries(reader, "facts", queries, findings);
        let is_silent =
            reader.inside("facts", &mut Vec::new()).is_none_or(|facts| facts.keys().next().is_none());
        if is_silent {
            reader.missing("facts", findings);
        }
        let tables = named_queries(reader, "tables", queries, findings);
        let previous = reader.inside("previous", findings).map_or_else(Vec::new, |inside| {
            inside.only(&["columns"], findings);
            inside.texts("columns", findings)
        });
        let report = reader.inside("report", findings).and_then(|inside| report(&inside, queries, findings));
        let persons = reader.texts("persons", findings);
        let chain = Self { lists, figures, expected, previous, persons, facts, tables, report };
        chain.check_names(reader, findings);
        chain
    }

    /// Finds two tables of one name, and those that would hide a canonical one.
    fn check_names(&self, reader: &Reader<'_>, findings: &mut Vec<Finding>) {
        let lists = self.lists.iter().map(|list| ("lists", list.name.as_str()));
        let figures = self.figures.iter().map(|figures| ("figures", figures.name.as_str()));
        let expected = self.expected.iter().map(|expected| ("expected", expected.name.as_str()));
        if let Some(report) = self.report.as_ref()
            && !self.expected.iter().any(|expected| expected.name == report.expected)
        {
            let name = &report.expected;
            findings.push(Finding::error(
                Code::UNKNOWN_NAME,
                reader.file,
                "report.expected",
                words!(
                    "aucune dépense attendue ne s'appelle `{name}`",
                    "no expected spending is named `{name}`"
                ),
                words!("écrire l'un des noms de [[expected]]", "write one of the names of [[expected]]"),
            ));
        }
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for (section, name) in lists.chain(figures).chain(expected) {
            let is_canonical = Schema::canonical().table(name).is_some();
            if is_canonical || seen.insert(name, section).is_some() {
                findings.push(Finding::error(
                    Code::DUPLICATE_NAME,
                    reader.file,
                    section,
                    words!(
                        "une autre table s'appelle déjà `{name}`",
                        "another table is named `{name}` already"
                    ),
                    words!("lui donner un autre nom", "give it another name"),
                ));
            }
        }
    }
}

/// Returns the year that a chain means in a year of care: 0 is that year, -1 the one before; from 1900 on, a year by itself.
pub fn of_care(year: i16, meant: i16) -> i16 {
    if meant >= FIRST_YEAR { meant } else { year.saturating_add(meant) }
}

/// Fills what a query of a chain asks for.
pub fn fill(sql: &str, year: i16) -> Result<String, query::QueryError> {
    let period = Period::year(year).ok_or_else(|| query::QueryError::UnknownName("year".to_owned()))?;
    query::fill(sql, period, &Chain::choices(year))
}

fn name_of(inside: &Reader<'_>, findings: &mut Vec<Finding>) -> Option<String> {
    let name = inside.text("name", findings)?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    if !is_name {
        inside.bad_value(
            "name",
            words!("`{name}` n'est pas un nom de table", "`{name}` is no name of a table"),
            words!("l'écrire en minuscules, chiffres et `_`", "write it in lower case, digits and `_`"),
            findings,
        );
    }
    Some(name.to_owned())
}

/// Reads the year of a part of a chain, as [`of_care`] understands it.
fn year_of(inside: &Reader<'_>, findings: &mut Vec<Finding>) -> i16 {
    let meant = inside.integer("year", findings).unwrap_or(0);
    let is_year = (i64::from(FIRST_YEAR)..=2100).contains(&meant);
    if !is_year && !(-5..=0).contains(&meant) {
        inside.bad_value(
            "year",
            words!("{meant} n'est pas une année", "{meant} is no year"),
            words!(
                "écrire 0 pour l'année de soins, -1 pour la précédente, ou une année comme 2019",
                "write 0 for the year of care, -1 for the one before, or a year such as 2019"
            ),
            findings,
        );
    }
    i16::try_from(meant).unwrap_or(0)
}

fn list(inside: &Reader<'_>, findings: &mut Vec<Finding>) -> Option<ChainList> {
    inside.only(&["name", "at", "year", "methods", "months", "professions", "team_kinds"], findings);
    let at = inside.text("at", findings).unwrap_or("12-31");
    let day = at.split_once('-').and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)));
    // 2023 has no 29 February, so that a day of every year is asked for.
    let day = day.filter(|(month, day)| jiff::civil::Date::new(2023, *month, *day).is_ok());
    if day.is_none() {
        inside.bad_value(
            "at",
            words!("`{at}` n'est pas un jour de toute année", "`{at}` is no day of every year"),
            words!("écrire par exemple \"12-31\"", "write for instance \"12-31\""),
            findings,
        );
    }
    let known = [Method::Declared, Method::Contacts];
    let mut methods = Vec::new();
    for name in inside.texts("methods", findings) {
        match known.into_iter().find(|method| method.name() == name) {
            Some(method) => methods.push(method),
            None => inside.bad_value(
                "methods",
                words!("la méthode `{name}` n'est pas connue", "the method `{name}` is not known"),
                words!("écrire \"declared\" ou \"contacts\"", "write \"declared\" or \"contacts\""),
                findings,
            ),
        }
    }
    if methods.is_empty() {
        inside.missing("methods", findings);
    }
    let (month, day) = day?;
    Some(ChainList {
        name: name_of(inside, findings)?,
        year: year_of(inside, findings),
        month,
        day,
        methods,
        months: inside.integer("months", findings).unwrap_or(24),
        professions: inside.texts("professions", findings),
        team_kinds: inside.texts("team_kinds", findings),
    })
}

fn list_of(inside: &Reader<'_>, lists: &BTreeSet<&str>, findings: &mut Vec<Finding>) -> Option<String> {
    let list = inside.text("list", findings)?;
    if !lists.contains(list) {
        let known = lists.iter().copied().collect::<Vec<_>>().join(", ");
        findings.push(Finding::error(
            Code::UNKNOWN_NAME,
            inside.file,
            inside.key("list"),
            words!("aucune liste ne s'appelle `{list}`", "no list is named `{list}`"),
            words!("les listes sont : {known}", "the lists are: {known}"),
        ));
    }
    Some(list.to_owned())
}

fn figures_of(
    inside: &Reader<'_>,
    lists: &BTreeSet<&str>,
    findings: &mut Vec<Finding>,
) -> Option<ChainFigures> {
    inside.only(&["name", "list", "year", "measures", "by"], findings);
    Some(ChainFigures {
        name: name_of(inside, findings)?,
        list: list_of(inside, lists, findings)?,
        year: year_of(inside, findings),
        measures: inside.texts("measures", findings),
        by: inside.text_if_there("by", findings).map(str::to_owned),
    })
}

fn expected_of(
    inside: &Reader<'_>,
    lists: &BTreeSet<&str>,
    findings: &mut Vec<Finding>,
) -> Option<ChainExpected> {
    inside.only(&["name", "model", "list", "year", "carried"], findings);
    Some(ChainExpected {
        name: name_of(inside, findings)?,
        model: inside.text("model", findings)?.to_owned(),
        list: list_of(inside, lists, findings)?,
        year: year_of(inside, findings),
        carried: inside.truth("carried", findings).unwrap_or(false),
    })
}

fn report(
    inside: &Reader<'_>,
    queries: &[(String, String)],
    findings: &mut Vec<Finding>,
) -> Option<ChainReport> {
    inside.only(&["expected", "teams", "amount", "note", "options"], findings);
    let mut options = Vec::new();
    for option in inside.tables("options", findings) {
        option.only(&["name", "hint", "change"], findings);
        let (name, hint) = (option.words("name", findings), option.words("hint", findings));
        if let Some(change) = option.text("change", findings) {
            options.push(ChainOption { name, hint, change: change.to_owned() });
        }
    }
    let file = inside.text("teams", findings)?;
    Some(ChainReport {
        expected: inside.text("expected", findings)?.to_owned(),
        teams: query_of(inside, "teams", file, queries, findings)?,
        amount: inside.text("amount", findings)?.to_owned(),
        note: inside.words("note", findings),
        options,
    })
}

/// Reads `[facts]` or `[tables]`: names, each with the file of its query.
fn named_queries(
    reader: &Reader<'_>,
    section: &str,
    queries: &[(String, String)],
    findings: &mut Vec<Finding>,
) -> Vec<(String, String)> {
    let Some(inside) = reader.inside(section, findings) else { return Vec::new() };
    let mut found = Vec::new();
    for name in inside.keys() {
        let Some(file) = inside.text(name, findings) else { continue };
        found.extend(query_of(&inside, name, file, queries, findings).map(|sql| (name.to_owned(), sql)));
    }
    found
}

/// Finds the query that a key names, and checks it.
fn query_of(
    inside: &Reader<'_>,
    key: &str,
    file: &str,
    queries: &[(String, String)],
    findings: &mut Vec<Finding>,
) -> Option<String> {
    let Some((_, sql)) = queries.iter().find(|(known, _)| known == file) else {
        findings.push(Finding::error(
            Code::MISSING_FILE,
            inside.file,
            inside.key(key),
            words!("le fichier `{file}` manque", "the file `{file}` is missing"),
            words!("écrire la requête dans `chain/{file}`", "write the query in `chain/{file}`"),
        ));
        return None;
    };
    check_select(file, sql, &[], findings);
    match query::names(sql) {
        Ok(asked) => {
            for asked in asked.iter().filter(|asked| !NAMES.contains(&asked.as_str())) {
                let known = NAMES.join(", :");
                findings.push(Finding::error(
                    Code::PLACEHOLDER,
                    file,
                    "",
                    words!("`:{asked}` n'a pas de valeur", "`:{asked}` has no value"),
                    words!("une requête peut demander :{known}", "a query may ask for :{known}"),
                ));
            }
        }
        Err(error) => findings.push(Finding::error(
            Code::BAD_VALUE,
            file,
            "",
            words!("la requête ne peut être lue : {error}", "the query cannot be read: {error}"),
            words!("fermer les guillemets", "close the quotes"),
        )),
    }
    Some(sql.clone())
}
