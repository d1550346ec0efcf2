//! Who wins and who loses: the amount per patient of each team.

use exact::Rational;
use rulebook::text;

use super::view::{Block, Section, Table};
use super::{Context, RunTeam};
use crate::picture::{Picture, Plane, PlanePoint, Row, RowMark, Rows, plane, rows};

/// The most teams that are drawn with a row of their own.
const ROWS_MAX: usize = 30;
/// How many teams are named on a picture of many.
const NAMED_MAX: usize = 4;
/// How many rows of a long table are seen before it is unfolded.
pub(super) const SHOWN: usize = 12;

/// Shows what each team receives.
pub(super) fn section(context: &Context<'_>) -> Option<Section> {
    if context.teams.is_empty() {
        return None;
    }
    let said = context.say(&text!(
        "Chaque signe est une équipe ; sa forme dit de quelle sorte d'équipe il s'agit. Le montant est divisé par le \
         nombre de patients, pour que petites et grandes équipes se comparent.",
        "Each mark is a team; its form says what kind of team it is. The amount is divided by the number of patients, so \
         that small and large teams can be compared."
    ));
    let table = table(context).folded(SHOWN, context.all_teams());
    Some(Section {
        id: "who",
        title: context.say(&text!("Qui reçoit combien", "Who receives how much")),
        said: vec![said],
        blocks: vec![Block { picture: picture(context), table: Some(table), ..Block::default() }],
    })
}

fn title(context: &Context<'_>, team: &RunTeam, printed: &str) -> String {
    format!("{} · {} · {printed}", team.id, context.kind(&team.kind))
}

fn picture(context: &Context<'_>) -> Option<Picture> {
    let known: Vec<(&RunTeam, Rational)> =
        context.teams.iter().filter_map(|team| Some((*team, team.per_patient(0)?))).collect();
    let (first, last) = (known.first()?, known.last()?);
    let print = &context.print;
    let (most_id, most, least_id, least) =
        (&first.0.id, print.money(&first.1), &last.0.id, print.money(&last.1));
    let description = context.say(&text!(
        "Le plus grand montant par patient : {most_id}, {most}. Le plus petit : {least_id}, {least}.",
        "The largest amount per patient: {most_id}, {most}. The smallest: {least_id}, {least}."
    ));
    let heading = context.say(&text!("Montant par patient", "Amount per patient"));
    if known.len() <= ROWS_MAX {
        let row = |(team, number): &(&RunTeam, Rational)| {
            let printed = print.money(number);
            let title = title(context, team, &printed);
            let mark = RowMark { number: number.clone(), shape: context.shape(team), title };
            Row {
                label: team.id.clone(),
                printed,
                marks: vec![mark],
                range: Some((Rational::ZERO, number.clone())),
            }
        };
        return Some(rows(Rows {
            id: "who-picture",
            title: &heading,
            description,
            across: format!("{heading}, {}", print.currency),
            reference: Rational::ZERO,
            items: known.iter().map(row).collect(),
            shapes: context.shapes_of_kinds(),
            language: print.language,
        }));
    }
    let points = known.iter().enumerate().map(|(place, (team, number))| PlanePoint {
        across: Rational::from(place + 1),
        up: number.clone(),
        shape: context.shape(team),
        title: title(context, team, &print.money(number)),
        name: (place < NAMED_MAX).then(|| team.id.clone()),
    });
    let low = last.1.clone().min(Rational::ZERO);
    Some(plane(Plane {
        id: "who-picture",
        title: &heading,
        description,
        across: (
            &context
                .say(&text!("Rang, du plus grand au plus petit", "Rank, from the largest to the smallest")),
            "",
        ),
        up: (&heading, print.currency),
        heights: (low, first.1.clone().max(Rational::ZERO)),
        widths: (Rational::ZERO, Rational::from(known.len())),
        points: points.collect(),
        lines: Vec::new(),
        shapes: context.shapes_of_kinds(),
        language: print.language,
    }))
}

fn table(context: &Context<'_>) -> Table {
    let print = &context.print;
    let teams = &context.teams;
    let has_territory = teams.iter().any(|team| team.territory.is_some());
    let has_deprivation = teams.iter().any(|team| team.deprivation.is_some());
    let has_quality = teams.iter().any(|team| team.quality.is_some());
    let optional =
        |has: bool, fr: &str, en: &str, numeric| has.then(|| (context.say(&text!("{fr}", "{en}")), numeric));
    let columns = [
        optional(true, "Équipe", "Team", false),
        optional(true, "Par patient", "Per patient", true),
        optional(true, "Montant", "Amount", true),
        optional(true, "Patients", "Patients", true),
        optional(true, "Sorte d'équipe", "Kind of team", false),
        optional(has_territory, "Territoire", "Territory", false),
        optional(has_deprivation, "Défaveur (1 à 5)", "Deprivation (1 to 5)", true),
        optional(has_quality, "Qualité", "Quality", true),
    ];
    let refused = context.say(&text!("refusée", "refused"));
    let row = |team: &&RunTeam| {
        let amount = team.amount(0).map(|amount| print.money(&amount));
        let per_patient = match team.amount(0) {
            None => refused.clone(),
            Some(_) => print.or_masked(team.per_patient(0).map(|number| print.money(&number)), team.patients),
        };
        let known = |text: Option<String>| text.unwrap_or_else(|| context.unknown());
        let territory = known(team.territory.as_ref().map(|territory| context.say(territory)));
        let deprivation = team.deprivation.map_or_else(|| "–".to_owned(), |number| number.to_string());
        let quality = team.quality.as_ref().map_or_else(|| "–".to_owned(), |score| print.number(score, 1));
        let cells = [
            Some(team.id.clone()),
            Some(per_patient),
            Some(amount.unwrap_or_else(|| "–".to_owned())),
            Some(print.patients(team.patients)),
            Some(context.kind(&team.kind)),
            has_territory.then_some(territory),
            has_deprivation.then_some(deprivation),
            has_quality.then_some(quality),
        ];
        cells.into_iter().flatten().collect()
    };
    let caption = context.say(&text!(
        "Ce que reçoit chaque équipe, du plus grand montant par patient au plus petit",
        "What each team receives, from the largest amount per patient to the smallest"
    ));
    Table {
        caption,
        columns: columns.into_iter().flatten().collect(),
        rows: teams.iter().map(row).collect(),
        all: None,
    }
}
