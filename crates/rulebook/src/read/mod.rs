//! Turns the text of a rulebook's files into declarations; reading never stops at the first fault.

mod cases;
pub(crate) mod fields;
pub(crate) mod sections;
pub(crate) mod tables;

use toml::de::DeTable;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::Declarations;
use crate::sources::folder_of;
use crate::{Place, Source, text};
use fields::{Context, Fields, Findings, Node};

/// The largest file that is read, in bytes: far above any contract, far below what could stall a server.
const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Reads every file into declarations, with all that is wrong in them.
pub(crate) fn read(sources: &[Source]) -> (Declarations, Vec<Diagnostic>) {
    let findings = Findings::default();
    let mut all = Declarations::default();
    for file in reading_order(sources) {
        let context = Context { sources, file, findings: &findings };
        let source = &sources[file];
        let root = parse(source, context);
        let fields = Fields::new(context, root.get_ref(), Place::new(file, 0..0));
        if is_case_file(&source.path, folder_of(sources)) {
            all.cases.extend(cases::cases(&fields));
        } else {
            sections_of(&fields, &mut all);
        }
    }
    let context = Context { sources, file: 0, findings: &findings };
    if all.instrument.is_none() {
        context.error(
            Code::MISSING_KEY,
            Place::new(0, 0..0),
            text!(
                "la section [instrument] manque ou est incomplète",
                "the section [instrument] is missing or incomplete"
            ),
        );
    }
    duplicates(&all, context);
    (all, findings.0.into_inner())
}

/// Reads the text of the file of a context as TOML; what cannot be read is left out and reported.
pub(crate) fn parse<'a>(source: &'a Source, context: Context<'_>) -> toml::Spanned<DeTable<'a>> {
    let mut text = source.text.as_str();
    if text.len() > FILE_BYTES_MAX {
        context.error(
            Code::TOML,
            Place::new(context.file, 0..0),
            text!("le fichier dépasse 16 Mo", "the file is larger than 16 MB"),
        );
        text = "";
    }
    let (root, faults) = DeTable::parse_recoverable(text);
    for fault in &faults {
        let detail = fault.message();
        context.error(
            Code::TOML,
            Place::new(context.file, fault.span().unwrap_or(0..0)),
            text!("ce n'est pas du TOML ({detail})", "this is not TOML ({detail})"),
        );
    }
    root
}

/// Returns the TOML files in reading order: `rulebook.toml`, then by path.
fn reading_order(sources: &[Source]) -> Vec<usize> {
    let mut order: Vec<usize> =
        (0..sources.len()).filter(|file| has_ending(&sources[*file].path, "toml")).collect();
    order.sort_by_key(|file| {
        let path = &sources[*file].path;
        (is_case_file(path, folder_of(sources)), !path.ends_with("rulebook.toml"), path.clone())
    });
    order
}

/// Returns whether a path has an ending, whatever its letters' case.
fn has_ending(path: &str, ending: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, found)| found.eq_ignore_ascii_case(ending))
}

/// Returns whether a file holds cases: it stands in the folder `cases` of its rulebook.
fn is_case_file(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|inside| inside.starts_with("cases/"))
}

fn sections_of(root: &Fields<'_>, all: &mut Declarations) {
    let entries = |key: &'static str| -> Vec<(String, Place, Node<'_>)> {
        root.get(key).and_then(|node| node.fields()).map(|fields| fields.entries()).unwrap_or_default()
    };
    if let Some(node) = root.get("instrument") {
        let place = node.place();
        match (sections::instrument(node), all.instrument.is_some()) {
            (_, true) => root.context.error(
                Code::DUPLICATE_NAME,
                place,
                text!("[instrument] est défini deux fois", "[instrument] is defined twice"),
            ),
            (found, false) => all.instrument = found,
        }
    }
    for (name, place, node) in entries("units") {
        all.units.extend(sections::unit(name, &place, node));
    }
    for (name, place, node) in entries("enums") {
        all.enums.extend(sections::enumeration(name, place, node));
    }
    for (name, place, node) in entries("entities") {
        all.entities.extend(sections::entity(name, place, node));
    }
    for (name, place, node) in entries("inputs") {
        all.inputs.extend(sections::input(name, place, node, &mut all.enums));
    }
    for (name, place, node) in entries("parameters") {
        all.parameters.extend(sections::parameter(name, place, node));
    }
    for (name, place, node) in entries("tables") {
        all.tables.extend(tables::table(name, place, node));
    }
    for (name, place, node) in entries("rules") {
        all.rules.extend(sections::rule(name, place, node));
    }
    for (name, place, node) in entries("checks") {
        all.checks.extend(sections::check(name, place, node));
    }
    for (name, place, node) in entries("allocations") {
        all.allocations.extend(sections::allocation(name, place, node));
    }
    for (name, place, node) in entries("schedule") {
        all.schedules.extend(sections::schedule(name, place, node));
    }
    root.finish();
}

/// Reports names defined twice, across files: TOML itself finds those of one file.
fn duplicates(all: &Declarations, context: Context<'_>) {
    let of_rulebook = all
        .inputs
        .iter()
        .map(|item| &item.named)
        .chain(all.parameters.iter().map(|item| &item.named))
        .chain(all.tables.iter().map(|item| &item.named))
        .chain(all.rules.iter().map(|item| &item.named))
        .chain(all.checks.iter().map(|item| &item.named))
        .chain(all.allocations.iter().map(|item| &item.named))
        .map(|named| (named.name.as_str(), &named.place));
    sections::report_duplicates(of_rulebook, context);
    sections::report_duplicates(all.entities.iter().map(|item| (item.name.as_str(), &item.place)), context);
    sections::report_duplicates(all.units.iter().map(|item| (item.name.as_str(), &item.place)), context);
    sections::report_duplicates(all.enums.iter().map(|item| (item.name.as_str(), &item.place)), context);
    sections::report_duplicates(all.schedules.iter().map(|item| (item.rule.as_str(), &item.place)), context);
}
