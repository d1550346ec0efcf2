//! What mappings may call beside SQL: `cents`, `whole` and `day` read a cell exactly, or give nothing; `fingerprint` makes one
//! number of several cells, the same for the same cells, and seldom the same for others.
//!
//! They take what a source may hold: text, whole numbers, decimals, floats (read as the shortest text that names them, so
//! that 12.3 is 1230 cents and nothing is computed in floats), days and time stamps.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray as _, Date32Array, Int64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Int64Type};
use datafusion::common::Result;
use datafusion::common::hash_utils::{RandomState, create_hashes};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use jiff::civil::Date;

/// Returns every function of ours.
pub(crate) fn all() -> [ScalarUDF; 4] {
    let scaled =
        |name, scale| ScalarUDF::from(Reading { name, kind: Kind::Scaled(scale), signature: signature() });
    [
        scaled("cents", 2),
        scaled("whole", 0),
        ScalarUDF::from(Reading { name: "day", kind: Kind::Day, signature: signature() }),
        ScalarUDF::from(Fingerprint { signature: Signature::variadic_any(Volatility::Immutable) }),
    ]
}

fn signature() -> Signature {
    Signature::any(1, Volatility::Immutable)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    /// A decimal number times a power of ten, when that is whole.
    Scaled(usize),
    Day,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Reading {
    name: &'static str,
    kind: Kind,
    signature: Signature,
}

impl ScalarUDFImpl for Reading {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _types: &[DataType]) -> Result<DataType> {
        Ok(match self.kind {
            Kind::Scaled(_) => DataType::Int64,
            Kind::Day => DataType::Date32,
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let Some(cells) = arrays.first() else {
            return datafusion::common::exec_err!("{} takes one argument", self.name);
        };
        Ok(ColumnarValue::Array(match self.kind {
            Kind::Scaled(scale) => scaled_cells(cells, scale)?,
            Kind::Day => day_cells(cells)?,
        }))
    }
}

/// Finds rows that may be the same far faster than a comparison of all their cells: what it finds is then compared in full.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Fingerprint {
    signature: Signature,
}

impl ScalarUDFImpl for Fingerprint {
    fn name(&self) -> &'static str {
        "fingerprint"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let cells = ColumnarValue::values_to_arrays(&args.args)?;
        let mut numbers = vec![0; cells.first().map_or(args.number_rows, Array::len)];
        // The seed is fixed: a session may compute a number more than once.
        create_hashes(&cells, &RandomState::with_seed(0), &mut numbers)?;
        let numbers = numbers.into_iter().map(u64::cast_signed);
        Ok(ColumnarValue::Array(Arc::new(numbers.collect::<Int64Array>())))
    }
}

fn scaled_cells(cells: &ArrayRef, scale: usize) -> Result<ArrayRef> {
    // Columns of numbers are large, and texts are slow: what is whole already, or needs zeros only, goes without them.
    let power = u32::try_from(scale).ok().and_then(|scale| 10_i64.checked_pow(scale)).unwrap_or(1);
    match cells.data_type() {
        DataType::Int64 if scale == 0 => return Ok(Arc::clone(cells)),
        DataType::Int64 => {
            let numbers = cells.as_primitive::<Int64Type>().iter();
            let values = numbers.map(|number| number.and_then(|number| number.checked_mul(power)));
            return Ok(Arc::new(values.collect::<Int64Array>()));
        }
        DataType::Decimal128(_, digits) if usize::try_from(*digits).is_ok_and(|digits| digits == scale) => {
            let numbers = cells.as_primitive::<Decimal128Type>().iter();
            let values = numbers.map(|number| number.and_then(|number| i64::try_from(number).ok()));
            return Ok(Arc::new(values.collect::<Int64Array>()));
        }
        _ => {}
    }
    let text = cast(cells, &DataType::Utf8)?;
    let values = text.as_string::<i32>().iter().map(|cell| cell.and_then(|cell| scaled(cell, scale)));
    Ok(Arc::new(values.collect::<Int64Array>()))
}

fn day_cells(cells: &ArrayRef) -> Result<ArrayRef> {
    match cells.data_type() {
        DataType::Date32 => Ok(Arc::clone(cells)),
        DataType::Date64 | DataType::Timestamp(..) => Ok(cast(cells, &DataType::Date32)?),
        _ => {
            let text = cast(cells, &DataType::Utf8)?;
            let days = text.as_string::<i32>().iter().map(|cell| cell.and_then(day));
            Ok(Arc::new(days.map(|day| day.map(days_since_1970)).collect::<Date32Array>()))
        }
    }
}

/// Returns the number of days since the first of January 1970, which is how the engine keeps a day.
pub(crate) fn days_since_1970(day: Date) -> i32 {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.until(day).map_or(0, |span| span.get_days())
}

/// Reads a decimal number times a power of ten; nothing when that is not whole, or too large.
pub(crate) fn scaled(text: &str, scale: usize) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    if whole.is_empty() && fraction.is_empty() || fraction.len() > scale {
        return None;
    }
    let mut value: i64 = 0;
    let padding = std::iter::repeat_n(b'0', scale - fraction.len());
    for digit in whole.bytes().chain(fraction.bytes()).chain(padding) {
        if !digit.is_ascii_digit() {
            return None;
        }
        let digit = i64::from(digit - b'0');
        let signed = if negative { -digit } else { digit };
        value = value.checked_mul(10)?.checked_add(signed)?;
    }
    Some(value)
}

/// Reads a day: 2019-03-31, 20190331, 31Mar2019, each with or without a time after it.
pub(crate) fn day(text: &str) -> Option<Date> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let text = text.trim();
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i16>().ok();
    let small = |range: std::ops::Range<usize>| text.get(range)?.parse::<i8>().ok();
    let after = |at: usize| text.as_bytes().get(at).is_none_or(|next| matches!(next, b' ' | b'T' | b':'));
    let bytes = text.as_bytes();
    if bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-') && after(10) {
        return Date::new(number(0..4)?, small(5..7)?, small(8..10)?).ok();
    }
    if bytes.len() == 8 && bytes.iter().all(u8::is_ascii_digit) {
        return Date::new(number(0..4)?, small(4..6)?, small(6..8)?).ok();
    }
    if after(9) {
        let name = text.get(2..5)?.to_ascii_lowercase();
        let month = MONTHS.iter().position(|known| *known == name)?;
        return Date::new(number(5..9)?, i8::try_from(month + 1).ok()?, small(0..2)?).ok();
    }
    None
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::StringArray;

    use super::*;

    #[test]
    fn amounts_are_read_to_the_cent_or_not_at_all() {
        let check = |text: &str, expected: Option<i64>| assert_eq!(scaled(text, 2), expected, "{text}");
        check("12.3", Some(1230));
        check("-0.01", Some(-1));
        check(" 700.00 ", Some(70_000));
        check("5", Some(500));
        check("1.500", Some(150));
        check("1.005", None);
        check("", None);
        check(".", None);
        check("1e3", None);
        check("92233720368547758.07", Some(i64::MAX));
        check("-92233720368547758.08", Some(i64::MIN));
        check("92233720368547758.08", None);
    }

    #[test]
    fn the_same_cells_have_the_same_fingerprint_and_others_another() {
        let invoke = |cells: Vec<ArrayRef>| {
            let rows = cells[0].len();
            let fields =
                |kind: &DataType| Arc::new(datafusion::arrow::datatypes::Field::new("c", kind.clone(), true));
            let args = ScalarFunctionArgs {
                arg_fields: cells.iter().map(|cells| fields(cells.data_type())).collect(),
                args: cells.into_iter().map(ColumnarValue::Array).collect(),
                number_rows: rows,
                return_field: fields(&DataType::Int64),
                config_options: Arc::default(),
            };
            let found = Fingerprint { signature: Signature::variadic_any(Volatility::Immutable) };
            let ColumnarValue::Array(found) = found.invoke_with_args(args).expect("numbers") else {
                panic!("a column");
            };
            found.as_primitive::<Int64Type>().values().to_vec()
        };
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), Some(2), Some(1), None, None]));
        let texts: ArrayRef =
            Arc::new(StringArray::from(vec![Some("a"), Some("a"), Some("a"), Some("a"), None]));
        let found = invoke(vec![Arc::clone(&numbers), Arc::clone(&texts)]);
        assert_eq!(found[0], found[2]);
        for (one, other) in [(0, 1), (0, 3), (3, 4)] {
            assert_ne!(found[one], found[other], "{one} {other}");
        }
        assert_eq!(found, invoke(vec![numbers, texts]));
    }

    #[test]
    fn columns_of_numbers_are_read_like_their_texts() {
        let texts = StringArray::from(vec![Some("12.30"), None, Some("-0.01"), Some("700.00")]);
        let texts: ArrayRef = Arc::new(texts);
        let decimals = cast(&texts, &DataType::Decimal128(12, 2)).expect("decimals");
        let wider = cast(&texts, &DataType::Decimal128(12, 4)).expect("decimals");
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(12), None, Some(-1), Some(i64::MAX)]));
        for cells in [&texts, &decimals, &wider, &numbers] {
            for scale in [0, 2] {
                let as_text = cast(cells, &DataType::Utf8).expect("texts");
                let expected = scaled_cells(&as_text, scale).expect("read");
                assert_eq!(&scaled_cells(cells, scale).expect("read"), &expected, "{cells:?}, {scale}");
            }
        }
    }

    #[test]
    fn days_are_read_in_the_forms_that_sources_use() {
        let check = |text: &str, expected: Option<Date>| assert_eq!(day(text), expected, "{text}");
        let march = Some(jiff::civil::date(2019, 3, 31));
        check("2019-03-31", march);
        check("2019-03-31 10:00:00", march);
        check("20190331", march);
        check("31Mar2019:22:12:17", march);
        check("31MAR2019", march);
        check("2019-02-30", None);
        check("été 2019", None);
        check("", None);
        assert_eq!(march.map(days_since_1970), Some(17_986));
    }
}
