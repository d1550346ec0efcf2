//! Embeds the contracts of `rulebooks/`, `measures/`, `mappings/`, `models/` and the demonstration of `demo/`, whatever they are called.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let mut code = String::new();
    embed(&root, "rulebooks", "RULEBOOKS", &mut code)?;
    embed(&root, "demo", "DEMO", &mut code)?;
    embed(&root, "measures", "MEASURES", &mut code)?;
    embed(&root, "mappings", "MAPPINGS", &mut code)?;
    embed(&root, "models", "MODELS", &mut code)?;
    let out = PathBuf::from(env("OUT_DIR")?).join("embedded_files.rs");
    std::fs::write(out, code)?;
    Ok(())
}

fn env(name: &str) -> Result<std::ffi::OsString, Box<dyn Error>> {
    std::env::var_os(name).ok_or_else(|| format!("{name} is not set").into())
}

/// Writes a sorted list of `(path inside the folder, text)`.
fn embed(root: &Path, folder: &str, constant: &str, code: &mut String) -> Result<(), Box<dyn Error>> {
    let base = root.join(folder);
    writeln!(std::io::stdout(), "cargo::rerun-if-changed={}", base.display())?;
    let mut files = Vec::new();
    walk(&base, "", &mut files)?;
    files.sort();
    writeln!(code, "/// The files of `{folder}/`, in the order of their paths.")?;
    writeln!(code, "pub(super) static {constant}: &[(&str, &str)] = &[")?;
    for (path, file) in files {
        let file = file.to_str().ok_or_else(|| format!("{} is not UTF-8", file.display()))?;
        writeln!(code, "    ({path:?}, include_str!({file:?})),")?;
    }
    writeln!(code, "];")?;
    Ok(())
}

/// Finds the TOML, CSV and SQL files under a folder; hidden ones are left out.
fn walk(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> Result<(), Box<dyn Error>> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_str().ok_or_else(|| format!("{} is not UTF-8", entry.path().display()))?;
        if name.starts_with('.') {
            continue;
        }
        let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &path, files)?;
        } else if [".toml", ".csv", ".sql"].iter().any(|end| name.ends_with(end)) {
            files.push((path, entry.path()));
        }
    }
    Ok(())
}
