//! Reads the tables of a rulebook, from TOML rows and from CSV files.

use super::fields::{Context, Fields, Node};
use super::sections::{declared_type, named};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    Edge, Provenance, RawValue, RowDecl, Status, TableDecl, TableKind, TableVersionDecl, Validity,
};
use crate::{Place, Source, nearest::suggestion, text};

/// Reads one `[tables.X]`.
pub(crate) fn table(name: String, place: Place, node: Node<'_>) -> Option<TableDecl> {
    let fields = node.fields()?;
    let kind_node = fields.need("kind")?;
    let kind = match kind_node.string()?.as_str() {
        "decision" => TableKind::Decision,
        "flat" => TableKind::Flat,
        "marginal" => TableKind::Marginal,
        "linear" => TableKind::Linear,
        other => {
            node.context.findings.push(
                Diagnostic::error(
                    Code::BAD_VALUE,
                    kind_node.place(),
                    text!("`{other}` n'est pas une sorte de table", "`{other}` is not a kind of table"),
                )
                .help(suggestion(other, ["decision", "flat", "marginal", "linear"])),
            );
            return None;
        }
    };
    let keys: Vec<RawValue> = fields.items("keys").iter().filter_map(Node::raw).collect();
    if (kind == TableKind::Decision) == keys.is_empty() {
        node.context.error(
            Code::MISSING_KEY,
            place.clone(),
            text!(
                "`keys` va avec une table de décision, et seulement avec elle",
                "`keys` goes with a decision table, and only with one"
            ),
        );
    }
    let mut versions = Vec::new();
    let items = fields.items("versions");
    if items.is_empty() {
        versions.push(version(&fields, kind, &keys));
    }
    for item in items {
        if let Some(inner) = item.fields() {
            versions.push(version(&inner, kind, &keys));
            inner.finish();
        }
    }
    let table = TableDecl {
        named: named(&fields, name, place),
        kind,
        keys,
        over: fields.raw("over"),
        declared: declared_type(&fields),
        versions,
        applied: fields.flag("applied").unwrap_or(true),
        last_day: fields.last_day(),
    };
    fields.finish();
    Some(table)
}

/// Reads one version of a table, rows and dates.
pub(crate) fn version(fields: &Fields<'_>, kind: TableKind, keys: &[RawValue]) -> TableVersionDecl {
    let validity = fields.validity();
    let provenance = fields.provenance();
    let mut rows: Vec<RowDecl> =
        fields.items("rows").iter().filter_map(|item| inline_row(item, kind, keys)).collect();
    if let Some(node) = fields.get("file")
        && let Some(path) = node.string()
    {
        rows.extend(csv_rows(&path, &node, kind, keys));
    }
    TableVersionDecl { validity, provenance, rows, place: fields.place.clone() }
}

fn inline_row(item: &Node<'_>, kind: TableKind, keys: &[RawValue]) -> Option<RowDecl> {
    let fields = item.fields()?;
    let mut row = RowDecl {
        keys: Vec::new(),
        bound: None,
        value: fields.raw("value"),
        validity: fields.validity(),
        provenance: fields.provenance(),
        place: fields.place.clone(),
    };
    if kind == TableKind::Decision {
        // Keys have names of the rulebook's own, so they are read by hand.
        for key in keys {
            let found = fields.table.get(key.text.as_str());
            let node = found.map(|value| Node { context: item.context, value });
            match node.and_then(|node| node.raw()) {
                Some(raw) => row.keys.push(raw),
                None => missing_cell(item.context, &row.place, &key.text),
            }
        }
        fields.finish_beside(keys);
        return (row.keys.len() == keys.len()).then_some(row);
    }
    row.bound = match kind {
        TableKind::Linear => fields.raw("at").map(|raw| (Edge::AtLeast, raw)),
        _ => {
            let at_least = fields.raw("at_least").map(|raw| (Edge::AtLeast, raw));
            at_least.or_else(|| fields.raw("above").map(|raw| (Edge::Above, raw)))
        }
    };
    if row.bound.is_none() {
        missing_cell(item.context, &row.place, bound_names(kind));
        return None;
    }
    fields.finish();
    Some(row)
}

fn bound_names(kind: TableKind) -> &'static str {
    match kind {
        TableKind::Linear => "at",
        _ => "at_least` / `above",
    }
}

fn missing_cell(context: Context<'_>, place: &Place, name: &str) {
    context.error(
        Code::MISSING_KEY,
        place.clone(),
        text!("`{name}` manque dans cette ligne", "`{name}` is missing in this row"),
    );
}

/// The columns of a CSV table, by what they mean.
struct Columns {
    keys: Vec<usize>,
    bound: Option<(Edge, usize)>,
    value: Option<usize>,
    from: Option<usize>,
    to: Option<usize>,
    published: Option<usize>,
    source: Option<usize>,
    page: Option<usize>,
    status: Option<usize>,
}

fn csv_rows(path: &str, node: &Node<'_>, kind: TableKind, keys: &[RawValue]) -> Vec<RowDecl> {
    let context = node.context;
    let Some((file, source)) = find_file(path, context) else {
        context.findings.push(
            Diagnostic::error(
                Code::MISSING_FILE,
                node.place(),
                text!(
                    "le fichier `{path}` n'est pas dans le dossier",
                    "the file `{path}` is not in the folder"
                ),
            )
            .help(text!(
                "le chemin se lit depuis le dossier du contrat",
                "the path is read from the rulebook's folder"
            )),
        );
        return Vec::new();
    };
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(source.text.as_bytes());
    let headers = reader.headers().cloned().unwrap_or_default();
    let Some(columns) = columns(&headers, file, kind, keys, context) else { return Vec::new() };
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => rows.push(csv_row(&record, &columns, file, source, context)),
            Err(error) => context.error(
                Code::BAD_VALUE,
                Place::new(file, 0..0),
                text!("ligne illisible ({error})", "unreadable row ({error})"),
            ),
        }
    }
    rows
}

fn find_file<'a>(path: &str, context: Context<'a>) -> Option<(usize, &'a Source)> {
    let folder = context.sources.get(context.file)?.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let full = if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
    context.sources.iter().enumerate().find(|(_, source)| source.path == full)
}

fn columns(
    headers: &csv::StringRecord,
    file: usize,
    kind: TableKind,
    keys: &[RawValue],
    context: Context<'_>,
) -> Option<Columns> {
    let at = |name: &str| headers.iter().position(|header| header == name);
    let missing = |name: &str| {
        missing_cell(context, &Place::new(file, 0..headers.as_slice().len().max(1)), name);
    };
    let mut known = Columns {
        keys: Vec::new(),
        bound: None,
        value: None,
        from: at("from"),
        to: at("to"),
        published: at("published"),
        source: at("source"),
        page: at("page"),
        status: at("status"),
    };
    if kind == TableKind::Decision {
        for key in keys {
            match at(&key.text) {
                Some(column) => known.keys.push(column),
                None => missing(&key.text),
            }
        }
    } else {
        let names: &[(&str, Edge)] = match kind {
            TableKind::Linear => &[("at", Edge::AtLeast)],
            _ => &[("at_least", Edge::AtLeast), ("above", Edge::Above)],
        };
        known.bound = names.iter().find_map(|(name, edge)| at(name).map(|column| (*edge, column)));
        if known.bound.is_none() {
            missing(bound_names(kind));
            return None;
        }
    }
    if known.keys.len() != keys.len() {
        return None;
    }
    let taken = [
        known.from,
        known.to,
        known.published,
        known.source,
        known.page,
        known.status,
        known.bound.map(|bound| bound.1),
    ];
    known.value =
        (0..headers.len()).find(|column| !known.keys.contains(column) && !taken.contains(&Some(*column)));
    if known.value.is_none() {
        missing("value");
        return None;
    }
    Some(known)
}

fn csv_row(
    record: &csv::StringRecord,
    columns: &Columns,
    file: usize,
    source: &Source,
    context: Context<'_>,
) -> RowDecl {
    let start = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
    let length = source
        .text
        .get(start..)
        .and_then(|rest| rest.find('\n'))
        .unwrap_or(source.text.len().saturating_sub(start));
    let place = Place::new(file, start..start + length);
    let cell = |column: Option<usize>| {
        column.and_then(|column| record.get(column)).filter(|cell| !cell.is_empty()).map(str::to_owned)
    };
    let raw = |column: usize| RawValue {
        text: record.get(column).unwrap_or_default().to_owned(),
        place: place.clone(),
    };
    let date = |column: Option<usize>| {
        let words = cell(column)?;
        let found = words.parse().ok();
        if found.is_none() {
            context.error(
                Code::BAD_VALUE,
                place.clone(),
                text!("`{words}` n'est pas une date", "`{words}` is not a date"),
            );
        }
        found
    };
    let status = cell(columns.status).and_then(|name| {
        let status = Status::from_name(&name);
        if status.is_none() {
            context.error(
                Code::BAD_VALUE,
                place.clone(),
                text!("`{name}` n'est pas un statut", "`{name}` is not a status"),
            );
        }
        status
    });
    let bound = columns.bound.map(|(edge, column)| (edge, raw(column)));
    RowDecl {
        keys: columns.keys.iter().map(|column| raw(*column)).collect(),
        bound,
        value: cell(columns.value).map(|text| RawValue { text, place: place.clone() }),
        validity: Validity {
            from: date(columns.from),
            to: date(columns.to),
            published: date(columns.published),
        },
        provenance: Provenance { source: cell(columns.source), page: cell(columns.page), status, note: None },
        place,
    }
}
