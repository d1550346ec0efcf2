//! Model files and their queries.

use expected::{Levels, Model, PatientView, query};
use population::{Language, Period};

use crate::support::{model, model_text, view};

const SHIPPED: &[(&str, &str)] = &[
    ("ipep-2019.toml", include_str!("../../../../models/ipep-2019.toml")),
    ("ipep-2021-department.toml", include_str!("../../../../models/ipep-2021-department.toml")),
    ("ipep-2021-class.toml", include_str!("../../../../models/ipep-2021-class.toml")),
    ("peps-2018.toml", include_str!("../../../../models/peps-2018.toml")),
    ("peps-comorbidities.toml", include_str!("../../../../models/peps-comorbidities.toml")),
    ("desynpuf.toml", include_str!("../../../../models/desynpuf.toml")),
];

#[test]
fn shipped_models_read_without_findings_and_fill_their_queries() {
    let view_sql = include_str!("../../../../models/views/patient_year.sql");
    let period = Period::year(2019).unwrap();
    for (file, text) in SHIPPED {
        let (model, findings) = Model::read(file, text, &view());
        assert_eq!(findings, [], "{file}");
        let model = model.unwrap();
        let sql = query::view(view_sql, period).unwrap();
        assert!(!sql.contains(':'), "{file}: a place is not filled");
        let sql = query::patients(&model, "known", "spent", period);
        assert!(sql.contains("FROM known v"), "{file}");
        for covariate in &model.covariates {
            assert!(sql.contains(&format!(" AS {}", covariate.name)), "{file}: {}", covariate.name);
        }
        assert_eq!(query::year_length(&model, period), 365);
        let cells = query::cells(&model, 365, Some(100), "p");
        assert!(query::SUMS.iter().all(|(name, _)| cells.contains(&format!(" AS {name}"))));
    }
}

#[test]
fn every_fault_is_named_with_its_place_and_remedy() {
    let good = model_text("least_squares", "everybody", "");
    let check = |from: &str, to: &str, place: &str| {
        assert!(good.contains(from), "{from}");
        let (model, findings) = Model::read("small.toml", &good.replacen(from, to, 1), &view());
        assert!(model.is_none(), "{to}");
        let found = findings.iter().any(|finding| finding.key == place);
        let all: String = findings.iter().map(|finding| finding.render(Language::English)).collect();
        assert!(found, "{to}: expected {place}\n{all}");
        let complete = |finding: &population::Finding| {
            [&finding.message.fr, &finding.message.en, &finding.help.fr, &finding.help.en]
                .iter()
                .all(|text| !text.is_empty())
        };
        assert!(findings.iter().all(complete));
    };
    check("\"small\"", "\"other\"", "id");
    check("decimals", "decimales", "fit.decimales");
    check("decimals = 2", "decimals = 9", "fit.decimals");
    check("least_squares", "forest", "fit.method");
    check("\"act\"", "\"acts\"", "outcome.part[0].table");
    check("\"act\"", "\"patient\"", "outcome.part[0].table");
    check(
        "table = \"act\"",
        "table = \"act\", keep = { profession = [\"doctor\"] }",
        "outcome.part[0].profession",
    );
    check("table = \"act\"", "table = \"act\", keep = { colour = [\"red\"] }", "outcome.part[0].keep.colour");
    check("column    = \"age\"", "column    = \"aged\"", "covariate[0].column");
    check("[20, 30", "[30, 20", "covariate[0].levels");
    check("\"40-49\"", "\"40-50\"", "covariate[0].reference");
    check("name      = \"sex\"", "name      = \"age\"", "covariate[1].name");
    check("name      = \"sex\"", "name      = \"Sex\"", "covariate[1].name");
    check("[fit]", "[truncation]\nper_10000 = 9900\namount_cents = 1\n[fit]", "truncation.per_10000");
    check("[outcome]", "interactions = [[\"age\", \"size\"]]\n[outcome]", "interactions");
    check(
        "[fit]",
        "[fit]
year = \"period\"",
        "fit.year",
    );
    check("status = \"fictitious\"", "status = \"sure\"", "source[0].status");
}

#[test]
fn a_view_with_an_unknown_table_is_refused() {
    let (_, findings) = PatientView::read("v.toml", "id = \"v\"\nneeds = [\"persons\"]");
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].key, "needs");
}

#[test]
fn breaks_cut_where_the_query_cuts() {
    let model = model("cell_means", "everybody", "");
    let age = &model.covariates[0];
    assert_eq!(age.known_levels(), ["<20", "20-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+"]);
    for (number, level) in [(-1, "<20"), (19, "<20"), (20, "20-29"), (79, "70-79"), (80, "80+"), (111, "80+")]
    {
        assert_eq!(age.level_of_number(number).as_deref(), Some(level));
    }
    let narrow = expected::Covariate { levels: Levels::Breaks(vec![1, 2, 4]), ..age.clone() };
    assert_eq!(narrow.known_levels(), ["<1", "1", "2-3", "4+"]);
}
