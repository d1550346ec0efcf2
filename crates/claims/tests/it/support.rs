//! Canonical rows in files, in a folder of their own for each test, and the shipped measures and mappings.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use claims::{Engine, MeasureLibrary, Opened, Settings};
use population::mapping::Mapping;
use population::{Cell, Tables};
use tempfile::TempDir;

/// Numbers that look random, the same for a seed on every machine.
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Returns a number under a bound.
    pub(crate) fn under(&mut self, bound: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 >> 1).expect("63 bits") % bound
    }
}

/// Returns the folder of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the files of a folder of the repository and of those in it, as paths inside it and texts, sorted.
pub(crate) fn files(folder: &str) -> Vec<(String, String)> {
    fn walk(base: &Path, prefix: &str, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(base).expect("a folder") {
            let entry = entry.expect("an entry");
            let name = entry.file_name().into_string().expect("UTF-8");
            let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
            if entry.path().is_dir() {
                walk(&entry.path(), &path, found);
            } else {
                found.push((path, std::fs::read_to_string(entry.path()).expect("a text")));
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), "", &mut found);
    found.sort();
    found
}

/// Returns a shipped mapping.
pub(crate) fn mapping(name: &str) -> Mapping {
    let files = files(&format!("mappings/{name}"));
    let main = files
        .iter()
        .find(|(path, _)| path == "mapping.toml")
        .map(|(_, text)| text.clone())
        .expect("mapping.toml");
    let queries: Vec<_> = files
        .into_iter()
        .filter(|(path, _)| Path::new(path).extension().is_some_and(|end| end == "sql"))
        .collect();
    let (mapping, findings) = Mapping::read("mapping.toml", &main, &queries);
    mapping.unwrap_or_else(|| panic!("{findings:?}"))
}

/// Returns the shipped measures.
pub(crate) fn library() -> MeasureLibrary {
    let files: Vec<_> =
        files("measures").into_iter().filter(|(path, _)| !path.starts_with("cases/")).collect();
    MeasureLibrary::read(&files).expect("measures")
}

/// Returns an engine with some partitions.
pub(crate) fn engine(partitions: usize) -> Engine {
    Engine::new(&Settings { partitions, ..Settings::default() }).expect("an engine")
}

/// Writes rows as CSV files of a new folder; a table without rows is not there unless it is named.
pub(crate) fn folder_of(tables: &Tables<'_>, named: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, rows) in &tables.0 {
        if rows.rows.is_empty() && !named.contains(&name.as_str()) {
            continue;
        }
        let header: Vec<&str> = rows.table.columns.iter().map(|column| column.name.as_str()).collect();
        let mut text = header.join(",") + "\n";
        for row in &rows.rows {
            let cells: Vec<String> = row
                .iter()
                .map(|cell| match cell {
                    Cell::Empty => String::new(),
                    Cell::Key(number) | Cell::Integer(number) => number.to_string(),
                    Cell::Text(text) => text.clone(),
                    Cell::Date(date) => date.to_string(),
                    Cell::Truth(truth) => truth.to_string(),
                })
                .collect();
            writeln!(text, "{}", cells.join(",")).expect("written");
        }
        std::fs::write(folder.path().join(format!("{name}.csv")), text).expect("written");
    }
    folder
}

/// Opens rows in an engine.
pub(crate) fn opened(engine: &Engine, tables: &Tables<'_>, named: &[&str]) -> (TempDir, Opened) {
    let folder = folder_of(tables, named);
    let opened = engine.open(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    (folder, opened)
}

/// Returns a folder of published data, when it is beside the project; says so when it is not.
pub(crate) fn shared_data(folder: &str) -> Option<PathBuf> {
    let path = root().join("../shared/data").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    {
        eprintln!("SKIPPED: {} is not there", path.display());
    }
    None
}
