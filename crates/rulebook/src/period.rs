//! The civil period that contains a day.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::model::PeriodKind;

/// A period, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

impl Period {
    /// Returns the period of a kind that contains a day; none at the end of the calendar.
    pub fn containing(day: Date, kind: PeriodKind) -> Option<Self> {
        let (first_month, months) = match kind {
            PeriodKind::Year => (1, 12),
            PeriodKind::Quarter => ((day.month() - 1) / 3 * 3 + 1, 3),
            PeriodKind::Month => (day.month(), 1),
        };
        let first = Date::new(day.year(), first_month, 1).ok()?;
        let last = first.checked_add(months.months()).ok()?.checked_sub(1.day()).ok()?;
        Some(Self { first, last })
    }

    /// Returns the number of days, both ends included.
    pub fn days(&self) -> i64 {
        days_between(self.first, self.last) + 1
    }

    /// Returns the days from a day to the end, both included, over the days of the period: 1 before it, 0 after.
    pub fn fraction_from(&self, day: Date) -> (i64, i64) {
        let remaining = (days_between(day, self.last) + 1).clamp(0, self.days());
        (remaining, self.days())
    }
}

/// Returns the number of days from `a` to `b`, negative when `b` is before `a`.
pub fn days_between(a: Date, b: Date) -> i64 {
    // Days of two civil dates always fit: the calendar has fewer than ten million of them.
    a.until(b).map_or(0, |span| i64::from(span.get_days()))
}

/// Returns the number of days from 1970-01-01 to a date.
pub(crate) fn day_number(date: Date) -> i32 {
    i32::try_from(days_between(Date::constant(1970, 1, 1), date)).unwrap_or(0)
}

/// Returns the date of a [`day_number`].
pub(crate) fn date_of(day: i32) -> Date {
    Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(day))
}
