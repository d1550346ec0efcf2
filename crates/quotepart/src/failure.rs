//! How a command ends, and what it says when it cannot go on.

use std::process::ExitCode;

use rulebook::{Diagnostic, Source, Text, text};

/// How a command ended; the codes are part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is done.
    Done,
    /// Something is wrong in a rulebook.
    Diagnostics,
    /// The command was asked something it cannot do.
    Usage,
    /// Some subjects were refused; the others are written.
    SomeRefused,
    /// Every subject was refused.
    AllRefused,
    /// Official mode refused every subject.
    OfficialRefused,
    /// A bug of ours.
    Bug,
}

impl Exit {
    /// Every way to end with its code.
    const ALL: [(Self, u8); 7] = [
        (Self::Done, 0),
        (Self::Diagnostics, 1),
        (Self::Usage, 2),
        (Self::SomeRefused, 3),
        (Self::AllRefused, 4),
        (Self::OfficialRefused, 5),
        (Self::Bug, 70),
    ];

    /// Returns the code.
    pub(crate) fn code(self) -> u8 {
        Self::ALL.into_iter().find(|(exit, _)| *exit == self).map_or(70, |(_, code)| code)
    }

    /// Returns the way to end that has a code.
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == code).map(|(exit, _)| exit)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command stops.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something to say in one sentence.
    Message {
        /// The exit code.
        exit: Exit,
        /// What is wrong: a sentence without capital and final point.
        message: Text,
        /// What to do.
        hints: Vec<Text>,
    },
    /// Findings in files.
    Findings {
        /// The exit code.
        exit: Exit,
        /// What was found.
        findings: Vec<Diagnostic>,
        /// The files.
        sources: Vec<Source>,
    },
    /// Nobody reads the output any more.
    BrokenPipe,
    /// Something that should not happen.
    Bug(anyhow::Error),
}

/// What most functions of the binary return.
pub(crate) type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// Returns a failure that the user can put right.
    pub(crate) fn usage(message: Text) -> Self {
        Self::Message { exit: Exit::Usage, message, hints: Vec::new() }
    }

    /// Returns a failure because a rulebook cannot be read.
    pub(crate) fn rulebook(message: Text) -> Self {
        Self::Message { exit: Exit::Diagnostics, message, hints: Vec::new() }
    }

    /// Adds what to do.
    pub(crate) fn hint(mut self, hint: impl Into<Option<Text>>) -> Self {
        if let (Self::Message { hints, .. }, Some(hint)) = (&mut self, hint.into()) {
            hints.push(hint);
        }
        self
    }

    /// Adds the nearest known name, or the list of them when it is short.
    pub(crate) fn suggest(self, wanted: &str, known: &[&str]) -> Self {
        if let Some(nearest) = rulebook::nearest(wanted, known.iter().copied()) {
            return self
                .hint(text!("le nom le plus proche est `{nearest}`", "the nearest name is `{nearest}`"));
        }
        if known.is_empty() || known.len() > 40 {
            return self;
        }
        let list = known.join(", ");
        self.hint(text!("noms connus : {list}", "known names: {list}"))
    }

    /// Returns a failure of reading or writing a path.
    pub(crate) fn io(doing: &Text, error: &std::io::Error) -> Self {
        let why = io_words(error);
        Self::usage(Text::new(format!("{} : {}", doing.fr, why.fr), format!("{}: {}", doing.en, why.en)))
    }

    /// Returns how the command ends.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Message { exit, .. } | Self::Findings { exit, .. } => *exit,
            Self::BrokenPipe => Exit::Done,
            Self::Bug(_) => Exit::Bug,
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Bug(error)
    }
}

/// Returns the words for what the system says.
fn io_words(error: &std::io::Error) -> Text {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => text!("il n'existe pas", "it does not exist"),
        ErrorKind::PermissionDenied => text!("l'accès est refusé", "permission denied"),
        ErrorKind::IsADirectory => text!("c'est un dossier", "it is a folder"),
        ErrorKind::NotADirectory => text!("ce n'est pas un dossier", "it is not a folder"),
        ErrorKind::StorageFull => text!("le disque est plein", "the disk is full"),
        ErrorKind::ReadOnlyFilesystem => {
            text!("le système de fichiers est en lecture seule", "the file system is read-only")
        }
        _ => Text::same(error.to_string()),
    }
}
