//! The pages of the demonstration, and the one that lists them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use report::ReportError;
use rulebook::{Language, Text};

use crate::failure::Outcome;
use crate::output::{self, Writing};

/// The pages, when somebody wants them.
pub(super) struct Pages {
    folder: Option<PathBuf>,
    language: Language,
    files: Vec<(PathBuf, Vec<u8>)>,
    links: String,
}

impl Pages {
    /// Begins without pages; a folder that is not there is made.
    pub(super) fn new(folder: Option<&Path>, language: Language) -> Outcome<Self> {
        if let Some(folder) = folder {
            std::fs::create_dir_all(folder).map_err(|error| output::cannot_write(folder, &error))?;
        }
        Ok(Self { folder: folder.map(Path::to_owned), language, files: Vec::new(), links: String::new() })
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
        let title = escaped(title.get(self.language));
        let _infallible = writeln!(self.links, "<li><a href=\"{name}.html\">{title}</a></li>");
        Ok(())
    }

    /// Writes every page; returns the path of the one that lists them.
    pub(super) fn write(mut self) -> Outcome<Option<String>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let index = folder.join("index.html");
        let (lang, title) = match self.language {
            Language::French => ("fr", "Quotepart : la démonstration"),
            Language::English => ("en", "Quotepart: the demonstration"),
        };
        let links = &self.links;
        let page = format!(
            "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
             <style>body {{ font: 1.05rem/1.6 system-ui, sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem; }}</style>\n\
             </head>\n<body>\n<main>\n<h1>{title}</h1>\n<ol>\n{links}</ol>\n</main>\n</body>\n</html>\n"
        );
        self.files.push((index.clone(), page.into_bytes()));
        let begun = self.files.iter().map(|(path, bytes)| Writing::of(path, bytes));
        output::place_all(begun.collect::<Outcome<Vec<_>>>()?)?;
        Ok(Some(index.display().to_string()))
    }
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
