//! The two numbers about luck, said so that a tired reader understands them.

use population::Text;

/// Says how often chance alone would show such a gain: `patients` is the size of the list, `chance` from 0 to 1.
pub fn chance_sentence(patients: i128, gain_is_positive: bool, chance: f64) -> Text {
    let (fr, en) = out_of_100(chance);
    let one = is_one(chance);
    if gain_is_positive {
        let shows = if one { "montrerait" } else { "montreraient" };
        Text::new(
            format!(
                "Sur 100 équipes de {patients} patients qui n'auraient rien changé, {fr} {shows} par hasard un gain au moins aussi grand."
            ),
            format!(
                "Of 100 teams with {patients} patients that had changed nothing, {en} would show a gain at least as large by chance."
            ),
        )
    } else {
        let does = if one { "ferait" } else { "feraient" };
        Text::new(
            format!(
                "L'équipe n'a pas de gain. Sur 100 équipes de {patients} patients qui n'auraient rien changé, {fr} {does} aussi bien ou mieux par hasard."
            ),
            format!(
                "The team has no gain. Of 100 teams with {patients} patients that had changed nothing, {en} would do as well or better by chance."
            ),
        )
    }
}

/// Says how probable it is that the team truly saved nothing, or spent more, given its gain and those of all teams.
pub fn nil_sentence(probability: f64) -> Text {
    let (fr, en) = out_of_100(probability);
    let one = is_one(probability);
    let (chance_fr, chance_en) = if one { ("chance", "is") } else { ("chances", "are") };
    let plural = if one { "" } else { "s" };
    Text::new(
        format!(
            "Compte tenu de ce gain et de ceux de toutes les équipes, il y a {fr} {chance_fr} sur 100 que l'équipe n'ait en réalité rien économisé."
        ),
        format!(
            "Given this gain and those of all teams, there {chance_en} {en} chance{plural} in 100 that the team truly saved nothing."
        ),
    )
}

/// Whether the number said is one, or less than one.
fn is_one(share: f64) -> bool {
    share < 0.015
}

fn out_of_100(share: f64) -> (String, String) {
    if share < 0.005 {
        return ("moins d'une".to_owned(), "less than one".to_owned());
    }
    if share > 0.995 {
        return ("plus de 99".to_owned(), "more than 99".to_owned());
    }
    let whole = format!("{:.0}", share * 100.0);
    let fr = if whole == "1" { "une".to_owned() } else { whole.clone() };
    let en = if whole == "1" { "one".to_owned() } else { whole };
    (format!("environ {fr}"), format!("about {en}"))
}
