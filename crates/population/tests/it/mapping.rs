//! The shipped mapping, and what is wrong with others.

use population::{Code, Mapping};

use crate::support::{faultless, files, root};

fn shipped(name: &str) -> (String, Vec<(String, String)>) {
    let folder = format!("mappings/{name}");
    let text = std::fs::read_to_string(root().join(&folder).join("mapping.toml")).expect("the mapping");
    let queries = files(&folder, ".sql");
    let named =
        queries.into_iter().map(|(path, sql)| (path.rsplit('/').next().unwrap_or("").to_owned(), sql));
    (text, named.collect())
}

fn codes(text: &str, queries: &[(String, String)]) -> Vec<Code> {
    Mapping::read("mapping.toml", text, queries).1.iter().map(|finding| finding.code).collect()
}

#[test]
fn every_shipped_mapping_is_faultless() {
    let (text, queries) = shipped("desynpuf");
    let mapping = faultless(Mapping::read("mapping.toml", &text, &queries));
    assert_eq!(mapping.id, "desynpuf");
    assert_eq!(mapping.tables.len(), queries.len());
    assert_eq!(mapping.checks.len(), 4);
    for (name, table) in &mapping.tables {
        assert_eq!(mapping.check_output(name, &table.columns), []);
    }
    let found = mapping.check_output("team", &["team".to_owned(), "colour".to_owned()]);
    let found: Vec<Code> = found.iter().map(|finding| finding.code).collect();
    assert_eq!(found, [Code::MISSING_COLUMN, Code::UNKNOWN_COLUMN]);
}

#[test]
fn the_mapping_of_the_snds_is_faultless() {
    let (text, queries) = shipped("snds");
    let mapping = faultless(Mapping::read("mapping.toml", &text, &queries));
    assert_eq!(mapping.tables.len() + mapping.views.len() + mapping.lists.len(), queries.len());
    assert!(mapping.absent.is_empty());
    assert!(mapping.sources.values().any(|source| source.optional));
    let line = mapping.views.iter().find(|view| view.name == "line").expect("a view");
    assert!(line.keep && line.after == ["patient", "practitioner"], "{line:?}");
    assert_eq!(line.months_of, Some(("er_prs_f".to_owned(), "flx_dis_dtd".to_owned())));
    assert_eq!(line.apart_by.as_deref(), Some("patient"));
    assert_eq!(mapping.tables["act"].numbered, ["patient", "practitioner"]);
    assert_eq!(mapping.tables["act"].part_of.as_deref(), Some("line"));
}

#[test]
fn faults_of_views_lists_and_types_are_found() {
    let (text, queries) = shipped("snds");
    let check = |from: &str, to: &str, expected: &[Code]| {
        assert!(text.contains(from), "{from}");
        assert_eq!(codes(&text.replacen(from, to, 1), &queries), expected, "{to}");
    };
    check("\"whole\"", "\"number\"", &[Code::BAD_VALUE]);
    check("\"text?\"", "\"text!\"", &[Code::BAD_VALUE]);
    check("name = \"nature_kind\"", "name = \"nature\"", &[Code::DUPLICATE_NAME, Code::MISSING_TABLE]);
    check("name = \"nature_kind\"", "name = \"no_such_query\"", &[Code::MISSING_FILE, Code::MISSING_TABLE]);
    check("\"er_prs_f.flx_dis_dtd\"", "\"flx_dis_dtd\"", &[Code::BAD_VALUE]);
    check("keep = true", "keep = \"yes\"", &[Code::WRONG_KIND]);
    check("name = \"stays_apart\"", "name = \"stay\"", &[Code::DUPLICATE_NAME, Code::MISSING_TABLE]);
    check("numbered = [\"patient\"]", "numbered = [\"person\"]", &[Code::UNKNOWN_COLUMN]);
    check("part_of  = \"line\"", "part_of = \"repeated_line\"", &[Code::UNKNOWN_NAME]);
    check("name = \"nature\"", "name = \"nature\"\napart_by = \"first_code\"", &[Code::BAD_VALUE]);
}

#[test]
fn faults_of_a_mapping_are_found() {
    let (text, queries) = shipped("desynpuf");
    let check = |from: &str, to: &str, expected: &[Code]| {
        assert!(text.contains(from), "{from}");
        assert_eq!(codes(&text.replacen(from, to, 1), &queries), expected, "{to}");
    };
    check("schema_version = 1", "schema_version = 2", &[Code::SCHEMA_VERSION]);
    check("currency       = \"USD\"", "", &[Code::MISSING_KEY]);
    check("to = 2010-12-31", "to = 2007-12-31", &[Code::BAD_VALUE]);
    check("\"birth_date\", ", "", &[Code::MISSING_COLUMN]);
    check(
        "\"birth_date\", ",
        "\"birth_date\", \"source_key\", ",
        &[Code::UNKNOWN_COLUMN, Code::MISSING_COLUMN],
    );
    check("\"death_date\", ", "\"death_date\", \"death_date\", ", &[Code::DUPLICATE_NAME]);
    check("[tables.team]\ncolumns = [\"team\", \"kind\"]\n", "", &[Code::MISSING_TABLE, Code::MISSING_TABLE]);
    check("[tables.contact]", "[tables.stay_episode]", &[Code::UNKNOWN_NAME, Code::MISSING_TABLE]);
    check("coverage        = {", "patient = {", &[Code::UNKNOWN_NAME, Code::MISSING_TABLE]);
    check("DE1_0_{summary_year}_Beneficiary", "DE1_0_", &[Code::PLACEHOLDER]);
    check("format    = \"csv\"", "format = \"xml\"", &[Code::BAD_VALUE]);
    check("id    = \"negative_payment\"", "id = \"second_segment\"", &[Code::DUPLICATE_NAME]);
    check("AS count FROM inpatient_claims WHERE segment", "FROM inpatient_claims WHERE segment", &[]);
}

#[test]
fn a_query_is_one_select() {
    let (text, queries) = shipped("desynpuf");
    let check = |sql: &str, expected: &[Code]| {
        let mut queries = queries.clone();
        let query = queries.iter_mut().find(|(name, _)| name == "team.sql").expect("the query");
        sql.clone_into(&mut query.1);
        assert_eq!(codes(&text, &queries), expected, "{sql}");
    };
    check("SELECT 'a' AS team, 'drop; insert' AS kind -- delete\n;\n", &[]);
    check("WITH t AS (SELECT 1) SELECT 'a' AS team, 'b' AS kind FROM t", &[]);
    check("SELECT 'a' AS team, 'b' AS kind; SELECT 1", &[Code::NOT_ONE_SELECT]);
    check("DROP TABLE team", &[Code::NOT_ONE_SELECT]);
    check("WITH t AS (DELETE FROM a) SELECT 1 AS team, 2 AS kind", &[Code::NOT_ONE_SELECT]);
    check("SELECT 'open AS team", &[Code::NOT_ONE_SELECT]);
    check("SELECT 'a' AS team", &[Code::MISSING_COLUMN]);
    let without: Vec<_> = queries.iter().filter(|(name, _)| name != "team.sql").cloned().collect();
    assert_eq!(codes(&text, &without), [Code::MISSING_FILE]);
}
