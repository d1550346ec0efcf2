//! Cases: facts in, amounts out; each is a test of its rulebook.

use exact::Rational;

use crate::book::Reference;
use crate::diagnostic::has_errors;
use crate::facts::{FactFile, Facts, Options, RawTable, collect};
use crate::interpret::{compute, settle};
use crate::model::{CaseDecl, CaseRow, Expected, RawValue};
use crate::nearest::suggestion;
use crate::value::{Notation, read_value};
use crate::{Code, Diagnostic, EntityId, Plan, Reason, Refusal, Rulebook, Text, Type, Value, show, text};

/// What came out of a case.
#[derive(Debug, Clone)]
pub struct CaseResult {
    /// The title.
    pub title: String,
    /// The index of its file among the sources.
    pub file: usize,
    /// Whether all came out as expected.
    pub passed: bool,
    /// The expected values beside the computed ones.
    pub values: Vec<CaseValue>,
    /// What went wrong.
    pub findings: Vec<Diagnostic>,
}

/// An expected value beside the computed one.
#[derive(Debug, Clone)]
pub struct CaseValue {
    /// The entity.
    pub entity: EntityId,
    /// The id of the row.
    pub id: String,
    /// What was computed.
    pub reference: Reference,
    /// What was expected.
    pub expected: Value,
    /// What came out; none when it was refused.
    pub computed: Option<Value>,
    /// How far it may lie from what was expected, in its own unit.
    pub within: Option<Rational>,
    /// Whether it is as expected.
    pub fine: bool,
}

/// Runs every case of a rulebook.
pub fn run_cases(book: &Rulebook) -> Vec<CaseResult> {
    book.cases.iter().map(|case| run_case(book, case)).collect()
}

/// Returns the facts of a case, which need not be all that a settlement wants; none when they cannot be read.
pub fn facts_of(book: &Rulebook, case: &CaseDecl) -> Option<Facts> {
    Run { book, case, values: Vec::new(), findings: Vec::new() }.facts()
}

/// Runs one case: it computes only what it expects.
pub fn run_case(book: &Rulebook, case: &CaseDecl) -> CaseResult {
    let mut run = Run { book, case, values: Vec::new(), findings: Vec::new() };
    run.run();
    let passed = run.findings.is_empty() && run.values.iter().all(|value| value.fine);
    CaseResult {
        title: case.title.clone(),
        file: case.file,
        passed,
        values: run.values,
        findings: run.findings,
    }
}

struct Run<'a> {
    book: &'a Rulebook,
    case: &'a CaseDecl,
    values: Vec<CaseValue>,
    findings: Vec<Diagnostic>,
}

impl<'a> Run<'a> {
    fn fault(&mut self, code: Code, message: Text, help: Option<Text>) {
        self.findings.push(Diagnostic::error(code, self.case.place.clone(), message).help(help));
    }

    fn run(&mut self) {
        let plan = match Plan::new(self.book, self.case.at, self.case.known_at) {
            Ok(plan) => plan,
            Err(finding) => {
                let Diagnostic { message, help, .. } = *finding;
                self.fault(Code::BAD_CASE, message, help);
                return;
            }
        };
        let Some(facts) = self.facts() else { return };
        match &self.case.refused {
            Some(reason) => self.must_refuse(&plan, &facts, reason),
            None => self.must_give(&plan, &facts),
        }
    }

    /// Returns the rows of each entity that the case names; one subject named `case` when it names none.
    fn rows(&self) -> Vec<(EntityId, Vec<&'a CaseRow>)> {
        let subject = self.book.subject;
        let mut all: Vec<(EntityId, Vec<&CaseRow>)> = Vec::new();
        for (name, rows) in &self.case.rows {
            if let Some(entity) = self.book.entity(name).filter(|_| !rows.is_empty()) {
                all.push((entity, rows.iter().collect()));
            }
        }
        if !all.iter().any(|(entity, _)| *entity == subject) {
            all.insert(0, (subject, vec![&self.case.subject]));
        }
        all
    }

    fn facts(&mut self) -> Option<Facts> {
        let book = self.book;
        for (name, _) in &self.case.rows {
            if book.entity(name).is_none() {
                let names: Vec<&str> = book.entities.iter().map(|entity| entity.name.as_str()).collect();
                let message = text!("`{name}` n'est pas une entité", "`{name}` is not an entity");
                self.fault(Code::BAD_CASE, message, suggestion(name, names));
                return None;
            }
        }
        let rows = self.rows();
        let unused = !rows
            .iter()
            .any(|(_, list)| list.iter().any(|row| std::ptr::eq(*row, &raw const self.case.subject)));
        if unused && !self.case.subject.facts.is_empty() {
            let message = text!(
                "`facts` est le fait d'un sujet sans nom, et les sujets du cas sont nommés",
                "`facts` are those of one subject without a name, and the subjects of the case are named"
            );
            self.fault(Code::BAD_CASE, message, None);
            return None;
        }
        let mut tables = Vec::new();
        for (entity, list) in &rows {
            let name = &book.entities[entity.0].name;
            // With one parent only, its name goes without saying.
            let parent = book.entities[entity.0].parent.filter(|_| *entity != book.subject);
            let only = parent.and_then(|parent| {
                let above = &rows.iter().find(|(other, _)| *other == parent)?.1;
                Some((book.entities[parent.0].name.as_str(), above.first()?.id.as_str()))
                    .filter(|_| above.len() == 1)
            });
            let cells = list.iter().map(|row| {
                let mut cells = vec![(name.as_str(), row.id.as_str())];
                cells.extend(row.facts.iter().map(|(name, raw)| (name.as_str(), raw.text.as_str())));
                cells.extend(only.filter(|(parent, _)| !row.facts.iter().any(|(name, _)| name == parent)));
                cells
            });
            match RawTable::of_cells(name, &cells.collect::<Vec<_>>()) {
                Ok(table) => tables.push(table),
                Err(unreadable) => {
                    self.fault(Code::BAD_CASE, unreadable.message, unreadable.help);
                    return None;
                }
            }
        }
        let file = FactFile { path: self.case.title.clone(), entity: None, tables };
        // A misspelt fact would make the case prove nothing.
        let options = Options { strict: true, ..Options::default() };
        let (facts, findings) = collect(book, &[file], &options);
        if has_errors(&findings) {
            for finding in findings.into_iter().filter(|finding| finding.severity == crate::Severity::Error) {
                self.fault(Code::BAD_CASE, finding.message, finding.help);
            }
            return None;
        }
        Some(facts)
    }

    fn must_refuse(&mut self, plan: &Plan<'_>, facts: &Facts, reason: &str) {
        let Some(wanted) = Reason::from_name(reason) else {
            let names: Vec<&str> = Reason::ALL.iter().map(|(_, name)| *name).collect();
            let message =
                text!("`{reason}` n'est pas une raison de refus", "`{reason}` is not a reason to refuse");
            self.fault(Code::BAD_CASE, message, suggestion(reason, names));
            return;
        };
        let refused: Vec<Refusal> = match &self.case.computing {
            Some(name) => {
                let subject = self.book.subject;
                let Some(reference) = self.named(subject, name) else { return };
                let rows = self
                    .rows()
                    .into_iter()
                    .filter(|(entity, _)| *entity == subject)
                    .flat_map(|(_, rows)| rows);
                let wanted: Vec<_> = rows.map(|row| (subject, row.id.as_str(), reference)).collect();
                let results = compute(plan, facts, &wanted);
                results.into_iter().filter_map(|result| Some(*result.err()??)).collect()
            }
            None => {
                let settlement = settle(plan, facts, false, &[]);
                let of_subject = |refusal: &Refusal| refusal.entity == self.book.subject;
                settlement.refused.into_iter().filter(of_subject).collect()
            }
        };
        if !refused.iter().any(|refusal| refusal.reason == wanted) {
            let (fr, en) = match refused.first() {
                Some(refusal) => (
                    format!("il est refusé pour `{}` : {}", refusal.reason.name(), refusal.message.fr),
                    format!("it is refused for `{}`: {}", refusal.reason.name(), refusal.message.en),
                ),
                None => ("il n'est pas refusé".to_owned(), "it is not refused".to_owned()),
            };
            let message = Text::new(
                format!("le cas devrait être refusé (`{reason}`), mais {fr}"),
                format!("the case should be refused (`{reason}`), but {en}"),
            );
            self.fault(Code::CASE_DIFFERS, message, None);
        }
    }

    fn named(&mut self, entity: EntityId, name: &str) -> Option<Reference> {
        let found = self.book.result(entity, name);
        if found.is_none() {
            let rules = self.book.rules.iter().filter(|rule| rule.of == entity);
            let names: Vec<&str> = rules.map(|rule| rule.named.name.as_str()).collect();
            let message = text!("`{name}` n'est pas un résultat", "`{name}` is not a result");
            self.fault(Code::BAD_CASE, message, suggestion(name, names));
        }
        found
    }

    fn must_give(&mut self, plan: &Plan<'_>, facts: &Facts) {
        let mut rows = self.rows();
        // What is expected of the one subject stands at the head of the case.
        if !rows
            .iter()
            .any(|(_, list)| list.iter().any(|row| std::ptr::eq(*row, &raw const self.case.subject)))
        {
            rows.push((self.book.subject, vec![&self.case.subject]));
        }
        let mut wanted: Vec<(EntityId, &str, Reference, &Expected)> = Vec::new();
        for (entity, list) in &rows {
            for row in list {
                for expected in &row.expect {
                    let Some(reference) = self.named(*entity, &expected.name) else { continue };
                    wanted.push((*entity, &row.id, reference, expected));
                }
            }
        }
        if wanted.is_empty() && self.findings.is_empty() {
            let message = text!(
                "le cas n'attend rien (`expect` ou `refused`)",
                "the case expects nothing (`expect` or `refused`)"
            );
            self.fault(Code::BAD_CASE, message, None);
        }
        let asked: Vec<(EntityId, &str, Reference)> =
            wanted.iter().map(|(entity, id, reference, _)| (*entity, *id, *reference)).collect();
        for ((entity, id, reference, expected), result) in
            wanted.into_iter().zip(compute(plan, facts, &asked))
        {
            self.compare(entity, id, reference, expected, result);
        }
    }

    fn compare(
        &mut self,
        entity: EntityId,
        id: &str,
        reference: Reference,
        expected: &Expected,
        result: Result<Value, Option<Box<Refusal>>>,
    ) {
        let kind = self.book.type_of(reference);
        let Some(value) = self.expected_value(&expected.value, &kind) else { return };
        let within = match &expected.within {
            Some(raw) => match self.tolerance(raw, &value) {
                Some(within) => Some(within),
                None => return,
            },
            None => None,
        };
        let computed = match result {
            Ok(computed) => Some(computed),
            Err(refusal) => {
                let message = refusal.map_or_else(
                    || text!("{id} n'existe pas dans le cas", "{id} does not exist in the case"),
                    |refusal| refusal.message,
                );
                self.fault(Code::CASE_REFUSED, message, None);
                None
            }
        };
        let fine = computed.as_ref().is_some_and(|computed| match (computed, &value, &within) {
            (Value::Number(computed), Value::Number(expected), Some(within)) => {
                (computed - expected).abs() <= *within
            }
            (computed, expected, _) => computed == expected,
        });
        if let Some(computed) = computed.as_ref().filter(|_| !fine) {
            let name = &expected.name;
            let percent = self.book.is_percent(reference);
            let wanted = show::in_both(self.book, &kind, percent, &value);
            let found = show::in_both(self.book, &kind, percent, computed);
            let title = &self.case.title;
            let message = Text::new(
                format!("« {title} » : `{name}` vaut {}, {} attendu", found.fr, wanted.fr),
                format!("\"{title}\": `{name}` is {}, {} expected", found.en, wanted.en),
            );
            self.findings.push(Diagnostic::error(Code::CASE_DIFFERS, expected.value.place.clone(), message));
        }
        self.values.push(CaseValue {
            entity,
            id: id.to_owned(),
            reference,
            expected: value,
            computed,
            within,
            fine,
        });
    }

    fn expected_value(&mut self, raw: &RawValue, kind: &Type) -> Option<Value> {
        read_value(&raw.text, kind, &self.book.enums, Notation::Neutral)
            .map_err(|wrong| self.fault(Code::BAD_CASE, wrong.message, wrong.help))
            .ok()
    }

    /// Reads how far a result may lie off: a number, or a percentage of what is expected.
    fn tolerance(&mut self, raw: &RawValue, expected: &Value) -> Option<Rational> {
        let number = Rational::parse(&raw.text).ok();
        let Some((number, expected)) = number.zip(expected.as_number()) else {
            let words = &raw.text;
            let message = text!("`within` ne se lit pas : {words}", "`within` cannot be read: {words}");
            self.fault(
                Code::BAD_CASE,
                message,
                Some(text!("écrire \"2\" ou \"0.1 %\"", "write \"2\" or \"0.1 %\"")),
            );
            return None;
        };
        Some(if raw.text.trim_end().ends_with('%') { (&number * expected).abs() } else { number })
    }
}
