//! Reading and printing undo each other, and reading never panics.

use exact::{
    Decimals, NumberDetector, NumberShape, NumberStyle, Rational, classify, parse_number, parse_plain,
    print_number,
};
use proptest::prelude::*;

use crate::{config, edgy_i64, edgy_rational};

const STYLES: [NumberStyle; 2] = [NumberStyle::French, NumberStyle::English];

/// Generates numbers that end within a given number of decimals.
fn decimal() -> impl Strategy<Value = (Rational, u32)> {
    (edgy_i64(), 0_u32..19).prop_map(|(num, decimals)| {
        let number = Rational::ratio(num, 10_i64.pow(decimals)).unwrap();
        (number, decimals)
    })
}

/// Generates texts made of the characters of numbers.
fn number_like() -> impl Strategy<Value = String> {
    "[-+\u{2212}]?[0-9., '\u{a0}\u{202f}/%eE_]{0,14}"
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn what_is_printed_reads_back((number, decimals) in decimal()) {
        for style in STYLES {
            for wanted in [Decimals::UpTo(decimals), Decimals::Exactly(decimals), Decimals::UpTo(30)] {
                let text = print_number(&number, style, wanted);
                prop_assert_eq!(parse_number(&text, style), Ok(number.clone()), "{}", text);
            }
        }
        let (text, exact) = number.to_decimal(decimals);
        prop_assert!(exact);
        prop_assert_eq!(Rational::parse(&text), Ok(number));
    }

    #[test]
    fn what_is_not_exact_is_within_half_a_step(number in edgy_rational(), decimals in 0_u32..12) {
        let half = Rational::parse(&format!("0.5e-{decimals}")).unwrap();
        for style in STYLES {
            let text = print_number(&number, style, Decimals::UpTo(decimals));
            let back = parse_number(&text, style).unwrap();
            prop_assert!((back - &number).abs() <= half);
        }
        let (text, exact) = number.to_decimal(decimals);
        let back = Rational::parse(&text).unwrap();
        prop_assert_eq!(exact, back == number);
    }

    #[test]
    fn any_text_has_a_shape(text in "\\PC{0,20}") {
        let _ = Rational::parse(&text);
        classify(&text);
    }

    #[test]
    fn shapes_say_what_reads(text in number_like()) {
        let french = parse_number(&text, NumberStyle::French);
        let english = parse_number(&text, NumberStyle::English);
        match classify(&text) {
            NumberShape::Neutral => prop_assert!(french.is_ok() && french == english),
            NumberShape::FrenchOnly => prop_assert!(french.is_ok() && english.is_err()),
            NumberShape::EnglishOnly => prop_assert!(french.is_err() && english.is_ok()),
            NumberShape::Ambiguous => prop_assert!(french.is_ok() && english.is_ok() && french != english),
            NumberShape::NotANumber => prop_assert!(french.is_err() && english.is_err()),
        }
    }

    #[test]
    fn the_quick_way_reads_what_the_long_way_reads(text in prop_oneof![number_like(), "-?[0-9]{1,20}([.,][0-9]{0,20})?"]) {
        for style in STYLES {
            if let Some((above, below)) = parse_plain(&text, style) {
                prop_assert_eq!(parse_number(&text, style), Ok(Rational::ratio(above, below).unwrap()));
            }
        }
        let mut detector = NumberDetector::new();
        detector.feed("0.5", 0);
        prop_assert_eq!(detector.feed(&text, 1), classify(&text));
    }

    #[test]
    fn neutral_notation_without_underscores_is_english(text in number_like()) {
        if !text.contains('_') && let Ok(number) = Rational::parse(&text) {
            prop_assert_eq!(parse_number(&text, NumberStyle::English), Ok(number));
        }
    }

    #[test]
    fn a_file_in_one_style_is_found_out_or_doubtful(
        numbers in prop::collection::vec(decimal(), 1..8),
        french in any::<bool>(),
    ) {
        let style = if french { NumberStyle::French } else { NumberStyle::English };
        let mut detector = NumberDetector::new();
        let mut texts = Vec::new();
        for ((number, decimals), line) in numbers.iter().zip(1_usize..) {
            let text = print_number(number, style, Decimals::UpTo(*decimals));
            detector.feed(&text, line);
            texts.push((text, number));
        }
        // A wrong guess would pay a thousand times too much: refusing is fine.
        if let Ok(found) = detector.decide() {
            for (text, number) in texts {
                prop_assert_eq!(&parse_number(&text, found), &Ok(number.clone()));
            }
        }
    }
}
