//! The report of a run: who wins and loses, how sure that is, under which readings of the contract.

use std::collections::BTreeMap;
use std::path::Path;

use exact::{Cents, Rational};
use population::chain::ChainReport;
use population::release::FEWEST_SHOWN;
use report::{
    Decile, ModelCheck, RefusedLine, RunGain, RunOption, RunPage, RunTeam, SubgroupRatio, estimate, run_page,
};
use rulebook::columns::Engine;
use rulebook::{Language, Source, Text, text};
use serde::Deserialize;

use super::contract::Contract;
use super::steps::Steps;
use crate::again::Again;
use crate::cli::RunArgs;
use crate::commands::models::{Checked, Group};
use crate::failure::{Failure, Outcome};
use crate::results::{self, Sheet};
use crate::run::SETTLEMENT;
use crate::{environment, output};

/// Decimals of released estimates of money, and of shares.
const MONEY_DECIMALS: usize = 2;
const SHARE_DECIMALS: usize = 4;

/// A team as the chain describes it.
#[derive(Debug, Deserialize)]
struct Described {
    team: String,
    kind_fr: String,
    kind_en: String,
    territory_fr: Option<String>,
    territory_en: Option<String>,
    deprivation: Option<u8>,
}

/// A team against what was expected of it; numbers as texts.
#[derive(Debug, Deserialize)]
struct Compared {
    label: String,
    patients: u64,
    observed: String,
    expected: String,
    low: String,
    high: String,
    chance: String,
    nil: Option<String>,
}

/// What a reading of the contract gives.
struct Reading {
    title: Text,
    amounts: BTreeMap<String, Cents>,
    refused: Vec<RefusedLine>,
}

/// Writes the report in both languages into the folder of the run.
pub(super) fn write(
    steps: &Steps<'_>,
    args: &RunArgs,
    contract: &Contract,
    asked: &ChainReport,
) -> Outcome<()> {
    let page = page(steps, args, contract, asked)?;
    for (language, name) in [(Language::French, "report.html"), (Language::English, "report.en.html")] {
        let words = run_page(&page, language).map_err(anyhow::Error::from)?;
        output::write(&args.out.join(name), words.as_bytes())?;
    }
    Ok(())
}

fn page(steps: &Steps<'_>, args: &RunArgs, contract: &Contract, asked: &ChainReport) -> Outcome<RunPage> {
    let settlement = args.out.join(SETTLEMENT);
    let mut readings = vec![reading(&settlement, &[], &asked.amount)?];
    for option in &asked.options {
        readings.push(reading(&settlement, &[contract.change(&option.change)?], &asked.amount)?);
    }
    let mut options = vec![RunOption {
        name: text!("en vigueur", "in force"),
        hint: text!("le contrat tel qu'il est à cette date", "the contract as it stands at that date"),
    }];
    options.extend(asked.options.iter().map(|option| RunOption {
        name: Text::new(option.name.fr.clone(), option.name.en.clone()),
        hint: Text::new(option.hint.fr.clone(), option.hint.en.clone()),
    }));
    let year = args.year;
    let Text { fr, en } = readings[0].title.clone();
    Ok(RunPage {
        title: Text::new(format!("{fr}, année de soins {year}"), format!("{en}, year of care {year}")),
        subtitle: text!(
            "qui gagne, qui perd, et avec quelle certitude",
            "who wins, who loses, and how sure that is"
        ),
        currency: "€".to_owned(),
        notes: notes(args, asked),
        options,
        teams: teams(steps, asked, &readings)?,
        one_patient_sd: one_patient(steps, &asked.expected)?,
        models: models(steps)?,
        refused: readings.swap_remove(0).refused,
        made_of: made_of(steps, args)?,
    })
}

fn notes(args: &RunArgs, asked: &ChainReport) -> Vec<Text> {
    let mut notes = vec![Text::new(asked.note.fr.clone(), asked.note.en.clone())];
    if args.partial {
        notes.push(text!(
            "Résultats partiels : des mois peuvent manquer.",
            "Partial results: months may be missing."
        ));
    }
    if !args.change.is_empty() {
        notes.push(text!(
            "C'est une simulation : des changements sont posés sur le contrat.",
            "This is a simulation: changes are laid over the contract."
        ));
    }
    notes
}

/// Settles the facts of a run again, with more changes.
fn reading(folder: &Path, more: &[Source], output: &str) -> Outcome<Reading> {
    let run = Again::read_with(folder, more)?;
    let (at, known_at) = run.dates()?;
    let plan = crate::commands::plan(&run.book, at, known_at)?;
    let engine = Engine::with_threads(environment::threads());
    let excluded = &run.manifest.excluded;
    let mut settled = engine.settle(&plan, &run.facts, run.manifest.official, excluded, &mut |_| {});
    results::tidy_refusals(&run.book, &mut settled.refused, excluded);
    let mut amounts = BTreeMap::new();
    for sheet in Sheet::all(&plan).iter().filter(|sheet| sheet.name == run.book.instrument.subject) {
        let mut bytes = sheet.csv_header()?;
        bytes.extend(sheet.csv_rows(&run.book, &run.facts, &settled)?);
        amounts = one_column(&bytes, output)?;
    }
    let refused = settled
        .refused
        .iter()
        .map(|refusal| RefusedLine { id: refusal.id.clone(), reason: refusal.message.clone() })
        .collect();
    Ok(Reading { title: run.book.instrument.title.clone(), amounts, refused })
}

/// Reads one output of each subject out of printed results.
fn one_column(bytes: &[u8], output: &str) -> Outcome<BTreeMap<String, Cents>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().map_err(anyhow::Error::from)?.clone();
    let Some(place) = header.iter().position(|name| name == output) else {
        return Err(Failure::usage(text!(
            "le contrat n'a pas de résultat `{output}`, que sa chaîne demande pour le rapport",
            "the contract has no output `{output}`, which its chain asks for the report"
        )));
    };
    let mut found = BTreeMap::new();
    for row in reader.records() {
        let row = row.map_err(anyhow::Error::from)?;
        let amount = row.get(place).filter(|amount| !amount.is_empty());
        if let (Some(id), Some(amount)) = (row.get(0), amount) {
            let cents = Cents::from_rational(&number(amount)?).map_err(anyhow::Error::from)?;
            found.insert(id.to_owned(), cents);
        }
    }
    Ok(found)
}

fn teams(steps: &Steps<'_>, asked: &ChainReport, readings: &[Reading]) -> Outcome<Vec<RunTeam>> {
    let name = &asked.expected;
    let compared: Vec<Compared> = steps.rows(&format!(
        "SELECT label, patients, observed, expected, \
         CAST(low AS DECIMAL(18, {MONEY_DECIMALS})) AS low, CAST(high AS DECIMAL(18, {MONEY_DECIMALS})) AS high, \
         CAST(chance AS DECIMAL(9, {SHARE_DECIMALS})) AS chance, \
         CAST(nil_or_negative AS DECIMAL(9, {SHARE_DECIMALS})) AS nil FROM {name} ORDER BY label"
    ))?;
    let compared: BTreeMap<&str, &Compared> =
        compared.iter().map(|team| (team.label.as_str(), team)).collect();
    let mut teams = Vec::new();
    for team in steps.rows::<Described>(&asked.teams)? {
        // Where a list is too small to be shown, amounts could give its size away.
        let found = compared.get(team.team.as_str()).filter(|found| found.patients >= FEWEST_SHOWN);
        let Some(found) = found else { continue };
        let territory = team.territory_fr.zip(team.territory_en).map(|(fr, en)| Text::new(fr, en));
        teams.push(RunTeam {
            kind: Text::new(team.kind_fr, team.kind_en),
            territory,
            deprivation: team.deprivation,
            patients: Some(found.patients),
            gain: Some(gain(found)?),
            quality: None,
            amounts: readings.iter().map(|reading| reading.amounts.get(&team.team).copied()).collect(),
            id: team.team,
        });
    }
    Ok(teams)
}

fn gain(found: &Compared) -> Outcome<RunGain> {
    Ok(RunGain {
        observed: number(&found.observed)?,
        expected: number(&found.expected)?,
        interval: Some((number(&found.low)?, number(&found.high)?)),
        chance_without_effect: Some(number(&found.chance)?),
        chance_nil_or_negative: found.nil.as_deref().map(number).transpose()?,
    })
}

fn number(text: &str) -> Outcome<Rational> {
    text.parse().map_err(|error| Failure::Bug(anyhow::anyhow!("`{text}`: {error}")))
}

/// Returns how much the gain of one patient varies: the error of a team times the root of its patients, on average.
fn one_patient(steps: &Steps<'_>, name: &str) -> Outcome<Option<Rational>> {
    #[derive(Deserialize)]
    struct Row {
        sd: Option<String>,
    }
    let rows: Vec<Row> = steps.rows(&format!(
        "SELECT CAST(AVG(error * POWER(CAST(patients AS DOUBLE), 0.5)) AS DECIMAL(18, {MONEY_DECIMALS})) AS sd FROM {name}"
    ))?;
    rows.first().and_then(|row| row.sd.as_deref()).map(number).transpose()
}

fn models(steps: &Steps<'_>) -> Outcome<Vec<ModelCheck>> {
    let mut found = Vec::new();
    for (name, words) in steps.diagnostics()? {
        let checked: Checked = serde_json::from_str(&words).map_err(anyhow::Error::from)?;
        let [fr, en] = &checked.title;
        found.push(ModelCheck {
            name: Text::new(format!("{fr} ({name})"), format!("{en} ({name})")),
            share_explained: checked.r_squared.and_then(|share| estimate(share, SHARE_DECIMALS)),
            deciles: checked.calibration.iter().map(decile).collect(),
            subgroups: checked.ratios.iter().map(subgroup).collect(),
        });
    }
    Ok(found)
}

fn money(number: Option<f64>) -> Option<Rational> {
    number.and_then(|number| estimate(number, MONEY_DECIMALS))
}

fn decile(group: &Group) -> Decile {
    Decile {
        expected: money(group.predicted).unwrap_or_default(),
        observed: money(group.observed).unwrap_or_default(),
        patients: group.patients,
    }
}

fn subgroup(group: &Group) -> SubgroupRatio {
    let [covariate, level] = &group.name;
    let both = money(group.observed).zip(money(group.predicted));
    SubgroupRatio {
        label: text!("{covariate} : {level}", "{covariate}: {level}"),
        ratio: both.and_then(|(observed, predicted)| observed.checked_div(&predicted)).unwrap_or_default(),
        patients: group.patients,
    }
}

/// Returns what the run rests on.
fn made_of(steps: &Steps<'_>, args: &RunArgs) -> Outcome<Vec<(Text, Text)>> {
    let record = steps.record();
    let manifest = crate::run::read(&args.out.join(SETTLEMENT))?;
    let same = |words: String| Text::new(words.clone(), words);
    let files = record.data.len();
    let mut lines = vec![
        (text!("Contrat", "Rulebook"), same(record.rulebook.clone())),
        (text!("Période", "Period"), same(format!("{} – {}", manifest.period_first, manifest.period_last))),
        (
            text!("Données", "Data"),
            text!("{files} fichiers, empreintes dans chain.toml", "{files} files, hashes in chain.toml"),
        ),
        (text!("Identité de la chaîne", "Identity of the chain"), same(record.identity.clone())),
        (text!("Identité du calcul", "Identity of the run"), same(manifest.identity)),
        (text!("Quotepart", "Quotepart"), same(manifest.quotepart)),
    ];
    if let Some(mapping) = &record.mapping {
        lines.push((text!("Source lue par", "Source read by"), same(mapping.clone())));
    }
    Ok(lines)
}
