//! A bar for long work, on a terminal only.

use std::fmt::Write;
use std::time::{Duration, Instant};

use exact::{Decimals, Rational, print_number};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use rulebook::Language;

use crate::environment;

/// Work that takes less is not worth a bar.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often somebody can read a number.
const REFRESHES_PER_SECOND: u8 = 10;

/// How many times at most the clock is read.
const LOOKS: usize = 10_000;

/// Shows how much is done, once the work has lasted.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    began: Instant,
    shown: bool,
    /// How much is to be done before the clock is read again.
    pace: usize,
    look_at: usize,
}

impl Progress {
    /// Begins to count; nothing is shown when nobody watches.
    pub(crate) fn new(total: usize, language: Language) -> Self {
        let template = match language {
            Language::French => "{wide_bar} {done} sur {total}, encore {eta}",
            Language::English => "{wide_bar} {done} of {total}, {eta} left",
        };
        Self::with(total, template, language)
    }

    /// Begins to read a file of so many bytes.
    pub(crate) fn of_reading(bytes: usize, language: Language) -> Self {
        let template = match language {
            Language::French => "Lecture {wide_bar} {percent}\u{a0}%, encore {eta}",
            Language::English => "Reading {wide_bar} {percent}%, {eta} left",
        };
        Self::with(bytes, template, language)
    }

    fn with(total: usize, template: &str, language: Language) -> Self {
        let bar = environment::watched().then(|| {
            let bar = ProgressBar::with_draw_target(Some(bounded(total)), ProgressDrawTarget::hidden());
            let style =
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            // 3,000 is three in French: numbers are printed as everywhere else.
            let number = move |number: Option<u64>, out: &mut dyn Write| {
                let number = Rational::from(i128::from(number.unwrap_or_default()));
                let _infallible =
                    out.write_str(&print_number(&number, language.number_style(), Decimals::Exactly(0)));
            };
            bar.set_style(
                style
                    .with_key("done", move |state: &ProgressState, out: &mut dyn Write| {
                        number(Some(state.pos()), out);
                    })
                    .with_key("total", move |state: &ProgressState, out: &mut dyn Write| {
                        number(state.len(), out);
                    }),
            );
            bar
        });
        Self { bar, began: environment::moment(), shown: false, pace: total / LOOKS, look_at: 0 }
    }

    /// Says how much is done.
    pub(crate) fn at(&mut self, done: usize) {
        let Some(bar) = &self.bar else { return };
        if !self.shown {
            // The clock is read now and then only: most work is over before.
            if done < self.look_at {
                return;
            }
            self.look_at = done.saturating_add(self.pace);
            if self.began.elapsed() < PATIENCE {
                return;
            }
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(REFRESHES_PER_SECOND));
            self.shown = true;
        }
        bar.set_position(bounded(done));
    }
}

fn bounded(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
