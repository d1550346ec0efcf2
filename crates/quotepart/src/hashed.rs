//! Files by the hash of their bytes.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rulebook::identity::{Hasher, sha256};
use rulebook::{Language, text};
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Outcome};
use crate::progress::Progress;

/// Bytes that are hashed at a time.
const CHUNK: usize = 1 << 20;

/// A file by path and hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HashedFile {
    /// Its path in its folder.
    pub(crate) file: String,
    /// Its size.
    pub(crate) bytes: u64,
    /// The hash of its bytes.
    pub(crate) sha256: String,
}

/// Hashes every file under a folder, in the order of their paths.
pub(crate) fn hash_folder(folder: &Path, language: Language) -> Outcome<Vec<HashedFile>> {
    let paths = files_under(folder, "")?;
    let size = |path: &String| std::fs::metadata(folder.join(path)).map_or(0, |found| found.len());
    let total: u64 = paths.iter().map(size).sum();
    let mut progress = Progress::of_reading(usize::try_from(total).unwrap_or(usize::MAX), language);
    let mut done = 0;
    let mut hashed = Vec::new();
    for path in &paths {
        hashed.push(hash_file(folder, path, &mut |bytes| {
            done += bytes;
            progress.at(done);
        })?);
    }
    Ok(hashed)
}

/// Returns one hash for all of some files.
pub(crate) fn hash_of(files: &[HashedFile]) -> String {
    let lines: Vec<String> = files.iter().map(|file| format!("{} {}\n", file.file, file.sha256)).collect();
    sha256(lines.concat().as_bytes())
}

/// Returns the files at a path of a folder, and below it, by path; hidden ones are left out.
pub(crate) fn files_under(folder: &Path, path: &str) -> Outcome<Vec<String>> {
    let whole = folder.join(path);
    if whole.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |error: std::io::Error| {
        let shown = whole.display();
        Failure::io(
            &text!("impossible de lire le dossier `{shown}`", "cannot read the folder `{shown}`"),
            &error,
        )
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&whole).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            let inner = if path.is_empty() { name } else { format!("{path}/{name}") };
            found.extend(files_under(folder, &inner)?);
        }
    }
    found.sort();
    Ok(found)
}

/// Hashes a file of a folder; `read` is told the bytes as they are read.
pub(crate) fn hash_file(folder: &Path, file: &str, read: &mut dyn FnMut(usize)) -> Outcome<HashedFile> {
    let path = folder.join(file);
    let failed = |error: std::io::Error| {
        let shown = path.display();
        Failure::io(&text!("impossible de lire `{shown}`", "cannot read `{shown}`"), &error)
    };
    let mut opened = File::open(&path).map_err(failed)?;
    let mut hash = Hasher::new();
    let mut bytes = 0;
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = opened.read(&mut chunk).map_err(failed)?;
        let Some(part) = chunk.get(..count).filter(|part| !part.is_empty()) else { break };
        hash.update(part);
        bytes += u64::try_from(count).unwrap_or(0);
        read(count);
    }
    Ok(HashedFile { file: file.to_owned(), bytes, sha256: hash.finish() })
}
