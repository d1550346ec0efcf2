//! Reads a CSV file into a table of text.
//!
//! Stricter than most readers: a quotation mark that is never closed would swallow the rows that follow, and with them
//! people who are to be paid. It is an error with its line.

use std::borrow::Cow;

use super::tables::{RawTable, Unreadable, decode, duplicate_column, empty_file, line_breaks, no_rows};
use crate::text;

/// The separators, the likeliest of a French file first.
const DELIMITERS: [u8; 3] = [b';', b'\t', b','];

/// Reads a CSV file: separator `,`, `;` or tab, found in the first line; UTF-8, with or without its mark.
pub fn read_csv(bytes: &[u8]) -> Result<RawTable, Unreadable> {
    let (header, mut records) = Header::read(decode(bytes)?)?;
    let mut fields = Vec::new();
    let mut table = RawTable::styled(header.names.clone());
    while let Some(line) = records.next_filled(&mut fields)? {
        header.fits(line, &fields)?;
        table.push_row(line, &fields);
    }
    if table.row_count() == 0 {
        return Err(no_rows_of_csv());
    }
    Ok(table)
}

pub(super) fn no_rows_of_csv() -> Unreadable {
    no_rows().help(text!(
        "la première ligne donne les titres ; les faits suivent, une ligne par identifiant",
        "the first line gives the titles; the facts follow, one line for each id"
    ))
}

/// The titles of a file, and what separates its cells.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) names: Vec<String>,
    pub(super) delimiter: u8,
}

impl Header {
    /// Reads the titles, and returns the records that follow.
    pub(super) fn read(text: &str) -> Result<(Self, Records<'_>), Unreadable> {
        let delimiter = delimiter(text);
        let mut records = Records::new(text, delimiter, 1);
        let mut fields = Vec::new();
        let Some(line) = records.next_filled(&mut fields)? else { return Err(empty_file()) };
        let names: Vec<String> = fields.iter().map(|field| field.trim().to_owned()).collect();
        match repeated(&names) {
            Some(name) => Err(duplicate_column(line, name)),
            None => Ok((Self { names, delimiter }, records)),
        }
    }

    /// Refuses a record with more cells than there are titles, unless they are empty.
    pub(super) fn fits(&self, line: u64, fields: &[Cow<'_, str>]) -> Result<(), Unreadable> {
        let known = self.names.len();
        if fields.iter().skip(known).any(|field| !field.trim().is_empty()) {
            return Err(too_many_cells(line, fields.len(), known, self.delimiter));
        }
        Ok(())
    }
}

fn too_many_cells(line: u64, found: usize, known: usize, delimiter: u8) -> Unreadable {
    let error = Unreadable::malformed(
        line,
        text!(
            "la ligne a {found} cellules pour {known} colonnes",
            "the line has {found} cells for {known} columns"
        ),
    );
    if delimiter == b',' {
        return error.help(text!(
            "si la virgule marque des décimales, mettre le nombre entre guillemets (\"0,5\") ou séparer par `;`",
            "if the comma marks decimals, put the number in quotes (\"0,5\") or separate with `;`"
        ));
    }
    error.help(text!(
        "enlever le séparateur de trop, ou mettre entre guillemets le texte qui en contient un",
        "remove the separator in excess, or put the text that holds one in quotes"
    ))
}

fn repeated(headers: &[String]) -> Option<&str> {
    let mut sorted: Vec<&str> =
        headers.iter().map(String::as_str).filter(|header| !header.is_empty()).collect();
    sorted.sort_unstable();
    sorted.windows(2).find_map(|pair| match pair {
        [one, other] if one == other => Some(*one),
        _ => None,
    })
}

/// Returns the separator that the first line uses most, outside quotation marks.
fn delimiter(text: &str) -> u8 {
    let first = text.split(['\n', '\r']).find(|line| !line.trim().is_empty()).unwrap_or_default();
    let outside: Vec<&str> = first.split('"').step_by(2).collect();
    let uses = |delimiter: u8| {
        outside.iter().flat_map(|part| part.bytes()).filter(|byte| *byte == delimiter).count()
    };
    let mut best = (b',', 0);
    for delimiter in DELIMITERS {
        let count = uses(delimiter);
        if count > best.1 {
            best = (delimiter, count);
        }
    }
    best.0
}

/// Walks through the records of a text.
pub(super) struct Records<'t> {
    rest: &'t str,
    delimiter: u8,
    line: u64,
}

/// What stands after a field.
#[derive(PartialEq, Eq)]
enum After {
    Field,
    Record,
}

impl<'t> Records<'t> {
    /// Begins at a line of a file.
    pub(super) fn new(text: &'t str, delimiter: u8, line: u64) -> Self {
        Self { rest: text, delimiter, line }
    }

    /// Returns what was not read yet.
    pub(super) fn rest(&self) -> &'t str {
        self.rest
    }

    /// Returns the line where the rest begins.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Reads the next record that is not blank, and returns its line.
    pub(super) fn next_filled(&mut self, fields: &mut Vec<Cow<'t, str>>) -> Result<Option<u64>, Unreadable> {
        while !self.rest.is_empty() {
            let line = self.line;
            fields.clear();
            loop {
                let (field, after) = self.field()?;
                fields.push(field);
                if after == After::Record {
                    break;
                }
            }
            if fields.iter().any(|field| !field.trim().is_empty()) {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    fn field(&mut self) -> Result<(Cow<'t, str>, After), Unreadable> {
        let tab = self.delimiter == b'\t';
        let spaces = self.rest.bytes().take_while(|byte| *byte == b' ' || (*byte == b'\t' && !tab)).count();
        if let Some(quoted) = self.rest.get(spaces..).and_then(|rest| rest.strip_prefix('"')) {
            self.rest = quoted;
            return self.quoted();
        }
        let delimiter = self.delimiter;
        let end = self.rest.bytes().position(|byte| byte == delimiter || byte == b'\n' || byte == b'\r');
        let (field, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        Ok((Cow::Borrowed(field), self.end_field()))
    }

    /// Reads a field after its opening quotation mark; two marks inside stand for one.
    fn quoted(&mut self) -> Result<(Cow<'t, str>, After), Unreadable> {
        let opened = self.line;
        let mut field = Cow::Borrowed("");
        loop {
            let Some((words, rest)) = self.rest.split_once('"') else {
                self.rest = "";
                return Err(Unreadable::malformed(
                    opened,
                    text!(
                        "un guillemet ouvert n'est jamais fermé",
                        "a quotation mark is opened and never closed"
                    ),
                )
                .help(text!(
                    "fermer le guillemet ; dans un texte entre guillemets, un guillemet s'écrit deux fois",
                    "close the quotation mark; inside a quoted text, a quotation mark is written twice"
                )));
            };
            self.line += line_breaks(words.as_bytes());
            field += words;
            self.rest = rest;
            match rest.strip_prefix('"') {
                Some(rest) => {
                    field += "\"";
                    self.rest = rest;
                }
                None => break,
            }
        }
        let delimiter = self.delimiter;
        self.rest =
            self.rest.trim_start_matches(|letter| letter == ' ' || (letter == '\t' && delimiter != b'\t'));
        let fits =
            self.rest.bytes().next().is_none_or(|byte| byte == delimiter || byte == b'\n' || byte == b'\r');
        if !fits {
            return Err(Unreadable::malformed(
                self.line,
                text!(
                    "du texte suit un guillemet fermé, dans la même cellule",
                    "text follows a closed quotation mark in the same cell"
                ),
            )
            .help(text!(
                "dans un texte entre guillemets, un guillemet s'écrit deux fois",
                "inside a quoted text, a quotation mark is written twice"
            )));
        }
        Ok((field, self.end_field()))
    }

    /// Passes the separator or the end of line that follows a field.
    fn end_field(&mut self) -> After {
        let passed = usize::from(!self.rest.is_empty());
        let ended = self.rest.bytes().next();
        let windows = self.rest.starts_with("\r\n");
        self.rest = self.rest.get(passed + usize::from(windows)..).unwrap_or_default();
        if ended == Some(self.delimiter) {
            return After::Field;
        }
        self.line += 1;
        After::Record
    }
}
