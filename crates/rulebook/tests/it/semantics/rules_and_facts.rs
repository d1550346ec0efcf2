//! Rules and their rounding, facts, checks.

use rulebook::Language;

use super::{rule, rule_at, settled};
use crate::settled::{HEAD, Run};

#[test]
fn a_rule_is_rounded_only_where_written_and_read_rounded() {
    let more = |round: &str| {
        format!(
            "[rules.a]\noutput = true\n{round}\nformula = \"x / 3\"\n[rules.triple]\noutput = true\nformula = \"a * 3\"\n"
        )
    };
    let facts = [("", "equipe,x\na,10\n")];
    settled(&more(""), &facts, "a a = 10/3, triple = 10");
    settled(&more("round = \"cent\""), &facts, "a a = 3.33, triple = 9.99");
    settled(&more("round = { to = 0 }"), &facts, "a a = 3, triple = 9");
    settled(&more("round = { to = 4, mode = \"ceiling\" }"), &facts, "a a = 3.3334, triple = 10.0002");
}

#[test]
fn each_rounding_mode() {
    for (mode, up, down, beyond) in [
        ("half_away", "3", "-3", "3"),
        ("half_even", "2", "-2", "3"),
        ("half_up", "3", "-2", "3"),
        ("half_down", "2", "-2", "3"),
        ("trunc", "2", "-2", "2"),
        ("floor", "2", "-3", "2"),
        ("ceiling", "3", "-2", "3"),
        ("away", "3", "-3", "3"),
    ] {
        let round = format!("round = {{ to = 0, mode = \"{mode}\" }}");
        rule(&round, "x", "x|2.5", up);
        rule(&round, "x", "x|-2.5", down);
        rule(&round, "x", "x|2.500000001", beyond);
        rule(&round, "x", "x|2", "2");
    }
}

#[test]
fn outputs_come_in_the_order_of_the_file() {
    settled(
        "[rules.z]\noutput = true\nformula = \"a + 1\"\n[rules.a]\noutput = true\nformula = \"x\"\n[rules.m]\nformula = \"x\"\n",
        &[("", "equipe,x\nb,1\na,2\n")],
        "b z = 2, a = 1\na z = 3, a = 2",
    );
}

#[test]
fn a_fact_is_required_unless_it_has_a_default() {
    let more = "[inputs.z]\n[rules.r]\noutput = true\nformula = \"CASE WHEN b THEN z ELSE x END\"\n";
    settled(
        more,
        &[("", "equipe,z,b,x\na,1,oui,2\nb,,non,2\nc,,oui,2\n")],
        "a r = 1\nb refused missing_fact z\nc refused missing_fact z",
    );
}

#[test]
fn defaults() {
    rule("type = \"date\"", "d", "x|0", "2022-01-01");
    rule("type = \"date\"", "f", "x|0", "2022-12-31");
    rule_at("2024-06-15", "type = \"date\"", "f", "x|0", "2024-12-31");
    rule("type = \"niveau\"", "niveau", "x|0", "bas");
    rule("type = \"bool\"", "b", "x|0", "false");
}

#[test]
fn bounds_are_included() {
    let more = "[inputs.z]\nmin = 1\nmax = 3\n[inputs.w]\nwhole = true\ndefault = 1\n[rules.r]\noutput = true\nformula = \"z + w\"\n";
    settled(
        more,
        &[("", "equipe,z,w\na,1,2\nb,3,2\nc,0.99,2\nd,3.01,2\ne,2,1.5\nf,2,-4\n")],
        "a r = 3\nb r = 5\nf r = -2\nc refused out_of_bounds z\nd refused out_of_bounds z\ne refused not_whole w",
    );
}

#[test]
fn what_cannot_be_read_refuses() {
    settled(
        "[rules.r]\noutput = true\nformula = \"CASE WHEN b THEN x ELSE 0 END\"\n[rules.s]\ntype = \"bool\"\nformula = \"niveau = 'bas'\"\n",
        &[(
            "",
            "equipe,x,b,niveau\na,1,oui,bas\nb,un,oui,bas\nc,1,peut-être,bas\nd,1,oui,énorme\ne,1,oui,bas\ne,2,oui,bas\n",
        )],
        "a r = 1\ne refused duplicate equipe\nb refused wrong_type x\nc refused wrong_type b\nd refused unknown_value niveau",
    );
}

#[test]
fn a_broken_check_refuses_with_its_message() {
    let more = r#"
[rules.r]
output = true
formula = "x"
[checks.petit]
formula = "x <= 10"
message = { fr = "{x} dépasse {sept}", en = "{x} is beyond {sept}" }
[checks.plus_tard]
from = 2023-01-01
formula = "x <= 5"
message = { fr = "trop", en = "too much" }
"#;
    let book = format!("{HEAD}{more}");
    let facts = [("", "equipe,x\na,5\nb,10\nc,11\n")];
    Run::new(&book, &facts).gives("a r = 5\nb r = 10\nc refused check petit");
    Run { at: "2023-01-01", ..Run::new(&book, &facts) }
        .gives("a r = 5\nb refused check plus_tard\nc refused check petit");
    let loaded = crate::settled::loaded(&book);
    let plan = rulebook::Plan::new(&loaded, "2022-12-31".parse().expect("a date"), None).expect("a plan");
    let gathered = crate::settled::gathered(&loaded, &facts);
    let settlement = rulebook::interpret::settle(&plan, &gathered, false, &[]);
    assert_eq!(settlement.refused[0].message.get(Language::English), "11 is beyond 7");
    assert_eq!(settlement.refused[0].message.get(Language::French), "11 dépasse 7");
}

#[test]
fn a_check_that_cannot_be_computed_refuses_for_that_reason() {
    settled(
        "[rules.r]\noutput = true\nformula = \"x\"\n[checks.c]\nformula = \"1 / x > 0\"\nmessage = { fr = \"m\", en = \"m\" }\n",
        &[("", "equipe,x\na,1\nb,0\nc,-1\n")],
        "a r = 1\nb refused division_by_zero\nc refused check c",
    );
}
