//! Instalments: an amount cut into parts with due dates, to the cent.

use exact::{Cents, Part, Rational, split};
use jiff::civil::Date;

use crate::{Instalment, StatementError};

/// Cuts the amount of a rule into instalments by their shares; cents go by largest remainder.
///
/// A negative amount, which is to be recovered, is cut like the positive one.
pub fn instalments(
    rule: &str,
    amount: Cents,
    parts: &[(Rational, Date)],
) -> Result<Vec<Instalment>, StatementError> {
    let failed = || StatementError::Schedule { rule: rule.to_owned() };
    let too_large = || StatementError::TooLarge { rule: rule.to_owned() };
    let size = if amount < Cents::ZERO { amount.checked_neg().ok_or_else(too_large)? } else { amount };
    let weights: Vec<Part> =
        parts.iter().map(|(share, _)| Part { weight: share.clone(), ..Part::default() }).collect();
    let split = split(size, &weights).map_err(|_| failed())?;
    if split.left != Cents::ZERO {
        return Err(failed());
    }
    let mut cut = Vec::with_capacity(parts.len());
    for (number, (share, (_, due))) in (1_u32..).zip(split.shares.iter().zip(parts)) {
        let part = if amount < Cents::ZERO {
            share.amount.checked_neg().ok_or_else(too_large)?
        } else {
            share.amount
        };
        cut.push(Instalment { number, due: *due, amount: part });
    }
    Ok(cut)
}
