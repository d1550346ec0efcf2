//! Tables of text, as they stand in a file: nothing is typed here.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::{Text, text};

/// The largest file of facts: positions in it are kept on 32 bits.
const FILE_BYTES_MAX: usize = 4_000_000_000;

/// The rows of one entity as text, with the line of each.
///
/// All cells stand in one text and only those that hold something are kept: a table costs about what its file does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawTable {
    /// The entity named in the file; none stands for the subject.
    pub entity: Option<String>,
    /// The names of the columns.
    pub headers: Vec<String>,
    /// Whether numbers are written as people write them, in French or in English, instead of in the neutral notation.
    pub styled: bool,
    rows: Vec<Row>,
    cells: Vec<Cell>,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    line: u64,
    first_cell: usize,
}

/// A cell begins where the one before it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    column: u32,
    end: u32,
}

impl RawTable {
    /// Returns the number of rows.
    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// Returns the line of a row in its file, from 1.
    pub fn line(&self, row: usize) -> u64 {
        self.rows.get(row).map_or(0, |row| row.line)
    }

    /// Returns the trimmed text of a cell; none when it is empty or absent.
    pub fn cell(&self, row: usize, column: usize) -> Option<&str> {
        let first = self.rows.get(row)?.first_cell;
        let end = self.rows.get(row + 1).map_or(self.cells.len(), |next| next.first_cell);
        let cells = self.cells.get(first..end)?;
        let wanted = u32::try_from(column).ok()?;
        // In most files every cell is filled, and stands where its column does.
        let index = match cells.get(column) {
            Some(cell) if cell.column == wanted => column,
            _ => cells.binary_search_by_key(&wanted, |cell| cell.column).ok()?,
        };
        let start = (first + index)
            .checked_sub(1)
            .and_then(|before| self.cells.get(before))
            .map_or(0, |cell| cell.end);
        self.text.get(wide(start)..wide(cells.get(index)?.end))
    }

    /// Returns a table in the neutral notation from rows of named cells, such as those of a case.
    pub(crate) fn of_cells(entity: &str, rows: &[Vec<(&str, &str)>]) -> Result<Self, Unreadable> {
        let mut sheet = Sheet::new(Some(entity));
        for (row, line) in rows.iter().zip(1..) {
            for (name, words) in row {
                sheet.cell(name, (*words).to_owned());
            }
            sheet.end_row(line)?;
        }
        Ok(sheet.table)
    }

    /// Begins a table of a file that people write, with their numbers.
    pub(super) fn styled(headers: Vec<String>) -> Self {
        Self { headers, styled: true, ..Self::default() }
    }

    /// Begins a row; its cells follow in the order of the columns.
    pub(super) fn begin_row(&mut self, line: u64) {
        self.rows.push(Row { line, first_cell: self.cells.len() });
    }

    /// Adds a row of a CSV file; cells beyond the titles are left out.
    pub(super) fn push_row(&mut self, line: u64, fields: &[Cow<'_, str>]) {
        self.begin_row(line);
        for (column, field) in fields.iter().take(self.headers.len()).enumerate() {
            self.push_cell(column, field);
        }
    }

    /// Adds a cell to the last row, unless it is empty.
    pub(super) fn push_cell(&mut self, column: usize, words: &str) {
        let words = words.trim();
        if !words.is_empty() {
            self.text.push_str(words);
            self.cells.push(Cell { column: narrow(column), end: narrow(self.text.len()) });
        }
    }
}

fn wide(position: u32) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

/// Longer files were refused before.
fn narrow(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

/// What a file suffers from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnreadableKind {
    /// It is not text in UTF-8.
    NotUtf8,
    /// It holds no facts.
    Empty,
    /// It does not follow its format.
    Malformed,
    /// Two columns have one name.
    DuplicateColumn,
}

/// Why a file of facts cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What it suffers from.
    pub kind: UnreadableKind,
    /// What is wrong: a lower-case fragment without a final point, without the name of the file.
    pub message: Text,
    /// What to do.
    pub help: Option<Text>,
    /// The line, from 1.
    pub line: Option<u64>,
}

impl Unreadable {
    pub(super) fn new(kind: UnreadableKind, line: impl Into<Option<u64>>, message: Text) -> Self {
        Self { kind, message, help: None, line: line.into() }
    }

    pub(super) fn malformed(line: impl Into<Option<u64>>, message: Text) -> Self {
        Self::new(UnreadableKind::Malformed, line, message)
    }

    #[must_use]
    pub(super) fn help(mut self, help: Text) -> Self {
        self.help = Some(help);
        self
    }

    /// Returns the finding to show, which names the file and the line.
    pub fn diagnostic(&self, path: &str) -> Diagnostic {
        let code = match self.kind {
            UnreadableKind::NotUtf8 => Code::FACTS_NOT_UTF8,
            UnreadableKind::Empty => Code::FACTS_EMPTY,
            UnreadableKind::Malformed => Code::FACTS_UNREADABLE,
            UnreadableKind::DuplicateColumn => Code::FACTS_DUPLICATE_COLUMN,
        };
        Diagnostic::error(code, None, located(path, self.line, &self.message)).help(self.help.clone())
    }
}

/// Puts the file, and the line when there is one, before a message.
pub(super) fn located(path: &str, line: Option<u64>, message: &Text) -> Text {
    let Text { fr, en } = message;
    match line {
        Some(line) => text!("{path}, ligne {line} : {fr}", "{path}, line {line}: {en}"),
        None => text!("{path} : {fr}", "{path}: {en}"),
    }
}

/// Returns the text of a file, without the mark that some programs put before it.
pub(super) fn decode(bytes: &[u8]) -> Result<&str, Unreadable> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Unreadable::malformed(
            None,
            text!("le fichier dépasse 4 Go", "the file is larger than 4 GB"),
        )
        .help(text!("le couper en plusieurs fichiers", "cut it into several files")));
    }
    let text = decode_part(bytes, true, 1, true)?.text;
    if text.trim().is_empty() {
        return Err(empty_file());
    }
    Ok(text)
}

/// A part of a file as text.
pub(super) struct Decoded<'b> {
    pub(super) text: &'b str,
    /// How many bytes stand before it: the mark of the encoding, or none.
    pub(super) offset: usize,
}

/// Returns the text of a part of a file that begins at a line; a character that goes on after a part that is not the
/// last is left to the next one.
pub(super) fn decode_part(
    bytes: &[u8],
    is_first: bool,
    line: u64,
    is_last: bool,
) -> Result<Decoded<'_>, Unreadable> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    if is_first && bytes.starts_with(b"PK\x03\x04") {
        return Err(not_utf8(
            None,
            text!(
                "c'est un classeur (.xlsx, .ods) ou une archive, pas un fichier de texte",
                "this is a workbook (.xlsx, .ods) or an archive, not a text file"
            ),
        ));
    }
    let offset = if is_first && bytes.starts_with(MARK) { MARK.len() } else { 0 };
    let bytes = bytes.get(offset..).unwrap_or_default();
    let line_of = |end: usize| line_breaks(bytes.get(..end).unwrap_or_default()) + line;
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() && !is_last => {
            let whole = bytes.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(whole).unwrap_or_default()
        }
        Err(error) => {
            let message = text!("un caractère n'est pas en UTF-8", "a character is not in UTF-8");
            return Err(not_utf8(line_of(error.valid_up_to()), message));
        }
    };
    // UTF-16 without its mark is made of letters and zeros.
    if let Some(zero) = text.find('\0') {
        let message = text!("le fichier n'est pas du texte en UTF-8", "the file is not text in UTF-8");
        return Err(not_utf8(line_of(zero), message));
    }
    Ok(Decoded { text, offset })
}

fn not_utf8(line: impl Into<Option<u64>>, message: Text) -> Unreadable {
    Unreadable::new(UnreadableKind::NotUtf8, line, message).help(text!(
        "dans Excel : Enregistrer sous, type « CSV UTF-8 » ; ailleurs, choisir l'encodage UTF-8",
        "in Excel: Save as, type \"CSV UTF-8\"; elsewhere, choose the encoding UTF-8"
    ))
}

pub(super) fn empty_file() -> Unreadable {
    Unreadable::new(UnreadableKind::Empty, None, text!("le fichier est vide", "the file is empty"))
}

/// Returns the error of a file that is well formed and has no row at all.
pub(super) fn no_rows() -> Unreadable {
    Unreadable::new(
        UnreadableKind::Empty,
        None,
        text!("le fichier ne contient aucune ligne de faits", "the file holds no row of facts"),
    )
}

pub(super) fn duplicate_column(line: u64, header: &str) -> Unreadable {
    Unreadable::new(
        UnreadableKind::DuplicateColumn,
        line,
        text!("la colonne `{header}` est donnée deux fois", "the column `{header}` is given twice"),
    )
    .help(text!("en garder une, ou renommer l'autre", "keep one, or rename the other"))
}

/// Counts the ends of lines, whether Unix, Windows or old Macintosh.
pub(super) fn line_breaks(bytes: &[u8]) -> u64 {
    let mut count = 0;
    let mut rest = bytes.iter().peekable();
    while let Some(byte) = rest.next() {
        let ends = *byte == b'\n' || (*byte == b'\r' && rest.peek() != Some(&&b'\n'));
        count += u64::from(ends);
    }
    count
}

/// Collects rows whose columns are known only as they come.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    table: RawTable,
    index: HashMap<String, usize>,
    row: Vec<(usize, String)>,
}

impl Sheet {
    /// Begins the sheet of an entity; `subject` is the word for whichever entity is settled.
    pub(super) fn new(entity: Option<&str>) -> Self {
        let entity = entity.filter(|name| *name != "subject").map(str::to_owned);
        Self { table: RawTable { entity, ..RawTable::default() }, ..Self::default() }
    }

    /// Adds a cell to the row that is being read.
    pub(super) fn cell(&mut self, header: &str, words: String) {
        let column = if let Some(column) = self.index.get(header) {
            *column
        } else {
            let column = self.table.headers.len();
            self.table.headers.push(header.to_owned());
            self.index.insert(header.to_owned(), column);
            column
        };
        self.row.push((column, words));
    }

    /// Ends the row that is being read.
    pub(super) fn end_row(&mut self, line: u64) -> Result<(), Unreadable> {
        self.row.sort_by_key(|(column, _)| *column);
        let twice = self.row.windows(2).find_map(|pair| match pair {
            [(one, _), (other, _)] if one == other => Some(*one),
            _ => None,
        });
        if let Some(column) = twice {
            return Err(duplicate_column(line, self.table.headers.get(column).map_or("", String::as_str)));
        }
        self.table.begin_row(line);
        for (column, words) in self.row.drain(..) {
            self.table.push_cell(column, &words);
        }
        Ok(())
    }
}

/// Returns the tables of a file that have rows.
pub(super) fn filled(sheets: Vec<Sheet>) -> Result<Vec<RawTable>, Unreadable> {
    let tables: Vec<RawTable> =
        sheets.into_iter().map(|sheet| sheet.table).filter(|table| table.row_count() > 0).collect();
    if tables.is_empty() { Err(no_rows()) } else { Ok(tables) }
}
