//! Finding out how a file writes its numbers.

use std::fmt;

use super::read::{NumberStyle, parse_number, parse_plain};

/// Says what a cell of a file tells about the style of its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NumberShape {
    /// Both styles read the same number: `12`, `1 234`, `5 %`, `2/3`.
    Neutral,
    /// Only the French style reads it: `0,5`, `1 234,56`, `1.234.567`.
    FrenchOnly,
    /// Only the English style reads it: `0.5`, `1,234.56`, `1.234`.
    EnglishOnly,
    /// Both styles read it and disagree: `1,234`.
    Ambiguous,
    /// Neither style reads it.
    NotANumber,
}

/// Classifies the text of a cell.
///
/// By definition, not by patterns: the shape is what [`parse_number`] does
/// with the text in each style.
pub fn classify(text: &str) -> NumberShape {
    let french = parse_number(text, NumberStyle::French);
    let english = parse_number(text, NumberStyle::English);
    match (french, english) {
        (Ok(french), Ok(english)) if french == english => NumberShape::Neutral,
        (Ok(_), Ok(_)) => NumberShape::Ambiguous,
        (Ok(_), Err(_)) => NumberShape::FrenchOnly,
        (Err(_), Ok(_)) => NumberShape::EnglishOnly,
        (Err(_), Err(_)) => NumberShape::NotANumber,
    }
}

/// Holds a cell that shows something, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example<P> {
    /// The text of the cell.
    pub text: String,
    /// Where it is, in the caller's terms.
    pub position: P,
}

/// Collects evidence about the style of a file, cell by cell.
#[derive(Clone, Debug)]
pub struct NumberDetector<P = usize> {
    french: Option<Example<P>>,
    english: Option<Example<P>>,
    ambiguous: Option<Example<P>>,
    not_a_number: Option<Example<P>>,
}

/// Says why the style of a file cannot be known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecided<P: fmt::Display> {
    /// Some cells are French and others English.
    #[error(
        "numbers are written in two ways: `{}` ({}) has a decimal comma and `{}` ({}) a decimal point",
        french.text, french.position, english.text, english.position
    )]
    Mixed {
        /// The first cell that only the French style reads.
        french: Example<P>,
        /// The first cell that only the English style reads.
        english: Example<P>,
    },
    /// A cell reads differently in each style and no other cell tells which.
    #[error(
        "`{}` ({}) can be read with a decimal comma or with thousands, and nothing else tells which",
        example.text, example.position
    )]
    Ambiguous {
        /// The first such cell.
        example: Example<P>,
    },
}

impl<P> Default for NumberDetector<P> {
    fn default() -> Self {
        NumberDetector { french: None, english: None, ambiguous: None, not_a_number: None }
    }
}

impl<P> NumberDetector<P> {
    /// Starts without evidence.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a cell that should hold a number, and returns its shape.
    pub fn feed(&mut self, text: &str, position: P) -> NumberShape {
        // Most cells are plain digits, and those tell nothing.
        if !text.is_empty() && text.len() < 19 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return NumberShape::Neutral;
        }
        // Nor does a second `0.5` tell more than the first one did.
        if self.english.is_some() && text.contains('.') && parse_plain(text, NumberStyle::English).is_some() {
            return NumberShape::EnglishOnly;
        }
        let shape = classify(text);
        let slot = match shape {
            NumberShape::Neutral => return shape,
            NumberShape::FrenchOnly => &mut self.french,
            NumberShape::EnglishOnly => &mut self.english,
            NumberShape::Ambiguous => &mut self.ambiguous,
            NumberShape::NotANumber => &mut self.not_a_number,
        };
        slot.get_or_insert_with(|| Example { text: text.to_owned(), position });
        shape
    }

    /// Returns the first cell of a shape; none is kept for neutral ones.
    pub fn example(&self, shape: NumberShape) -> Option<&Example<P>> {
        match shape {
            NumberShape::Neutral => None,
            NumberShape::FrenchOnly => self.french.as_ref(),
            NumberShape::EnglishOnly => self.english.as_ref(),
            NumberShape::Ambiguous => self.ambiguous.as_ref(),
            NumberShape::NotANumber => self.not_a_number.as_ref(),
        }
    }
}

impl<P: Clone + fmt::Display> NumberDetector<P> {
    /// Decides the style of the file, or says why it cannot.
    ///
    /// Without any evidence and without any doubt the style is English, which
    /// reads neutral numbers as French does. Cells that are no number count
    /// for nothing here: reading them gives the error that says where.
    pub fn decide(&self) -> Result<NumberStyle, Undecided<P>> {
        match (&self.french, &self.english, &self.ambiguous) {
            (Some(french), Some(english), _) => {
                Err(Undecided::Mixed { french: french.clone(), english: english.clone() })
            }
            (Some(_), None, _) => Ok(NumberStyle::French),
            (None, Some(_), _) | (None, None, None) => Ok(NumberStyle::English),
            (None, None, Some(example)) => Err(Undecided::Ambiguous { example: example.clone() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NumberDetector, NumberShape, classify};

    #[track_caller]
    fn check(shape: NumberShape, texts: &[&str]) {
        for text in texts {
            assert_eq!(classify(text), shape, "{text}");
        }
    }

    #[test]
    fn classifies_by_what_reads() {
        check(
            NumberShape::Neutral,
            &["0", "12", "-12", "1 234", "1\u{202f}234", "1'234", "5 %", "2/3", "1e5", "007"],
        );
        check(
            NumberShape::FrenchOnly,
            &[
                "0,5",
                "1 234,56",
                "1.234.567",
                "1.234,56",
                "0,123",
                "1234,567",
                "12 345,678",
                "0,000",
                "1,234e3",
                "2,5 %",
            ],
        );
        check(
            NumberShape::EnglishOnly,
            &["0.5", "1,234.56", "1,234,567", "1.234", "1 234.5", "1.5e-3", "2.5%"],
        );
        check(NumberShape::Ambiguous, &["1,234", "-12,345", "1,234 %", "123,456"]);
        check(
            NumberShape::NotANumber,
            &["", " ", "abc", "1,234,56", "1.2.3", "NA", "1 23", "01/02/2025", "1,2,3", "-"],
        );
    }

    /// Checks what is decided over cells numbered from one.
    #[track_caller]
    fn check_file(cells: &[&str], expected: &str) {
        let mut detector = NumberDetector::new();
        for (cell, line) in cells.iter().zip(1_usize..) {
            detector.feed(cell, line);
        }
        let found = match detector.decide() {
            Ok(style) => format!("{style:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn decides_by_evidence() {
        check_file(&[], "English");
        check_file(&["1", "1 234", "5 %"], "English");
        check_file(&["1", "0,5"], "French");
        check_file(&["1,234", "0,5"], "French");
        check_file(&["1,234", "0.5"], "English");
        check_file(&["NA", "0,5"], "French");
        check_file(
            &["1", "0,5", "2", "0.25", "0,7"],
            "numbers are written in two ways: `0,5` (2) has a decimal comma and `0.25` (4) a decimal point",
        );
        check_file(
            &["1", "1,234", "5,678"],
            "`1,234` (2) can be read with a decimal comma or with thousands, and nothing else tells which",
        );
    }

    #[test]
    fn keeps_the_first_example() {
        let mut detector = NumberDetector::new();
        detector.feed("NA", "B2");
        detector.feed("?", "B3");
        let example = detector.example(NumberShape::NotANumber).unwrap();
        assert_eq!((example.text.as_str(), example.position), ("NA", "B2"));
        assert_eq!(detector.example(NumberShape::Ambiguous), None);
    }
}
