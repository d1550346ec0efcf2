//! What to say when the command line cannot be understood.

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use rulebook::{Language, Severity, Text, text};

use crate::failure::{Exit, Failure};
use crate::{console, messages};

/// Prints help or the version when that was asked, else what is wrong, in the user's language.
pub(crate) fn explain(error: &Error, language: Language) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let said = console::data(&error.render().to_string());
            return said.map_or_else(|failure| failure.exit(), |()| Exit::Done);
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => console::note(&error.render().to_string()),
        _ => {
            let (message, hints) = words(error);
            console::note(&messages::sentence(Severity::Error, &message, &hints, language));
        }
    }
    Exit::Usage
}

fn words(error: &Error) -> (Text, Vec<Text>) {
    let arg = context(error, ContextKind::InvalidArg);
    let value = context(error, ContextKind::InvalidValue);
    let message = match error.kind() {
        ErrorKind::UnknownArgument => {
            text!("l'option `{arg}` n'est pas connue", "the option `{arg}` is not known")
        }
        ErrorKind::InvalidSubcommand => {
            let name = context(error, ContextKind::InvalidSubcommand);
            text!("la commande `{name}` n'est pas connue", "the command `{name}` is not known")
        }
        ErrorKind::MissingSubcommand => text!("dire quelle commande", "a command is needed"),
        ErrorKind::MissingRequiredArgument => text!("il manque : {arg}", "missing: {arg}"),
        ErrorKind::InvalidValue if value.is_empty() => {
            text!("il manque la valeur de `{arg}`", "the value of `{arg}` is missing")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            text!("`{value}` n'est pas une valeur de `{arg}`", "`{value}` is not a value of `{arg}`")
        }
        ErrorKind::ArgumentConflict => {
            text!("`{arg}` est donné plusieurs fois", "`{arg}` is given several times")
        }
        _ => Text::same(error.to_string().trim_start_matches("error: ").trim_end().to_owned()),
    };
    (message, hints(error))
}

fn hints(error: &Error) -> Vec<Text> {
    let mut hints = Vec::new();
    for kind in [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue] {
        let nearest = context(error, kind);
        if !nearest.is_empty() {
            hints.push(text!("le plus proche est `{nearest}`", "the nearest one is `{nearest}`"));
        }
    }
    let valid = context(error, ContextKind::ValidValue);
    if !valid.is_empty() {
        hints.push(text!("valeurs possibles : {valid}", "possible values: {valid}"));
    }
    hints.push(text!("quotepart --help dit tout", "quotepart --help says it all"));
    hints
}

fn context(error: &Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(words)) => words.clone(),
        Some(ContextValue::Strings(list)) => list.join(", "),
        Some(ContextValue::StyledStr(words)) => words.to_string(),
        Some(_) | None => String::new(),
    }
}

/// Reads a date of the command line.
pub(crate) fn date(words: &str, flag: &str) -> Result<jiff::civil::Date, Failure> {
    let iso = words.parse().ok().filter(|_| words.len() == 10);
    iso.or_else(|| jiff::civil::Date::strptime("%d/%m/%Y", words).ok()).ok_or_else(|| {
        Failure::usage(text!("{flag} : `{words}` n'est pas une date", "{flag}: `{words}` is not a date"))
            .hint(text!(
                "une date s'écrit 2024-12-31 ou 31/12/2024",
                "a date is written 2024-12-31 or 31/12/2024"
            ))
    })
}
