//! Small pieces of sentences, in both languages.

use rulebook::{Language, Plan};

/// Returns a number with its noun; the plural begins at 2 in French, and is everything but 1 in English.
pub(crate) fn counted(count: usize, fr: [&str; 2], en: [&str; 2], language: Language) -> String {
    let ([one, many], is_many) = match language {
        Language::French => (fr, count >= 2),
        Language::English => (en, count != 1),
    };
    format!("{count} {}", if is_many { many } else { one })
}

/// Returns a fragment with a capital and a final point.
pub(crate) fn as_sentence(fragment: &str) -> String {
    let mut letters = fragment.chars();
    let mut sentence: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    sentence.push_str(letters.as_str());
    if !sentence.ends_with(['.', '!', '?', '…']) {
        sentence.push('.');
    }
    sentence
}

/// Returns the period of a plan.
pub(crate) fn period(plan: &Plan<'_>, language: Language) -> String {
    let day = |date| rulebook::show::date(date, language);
    let (first, last) = (day(plan.period.first), day(plan.period.last));
    match language {
        Language::French => format!("du {first} au {last}"),
        Language::English => format!("{first} to {last}"),
    }
}
