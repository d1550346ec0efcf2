//! Days as whole numbers from 1970-01-01 on, and months as whole numbers from year 0 on.

/// The first day after the epoch, as an offset that makes every year begin in March.
const MARCH_OF_YEAR_0: i64 = 719_468;

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
}

/// Returns the number of a day.
pub(crate) fn day(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - MARCH_OF_YEAR_0
}

/// Returns the calendar's names of a day.
pub(crate) fn civil(number: i64) -> Civil {
    let days = number + MARCH_OF_YEAR_0;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Civil { year, month, day: day_of_year - (153 * from_march + 2) / 5 + 1 }
}

/// Returns the number of a day's month.
pub(crate) fn month_of(number: i64) -> i64 {
    let civil = civil(number);
    civil.year * 12 + civil.month - 1
}

/// Returns the year of a day.
pub(crate) fn year_of(number: i64) -> i64 {
    civil(number).year
}

/// Returns the first day of a month.
pub(crate) fn first_of_month(month: i64) -> i64 {
    day(month.div_euclid(12), month.rem_euclid(12) + 1, 1)
}

/// Returns a month as `yyyymm`.
pub(crate) fn year_and_month(number: i64) -> i64 {
    let civil = civil(number);
    civil.year * 100 + civil.month
}

/// Returns whether a day is a Sunday; 1970-01-01 was a Thursday.
pub(crate) fn is_sunday(number: i64) -> bool {
    (number + 4).rem_euclid(7) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_there_and_back() {
        assert_eq!(day(1970, 1, 1), 0);
        assert_eq!(day(2000, 3, 1), 11_017);
        for number in -60_000..40_000 {
            let civil = civil(number);
            assert_eq!(day(civil.year, civil.month, civil.day), number);
            assert_eq!(super::civil(number + 1).day == 1, month_of(number + 1) != month_of(number));
        }
        assert_eq!(civil(day(2020, 2, 29)), Civil { year: 2020, month: 2, day: 29 });
        assert!(is_sunday(day(2026, 11, 22)));
        assert_eq!(first_of_month(month_of(day(2020, 2, 29))), day(2020, 2, 1));
    }
}
