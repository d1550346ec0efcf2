//! Findings and failures as people read them on a terminal.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use rulebook::{Diagnostic, Language, Place, Severity, Source, Text};

use crate::failure::Failure;
use crate::{console, environment, guard};

/// A line longer than this is cut around what is underlined, in bytes.
const LINE_BYTES_MAX: usize = 160;

/// How much of a cut line is kept before what is underlined, in bytes.
const LEAD_BYTES: usize = 60;

/// More lines than this under one mark hide more than they show.
const LINES_MAX: usize = 12;

/// Says why a command stopped.
pub(crate) fn failure(failure: &Failure, language: Language) {
    match failure {
        Failure::Message { message, hints, .. } => {
            console::note(&sentence(Severity::Error, message, hints, language));
        }
        Failure::Findings { findings, sources, .. } => self::findings(findings, sources, language),
        Failure::BrokenPipe => {}
        Failure::Bug(error) => guard::report(&format!("{error:#}")),
    }
}

/// Prints findings one after the other.
pub(crate) fn findings(findings: &[Diagnostic], sources: &[Source], language: Language) {
    for finding in findings {
        console::note(&finding_words(finding, sources, language));
    }
}

/// Prints a warning that has no place in a file.
pub(crate) fn warning(message: &Text, language: Language) {
    console::note(&sentence(Severity::Warning, message, &[], language));
}

fn renderer() -> Renderer {
    if environment::colours() { Renderer::styled() } else { Renderer::plain() }
}

fn level(severity: Severity, language: Language) -> Level<'static> {
    match (severity, language) {
        (Severity::Error, Language::French) => Level::ERROR.with_name("erreur"),
        (Severity::Error, Language::English) => Level::ERROR.with_name("error"),
        (Severity::Warning, Language::French) => Level::WARNING.with_name("attention"),
        (Severity::Warning, Language::English) => Level::WARNING.with_name("warning"),
    }
}

fn help(language: Language) -> Level<'static> {
    Level::HELP.with_name(match language {
        Language::French => "aide",
        Language::English => "help",
    })
}

/// Renders a message with what to do.
pub(crate) fn sentence(severity: Severity, message: &Text, hints: &[Text], language: Language) -> String {
    let mut group = Group::with_title(level(severity, language).primary_title(message.get(language)));
    for hint in hints {
        group = group.element(help(language).message(hint.get(language)));
    }
    format!("{}\n", renderer().render(&[group]))
}

/// Renders a finding with the place underlined.
pub(crate) fn finding_words(finding: &Diagnostic, sources: &[Source], language: Language) -> String {
    let title = level(finding.severity, language)
        .primary_title(finding.message.get(language))
        .id(finding.code.to_string());
    let mut group = Group::with_title(title);
    let primary = finding.place.iter().map(|place| (place, AnnotationKind::Primary, None));
    let others = finding
        .labels
        .iter()
        .map(|(place, words)| (place, AnnotationKind::Context, Some(words.get(language))));
    for (place, kind, words) in primary.chain(others) {
        let Some(source) = sources.get(place.file) else { continue };
        let excerpt = Excerpt::around(source, place);
        let annotation = kind.span(excerpt.span.clone()).label(words);
        let snippet = Snippet::source(excerpt.text)
            .path(source.path.as_str())
            .line_start(excerpt.line)
            .annotation(annotation);
        group = group.element(snippet);
    }
    if let Some(words) = &finding.help {
        group = group.element(help(language).message(words.get(language)));
    }
    format!("{}\n\n", renderer().render(&[group]))
}

/// The lines around a place, short enough to be read.
struct Excerpt {
    text: String,
    /// The number of its first line.
    line: usize,
    /// The bytes of the text to underline.
    span: Range<usize>,
}

impl Excerpt {
    fn around(source: &Source, place: &Place) -> Self {
        let text = source.text.as_str();
        let start = boundary(text, place.range.start);
        let end = boundary(text, place.range.end).max(start);
        let first = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let rest = text.get(start..end).unwrap_or_default();
        // A place of many lines shows the first ones.
        let end = rest.match_indices('\n').nth(LINES_MAX).map_or(end, |(at, _)| start + at);
        let last = text.get(end..).and_then(|after| after.find('\n')).map_or(text.len(), |at| end + at);
        let (line, _) = source.line_and_column(start);
        let lines = text.get(first..last).unwrap_or_default();
        let span = start - first..end - first;
        if lines.len() > LINE_BYTES_MAX && !lines.contains('\n') {
            return Self::cut(lines, line, span);
        }
        Self { text: lines.to_owned(), line, span }
    }

    /// Keeps what stands around the mark of a long line.
    fn cut(lines: &str, line: usize, span: Range<usize>) -> Self {
        let from = boundary(lines, span.start.saturating_sub(LEAD_BYTES));
        let to = boundary(lines, (from + LINE_BYTES_MAX).max(span.start + 1));
        let kept = lines.get(from..to).unwrap_or_default();
        let before = if from > 0 { "… " } else { "" };
        let after = if to < lines.len() { " …" } else { "" };
        let shift = before.len();
        let start = span.start - from + shift;
        let end = (span.end.min(to).saturating_sub(from) + shift).max(start);
        Self { text: format!("{before}{kept}{after}"), line, span: start..end }
    }
}

/// Returns the nearest place at or before `at` where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use rulebook::{Code, text};

    fn check(text: &str, range: Range<usize>, expected: &str) {
        let sources = [Source::new("rulebook.toml", text)];
        let finding =
            Diagnostic::error(Code::UNKNOWN_NAME, Place::new(0, range), text!("inconnu", "unknown"));
        let shown = finding_words(&finding, &sources, Language::English);
        assert_eq!(shown.trim_end(), expected.trim_matches('\n'));
    }

    #[test]
    fn underlines_the_place() {
        check(
            "a = 1\nété = oups\n",
            14..18,
            r"
error[R0007]: unknown
 --> rulebook.toml:2:7
  |
2 | été = oups
  |       ^^^^",
        );
    }

    #[test]
    fn a_place_outside_the_text_is_no_panic() {
        check(
            "a = 1",
            90..95,
            r"
error[R0007]: unknown
 --> rulebook.toml:1:6
  |
1 | a = 1
  |      ^",
        );
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let text = format!("{}oups{}", "é + ".repeat(100), " + é".repeat(100));
        let sources = [Source::new("rulebook.toml", text)];
        let finding =
            Diagnostic::error(Code::UNKNOWN_NAME, Place::new(0, 500..504), text!("inconnu", "unknown"));
        let shown = finding_words(&finding, &sources, Language::French);
        assert!(shown.lines().all(|line| line.chars().count() < 200), "{shown}");
        assert!(shown.contains("… "), "{shown}");
        assert!(shown.contains("^^^^"), "{shown}");
    }
}
