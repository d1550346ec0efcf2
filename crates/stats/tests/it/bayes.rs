//! Effects of many groups at once.

use stats::bayes::{Centre, Estimate, Method, posteriors, posteriors_at, spread};
use stats::{StatsError, normal_below};

use crate::support::{check, figures, numbers};

fn estimates(effects: &[f64], errors: &[f64]) -> Vec<Estimate> {
    effects.iter().zip(errors).map(|(effect, error)| Estimate { effect: *effect, error: *error }).collect()
}

#[test]
fn moments_agree_on_the_vaccine_trials() {
    let figures = &figures()["vaccine"];
    let estimates = estimates(&numbers(&figures["effects"]), &numbers(&figures["errors"]));
    let expected = &figures["der_simonian_laird"];
    let found = spread(&estimates, Method::DerSimonianLaird).unwrap();
    check("variance", &[found.variance], &[expected["variance"].as_f64().unwrap()]);
    check("mean", &[found.mean], &[expected["mean"].as_f64().unwrap()]);
    check("mean error", &[found.mean_error], &[expected["mean_error"].as_f64().unwrap()]);
    // As printed by the documentation of metafor (Viechtbauer 2010): 0.3088.
    assert!((found.variance - 0.3088).abs() < 5e-5);
    let found = spread(&estimates, Method::PauleMandel).unwrap();
    check("variance", &[found.variance], &[figures["paule_mandel"]["variance"].as_f64().unwrap()]);
}

#[test]
fn the_eight_schools_agree_with_numerical_integration() {
    let figures = &figures()["schools"];
    let estimates = estimates(&numbers(&figures["effects"]), &numbers(&figures["errors"]));
    let found = posteriors(&estimates, 0.0, Centre::Anywhere).unwrap();
    let expected = numbers(&figures["nil_or_negative"]);
    for (place, (posterior, expected)) in found.iter().zip(&expected).enumerate() {
        assert!((posterior.nil_or_negative - expected).abs() < 1e-5, "{place}: {posterior:?} {expected}");
    }
    for (posterior, expected) in found.iter().zip(numbers(&figures["mean"])) {
        assert!((posterior.mean - expected).abs() < 1e-3, "{posterior:?} {expected}");
    }
}

#[test]
fn a_mean_near_zero_agrees_with_numerical_integration() {
    let figures = &figures()["schools"];
    let estimates = estimates(&numbers(&figures["effects"]), &numbers(&figures["errors"]));
    for (common, name) in [(0.0, "0.0"), (6.0, "6.0")] {
        let expected = &figures["near_zero"][name];
        let found = posteriors(&estimates, common, Centre::NearZero).unwrap();
        for (posterior, expected) in found.iter().zip(numbers(&expected["nil_or_negative"])) {
            assert!((posterior.nil_or_negative - expected).abs() < 2e-4, "{posterior:?} {expected}");
        }
        for (posterior, expected) in found.iter().zip(numbers(&expected["mean"])) {
            assert!((posterior.mean - expected).abs() < 1e-2, "{posterior:?} {expected}");
        }
    }
}

#[test]
fn a_mean_far_from_zero_is_let_go() {
    // Forty estimates around 50 with errors of 1: zero is no place for their mean, nor for any of them.
    let effects: Vec<f64> = (0..40).map(|place| 50.0 + f64::from(place % 5)).collect();
    let estimates = estimates(&effects, &[1.0; 40]);
    let near = posteriors(&estimates, 0.5, Centre::NearZero).unwrap();
    let anywhere = posteriors(&estimates, 0.5, Centre::Anywhere).unwrap();
    for (near, anywhere) in near.iter().zip(&anywhere) {
        assert!((near.mean - anywhere.mean).abs() < 0.1, "{near:?} {anywhere:?}");
        assert!(near.nil_or_negative < 1e-6, "{near:?}");
    }
}

#[test]
fn without_spread_all_effects_are_the_mean_and_with_much_their_own() {
    let estimates = estimates(&[1.0, 3.0], &[1.0, 1.0]);
    let none = posteriors_at(&estimates, 0.0).unwrap();
    check("means", &[none[0].mean, none[1].mean], &[2.0, 2.0]);
    check("deviation", &[none[0].deviation], &[0.5_f64.sqrt()]);
    check("nil", &[none[0].nil_or_negative], &[normal_below(-2.0 / 0.5_f64.sqrt())]);
    let much = posteriors_at(&estimates, 1e12).unwrap();
    check("means", &[much[0].mean, much[1].mean], &[1.0, 3.0]);
    check("nil", &[much[0].nil_or_negative], &[normal_below(-1.0)]);
}

#[test]
fn an_error_common_to_all_widens_each_and_moves_none() {
    let estimates = estimates(&[28.0, 8.0, -3.0, 7.0], &[15.0, 10.0, 16.0, 11.0]);
    let (alone, common) = (
        posteriors(&estimates, 0.0, Centre::Anywhere).unwrap(),
        posteriors(&estimates, 6.0, Centre::Anywhere).unwrap(),
    );
    for (alone, common) in alone.iter().zip(&common) {
        check("mean", &[common.mean], &[alone.mean]);
        check("variance", &[common.deviation.powi(2)], &[alone.deviation.powi(2) + 36.0]);
        assert!((common.nil_or_negative - 0.5).abs() < (alone.nil_or_negative - 0.5).abs());
    }
}

#[test]
fn what_cannot_be_known_is_refused() {
    let two = estimates(&[1.0, 2.0], &[1.0, 1.0]);
    assert!(matches!(posteriors(&two, 0.0, Centre::NearZero), Err(StatsError::TooFew { needed: 3, .. })));
    let sure = estimates(&[1.0, 2.0], &[1.0, 0.0]);
    assert_eq!(spread(&sure, Method::PauleMandel), Err(StatsError::NegativeWeight { row: 1 }));
    let broken = estimates(&[1.0, f64::NAN], &[1.0, 1.0]);
    assert_eq!(spread(&broken, Method::PauleMandel), Err(StatsError::NotFinite { row: 1 }));
}
