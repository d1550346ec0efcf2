//! The only file that knows the SQL parser.
//!
//! Length, tokens and nesting are counted before parsing, so that nothing a file holds can exhaust the stack.

use std::cell::Cell;

use exact::Rational;
use sqlparser::ast::{
    BinaryOperator, CaseWhen, CeilFloorKind, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
    Ident, ObjectNamePart, Spanned, UnaryOperator, Value, ValueWithSpan,
};
use sqlparser::dialect::Dialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

use super::{
    Comparison, FORMULA_BYTES_MAX, FORMULA_DEPTH_MAX, FORMULA_TOKENS_MAX, Fault, FaultKind, Span, Term,
    TermKind,
};
use crate::{Text, text};

/// The largest number of terms that a formula unfolds into.
const TERMS_MAX: usize = 5_000;

/// How often the parser may begin to read a value: far more than a formula has, far less than what is tried in vain.
const ATTEMPTS_MAX: usize = 10 * FORMULA_TOKENS_MAX;

/// The subset's dialect: ASCII names, double quotes kept as identifiers so that we can explain them.
///
/// The parser tries words in several ways and goes back when one fails; nested, each level would double the work.
#[derive(Debug, Default)]
struct FormulaDialect {
    attempts: Cell<usize>,
}

impl Dialect for FormulaDialect {
    fn parse_prefix(&self, _: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        self.attempts.set(self.attempts.get() + 1);
        (self.attempts.get() > ATTEMPTS_MAX).then_some(Err(ParserError::RecursionLimitExceeded))
    }

    fn is_reserved_for_identifier(&self, word: Keyword) -> bool {
        // Our own words are nothing else when what follows them is wrong.
        matches!(word, Keyword::CASE | Keyword::NOT | Keyword::FLOOR | Keyword::CEIL | Keyword::EXISTS)
            || matches!(word, Keyword::INTERVAL | Keyword::STRUCT | Keyword::TRIM)
    }

    fn is_delimited_identifier_start(&self, letter: char) -> bool {
        letter == '"' || letter == '`'
    }

    fn is_identifier_start(&self, letter: char) -> bool {
        letter.is_alphabetic() || letter == '_'
    }

    fn is_identifier_part(&self, letter: char) -> bool {
        letter.is_alphanumeric() || letter == '_'
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }
}

/// A formula of so many tokens cannot nest deep enough to matter.
const SHORT_TOKENS: usize = 24;
/// The stack of the parser for a longer one; only what is used of it is taken.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Byte offsets of the lines of a formula, to turn the parser's lines and columns into bytes.
struct Places<'a> {
    formula: &'a str,
    lines: Vec<usize>,
}

impl<'a> Places<'a> {
    fn new(formula: &'a str) -> Self {
        let starts = formula.match_indices('\n').map(|(offset, _)| offset + 1);
        Self { formula, lines: std::iter::once(0).chain(starts).collect() }
    }

    fn offset(&self, line: u64, column: u64) -> usize {
        let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let start = self.lines.get(number(line).saturating_sub(1)).copied().unwrap_or(self.formula.len());
        let rest = self.formula.get(start..).unwrap_or_default();
        let inside =
            rest.char_indices().nth(number(column).saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
        start + inside
    }

    fn at(&self, location: Location) -> usize {
        self.offset(location.line, location.column)
    }

    fn span(&self, span: sqlparser::tokenizer::Span) -> Span {
        if span.start.line == 0 {
            return 0..self.formula.len();
        }
        let (start, end) = (self.at(span.start), self.at(span.end));
        start..end.max(start)
    }
}

/// Reads a formula.
pub(crate) fn parse(formula: &str) -> Result<Term, Fault> {
    let whole = 0..formula.len();
    if formula.len() > FORMULA_BYTES_MAX {
        let bytes = formula.len();
        return Err(too_large(
            whole,
            text!(
                "la formule a {bytes} octets, plus que {FORMULA_BYTES_MAX}",
                "the formula has {bytes} bytes, more than {FORMULA_BYTES_MAX}"
            ),
        ));
    }
    let places = Places::new(formula);
    let tokens = tokens(formula, &places)?;
    if tokens.len() <= SHORT_TOKENS {
        return tree(tokens, &places);
    }
    // The parser calls itself with large frames: a long formula gets a stack of its own, whoever asks.
    std::thread::scope(|scope| {
        let run =
            std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, || tree(tokens, &places));
        run.ok().and_then(|run| run.join().ok()).unwrap_or_else(|| Err(too_deep(whole)))
    })
}

/// Parses tokens and turns the parser's tree into ours.
fn tree(tokens: Vec<TokenWithSpan>, places: &Places<'_>) -> Result<Term, Fault> {
    let dialect = FormulaDialect::default();
    let marks = tokens.iter().map(|token| Mark::of(token, places)).collect();
    let mut parser =
        Parser::new(&dialect).with_recursion_limit(FORMULA_DEPTH_MAX * 4).with_tokens_with_locations(tokens);
    let tree = parser.parse_expr().map_err(|error| syntax(&error, places))?;
    let next = parser.peek_token();
    if next.token != Token::EOF {
        let found = &next.token;
        return Err(Fault {
            kind: FaultKind::Syntax,
            span: places.span(next.span),
            message: text!(
                "la formule devrait finir avant `{found}`",
                "the formula should end before `{found}`"
            ),
            help: Some(text!(
                "un opérateur manque peut-être, ou une parenthèse est de trop",
                "an operator may be missing, or a bracket is too many"
            )),
        });
    }
    Turn { places, marks, terms: Cell::new(0) }.term(&tree, 0)
}

/// A token with its bytes, to find what stands around a term.
struct Mark {
    span: Span,
    kind: MarkKind,
}

/// The tokens that a term's stretch may have to take in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MarkKind {
    Open,
    Close,
    Filter,
    Other,
}

impl Mark {
    fn of(token: &TokenWithSpan, places: &Places<'_>) -> Self {
        let kind = match &token.token {
            Token::LParen => MarkKind::Open,
            Token::RParen => MarkKind::Close,
            Token::Word(word) if word.keyword == Keyword::FILTER => MarkKind::Filter,
            _ => MarkKind::Other,
        };
        Self { span: places.span(token.span), kind }
    }
}

/// Returns whether a name can stand in a formula as it is, and is not a word of SQL.
pub(crate) fn is_plain_name(name: &str) -> bool {
    let is_name =
        |term: &Term| matches!(&term.kind, TermKind::Name { prefix: None, name: read } if read == name);
    // Some words of SQL pass for names when they stand alone, but not beside an operator.
    match parse(&format!("{name} + abs({name})")).map(|term| term.kind) {
        Ok(TermKind::Sum(parts)) => parts.first().is_some_and(|part| is_name(&part.1)),
        _ => false,
    }
}

fn too_large(span: Span, message: Text) -> Fault {
    Fault {
        kind: FaultKind::TooLarge,
        span,
        message,
        help: Some(text!("couper la formule en plusieurs règles", "cut the formula into several rules")),
    }
}

/// Cuts into tokens, and refuses what is too long or too deep before the parser sees it.
fn tokens(formula: &str, places: &Places<'_>) -> Result<Vec<TokenWithSpan>, Fault> {
    let dialect = FormulaDialect::default();
    let tokens = Tokenizer::new(&dialect, formula).tokenize_with_location().map_err(|error| {
        let start = places.at(error.location).min(formula.len());
        let detail = error.message;
        Fault {
            kind: FaultKind::Syntax,
            span: start..formula.len(),
            message: text!(
                "la formule ne se lit pas à cet endroit",
                "the formula cannot be read here ({detail})"
            ),
            help: None,
        }
    })?;
    let tokens: Vec<TokenWithSpan> =
        tokens.into_iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    if tokens.is_empty() {
        return Err(Fault {
            kind: FaultKind::Syntax,
            span: 0..formula.len(),
            message: text!("la formule est vide", "the formula is empty"),
            help: None,
        });
    }
    if let Some(first_over) = tokens.get(FORMULA_TOKENS_MAX) {
        let count = tokens.len();
        return Err(too_large(
            places.at(first_over.span.start)..formula.len(),
            text!(
                "la formule a {count} mots et signes, plus que {FORMULA_TOKENS_MAX}",
                "the formula has {count} tokens, more than {FORMULA_TOKENS_MAX}"
            ),
        ));
    }
    let mut depth = 0_usize;
    // Prefix operators nest too: `NOT NOT …`, `- + - …`.
    let mut prefixes = 0_usize;
    for token in &tokens {
        let is =
            |name: &str| matches!(&token.token, Token::Word(word) if word.value.eq_ignore_ascii_case(name));
        match &token.token {
            Token::Minus | Token::Plus => prefixes += 1,
            _ if is("not") => prefixes += 1,
            _ => prefixes = 0,
        }
        match &token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ if is("case") => depth += 1,
            _ if is("end") => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth + prefixes > FORMULA_DEPTH_MAX {
            return Err(too_deep(places.span(token.span)));
        }
    }
    Ok(tokens)
}

fn too_deep(span: Span) -> Fault {
    too_large(
        span,
        text!(
            "la formule est emboîtée sur plus de {FORMULA_DEPTH_MAX} niveaux",
            "the formula is nested more than {FORMULA_DEPTH_MAX} levels deep"
        ),
    )
}

fn syntax(error: &ParserError, places: &Places<'_>) -> Fault {
    let end = places.formula.len();
    let message = match error {
        ParserError::RecursionLimitExceeded => return too_deep(0..end),
        ParserError::ParserError(message) | ParserError::TokenizerError(message) => message,
    };
    let (words, location) = match message.split_once(" at Line: ") {
        Some((words, place)) => {
            let mut numbers = place.split(", Column: ").map(|part| part.trim().parse::<u64>().unwrap_or(1));
            let (line, column) = (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1));
            (words, Some(places.offset(line, column)))
        }
        None => (message.as_str(), None),
    };
    let start = location.unwrap_or(end).min(end);
    let stop = places
        .formula
        .get(start..)
        .and_then(|rest| rest.find(|letter: char| letter.is_whitespace() || "()+-*/,".contains(letter)))
        .map_or(end, |length| start + length.max(1));
    // At the end of the formula there is nothing to underline but the last letter.
    let start = if start == end { end.saturating_sub(1) } else { start };
    let words = words.trim_start_matches("Expected: ");
    let (wanted, found) = words.split_once(", found: ").unwrap_or((words, ""));
    let (found_fr, found_en) = match found {
        "EOF" => ("la fin de la formule".to_owned(), "the end of the formula".to_owned()),
        "" => ("autre chose".to_owned(), "something else".to_owned()),
        token => (format!("`{token}`"), format!("`{token}`")),
    };
    let wanted_fr = match wanted {
        "an expression" => "une valeur",
        ")" => "une parenthèse fermante",
        other => other,
    };
    let wanted_en = if wanted == "an expression" { "a value" } else { wanted };
    Fault {
        kind: FaultKind::Syntax,
        span: floor_boundary(places.formula, start)..stop.max(start),
        message: text!(
            "il faut {wanted_fr} ici, et on trouve {found_fr}",
            "{wanted_en} is wanted here, and {found_en} is found"
        ),
        help: None,
    }
}

fn floor_boundary(words: &str, mut at: usize) -> usize {
    while !words.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Turns the parser's tree into ours.
struct Turn<'a> {
    places: &'a Places<'a>,
    /// The tokens in order.
    marks: Vec<Mark>,
    /// How many terms there are so far.
    terms: Cell<usize>,
}

impl Turn<'_> {
    fn term(&self, expr: &Expr, depth: usize) -> Result<Term, Fault> {
        let span = self.places.span(expr.span());
        let span = if matches!(expr, Expr::Function(_)) { self.whole_call(span) } else { span };
        if depth > FORMULA_DEPTH_MAX * 2 {
            return Err(too_deep(span));
        }
        // `CASE x WHEN …` repeats x in each branch: nested, a short formula would grow without end.
        self.terms.set(self.terms.get() + 1);
        if self.terms.get() > TERMS_MAX {
            return Err(too_large(
                span,
                text!(
                    "la formule se déplie en plus de {TERMS_MAX} termes",
                    "the formula unfolds into more than {TERMS_MAX} terms"
                ),
            ));
        }
        let below = depth + 1;
        let boxed = |inner: &Expr| self.term(inner, below).map(Box::new);
        let kind = match expr {
            Expr::Nested(inner) => {
                let mut term = self.term(inner, below)?;
                term.span = self.grown(term.span);
                return Ok(term);
            }
            Expr::Identifier(ident) => {
                self.plain(ident)?;
                TermKind::Name { prefix: None, name: ident.value.clone() }
            }
            Expr::CompoundIdentifier(parts) => self.dotted(parts, &span)?,
            Expr::Value(value) => self.literal(value)?,
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right, &span, depth)?,
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } => {
                TermKind::Sum(vec![(true, self.term(expr, below)?)])
            }
            Expr::UnaryOp { op: UnaryOperator::Plus, expr } => return self.term(expr, below),
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => TermKind::Not(boxed(expr)?),
            Expr::Between { expr, negated, low, high } => {
                TermKind::Between { x: boxed(expr)?, low: boxed(low)?, high: boxed(high)?, negated: *negated }
            }
            Expr::InList { expr, list, negated } => TermKind::In {
                x: boxed(expr)?,
                list: list.iter().map(|item| self.term(item, below)).collect::<Result<_, _>>()?,
                negated: *negated,
            },
            Expr::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref(), &span, below)?
            }
            Expr::Floor { expr, field } => self.whole("floor", expr, field, below)?,
            Expr::Ceil { expr, field } => self.whole("ceil", expr, field, below)?,
            Expr::Function(function) => self.call(function, &span, below)?,
            other => return Err(refused(other, span)),
        };
        let span = self.taking_in(expr, span, &kind);
        Ok(Term { kind, span })
    }

    /// Widens the parser's span to all that belongs to a term: it leaves out closing brackets and what stands before.
    fn taking_in(&self, expr: &Expr, span: Span, kind: &TermKind) -> Span {
        let mut span = span;
        kind.each_below(&mut |below| span = span.start.min(below.span.start)..span.end.max(below.span.end));
        match expr {
            Expr::UnaryOp { .. } => self.before(&span).map_or(span.clone(), |mark| mark.span.start..span.end),
            Expr::InList { .. } => self.after(&span).map_or(span.clone(), |mark| span.start..mark.span.end),
            Expr::Floor { .. } | Expr::Ceil { .. } => {
                let call = self.grown(span);
                self.before(&call).map_or(call.clone(), |mark| mark.span.start..call.end)
            }
            _ => span,
        }
    }

    fn before(&self, span: &Span) -> Option<&Mark> {
        self.marks.iter().rfind(|mark| mark.span.end <= span.start)
    }

    fn after(&self, span: &Span) -> Option<&Mark> {
        self.marks.iter().find(|mark| mark.span.start >= span.end)
    }

    /// Widens a span to the brackets around it.
    fn grown(&self, span: Span) -> Span {
        match (self.before(&span), self.after(&span)) {
            (Some(open), Some(close)) if open.kind == MarkKind::Open && close.kind == MarkKind::Close => {
                open.span.start..close.span.end
            }
            _ => span,
        }
    }

    /// Widens the span of a call to its closing bracket, and to that of its FILTER: the parser stops before them.
    fn whole_call(&self, span: Span) -> Span {
        let from = self.marks.partition_point(|mark| mark.span.start < span.start);
        let Some(closed) = self.closing(from) else { return span };
        let is_filtered = self.marks.get(closed + 1).is_some_and(|mark| mark.kind == MarkKind::Filter);
        let closed = if is_filtered { self.closing(closed + 1).unwrap_or(closed) } else { closed };
        let end = self.marks.get(closed).map_or(span.end, |mark| mark.span.end);
        span.start..end.max(span.end)
    }

    /// Returns the place of the bracket that closes the first one from a place on.
    fn closing(&self, from: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (place, mark) in self.marks.iter().enumerate().skip(from) {
            match mark.kind {
                MarkKind::Open => depth += 1,
                MarkKind::Close if depth <= 1 => return Some(place),
                MarkKind::Close => depth -= 1,
                MarkKind::Filter | MarkKind::Other => {}
            }
        }
        None
    }

    fn plain(&self, ident: &Ident) -> Result<(), Fault> {
        if ident.quote_style.is_none() {
            return Ok(());
        }
        let words = &ident.value;
        Err(Fault {
            kind: FaultKind::NotInTheLanguage,
            span: self.places.span(ident.span),
            message: text!("`\"{words}\"` n'est pas un texte", "`\"{words}\"` is not a text"),
            help: Some(text!(
                "un texte s'écrit entre apostrophes : '{words}'",
                "a text is written between single quotes: '{words}'"
            )),
        })
    }

    fn dotted(&self, parts: &[Ident], span: &Span) -> Result<TermKind, Fault> {
        for part in parts {
            self.plain(part)?;
        }
        match parts {
            [prefix, name] => {
                Ok(TermKind::Name { prefix: Some(prefix.value.clone()), name: name.value.clone() })
            }
            _ => Err(Fault {
                kind: FaultKind::NotInTheLanguage,
                span: span.clone(),
                message: text!("un seul point est permis dans un nom", "a name may hold one point only"),
                help: Some(text!("écrire entité.valeur", "write entity.value")),
            }),
        }
    }

    fn literal(&self, value: &ValueWithSpan) -> Result<TermKind, Fault> {
        let span = self.places.span(value.span);
        match &value.value {
            Value::Number(digits, false) => match Rational::parse(digits) {
                Ok(number) => Ok(TermKind::Number(number)),
                Err(_) => Err(Fault {
                    kind: FaultKind::Syntax,
                    span,
                    message: text!("`{digits}` n'est pas un nombre", "`{digits}` is not a number"),
                    help: None,
                }),
            },
            Value::SingleQuotedString(words) => Ok(TermKind::Words(words.clone())),
            Value::Boolean(truth) => Ok(TermKind::Bool(*truth)),
            Value::Null => Err(Fault {
                kind: FaultKind::NotInTheLanguage,
                span,
                message: text!("NULL n'existe pas ici", "there is no NULL here"),
                help: Some(text!(
                    "donner un défaut au fait, ou écrire un cas à part",
                    "give the fact a default, or write a case of its own"
                )),
            }),
            _ => Err(Fault {
                kind: FaultKind::NotInTheLanguage,
                span,
                message: text!("cette écriture n'est pas permise", "this notation is not allowed"),
                help: Some(text!(
                    "un texte s'écrit 'ainsi', un nombre 1234.5",
                    "a text is written 'so', a number 1234.5"
                )),
            }),
        }
    }

    fn binary(
        &self,
        left: &Expr,
        op: &BinaryOperator,
        right: &Expr,
        span: &Span,
        depth: usize,
    ) -> Result<TermKind, Fault> {
        use BinaryOperator as Op;
        let compare = |comparison| -> Result<TermKind, Fault> {
            Ok(TermKind::Compare(
                comparison,
                Box::new(self.term(left, depth + 1)?),
                Box::new(self.term(right, depth + 1)?),
            ))
        };
        match op {
            Op::Plus | Op::Minus => self
                .chain(left, right, op, depth, |op| matches!(op, Op::Plus | Op::Minus))
                .map(|parts| TermKind::Sum(flags(parts, &Op::Minus))),
            Op::Multiply | Op::Divide => self
                .chain(left, right, op, depth, |op| matches!(op, Op::Multiply | Op::Divide))
                .map(|parts| TermKind::Product(flags(parts, &Op::Divide))),
            Op::And => self
                .chain(left, right, op, depth, |op| *op == Op::And)
                .map(|parts| TermKind::All(parts.into_iter().map(|part| part.1).collect())),
            Op::Or => self
                .chain(left, right, op, depth, |op| *op == Op::Or)
                .map(|parts| TermKind::Any(parts.into_iter().map(|part| part.1).collect())),
            Op::Eq => compare(Comparison::Equal),
            Op::NotEq => compare(Comparison::NotEqual),
            Op::Lt => compare(Comparison::Less),
            Op::LtEq => compare(Comparison::LessOrEqual),
            Op::Gt => compare(Comparison::Greater),
            Op::GtEq => compare(Comparison::GreaterOrEqual),
            other => Err(Fault {
                kind: FaultKind::NotInTheLanguage,
                span: span.clone(),
                message: text!(
                    "l'opérateur `{other}` n'est pas permis",
                    "the operator `{other}` is not allowed"
                ),
                help: Some(text!(
                    "opérateurs permis : + - * / = <> < <= > >= AND OR NOT",
                    "allowed operators: + - * / = <> < <= > >= AND OR NOT"
                )),
            }),
        }
    }

    /// Unrolls a left-leaning chain of operators of one family without recursion.
    fn chain<'e>(
        &self,
        left: &'e Expr,
        right: &'e Expr,
        op: &'e BinaryOperator,
        depth: usize,
        same: impl Fn(&BinaryOperator) -> bool,
    ) -> Result<Vec<(Option<BinaryOperator>, Term)>, Fault> {
        let mut parts = vec![(Some(op.clone()), self.term(right, depth + 1)?)];
        let mut rest = left;
        while let Expr::BinaryOp { left, op, right } = rest
            && same(op)
        {
            parts.push((Some(op.clone()), self.term(right, depth + 1)?));
            rest = left;
        }
        parts.push((None, self.term(rest, depth + 1)?));
        parts.reverse();
        Ok(parts)
    }

    fn case(
        &self,
        operand: Option<&Expr>,
        conditions: &[CaseWhen],
        otherwise: Option<&Expr>,
        span: &Span,
        depth: usize,
    ) -> Result<TermKind, Fault> {
        let Some(otherwise) = otherwise else {
            return Err(Fault {
                kind: FaultKind::NotInTheLanguage,
                span: span.clone(),
                message: text!("CASE n'a pas de ELSE", "CASE has no ELSE"),
                help: Some(text!(
                    "dire ce qui vaut dans tous les autres cas : ELSE 0 END",
                    "say what holds in all other cases: ELSE 0 END"
                )),
            });
        };
        let mut branches = Vec::new();
        for CaseWhen { condition, result } in conditions {
            let mut when = self.term(condition, depth)?;
            if let Some(operand) = operand {
                let span = when.span.clone();
                let x = Box::new(self.term(operand, depth)?);
                when = Term { kind: TermKind::Compare(Comparison::Equal, x, Box::new(when)), span };
            }
            branches.push((when, self.term(result, depth)?));
        }
        Ok(TermKind::Case(branches, Box::new(self.term(otherwise, depth)?)))
    }

    fn whole(&self, name: &str, expr: &Expr, field: &CeilFloorKind, depth: usize) -> Result<TermKind, Fault> {
        // The parser writes a plain `floor(x)` as a date field that says nothing.
        if matches!(field, CeilFloorKind::Scale(_)) {
            let span = self.places.span(expr.span());
            return Err(Fault {
                kind: FaultKind::NotInTheLanguage,
                span,
                message: text!("`{name}` n'a qu'un argument", "`{name}` takes one argument"),
                help: Some(text!(
                    "pour des décimales : trunc(x, n) ou round(x, n)",
                    "for decimals: trunc(x, n) or round(x, n)"
                )),
            });
        }
        Ok(TermKind::Call { name: name.to_owned(), arguments: vec![self.term(expr, depth)?], filter: None })
    }

    fn call(&self, function: &Function, span: &Span, depth: usize) -> Result<TermKind, Fault> {
        let unusual = |fr: &str, en: &str| Fault {
            kind: FaultKind::NotInTheLanguage,
            span: span.clone(),
            message: Text::new(fr, en),
            help: None,
        };
        let [ObjectNamePart::Identifier(name)] = function.name.0.as_slice() else {
            return Err(unusual("ce nom de fonction n'est pas permis", "this function name is not allowed"));
        };
        if function.over.is_some()
            || function.null_treatment.is_some()
            || !function.within_group.is_empty()
            || !matches!(function.parameters, FunctionArguments::None)
        {
            return Err(unusual(
                "une fonction n'a ici que des arguments et FILTER (WHERE …)",
                "a function has only arguments and FILTER (WHERE …) here",
            ));
        }
        let FunctionArguments::List(list) = &function.args else {
            return Err(unusual("les arguments manquent", "the arguments are missing"));
        };
        if list.duplicate_treatment.is_some() || !list.clauses.is_empty() {
            return Err(unusual("DISTINCT n'est pas permis", "DISTINCT is not allowed"));
        }
        let mut arguments = Vec::new();
        for argument in &list.args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(inner)) => {
                    arguments.push(self.term(inner, depth)?);
                }
                _ => {
                    return Err(unusual(
                        "`*` et les arguments nommés ne sont pas permis : écrire count(patient)",
                        "`*` and named arguments are not allowed: write count(patient)",
                    ));
                }
            }
        }
        let filter = match &function.filter {
            Some(filter) => Some(Box::new(self.term(filter, depth)?)),
            None => None,
        };
        Ok(TermKind::Call { name: name.value.to_lowercase(), arguments, filter })
    }
}

fn flags(parts: Vec<(Option<BinaryOperator>, Term)>, inverse: &BinaryOperator) -> Vec<(bool, Term)> {
    parts.into_iter().map(|(op, term)| (op.as_ref() == Some(inverse), term)).collect()
}

fn refused(expr: &Expr, span: Span) -> Fault {
    let (what, help) = match expr {
        Expr::IsNull(_) | Expr::IsNotNull(_) => (
            "IS NULL",
            text!(
                "il n'y a pas de NULL : un fait absent a un défaut ou refuse le sujet",
                "there is no NULL: an absent fact has a default or refuses the subject"
            ),
        ),
        Expr::Cast { .. } => {
            ("CAST", text!("les types sont ceux des déclarations", "types are those of the declarations"))
        }
        Expr::TypedString(_) => (
            "DATE '…'",
            text!(
                "mettre la date dans un paramètre de type date, avec sa source",
                "put the date in a parameter of type date, with its source"
            ),
        ),
        Expr::Like { .. } | Expr::ILike { .. } => {
            ("LIKE", text!("comparer avec = ou IN", "compare with = or IN"))
        }
        Expr::Subquery(_) | Expr::InSubquery { .. } | Expr::Exists { .. } => (
            "SELECT",
            text!(
                "pour les entités du dessous : sum(patient.x) FILTER (WHERE …)",
                "for entities below: sum(patient.x) FILTER (WHERE …)"
            ),
        ),
        _ => (
            "cette forme",
            text!(
                "formes permises : calculs, comparaisons, CASE, fonctions de la page de référence",
                "allowed forms: arithmetic, comparisons, CASE, functions of the reference page"
            ),
        ),
    };
    let what_en = if what == "cette forme" { "this form" } else { what };
    Fault {
        kind: FaultKind::NotInTheLanguage,
        span,
        message: text!("{what} n'est pas permis dans une formule", "{what_en} is not allowed in a formula"),
        help: Some(help),
    }
}
