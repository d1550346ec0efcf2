//! A territory in memory, and what its CSV files say.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use synth::{Order, Sink, Written};

/// Files in memory.
#[derive(Debug, Default, Clone)]
pub(crate) struct Memory {
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

/// A file in memory, which is there when it is closed.
#[derive(Debug)]
pub(crate) struct MemoryFile {
    path: String,
    bytes: Vec<u8>,
}

impl Write for MemoryFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Memory {
    type File = MemoryFile;

    fn create(&self, path: &str) -> io::Result<MemoryFile> {
        Ok(MemoryFile { path: path.to_owned(), bytes: Vec::new() })
    }

    fn close(&self, file: MemoryFile) -> io::Result<()> {
        let old = self.files.lock().expect("not poisoned").insert(file.path.clone(), file.bytes);
        assert!(old.is_none(), "{} is written once", file.path);
        Ok(())
    }
}

/// Returns an order of a small territory.
pub(crate) fn order(patients: u64) -> Order {
    Order {
        patients,
        teams: 4,
        first_year: 2019,
        last_year: 2021,
        seed: 20_260_101,
        dirt: false,
        csv: true,
        threads: 2,
        batch: Order::BATCH,
    }
}

/// A territory that was drawn.
pub(crate) struct Drawn {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) written: Vec<Written>,
}

impl Drawn {
    pub(crate) fn new(order: &Order) -> Self {
        let memory = Memory::default();
        let written = synth::generate(order, &memory, &mut |_| {}).expect("drawn");
        let files = std::mem::take(&mut *memory.files.lock().expect("not poisoned"));
        Self { files, written }
    }

    /// Returns the rows of the CSV files whose path begins so, by the names of columns.
    pub(crate) fn rows(&self, begins: &str) -> Vec<Row> {
        let ends = std::ffi::OsStr::new("csv");
        let files = self.files.iter().filter(|(path, _)| {
            path.starts_with(begins) && Path::new(path.as_str()).extension() == Some(ends)
        });
        let mut rows = Vec::new();
        for (_, bytes) in files {
            let mut reader = csv::Reader::from_reader(bytes.as_slice());
            let names: Arc<Vec<String>> =
                Arc::new(reader.headers().expect("names").iter().map(str::to_owned).collect());
            for row in reader.records() {
                rows.push(Row { names: Arc::clone(&names), cells: row.expect("a row") });
            }
        }
        rows
    }
}

/// A row of a CSV file.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    names: Arc<Vec<String>>,
    cells: csv::StringRecord,
}

impl Row {
    /// Returns the text of a column.
    #[track_caller]
    pub(crate) fn get(&self, name: &str) -> &str {
        let place = self.names.iter().position(|known| known == name);
        self.cells.get(place.expect("a column of that name")).expect("a cell")
    }

    /// Returns several columns.
    pub(crate) fn all(&self, names: &[&str]) -> Vec<String> {
        names.iter().map(|name| self.get(name).to_owned()).collect()
    }

    /// Returns a whole number.
    #[track_caller]
    pub(crate) fn number(&self, name: &str) -> i64 {
        self.get(name).parse().expect("a whole number")
    }

    /// Returns an amount in cents.
    #[track_caller]
    pub(crate) fn cents(&self, name: &str) -> i64 {
        self.get(name).replace('.', "").parse().expect("an amount")
    }
}

/// Returns the folder of official schemas, when it is beside the project; says so when it is not.
pub(crate) fn official(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/snds").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    {
        eprintln!("SKIPPED: {} is not there", path.display());
    }
    None
}
