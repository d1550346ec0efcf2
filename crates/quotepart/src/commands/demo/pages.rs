//! The pages of the demonstration, and the one that lists them.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use report::ReportError;
use rulebook::{Language, Text, text};

use crate::failure::Outcome;
use crate::output::{self, Writing};

/// The pages, when somebody wants them.
pub(super) struct Pages {
    folder: Option<PathBuf>,
    language: Language,
    files: Vec<(PathBuf, Vec<u8>)>,
    /// Names of files and their titles.
    links: Vec<(String, Text)>,
}

impl Pages {
    /// Begins without pages; a folder that is not there is made.
    pub(super) fn new(folder: Option<&Path>, language: Language) -> Outcome<Self> {
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder).map_err(|error| output::cannot_write(folder, &error))?;
        }
        Ok(Self { folder: folder.map(Path::to_owned), language, files: Vec::new(), links: Vec::new() })
    }

    /// Adds a page, which is made only when somebody wants it.
    pub(super) fn add(
        &mut self,
        name: &str,
        title: &Text,
        page: impl FnOnce(Language) -> Result<String, ReportError>,
    ) -> Outcome<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let page = page(self.language).with_context(|| format!("failed to write the page {name}"))?;
        self.files.push((folder.join(format!("{name}.html")), page.into_bytes()));
        self.links.push((format!("{name}.html"), title.clone()));
        Ok(())
    }

    /// Writes every page; returns the path of the one that lists them.
    pub(super) fn write(mut self) -> Outcome<Option<String>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let index = folder.join("index.html");
        let title = text!("Quotepart : la démonstration", "Quotepart: the demonstration");
        let page =
            report::index_page(&title, &self.links, self.language).context("failed to write the page")?;
        self.files.push((index.clone(), page.into_bytes()));
        let begun = self.files.iter().map(|(path, bytes)| Writing::of(path, bytes));
        output::place_all(begun.collect::<Outcome<Vec<_>>>()?)?;
        Ok(Some(index.display().to_string()))
    }
}
