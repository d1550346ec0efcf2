//! A small model and rows for it.

use expected::{CellRow, Model, PatientRow, PatientView, cells};

/// The view of patients that ships.
pub(crate) fn view() -> PatientView {
    let text = include_str!("../../../../models/views/patient_year.toml");
    let (view, findings) = PatientView::read("models/views/patient_year.toml", text);
    assert_eq!(findings, []);
    view.expect("a view without findings")
}

/// A model of age and sex, with what a test wants to say of the fit.
pub(crate) fn model_text(method: &str, reference: &str, more: &str) -> String {
    format!(
        r#"
id     = "small"
title  = {{ fr = "petit", en = "small" }}
source = [{{ title = "test", status = "fictitious" }}]
{more}
[outcome]
label  = {{ fr = "tout", en = "all" }}
amount = "spent"
part   = [{{ table = "act" }}]
[population]
reference = "{reference}"
weight    = "patient_years"
[[covariate]]
name      = "age"
label     = {{ fr = "âge", en = "age" }}
column    = "age"
breaks    = [20, 30, 40, 50, 60, 70, 80]
reference = "40-49"
[[covariate]]
name      = "sex"
label     = {{ fr = "sexe", en = "sex" }}
column    = "sex"
levels    = ["female", "male"]
reference = "female"
[[covariate]]
name      = "ill"
label     = {{ fr = "malade", en = "ill" }}
column    = "long_term_condition"
reference = "false"
[fit]
method   = "{method}"
decimals = 2
"#
    )
}

/// Reads [`model_text`].
pub(crate) fn model(method: &str, reference: &str, more: &str) -> Model {
    let (model, findings) = Model::read("small.toml", &model_text(method, reference, more), &view());
    assert_eq!(findings, []);
    model.expect("a model without findings")
}

/// A patient of a whole year.
pub(crate) fn patient(team: &str, levels: [&str; 3], euros: i64) -> PatientRow {
    PatientRow {
        team: (!team.is_empty()).then(|| team.to_owned()),
        levels: levels.map(str::to_owned).to_vec(),
        exposure: 365,
        outcome_cents: euros * 100,
    }
}

/// Cells of patients, uncut.
pub(crate) fn cells_of(patients: &[PatientRow]) -> Vec<CellRow> {
    cells::aggregate(patients, 365, None).expect("small sums")
}
