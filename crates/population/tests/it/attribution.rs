//! Attribution: examples at every edge, then properties.

use jiff::civil::{Date, date};
use population::Records;
use population::key::{PatientKey, PractitionerKey, TeamKey};
use population::records::{Contact, Membership, Patient, Registration, Span, Team};
use population::reference::attribution::{Attributed, AttributionRules, Method, attribute};
use proptest::prelude::*;

fn rules(at: Date) -> AttributionRules {
    AttributionRules {
        at,
        methods: vec![Method::Declared, Method::Contacts],
        months: 24,
        professions: vec!["general_practitioner".to_owned()],
        team_kinds: Vec::new(),
    }
}

fn person(key: i64) -> Patient {
    Patient { patient: PatientKey(key), birth_date: date(1970, 1, 1), death_date: None, area: None }
}

fn span(from: Date, to: Option<Date>) -> Span {
    Span { from, to }
}

fn registered(patient: i64, practitioner: i64, from: Date, to: Option<Date>) -> Registration {
    Registration {
        patient: PatientKey(patient),
        practitioner: PractitionerKey(practitioner),
        span: span(from, to),
    }
}

fn member(practitioner: i64, team: i64, from: Date, to: Option<Date>) -> Membership {
    Membership { practitioner: PractitionerKey(practitioner), team: TeamKey(team), span: span(from, to) }
}

fn seen(patient: i64, practitioner: i64, date: Date, quantity: i64) -> Contact {
    Contact {
        patient: PatientKey(patient),
        date,
        practitioner: Some(PractitionerKey(practitioner)),
        profession: "general_practitioner".to_owned(),
        quantity,
    }
}

fn check(records: &Records, at: Date, expected: &[(i64, Option<i64>, Option<i64>)]) {
    let found: Vec<_> = attribute(records, &rules(at))
        .attributed
        .iter()
        .map(|row| (row.patient.0, row.practitioner.map(|key| key.0), row.team.map(|key| key.0)))
        .collect();
    assert_eq!(found, expected, "at {at}");
}

#[test]
fn a_patient_who_changes_twice_belongs_to_the_doctor_of_the_day() {
    let records = Records {
        patients: vec![person(1)],
        registrations: vec![
            registered(1, 10, date(2015, 1, 1), Some(date(2019, 3, 31))),
            registered(1, 11, date(2019, 4, 1), Some(date(2019, 9, 30))),
            registered(1, 12, date(2019, 10, 1), None),
        ],
        memberships: vec![member(10, 1, date(2015, 1, 1), None), member(12, 2, date(2015, 1, 1), None)],
        ..Records::default()
    };
    check(&records, date(2019, 3, 31), &[(1, Some(10), Some(1))]);
    check(&records, date(2019, 4, 1), &[(1, Some(11), None)]);
    check(&records, date(2019, 12, 31), &[(1, Some(12), Some(2))]);
}

#[test]
fn a_doctor_who_leaves_in_mid_year_takes_the_patient_out_of_the_team() {
    let records = Records {
        patients: vec![person(1)],
        registrations: vec![registered(1, 10, date(2015, 1, 1), None)],
        memberships: vec![
            member(10, 1, date(2015, 1, 1), Some(date(2019, 6, 30))),
            member(10, 2, date(2019, 9, 1), None),
        ],
        ..Records::default()
    };
    check(&records, date(2019, 6, 30), &[(1, Some(10), Some(1))]);
    check(&records, date(2019, 7, 1), &[(1, Some(10), None)]);
    check(&records, date(2019, 9, 1), &[(1, Some(10), Some(2))]);
}

#[test]
fn of_two_teams_the_latest_membership_then_the_smallest_key_counts() {
    let mut records = Records {
        patients: vec![person(1)],
        registrations: vec![registered(1, 10, date(2015, 1, 1), None)],
        memberships: vec![member(10, 3, date(2018, 1, 1), None), member(10, 1, date(2015, 1, 1), None)],
        teams: vec![
            Team { team: TeamKey(1), kind: "maison_de_sante".to_owned() },
            Team { team: TeamKey(3), kind: "cpts".to_owned() },
        ],
        ..Records::default()
    };
    check(&records, date(2019, 12, 31), &[(1, Some(10), Some(3))]);
    let only =
        AttributionRules { team_kinds: vec!["maison_de_sante".to_owned()], ..rules(date(2019, 12, 31)) };
    assert_eq!(attribute(&records, &only).attributed.first().and_then(|row| row.team), Some(TeamKey(1)));
    records.memberships.push(member(10, 2, date(2018, 1, 1), None));
    check(&records, date(2019, 12, 31), &[(1, Some(10), Some(2))]);
}

#[test]
fn contacts_decide_for_those_without_a_doctor_in_force() {
    let at = date(2019, 12, 31);
    let records = Records {
        patients: vec![person(1), person(2), person(3), person(4)],
        registrations: vec![
            registered(1, 10, date(2015, 1, 1), None),
            // Ended the day before: contacts decide.
            registered(2, 10, date(2015, 1, 1), Some(date(2019, 12, 30))),
        ],
        contacts: vec![
            seen(1, 11, date(2019, 5, 1), 9),
            // 2: most acts win over the latest act.
            seen(2, 12, date(2019, 1, 1), 2),
            seen(2, 11, date(2019, 12, 31), 1),
            // 3: as many acts, the latest wins; then as late, the smallest key.
            seen(3, 13, date(2019, 2, 1), 1),
            seen(3, 12, date(2019, 2, 1), 1),
            seen(3, 11, date(2019, 1, 31), 1),
            // 4: the window begins on 1 January 2018 and ends on the day itself.
            seen(4, 11, date(2017, 12, 31), 5),
            seen(4, 12, date(2018, 1, 1), 1),
            seen(4, 13, date(2020, 1, 1), 5),
        ],
        ..Records::default()
    };
    check(
        &records,
        at,
        &[(1, Some(10), None), (2, Some(12), None), (3, Some(12), None), (4, Some(12), None)],
    );
    let ranking: Vec<_> = attribute(&records, &rules(at))
        .ranking
        .into_iter()
        .filter(|row| row.patient == PatientKey(3))
        .map(|row| (row.position, row.practitioner.0))
        .collect();
    assert_eq!(ranking, [(1, 12), (2, 13), (3, 11)]);
}

#[test]
fn the_dead_and_the_unborn_are_on_no_list() {
    let at = date(2019, 12, 31);
    let mut dead = person(1);
    dead.death_date = Some(at);
    let mut dying = person(2);
    dying.death_date = Some(date(2020, 1, 1));
    let mut unborn = person(3);
    unborn.birth_date = date(2020, 1, 1);
    let records = Records {
        patients: vec![dead, dying, unborn],
        registrations: vec![registered(1, 10, date(2015, 1, 1), None)],
        ..Records::default()
    };
    check(&records, at, &[(2, None, None)]);
}

#[test]
fn other_professions_and_unknown_performers_do_not_count() {
    let mut nurse = seen(1, 11, date(2019, 1, 1), 9);
    nurse.profession = "nurse".to_owned();
    let mut unknown = seen(1, 11, date(2019, 1, 1), 9);
    unknown.practitioner = None;
    let records = Records { patients: vec![person(1)], contacts: vec![nurse, unknown], ..Records::default() };
    check(&records, date(2019, 12, 31), &[(1, None, None)]);
}

fn day() -> impl Strategy<Value = Date> {
    (2017_i16..=2020, 1_i8..=12, 1_i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

prop_compose! {
    fn stretch()(from in day(), to in prop::option::of(day())) -> Span {
        Span { from, to: to.filter(|to| *to >= from) }
    }
}

prop_compose! {
    fn territory()(
        deaths in prop::collection::vec(prop::option::weighted(0.2, day()), 6),
        registrations in prop::collection::vec((0_i64..6, 0_i64..5, stretch()), 0..12),
        memberships in prop::collection::vec((0_i64..5, 0_i64..3, stretch()), 0..10),
        contacts in prop::collection::vec((0_i64..6, 0_i64..5, day(), 1_i64..3), 0..40),
    ) -> Records {
        let patients = deaths.into_iter().zip(0..).map(|(death_date, key)| Patient { death_date, ..person(key) });
        Records {
            patients: patients.collect(),
            registrations: registrations.into_iter().map(|(patient, practitioner, span)|
                registered(patient, practitioner, span.from, span.to)).collect(),
            memberships: memberships.into_iter().map(|(practitioner, team, span)|
                member(practitioner, team, span.from, span.to)).collect(),
            contacts: contacts.into_iter().map(|(patient, practitioner, date, quantity)|
                seen(patient, practitioner, date, quantity)).collect(),
            ..Records::default()
        }
    }
}

proptest! {
    #[test]
    fn the_order_of_rows_is_irrelevant(records in territory(), at in day(), turn in 0_usize..40) {
        let before = attribute(&records, &rules(at));
        let mut turned = records;
        turned.patients.reverse();
        turned.registrations.reverse();
        turned.memberships.reverse();
        let turn = turn.min(turned.contacts.len());
        turned.contacts.rotate_left(turn);
        prop_assert_eq!(before, attribute(&turned, &rules(at)));
    }

    #[test]
    fn each_living_patient_has_one_row_and_a_team_of_the_doctor(records in territory(), at in day()) {
        let result = attribute(&records, &rules(at));
        let living: Vec<_> = records.patients.iter()
            .filter(|patient| patient.death_date.is_none_or(|death| death > at))
            .map(|patient| patient.patient).collect();
        let listed: Vec<_> = result.attributed.iter().map(|row| row.patient).collect();
        prop_assert_eq!(listed, living);
        for Attributed { patient, method, practitioner, team } in result.attributed {
            prop_assert_eq!(method.is_some(), practitioner.is_some());
            let first = result.ranking.iter().find(|row| row.patient == patient && row.position == 1);
            prop_assert_eq!(first.map(|row| row.practitioner), practitioner);
            if let Some(team) = team {
                let is_member = records.memberships.iter().any(|known| {
                    known.team == team && Some(known.practitioner) == practitioner && known.span.contains(at)
                });
                prop_assert!(is_member);
            }
            let is_registered = records.registrations.iter()
                .any(|known| known.patient == patient && known.span.contains(at));
            prop_assert_eq!(is_registered, method == Some(Method::Declared));
        }
    }

    #[test]
    fn the_ranking_falls_from_place_to_place(records in territory(), at in day()) {
        let result = attribute(&records, &rules(at));
        for pair in result.ranking.windows(2) {
            if let [first, second] = pair && first.patient == second.patient {
                prop_assert_eq!(first.position + 1, second.position);
                let order = |row: &population::reference::attribution::Ranked| {
                    (std::cmp::Reverse(row.contacts), std::cmp::Reverse(row.latest), row.practitioner)
                };
                prop_assert!(order(first) < order(second));
            }
        }
    }

    #[test]
    fn one_more_act_never_costs_a_patient(records in territory(), at in day()) {
        let before = attribute(&records, &rules(at));
        let winner = before.attributed.iter().find_map(|row| Some((row.patient, row.practitioner?)));
        if let Some((patient, practitioner)) = winner {
            let mut more = records;
            more.contacts.push(seen(patient.0, practitioner.0, at, 1));
            let after = attribute(&more, &rules(at));
            let row = after.attributed.iter().find(|row| row.patient == patient);
            prop_assert_eq!(row.and_then(|row| row.practitioner), Some(practitioner));
        }
    }
}
