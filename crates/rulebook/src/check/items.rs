//! Checks inputs, parameters, rules, checks, allocations and schedules one by one.

use exact::{Rational, Unit};

use super::compile::{kind, owner, value};
use super::symbols::Symbols;
use super::typing::{Known, Typer, compile, sketch};
use crate::book::{
    Allocation, Check, DefaultValue, Expr, Input, Parameter, Piece, Rule, RuleVersion, Rulebook, Sentence,
    Step, StepKind,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    AllocationDecl, CheckDecl, Dated, EntityId, FormulaText, InputDecl, ParameterDecl, Provenance, RawValue,
    RuleDecl, Status, StepKindDecl,
};
use crate::{Place, Text, Type, nearest::suggestion, text};

/// Stands for a type that was reported as faulty.
fn pure() -> Type {
    Type::Number(Unit::one())
}

pub(super) fn input(
    decl: &InputDecl,
    subject: EntityId,
    symbols: &Symbols,
    findings: &mut Vec<Diagnostic>,
) -> Input {
    let of = owner(decl.named.of.as_ref(), subject, symbols, findings).unwrap_or(subject);
    let kind = kind(&decl.declared, symbols, findings).unwrap_or_else(pure);
    let numeric = matches!(kind, Type::Number(_));
    for raw in [&decl.min, &decl.max].into_iter().flatten() {
        if !numeric {
            findings.push(Diagnostic::error(
                Code::UNKNOWN_KEY,
                raw.place.clone(),
                text!("`min` et `max` vont avec un nombre", "`min` and `max` go with a number"),
            ));
        }
    }
    let default = decl.default.as_ref().map(|raw| match (raw.text.as_str(), &kind) {
        ("start of period", Type::Date) => DefaultValue::StartOfPeriod,
        ("end of period", Type::Date) => DefaultValue::EndOfPeriod,
        _ => value(raw, &kind, symbols, findings).map_or(DefaultValue::StartOfPeriod, DefaultValue::Plain),
    });
    let bound = |raw: &Option<RawValue>, findings: &mut Vec<Diagnostic>| -> Option<Rational> {
        value(raw.as_ref()?, &kind, symbols, findings)?.as_number().cloned()
    };
    let (min, max) = (bound(&decl.min, findings), bound(&decl.max, findings));
    if let (Some(DefaultValue::Plain(value)), Some(raw)) = (&default, &decl.default)
        && let Some(number) = value.as_number()
        && (min.as_ref().is_some_and(|min| number < min) || max.as_ref().is_some_and(|max| number > max))
    {
        findings.push(Diagnostic::error(
            Code::BAD_VALUE,
            raw.place.clone(),
            text!("le défaut est hors des bornes", "the default lies beyond the bounds"),
        ));
    }
    Input { decl: decl.clone(), of, kind, default, min, max }
}

/// Reports a value without source or status.
pub(super) fn vouched_for(
    provenance: &Provenance,
    has_value: bool,
    place: &Place,
    findings: &mut Vec<Diagnostic>,
) {
    if provenance.source.is_none() {
        findings.push(
            Diagnostic::error(Code::MISSING_SOURCE, place.clone(), text!("d'où vient cette valeur ?", "where does this value come from?"))
                .help(text!(
                    "écrire source = \"document, page\" ; une valeur que personne ne peut sourcer a le statut unverified",
                    "write source = \"document, page\"; a value that nobody can source has the status unverified"
                )),
        );
    }
    match (provenance.status, has_value) {
        (None, _) => findings.push(
            Diagnostic::error(
                Code::MISSING_STATUS,
                place.clone(),
                text!("cette valeur n'a pas de statut", "this value has no status"),
            )
            .help(text!(
                "official, published, thesis, estimated, team, unverified, fictitious ou unknown",
                "official, published, thesis, estimated, team, unverified, fictitious or unknown"
            )),
        ),
        (Some(Status::Unknown), true) => findings.push(Diagnostic::error(
            Code::BAD_VALUE,
            place.clone(),
            text!(
                "une valeur inconnue (unknown) ne peut pas être donnée",
                "a value that is unknown cannot be given"
            ),
        )),
        (Some(Status::Unknown), false) | (Some(_), true) => {}
        (Some(_), false) => findings.push(
            Diagnostic::error(
                Code::MISSING_KEY,
                place.clone(),
                text!("`value` manque", "`value` is missing"),
            )
            .help(text!(
                "si personne ne la connaît : status = \"unknown\"",
                "if nobody knows it: status = \"unknown\""
            )),
        ),
    }
}

pub(super) fn parameter(
    decl: &ParameterDecl,
    symbols: &Symbols,
    findings: &mut Vec<Diagnostic>,
) -> Parameter {
    let declared = kind(&decl.declared, symbols, findings);
    let kind = declared.clone().unwrap_or_else(pure);
    let mut values = Vec::new();
    for item in &decl.values {
        vouched_for(&item.provenance, item.value.is_some(), &item.place, findings);
        let value = match (&item.value, &declared) {
            (Some(raw), Some(kind)) => value(raw, kind, symbols, findings),
            _ => None,
        };
        values.push(Dated { value, validity: item.validity, provenance: item.provenance.clone() });
    }
    if values.is_empty() {
        findings.push(Diagnostic::error(
            Code::MISSING_KEY,
            decl.named.place.clone(),
            text!("le paramètre n'a pas de valeur", "the parameter has no value"),
        ));
    }
    let places: Vec<&Place> = decl.values.iter().map(|value| &value.place).collect();
    competing(&values.iter().map(|dated| dated.validity).collect::<Vec<_>>(), &places, findings);
    Parameter { named: decl.named.clone(), kind, percent: decl.declared.percent, values }
}

/// Reports two versions that begin on one day and cannot be told apart.
pub(super) fn competing(
    validities: &[crate::model::Validity],
    places: &[&Place],
    findings: &mut Vec<Diagnostic>,
) {
    let mut seen = std::collections::BTreeMap::new();
    for (index, one) in validities.iter().enumerate() {
        let Some(other) = seen.insert((one.from, one.published), index) else { continue };
        findings.push(
            Diagnostic::error(
                Code::OVERLAP,
                places.get(index).map(|place| (*place).clone()),
                text!("deux valeurs commencent le même jour", "two values begin on the same day"),
            )
            .help(text!(
                "changer `from`, ou dire laquelle a été publiée après (`published`)",
                "change `from`, or say which was published later (`published`)"
            ))
            .label(
                places.get(other).map(|place| (*place).clone()).unwrap_or_default(),
                text!("l'autre est ici", "the other is here"),
            ),
        );
    }
}

pub(super) fn rule(
    decl: &RuleDecl,
    subject: EntityId,
    symbols: &Symbols,
    findings: &mut Vec<Diagnostic>,
) -> Rule {
    let of = owner(decl.named.of.as_ref(), subject, symbols, findings).unwrap_or(subject);
    let declared = kind(&decl.declared, symbols, findings);
    let kind = declared.clone().unwrap_or_else(pure);
    let mut versions = Vec::new();
    for version in &decl.versions {
        let formula = typed(&version.formula, of, declared.as_ref(), symbols, findings);
        let say =
            version.say.as_ref().and_then(|(words, place)| sentence(words, place, of, symbols, findings));
        versions.push(RuleVersion {
            validity: version.validity,
            text: version.formula.clone(),
            formula,
            say,
            provenance: version.provenance.clone(),
            choice: version.choice.clone().or_else(|| decl.named.choice.clone()),
        });
    }
    let places: Vec<&Place> = decl.versions.iter().map(|version| &version.formula.place).collect();
    competing(&versions.iter().map(|version| version.validity).collect::<Vec<_>>(), &places, findings);
    let output = decl.output || decl.pays;
    if output && decl.round.is_none() && symbols.is_amount(&kind) {
        findings.push(
            Diagnostic::error(
                Code::MONEY_NOT_ROUNDED,
                decl.named.place.clone(),
                text!(
                    "un montant qui sort doit dire son arrondi",
                    "an amount that leaves must say how it is rounded"
                ),
            )
            .help(text!("écrire round = \"cent\"", "write round = \"cent\"")),
        );
    }
    if decl.pays && !symbols.is_amount(&kind) {
        findings.push(Diagnostic::error(
            Code::BAD_UNIT,
            decl.named.place.clone(),
            text!("`pays` va avec un montant dans une monnaie", "`pays` goes with an amount in a currency"),
        ));
    }
    if decl.round.is_some() && !matches!(kind, Type::Number(_)) {
        findings.push(Diagnostic::error(
            Code::TYPE_MISMATCH,
            decl.named.place.clone(),
            text!("seul un nombre s'arrondit", "only a number can be rounded"),
        ));
    }
    Rule {
        named: decl.named.clone(),
        of,
        kind,
        percent: decl.declared.percent,
        versions,
        round: decl.round,
        output,
        pays: decl.pays,
        validity: decl.validity,
    }
}

/// Types a formula, or leaves a sketch of it in its place.
fn typed(
    formula: &FormulaText,
    of: EntityId,
    wanted: Option<&Type>,
    symbols: &Symbols,
    findings: &mut Vec<Diagnostic>,
) -> Expr {
    compile(formula, of, wanted, symbols, findings).map_or_else(|| sketch(formula, symbols), |found| found.0)
}

pub(super) fn check(
    decl: &CheckDecl,
    subject: EntityId,
    symbols: &Symbols,
    findings: &mut Vec<Diagnostic>,
) -> Check {
    let of = owner(decl.named.of.as_ref(), subject, symbols, findings).unwrap_or(subject);
    let formula = typed(&decl.formula, of, Some(&Type::Bool), symbols, findings);
    let message = sentence(&decl.message.0, &decl.message.1, of, symbols, findings);
    let message = message.unwrap_or(Sentence { fr: Vec::new(), en: Vec::new() });
    Check { named: decl.named.clone(), of, formula, message, validity: decl.validity }
}

/// Resolves the names in a sentence.
fn sentence(
    words: &Text,
    place: &Place,
    own: EntityId,
    symbols: &Symbols,
    findings: &mut Vec<Diagnostic>,
) -> Option<Sentence> {
    let fr = pieces(&words.fr, place, own, symbols, findings);
    let en = pieces(&words.en, place, own, symbols, findings);
    Some(Sentence { fr: fr?, en: en? })
}

fn pieces(
    words: &str,
    place: &Place,
    own: EntityId,
    symbols: &Symbols,
    findings: &mut Vec<Diagnostic>,
) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('{') {
        if !before.is_empty() {
            pieces.push(Piece::Words(before.to_owned()));
        }
        let Some((name, next)) = after.split_once('}') else {
            findings.push(Diagnostic::error(
                Code::BAD_PLACEHOLDER,
                place.clone(),
                text!("une accolade n'est pas refermée", "a brace is not closed"),
            ));
            return None;
        };
        let formula = FormulaText { text: name.to_owned(), place: place.clone(), verbatim_at: None };
        let mut inner = Vec::new();
        let mut typer = Typer { symbols, formula: &formula, own, walking: None, findings: &mut inner };
        let (prefix, short) = match name.split_once('.') {
            Some((prefix, short)) => (Some(prefix), short),
            None => (None, name),
        };
        match typer.name(prefix, short, &(0..name.len())) {
            Some((reference, _)) => pieces.push(Piece::Value(reference)),
            None => {
                let help = inner.pop().map(|finding| finding.help.unwrap_or(finding.message));
                findings.push(
                    Diagnostic::error(
                        Code::BAD_PLACEHOLDER,
                        place.clone(),
                        text!("`{{{name}}}` ne se lit pas ici", "`{{{name}}}` cannot be read here"),
                    )
                    .help(help),
                );
                return None;
            }
        }
        rest = next;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest.to_owned()));
    }
    Some(pieces)
}

/// Finds the currency of an allocation, from the type of its pot.
pub(super) fn currency(decl: &AllocationDecl, own: EntityId, symbols: &Symbols) -> Option<Unit> {
    match compile(&decl.total, own, None, symbols, &mut Vec::new())?.1 {
        Known::Is(kind @ Type::Number(_)) if symbols.is_amount(&kind) => match kind {
            Type::Number(unit) => Some(unit),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn allocation(
    decl: &AllocationDecl,
    subject: EntityId,
    symbols: &Symbols,
    findings: &mut Vec<Diagnostic>,
) -> Allocation {
    let of = owner(decl.named.of.as_ref(), subject, symbols, findings).unwrap_or(subject);
    let (total, known) = match compile(&decl.total, of, None, symbols, findings) {
        Some((total, known)) => (total, Some(known)),
        None => (sketch(&decl.total, symbols), None),
    };
    let unit = match &known {
        Some(Known::Is(kind @ Type::Number(unit))) if symbols.is_amount(kind) => unit.clone(),
        None => Unit::base("EUR"),
        Some(_) => {
            findings.push(Diagnostic::error(
                Code::BAD_ALLOCATION,
                decl.total.place.clone(),
                text!(
                    "ce qui se répartit est un montant dans une monnaie",
                    "what is shared out is an amount in a currency"
                ),
            ));
            Unit::base("EUR")
        }
    };
    let mut steps = Vec::new();
    for (index, step) in decl.steps.iter().enumerate() {
        let to = owner(Some(&step.to), subject, symbols, findings).unwrap_or(of);
        let last = index + 1 == decl.steps.len();
        let trouble = match &step.kind {
            _ if !symbols.is_under(to, of) => Some(text!(
                "une étape va au propriétaire ou sous lui",
                "a step goes to the owner or below it"
            )),
            StepKindDecl::Rest if !last || to != of => Some(text!(
                "`rest` est la dernière étape et revient au propriétaire",
                "`rest` is the last step and goes to the owner"
            )),
            _ => None,
        };
        if let Some(message) = trouble {
            findings.push(Diagnostic::error(Code::BAD_ALLOCATION, step.place.clone(), message));
        }
        steps.push(Step {
            name: step.name.clone(),
            label: step.label.clone().unwrap_or_else(|| Text::same(step.name.replace('_', " "))),
            to,
            kind: step_kind(&step.kind, of, to, &unit, symbols, findings),
        });
    }
    Allocation {
        named: decl.named.clone(),
        of,
        unit,
        total,
        total_text: decl.total.clone(),
        steps,
        validity: decl.validity,
        provenance: decl.provenance.clone(),
    }
}

fn step_kind(
    decl: &StepKindDecl,
    of: EntityId,
    to: EntityId,
    unit: &Unit,
    symbols: &Symbols,
    findings: &mut Vec<Diagnostic>,
) -> StepKind {
    let money = Type::Number(unit.clone());
    let mut amount =
        |formula: &FormulaText, entity: EntityId| typed(formula, entity, Some(&money), symbols, findings);
    match decl {
        StepKindDecl::Rest => StepKind::Rest,
        StepKindDecl::Due(due) => StepKind::Due(amount(due, to)),
        StepKindDecl::Weight { weight, amount: shared, cap, floor, guarantee } => {
            let shared = shared.as_ref().map(|formula| amount(formula, of));
            let [cap, floor, guarantee] =
                [cap, floor, guarantee].map(|formula| formula.as_ref().map(|formula| amount(formula, to)));
            let weight = match compile(weight, to, None, symbols, findings) {
                Some((expr, Known::Zero | Known::Is(Type::Number(_)))) => expr,
                Some((expr, _)) => {
                    findings.push(Diagnostic::error(
                        Code::TYPE_MISMATCH,
                        weight.place.clone(),
                        text!("un poids est un nombre", "a weight is a number"),
                    ));
                    expr
                }
                None => sketch(weight, symbols),
            };
            StepKind::Weight { weight, amount: shared, cap, floor, guarantee }
        }
    }
}

/// Checks that schedules name paying rules, and that paying rules have one.
pub(super) fn schedules(book: &Rulebook, findings: &mut Vec<Diagnostic>) {
    for schedule in &book.schedules {
        let name = &schedule.rule;
        if !book.rules.iter().any(|rule| rule.pays && rule.named.name == *name) {
            let names: Vec<&str> =
                book.rules.iter().filter(|rule| rule.pays).map(|rule| rule.named.name.as_str()).collect();
            findings.push(
                Diagnostic::error(
                    Code::BAD_SCHEDULE,
                    schedule.place.clone(),
                    text!(
                        "`{name}` n'est pas une règle qui paie (pays = true)",
                        "`{name}` is not a rule that pays (pays = true)"
                    ),
                )
                .help(suggestion(name, names)),
            );
        }
        let places: Vec<&Place> = schedule.versions.iter().map(|version| &version.place).collect();
        competing(
            &schedule.versions.iter().map(|version| version.validity).collect::<Vec<_>>(),
            &places,
            findings,
        );
    }
    for rule in book.rules.iter().filter(|rule| rule.pays) {
        let name = &rule.named.name;
        if !book.schedules.iter().any(|schedule| schedule.rule == *name) {
            findings.push(
                Diagnostic::warning(
                    Code::NOT_SCHEDULED,
                    rule.named.place.clone(),
                    text!("`{name}` est payée, mais quand ?", "`{name}` is paid, but when?"),
                )
                .help(text!(
                    "écrire dans [schedule] : {name} = {{ due = {{ day = \"04-30\", year = 0 }} }}",
                    "write in [schedule]: {name} = {{ due = {{ day = \"04-30\", year = 0 }} }}"
                )),
            );
        }
    }
}
