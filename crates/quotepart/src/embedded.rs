//! The contracts and the demonstration that the build puts in the binary.

mod files {
    include!(concat!(env!("OUT_DIR"), "/embedded_files.rs"));
}

/// Returns the names of the embedded rulebooks, in order.
pub(crate) fn rulebooks() -> Vec<&'static str> {
    let mut names: Vec<&str> =
        files::RULEBOOKS.iter().filter_map(|(path, _)| path.strip_suffix("/rulebook.toml")).collect();
    names.retain(|name| !name.contains('/'));
    names
}

/// Returns the files of one embedded rulebook, with paths from its folder on.
pub(crate) fn rulebook(name: &str) -> Vec<(&'static str, &'static str)> {
    let inside = |(path, text): &(&'static str, &'static str)| {
        Some((path.strip_prefix(name)?.strip_prefix('/')?, *text))
    };
    files::RULEBOOKS.iter().filter_map(inside).collect()
}

/// Returns a file of the demonstration.
pub(crate) fn demo(path: &str) -> Option<&'static str> {
    files::DEMO.iter().find(|(known, _)| *known == path).map(|(_, text)| *text)
}

/// Returns the files of the measures, with paths from their folder on; cases stay behind.
#[cfg(feature = "claims")]
pub(crate) fn measures() -> Vec<(String, String)> {
    let files = files::MEASURES.iter().filter(|(path, _)| !path.starts_with("cases/"));
    files.map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// Returns the files of the models, with paths from their folder on.
#[cfg(feature = "claims")]
pub(crate) fn models() -> Vec<(String, String)> {
    files::MODELS.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// Returns the names of the embedded mappings, in order.
#[cfg(feature = "claims")]
pub(crate) fn mappings() -> Vec<&'static str> {
    files::MAPPINGS.iter().filter_map(|(path, _)| path.strip_suffix("/mapping.toml")).collect()
}

/// Returns the files of one embedded mapping, with paths from its folder on.
#[cfg(feature = "claims")]
pub(crate) fn mapping(name: &str) -> Vec<(String, String)> {
    let inside = |(path, text): &(&'static str, &'static str)| {
        Some((path.strip_prefix(name)?.strip_prefix('/')?.to_owned(), (*text).to_owned()))
    };
    files::MAPPINGS.iter().filter_map(inside).collect()
}
