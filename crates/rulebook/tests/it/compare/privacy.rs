//! Small counts in comparisons that leave.

use std::collections::BTreeSet;

use super::*;

/// Counts that come from claims, of a team and of the persons of its list.
const CLAIMS: &str = r#"
[inputs]
retours = { unit = "1", origin = "claims", label = { fr = "Retours", en = "Returns" } }
visites = { unit = "1", label = { fr = "Visites", en = "Visits" } }
jours   = { of = "membre", unit = "jour", origin = "claims", label = { fr = "Jours", en = "Days" } }
[parameters]
tarif = { unit = "EUR", values = [{ from = 2020-01-01, value = 10, source = "s", status = "official" }] }
par_jour = { unit = "EUR/jour", values = [{ from = 2020-01-01, value = 1, source = "s", status = "official" }] }
[rules.montant]
unit    = "EUR"
pays    = true
round   = "cent"
formula = "(retours + visites) * tarif + sum(membre.jours) * par_jour"
"#;

fn run(team: &str, members: &str) -> Run {
    let text = format!("{HEAD}{CLAIMS}");
    let team = format!("equipe,retours,visites\n{team}\n");
    let members = format!("membre,equipe,jours\n{members}");
    Run::new(&text, "2021-12-31", &[("", &team), ("membre", &members)])
}

fn masked(mut run: Run, persons: &[&str]) -> Run {
    let persons: BTreeSet<_> = persons.iter().filter_map(|name| run.book.entity(name)).collect();
    run.privacy = Some(Privacy { fewest: Some(11), persons });
    run
}

#[test]
fn a_small_count_of_claims_is_told_in_words_on_either_side() {
    let members = "m1,a,20\n";
    let (before, after) = (run("a,7,3", members), masked(run("a,15,4", members), &[]));
    // One side masks: neither shows a small count. Visits are no claims, and fifteen may be told.
    assert_eq!(
        lines(&difference(&before, &after, None)),
        ["80 Fact Returns: from under 11 to 15", "10 Fact Visits: from 3 to 4"]
    );
    assert_eq!(
        lines(&difference(&after, &before, None)),
        ["-80 Fact Returns: from 15 to under 11", "-10 Fact Visits: from 4 to 3"]
    );
    let open = run("a,15,4", members);
    assert_eq!(lines(&difference(&before, &open, None))[0], "80 Fact Returns: from 7 to 15");
}

#[test]
fn persons_who_come_go_or_change_are_not_counted_out() {
    let before = || run("a,20,0", "m1,a,20\nm2,a,30\n");
    let after = || run("a,20,0", "m1,a,25\nm3,a,30\nm4,a,40\n");
    let shown = lines(&difference(&masked(before(), &["membre"]), &masked(after(), &["membre"]), None));
    assert_eq!(
        shown,
        [
            "40 Arrivals member: under 11 arrivals, under 11 departures",
            "5 LowerFact Days (member): under 11 values change",
        ]
    );
    // Members of a team are no patients: they may be counted, and what each did is their own.
    let shown = lines(&difference(&masked(before(), &[]), &masked(after(), &[]), None));
    assert_eq!(shown[0], "40 Arrivals member: 2 arrivals, 1 departure");
}
