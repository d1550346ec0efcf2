//! Reads TOML key by key and collects what is wrong, so that a file is checked to its end.

use jiff::civil::Date;
use toml::{Table, Value};

use crate::finding::{Code, Finding};
use crate::value_set::STATUSES;
use crate::{Text, words};

/// A table that is being read, with its place in the file.
#[derive(Debug)]
pub struct Reader<'a> {
    /// The file, as findings name it.
    pub file: &'a str,
    path: String,
    table: &'a Table,
}

/// Where a file of data comes from: a document, and how much it can be vouched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The document.
    pub title: String,
    /// One of the statuses of rulebooks.
    pub status: String,
}

/// Parses a file; `None` leaves a finding.
pub fn parse(file: &str, text: &str, findings: &mut Vec<Finding>) -> Option<Table> {
    match text.parse::<Table>() {
        Ok(table) => Some(table),
        Err(error) => {
            findings.push(Finding::error(
                Code::TOML,
                file,
                "",
                words!("le fichier n'est pas du TOML : {error}", "the file is not TOML: {error}"),
                words!("corriger la ligne indiquée", "correct the line that is named"),
            ));
            None
        }
    }
}

impl<'a> Reader<'a> {
    /// Returns the reader of a whole file.
    pub fn new(file: &'a str, table: &'a Table) -> Self {
        Self { file, path: String::new(), table }
    }

    /// Returns the key as people write it: `choices.delai_jours`.
    pub fn key(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Returns a table inside this one.
    pub fn inside(&self, name: &str, findings: &mut Vec<Finding>) -> Option<Reader<'a>> {
        match self.table.get(name)? {
            Value::Table(table) => Some(Reader { file: self.file, path: self.key(name), table }),
            _ => {
                self.wrong_kind(name, &words!("une table", "a table"), findings);
                None
            }
        }
    }

    /// Returns the tables of an array.
    pub fn tables(&self, name: &str, findings: &mut Vec<Finding>) -> Vec<Reader<'a>> {
        let Some(value) = self.table.get(name) else { return Vec::new() };
        let tables: Option<Vec<_>> = value.as_array().and_then(|items| {
            let numbered = items.iter().enumerate();
            numbered
                .map(|(index, item)| {
                    let path = format!("{}[{index}]", self.key(name));
                    item.as_table().map(|table| Reader { file: self.file, path, table })
                })
                .collect()
        });
        tables.unwrap_or_else(|| {
            self.wrong_kind(name, &words!("une suite de tables", "an array of tables"), findings);
            Vec::new()
        })
    }

    /// Returns the keys, in the order of the file.
    pub fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.table.keys().map(String::as_str)
    }

    /// Returns a value as it is.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.table.get(name)
    }

    /// Returns a text; its absence is a finding.
    pub fn text(&self, name: &str, findings: &mut Vec<Finding>) -> Option<&'a str> {
        if self.table.get(name).is_none() {
            self.missing(name, findings);
        }
        self.text_if_there(name, findings)
    }

    /// Returns a text, if there is one.
    pub fn text_if_there(&self, name: &str, findings: &mut Vec<Finding>) -> Option<&'a str> {
        let value = self.table.get(name)?;
        if value.as_str().is_none() {
            self.wrong_kind(name, &words!("un texte", "a text"), findings);
        }
        value.as_str()
    }

    /// Returns a whole number, if there is one.
    pub fn integer(&self, name: &str, findings: &mut Vec<Finding>) -> Option<i64> {
        let value = self.table.get(name)?;
        if value.as_integer().is_none() {
            self.wrong_kind(name, &words!("un nombre entier", "a whole number"), findings);
        }
        value.as_integer()
    }

    /// Returns true or false, if it is there.
    pub fn truth(&self, name: &str, findings: &mut Vec<Finding>) -> Option<bool> {
        let value = self.table.get(name)?;
        if value.as_bool().is_none() {
            self.wrong_kind(name, &words!("`true` ou `false`", "`true` or `false`"), findings);
        }
        value.as_bool()
    }

    /// Returns a list of texts; an absent one is empty.
    pub fn texts(&self, name: &str, findings: &mut Vec<Finding>) -> Vec<String> {
        let Some(value) = self.table.get(name) else { return Vec::new() };
        let texts = value.as_array().and_then(|items| {
            items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        });
        texts.unwrap_or_else(|| {
            self.wrong_kind(name, &words!("une liste de textes", "a list of texts"), findings);
            Vec::new()
        })
    }

    /// Returns a text in both languages; its absence is a finding.
    pub fn words(&self, name: &str, findings: &mut Vec<Finding>) -> Text {
        if self.table.get(name).is_none() {
            self.missing(name, findings);
            return Text::default();
        }
        let Some(inside) = self.inside(name, findings) else { return Text::default() };
        inside.only(&["fr", "en"], findings);
        let fr = inside.text("fr", findings).unwrap_or_default();
        let en = inside.text("en", findings).unwrap_or_default();
        Text::new(fr, en)
    }

    /// Returns one of some words, with its place among them.
    pub fn one_of(&self, name: &str, allowed: &[&str], findings: &mut Vec<Finding>) -> Option<usize> {
        let text = self.text(name, findings)?;
        let found = allowed.iter().position(|word| *word == text);
        if found.is_none() {
            let list = allowed.join(", ");
            findings.push(Finding::error(
                Code::BAD_VALUE,
                self.file,
                self.key(name),
                words!("`{text}` n'est pas prévu ici", "`{text}` is not one of the values here"),
                words!("écrire l'un de : {list}", "write one of: {list}"),
            ));
        }
        found
    }

    /// Returns the sources that a file names, at least one.
    pub fn sources(&self, findings: &mut Vec<Finding>) -> Vec<Source> {
        let tables = self.tables("source", findings);
        if tables.is_empty() {
            self.missing("source", findings);
        }
        let mut sources = Vec::new();
        for source in tables {
            source.only(&["title", "status"], findings);
            let title = source.text("title", findings);
            let status = source.one_of("status", STATUSES, findings).and_then(|place| STATUSES.get(place));
            if let (Some(title), Some(status)) = (title, status) {
                sources.push(Source { title: title.to_owned(), status: (*status).to_owned() });
            }
        }
        sources
    }

    /// Says that the value of a key is not allowed, and what to write.
    pub fn bad_value(&self, key: &str, message: Text, help: Text, findings: &mut Vec<Finding>) {
        findings.push(Finding::error(Code::BAD_VALUE, self.file, self.key(key), message, help));
    }

    /// Finds keys that nobody reads.
    pub fn only(&self, allowed: &[&str], findings: &mut Vec<Finding>) {
        for name in self.table.keys().filter(|name| !allowed.contains(&name.as_str())) {
            let list = allowed.join(", ");
            findings.push(Finding::error(
                Code::UNKNOWN_KEY,
                self.file,
                self.key(name),
                words!("la clé `{name}` n'est lue par personne", "nobody reads the key `{name}`"),
                words!("les clés prévues sont : {list}", "the keys that are read are: {list}"),
            ));
        }
    }

    /// Adds the finding of a missing key.
    pub fn missing(&self, name: &str, findings: &mut Vec<Finding>) {
        findings.push(Finding::error(
            Code::MISSING_KEY,
            self.file,
            self.key(name),
            words!("la clé `{name}` manque", "the key `{name}` is missing"),
            words!("l'ajouter", "add it"),
        ));
    }

    /// Adds the finding of a value of another kind.
    pub fn wrong_kind(&self, name: &str, expected: &Text, findings: &mut Vec<Finding>) {
        findings.push(Finding::error(
            Code::WRONG_KIND,
            self.file,
            self.key(name),
            Text::new(
                format!("la valeur n'est pas {}", expected.fr),
                format!("the value is not {}", expected.en),
            ),
            Text::new(format!("écrire {}", expected.fr), format!("write {}", expected.en)),
        ));
    }
}

/// Returns a day that TOML writes without quotes and without time.
pub fn day(value: &Value) -> Option<Date> {
    let written = value.as_datetime()?;
    if written.time.is_some() || written.offset.is_some() {
        return None;
    }
    let date = written.date?;
    let (month, day) = (i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?);
    Date::new(i16::try_from(date.year).ok()?, month, day).ok()
}
