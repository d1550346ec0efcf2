//! Reads a JSON file into tables of text.

use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::tables::{RawTable, Sheet, Unreadable, decode, filled};
use crate::text;

/// Reads a JSON file: a list of objects, an object of lists by entity, or one object with the facts of a single row.
///
/// Numbers are kept as they are written, never read through a float.
pub fn read_json(bytes: &[u8]) -> Result<Vec<RawTable>, Unreadable> {
    let text = decode(bytes)?;
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| not_json(&error))?;
    let outline = Outline::of(text);
    let by_entity = outline.nested > 0;
    if !text.trim_start().starts_with(['[', '{']) || (by_entity && outline.plain > 0) {
        return Err(Unreadable::malformed(
            None,
            text!("ce ne sont pas des lignes de faits", "these are not rows of facts"),
        )
        .help(text!(
            "écrire une liste d'objets [{{…}}, {{…}}], ou un objet qui donne une liste par entité",
            "write a list of objects [{{…}}, {{…}}], or an object that gives a list for each entity"
        )));
    }
    let mut reading = Reading { lines: outline.objects.into_iter(), trouble: None };
    let mut sheets = Vec::new();
    let mut source = serde_json::Deserializer::from_str(text);
    let done = if by_entity {
        // The first object is the one that holds the lists.
        reading.lines.next();
        source.deserialize_map(Tables { reading: &mut reading, sheets: &mut sheets })
    } else {
        let mut sheet = Sheet::new(None);
        let done = source.deserialize_any(Rows { reading: &mut reading, sheet: &mut sheet });
        sheets.push(sheet);
        done
    };
    match (reading.trouble, done) {
        (Some(trouble), _) => Err(trouble),
        (None, Err(error)) => Err(not_json(&error)),
        (None, Ok(())) => filled(sheets),
    }
}

fn not_json(error: &serde_json::Error) -> Unreadable {
    let line = u64::try_from(error.line()).ok().filter(|line| *line > 0);
    let whole = error.to_string();
    let detail = whole.split_once(" at line ").map_or(whole.as_str(), |(detail, _)| detail);
    Unreadable::malformed(
        line,
        text!("ce n'est pas le JSON attendu ({detail})", "this is not the JSON that is wanted ({detail})"),
    )
}

/// What can be seen of a valid JSON text from its brackets alone: the reader itself gives no places.
#[derive(Default)]
struct Outline {
    /// The line of each object, in the order of the text.
    objects: Vec<u64>,
    /// How many members of the outer object are lists or objects.
    nested: usize,
    /// How many are single values.
    plain: usize,
}

impl Outline {
    fn of(text: &str) -> Self {
        let mut outline = Self::default();
        let (mut line, mut depth) = (1, 0_usize);
        let (mut inside_string, mut escaped, mut value_follows) = (false, false, false);
        for byte in text.bytes() {
            line += u64::from(byte == b'\n');
            if inside_string {
                inside_string = escaped || byte != b'"';
                escaped = !escaped && byte == b'\\';
                continue;
            }
            if value_follows && !byte.is_ascii_whitespace() {
                value_follows = false;
                *(if matches!(byte, b'{' | b'[') { &mut outline.nested } else { &mut outline.plain }) += 1;
            }
            match byte {
                b'"' => inside_string = true,
                b'{' => {
                    outline.objects.push(line);
                    depth += 1;
                }
                b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                b':' => value_follows = depth == 1,
                _ => {}
            }
        }
        outline
    }
}

/// What is shared by all that read one file.
struct Reading {
    lines: std::vec::IntoIter<u64>,
    /// The words for people of an error that stops the reader.
    trouble: Option<Unreadable>,
}

impl Reading {
    fn stop<E: serde::de::Error>(&mut self, trouble: Unreadable) -> E {
        self.trouble = Some(trouble);
        E::custom("stopped")
    }

    /// Reads one object into a row.
    fn row<'de, A: MapAccess<'de>>(&mut self, sheet: &mut Sheet, mut object: A) -> Result<(), A::Error> {
        let line = self.lines.next().unwrap_or(1);
        while let Some(name) = object.next_key::<String>()? {
            let words = match object.next_value()? {
                Value::Null => String::new(),
                Value::Bool(truth) => truth.to_string(),
                Value::Number(number) => number.to_string(),
                Value::String(words) => words,
                Value::Array(_) | Value::Object(_) => {
                    let trouble = Unreadable::malformed(
                        line,
                        text!(
                            "`{name}` est une liste ou un objet : un fait est une seule valeur",
                            "`{name}` is a list or an object: a fact is a single value"
                        ),
                    )
                    .help(text!(
                        "une entité plus basse a sa propre liste, avec l'identifiant de son parent",
                        "a lower entity has a list of its own, with the id of its parent"
                    ));
                    return Err(self.stop(trouble));
                }
            };
            sheet.cell(&name, words);
        }
        sheet.end_row(line).map_err(|trouble| self.stop(trouble))
    }
}

/// Reads an object of lists.
struct Tables<'r> {
    reading: &'r mut Reading,
    sheets: &'r mut Vec<Sheet>,
}

impl<'de> Visitor<'de> for Tables<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of lists")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let mut seen = std::collections::BTreeSet::new();
        while let Some(name) = object.next_key::<String>()? {
            let mut sheet = Sheet::new(Some(&name));
            object.next_value_seed(Rows { reading: self.reading, sheet: &mut sheet })?;
            self.sheets.push(sheet);
            if !seen.insert(name.clone()) {
                let trouble = Unreadable::malformed(
                    None,
                    text!("la liste `{name}` est donnée deux fois", "the list `{name}` is given twice"),
                );
                return Err(self.reading.stop(trouble));
            }
        }
        Ok(())
    }
}

/// Reads a list of objects, or a single one.
struct Rows<'r> {
    reading: &'r mut Reading,
    sheet: &'r mut Sheet,
}

impl<'de> serde::de::DeserializeSeed<'de> for Rows<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(OneRow(Rows { reading: self.reading, sheet: self.sheet }))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<(), A::Error> {
        self.reading.row(self.sheet, object)
    }
}

/// Reads one object of a list; a number would pass for an object if any value were asked for.
struct OneRow<'r>(Rows<'r>);

impl<'de> serde::de::DeserializeSeed<'de> for OneRow<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        source.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OneRow<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<(), A::Error> {
        self.0.reading.row(self.0.sheet, object)
    }
}
