//! The files of a territory: which tables go together, and which rows each takes.

use std::io::Write;

use crate::calendar;
use crate::cells::{self, Cell};
use crate::layout::{Field, Layout, Rows, Split, Table};
use crate::person::{Person, World};
use crate::rows::{Claim, Story, What};
use crate::table::TableFile;
use crate::{Error, Order, Sink, Written};

/// A patient and what happened to him.
#[derive(Debug)]
pub(crate) struct Lived {
    pub(crate) person: Person,
    pub(crate) story: Story,
}

/// The period that the files of a part are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Period {
    Always,
    Flow(i64),
    Year(i64),
}

/// Tables that are written by one thread at a time, since the same rows fill them.
pub(crate) struct Part<W: Write + Send> {
    period: Period,
    tables: Vec<Open<W>>,
}

struct Open<W: Write + Send> {
    rows: Rows,
    path: String,
    csv_path: Option<String>,
    file: TableFile<W>,
}

impl<W: Write + Send> Part<W> {
    /// Adds patients, in the order of their numbers.
    pub(crate) fn write(&mut self, world: &World, lives: &[Lived]) -> Result<(), Error> {
        for lived in lives {
            match self.period {
                Period::Always => self.write_person(world, &lived.person)?,
                Period::Flow(month) => self.write_claims(world, lived, month)?,
                Period::Year(year) => self.write_hospital(world, lived, year)?,
            }
        }
        Ok(())
    }

    fn write_person(&mut self, world: &World, person: &Person) -> Result<(), Error> {
        let later = person.later_key.as_ref().map(|(day, _)| *day);
        for open in &mut self.tables {
            match open.rows {
                Rows::Person => {
                    for day in [Some(person.first), later].into_iter().flatten() {
                        open.file.put(|field| cells::identity(world, person, day, field))?;
                    }
                }
                Rows::Registration => {
                    for one in &person.registrations {
                        open.file.put(|field| cells::registration(world, person, one, field))?;
                    }
                }
                Rows::Illness => {
                    for one in &person.illnesses {
                        open.file.put(|field| cells::illness(world, person, one, field))?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn write_claims(&mut self, world: &World, lived: &Lived, month: i64) -> Result<(), Error> {
        let claims = &lived.story.claims;
        let begin = claims.partition_point(|claim| claim.flow_month < month);
        let end = claims.partition_point(|claim| claim.flow_month <= month);
        for claim in claims.get(begin..end).unwrap_or_default() {
            for open in &mut self.tables {
                if takes(open.rows, claim) {
                    open.file.put(|field| cells::claim(world, &lived.person, claim, field))?;
                }
            }
        }
        Ok(())
    }

    fn write_hospital(&mut self, world: &World, lived: &Lived, year: i64) -> Result<(), Error> {
        let Lived { person, story } = lived;
        let of_year = |day: i64| calendar::year_of(day) == year;
        for stay in story.stays.iter().filter(|stay| of_year(stay.exit)) {
            let public = world.land.hospitals.get(stay.hospital).is_some_and(|hospital| !hospital.private);
            for open in &mut self.tables {
                match open.rows {
                    Rows::Stay => open.file.put(|field| cells::stay(world, person, stay, field))?,
                    Rows::PublicStay if public => {
                        open.file.put(|field| cells::stay(world, person, stay, field))?;
                    }
                    Rows::Diagnosis => {
                        for place in 0..stay.other_diagnoses.len() {
                            open.file.put(|field| cells::diagnosis(world, person, stay, place, field))?;
                        }
                    }
                    _ => {}
                }
            }
        }
        for open in &mut self.tables {
            match open.rows {
                Rows::Emergency => {
                    for visit in story.emergencies.iter().filter(|visit| of_year(visit.day)) {
                        open.file.put(|field| cells::emergency(world, person, visit, field))?;
                    }
                }
                Rows::PsychiatricStay => {
                    for stay in story.psychiatric_stays.iter().filter(|stay| of_year(stay.exit)) {
                        open.file.put(|field| cells::psychiatric_stay(world, person, stay, field))?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Ends all files of the part.
    pub(crate) fn close<S: Sink<File = W>>(self, sink: &S) -> Result<Vec<Written>, Error> {
        let mut written = Vec::new();
        for open in self.tables {
            let (rows, parquet, csv) = open.file.close()?;
            sink.close(parquet)?;
            written.push(Written { path: open.path, rows });
            if let (Some(csv), Some(path)) = (csv, open.csv_path) {
                sink.close(csv)?;
                written.push(Written { path, rows });
            }
        }
        Ok(written)
    }
}

/// Returns whether a table of lines takes a line.
fn takes(rows: Rows, claim: &Claim) -> bool {
    match rows {
        Rows::Claim => true,
        Rows::Dispensing => matches!(claim.what, What::Medicine(..)) && !claim.without_detail,
        Rows::BilledStay => matches!(claim.what, What::Stay(..)) && !claim.without_detail,
        _ => false,
    }
}

/// Begins every file that patients fill.
pub(crate) fn open_all<S: Sink>(
    order: &Order,
    world: &World,
    layout: &Layout,
    sink: &S,
) -> Result<Vec<Part<S::File>>, Error> {
    let delays = i64::try_from(world.figures.territory.health_insurance.delay.len()).unwrap_or(0);
    let flows = calendar::month_of(world.begin) + 1..=calendar::month_of(world.end) + delays;
    let mut parts = vec![part(order, layout, sink, Split::None, Period::Always)?];
    let missing = world.dirt.as_ref().and_then(|dirt| dirt.missing_month);
    for month in flows.filter(|month| Some(*month) != missing) {
        parts.push(part(order, layout, sink, Split::Flow, Period::Flow(month))?);
    }
    for year in world.first_year..=world.last_year {
        parts.push(part(order, layout, sink, Split::Year, Period::Year(year))?);
    }
    Ok(parts)
}

fn part<S: Sink>(
    order: &Order,
    layout: &Layout,
    sink: &S,
    split: Split,
    period: Period,
) -> Result<Part<S::File>, Error> {
    let mut tables = Vec::new();
    for table in layout.tables.iter().filter(|table| table.split == split && !table.reference) {
        tables.push(open(order, sink, table, &stem(table, period))?);
    }
    Ok(Part { period, tables })
}

/// Returns the path of a table without its ending.
fn stem(table: &Table, period: Period) -> String {
    let name = &table.name;
    match period {
        Period::Always => format!("snds/{name}"),
        Period::Flow(month) => {
            format!("snds/{name}/{name}_{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
        }
        Period::Year(year) => format!("snds/{}", name.replace("aa", &format!("{:02}", year % 100))),
    }
}

fn open<S: Sink>(order: &Order, sink: &S, table: &Table, stem: &str) -> Result<Open<S::File>, Error> {
    let path = format!("{stem}.parquet");
    let csv_path = order.csv.then(|| format!("{stem}.csv"));
    let csv = csv_path.as_ref().map(|path| sink.create(path)).transpose()?;
    let file = TableFile::new(table, sink.create(&path)?, csv)?;
    Ok(Open { rows: table.rows, path, csv_path, file })
}

/// Writes the tables that no patient fills.
pub(crate) fn write_references<S: Sink>(
    order: &Order,
    world: &World,
    layout: &Layout,
    sink: &S,
) -> Result<Vec<Written>, Error> {
    let mut written = Vec::new();
    for table in layout.tables.iter().filter(|table| table.reference) {
        let mut open = open(order, sink, table, &format!("reference/{}", table.name))?;
        let land = &world.land;
        match table.rows {
            Rows::Commune => {
                put_each(&mut open.file, &land.communes, |one, field| cells::of_commune(world, one, field))
            }
            Rows::Practitioner => put_each(&mut open.file, &land.practitioners, |one, field| {
                cells::of_practitioner(world, one, field)
            }),
            Rows::Team => {
                put_each(&mut open.file, &land.teams, |one, field| cells::of_team(world, one, field))
            }
            Rows::Membership => put_each(&mut open.file, &land.memberships, |one, field| {
                cells::of_membership(world, one, field)
            }),
            Rows::Hospital => put_each(&mut open.file, &land.hospitals, cells::of_hospital),
            Rows::Act => {
                let kinds = &world.figures.care.acts.kinds;
                put_each(&mut open.file, kinds, |one, field| cells::of_act(world, one, field))
            }
            Rows::Medicine => {
                let kinds: Vec<usize> = (0..world.figures.care.medicines.kinds.len()).collect();
                put_each(&mut open.file, &kinds, |kind, field| cells::of_medicine(world, *kind, field))
            }
            _ => Ok(()),
        }?;
        written.extend(Part { period: Period::Always, tables: vec![open] }.close(sink)?);
    }
    Ok(written)
}

fn put_each<'a, W: Write + Send, T>(
    file: &mut TableFile<W>,
    rows: &'a [T],
    cell: impl Fn(&'a T, Field) -> Cell<'a>,
) -> Result<(), Error> {
    rows.iter().try_for_each(|row| file.put(|field| cell(row, field)))
}
