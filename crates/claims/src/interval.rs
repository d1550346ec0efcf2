//! Intervals of figures, at 95 %. They are estimates, and so floats: no amount of money is made of them.
#![expect(clippy::float_arithmetic, reason = "an interval is an estimate; money is not made of it")]

/// The quantile of the normal distribution that leaves 2.5 % on either side.
const Z: f64 = 1.959_963_984_540_054;

/// A figure with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// The lower and the upper end, where an interval is given.
    pub interval: Option<(f64, f64)>,
}

/// Turns a count into a float; exact up to 2^32, which no count of patients exceeds.
fn float(count: i64) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// Returns a share with Wilson's interval.
pub(crate) fn share(numerator: i64, denominator: i64) -> Option<Estimate> {
    if denominator <= 0 {
        return None;
    }
    let (n, p) = (float(denominator), float(numerator) / float(denominator));
    let centre = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    Some(Estimate { value: p, interval: Some(((centre - half).max(0.0), (centre + half).min(1.0))) })
}

/// Returns events over patients with Byar's approximation to the interval of a Poisson count.
pub(crate) fn per_patient(events: i64, patients: i64) -> Option<Estimate> {
    if patients <= 0 {
        return None;
    }
    let (d, n) = (float(events), float(patients));
    let bound =
        |count: f64, sign: f64| count * (1.0 - 1.0 / (9.0 * count) + sign * Z / (3.0 * count.sqrt())).powi(3);
    let low = if events == 0 { 0.0 } else { bound(d, -1.0) };
    Some(Estimate { value: d / n, interval: Some((low / n, bound(d + 1.0, 1.0) / n)) })
}

/// Returns the mean of values given as (value, how often), with the normal interval from two rows on.
pub(crate) fn mean(values: &[(i64, i64)]) -> Option<Estimate> {
    let rows: i64 = values.iter().map(|(_, times)| times).sum();
    if rows <= 0 {
        return None;
    }
    let n = float(rows);
    let signed = |value: i64| if value < 0 { -float(-value) } else { float(value) };
    let mean = values.iter().map(|(value, times)| signed(*value) * float(*times)).sum::<f64>() / n;
    let squares: f64 =
        values.iter().map(|(value, times)| (signed(*value) - mean).powi(2) * float(*times)).sum();
    let interval = (rows > 1).then(|| {
        let half = Z * (squares / (n - 1.0) / n).sqrt();
        (mean - half, mean + half)
    });
    Some(Estimate { value: mean, interval })
}

/// Returns the median of values given as (value, how often); no interval is given.
pub(crate) fn median(values: &[(i64, i64)]) -> Option<Estimate> {
    let mut values = values.to_vec();
    values.sort_unstable();
    let rows: i64 = values.iter().map(|(_, times)| times).sum();
    let at = |place: i64| {
        let mut seen = 0;
        values.iter().find(|(_, times)| {
            seen += times;
            seen > place
        })
    };
    let (low, _) = at((rows - 1) / 2).filter(|_| rows > 0)?;
    let (high, _) = at(rows / 2)?;
    let twice = low.checked_add(*high)?;
    let value = if twice < 0 { -float(-twice) } else { float(twice) } / 2.0;
    Some(Estimate { value, interval: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-4, "{found} is not {expected}");
    }

    #[test]
    fn intervals_are_those_of_the_books() {
        // Newcombe (1998), table I: 81 of 263 and 0 of 20, Wilson's method.
        let (low, high) = share(81, 263).and_then(|found| found.interval).expect("an interval");
        near(low, 0.2553);
        near(high, 0.3662);
        let (low, high) = share(0, 20).and_then(|found| found.interval).expect("an interval");
        near(low, 0.0);
        near(high, 0.1611);
        assert_eq!(share(0, 0), None);
        // Byar's approximation for 10 events: 4.790 to 18.39 (exact: 4.795 to 18.390).
        let (low, high) = per_patient(10, 1).and_then(|found| found.interval).expect("an interval");
        assert!((low - 4.79).abs() < 0.01 && (high - 18.39).abs() < 0.01, "{low} {high}");
    }

    #[test]
    fn medians_and_means_of_repeated_values() {
        near(median(&[(1, 2), (4, 1), (9, 1)]).expect("a median").value, 2.5);
        near(median(&[(7, 1)]).expect("a median").value, 7.0);
        assert_eq!(median(&[]), None);
        let found = mean(&[(1, 1), (3, 1)]).expect("a mean");
        near(found.value, 2.0);
        near(found.interval.expect("an interval").1, 2.0 + Z);
    }
}
