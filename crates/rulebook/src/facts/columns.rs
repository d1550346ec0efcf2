//! Which column of a table is which input, and what is said of those that are none.

use super::tables::RawTable;
use super::typing::{Given, Options, is_programme};
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::{nearest, suggestion};
use crate::{EntityId, InputId, Rulebook, Text, text};

/// How many names a message lists.
const NAMES_SHOWN: usize = 12;

/// The columns of a table that are used.
#[derive(Debug)]
pub(super) struct Columns {
    /// The ids; the programme, which has a single row, may do without.
    pub(super) id: Option<usize>,
    /// The ids of the parents, for an entity below the subject.
    pub(super) parent: Option<usize>,
    /// The inputs that are given, in the order of the rulebook.
    pub(super) inputs: Vec<(InputId, usize)>,
}

/// Returns the names under which a column may hold the ids of an entity.
fn key_names(book: &Rulebook, entity: EntityId) -> Vec<&str> {
    let name = book.entities[entity.0].name.as_str();
    if entity == book.subject && name != "subject" { vec!["subject", name] } else { vec![name] }
}

/// Returns the column that holds the ids of an entity: its own, or its parent's in a lower table.
pub(super) fn key_column(
    book: &Rulebook,
    entity: EntityId,
    table: &RawTable,
    options: &Options,
) -> Option<usize> {
    let names = key_names(book, entity);
    let mapped =
        names.iter().filter_map(|name| options.column_of(name)).find_map(|column| position(table, column));
    mapped.or_else(|| names.iter().find_map(|name| position(table, name)))
}

fn position(table: &RawTable, name: &str) -> Option<usize> {
    table.headers.iter().position(|header| header == name)
}

/// Matches the columns of a table; none when its ids or the ids of its parents are nowhere.
pub(super) fn resolve(
    book: &Rulebook,
    entity: EntityId,
    given: &Given<'_>,
    options: &Options,
    findings: &mut Vec<Diagnostic>,
) -> Option<Columns> {
    let table = given.table;
    let id = key_column(book, entity, table, options);
    let mut likely = Vec::new();
    if id.is_none() && !is_programme(book, entity) {
        likely.extend(missing_key(book, entity, given, findings));
    }
    let above = book.entities[entity.0].parent.filter(|parent| {
        entity != book.subject && !is_programme(book, *parent) && !is_programme(book, entity)
    });
    let parent = above.and_then(|parent| key_column(book, parent, table, options));
    if let Some(above) = above.filter(|_| parent.is_none()) {
        likely.extend(missing_key(book, above, given, findings));
    }
    let inputs: Vec<(InputId, usize)> = inputs_of(book, entity)
        .filter_map(|input| {
            let name = name_of(book, input);
            let column = position(table, options.column_of(name).unwrap_or(name))?;
            Some((input, column))
        })
        .collect();
    let mut used: Vec<usize> =
        inputs.iter().map(|(_, column)| *column).chain(id).chain(parent).chain(likely).collect();
    // A table may repeat the ids of all that stands above it.
    let ancestors = std::iter::successors(Some(entity), |here| book.entities[here.0].parent).skip(1);
    used.extend(ancestors.filter_map(|above| key_column(book, above, table, options)));
    let mut strangers = Vec::new();
    for (column, header) in table.headers.iter().enumerate().filter(|(column, _)| !used.contains(column)) {
        let holds_something = || (0..table.row_count()).any(|row| table.cell(row, column).is_some());
        if !header.is_empty() || holds_something() {
            findings.push(unknown_column(book, entity, given, header, &inputs, options));
            strangers.push(header.as_str());
        }
    }
    let lacking = missing(book, entity, &inputs, &strangers);
    findings
        .extend(lacking.map(|finding| Diagnostic { message: given.located(&finding.message), ..finding }));
    let found = id.is_some() || is_programme(book, entity);
    (found && parent.is_some() == above.is_some()).then_some(Columns { id, parent, inputs })
}

fn inputs_of(book: &Rulebook, entity: EntityId) -> impl Iterator<Item = InputId> {
    book.inputs
        .iter()
        .enumerate()
        .filter(move |(_, input)| input.of == entity)
        .map(|(index, _)| InputId(index))
}

fn name_of(book: &Rulebook, input: InputId) -> &str {
    &book.inputs[input.0].decl.named.name
}

/// Says that the ids of an entity are nowhere, and returns the column that may well hold them.
fn missing_key(
    book: &Rulebook,
    entity: EntityId,
    given: &Given<'_>,
    findings: &mut Vec<Diagnostic>,
) -> Option<usize> {
    let names = key_names(book, entity);
    let fr = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ou ");
    let en = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
    let message =
        text!("il manque la colonne des identifiants, {fr}", "the column of the ids is missing: {en}");
    let headers = &given.table.headers;
    let is_known = |header: &str| {
        book.inputs.iter().any(|input| input.decl.named.name == header) || book.entity(header).is_some()
    };
    let free = || headers.iter().map(String::as_str).filter(|header| !header.is_empty() && !is_known(header));
    let near = names.iter().find_map(|name| nearest(name, free()));
    let likely =
        near.or_else(|| free().find(|header| header.eq_ignore_ascii_case("id"))).or_else(|| free().next());
    let key = names.first().copied().unwrap_or_default();
    let (fr_column, en_column) = likely.map_or(("COLONNE", "COLUMN"), |column| (column, column));
    let list = listed(headers.iter().map(String::as_str));
    let finding = Diagnostic::error(Code::FACTS_MISSING_COLUMN, None, given.located(&message));
    findings.push(finding.help(text!(
        "le fichier a les colonnes {list} ; pour en désigner une : --map {key}={fr_column}",
        "the file has the columns {list}; to name the right one: --map {key}={en_column}"
    )));
    position(given.table, likely?)
}

/// Lists names, as many as a message can bear.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut shown: Vec<&str> = names.filter(|name| !name.is_empty()).take(NAMES_SHOWN + 1).collect();
    if shown.len() > NAMES_SHOWN {
        shown.truncate(NAMES_SHOWN);
        shown.push("…");
    }
    shown.join(", ")
}

fn unknown_column(
    book: &Rulebook,
    entity: EntityId,
    given: &Given<'_>,
    header: &str,
    inputs: &[(InputId, usize)],
    options: &Options,
) -> Diagnostic {
    let message = if header.is_empty() {
        text!("une colonne sans titre contient des valeurs", "a column without title holds values")
    } else {
        text!(
            "la colonne `{header}` n'est pas un fait du contrat",
            "the column `{header}` is not a fact of the rulebook"
        )
    };
    let finding = if options.strict {
        Diagnostic::error(Code::FACTS_UNKNOWN_COLUMN, None, given.located(&message))
    } else {
        Diagnostic::warning(Code::FACTS_UNKNOWN_COLUMN, None, given.located(&message))
    };
    finding.help(what_of(book, entity, header, inputs, options))
}

/// Says what an unknown column probably is.
fn what_of(
    book: &Rulebook,
    entity: EntityId,
    header: &str,
    inputs: &[(InputId, usize)],
    options: &Options,
) -> Option<Text> {
    let named = book.inputs.iter().find(|input| input.decl.named.name == header);
    if let Some(input) = named.filter(|input| input.of != entity) {
        let owner = &book.entities[input.of.0].name;
        return Some(text!(
            "`{header}` est un fait de `{owner}` : le donner dans le fichier de `{owner}`",
            "`{header}` is a fact of `{owner}`: give it in the file of `{owner}`"
        ));
    }
    if let Some(other) = named.and_then(|_| options.column_of(header)) {
        return Some(text!(
            "ce fait est lu dans la colonne `{other}` (--map {header}={other})",
            "this fact is read from the column `{other}` (--map {header}={other})"
        ));
    }
    let absent = inputs_of(book, entity).filter(|input| !inputs.iter().any(|(given, _)| given == input));
    let near = nearest(header, absent.map(|input| name_of(book, input)))?;
    Some(text!(
        "le fait le plus proche est `{near}` : renommer la colonne, ou --map {near}={header}",
        "the nearest fact is `{near}`: rename the column, or --map {near}={header}"
    ))
}

/// Says which facts that are always required have no column.
///
/// A fact that exists only between dates may well be absent: whether it is needed shows when rows are settled.
pub(super) fn missing(
    book: &Rulebook,
    entity: EntityId,
    inputs: &[(InputId, usize)],
    strangers: &[&str],
) -> Option<Diagnostic> {
    let lacking: Vec<&str> = inputs_of(book, entity)
        .filter(|id| {
            let input = &book.inputs[id.0];
            let validity = input.decl.validity;
            let always = validity.from.is_none() && validity.to.is_none();
            always && input.default.is_none() && !inputs.iter().any(|(given, _)| given == id)
        })
        .map(|id| name_of(book, id))
        .collect();
    let first = lacking.first()?;
    let list = listed(lacking.iter().copied());
    let name = &book.entities[entity.0].name;
    let message = text!(
        "aucune colonne ne donne ces faits requis de `{name}` : {list}",
        "no column gives these required facts of `{name}`: {list}"
    );
    let near = lacking.iter().find_map(|name| Some((*name, nearest(name, strangers.iter().copied())?)));
    let help = match near {
        Some((fact, column)) => text!(
            "si la colonne `{column}` donne `{fact}` : --map {fact}={column}",
            "if the column `{column}` gives `{fact}`: --map {fact}={column}"
        ),
        None => text!(
            "sans eux chaque ligne sera refusée ; si une colonne porte un autre nom : --map {first}=COLONNE",
            "without them every row will be refused; if a column has another name: --map {first}=COLUMN"
        ),
    };
    Some(Diagnostic::warning(Code::FACTS_MISSING_COLUMN, None, message).help(help))
}

/// Checks that all that is mapped exists.
pub(super) fn check_map(
    book: &Rulebook,
    given: &[Option<Given<'_>>],
    options: &Options,
    findings: &mut Vec<Diagnostic>,
) {
    for (name, column) in &options.map {
        let entity = if name == "subject" { Some(book.subject) } else { book.entity(name) };
        let input = book.inputs.iter().find(|input| input.decl.named.name == *name);
        let concerned: Vec<EntityId> = match (entity, input) {
            // The ids of an entity stand in its own table and in those just below.
            (Some(entity), _) => (0..book.entities.len())
                .map(EntityId)
                .filter(|other| *other == entity || book.entities[other.0].parent == Some(entity))
                .collect(),
            (None, Some(input)) => vec![input.of],
            (None, None) => {
                findings.push(unknown_mapping(book, name));
                continue;
            }
        };
        let tables: Vec<&Given<'_>> =
            concerned.iter().filter_map(|entity| given[entity.0].as_ref()).collect();
        if tables.iter().any(|given| position(given.table, column).is_some()) {
            continue;
        }
        let headers = tables.iter().flat_map(|given| given.table.headers.iter().map(String::as_str));
        let mut paths: Vec<&str> = tables.iter().map(|given| &*given.path).collect();
        paths.dedup();
        let list = paths.join(", ");
        let message = if paths.is_empty() {
            text!(
                "--map {name}={column} : aucun fichier n'est donné où lire `{name}`",
                "--map {name}={column}: no file is given to read `{name}` from"
            )
        } else {
            text!(
                "--map {name}={column} : {list} n'a pas de colonne `{column}`",
                "--map {name}={column}: {list} has no column `{column}`"
            )
        };
        let finding = Diagnostic::error(Code::FACTS_MISSING_COLUMN, None, message);
        findings.push(finding.help(suggestion(column, headers)));
    }
}

fn unknown_mapping(book: &Rulebook, name: &str) -> Diagnostic {
    let message = text!(
        "--map {name}=… : `{name}` n'est ni un fait ni une entité du contrat",
        "--map {name}=…: `{name}` is neither a fact nor an entity of the rulebook"
    );
    let facts = book.inputs.iter().map(|input| input.decl.named.name.as_str());
    let entities = book.entities.iter().map(|entity| entity.name.as_str());
    let known = facts.chain(entities).chain(std::iter::once("subject"));
    Diagnostic::error(Code::UNKNOWN_NAME, None, message).help(suggestion(name, known))
}
