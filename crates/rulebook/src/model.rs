//! What the files of a rulebook declare, before names, units and dates are checked.

use exact::{RoundingMode, Unit};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{Place, Text, Value};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $($(#[$doc])* #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)] pub struct $name(pub usize);)*
    };
}

ids! {
    /// The index of an entity in its rulebook.
    EntityId;
    /// The index of an enumeration.
    EnumId;
    /// The index of an input.
    InputId;
    /// The index of a parameter.
    ParameterId;
    /// The index of a table.
    TableId;
    /// The index of a rule.
    RuleId;
    /// The index of an allocation.
    AllocationId;
}

/// The days on which something is in force, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Validity {
    /// The first day; always in force before `to` when absent.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
    /// The day on which it became known.
    pub published: Option<Date>,
}

impl Validity {
    /// Returns whether the day lies inside.
    pub fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Returns whether it was published by the day, or needs no publication.
    pub fn known_at(&self, day: Option<Date>) -> bool {
        match (day, self.published) {
            (Some(day), Some(published)) => published <= day,
            _ => true,
        }
    }
}

/// How far a value can be vouched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// From a legal text, the insurer or its public site.
    Official,
    /// From a public page or the press.
    Published,
    /// From the thesis.
    Thesis,
    /// Estimated by a run that is named.
    Estimated,
    /// Decided by the team.
    Team,
    /// Not verified.
    Unverified,
    /// Invented for a demonstration.
    Fictitious,
    /// Not known: whoever needs it is refused.
    Unknown,
}

impl Status {
    /// Every status with its name in files.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Official, "official"),
        (Self::Published, "published"),
        (Self::Thesis, "thesis"),
        (Self::Estimated, "estimated"),
        (Self::Team, "team"),
        (Self::Unverified, "unverified"),
        (Self::Fictitious, "fictitious"),
        (Self::Unknown, "unknown"),
    ];

    /// Returns the status of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == name).map(|(status, _)| status)
    }

    /// Returns the name in files.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(status, _)| *status == self).map_or("", |(_, name)| name)
    }

    /// Returns whether official mode accepts the value.
    pub fn vouched(self) -> bool {
        !matches!(self, Self::Unverified | Self::Fictitious | Self::Unknown)
    }

    /// Returns the word shown to people.
    pub fn label(self) -> Text {
        let (fr, en) = match self {
            Self::Official => ("officiel", "official"),
            Self::Published => ("publié", "published"),
            Self::Thesis => ("thèse", "thesis"),
            Self::Estimated => ("estimé", "estimated"),
            Self::Team => ("décidé par l'équipe", "decided by the team"),
            Self::Unverified => ("non vérifié", "unverified"),
            Self::Fictitious => ("fictif", "fictitious"),
            Self::Unknown => ("inconnu", "unknown"),
        };
        Text::new(fr, en)
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provenance {
    /// The document.
    pub source: Option<String>,
    /// The page or article in it.
    pub page: Option<String>,
    /// How far it can be vouched for.
    pub status: Option<Status>,
    /// A remark.
    pub note: Option<String>,
}

impl Provenance {
    /// Returns the document and the page as one line.
    pub fn line(&self) -> Option<String> {
        match (&self.source, &self.page) {
            (Some(source), Some(page)) => Some(format!("{source}, {page}")),
            (Some(source), None) => Some(source.clone()),
            (None, Some(page)) => Some(page.clone()),
            (None, None) => None,
        }
    }
}

/// A formula as it is written, and where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FormulaText {
    /// The text.
    pub text: String,
    /// The place of the whole value in its file.
    pub place: Place,
    /// The byte offset in the file of the first byte of the text, when the file holds it verbatim.
    pub verbatim_at: Option<usize>,
}

impl FormulaText {
    /// Returns the place of a stretch of the formula.
    pub fn part(&self, range: std::ops::Range<usize>) -> Place {
        match self.verbatim_at {
            Some(start) => Place::new(self.place.file, start + range.start..start + range.end),
            None => self.place.clone(),
        }
    }
}

/// A literal of a file that is read once its type is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawValue {
    /// The text.
    pub text: String,
    /// The place.
    pub place: Place,
}

/// A legal text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// Its title.
    pub title: String,
    /// Its dates.
    pub validity: Validity,
    /// Where to read it.
    pub url: Option<String>,
}

/// The length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeriodKind {
    /// A civil year.
    Year,
    /// A civil quarter.
    Quarter,
    /// A month.
    Month,
}

/// The head of a rulebook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// The name of the rulebook.
    pub id: String,
    /// The title.
    pub title: Text,
    /// The entity that is settled.
    pub subject: String,
    /// The place of the subject's name.
    pub subject_place: Place,
    /// The period.
    pub period: PeriodKind,
    /// Who pays.
    pub payer: Option<String>,
    /// The legal texts.
    pub basis: Vec<Basis>,
    /// Whether values that change inside a period are meant to be taken on its last day.
    pub last_day: bool,
}

/// A declared unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitName {
    /// The name in formulas.
    pub name: String,
    /// Singular and plural in French.
    pub fr: (String, String),
    /// Singular and plural in English.
    pub en: (String, String),
    /// The sign printed with amounts, for a currency.
    pub symbol: Option<String>,
    /// Whether it is a currency.
    pub money: bool,
    /// Where it is declared.
    pub place: Place,
}

/// A value of an enumeration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumValue {
    /// The name in files.
    pub name: String,
    /// The words for people.
    pub label: Text,
    /// The days on which it may be used.
    pub validity: Validity,
}

/// An enumeration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enumeration {
    /// Its name.
    pub name: String,
    /// Its values.
    pub values: Vec<EnumValue>,
    /// Where it is declared.
    pub place: Place,
}

/// An entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// Its name.
    pub name: String,
    /// Its words for people.
    pub label: Text,
    /// The entity above, by name.
    pub belongs_to: Option<String>,
    /// The unit of a count.
    pub unit: Option<RawValue>,
    /// Whether a refused one is left out instead of refusing its subject.
    pub skip_refused: bool,
    /// Where it is declared.
    pub place: Place,
}

/// What is common to everything that has a name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// The identifier.
    pub name: String,
    /// The place of the identifier.
    pub place: Place,
    /// The words for people; the identifier when absent.
    pub label: Option<Text>,
    /// A decision that the source leaves open.
    pub choice: Option<Text>,
    /// The entity, by name; the subject when absent.
    pub of: Option<RawValue>,
}

impl Named {
    /// Returns the label, or the name in plain letters.
    pub fn label(&self) -> Text {
        self.label.clone().unwrap_or_else(|| Text::same(self.name.replace('_', " ")))
    }
}

/// A type as it is declared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeclaredType {
    /// `bool`, `date`, `number`, or the name of an enumeration.
    pub name: Option<RawValue>,
    /// The unit of a number.
    pub unit: Option<RawValue>,
    /// Printed as a percentage.
    pub percent: bool,
}

/// Where a fact comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Claims data.
    Claims,
    /// Pieces that prove it.
    Evidence,
    /// Said by the team.
    #[default]
    Declared,
}

impl Origin {
    /// Returns the words for people.
    pub fn label(self) -> Text {
        match self {
            Self::Claims => Text::new("données de remboursement", "claims"),
            Self::Evidence => Text::new("pièces justificatives", "evidence"),
            Self::Declared => Text::new("déclaration", "declared"),
        }
    }

    /// Returns the name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Claims => "claims",
            Self::Evidence => "evidence",
            Self::Declared => "declared",
        }
    }
}

/// A declared input.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InputDecl {
    /// Its name, label, entity.
    pub named: Named,
    /// Its type.
    pub declared: DeclaredType,
    /// Its default.
    pub default: Option<RawValue>,
    /// The smallest number allowed.
    pub min: Option<RawValue>,
    /// The largest number allowed.
    pub max: Option<RawValue>,
    /// Whether it must be a whole number.
    pub whole: bool,
    /// A longer explanation.
    pub meaning: Option<Text>,
    /// Where the fact comes from.
    pub origin: Origin,
    /// Groups facts when two years are compared.
    pub theme: Option<Text>,
    /// Days in force.
    pub validity: Validity,
}

/// One dated value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterValueDecl {
    /// The value; none when unknown.
    pub value: Option<RawValue>,
    /// Days in force.
    pub validity: Validity,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Its place.
    pub place: Place,
}

/// A declared parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterDecl {
    /// Its name, label.
    pub named: Named,
    /// Its type.
    pub declared: DeclaredType,
    /// Its dated values.
    pub values: Vec<ParameterValueDecl>,
    /// Whether rules use it; `false` for a figure that is recorded only.
    pub applied: bool,
    /// Whether a change inside a period is meant to be taken on the last day.
    pub last_day: bool,
}

/// The kinds of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TableKind {
    /// One row for each combination of keys.
    Decision,
    /// One value for a whole range.
    Flat,
    /// Each slice has its own rate.
    Marginal,
    /// Straight lines between points.
    Linear,
}

/// Where a row of brackets starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edge {
    /// The bound belongs to the row.
    AtLeast,
    /// The bound belongs to the row below.
    Above,
}

/// One row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowDecl {
    /// The keys of a decision row, in the order of the table's keys.
    pub keys: Vec<RawValue>,
    /// The bound of a bracket, or the point of a line.
    pub bound: Option<(Edge, RawValue)>,
    /// The value; none when unknown.
    pub value: Option<RawValue>,
    /// The row's own dates.
    pub validity: Validity,
    /// The row's own source.
    pub provenance: Provenance,
    /// Its place.
    pub place: Place,
}

/// One version of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableVersionDecl {
    /// Days in force.
    pub validity: Validity,
    /// Where it comes from.
    pub provenance: Provenance,
    /// Its rows.
    pub rows: Vec<RowDecl>,
    /// Its place.
    pub place: Place,
}

/// A declared table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDecl {
    /// Its name, label.
    pub named: Named,
    /// Its kind.
    pub kind: TableKind,
    /// The names of its keys.
    pub keys: Vec<RawValue>,
    /// The unit of what it is looked up with.
    pub over: Option<RawValue>,
    /// The type of its values.
    pub declared: DeclaredType,
    /// Its versions.
    pub versions: Vec<TableVersionDecl>,
    /// Whether rules use it.
    pub applied: bool,
    /// Whether a change inside a period is meant to be taken on the last day.
    pub last_day: bool,
}

/// A rounding that is written in a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rounding {
    /// Decimals kept.
    pub decimals: u32,
    /// How.
    pub mode: RoundingMode,
}

/// One version of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleVersionDecl {
    /// Days in force.
    pub validity: Validity,
    /// The formula.
    pub formula: FormulaText,
    /// The sentence in plain words.
    pub say: Option<(Text, Place)>,
    /// Where it comes from.
    pub provenance: Provenance,
    /// What was decided.
    pub choice: Option<Text>,
}

/// A declared rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleDecl {
    /// Its name, label, entity.
    pub named: Named,
    /// Its type.
    pub declared: DeclaredType,
    /// Its versions.
    pub versions: Vec<RuleVersionDecl>,
    /// Its rounding.
    pub round: Option<Rounding>,
    /// Whether it is shown among the results.
    pub output: bool,
    /// Whether it is money to pay.
    pub pays: bool,
    /// Days on which the rule exists.
    pub validity: Validity,
    /// Whether a change inside a period is meant to be taken on the last day.
    pub last_day: bool,
}

/// A declared check of facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckDecl {
    /// Its name, entity.
    pub named: Named,
    /// The Boolean formula.
    pub formula: FormulaText,
    /// What to say when it is broken.
    pub message: (Text, Place),
    /// Days in force.
    pub validity: Validity,
}

/// What a step of an allocation does.
#[expect(clippy::large_enum_variant, reason = "few of them exist at a time")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKindDecl {
    /// Pays what is due.
    Due(FormulaText),
    /// Splits by weight.
    Weight {
        /// The weights.
        weight: FormulaText,
        /// How much is split; all that is left when absent.
        amount: Option<FormulaText>,
        /// The largest share.
        cap: Option<FormulaText>,
        /// The smallest share.
        floor: Option<FormulaText>,
        /// What a receiver must have in all after the step.
        guarantee: Option<FormulaText>,
    },
    /// Takes what is left.
    Rest,
}

/// One step of an allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepDecl {
    /// Its name.
    pub name: String,
    /// Its words for people.
    pub label: Option<Text>,
    /// The entity that receives.
    pub to: RawValue,
    /// What it does.
    pub kind: StepKindDecl,
    /// Its place.
    pub place: Place,
}

/// A declared allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocationDecl {
    /// Its name, label, entity.
    pub named: Named,
    /// The pot.
    pub total: FormulaText,
    /// Its steps.
    pub steps: Vec<StepDecl>,
    /// Days in force.
    pub validity: Validity,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// A part of a payment and its due date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instalment {
    /// The share of the amount.
    pub share: exact::Rational,
    /// Month of the due date.
    pub month: i8,
    /// Day of the due date.
    pub day: i8,
    /// Years after the period's own.
    pub year: i16,
}

/// One version of the schedule of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleVersion {
    /// Days in force.
    pub validity: Validity,
    /// The parts.
    pub parts: Vec<Instalment>,
    /// Its place.
    pub place: Place,
}

/// The schedule of one paying rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleDecl {
    /// The rule's name.
    pub rule: String,
    /// The place of the name.
    pub place: Place,
    /// Its versions.
    pub versions: Vec<ScheduleVersion>,
}

/// Rows of one entity in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// The id.
    pub id: String,
    /// Facts by name, and the parent's id under the parent's name.
    pub facts: Vec<(String, RawValue)>,
    /// Expected results by name.
    pub expect: Vec<Expected>,
    /// Its place.
    pub place: Place,
}

/// An expected result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The name of a rule or of an allocation output.
    pub name: String,
    /// The value.
    pub value: RawValue,
    /// How far the result may lie from it: a number, or a percentage of it.
    pub within: Option<RawValue>,
}

/// A case: facts in, amounts out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseDecl {
    /// The title.
    pub title: String,
    /// The file's name.
    pub file: usize,
    /// The date.
    pub at: Date,
    /// What was known then.
    pub known_at: Option<Date>,
    /// Facts, expectations of the one subject, when rows are not named.
    pub subject: CaseRow,
    /// Rows of other entities, or of several subjects.
    pub rows: Vec<(String, Vec<CaseRow>)>,
    /// The reason for which it must be refused.
    pub refused: Option<String>,
    /// The rule whose computation is refused; the whole settlement when absent.
    pub computing: Option<String>,
    /// Its place.
    pub place: Place,
}

/// Everything that the files of a rulebook declare.
#[derive(Debug, Clone, Default)]
pub struct Declarations {
    /// The head.
    pub instrument: Option<Instrument>,
    /// Units.
    pub units: Vec<UnitName>,
    /// Enumerations.
    pub enums: Vec<Enumeration>,
    /// Entities.
    pub entities: Vec<Entity>,
    /// Inputs.
    pub inputs: Vec<InputDecl>,
    /// Parameters.
    pub parameters: Vec<ParameterDecl>,
    /// Tables.
    pub tables: Vec<TableDecl>,
    /// Rules.
    pub rules: Vec<RuleDecl>,
    /// Checks.
    pub checks: Vec<CheckDecl>,
    /// Allocations.
    pub allocations: Vec<AllocationDecl>,
    /// Schedules.
    pub schedules: Vec<ScheduleDecl>,
    /// Cases.
    pub cases: Vec<CaseDecl>,
}

/// A value in force and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated {
    /// The value; none when its status is unknown.
    pub value: Option<Value>,
    /// Days in force.
    pub validity: Validity,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// Returns the unit named by a raw value, or none.
pub(crate) fn unit_or_one(raw: Option<&RawValue>) -> Result<Unit, exact::UnitError> {
    raw.map_or_else(|| Ok(Unit::one()), |raw| Unit::parse(&raw.text))
}
