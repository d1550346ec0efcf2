//! Numbers as people and programs write them.
//!
//! Reading goes straight from digits to an exact number, never through a
//! float. Which of two styles a file uses is found out per file, and a file
//! that leaves a doubt is refused rather than guessed.

mod detect;
mod print;
mod read;

pub use detect::{Example, NumberDetector, NumberShape, Undecided, classify};
pub use print::{Decimals, print_number};
pub use read::{NumberError, NumberStyle, parse_number, parse_plain};

pub(crate) use print::plain_decimal;
pub(crate) use read::parse_neutral;
