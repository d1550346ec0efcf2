//! What the template fills: sections of blocks, each a picture with its table.

use crate::picture::Picture;

/// The longest name of a row that is not broken into lines, in characters.
const KEPT_MAX: usize = 14;

/// A part of the page.
#[derive(Debug, Clone, Default)]
pub(super) struct Section {
    /// Its id in the page.
    pub(super) id: &'static str,
    /// Its heading.
    pub(super) title: String,
    /// What is said before anything is shown.
    pub(super) said: Vec<String>,
    /// What it shows.
    pub(super) blocks: Vec<Block>,
}

/// A picture with its table.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    /// Its heading; may be empty.
    pub(super) title: String,
    /// What is said before.
    pub(super) said: Vec<String>,
    /// The picture.
    pub(super) picture: Option<Picture>,
    /// Whether the table is narrow enough to stand beside the picture.
    pub(super) is_beside: bool,
    /// The table.
    pub(super) table: Option<Table>,
}

/// A table.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    /// What it holds.
    pub(super) caption: String,
    /// The columns, and whether they hold numbers; the first one names the row.
    pub(super) columns: Vec<(String, bool)>,
    /// The rows; a cell may have several lines, and none is wider than the columns.
    pub(super) rows: Vec<Vec<String>>,
    /// All rows, when those above are only some, and what to call them.
    pub(super) all: Option<(String, Vec<Vec<String>>)>,
}

impl Table {
    /// Puts the rows beyond the first ones into a fold that holds all of them.
    pub(super) fn folded(mut self, shown: usize, summary: String) -> Self {
        if self.rows.len() > shown {
            let first = self.rows.iter().take(shown).cloned().collect();
            self.all = Some((summary, std::mem::replace(&mut self.rows, first)));
        }
        self
    }

    /// Returns whether the name of a row is so short that it is not broken.
    pub(super) fn is_kept(lines: &[&str]) -> bool {
        lines.len() == 1 && lines.iter().all(|line| line.chars().count() <= KEPT_MAX)
    }

    /// Returns the rows with a mark of the columns that hold numbers.
    pub(super) fn cells<'a>(&'a self, rows: &'a [Vec<String>]) -> Vec<Vec<(Vec<&'a str>, bool)>> {
        let row = |row: &'a Vec<String>| {
            let numeric = self.columns.iter().map(|(_, numeric)| *numeric);
            row.iter().map(|cell| cell.split('\n').collect()).zip(numeric).collect()
        };
        rows.iter().map(row).collect()
    }
}
