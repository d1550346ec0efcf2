//! The identity of a run: the same rulebook, dates and facts are one run, whatever engine computes it.

use jiff::civil::Date;
use sha2::{Digest, Sha256};

use crate::sources::folder_of;
use crate::{Plan, Source};

/// A file of facts as it enters the identity: its bytes and how they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactsIdentity {
    /// The entity, when the file was given for one.
    pub entity: Option<String>,
    /// The hash of its bytes.
    pub sha256: String,
}

/// What else decides the results of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunOptions {
    /// Only vouched values are allowed.
    pub official: bool,
    /// Subjects left out.
    pub excluded: Vec<String>,
    /// Columns read under another name.
    pub map: Vec<(String, String)>,
    /// The style of numbers, when it was given.
    pub numbers: Option<String>,
}

/// Returns the hash of bytes in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The hash of bytes that come piece by piece.
#[derive(Debug, Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Begins without any byte.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Returns what [`sha256`] gives for all of them.
    pub fn finish(self) -> String {
        hexadecimal(&self.0.finalize())
    }
}

/// Returns half of the hash of bytes: enough to tell any two apart.
pub(crate) fn digest(bytes: &[u8]) -> u128 {
    let hash = Sha256::digest(bytes);
    hash.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}

/// Returns the hash of what a rulebook means: its TOML files and tables, without cases and prose.
///
/// The place of its folder does not matter.
pub fn rulebook_hash(sources: &[Source]) -> String {
    let folder = folder_of(sources);
    let inside = |source: &'_ Source| source.path.strip_prefix(folder).unwrap_or(&source.path).to_owned();
    let mut meant: Vec<(String, &str)> = sources
        .iter()
        .map(|source| (inside(source), source.text.as_str()))
        .filter(|(path, _)| !path.starts_with("cases/"))
        .collect();
    meant.sort_unstable();
    let mut hash = Sha256::new();
    for (path, text) in meant {
        field(&mut hash, &path);
        field(&mut hash, text);
    }
    hexadecimal(&hash.finalize())
}

/// Returns the identity of a run; the change files that were laid over the rulebook are a part of it.
pub fn run_identity(plan: &Plan<'_>, facts: &[FactsIdentity], options: &RunOptions) -> String {
    let mut hash = Sha256::new();
    field(&mut hash, "quotepart run 1");
    field(&mut hash, &rulebook_hash(&plan.book.sources));
    field(&mut hash, &plan.period.first.to_string());
    field(&mut hash, &plan.period.last.to_string());
    field(&mut hash, &plan.known_at.map_or_else(String::new, |day: Date| day.to_string()));
    field(&mut hash, if options.official { "official" } else { "" });
    let mut excluded = options.excluded.clone();
    excluded.sort_unstable();
    excluded.iter().for_each(|id| field(&mut hash, id));
    field(&mut hash, "map");
    let mut map = options.map.clone();
    map.sort_unstable();
    for (input, column) in &map {
        field(&mut hash, input);
        field(&mut hash, column);
    }
    field(&mut hash, options.numbers.as_deref().unwrap_or(""));
    // The order of changes is a part of what they say; a run without any keeps the identity it always had.
    for change in &plan.book.changes {
        field(&mut hash, "change");
        field(&mut hash, &sha256(change.text.as_bytes()));
    }
    let mut files: Vec<(&str, &str)> =
        facts.iter().map(|file| (file.entity.as_deref().unwrap_or(""), file.sha256.as_str())).collect();
    files.sort_unstable();
    for (entity, sha256) in files {
        field(&mut hash, entity);
        field(&mut hash, sha256);
    }
    hexadecimal(&hash.finalize())
}

/// Writes bytes as hexadecimal digits.
fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Adds one field with its length, so that two neighbours cannot be confused.
fn field(hash: &mut Sha256, words: &str) {
    hash.update(words.len().to_string().as_bytes());
    hash.update(b":");
    hash.update(words.as_bytes());
}
