use super::{NumberError, NumberStyle, parse_neutral, parse_number};
use crate::Rational;

/// Prints the number as `n/d`, or the error.
fn shown(result: Result<Rational, NumberError>) -> String {
    match result {
        Ok(number) => format!("{}/{}", number.numerator(), number.denominator()),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn check_neutral(text: &str, expected: &str) {
    assert_eq!(shown(parse_neutral(text)), expected, "{text}");
}

#[track_caller]
fn check_french(text: &str, expected: &str) {
    let found = shown(parse_number(text, NumberStyle::French));
    assert_eq!(found, expected, "{text}");
}

#[track_caller]
fn check_english(text: &str, expected: &str) {
    let found = shown(parse_number(text, NumberStyle::English));
    assert_eq!(found, expected, "{text}");
}

#[test]
fn reads_the_neutral_notation() {
    check_neutral("7", "7/1");
    check_neutral(" +7 ", "7/1");
    check_neutral("-0.05", "-1/20");
    check_neutral("-0", "0/1");
    check_neutral("007", "7/1");
    check_neutral("5 %", "1/20");
    check_neutral("5%", "1/20");
    check_neutral("5\u{a0}%", "1/20");
    check_neutral("0.5e1 %", "1/20");
    check_neutral("2/3", "2/3");
    check_neutral("-2 / 3", "-2/3");
    check_neutral("1700/4000", "17/40");
    check_neutral("1e5", "100000/1");
    check_neutral("1E+2", "100/1");
    check_neutral("1.5e-3", "3/2000");
    check_neutral("0.", "0/1");
    check_neutral("5.", "5/1");
    check_neutral("-.5", "-1/2");
    check_neutral("1_700.000_1", "17000001/10000");
    check_neutral("9223372036854775807", "9223372036854775807/1");
    check_neutral("-9223372036854775808", "-9223372036854775808/1");
    check_neutral("184467440737095516150.5", "368934881474191032301/2");
}

#[test]
fn neutral_errors_say_what_and_where() {
    check_neutral("", "a number is expected and there is nothing");
    check_neutral("  ", "a number is expected and there is nothing");
    check_neutral("-", "a digit is missing at the end");
    check_neutral("1e", "a digit is missing at the end");
    check_neutral("2/", "a digit is missing at the end");
    check_neutral(".", "`.` has no place in a number at character 1");
    check_neutral("+-5", "`-` has no place in a number at character 2");
    check_neutral("1 234", "`2` has no place in a number at character 3");
    check_neutral("1__0", "`_` has no place in a number at character 2");
    check_neutral("_1", "`_` has no place in a number at character 1");
    check_neutral("1_", "`_` has no place in a number at character 2");
    check_neutral("12 EUR", "`E` has no place in a number at character 4");
    check_neutral("NaN", "`N` has no place in a number at character 1");
    check_neutral("1/2/3", "`/` has no place in a number at character 4");
    check_neutral("2/-3", "`-` has no place in a number at character 3");
    check_neutral("1.5/2", "`/` has no place in a number at character 4");
    check_neutral("2/3 %", "` ` has no place in a number at character 4");
    check_neutral("5 % %", "` ` has no place in a number at character 4");
    check_neutral("\u{2212}5", "`\u{2212}` has no place in a number at character 1");
    check_neutral("٣", "`٣` has no place in a number at character 1");
    check_neutral("0,5", "`,` at character 2 is not the decimal mark here: write `.`");
    check_neutral("1/0", "a fraction is over zero");
    check_neutral("0/00", "a fraction is over zero");
}

#[test]
fn sizes_are_bounded() {
    let digits = "9".repeat(400);
    assert_eq!(shown(parse_neutral(&digits)), format!("{digits}/1"));
    check_neutral(&"9".repeat(401), "a number has more than 400 characters");
    check_neutral("1e300", &format!("1{}/1", "0".repeat(300)));
    check_neutral("1e-300", &format!("1/1{}", "0".repeat(300)));
    check_neutral("1e301", "a power of ten is beyond 300");
    check_neutral("1e-301", "a power of ten is beyond 300");
    check_neutral("1e99999999999999999999", "a power of ten is beyond 300");
    check_neutral("1e0000000000000000000005", "100000/1");
}

#[test]
fn reads_french() {
    for space in [" ", "\u{a0}", "\u{202f}", "\u{2009}", "'", "\u{2019}", "."] {
        check_french(&format!("1{space}234{space}567,5"), "2469135/2");
    }
    check_french("1.234.567", "1234567/1");
    check_french("0,5", "1/2");
    check_french("\u{2212}0,5", "-1/2");
    check_french("2,5 %", "1/40");
    check_french("2,5\u{202f}%", "1/40");
    check_french("1 234 %", "617/50");
    check_french("2/3", "2/3");
    check_french("1,5e3", "1500/1");
    check_french("12345,678", "6172839/500");
    check_french("0,123", "123/1000");
}

#[test]
fn french_errors() {
    let point = "`.` at character 2 is not the decimal mark here: write `,`";
    check_french("0.5", point);
    check_french("1.234", point);
    check_french("1.5e3", point);
    check_french("1,234.56", "`.` at character 6 is not the decimal mark here: write `,`");
    check_french("12.34,5", "`.` at character 3 does not separate groups of three digits");
    check_french("1.2.3", "`.` at character 2 does not separate groups of three digits");
    check_french("1 234.567,8", "`.` at character 6 does not separate groups of three digits");
    check_french("1234 567", "` ` at character 5 does not separate groups of three digits");
    check_french("0 123", "` ` at character 2 does not separate groups of three digits");
    check_french("1,234,567", "`,` has no place in a number at character 6");
    check_french("1_000", "`_` has no place in a number at character 2");
    check_french("1 234e3", "`e` has no place in a number at character 6");
    check_french("1  234", "`2` has no place in a number at character 4");
    check_french("12,5 €", "`€` has no place in a number at character 6");
}

#[test]
fn reads_english() {
    check_english("1,234,567.5", "2469135/2");
    check_english("1 234.5", "2469/2");
    check_english("1'234.5", "2469/2");
    check_english("1,234", "1234/1");
    check_english("1.234", "617/500");
    check_english("-1,234.50 %", "-2469/200");
    check_english("1.5e-3", "3/2000");
}

#[test]
fn english_errors() {
    check_english("0,5", "`,` at character 2 does not separate groups of three digits");
    check_english("0,123", "`,` at character 2 does not separate groups of three digits");
    check_english("1,2345", "`,` at character 2 does not separate groups of three digits");
    check_english("12,", "`,` at character 3 is not the decimal mark here: write `.`");
    check_english("1.234,5", "`,` at character 6 is not the decimal mark here: write `.`");
    check_english("1.234.567", "`.` has no place in a number at character 6");
}
