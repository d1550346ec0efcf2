//! What the binary learns from where it runs. Nothing else reads the environment or the clock.

use std::io::IsTerminal as _;
use std::time::Instant;

use jiff::civil::Date;
use rulebook::Language;

/// Returns the language of the user's locale: English when it begins with "en", else French.
pub(crate) fn language() -> Language {
    language_of(["LC_ALL", "LC_MESSAGES", "LANG"].map(variable))
}

/// Returns the language of the first locale that is set.
fn language_of(locales: impl IntoIterator<Item = String>) -> Language {
    let locale = locales.into_iter().find(|locale| !locale.is_empty()).unwrap_or_default();
    if locale.to_lowercase().starts_with("en") { Language::English } else { Language::French }
}

/// Returns whether messages may be coloured; they are understood without.
pub(crate) fn colours() -> bool {
    std::io::stderr().is_terminal() && variable("NO_COLOR").is_empty() && variable("TERM") != "dumb"
}

/// Returns whether somebody watches standard error.
pub(crate) fn watched() -> bool {
    std::io::stderr().is_terminal()
}

#[expect(clippy::disallowed_methods, reason = "the binary is where the environment is read")]
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// Returns the current moment, to measure how long something takes.
#[expect(
    clippy::disallowed_methods,
    reason = "the binary is where the clock is read; no result depends on it"
)]
pub(crate) fn moment() -> Instant {
    Instant::now()
}

/// Returns how many threads may work at once; no result depends on it.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Returns the day of the calendar, where the user is.
#[expect(
    clippy::disallowed_methods,
    reason = "the binary is where the clock is read; a ledger dates what it is told"
)]
pub(crate) fn today() -> Date {
    jiff::Zoned::now().date()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(locales: [&str; 3], expected: Language) {
        assert_eq!(language_of(locales.map(str::to_owned)), expected);
    }

    #[test]
    fn the_first_locale_that_is_set_decides() {
        check(["", "", ""], Language::French);
        check(["", "", "en_GB.UTF-8"], Language::English);
        check(["fr_FR.UTF-8", "", "en_GB.UTF-8"], Language::French);
        check(["", "en_US", "fr_FR"], Language::English);
        check(["C", "", "en_US"], Language::French);
    }
}
