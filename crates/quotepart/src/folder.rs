//! Finds rulebooks and reads their folders: `rulebook.toml`, other TOML files beside it, `tables/*.csv`, `cases/*.toml`.

use std::path::{Path, PathBuf};

use rulebook::{Rulebook, Source, Text, has_errors, text};

use crate::failure::{Exit, Failure, Outcome};
use crate::{embedded, output};

/// The files of one rulebook as text.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    /// The folder, as people see it.
    pub(crate) shown: String,
    /// Paths from the folder on, with their texts.
    pub(crate) files: Vec<(String, String)>,
}

impl Files {
    /// Returns the last part of the folder's path.
    pub(crate) fn name(&self) -> &str {
        self.shown.trim_end_matches('/').rsplit('/').next().unwrap_or(&self.shown)
    }

    /// Returns the files for the library, with the paths that people see.
    pub(crate) fn sources(&self) -> Vec<Source> {
        let shown = self.shown.trim_end_matches('/');
        self.files.iter().map(|(path, text)| Source::new(format!("{shown}/{path}"), text.clone())).collect()
    }
}

/// Where rulebooks are looked for by name.
#[derive(Debug, Clone)]
pub(crate) enum Library {
    /// In the binary.
    Embedded,
    /// In a folder.
    Folder(PathBuf),
}

impl Library {
    /// Returns the library that was asked for.
    pub(crate) fn new(folder: Option<&Path>) -> Self {
        folder.map_or(Self::Embedded, |folder| Self::Folder(folder.to_owned()))
    }

    /// Returns the names of its rulebooks, in order.
    pub(crate) fn names(&self) -> Outcome<Vec<String>> {
        match self {
            Self::Embedded => Ok(embedded::rulebooks().into_iter().map(str::to_owned).collect()),
            Self::Folder(folder) => rulebooks_in(folder),
        }
    }

    /// Reads the rulebook of a name; none when it does not have it.
    fn open(&self, name: &str) -> Outcome<Option<Files>> {
        match self {
            Self::Folder(folder) if is_rulebook(&folder.join(name)) => read(&folder.join(name)).map(Some),
            Self::Embedded if embedded::rulebooks().contains(&name) => {
                let files = embedded::rulebook(name).into_iter().filter(|(path, _)| belongs(path));
                let files = files.map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
                Ok(Some(Files { shown: format!("rulebooks/{name}"), files }))
            }
            Self::Folder(_) | Self::Embedded => Ok(None),
        }
    }

    /// Reads every rulebook; one that cannot be read does not stop the others.
    pub(crate) fn all(&self) -> Outcome<Vec<Outcome<Files>>> {
        let names = self.names()?;
        let open = |name: &String| self.open(name).transpose();
        Ok(names.iter().filter_map(open).collect())
    }

    /// Reads the rulebook of a name or a path.
    pub(crate) fn find(&self, wanted: &str) -> Outcome<Files> {
        let path = Path::new(wanted);
        if is_rulebook(path) {
            return read(path);
        }
        if path.ends_with("rulebook.toml") && path.is_file() {
            return read(output::folder_of(path));
        }
        if let Some(files) = self.open(wanted)? {
            return Ok(files);
        }
        if wanted.contains(['/', '\\']) || path.is_dir() {
            return Err(no_rulebook(path));
        }
        let names = self.names()?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let list = names.join(", ");
        let failure = Failure::usage(text!(
            "le contrat `{wanted}` n'est pas connu ; connus : {list}",
            "the rulebook `{wanted}` is not known; known ones: {list}"
        ));
        Err(match rulebook::nearest(wanted, names) {
            Some(nearest) => failure
                .hint(text!("le nom le plus proche est `{nearest}`", "the nearest name is `{nearest}`")),
            None => failure.hint(text!(
                "donner aussi un chemin : `./dossier` qui contient rulebook.toml",
                "a path works too: `./folder` that holds rulebook.toml"
            )),
        })
    }
}

/// Reads what a path holds: one rulebook, or a folder of rulebooks.
pub(crate) fn one_or_many(path: &Path) -> Outcome<Vec<Outcome<Files>>> {
    if !path.is_dir() || is_rulebook(path) {
        return Ok(vec![read(path)]);
    }
    let names = rulebooks_in(path)?;
    Ok(names.iter().map(|name| read(&path.join(name))).collect())
}

fn is_rulebook(folder: &Path) -> bool {
    folder.join("rulebook.toml").is_file()
}

fn no_rulebook(folder: &Path) -> Failure {
    let shown = folder.display();
    if folder.exists() {
        Failure::usage(text!(
            "`{shown}` ne contient pas de rulebook.toml",
            "`{shown}` holds no rulebook.toml"
        ))
    } else {
        Failure::usage(text!("`{shown}` n'existe pas", "`{shown}` does not exist"))
    }
}

/// Returns the names of the rulebooks that stand in a folder, in order.
fn rulebooks_in(folder: &Path) -> Outcome<Vec<String>> {
    let mut names = entries(folder)?;
    names.retain(|name| is_rulebook(&folder.join(name)));
    if names.is_empty() {
        let shown = folder.display();
        return Err(Failure::usage(text!(
            "`{shown}` ne contient pas de contrat",
            "`{shown}` holds no rulebook"
        ))
        .hint(text!(
            "un contrat est un dossier qui contient rulebook.toml",
            "a rulebook is a folder that holds rulebook.toml"
        )));
    }
    Ok(names)
}

/// Returns the names in a folder, in order.
fn entries(folder: &Path) -> Outcome<Vec<String>> {
    let failed = |error: std::io::Error| {
        let shown = folder.display();
        Failure::io(
            &text!("impossible de lire le dossier `{shown}`", "cannot read the folder `{shown}`"),
            &error,
        )
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        names.extend(entry.map_err(failed)?.file_name().into_string());
    }
    names.retain(|name| !name.starts_with('.'));
    names.sort();
    Ok(names)
}

/// Reads the folder of one rulebook.
pub(crate) fn read(folder: &Path) -> Outcome<Files> {
    if !is_rulebook(folder) {
        return Err(no_rulebook(folder));
    }
    let mut paths = entries(folder)?;
    for inner in ["tables", "cases"] {
        if folder.join(inner).is_dir() {
            paths.extend(entries(&folder.join(inner))?.into_iter().map(|name| format!("{inner}/{name}")));
        }
    }
    paths.retain(|path| belongs(path) && folder.join(path).is_file());
    // The first file is where findings without a place of their own are shown.
    paths.sort_by_key(|path| (path != "rulebook.toml", path.clone()));
    let mut files = Vec::new();
    for path in paths {
        let text = text_of(&folder.join(&path))?;
        files.push((path, text));
    }
    Ok(Files { shown: folder.display().to_string().replace('\\', "/"), files })
}

/// Returns whether a file is a part of a rulebook, by its path from the folder on.
fn belongs(path: &str) -> bool {
    let (folder, name) = path.split_once('/').unwrap_or(("", path));
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    !name.contains('/') && matches!((folder, ending), ("" | "cases", "toml") | ("tables", "csv"))
}

/// Reads a file of a rulebook as text.
fn text_of(path: &Path) -> Outcome<String> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::io(&text!("impossible de lire `{shown}`", "cannot read `{shown}`"), &error)
    })?;
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let before = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        Failure::rulebook(text!(
            "`{shown}` n'est pas en UTF-8 (ligne {line})",
            "`{shown}` is not UTF-8 (line {line})"
        ))
        .hint(save_as_utf8())
    })?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

/// Returns what to do with a file in another encoding.
pub(crate) fn save_as_utf8() -> Text {
    text!(
        "l'enregistrer en UTF-8, par exemple : iconv -f windows-1252 -t utf-8",
        "save it as UTF-8, for example: iconv -f windows-1252 -t utf-8"
    )
}

/// Checks a rulebook that is to be used; its warnings and its cases are for `check`.
pub(crate) fn load(files: &Files) -> Outcome<Rulebook> {
    let mut without_cases = files.clone();
    without_cases.files.retain(|(path, _)| !path.starts_with("cases/"));
    load_with_cases(&without_cases)
}

/// Checks a rulebook that is to be used with its cases.
pub(crate) fn load_with_cases(files: &Files) -> Outcome<Rulebook> {
    let sources = files.sources();
    let (book, mut findings) = rulebook::load(sources.clone());
    match book {
        Some(book) if !has_errors(&findings) => Ok(book),
        Some(_) | None => {
            findings.retain(|finding| finding.severity == rulebook::Severity::Error);
            Err(Failure::Findings { exit: Exit::Diagnostics, findings, sources })
        }
    }
}
