//! The files of a rulebook as text, and places in them.

use std::ops::Range;

/// One file, read by whoever has the right to read files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path shown to people; table files are found by the end of it.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// Returns a source.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// Returns the line and column (both from 1, in characters) of a byte offset.
    pub fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = self.text.get(..end).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
        (line, column)
    }
}

/// Returns the folder of a rulebook, with its final slash: that of its `rulebook.toml`.
pub(crate) fn folder_of(sources: &[Source]) -> &str {
    let heads = sources.iter().filter_map(|source| source.path.strip_suffix("rulebook.toml"));
    heads
        .filter(|folder| folder.is_empty() || folder.ends_with('/'))
        .min_by_key(|folder| folder.len())
        .unwrap_or("")
}

/// A stretch of bytes in one of the sources.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Place {
    /// The index of the source.
    pub file: usize,
    /// The bytes.
    pub range: Range<usize>,
}

impl Place {
    /// Returns a place.
    pub fn new(file: usize, range: Range<usize>) -> Self {
        Self { file, range }
    }
}
