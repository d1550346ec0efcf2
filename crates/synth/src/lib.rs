//! A seeded synthetic territory in the SNDS layout, with known truth.
//!
//! The figures are data (`data/*.toml`); the code draws communes, professionals, teams and patients from them, and writes
//! tables with the official names and types. Each patient has streams of random numbers of his own, made from the seed and
//! his number, so that neither the size of batches nor the number of threads changes a byte, and memory does not grow with
//! the number of patients. Nothing is drawn with floating point: every platform writes the same.
//!
//! The crate opens no file: it writes to what a [`Sink`] gives it.

mod calendar;
mod care;
mod cells;
mod dirt;
mod draw;
mod figures;
mod files;
mod generate;
mod land;
mod layout;
mod person;
mod rows;
mod table;
mod tally;
mod truth;

use std::io::{self, Write};

pub use crate::figures::{Section, sections};
pub use crate::generate::generate;
pub use crate::layout::{Column, Layout, Rows, Split, Stored, Table};

/// The most patients: numbers of stays have ten digits.
pub const PATIENTS_MAX: u64 = 8_000_000;

/// The first and the last year that can be asked for.
pub const YEARS: std::ops::RangeInclusive<i64> = 2010..=2040;

/// What territory is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// How many patients, those who are born on the way among them; from 1 to [`PATIENTS_MAX`].
    pub patients: u64,
    /// How many teams.
    pub teams: u64,
    /// The first year.
    pub first_year: i64,
    /// The last year.
    pub last_year: i64,
    /// What all randomness comes from.
    pub seed: u64,
    /// Whether defects are planted, and listed in the truth.
    pub dirt: bool,
    /// Whether CSV is written beside Parquet.
    pub csv: bool,
    /// How many threads work; changes nothing else.
    pub threads: usize,
    /// How many patients are drawn before they are written; changes nothing but memory.
    pub batch: u64,
}

impl Order {
    /// How many patients are drawn at a time, unless something else is wanted.
    pub const BATCH: u64 = 1024;

    fn patients(&self) -> i64 {
        i64::try_from(self.patients).unwrap_or(i64::MAX)
    }

    fn teams(&self) -> i64 {
        i64::try_from(self.teams).unwrap_or(i64::MAX)
    }

    /// Returns what makes the order impossible.
    fn refusal(&self) -> Option<Error> {
        if !(1..=PATIENTS_MAX).contains(&self.patients) {
            return Some(Error::Patients(self.patients));
        }
        // Every team needs two doctors of its own.
        if self.teams > self.patients / 10 {
            return Some(Error::Teams { teams: self.teams, most: self.patients / 10 });
        }
        let known = YEARS.contains(&self.first_year) && YEARS.contains(&self.last_year);
        let in_order = self.first_year <= self.last_year;
        (!known || !in_order).then_some(Error::Years { first: self.first_year, last: self.last_year })
    }
}

/// Where files are written: the binary's folder, or memory in tests.
pub trait Sink {
    /// A file that takes bytes.
    type File: Write + Send;

    /// Begins a file, by its path from the folder of the territory on.
    ///
    /// # Errors
    ///
    /// Fails when the file cannot be created.
    fn create(&self, path: &str) -> io::Result<Self::File>;

    /// Ends a file that has all its bytes.
    ///
    /// # Errors
    ///
    /// Fails when the last bytes cannot be written.
    fn close(&self, file: Self::File) -> io::Result<()>;
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its path from the folder of the territory on.
    pub path: String,
    /// How many rows it has, the names of columns not counted.
    pub rows: u64,
}

/// Why a territory could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too few or too many patients.
    #[error("draw {0} patients: from 1 to {PATIENTS_MAX}")]
    Patients(u64),
    /// More teams than doctors can make.
    #[error("draw {teams} teams: at most {most} for these patients")]
    Teams {
        /// How many were wanted.
        teams: u64,
        /// How many these patients allow.
        most: u64,
    },
    /// Years that are not in order, or out of what is known.
    #[error("draw the years {first} to {last}")]
    Years {
        /// The first.
        first: i64,
        /// The last.
        last: i64,
    },
    /// A data file of the crate is wrong.
    #[error("read {file}: {message}")]
    Figures {
        /// Which file.
        file: &'static str,
        /// What is wrong.
        message: String,
    },
    /// A file cannot be written.
    #[error("write a file of the territory")]
    Write(#[from] io::Error),
    /// Parquet refuses what it was given.
    #[error("encode a file of the territory")]
    Encode(#[source] parquet::errors::ParquetError),
}

impl Error {
    fn figures(file: &'static str, message: impl Into<String>) -> Self {
        Self::Figures { file, message: message.into() }
    }

    /// Keeps what the system said apart from what Parquet says.
    fn parquet(error: parquet::errors::ParquetError) -> Self {
        match error {
            parquet::errors::ParquetError::External(inner) => match inner.downcast::<io::Error>() {
                Ok(system) => Self::Write(*system),
                Err(inner) => Self::Encode(parquet::errors::ParquetError::External(inner)),
            },
            // What is left in its buffer is written when a file is closed, and of what the system says then it keeps the words only.
            other => match system_error(&other.to_string()) {
                Some(code) => Self::Write(io::Error::from_raw_os_error(code)),
                None => Self::Encode(other),
            },
        }
    }

    fn csv(error: csv::Error) -> Self {
        Self::Write(error.into())
    }
}

/// Returns the number of an error of the system, where words end with one.
fn system_error(words: &str) -> Option<i32> {
    let (_, rest) = words.rsplit_once("(os error ")?;
    rest.split_once(')')?.0.parse().ok()
}

impl From<parquet::errors::ParquetError> for Error {
    fn from(error: parquet::errors::ParquetError) -> Self {
        Self::parquet(error)
    }
}
