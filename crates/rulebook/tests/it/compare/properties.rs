//! What holds of every comparison, on random rules.

use proptest::prelude::*;

use super::causes::{two_formulas, two_years};
use super::*;

/// A formula over `x`, `y`, `z` and the parameter `p`, some of which refuse for some values.
fn formula() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["x", "y", "z", "p", "3"]).prop_map(str::to_owned);
    leaf.prop_recursive(3, 12, 2, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            two.clone().prop_map(|(a, b)| format!("({a} + {b})")),
            two.clone().prop_map(|(a, b)| format!("({a} - {b})")),
            two.clone().prop_map(|(a, b)| format!("({a} * {b})")),
            two.clone().prop_map(|(a, b)| format!("({a} / {b})")),
            (two, inner).prop_map(|((a, b), c)| format!("CASE WHEN {a} > {b} THEN {c} ELSE {a} END")),
        ]
    })
}

fn random(formulas: &(String, String), p: (i64, i64), reversed: bool) -> String {
    let mut inputs = ["x = { unit = \"1\" }", "y = { unit = \"1\" }", "z = { unit = \"1\" }"];
    if reversed {
        inputs.reverse();
    }
    let text = two_formulas(
        &inputs.join("\n"),
        &format!("({}) * euro", formulas.0),
        &format!("({}) * euro", formulas.1),
    );
    let parameter = format!(
        "p = {{ unit = \"1\", values = [{{ from = 2020-01-01, to = 2021-12-31, value = {}, source = \"s\", status = \"official\" }}, {{ from = 2022-01-01, value = {}, source = \"s\", status = \"official\" }}] }}",
        p.0, p.1
    );
    if reversed {
        text.replace("\neuro = ", &format!("\n{parameter}\neuro = "))
    } else {
        text.replace("\n[rules.montant]", &format!("\n{parameter}\n[rules.montant]"))
    }
}

fn row([x, y, z]: [i64; 3], reversed: bool) -> String {
    if reversed {
        format!("subject,z,y,x\nb,1,1,1\na,{z},{y},{x}\n")
    } else {
        format!("subject,x,y,z\na,{x},{y},{z}\nb,1,1,1\n")
    }
}

fn values() -> impl Strategy<Value = [i64; 3]> {
    prop::array::uniform3(-2_i64..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// `outcome` checks that causes add up and that the other way round they are opposite.
    #[test]
    fn order_decides_nothing(
        formulas in (formula(), formula()),
        p in (-1_i64..3, -1_i64..3),
        facts in (values(), values()),
    ) {
        let found: Vec<_> = [false, true].map(|reversed| {
            let text = random(&formulas, p, reversed);
            let (book, findings, _) = load_text(&text);
            // Nothing that is divided by a plain zero gets this far.
            book.filter(|_| !has_errors(&findings)).map(|_| {
                let before = Run::new(&text, "2021-12-31", &[("", &row(facts.0, reversed))]);
                let after = Run::new(&text, "2022-12-31", &[("", &row(facts.1, reversed))]);
                outcome(&before, &after, None, "a").expect("compared")
            })
        }).into();
        if let (Some(Outcome::Compared(one)), Some(Outcome::Compared(other))) = (&found[0], &found[1]) {
            prop_assert_eq!(one, other);
        }
    }

    #[test]
    fn equal_parts_make_equal_causes_and_no_part_makes_none(
        before in values(), after in values(), factor in 1_i64..5,
    ) {
        // x and y are interchangeable; z is read and plays no part.
        let formula = format!("(x * y * {factor} + x + y + 0 * z + z - z) * euro");
        let text = two_formulas("x = { unit = \"1\" }\ny = { unit = \"1\" }\nz = { unit = \"1\" }", &formula, &formula);
        let same = |[x, _, z]: [i64; 3]| row([x, x, z], false);
        let found = two_years(&text, &same(before), &same(after));
        let of = |name: &str| {
            let cause = found.causes.iter().find(|cause| cause.changes.iter().any(|change| change.name == name));
            cause.map(|cause| cause.exact[0].clone())
        };
        prop_assert_eq!(of("x"), of("y"));
        prop_assert_eq!(of("z"), None);
        let changed = found.without_effect.iter().any(|change| change.name == "z");
        prop_assert_eq!(changed, before[2] != after[2]);
    }
}
