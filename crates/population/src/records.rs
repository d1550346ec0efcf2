//! Typed records of the canonical tables, with the columns that attribution and measures read.
//!
//! The reference code works on these. A row that lacks a required cell is left out and counted: it is for the gate to
//! refuse it.

use jiff::civil::Date;

use crate::key::{PatientKey, PractitionerKey, StayKey, TeamKey, VisitKey};
use crate::rows::{Row, Tables};

/// The records of a territory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Records {
    /// Persons.
    pub patients: Vec<Patient>,
    /// Recognised long-term conditions.
    pub conditions: Vec<Condition>,
    /// Registrations with a doctor.
    pub registrations: Vec<Registration>,
    /// Teams.
    pub teams: Vec<Team>,
    /// Memberships of teams.
    pub memberships: Vec<Membership>,
    /// Contacts.
    pub contacts: Vec<Contact>,
    /// Medicines dispensed.
    pub dispensings: Vec<Dispensing>,
    /// Stays, not yet joined by transfer.
    pub stays: Vec<Stay>,
    /// Emergency visits.
    pub emergency_visits: Vec<EmergencyVisit>,
    /// Patients who have a team, for the measures in which only their team counts.
    pub lists: Vec<(PatientKey, TeamKey)>,
    /// How many rows lacked a required cell.
    pub incomplete_rows: usize,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Patient {
    /// The key.
    pub patient: PatientKey,
    /// The date of birth.
    pub birth_date: Date,
    /// The date of death.
    pub death_date: Option<Date>,
    /// The municipality.
    pub area: Option<String>,
}

/// A recognised long-term condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// The patient.
    pub patient: PatientKey,
    /// The diagnosis.
    pub diagnosis: Option<String>,
    /// When it is in force.
    pub span: Span,
}

/// A registration with a doctor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Registration {
    /// The patient.
    pub patient: PatientKey,
    /// The doctor.
    pub practitioner: PractitionerKey,
    /// When it is in force.
    pub span: Span,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Team {
    /// The key.
    pub team: TeamKey,
    /// Its form.
    pub kind: String,
}

/// A membership of a team.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Membership {
    /// The professional.
    pub practitioner: PractitionerKey,
    /// The team.
    pub team: TeamKey,
    /// When it is in force.
    pub span: Span,
}

/// A contact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contact {
    /// The patient.
    pub patient: PatientKey,
    /// The day.
    pub date: Date,
    /// The professional, if known.
    pub practitioner: Option<PractitionerKey>,
    /// The profession.
    pub profession: String,
    /// The number of acts, above 0.
    pub quantity: i64,
}

/// A medicine dispensed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dispensing {
    /// The patient.
    pub patient: PatientKey,
    /// The day.
    pub date: Date,
    /// The class of the medicine, if known.
    pub atc: Option<String>,
    /// The number of packs.
    pub quantity: i64,
    /// What was reimbursed, in cents.
    pub reimbursed_cents: i64,
}

/// A hospital stay.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stay {
    /// The patient.
    pub patient: PatientKey,
    /// The day of admission.
    pub admission: Date,
    /// The day of discharge.
    pub discharge: Date,
    /// The key.
    pub stay: StayKey,
    /// Field and activity.
    pub kind: String,
    /// The mode of admission.
    pub admission_mode: String,
    /// Whether it was through emergency.
    pub through_emergency: bool,
    /// The mode of discharge.
    pub discharge_mode: String,
    /// The principal diagnosis.
    pub principal_diagnosis: Option<String>,
    /// The group.
    pub stay_group: Option<String>,
}

/// A visit to an emergency department.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EmergencyVisit {
    /// The key.
    pub visit: VisitKey,
    /// The patient.
    pub patient: PatientKey,
    /// The day.
    pub date: Date,
    /// Whether an admission followed.
    pub admitted: bool,
}

/// A stretch of days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first day.
    pub from: Date,
    /// The last day; none while it runs.
    pub to: Option<Date>,
}

impl Span {
    /// Tells whether a day is inside.
    pub fn contains(self, date: Date) -> bool {
        self.from <= date && self.to.is_none_or(|to| date <= to)
    }

    /// Tells whether any day of another stretch is inside.
    pub fn meets(self, other: Self) -> bool {
        other.to.is_none_or(|to| self.from <= to) && self.to.is_none_or(|to| other.from <= to)
    }
}

impl Records {
    /// Takes from canonical tables what attribution and measures read.
    ///
    /// Contacts are those of the table `contact` where it has rows, and else the acts that are contacts.
    pub fn from_tables(tables: &Tables<'_>) -> Self {
        let mut records = Self::default();
        let mut left_out = 0;
        records.patients = read(tables, "patient", &mut left_out, patient);
        records.conditions = read(tables, "condition", &mut left_out, condition);
        records.registrations = read(tables, "registration", &mut left_out, registration);
        records.teams = read(tables, "team", &mut left_out, team);
        records.memberships = read(tables, "membership", &mut left_out, membership);
        let given = tables.rows("contact").next().is_some();
        records.contacts = if given {
            read(tables, "contact", &mut left_out, contact)
        } else {
            let acts = tables.rows("act").filter(|row| row.truth("contact") == Some(true));
            collect(acts, &mut left_out, contact)
        };
        records.contacts.retain(|contact| contact.quantity > 0);
        records.dispensings = read(tables, "dispensing", &mut left_out, dispensing);
        records.stays = read(tables, "stay", &mut left_out, stay);
        records.emergency_visits = read(tables, "emergency_visit", &mut left_out, emergency_visit);
        records.lists = tables
            .rows("attribution")
            .filter_map(|row| Some((PatientKey(row.key("patient")?), TeamKey(row.key("team")?))))
            .collect();
        records.incomplete_rows = left_out;
        records
    }
}

fn read<T>(
    tables: &Tables<'_>,
    table: &str,
    left_out: &mut usize,
    record: impl Fn(Row<'_>) -> Option<T>,
) -> Vec<T> {
    collect(tables.rows(table), left_out, record)
}

fn collect<'a, T>(
    rows: impl Iterator<Item = Row<'a>>,
    left_out: &mut usize,
    record: impl Fn(Row<'a>) -> Option<T>,
) -> Vec<T> {
    let mut records = Vec::new();
    for row in rows {
        match record(row) {
            Some(record) => records.push(record),
            None => *left_out += 1,
        }
    }
    records
}

fn patient(row: Row<'_>) -> Option<Patient> {
    Some(Patient {
        patient: PatientKey(row.key("patient")?),
        birth_date: row.date("birth_date")?,
        death_date: row.date("death_date"),
        area: row.text("area").map(str::to_owned),
    })
}

fn span(row: Row<'_>) -> Option<Span> {
    Some(Span { from: row.date("from_date")?, to: row.date("to_date") })
}

fn condition(row: Row<'_>) -> Option<Condition> {
    Some(Condition {
        patient: PatientKey(row.key("patient")?),
        diagnosis: row.text("diagnosis").map(str::to_owned),
        span: span(row)?,
    })
}

fn registration(row: Row<'_>) -> Option<Registration> {
    Some(Registration {
        patient: PatientKey(row.key("patient")?),
        practitioner: PractitionerKey(row.key("practitioner")?),
        span: span(row)?,
    })
}

fn team(row: Row<'_>) -> Option<Team> {
    Some(Team { team: TeamKey(row.key("team")?), kind: row.text("kind")?.to_owned() })
}

fn membership(row: Row<'_>) -> Option<Membership> {
    Some(Membership {
        practitioner: PractitionerKey(row.key("practitioner")?),
        team: TeamKey(row.key("team")?),
        span: span(row)?,
    })
}

fn contact(row: Row<'_>) -> Option<Contact> {
    Some(Contact {
        patient: PatientKey(row.key("patient")?),
        date: row.date("date")?,
        practitioner: row.key("practitioner").map(PractitionerKey),
        profession: row.text("profession")?.to_owned(),
        quantity: row.integer("quantity")?,
    })
}

fn dispensing(row: Row<'_>) -> Option<Dispensing> {
    Some(Dispensing {
        patient: PatientKey(row.key("patient")?),
        date: row.date("date")?,
        atc: row.text("atc").map(str::to_owned),
        quantity: row.integer("quantity")?,
        reimbursed_cents: row.integer("reimbursed_cents")?,
    })
}

fn stay(row: Row<'_>) -> Option<Stay> {
    Some(Stay {
        patient: PatientKey(row.key("patient")?),
        admission: row.date("admission")?,
        discharge: row.date("discharge")?,
        stay: StayKey(row.key("stay")?),
        kind: row.text("kind")?.to_owned(),
        admission_mode: row.text("admission_mode")?.to_owned(),
        through_emergency: row.truth("through_emergency")?,
        discharge_mode: row.text("discharge_mode")?.to_owned(),
        principal_diagnosis: row.text("principal_diagnosis").map(str::to_owned),
        stay_group: row.text("stay_group").map(str::to_owned),
    })
}

fn emergency_visit(row: Row<'_>) -> Option<EmergencyVisit> {
    Some(EmergencyVisit {
        visit: VisitKey(row.key("visit")?),
        patient: PatientKey(row.key("patient")?),
        date: row.date("date")?,
        admitted: row.truth("admitted")?,
    })
}
