//! Amounts by kind of team, by territory and by deprivation, under each option.

use exact::Rational;
use rulebook::{Text, text};

use super::view::{Block, Section, Table};
use super::{Context, RunTeam, legend};
use crate::picture::{Picture, Row, RowMark, Rows, Shape, rows};

/// The teams of a group.
struct Group<'a> {
    label: String,
    teams: Vec<&'a RunTeam>,
}

/// What a group receives under an option.
struct Outcome {
    /// For each patient of its settled teams; nothing where a number of patients is masked.
    mean: Option<Rational>,
    /// How many of its teams receive something.
    paid: usize,
    /// How many of its teams are settled.
    settled: usize,
}

/// Shows what groups of teams receive.
pub(super) fn section(context: &Context<'_>) -> Option<Section> {
    let by = |key: &dyn Fn(&RunTeam) -> Option<(u8, String)>| grouped(context, key);
    let territory = by(&|team| Some((0, context.say(team.territory.as_ref()?))));
    let deprivation = by(&|team| Some((team.deprivation?, deprivation(context, team.deprivation?))));
    let kind = by(&|team| (!team.kind.fr.is_empty()).then(|| (0, context.say(&team.kind))));
    let groupings = [
        ("territory", text!("Par classe de territoire", "By class of territory"), territory),
        ("deprivation", text!("Par défaveur sociale", "By social deprivation"), deprivation),
        ("kind", text!("Par sorte d'équipe", "By kind of team"), kind),
    ];
    let blocks: Vec<Block> = groupings
        .into_iter()
        .filter_map(|(id, title, groups)| Some(block(context, id, &title, &groups?)))
        .collect();
    if blocks.is_empty() {
        return None;
    }
    let mut said = vec![context.say(&text!(
        "Un contrat juste ne récompense ni ne punit un lieu ou une sorte de patients. Chaque ligne est un groupe \
         d'équipes ; chaque signe, ce qu'il reçoit en moyenne par patient.",
        "A fair contract neither rewards nor punishes a place or a kind of patient. Each line is a group of teams; \
         each mark, what it receives on average for each patient."
    ))];
    if context.page.options.len() > 1 {
        let now = context.option(0);
        said.push(context.say(&text!(
            "Le montant écrit à droite est celui de « {now} ». Quand les signes d'une ligne s'écartent, le choix de la règle \
             compte pour ce groupe.",
            "The amount written on the right is that of “{now}”. Where the marks of a line lie apart, the choice of the rule \
             matters to that group."
        )));
    }
    Some(Section {
        id: "groups",
        title: context.say(&text!("Est-ce juste ? Par groupe d'équipes", "Is it fair? By group of teams")),
        said,
        blocks,
    })
}

fn deprivation(context: &Context<'_>, quintile: u8) -> String {
    context.say(&match quintile {
        1 => text!("1, les lieux les moins défavorisés", "1, the least deprived places"),
        5 => text!("5, les lieux les plus défavorisés", "5, the most deprived places"),
        _ => text!("{quintile}", "{quintile}"),
    })
}

/// Puts teams into groups in the order of their keys; nothing when no team has a key.
fn grouped<'a>(
    context: &Context<'a>,
    key: &dyn Fn(&RunTeam) -> Option<(u8, String)>,
) -> Option<Vec<Group<'a>>> {
    let mut groups: std::collections::BTreeMap<(bool, u8, String), Vec<&'a RunTeam>> =
        std::collections::BTreeMap::new();
    for team in &context.teams {
        let key =
            key(team).map_or_else(|| (true, 0, context.unknown()), |(order, label)| (false, order, label));
        groups.entry(key).or_default().push(team);
    }
    let any_known = groups.keys().any(|(is_unknown, ..)| !is_unknown);
    let groups = groups.into_iter().map(|((.., label), teams)| Group { label, teams });
    any_known.then(|| groups.collect())
}

fn outcome(group: &Group<'_>, option: usize) -> Outcome {
    let settled: Vec<(&RunTeam, Rational)> =
        group.teams.iter().filter_map(|team| Some((*team, team.amount(option)?))).collect();
    let paid = settled.iter().filter(|(_, amount)| amount.is_positive()).count();
    let amount: Rational = settled.iter().map(|(_, amount)| amount).sum();
    // One masked team masks the group: with the others shown, the mean would give it away.
    let patients: Option<Vec<Rational>> = settled.iter().map(|(team, _)| team.patients_shown()).collect();
    let mean = patients.and_then(|patients| amount.checked_div(&patients.iter().sum()));
    Outcome { mean, paid, settled: settled.len() }
}

fn patients(group: &Group<'_>) -> Option<u64> {
    group.teams.iter().try_fold(0_u64, |sum, team| sum.checked_add(team.patients?))
}

fn block(context: &Context<'_>, id: &'static str, title: &Text, groups: &[Group<'_>]) -> Block {
    let title = context.say(title);
    Block {
        picture: Some(picture(context, id, &title, groups)),
        table: Some(table(context, &title, groups)),
        title,
        ..Block::default()
    }
}

fn picture(context: &Context<'_>, id: &str, title: &str, groups: &[Group<'_>]) -> Picture {
    let print = &context.print;
    let options = context.page.options.len();
    let drawn = options.min(Shape::COUNT);
    let mut all_rows = Vec::new();
    for group in groups {
        let mut marks = Vec::new();
        // The option in force comes last, in front of the others.
        for option in (0..drawn).rev() {
            let Some(number) = outcome(group, option).mean else { continue };
            let title = format!("{} · {} · {}", group.label, context.option(option), print.money(&number));
            marks.push(RowMark { number, shape: Shape::of(option), title });
        }
        let printed = outcome(group, 0).mean.map(|mean| print.money(&mean)).unwrap_or_default();
        all_rows.push(Row { label: group.label.clone(), printed, marks, range: None });
    }
    let names = (0..drawn).map(|option| context.option(option)).collect();
    let description = context.say(&text!(
        "Pour chaque groupe, le montant moyen par patient sous chaque option ; les mêmes chiffres sont dans le tableau.",
        "For each group the mean amount per patient under each option; the same figures are in the table."
    ));
    let heading = context.say(&text!("Montant moyen par patient", "Mean amount per patient"));
    rows(Rows {
        id: &format!("{id}-picture"),
        title: &format!("{heading}, {}", lower_first(title)),
        description,
        across: format!("{heading}, {}", print.currency),
        reference: Rational::ZERO,
        items: all_rows,
        shapes: legend(names, String::new()),
        language: print.language,
    })
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

fn table(context: &Context<'_>, title: &str, groups: &[Group<'_>]) -> Table {
    let print = &context.print;
    let mut columns = vec![
        (context.say(&text!("Groupe", "Group")), false),
        (context.say(&text!("Équipes", "Teams")), true),
        (context.say(&text!("Patients", "Patients")), true),
    ];
    columns.extend((0..context.page.options.len()).map(|option| (context.option(option), true)));
    let row = |group: &Group<'_>| {
        let mut cells =
            vec![group.label.clone(), print.count(group.teams.len()), print.patients(patients(group))];
        for option in 0..context.page.options.len() {
            let Outcome { mean, paid, settled } = outcome(group, option);
            if settled == 0 {
                cells.push(context.say(&text!("refusées", "refused")));
                continue;
            }
            let mean =
                mean.map_or_else(|| context.say(&text!("masqué", "masked")), |mean| print.money(&mean));
            let (paid, settled) = (print.count(paid), print.count(settled));
            cells.push(context.say(&text!("{mean}\n{paid} sur {settled}", "{mean}\n{paid} of {settled}")));
        }
        cells
    };
    let caption = context.say(&text!(
        "{title} : montant moyen par patient et, dessous, nombre d'équipes qui reçoivent quelque chose",
        "{title}: mean amount per patient and, under it, how many teams receive something"
    ));
    Table { caption, columns, rows: groups.iter().map(row).collect(), all: None }
}
