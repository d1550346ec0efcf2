//! The results of a settlement, kept as whichever engine made them: row by row, or in columns.

use exact::Rational;

use super::FactRows;
use crate::book::Reference;
use crate::plan::Plan;
use crate::{EntityId, Stretch, Value};

/// The results of one entity.
#[derive(Debug, Clone)]
pub struct EntityResults {
    /// The entity.
    pub entity: EntityId,
    /// The columns.
    pub outputs: Vec<Reference>,
    blocks: Vec<Block>,
    /// The index of the first row of each block.
    starts: Vec<usize>,
    rows: usize,
}

/// Some rows that stand together in the results.
#[derive(Debug, Clone, Default)]
pub struct Block {
    /// The row of the facts of each.
    pub rows: FactRows,
    /// The values of each output.
    pub columns: Vec<Values>,
}

/// The values of one output in a block; the column engine shares its columns with them.
#[derive(Debug, Clone)]
pub enum Values {
    /// Numerators over one positive denominator.
    Ratios {
        /// One for each row.
        numerators: Stretch<i64>,
        /// Positive.
        denominator: i64,
    },
    /// Truth values.
    Bools(Stretch<bool>),
    /// The same for all rows.
    Same(Value),
    /// One for each row.
    Each(Vec<Value>),
}

impl Values {
    /// Returns the value of a row of the block.
    pub fn value(&self, row: usize) -> Option<Value> {
        match self {
            Self::Ratios { numerators, denominator } => {
                Rational::ratio(*numerators.get(row)?, *denominator).map(Value::Number)
            }
            Self::Bools(truths) => truths.get(row).map(|truth| Value::Bool(*truth)),
            Self::Same(value) => Some(value.clone()),
            Self::Each(values) => values.get(row).cloned(),
        }
    }
}

/// Results are equal when their rows and values are, however they are kept.
impl PartialEq for EntityResults {
    fn eq(&self, other: &Self) -> bool {
        self.entity == other.entity
            && self.outputs == other.outputs
            && self.rows == other.rows
            && (0..self.rows).all(|index| {
                self.facts_row(index) == other.facts_row(index)
                    && (0..self.outputs.len())
                        .all(|output| self.value(index, output) == other.value(index, output))
            })
    }
}

impl EntityResults {
    /// Returns the results of an entity, without rows yet.
    pub(crate) fn new(plan: &Plan<'_>, entity: EntityId) -> Self {
        Self { entity, outputs: plan.outputs(entity), blocks: Vec::new(), starts: Vec::new(), rows: 0 }
    }

    /// Returns how many rows were settled.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Returns whether no row was settled.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Returns the row of the facts of a settled row.
    ///
    /// # Panics
    /// When `index` is not less than [`Self::len`].
    pub fn facts_row(&self, index: usize) -> usize {
        let block = self.block_of(index);
        self.blocks[block].rows.row(index - self.starts[block])
    }

    /// Returns the value of an output, by its place in `outputs`.
    pub fn value(&self, index: usize, output: usize) -> Option<Value> {
        if index >= self.rows {
            return None;
        }
        let block = self.block_of(index);
        self.blocks[block].columns.get(output)?.value(index - self.starts[block])
    }

    /// Returns each settled row: the row of the facts, and the value of each output.
    pub fn rows(&self) -> impl Iterator<Item = (usize, Vec<Value>)> {
        self.blocks.iter().flat_map(|block| {
            block.rows.iter().enumerate().map(|(index, row)| {
                (row, block.columns.iter().filter_map(|column| column.value(index)).collect())
            })
        })
    }

    /// Returns the rows in blocks, in order.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    fn block_of(&self, index: usize) -> usize {
        self.starts.partition_point(|start| *start <= index) - 1
    }

    /// Adds the row of a settled family.
    pub(crate) fn push(&mut self, row: usize, values: Vec<Value>) {
        let row_by_row =
            |block: &&mut Block| block.columns.iter().all(|values| matches!(values, Values::Each(_)));
        let open = self.blocks.last_mut().filter(row_by_row);
        match open {
            Some(block) => {
                block.rows.push(row);
                for (column, value) in block.columns.iter_mut().zip(values) {
                    if let Values::Each(all) = column {
                        all.push(value);
                    }
                }
                self.rows += 1;
            }
            None => self.push_block(Block {
                rows: FactRows::Together(row..row + 1),
                columns: values.into_iter().map(|value| Values::Each(vec![value])).collect(),
            }),
        }
    }

    /// Adds rows that were settled together.
    pub(crate) fn push_block(&mut self, block: Block) {
        if !block.rows.is_empty() {
            self.starts.push(self.rows);
            self.rows += block.rows.len();
            self.blocks.push(block);
        }
    }

    /// Adds the rows of other results of the same entity.
    pub(crate) fn append(&mut self, more: Self) {
        more.blocks.into_iter().for_each(|block| self.push_block(block));
    }
}
