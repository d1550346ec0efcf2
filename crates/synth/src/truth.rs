//! What is true, in files of its own: what each team changes, what happened in each, which defects were planted.

use std::collections::BTreeMap;
use std::io::Write;

use crate::calendar;
use crate::dirt::{Defect, Dirt};
use crate::generate::Counted;
use crate::person::World;
use crate::tally::Tally;
use crate::{Error, Sink, Written};

/// A file of the truth, being written.
struct List<W: Write> {
    path: &'static str,
    csv: csv::Writer<W>,
    rows: u64,
}

impl<W: Write> List<W> {
    fn new(path: &'static str, names: &[&str], file: W) -> Result<Self, Error> {
        let mut csv = csv::Writer::from_writer(file);
        csv.write_record(names).map_err(Error::csv)?;
        Ok(Self { path, csv, rows: 0 })
    }

    fn put(&mut self, row: impl IntoIterator<Item = String>) -> Result<(), Error> {
        self.rows += 1;
        self.csv.write_record(row).map_err(Error::csv)
    }

    fn close<S: Sink<File = W>>(self, sink: &S) -> Result<Written, Error>
    where
        W: Send,
    {
        sink.close(self.csv.into_inner().map_err(|error| Error::Write(error.into_error()))?)?;
        Ok(Written { path: self.path.to_owned(), rows: self.rows })
    }
}

/// Writes what each team changes and what happened in each.
pub(crate) fn truth<S: Sink>(world: &World, tally: &Tally, sink: &S) -> Result<Vec<Written>, Error> {
    let path = "truth/teams.csv";
    let names = ["team", "from", "spending_per_mille", "readmission_per_mille", "emergency_per_mille"];
    let mut teams = List::new(path, &names, sink.create(path)?)?;
    for team in &world.land.teams {
        let effects = [team.effect.spending, team.effect.readmission, team.effect.emergency];
        let row = [team.id.clone(), date(team.from)].into_iter();
        teams.put(row.chain(effects.iter().map(ToString::to_string)))?;
    }
    let path = "truth/outcomes.csv";
    let names = [
        "team",
        "year",
        "patient_months",
        "deaths",
        "lines",
        "line_cents",
        "gp_acts",
        "stays",
        "public_stay_cents",
        "sessions",
        "returns",
        "emergency_visits",
        "psychiatric_stays",
    ];
    let mut outcomes = List::new(path, &names, sink.create(path)?)?;
    for ((team, year), counts) in &tally.counts {
        let team = team.and_then(|team| world.land.teams.get(team)).map_or("", |team| team.id.as_str());
        let numbers = [
            *year,
            counts.patient_months,
            counts.deaths,
            counts.lines,
            counts.line_cents,
            counts.gp_acts,
            counts.stays,
            counts.public_stay_cents,
            counts.sessions,
            counts.returns,
            counts.emergencies,
            counts.psychiatric_stays,
        ];
        outcomes.put(std::iter::once(team.to_owned()).chain(numbers.iter().map(ToString::to_string)))?;
    }
    Ok(vec![teams.close(sink)?, outcomes.close(sink)?])
}

/// The list of defects, written while patients are.
pub(crate) struct DirtList<W: Write> {
    list: List<W>,
    tables: BTreeMap<Defect, String>,
    counts: BTreeMap<Defect, u64>,
    lost: u64,
}

impl<W: Write + Send> DirtList<W> {
    /// Begins the list.
    pub(crate) fn new<S: Sink<File = W>>(dirt: &Dirt, sink: &S) -> Result<Self, Error> {
        let path = "truth/dirt.csv";
        let names = ["defect", "table", "key", "day", "record"];
        Ok(Self {
            list: List::new(path, &names, sink.create(path)?)?,
            tables: dirt.kinds.iter().map(|kind| (kind.id, kind.table.clone())).collect(),
            counts: BTreeMap::new(),
            lost: 0,
        })
    }

    /// Adds what a run of patients got.
    pub(crate) fn add(&mut self, counted: &Counted) -> Result<(), Error> {
        for planted in &counted.planted {
            self.put(planted.defect, &planted.key, planted.day, planted.record.clone())?;
        }
        self.lost += counted.lost;
        Ok(())
    }

    fn put(&mut self, defect: Defect, key: &str, day: i64, record: String) -> Result<(), Error> {
        *self.counts.entry(defect).or_default() += 1;
        let table = self.tables.get(&defect).cloned().unwrap_or_default();
        self.list.put([defect.id().to_owned(), table, key.to_owned(), date(day), record])
    }

    /// Ends the list, with the month that is missing, and writes the counts.
    pub(crate) fn close<S: Sink<File = W>>(mut self, dirt: &Dirt, sink: &S) -> Result<Vec<Written>, Error> {
        if let Some(month) = dirt.missing_month {
            let record = format!("rows={}", self.lost);
            self.put(Defect::MissingMonth, "", calendar::first_of_month(month), record)?;
        }
        let path = "truth/dirt_counts.csv";
        let names = ["defect", "table", "count", "label_fr", "label_en"];
        let mut counts = List::new(path, &names, sink.create(path)?)?;
        for kind in &dirt.kinds {
            let count = self.counts.get(&kind.id).copied().unwrap_or(0);
            let (fr, en) = (kind.label.fr.clone(), kind.label.en.clone());
            counts.put([kind.id.id().to_owned(), kind.table.clone(), count.to_string(), fr, en])?;
        }
        Ok(vec![self.list.close(sink)?, counts.close(sink)?])
    }
}

fn date(day: i64) -> String {
    let civil = calendar::civil(day);
    format!("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day)
}
