//! `quotepart check`: reads rulebooks, checks them, runs their cases.

use std::path::Path;

use rulebook::cases::{CaseResult, run_cases};
use rulebook::{Diagnostic, Language, Rulebook, Severity, Source, has_errors};

use crate::cli::{CheckArgs, Context};
use crate::failure::{Exit, Failure, Outcome};
use crate::folder::{self, Files};
use crate::words::counted;
use crate::{console, messages};

/// Runs the command.
pub(crate) fn run(context: &Context, args: &CheckArgs) -> Outcome<Exit> {
    let mut found: Vec<Outcome<Files>> = Vec::new();
    if args.paths.is_empty() {
        found = context.library.all()?;
    }
    for path in &args.paths {
        if Path::new(path).is_dir() {
            found.extend(folder::one_or_many(Path::new(path))?);
        } else {
            found.push(context.library.find(path));
        }
    }
    let mut checked = Vec::new();
    for files in found {
        match files {
            // What was asked for and is not there stops the command before anything is said.
            Err(failure) if failure.exit() == Exit::Usage => return Err(failure),
            files => checked.push(Checked::of(files)),
        }
    }
    // Findings of all rulebooks first, then their cases, so that the lines stand together.
    let language = context.language;
    for one in &checked {
        one.say_findings(language);
    }
    for one in &checked {
        one.say_cases(language);
    }
    let lines: Vec<String> = checked.iter().map(|one| one.line(language)).collect();
    console::data(&lines.concat())?;
    Ok(if checked.iter().all(Checked::is_fine) { Exit::Done } else { Exit::Diagnostics })
}

/// A rulebook that was looked at.
struct Checked {
    name: String,
    sources: Vec<Source>,
    /// Why its files could not be read.
    unreadable: Option<Failure>,
    findings: Vec<Diagnostic>,
    book: Option<Rulebook>,
    cases: Vec<CaseResult>,
}

impl Checked {
    fn of(files: Outcome<Files>) -> Self {
        let mut checked = Self {
            name: String::new(),
            sources: Vec::new(),
            unreadable: None,
            findings: Vec::new(),
            book: None,
            cases: Vec::new(),
        };
        match files {
            Ok(files) => {
                files.name().clone_into(&mut checked.name);
                checked.sources = files.sources();
                (checked.book, checked.findings) = rulebook::load(files.sources());
                checked.cases = checked.book.as_ref().map(run_cases).unwrap_or_default();
            }
            Err(failure) => checked.unreadable = Some(failure),
        }
        checked
    }

    fn is_fine(&self) -> bool {
        self.unreadable.is_none() && !has_errors(&self.findings) && self.cases.iter().all(|case| case.passed)
    }

    fn say_findings(&self, language: Language) {
        if let Some(failure) = &self.unreadable {
            messages::failure(failure, language);
        }
        messages::findings(&self.findings, &self.sources, language);
    }

    fn say_cases(&self, language: Language) {
        let Some(book) = &self.book else { return };
        for case in self.cases.iter().filter(|case| !case.passed) {
            console::note(&case_words(book, case, language));
            messages::findings(&case.findings, &self.sources, language);
        }
    }

    /// Returns the line that sums the rulebook up.
    fn line(&self, language: Language) -> String {
        if self.unreadable.is_some() {
            return String::new();
        }
        let of = |severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
        let passed = self.cases.iter().filter(|case| case.passed).count();
        let failed = self.cases.len() - passed;
        let mut parts = Vec::new();
        if let Some(book) = &self.book {
            parts.push(counted(book.rules.len(), ["règle", "règles"], ["rule", "rules"], language));
            parts.push(counted(
                book.parameters.len(),
                ["paramètre", "paramètres"],
                ["parameter", "parameters"],
                language,
            ));
            parts.push(counted(book.tables.len(), ["table", "tables"], ["table", "tables"], language));
            parts.push(counted(
                passed,
                ["cas réussi", "cas réussis"],
                ["case passed", "cases passed"],
                language,
            ));
        }
        if failed > 0 {
            parts.push(counted(
                failed,
                ["cas en échec", "cas en échec"],
                ["case failed", "cases failed"],
                language,
            ));
        }
        if errors > 0 {
            parts.push(counted(errors, ["erreur", "erreurs"], ["error", "errors"], language));
        }
        if warnings > 0 {
            parts.push(counted(
                warnings,
                ["avertissement", "avertissements"],
                ["warning", "warnings"],
                language,
            ));
        }
        let colon = match language {
            Language::French => " : ",
            Language::English => ": ",
        };
        format!("{}{colon}{}\n", self.name, parts.join(", "))
    }
}

/// Returns what a case expected beside what came out.
fn case_words(book: &Rulebook, case: &CaseResult, language: Language) -> String {
    let title = &case.title;
    let mut lines = vec![match language {
        Language::French => format!("cas en échec : {title}\n"),
        Language::English => format!("case failed: {title}\n"),
    }];
    for value in case.values.iter().filter(|value| !value.fine) {
        let (name, id) = (book.name_of(value.reference), &value.id);
        let shown = |shown| rulebook::show::reference(book, value.reference, shown, language);
        let expected = shown(&value.expected);
        let computed = value.computed.as_ref().map(shown);
        lines.push(match language {
            Language::French => {
                format!(
                    "  {name} ({id}) : attendu {expected}, calculé {}\n",
                    computed.as_deref().unwrap_or("rien")
                )
            }
            Language::English => {
                format!(
                    "  {name} ({id}): expected {expected}, computed {}\n",
                    computed.as_deref().unwrap_or("nothing")
                )
            }
        });
    }
    lines.concat()
}
