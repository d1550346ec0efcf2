//! Types the cells of a column, and finds out how the numbers of a file are written.

use exact::{Decimals, NumberDetector, NumberStyle, Rational, Undecided, parse_plain, print_number};

use super::columns::{Columns, listed};
use super::typing::{Given, Options};
use super::{Cells, CellsOf, Column};
use crate::book::Input;
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::refusal::{Reason, Refusal};
use crate::value::{NotAValue, Notation, read_value};
use crate::{InputId, Rulebook, Text, Type, Value, text};

/// The longest value that a message repeats, in characters.
const WORDS_SHOWN_MAX: usize = 60;

/// Returns how the numbers of a table are written; none when it cannot be known, which is reported.
pub(super) fn notation(
    book: &Rulebook,
    given: &Given<'_>,
    columns: &Columns,
    options: &Options,
    findings: &mut Vec<Diagnostic>,
) -> Option<Notation> {
    let table = given.table;
    if !table.styled {
        return Some(Notation::Neutral);
    }
    if let Some(style) = options.numbers {
        return Some(Notation::Styled(style));
    }
    let mut detector = NumberDetector::new();
    let mut numeric: Vec<usize> = columns
        .inputs
        .iter()
        .filter(|(input, _)| matches!(book.inputs[input.0].kind, Type::Number(_)))
        .map(|(_, column)| *column)
        .collect();
    numeric.sort_unstable();
    for row in 0..table.row_count() {
        for words in numeric.iter().filter_map(|column| table.cell(row, *column)) {
            detector.feed(words, table.line(row));
        }
    }
    decided(given, &detector, findings)
}

/// Returns what a detector says of all numbers of a table, or reports why it cannot.
pub(super) fn decided(
    given: &Given<'_>,
    detector: &NumberDetector<u64>,
    findings: &mut Vec<Diagnostic>,
) -> Option<Notation> {
    match detector.decide() {
        Ok(style) => Some(Notation::Styled(style)),
        Err(doubt) => {
            findings.push(undecided(given, &doubt));
            None
        }
    }
}

fn undecided(given: &Given<'_>, doubt: &Undecided<u64>) -> Diagnostic {
    let (message, help) = match doubt {
        Undecided::Mixed { french, english } => {
            let (comma, comma_line) = (&french.text, french.position);
            let (point, point_line) = (&english.text, english.position);
            (
                text!(
                    "les nombres sont écrits de deux façons : `{comma}` (ligne {comma_line}) à la française, `{point}` (ligne {point_line}) à l'anglaise",
                    "numbers are written in two ways: `{comma}` (line {comma_line}) in the French way, `{point}` (line {point_line}) in the English way"
                ),
                text!(
                    "les écrire tous de la même façon ; avec --numbers fr ou --numbers en, les lignes écrites autrement sont refusées une à une",
                    "write all in the same way; with --numbers fr or --numbers en, the rows written otherwise are refused one by one"
                ),
            )
        }
        Undecided::Ambiguous { example } => {
            let (words, line) = (&example.text, example.position);
            (
                text!(
                    "`{words}` (ligne {line}) peut se lire de deux façons, et aucun autre nombre du fichier ne dit laquelle",
                    "`{words}` (line {line}) can be read in two ways, and no other number of the file tells which"
                ),
                text!(
                    "si la virgule marque les décimales : --numbers fr ; si elle sépare les milliers : --numbers en",
                    "if the comma marks decimals: --numbers fr; if it separates thousands: --numbers en"
                ),
            )
        }
    };
    Diagnostic::error(Code::FACTS_AMBIGUOUS_NUMBERS, None, given.located(&message)).help(help)
}

/// Reads the cells of one input.
pub(super) struct Reading<'a> {
    pub(super) book: &'a Rulebook,
    pub(super) input: InputId,
    pub(super) given: &'a Given<'a>,
    pub(super) column: usize,
    /// None when nobody knows how the numbers of the file are written.
    pub(super) notation: Option<Notation>,
}

impl Reading<'_> {
    /// Types the cells of the rows that were kept; a cell that cannot be used is absent, and its row refused.
    pub(super) fn cells(&self, rows: &[usize], ids: &[String], refused: &mut Vec<Refusal>) -> Option<Column> {
        let input = &self.book.inputs[self.input.0];
        let notation = match (&input.kind, self.notation) {
            (_, Some(notation)) => notation,
            (Type::Number(_), None) => return None,
            (_, None) => Notation::Neutral,
        };
        let mut cells = Cells::of(&input.kind);
        let plain = Plain::of(input, notation);
        for (kept, (row, id)) in rows.iter().zip(ids).enumerate() {
            let words = self.given.table.cell(*row, self.column);
            if words.is_some_and(|words| plain.as_ref().is_some_and(|plain| plain.push(words, &mut cells))) {
                continue;
            }
            let cell = words.map(|words| self.value(input, words, notation));
            cells.push(match cell {
                None => None,
                Some(Ok(value)) => Some(value),
                Some(Err((reason, message))) => {
                    refused.push(Refusal {
                        entity: input.of,
                        row: Some(kept),
                        id: id.clone(),
                        reason,
                        about: input.decl.named.name.clone(),
                        message,
                        place: Some(self.given.place(*row)),
                    });
                    None
                }
            });
        }
        Some(Column { input: self.input, cells })
    }

    fn value(&self, input: &Input, words: &str, notation: Notation) -> Result<Value, (Reason, Text)> {
        let value = read_value(words, &input.kind, &self.book.enums, notation)
            .map_err(|error| self.not_a_value(input, words, error))?;
        if let Value::Number(number) = &value {
            check_bounds(input, number, words)?;
        }
        Ok(value)
    }

    fn not_a_value(&self, input: &Input, words: &str, error: NotAValue) -> (Reason, Text) {
        let name = &input.decl.named.name;
        let reason = if error.unknown { Reason::UnknownValue } else { Reason::WrongType };
        let length = words.chars().count();
        if length > WORDS_SHOWN_MAX {
            let start: String = words.chars().take(WORDS_SHOWN_MAX).collect();
            let message = text!(
                "`{name}` ne peut pas se lire : « {start}… » ({length} caractères)",
                "`{name}` cannot be read: \"{start}…\" ({length} characters)"
            );
            return (reason, message);
        }
        if let Type::Enum(id) = &input.kind {
            let names = || self.book.enums[id.0].values.iter().map(|value| value.name.as_str());
            let list = listed(names());
            let near = nearest(words, names());
            let fr_near = near.map(|near| format!(" (la plus proche : {near})")).unwrap_or_default();
            let en_near = near.map(|near| format!(" (closest: {near})")).unwrap_or_default();
            let message = text!(
                "`{name}` vaut « {words} » : valeurs connues {list}{fr_near}",
                "`{name}` is \"{words}\": known values are {list}{en_near}"
            );
            return (reason, message);
        }
        let (fr, en) = (error.message.fr, error.message.en);
        let (fr_help, en_help) =
            error.help.map(|help| (format!(" : {}", help.fr), format!(": {}", help.en))).unwrap_or_default();
        (reason, text!("pour `{name}`, {fr}{fr_help}", "for `{name}`, {en}{en_help}"))
    }
}

/// The quick way for plain numbers, which are nearly all; whatever it does not take goes the long way.
struct Plain {
    style: NumberStyle,
    whole: bool,
    /// Numerator and denominator.
    min: Option<(i64, i64)>,
    max: Option<(i64, i64)>,
}

impl Plain {
    fn of(input: &Input, notation: Notation) -> Option<Self> {
        let style = match notation {
            Notation::Neutral => NumberStyle::English,
            Notation::Styled(style) => style,
        };
        let parts = |bound: &Option<Rational>| match bound {
            None => Some(None),
            Some(bound) => bound.small_parts().map(Some),
        };
        Some(Self { style, whole: input.decl.whole, min: parts(&input.min)?, max: parts(&input.max)? })
    }

    /// Adds a number that is plain and within bounds; returns false, and adds nothing, for anything else.
    fn push(&self, words: &str, cells: &mut Cells) -> bool {
        let CellsOf::Numbers(numbers) = &mut cells.0 else { return false };
        let Some((above, below)) = parse_plain(words, self.style) else { return false };
        let compared = |bound: (i64, i64)| {
            (i128::from(above) * i128::from(bound.1)).cmp(&(i128::from(bound.0) * i128::from(below)))
        };
        let fits = self.min.is_none_or(|min| compared(min).is_ge())
            && self.max.is_none_or(|max| compared(max).is_le())
            && (!self.whole || above % below == 0);
        fits && numbers.push_ratio(above, below)
    }
}

/// Refuses a number beyond the bounds of its input; `words` are the number as it is written.
pub(crate) fn check_bounds(input: &Input, number: &Rational, words: &str) -> Result<(), (Reason, Text)> {
    let name = &input.decl.named.name;
    let shown = |bound: &Rational| {
        let (factor, sign) = if input.decl.declared.percent { (100, " %") } else { (1, "") };
        let bound = bound * &Rational::from(factor);
        Text::in_both(|language| {
            format!("{}{sign}", print_number(&bound, language.number_style(), Decimals::UpTo(12)))
        })
    };
    if let Some(bound) = input.min.as_ref().filter(|min| number < *min) {
        let Text { fr, en } = shown(bound);
        let message = text!(
            "`{name}` vaut « {words} », moins que le minimum, {fr}",
            "`{name}` is \"{words}\", less than the minimum, {en}"
        );
        return Err((Reason::OutOfBounds, message));
    }
    if let Some(bound) = input.max.as_ref().filter(|max| number > *max) {
        let Text { fr, en } = shown(bound);
        let message = text!(
            "`{name}` vaut « {words} », plus que le maximum, {fr}",
            "`{name}` is \"{words}\", more than the maximum, {en}"
        );
        return Err((Reason::OutOfBounds, message));
    }
    if input.decl.whole && !number.is_integer() {
        let message = text!(
            "`{name}` vaut « {words} » : il faut un nombre entier",
            "`{name}` is \"{words}\": a whole number is wanted"
        );
        return Err((Reason::NotWhole, message));
    }
    Ok(())
}
