//! The steps of a chain. Each leaves files, from which a later command goes on, and tables in the session.

use std::path::{Path, PathBuf};

use claims::{Engine, ExpectedRun, MeasureLibrary, ModelWithView, Opened};
use population::Period;
use population::chain::{ChainExpected, of_care};
use population::gate::Gate;
use rulebook::{Language, text};
use serde::de::DeserializeOwned;

use super::contract::Contract;
use super::record::{ChainFolder, Record};
use crate::cli::{Context, RunArgs};
use crate::commands::claims_source::failure;
use crate::commands::{claims_source, gate, models, settle};
use crate::failure::{Failure, Outcome};
use crate::output::{self, Writing};
use crate::results::SUBJECT_COLUMN;
use crate::{console, environment, messages, run};

/// What the steps have in common.
pub(super) struct Steps<'a> {
    context: &'a Context,
    args: &'a RunArgs,
    contract: &'a Contract,
    folder: ChainFolder,
    engine: Engine,
    library: MeasureLibrary,
    opened: Option<Opened>,
}

impl<'a> Steps<'a> {
    pub(super) fn new(
        context: &'a Context,
        args: &'a RunArgs,
        contract: &'a Contract,
        folder: ChainFolder,
    ) -> Outcome<Self> {
        let library = claims_source::library()?;
        let engine = claims_source::engine()?;
        Ok(Self { context, args, contract, folder, engine, library, opened: None })
    }

    /// Opens the claims: canonical tables as they are, or those that a mapping makes; the gate corrects them.
    pub(super) fn claims(&mut self) -> Outcome<()> {
        let Some(mapping) = &self.args.mapping else {
            let tables = &self.args.data;
            let opened = self.open(tables, None)?;
            // What the gate has written it need not look through again.
            match gate::record::read(tables, &self.folder.record.data) {
                Some(found) => self.tell(None, &found)?,
                None => self.tell(None, &self.gate(&opened)?)?,
            }
            self.opened = Some(opened);
            return Ok(());
        };
        if !self.folder.is_done("claims") {
            self.begin("claims");
            let mapping = claims_source::mapping(mapping, self.context.language)?;
            let imported_to = self.folder.empty("import")?;
            let imported = self
                .engine
                .import(&mapping, &self.args.data, &imported_to, claims_source::far(self.context.language))
                .map_err(|error| failure(&error))?;
            let imported = (mapping, imported);
            let opened = self.open(&imported_to, Some(&imported.1))?;
            let found = self.gate(&opened)?;
            self.tell(Some(&imported), &found)?;
            let tables = self.folder.empty("claims")?;
            self.engine
                .write_tables(&opened, &tables, claims_source::step)
                .map_err(|error| failure(&error))?;
            gate::record::write(&tables, &found, self.context.language)?;
            std::fs::remove_dir_all(&imported_to)
                .map_err(|error| output::cannot_write(&imported_to, &error))?;
            self.folder.finish("claims", &["claims", "gate.json"])?;
        }
        let opened = self.engine.open(&self.folder.path.join("claims")).map_err(|error| failure(&error))?;
        self.opened = Some(opened);
        Ok(())
    }

    /// Opens canonical tables, perhaps those that were just made from a source.
    fn open(&self, tables: &Path, imported: Option<&claims::Imported>) -> Outcome<Opened> {
        let mut opened = self.engine.open(tables).map_err(|error| failure(&error))?;
        if let Some(imported) = imported {
            opened = opened.written_by(imported);
        }
        for warning in &opened.warnings {
            messages::warning(&claims_source::words(warning.clone()), self.context.language);
        }
        Ok(opened)
    }

    /// Lets the gate correct the tables of the session.
    fn gate(&self, opened: &Opened) -> Outcome<Vec<claims::Found>> {
        self.engine.gate(opened, Gate::shipped(), None, claims_source::step).map_err(|error| failure(&error))
    }

    /// Writes what the gate found.
    fn tell(
        &self,
        imported: Option<&(population::Mapping, claims::Imported)>,
        found: &[claims::Found],
    ) -> Outcome<()> {
        let lines = gate::lines(imported, Gate::shipped(), found, self.context.language);
        let words = serde_json::to_string_pretty(&lines).map_err(anyhow::Error::from)?;
        output::write(&self.folder.path.join("gate.json"), format!("{words}\n").as_bytes())
    }

    fn opened(&self) -> Outcome<&Opened> {
        self.opened.as_ref().ok_or_else(|| Failure::Bug(anyhow::anyhow!("the claims are not open")))
    }

    /// Computes the lists of patients.
    pub(super) fn lists(&mut self) -> Outcome<()> {
        for list in &self.contract.chain.lists {
            let step = format!("list {}", list.name);
            let file = format!("lists/{}.parquet", list.name);
            let path = self.folder.path.join(&file);
            if !self.folder.is_done(&step) {
                self.begin(&step);
                self.engine
                    .chain_list(self.opened()?, &self.library, list, self.args.year)
                    .map_err(|error| failure(&error))?;
                self.write(&path, self.engine.lists_query())?;
                self.folder.finish(&step, &[&file])?;
            }
            self.engine.open_chain_list(list, &path).map_err(|error| failure(&error))?;
        }
        Ok(())
    }

    /// Computes the figures of measures.
    pub(super) fn figures(&mut self) -> Outcome<()> {
        for figures in &self.contract.chain.figures {
            let step = format!("figures {}", figures.name);
            let file = format!("figures/{}.parquet", figures.name);
            let path = self.folder.path.join(&file);
            if !self.folder.is_done(&step) {
                self.begin(&step);
                self.whole_year(of_care(self.args.year, figures.year), &figures.measures)?;
                self.engine
                    .chain_figures(
                        self.opened()?,
                        &self.library,
                        figures,
                        self.args.year,
                        claims_source::step,
                    )
                    .map_err(|error| failure(&error))?;
                self.write(
                    &path,
                    &format!("SELECT * FROM {} ORDER BY measure, team NULLS FIRST", figures.name),
                )?;
                self.folder.finish(&step, &[&file])?;
            }
            self.engine.open_file(&figures.name, &path).map_err(|error| failure(&error))?;
        }
        Ok(())
    }

    /// Refuses measures of a year that lacks months, unless it may be partial.
    fn whole_year(&self, year: i16, measures: &[String]) -> Outcome<()> {
        let known = measures.iter().filter_map(|id| self.library.measure(id));
        let mut tables: Vec<String> =
            known.flat_map(|(measure, _)| self.library.tables_of(measure)).collect();
        tables.sort();
        tables.dedup();
        self.whole(year, &tables)
    }

    fn whole(&self, year: i16, tables: &[String]) -> Outcome<()> {
        let Some(period) = Period::year(year) else { return Ok(()) };
        claims_source::whole_period(
            &self.engine,
            self.opened()?,
            tables,
            period,
            self.args.partial,
            self.context.language,
        )
        .map(|_is_partial| ())
    }

    /// Fits models and compares teams with what they expect.
    pub(super) fn expected(&mut self) -> Outcome<()> {
        for chain in &self.contract.chain.expected {
            let step = format!("expected {}", chain.name);
            let inside = format!("expected/{}", chain.name);
            let folder = self.folder.path.join(&inside);
            if !self.folder.is_done(&step) {
                self.begin(&step);
                let with_view =
                    models::find(&chain.model, &self.contract.chain_files, self.context.language)?;
                let tables: Vec<String> =
                    with_view.model.outcome.parts.iter().map(|part| part.table.clone()).collect();
                self.whole(of_care(self.args.year, chain.year), &tables)?;
                let folder = self.folder.empty(&inside)?;
                let run = self.expect(&with_view, chain, &folder)?;
                models::warn_of_absent(&run, self.context.language);
                models::write(&run, &with_view, &folder)?;
                self.folder.finish(&step, &[&inside])?;
            }
            models::open(&self.engine, chain, &folder)?;
        }
        Ok(())
    }

    fn expect(
        &self,
        with_view: &ModelWithView,
        chain: &ChainExpected,
        folder: &Path,
    ) -> Outcome<ExpectedRun> {
        let run = self.folder.record.identity.chars().take(12).collect::<String>();
        let found = self
            .engine
            .expect(self.opened()?, with_view, chain, self.args.year, &run, folder)
            .map_err(|error| failure(&error))?;
        let name = &chain.name;
        self.write(&folder.join("teams.parquet"), &format!("SELECT * FROM {name} ORDER BY label"))?;
        self.write(&folder.join("release.parquet"), &format!("SELECT * FROM {name}_release"))?;
        Ok(found)
    }

    /// Makes the facts, and the tables of the contract that come out of claims. Returns the entities that have facts.
    pub(super) fn facts(&mut self) -> Outcome<Vec<String>> {
        let chain = &self.contract.chain;
        let entities = chain.facts.iter().map(|(entity, _)| entity.clone()).collect();
        if self.folder.is_done("facts") {
            return Ok(entities);
        }
        self.begin("facts");
        self.name_previous()?;
        self.name_shipped()?;
        let folder = self.folder.empty("facts")?;
        for (entity, sql) in &chain.facts {
            let mut writing = Writing::begin(&folder.join(format!("{entity}.csv")))?;
            self.engine
                .write_csv(&format!("chain: {entity}"), sql, self.args.year, &mut writing)
                .map_err(|error| failure(&error))?;
            writing.place()?;
        }
        let mut written = vec!["facts"];
        if !chain.tables.is_empty() {
            let mut tables = Vec::new();
            for (name, sql) in &chain.tables {
                let mut text = Vec::new();
                self.engine
                    .write_csv(&format!("chain: {name}"), sql, self.args.year, &mut text)
                    .map_err(|error| failure(&error))?;
                tables.push((name.clone(), String::from_utf8(text).map_err(anyhow::Error::from)?));
            }
            let rulebook = self.folder.empty("rulebook")?;
            self.contract.write(&rulebook, &tables)?;
            written.push("rulebook");
        }
        self.folder.finish("facts", &written)?;
        Ok(entities)
    }

    /// Names the results of the year before.
    fn name_previous(&self) -> Outcome<()> {
        let columns = &self.contract.chain.previous;
        if columns.is_empty() {
            return Ok(());
        }
        let (path, text) = match &self.args.previous {
            None => (PathBuf::new(), None),
            Some(folder) => {
                let folder = run::settled_in(folder);
                run::read(&folder)?;
                let Some(subject) = columns.first() else { return Ok(()) };
                let path = folder.join(settle::results_path(subject));
                let text = std::fs::read_to_string(&path).map_err(|error| {
                    let shown = path.display();
                    Failure::io(&text!("impossible de lire `{shown}`", "cannot read `{shown}`"), &error)
                })?;
                // Queries know the ids of subjects by the name of their entity.
                let text = match text.strip_prefix(SUBJECT_COLUMN) {
                    Some(rest) => format!("{subject}{rest}"),
                    None => text,
                };
                (path, Some(text))
            }
        };
        self.engine.name_texts("previous", columns, &path, text.as_deref()).map_err(|error| failure(&error))
    }

    /// Names the shipped rows of each table of the contract that claims replace.
    fn name_shipped(&self) -> Outcome<()> {
        for (name, _) in &self.contract.chain.tables {
            let file = format!("tables/{name}.csv");
            let Some((_, text)) = self.contract.files.files.iter().find(|(path, _)| *path == file) else {
                continue;
            };
            let header = text.lines().next().unwrap_or_default();
            let columns: Vec<String> = header.split(',').map(|column| column.trim().to_owned()).collect();
            self.engine
                .name_texts(&format!("shipped_{name}"), &columns, Path::new(&file), Some(text))
                .map_err(|error| failure(&error))?;
        }
        Ok(())
    }

    /// Returns the rows of a query of the chain, by the names of their columns.
    pub(super) fn rows<T: DeserializeOwned>(&self, sql: &str) -> Outcome<Vec<T>> {
        let mut text = Vec::new();
        self.engine
            .write_csv("chain: report", sql, self.args.year, &mut text)
            .map_err(|error| failure(&error))?;
        let rows =
            csv::Reader::from_reader(text.as_slice()).into_deserialize().collect::<Result<Vec<T>, _>>();
        Ok(rows.map_err(anyhow::Error::from)?)
    }

    /// Returns how well each model predicts, as JSON, by the name of its results.
    pub(super) fn diagnostics(&self) -> Outcome<Vec<(String, String)>> {
        let mut found = Vec::new();
        for chain in &self.contract.chain.expected {
            let path = self.folder.path.join(format!("expected/{}/diagnostics.json", chain.name));
            let words = std::fs::read_to_string(&path).map_err(|error| {
                let shown = path.display();
                Failure::io(&text!("impossible de lire `{shown}`", "cannot read `{shown}`"), &error)
            })?;
            found.push((chain.name.clone(), words));
        }
        Ok(found)
    }

    pub(super) fn record(&self) -> &Record {
        &self.folder.record
    }

    /// Writes the rows of a query as a working file.
    fn write(&self, path: &Path, sql: &str) -> Outcome<()> {
        let inside: PathBuf = output::folder_of(path).to_owned();
        std::fs::create_dir_all(&inside).map_err(|error| output::cannot_write(&inside, &error))?;
        let mut writing = Writing::begin(path)?;
        let notes = [("year", self.args.year.to_string())];
        self.engine.write_parquet(sql, &notes, &mut writing).map_err(|error| failure(&error))?;
        writing.place()
    }

    /// Says which step begins, when somebody watches.
    fn begin(&self, step: &str) {
        if !environment::watched() {
            return;
        }
        let chain = &self.contract.chain;
        let steps = 2 + chain.lists.len() + chain.figures.len() + chain.expected.len();
        let now = self.folder.record.steps.len() + 1;
        console::note(&match self.context.language {
            Language::French => format!("étape {now} sur {steps} : {step}\n"),
            Language::English => format!("step {now} of {steps}: {step}\n"),
        });
    }
}
