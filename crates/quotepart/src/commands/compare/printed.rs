//! Amounts, signs and periods of a comparison as people read them.

use exact::{Rational, Unit};
use rulebook::compare::Comparer;
use rulebook::{Language, Period, Plan, Rulebook, Source, Text, Type, Value, show};

use crate::change_files;

/// How the amounts of a comparison are printed.
pub(crate) struct Printed<'a> {
    /// The rulebook whose words are used: the later one.
    pub(super) book: &'a Rulebook,
    /// The words of what has the amounts.
    pub(super) entity: &'a Text,
    /// The language of the words.
    pub(crate) language: Language,
    unit: Unit,
    percent: bool,
    periods: [Period; 2],
    /// The change files of each run.
    changes: [&'a [Source]; 2],
}

impl<'a> Printed<'a> {
    /// Returns how a comparison is printed.
    pub(crate) fn new(
        comparer: &'a Comparer<'_>,
        before: &Plan<'a>,
        after: &Plan<'a>,
        language: Language,
    ) -> Self {
        Self {
            book: after.book,
            entity: comparer.entity(),
            language,
            unit: comparer.unit().clone(),
            percent: comparer.percent(),
            periods: [before.period, after.period],
            changes: [&before.book.changes, &after.book.changes],
        }
    }

    /// Returns the same in another language.
    pub(crate) fn in_language(&self, language: Language) -> Self {
        Self { language, unit: self.unit.clone(), ..*self }
    }

    /// Prints an amount.
    pub(super) fn amount(&self, number: &Rational) -> String {
        let number = show::number(self.book, number, &self.unit, self.percent, self.language);
        number.replace('-', "−")
    }

    /// Prints what is added or taken away.
    pub(super) fn signed(&self, number: &Rational) -> String {
        let sign = if number.is_negative() { "−" } else { "+" };
        let digits = self.amount(&number.abs());
        match self.language {
            Language::French => format!("{sign}\u{a0}{digits}"),
            Language::English => format!("{sign}{digits}"),
        }
    }

    /// Prints an amount in plain digits, for files.
    pub(super) fn plain(&self, number: &Rational) -> String {
        show::for_file(self.book, &Type::Number(self.unit.clone()), &Value::Number(number.clone()))
    }

    /// Returns the unit in plain letters.
    pub(super) fn unit(&self) -> String {
        self.unit.to_string()
    }

    /// Returns both periods, the earlier run's first.
    pub(super) fn periods(&self) -> [String; 2] {
        self.periods.map(|period| self.period(period))
    }

    fn period(&self, period: Period) -> String {
        if period.days() >= 365 {
            return period.first.year().to_string();
        }
        let day = |day| show::date(day, self.language);
        format!("{}–{}", day(period.first), day(period.last))
    }

    /// Says from when to when: `De 2021 à 2022`, or that both runs are of one period.
    pub(super) fn span(&self) -> String {
        let [before, after] = self.periods();
        let [first, second] = self.changes.map(|changes| self.simulation(changes));
        match (self.language, before == after) {
            (Language::French, true) => format!("{after}, du premier calcul{first} au second{second}"),
            (Language::French, false) => format!("De {before}{first} à {after}{second}"),
            (Language::English, true) => {
                format!("{after}, from the first run{first} to the second{second}")
            }
            (Language::English, false) => format!("From {before}{first} to {after}{second}"),
        }
    }

    /// Says that a run rests on changes.
    fn simulation(&self, changes: &[Source]) -> String {
        if changes.is_empty() {
            return String::new();
        }
        let names: Vec<&str> = changes.iter().map(change_files::name).collect();
        format!(" ({} {})", self.either("simulation :", "simulation:"), names.join(", "))
    }

    /// Returns words in the language.
    pub(super) fn words<'w>(&self, words: &'w Text) -> &'w str {
        words.get(self.language)
    }

    /// Chooses between French and English.
    pub(super) fn either(&self, fr: &'static str, en: &'static str) -> &'static str {
        match self.language {
            Language::French => fr,
            Language::English => en,
        }
    }
}
