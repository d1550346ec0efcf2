//! Metadata of measures and of the views they share: the files beside their SQL.

use crate::choices::Choices;
use crate::finding::{Code, Finding};
use crate::schema::Schema;
use crate::toml_reader::{Reader, Source, parse};
use crate::{Text, words};

/// Which direction is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// More is better.
    Up,
    /// Less is better.
    Down,
    /// Neither is said.
    Any,
}

/// What one row of a measure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grain {
    /// A patient.
    Patient,
    /// A hospital stay or episode, with its patient.
    Stay,
    /// An emergency visit, with its patient.
    Visit,
    /// Nothing: the team declares the value.
    Declared,
}

/// How rows become a figure. Only rows in the denominator and without exclusion count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MeasureKind {
    /// Rows in the numerator over rows.
    Share,
    /// Sum of the values over rows.
    Mean,
    /// Median of the values.
    Median,
    /// Rows in the numerator over the patients of the list.
    PerPatient,
    /// No rows: the team declares the value.
    Declared,
}

/// Whose rows make the figure of a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Population {
    /// The patients attributed to it.
    List,
    /// The residents of its municipalities.
    Territory,
}

/// The metadata of a measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The name, which is that of its files.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Which direction is better.
    pub wanted: Wanted,
    /// What a row is.
    pub grain: Grain,
    /// How rows become a figure.
    pub kind: MeasureKind,
    /// The unit of the figure, as rulebooks write units.
    pub unit: String,
    /// Whose rows count.
    pub population: Population,
    /// How many days after the period must be known.
    pub follow_up_days: i64,
    /// The tables and views that the query reads.
    pub needs: Vec<String>,
    /// The reference loop that checks the query, if there is one.
    pub reference: Option<String>,
    /// Whether the figure is adjusted to the characteristics of the list.
    pub adjusted: bool,
    /// Where it comes from.
    pub sources: Vec<Source>,
    /// A sentence with `{numerateur}`, `{denominateur}`, `{valeur}` or names of choices.
    pub say: Option<Text>,
    /// The reasons for which a row is excluded, with labels.
    pub exclusions: Vec<(String, Text)>,
    /// What is left open.
    pub choices: Choices,
}

/// A view that measures share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The name, which is that of its files and of a derived table.
    pub id: String,
    /// The tables that it reads.
    pub needs: Vec<String>,
    /// Whether its rows are computed once for all measures that read it; else each measure computes what it needs of them.
    pub keep: bool,
    /// What is left open; a measure with a choice of the same name has it its own way.
    pub choices: Choices,
}

const KEYS: &[&str] = &[
    "id",
    "title",
    "wanted",
    "grain",
    "kind",
    "unit",
    "period",
    "population",
    "follow_up_days",
    "needs",
    "reference",
    "adjusted",
    "source",
    "say",
    "exclusions",
    "choices",
];

const WANTED: &[(&str, Wanted)] = &[("up", Wanted::Up), ("down", Wanted::Down), ("any", Wanted::Any)];

const GRAINS: &[(&str, Grain)] = &[
    ("patient", Grain::Patient),
    ("stay", Grain::Stay),
    ("visit", Grain::Visit),
    ("declared", Grain::Declared),
];

const KINDS: &[(&str, MeasureKind)] = &[
    ("share", MeasureKind::Share),
    ("mean", MeasureKind::Mean),
    ("median", MeasureKind::Median),
    ("per_patient", MeasureKind::PerPatient),
    ("declared", MeasureKind::Declared),
];

const POPULATIONS: &[(&str, Population)] =
    &[("list", Population::List), ("territory", Population::Territory)];

/// Places of a sentence that every measure may use.
const PLACES: &[&str] = &["numerateur", "denominateur", "valeur"];

impl Grain {
    /// Returns the key columns of a row.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Patient => &["patient"],
            Self::Stay => &["patient", "stay"],
            Self::Visit => &["patient", "visit"],
            Self::Declared => &[],
        }
    }
}

impl Measure {
    /// Reads the metadata of a measure, to the end of the file.
    pub fn read(file: &str, text: &str) -> (Option<Self>, Vec<Finding>) {
        let mut findings = Vec::new();
        let measure = parse(file, text, &mut findings)
            .and_then(|table| Self::from_reader(&Reader::new(file, &table), &mut findings));
        (measure, findings)
    }

    /// Tells whether the figure is computed from claims.
    pub fn is_from_claims(&self) -> bool {
        self.kind != MeasureKind::Declared
    }

    /// Returns the columns of its rows: keys, denominator, numerator or value, exclusion.
    pub fn columns(&self) -> Vec<&'static str> {
        let mut columns = self.grain.keys().to_vec();
        if self.population == Population::Territory {
            columns.push("area");
        }
        let outcome = match self.kind {
            MeasureKind::Share | MeasureKind::PerPatient => "numerator",
            MeasureKind::Mean | MeasureKind::Median => "value",
            MeasureKind::Declared => return Vec::new(),
        };
        columns.extend(["denominator", outcome, "exclusion"]);
        columns
    }

    fn from_reader(reader: &Reader<'_>, findings: &mut Vec<Finding>) -> Option<Self> {
        reader.only(KEYS, findings);
        reader.one_of("period", &["year"], findings);
        let title = reader.words("title", findings);
        let wanted = named(reader, "wanted", WANTED, findings);
        let grain = named(reader, "grain", GRAINS, findings);
        let kind = named(reader, "kind", KINDS, findings);
        let unit = reader.text("unit", findings).unwrap_or_default().to_owned();
        let population = if reader.value("population").is_some() {
            named(reader, "population", POPULATIONS, findings)
        } else {
            Some(Population::List)
        };
        let needs = needs(reader, findings);
        let choices = reader.inside("choices", findings).map(|inside| Choices::read(&inside, findings));
        let choices = choices.unwrap_or_default();
        let say = reader.value("say").is_some().then(|| reader.words("say", findings));
        if let Some(say) = &say {
            check_places(reader, say, &choices, findings);
        }
        let exclusions = reader.inside("exclusions", findings).map_or_else(Vec::new, |inside| {
            inside.keys().map(|name| (name.to_owned(), inside.words(name, findings))).collect()
        });
        let measure = Self {
            id: reader.text("id", findings)?.to_owned(),
            title,
            wanted: wanted?,
            grain: grain?,
            kind: kind?,
            unit,
            population: population?,
            follow_up_days: reader.integer("follow_up_days", findings).unwrap_or(0),
            needs,
            reference: reader.text_if_there("reference", findings).map(str::to_owned),
            adjusted: reader.truth("adjusted", findings).unwrap_or(false),
            sources: reader.sources(findings),
            say,
            exclusions,
            choices,
        };
        measure.check(reader, findings);
        Some(measure)
    }

    fn check(&self, reader: &Reader<'_>, findings: &mut Vec<Finding>) {
        if !reader.file.ends_with(&format!("{}.toml", self.id)) {
            findings.push(Finding::error(
                Code::BAD_VALUE,
                reader.file,
                "id",
                words!("`{}` n'est pas le nom du fichier", "`{}` is not the name of the file", self.id),
                words!("donner le même nom aux deux", "give both the same name"),
            ));
        }
        if (self.grain == Grain::Declared) == self.is_from_claims() {
            findings.push(Finding::error(
                Code::BAD_VALUE,
                reader.file,
                "kind",
                words!("`grain` et `kind` se contredisent", "`grain` and `kind` contradict one another"),
                words!(
                    "une mesure déclarée l'est par les deux, une mesure calculée par aucun",
                    "a declared measure says so in both, a computed one in neither"
                ),
            ));
        }
        if self.is_from_claims() && self.needs.is_empty() {
            reader.missing("needs", findings);
        }
        if self.is_from_claims() && self.say.is_none() {
            reader.missing("say", findings);
        }
        if let Some(name) = self.reference.as_deref()
            && !crate::reference::names().any(|known| known == name)
        {
            let list = crate::reference::names().collect::<Vec<_>>().join(", ");
            findings.push(Finding::error(
                Code::UNKNOWN_NAME,
                reader.file,
                "reference",
                words!(
                    "aucune boucle de référence ne s'appelle `{name}`",
                    "no reference loop is named `{name}`"
                ),
                words!("ôter la clé, ou écrire l'un de : {list}", "remove the key, or write one of: {list}"),
            ));
        }
        if self.follow_up_days < 0 {
            findings.push(Finding::error(
                Code::BAD_VALUE,
                reader.file,
                "follow_up_days",
                words!("un nombre de jours négatif", "a negative number of days"),
                words!("écrire 0 ou plus", "write 0 or more"),
            ));
        }
    }
}

impl View {
    /// Reads the metadata of a view, to the end of the file.
    pub fn read(file: &str, text: &str) -> (Option<Self>, Vec<Finding>) {
        let mut findings = Vec::new();
        let view = parse(file, text, &mut findings).and_then(|table| {
            let reader = Reader::new(file, &table);
            reader.only(&["id", "needs", "keep", "choices"], &mut findings);
            let needs = needs(&reader, &mut findings);
            let choices = reader.inside("choices", &mut findings);
            let choices = choices.map(|inside| Choices::read(&inside, &mut findings)).unwrap_or_default();
            let keep = reader.truth("keep", &mut findings).unwrap_or(false);
            Some(Self { id: reader.text("id", &mut findings)?.to_owned(), needs, keep, choices })
        });
        (view, findings)
    }
}

fn named<T: Copy>(
    reader: &Reader<'_>,
    name: &str,
    values: &[(&str, T)],
    findings: &mut Vec<Finding>,
) -> Option<T> {
    let words: Vec<&str> = values.iter().map(|(word, _)| *word).collect();
    let index = reader.one_of(name, &words, findings)?;
    values.get(index).map(|(_, value)| *value)
}

fn needs(reader: &Reader<'_>, findings: &mut Vec<Finding>) -> Vec<String> {
    let needs = reader.texts("needs", findings);
    for name in needs.iter().filter(|name| Schema::canonical().table(name).is_none()) {
        findings.push(Finding::error(
            Code::UNKNOWN_NAME,
            reader.file,
            "needs",
            words!("`{name}` n'est pas une table", "`{name}` is not a table"),
            words!(
                "les tables sont dans docs/reference/claims.md",
                "the tables are listed in docs/reference/claims.md"
            ),
        ));
    }
    needs
}

/// Finds places of a sentence that nothing fills.
fn check_places(reader: &Reader<'_>, say: &Text, choices: &Choices, findings: &mut Vec<Finding>) {
    for (language, sentence) in [("fr", &say.fr), ("en", &say.en)] {
        for opened in sentence.split('{').skip(1) {
            let name = opened.split('}').next().unwrap_or_default();
            if !PLACES.contains(&name) && choices.get(name).is_none() {
                findings.push(Finding::error(
                    Code::PLACEHOLDER,
                    reader.file,
                    format!("say.{language}"),
                    words!("rien ne remplit `{{{name}}}`", "nothing fills `{{{name}}}`"),
                    words!(
                        "écrire numerateur, denominateur, valeur ou le nom d'un choix",
                        "write numerateur, denominateur, valeur or the name of a choice"
                    ),
                ));
            }
        }
    }
}
