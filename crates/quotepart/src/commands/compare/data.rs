//! A comparison as data: numbers are texts.

use anyhow::Context as _;
use rulebook::compare::{Change, Difference, Outcome as Compared};
use serde_json::{Value as Json, json};

use super::printed::Printed;
use super::totals::Totals;
use crate::again::Again;
use crate::failure::Outcome;
use crate::results::csv_of;

/// The columns of a file of causes.
const COLUMNS: [&str; 9] =
    ["subject", "status", "before", "after", "difference", "kind", "names", "cause", "amount"];

/// Returns one row for each cause of each subject; a subject without any has one row without a cause.
pub(super) fn csv(printed: &Printed<'_>, found: &[(&str, Compared)]) -> Outcome<String> {
    let mut rows = Vec::new();
    for (id, found) in found {
        let plain =
            |number: Option<&exact::Rational>| number.map(|number| printed.plain(number)).unwrap_or_default();
        let (before, after) = ends(found);
        let difference = before.as_ref().zip(after.as_ref()).map(|(before, after)| after - before);
        let head = [
            (*id).to_owned(),
            status(found).to_owned(),
            plain(before.as_ref()),
            plain(after.as_ref()),
            plain(difference.as_ref()),
        ];
        let mut bodies: Vec<[String; 4]> = Vec::new();
        if let Compared::Compared(of) = found {
            for cause in &of.causes {
                let names: Vec<&str> = cause.changes.iter().map(|change| change.name.as_str()).collect();
                let kind = json!(cause.kind).as_str().unwrap_or_default().to_owned();
                let label = printed.words(&cause.label).to_owned();
                bodies.push([kind, names.join(" "), label, printed.plain(&cause.amount)]);
            }
        }
        if bodies.is_empty() {
            let why = match found {
                Compared::Refused { why_before, why_after, .. } => {
                    why_after.as_ref().or(why_before.as_ref()).map(|why| printed.words(why).to_owned())
                }
                _ => None,
            };
            bodies.push([String::new(), String::new(), why.unwrap_or_default(), String::new()]);
        }
        rows.extend(bodies.into_iter().map(|body| head.iter().cloned().chain(body).collect::<Vec<String>>()));
    }
    Ok(String::from_utf8(csv_of(&COLUMNS, &rows)?).context("failed to write CSV")?)
}

/// Returns what each run gave.
fn ends(found: &Compared) -> (Option<exact::Rational>, Option<exact::Rational>) {
    match found {
        Compared::Compared(of) => (Some(of.before.clone()), Some(of.after.clone())),
        Compared::New(amount) => (None, Some(amount.clone())),
        Compared::Left(amount) => (Some(amount.clone()), None),
        Compared::Refused { before, after, .. } => (before.clone(), after.clone()),
        Compared::Unknown => (None, None),
    }
}

fn status(found: &Compared) -> &'static str {
    match found {
        Compared::Compared(_) => "compared",
        Compared::New(_) => "new",
        Compared::Left(_) => "left",
        Compared::Refused { .. } => "refused",
        Compared::Unknown => "unknown",
    }
}

/// Returns one subject as JSON.
pub(super) fn one(printed: &Printed<'_>, runs: [&Again; 2], id: &str, found: &Compared) -> Outcome<String> {
    let mut whole = head(printed, runs);
    if let Some(fields) = whole.as_object_mut() {
        fields.insert("subject".to_owned(), subject(printed, id, found));
    }
    written(&whole)
}

/// Returns all subjects as JSON.
pub(super) fn all(printed: &Printed<'_>, runs: [&Again; 2], found: &[(&str, Compared)]) -> Outcome<String> {
    let mut whole = head(printed, runs);
    let totals = Totals::of(found);
    let causes: Vec<Json> = totals
        .causes
        .iter()
        .map(|cause| {
            let amount = printed.plain(&cause.amount);
            json!({ "kind": cause.kind, "label": cause.title, "amount": amount, "subjects": cause.subjects })
        })
        .collect();
    let group = |(count, amount): &(usize, exact::Rational)| json!({ "subjects": count, "amount": printed.plain(amount) });
    if let Some(fields) = whole.as_object_mut() {
        let total = json!({
            "before": printed.plain(&totals.before),
            "after": printed.plain(&totals.after),
            "difference": printed.plain(&totals.difference()),
            "causes": causes,
            "new": group(&totals.new),
            "left": group(&totals.left),
            "refused": group(&totals.refused),
        });
        fields.insert("total".to_owned(), total);
        let subjects: Vec<Json> = found.iter().map(|(id, found)| subject(printed, id, found)).collect();
        fields.insert("subjects".to_owned(), json!(subjects));
    }
    written(&whole)
}

fn head(printed: &Printed<'_>, runs: [&Again; 2]) -> Json {
    let [before, after] = runs.map(|run| {
        let manifest = &run.manifest;
        let changes: Vec<&str> = manifest.changes.iter().map(|change| change.given.as_str()).collect();
        json!({
            "run": manifest.identity,
            "at": manifest.at,
            "period": { "first": manifest.period_first, "last": manifest.period_last },
            "rulebook_sha256": manifest.rulebook.sha256,
            "changes": changes,
        })
    });
    json!({ "rulebook": printed.book.instrument.id, "unit": printed.unit(), "before": before, "after": after })
}

fn written(whole: &Json) -> Outcome<String> {
    let mut words = serde_json::to_string_pretty(whole).context("failed to write JSON")?;
    words.push('\n');
    Ok(words)
}

fn subject(printed: &Printed<'_>, id: &str, found: &Compared) -> Json {
    let (before, after) = ends(found);
    let plain = |number: Option<exact::Rational>| number.map(|number| printed.plain(&number));
    let mut whole = json!({
        "id": id,
        "status": status(found),
        "before": plain(before),
        "after": plain(after),
    });
    let Some(fields) = whole.as_object_mut() else { return whole };
    match found {
        Compared::Compared(of) => {
            fields.insert("difference".to_owned(), json!(printed.plain(&of.difference())));
            fields.extend(compared(printed, of));
        }
        Compared::Refused { why_before, why_after, .. } => {
            fields.insert("why_before".to_owned(), json!(why_before));
            fields.insert("why_after".to_owned(), json!(why_after));
        }
        Compared::New(_) | Compared::Left(_) | Compared::Unknown => {}
    }
    whole
}

fn compared(printed: &Printed<'_>, of: &Difference) -> Vec<(String, Json)> {
    let outputs = of.outputs.iter().map(|output| {
        json!({
            "name": output.name,
            "label": output.label,
            "before": printed.plain(&output.before),
            "after": printed.plain(&output.after),
        })
    });
    let causes = of.causes.iter().map(|cause| {
        let parts = of.outputs.iter().zip(cause.parts.iter().zip(&cause.exact));
        let parts = parts.map(|(output, (part, exact))| {
            json!({ "output": output.name, "amount": printed.plain(part), "exact": exact.to_string() })
        });
        json!({
            "kind": cause.kind,
            "label": cause.label,
            "amount": printed.plain(&cause.amount),
            "parts": parts.collect::<Vec<Json>>(),
            "changes": changes(&cause.changes),
        })
    });
    vec![
        ("outputs".to_owned(), outputs.collect()),
        ("causes".to_owned(), causes.collect()),
        ("without_effect".to_owned(), changes(&of.without_effect)),
    ]
}

fn changes(changes: &[Change]) -> Json {
    let change = |change: &Change| json!({ "kind": change.kind, "name": change.name, "label": change.label });
    changes.iter().map(change).collect()
}
