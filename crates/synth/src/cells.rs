//! From what happened to the cells of official tables: one function for each kind of row.
//!
//! Numbers of records are made from the number of the patient, so that they are unique without a counter.

use crate::calendar;
use crate::figures::{Act, Label};
use crate::land::{Commune, Hospital, Membership, Practitioner, Team};
use crate::layout::Field;
use crate::person::{Cover, Illness, Person, Registration, World};
use crate::rows::{Claim, Coming, Emergency, PsychiatricStay, Stay, What};

/// The most lines of one settlement that one part of a flow holds: the pharmacy table has places 1 to 100.
const LINES_MAX: i64 = 99;

/// How many numbers of records a patient has.
const NUMBERS_EACH: i64 = 1000;

/// The same where numbers have six characters only.
const SHORT_NUMBERS_EACH: i64 = 100;

/// The first number of a stay, so that all have ten digits.
const FIRST_STAY: i64 = 1_000_000_000;

/// A commune that there is not.
const NO_COMMUNE: &str = "999";

/// A professional whom there is not.
const NO_PRACTITIONER: &str = "99999999";

/// The key of a patient whom the hospital's file did not recognise.
const NO_KEY: &str = "XXXXXXXXXXXXXXXXX";

/// A value of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell<'a> {
    /// No value.
    Nothing,
    /// Text.
    Text(&'a str),
    /// A whole number.
    Whole(i64),
    /// A number with zeros before it, to a width.
    Padded(i64, usize),
    /// Capital letters and digits that stand for a number, to a width.
    Coded(i64, usize),
    /// An amount.
    Cents(i64),
    /// A day.
    Day(i64),
}

impl<'a> Cell<'a> {
    fn text(text: Option<&'a String>) -> Self {
        text.map_or(Self::Nothing, |text| Self::Text(text))
    }

    fn day(day: Option<i64>) -> Self {
        day.map_or(Self::Nothing, Self::Day)
    }
}

/// Returns what any row about a patient on a day may say of him.
fn person<'a>(world: &'a World, person: &'a Person, field: Field, day: i64) -> Cell<'a> {
    let insurance = &world.figures.territory.health_insurance;
    // Only where it is asked for: this is called for every cell.
    let age = || person.age(day);
    match field {
        Field::Key => Cell::Text(person.key_on(day)),
        Field::Rank => Cell::Whole(person.rank),
        Field::Identity => Cell::Text(&person.identity),
        Field::BirthYear => Cell::Whole(calendar::year_of(person.birth)),
        Field::BirthMonth => Cell::Padded(calendar::civil(person.birth).month, 2),
        Field::Sex => Cell::Whole(if person.woman { 2 } else { 1 }),
        // Before two years of age in months, from 1000 on.
        Field::AgeOrMonths if age() < 2 => {
            Cell::Whole(1000 + (calendar::month_of(day) - calendar::month_of(person.birth)).clamp(0, 23))
        }
        Field::AgeOrMonths => Cell::Whole(age()),
        Field::AgeInYears if age() > 0 => Cell::Whole(age().min(120)),
        Field::AgeInDays if age() <= 0 => Cell::Whole((day - person.birth).clamp(0, 365)),
        Field::Body => Cell::Text(&insurance.body),
        Field::Department => department(world, person.home(day)),
        Field::SmallMeans => Cell::Whole(match person.cover {
            Cover::SmallMeans => insurance.css_top,
            Cover::StateAid => insurance.ame_top,
            Cover::Usual => 0,
        }),
        Field::Contract => Cell::Whole(match person.cover {
            Cover::SmallMeans => insurance.css_contract,
            Cover::StateAid | Cover::Usual => insurance.usual_contract,
        }),
        Field::Insurance => Cell::Whole(match person.cover {
            Cover::StateAid => insurance.ame_nature,
            Cover::SmallMeans | Cover::Usual => insurance.usual_nature,
        }),
        Field::Scheme => Cell::Whole(insurance.scheme),
        Field::Death => Cell::day(person.death),
        Field::DeathMonth => {
            person.death.map_or(Cell::Nothing, |death| Cell::Whole(calendar::year_and_month(death)))
        }
        Field::FirstDay => Cell::Day(person.first),
        Field::LastDay => Cell::Day(person.last),
        Field::Commune => commune(world, person.home(day)),
        _ => Cell::Nothing,
    }
}

/// Returns the code of a commune; one that there is not is a defect that was planted.
fn commune(world: &World, index: usize) -> Cell<'_> {
    world.land.communes.get(index).map_or(Cell::Text(NO_COMMUNE), |commune| Cell::Text(&commune.code))
}

/// Returns the department of a commune; a commune that there is not keeps the department of the first.
fn department(world: &World, index: usize) -> Cell<'_> {
    let communes = &world.land.communes;
    Cell::text(communes.get(index).or(communes.first()).map(|commune| &commune.department))
}

/// Returns the two characters that hospitals keep of a department.
fn department_short(world: &World, index: usize) -> Cell<'_> {
    let communes = &world.land.communes;
    let found = communes.get(index).or(communes.first()).map(|commune| commune.department.as_str());
    found.map_or(Cell::Nothing, |department| {
        let significant = department.strip_prefix('0').unwrap_or(department);
        Cell::Text(significant.get(..2).unwrap_or(significant))
    })
}

/// Returns the number of a professional; one whom there is not is a defect that was planted.
fn number(world: &World, practitioner: Option<usize>) -> Cell<'_> {
    let Some(index) = practitioner else { return Cell::Nothing };
    world.land.practitioners.get(index).map_or(Cell::Text(NO_PRACTITIONER), |one| Cell::Text(&one.number))
}

fn profession(world: &World, practitioner: Option<usize>, value: impl Fn(usize) -> i64) -> Cell<'static> {
    let found = practitioner.and_then(|one| world.land.practitioners.get(one));
    found.map_or(Cell::Nothing, |one| Cell::Whole(value(one.profession)))
}

/// Returns a cell of a line of reimbursement, of a dispensing or of a private stay.
pub(crate) fn claim<'a>(world: &'a World, who: &'a Person, claim: &'a Claim, field: Field) -> Cell<'a> {
    let territory = &world.figures.territory;
    let kinds = &territory.professions.kinds;
    let specialty = |kind: usize| kinds.get(kind).map_or(0, |kind| kind.specialty);
    match field {
        Field::Commune => commune(world, claim.commune),
        Field::Department => department(world, claim.commune),
        Field::Day => Cell::Day(claim.day),
        Field::End => Cell::Day(claim.end),
        Field::Month => Cell::Whole(calendar::year_and_month(claim.day)),
        Field::Prescribed => Cell::Day(claim.prescribed),
        Field::Code => Cell::Whole(claim.code),
        Field::Quantity => Cell::Whole(claim.quantity),
        Field::Amount => Cell::Cents(claim.cents()),
        Field::Price => Cell::Cents(claim.price),
        Field::Reimbursed => Cell::Cents(claim.reimbursed()),
        Field::Sign => Cell::Whole(i64::from(claim.quantity < 0)),
        Field::Rate => Cell::Whole(claim.rate),
        Field::Executor => number(world, claim.executor),
        Field::ExecutorActivity => {
            profession(world, claim.executor, |kind| kinds.get(kind).map_or(0, |kind| kind.activity))
        }
        Field::ExecutorSpecialty => profession(world, claim.executor, specialty),
        Field::ExecutorStatus => profession(world, claim.executor, |_| 1),
        Field::Prescriber => number(world, claim.prescriber),
        Field::PrescriberSpecialty => profession(world, claim.prescriber, specialty),
        Field::Doctor => number(world, claim.doctor),
        Field::Settlement => Cell::Whole(i64::try_from(who.number).unwrap_or(0) + 1),
        Field::FlowDay => Cell::Day(calendar::first_of_month(claim.flow_month)),
        Field::FlowEntry => Cell::Day(calendar::first_of_month(claim.flow_month) - 10),
        Field::FlowPart => Cell::Whole(claim.place / LINES_MAX + 1),
        Field::Line => Cell::Whole(claim.place % LINES_MAX + 1),
        Field::Issuer => Cell::Whole(territory.health_insurance.issuer),
        Field::IssuerKind => Cell::Whole(territory.health_insurance.issuer_kind),
        Field::Package | Field::Boxes => dispensing(world, claim, field),
        Field::HospitalShort
        | Field::HospitalCategory
        | Field::HospitalStatus
        | Field::HospitalSector
        | Field::PublicTop
        | Field::Tariff => billed_stay(world, claim, field),
        _ => person(world, who, field, claim.day),
    }
}

fn dispensing<'a>(world: &'a World, claim: &Claim, field: Field) -> Cell<'a> {
    let What::Medicine(kind, boxes) = claim.what else { return Cell::Nothing };
    match field {
        Field::Package => {
            let medicine = world.figures.care.medicines.kinds.get(kind);
            medicine.map_or(Cell::Nothing, |medicine| Cell::Whole(medicine.package))
        }
        // A cancelled line takes back its boxes.
        _ => Cell::Whole(boxes * claim.quantity.signum()),
    }
}

fn billed_stay<'a>(world: &'a World, claim: &Claim, field: Field) -> Cell<'a> {
    let What::Stay(tariff, hospital) = claim.what else { return Cell::Nothing };
    let hospitals = &world.figures.territory.hospitals;
    let public = world.land.hospitals.get(hospital).is_some_and(|hospital| !hospital.private);
    match field {
        // Eight characters, without the check digit.
        Field::HospitalShort => {
            let number = world.land.hospitals.get(hospital).map(|hospital| hospital.number.as_str());
            number.and_then(|number| number.get(..8)).map_or(Cell::Nothing, Cell::Text)
        }
        Field::HospitalCategory => Cell::Whole(hospitals.private_category),
        Field::HospitalStatus => Cell::Whole(hospitals.private_status),
        Field::HospitalSector if public => Cell::Whole(hospitals.public_sector),
        Field::HospitalSector => Cell::Whole(hospitals.private_sector),
        Field::PublicTop => Cell::Whole(i64::from(public)),
        _ => Cell::Whole(tariff),
    }
}

fn hospital_number(world: &World, hospital: usize) -> Cell<'_> {
    Cell::text(world.land.hospitals.get(hospital).map(|hospital| &hospital.number))
}

/// Returns what any record of a hospital says of the days of a stay.
fn days<'a>(world: &'a World, who: &'a Person, entry: i64, exit: i64, home: usize, field: Field) -> Cell<'a> {
    let (entered, left) = (calendar::civil(entry), calendar::civil(exit));
    match field {
        Field::Day => Cell::Day(entry),
        Field::End => Cell::Day(exit),
        Field::Month => Cell::Whole(calendar::year_and_month(entry)),
        Field::EntryMonth => Cell::Padded(entered.month, 2),
        Field::EntryYear => Cell::Whole(entered.year),
        Field::ExitMonth => Cell::Padded(left.month, 2),
        Field::ExitYear => Cell::Whole(left.year),
        // A stay whose days are the wrong way round has its length all the same.
        Field::Nights | Field::NightsOrZero => Cell::Whole((exit - entry).abs()),
        Field::Residence => commune(world, home),
        Field::DepartmentShort => department_short(world, home),
        _ => person(world, who, field, entry),
    }
}

/// Returns the hospital and the number that identify a stay.
pub(crate) fn record_of_stay<'a>(world: &'a World, who: &Person, stay: &Stay) -> (&'a str, i64) {
    let hospital = world.land.hospitals.get(stay.hospital).map_or("", |hospital| hospital.number.as_str());
    (hospital, FIRST_STAY + record(who, stay.serial, NUMBERS_EACH))
}

/// Returns the columns that identify a line within its body, with their values.
pub(crate) fn record_of_claim(who: &Person, claim: &Claim) -> String {
    let flow = calendar::civil(calendar::first_of_month(claim.flow_month));
    let (part, line) = (claim.place / LINES_MAX + 1, claim.place % LINES_MAX + 1);
    let (settlement, year, month) = (who.number + 1, flow.year, flow.month);
    format!(
        "DCT_ORD_NUM={settlement};FLX_DIS_DTD={year:04}-{month:02}-01;FLX_EMT_ORD={part};PRS_ORD_NUM={line}"
    )
}

/// Returns the number of a record of a patient in a year's file.
fn record(who: &Person, serial: i64, each: i64) -> i64 {
    i64::try_from(who.number).unwrap_or(0) * each + serial % each
}

/// Returns a cell of a stay in acute care.
pub(crate) fn stay<'a>(world: &'a World, who: &'a Person, stay: &'a Stay, field: Field) -> Cell<'a> {
    let kind = world.figures.care.stays.kinds.get(stay.kind);
    match field {
        Field::Hospital => hospital_number(world, stay.hospital),
        Field::StayNumber => Cell::Whole(FIRST_STAY + record(who, stay.serial, NUMBERS_EACH)),
        Field::Sequence => Cell::Whole(10_000 + record(who, stay.serial, NUMBERS_EACH) % 90_000),
        Field::Diagnosis => Cell::Text(&stay.diagnosis),
        // From home, by the emergency department or not.
        Field::EntryMode => Cell::Text("8"),
        Field::EntryFrom if stay.coming != Coming::Planned => Cell::Text("5"),
        Field::ExitMode => Cell::Text(if stay.died { "9" } else { "8" }),
        // The length of sessions is left empty.
        Field::Nights if stay.sessions > 0 => Cell::Nothing,
        Field::Group => Cell::text(kind.and_then(|kind| kind.groups.get(stay.group))),
        Field::Tariff => kind.map_or(Cell::Nothing, |kind| Cell::Whole(kind.tariff)),
        Field::OtherCount => Cell::Whole(i64::try_from(stay.other_diagnoses.len()).unwrap_or(0)),
        Field::Sessions => Cell::Whole(stay.sessions),
        Field::Amount => Cell::Cents(stay.cents),
        Field::LinkReturn => Cell::Text(if stay.unlinked { "1" } else { "0" }),
        Field::Key if stay.unlinked => Cell::Text(NO_KEY),
        _ => days(world, who, stay.entry, stay.exit, stay.commune, field),
    }
}

/// Returns a cell of an associated diagnosis, counted from 0.
pub(crate) fn diagnosis<'a>(
    world: &'a World,
    who: &'a Person,
    of: &'a Stay,
    place: usize,
    field: Field,
) -> Cell<'a> {
    match field {
        Field::Diagnosis => Cell::text(of.other_diagnoses.get(place)),
        Field::Number => Cell::Whole(i64::try_from(place).unwrap_or(0) + 1),
        _ => stay(world, who, of, field),
    }
}

/// Returns a cell of a visit to an emergency department.
pub(crate) fn emergency<'a>(world: &'a World, who: &'a Person, visit: &Emergency, field: Field) -> Cell<'a> {
    let hospitals = &world.figures.territory.hospitals;
    match field {
        Field::Hospital => hospital_number(world, visit.hospital),
        Field::VisitNumber => Cell::Coded(record(who, visit.serial, NUMBERS_EACH), 8),
        Field::ActCode => Cell::Text(&hospitals.emergency_code),
        Field::Amount => Cell::Cents(hospitals.emergency_cents),
        _ => days(world, who, visit.day, visit.day, who.home(visit.day), field),
    }
}

/// Returns a cell of a stay in psychiatry.
pub(crate) fn psychiatric_stay<'a>(
    world: &'a World,
    who: &'a Person,
    stay: &PsychiatricStay,
    field: Field,
) -> Cell<'a> {
    let hospitals = &world.figures.territory.hospitals;
    match field {
        Field::Hospital => hospital_number(world, stay.hospital),
        Field::StayNumber => Cell::Coded(record(who, stay.serial, SHORT_NUMBERS_EACH), 6),
        Field::Sequence => Cell::Padded(record(who, stay.serial, NUMBERS_EACH) % 100_000, 5),
        Field::Diagnosis => Cell::text(hospitals.psychiatry_diagnoses.get(stay.diagnosis)),
        Field::Form => Cell::Text(&hospitals.psychiatry_form),
        _ => days(world, who, stay.entry, stay.exit, stay.commune, field),
    }
}

/// Returns a cell of a patient's own row; `day` says which of his keys.
pub(crate) fn identity<'a>(world: &'a World, who: &'a Person, day: i64, field: Field) -> Cell<'a> {
    match field {
        Field::Commune => commune(world, who.home(who.last)),
        Field::Department => department(world, who.home(who.last)),
        _ => person(world, who, field, day),
    }
}

/// Returns a cell of a médecin traitant of a patient.
pub(crate) fn registration<'a>(
    world: &'a World,
    who: &'a Person,
    registration: &Registration,
    field: Field,
) -> Cell<'a> {
    let rules = &world.figures.territory.registration;
    match field {
        Field::Day => Cell::Day(registration.from),
        Field::End => Cell::day(registration.to),
        Field::Reason if registration.to.is_none() => Cell::Nothing,
        Field::Reason if registration.doctor_left => Cell::Text(&rules.departure_reason),
        Field::Reason => Cell::Text(&rules.change_reason),
        Field::EnteredBy => Cell::Text(&rules.entered_by),
        Field::Doctor => number(world, Some(registration.doctor)),
        _ => person(world, who, field, registration.from),
    }
}

/// Returns a cell of a long-term condition.
pub(crate) fn illness<'a>(world: &'a World, who: &'a Person, illness: &Illness, field: Field) -> Cell<'a> {
    let conditions = &world.figures.care.conditions;
    let kind = conditions.kinds.get(illness.kind);
    match field {
        Field::Day => Cell::Day(illness.from),
        Field::End => Cell::Nothing,
        Field::Number => kind.map_or(Cell::Nothing, |kind| Cell::Whole(kind.number)),
        Field::Exemption => Cell::Whole(conditions.exemption),
        Field::Diagnosis => Cell::text(kind.and_then(|kind| kind.icd10.get(illness.code))),
        _ => person(world, who, field, illness.from),
    }
}

fn label(label: Option<&Label>, field: Field) -> Cell<'_> {
    match (label, field) {
        (None, _) => Cell::Nothing,
        (Some(label), Field::LabelFr) => Cell::Text(&label.fr),
        (Some(label), _) => Cell::Text(&label.en),
    }
}

/// Returns a cell of a commune.
pub(crate) fn of_commune<'a>(world: &'a World, commune: &'a Commune, field: Field) -> Cell<'a> {
    let communes = &world.figures.territory.communes;
    match field {
        Field::Department => Cell::Text(&commune.department),
        Field::Commune => Cell::Text(&commune.code),
        Field::Area => Cell::Padded(i64::try_from(commune.area).unwrap_or(0) + 1, 4),
        Field::Class => Cell::text(communes.classes.get(commune.class).map(|class| &class.id)),
        Field::LabelFr | Field::LabelEn => {
            label(communes.classes.get(commune.class).map(|class| &class.label), field)
        }
        Field::Poverty => Cell::Whole(commune.poverty),
        Field::Access => Cell::Whole(commune.apl),
        _ => Cell::Nothing,
    }
}

/// Returns a cell of a professional.
pub(crate) fn of_practitioner<'a>(world: &'a World, one: &'a Practitioner, field: Field) -> Cell<'a> {
    let profession = world.figures.territory.professions.kinds.get(one.profession);
    match field {
        Field::Executor => Cell::Text(&one.number),
        Field::Profession => Cell::text(profession.map(|profession| &profession.id)),
        Field::LabelFr | Field::LabelEn => label(profession.map(|profession| &profession.label), field),
        Field::ExecutorActivity => profession.map_or(Cell::Nothing, |one| Cell::Whole(one.activity)),
        Field::ExecutorSpecialty => profession.map_or(Cell::Nothing, |one| Cell::Whole(one.specialty)),
        Field::Department => department(world, one.commune),
        Field::Commune => commune(world, one.commune),
        Field::Day => Cell::Day(one.from),
        Field::End => Cell::day(one.to),
        _ => Cell::Nothing,
    }
}

/// Returns a cell of a team.
pub(crate) fn of_team<'a>(world: &'a World, team: &'a Team, field: Field) -> Cell<'a> {
    let kind = world.figures.territory.teams.kinds.get(team.kind);
    match field {
        Field::Team => Cell::Text(&team.id),
        Field::Form => Cell::text(kind.map(|kind| &kind.id)),
        Field::LabelFr | Field::LabelEn => label(kind.map(|kind| &kind.label), field),
        Field::Salaried => kind.map_or(Cell::Nothing, |kind| Cell::Whole(i64::from(kind.salaried))),
        Field::Area => Cell::Padded(i64::try_from(team.area).unwrap_or(0) + 1, 4),
        Field::Day => Cell::Day(team.from),
        _ => Cell::Nothing,
    }
}

/// Returns a cell of a membership.
pub(crate) fn of_membership<'a>(world: &'a World, membership: &Membership, field: Field) -> Cell<'a> {
    match field {
        Field::Executor => number(world, Some(membership.practitioner)),
        Field::Team => Cell::text(world.land.teams.get(membership.team).map(|team| &team.id)),
        Field::Day => Cell::Day(membership.from),
        Field::End => Cell::day(membership.to),
        _ => Cell::Nothing,
    }
}

/// Returns a cell of a hospital.
pub(crate) fn of_hospital(hospital: &Hospital, field: Field) -> Cell<'_> {
    match field {
        Field::Hospital => Cell::Text(&hospital.number),
        Field::Private => Cell::Whole(i64::from(hospital.private)),
        _ => Cell::Nothing,
    }
}

/// Returns a cell of a medicine.
pub(crate) fn of_medicine(world: &World, kind: usize, field: Field) -> Cell<'_> {
    let Some(medicine) = world.figures.care.medicines.kinds.get(kind) else { return Cell::Nothing };
    match field {
        Field::Package => Cell::Whole(medicine.package),
        Field::Atc => Cell::Text(&medicine.atc),
        Field::LabelFr | Field::LabelEn => label(Some(&medicine.label), field),
        Field::PriceCents => Cell::Whole(medicine.price),
        Field::Rate => Cell::Whole(medicine.rate),
        _ => Cell::Nothing,
    }
}

/// Returns a cell of a kind of act.
pub(crate) fn of_act<'a>(world: &'a World, act: &'a Act, field: Field) -> Cell<'a> {
    let profession = world.figures.territory.professions.kinds.get(act.profession);
    match field {
        Field::Code => Cell::Whole(act.code),
        Field::Label => Cell::Text(&act.id),
        Field::LabelFr | Field::LabelEn => label(Some(&act.label), field),
        Field::Profession => Cell::text(profession.map(|profession| &profession.id)),
        Field::PriceCents => Cell::Whole(act.price),
        Field::Rate => Cell::Whole(act.reimbursed),
        _ => Cell::Nothing,
    }
}
