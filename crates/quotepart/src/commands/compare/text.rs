//! A comparison as plain text.

use std::fmt::Write as _;

use exact::Rational;
use rulebook::compare::{Cause, Change, Difference, Outcome};
use rulebook::{Language, Text};

use super::printed::Printed;
use super::totals::Totals;
use crate::table::Table;
use crate::words;

/// The width of a line of causes.
const WIDTH: usize = 76;
/// The widest words beside an amount.
const WORDS_WIDTH: usize = 52;
/// How many changes without effect are listed.
const UNMOVED_SHOWN: usize = 8;

/// Returns why one subject's amount changed.
pub(crate) fn one(printed: &Printed<'_>, of: &Difference) -> String {
    let mut out = format!("{} · {}\n", of.id, printed.words(&printed.book.instrument.title));
    let whole = of.difference();
    let (before, after) = (printed.amount(&of.before), printed.amount(&of.after));
    let between = printed.either("de", "from");
    let to = printed.either("à", "to");
    let colon = printed.either(" :", ":");
    let _infallible = writeln!(
        out,
        "{}{colon} {} ({between} {before} {to} {after})\n",
        printed.span(),
        printed.signed(&whole)
    );
    if of.outputs.len() > 1 {
        for output in &of.outputs {
            let change = &output.after - &output.before;
            let (before, after) = (printed.amount(&output.before), printed.amount(&output.after));
            let label = printed.words(&output.label);
            line(
                &mut out,
                &format!("{label}{colon} {between} {before} {to} {after}"),
                &printed.signed(&change),
            );
        }
        out.push('\n');
    }
    for cause in &of.causes {
        line(&mut out, printed.words(&cause.label), &printed.signed(&cause.amount));
        if cause.changes.len() > 1 {
            for change in &cause.changes {
                wrapped(&mut out, printed.words(&change.label), "    · ");
            }
        }
    }
    if of.causes.is_empty() {
        let nothing = if of.before == of.after && of.without_effect.is_empty() {
            printed.either("rien n'a changé", "nothing changed")
        } else {
            printed.either("le montant n'a pas changé", "the amount did not change")
        };
        let _infallible = writeln!(out, "  {nothing}");
    } else {
        total(&mut out, printed.either("total", "total"), &printed.signed(&whole));
    }
    unmoved(&mut out, printed, &of.without_effect);
    out
}

/// Lists what changed without any effect.
fn unmoved(out: &mut String, printed: &Printed<'_>, changes: &[Change]) {
    if changes.is_empty() {
        return;
    }
    let _infallible = writeln!(
        out,
        "\n{}",
        printed.either("A changé aussi, sans effet :", "Changed as well, without effect:")
    );
    for change in changes.iter().take(UNMOVED_SHOWN) {
        wrapped(out, printed.words(&change.label), "  · ");
    }
    let more = changes.len().saturating_sub(UNMOVED_SHOWN);
    if more > 0 {
        let others = words::counted(more, ["autre", "autres"], ["other", "others"], printed.language);
        let _infallible = writeln!(out, "  … {} {others}", printed.either("et", "and"));
    }
}

/// Writes words, dots and an amount on the right; long words take several lines.
fn line(out: &mut String, words: &str, amount: &str) {
    let mut lines = broken(words, WORDS_WIDTH);
    let last = lines.pop().unwrap_or_default();
    for line in lines {
        let _infallible = writeln!(out, "  {line}");
    }
    let taken = length(&last) + length(amount) + 4;
    let dots = ".".repeat(WIDTH.saturating_sub(taken).max(3));
    let _infallible = writeln!(out, "  {last} {dots} {amount}");
}

fn total(out: &mut String, words: &str, amount: &str) {
    let room = " ".repeat((WIDTH + 1).saturating_sub(length(words) + length(amount) + 2));
    let _infallible = writeln!(out, "{room}{words}  {amount}");
}

fn wrapped(out: &mut String, words: &str, lead: &str) {
    let rest = " ".repeat(length(lead));
    for (index, line) in broken(words, WIDTH - 4).iter().enumerate() {
        let lead = if index == 0 { lead } else { &rest };
        let _infallible = writeln!(out, "{lead}{line}");
    }
}

/// Breaks words into lines.
fn broken(words: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split(' ') {
        match lines.last_mut() {
            Some(line) if length(line) + 1 + length(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn length(words: &str) -> usize {
    words.chars().count()
}

/// Says what became of a subject that cannot be compared.
pub(super) fn alone(printed: &Printed<'_>, id: &str, found: &Outcome) -> String {
    let [before, after] = printed.periods();
    match found {
        Outcome::New(amount) => {
            let amount = printed.amount(amount);
            match printed.language {
                Language::French => {
                    format!("{id} : nouveau en {after} ({amount}), absent du premier calcul.")
                }
                Language::English => format!("{id}: new in {after} ({amount}), not in the first run."),
            }
        }
        Outcome::Left(amount) => {
            let amount = printed.amount(amount);
            match printed.language {
                Language::French => format!("{id} : parti ; {amount} en {before}, absent du second calcul."),
                Language::English => format!("{id}: gone; {amount} in {before}, not in the second run."),
            }
        }
        Outcome::Refused { before: had, after: has, why_before, why_after } => {
            let parts = [(&before, had, why_before), (&after, has, why_after)];
            let parts =
                parts.map(|(period, amount, why)| part(printed, period, amount.as_ref(), why.as_ref()));
            let [one, other] = parts;
            match printed.language {
                Language::French => format!("{id} : sans comparaison. {one} {other}"),
                Language::English => format!("{id}: no comparison. {one} {other}"),
            }
        }
        Outcome::Compared(_) | Outcome::Unknown => String::new(),
    }
}

/// Says what one run made of a subject.
fn part(printed: &Printed<'_>, period: &str, amount: Option<&Rational>, why: Option<&Text>) -> String {
    let colon = printed.either(" :", ":");
    let said = match (amount, why) {
        (Some(amount), _) => printed.amount(amount),
        (None, Some(why)) => format!("{}, {}", printed.either("refusé", "refused"), printed.words(why)),
        (None, None) => printed.either("absent", "absent").to_owned(),
    };
    words::as_sentence(&format!("{period}{colon} {said}"))
}

/// Returns all subjects: the total by cause, then each of them.
pub(super) fn all(printed: &Printed<'_>, found: &[(&str, Outcome)]) -> String {
    let totals = Totals::of(found);
    let colon = printed.either(" :", ":");
    let mut out = format!("{}\n", printed.words(&printed.book.instrument.title));
    let (before, after) = (printed.amount(&totals.before), printed.amount(&totals.after));
    let _infallible = writeln!(
        out,
        "{}{colon} {} ({} {before} {} {after})",
        printed.span(),
        printed.signed(&totals.difference()),
        printed.either("de", "from"),
        printed.either("à", "to"),
    );
    let _infallible = writeln!(out, "{}\n", counts(printed, &totals));
    for (words, amount) in lines_of(printed, &totals) {
        line(&mut out, &words, &printed.signed(&amount));
    }
    total(&mut out, "total", &printed.signed(&totals.difference()));
    if totals.compared > 0 {
        let _infallible = write!(out, "\n{}", table(printed, found).render());
    }
    let others: Vec<String> = found
        .iter()
        .filter(|(_, outcome)| !matches!(outcome, Outcome::Compared(_) | Outcome::Unknown))
        .map(|(id, outcome)| alone(printed, id, outcome))
        .collect();
    if !others.is_empty() {
        out.push('\n');
        others.iter().for_each(|line| out.push_str(&format!("{line}\n")));
    }
    out
}

/// Returns one row for each subject that could be compared.
fn table(printed: &Printed<'_>, found: &[(&str, Outcome)]) -> Table {
    let mut table = Table::default();
    table.column(printed.words(printed.entity), false);
    for (fr, en) in [("avant", "before"), ("après", "after"), ("différence", "difference")] {
        table.column(printed.either(fr, en), true);
    }
    table.column(printed.either("cause principale", "main cause"), false);
    for (id, outcome) in found {
        let Outcome::Compared(of) = outcome else { continue };
        let [before, after] = [&of.before, &of.after].map(|amount| printed.amount(amount));
        let main = of.causes.first().map(|cause| main_cause(printed, cause)).unwrap_or_default();
        table.row(vec![(*id).to_owned(), before, after, printed.signed(&of.difference()), main]);
    }
    table
}

/// Names the cause that weighs most, with its amount.
pub(super) fn main_cause(printed: &Printed<'_>, cause: &Cause) -> String {
    let words = printed.words(&cause.title);
    let short: String = words.chars().take(WORDS_WIDTH).collect();
    let more = if short.len() < words.len() { "…" } else { "" };
    format!("{short}{more} ({})", printed.signed(&cause.amount))
}

/// Counts who gains and who loses.
pub(super) fn counts(printed: &Printed<'_>, totals: &Totals) -> String {
    let language = printed.language;
    let counted = |count, fr, en| words::counted(count, fr, en, language);
    let refused = ["refusé dans un des calculs", "refusés dans un des calculs"];
    let parts = [
        (totals.gain, ["gagne", "gagnent"], ["gains", "gain"]),
        (totals.lose, ["perd", "perdent"], ["loses", "lose"]),
        (totals.same, ["ne change pas", "ne changent pas"], ["is unchanged", "are unchanged"]),
        (totals.new.0, ["nouveau", "nouveaux"], ["is new", "are new"]),
        (totals.left.0, ["parti", "partis"], ["has gone", "have gone"]),
        (totals.refused.0, refused, ["refused in a run", "refused in a run"]),
    ];
    let parts = parts.into_iter().filter(|(count, _, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, fr, en)| counted(count, fr, en)).collect();
    if parts.is_empty() {
        return printed.either("Personne à comparer.", "Nobody to compare.").to_owned();
    }
    format!("{}.", parts.join(", "))
}

/// Returns the causes over all subjects, then what comes, goes and is refused.
pub(super) fn lines_of(printed: &Printed<'_>, totals: &Totals) -> Vec<(String, Rational)> {
    let causes = totals.causes.iter();
    let mut lines: Vec<(String, Rational)> =
        causes.map(|cause| (printed.words(&cause.title).to_owned(), cause.amount.clone())).collect();
    let others = [
        (&totals.new, "nouveaux sujets", "new subjects"),
        (&totals.left, "sujets partis", "subjects that left"),
        (&totals.refused, "sujets refusés dans un des calculs", "subjects refused in a run"),
    ];
    for ((count, amount), fr, en) in others {
        if *count > 0 {
            lines.push((format!("{} ({count})", printed.either(fr, en)), amount.clone()));
        }
    }
    lines
}
