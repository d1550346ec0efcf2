//! Chains from claims to facts, and what is wrong with some.

use jiff::civil::date;
use population::chain::{fill, of_care};
use population::reference::attribution::Method;
use population::{Chain, Code};

use crate::support::faultless;

const CHAIN: &str = r#"
schema_version = 1

[[lists]]
name        = "list"
at          = "12-31"
methods     = ["declared", "contacts"]
months      = 12
professions = ["general_practitioner"]
team_kinds  = ["maison_de_sante"]

[[lists]]
name    = "list_before"
at      = "02-28"
year    = -1
methods = ["declared"]

[[figures]]
name     = "figure"
list     = "list"
measures = ["rehospitalisation_30j"]

[[expected]]
name  = "expected_nation"
model = "ages"
list  = "list_before"
year  = -1

[previous]
columns = ["equipe", "total"]

[facts]
equipe = "equipe.sql"

[report]
expected = "expected_nation"
teams    = "equipe.sql"
amount   = "total"
note     = { fr = "essai", en = "trial" }
[[report.options]]
name   = { fr = "autre", en = "other" }
hint   = { fr = "autrement", en = "otherwise" }
change = "changes/other.toml"
"#;

fn queries() -> Vec<(String, String)> {
    let sql = "SELECT team, :year AS annee, :previous_year AS avant FROM list WHERE at <= :period_end";
    vec![("equipe.sql".to_owned(), sql.to_owned())]
}

#[test]
fn a_chain_says_what_it_needs() {
    let chain = faultless(Chain::read("chain.toml", CHAIN, &queries()));
    let [list, before] = chain.lists.as_slice() else { panic!("{chain:?}") };
    let rules = list.rules(2021).expect("a day");
    assert_eq!((rules.at, rules.months), (date(2021, 12, 31), 12));
    assert_eq!(rules.methods, [Method::Declared, Method::Contacts]);
    let rules = before.rules(2021).expect("a day");
    assert_eq!((rules.at, rules.months), (date(2020, 2, 28), 24));
    assert_eq!((of_care(2021, 0), of_care(2021, -1), of_care(2021, 2019)), (2021, 2020, 2019));
    let report = chain.report.as_ref().expect("a report");
    assert_eq!((report.amount.as_str(), report.options.len()), ("total", 1));
    assert_eq!(chain.previous, ["equipe", "total"]);
    let (entity, sql) = chain.facts.first().expect("a query");
    assert_eq!(entity, "equipe");
    assert_eq!(
        fill(sql, 2021).expect("filled"),
        "SELECT team, 2021 AS annee, 2020 AS avant FROM list WHERE at <= DATE '2021-12-31'"
    );
}

#[test]
fn faults_of_a_chain_are_found() {
    let check = |from: &str, to: &str, expected: &[Code]| {
        assert!(CHAIN.contains(from), "{from}");
        let (chain, findings) = Chain::read("chain.toml", &CHAIN.replacen(from, to, 1), &queries());
        let found: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
        assert_eq!(found, expected, "{to}");
        assert_eq!(chain.is_some(), expected.is_empty());
    };
    check("schema_version = 1", "schema_version = 7", &[Code::SCHEMA_VERSION]);
    check("\"12-31\"", "\"02-29\"", &[Code::BAD_VALUE, Code::UNKNOWN_NAME]);
    check("\"declared\", ", "\"divined\", ", &[Code::BAD_VALUE]);
    check("methods = [\"declared\"]", "", &[Code::MISSING_KEY]);
    check("year    = -1", "year = 1", &[Code::BAD_VALUE]);
    check("year    = -1", "year = 2019", &[]);
    check("name     = \"figure\"", "name = \"list\"", &[Code::DUPLICATE_NAME]);
    check("name     = \"figure\"", "name = \"act\"", &[Code::DUPLICATE_NAME]);
    check("name     = \"figure\"", "name = \"Figure 1\"", &[Code::BAD_VALUE]);
    check("list     = \"list\"", "list = \"lists\"", &[Code::UNKNOWN_NAME]);
    check("model = \"ages\"\n", "", &[Code::MISSING_KEY, Code::UNKNOWN_NAME]);
    check("equipe = \"equipe.sql\"", "equipe = \"team.sql\"", &[Code::MISSING_FILE]);
    check("equipe = \"equipe.sql\"", "", &[Code::MISSING_KEY]);
    check("expected = \"expected_nation\"", "expected = \"list\"", &[Code::UNKNOWN_NAME]);
    check("change = \"changes/other.toml\"", "", &[Code::MISSING_KEY]);
    check("columns = ", "column = ", &[Code::UNKNOWN_KEY]);
    check("model = \"ages\"", "model = \"ages\"\nfitted_on = 0", &[Code::UNKNOWN_KEY]);
}

#[test]
fn faults_of_its_queries_are_found() {
    let check = |sql: &str, expected: &[Code]| {
        let queries = vec![("equipe.sql".to_owned(), sql.to_owned())];
        let (_, findings) = Chain::read("chain.toml", CHAIN, &queries);
        // Facts and report name the same file, so that each finding is there twice.
        let mut found: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
        found.sort();
        found.dedup();
        assert_eq!(found, expected, "{sql}");
    };
    check("DELETE FROM list", &[Code::NOT_ONE_SELECT]);
    check("SELECT :month FROM list", &[Code::PLACEHOLDER]);
    check("SELECT 'open FROM list", &[Code::BAD_VALUE, Code::NOT_ONE_SELECT]);
}
