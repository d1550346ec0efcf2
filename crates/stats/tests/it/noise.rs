//! Distributions.

use stats::{Noise, normal_quantile, student_quantile};

use crate::support::{figures, numbers};

#[test]
fn leaning_noise_agrees_with_scipy() {
    for row in figures()["noise"].as_array().unwrap() {
        let row = numbers(row);
        let noise = Noise { deviation: 3.0, skewness: row[0] };
        let found = noise.below(3.0 * row[1]);
        // The cube root of Wilson and Hilferty stands in for a slight skewness.
        assert!((found - row[2]).abs() < 3e-6, "{row:?}: {found}");
    }
}

#[test]
fn quantiles_undo_probabilities() {
    for skewness in [-2.0, -0.4, -0.01, 0.0, 0.03, 0.3, 1.5] {
        let noise = Noise { deviation: 12.5, skewness };
        for p in [0.001, 0.025, 0.5, 0.9, 0.975, 0.999] {
            assert!((noise.below(noise.quantile(p)) - p).abs() < 1e-9, "{skewness} {p}");
        }
    }
}

#[test]
fn student_agrees_with_scipy_and_ends_in_the_normal() {
    for row in figures()["student"].as_array().unwrap() {
        let row = numbers(row);
        assert!((student_quantile(row[0], row[1]) / row[2] - 1.0).abs() < 1e-8, "{row:?}");
    }
    assert!((student_quantile(0.975, f64::INFINITY) - 1.959_963_984_540_054).abs() < 1e-9);
    assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-9);
}
