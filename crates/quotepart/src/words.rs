//! Small pieces of sentences, in both languages.

use exact::{Decimals, Rational, print_number};
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

/// Prints an amount in cents with its currency: 1 234,50 € in French, €1,234.50 in English.
pub(crate) fn money(cents: i128, currency: &str, language: Language) -> String {
    let hundredth = Rational::ratio(1, 100).unwrap_or(Rational::ZERO);
    let amount = &Rational::from(cents) * &hundredth;
    let digits = print_number(&amount, language.number_style(), Decimals::Exactly(2));
    match (language, currency) {
        (Language::English, "EUR") => match digits.strip_prefix('-') {
            Some(digits) => format!("-€{digits}"),
            None => format!("€{digits}"),
        },
        (Language::French, "EUR") => format!("{digits}\u{a0}€"),
        (_, other) => format!("{digits}\u{a0}{other}"),
    }
}

/// Returns the first digits of the identity of a run or of a hash, enough to find it.
pub(crate) fn short(identity: &str) -> &str {
    identity.get(..12).unwrap_or(identity)
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
