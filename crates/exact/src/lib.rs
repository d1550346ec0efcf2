//! Exact numbers for money: rationals of any size, cents, units, rounding,
//! numbers as people write them, and one split of an amount to the last cent.
//!
//! The crate computes and nothing else: it reads no file, no clock and no
//! environment, holds no float except for pictures, and does not panic.

mod money;
mod number_text;
mod rational;
mod rounding;
mod split;
mod unit;

pub use money::{Cents, CentsError};
pub use num_bigint::BigInt;
pub use number_text::{
    Decimals, Example, NumberDetector, NumberError, NumberShape, NumberStyle, Undecided, classify,
    parse_number, parse_plain, print_number,
};
pub use rational::{MAX_DECIMALS, Rational};
pub use rounding::RoundingMode;
pub use split::{Bound, Part, Share, Split, SplitError, split};
pub use unit::{Unit, UnitError};
