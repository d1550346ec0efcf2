//! `quotepart inputs`: the facts that a rulebook wants, as a file to fill in, a table or a list for programs.

use std::fmt::Write as _;

use anyhow::Context as _;
use rulebook::book::{DefaultValue, Input};
use rulebook::model::EnumValue;
use rulebook::{EntityId, InputId, Language, Plan, Rulebook, Text, Type, text};
use serde::Serialize;

use crate::cli::{Context, InputsArgs, InputsFormat};
use crate::failure::{Exit, Outcome};
use crate::{console, folder, results, usage, words};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &InputsArgs) -> Outcome<Exit> {
    let at = args.at.as_deref().map(|words| usage::date(words, "--at")).transpose()?;
    let files = context.library.find(&args.rulebook)?;
    let book = folder::load(&files)?;
    let plan = at.map(|at| super::plan(&book, at, None)).transpose()?;
    let forms = forms(&book, plan.as_ref());
    let words = match args.format {
        InputsFormat::Toml => toml(&book, plan.as_ref(), &forms, context.language),
        InputsFormat::Csv => csv(&forms, context.language)?,
        InputsFormat::Json => {
            let mut words = serde_json::to_string_pretty(&forms).context("failed to write JSON")?;
            words.push('\n');
            words
        }
    };
    console::data(&words)?;
    Ok(Exit::Done)
}

/// A fact that is wanted.
#[derive(Debug, Serialize)]
struct Form {
    entity: String,
    name: String,
    /// `number`, `bool`, `date` or `enum`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The unit in formulas; none for what is not a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    show: Option<&'static str>,
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<String>,
    whole: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<FormValue>,
    label: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    choice: Option<Text>,
    origin: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    theme: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip)]
    of: EntityId,
    #[serde(skip)]
    unit_words: Text,
    #[serde(skip)]
    origin_words: Text,
}

/// A value that the fact may take.
#[derive(Debug, Serialize)]
struct FormValue {
    name: String,
    label: Text,
}

/// Lists the facts in force at a date, or all of them.
fn forms(book: &Rulebook, plan: Option<&Plan<'_>>) -> Vec<Form> {
    let inputs = book.inputs.iter().enumerate();
    let inputs = inputs.filter(|(index, _)| plan.is_none_or(|plan| plan.has_input(InputId(*index))));
    inputs.map(|(_, input)| form(book, plan, input)).collect()
}

fn form(book: &Rulebook, plan: Option<&Plan<'_>>, input: &Input) -> Form {
    let decl = &input.decl;
    let usable = |value: &&EnumValue| plan.is_none_or(|plan| value.validity.contains(plan.period.last));
    let values = match &input.kind {
        Type::Enum(id) => book.enums[id.0].values.iter().filter(usable).collect(),
        _ => Vec::new(),
    };
    let (kind, unit) = match &input.kind {
        Type::Number(unit) => ("number", Some(unit)),
        Type::Bool => ("bool", None),
        Type::Date => ("date", None),
        Type::Enum(_) => ("enum", None),
    };
    let number = |number: &exact::Rational| number.to_decimal(9).0;
    Form {
        entity: book.entities[input.of.0].name.clone(),
        name: decl.named.name.clone(),
        kind,
        unit: unit.map(ToString::to_string),
        show: decl.declared.percent.then_some("%"),
        required: input.default.is_none(),
        default: input.default.as_ref().map(|default| default_words(book, plan, input, default)),
        min: input.min.as_ref().map(number),
        max: input.max.as_ref().map(number),
        whole: decl.whole,
        values: values
            .into_iter()
            .map(|value| FormValue { name: value.name.clone(), label: value.label.clone() })
            .collect(),
        label: decl.named.label(),
        meaning: decl.meaning.clone(),
        choice: decl.named.choice.clone(),
        origin: decl.origin.name(),
        theme: decl.theme.clone(),
        from: decl.validity.from.map(|day| day.to_string()),
        to: decl.validity.to.map(|day| day.to_string()),
        of: input.of,
        unit_words: unit
            .map(|unit| Text::in_both(|language| rulebook::show::unit(book, unit, language)))
            .unwrap_or_default(),
        origin_words: decl.origin.label(),
    }
}

/// Returns a default as it would be given; a day of the period is known once there is a date.
fn default_words(book: &Rulebook, plan: Option<&Plan<'_>>, input: &Input, default: &DefaultValue) -> String {
    match (default, plan) {
        (DefaultValue::Plain(value), _) => rulebook::show::for_file(book, &input.kind, value),
        (DefaultValue::StartOfPeriod, Some(plan)) => plan.period.first.to_string(),
        (DefaultValue::EndOfPeriod, Some(plan)) => plan.period.last.to_string(),
        (DefaultValue::StartOfPeriod, None) => "start of period".to_owned(),
        (DefaultValue::EndOfPeriod, None) => "end of period".to_owned(),
    }
}

const COLUMNS: [&str; 16] = [
    "entity", "input", "required", "type", "unit", "default", "min", "max", "whole", "values", "label",
    "meaning", "origin", "theme", "from", "to",
];

fn csv(forms: &[Form], language: Language) -> Outcome<String> {
    let rows: Vec<Vec<String>> = forms
        .iter()
        .map(|form| {
            let values: Vec<&str> = form.values.iter().map(|value| value.name.as_str()).collect();
            let or_empty = |words: &Option<String>| words.clone().unwrap_or_default();
            vec![
                form.entity.clone(),
                form.name.clone(),
                form.required.to_string(),
                form.kind.to_owned(),
                or_empty(&form.unit),
                or_empty(&form.default),
                or_empty(&form.min),
                or_empty(&form.max),
                form.whole.to_string(),
                values.join("|"),
                form.label.get(language).to_owned(),
                form.meaning.as_ref().map(|meaning| meaning.get(language).to_owned()).unwrap_or_default(),
                form.origin.to_owned(),
                form.theme.as_ref().map(|theme| theme.get(language).to_owned()).unwrap_or_default(),
                or_empty(&form.from),
                or_empty(&form.to),
            ]
        })
        .collect();
    let bytes = results::csv_of(&COLUMNS, &rows)?;
    Ok(String::from_utf8(bytes).context("failed to write CSV")?)
}

/// Returns a file of facts to fill in.
fn toml(book: &Rulebook, plan: Option<&Plan<'_>>, forms: &[Form], language: Language) -> String {
    let (id, title) = (&book.instrument.id, book.instrument.title.get(language));
    let mut out = match language {
        Language::French => format!(
            "# Faits pour `{id}` : {title}\n\
             # À remplir entre les guillemets. Ce qui est en commentaire a une valeur par défaut : enlever le # pour en donner une autre.\n\
             # Un bloc par identifiant : copier le bloc autant de fois qu'il le faut.\n"
        ),
        Language::English => format!(
            "# Facts for `{id}`: {title}\n\
             # Fill in between the quotes. What is commented out has a default: remove the # to give another value.\n\
             # One block for each id: copy the block as often as needed.\n"
        ),
    };
    if let Some(plan) = plan {
        let period = words::period(plan, language);
        let _infallible = match language {
            Language::French => writeln!(out, "# Période : {period}"),
            Language::English => writeln!(out, "# Period: {period}"),
        };
    }
    for (index, entity) in book.entities.iter().enumerate() {
        let of = EntityId(index);
        let above = of != book.subject && book.is_under(book.subject, of);
        let of_entity: Vec<&Form> = forms.iter().filter(|form| form.of == of).collect();
        // All subjects stand together in one row above them, which needs no block unless it has facts.
        if above && of_entity.is_empty() {
            continue;
        }
        let name = if of == book.subject { "subject" } else { entity.name.as_str() };
        let label = entity.label.get(language);
        let _infallible = write!(out, "\n# {label}\n[[{name}]]\n{name} = \"\"\n");
        if let Some(parent) = entity.parent.filter(|_| of != book.subject && !above) {
            let _infallible = writeln!(out, "{} = \"\"", book.entities[parent.0].name);
        }
        for form in of_entity {
            out.push_str(&block(form, language));
        }
    }
    out
}

/// Returns one fact with what is to be known of it.
fn block(form: &Form, language: Language) -> String {
    let mut out = format!("\n# {}", form.label.get(language));
    let bounds = bounds(form);
    let facets: Vec<String> =
        bounds.iter().map(|facet| facet.get(language).to_owned()).filter(|facet| !facet.is_empty()).collect();
    if !facets.is_empty() {
        let _infallible = write!(out, " ({})", facets.join(", "));
    }
    out.push('\n');
    let comments = form.meaning.iter().chain(&form.choice);
    for comment in comments {
        let _infallible = writeln!(out, "# {}", comment.get(language));
    }
    for value in &form.values {
        let _infallible = match language {
            Language::French => writeln!(out, "#   {} : {}", value.name, value.label.get(language)),
            Language::English => writeln!(out, "#   {}: {}", value.name, value.label.get(language)),
        };
    }
    let name = &form.name;
    let value = match (&form.default, form.kind) {
        (None, _) => "\"\"".to_owned(),
        (Some(default), "number" | "bool") => default.clone(),
        (Some(default), "date") if default.parse::<jiff::civil::Date>().is_ok() => default.clone(),
        (Some(default), _) => format!("{default:?}"),
    };
    let _infallible =
        if form.required { writeln!(out, "{name} = {value}") } else { writeln!(out, "# {name} = {value}") };
    out
}

/// Returns the unit, the limits, the dates and the origin in words.
fn bounds(form: &Form) -> Vec<Text> {
    let mut facets = vec![form.unit_words.clone()];
    match form.kind {
        "bool" => facets.push(text!("true ou false", "true or false")),
        "date" => facets.push(text!("date", "date")),
        _ if form.whole => facets.push(text!("nombre entier", "whole number")),
        "number" => facets.push(text!("nombre", "number")),
        _ => {}
    }
    match (&form.min, &form.max) {
        (Some(min), Some(max)) => facets.push(text!("de {min} à {max}", "{min} to {max}")),
        (Some(min), None) => facets.push(text!("au moins {min}", "at least {min}")),
        (None, Some(max)) => facets.push(text!("au plus {max}", "at most {max}")),
        (None, None) => {}
    }
    match (&form.from, &form.to) {
        (Some(from), Some(to)) => facets.push(text!("du {from} au {to}", "{from} to {to}")),
        (Some(from), None) => facets.push(text!("depuis le {from}", "since {from}")),
        (None, Some(to)) => facets.push(text!("jusqu'au {to}", "until {to}")),
        (None, None) => {}
    }
    let Text { fr, en } = &form.origin_words;
    facets.push(text!("origine : {fr}", "origin: {en}"));
    facets
}
