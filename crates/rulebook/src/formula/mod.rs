//! Formulas: SQL scalar expressions turned at once into our own tree.
//!
//! Only `parse` knows the SQL parser; everything else works on [`Term`].

mod parse;

use exact::Rational;

use crate::Text;

pub(crate) use parse::{is_plain_name, parse};

/// The largest formula, in bytes.
pub const FORMULA_BYTES_MAX: usize = 4096;
/// The largest number of tokens, counted before parsing.
pub const FORMULA_TOKENS_MAX: usize = 500;
/// The deepest nesting; a chain of one operator is one level.
pub const FORMULA_DEPTH_MAX: usize = 32;

/// A stretch of bytes of the formula.
pub(crate) type Span = std::ops::Range<usize>;

/// A formula before names and types are known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    pub(crate) kind: TermKind,
    pub(crate) span: Span,
}

/// The forms of a term.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TermKind {
    Number(Rational),
    Words(String),
    Bool(bool),
    /// A name, with the entity before the dot.
    Name {
        prefix: Option<String>,
        name: String,
    },
    /// Signed terms: `true` subtracts.
    Sum(Vec<(bool, Term)>),
    /// Factors: `true` divides.
    Product(Vec<(bool, Term)>),
    Compare(Comparison, Box<Term>, Box<Term>),
    Between {
        x: Box<Term>,
        low: Box<Term>,
        high: Box<Term>,
        negated: bool,
    },
    In {
        x: Box<Term>,
        list: Vec<Term>,
        negated: bool,
    },
    All(Vec<Term>),
    Any(Vec<Term>),
    Not(Box<Term>),
    /// Conditions with their results, then the other case.
    Case(Vec<(Term, Term)>, Box<Term>),
    Call {
        name: String,
        arguments: Vec<Term>,
        filter: Option<Box<Term>>,
    },
}

impl TermKind {
    /// Visits each term directly below.
    fn each_below<'a>(&'a self, visit: &mut impl FnMut(&'a Term)) {
        match self {
            Self::Number(_) | Self::Words(_) | Self::Bool(_) | Self::Name { .. } => {}
            Self::Sum(parts) | Self::Product(parts) => parts.iter().for_each(|part| visit(&part.1)),
            Self::Compare(_, left, right) => [left, right].into_iter().for_each(|side| visit(side)),
            Self::Between { x, low, high, .. } => [x, low, high].into_iter().for_each(|part| visit(part)),
            Self::In { x, list, .. } => std::iter::once(&**x).chain(list).for_each(visit),
            Self::All(list) | Self::Any(list) => list.iter().for_each(visit),
            Self::Not(x) => visit(x),
            Self::Case(branches, otherwise) => {
                branches.iter().flat_map(|(when, then)| [when, then]).for_each(&mut *visit);
                visit(otherwise);
            }
            Self::Call { arguments, filter, .. } => arguments.iter().chain(filter.as_deref()).for_each(visit),
        }
    }
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// Returns whether the comparison holds for an ordering of its two sides.
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// Why a formula was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    pub(crate) span: Span,
    pub(crate) message: Text,
    pub(crate) help: Option<Text>,
}

/// The kinds of faults, each with its own code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    Syntax,
    TooLarge,
    NotInTheLanguage,
}
