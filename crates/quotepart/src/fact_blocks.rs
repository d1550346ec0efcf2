//! A long CSV file of facts, settled block by block: memory does not grow with the number of its rows.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::SystemTime;

use rulebook::facts::{CsvBlock, CsvLayout, CsvScan, Facts, Options};
use rulebook::identity::Hasher;
use rulebook::{Diagnostic, Language, Plan, text};

use crate::fact_files::{Wanted, cannot_read, unusable};
use crate::failure::{Failure, Outcome};
use crate::progress::Progress;

/// How much is read at a time in the first pass.
const PIECE_BYTES: usize = 1 << 20;

/// Results that may wait for those before them, for each thread: beyond, a thread waits.
const AHEAD: usize = 4;

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
        let (next, given_up) = (AtomicUsize::new(0), AtomicBool::new(false));
        // As many places as may be ahead: whoever is slow is waited for.
        let (places, free) = mpsc::sync_channel(threads * AHEAD);
        for _ in 0..threads * AHEAD {
            let _sent = places.send(());
        }
        let free = std::sync::Mutex::new(free);
        let (send, receive) = mpsc::channel();
        std::thread::scope(|scope| {
            for _ in 0..threads.min(blocks.len()) {
                let (send, next, free, given_up) = (send.clone(), &next, &free, &given_up);
                scope.spawn(move || {
                    let mut reader = Reader::open(&self.wanted.path);
                    while !given_up.load(Ordering::Relaxed)
                        && free.lock().is_ok_and(|free| free.recv().is_ok())
                    {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(block) = blocks.get(index) else { return };
                        let done = self.facts(&mut reader, block).and_then(|facts| work(&facts));
                        if send.send((index, done)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(send);
            let mut waiting = std::collections::BTreeMap::new();
            let (mut wanted, mut rows) = (0, 0);
            let mut result = Ok(());
            for (index, done) in receive {
                waiting.insert(index, done);
                while let Some(done) = waiting.remove(&wanted) {
                    rows += blocks[wanted].rows;
                    wanted += 1;
                    let _sent = places.try_send(());
                    if result.is_ok() {
                        result = done.and_then(|done| take(done, rows));
                        given_up.store(result.is_err(), Ordering::Relaxed);
                    }
                }
            }
            result
        })?;
        let failed = |error: std::io::Error| cannot_read(&self.wanted.given, &error);
        let stamp = File::open(&self.wanted.path).and_then(|file| Stamp::of(&file)).map_err(failed)?;
        if stamp == self.stamp { Ok(()) } else { Err(self.changed()) }
    }

    fn facts(&self, reader: &mut std::io::Result<Reader>, block: &CsvBlock) -> Outcome<Facts> {
        let failed = |error: &std::io::Error| match error.kind() {
            ErrorKind::UnexpectedEof => self.changed(),
            _ => cannot_read(&self.wanted.given, error),
        };
        let reader = reader.as_mut().map_err(|error| failed(error))?;
        let bytes = reader.read(block).map_err(|error| failed(&error))?;
        // What was well formed in the first pass is so in the second, unless somebody writes to the file.
        self.layout.read(block, bytes).map_err(|_| self.changed())
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

/// A file that one thread reads here and there.
struct Reader {
    file: File,
    bytes: Vec<u8>,
}

impl Reader {
    fn open(path: &Path) -> std::io::Result<Self> {
        Ok(Self { file: File::open(path)?, bytes: Vec::new() })
    }

    fn read(&mut self, block: &CsvBlock) -> std::io::Result<&[u8]> {
        let length = usize::try_from(block.bytes.end - block.bytes.start).unwrap_or(usize::MAX);
        self.bytes.resize(length, 0);
        self.file.seek(SeekFrom::Start(block.bytes.start))?;
        self.file.read_exact(&mut self.bytes)?;
        Ok(&self.bytes)
    }
}
