//! What happened, as rows that tables are made of. Days are numbers from 1970-01-01, amounts are in cents.

/// What a line of reimbursement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// A kind of act.
    Act(usize),
    /// A medicine, with how many boxes.
    Medicine(usize, i64),
    /// A stay in a private hospital: its tariff and its hospital.
    Stay(i64, usize),
}

/// A line of reimbursement.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) what: What,
    /// The nature of the service.
    pub(crate) code: i64,
    pub(crate) day: i64,
    pub(crate) end: i64,
    pub(crate) prescribed: i64,
    /// The month in which the line is known.
    pub(crate) flow_month: i64,
    pub(crate) executor: Option<usize>,
    pub(crate) prescriber: Option<usize>,
    pub(crate) doctor: Option<usize>,
    pub(crate) commune: usize,
    pub(crate) quantity: i64,
    pub(crate) price: i64,
    pub(crate) rate: i64,
    /// The place of the line in its settlement, from 0 on.
    pub(crate) place: i64,
    /// Whether its medicine or stay is left out of the table that details it.
    pub(crate) without_detail: bool,
}

impl Claim {
    /// Returns what the line cost.
    pub(crate) fn cents(&self) -> i64 {
        self.quantity * self.price
    }

    /// Returns what is reimbursed, rounded half away from zero.
    pub(crate) fn reimbursed(&self) -> i64 {
        let hundred = self.cents() * self.rate;
        (hundred + 50 * hundred.signum()) / 100
    }
}

/// How a patient comes to hospital.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coming {
    /// As planned.
    Planned,
    /// By the emergency department.
    Urgent,
    /// The same, shortly after another stay and because of it.
    Return,
}

/// A stay in acute care, or a month of sessions.
#[derive(Debug, Clone)]
pub(crate) struct Stay {
    pub(crate) kind: usize,
    pub(crate) serial: i64,
    pub(crate) entry: i64,
    pub(crate) exit: i64,
    pub(crate) coming: Coming,
    pub(crate) diagnosis: String,
    pub(crate) other_diagnoses: Vec<String>,
    pub(crate) group: usize,
    pub(crate) cents: i64,
    pub(crate) hospital: usize,
    pub(crate) died: bool,
    pub(crate) sessions: i64,
    pub(crate) commune: usize,
    /// Whether the patient could not be recognised from the hospital's file.
    pub(crate) unlinked: bool,
}

/// A visit to an emergency department without a stay.
#[derive(Debug, Clone)]
pub(crate) struct Emergency {
    pub(crate) serial: i64,
    pub(crate) day: i64,
    pub(crate) hospital: usize,
}

/// A stay in psychiatry.
#[derive(Debug, Clone)]
pub(crate) struct PsychiatricStay {
    pub(crate) serial: i64,
    pub(crate) entry: i64,
    pub(crate) exit: i64,
    pub(crate) diagnosis: usize,
    pub(crate) hospital: usize,
    pub(crate) commune: usize,
}

/// All that happened to one patient.
#[derive(Debug, Clone, Default)]
pub(crate) struct Story {
    pub(crate) claims: Vec<Claim>,
    pub(crate) stays: Vec<Stay>,
    pub(crate) emergencies: Vec<Emergency>,
    pub(crate) psychiatric_stays: Vec<PsychiatricStay>,
}
