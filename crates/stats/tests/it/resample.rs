//! Resampling.

use stats::resample::{Draws, bootstrap, middle};
use stats::{StatsError, normal_below};

#[test]
fn the_stream_is_the_published_one() {
    // SplitMix64 from 0 begins with e220a8397b1dcdaf (Vigna's reference); the first number of xoshiro256++ follows by hand.
    let state =
        [0xe220_a839_7b1d_cdaf_u64, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f, 0xf88b_b8a8_724c_81ec];
    let expected = state[0].wrapping_add(state[3]).rotate_left(23).wrapping_add(state[0]);
    assert_eq!(Draws::new(0).bits(), expected);
}

#[test]
fn draws_are_uniform_and_normal() {
    let mut draws = Draws::new(7);
    let mut counts = [0_u32; 7];
    for _ in 0..70_000 {
        counts[usize::try_from(draws.below(7)).unwrap()] += 1;
    }
    assert!(counts.iter().all(|count| count.abs_diff(10_000) < 500), "{counts:?}");
    let below = (0..40_000).filter(|_| draws.normal() < 1.0).count() as f64 / 40_000.0;
    assert!((below - normal_below(1.0)).abs() < 0.01, "{below}");
}

#[test]
fn the_bootstrap_of_a_mean_has_its_standard_error() {
    let values: Vec<f64> = (0..200).map(|place| f64::from(place % 17)).collect();
    let mean = values.iter().sum::<f64>() / 200.0;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 200.0;
    let draw = |seed| {
        bootstrap(200, 2_000, seed, |times| {
            let total: f64 = values.iter().zip(times).map(|(value, times)| value * f64::from(*times)).sum();
            Ok(total / 200.0)
        })
    };
    let means = draw(3).unwrap();
    let spread = means.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 2_000.0;
    assert!((spread / (variance / 200.0) - 1.0).abs() < 0.1);
    assert_eq!(means, draw(3).unwrap());
    assert_ne!(means, draw(4).unwrap());
    let (low, high) = middle(&means, 0.95).unwrap();
    assert!(low < mean && mean < high);
}

#[test]
fn quantiles_lie_between_neighbours() {
    assert_eq!(middle(&[4.0, 1.0, 3.0, 2.0, 5.0], 0.5).unwrap(), (2.0, 4.0));
    assert!(matches!(middle(&[1.0], 0.5), Err(StatsError::TooFew { .. })));
    assert!(matches!(bootstrap(1, 3, 1, |_| Ok(())), Err(StatsError::TooFew { .. })));
}
