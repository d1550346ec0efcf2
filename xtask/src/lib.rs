//! Checks on the repository itself: boundaries between crates, words that Rust code may not say, tidiness, documents.
//!
//! Each check reads files, returns the list of its problems and changes nothing.
//! `cargo xtask tidy` and the tests of this package run the same [`CHECKS`].

pub mod architecture;
pub mod boundaries;
pub mod documents;
pub mod packages;
pub mod purity;
pub mod rust_source;
pub mod tidiness;
pub mod tree;
pub mod vocabulary;

use std::fmt;

use tree::Tree;

/// Something to put right, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A path from the root, with a line number where there is one.
    pub place: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl Problem {
    /// Describes a problem of a whole file or crate.
    pub fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }

    /// Describes a problem on one line, counted from 1.
    pub fn at_line(place: &str, line: usize, message: impl Into<String>) -> Self {
        Self { place: format!("{place}:{line}"), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.message)
    }
}

/// A named check.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// The name that the report prints.
    pub name: &'static str,
    /// Reads the repository and returns what is wrong; an error means that the check itself could not run.
    pub run: fn(&Tree) -> anyhow::Result<Vec<Problem>>,
}

/// Every check, in the order of the report.
pub const CHECKS: &[Check] = &[
    Check { name: "imports", run: boundaries::imports },
    Check { name: "guarded packages", run: boundaries::guarded_packages },
    Check { name: "pure crates link nothing heavy", run: boundaries::pure_crates_link_nothing_heavy },
    Check { name: "deny.toml agrees with the architecture", run: boundaries::deny_file_agrees },
    Check { name: "pure crates do no I/O", run: purity::pure_crates_do_no_io },
    Check { name: "no instrument in Rust", run: vocabulary::no_instrument_in_rust },
    Check { name: "manifests", run: tidiness::manifests },
    Check { name: "white space", run: tidiness::white_space },
    Check { name: "length of files", run: tidiness::length_of_files },
    Check { name: "modules say what they are for", run: tidiness::module_comments },
    Check { name: "data files parse, texts are bilingual", run: tidiness::data_files },
    Check { name: "commands of the README", run: documents::readme_commands },
    Check { name: "links between documents", run: documents::links },
    Check { name: "changes of contracts in their pages", run: documents::changes_are_told },
];
