//! Builds a checked rulebook out of declarations.

use exact::{Rational, Unit};

use super::items;
use super::symbols::{Symbol, Symbols, TableShape};
use super::table_rows;
use crate::book::{EntityInfo, Key, Rulebook, Share};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    AllocationId, Declarations, DeclaredType, EntityId, InputId, Instrument, ParameterId, RawValue, RuleId,
    TableDecl, TableId, TableKind,
};
use crate::value::{Notation, read_value};
use crate::{Source, Text, Type, Value, nearest::suggestion, text};

/// The largest range of whole numbers that a key of a decision table may take.
const KEY_RANGE_MAX: i64 = 1000;

pub(super) fn compile(
    all: &Declarations,
    instrument: Instrument,
    sources: Vec<Source>,
    findings: &mut Vec<Diagnostic>,
) -> Option<Rulebook> {
    let mut symbols = Symbols { units: all.units.clone(), enums: all.enums.clone(), ..Symbols::default() };
    entities(all, &mut symbols, findings);
    let subject = symbols.entity(&instrument.subject);
    if subject.is_none() {
        let names: Vec<&str> = symbols.entities.iter().map(|entity| entity.name.as_str()).collect();
        let name = &instrument.subject;
        findings.push(
            Diagnostic::error(
                Code::UNKNOWN_NAME,
                instrument.subject_place.clone(),
                text!("l'entité `{name}` n'est pas déclarée", "the entity `{name}` is not declared"),
            )
            .help(
                suggestion(name, names)
                    .or_else(|| Some(text!("écrire [entities.{name}]", "write [entities.{name}]"))),
            ),
        );
    }
    let subject = subject?;
    // A tree with a circle would make every later walk endless.
    if !tree(&symbols, subject, all, findings) {
        return None;
    }
    declare(all, subject, &mut symbols, findings);
    let mut book = Rulebook {
        begins: instrument.basis.iter().filter_map(|basis| basis.validity.from).min(),
        instrument,
        units: symbols.units.clone(),
        enums: symbols.enums.clone(),
        entities: symbols.entities.clone(),
        subject,
        inputs: Vec::new(),
        parameters: Vec::new(),
        tables: Vec::new(),
        rules: Vec::new(),
        checks: Vec::new(),
        allocations: Vec::new(),
        schedules: all.schedules.clone(),
        cases: all.cases.clone(),
        recorded_only: all
            .parameters
            .iter()
            .filter(|decl| !decl.applied)
            .map(|decl| &decl.named.name)
            .chain(all.tables.iter().filter(|decl| !decl.applied).map(|decl| &decl.named.name))
            .cloned()
            .collect(),
        last_day: all
            .parameters
            .iter()
            .map(|decl| (decl.last_day, &decl.named.name))
            .chain(all.tables.iter().map(|decl| (decl.last_day, &decl.named.name)))
            .chain(all.rules.iter().map(|decl| (decl.last_day, &decl.named.name)))
            .filter(|(last_day, _)| *last_day)
            .map(|(_, name)| name.clone())
            .collect(),
        sources,
        changes: Vec::new(),
    };
    fill(&mut book, all, &symbols, findings);
    items::schedules(&book, findings);
    Some(book)
}

/// Fills the rulebook; what is faulty leaves something in its place, so that indexes hold and the checks go on.
fn fill(book: &mut Rulebook, all: &Declarations, symbols: &Symbols, findings: &mut Vec<Diagnostic>) {
    let subject = book.subject;
    book.inputs = all.inputs.iter().map(|decl| items::input(decl, subject, symbols, findings)).collect();
    book.parameters = all.parameters.iter().map(|decl| items::parameter(decl, symbols, findings)).collect();
    book.tables = all
        .tables
        .iter()
        .zip(&symbols.tables)
        .map(|(decl, shape)| table_rows::table(decl, shape, symbols, findings))
        .collect();
    book.rules = all.rules.iter().map(|decl| items::rule(decl, subject, symbols, findings)).collect();
    book.checks = all.checks.iter().map(|decl| items::check(decl, subject, symbols, findings)).collect();
    book.allocations =
        all.allocations.iter().map(|decl| items::allocation(decl, subject, symbols, findings)).collect();
}

fn entities(all: &Declarations, symbols: &mut Symbols, findings: &mut Vec<Diagnostic>) {
    for entity in &all.entities {
        let parent = match &entity.belongs_to {
            None => None,
            Some(name) => {
                let found = all.entities.iter().position(|other| other.name == *name);
                if found.is_none() {
                    let names: Vec<&str> = all.entities.iter().map(|other| other.name.as_str()).collect();
                    findings.push(
                        Diagnostic::error(
                            Code::UNKNOWN_NAME,
                            entity.place.clone(),
                            text!(
                                "l'entité `{name}` n'est pas déclarée",
                                "the entity `{name}` is not declared"
                            ),
                        )
                        .help(suggestion(name, names)),
                    );
                }
                found.map(EntityId)
            }
        };
        symbols.entities.push(EntityInfo {
            name: entity.name.clone(),
            label: entity.label.clone(),
            parent,
            unit: unit(entity.unit.as_ref(), symbols, findings).unwrap_or_else(Unit::one),
            skip_refused: entity.skip_refused,
        });
    }
}

/// Checks that the entities are one tree, with the subject at its root or just below.
fn tree(symbols: &Symbols, subject: EntityId, all: &Declarations, findings: &mut Vec<Diagnostic>) -> bool {
    let count = symbols.entities.len();
    let root = symbols.entities[subject.0].parent.unwrap_or(subject);
    let mut fine = true;
    for (index, entity) in symbols.entities.iter().enumerate() {
        let mut here = EntityId(index);
        let mut steps = 0;
        while let Some(above) = symbols.entities[here.0].parent
            && steps <= count
        {
            here = above;
            steps += 1;
        }
        let name = &entity.name;
        // Not to be asked of a circle, which has no end.
        let beside = || !symbols.is_under(EntityId(index), subject) && EntityId(index) != root;
        let trouble = if steps > count {
            Some(text!(
                "les entités tournent en rond autour de `{name}`",
                "the entities go round in a circle at `{name}`"
            ))
        } else if here != root || beside() {
            Some(text!(
                "`{name}` ne tient pas à l'entité payée",
                "`{name}` does not hang on the entity that is paid"
            ))
        } else {
            None
        };
        if let Some(message) = trouble {
            fine = false;
            findings.push(
                Diagnostic::error(Code::BAD_ENTITY_TREE, all.entities[index].place.clone(), message).help(text!(
                    "les entités forment un arbre : au plus une au-dessus du sujet, les autres sous lui (belongs_to)",
                    "entities form a tree: at most one above the subject, the others below it (belongs_to)"
                )),
            );
        }
    }
    fine
}

/// Reads a unit and checks that its bases are declared.
pub(super) fn unit(
    raw: Option<&RawValue>,
    symbols: &Symbols,
    findings: &mut Vec<Diagnostic>,
) -> Option<Unit> {
    let Some(raw) = raw else { return Some(Unit::one()) };
    let unit = match crate::model::unit_or_one(Some(raw)) {
        Ok(unit) => unit,
        Err(error) => {
            let words = &raw.text;
            findings.push(
                Diagnostic::error(
                    Code::BAD_UNIT,
                    raw.place.clone(),
                    text!("`{words}` n'est pas une unité", "`{words}` is not a unit ({error})"),
                )
                .help(text!(
                    "une unité s'écrit EUR, point, EUR/point ou 1",
                    "a unit is written EUR, point, EUR/point or 1"
                )),
            );
            return None;
        }
    };
    let known: Vec<&str> =
        std::iter::once("EUR").chain(symbols.units.iter().map(|unit| unit.name.as_str())).collect();
    for (base, _) in unit.bases() {
        if !known.contains(&base) {
            findings.push(
                Diagnostic::error(
                    Code::BAD_UNIT,
                    raw.place.clone(),
                    text!("l'unité `{base}` n'est pas déclarée", "the unit `{base}` is not declared"),
                )
                .help(
                    suggestion(base, known.clone())
                        .or_else(|| Some(text!("la déclarer dans [units]", "declare it in [units]"))),
                ),
            );
            return None;
        }
    }
    if symbols.money_degree(&unit) > 1 {
        findings.push(Diagnostic::error(
            Code::MONEY_TWICE,
            raw.place.clone(),
            text!("l'unité contient deux fois de la monnaie", "the unit holds money twice"),
        ));
        return None;
    }
    Some(unit)
}

/// Resolves a declared type.
pub(super) fn kind(
    declared: &DeclaredType,
    symbols: &Symbols,
    findings: &mut Vec<Diagnostic>,
) -> Option<Type> {
    let unit = unit(declared.unit.as_ref(), symbols, findings)?;
    let Some(raw) = &declared.name else { return Some(Type::Number(unit)) };
    let kind = match raw.text.as_str() {
        "number" => return Some(Type::Number(unit)),
        "bool" => Type::Bool,
        "date" => Type::Date,
        name => match symbols.enumeration(name) {
            Some(id) => Type::Enum(id),
            None => {
                let known: Vec<&str> = ["number", "bool", "date"]
                    .into_iter()
                    .chain(symbols.enums.iter().map(|enumeration| enumeration.name.as_str()))
                    .collect();
                findings.push(
                    Diagnostic::error(
                        Code::UNKNOWN_NAME,
                        raw.place.clone(),
                        text!("le type `{name}` n'existe pas", "the type `{name}` does not exist"),
                    )
                    .help(suggestion(name, known)),
                );
                return None;
            }
        },
    };
    if let Some(unit) = &declared.unit {
        findings.push(Diagnostic::error(
            Code::BAD_UNIT,
            unit.place.clone(),
            text!("seul un nombre a une unité", "only a number has a unit"),
        ));
        return None;
    }
    Some(kind)
}

/// Resolves the entity that an item belongs to.
pub(super) fn owner(
    of: Option<&RawValue>,
    subject: EntityId,
    symbols: &Symbols,
    findings: &mut Vec<Diagnostic>,
) -> Option<EntityId> {
    let Some(raw) = of else { return Some(subject) };
    let found = symbols.entity(&raw.text);
    if found.is_none() {
        let name = &raw.text;
        let names: Vec<&str> = symbols.entities.iter().map(|entity| entity.name.as_str()).collect();
        findings.push(
            Diagnostic::error(
                Code::UNKNOWN_NAME,
                raw.place.clone(),
                text!("l'entité `{name}` n'est pas déclarée", "the entity `{name}` is not declared"),
            )
            .help(suggestion(name, names)),
        );
    }
    found
}

/// Reads a literal of a type, and reports it when it is not one.
pub(super) fn value(
    raw: &RawValue,
    kind: &Type,
    symbols: &Symbols,
    findings: &mut Vec<Diagnostic>,
) -> Option<Value> {
    read_value(&raw.text, kind, &symbols.enums, Notation::Neutral)
        .map_err(|wrong| {
            findings
                .push(Diagnostic::error(Code::BAD_VALUE, raw.place.clone(), wrong.message).help(wrong.help));
        })
        .ok()
}

/// Gives every name its meaning, so that formulas may stand in any order.
fn declare(all: &Declarations, subject: EntityId, symbols: &mut Symbols, findings: &mut Vec<Diagnostic>) {
    // Faults of types are reported by the items themselves: here they only hide the name's type.
    let mut quiet = Vec::new();
    for (index, decl) in all.inputs.iter().enumerate() {
        let of = owner(decl.named.of.as_ref(), subject, symbols, &mut quiet);
        match (of, kind(&decl.declared, symbols, &mut quiet)) {
            (Some(of), Some(kind)) => {
                symbols.names.insert(decl.named.name.clone(), Symbol::Input(InputId(index), of, kind));
            }
            _ => drop(symbols.broken.insert(decl.named.name.clone())),
        }
    }
    for (index, decl) in all.parameters.iter().enumerate() {
        match kind(&decl.declared, symbols, &mut quiet) {
            Some(kind) => {
                symbols.names.insert(decl.named.name.clone(), Symbol::Parameter(ParameterId(index), kind));
            }
            None => drop(symbols.broken.insert(decl.named.name.clone())),
        }
    }
    for (index, decl) in all.rules.iter().enumerate() {
        let of = owner(decl.named.of.as_ref(), subject, symbols, &mut quiet);
        match (of, kind(&decl.declared, symbols, &mut quiet)) {
            (Some(of), Some(kind)) => {
                symbols.names.insert(decl.named.name.clone(), Symbol::Rule(RuleId(index), of, kind));
            }
            _ => drop(symbols.broken.insert(decl.named.name.clone())),
        }
    }
    for (index, decl) in all.tables.iter().enumerate() {
        let shape = shape(decl, all, symbols, findings);
        symbols.tables.push(shape);
        symbols.names.insert(decl.named.name.clone(), Symbol::Table(TableId(index)));
    }
    for (index, decl) in all.allocations.iter().enumerate() {
        allocation_names(index, decl, all, subject, symbols, findings);
    }
}

fn allocation_names(
    index: usize,
    decl: &crate::model::AllocationDecl,
    all: &Declarations,
    subject: EntityId,
    symbols: &mut Symbols,
    findings: &mut Vec<Diagnostic>,
) {
    let allocation = AllocationId(index);
    let own = owner(decl.named.of.as_ref(), subject, symbols, &mut Vec::new()).unwrap_or(subject);
    let currency = super::items::currency(decl, own, symbols).unwrap_or_else(|| Unit::base("EUR"));
    let kind = Type::Number(currency);
    let mut receivers = Vec::new();
    let is_taken = |name: &str, symbols: &Symbols| {
        let mut checks =
            all.checks.iter().map(|check| &check.named).chain(all.allocations.iter().map(|item| &item.named));
        symbols.names.contains_key(name)
            || symbols.broken.contains(name)
            || checks.any(|named| named.name == name)
    };
    for (step, declared) in decl.steps.iter().enumerate() {
        let Some(entity) = owner(Some(&declared.to), subject, symbols, findings) else { continue };
        let share = Share { allocation, entity, step: Some(step) };
        let name = format!("{}_{}", decl.named.name, declared.name);
        if is_taken(&name, symbols) {
            findings.push(Diagnostic::error(
                Code::DUPLICATE_NAME,
                declared.place.clone(),
                text!("`{name}` existe déjà", "`{name}` exists already"),
            ));
        }
        symbols.names.insert(name, Symbol::Step(share, kind.clone()));
        if !receivers.contains(&entity) {
            receivers.push(entity);
        }
    }
    let name = format!("{}_total", decl.named.name);
    if is_taken(&name, symbols) {
        findings.push(Diagnostic::error(
            Code::DUPLICATE_NAME,
            decl.named.place.clone(),
            text!(
                "`{name}` existe déjà : c'est le total de la répartition",
                "`{name}` exists already: it is the total of the allocation"
            ),
        ));
    }
    symbols.names.insert(name, Symbol::Total(allocation, receivers, kind));
}

fn shape(
    decl: &TableDecl,
    all: &Declarations,
    symbols: &Symbols,
    findings: &mut Vec<Diagnostic>,
) -> TableShape {
    let keys = decl.keys.iter().filter_map(|raw| key(raw, all, symbols, findings)).collect();
    let over = match (&decl.over, decl.kind) {
        (Some(raw), TableKind::Decision) => {
            findings.push(Diagnostic::error(
                Code::UNKNOWN_KEY,
                raw.place.clone(),
                text!(
                    "`over` ne va pas avec une table de décision",
                    "`over` does not go with a decision table"
                ),
            ));
            Unit::one()
        }
        (raw, _) => unit(raw.as_ref(), symbols, findings).unwrap_or_else(Unit::one),
    };
    let value = kind(&decl.declared, symbols, findings).unwrap_or_else(|| Type::Number(Unit::one()));
    if decl.kind != TableKind::Decision && !matches!(value, Type::Number(_)) {
        findings.push(Diagnostic::error(
            Code::TYPE_MISMATCH,
            decl.named.place.clone(),
            text!("cette sorte de table donne des nombres", "this kind of table gives numbers"),
        ));
    }
    TableShape { kind: decl.kind, keys, over, value }
}

fn key(raw: &RawValue, all: &Declarations, symbols: &Symbols, findings: &mut Vec<Diagnostic>) -> Option<Key> {
    let name = raw.text.clone();
    let from_name = match symbols.names.get(&name) {
        Some(Symbol::Input(_, _, kind) | Symbol::Rule(_, _, kind)) => Some(kind.clone()),
        _ => symbols.enumeration(&name).map(Type::Enum),
    };
    let range = all.inputs.iter().find(|input| input.named.name == name && input.whole).and_then(|input| {
        let bound = |raw: &Option<RawValue>| Rational::parse(&raw.as_ref()?.text).ok()?.to_i64();
        Some((bound(&input.min)?, bound(&input.max)?))
    });
    match from_name {
        Some(kind @ (Type::Bool | Type::Enum(_))) => Some(Key { name, kind, range: None }),
        Some(kind @ Type::Number(_))
            if range.is_some_and(|(min, max)| min <= max && max.saturating_sub(min) <= KEY_RANGE_MAX) =>
        {
            Some(Key { name, kind, range })
        }
        found => {
            let known: Vec<&str> = symbols.names.keys().map(String::as_str).collect();
            let help = match found {
                None => suggestion(&name, known),
                Some(_) => Some(Text::new(
                    "une clé est une énumération, un booléen, ou un nombre entier (whole) avec min et max",
                    "a key is an enumeration, a Boolean, or a whole number with min and max",
                )),
            };
            findings.push(
                Diagnostic::error(
                    Code::UNKNOWN_NAME,
                    raw.place.clone(),
                    text!(
                        "`{name}` ne peut pas être une clé de table",
                        "`{name}` cannot be a key of a table"
                    ),
                )
                .help(help),
            );
            None
        }
    }
}
