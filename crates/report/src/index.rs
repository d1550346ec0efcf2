//! A page that lists other pages of its folder.

use askama::Template;
use rulebook::{Language, Text};

use crate::ReportError;
use crate::words::{Words, words};

#[derive(Template)]
#[template(path = "index.html")]
struct Page<'a> {
    w: &'static Words,
    title: &'a str,
    /// Names of files, and what they show.
    links: Vec<(&'a str, &'a str)>,
}

/// Writes a page of links: names of files that stand beside it, with their titles.
///
/// # Errors
/// Only a template that cannot be filled.
pub fn index_page(title: &Text, links: &[(String, Text)], language: Language) -> Result<String, ReportError> {
    let links = links.iter().map(|(file, words)| (file.as_str(), words.get(language)));
    let page = Page { w: words(language), title: title.get(language), links: links.collect() };
    Ok(page.render()?)
}
