//! Resampling with a seed: the same seed gives the same draws on every machine.

use crate::StatsError;

/// A stream of random numbers that depends on its seed only.
///
/// xoshiro256++ of Blackman and Vigna (2019), its state filled by `SplitMix64` as they advise. Not for secrets.
#[derive(Debug, Clone)]
pub struct Draws {
    state: [u64; 4],
}

impl Draws {
    /// Returns the stream of a seed.
    pub fn new(seed: u64) -> Self {
        let mut mixer = seed;
        let mut next = || {
            mixer = mixer.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = mixer;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        };
        Self { state: [next(), next(), next(), next()] }
    }

    /// Returns the stream of a numbered part of some work, so that parts may be done in any order.
    pub fn part(seed: u64, part: u64) -> Self {
        let first = Self::new(seed).bits();
        Self::new(first ^ part.wrapping_mul(0xd6e8_feb8_6659_fd93))
    }

    /// Returns 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let [first, second, third, fourth] = self.state;
        let result = first.wrapping_add(fourth).rotate_left(23).wrapping_add(first);
        let mut state = [first, second, third ^ first, fourth ^ second];
        state[1] ^= state[2];
        state[0] ^= state[3];
        state[2] ^= second << 17;
        state[3] = state[3].rotate_left(45);
        self.state = state;
        result
    }

    /// Returns a number from 0 (included) to 1 (excluded).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Returns a whole number from 0 to `bound` − 1, each as likely; 0 when `bound` is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        // Whatever lies above the last whole multiple would favour small numbers.
        let last = u64::MAX - u64::MAX % bound;
        loop {
            let bits = self.bits();
            if bits < last {
                return bits % bound;
            }
        }
    }

    /// Returns a standard normal number (Marsaglia's polar method).
    pub fn normal(&mut self) -> f64 {
        loop {
            let (first, second) = (2.0 * self.unit() - 1.0, 2.0 * self.unit() - 1.0);
            let radius = first * first + second * second;
            if radius > 0.0 && radius < 1.0 {
                return first * (-2.0 * radius.ln() / radius).sqrt();
            }
        }
    }
}

/// Draws whole clusters with replacement, and returns what `estimate` makes of how often each was drawn.
///
/// `estimate` receives one multiplicity for each cluster. A replicate that it cannot use is an error of the whole.
pub fn bootstrap<T>(
    clusters: usize,
    replicates: u64,
    seed: u64,
    mut estimate: impl FnMut(&[u32]) -> Result<T, StatsError>,
) -> Result<Vec<T>, StatsError> {
    if clusters < 2 {
        return Err(StatsError::TooFew { what: "clusters", given: clusters, needed: 2 });
    }
    let bound = u64::try_from(clusters).unwrap_or(u64::MAX);
    (0..replicates)
        .map(|replicate| {
            let mut draws = Draws::part(seed, replicate);
            let mut times = vec![0_u32; clusters];
            for _ in 0..clusters {
                let drawn = usize::try_from(draws.below(bound)).unwrap_or(0);
                times[drawn] += 1;
            }
            estimate(&times)
        })
        .collect()
}

/// Returns the interval that holds the middle `level` of some values, by interpolation between neighbours (type 7).
pub fn middle(values: &[f64], level: f64) -> Result<(f64, f64), StatsError> {
    if values.len() < 2 {
        return Err(StatsError::TooFew { what: "replicates", given: values.len(), needed: 2 });
    }
    if let Some(row) = values.iter().position(|value| !value.is_finite()) {
        return Err(StatsError::NotFinite { row });
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let tail = (1.0 - level.clamp(0.0, 1.0)) / 2.0;
    Ok((between(&sorted, tail), between(&sorted, 1.0 - tail)))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place between 0 and the length"
)]
fn between(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let low = place.floor() as usize;
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + (place - low as f64) * (sorted[high] - sorted[low])
}
