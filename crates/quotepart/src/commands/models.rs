//! Models of expected spending: found by name, and what comes of them as files.

use std::path::Path;

use claims::{Engine, ExpectedRun, ModelWithView};
use expected::{Calibration, Model, PatientView};
use population::chain::ChainExpected;
use rulebook::{Language, text};
use serde::{Deserialize, Serialize};

use super::claims_source::{self, failure};
use crate::failure::{Failure, Outcome};
use crate::{embedded, messages, output};

/// How well a model predicts, as it is kept with a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Checked {
    /// The name of the model.
    pub(crate) model: String,
    /// Its title in French and in English.
    pub(crate) title: [String; 2],
    /// Cells that it was fitted on.
    pub(crate) cells: usize,
    /// Patients that it was fitted on, as a text: there may be more than a reader of JSON can hold.
    pub(crate) patients: String,
    /// Patients left out because a value is missing.
    pub(crate) left_out: Option<String>,
    /// The yearly amount at which spending was cut, in cents.
    pub(crate) cap_cents: Option<i64>,
    /// The share of the variance between patients that it explains.
    pub(crate) r_squared: Option<f64>,
    /// By tenth of predicted spending.
    pub(crate) calibration: Vec<Group>,
    /// By level of each covariate.
    pub(crate) ratios: Vec<Group>,
}

/// Predicted and observed spending of a group, per patient-year; nothing where too few patients are in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    /// The covariate and the level; empty for a tenth.
    pub(crate) name: [String; 2],
    pub(crate) patients: Option<u64>,
    pub(crate) predicted: Option<f64>,
    pub(crate) observed: Option<f64>,
}

/// Finds a model by its name, among files given first, then among the shipped ones.
pub(crate) fn find(name: &str, first: &[(String, String)], language: Language) -> Outcome<ModelWithView> {
    let file = format!("{name}.toml");
    let shipped = embedded::models();
    let text = first.iter().chain(&shipped).find(|(path, _)| *path == file).map(|(_, text)| text);
    let Some(text) = text else {
        let known: Vec<&str> = shipped
            .iter()
            .filter_map(|(path, _)| path.strip_suffix(".toml").filter(|name| !name.contains('/')))
            .collect();
        return Err(Failure::usage(text!(
            "le modèle `{name}` n'est pas connu",
            "the model `{name}` is not known"
        ))
        .suggest(name, &known));
    };
    read(&file, text, language)
}

/// Reads a model.
pub(crate) fn read(file: &str, text: &str, language: Language) -> Outcome<ModelWithView> {
    let shipped = embedded::models();
    let of = |end: &str| shipped.iter().find(|(path, _)| path.starts_with("views/") && path.ends_with(end));
    let (Some((view_file, view_text)), Some((_, sql))) = (of("toml"), of("sql")) else {
        return Err(Failure::Bug(anyhow::anyhow!("no view of patients is shipped")));
    };
    let (view, findings) = PatientView::read(view_file, view_text);
    claims_source::say(&findings, language);
    let view = view.ok_or_else(|| Failure::Bug(anyhow::anyhow!("the view of patients cannot be read")))?;
    let (model, findings) = Model::read(file, text, &view);
    claims_source::say(&findings, language);
    let model = model.ok_or_else(|| {
        Failure::usage(text!("le modèle `{file}` n'est pas utilisable", "the model `{file}` cannot be used"))
    })?;
    Ok(ModelWithView { model, view: sql.clone(), needs: view.needs })
}

/// Warns of tables that a source lacks: what they would say of patients is empty, and explains nothing.
pub(crate) fn warn_of_absent(run: &ExpectedRun, language: Language) {
    if run.absent.is_empty() {
        return;
    }
    let (model, absent) = (&run.release.model, run.absent.join(", "));
    messages::warning(
        &text!(
            "{model} : la source n'a pas {absent} ; ce que ces tables diraient des patients est vide",
            "{model}: the source lacks {absent}; what these tables would say of patients is empty"
        ),
        language,
    );
}

/// Writes the released table and how well it predicts into a folder.
pub(crate) fn write(run: &ExpectedRun, with_view: &ModelWithView, folder: &Path) -> Outcome<()> {
    let release = run.release.to_csv().map_err(anyhow::Error::from)?;
    output::write(&folder.join("release.csv"), release.as_bytes())?;
    let words = serde_json::to_string_pretty(&checked(run, with_view)).map_err(anyhow::Error::from)?;
    output::write(&folder.join("diagnostics.json"), format!("{words}\n").as_bytes())
}

/// Returns how well a model predicts.
pub(crate) fn checked(run: &ExpectedRun, with_view: &ModelWithView) -> Checked {
    let group = |name: [String; 2], shown: Option<&Calibration>| Group {
        name,
        patients: shown.and_then(|shown| u64::try_from(shown.patients).ok()),
        predicted: shown.map(|shown| shown.predicted.approximate()),
        observed: shown.map(|shown| shown.observed.approximate()),
    };
    let fewest = i128::from(population::release::FEWEST_SHOWN);
    let title = &with_view.model.title;
    Checked {
        model: with_view.model.id.clone(),
        title: [title.fr.clone(), title.en.clone()],
        cells: run.cells,
        patients: run.patients.0.to_string(),
        left_out: (run.patients.1 == 0 || run.patients.1 >= fewest).then(|| run.patients.1.to_string()),
        cap_cents: run.cap_cents,
        r_squared: run.diagnostics.r_squared,
        calibration: run
            .diagnostics
            .calibration
            .iter()
            .map(|tenth| group(Default::default(), Some(tenth)))
            .collect(),
        ratios: run
            .diagnostics
            .ratios
            .iter()
            .map(|ratio| group([ratio.covariate.clone(), ratio.level.clone()], ratio.shown.as_ref()))
            .collect(),
    }
}

/// Names what a fit has left in a folder: teams, released table, patients.
pub(crate) fn open(engine: &Engine, chain: &ChainExpected, folder: &Path) -> Outcome<()> {
    let name = &chain.name;
    let patients = folder.join(format!("{name}_patients.parquet"));
    let fitted_on = folder.join(format!("{name}_fit_patients.parquet"));
    let patients = if patients.is_file() { patients } else { fitted_on };
    for (table, file) in [
        (name.clone(), folder.join("teams.parquet")),
        (format!("{name}_release"), folder.join("release.parquet")),
        (format!("{name}_patients"), patients),
    ] {
        engine.open_file(&table, &file).map_err(|error| failure(&error))?;
    }
    Ok(())
}
