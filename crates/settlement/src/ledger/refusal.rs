//! Why a command is refused: nothing of it is done.

use rulebook::{Text, text};

use crate::StatementKey;

/// A refusal; it names the first statement that stands in the way, in the order of their keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text().en)]
pub enum Refusal {
    /// Two statements of one publication are for the same subject and period.
    Twice {
        /// Which.
        statement: StatementKey,
    },
    /// The run was published and later replaced: publishing it would overwrite newer amounts.
    Replaced {
        /// Which statement.
        statement: StatementKey,
        /// The run.
        run: String,
        /// The run in force.
        by: String,
        /// The entry that published the run in force.
        entry: u64,
    },
    /// The same engine published the run with other amounts: it has one result for a run.
    Contradicts {
        /// Which statement.
        statement: StatementKey,
        /// The run.
        run: String,
        /// The entry that published it.
        entry: u64,
    },
    /// Another engine gives other amounts for the run that is published, and nobody says why.
    OtherEngine {
        /// Which statement.
        statement: StatementKey,
        /// The run.
        run: String,
        /// The entry that published it.
        entry: u64,
        /// The engine that computed what is published, when it is known.
        published: Option<String>,
        /// The engine that computed what is asked for.
        asked: String,
    },
    /// A published amount or due date would change and nobody says why.
    Unexplained {
        /// Which statement.
        statement: StatementKey,
        /// The run in force.
        run: String,
        /// The entry that published it.
        entry: u64,
    },
    /// The payer is not the one of the publication.
    OtherPayer {
        /// Which statement.
        statement: StatementKey,
        /// The payer that is published.
        published: String,
        /// The payer that is asked for.
        asked: String,
    },
    /// The currency is not the one of the publication.
    OtherCurrency {
        /// Which statement.
        statement: StatementKey,
        /// The currency that is published.
        published: String,
        /// The currency that is asked for.
        asked: String,
    },
    /// There is nothing to adjust.
    NotPublished {
        /// Which statement.
        statement: StatementKey,
    },
    /// An adjustment with this reference exists and says something else.
    OtherAdjustment {
        /// Which statement.
        statement: StatementKey,
        /// The reference.
        reference: String,
        /// The entry that holds it.
        entry: u64,
    },
    /// A field is empty or too long.
    Name {
        /// Which: `author`, `reason` or `reference`.
        of: &'static str,
    },
    /// An adjustment of nothing.
    NoAmount,
    /// Amounts are beyond the limits.
    TooLarge {
        /// Which statement.
        statement: StatementKey,
    },
}

impl Refusal {
    /// Returns what to tell people.
    pub fn text(&self) -> Text {
        match self {
            Self::Twice { statement } => text!(
                "deux relevés portent la clé {statement} ; un sujet a un relevé par période",
                "two statements have the key {statement}; a subject has one statement for a period"
            ),
            Self::Replaced { statement, run, by, entry } => replaced(statement, run, by, *entry),
            Self::Contradicts { statement, run, entry } => {
                let run = short(run);
                text!(
                    "un montant publié ne s'écrase pas : pour {statement}, le calcul {run} est déjà publié avec d'autres montants par la même version de Quotepart (écriture {entry}) ; pour corriger, publier un nouveau calcul",
                    "a published amount is never overwritten: for {statement}, run {run} is already published with other amounts by the same version of Quotepart (entry {entry}); to correct it publish a newer run"
                )
            }
            Self::OtherEngine { statement, run, entry, published, asked } => {
                other_engine(statement, run, *entry, published.as_deref(), asked)
            }
            Self::Unexplained { statement, run, entry } => {
                let run = short(run);
                text!(
                    "{statement} est déjà publié avec d'autres montants ou échéances (calcul {run}, écriture {entry}) : la différence ne s'inscrit qu'avec un motif",
                    "{statement} is already published with other amounts or due dates (run {run}, entry {entry}): the difference is posted only with a reason"
                )
            }
            Self::OtherPayer { statement, published, asked } => text!(
                "{statement} est publié pour le payeur « {published} » et ne peut passer à « {asked} »",
                "{statement} is published for the payer “{published}” and cannot move to “{asked}”"
            ),
            Self::OtherCurrency { statement, published, asked } => text!(
                "{statement} est publié en {published} et ne peut passer en {asked}",
                "{statement} is published in {published} and cannot move to {asked}"
            ),
            Self::NotPublished { statement } => text!(
                "{statement} n'est pas publié ; le publier avant de l'ajuster",
                "{statement} is not published; publish it before adjusting it"
            ),
            Self::OtherAdjustment { statement, reference, entry } => text!(
                "{statement} a déjà un ajustement « {reference} » qui dit autre chose (écriture {entry}) ; choisir une autre référence",
                "{statement} already has an adjustment “{reference}” that says something else (entry {entry}); choose another reference"
            ),
            Self::Name { of } => match *of {
                "author" => text!(
                    "un ajustement a un auteur, en peu de mots",
                    "an adjustment has an author, in few words"
                ),
                "reason" => text!(
                    "un motif est donné, en moins de 4 000 caractères",
                    "a reason is given, in less than 4,000 characters"
                ),
                of => text!("le champ `{of}` est vide ou trop long", "the field `{of}` is empty or too long"),
            },
            Self::NoAmount => {
                text!("un ajustement nul n'ajuste rien", "an adjustment of zero adjusts nothing")
            }
            Self::TooLarge { statement } => text!(
                "les montants de {statement} sont trop grands",
                "the amounts of {statement} are too large"
            ),
        }
    }
}

fn replaced(statement: &StatementKey, run: &str, by: &str, entry: u64) -> Text {
    let (short_run, short_by) = (short(run), short(by));
    if run == by {
        return text!(
            "un montant publié ne s'écrase pas : pour {statement}, les montants du calcul {short_run} ont été remplacés par ceux d'une autre version de Quotepart (écriture {entry}) ; pour corriger, publier un nouveau calcul, ou demander le retour à celui-ci",
            "a published amount is never overwritten: for {statement}, the amounts of run {short_run} were replaced by those of another version of Quotepart (entry {entry}); to correct it publish a newer run, or ask to return to this one"
        );
    }
    text!(
        "un montant publié ne s'écrase pas : pour {statement}, le calcul {short_run} a été remplacé par {short_by} (écriture {entry}) ; pour corriger, publier un nouveau calcul, ou demander le retour à celui-ci",
        "a published amount is never overwritten: for {statement}, run {short_run} was replaced by {short_by} (entry {entry}); to correct it publish a newer run, or ask to return to this one"
    )
}

fn other_engine(
    statement: &StatementKey,
    run: &str,
    entry: u64,
    published: Option<&str>,
    asked: &str,
) -> Text {
    let run = short(run);
    let (fr, en) = match published {
        Some(version) => (format!("Quotepart {version}"), format!("Quotepart {version}")),
        None => ("une version antérieure".to_owned(), "an earlier version".to_owned()),
    };
    text!(
        "pour {statement}, Quotepart {asked} ne trouve pas les montants ou échéances du calcul {run}, publié par {fr} (écriture {entry}) : la différence ne s'inscrit qu'avec un motif",
        "for {statement}, Quotepart {asked} does not find the amounts or due dates of run {run}, published by {en} (entry {entry}): the difference is posted only with a reason"
    )
}

/// Shortens the identity of a run for people: twelve digits are enough to find it.
pub(super) fn short(run: &str) -> String {
    run.chars().take(12).collect()
}
