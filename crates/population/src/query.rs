//! Queries of measures and views as text: comments left out, `:names` filled with values.
//!
//! Values are written as literals of standard SQL, so that any engine runs the result. No SQL is parsed here.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::choices::{ChoiceValue, Choices};
use crate::finding::{Code, Finding};
use crate::words;

/// A period, first and last day included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub start: Date,
    /// The last day.
    pub end: Date,
}

impl Period {
    /// Returns a civil year, if it is one that dates can have.
    pub fn year(year: i16) -> Option<Self> {
        Some(Self { start: Date::new(year, 1, 1).ok()?, end: Date::new(year, 12, 31).ok()? })
    }

    /// Tells whether a day is inside.
    pub fn contains(self, date: Date) -> bool {
        self.start <= date && date <= self.end
    }
}

/// Why a query cannot be filled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// A name without a value.
    #[error("find a value for `:{0}`")]
    UnknownName(String),
    /// A quote that is never closed.
    #[error("find the end of a quoted text")]
    OpenQuote,
}

/// A piece of a query.
enum Piece<'a> {
    Text(&'a str),
    /// With its quotes.
    Quoted(&'a str),
    Name(&'a str),
}

/// Fills the `:names` of a query: `:period_start`, `:period_end` and the choices. Comments are left out.
pub fn fill(sql: &str, period: Period, choices: &Choices) -> Result<String, QueryError> {
    let mut filled = String::with_capacity(sql.len());
    for piece in pieces(sql)? {
        match piece {
            Piece::Text(text) | Piece::Quoted(text) => filled.push_str(text),
            Piece::Name("period_start") => filled.push_str(&date_literal(period.start)),
            Piece::Name("period_end") => filled.push_str(&date_literal(period.end)),
            Piece::Name(name) => {
                let value = choices.get(name).ok_or_else(|| QueryError::UnknownName(name.to_owned()))?;
                filled.push_str(&literal(value));
            }
        }
    }
    Ok(filled)
}

/// Fills the `:names` of a query that stand for days. Comments are left out.
pub fn fill_days(sql: &str, days: &[(&str, Date)]) -> Result<String, QueryError> {
    let mut filled = String::with_capacity(sql.len());
    for piece in pieces(sql)? {
        match piece {
            Piece::Text(text) | Piece::Quoted(text) => filled.push_str(text),
            Piece::Name(name) => {
                let day = days.iter().find(|(known, _)| *known == name).map(|(_, day)| *day);
                let day = day.ok_or_else(|| QueryError::UnknownName(name.to_owned()))?;
                filled.push_str(&date_literal(day));
            }
        }
    }
    Ok(filled)
}

/// Returns the names that a query asks for.
pub fn names(sql: &str) -> Result<BTreeSet<String>, QueryError> {
    let names = pieces(sql)?.into_iter().filter_map(|piece| match piece {
        Piece::Name(name) => Some(name.to_owned()),
        Piece::Text(_) | Piece::Quoted(_) => None,
    });
    Ok(names.collect())
}

/// Returns a query without comments and without what is quoted, for a look at its words.
pub(crate) fn bare(sql: &str) -> Result<String, QueryError> {
    let mut bare = String::with_capacity(sql.len());
    for piece in pieces(sql)? {
        match piece {
            Piece::Text(text) => bare.push_str(text),
            Piece::Name(name) => bare.push_str(name),
            Piece::Quoted(_) => bare.push_str("''"),
        }
    }
    Ok(bare)
}

/// Compares a query with the choices declared for it: a name without a choice is an error, a choice without a name a warning.
///
/// `shared` are the choices of the views that it reads, which it may restate but need not use itself.
pub fn check(file: &str, sql: &str, choices: &Choices, shared: &Choices) -> Vec<Finding> {
    let Ok(names) = names(sql) else {
        let message = words!("un texte entre apostrophes n'est pas fermé", "a quoted text is not closed");
        let help = words!("ajouter l'apostrophe qui manque", "add the quote that is missing");
        return vec![Finding::error(Code::PLACEHOLDER, file, "", message, help)];
    };
    let mut findings = Vec::new();
    let given = |name: &str| name == "period_start" || name == "period_end" || choices.get(name).is_some();
    for name in names.iter().filter(|name| !given(name)) {
        findings.push(Finding::error(
            Code::PLACEHOLDER,
            file,
            format!(":{name}"),
            words!("rien ne donne la valeur de `:{name}`", "nothing gives the value of `:{name}`"),
            words!(
                "ajouter le choix dans le fichier TOML voisin",
                "add the choice to the TOML file beside it"
            ),
        ));
    }
    let unused = choices.0.keys().filter(|name| !names.contains(*name) && shared.get(name).is_none());
    for name in unused {
        findings.push(Finding::warning(
            Code::UNUSED,
            file,
            format!("choices.{name}"),
            words!("le choix `{name}` ne change rien", "the choice `{name}` changes nothing"),
            words!("l'utiliser dans la requête ou l'ôter", "use it in the query or remove it"),
        ));
    }
    findings
}

fn literal(value: &ChoiceValue) -> String {
    match value {
        ChoiceValue::Integer(number) => number.to_string(),
        ChoiceValue::Truth(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
        ChoiceValue::Codes(codes) => codes.iter().map(|code| quoted(code)).collect::<Vec<_>>().join(", "),
        ChoiceValue::ValueSet(name) => quoted(name),
    }
}

/// Returns a text as a literal of standard SQL.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn date_literal(date: Date) -> String {
    format!("DATE '{date}'")
}

/// Cuts a query into text and names; comments disappear, quoted texts stay whole.
fn pieces(sql: &str) -> Result<Vec<Piece<'_>>, QueryError> {
    let mut pieces = Vec::new();
    let mut rest = sql;
    while let Some(at) = rest.find(['\'', '"', '-', ':', '/']) {
        let (before, found) = rest.split_at(at);
        pieces.push(Piece::Text(before));
        let (piece, length) = piece_at(found)?;
        pieces.extend(piece);
        rest = found.get(length..).unwrap_or_default();
    }
    pieces.push(Piece::Text(rest));
    Ok(pieces)
}

/// Returns the piece at a sign that may begin something, and its length in bytes.
fn piece_at(found: &str) -> Result<(Option<Piece<'_>>, usize), QueryError> {
    let text = |length: usize| (found.get(..length).map(Piece::Text), length);
    let mark = found.chars().next().unwrap_or(' ');
    if mark == '\'' || mark == '"' {
        let closing = found.get(1..).and_then(|inside| inside.find(mark)).ok_or(QueryError::OpenQuote)?;
        return Ok((found.get(..closing + 2).map(Piece::Quoted), closing + 2));
    }
    if found.starts_with("--") {
        return Ok((None, found.find('\n').unwrap_or(found.len())));
    }
    if found.starts_with("/*") {
        return Ok((Some(Piece::Text(" ")), found.find("*/").map_or(found.len(), |end| end + 2)));
    }
    if found.starts_with("::") {
        return Ok(text(2));
    }
    if let Some(after) = found.strip_prefix(':') {
        let end = after.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let name = after.get(..end.unwrap_or(after.len())).unwrap_or_default();
        if !name.is_empty() {
            return Ok((Some(Piece::Name(name)), name.len() + 1));
        }
    }
    Ok(text(1))
}
