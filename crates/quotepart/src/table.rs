//! Tables in plain text: the first column on the left, the others as they say.

/// The widest heading of a column of numbers before it is wrapped.
const HEADING_WIDTH: usize = 16;

/// A table to be printed.
#[derive(Debug, Default)]
pub(crate) struct Table {
    headings: Vec<String>,
    /// Whether each column stands on the right.
    right: Vec<bool>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Adds a column.
    pub(crate) fn column(&mut self, heading: impl Into<String>, right: bool) {
        self.headings.push(heading.into());
        self.right.push(right);
    }

    /// Adds a row, one cell for each column.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Returns the lines of the table.
    pub(crate) fn render(&self) -> String {
        let headings: Vec<Vec<String>> = self.headings.iter().map(|heading| wrapped(heading)).collect();
        let height = headings.iter().map(Vec::len).max().unwrap_or(0);
        // Headings stand at the bottom of their lines, next to what they name.
        let line = |line: usize| -> Vec<String> {
            let of = |heading: &Vec<String>| {
                (line + heading.len()).checked_sub(height).and_then(|at| heading.get(at).cloned())
            };
            headings.iter().map(|heading| of(heading).unwrap_or_default()).collect()
        };
        let mut lines: Vec<Vec<String>> = (0..height).map(line).collect();
        lines.extend(self.rows.iter().cloned());
        let width = |column: usize| {
            lines.iter().filter_map(|line| line.get(column)).map(|cell| length(cell)).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.headings.len()).map(width).collect();
        let mut out = String::new();
        for (index, line) in lines.iter().enumerate() {
            out.push_str(&self.line(line, &widths));
            if index + 1 == height {
                let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
                out.push_str(&self.line(&rule, &widths));
            }
        }
        out
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let mut out = String::new();
        for ((cell, width), right) in cells.iter().zip(widths).zip(&self.right) {
            let room = " ".repeat(width.saturating_sub(length(cell)));
            if *right {
                out.push_str(&room);
                out.push_str(cell);
            } else {
                out.push_str(cell);
                out.push_str(&room);
            }
            out.push_str("  ");
        }
        let mut line = out.trim_end().to_owned();
        line.push('\n');
        line
    }
}

fn length(cell: &str) -> usize {
    cell.chars().count()
}

fn wrapped(heading: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in heading.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if length(line) + 1 + length(word) <= HEADING_WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_on_the_right_and_long_headings_are_wrapped() {
        let mut table = Table::default();
        table.column("subject", false);
        table.column("Points of the whole year", true);
        table.row(vec!["a".to_owned(), "1,234".to_owned()]);
        table.row(vec!["été".to_owned(), "5".to_owned()]);
        let expected = "         Points of the\nsubject     whole year\n───────  ─────────────\na                1,234\nété                  5\n";
        assert_eq!(table.render(), expected);
    }
}
