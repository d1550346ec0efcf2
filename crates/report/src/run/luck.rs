//! What luck may explain: intervals and chances, in words.

use exact::Rational;
use rulebook::text;

use super::view::{Block, Section, Table};
use super::who::SHOWN;
use super::{Context, RunGain, RunTeam};
use crate::picture::{Picture, Row, RowMark, Rows, Shape, rows};

/// The most teams that are drawn.
const ROWS_MAX: usize = 20;

/// Shows what luck may explain.
pub(super) fn section(context: &Context<'_>) -> Option<Section> {
    let mut gains: Vec<(&RunTeam, &RunGain)> =
        context.teams.iter().filter_map(|team| Some((*team, team.shown_gain()?))).collect();
    gains.sort_by_cached_key(|(team, gain)| (std::cmp::Reverse(gain.gain()), team.id.clone()));
    let (team, gain) = gains.first()?;
    let mut said = Vec::new();
    said.extend(example(context, team, gain));
    said.push(context.say(&text!(
        "Ce sont deux questions différentes. La première : une équipe qui ne change rien aurait-elle souvent un aussi bon \
         résultat ? La seconde : vu ce résultat, et sachant que la plupart des équipes changent peu les dépenses, \
         l'équipe a-t-elle pu n'avoir aucun effet, ou un mauvais ?",
        "These are two different questions. The first: would a team that changes nothing often have so good a result? The \
         second: given this result, and knowing that most teams change spending little, may the team have had no effect, \
         or a bad one?"
    )));
    let table = table(context, &gains).folded(SHOWN, context.all_teams());
    let picture = picture(context, &gains);
    said.extend(picture.as_ref().map(|picture| picture.description.clone()));
    Some(Section {
        id: "luck",
        title: context.say(&text!("Est-ce l'équipe ou la chance ?", "Is it the team or is it luck?")),
        said,
        blocks: vec![Block { picture, table: Some(table), ..Block::default() }],
    })
}

/// Says both chances of the team with the largest gain.
fn example(context: &Context<'_>, team: &RunTeam, gain: &RunGain) -> Option<String> {
    let print = &context.print;
    let (id, shown) = (&team.id, print.gain(&gain.gain()));
    let often = print.of_hundred(gain.chance_without_effect.as_ref()?);
    let show = if often.ends_with(" 1") || often == "1" { "montrerait" } else { "montreraient" };
    let mut sentence = context.say(&text!(
        "Exemple, {id} ({shown} par patient) : sur 100 équipes sans aucun effet et de cette taille, {often} {show} un \
         gain au moins aussi grand.",
        "Example, {id} ({shown} per patient): of 100 teams without any effect and of this size, {often} would show such a \
         gain or more."
    ));
    if let Some(chance) = &gain.chance_nil_or_negative {
        let chance = print.probability(chance);
        sentence.push(' ');
        sentence.push_str(&context.say(&text!(
            "La probabilité que son effet réel soit nul ou négatif est de {chance}.",
            "The probability that its true effect is nil or negative is {chance}."
        )));
    }
    Some(sentence)
}

fn picture(context: &Context<'_>, gains: &[(&RunTeam, &RunGain)]) -> Option<Picture> {
    let print = &context.print;
    if gains.iter().all(|(_, gain)| gain.interval.is_none()) {
        return None;
    }
    let row = |(team, gain): &(&RunTeam, &RunGain)| {
        let number = gain.gain();
        let printed = print.gain(&number);
        let mark = RowMark { number, shape: Shape::of(0), title: format!("{} · {printed}", team.id) };
        Row { label: team.id.clone(), printed, marks: vec![mark], range: gain.interval.clone() }
    };
    // Both ends are of interest: the largest gains and the largest losses.
    let (first, last) = if gains.len() > ROWS_MAX { (ROWS_MAX / 2, ROWS_MAX / 2) } else { (gains.len(), 0) };
    let shown = gains.iter().take(first).chain(gains.iter().skip(gains.len() - last));
    let above = |(_, gain): &&(&RunTeam, &RunGain)| {
        gain.interval.as_ref().is_some_and(|(low, high)| low.is_positive() || high.is_negative())
    };
    let (clear, all) = (print.count(gains.iter().filter(above).count()), print.count(gains.len()));
    let mut description = context.say(&text!(
        "Le trait est l'intervalle où se trouve le vrai gain, avec 95 % de confiance. Il évite zéro pour {clear} équipes sur {all}.",
        "The line is the interval in which the true gain lies, with 95% confidence. It keeps clear of zero for {clear} of {all} teams."
    ));
    if last > 0 {
        let (first, last) = (print.count(first), print.count(last));
        description.push(' ');
        description.push_str(&context.say(&text!(
            "Dessinés : les {first} plus grands gains et les {last} plus grandes pertes.",
            "Drawn: the {first} largest gains and the {last} largest losses."
        )));
    }
    let title =
        context.say(&text!("Gain par patient et son incertitude", "Gain per patient and its uncertainty"));
    Some(rows(Rows {
        id: "luck-picture",
        title: &title,
        description,
        across: format!(
            "{}, {}",
            context.say(&text!("Gain par patient", "Gain per patient")),
            print.currency
        ),
        reference: Rational::ZERO,
        items: shown.map(row).collect(),
        shapes: Vec::new(),
        language: print.language,
    }))
}

fn table(context: &Context<'_>, gains: &[(&RunTeam, &RunGain)]) -> Table {
    let print = &context.print;
    let columns = [
        (text!("Équipe", "Team"), false),
        (text!("Gain par patient", "Gain per patient"), true),
        (text!("Entre (95 %)", "Between (95%)"), true),
        (
            text!(
                "Sur 100 équipes sans effet, feraient aussi bien",
                "Of 100 teams without effect, would do as well"
            ),
            true,
        ),
        (text!("Probabilité d'un effet nul ou négatif", "Probability of a nil or negative effect"), true),
        (text!("Dépense attendue", "Expected spending"), true),
        (text!("Dépense observée", "Observed spending"), true),
    ];
    let dash = || "–".to_owned();
    let row = |(team, gain): &(&RunTeam, &RunGain)| {
        let interval = gain.interval.as_ref().map(|(low, high)| {
            let (low, high) = (print.gain(low), print.gain(high));
            context.say(&text!("{low} et {high}", "{low} and {high}"))
        });
        vec![
            team.id.clone(),
            print.gain(&gain.gain()),
            interval.unwrap_or_else(dash),
            gain.chance_without_effect.as_ref().map_or_else(dash, |chance| print.of_hundred(chance)),
            gain.chance_nil_or_negative.as_ref().map_or_else(dash, |chance| print.probability(chance)),
            print.spending(&gain.expected),
            print.spending(&gain.observed),
        ]
    };
    let caption = context.say(&text!(
        "Gains et ce que la chance peut en expliquer, du plus grand au plus petit ; par patient et par an",
        "Gains and what luck may explain of them, from the largest to the smallest; per patient and year"
    ));
    Table { caption, columns: context.columns(columns), rows: gains.iter().map(row).collect(), all: None }
}
