//! The options compared: totals, and who wins and loses by each.

use exact::Rational;
use rulebook::text;

use super::first::total;
use super::view::{Block, Section, Table};
use super::{Context, RunTeam};
use crate::picture::{Bar, bars};

/// How many of the largest gains and losses are shown of each option.
const EACH_WAY: usize = 5;

/// Compares the options.
pub(super) fn section(context: &Context<'_>) -> Option<Section> {
    let options = context.page.options.len();
    if options < 2 || context.teams.is_empty() {
        return None;
    }
    let mut blocks = vec![totals(context)];
    blocks.extend((1..options).map(|option| changes(context, option)));
    blocks.push(Block { table: Some(everything(context)), ..Block::default() });
    let now = context.option(0);
    Some(Section {
        id: "options",
        title: context.say(&text!("Et si la règle était autre ?", "What if the rule were another?")),
        said: vec![context.say(&text!(
            "Les mêmes équipes et les mêmes données, avec d'autres règles. « {now} » est la règle appliquée ; les autres sont \
             des simulations.",
            "The same teams and data under other rules. “{now}” is the rule that applies; the others are simulations."
        ))],
        blocks,
    })
}

fn totals(context: &Context<'_>) -> Block {
    let print = &context.print;
    let now = total(context.page, 0);
    let all: Vec<(String, Rational, String)> = (0..context.page.options.len())
        .map(|option| {
            let total = total(context.page, option);
            let printed = print.money(&total);
            (context.option(option), total, printed)
        })
        .collect();
    let items: Vec<Bar<'_>> =
        all.iter().map(|(label, number, printed)| Bar { label, printed, number }).collect();
    let title = context.say(&text!("Total versé sous chaque option", "Total paid under each option"));
    let picture = bars("totals-picture", &title, &items, print.language);
    let columns = [
        (text!("Option", "Option"), false),
        (text!("Total", "Total"), true),
        (text!("Différence", "Difference"), true),
        (text!("Équipes payées", "Teams paid"), true),
        (text!("Refusées", "Refused"), true),
    ];
    let row = |(option, (label, total, printed)): (usize, &(String, Rational, String))| {
        let hint =
            context.page.options.get(option).map(|option| context.say(&option.hint)).unwrap_or_default();
        let label = if hint.is_empty() { label.clone() } else { format!("{label}\n{hint}") };
        let amounts = || context.teams.iter().map(|team| team.amount(option));
        let paid = amounts().flatten().filter(Rational::is_positive).count();
        let refused = amounts().filter(Option::is_none).count();
        let difference = if option == 0 { "–".to_owned() } else { print.signed_money(&(total - &now)) };
        vec![label, printed.clone(), difference, print.count(paid), print.count(refused)]
    };
    let table = Table {
        caption: title.clone(),
        columns: context.columns(columns),
        rows: all.iter().enumerate().map(row).collect(),
        all: None,
    };
    Block { picture: Some(picture), table: Some(table), ..Block::default() }
}

/// Shows the teams that an option gives most and takes most from.
fn changes(context: &Context<'_>, option: usize) -> Block {
    let print = &context.print;
    let both = |team: &&RunTeam| Some((team.id.clone(), team.amount(0)?, team.amount(option)?));
    let mut all: Vec<(String, Rational, Rational, Rational)> = context
        .teams
        .iter()
        .filter_map(|team| both(team).map(|(id, before, after)| (id, &after - &before, before, after)))
        .collect();
    let compared = all.len();
    all.retain(|(_, change, ..)| !change.is_zero());
    all.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    let winners = all.iter().filter(|(_, change, ..)| change.is_positive()).count();
    let losers = all.len() - winners;
    let (more, less, same) = (print.count(winners), print.count(losers), print.count(compared - all.len()));
    let mut said = vec![context.say(&text!(
        "Équipes qui y gagnent : {more} ; qui y perdent : {less} ; sans changement : {same}.",
        "Teams that win by it: {more}; that lose: {less}; that stay the same: {same}."
    ))];
    let first_loss = all.len() - losers.min(EACH_WAY);
    let shown: Vec<&(String, Rational, Rational, Rational)> = all
        .iter()
        .enumerate()
        .filter(|(place, _)| *place < winners.min(EACH_WAY) || *place >= first_loss)
        .map(|(_, change)| change)
        .collect();
    if shown.len() < all.len() {
        said.push(context.say(&text!(
            "Voici les plus grands changements, dans chaque sens.",
            "Here are the largest changes, either way."
        )));
    }
    let name = context.option(option);
    if shown.is_empty() {
        return Block { title: name, said, ..Block::default() };
    }
    let printed: Vec<String> = shown.iter().map(|(_, change, ..)| print.signed_money(change)).collect();
    let items: Vec<Bar<'_>> = shown
        .iter()
        .zip(&printed)
        .map(|((id, change, ..), printed)| Bar { label: id, printed, number: change })
        .collect();
    let caption = context.say(&text!(
        "{name} : différence avec la règle appliquée",
        "{name}: difference from the rule that applies"
    ));
    let picture = bars(&format!("option-{option}-picture"), &caption, &items, print.language);
    let columns = [
        (text!("Équipe", "Team"), false),
        (text!("Différence", "Difference"), true),
        (text!("Règle appliquée", "Rule that applies"), true),
        (text!("Cette option", "This option"), true),
    ];
    let rows = shown.iter().zip(&printed).map(|((id, _, before, after), printed)| {
        vec![id.clone(), printed.clone(), print.money(before), print.money(after)]
    });
    let table = Table { caption, columns: context.columns(columns), rows: rows.collect(), all: None };
    Block { title: name, said, picture: Some(picture), is_beside: true, table: Some(table) }
}

/// Returns the table of every team under every option.
fn everything(context: &Context<'_>) -> Table {
    let print = &context.print;
    let options = context.page.options.len();
    let mut columns = vec![(context.say(&text!("Équipe", "Team")), false)];
    columns.extend((0..options).map(|option| (context.option(option), true)));
    let refused = context.say(&text!("refusée", "refused"));
    let row = |team: &&RunTeam| {
        let amounts = (0..options)
            .map(|option| team.amount(option).map_or_else(|| refused.clone(), |amount| print.money(&amount)));
        std::iter::once(team.id.clone()).chain(amounts).collect()
    };
    let caption = context.say(&text!(
        "Le montant de chaque équipe sous chaque option",
        "The amount of each team under each option"
    ));
    Table { caption: caption.clone(), columns, rows: context.teams.iter().map(row).collect(), all: None }
        .folded(0, caption)
}
