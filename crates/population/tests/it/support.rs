//! What several tests need: the shipped measures, read as the binary will read them.

use std::path::PathBuf;

use population::{Choices, Finding, Language, Measure, ValueSet, View};

/// Returns the folder of the repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the files of a folder with an ending, as paths from the root and text, sorted.
pub(crate) fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root().join(folder)).expect("a folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("a name in UTF-8");
        if name.ends_with(ending) {
            let path = format!("{folder}/{name}");
            let text = std::fs::read_to_string(root().join(&path)).expect("a text");
            files.push((path, text));
        }
    }
    files.sort();
    files
}

/// Returns what was read, and fails on any finding.
pub(crate) fn faultless<T>((read, findings): (Option<T>, Vec<Finding>)) -> T {
    let words: String = findings.iter().map(|finding| finding.render(Language::English)).collect();
    assert!(findings.is_empty(), "{words}");
    read.expect("something that can be read")
}

/// Returns the shipped measures.
pub(crate) fn measures() -> Vec<Measure> {
    files("measures", ".toml").iter().map(|(path, text)| faultless(Measure::read(path, text))).collect()
}

/// Returns the shipped views.
pub(crate) fn views() -> Vec<View> {
    files("measures/views", ".toml").iter().map(|(path, text)| faultless(View::read(path, text))).collect()
}

/// Returns the shipped value sets.
pub(crate) fn value_sets() -> Vec<ValueSet> {
    let files = files("measures/value-sets", ".toml");
    files.iter().map(|(path, text)| faultless(ValueSet::read(path, text))).collect()
}

/// Returns the choices of the views that a measure reads, below its own.
pub(crate) fn choices_of(measure: &Measure) -> Choices {
    let views = views();
    let needed = views.iter().filter(|view| measure.needs.contains(&view.id));
    let shared = needed.fold(Choices::default(), |all, view| all.overlaid(&view.choices));
    shared.overlaid(&measure.choices)
}
