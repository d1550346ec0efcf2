//! What the tests share: rulebooks from folders and from text.

use std::path::{Path, PathBuf};

use rulebook::{Diagnostic, Language, Rulebook, Source, load};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Reads the files of a rulebook's folder.
pub(crate) fn sources_of(folder: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    for inner in ["", "tables", "cases"] {
        let Ok(entries) = std::fs::read_dir(folder.join(inner)) else { continue };
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        for path in paths {
            let wanted = path.extension().is_some_and(|end| end == "toml" || end == "csv");
            if wanted && path.is_file() {
                let text = std::fs::read_to_string(&path).expect("a readable file");
                let shown = path.strip_prefix(root()).unwrap_or(&path);
                sources.push(Source::new(shown.to_string_lossy(), text));
            }
        }
    }
    sources
}

/// Loads a rulebook of the project, which must be without fault.
pub(crate) fn project(name: &str) -> Rulebook {
    let sources = sources_of(&root().join("rulebooks").join(name));
    let (book, findings) = load(sources.clone());
    let shown: String = findings.iter().map(|finding| finding.render(&sources, Language::English)).collect();
    book.unwrap_or_else(|| panic!("{name} does not load:\n{shown}"))
}

/// Loads a rulebook from the text of its one file.
pub(crate) fn load_text(text: &str) -> (Option<Rulebook>, Vec<Diagnostic>, Vec<Source>) {
    let sources = vec![Source::new("essai/rulebook.toml", text)];
    let (book, findings) = load(sources.clone());
    (book, findings, sources)
}
