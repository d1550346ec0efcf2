//! Days and periods in words.

use rulebook::Language;

const MONTHS_FR: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A calendar day, from its ISO text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Day {
    year: u32,
    month: u32,
    number: u32,
}

impl Day {
    fn parse(iso: &str) -> Option<Self> {
        let mut pieces = iso.splitn(3, '-').map(|piece| piece.parse::<u32>().ok());
        let day = Self { year: pieces.next()??, month: pieces.next()??, number: pieces.next()?? };
        month_name(day.month, Language::English).map(|_| day)
    }

    fn is_last_of_month(self) -> bool {
        let leap =
            self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        let last = match self.month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 31,
        };
        self.number == last
    }
}

/// Writes an ISO day in words; a text that is no day is left as it is.
pub(crate) fn day(iso: &str, language: Language) -> String {
    let words = Day::parse(iso).and_then(|day| {
        let month = month_name(day.month, language)?;
        let first = if language == Language::French && day.number == 1 { "er" } else { "" };
        Some(format!("{}{first}\u{a0}{month} {}", day.number, day.year))
    });
    words.unwrap_or_else(|| iso.to_owned())
}

/// Writes a period in words: a year, a quarter or a month by its name, anything else by its two days.
pub(crate) fn period(first: &str, last: &str, language: Language) -> String {
    let name =
        Day::parse(first).zip(Day::parse(last)).and_then(|(first, last)| whole_period(first, last, language));
    name.unwrap_or_else(|| {
        let (first, last) = (day(first, language), day(last, language));
        match language {
            Language::French => format!("du {first} au {last}"),
            Language::English => format!("{first} to {last}"),
        }
    })
}

fn whole_period(first: Day, last: Day, language: Language) -> Option<String> {
    if first.year != last.year || first.number != 1 || !last.is_last_of_month() {
        return None;
    }
    let year = first.year;
    match (first.month, last.month, language) {
        (1, 12, Language::French) => Some(format!("année {year}")),
        (1, 12, Language::English) => Some(format!("year {year}")),
        (from, to, _) if from == to => Some(format!("{} {year}", month_name(from, language)?)),
        (from, to, _) if from % 3 == 1 && to == from + 2 => {
            let quarter = to / 3;
            Some(match language {
                Language::French if quarter == 1 => format!("1er\u{a0}trimestre {year}"),
                Language::French => format!("{quarter}e\u{a0}trimestre {year}"),
                Language::English => format!("quarter {quarter} of {year}"),
            })
        }
        _ => None,
    }
}

fn month_name(month: u32, language: Language) -> Option<&'static str> {
    let index = usize::try_from(month.checked_sub(1)?).ok()?;
    match language {
        Language::French => MONTHS_FR.get(index).copied(),
        Language::English => MONTHS_EN.get(index).copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(first: &str, last: &str, fr: &str, en: &str) {
        assert_eq!(period(first, last, Language::French).replace('\u{a0}', " "), fr);
        assert_eq!(period(first, last, Language::English).replace('\u{a0}', " "), en);
    }

    #[test]
    fn periods_have_names() {
        check("2024-01-01", "2024-12-31", "année 2024", "year 2024");
        check("2024-02-01", "2024-02-29", "février 2024", "February 2024");
        check("2023-01-01", "2023-03-31", "1er trimestre 2023", "quarter 1 of 2023");
        check("2023-10-01", "2023-12-31", "4e trimestre 2023", "quarter 4 of 2023");
        check(
            "2023-02-01",
            "2023-04-30",
            "du 1er février 2023 au 30 avril 2023",
            "1 February 2023 to 30 April 2023",
        );
        check(
            "2023-02-01",
            "2023-02-27",
            "du 1er février 2023 au 27 février 2023",
            "1 February 2023 to 27 February 2023",
        );
        check("soon", "2023-13-01", "du soon au 2023-13-01", "soon to 2023-13-01");
    }
}
