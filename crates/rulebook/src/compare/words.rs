//! What changed, in plain words.

use super::sides::{Known, Moment, Pair};
use crate::book::{Input, Parameter, Rulebook};
use crate::explain::Privacy;
use crate::show;
use crate::{Language, ParameterId, Period, Text, Type, Value, text};

/// How many names a label lists.
const NAMES_SHOWN: usize = 3;

/// Returns the words of a fact that changed in some rows.
///
/// `of_others` when they are not the facts of what is compared: then the words say whose they are.
pub(super) fn fact(
    known: &Pair<Known<'_>>,
    name: &str,
    changes: &[Pair<Option<Value>>],
    of_others: bool,
) -> Text {
    let book = known.after.book();
    let Some(input) = book.inputs.iter().find(|input| input.decl.named.name == name) else {
        return Text::same(name);
    };
    let label = fact_title(book, input, of_others);
    let of_persons = masks_persons(known, &book.entities[input.of.0].name);
    if let ([change], None) = (changes, of_persons) {
        let percent = input.decl.declared.percent;
        let shown = Pair::of(|moment| match change.get(moment) {
            Some(value) => match masks(known).find(|privacy| privacy.hides(input, book, value)) {
                Some(privacy) => Text::in_both(|language| privacy.small(language)),
                None => show::in_both(book, &input.kind, percent, value),
            },
            // Only a day that follows the period has no value of its own.
            None => text!("le jour de la période", "the day of the period"),
        });
        return changed(&label, &shown, &input.kind);
    }
    Text::in_both(|language| {
        let (label, count) = (label.get(language), number_of(of_persons, changes.len(), language));
        match language {
            Language::French => format!("{label} : {count} valeurs changent"),
            Language::English => format!("{label}: {count} values change"),
        }
    })
}

/// Returns what each of the two runs masks.
fn masks<'a>(known: &Pair<Known<'a>>) -> impl Iterator<Item = &'a Privacy> {
    Moment::BOTH.into_iter().filter_map(|moment| known.get(moment).side.privacy)
}

/// Returns what masks the rows of an entity, when they are persons.
fn masks_persons<'a>(known: &Pair<Known<'a>>, entity: &str) -> Option<&'a Privacy> {
    Moment::BOTH.into_iter().find_map(|moment| {
        let side = &known.get(moment).side;
        let id = side.plan.book.entity(entity)?;
        side.privacy.filter(|privacy| privacy.fewest.is_some() && privacy.persons.contains(&id))
    })
}

/// Returns a count of rows, or the words in its place.
fn number_of(privacy: Option<&Privacy>, count: usize, language: Language) -> String {
    privacy.map_or_else(|| count.to_string(), |privacy| privacy.count_words(count, language))
}

/// Returns the words of a fact, and of whom it is where that does not go without saying.
pub(super) fn fact_title(book: &Rulebook, input: &Input, of_others: bool) -> Text {
    let label = input.decl.named.label();
    if !of_others {
        return label;
    }
    let entity = &book.entities[input.of.0].label;
    Text::in_both(|language| format!("{} ({})", label.get(language), entity.get(language)))
}

/// Returns the words of a parameter that changed.
pub(super) fn parameter(book: &Rulebook, id: ParameterId, values: &Pair<Option<Value>>) -> Text {
    let Parameter { named, kind, percent, .. } = &book.parameters[id.0];
    let shown = Pair::of(|moment| match values.get(moment) {
        Some(value) => show::in_both(book, kind, *percent, value),
        None => text!("inconnu", "unknown"),
    });
    changed(&named.label(), &shown, kind)
}

/// Returns the words of something that goes from one value to another.
fn changed(label: &Text, shown: &Pair<Text>, kind: &Type) -> Text {
    // The words of an enumeration and of a day may begin with anything: nothing stands before them.
    let is_plain = matches!(kind, Type::Number(_) | Type::Bool);
    Text::in_both(|language| {
        let label = label.get(language);
        let (before, after) = (shown.before.get(language), shown.after.get(language));
        let before = if is_plain { without_unit(before, after) } else { before };
        match (language, is_plain) {
            (Language::French, true) => format!("{label} : de {before} à {after}"),
            (Language::French, false) => format!("{label} : {before}, puis {after}"),
            (Language::English, true) => format!("{label}: from {before} to {after}"),
            (Language::English, false) => format!("{label}: {before}, then {after}"),
        }
    })
}

/// Leaves out the words of the unit where the next number repeats them.
fn without_unit<'a>(before: &'a str, after: &str) -> &'a str {
    let unit = |words: &'a str| words.split_once('\u{a0}').filter(|(_, unit)| unit.len() > 3);
    match (unit(before), after.split_once('\u{a0}')) {
        (Some((digits, one)), Some((_, other)))
            if one.trim_end_matches('s') == other.trim_end_matches('s') =>
        {
            digits
        }
        _ => before,
    }
}

/// Returns the words of a table that changed.
pub(super) fn table(label: &Text) -> Text {
    Text::new(format!("{} : la table change", label.fr), format!("{}: the table changes", label.en))
}

/// Returns the words of rows that come and go.
pub(super) fn arrivals(known: &Pair<Known<'_>>, entity: &str, arrived: usize, left: usize) -> Text {
    let (book, of_persons) = (known.after.book(), masks_persons(known, entity));
    let label = book.entity(entity).map(|id| book.entities[id.0].label.clone()).unwrap_or_default();
    Text::in_both(|language| {
        let (one, many) = match language {
            Language::French => (["arrivée", "départ"], ["arrivées", "départs"]),
            Language::English => (["arrival", "departure"], ["arrivals", "departures"]),
        };
        let counted = [arrived, left].into_iter().zip(one.into_iter().zip(many));
        let counted = counted.filter(|(count, _)| *count > 0).map(|(count, (one, many))| {
            let words = if count == 1 && of_persons.is_none() { one } else { many };
            format!("{} {words}", number_of(of_persons, count, language))
        });
        let counted = counted.collect::<Vec<_>>().join(", ");
        match language {
            Language::French => format!("{} : {counted}", label.fr),
            Language::English => format!("{}: {counted}", label.en),
        }
    })
}

/// Returns the words of rows that come and go, whoever they are.
pub(super) fn arrivals_title(book: &Rulebook, entity: &str) -> Text {
    let label = book.entity(entity).map(|id| book.entities[id.0].label.clone()).unwrap_or_default();
    let (fr, en) = (label.fr, label.en);
    text!("{fr} : arrivées et départs", "{en}: arrivals and departures")
}

/// Returns the words of what other subjects bring.
pub(super) fn others(book: &Rulebook) -> Text {
    let label = &book.entities[book.subject.0].label;
    Text::new(
        format!("les faits des autres ({})", label.fr),
        format!("the facts of the others ({})", label.en),
    )
}

/// Returns the words of rules that changed in some places: the legal texts that came, then what they change.
pub(super) fn rules(known: &Pair<Known<'_>>, changed: &[(String, Text)]) -> Text {
    let titles = |moment: Moment| {
        let plan = known.get(moment).side.plan;
        let texts = plan.book.instrument.basis.iter().filter(|basis| basis.validity.contains(plan.day));
        texts.map(|basis| basis.title.as_str()).collect::<Vec<&str>>()
    };
    let before = titles(Moment::Before);
    let new: Vec<&str> = titles(Moment::After).into_iter().filter(|title| !before.contains(title)).collect();
    let texts = if new.is_empty() { String::new() } else { format!(" ({})", new.join(", ")) };
    Text::in_both(|language| {
        let labels: Vec<&str> = changed.iter().map(|(_, label)| label.get(language)).collect();
        let places = listed(&labels, language);
        match (language, places.is_empty()) {
            (Language::French, true) => format!("les règles changent{texts}"),
            (Language::French, false) => format!("les règles changent{texts} : {places}"),
            (Language::English, true) => format!("the rules change{texts}"),
            (Language::English, false) => format!("the rules change{texts}: {places}"),
        }
    })
}

/// Lists the first names, and says how many more there are.
fn listed(labels: &[&str], language: Language) -> String {
    let shown: Vec<&str> = labels.iter().copied().take(NAMES_SHOWN).collect();
    let more = labels.len() - shown.len();
    let shown = shown.join(", ");
    match (language, more) {
        (_, 0) => shown,
        (Language::French, 1) => format!("{shown} et un autre point"),
        (Language::French, _) => format!("{shown} et {more} autres points"),
        (Language::English, 1) => format!("{shown} and one more point"),
        (Language::English, _) => format!("{shown} and {more} more points"),
    }
}

/// Returns the words of a period that changed.
pub(super) fn period(before: Period, after: Period) -> Text {
    let is_year = |period: Period| period.days() >= 365;
    if is_year(before) && is_year(after) {
        let (before, after) = (before.first.year(), after.first.year());
        return text!("l'année : de {before} à {after}", "the year: from {before} to {after}");
    }
    Text::in_both(|language| {
        let days = |period: Period| {
            let (first, last) = (show::date(period.first, language), show::date(period.last, language));
            format!("{first}–{last}")
        };
        match language {
            Language::French => format!("la période : de {} à {}", days(before), days(after)),
            Language::English => format!("the period: from {} to {}", days(before), days(after)),
        }
    })
}

/// Returns the words of several changes that stand together because no mixture of them can be evaluated.
pub(super) fn together(labels: &[&Text]) -> Text {
    Text::in_both(|language| labels.iter().map(|label| label.get(language)).collect::<Vec<_>>().join(" + "))
}

/// Returns the words of facts of a theme.
pub(super) fn theme(theme: &Text) -> Text {
    let (fr, en) = (&theme.fr, &theme.en);
    text!("{fr} (des faits)", "{en} (facts)")
}

/// Returns the words of facts without a theme.
pub(super) fn facts(all: bool) -> Text {
    if all { text!("les faits", "the facts") } else { text!("les autres faits", "the other facts") }
}

/// Returns the words of parameters and tables.
pub(super) fn figures() -> Text {
    text!("les montants et barèmes du contrat", "the figures and scales of the contract")
}
