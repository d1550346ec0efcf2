//! Lays one change file over the declarations of a rulebook.

use std::collections::BTreeMap;

use exact::Unit;

use super::facts::{DeclaredOperation, FactDecl};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    Declarations, DeclaredType, Named, ParameterValueDecl, Provenance, RawValue, Status, TableKind, Validity,
};
use crate::nearest::suggestion;
use crate::read::fields::{Fields, Node};
use crate::read::{sections, tables};
use crate::{Place, Text, text};

/// What all change files together do beside the declarations.
#[derive(Debug, Default)]
pub(super) struct Laid {
    /// Changes of facts, in order.
    pub(super) facts: Vec<FactDecl>,
    /// Where each thing was changed first, by its path.
    touched: BTreeMap<String, Place>,
}

/// Lays a file over the declarations; returns its title.
pub(super) fn lay(root: &Fields<'_>, path: &str, all: &mut Declarations, laid: &mut Laid) -> Option<Text> {
    let mut title = None;
    let mut common = Provenance {
        source: Some(path.to_owned()),
        status: Some(Status::Fictitious),
        ..Provenance::default()
    };
    if let Some(fields) = root.get("change").and_then(|node| node.fields()) {
        title = fields.text("title");
        let said = fields.provenance();
        common = filled(said, &common);
        fields.finish();
    }
    let mut layer = Layer { all, laid, common };
    let entries = |key: &'static str| -> Vec<(String, Place, Node<'_>)> {
        root.get(key).and_then(|node| node.fields()).map(|fields| fields.entries()).unwrap_or_default()
    };
    for (name, place, node) in entries("parameters") {
        layer.parameter(&name, &place, node);
    }
    for (name, place, node) in entries("tables") {
        layer.table(&name, &place, node);
    }
    for (name, place, node) in entries("rules") {
        layer.rule(&name, &place, node);
    }
    for (name, place, node) in entries("facts") {
        layer.fact(name, place, node);
    }
    root.finish();
    title
}

/// Returns a provenance whose gaps are filled by another.
fn filled(own: Provenance, other: &Provenance) -> Provenance {
    Provenance {
        source: own.source.or_else(|| other.source.clone()),
        page: own.page.or_else(|| other.page.clone()),
        status: own.status.or(other.status),
        note: own.note.or_else(|| other.note.clone()),
    }
}

struct Layer<'a> {
    all: &'a mut Declarations,
    laid: &'a mut Laid,
    /// What is said of values that do not say it themselves.
    common: Provenance,
}

impl Layer<'_> {
    fn parameter(&mut self, name: &str, place: &Place, node: Node<'_>) -> Option<()> {
        let at = self.all.parameters.iter().position(|decl| decl.named.name == name);
        let Some(at) = at else { return self.unknown("parameters", name, place, node) };
        self.touch("parameters", name, place, node);
        let fields = node.fields()?;
        let decl = self.all.parameters.get_mut(at)?;
        same_type(&fields, &decl.declared);
        words(&fields, place, &mut decl.named);
        let provenance = fields.provenance();
        match (fields.get("value"), fields.get("values")) {
            (Some(value), None) => {
                let (place, value) = (value.place(), value.raw());
                decl.values =
                    vec![ParameterValueDecl { value, validity: Validity::default(), provenance, place }];
            }
            (None, Some(list)) => {
                decl.values = list.items().iter().filter_map(sections::parameter_value).collect();
            }
            _ => {
                // The values stay as they were, so that nothing else is found wrong because of this.
                node.context.error(
                    Code::BAD_CHANGE,
                    place.clone(),
                    text!(
                        "dire soit `value` (la même valeur à toute date), soit `values` (des valeurs datées)",
                        "say either `value` (one value at every date) or `values` (dated values)"
                    ),
                );
            }
        }
        for value in &mut decl.values {
            // A value that is known to nobody has that status; any other is the change's.
            value.provenance = filled(std::mem::take(&mut value.provenance), &self.common);
        }
        decl.last_day |= fields.last_day();
        fields.finish();
        Some(())
    }

    fn table(&mut self, name: &str, place: &Place, node: Node<'_>) -> Option<()> {
        let at = self.all.tables.iter().position(|decl| decl.named.name == name);
        let Some(at) = at else { return self.unknown("tables", name, place, node) };
        self.touch("tables", name, place, node);
        let fields = node.fields()?;
        let decl = self.all.tables.get_mut(at)?;
        same_type(&fields, &decl.declared);
        words(&fields, place, &mut decl.named);
        same_word(&fields, "kind", Some(kind_name(decl.kind)), "");
        same_word(&fields, "over", decl.over.as_ref().map(|raw| raw.text.as_str()), "1");
        if fields.get("keys").is_some() {
            let keys: Vec<String> =
                fields.items("keys").iter().filter_map(Node::raw).map(|raw| raw.text).collect();
            let known: Vec<&str> = decl.keys.iter().map(|raw| raw.text.as_str()).collect();
            if keys != known {
                differs(&fields, "keys", &known.join(", "));
            }
        }
        let items = fields.items("versions");
        decl.versions = if items.is_empty() {
            no_file(&fields);
            vec![tables::version(&fields, decl.kind, &decl.keys)]
        } else {
            let mut versions = Vec::new();
            for inner in items.iter().filter_map(Node::fields) {
                no_file(&inner);
                versions.push(tables::version(&inner, decl.kind, &decl.keys));
                inner.finish();
            }
            versions
        };
        for version in &mut decl.versions {
            version.provenance = filled(std::mem::take(&mut version.provenance), &self.common);
        }
        decl.last_day |= fields.last_day();
        fields.finish();
        Some(())
    }

    fn rule(&mut self, name: &str, place: &Place, node: Node<'_>) -> Option<()> {
        let at = self.all.rules.iter().position(|decl| decl.named.name == name);
        let Some(at) = at else { return self.unknown("rules", name, place, node) };
        self.touch("rules", name, place, node);
        let fields = node.fields()?;
        let decl = self.all.rules.get_mut(at)?;
        same_type(&fields, &decl.declared);
        words(&fields, place, &mut decl.named);
        same_word(&fields, "of", decl.named.of.as_ref().map(|raw| raw.text.as_str()), "");
        for (key, known) in [("output", decl.output), ("pays", decl.pays)] {
            if fields.flag(key).is_some_and(|said| said != known) {
                differs(&fields, key, &known.to_string());
            }
        }
        let is_given = |key: &str| fields.table.contains_key(key);
        if is_given("formula") || is_given("versions") {
            // The sentence and the source of the old formula would speak of something else.
            decl.versions = sections::rule_versions(&fields);
            for version in &mut decl.versions {
                version.provenance.source =
                    version.provenance.source.take().or_else(|| self.common.source.clone());
            }
        } else if !is_given("round") {
            node.context.error(
                Code::BAD_CHANGE,
                place.clone(),
                text!(
                    "rien ne change : donner `formula`, `versions` ou `round`",
                    "nothing changes: give `formula`, `versions` or `round`"
                ),
            );
        }
        if let Some(round) = fields.get("round") {
            decl.round = sections::rounding(&round).or(decl.round);
        }
        decl.last_day |= fields.last_day();
        fields.finish();
        Some(())
    }

    fn fact(&mut self, name: String, place: Place, node: Node<'_>) -> Option<()> {
        if !self.all.inputs.iter().any(|decl| decl.named.name == name) {
            return self.unknown("facts", &name, &place, node);
        }
        self.touch("facts", &name, &place, node);
        let fields = node.fields()?;
        let mut said: Vec<(DeclaredOperation, RawValue)> = Vec::new();
        for (operation, key) in DeclaredOperation::ALL {
            if let Some(node) = fields.get(key) {
                said.extend(node.raw().map(|raw| (operation, raw)));
            }
        }
        fields.finish();
        match <[_; 1]>::try_from(said) {
            Ok([(operation, raw)]) => {
                let from = self.common.source.clone().unwrap_or_default();
                self.laid.facts.push(FactDecl { name, operation, raw, from });
            }
            Err(_) => node.context.error(
                Code::BAD_CHANGE,
                place,
                text!(
                    "dire une chose : `add`, `multiply` ou `set`",
                    "say one thing: `add`, `multiply` or `set`"
                ),
            ),
        }
        Some(())
    }

    /// Warns when an earlier change touched the same thing.
    fn touch(&mut self, section: &str, name: &str, place: &Place, node: Node<'_>) {
        let path = format!("{section}.{name}");
        let Some(first) = self.laid.touched.get(&path) else {
            self.laid.touched.insert(path, place.clone());
            return;
        };
        let message = if section == "facts" {
            text!(
                "deux changements touchent le fait `{name}` : ils s'appliquent l'un après l'autre",
                "two changes touch the fact `{name}`: they are carried out one after the other"
            )
        } else {
            text!(
                "deux changements touchent `{name}` : c'est celui-ci, le dernier donné, qui compte",
                "two changes touch `{name}`: this one, given last, counts"
            )
        };
        node.context.findings.push(
            Diagnostic::warning(Code::CHANGED_TWICE, place.clone(), message)
                .label(first.clone(), text!("l'autre est ici", "the other is here")),
        );
    }

    /// Reports a name that the rulebook does not have in a section, with where it does or the nearest one.
    fn unknown(&self, section: &str, name: &str, place: &Place, node: Node<'_>) -> Option<()> {
        let known = |section: &str| -> Vec<&str> {
            let named: Vec<&Named> = match section {
                "parameters" => self.all.parameters.iter().map(|decl| &decl.named).collect(),
                "tables" => self.all.tables.iter().map(|decl| &decl.named).collect(),
                "rules" => self.all.rules.iter().map(|decl| &decl.named).collect(),
                _ => self.all.inputs.iter().map(|decl| &decl.named).collect(),
            };
            named.into_iter().map(|named| named.name.as_str()).collect()
        };
        let message = match section {
            "parameters" => {
                text!("le contrat n'a pas de paramètre `{name}`", "the rulebook has no parameter `{name}`")
            }
            "tables" => text!("le contrat n'a pas de table `{name}`", "the rulebook has no table `{name}`"),
            "rules" => text!("le contrat n'a pas de règle `{name}`", "the rulebook has no rule `{name}`"),
            _ => text!("le contrat n'a pas de fait `{name}`", "the rulebook has no fact `{name}`"),
        };
        let elsewhere =
            ["parameters", "tables", "rules", "facts"].into_iter().find(|other| known(other).contains(&name));
        let help = match elsewhere {
            Some(other) => Some(text!("écrire [{other}.{name}]", "write [{other}.{name}]")),
            None => suggestion(name, known(section)),
        };
        node.context.findings.push(Diagnostic::error(Code::UNKNOWN_NAME, place.clone(), message).help(help));
        None
    }
}

/// Takes new words for people, and the place where findings are shown from now on.
fn words(fields: &Fields<'_>, place: &Place, named: &mut Named) {
    named.place = place.clone();
    named.label = fields.text("label").or_else(|| named.label.take());
    named.choice = fields.text("choice").or_else(|| named.choice.take());
}

/// A change says what something is worth, not what it is: its type may be repeated, not changed.
fn same_type(fields: &Fields<'_>, declared: &DeclaredType) {
    let said = sections::declared_type(fields);
    let words = |raw: &Option<RawValue>, default: &str| {
        raw.as_ref().map_or_else(|| default.to_owned(), |raw| raw.text.clone())
    };
    if let Some(raw) = &said.unit {
        let known = words(&declared.unit, "1");
        let same = match (Unit::parse(&raw.text), Unit::parse(&known)) {
            (Ok(said), Ok(known)) => said == known,
            _ => raw.text == known,
        };
        if !same {
            differs(fields, "unit", &known);
        }
    }
    if let Some(raw) = &said.name {
        let known = words(&declared.name, "number");
        if raw.text != known {
            differs(fields, "type", &known);
        }
    }
    if said.percent && !declared.percent {
        differs(fields, "show", "");
    }
}

fn same_word(fields: &Fields<'_>, key: &'static str, known: Option<&str>, default: &str) {
    let Some(raw) = fields.raw(key) else { return };
    let known = known.unwrap_or(default);
    if raw.text != known {
        differs(fields, key, known);
    }
}

/// Reports a key with another value than in the rulebook.
fn differs(fields: &Fields<'_>, key: &str, known: &str) {
    let place = fields
        .table
        .get(key)
        .map_or_else(|| fields.place.clone(), |value| fields.context.place(value.span()));
    let help = if known.is_empty() {
        text!("enlever cette clé", "leave this key out")
    } else {
        text!(
            "dans le contrat : {known} ; enlever cette clé suffit",
            "in the rulebook: {known}; leaving this key out is enough"
        )
    };
    fields.context.findings.push(
        Diagnostic::error(
            Code::BAD_CHANGE,
            place,
            text!("un changement ne peut pas changer `{key}`", "a change cannot change `{key}`"),
        )
        .help(help),
    );
}

/// A change is one file: its rows stand in it.
fn no_file(fields: &Fields<'_>) {
    if let Some(value) = fields.table.get("file") {
        fields.context.findings.push(
            Diagnostic::error(
                Code::BAD_CHANGE,
                fields.context.place(value.span()),
                text!("un changement tient dans un seul fichier", "a change stands in one file"),
            )
            .help(text!("écrire les lignes dans `rows`", "write the rows in `rows`")),
        );
    }
}

fn kind_name(kind: TableKind) -> &'static str {
    match kind {
        TableKind::Decision => "decision",
        TableKind::Flat => "flat",
        TableKind::Marginal => "marginal",
        TableKind::Linear => "linear",
    }
}
