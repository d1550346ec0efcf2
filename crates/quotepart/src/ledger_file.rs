//! A ledger as a folder: `entries.jsonl`, one line for each entry, appended to and never changed.
//!
//! ```text
//! ledger/
//!   entries.jsonl   the entries, each chained to the one before
//!   redo.jsonl      only while a command is written: all its lines; whoever comes next finishes what it began
//!   ledger.lock     held by the system for the process that writes; an interrupted process holds nothing
//! ```
//!
//! A command is done wholly or not at all: its lines are complete on the disk in `redo.jsonl` before the first is
//! appended, and `redo.jsonl` goes when the last is on the disk.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rulebook::{Language, Text, text};
use settlement::ledger::{Entry, Fault, Recovered, Redo, State, Where, decode_lines_on, encode_lines, redo};

use crate::failure::{Failure, Outcome};
use crate::progress::Progress;
use crate::{environment, lock, output};

/// The entries.
const ENTRIES: &str = "entries.jsonl";

/// The lines of a command that is being written.
const REDO: &str = "redo.jsonl";

/// What the system locks.
const LOCK: &str = "ledger.lock";

/// A ledger that was read, believed, and may be written to.
#[derive(Debug)]
pub(crate) struct Ledger {
    folder: PathBuf,
    /// The entries, in their order.
    pub(crate) entries: Vec<Entry>,
    /// What they come to.
    pub(crate) state: State,
    /// How long the file is.
    bytes: u64,
    /// Held as long as the ledger is.
    _lock: Option<File>,
}

/// A ledger that was read and not yet believed.
#[derive(Debug)]
pub(crate) struct Written {
    /// What its lines hold.
    pub(crate) recovered: Recovered,
    /// What to tell people about how it was found.
    pub(crate) notices: Vec<Text>,
    /// How long the file is, once it is put right.
    bytes: usize,
    /// Where the file is to be cut, and what is to be appended there.
    repair: Option<(usize, Vec<u8>)>,
    lock: Option<File>,
}

/// Whether a folder may become a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    /// It is made when it is not there.
    Make,
    /// It must be there.
    Refuse,
}

impl Ledger {
    /// Takes the right to write a ledger, reads it, and finishes what an interrupted command began.
    pub(crate) fn open(folder: &Path, absent: Absent, language: Language) -> Outcome<(Self, Vec<Text>)> {
        find(folder, absent)?;
        if !folder.exists() {
            std::fs::create_dir(folder).map_err(|error| output::cannot_write(folder, &error))?;
            output::keep_names(output::folder_of(folder));
        }
        let lock = lock::to_write(&folder.join(LOCK), &|| busy(folder))?;
        let mut written = load(folder, Some(lock))?;
        let repair = written.repair.take();
        let (ledger, notices) = written.believe(folder, language)?;
        put_right(folder, repair)?;
        Ok((ledger, notices))
    }

    /// Reads a ledger without writing to it.
    pub(crate) fn read(folder: &Path, language: Language) -> Outcome<(Self, Vec<Text>)> {
        read(folder)?.believe(folder, language)
    }

    /// Appends entries that follow: all of them or none.
    pub(crate) fn append(&mut self, entries: &[Entry]) -> Outcome<()> {
        if entries.is_empty() {
            return Ok(());
        }
        for entry in entries {
            // What was just written is read as if somebody else had written it.
            self.state.advance(entry).with_context(|| format!("failed to check entry {}", entry.sequence))?;
        }
        let lines = encode_lines(entries).context("failed to write entries")?.into_bytes();
        let left = self.folder.join(REDO);
        output::write(&left, &lines)?;
        if let Err(error) = append_bytes(&self.folder, self.bytes, &lines) {
            // In this order, whoever stops us now finds either all of the command or nothing of it.
            if cut(&self.folder, self.bytes).is_ok() {
                let _gone = std::fs::remove_file(&left);
            }
            return Err(output::cannot_write(&self.folder.join(ENTRIES), &error));
        }
        self.bytes += u64::try_from(lines.len()).unwrap_or_default();
        self.entries.extend_from_slice(entries);
        output::remove_stale(&left)
    }
}

impl Written {
    /// Replays the entries; the first fault stops, with its line.
    fn believe(self, folder: &Path, language: Language) -> Outcome<(Ledger, Vec<Text>)> {
        let Self { recovered, notices, bytes, repair: _, lock } = self;
        if let Some(fault) = recovered.faults.first() {
            return Err(unbelievable(folder, None, fault));
        }
        let mut state = State::default();
        let mut progress = Progress::new(recovered.entries.len(), language);
        for (line, entry) in (1..).zip(&recovered.entries) {
            state.advance(entry).map_err(|fault| unbelievable(folder, Some(line), &fault))?;
            progress.at(line);
        }
        drop(progress);
        let bytes = u64::try_from(bytes).context("failed to count bytes")?;
        let folder = folder.to_owned();
        Ok((Ledger { folder, entries: recovered.entries, state, bytes, _lock: lock }, notices))
    }
}

/// Reads the lines of a ledger, without writing to it and without believing them.
pub(crate) fn read(folder: &Path) -> Outcome<Written> {
    find(folder, Absent::Refuse)?;
    let lock = lock::to_read(&folder.join(LOCK), &|| busy(folder))?;
    load(folder, lock)
}

/// Says that a ledger is not as it was written.
fn unbelievable(folder: &Path, line: Option<usize>, fault: &Fault) -> Failure {
    let shown = folder.join(ENTRIES);
    let shown = shown.display();
    let what = fault.text();
    let line = match (fault.at, line) {
        (Where::Line(_) | Where::LeftLine(_), _) | (_, None) => Text::same(""),
        (Where::Entry(_), Some(line)) => text!(", ligne {line}", ", line {line}"),
    };
    let (fr, en) =
        (format!("`{shown}`{} : {}", line.fr, what.fr), format!("`{shown}`{}: {}", line.en, what.en));
    let dir = folder.display();
    Failure::usage(Text::new(fr, en)).hint(text!(
        "rien n'a été écrit ; `quotepart ledger verify {dir}` dit tout ce qui ne va pas ; reprendre une copie d'avant",
        "nothing was written; `quotepart ledger verify {dir}` says all that is wrong; go back to an earlier copy"
    ))
}

/// Refuses a folder that is not a ledger, unless it may become one.
fn find(folder: &Path, absent: Absent) -> Outcome<()> {
    let shown = folder.display();
    let how = || {
        text!(
            "`quotepart publish CALCUL --ledger DOSSIER` en fait un",
            "`quotepart publish RUN --ledger FOLDER` makes one"
        )
    };
    if !folder.exists() {
        return match absent {
            Absent::Make => output::folder_exists(folder),
            Absent::Refuse => Err(Failure::usage(text!(
                "le registre `{shown}` n'existe pas",
                "the ledger `{shown}` does not exist"
            ))
            .hint(how())),
        };
    }
    if folder.join(ENTRIES).is_file() || folder.join(REDO).is_file() {
        return Ok(());
    }
    let is_ours = |name: &OsStr| name == LOCK || is_unfinished(name);
    let is_empty = std::fs::read_dir(folder)
        .map_err(|error| {
            Failure::io(&text!("impossible de lire `{shown}`", "cannot read `{shown}`"), &error)
        })?
        .all(|entry| entry.is_ok_and(|entry| is_ours(&entry.file_name())));
    match (absent, is_empty) {
        (Absent::Make, true) => Ok(()),
        (Absent::Make, false) => Err(Failure::usage(text!(
            "`{shown}` existe et n'est pas un registre : il n'a pas de {ENTRIES}",
            "`{shown}` exists and is not a ledger: it has no {ENTRIES}"
        ))
        .hint(text!("donner à --ledger un autre dossier", "give --ledger another folder"))),
        (Absent::Refuse, _) => Err(Failure::usage(text!(
            "`{shown}` n'est pas un registre : il n'a pas de {ENTRIES}",
            "`{shown}` is not a ledger: it has no {ENTRIES}"
        ))
        .hint(how())),
    }
}

fn busy(folder: &Path) -> Failure {
    let shown = folder.display();
    Failure::usage(text!(
        "le registre `{shown}` est utilisé par un autre quotepart",
        "the ledger `{shown}` is in use by another quotepart"
    ))
    .hint(text!("attendre qu'il finisse et recommencer", "wait until it is done and start again"))
}

/// Reads the lines; what an interrupted command left is put after them, here and not yet on the disk.
fn load(folder: &Path, lock: Option<File>) -> Outcome<Written> {
    let mut bytes = content(&folder.join(ENTRIES))?;
    let left = content(&folder.join(REDO))?;
    let mut notices = Vec::new();
    let mut repair = None;
    match redo(&bytes, &left).map_err(|fault| unbelievable(folder, None, &fault))? {
        Redo::Done => {}
        Redo::Append { kept_bytes } => {
            bytes.truncate(kept_bytes);
            bytes.extend_from_slice(&left);
            let entries = left.split_inclusive(|byte| *byte == b'\n').count();
            notices.push(text!(
                "une commande interrompue avait commencé à écrire : elle compte en entier, {entries} écritures",
                "an interrupted command had begun to write: it counts in full, {entries} entries"
            ));
            repair = Some((kept_bytes, left));
        }
    }
    let threads = environment::threads();
    let recovered = decode_lines_on(threads, &bytes);
    if let Some(torn) = recovered.torn {
        bytes.truncate(torn.kept_bytes);
        notices.push(torn.text());
        repair = Some((torn.kept_bytes, Vec::new()));
    }
    Ok(Written { recovered, notices, bytes: bytes.len(), repair, lock })
}

fn content(path: &Path) -> Outcome<Vec<u8>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => {
            let shown = path.display();
            Err(Failure::io(&text!("impossible de lire `{shown}`", "cannot read `{shown}`"), &error))
        }
    }
}

/// Makes the file what was read: without a torn line, and with all of an interrupted command.
fn put_right(folder: &Path, repair: Option<(usize, Vec<u8>)>) -> Outcome<()> {
    if let Some((kept, rest)) = repair {
        let kept = u64::try_from(kept).context("failed to count bytes")?;
        append_bytes(folder, kept, &rest)
            .map_err(|error| output::cannot_write(&folder.join(ENTRIES), &error))?;
    }
    output::remove_stale(&folder.join(REDO))?;
    // Lines that were not written to their end; nobody else writes here meanwhile.
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for name in names.filter(|entry| is_unfinished(&entry.file_name())) {
        output::remove_stale(&name.path())?;
    }
    Ok(())
}

/// Returns whether a file is one of lines that were being written.
fn is_unfinished(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with(&format!(".{REDO}.")) && name.ends_with(".tmp")
}

/// Cuts the file after some bytes and appends others; all is on the disk when it returns.
fn append_bytes(folder: &Path, kept: u64, bytes: &[u8]) -> std::io::Result<()> {
    let path = folder.join(ENTRIES);
    let is_new = !path.exists();
    let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(&path)?;
    file.set_len(kept)?;
    file.seek(SeekFrom::End(0))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    if is_new {
        output::keep_names(folder);
    }
    Ok(())
}

fn cut(folder: &Path, kept: u64) -> std::io::Result<()> {
    append_bytes(folder, kept, &[])
}
