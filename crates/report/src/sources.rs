//! The documents behind an explanation, each once, with the pages and the values that rest on them.

use rulebook::explain::SourceLine;
use rulebook::{Language, Status};

use crate::words;

/// The most values named under a page of a document.
const USERS_MAX: usize = 30;

/// What stands between a document and a page in a line of an explanation.
const BEFORE_PAGE: &str = ", p. ";

/// How far a source can be vouched for, as a mark on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Badge {
    /// The word.
    pub(crate) label: String,
    /// Whether official mode would refuse it.
    pub(crate) doubtful: bool,
}

impl Badge {
    fn of(status: Status, language: Language) -> Self {
        Self { label: status.label().get(language).to_owned(), doubtful: !status.vouched() }
    }
}

/// A source under a value.
#[derive(Debug, Clone)]
pub(crate) struct SourceView {
    /// The document and page.
    pub(crate) words: String,
    /// Its status.
    pub(crate) badge: Option<Badge>,
    /// The days in force, in words; empty when there are none.
    pub(crate) dates: String,
}

impl SourceView {
    /// Returns what is shown of a source.
    pub(crate) fn of(line: &SourceLine, language: Language) -> Self {
        Self {
            words: words::spaced(&line.words, language),
            badge: line.status.map(|status| Badge::of(status, language)),
            dates: words::in_force(line.from.as_deref(), line.to.as_deref(), language),
        }
    }
}

/// A document in the list at the end.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// The document.
    pub(crate) words: String,
    /// Each status that values give it.
    pub(crate) badges: Vec<Badge>,
    /// How many values use it, in words.
    pub(crate) uses: String,
    /// Its pages.
    pub(crate) pages: Vec<PageOf>,
}

/// A page of a document.
#[derive(Debug, Clone)]
pub(crate) struct PageOf {
    /// The page; empty when none is given.
    pub(crate) words: String,
    /// The first values that use it: anchor and label.
    pub(crate) used_by: Vec<(String, String)>,
    /// Whether there are more.
    pub(crate) has_more: bool,
}

/// Gathers documents while the tree is walked.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    found: Vec<Found>,
    doubtful: usize,
}

#[derive(Debug, Default)]
struct Found {
    words: String,
    statuses: Vec<Status>,
    uses: usize,
    last_user: String,
    pages: Vec<PageOf>,
}

impl Found {
    fn is_vouched(&self) -> bool {
        self.statuses.iter().all(|status| status.vouched())
    }
}

impl Documents {
    /// Notes that a value rests on some sources.
    pub(crate) fn note(&mut self, lines: &[SourceLine], anchor: &str, label: &str) {
        if lines.iter().any(|line| line.status.is_some_and(|status| !status.vouched())) {
            self.doubtful += 1;
        }
        for line in lines {
            self.note_one(line, anchor, label);
        }
    }

    fn note_one(&mut self, line: &SourceLine, anchor: &str, label: &str) {
        let (document, page) = line.words.rsplit_once(BEFORE_PAGE).unwrap_or((&line.words, ""));
        let known = self.found.iter().position(|found| found.words == document);
        let place = known.unwrap_or(self.found.len());
        if known.is_none() {
            self.found.push(Found { words: document.to_owned(), ..Found::default() });
        }
        let Some(found) = self.found.get_mut(place) else { return };
        found.statuses.extend(line.status.filter(|status| !found.statuses.contains(status)));
        if found.last_user != anchor {
            found.uses += 1;
            anchor.clone_into(&mut found.last_user);
        }
        let page = if page.is_empty() { String::new() } else { format!("p.\u{a0}{page}") };
        let known = found.pages.iter().position(|known| known.words == page);
        let place = known.unwrap_or(found.pages.len());
        if known.is_none() {
            found.pages.push(PageOf { words: page, used_by: Vec::new(), has_more: false });
        }
        let Some(page) = found.pages.get_mut(place) else { return };
        if page.used_by.last().is_some_and(|(last, _)| last == anchor) {
            return;
        }
        page.has_more |= page.used_by.len() >= USERS_MAX;
        if !page.has_more {
            page.used_by.push((anchor.to_owned(), label.to_owned()));
        }
    }

    /// Returns how many values rest on something that nobody vouches for.
    pub(crate) fn doubtful(&self) -> usize {
        self.doubtful
    }

    /// Returns the documents: the doubtful ones first, then those that are used most.
    pub(crate) fn list(mut self, language: Language) -> Vec<Document> {
        self.found.sort_by(|one, other| {
            let order = one.is_vouched().cmp(&other.is_vouched());
            order.then(other.uses.cmp(&one.uses)).then_with(|| one.words.cmp(&other.words))
        });
        let documents = self.found.into_iter().map(|found| Document {
            words: words::spaced(&found.words, language),
            badges: found.statuses.into_iter().map(|status| Badge::of(status, language)).collect(),
            uses: words::uses(found.uses, language),
            pages: found.pages,
        });
        documents.collect()
    }
}
