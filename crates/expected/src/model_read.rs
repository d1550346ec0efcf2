//! Reads a model file to its end; what is wrong is named with its place and its remedy.

use std::collections::BTreeMap;

use population::finding::{Code, Finding, has_errors};
use population::query::quoted;
use population::schema::{ColumnType, Schema, TableSchema};
use population::toml_reader::{Reader, parse};
use population::words;
use toml::Value;

use crate::model::{
    Covariate, CovariateSource, Filter, Levels, Method, Model, Outcome, Part, Reference, Truncation, Weight,
    Who,
};
use crate::view::PatientView;

const KEYS: &[&str] =
    &["id", "title", "source", "outcome", "population", "truncation", "covariate", "interactions", "fit"];
const AMOUNTS: &[&str] = &["spent", "reimbursed"];
const REFERENCES: &[(&str, Reference)] =
    &[("everybody", Reference::Everybody), ("outside_teams", Reference::OutsideTeams)];
const WEIGHTS: &[(&str, Weight)] = &[("patient_years", Weight::PatientYears), ("patients", Weight::Patients)];
const METHODS: &[(&str, Method)] = &[
    ("cell_means", Method::CellMeans),
    ("least_squares", Method::LeastSquares),
    ("poisson", Method::Poisson),
    ("gamma", Method::Gamma),
];
/// Columns that every view has, whatever its file lists.
const RESERVED: &[&str] = &["patient", "team", "exposure_days", "outcome_cents"];
const MOST_DECIMALS: i64 = 6;

impl Model {
    /// Reads a model, to the end of the file. There is no model when anything is wrong.
    pub fn read(file: &str, text: &str, view: &PatientView) -> (Option<Self>, Vec<Finding>) {
        let mut findings = Vec::new();
        let model = parse(file, text, &mut findings)
            .and_then(|table| from_reader(&Reader::new(file, &table), view, &mut findings));
        (model.filter(|_| !has_errors(&findings)), findings)
    }
}

fn from_reader(reader: &Reader<'_>, view: &PatientView, findings: &mut Vec<Finding>) -> Option<Model> {
    reader.only(KEYS, findings);
    let id = reader.text("id", findings).unwrap_or_default().to_owned();
    if !reader.file.ends_with(&format!("{id}.toml")) {
        reader.bad_value(
            "id",
            words!("`{id}` n'est pas le nom du fichier", "`{id}` is not the name of the file"),
            words!("donner le même nom aux deux", "give both the same name"),
            findings,
        );
    }
    let title = reader.words("title", findings);
    let sources = reader.sources(findings);
    let outcome = table(reader, "outcome", findings).and_then(|inside| outcome(&inside, findings));
    let who = table(reader, "population", findings).and_then(|inside| who(&inside, view, findings));
    let truncation = match reader.inside("truncation", findings) {
        Some(inside) => truncation(&inside, findings),
        None => Some(Truncation::None),
    };
    let covariates = covariates(reader, view, findings);
    let interactions = interactions(reader, &covariates, findings);
    let fit = table(reader, "fit", findings)?;
    fit.only(&["method", "decimals", "fewest_patients"], findings);
    let method = named(&fit, "method", METHODS, findings);
    let decimals = whole(&fit, "decimals", None, 0..=MOST_DECIMALS, findings);
    let fewest_patients = whole(&fit, "fewest_patients", Some(11), 1..=1_000_000, findings);
    Some(Model {
        id,
        title,
        sources,
        outcome: outcome?,
        who: who?,
        truncation: truncation?,
        covariates,
        interactions,
        method: method?,
        decimals: u32::try_from(decimals?).ok()?,
        fewest_patients: u64::try_from(fewest_patients?).ok()?,
    })
}

fn outcome(reader: &Reader<'_>, findings: &mut Vec<Finding>) -> Option<Outcome> {
    reader.only(&["label", "amount", "part"], findings);
    let label = reader.words("label", findings);
    let amount = reader.one_of("amount", AMOUNTS, findings).and_then(|place| AMOUNTS.get(place));
    let amount = format!("{}_cents", amount?);
    let readers = reader.tables("part", findings);
    if readers.is_empty() {
        reader.missing("part", findings);
    }
    let mut parts = Vec::new();
    for part in readers {
        part.only(&["table", "keep", "leave"], findings);
        let Some(name) = part.text("table", findings) else { continue };
        let schema = Schema::canonical().table(name).filter(|table| table.column(&amount).is_some());
        let dated = schema.and_then(|table| Some((table, table.layout.year_of.clone()?)));
        let Some((table, date)) = dated else {
            part.bad_value(
                "table",
                words!(
                    "`{name}` n'est pas une table de dépenses datées",
                    "`{name}` is not a table of dated spending"
                ),
                words!(
                    "écrire une table qui a la colonne `{amount}`",
                    "write a table that has the column `{amount}`"
                ),
                findings,
            );
            continue;
        };
        let keep = filters(&part, "keep", &|column| literal_kind(table, column), findings);
        let leave = filters(&part, "leave", &|column| literal_kind(table, column), findings);
        check_codes(&part, table, keep.iter().chain(&leave), findings);
        parts.push(Part { table: name.to_owned(), date, keep, leave });
    }
    Some(Outcome { label, amount, parts })
}

fn who(reader: &Reader<'_>, view: &PatientView, findings: &mut Vec<Finding>) -> Option<Who> {
    reader.only(&["keep", "reference", "weight", "fewest_days"], findings);
    let kind = |column: &str| match view.column(column)?.kind.as_str() {
        "number" => Some(ColumnType::Integer),
        "truth" => Some(ColumnType::Truth),
        _ => Some(ColumnType::Code),
    };
    let keep = filters(reader, "keep", &kind, findings);
    let reference = named(reader, "reference", REFERENCES, findings);
    let weight = named(reader, "weight", WEIGHTS, findings);
    let fewest_days = whole(reader, "fewest_days", Some(1), 1..=366, findings);
    Some(Who { keep, reference: reference?, weight: weight?, fewest_days: fewest_days? })
}

fn truncation(reader: &Reader<'_>, findings: &mut Vec<Finding>) -> Option<Truncation> {
    reader.only(&["per_10000", "amount_cents"], findings);
    match (reader.value("per_10000").is_some(), reader.value("amount_cents").is_some()) {
        (true, false) => {
            Some(Truncation::At10000(whole(reader, "per_10000", None, 5_000..=9_999, findings)?))
        }
        (false, true) => {
            Some(Truncation::AtCents(whole(reader, "amount_cents", None, 1..=1_000_000_000, findings)?))
        }
        _ => {
            reader.bad_value(
                "per_10000",
                words!(
                    "il faut un rang ou un montant, et un seul",
                    "a place or an amount is needed, and only one"
                ),
                words!(
                    "écrire `per_10000 = 9900` ou `amount_cents = 5000000`, ou ôter la table",
                    "write `per_10000 = 9900` or `amount_cents = 5000000`, or remove the table"
                ),
                findings,
            );
            None
        }
    }
}

fn covariates(reader: &Reader<'_>, view: &PatientView, findings: &mut Vec<Finding>) -> Vec<Covariate> {
    let mut covariates: Vec<Covariate> = Vec::new();
    for inside in reader.tables("covariate", findings) {
        let keys = [
            "name",
            "label",
            "column",
            "sql",
            "diagnoses",
            "breaks",
            "levels",
            "reference",
            "missing",
            "labels",
        ];
        inside.only(&keys, findings);
        let Some(covariate) = covariate(&inside, view, findings) else { continue };
        let taken = covariates.iter().any(|other| other.name == covariate.name);
        if taken || RESERVED.contains(&covariate.name.as_str()) {
            let name = &covariate.name;
            findings.push(Finding::error(
                Code::DUPLICATE_NAME,
                inside.file,
                inside.key("name"),
                words!("`{name}` nomme déjà autre chose", "`{name}` already names something else"),
                words!("choisir un autre nom", "choose another name"),
            ));
        }
        covariates.push(covariate);
    }
    covariates
}

fn covariate(inside: &Reader<'_>, view: &PatientView, findings: &mut Vec<Finding>) -> Option<Covariate> {
    let name = inside.text("name", findings)?;
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if name.is_empty() || !name.chars().all(plain) {
        inside.bad_value(
            "name",
            words!("`{name}` ne peut pas nommer une colonne", "`{name}` cannot name a column"),
            words!("écrire en minuscules sans accent ni espace", "write lower-case letters, digits and `_`"),
            findings,
        );
    }
    let label = inside.words("label", findings);
    let (source, kind) = covariate_source(inside, view, findings)?;
    let levels = levels(inside, kind, findings)?;
    let reference = inside.text("reference", findings)?.to_owned();
    let missing = inside.text_if_there("missing", findings).map(str::to_owned);
    let labels = inside.inside("labels", findings).map_or_else(BTreeMap::new, |table| {
        table.keys().map(|level| (level.to_owned(), table.words(level, findings))).collect()
    });
    let covariate = Covariate { name: name.to_owned(), label, source, levels, reference, missing, labels };
    let known = covariate.known_levels();
    let named = [("reference", Some(&covariate.reference)), ("missing", covariate.missing.as_ref())];
    let labelled = covariate.labels.keys().map(|level| ("labels", Some(level)));
    for (key, level) in named.into_iter().chain(labelled) {
        let Some(level) = level.filter(|level| !known.is_empty() && !known.contains(level)) else { continue };
        let list = known.join(", ");
        inside.bad_value(
            key,
            words!("`{level}` n'est pas un niveau", "`{level}` is not a level"),
            words!("écrire l'un de : {list}", "write one of: {list}"),
            findings,
        );
    }
    Some(covariate)
}

fn covariate_source(
    inside: &Reader<'_>,
    view: &PatientView,
    findings: &mut Vec<Finding>,
) -> Option<(CovariateSource, &'static str)> {
    let given = ["column", "sql", "diagnoses"].into_iter().filter(|key| inside.value(key).is_some());
    match given.collect::<Vec<_>>()[..] {
        ["column"] => {
            let name = inside.text("column", findings)?;
            let Some(column) = view.column(name) else {
                let list: Vec<&str> = view.columns.iter().map(|column| column.name.as_str()).collect();
                let list = list.join(", ");
                findings.push(Finding::error(
                    Code::UNKNOWN_NAME,
                    inside.file,
                    inside.key("column"),
                    words!("la vue n'a pas de colonne `{name}`", "the view has no column `{name}`"),
                    words!("écrire l'une de : {list}", "write one of: {list}"),
                ));
                return None;
            };
            let kind = match column.kind.as_str() {
                "number" => "number",
                "truth" => "truth",
                _ => "code",
            };
            Some((CovariateSource::Column(name.to_owned()), kind))
        }
        ["sql"] => Some((CovariateSource::Sql(inside.text("sql", findings)?.to_owned()), "any")),
        ["diagnoses"] => {
            let diagnoses = inside.texts("diagnoses", findings);
            let plain = |code: &String| {
                !code.is_empty() && code.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            };
            if diagnoses.is_empty() || !diagnoses.iter().all(plain) {
                inside.bad_value(
                    "diagnoses",
                    words!(
                        "aucun code, ou un code vide ou ponctué",
                        "no code, or one that is empty or has points"
                    ),
                    words!(
                        "écrire des débuts de code, comme `E11`",
                        "write beginnings of codes, such as `E11`"
                    ),
                    findings,
                );
            }
            Some((CovariateSource::Diagnoses(diagnoses), "truth"))
        }
        _ => {
            inside.bad_value(
                "column",
                words!(
                    "d'où vient la valeur n'est pas dit, ou l'est deux fois",
                    "where the value comes from is not said, or said twice"
                ),
                words!(
                    "écrire l'un de `column`, `sql`, `diagnoses`",
                    "write one of `column`, `sql`, `diagnoses`"
                ),
                findings,
            );
            None
        }
    }
}

fn levels(inside: &Reader<'_>, kind: &str, findings: &mut Vec<Finding>) -> Option<Levels> {
    let breaks = inside.value("breaks");
    let listed = inside.value("levels");
    let levels = match (breaks, listed, kind) {
        (Some(value), None, "number" | "any") => {
            let breaks: Option<Vec<i64>> =
                value.as_array().and_then(|items| items.iter().map(Value::as_integer).collect());
            let rising =
                |breaks: &Vec<i64>| !breaks.is_empty() && breaks.is_sorted_by(|left, right| left < right);
            breaks.filter(rising).map(Levels::Breaks)
        }
        (None, Some(Value::String(word)), "code" | "any") if word == "found" => Some(Levels::Found),
        (None, Some(Value::Array(_)), "code" | "any") => {
            let levels = inside.texts("levels", findings);
            (!levels.is_empty() && levels.iter().all(|level| !level.is_empty()))
                .then_some(Levels::Listed(levels))
        }
        (None, None, "truth") => Some(Levels::Truth),
        _ => None,
    };
    if levels.is_none() {
        inside.bad_value("levels",
            words!("les niveaux ne sont pas dits comme il faut", "the levels are not said as they should be"),
            words!(
                "un nombre a `breaks`, une suite croissante d'entiers ; un code a `levels`, une liste ou \"found\" ; une condition n'a ni l'un ni l'autre",
                "a number has `breaks`, a rising list of whole numbers; a code has `levels`, a list or \"found\"; a condition has neither"
            ),
            findings,
        );
    }
    levels
}

fn interactions(
    reader: &Reader<'_>,
    covariates: &[Covariate],
    findings: &mut Vec<Finding>,
) -> Vec<(usize, usize)> {
    let Some(value) = reader.value("interactions") else { return Vec::new() };
    let place = |value: &Value| {
        let name = value.as_str()?;
        covariates.iter().position(|covariate| covariate.name == name)
    };
    let pair = |value: &Value| match value.as_array().map(Vec::as_slice) {
        Some([left, right]) => Some((place(left)?, place(right)?)).filter(|(left, right)| left != right),
        _ => None,
    };
    let pairs: Option<Vec<(usize, usize)>> =
        value.as_array().and_then(|items| items.iter().map(pair).collect());
    pairs.unwrap_or_else(|| {
        reader.bad_value(
            "interactions",
            words!("ce ne sont pas des paires de covariables", "these are not pairs of covariates"),
            words!("écrire par exemple `[[\"age\", \"sex\"]]`", "write for instance `[[\"age\", \"sex\"]]`"),
            findings,
        );
        Vec::new()
    })
}

/// Reads `{ column = [values] }`, or a single value, as filters.
fn filters(
    reader: &Reader<'_>,
    key: &str,
    kind: &dyn Fn(&str) -> Option<ColumnType>,
    findings: &mut Vec<Finding>,
) -> Vec<Filter> {
    let Some(inside) = reader.inside(key, findings) else { return Vec::new() };
    let mut filters = Vec::new();
    for column in inside.keys() {
        let values = match inside.value(column) {
            Some(Value::Array(items)) => items.iter().collect(),
            other => other.into_iter().collect::<Vec<_>>(),
        };
        let literals: Option<Vec<String>> =
            kind(column).and_then(|kind| values.into_iter().map(|value| literal(kind, value)).collect());
        match literals.filter(|literals| !literals.is_empty()) {
            Some(literals) => filters.push(Filter { column: column.to_owned(), literals }),
            None => inside.bad_value(
                column,
                words!(
                    "colonne inconnue, ou valeur d'une autre nature",
                    "unknown column, or value of another kind"
                ),
                words!(
                    "écrire une colonne de codes, de nombres ou de vrai ou faux, et ses valeurs",
                    "write a column of codes, whole numbers or truth values, and its values"
                ),
                findings,
            ),
        }
    }
    filters
}

fn literal_kind(table: &TableSchema, column: &str) -> Option<ColumnType> {
    let kind = table.column(column)?.kind;
    matches!(kind, ColumnType::Code | ColumnType::Truth | ColumnType::Integer).then_some(kind)
}

fn literal(kind: ColumnType, value: &Value) -> Option<String> {
    match (kind, value) {
        (ColumnType::Code, Value::String(code)) => Some(quoted(code)),
        (ColumnType::Truth, Value::Boolean(truth)) => Some(if *truth { "TRUE" } else { "FALSE" }.to_owned()),
        (ColumnType::Integer, Value::Integer(number)) => Some(number.to_string()),
        _ => None,
    }
}

/// Finds codes that a closed list does not have.
fn check_codes<'a>(
    reader: &Reader<'_>,
    table: &TableSchema,
    filters: impl Iterator<Item = &'a Filter>,
    findings: &mut Vec<Finding>,
) {
    for filter in filters {
        let Some(column) = table.column(&filter.column) else { continue };
        let values = Schema::canonical().values(column);
        if values.is_empty() {
            continue;
        }
        for code in filter.literals.iter().map(|literal| literal.trim_matches('\'')) {
            if !values.contains_key(code) {
                let list = values.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                reader.bad_value(
                    &filter.column,
                    words!(
                        "`{code}` n'est pas un code de cette colonne",
                        "`{code}` is not a code of this column"
                    ),
                    words!("écrire l'un de : {list}", "write one of: {list}"),
                    findings,
                );
            }
        }
    }
}

fn table<'a>(reader: &Reader<'a>, name: &str, findings: &mut Vec<Finding>) -> Option<Reader<'a>> {
    if reader.value(name).is_none() {
        reader.missing(name, findings);
    }
    reader.inside(name, findings)
}

fn named<T: Copy>(
    reader: &Reader<'_>,
    name: &str,
    values: &[(&str, T)],
    findings: &mut Vec<Finding>,
) -> Option<T> {
    let words: Vec<&str> = values.iter().map(|(word, _)| *word).collect();
    let place = reader.one_of(name, &words, findings)?;
    values.get(place).map(|(_, value)| *value)
}

fn whole(
    reader: &Reader<'_>,
    name: &str,
    default: Option<i64>,
    range: std::ops::RangeInclusive<i64>,
    findings: &mut Vec<Finding>,
) -> Option<i64> {
    if reader.value(name).is_none() {
        if default.is_none() {
            reader.missing(name, findings);
        }
        return default;
    }
    let number = reader.integer(name, findings)?;
    if range.contains(&number) {
        return Some(number);
    }
    let (low, high) = (range.start(), range.end());
    reader.bad_value(
        name,
        words!("{number} est hors des bornes", "{number} is out of bounds"),
        words!("écrire de {low} à {high}", "write from {low} to {high}"),
        findings,
    );
    None
}
