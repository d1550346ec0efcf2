//! A table with totals as a network, to know how large a hidden count could be.
//!
//! Each row and each column is a node, the totals among them. A count is a flow: from its row to its column, a row total
//! from the column of totals to its row, a column total from its column to the row of totals, the grand total from the row
//! of totals to the column of totals. That rows and columns add up says that what comes into a node goes out of it. The
//! hidden counts may be changed by any flow in circles that leaves none of them negative, and in no other way.

use std::collections::VecDeque;

/// Hidden counts as edges.
pub(super) struct Network {
    height: usize,
    width: usize,
    edges: Vec<Edge>,
}

/// A hidden count: it can always be raised, and lowered to 0.
struct Edge {
    from: usize,
    to: usize,
    lowerable: u64,
}

impl Network {
    /// Returns the network of a table that has its totals in the last row and column.
    pub(super) fn new(height: usize, width: usize) -> Self {
        Self { height, width, edges: Vec::new() }
    }

    /// Adds a hidden count.
    pub(super) fn add(&mut self, row: usize, column: usize, count: u64) {
        let (from, to) = self.ends(row, column);
        self.edges.push(Edge { from, to, lowerable: count });
    }

    fn ends(&self, row: usize, column: usize) -> (usize, usize) {
        let (row_node, column_node) = (row, self.height + column);
        let is_total_of_one = (row + 1 == self.height) != (column + 1 == self.width);
        if is_total_of_one { (column_node, row_node) } else { (row_node, column_node) }
    }

    /// Tells whether the count of a place, which is not among those added, could be larger by an amount.
    pub(super) fn can_raise(mut self, row: usize, column: usize, amount: u64) -> bool {
        let (tail, head) = self.ends(row, column);
        let mut missing = amount;
        while missing > 0 {
            let Some(path) = self.path(head, tail) else { return false };
            let narrowest = path.iter().filter(|(_, forward)| !forward);
            let limits = narrowest.filter_map(|(edge, _)| self.edges.get(*edge).map(|edge| edge.lowerable));
            let pushed = limits.min().unwrap_or(missing).min(missing);
            for (edge, forward) in path {
                if let Some(edge) = self.edges.get_mut(edge) {
                    edge.lowerable =
                        if forward { edge.lowerable.saturating_add(pushed) } else { edge.lowerable - pushed };
                }
            }
            missing -= pushed;
        }
        true
    }

    /// Returns a way from a node to another, as edges and whether each is raised; the shortest, so that it ends.
    fn path(&self, from: usize, to: usize) -> Option<Vec<(usize, bool)>> {
        let mut reached: Vec<Option<(usize, usize, bool)>> = vec![None; self.height + self.width];
        let mut queue = VecDeque::from([from]);
        while let Some(node) = queue.pop_front() {
            if node == to {
                break;
            }
            for (index, edge) in self.edges.iter().enumerate() {
                let next = if edge.from == node {
                    (edge.to, true)
                } else if edge.to == node && edge.lowerable > 0 {
                    (edge.from, false)
                } else {
                    continue;
                };
                if next.0 != from
                    && let Some(place) = reached.get_mut(next.0)
                    && place.is_none()
                {
                    *place = Some((node, index, next.1));
                    queue.push_back(next.0);
                }
            }
        }
        let mut path = Vec::new();
        let mut node = to;
        while node != from {
            let (before, edge, forward) = (*reached.get(node)?)?;
            path.push((edge, forward));
            node = before;
        }
        Some(path)
    }
}
