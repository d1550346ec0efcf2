//! What is run: without changes, with each change alone, with all of them, and over the grid.

use jiff::civil::Date;
use rulebook::change::{Changed, Grid, Scenarios};
use rulebook::{Language, Plan, Rulebook, Source, Text, text};

use crate::failure::Outcome;
use crate::folder::Files;
use crate::{change_files, messages};

/// The name of what is run without changes, in files.
const BASE: &str = "base";

/// The name of what is run with all changes, in files.
const CHANGED: &str = "changed";

/// The changed rulebooks.
pub(crate) struct Sets {
    /// Each change alone, when there are several; with its name in files.
    alone: Vec<(String, Changed)>,
    /// All changes together, when there is any.
    together: Option<(String, Changed)>,
}

impl Sets {
    /// Lays each change over the rulebook, alone and with the others.
    pub(crate) fn load(files: &Files, changes: &[Source], language: Language) -> Outcome<Self> {
        let names = names(changes);
        if changes.is_empty() {
            return Ok(Self { alone: Vec::new(), together: None });
        }
        let together = change_files::load(files, changes, language)?;
        let mut alone = Vec::new();
        if changes.len() > 1 {
            for (change, name) in changes.iter().zip(&names) {
                // What is wrong together was said; what is wrong alone only is shown together only.
                match change_files::load_quietly(files, std::slice::from_ref(change)) {
                    Ok(changed) => alone.push((name.clone(), changed)),
                    Err(_) => messages::warning(
                        &text!(
                            "`{name}` ne tient pas sans les autres changements : il n'est pas montré seul",
                            "`{name}` does not hold without the other changes: it is not shown alone"
                        ),
                        language,
                    ),
                }
            }
        }
        Ok(Self { alone, together: Some((CHANGED.to_owned(), together)) })
    }

    /// Returns the rulebook with all changes.
    pub(crate) fn last<'a>(&'a self, base: &'a Rulebook) -> &'a Rulebook {
        self.together.as_ref().map_or(base, |(_, changed)| &changed.book)
    }

    fn all(&self) -> impl Iterator<Item = &(String, Changed)> {
        self.alone.iter().chain(&self.together)
    }

    /// Returns a plan for each changed rulebook.
    pub(crate) fn plans(&self, at: Date, known_at: Option<Date>) -> Outcome<Vec<Plan<'_>>> {
        self.all().map(|(_, changed)| crate::commands::plan(&changed.book, at, known_at)).collect()
    }
}

/// Names the changes after their files; two of one name keep their paths.
fn names(changes: &[Source]) -> Vec<String> {
    let short = |source: &Source| {
        let file = change_files::name(source);
        file.strip_suffix(".toml").unwrap_or(file).to_owned()
    };
    let all: Vec<String> = changes.iter().map(short).collect();
    let is_taken = |name: &String| {
        all.iter().filter(|other| *other == name).count() > 1 || [BASE, CHANGED].contains(&name.as_str())
    };
    let named = changes.iter().zip(&all).enumerate();
    named
        .map(
            |(index, (source, name))| {
                if is_taken(name) { format!("{}. {}", index + 1, source.path) } else { name.clone() }
            },
        )
        .collect()
}

/// One thing that is run, with one scenario or those of a grid.
#[derive(Clone)]
pub(crate) struct Block<'a> {
    /// Its name in files.
    pub(crate) name: &'a str,
    /// Its words for people.
    pub(crate) title: Text,
    /// What is settled.
    pub(crate) scenarios: Scenarios<'a>,
    /// Whether it is the one of the grid.
    pub(crate) is_grid: bool,
}

/// Everything that is run; the first is without changes.
pub(crate) struct Blocks<'a> {
    /// The plan without changes.
    pub(crate) base: &'a Plan<'a>,
    /// The blocks, in order.
    pub(crate) list: Vec<Block<'a>>,
    /// The grid, when there is one.
    pub(crate) grid: Option<&'a Grid>,
}

static NO_GRID: Grid = Grid::none();

impl<'a> Blocks<'a> {
    /// Returns what is to be run.
    pub(crate) fn new(
        base: &'a Plan<'a>,
        sets: &'a Sets,
        plans: &'a [Plan<'a>],
        grid: Option<&'a Grid>,
    ) -> Self {
        let single = |plan: &'a Plan<'a>, name: &'a str, title: Text, changed: Option<&'a Changed>| Block {
            name,
            title,
            scenarios: Scenarios {
                plan,
                changes: changed.map_or(&[], |changed| changed.facts.as_slice()),
                grid: &NO_GRID,
            },
            is_grid: false,
        };
        let today = text!("Sans changement", "Without any change");
        let mut list = vec![single(base, BASE, today, None)];
        for ((name, changed), plan) in sets.all().zip(plans) {
            let own = match changed.titles.as_slice() {
                [title] => title.clone(),
                _ => None,
            };
            let is_together = name == CHANGED;
            let title = own.unwrap_or_else(|| {
                if is_together && changed.titles.len() > 1 {
                    text!("Tous les changements", "All changes together")
                } else if is_together {
                    text!("Avec le changement", "With the change")
                } else {
                    Text::same(name.as_str())
                }
            });
            list.push(single(plan, name, title, Some(changed)));
        }
        if let Some(grid) = grid {
            let last = sets.together.as_ref().map(|(_, changed)| changed);
            let plan = plans.last().unwrap_or(base);
            let title = grid.title.clone().unwrap_or_else(|| text!("Grille", "Grid"));
            let mut block = single(plan, CHANGED, title, last);
            block.scenarios.grid = grid;
            block.is_grid = true;
            list.push(block);
        }
        Self { base, list, grid }
    }

    /// Returns the paths of the grid.
    pub(crate) fn paths(&self) -> Vec<&str> {
        self.grid.iter().flat_map(|grid| grid.axes.iter().map(|axis| axis.path.as_str())).collect()
    }

    /// Returns the values of the paths in a scenario; empty ones outside the grid.
    pub(crate) fn coordinates(&self, block: usize, scenario: usize) -> Vec<String> {
        let Some(grid) = self.grid else { return Vec::new() };
        match self.list.get(block).filter(|block| block.is_grid) {
            Some(_) => grid.coordinates(scenario).into_iter().map(str::to_owned).collect(),
            None => vec![String::new(); grid.axes.len()],
        }
    }
}
