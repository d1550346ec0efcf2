//! A long CSV file of facts, settled block by block: memory does not grow with the number of its rows.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::SystemTime;

use rulebook::facts::{CsvBlock, CsvLayout, CsvScan, Facts, Options};
use rulebook::identity::Hasher;
use rulebook::{Diagnostic, Language, Plan, in_order, text};

use crate::fact_files::{Wanted, cannot_read, unusable};
use crate::failure::{Failure, Outcome};
use crate::progress::Progress;

/// How much is read at a time in the first pass.
const PIECE_BYTES: usize = 1 << 20;

/// A file whose blocks are known.
pub(crate) struct Blocks<'a> {
    /// What was asked for.
    pub(crate) wanted: Wanted,
    /// The hash of its bytes.
    pub(crate) sha256: String,
    /// What is to be said of it.
    pub(crate) warnings: Vec<Diagnostic>,
    /// Where everything stands.
    pub(crate) layout: CsvLayout<'a>,
    stamp: Stamp,
}

/// What tells that a file has changed.
#[derive(Debug, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    fn of(file: &File) -> std::io::Result<Self> {
        let metadata = file.metadata()?;
        Ok(Self { bytes: metadata.len(), modified: metadata.modified().ok() })
    }
}

/// Returns whether facts can be settled block by block: one CSV file of subjects, which can be read twice.
pub(crate) fn is_possible(plan: &Plan<'_>, wanted: &[Wanted]) -> bool {
    let [wanted] = wanted else { return false };
    let ending = wanted.path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let is_of_subjects = wanted.entity.as_deref().is_none_or(|entity| entity == plan.book.instrument.subject);
    CsvScan::is_possible(plan)
        && is_of_subjects
        && !matches!(ending.as_deref(), Some("toml" | "json"))
        && wanted.path.metadata().is_ok_and(|metadata| metadata.is_file())
}

/// Goes through a file once.
pub(crate) fn scan<'a>(
    plan: &Plan<'a>,
    wanted: Wanted,
    options: &'a Options,
    language: Language,
) -> Outcome<Blocks<'a>> {
    let mut scan = CsvScan::new(plan.book, &wanted.given, options);
    let failed = |error: std::io::Error| cannot_read(&wanted.given, &error);
    let mut file = File::open(&wanted.path).map_err(failed)?;
    let stamp = Stamp::of(&file).map_err(failed)?;
    let mut progress = Progress::of_reading(usize::try_from(stamp.bytes).unwrap_or(usize::MAX), language);
    let mut hash = Hasher::new();
    let mut bytes = Vec::new();
    let mut done = 0;
    let mut piece = PIECE_BYTES;
    let finding = |error: rulebook::facts::Unreadable| unusable(vec![error.diagnostic(&wanted.given)]);
    loop {
        let before = bytes.len();
        let wanted_bytes = u64::try_from(piece).unwrap_or(u64::MAX);
        let read = (&mut file).take(wanted_bytes).read_to_end(&mut bytes).map_err(failed)?;
        hash.update(bytes.get(before..).unwrap_or_default());
        done += read;
        let last = read < piece;
        let used = scan.feed(&bytes, last).map_err(finding)?;
        // A cell that fills a whole piece: the next one is longer, so that it is not looked at again and again.
        piece = if used == 0 { piece.saturating_mul(2) } else { PIECE_BYTES };
        bytes.drain(..used);
        progress.at(done);
        if last {
            break;
        }
    }
    let (layout, findings) = scan.finish().map_err(finding)?;
    match layout {
        Some(layout) => Ok(Blocks { wanted, sha256: hash.finish(), warnings: findings, layout, stamp }),
        None => Err(unusable(findings)),
    }
}

impl Blocks<'_> {
    /// Does some work on the facts of each block, with several threads, and hands over what comes out in the order of
    /// the file; `take` also gets the number of rows that are done.
    pub(crate) fn each<T: Send>(
        &self,
        threads: usize,
        work: &(dyn Fn(&Facts) -> Outcome<T> + Sync),
        take: &mut dyn FnMut(T, usize) -> Outcome<()>,
    ) -> Outcome<()> {
        let blocks = &self.layout.blocks;
        let mut result = Ok(());
        let mut rows = 0;
        let settle = |index: usize| self.facts(&blocks[index]).and_then(|facts| work(&facts));
        in_order(blocks.len(), threads, &settle, &mut |index, done| {
            rows += blocks[index].rows;
            result = done.and_then(|done| take(done, rows));
            if result.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        result?;
        let failed = |error: std::io::Error| cannot_read(&self.wanted.given, &error);
        let stamp = File::open(&self.wanted.path).and_then(|file| Stamp::of(&file)).map_err(failed)?;
        if stamp == self.stamp { Ok(()) } else { Err(self.changed()) }
    }

    fn facts(&self, block: &CsvBlock) -> Outcome<Facts> {
        let bytes = bytes_of(&self.wanted.path, block).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => self.changed(),
            _ => cannot_read(&self.wanted.given, &error),
        })?;
        // What was well formed in the first pass is so in the second, unless somebody writes to the file.
        self.layout.read(block, &bytes).map_err(|_| self.changed())
    }

    fn changed(&self) -> Failure {
        let shown = &self.wanted.given;
        Failure::usage(text!(
            "le fichier de faits `{shown}` a changé pendant sa lecture : rien n'est écrit",
            "the file of facts `{shown}` changed while it was read: nothing is written"
        ))
        .hint(text!(
            "recommencer quand plus personne n'y écrit",
            "start again when nobody writes to it any more"
        ))
    }
}

fn bytes_of(path: &Path, block: &CsvBlock) -> std::io::Result<Vec<u8>> {
    let length = usize::try_from(block.bytes.end - block.bytes.start).unwrap_or(usize::MAX);
    let mut bytes = vec![0; length];
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(block.bytes.start))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}
