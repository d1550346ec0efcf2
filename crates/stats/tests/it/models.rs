//! Least squares, Poisson and gamma models.

use stats::{Cell, Covariance, Family, fit};

use crate::support::{check, design, figures, numbers, units};

/// Longley (1967), the certified values of the NIST: six nearly collinear columns.
const LONGLEY: [[f64; 7]; 16] = [
    [60323.0, 83.0, 234_289.0, 2356.0, 1590.0, 107_608.0, 1947.0],
    [61122.0, 88.5, 259_426.0, 2325.0, 1456.0, 108_632.0, 1948.0],
    [60171.0, 88.2, 258_054.0, 3682.0, 1616.0, 109_773.0, 1949.0],
    [61187.0, 89.5, 284_599.0, 3351.0, 1650.0, 110_929.0, 1950.0],
    [63221.0, 96.2, 328_975.0, 2099.0, 3099.0, 112_075.0, 1951.0],
    [63639.0, 98.1, 346_999.0, 1932.0, 3594.0, 113_270.0, 1952.0],
    [64989.0, 99.0, 365_385.0, 1870.0, 3547.0, 115_094.0, 1953.0],
    [63761.0, 100.0, 363_112.0, 3578.0, 3350.0, 116_219.0, 1954.0],
    [66019.0, 101.2, 397_469.0, 2904.0, 3048.0, 117_388.0, 1955.0],
    [67857.0, 104.6, 419_180.0, 2822.0, 2857.0, 118_734.0, 1956.0],
    [68169.0, 108.4, 442_769.0, 2936.0, 2798.0, 120_445.0, 1957.0],
    [66513.0, 110.8, 444_546.0, 4681.0, 2637.0, 121_950.0, 1958.0],
    [68655.0, 112.6, 482_704.0, 3813.0, 2552.0, 123_366.0, 1959.0],
    [69564.0, 114.2, 502_601.0, 3931.0, 2514.0, 125_368.0, 1960.0],
    [69331.0, 115.7, 518_173.0, 4806.0, 2572.0, 127_852.0, 1961.0],
    [70551.0, 116.9, 554_894.0, 4007.0, 2827.0, 130_081.0, 1962.0],
];

#[test]
fn longley_agrees_with_the_certified_values() {
    let rows: Vec<Vec<f64>> =
        LONGLEY.iter().map(|row| std::iter::once(1.0).chain(row[1..].iter().copied()).collect()).collect();
    let design = design(&rows);
    let cells = units(&LONGLEY.map(|row| row[0]));
    let fitted = fit(&design, &cells, Family::Normal).unwrap();
    check(
        "coefficients",
        &fitted.coefficients,
        &[
            -3_482_258.634_595_82,
            15.061_872_271_373_3,
            -0.358_191_792_925_910E-01,
            -2.020_229_803_816_83,
            -1.033_226_867_173_59,
            -0.511_041_056_535_807E-01,
            1_829.151_464_613_55,
        ],
    );
    let errors = fitted.covariance(Covariance::Model).unwrap().roots();
    check(
        "errors",
        &errors,
        &[
            890_420.383_607_373,
            84.914_925_774_766_9,
            0.334_910_077_722_432E-01,
            0.488_399_681_651_699,
            0.214_274_163_161_675,
            0.226_073_200_069_370,
            455.478_499_142_212,
        ],
    );
    check("R²", &[fitted.r_squared().unwrap()], &[0.995_479_004_577_296]);
    check("residual deviation", &[fitted.dispersion().unwrap().sqrt()], &[304.854_073_561_965]);
}

#[test]
fn poisson_agrees_with_a_published_trial() {
    // Dobson (1990), An Introduction to Generalized Linear Models, p. 93; the example of `?glm` in R.
    let counts = [18.0, 17.0, 15.0, 20.0, 10.0, 20.0, 25.0, 13.0, 12.0];
    let rows: Vec<Vec<f64>> = (0..9)
        .map(|row| {
            let set = |condition: bool| f64::from(u8::from(condition));
            let (outcome, treatment) = (row % 3, row / 3);
            vec![1.0, set(outcome == 1), set(outcome == 2), set(treatment == 1), set(treatment == 2)]
        })
        .collect();
    let design = design(&rows);
    let cells = units(&counts);
    let fitted = fit(&design, &cells, Family::Poisson).unwrap();
    // The totals of rows and columns are 50, 50, 50 and 63, 40, 47: log-linear coefficients by hand.
    let expected = [(63.0_f64 / 3.0).ln(), (40.0_f64 / 63.0).ln(), (47.0_f64 / 63.0).ln(), 0.0, 0.0];
    check("coefficients", &fitted.coefficients, &expected);
    assert!((fitted.deviance().unwrap() - 5.129_141_077_018_6).abs() < 1e-9);
    let errors = fitted.covariance(Covariance::Model).unwrap().roots();
    // R prints 0.1709 for the intercept, at dispersion 1.
    assert!((errors[0] / fitted.dispersion().unwrap().sqrt() - 0.1709).abs() < 5e-5);
}

#[test]
fn cells_agree_with_statsmodels_on_their_units() {
    let figures = figures();
    for data in ["unit_exposure", "mixed_exposure"] {
        let data = &figures[data];
        let listed = data["cells"].as_array().unwrap();
        let rows: Vec<Vec<f64>> = listed.iter().map(|cell| numbers(&cell["row"])).collect();
        let clusters: Vec<usize> =
            listed.iter().map(|cell| usize::try_from(cell["cluster"].as_u64().unwrap()).unwrap()).collect();
        let cells: Vec<Cell> = listed
            .iter()
            .map(|cell| match numbers(&cell["sums"])[..] {
                [count, e, ee, y, ey, yy] => Cell::of_exposed(count, e, ee, y, ey, yy),
                _ => panic!("six sums"),
            })
            .collect();
        let design = design(&rows);
        for (name, family) in
            [("normal", Family::Normal), ("poisson", Family::Poisson), ("gamma", Family::Gamma)]
        {
            let expected = &data[name];
            let fitted = fit(&design, &cells, family).unwrap();
            check(name, &fitted.coefficients, &numbers(&expected["coefficients"]));
            for (kind, covariance) in [
                ("HC0", Covariance::Hc0),
                ("HC1", Covariance::Hc1),
                ("CR0", Covariance::Cr0(&clusters)),
                ("CR1", Covariance::Cr1(&clusters)),
            ] {
                let errors = fitted.covariance(covariance).unwrap().roots();
                check(&format!("{name} {kind}"), &errors, &numbers(&expected[kind]));
            }
            if let Some(dispersion) = expected["dispersion"].as_f64() {
                check("dispersion", &[fitted.dispersion().unwrap()], &[dispersion]);
                let r_squared = expected["r_squared"].as_f64().unwrap();
                check("R²", &[fitted.r_squared().unwrap()], &[r_squared]);
            }
        }
    }
}

#[test]
fn merging_units_into_cells_changes_nothing() {
    let rows = vec![vec![1.0, 0.0], vec![1.0, 1.0], vec![1.0, 0.0], vec![1.0, 1.0], vec![1.0, 1.0]];
    let outcomes = [3.0, 7.0, 5.0, 1.0, 0.0];
    let (apart, alone) = (design(&rows), units(&outcomes));
    let (together, merged) = (
        design(&[vec![1.0, 0.0], vec![1.0, 1.0]]),
        [Cell::of_units(2.0, 8.0, 34.0), Cell::of_units(3.0, 8.0, 50.0)],
    );
    for family in [Family::Normal, Family::Poisson, Family::Gamma] {
        let one = fit(&apart, &alone, family).unwrap();
        let other = fit(&together, &merged, family).unwrap();
        check("coefficients", &one.coefficients, &other.coefficients);
        for kind in [Covariance::Model, Covariance::Hc0, Covariance::Hc1] {
            check("errors", &one.covariance(kind).unwrap().roots(), &other.covariance(kind).unwrap().roots());
        }
        check("R²", &[one.r_squared().unwrap()], &[other.r_squared().unwrap()]);
    }
}
