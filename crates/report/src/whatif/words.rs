//! The words of the page of changes.

use rulebook::Language;

use crate::printed::count;

/// The fixed words of the page.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) each: &'static str,
    pub(super) each_hint: &'static str,
    pub(super) change: &'static str,
    pub(super) total: &'static str,
    pub(super) gain: &'static str,
    pub(super) before: &'static str,
    pub(super) after: &'static str,
    pub(super) winners: &'static str,
    pub(super) losers: &'static str,
    pub(super) unchanged: &'static str,
    pub(super) lost: &'static str,
    pub(super) found: &'static str,
    pub(super) who: &'static str,
    pub(super) subject: &'static str,
    pub(super) spread: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) grid: &'static str,
    pub(super) curve_hint: &'static str,
    pub(super) heat_hint: &'static str,
    pub(super) all_scenarios: &'static str,
    pub(super) refused_hint: &'static str,
    pub(super) subjects: &'static str,
}

static FRENCH: Words = Words {
    each: "Ce que chaque changement apporte",
    each_hint: "En tout, par rapport à ce qui se passerait sans rien changer.",
    change: "Changement",
    total: "En tout",
    gain: "Gain",
    before: "Avant",
    after: "Après",
    winners: "Gagnent",
    losers: "Perdent",
    unchanged: "Inchangés",
    lost: "Refusés par le changement",
    found: "Réglés grâce au changement",
    who: "Qui gagne, qui perd",
    subject: "Qui",
    spread: "Comment les gains se répartissent",
    from: "De",
    to: "À moins de",
    grid: "La grille",
    curve_hint: "Chaque point est un scénario. En pointillés\u{a0}: sans rien changer.",
    heat_hint: "Plus la case est foncée, plus le total est élevé.",
    all_scenarios: "Tous les scénarios",
    refused_hint: "Un refus n'arrête pas les autres. Un sujet refusé par un changement n'entre pas dans ses gains.",
    subjects: "Nombre",
};

static ENGLISH: Words = Words {
    each: "What each change brings",
    each_hint: "In all, against what would happen without any change.",
    change: "Change",
    total: "In all",
    gain: "Gain",
    before: "Before",
    after: "After",
    winners: "Winners",
    losers: "Losers",
    unchanged: "Unchanged",
    lost: "Refused by the change",
    found: "Settled thanks to the change",
    who: "Who gains, who loses",
    subject: "Who",
    spread: "How the gains are spread",
    from: "From",
    to: "To under",
    grid: "The grid",
    curve_hint: "Each point is a scenario. Dashed: without any change.",
    heat_hint: "The darker the field, the larger the total.",
    all_scenarios: "All scenarios",
    refused_hint: "A refusal does not stop the others. A subject refused by a change is not counted in its gains.",
    subjects: "Number",
};

/// Returns the words of a language.
pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::French => &FRENCH,
        Language::English => &ENGLISH,
    }
}

/// Says what the total is, and what it becomes.
pub(super) fn totals(measure: &str, base: &str, total: Option<&str>, language: Language) -> String {
    let colon = match language {
        Language::French => "\u{a0}:",
        Language::English => ":",
    };
    total.map_or_else(
        || format!("{measure}{colon} {base}."),
        |total| format!("{measure}{colon} {base} → {total}."),
    )
}

/// Says what stands between the gains of each change alone and of all together.
pub(super) fn interplay(sum: &str, together: &str, gap: &str, language: Language) -> String {
    match language {
        Language::French => format!(
            "Un par un, les changements font {sum}\u{a0}; ensemble, {together}. La différence, {gap}, \
             vient de ce qu'ils agissent les uns sur les autres."
        ),
        Language::English => format!(
            "One by one the changes make {sum}; together, {together}. The difference, {gap}, \
             comes from their acting on one another."
        ),
    }
}

/// Says how many gain and lose.
pub(super) fn tally(winners: usize, losers: usize, unchanged: usize, language: Language) -> String {
    let [more, less, same] = [winners, losers, unchanged].map(|number| count(number, language));
    match language {
        Language::French => {
            let many = |number: usize, one, several| if number < 2 { one } else { several };
            let (gain, lose) = (many(winners, "gagne", "gagnent"), many(losers, "perd", "perdent"));
            let stay = many(unchanged, "ne change pas", "ne changent pas");
            format!("{more} {gain}, {less} {lose}, {same} {stay}.")
        }
        Language::English => {
            let many = |number: usize, one, several| if number == 1 { one } else { several };
            let (gain, lose) = (many(winners, "gains", "gain"), many(losers, "loses", "lose"));
            let stay = many(unchanged, "stays the same", "stay the same");
            format!("{more} {gain}, {less} {lose}, {same} {stay}.")
        }
    }
}

/// Says that only the largest gains and losses are shown.
pub(super) fn largest(shown: usize, all: usize, language: Language) -> String {
    let (shown, all) = (count(shown, language), count(all, language));
    match language {
        Language::French => format!("Les {shown} plus grands, dans chaque sens, sur {all} qui changent."),
        Language::English => format!("The {shown} largest, either way, of {all} that change."),
    }
}

/// Says whom the gain leaves out, when anybody.
pub(super) fn left_out(lost: usize, found: usize, language: Language) -> Option<String> {
    if lost + found == 0 {
        return None;
    }
    let [refused, settled] = [lost, found].map(|number| count(number, language));
    Some(match language {
        Language::French => format!(
            "Un gain ne compte que ceux qui sont réglés avant et après\u{a0}: sans {refused} que tous ces changements \
             font refuser, ni {settled} qu'ils permettent de régler. Les totaux comptent tous ceux qui sont réglés."
        ),
        Language::English => format!(
            "A gain counts only those who are settled before and after: without {refused} refused because of all \
             these changes, nor {settled} settled thanks to them. Totals count all who are settled."
        ),
    })
}

/// Says that those without change are not drawn.
pub(super) fn not_drawn(unchanged: usize, language: Language) -> Option<String> {
    let shown = count(unchanged, language);
    (unchanged > 0).then(|| match language {
        Language::French => format!("Sans les {shown} qui ne changent pas."),
        Language::English => format!("Without the {shown} that stay the same."),
    })
}

/// Says how many scenarios are in the table.
pub(super) fn first_of(shown: usize, all: usize, language: Language) -> String {
    let (shown, all) = (count(shown, language), count(all, language));
    match language {
        Language::French => {
            format!("Les {shown} premiers scénarios sur {all}\u{a0}; un fichier .csv les a tous.")
        }
        Language::English => format!("The first {shown} of {all} scenarios; a .csv file has all of them."),
    }
}

/// Describes a picture by its least and its largest value.
pub(super) fn extremes(least: [&str; 2], most: [&str; 2], language: Language) -> String {
    let ([low, at_low], [high, at_high]) = (least, most);
    match language {
        Language::French => {
            format!("Le plus petit\u{a0}: {low} ({at_low}). Le plus grand\u{a0}: {high} ({at_high}).")
        }
        Language::English => format!("The smallest: {low} ({at_low}). The largest: {high} ({at_high})."),
    }
}
