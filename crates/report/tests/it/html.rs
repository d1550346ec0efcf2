//! A strict little reader of pages: what it accepts, every browser understands the same way.

use std::collections::{BTreeMap, BTreeSet};

/// Elements without content.
const VOID: [&str; 2] = ["meta", "br"];

/// A page taken apart.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Opening tags in order: name and attributes.
    pub(crate) tags: Vec<(String, BTreeMap<String, String>)>,
    /// The deepest nesting.
    pub(crate) depth: usize,
    /// The text that people read, one line for each block.
    pub(crate) text: String,
}

/// Takes a page apart, checks that it is well formed, self-contained and accessible.
pub(crate) fn check(html: &str) -> Page {
    let page = read(html);
    let mut ids = BTreeSet::new();
    for (name, attributes) in &page.tags {
        if let Some(id) = attributes.get("id") {
            assert!(ids.insert(id.clone()), "the id {id} is used twice");
        }
        assert!(
            !["script", "link", "img", "iframe", "object", "base"].contains(&name.as_str()),
            "a <{name}>"
        );
        assert!(
            !attributes.keys().any(|key| key.starts_with("on") || key == "src" || key == "style"),
            "{attributes:?}"
        );
    }
    for (name, attributes) in &page.tags {
        for key in ["aria-labelledby", "aria-describedby"] {
            for id in attributes.get(key).map_or("", String::as_str).split_whitespace() {
                assert!(ids.contains(id), "<{name}> is named by {id}, which does not exist");
            }
        }
        if let Some(target) = attributes.get("href") {
            let id = target.strip_prefix('#').unwrap_or_else(|| panic!("a link leaves the page: {target}"));
            assert!(ids.contains(id), "a link goes to {id}, which does not exist");
        }
        if name == "svg" && !attributes.contains_key("aria-hidden") {
            assert_eq!(attributes.get("role").map(String::as_str), Some("img"));
            assert!(attributes.contains_key("aria-labelledby"), "a picture without a name");
        }
    }
    assert!(
        !html.contains("@import") && !html.contains("http"),
        "the page asks for something from elsewhere"
    );
    headings(&page);
    page
}

fn headings(page: &Page) {
    let levels: Vec<u32> =
        page.tags.iter().filter_map(|(name, _)| name.strip_prefix('h')?.parse().ok()).collect();
    assert_eq!(levels.first(), Some(&1), "the first heading is the main one");
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    for pair in levels.windows(2) {
        assert!(pair[1] <= pair[0] + 1, "a heading skips a level: {levels:?}");
    }
}

fn read(html: &str) -> Page {
    let mut page = Page::default();
    let mut open: Vec<String> = Vec::new();
    let mut rest = html.strip_prefix("<!doctype html>").expect("a page begins with its type");
    while let Some(at) = rest.find('<') {
        let (text, tag) = rest.split_at(at);
        add_text(&mut page, &open, text);
        let end = tag.find('>').expect("a tag ends");
        let inside = &tag[1..end];
        rest = &tag[end + 1..];
        if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "</{name}> closes something else");
            if !["span", "a", "strong", "code", "tspan"].contains(&name) {
                page.text.push('\n');
            }
            continue;
        }
        let (inside, closed) = inside.strip_suffix('/').map_or((inside, false), |inside| (inside, true));
        let (name, attributes) = inside.split_once([' ', '\n']).unwrap_or((inside, ""));
        page.tags.push((name.to_owned(), read_attributes(attributes)));
        if !closed && !VOID.contains(&name) {
            open.push(name.to_owned());
            page.depth = page.depth.max(open.len());
        }
        if name == "style" {
            let (_, after) = rest.split_once("</style>").expect("the style ends");
            rest = after;
            open.pop();
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
    let lines = page.text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    page.text = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    page
}

fn add_text(page: &mut Page, open: &[String], text: &str) {
    assert!(!text.contains('>'), "a stray > in {text:?}");
    if open.iter().any(|name| name == "svg" || name == "head") {
        return;
    }
    let mut text = text.to_owned();
    for (written, read) in
        [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&#38;", "&")]
    {
        text = text.replace(written, read);
    }
    page.text.push_str(&text);
}

fn read_attributes(text: &str) -> BTreeMap<String, String> {
    let mut attributes = BTreeMap::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let (value, after) = match after.strip_prefix("=\"") {
            Some(quoted) => quoted.split_once('"').expect("a quoted value ends"),
            None => ("", after),
        };
        assert!(attributes.insert(name.to_owned(), value.to_owned()).is_none(), "{name} twice in {text}");
        rest = after.trim_start();
    }
    attributes
}
