//! Which of several dated versions holds on a day.

use jiff::civil::Date;

use crate::model::Validity;

/// Returns the version in force on a day, as known on another: the one that begins later wins, then the one published later.
pub(crate) fn in_force<T>(
    versions: &[T],
    validity: impl Fn(&T) -> Validity,
    day: Date,
    known_at: Option<Date>,
) -> Option<&T> {
    versions
        .iter()
        .filter(|version| {
            let dates = validity(version);
            dates.contains(day) && dates.known_at(known_at)
        })
        .max_by_key(|version| {
            let dates = validity(version);
            (dates.from, dates.published)
        })
}
