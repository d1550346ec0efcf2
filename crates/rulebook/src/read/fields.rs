//! Typed access to a TOML table: each key is read once, what is left over is reported.

use std::cell::RefCell;
use std::collections::BTreeSet;

use exact::Rational;
use jiff::civil::Date;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{FormulaText, Provenance, RawValue, Status, Validity};
use crate::{Place, Source, Text, nearest::suggestion, text};

/// The findings of a reading, shared by all who read.
#[derive(Debug, Default)]
pub(crate) struct Findings(pub(crate) RefCell<Vec<Diagnostic>>);

impl Findings {
    pub(crate) fn push(&self, finding: Diagnostic) {
        self.0.borrow_mut().push(finding);
    }
}

/// What every reader needs to know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) sources: &'a [Source],
    pub(crate) file: usize,
    pub(crate) findings: &'a Findings,
}

/// A TOML value with its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node<'a> {
    pub(crate) context: Context<'a>,
    pub(crate) value: &'a toml::Spanned<DeValue<'a>>,
}

/// A TOML table with its place; remembers which keys were read.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    pub(crate) context: Context<'a>,
    pub(crate) table: &'a DeTable<'a>,
    pub(crate) place: Place,
    read: RefCell<BTreeSet<&'static str>>,
}

impl Context<'_> {
    pub(crate) fn place(self, range: std::ops::Range<usize>) -> Place {
        Place::new(self.file, range)
    }

    pub(crate) fn error(self, code: Code, place: Place, message: Text) {
        self.findings.push(Diagnostic::error(code, place, message));
    }
}

impl<'a> Node<'a> {
    pub(crate) fn place(&self) -> Place {
        self.context.place(self.value.span())
    }

    fn wrong(&self, fr: &str, en: &str) {
        let found = self.value.get_ref().type_str();
        self.context.error(
            Code::WRONG_KIND,
            self.place(),
            text!("il faut {fr} ici", "{en} is wanted here, not a value of kind {found}"),
        );
    }

    /// Returns the text of a scalar: string, number, Boolean or date.
    pub(crate) fn raw(&self) -> Option<RawValue> {
        let words = match self.value.get_ref() {
            DeValue::String(words) => words.to_string(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
            DeValue::Float(number) => number.as_str().to_owned(),
            DeValue::Boolean(truth) => truth.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            _ => {
                self.wrong("une valeur simple", "a single value");
                return None;
            }
        };
        Some(RawValue { text: words, place: self.place() })
    }

    pub(crate) fn string(&self) -> Option<String> {
        let found = self.value.get_ref().as_str().map(str::to_owned);
        if found.is_none() {
            self.wrong("un texte entre guillemets", "a text in quotes");
        }
        found
    }

    pub(crate) fn bool(&self) -> Option<bool> {
        let found = self.value.get_ref().as_bool();
        if found.is_none() {
            self.wrong("true ou false", "true or false");
        }
        found
    }

    pub(crate) fn date(&self) -> Option<Date> {
        let words = match self.value.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::String(words) => words.to_string(),
            _ => String::new(),
        };
        let found = words.parse::<Date>().ok().filter(|_| words.len() == 10);
        if found.is_none() {
            self.wrong("une date (2022-12-31)", "a date (2022-12-31)");
        }
        found
    }

    pub(crate) fn number(&self) -> Option<Rational> {
        let raw = self.raw()?;
        let found = Rational::parse(&raw.text).ok();
        if found.is_none() {
            self.wrong("un nombre (7, 0.05, \"5 %\", \"2/3\")", "a number (7, 0.05, \"5 %\", \"2/3\")");
        }
        found
    }

    pub(crate) fn integer(&self) -> Option<i64> {
        let found = self.number()?.to_i64();
        if found.is_none() {
            self.wrong("un nombre entier", "a whole number");
        }
        found
    }

    pub(crate) fn fields(&self) -> Option<Fields<'a>> {
        let Some(table) = self.value.get_ref().as_table() else {
            self.wrong("une table { … }", "a table { … }");
            return None;
        };
        Some(Fields::new(self.context, table, self.place()))
    }

    pub(crate) fn items(&self) -> Vec<Node<'a>> {
        match self.value.get_ref() {
            DeValue::Array(items) => {
                items.iter().map(|value| Node { context: self.context, value }).collect()
            }
            _ => {
                self.wrong("une liste [ … ]", "a list [ … ]");
                Vec::new()
            }
        }
    }

    /// Returns a text in both languages; both must be there.
    pub(crate) fn text(&self) -> Option<Text> {
        let fields = self.fields()?;
        let (fr, en) = (fields.string("fr"), fields.string("en"));
        fields.finish();
        match (fr, en) {
            (Some(fr), Some(en)) => Some(Text { fr, en }),
            _ => {
                self.context.error(
                    Code::BAD_TEXT,
                    self.place(),
                    text!(
                        "un texte s'écrit en deux langues : {{ fr = \"…\", en = \"…\" }}",
                        "a text is written in two languages: {{ fr = \"…\", en = \"…\" }}"
                    ),
                );
                None
            }
        }
    }

    pub(crate) fn formula(&self) -> Option<FormulaText> {
        let formula = match self.value.get_ref() {
            DeValue::String(words) => words.to_string(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
            _ => {
                self.wrong("une formule entre guillemets", "a formula in quotes");
                return None;
            }
        };
        let place = self.place();
        let covered = self
            .context
            .sources
            .get(self.context.file)
            .and_then(|source| source.text.get(place.range.clone()))
            .unwrap_or_default();
        let verbatim_at = covered.find(&formula).map(|offset| place.range.start + offset);
        Some(FormulaText { text: formula, place, verbatim_at })
    }
}

impl<'a> Fields<'a> {
    pub(crate) fn new(context: Context<'a>, table: &'a DeTable<'a>, place: Place) -> Self {
        Self { context, table, place, read: RefCell::default() }
    }

    /// Returns the value of a key and marks it as read.
    pub(crate) fn get(&self, key: &'static str) -> Option<Node<'a>> {
        self.read.borrow_mut().insert(key);
        self.table.get(key).map(|value| Node { context: self.context, value })
    }

    /// Returns the value of a key that must be there.
    pub(crate) fn need(&self, key: &'static str) -> Option<Node<'a>> {
        let found = self.get(key);
        if found.is_none() {
            self.context.error(
                Code::MISSING_KEY,
                self.place.clone(),
                text!("la clé `{key}` manque", "the key `{key}` is missing"),
            );
        }
        found
    }

    pub(crate) fn string(&self, key: &'static str) -> Option<String> {
        self.get(key)?.string()
    }

    pub(crate) fn raw(&self, key: &'static str) -> Option<RawValue> {
        self.get(key)?.raw()
    }

    pub(crate) fn text(&self, key: &'static str) -> Option<Text> {
        self.get(key)?.text()
    }

    pub(crate) fn date(&self, key: &'static str) -> Option<Date> {
        self.get(key)?.date()
    }

    pub(crate) fn flag(&self, key: &'static str) -> Option<bool> {
        self.get(key)?.bool()
    }

    pub(crate) fn formula(&self, key: &'static str) -> Option<FormulaText> {
        self.get(key)?.formula()
    }

    pub(crate) fn items(&self, key: &'static str) -> Vec<Node<'a>> {
        self.get(key).map(|node| node.items()).unwrap_or_default()
    }

    /// Returns every entry, in the order of the file, and marks all as read.
    pub(crate) fn entries(&self) -> Vec<(String, Place, Node<'a>)> {
        self.table
            .iter()
            .map(|(key, value)| {
                let place = self.context.place(key.span());
                (key.get_ref().to_string(), place, Node { context: self.context, value })
            })
            .collect()
    }

    /// Reads `from`, `to` and `published`.
    pub(crate) fn validity(&self) -> Validity {
        Validity { published: self.date("published"), ..self.dates() }
    }

    /// Reads `from` and `to`, of what is not told apart by its publication.
    pub(crate) fn dates(&self) -> Validity {
        let validity = Validity { from: self.date("from"), to: self.date("to"), published: None };
        if let (Some(from), Some(to)) = (validity.from, validity.to)
            && to < from
        {
            self.context.error(
                Code::BAD_DATES,
                self.place.clone(),
                text!("`to` ({to}) est avant `from` ({from})", "`to` ({to}) is before `from` ({from})"),
            );
        }
        validity
    }

    pub(crate) fn provenance(&self) -> Provenance {
        let status = self.get("status").and_then(|node| {
            let name = node.string()?;
            let status = Status::from_name(&name);
            if status.is_none() {
                let names: Vec<&str> = Status::ALL.iter().map(|(_, name)| *name).collect();
                node.context.findings.push(
                    Diagnostic::error(
                        Code::BAD_VALUE,
                        node.place(),
                        text!("`{name}` n'est pas un statut", "`{name}` is not a status"),
                    )
                    .help(suggestion(&name, names)),
                );
            }
            status
        });
        Provenance {
            source: self.string("source"),
            page: self.string("page"),
            status,
            note: self.string("note"),
        }
    }

    /// Reads `inside_period = "last_day"`.
    pub(crate) fn last_day(&self) -> bool {
        let Some(node) = self.get("inside_period") else { return false };
        let said = node.string();
        if said.as_deref().is_some_and(|said| said != "last_day") {
            node.context.error(
                Code::BAD_VALUE,
                node.place(),
                text!(
                    "`inside_period` ne connaît que \"last_day\"",
                    "`inside_period` knows only \"last_day\""
                ),
            );
        }
        said.is_some()
    }

    /// Reports the keys that nobody read.
    pub(crate) fn finish(&self) {
        self.finish_beside(&[]);
    }

    /// Reports the keys that nobody read and that are not among the rulebook's own names.
    pub(crate) fn finish_beside(&self, own: &[RawValue]) {
        let read = self.read.borrow();
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if !read.contains(name) && !own.iter().any(|own| own.text == name) {
                self.context.findings.push(
                    Diagnostic::error(
                        Code::UNKNOWN_KEY,
                        self.context.place(key.span()),
                        text!("la clé `{name}` n'a pas de sens ici", "the key `{name}` means nothing here"),
                    )
                    .help(suggestion(name, read.iter().copied().collect::<Vec<_>>())),
                );
            }
        }
    }
}

/// Reports a name that is not an identifier.
pub(crate) fn check_name(name: &str, place: &Place, digit_first: bool, context: Context<'_>) {
    let mut letters = name.chars();
    let first = letters.next().is_some_and(|letter| {
        letter.is_ascii_lowercase() || letter.is_ascii_uppercase() || (digit_first && letter.is_ascii_digit())
    });
    let rest = letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if !(first && rest) || name.len() > 80 {
        context.findings.push(
            Diagnostic::error(
                Code::BAD_NAME,
                place.clone(),
                text!("`{name}` n'est pas un nom valable", "`{name}` is not an allowed name"),
            )
            .help(text!(
                "un nom s'écrit en lettres sans accent, chiffres et `_`, et commence par une lettre",
                "a name is written in letters without accents, digits and `_`, and begins with a letter"
            )),
        );
    }
}
