//! Exact arithmetic in queries that make facts: `exact_over`, `exact_times`, `exact_plus`, `exact_minus`, `exact_round`.
//!
//! The engine's own division truncates. These take whole numbers, decimals and texts such as `2/3` or `12.5`, and return
//! such texts, which facts may hold; a cell that is empty, or a division by zero, gives an empty cell. They are for rows
//! of teams: each step makes a text.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray as _, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use exact::{Rational, RoundingMode};

/// Most decimals that a number can be rounded to.
const DECIMALS_MAX: i64 = 12;

/// Returns every function of this module.
pub(crate) fn all() -> [ScalarUDF; 5] {
    [
        ("exact_over", Operation::Over),
        ("exact_times", Operation::Times),
        ("exact_plus", Operation::Plus),
        ("exact_minus", Operation::Minus),
        ("exact_round", Operation::Round),
    ]
    .map(|(name, operation)| {
        ScalarUDF::from(Fraction { name, operation, signature: Signature::any(2, Volatility::Immutable) })
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Operation {
    Over,
    Times,
    Plus,
    Minus,
    /// Half away from zero, to a number of decimals.
    Round,
}

impl Operation {
    fn apply(self, one: &Rational, other: &Rational) -> Option<Rational> {
        Some(match self {
            Self::Over => return one.checked_div(other),
            Self::Times => one * other,
            Self::Plus => one + other,
            Self::Minus => one - other,
            Self::Round => {
                let decimals = other.to_i64().filter(|decimals| (0..=DECIMALS_MAX).contains(decimals))?;
                one.round(u32::try_from(decimals).ok()?, RoundingMode::HalfAwayFromZero)
            }
        })
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Fraction {
    name: &'static str,
    operation: Operation,
    signature: Signature,
}

impl ScalarUDFImpl for Fraction {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        match types.iter().find(|kind| kind.is_floating()) {
            Some(_) => exec_err!(
                "{} takes exact numbers: CAST(… AS DECIMAL(18, 4)) says how many decimals count",
                self.name
            ),
            None => Ok(DataType::Utf8),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let [one, other] = arrays.as_slice() else { return exec_err!("{} takes two arguments", self.name) };
        let (one, other) = (cast(one, &DataType::Utf8)?, cast(other, &DataType::Utf8)?);
        let mut cells: Vec<Option<String>> = Vec::new();
        for (left, right) in one.as_string::<i32>().iter().zip(other.as_string::<i32>()) {
            let found = match (number(left)?, number(right)?) {
                (Some(left), Some(right)) => self.operation.apply(&left, &right),
                _ => None,
            };
            cells.push(found.map(|number| number.to_string()));
        }
        let cells: ArrayRef = Arc::new(StringArray::from(cells));
        Ok(ColumnarValue::Array(cells))
    }
}

fn number(text: Option<&str>) -> Result<Option<Rational>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    match text.parse::<Rational>() {
        Ok(number) => Ok(Some(number)),
        Err(error) => exec_err!("`{text}` is no exact number: {error}"),
    }
}
