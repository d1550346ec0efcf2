//! The page of a whole run: who wins and loses, what luck may explain, how good the models are.
//!
//! Everything is computed from what is shown of each team, so that no total says more than the teams do: where the number
//! of patients of a team is masked, all that depends on it is masked too, up to the totals of its groups.

mod calibration;
mod first;
mod funnel;
mod groups;
mod input;
mod luck;
mod options;
mod printer;
mod view;
mod who;

use askama::Template;
use exact::Rational;
use rulebook::{Language, Text, text};

use crate::ReportError;
use crate::picture::{Mark, Shape, Tone};
use crate::words::{Words, refused, said, with_names, words};

pub use input::{Decile, ModelCheck, RunGain, RunOption, RunPage, RunTeam, SubgroupRatio, estimate};
use printer::Printer;
use view::{Section, Table};

#[derive(Template)]
#[template(path = "run.html")]
struct Page<'a> {
    w: &'static Words,
    title: &'a str,
    subtitle: &'a str,
    total: String,
    lead: String,
    notes: Vec<String>,
    refused_count: String,
    contents: String,
    sections: Vec<Section>,
    refused: Vec<(&'a str, Vec<(bool, String)>)>,
    team: String,
    made_of_title: String,
    made_of_caption: String,
    made_of: Vec<(String, String)>,
}

/// What every section is made from.
struct Context<'a> {
    page: &'a RunPage,
    print: Printer<'a>,
    /// The teams, from the largest amount per patient to the smallest; those without one at the end.
    teams: Vec<&'a RunTeam>,
    /// The kinds of team, the most frequent first.
    kinds: Vec<&'a Text>,
}

/// Writes one self-contained page of a whole run.
///
/// # Errors
/// A team with more or fewer amounts than there are options.
pub fn run_page(page: &RunPage, language: Language) -> Result<String, ReportError> {
    for (index, team) in page.teams.iter().enumerate() {
        let (cells, columns) = (team.amounts.len(), page.options.len());
        if cells != columns {
            return Err(ReportError::RowWidth { row: index + 1, cells, columns });
        }
    }
    let context = Context::new(page, language);
    let say = |text: &Text| said(text, language);
    let mut sections = vec![first::section(&context)];
    sections.extend(who::section(&context));
    sections.extend(groups::section(&context));
    sections.extend(funnel::section(&context));
    sections.extend(luck::section(&context));
    sections.extend(calibration::section(&context));
    sections.extend(options::section(&context));
    let view = Page {
        w: words(language),
        title: page.title.get(language),
        subtitle: page.subtitle.get(language),
        total: context.print.money(&first::total(page, 0)),
        lead: first::lead(&context),
        notes: page.notes.iter().map(say).collect(),
        refused_count: refused(page.refused.len(), language),
        contents: say(&text!("Sur cette page", "On this page")),
        sections,
        refused: page
            .refused
            .iter()
            .map(|line| (line.id.as_str(), with_names(&line.reason, language)))
            .collect(),
        team: say(&text!("Équipe", "Team")),
        made_of_title: say(&text!("De quoi ce calcul est fait", "What this run was made of")),
        made_of_caption: say(&text!(
            "Avec ces éléments, chacun peut refaire le calcul et trouver les mêmes montants.",
            "With these anybody can run the calculation again and find the same amounts."
        )),
        made_of: page.made_of.iter().map(|(label, value)| (say(label), say(value))).collect(),
    };
    Ok(view.render()?)
}

impl<'a> Context<'a> {
    fn new(page: &'a RunPage, language: Language) -> Self {
        let gains: Vec<Rational> =
            page.teams.iter().filter_map(RunTeam::shown_gain).map(RunGain::gain).collect();
        let mut teams: Vec<&RunTeam> = page.teams.iter().collect();
        teams.sort_by_cached_key(|team| (std::cmp::Reverse(team.per_patient(0)), team.id.clone()));
        let mut kinds: Vec<(&Text, usize)> = Vec::new();
        for team in &teams {
            match kinds.iter_mut().find(|(kind, _)| **kind == team.kind) {
                Some((_, count)) => *count += 1,
                None => kinds.push((&team.kind, 1)),
            }
        }
        kinds.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), kind.fr.as_str()));
        Self {
            page,
            print: Printer::new(language, &page.currency, gains.iter()),
            teams,
            kinds: kinds.into_iter().map(|(kind, _)| kind).collect(),
        }
    }

    fn say(&self, text: &Text) -> String {
        self.print.say(text)
    }

    /// Returns the columns of a table in the language of the page.
    fn columns(&self, columns: impl IntoIterator<Item = (Text, bool)>) -> Vec<(String, bool)> {
        columns.into_iter().map(|(label, numeric)| (self.say(&label), numeric)).collect()
    }

    /// Returns the name of an option.
    fn option(&self, place: usize) -> String {
        self.page.options.get(place).map(|option| self.say(&option.name)).unwrap_or_default()
    }

    /// Returns the shape of the kind of a team.
    fn shape(&self, team: &RunTeam) -> Shape {
        let place = self.kinds.iter().position(|kind| **kind == team.kind);
        Shape::of(place.unwrap_or(self.kinds.len()))
    }

    /// Says which kind has which shape.
    fn shapes_of_kinds(&self) -> Vec<(Shape, String)> {
        let names: Vec<String> = self.kinds.iter().map(|kind| self.kind(kind)).collect();
        legend(names, self.say(&text!("autres", "others")))
    }

    /// Returns the words of a kind of team.
    fn kind(&self, kind: &Text) -> String {
        if kind.fr.is_empty() { self.unknown() } else { self.say(kind) }
    }

    fn unknown(&self) -> String {
        self.say(&text!("non renseigné", "not known"))
    }

    fn all_teams(&self) -> String {
        let count = self.print.count(self.teams.len());
        self.say(&text!("Toutes les équipes ({count})", "All teams ({count})"))
    }
}

/// Gives shapes to names; the last shape stands for all that are left.
fn legend(names: Vec<String>, others: String) -> Vec<(Shape, String)> {
    let all = names.len();
    let mut shapes: Vec<(Shape, String)> = names
        .into_iter()
        .take(Shape::COUNT)
        .enumerate()
        .map(|(place, name)| (Shape::of(place), name))
        .collect();
    if all > Shape::COUNT
        && let Some((_, last)) = shapes.last_mut()
    {
        *last = others;
    }
    shapes
}
