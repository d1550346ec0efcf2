//! Reads the files of facts that a command names.

use std::path::{Path, PathBuf};

use exact::NumberStyle;
use rulebook::facts::{FactFile, Facts, Options, Unreadable};
use rulebook::identity::{FactsIdentity, sha256};
use rulebook::{Diagnostic, Rulebook, has_errors, text};

use crate::failure::{Exit, Failure, Outcome};

/// A file that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The entity that it is given for, if that was said.
    pub(crate) entity: Option<String>,
    /// The path as it was given.
    pub(crate) given: String,
    /// Where it is read.
    pub(crate) path: PathBuf,
}

/// A file that was read.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    /// What was asked for.
    pub(crate) wanted: Wanted,
    /// The hash of its bytes.
    pub(crate) sha256: String,
    /// What it holds.
    pub(crate) file: FactFile,
}

impl Wanted {
    /// Returns what the file adds to the identity of a run, with the hash of its bytes.
    pub(crate) fn identity(&self, sha256: &str) -> FactsIdentity {
        FactsIdentity { entity: self.entity.clone(), sha256: sha256.to_owned() }
    }
}

/// Understands `FILE` and `ENTITY=FILE`.
pub(crate) fn wanted(book: &Rulebook, words: &str) -> Outcome<Wanted> {
    let plain = || Wanted { entity: None, given: words.to_owned(), path: PathBuf::from(words) };
    let Some((entity, path)) = words.split_once('=') else { return Ok(plain()) };
    let is_name =
        !entity.is_empty() && entity.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let known: Vec<&str> =
        book.entities.iter().map(|entity| entity.name.as_str()).chain(["subject"]).collect();
    if known.contains(&entity) {
        let entity = if entity == "subject" { &book.instrument.subject } else { entity };
        return Ok(Wanted {
            entity: Some(entity.to_owned()),
            given: path.to_owned(),
            path: PathBuf::from(path),
        });
    }
    if !is_name || Path::new(words).exists() {
        return Ok(plain());
    }
    let id = &book.instrument.id;
    Err(Failure::usage(text!(
        "--facts {words} : `{id}` n'a pas d'entité `{entity}`",
        "--facts {words}: `{id}` has no entity `{entity}`"
    ))
    .suggest(entity, &known))
}

/// Reads every file; all that cannot be read are reported together.
pub(crate) fn read(wanted: Vec<Wanted>) -> Outcome<Vec<Read>> {
    let mut files = Vec::new();
    let mut findings = Vec::new();
    for wanted in wanted {
        let shown = &wanted.given;
        let bytes = std::fs::read(&wanted.path).map_err(|error| cannot_read(shown, &error))?;
        match parse(wanted, &bytes) {
            Ok(read) => files.push(read),
            Err(finding) => findings.push(*finding),
        }
    }
    if findings.is_empty() { Ok(files) } else { Err(unusable(findings)) }
}

/// Reads one file from its bytes.
pub(crate) fn parse(wanted: Wanted, bytes: &[u8]) -> Result<Read, Box<Diagnostic>> {
    let finding = |error: Unreadable| Box::new(error.diagnostic(&wanted.given));
    let file = FactFile::read(wanted.given.as_str(), wanted.entity.clone(), bytes).map_err(finding)?;
    Ok(Read { sha256: sha256(bytes), file, wanted })
}

/// Types the facts; returns the warnings beside them.
pub(crate) fn collect(
    book: &Rulebook,
    files: Vec<Read>,
    options: &Options,
) -> Outcome<(Facts, Vec<Diagnostic>)> {
    let files: Vec<FactFile> = files.into_iter().map(|read| read.file).collect();
    let (facts, findings) = rulebook::facts::collect(book, &files, options);
    if has_errors(&findings) { Err(unusable(findings)) } else { Ok((facts, findings)) }
}

/// Returns a failure to read a file of facts.
pub(crate) fn cannot_read(shown: &str, error: &std::io::Error) -> Failure {
    let what =
        text!("impossible de lire le fichier de faits `{shown}`", "cannot read the file of facts `{shown}`");
    Failure::io(&what, error)
}

/// Returns the failure of files that hold no facts that can be used.
pub(crate) fn unusable(findings: Vec<Diagnostic>) -> Failure {
    Failure::Findings { exit: Exit::Usage, findings, sources: Vec::new() }
}

/// Understands `INPUT=COLUMN`.
pub(crate) fn mapping(words: &str) -> Outcome<(String, String)> {
    match words.split_once('=') {
        Some((input, column)) if !input.is_empty() && !column.is_empty() => {
            Ok((input.to_owned(), column.to_owned()))
        }
        Some(_) | None => Err(Failure::usage(text!(
            "--map {words} : écrire entrée=colonne",
            "--map {words}: write input=column"
        ))),
    }
}

/// Returns the style of numbers of a code.
pub(crate) fn style(code: &str) -> Option<NumberStyle> {
    rulebook::Language::from_code(code).map(rulebook::Language::number_style)
}
