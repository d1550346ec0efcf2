//! The last line: a panic becomes a short message that says what to report, and exit code 70.

use std::panic::PanicHookInfo;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use rulebook::Language;

use crate::failure::Exit;
use crate::{console, environment};

/// Rules may rest on one another a hundred deep, each with a formula thirty-two levels deep:
/// more than the main thread's stack holds in a build without optimisation.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// What the panic said and where, for the report.
static LAST_WORDS: Mutex<Option<String>> = Mutex::new(None);

/// Runs the command on a thread of its own and answers for its panics.
pub(crate) fn run(command: impl FnOnce() -> Exit + Send + 'static) -> ExitCode {
    std::panic::set_hook(Box::new(remember));
    guarded(command).into()
}

fn guarded(command: impl FnOnce() -> Exit + Send + 'static) -> Exit {
    let ended =
        std::thread::Builder::new().stack_size(STACK_BYTES).spawn(command).map(std::thread::JoinHandle::join);
    match ended {
        Ok(Ok(exit)) => exit,
        Ok(Err(_)) => {
            report(&last_words());
            Exit::Bug
        }
        Err(error) => {
            report(&error.to_string());
            Exit::Bug
        }
    }
}

fn remember(info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or("?");
    let place = info.location().map_or_else(|| "?".to_owned(), ToString::to_string);
    *LAST_WORDS.lock().unwrap_or_else(PoisonError::into_inner) = Some(format!("{message} ({place})"));
}

fn last_words() -> String {
    LAST_WORDS.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_else(|| "?".to_owned())
}

/// Says that something happened that is our fault.
pub(crate) fn report(what: &str) {
    let version = env!("CARGO_PKG_VERSION");
    let system = std::env::consts::OS;
    let repository = env!("CARGO_PKG_REPOSITORY");
    console::note(&match environment::language() {
        Language::French => format!(
            "erreur interne : c'est un défaut de Quotepart, pas de vos fichiers.\n  \
             Rien n'a été écrit à moitié. Merci de le signaler sur {repository}/issues\n  \
             avec la commande et ces mots : quotepart {version} ({system}), {what}\n"
        ),
        Language::English => format!(
            "internal error: this is a fault of Quotepart, not of your files.\n  \
             Nothing was half-written. Please report it at {repository}/issues\n  \
             with the command and these words: quotepart {version} ({system}), {what}\n"
        ),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_bug_of_ours() {
        assert_eq!(guarded(|| panic!("a test panics")).code(), 70);
        assert_eq!(guarded(|| Exit::Done).code(), 0);
    }
}
