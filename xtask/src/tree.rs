//! The files of the repository: where they are and what they say.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The repository as a folder.
#[derive(Debug, Clone)]
pub struct Tree {
    root: PathBuf,
}

impl Tree {
    /// Opens a repository at its root.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Opens the repository that this package belongs to.
    ///
    /// Cargo says at run time where the package is; the place known when it was compiled is the second choice,
    /// because a target folder may be shared by several clones.
    pub fn of_this_package() -> Self {
        let package = std::env::var_os("CARGO_MANIFEST_DIR")
            .map(PathBuf::from)
            .filter(|folder| folder.join("src/vocabulary.rs").is_file())
            .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
        Self::at(package.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf))
    }

    /// Returns the root folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Tells whether a file or folder exists.
    pub fn exists(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// Reads a file as UTF-8 text.
    pub fn read(&self, path: &str) -> anyhow::Result<String> {
        fs::read_to_string(self.root.join(path)).with_context(|| format!("failed to read {path}"))
    }

    /// Lists the files below a folder whose name ends in one of the extensions, sorted, as paths from the root.
    ///
    /// Hidden folders and folders named `target` are left out; a folder that does not exist has no files.
    pub fn files(&self, folder: &str, extensions: &[&str]) -> anyhow::Result<Vec<String>> {
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for (path, is_folder) in self.entries(&folder)? {
                if is_folder {
                    folders.push(path);
                } else if extensions.iter().any(|extension| has_extension(&path, extension)) {
                    found.push(path);
                }
            }
        }
        found.sort();
        Ok(found)
    }

    /// Lists the folders directly inside a folder, sorted, by name.
    pub fn folders(&self, folder: &str) -> anyhow::Result<Vec<String>> {
        let entries = self.entries(folder)?;
        Ok(entries
            .into_iter()
            .filter(|(_, is_folder)| *is_folder)
            .map(|(path, _)| base_name(&path).to_owned())
            .collect())
    }

    fn entries(&self, folder: &str) -> anyhow::Result<Vec<(String, bool)>> {
        let place = if folder.is_empty() { self.root.clone() } else { self.root.join(folder) };
        if !place.is_dir() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for entry in fs::read_dir(&place).with_context(|| format!("failed to list {folder}"))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_folder = entry.file_type()?.is_dir();
            if is_folder && (name.starts_with('.') || name == "target") {
                continue;
            }
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            found.push((path, is_folder));
        }
        found.sort();
        Ok(found)
    }
}

/// Returns the last part of a path.
pub fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Tells whether a folder of this name is on the way to the file.
pub fn is_inside(path: &str, folder: &str) -> bool {
    path.split('/').rev().skip(1).any(|part| part == folder)
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}
