//! Files are written whole or not at all: beside their place, then renamed.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use rulebook::text;

use crate::failure::{Failure, Outcome};

/// Returns a path whose last part has something added.
pub(crate) fn with_suffix(path: &Path, prefix: &str, suffix: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!("{prefix}{name}{suffix}"))
}

/// Returns the folder that a path stands in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Refuses a path whose folder does not exist, before any work is done.
pub(crate) fn folder_exists(path: &Path) -> Outcome<()> {
    let folder = folder_of(path);
    if folder.is_dir() {
        return Ok(());
    }
    let (path, folder) = (path.display(), folder.display());
    Err(Failure::usage(text!(
        "impossible d'écrire `{path}` : le dossier `{folder}` n'existe pas",
        "cannot write `{path}`: the folder `{folder}` does not exist"
    ))
    .hint(text!("le créer, ou donner un autre chemin", "create it, or give another path")))
}

/// Returns a failure to write a path.
pub(crate) fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    let path = path.display();
    Failure::io(&text!("impossible d'écrire `{path}`", "cannot write `{path}`"), error)
}

/// A file that is being written beside its place; it disappears unless it is put there.
#[derive(Debug)]
pub(crate) struct Writing {
    temporary: PathBuf,
    target: PathBuf,
    file: Option<File>,
}

impl Writing {
    /// Begins a file.
    pub(crate) fn begin(target: &Path) -> Outcome<Self> {
        // A link keeps pointing where it did: what it points to is replaced.
        let target = if target.is_symlink() {
            target.canonicalize().unwrap_or(target.to_owned())
        } else {
            target.to_owned()
        };
        if target.is_dir() {
            let shown = target.display();
            return Err(Failure::usage(text!(
                "impossible d'écrire `{shown}` : c'est un dossier",
                "cannot write `{shown}`: it is a folder"
            )));
        }
        let process = std::process::id();
        let temporary = with_suffix(&target, ".", &format!(".{process}.tmp"));
        match OpenOptions::new().write(true).create(true).truncate(true).open(&temporary) {
            Ok(file) => Ok(Self { temporary, target, file: Some(file) }),
            Err(error) => Err(cannot_write(&target, &error)),
        }
    }

    /// Begins a file with all that it will hold.
    pub(crate) fn of(target: &Path, bytes: &[u8]) -> Outcome<Self> {
        let mut writing = Self::begin(target)?;
        writing.append(bytes)?;
        Ok(writing)
    }

    /// Adds bytes to it.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Outcome<()> {
        let written = self.file.as_mut().map_or(Ok(()), |file| file.write_all(bytes));
        written.map_err(|error| cannot_write(&self.target, &error))
    }

    /// Waits until all of it is on the disk; what is done with several files comes before any is put in its place.
    pub(crate) fn complete(&mut self) -> Outcome<()> {
        let synced = self.file.take().map_or(Ok(()), |file| file.sync_all());
        synced.map_err(|error| cannot_write(&self.target, &error))
    }

    /// Puts it in its place.
    pub(crate) fn place(mut self) -> Outcome<()> {
        self.complete()?;
        std::fs::rename(&self.temporary, &self.target).map_err(|error| cannot_write(&self.target, &error))?;
        keep_names(folder_of(&self.target));
        self.temporary = PathBuf::new();
        Ok(())
    }
}

/// For libraries that write by themselves.
impl std::io::Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.as_mut().map_or(Ok(bytes.len()), |file| file.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.as_mut().map_or(Ok(()), std::io::Write::flush)
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if !self.temporary.as_os_str().is_empty() {
            let _gone = std::fs::remove_file(&self.temporary);
        }
    }
}

/// Asks the disk to keep the names of a folder; where folders cannot be asked, the system does it in its own time.
pub(crate) fn keep_names(folder: &Path) {
    let _asked = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
}

/// Puts several files in their places: all are complete on the disk before the first is.
pub(crate) fn place_all(mut files: Vec<Writing>) -> Outcome<()> {
    files.iter_mut().try_for_each(Writing::complete)?;
    files.into_iter().try_for_each(Writing::place)
}

/// Writes one file.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Outcome<()> {
    Writing::of(path, bytes)?.place()
}

/// Removes a file that an earlier call left, if there is one.
pub(crate) fn remove_stale(path: &Path) -> Outcome<()> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => {
            let shown = path.display();
            Err(Failure::io(&text!("impossible d'enlever `{shown}`", "cannot remove `{shown}`"), &error))
        }
    }
}

/// Returns whether two paths are one file.
pub(crate) fn is_same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_one_file_cannot_be_written_none_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let fine = folder.path().join("fine.csv");
        std::fs::write(&fine, "old").expect("written");
        {
            let mut writing = Writing::begin(&fine).expect("begun");
            writing.append(b"new").expect("written");
            assert!(Writing::begin(&folder.path().join("absent/x.csv")).is_err());
        }
        assert_eq!(std::fs::read_to_string(&fine).expect("read"), "old");
        let left: Vec<_> = std::fs::read_dir(folder.path()).expect("listed").collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }
}
