//! The tables that are written, read from `data/layout.toml`: names and types as published, and where each value comes from.

use serde::Deserialize;

use crate::Error;

const LAYOUT: &str = include_str!("../data/layout.toml");

/// All tables.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// In the order of the file.
    pub tables: Vec<Table>,
}

/// A table.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The official name; `aa` stands for the year.
    pub name: String,
    /// What a row is.
    pub rows: Rows,
    /// How its rows are laid out in files.
    pub split: Split,
    /// Whether it is a table of ours that goes with the others.
    #[serde(default)]
    pub reference: bool,
    /// In the order of the file.
    pub columns: Vec<Column>,
}

/// A column.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The official name.
    pub name: String,
    /// The official type; none for a table of ours.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// The type in the warehouse.
    pub stored: Stored,
    /// How a date is written, where it is text.
    #[serde(default)]
    pub format: Option<String>,
    /// Digits before and after the point, as `4,2`.
    #[serde(default)]
    pub digits: Option<String>,
    /// The field that fills it.
    #[serde(default)]
    pub(crate) from: Option<Field>,
    /// The constant that fills it.
    #[serde(default)]
    pub(crate) value: Option<String>,
}

impl Column {
    /// Returns the digits before and after the point.
    pub(crate) fn precision(&self) -> Option<(u8, u8)> {
        let (before, after) = self.digits.as_deref()?.split_once(',')?;
        Some((before.parse().ok()?, after.parse().ok()?))
    }
}

/// How rows are laid out in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// One file.
    None,
    /// A file for each year.
    Year,
    /// A file for each month in which lines become known.
    Flow,
}

/// The types of the warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stored {
    /// Text.
    String,
    /// A number, whole unless it has digits.
    Number,
    /// A day.
    Date,
    /// A day with an hour.
    Datetime,
}

/// What a row of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Rows {
    Claim,
    Dispensing,
    BilledStay,
    Person,
    Registration,
    Illness,
    Stay,
    PublicStay,
    Diagnosis,
    Emergency,
    PsychiatricStay,
    Commune,
    Practitioner,
    Team,
    Membership,
    Hospital,
    Medicine,
    Act,
}

/// A value that the generator knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Field {
    Access,
    ActCode,
    AgeInDays,
    AgeInYears,
    AgeOrMonths,
    Amount,
    Area,
    Atc,
    BirthMonth,
    BirthYear,
    Body,
    Boxes,
    Class,
    Code,
    Commune,
    Contract,
    Day,
    Death,
    DeathMonth,
    Department,
    DepartmentShort,
    Diagnosis,
    Doctor,
    End,
    EnteredBy,
    EntryFrom,
    EntryMode,
    EntryMonth,
    EntryYear,
    Executor,
    ExecutorActivity,
    ExecutorSpecialty,
    ExecutorStatus,
    Exemption,
    ExitMode,
    ExitMonth,
    ExitYear,
    FirstDay,
    FlowDay,
    FlowEntry,
    FlowPart,
    Form,
    Group,
    Hospital,
    HospitalCategory,
    HospitalSector,
    HospitalShort,
    HospitalStatus,
    Identity,
    Insurance,
    Issuer,
    IssuerKind,
    Key,
    Label,
    LabelEn,
    LabelFr,
    LastDay,
    Line,
    LinkReturn,
    Month,
    Nights,
    NightsOrZero,
    Number,
    OtherCount,
    Package,
    Poverty,
    Prescribed,
    Prescriber,
    PrescriberSpecialty,
    Price,
    PriceCents,
    Private,
    Profession,
    PublicTop,
    Quantity,
    Rank,
    Rate,
    Reason,
    Reimbursed,
    Residence,
    Salaried,
    Scheme,
    Sequence,
    Sessions,
    Settlement,
    Sex,
    Sign,
    SmallMeans,
    StayNumber,
    Tariff,
    Team,
    VisitNumber,
}

impl Layout {
    /// Reads the layout that comes with the crate.
    ///
    /// # Errors
    ///
    /// Fails when the data file is wrong, which a test excludes.
    pub fn embedded() -> Result<Self, Error> {
        let layout: Self =
            toml::from_str(LAYOUT).map_err(|error| Error::figures("layout.toml", error.to_string()))?;
        for table in &layout.tables {
            for column in &table.columns {
                if column.from.is_some() == column.value.is_some() {
                    let message = format!("{}.{}: write `from` or `value`", table.name, column.name);
                    return Err(Error::figures("layout.toml", message));
                }
            }
        }
        Ok(layout)
    }
}
