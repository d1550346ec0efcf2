//! Grids: paths and values, whose product is run.

use exact::Rational;

use super::facts::{DeclaredOperation, FactChange, FactDecl};
use crate::diagnostic::{Code, Diagnostic, has_errors};
use crate::model::{Dated, Provenance, RawValue, Status, Validity};
use crate::nearest::suggestion;
use crate::read::fields::{Context, Fields, Findings, Node};
use crate::read::parse;
use crate::value::{Notation, read_value};
use crate::{ParameterId, Place, Rulebook, Source, Text, text};

/// The most scenarios of a grid.
pub const SCENARIOS_MAX: usize = 10_000;

/// The paths of a grid with their values.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    /// What varies, in the order of the file.
    pub axes: Vec<Axis>,
    /// The title, if the file has one.
    pub title: Option<Text>,
}

/// One path of a grid.
#[derive(Debug, Clone)]
pub struct Axis {
    /// The path: `parameters.valeur_du_point`, `facts.patientele.add`.
    pub path: String,
    /// Its values as they are written.
    pub texts: Vec<String>,
    /// Its values.
    pub values: AxisValues,
}

/// The values of a path.
#[derive(Debug, Clone)]
pub enum AxisValues {
    /// Values of a parameter, whatever the date.
    Parameter(ParameterId, Vec<Dated>),
    /// Changes of a fact.
    Fact(Vec<FactChange>),
}

impl Grid {
    /// Returns the grid without paths, which has one scenario.
    pub const fn none() -> Self {
        Self { axes: Vec::new(), title: None }
    }

    /// Reads a grid; places in the findings point into its own file, number 0.
    pub fn read(book: &Rulebook, source: &Source) -> (Option<Self>, Vec<Diagnostic>) {
        let findings = Findings::default();
        let sources = std::slice::from_ref(source);
        let context = Context { sources, file: 0, findings: &findings };
        let root = parse(source, context);
        let fields = Fields::new(context, root.get_ref(), Place::new(0, 0..0));
        let mut found = Vec::new();
        let mut title = None;
        if findings.0.borrow().is_empty() {
            if let Some(fields) = fields.get("change").and_then(|node| node.fields()) {
                title = fields.text("title");
                fields.finish();
            }
            if let Some(node) = fields.need("grid") {
                paths(String::new(), node, &mut found);
            }
            fields.finish();
        }
        let mut reader = Reader { book, path: &source.path, findings: findings.0.take() };
        let axes = reader.axes(found);
        let grid = (!has_errors(&reader.findings)).then_some(Self { axes, title });
        (grid, reader.findings)
    }

    /// Returns how many scenarios there are.
    pub fn scenarios(&self) -> usize {
        self.axes.iter().map(|axis| axis.texts.len()).product()
    }

    /// Returns the values of a scenario as they are written, one for each path.
    ///
    /// The last path varies fastest, and facts slower than parameters: scenarios with the same facts follow one another.
    pub fn coordinates(&self, scenario: usize) -> Vec<&str> {
        self.axes
            .iter()
            .zip(self.places(scenario))
            .map(|(axis, place)| axis.texts.get(place).map_or("", String::as_str))
            .collect()
    }

    /// Returns which value each path has in a scenario, by its place.
    pub fn places(&self, scenario: usize) -> Vec<usize> {
        let mut places = vec![0; self.axes.len()];
        let mut rest = scenario;
        let is_parameter = |axis: &Axis| matches!(axis.values, AxisValues::Parameter(..));
        for wanted in [true, false] {
            for (axis, place) in self.axes.iter().zip(&mut places).rev() {
                if is_parameter(axis) == wanted {
                    let size = axis.texts.len().max(1);
                    *place = rest % size;
                    rest /= size;
                }
            }
        }
        places
    }
}

/// A path as it is declared.
struct Found<'a> {
    path: String,
    node: Node<'a>,
}

/// Walks down to the lists and ranges; a quoted path is cut like one of several keys.
fn paths<'a>(path: String, node: Node<'a>, found: &mut Vec<Found<'a>>) {
    let is_inner = node.value.get_ref().as_table().is_some_and(|table| !table.contains_key("step"));
    if !is_inner {
        found.push(Found { path, node });
        return;
    }
    let Some(fields) = node.fields() else { return };
    for (key, _, inner) in fields.entries() {
        let path = if path.is_empty() { key } else { format!("{path}.{key}") };
        paths(path, inner, found);
    }
}

/// A value with its place, as it stands in the file or as a range gives it.
type Values = Vec<RawValue>;

struct Reader<'a> {
    book: &'a Rulebook,
    path: &'a str,
    findings: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn axes(&mut self, found: Vec<Found<'_>>) -> Vec<Axis> {
        if found.is_empty() && !has_errors(&self.findings) {
            self.findings.push(Diagnostic::error(
                Code::BAD_GRID,
                Place::new(0, 0..0),
                text!("la grille n'a pas de chemin", "the grid has no path"),
            ));
        }
        let mut product: u128 = 1;
        for one in &found {
            product = product.saturating_mul(count(&one.node).unwrap_or(1));
        }
        if product > u128::try_from(SCENARIOS_MAX).unwrap_or(u128::MAX) {
            self.findings.push(
                Diagnostic::error(
                    Code::GRID_TOO_LARGE,
                    Place::new(0, 0..0),
                    text!(
                        "la grille ferait {product} scénarios ; la limite est {SCENARIOS_MAX}",
                        "the grid would make {product} scenarios; the limit is {SCENARIOS_MAX}"
                    ),
                )
                .help(text!(
                    "allonger les pas, enlever des valeurs, ou faire plusieurs grilles",
                    "lengthen the steps, leave values out, or make several grids"
                )),
            );
            return Vec::new();
        }
        let mut axes: Vec<Axis> = Vec::new();
        for one in found {
            // A path in quotes and one of several keys may be the same.
            if axes.iter().any(|known| known.path == one.path) {
                let path = &one.path;
                self.findings.push(Diagnostic::error(
                    Code::DUPLICATE_NAME,
                    one.node.place(),
                    text!("`{path}` est donné deux fois", "`{path}` is given twice"),
                ));
                continue;
            }
            axes.extend(self.axis(one));
        }
        axes
    }

    fn axis(&mut self, found: Found<'_>) -> Option<Axis> {
        let parts: Vec<&str> = found.path.split('.').collect();
        let place = found.node.place();
        match parts.as_slice() {
            ["parameters", name] => {
                let names = self.book.parameters.iter().map(|parameter| parameter.named.name.as_str());
                let names: Vec<&str> = names.collect();
                let Some(at) = names.iter().position(|known| known == name) else {
                    return self.unknown(name, &names, &found.path, place);
                };
                self.parameter(ParameterId(at), found)
            }
            ["facts", name, key] => {
                let names: Vec<&str> =
                    self.book.inputs.iter().map(|input| input.decl.named.name.as_str()).collect();
                if !names.contains(name) {
                    return self.unknown(name, &names, &found.path, place);
                }
                let Some(operation) = DeclaredOperation::from_key(key) else {
                    let keys = DeclaredOperation::ALL.map(|(_, key)| key);
                    return self.unknown(key, &keys, &found.path, place);
                };
                let name = (*name).to_owned();
                self.fact(&name, operation, found)
            }
            ["parameters" | "facts", ..] | [] => self.bad_path(&found.path, place),
            [first, ..] => {
                let near = suggestion(first, ["parameters", "facts"]);
                self.bad_path(&found.path, place);
                if let (Some(finding), Some(help)) = (self.findings.last_mut(), near) {
                    let shape = finding.help.take().unwrap_or_default();
                    finding.help = Some(Text::new(
                        format!("{} ; {}", help.fr, shape.fr),
                        format!("{}; {}", help.en, shape.en),
                    ));
                }
                None
            }
        }
    }

    fn bad_path(&mut self, path: &str, place: Place) -> Option<Axis> {
        self.findings.push(
            Diagnostic::error(
                Code::BAD_GRID,
                place,
                text!("`{path}` n'est pas un chemin de grille", "`{path}` is not a path of a grid"),
            )
            .help(text!(
                "un chemin s'écrit parameters.NOM, ou facts.NOM.add, .multiply ou .set",
                "a path is written parameters.NAME, or facts.NAME.add, .multiply or .set"
            )),
        );
        None
    }

    fn unknown(&mut self, name: &str, known: &[&str], path: &str, place: Place) -> Option<Axis> {
        self.findings.push(
            Diagnostic::error(
                Code::UNKNOWN_NAME,
                place,
                text!("`{name}` n'est pas connu, dans `{path}`", "`{name}` is not known, in `{path}`"),
            )
            .help(suggestion(name, known.to_vec())),
        );
        None
    }

    fn parameter(&mut self, id: ParameterId, found: Found<'_>) -> Option<Axis> {
        let kind = &self.book.parameters.get(id.0)?.kind;
        let raws = self.values(&found)?;
        let mut values = Vec::new();
        for raw in &raws {
            match read_value(&raw.text, kind, &self.book.enums, Notation::Neutral) {
                Ok(value) => values.push(Dated {
                    value: Some(value),
                    validity: Validity::default(),
                    provenance: Provenance {
                        source: Some(self.path.to_owned()),
                        status: Some(Status::Fictitious),
                        ..Provenance::default()
                    },
                }),
                Err(wrong) => self.findings.push(
                    Diagnostic::error(Code::BAD_VALUE, raw.place.clone(), wrong.message).help(wrong.help),
                ),
            }
        }
        let texts = raws.into_iter().map(|raw| raw.text).collect();
        Some(Axis { path: found.path, texts, values: AxisValues::Parameter(id, values) })
    }

    fn fact(&mut self, name: &str, operation: DeclaredOperation, found: Found<'_>) -> Option<Axis> {
        let raws = self.values(&found)?;
        let mut values = Vec::new();
        for raw in &raws {
            let from = self.path.to_owned();
            let declared = FactDecl { name: name.to_owned(), operation, raw: raw.clone(), from };
            values.extend(declared.resolve(self.book, &mut self.findings));
        }
        let texts = raws.into_iter().map(|raw| raw.text).collect();
        Some(Axis { path: found.path, texts, values: AxisValues::Fact(values) })
    }

    /// Returns the values of a list or a range.
    fn values(&mut self, found: &Found<'_>) -> Option<Values> {
        let node = &found.node;
        let place = node.place();
        let own = Findings::default();
        let node = Node { context: Context { findings: &own, ..node.context }, value: node.value };
        let raws: Values = if node.value.get_ref().as_table().is_some() {
            match Range::read(&node) {
                Some(range) => range.values(&place),
                None => Vec::new(),
            }
        } else {
            node.items().iter().filter_map(Node::raw).collect()
        };
        let found = own.0.into_inner();
        let is_fine = found.is_empty();
        self.findings.extend(found);
        if is_fine && raws.is_empty() {
            self.findings.push(Diagnostic::error(
                Code::BAD_GRID,
                place,
                text!("aucune valeur à essayer", "there is no value to try"),
            ));
        }
        (!raws.is_empty()).then_some(raws)
    }
}

/// Returns how many values a list or a range has, without making them.
fn count(node: &Node<'_>) -> Option<u128> {
    let quiet = Findings::default();
    let node = Node { context: Context { findings: &quiet, ..node.context }, value: node.value };
    if node.value.get_ref().as_table().is_some() {
        return Range::read(&node).map(|range| range.count());
    }
    u128::try_from(node.items().len()).ok()
}

/// Numbers from one to another.
struct Range {
    from: Rational,
    to: Rational,
    step: Rational,
}

impl Range {
    fn read(node: &Node<'_>) -> Option<Self> {
        let fields = node.fields()?;
        let number = |key: &'static str| fields.need(key).and_then(|node| node.number());
        let (from, to, step) = (number("from"), number("to"), number("step"));
        fields.finish();
        let range = Self { from: from?, to: to?, step: step? };
        if !range.step.is_positive() || range.to < range.from {
            node.context.error(
                Code::BAD_GRID,
                node.place(),
                text!(
                    "il faut `step` positif et `to` au moins égal à `from`",
                    "`step` must be positive and `to` at least `from`"
                ),
            );
            return None;
        }
        Some(range)
    }

    /// Returns how many steps fit, and one.
    fn count(&self) -> u128 {
        let steps = (&self.to - &self.from).checked_div(&self.step).unwrap_or_default().floor();
        let steps = steps.to_i128().unwrap_or(i128::MAX);
        u128::try_from(steps).unwrap_or(0).saturating_add(1)
    }

    fn values(&self, place: &Place) -> Values {
        let mut values = Values::new();
        let mut at = self.from.clone();
        while at <= self.to {
            let (places, exact) = at.to_decimal(9);
            let text = if exact { places } else { at.to_string() };
            values.push(RawValue { text, place: place.clone() });
            at += &self.step;
        }
        values
    }
}
