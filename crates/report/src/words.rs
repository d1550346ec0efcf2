//! The words of pages, in both languages: a word without one of them does not compile.

use rulebook::{Language, Text};

use crate::printed::count;

/// The fixed words of a page.
#[derive(Debug)]
pub(crate) struct Words {
    /// The code of the language.
    pub(crate) lang: &'static str,
    /// Link over the head of the page.
    pub(crate) skip: &'static str,
    /// Before the name of a whole.
    pub(crate) made_of: &'static str,
    /// What adds.
    pub(crate) tone_plus: &'static str,
    /// What takes away.
    pub(crate) tone_minus: &'static str,
    /// What rounding changes.
    pub(crate) tone_rounding: &'static str,
    /// The whole.
    pub(crate) tone_whole: &'static str,
    /// Above zero.
    pub(crate) above_zero: &'static str,
    /// Below zero.
    pub(crate) below_zero: &'static str,
    /// The same but for the unit.
    pub(crate) equal: &'static str,
    /// Close enough.
    pub(crate) within_allowed: &'static str,
    /// Too far apart.
    pub(crate) beyond_allowed: &'static str,
    /// What we computed.
    pub(crate) computed: &'static str,
    /// What was published.
    pub(crate) published: &'static str,
    /// Heading over the picture of the parts.
    pub(crate) how_made: &'static str,
    /// How to read the bars.
    pub(crate) how_to_read: &'static str,
    /// Column of parts.
    pub(crate) part: &'static str,
    /// Column of amounts.
    pub(crate) amount: &'static str,
    /// Column of shares.
    pub(crate) share: &'static str,
    /// When printed parts do not add up.
    pub(crate) shown_rounded: &'static str,
    /// Heading over several results.
    pub(crate) results: &'static str,
    /// Column of results.
    pub(crate) result: &'static str,
    /// Column of values.
    pub(crate) value: &'static str,
    /// Heading over the tree.
    pub(crate) step_by_step: &'static str,
    /// How to use the tree.
    pub(crate) tree_hint: &'static str,
    /// A value explained elsewhere on the page.
    pub(crate) again: &'static str,
    /// A value whose explanation goes on below.
    pub(crate) further: &'static str,
    /// Heading over what goes on.
    pub(crate) continued: &'static str,
    /// Fold with the formula.
    pub(crate) calculation: &'static str,
    /// The formula with its values.
    pub(crate) with_values: &'static str,
    /// The formula as written.
    pub(crate) as_written: &'static str,
    /// The name in the rulebook.
    pub(crate) rule_name: &'static str,
    /// How the value is rounded.
    pub(crate) rounding: &'static str,
    /// Fold with a decision.
    pub(crate) choice: &'static str,
    /// Fold with a picture.
    pub(crate) in_picture: &'static str,
    /// Before a source.
    pub(crate) source: &'static str,
    /// Before the dates of payments.
    pub(crate) due: &'static str,
    /// A fact.
    pub(crate) kind_input: &'static str,
    /// A figure of the rulebook.
    pub(crate) kind_parameter: &'static str,
    /// A reading of a table.
    pub(crate) kind_table: &'static str,
    /// An aggregate.
    pub(crate) kind_aggregate: &'static str,
    /// A share of an allocation.
    pub(crate) kind_share: &'static str,
    /// An allocation.
    pub(crate) kind_allocation: &'static str,
    /// Everything is vouched for.
    pub(crate) official: &'static str,
    /// After the number of doubtful figures.
    pub(crate) doubt_where: &'static str,
    /// Link to the sources.
    pub(crate) sources_link: &'static str,
    /// Heading over facts.
    pub(crate) facts: &'static str,
    /// What facts are.
    pub(crate) facts_hint: &'static str,
    /// Column of facts.
    pub(crate) fact: &'static str,
    /// Column of origins.
    pub(crate) origin: &'static str,
    /// Heading over decisions.
    pub(crate) choices: &'static str,
    /// Heading over sources.
    pub(crate) sources: &'static str,
    /// Column of documents.
    pub(crate) document: &'static str,
    /// Column of statuses.
    pub(crate) status: &'static str,
    /// Column of uses.
    pub(crate) uses: &'static str,
    /// What the page is.
    pub(crate) footer: &'static str,
    /// Heading over the table of results.
    pub(crate) subjects: &'static str,
    /// Heading over refusals.
    pub(crate) refused: &'static str,
    /// What a refusal is.
    pub(crate) refused_hint: &'static str,
    /// Column of reasons.
    pub(crate) reason: &'static str,
    /// Nothing to show.
    pub(crate) none: &'static str,
    /// Heading over the picture of a comparison.
    pub(crate) compared: &'static str,
    /// How to read the picture.
    pub(crate) compared_hint: &'static str,
    /// The largest gap.
    pub(crate) largest_gap: &'static str,
    /// Column of counts.
    pub(crate) count: &'static str,
    /// Column of gaps.
    pub(crate) gap: &'static str,
    /// Column of allowed gaps.
    pub(crate) allowed: &'static str,
    /// Column of periods.
    pub(crate) period: &'static str,
    /// Within.
    pub(crate) within: &'static str,
    /// Beyond.
    pub(crate) beyond: &'static str,
    /// Column: is it within?
    pub(crate) is_within: &'static str,
    /// Heading over the table of gaps.
    pub(crate) largest_first: &'static str,
    /// Fold with all rows.
    pub(crate) all_rows: &'static str,
}

static FRENCH: Words = Words {
    lang: "fr",
    skip: "Aller au contenu",
    made_of: "Comment est fait\u{a0}:",
    tone_plus: "s'ajoute",
    tone_minus: "se retranche",
    tone_rounding: "arrondi",
    tone_whole: "total",
    above_zero: "au-dessus de zéro",
    below_zero: "au-dessous de zéro",
    equal: "égaux, à 1 près",
    within_allowed: "dans l'écart admis",
    beyond_allowed: "au-delà de l'écart admis",
    computed: "Calculé",
    published: "Publié",
    how_made: "Comment ce montant est fait",
    how_to_read: "Chaque barre commence où la précédente finit\u{a0}; la dernière est le tout.",
    part: "Part",
    amount: "Montant",
    share: "Du total",
    shown_rounded: "Les parts sont affichées arrondies\u{a0}; leur somme exacte est bien le total.",
    results: "Les résultats",
    result: "Résultat",
    value: "Valeur",
    step_by_step: "Le calcul, pas à pas",
    tree_hint: "Touchez une ligne pour savoir d'où elle vient.",
    again: "expliqué à un autre endroit de la page",
    further: "suite plus bas",
    continued: "Suite\u{a0}:",
    calculation: "Le calcul",
    with_values: "Avec les chiffres",
    as_written: "Formule",
    rule_name: "Nom dans le barème",
    rounding: "Arrondi",
    choice: "Un choix de lecture",
    in_picture: "En image",
    source: "Source\u{a0}:",
    due: "À payer",
    kind_input: "Donnée",
    kind_parameter: "Chiffre fixé",
    kind_table: "Barème",
    kind_aggregate: "Ensemble",
    kind_share: "Part reçue",
    kind_allocation: "Répartition",
    official: "Mode officiel\u{a0}: toutes les valeurs sont attestées.",
    doubt_where: "Ils sont marqués dans la page et dans",
    sources_link: "la liste des sources",
    facts: "Les données utilisées",
    facts_hint: "Si une de ces lignes est fausse, le montant l'est aussi\u{a0}: c'est elle qu'il faut corriger.",
    fact: "Donnée",
    origin: "Origine",
    choices: "Ce qui a été décidé là où le texte se tait",
    sources: "Les sources",
    document: "Document",
    status: "Confiance",
    uses: "Utilisée pour",
    footer: "Cette page se suffit à elle-même\u{a0}: ni programme, ni connexion. Elle peut être gardée, envoyée, imprimée.",
    subjects: "Un par un",
    refused: "Refusés",
    refused_hint: "Un refus n'arrête pas les autres. Corrigez la donnée, puis recommencez.",
    reason: "Raison",
    none: "Aucun résultat.",
    compared: "Calculé et publié, face à face",
    compared_hint: "Un point par résultat. Sur la diagonale, les deux montants sont égaux.",
    largest_gap: "Plus grand écart",
    count: "Nombre",
    gap: "Écart",
    allowed: "Écart admis",
    period: "Période",
    within: "oui",
    beyond: "non",
    is_within: "Admis",
    largest_first: "Les plus grands écarts",
    all_rows: "Tous les résultats comparés",
};

static ENGLISH: Words = Words {
    lang: "en",
    skip: "Skip to the content",
    made_of: "How it is made up:",
    tone_plus: "adds",
    tone_minus: "takes away",
    tone_rounding: "rounding",
    tone_whole: "total",
    above_zero: "above zero",
    below_zero: "below zero",
    equal: "equal, to within 1",
    within_allowed: "within the allowed gap",
    beyond_allowed: "beyond the allowed gap",
    computed: "Computed",
    published: "Published",
    how_made: "How this amount is made up",
    how_to_read: "Each bar begins where the one above ends; the last is the whole.",
    part: "Part",
    amount: "Amount",
    share: "Of the total",
    shown_rounded: "Parts are shown rounded; their exact sum is the total.",
    results: "The results",
    result: "Result",
    value: "Value",
    step_by_step: "The calculation, step by step",
    tree_hint: "Touch a line to see where it comes from.",
    again: "explained elsewhere on the page",
    further: "continued below",
    continued: "Continued:",
    calculation: "The calculation",
    with_values: "With the figures",
    as_written: "Formula",
    rule_name: "Name in the rulebook",
    rounding: "Rounding",
    choice: "A choice of reading",
    in_picture: "As a picture",
    source: "Source:",
    due: "Due",
    kind_input: "Fact",
    kind_parameter: "Set figure",
    kind_table: "Table",
    kind_aggregate: "Aggregate",
    kind_share: "Share received",
    kind_allocation: "Allocation",
    official: "Official mode: every value is vouched for.",
    doubt_where: "They are marked on the page and in",
    sources_link: "the list of sources",
    facts: "The facts that were used",
    facts_hint: "If one of these lines is wrong, so is the amount: correct it there.",
    fact: "Fact",
    origin: "Origin",
    choices: "What was decided where the text is silent",
    sources: "The sources",
    document: "Document",
    status: "Trust",
    uses: "Used for",
    footer: "This page is complete in itself: no program, no connection. It can be kept, mailed and printed.",
    subjects: "One by one",
    refused: "Refused",
    refused_hint: "A refusal does not stop the others. Correct the fact, then run again.",
    reason: "Reason",
    none: "No result.",
    compared: "Computed and published, face to face",
    compared_hint: "One point for each result. On the diagonal both amounts are equal.",
    largest_gap: "Largest gap",
    count: "Number",
    gap: "Gap",
    allowed: "Allowed gap",
    period: "Period",
    within: "yes",
    beyond: "no",
    is_within: "Allowed?",
    largest_first: "The largest gaps",
    all_rows: "All compared results",
};

/// Returns the words of a language.
pub(crate) fn words(language: Language) -> &'static Words {
    match language {
        Language::French => &FRENCH,
        Language::English => &ENGLISH,
    }
}

/// Keeps French punctuation with the word before it, whatever space was typed.
pub(crate) fn spaced(text: &str, language: Language) -> String {
    match language {
        Language::English => text.to_owned(),
        Language::French => {
            let pairs = [
                (" :", "\u{a0}:"),
                (" ;", "\u{a0};"),
                (" ?", "\u{a0}?"),
                (" !", "\u{a0}!"),
                (" »", "\u{a0}»"),
                ("« ", "«\u{a0}"),
            ];
            pairs.iter().fold(text.to_owned(), |text, (typed, kept)| text.replace(typed, kept))
        }
    }
}

/// Returns a text for the page.
pub(crate) fn said(text: &Text, language: Language) -> String {
    spaced(text.get(language), language)
}

/// Says how many figures nobody vouches for.
pub(crate) fn doubtful(number: usize, language: Language) -> String {
    let shown = count(number, language);
    match (number, language) {
        (1, Language::French) => "Un chiffre de ce calcul n'est pas attesté.".to_owned(),
        (1, Language::English) => "One figure of this calculation is not vouched for.".to_owned(),
        (_, Language::French) => format!("{shown} chiffres de ce calcul ne sont pas attestés."),
        (_, Language::English) => format!("{shown} figures of this calculation are not vouched for."),
    }
}

/// Says how many values use a source.
pub(crate) fn uses(number: usize, language: Language) -> String {
    let shown = count(number, language);
    match (number, language) {
        (0 | 1, Language::French) => format!("{shown} valeur"),
        (_, Language::French) => format!("{shown} valeurs"),
        (1, Language::English) => "1 value".to_owned(),
        (_, Language::English) => format!("{shown} values"),
    }
}

/// Says how many values the page leaves out.
pub(crate) fn left_out(number: usize, language: Language) -> String {
    let shown = count(number, language);
    match language {
        Language::French => format!(
            "{shown} valeurs de plus ne tiennent pas sur cette page\u{a0}; l'explication en texte ou en JSON les contient."
        ),
        Language::English => {
            format!(
                "{shown} more values do not fit on this page; the explanation as text or JSON holds them."
            )
        }
    }
}

/// Says that only some of the bars are drawn.
pub(crate) fn largest_of(shown: usize, all: usize, language: Language) -> String {
    let (shown, all) = (count(shown, language), count(all, language));
    match language {
        Language::French => format!("Les {shown} plus grands, sur {all}."),
        Language::English => format!("The {shown} largest of {all}."),
    }
}

/// Says how many were settled.
pub(crate) fn settled(number: usize, language: Language) -> String {
    let shown = count(number, language);
    match (number, language) {
        (0 | 1, Language::French) => format!("{shown} résultat"),
        (_, Language::French) => format!("{shown} résultats"),
        (1, Language::English) => format!("{shown} result"),
        (_, Language::English) => format!("{shown} results"),
    }
}

/// Says how many were refused.
pub(crate) fn refused(number: usize, language: Language) -> String {
    let shown = count(number, language);
    match language {
        Language::French => format!("{shown} refus"),
        Language::English => format!("{shown} refused"),
    }
}

/// Cuts a message into plain text and, between backticks, names as they are written in files.
pub(crate) fn with_names(text: &Text, language: Language) -> Vec<(bool, String)> {
    let said = said(text, language);
    if said.matches('`').count() % 2 == 1 {
        return vec![(false, said)];
    }
    said.split('`').enumerate().map(|(place, piece)| (place % 2 == 1, piece.to_owned())).collect()
}

/// Says since when, until when, or between which days something holds.
pub(crate) fn in_force(from: Option<&str>, to: Option<&str>, language: Language) -> String {
    let day = |iso: &str| crate::dates::day(iso, language);
    match (from, to, language) {
        (None, None, _) => String::new(),
        (Some(from), None, Language::French) => format!("depuis le {}", day(from)),
        (Some(from), None, Language::English) => format!("since {}", day(from)),
        (None, Some(to), Language::French) => format!("jusqu'au {}", day(to)),
        (None, Some(to), Language::English) => format!("until {}", day(to)),
        (Some(from), Some(to), Language::French) => format!("du {} au {}", day(from), day(to)),
        (Some(from), Some(to), Language::English) => format!("{} to {}", day(from), day(to)),
    }
}
