//! A bar for long work, on a terminal only.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rulebook::Language;

use crate::environment;

/// Work that takes less is not worth a bar.
const PATIENCE: Duration = Duration::from_millis(500);

/// How often somebody can read a number.
const REFRESHES_PER_SECOND: u8 = 10;

/// Shows how much is done, once the work has lasted.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    began: Instant,
    shown: bool,
}

impl Progress {
    /// Begins to count; nothing is shown when nobody watches.
    pub(crate) fn new(total: usize, language: Language) -> Self {
        let bar = environment::watched().then(|| {
            let total = u64::try_from(total).unwrap_or(u64::MAX);
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
            let template = match language {
                Language::French => "{wide_bar} {human_pos} sur {human_len}, encore {eta}",
                Language::English => "{wide_bar} {human_pos} of {human_len}, {eta} left",
            };
            bar.set_style(
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
            );
            bar
        });
        Self { bar, began: environment::moment(), shown: false }
    }

    /// Says how much is done.
    pub(crate) fn at(&mut self, done: usize) {
        let Some(bar) = &self.bar else { return };
        if !self.shown {
            // The clock is read now and then only: most work is over before.
            if !done.is_multiple_of(64) || self.began.elapsed() < PATIENCE {
                return;
            }
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(REFRESHES_PER_SECOND));
            self.shown = true;
        }
        bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
