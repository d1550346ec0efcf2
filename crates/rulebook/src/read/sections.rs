//! Reads the sections of a rulebook other than tables and cases.

use super::fields::{Context, Fields, Node, check_name};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    AllocationDecl, Basis, CheckDecl, DeclaredType, Entity, EnumValue, Enumeration, InputDecl, Instalment,
    Instrument, Named, Origin, ParameterDecl, ParameterValueDecl, PeriodKind, Provenance, Rounding, RuleDecl,
    RuleVersionDecl, ScheduleDecl, ScheduleVersion, StepDecl, StepKindDecl, UnitName, Validity,
};
use crate::{Place, Text, nearest::suggestion, text};
use exact::{Rational, RoundingMode};

/// Reads a value that must be one of a few names.
fn one_of<T: Copy>(node: &Node<'_>, known: &[(&'static str, T)]) -> Option<T> {
    let name = node.string()?;
    let found = known.iter().find(|(word, _)| *word == name).map(|(_, value)| *value);
    if found.is_none() {
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        let list = words.join(", ");
        node.context.findings.push(
            Diagnostic::error(
                Code::BAD_VALUE,
                node.place(),
                text!("`{name}` n'est pas connu ici ({list})", "`{name}` is not known here ({list})"),
            )
            .help(suggestion(&name, words)),
        );
    }
    found
}

pub(super) fn named(fields: &Fields<'_>, name: String, place: Place) -> Named {
    check_name(&name, &place, false, fields.context);
    Named { name, place, label: fields.text("label"), choice: fields.text("choice"), of: fields.raw("of") }
}

pub(crate) fn declared_type(fields: &Fields<'_>) -> DeclaredType {
    let percent = match fields.get("show") {
        Some(node) => one_of(&node, &[("%", true)]).unwrap_or(false),
        None => false,
    };
    DeclaredType { name: fields.raw("type"), unit: fields.raw("unit"), percent }
}

pub(super) fn instrument(node: Node<'_>) -> Option<Instrument> {
    let fields = node.fields()?;
    let id = fields.need("id").and_then(|node| node.string());
    let title = fields.need("title").and_then(|node| node.text());
    let subject = fields.need("subject").and_then(|node| node.raw());
    let period = fields.need("period").and_then(|node| {
        one_of(
            &node,
            &[("year", PeriodKind::Year), ("quarter", PeriodKind::Quarter), ("month", PeriodKind::Month)],
        )
    });
    let basis = fields.items("basis").iter().filter_map(legal_text).collect();
    let (payer, last_day) = (fields.string("payer"), fields.last_day());
    fields.finish();
    let subject = subject?;
    Some(Instrument {
        id: id?,
        title: title?,
        subject: subject.text,
        subject_place: subject.place,
        period: period?,
        payer,
        basis,
        last_day,
    })
}

fn legal_text(node: &Node<'_>) -> Option<Basis> {
    let fields = node.fields()?;
    let basis = Basis {
        title: fields.need("title").and_then(|node| node.string())?,
        validity: fields.validity(),
        url: fields.string("url"),
    };
    fields.finish();
    Some(basis)
}

pub(super) fn unit(name: String, place: &Place, node: Node<'_>) -> Option<UnitName> {
    check_name(&name, place, false, node.context);
    let fields = node.fields()?;
    let pair = |key: &'static str| -> Option<(String, String)> {
        let node = fields.need(key)?;
        let words: Vec<String> = node.items().iter().filter_map(Node::string).collect();
        match words.as_slice() {
            [one, many] => Some((one.clone(), many.clone())),
            _ => {
                node.context.error(
                    Code::BAD_TEXT,
                    node.place(),
                    text!("il faut le singulier et le pluriel", "the singular and the plural are wanted"),
                );
                None
            }
        }
    };
    let (fr, en) = (pair("fr"), pair("en"));
    let unit = UnitName {
        name,
        fr: fr?,
        en: en?,
        symbol: fields.string("symbol"),
        money: fields.flag("money").unwrap_or(false),
        place: place.clone(),
    };
    fields.finish();
    Some(unit)
}

pub(super) fn enumeration(name: String, place: Place, node: Node<'_>) -> Option<Enumeration> {
    let mut values = Vec::new();
    for (value, value_place, inner) in node.fields()?.entries() {
        check_name(&value, &value_place, true, node.context);
        let Some(fields) = inner.fields() else { continue };
        let label = Text::new(
            fields.string("fr").unwrap_or_else(|| value.clone()),
            fields.string("en").unwrap_or_else(|| value.clone()),
        );
        values.push(EnumValue { label, validity: fields.dates(), name: value });
        fields.finish();
    }
    if values.is_empty() {
        node.context.error(
            Code::BAD_VALUE,
            place.clone(),
            text!("l'énumération n'a pas de valeur", "the enumeration has no value"),
        );
    }
    Some(Enumeration { name, values, place })
}

pub(super) fn entity(name: String, place: Place, node: Node<'_>) -> Option<Entity> {
    check_name(&name, &place, false, node.context);
    let fields = node.fields()?;
    let skip_refused = fields
        .get("on_refusal")
        .and_then(|node| one_of(&node, &[("skip", true), ("refuse", false)]))
        .unwrap_or(false);
    let entity = Entity {
        label: fields.text("label").unwrap_or_else(|| Text::same(name.replace('_', " "))),
        belongs_to: fields.string("belongs_to"),
        unit: fields.raw("unit"),
        skip_refused,
        name,
        place,
    };
    fields.finish();
    Some(entity)
}

pub(super) fn input(
    name: String,
    place: Place,
    node: Node<'_>,
    enums: &mut Vec<Enumeration>,
) -> Option<InputDecl> {
    let fields = node.fields()?;
    let mut declared = declared_type(&fields);
    if let Some(values) = fields.get("enum") {
        enums.extend(enumeration(name.clone(), values.place(), values));
        declared.name = Some(crate::model::RawValue { text: name.clone(), place: values.place() });
    }
    let origin = fields
        .get("origin")
        .and_then(|node| {
            let known =
                [("claims", Origin::Claims), ("evidence", Origin::Evidence), ("declared", Origin::Declared)];
            one_of(&node, &known)
        })
        .unwrap_or_default();
    let input = InputDecl {
        named: named(&fields, name, place),
        declared,
        default: fields.raw("default"),
        min: fields.raw("min"),
        max: fields.raw("max"),
        whole: fields.flag("whole").unwrap_or(false),
        meaning: fields.text("meaning"),
        origin,
        theme: fields.text("theme"),
        validity: fields.dates(),
    };
    fields.finish();
    Some(input)
}

pub(super) fn parameter(name: String, place: Place, node: Node<'_>) -> Option<ParameterDecl> {
    let fields = node.fields()?;
    let values = match fields.need("values") {
        Some(list) => list.items().iter().filter_map(parameter_value).collect(),
        None => Vec::new(),
    };
    let parameter = ParameterDecl {
        named: named(&fields, name, place),
        declared: declared_type(&fields),
        values,
        applied: fields.flag("applied").unwrap_or(true),
        last_day: fields.last_day(),
    };
    if let Some(of) = &parameter.named.of {
        node.context.error(
            Code::UNKNOWN_KEY,
            of.place.clone(),
            text!(
                "un paramètre vaut pour toutes les entités : pas de `of`",
                "a parameter holds for every entity: no `of`"
            ),
        );
    }
    fields.finish();
    Some(parameter)
}

pub(crate) fn parameter_value(node: &Node<'_>) -> Option<ParameterValueDecl> {
    let fields = node.fields()?;
    let value = ParameterValueDecl {
        value: fields.raw("value"),
        validity: fields.validity(),
        provenance: fields.provenance(),
        place: node.place(),
    };
    fields.finish();
    Some(value)
}

pub(crate) fn rounding(node: &Node<'_>) -> Option<Rounding> {
    if let Some(word) = node.value.get_ref().as_str() {
        if word == "cent" {
            return Some(Rounding { decimals: 2, mode: RoundingMode::HalfAwayFromZero });
        }
        node.context.error(
            Code::BAD_VALUE,
            node.place(),
            text!(
                "un arrondi s'écrit \"cent\" ou {{ to = 4, mode = \"trunc\" }}",
                "a rounding is written \"cent\" or {{ to = 4, mode = \"trunc\" }}"
            ),
        );
        return None;
    }
    let fields = node.fields()?;
    let to = fields.need("to")?;
    let decimals =
        to.integer().and_then(|decimals| u32::try_from(decimals).ok()).filter(|decimals| *decimals <= 30);
    if decimals.is_none() {
        node.context.error(
            Code::BAD_VALUE,
            to.place(),
            text!("de 0 à 30 décimales", "from 0 to 30 decimals"),
        );
    }
    let mode = match fields.get("mode") {
        Some(mode) => {
            let name = mode.string()?;
            let found = RoundingMode::from_name(&name);
            if found.is_none() {
                node.context.error(
                    Code::BAD_VALUE,
                    mode.place(),
                    text!("`{name}` n'est pas un mode d'arrondi", "`{name}` is not a rounding mode"),
                );
            }
            found?
        }
        None => RoundingMode::HalfAwayFromZero,
    };
    fields.finish();
    Some(Rounding { decimals: decimals?, mode })
}

/// Reports a status where none is looked at: it would seem to vouch for something.
fn no_status(fields: &Fields<'_>, provenance: &Provenance) {
    if provenance.status.is_some() {
        fields.context.findings.push(
            Diagnostic::error(
                Code::UNKNOWN_KEY,
                fields.place.clone(),
                text!("une formule n'a pas de statut", "a formula has no status"),
            )
            .help(text!(
                "le statut est celui des chiffres : le mettre sur les paramètres et les tables",
                "a status is that of figures: put it on the parameters and tables"
            )),
        );
    }
}

fn rule_version(fields: &Fields<'_>, validity: Validity) -> Option<RuleVersionDecl> {
    let provenance = fields.provenance();
    no_status(fields, &provenance);
    Some(RuleVersionDecl {
        validity,
        say: fields.get("say").and_then(|node| node.text().map(|text| (text, node.place()))),
        provenance,
        choice: fields.text("choice"),
        formula: fields.need("formula")?.formula()?,
    })
}

pub(super) fn rule(name: String, place: Place, node: Node<'_>) -> Option<RuleDecl> {
    let fields = node.fields()?;
    let validity = fields.validity();
    let versions = rule_versions(&fields);
    let rule = RuleDecl {
        named: named(&fields, name, place),
        declared: declared_type(&fields),
        versions,
        round: fields.get("round").and_then(|node| rounding(&node)),
        output: fields.flag("output").unwrap_or(false),
        pays: fields.flag("pays").unwrap_or(false),
        validity,
        last_day: fields.last_day(),
    };
    fields.finish();
    Some(rule)
}

/// Reads `formula`, or `versions`, with what stands beside them for all versions.
pub(crate) fn rule_versions(fields: &Fields<'_>) -> Vec<RuleVersionDecl> {
    let items = fields.items("versions");
    let mut versions: Vec<RuleVersionDecl> = Vec::new();
    let items_are_empty = items.is_empty();
    if items_are_empty {
        versions.extend(rule_version(fields, Validity::default()));
    } else {
        let say = fields.get("say").and_then(|node| node.text().map(|text| (text, node.place())));
        for item in items {
            let Some(inner) = item.fields() else { continue };
            let dates = inner.validity();
            if let Some(mut version) = rule_version(&inner, dates) {
                version.say = version.say.or_else(|| say.clone());
                versions.push(version);
            }
            inner.finish();
        }
    }
    let common = fields.provenance();
    if !items_are_empty {
        no_status(fields, &common);
    }
    for version in &mut versions {
        version.provenance.source = version.provenance.source.take().or_else(|| common.source.clone());
        version.provenance.page = version.provenance.page.take().or_else(|| common.page.clone());
    }
    versions
}

pub(super) fn check(name: String, place: Place, node: Node<'_>) -> Option<CheckDecl> {
    let fields = node.fields()?;
    let message = fields.need("message").and_then(|node| node.text().map(|text| (text, node.place())));
    let formula = fields.need("formula").and_then(|node| node.formula());
    let (named, validity) = (named(&fields, name, place), fields.dates());
    fields.finish();
    Some(CheckDecl { named, formula: formula?, message: message?, validity })
}

pub(super) fn allocation(name: String, place: Place, node: Node<'_>) -> Option<AllocationDecl> {
    let fields = node.fields()?;
    let total = fields.need("total").and_then(|node| node.formula());
    let items = fields.need("steps").map(|list| list.items()).unwrap_or_default();
    if items.is_empty() {
        node.context.error(
            Code::BAD_ALLOCATION,
            place.clone(),
            text!("la répartition n'a pas d'étape", "the allocation has no step"),
        );
    }
    let steps: Vec<StepDecl> = items.iter().filter_map(step).collect();
    let (named, validity, provenance) = (named(&fields, name, place), fields.dates(), fields.provenance());
    no_status(&fields, &provenance);
    fields.finish();
    Some(AllocationDecl { named, total: total?, steps, validity, provenance })
}

fn step(node: &Node<'_>) -> Option<StepDecl> {
    let fields = node.fields()?;
    let name_node = fields.need("name")?;
    let name = name_node.string()?;
    check_name(&name, &name_node.place(), false, node.context);
    let to = fields.need("to").and_then(|node| node.raw());
    let (due, weight) = (fields.formula("due"), fields.formula("weight"));
    let rest = fields.flag("rest").unwrap_or(false);
    let kind = match (due, weight, rest) {
        (Some(due), None, false) => StepKindDecl::Due(due),
        (None, Some(weight), false) => StepKindDecl::Weight {
            weight,
            amount: fields.formula("amount"),
            cap: fields.formula("cap"),
            floor: fields.formula("floor"),
            guarantee: fields.formula("guarantee"),
        },
        (None, None, true) => StepKindDecl::Rest,
        _ => {
            node.context.error(
                Code::BAD_ALLOCATION,
                node.place(),
                text!(
                    "une étape a soit `due`, soit `weight`, soit `rest = true`",
                    "a step has either `due`, `weight` or `rest = true`"
                ),
            );
            return None;
        }
    };
    let step = StepDecl { name, label: fields.text("label"), to: to?, kind, place: node.place() };
    fields.finish();
    Some(step)
}

pub(super) fn schedule(rule: String, place: Place, node: Node<'_>) -> Option<ScheduleDecl> {
    let fields = node.fields()?;
    let items = fields.items("versions");
    let versions = if items.is_empty() {
        vec![schedule_version(&fields)]
    } else {
        items
            .iter()
            .filter_map(|item| {
                let inner = item.fields()?;
                let version = schedule_version(&inner);
                inner.finish();
                Some(version)
            })
            .collect()
    };
    fields.finish();
    Some(ScheduleDecl { rule, place, versions })
}

fn schedule_version(fields: &Fields<'_>) -> ScheduleVersion {
    let mut parts = Vec::new();
    if let Some(node) = fields.get("due") {
        parts.extend(instalment(&node, Rational::ONE));
    }
    for item in fields.items("parts") {
        let Some(inner) = item.fields() else { continue };
        let share = inner.need("share").and_then(|node| node.number()).unwrap_or_default();
        if let Some(due) = inner.need("due") {
            parts.extend(instalment(&due, share));
        }
        inner.finish();
    }
    let total: Rational = parts.iter().map(|part: &Instalment| part.share.clone()).sum();
    if total != Rational::ONE {
        fields.context.error(
            Code::BAD_SCHEDULE,
            fields.place.clone(),
            text!("les parts font {total}, et non 1", "the shares add up to {total}, not to 1"),
        );
    }
    ScheduleVersion { validity: fields.validity(), parts, place: fields.place.clone() }
}

fn instalment(node: &Node<'_>, share: Rational) -> Option<Instalment> {
    let fields = node.fields()?;
    let day_node = fields.need("day")?;
    let words = day_node.string()?;
    let year = match fields.get("year") {
        Some(node) => i16::try_from(node.integer()?).ok().unwrap_or(0),
        None => 0,
    };
    fields.finish();
    // 29 February is refused: the due date must exist every year.
    let found = format!("2001-{words}").parse::<jiff::civil::Date>().ok().filter(|_| words.len() == 5);
    if found.is_none() {
        node.context.error(
            Code::BAD_SCHEDULE,
            day_node.place(),
            text!(
                "`{words}` n'est pas un jour de l'année (mois-jour, \"04-30\")",
                "`{words}` is not a day of the year (month-day, \"04-30\")"
            ),
        );
    }
    let found = found?;
    Some(Instalment { share, month: found.month(), day: found.day(), year })
}

/// Reports two things with one name.
pub(super) fn report_duplicates<'a>(names: impl Iterator<Item = (&'a str, &'a Place)>, context: Context<'_>) {
    let mut seen: std::collections::BTreeMap<&str, &Place> = std::collections::BTreeMap::new();
    for (name, place) in names {
        match seen.get(name) {
            Some(first) => context.findings.push(
                Diagnostic::error(
                    Code::DUPLICATE_NAME,
                    place.clone(),
                    text!("`{name}` est défini deux fois", "`{name}` is defined twice"),
                )
                .label((*first).clone(), text!("ici une première fois", "here for the first time")),
            ),
            None => {
                seen.insert(name, place);
            }
        }
    }
}
