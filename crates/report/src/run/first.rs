//! What must be known first, in plain sentences.

use exact::Rational;
use rulebook::text;

use super::view::Section;
use super::{Context, RunGain, RunPage, RunTeam};

/// Returns how rarely a gain is shown without any effect before it is called larger than chance explains: 5 of 100.
pub(super) fn rare() -> Rational {
    Rational::ratio(1, 20).unwrap_or_default()
}

/// Returns what all teams are paid under an option.
pub(super) fn total(page: &RunPage, option: usize) -> Rational {
    page.teams.iter().filter_map(|team| team.amount(option)).sum()
}

/// Says what the large number over the page is.
pub(super) fn lead(context: &Context<'_>) -> String {
    let settled = context.teams.iter().filter(|team| team.amount(0).is_some()).count();
    let count = context.print.count(settled);
    context.say(&match settled {
        0 => text!("Aucune équipe n'est réglée.", "No team is settled."),
        1 => text!("C'est le total pour une équipe.", "This is the total for one team."),
        _ => text!("C'est le total pour {count} équipes.", "This is the total for {count} teams."),
    })
}

/// Says what must be known first.
pub(super) fn section(context: &Context<'_>) -> Section {
    let mut said = Vec::new();
    said.extend(who_receives(context));
    said.extend(extremes(context));
    said.extend(beyond_chance(context));
    said.extend(masked(context));
    if said.is_empty() {
        said.push(context.say(&text!("Il n'y a rien à montrer.", "There is nothing to show.")));
    }
    Section {
        id: "first",
        title: context.say(&text!("Ce qu'il faut savoir d'abord", "What to know first")),
        said,
        blocks: Vec::new(),
    }
}

fn who_receives(context: &Context<'_>) -> Option<String> {
    let amounts: Vec<Rational> = context.teams.iter().filter_map(|team| team.amount(0)).collect();
    if amounts.is_empty() {
        return None;
    }
    let print = &context.print;
    let paid = amounts.iter().filter(|amount| amount.is_positive()).count();
    let owing = amounts.iter().filter(|amount| amount.is_negative()).count();
    let nothing = amounts.len() - paid - owing;
    let all = print.count(amounts.len());
    let verb = |number: usize| match number {
        1 => (print.count(number), "reçoit", "receives"),
        _ => (print.count(number), "reçoivent", "receive"),
    };
    let ((paid_shown, paid_fr, paid_en), (nothing_shown, nothing_fr, nothing_en)) =
        (verb(paid), verb(nothing));
    let owing_shown = print.count(owing);
    let mut sentences = vec![context.say(&match amounts.len() {
        1 if paid == 1 => text!("Elle reçoit quelque chose.", "It receives something."),
        1 if nothing == 1 => text!("Elle ne reçoit rien.", "It receives nothing."),
        all_settled if all_settled == paid => {
            text!("Les {all} équipes réglées reçoivent toutes quelque chose.", "All {all} teams settled receive something.")
        }
        _ => text!(
            "Sur {all} équipes réglées, {paid_shown} {paid_fr} quelque chose et {nothing_shown} ne {nothing_fr} rien.",
            "Of {all} teams settled, {paid_shown} {paid_en} something and {nothing_shown} {nothing_en} nothing."
        ),
    })];
    sentences.push(context.say(&match owing {
        0 => text!("Personne ne doit rendre d'argent.", "Nobody has to give money back."),
        _ => text!(
            "Équipes qui doivent rendre de l'argent : {owing_shown}.",
            "Teams that have to give money back: {owing_shown}."
        ),
    }));
    Some(sentences.join(" "))
}

/// Says between which amounts per patient the teams lie.
fn extremes(context: &Context<'_>) -> Option<String> {
    let print = &context.print;
    let known: Vec<(&RunTeam, Rational)> =
        context.teams.iter().filter_map(|team| Some((*team, team.per_patient(0)?))).collect();
    let ((most_team, most), (least_team, least)) = (known.first()?, known.last()?);
    if known.len() < 2 {
        let most = print.money(most);
        return Some(context.say(&text!("C'est {most} par patient.", "That is {most} for each patient.")));
    }
    let numbers: Vec<&Rational> = known.iter().map(|(_, number)| number).collect();
    let median = print.money(&median(&numbers)?);
    let how_many = known.iter().filter(|(_, number)| number == least).count();
    let (most, least) = (print.money(most), print.money(least));
    let (most_id, least_id) = (&most_team.id, &least_team.id);
    let at_least = if how_many > 1 {
        text!("{} équipes", "{} teams", print.count(how_many))
    } else {
        text!("{least_id}", "{least_id}")
    };
    let (at_least_fr, at_least_en) = (at_least.fr, at_least.en);
    Some(context.say(&text!(
        "Par patient, cela va de {least} ({at_least_fr}) à {most} ({most_id}). L'équipe du milieu reçoit {median} : \
         la moitié des équipes a autant ou moins, l'autre moitié autant ou plus.",
        "For each patient this goes from {least} ({at_least_en}) to {most} ({most_id}). The team in the middle receives \
         {median}: half of the teams have as much or less, the other half as much or more."
    )))
}

/// Returns the number in the middle of some that are sorted.
fn median(sorted: &[&Rational]) -> Option<Rational> {
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        return Some(upper.clone());
    }
    let lower = *sorted.get(middle.checked_sub(1)?)?;
    (lower + upper).checked_div(&Rational::from(2))
}

/// Says how many gains are larger than chance would explain, and how many of those who are paid have such a gain.
fn beyond_chance(context: &Context<'_>) -> Option<String> {
    let rare = rare();
    let chance =
        |team: &RunTeam| team.shown_gain().and_then(|gain: &RunGain| gain.chance_without_effect.clone());
    let known: Vec<(&RunTeam, Rational)> =
        context.teams.iter().filter_map(|team| Some((*team, chance(team)?))).collect();
    // Of a single team the section on luck says all there is to say.
    if known.len() < 2 {
        return None;
    }
    let print = &context.print;
    let beyond = known.iter().filter(|(_, chance)| *chance < rare).count();
    let by_luck = Rational::from(known.len()) * &rare;
    let by_luck = if by_luck < Rational::ONE {
        text!("moins d'une", "fewer than one")
    } else {
        text!("environ {0}", "about {0}", print.number(&by_luck, 0))
    };
    let (luck_fr, luck_en) = (by_luck.fr, by_luck.en);
    let all = print.count(known.len());
    let how_many = match beyond {
        0 => text!("aucune n'a dépensé", "none spent"),
        1 => text!("une seule a dépensé", "only one spent"),
        _ => text!("{} ont dépensé", "{} spent", print.count(beyond)),
    };
    let (fr, en) = (how_many.fr, how_many.en);
    let mut sentence = context.say(&text!(
        "Et la chance ? Sur {all} équipes, {fr} si peu, à patients comparables, que moins de 5 équipes sans aucun effet sur \
         100 feraient aussi bien. Le hasard seul en donnerait {luck_fr}.",
        "And luck? Of {all} teams, {en} so little, for the patients they have, that fewer than 5 in 100 teams without any \
         effect would do as well. Luck alone would give {luck_en}."
    ));
    let paid: Vec<&(&RunTeam, Rational)> =
        known.iter().filter(|(team, _)| team.amount(0).is_some_and(|amount| amount.is_positive())).collect();
    let lucky = paid.iter().filter(|(_, chance)| *chance >= rare).count();
    if lucky > 0 {
        let (lucky, paid) = (print.count(lucky), print.count(paid.len()));
        sentence.push(' ');
        sentence.push_str(&context.say(&text!(
            "Équipes qui reçoivent quelque chose alors que le hasard suffit à expliquer leur résultat : {lucky} sur {paid}.",
            "Teams that receive something while luck is enough to explain their result: {lucky} of {paid}."
        )));
    }
    Some(sentence)
}

fn masked(context: &Context<'_>) -> Option<String> {
    let number = context.teams.iter().filter(|team| team.patients.is_none()).count();
    let count = context.print.count(number);
    (number > 0).then(|| {
        context.say(&text!(
            "Pour protéger les patients, aucun nombre sous 11 n'est montré, ni rien qui permette de le retrouver \
             (équipes concernées : {count}).",
            "To protect patients no count under 11 is shown, nor anything from which it could be worked out \
             (teams concerned: {count})."
        ))
    })
}
