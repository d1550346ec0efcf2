//! An explanation as plain text, from top to bottom.

use std::collections::BTreeSet;

use super::{Explanation, Step};
use crate::Language;

/// The widest line of leaders between a label and its value.
const WIDTH: usize = 78;
/// The widest line of a note.
const NOTE_WIDTH: usize = 100;

/// Writes an explanation as text.
pub fn render_text(explanation: &Explanation, language: Language) -> String {
    let mut out = String::new();
    let period = match language {
        Language::French => format!(
            "du {} au {}",
            day(&explanation.period_first, language),
            day(&explanation.period_last, language)
        ),
        Language::English => format!("{} to {}", explanation.period_first, explanation.period_last),
    };
    out.push_str(&format!("{} · {} · {period}\n", explanation.id, explanation.title.get(language)));
    if explanation.official {
        out.push_str(match language {
            Language::French => "Mode officiel : toutes les valeurs sont attestées.\n",
            Language::English => "Official mode: every value is vouched for.\n",
        });
    }
    let mut seen = BTreeSet::new();
    for output in &explanation.outputs {
        out.push('\n');
        if let Some(step) = explanation.nodes.get(*output) {
            write_parts(step, language, &mut out);
        }
        write_step(explanation, *output, ("", ""), language, &mut seen, &mut out);
    }
    out
}

/// Writes how a value is made up, before its tree.
fn write_parts(step: &Step, language: Language, out: &mut String) {
    if step.parts.is_empty() {
        return;
    }
    let label = step.label.get(language);
    out.push_str(&match language {
        Language::French => format!("De quoi se compose « {label} »\n"),
        Language::English => format!("What \"{label}\" is made of\n"),
    });
    for part in &step.parts {
        out.push_str(&line("  ", part.label.get(language), part.value.get(language)));
    }
    out.push_str(&line("  ", "total", step.value.get(language)));
    out.push('\n');
}

/// Writes a label and its value with leaders between.
fn line(lead: &str, label: &str, value: &str) -> String {
    let used = lead.chars().count() + label.chars().count() + value.chars().count() + 2;
    let dots = ".".repeat(WIDTH.saturating_sub(used).max(3));
    format!("{lead}{label} {dots} {value}\n")
}

fn write_step(
    explanation: &Explanation,
    index: usize,
    (lead, below): (&str, &str),
    language: Language,
    seen: &mut BTreeSet<usize>,
    out: &mut String,
) {
    let Some(step) = explanation.nodes.get(index) else { return };
    out.push_str(&line(lead, step.label.get(language), step.value.get(language)));
    let again = !seen.insert(index);
    if again && !step.children.is_empty() {
        let words = match language {
            Language::French => "(expliqué plus haut)",
            Language::English => "(explained above)",
        };
        out.push_str(&format!("{below}   {words}\n"));
        return;
    }
    // What brings nothing is told in its sentence; the page and the JSON hold its details.
    let nothing = step.kind == "rule" && step.plain == "0" && step.say.is_some() && !lead.is_empty();
    let last_of_all = step.children.is_empty() || nothing;
    let bar = if last_of_all { "   " } else { "│  " };
    if !again {
        for note in notes(step, language) {
            let lead = format!("{below}{bar}");
            for line in wrapped(&note, NOTE_WIDTH.saturating_sub(lead.chars().count())) {
                out.push_str(&format!("{lead}{line}\n"));
            }
        }
    }
    if nothing {
        return;
    }
    for (place, child) in step.children.iter().enumerate() {
        let last = place + 1 == step.children.len();
        let (branch, next) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let leads = (format!("{below}{branch}"), format!("{below}{next}"));
        write_step(explanation, *child, (&leads.0, &leads.1), language, seen, out);
    }
}

/// Cuts a note into lines at ordinary spaces; the ones that belong to a number stay.
fn wrapped(note: &str, width: usize) -> Vec<String> {
    let width = width.max(40);
    let mut lines: Vec<String> = Vec::new();
    // A note that begins with spaces keeps them: it lists who got what.
    let indent: String = note.chars().take_while(|letter| *letter == ' ').collect();
    for word in note.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) => lines.push(format!("  {word}")),
            None => lines.push(format!("{indent}{word}")),
        }
    }
    lines
}

/// Returns the lines under a value.
fn notes(step: &Step, language: Language) -> Vec<String> {
    let mut lines = Vec::new();
    let mut add = |fr: &str, en: &str, words: &str| {
        let head = match language {
            Language::French => fr,
            Language::English => en,
        };
        lines.push(if head.is_empty() { words.to_owned() } else { format!("{head}{words}") });
    };
    if let Some(say) = &step.say {
        add("", "", say.get(language));
    }
    if let Some(filled) = &step.with_values
        && filled.get(language) != step.value.get(language)
    {
        add("= ", "= ", filled.get(language));
    }
    if let Some(rounding) = &step.rounding {
        add("", "", rounding.get(language));
    }
    for detail in &step.details {
        add("", "", detail.get(language));
    }
    if let Some(origin) = &step.origin {
        add("origine : ", "origin: ", origin.get(language));
    }
    for source in &step.sources {
        let status =
            source.status.map(|status| format!(" ({})", status.label().get(language))).unwrap_or_default();
        add("source : ", "source: ", &format!("{}{status}", source.words));
    }
    if let Some(choice) = &step.choice {
        add("", "", choice.get(language));
    }
    for due in &step.due {
        let amount = due.amount.get(language);
        add(
            "à payer le ",
            "due on ",
            &match language {
                Language::French => format!("{} : {amount}", day(&due.day, language)),
                Language::English => format!("{}: {amount}", due.day),
            },
        );
    }
    lines
}

/// Writes an ISO day as people of the language do.
fn day(iso: &str, language: Language) -> String {
    iso.parse().map_or_else(|_| iso.to_owned(), |day| crate::show::date(day, language))
}
