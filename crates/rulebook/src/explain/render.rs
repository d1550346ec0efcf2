//! An explanation as plain text, from top to bottom.

use std::collections::BTreeSet;

use super::{Explanation, Step};
use crate::Language;

/// The widest line of leaders between a label and its value.
const WIDTH: usize = 78;

/// Writes an explanation as text.
pub fn render_text(explanation: &Explanation, language: Language) -> String {
    let mut out = String::new();
    let period = match language {
        Language::French => format!("du {} au {}", day(&explanation.period_first, language), day(&explanation.period_last, language)),
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
        write_step(explanation, *output, "", "", language, &mut seen, &mut out);
    }
    out
}

fn write_step(
    explanation: &Explanation,
    index: usize,
    lead: &str,
    below: &str,
    language: Language,
    seen: &mut BTreeSet<usize>,
    out: &mut String,
) {
    let Some(step) = explanation.nodes.get(index) else { return };
    let label = step.label.get(language);
    let value = step.value.get(language);
    let used = lead.chars().count() + label.chars().count() + value.chars().count() + 2;
    let dots = ".".repeat(WIDTH.saturating_sub(used).max(3));
    out.push_str(&format!("{lead}{label} {dots} {value}\n"));
    let again = !seen.insert(index);
    if again && !step.children.is_empty() {
        let words = match language {
            Language::French => "(expliqué plus haut)",
            Language::English => "(explained above)",
        };
        out.push_str(&format!("{below}   {words}\n"));
        return;
    }
    let last_of_all = step.children.is_empty();
    let bar = if last_of_all { "   " } else { "│  " };
    if !again {
        for line in notes(step, language) {
            out.push_str(&format!("{below}{bar}{line}\n"));
        }
    }
    for (place, child) in step.children.iter().enumerate() {
        let last = place + 1 == step.children.len();
        let (branch, next) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        write_step(explanation, *child, &format!("{below}{branch}"), &format!("{below}{next}"), language, seen, out);
    }
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
        let status = source.status.map(|status| format!(" ({})", status.label().get(language))).unwrap_or_default();
        add("source : ", "source: ", &format!("{}{status}", source.words));
    }
    if let Some(choice) = &step.choice {
        add("", "", choice.get(language));
    }
    for due in &step.due {
        let amount = due.amount.get(language);
        add("à payer le ", "due on ", &match language {
            Language::French => format!("{} : {amount}", day(&due.day, language)),
            Language::English => format!("{}: {amount}", due.day),
        });
    }
    lines
}

/// Writes an ISO day as people of the language do.
fn day(iso: &str, language: Language) -> String {
    iso.parse().map_or_else(|_| iso.to_owned(), |day| crate::show::date(day, language))
}
