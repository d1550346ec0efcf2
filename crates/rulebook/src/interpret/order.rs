//! Rows in the order of the tree: the children of one parent stand together, sorted by id.
//!
//! The order of rows in a file changes nothing: ties of cents go by id, and sums are exact.

use std::ops::Range;

use super::FactRows;
use crate::facts::Facts;
use crate::{EntityId, Rulebook};

/// The place of one row in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Spot {
    pub(crate) entity: EntityId,
    pub(crate) position: usize,
}

/// Where the rows of each entity stand.
#[derive(Debug, Default)]
pub(crate) struct Order {
    levels: Vec<Level>,
}

#[derive(Debug, Default)]
struct Level {
    /// The row of the facts at each position.
    rows: Places,
    /// The position of the parent at each position.
    parents: Vec<usize>,
    /// Where the children of each parent position begin; one more entry at the end.
    starts: Vec<usize>,
}

/// The rows of the facts at the positions of a level.
#[derive(Debug)]
enum Places {
    /// So many, each at its own row: a million teams need no list of themselves.
    AsGiven(usize),
    Listed(Vec<usize>),
}

impl Default for Places {
    fn default() -> Self {
        Self::AsGiven(0)
    }
}

impl Places {
    fn len(&self) -> usize {
        match self {
            Self::AsGiven(count) => *count,
            Self::Listed(rows) => rows.len(),
        }
    }

    /// Returns the row at a position.
    ///
    /// # Panics
    /// When there is no such position.
    fn at(&self, position: usize) -> usize {
        match self {
            Self::AsGiven(count) => {
                assert!(position < *count, "a position of the level");
                position
            }
            Self::Listed(rows) => rows[position],
        }
    }
}

impl Order {
    /// Orders facts; rows whose parent is unknown are left out.
    pub(crate) fn new(book: &Rulebook, facts: &Facts) -> Self {
        let mut order = Self { levels: Vec::new() };
        order.levels.resize_with(book.entities.len(), Level::default);
        for entity in top_down(book) {
            let rows = facts.rows(entity);
            let parent = book.entities[entity.0].parent;
            order.levels[entity.0] = match parent {
                None => Level { rows: Places::AsGiven(rows.ids.len()), ..Level::default() },
                Some(parent) => order.children_level(book, facts, entity, parent),
            };
        }
        order
    }

    fn children_level(&self, book: &Rulebook, facts: &Facts, entity: EntityId, parent: EntityId) -> Level {
        let rows = facts.rows(entity);
        let above = &self.levels[parent.0];
        let mut position_of = vec![usize::MAX; facts.rows(parent).ids.len()];
        for position in 0..above.rows.len() {
            position_of[above.rows.at(position)] = position;
        }
        let mut placed: Vec<(usize, usize)> = (0..rows.ids.len())
            .filter_map(|row| {
                let parent_row = rows.parents.get(row).copied().flatten()?;
                let position = *position_of.get(parent_row)?;
                (position != usize::MAX).then_some((position, row))
            })
            .collect();
        // Subjects keep the order of their file, so that results can be read beside it.
        if entity == book.subject {
            placed.sort_by_key(|(parent, row)| (*parent, *row));
        } else {
            placed.sort_by(|a, b| (a.0, &rows.ids[a.1]).cmp(&(b.0, &rows.ids[b.1])));
        }
        let mut starts = vec![0; above.rows.len() + 1];
        for (parent, _) in &placed {
            starts[parent + 1] += 1;
        }
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        Level {
            rows: Places::Listed(placed.iter().map(|(_, row)| *row).collect()),
            parents: placed.iter().map(|(parent, _)| *parent).collect(),
            starts,
        }
    }

    /// Returns the number of rows of an entity.
    pub(crate) fn len(&self, entity: EntityId) -> usize {
        self.levels[entity.0].rows.len()
    }

    /// Returns the row of the facts at a spot.
    pub(crate) fn row(&self, spot: Spot) -> usize {
        self.levels[spot.entity.0].rows.at(spot.position)
    }

    /// Returns the rows of the facts at some positions.
    ///
    /// # Panics
    /// When there is no such position.
    pub(crate) fn rows(&self, entity: EntityId, positions: &Range<usize>) -> FactRows {
        match &self.levels[entity.0].rows {
            Places::AsGiven(count) => {
                assert!(positions.end <= *count, "position {} of {count}", positions.end);
                FactRows::Together(positions.clone())
            }
            Places::Listed(rows) => {
                let rows = &rows[positions.clone()];
                let first = rows.first().copied().unwrap_or_default();
                if rows.iter().enumerate().all(|(index, row)| *row == first + index) {
                    FactRows::Together(first..first + rows.len())
                } else {
                    FactRows::Scattered(rows.to_vec())
                }
            }
        }
    }

    /// Returns the spot above.
    pub(crate) fn above(&self, book: &Rulebook, spot: Spot) -> Option<Spot> {
        let parent = book.entities[spot.entity.0].parent?;
        let position = *self.levels[spot.entity.0].parents.get(spot.position)?;
        Some(Spot { entity: parent, position })
    }

    /// Climbs from a spot to an entity above it, or stays.
    pub(crate) fn climb(&self, book: &Rulebook, spot: Spot, to: EntityId) -> Option<Spot> {
        let mut here = spot;
        while here.entity != to {
            here = self.above(book, here)?;
        }
        Some(here)
    }

    /// Returns the positions of a lower entity under a spot: they stand together.
    pub(crate) fn under(&self, book: &Rulebook, spot: Spot, over: EntityId) -> Range<usize> {
        let mut path = vec![over];
        while let Some(last) = path.last().copied()
            && last != spot.entity
        {
            match book.entities[last.0].parent {
                Some(parent) => path.push(parent),
                None => return 0..0,
            }
        }
        path.pop();
        let mut range = spot.position..spot.position + 1;
        for entity in path.into_iter().rev() {
            let starts = &self.levels[entity.0].starts;
            let start = starts.get(range.start).copied().unwrap_or(0);
            let end = starts.get(range.end).copied().unwrap_or(start);
            range = start..end;
        }
        range
    }
}

/// Returns the entities, each after its parent.
pub(crate) fn top_down(book: &Rulebook) -> Vec<EntityId> {
    let depth = |entity: EntityId| {
        std::iter::successors(book.entities[entity.0].parent, |above| book.entities[above.0].parent).count()
    };
    let mut all: Vec<EntityId> = (0..book.entities.len()).map(EntityId).collect();
    all.sort_by_key(|entity| depth(*entity));
    all
}
