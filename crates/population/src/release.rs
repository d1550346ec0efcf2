//! Masking: what a release may show of counts of patients.
//!
//! No count under a threshold is shown, and none can be worked out inside the release: neither by taking what is shown from a
//! total, nor by any sum and difference of what is shown. Counts under the threshold are hidden with their reasons for being
//! so unsaid: a hidden count may be small, or stand in front of a small one. Releases are not compared with one another here.

mod network;

use network::Network;

/// The fewest patients that a release shows.
pub const FEWEST_SHOWN: u64 = 11;

/// A count in a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shown {
    /// A count.
    Count(u64),
    /// Not shown.
    Hidden,
}

/// A table of counts with its totals, masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskedTable {
    /// The counts.
    pub cells: Vec<Vec<Shown>>,
    /// The total of each row.
    pub row_totals: Vec<Shown>,
    /// The total of each column.
    pub column_totals: Vec<Shown>,
    /// The total of all.
    pub total: Shown,
}

/// Why a table cannot be masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    /// Rows of different lengths.
    #[error("mask a table whose rows have different lengths")]
    Ragged,
    /// A total too large for 64 bits.
    #[error("add up counts beyond 64 bits")]
    TooLarge,
}

/// Masks a table of counts that is shown with the totals of rows and columns.
///
/// Zero is a count under the threshold too. Complementary cells are the smallest that can be, ties to the first; what
/// cannot be protected by hiding cells has its totals hidden.
pub fn mask(counts: &[Vec<u64>], fewest: u64) -> Result<MaskedTable, MaskError> {
    let grid = with_totals(counts)?;
    let mut mask = Mask::new(&grid, fewest);
    mask.protect_lines();
    mask.protect_cells();
    Ok(mask.shown())
}

/// Returns the numerator and denominator of a share that may be shown: neither, nor their difference, is under the threshold.
pub fn share(numerator: u64, denominator: u64, fewest: u64) -> Option<(u64, u64)> {
    let rest = denominator.checked_sub(numerator)?;
    (numerator >= fewest && rest >= fewest).then_some((numerator, denominator))
}

/// Returns a count if it may be shown on its own.
pub fn count(patients: u64, fewest: u64) -> Shown {
    if patients >= fewest { Shown::Count(patients) } else { Shown::Hidden }
}

/// Adds the totals as a last column and a last row.
fn with_totals(counts: &[Vec<u64>]) -> Result<Vec<Vec<u64>>, MaskError> {
    let width = counts.first().map_or(0, Vec::len);
    let mut totals = vec![0_u64; width + 1];
    let mut grid = Vec::with_capacity(counts.len() + 1);
    for row in counts {
        if row.len() != width {
            return Err(MaskError::Ragged);
        }
        let mut row = row.clone();
        let sum = row.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count));
        row.push(sum.ok_or(MaskError::TooLarge)?);
        for (total, count) in totals.iter_mut().zip(&row) {
            *total = total.checked_add(*count).ok_or(MaskError::TooLarge)?;
        }
        grid.push(row);
    }
    grid.push(totals);
    Ok(grid)
}

/// The state of masking: a grid whose last row and column are totals.
struct Mask<'a> {
    grid: &'a [Vec<u64>],
    hidden: Vec<Vec<bool>>,
    fewest: u64,
}

/// A place in the grid.
type Place = (usize, usize);

impl<'a> Mask<'a> {
    fn new(grid: &'a [Vec<u64>], fewest: u64) -> Self {
        let hidden = grid.iter().map(|row| row.iter().map(|count| *count < fewest).collect()).collect();
        Self { grid, hidden, fewest }
    }

    fn height(&self) -> usize {
        self.grid.len()
    }

    fn width(&self) -> usize {
        self.grid.first().map_or(0, Vec::len)
    }

    fn count(&self, (row, column): Place) -> u64 {
        self.grid.get(row).and_then(|row| row.get(column)).copied().unwrap_or(0)
    }

    fn is_hidden(&self, (row, column): Place) -> bool {
        self.hidden.get(row).and_then(|row| row.get(column)).copied().unwrap_or(true)
    }

    fn hide(&mut self, (row, column): Place) {
        if let Some(cell) = self.hidden.get_mut(row).and_then(|row| row.get_mut(column)) {
            *cell = true;
        }
    }

    /// Returns the places of each row and each column, the total last.
    fn lines(&self) -> Vec<Vec<Place>> {
        let rows = (0..self.height()).map(|row| (0..self.width()).map(|column| (row, column)).collect());
        let columns = (0..self.width()).map(|column| (0..self.height()).map(|row| (row, column)).collect());
        rows.chain(columns).collect()
    }

    /// Returns the smallest count of some places that is still shown; totals only when nothing else is.
    fn smallest_shown(&self, places: &[Place]) -> Option<Place> {
        let (height, width) = (self.height(), self.width());
        let shown = places.iter().copied().filter(|place| !self.is_hidden(*place));
        shown.min_by_key(|place| {
            let is_total = place.0 + 1 == height || place.1 + 1 == width;
            (is_total, self.count(*place), *place)
        })
    }

    /// Hides until no line gives away a hidden count, or a small sum of them, by taking what is shown from its total.
    fn protect_lines(&mut self) {
        let lines = self.lines();
        loop {
            let before = self.hidden.clone();
            for line in &lines {
                while self.gives_away(line) {
                    let Some(place) = self.smallest_shown(line) else { break };
                    self.hide(place);
                }
            }
            if self.hidden == before {
                return;
            }
        }
    }

    fn gives_away(&self, line: &[Place]) -> bool {
        let Some((total, cells)) = line.split_last() else { return false };
        let hidden = cells.iter().filter(|place| self.is_hidden(**place));
        let (number, sum) = hidden.fold((0_usize, 0_u64), |(number, sum), place| {
            (number + 1, sum.saturating_add(self.count(*place)))
        });
        if self.is_hidden(*total) {
            number == 0 && !cells.is_empty()
        } else {
            number == 1 || (number > 1 && sum < self.fewest)
        }
    }

    /// Hides until every small count could, by all that is shown, as well be one that may be shown.
    fn protect_cells(&mut self) {
        loop {
            let mut is_safe = true;
            for row in 0..self.height() {
                for column in 0..self.width() {
                    is_safe &= self.protect_cell((row, column));
                }
            }
            if is_safe {
                return;
            }
            self.protect_lines();
        }
    }

    /// Returns whether nothing had to be hidden for this cell.
    fn protect_cell(&mut self, place: Place) -> bool {
        let mut is_safe = true;
        while self.count(place) < self.fewest && !self.could_be_large(place) {
            let row = (0..self.width()).map(|column| (place.0, column));
            let column = (0..self.height()).map(|row| (row, place.1));
            let near: Vec<Place> = row.chain(column).collect();
            let everywhere: Vec<Place> = self.lines().into_iter().flatten().collect();
            let Some(next) = self.smallest_shown(&near).or_else(|| self.smallest_shown(&everywhere)) else {
                // Everything is hidden: nothing can be worked out.
                break;
            };
            self.hide(next);
            is_safe = false;
        }
        is_safe
    }

    /// Tells whether the hidden counts could be others, with the same counts shown, that make this one large enough.
    fn could_be_large(&self, place: Place) -> bool {
        let missing = self.fewest.saturating_sub(self.count(place));
        let mut network = Network::new(self.height(), self.width());
        for row in 0..self.height() {
            for column in 0..self.width() {
                if self.is_hidden((row, column)) && (row, column) != place {
                    network.add(row, column, self.count((row, column)));
                }
            }
        }
        network.can_raise(place.0, place.1, missing)
    }

    fn shown(&self) -> MaskedTable {
        let show = |place: Place| {
            if self.is_hidden(place) { Shown::Hidden } else { Shown::Count(self.count(place)) }
        };
        let (last_row, last_column) = (self.height().saturating_sub(1), self.width().saturating_sub(1));
        MaskedTable {
            cells: (0..last_row)
                .map(|row| (0..last_column).map(|column| show((row, column))).collect())
                .collect(),
            row_totals: (0..last_row).map(|row| show((row, last_column))).collect(),
            column_totals: (0..last_column).map(|column| show((last_row, column))).collect(),
            total: show((last_row, last_column)),
        }
    }
}
