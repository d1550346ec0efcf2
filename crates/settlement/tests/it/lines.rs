//! The written ledger: what is read back, what is recovered, and that no change goes unseen.

use settlement::ledger::{
    Entry, FaultKind, Where, decode_lines, decode_lines_on, encode_lines, replay, verify,
};

use crate::support::{Ledger, adjust, correct, key, pay, publish, statement};

/// A small ledger with every kind of entry.
fn ledger() -> Ledger {
    let mut ledger = Ledger::default();
    let run = |run, solde| {
        let first = statement(
            key("e1"),
            run,
            &[("avance", &[(1, "2024-04-30", 6000)]), ("solde", &[(1, "2025-04-30", solde)])],
        );
        let second = statement(key("é\"/2"), run, &[("avance", &[(1, "2024-04-30", 7)])]);
        if run == "run1" { publish(&[first, second]) } else { correct(&[first, second]) }
    };
    ledger.does(&run("run1", 4000), "2024-03-01");
    ledger.does(&pay("2024-04-30"), "2024-04-30");
    ledger.does(&adjust("e1", "geste\n1", 1000, "2025-05-31"), "2024-05-01");
    ledger.does(&run("run2", 3500), "2024-05-02");
    ledger.does(&pay("2025-12-31"), "2024-01-01");
    ledger
}

fn written() -> Vec<u8> {
    encode_lines(&ledger().entries).expect("lines").into_bytes()
}

#[test]
fn what_is_written_is_read_back() {
    let ledger = ledger();
    let recovered = decode_lines(&written());
    assert_eq!(recovered.entries, ledger.entries);
    assert!(recovered.torn.is_none() && recovered.faults.is_empty());
    assert_eq!(replay(&recovered.entries).expect("a sound ledger"), ledger.state);
}

#[test]
fn the_written_form_stays() {
    let text = String::from_utf8(written()).expect("text");
    let first = text.lines().next().expect("a line");
    // Ledgers that exist are read for ever: a change of this line is a change of format.
    assert_eq!(
        first,
        concat!(
            r#"{"format":1,"sequence":1,"key":"publish/contrat/e1/2024-01-01..2024-12-31/1","#,
            r#""effective":"2024-03-01","recorded":"2024-03-01","#,
            r#""about":{"instrument":"contrat","subject":"e1","first":"2024-01-01","last":"2024-12-31"},"#,
            r#""payer":"Caisse","currency":"EUR","action":{"publish":{"run":"run1","#,
            r#""content":"c244e27c8014e5bf5d5bb06887205a5109727ed9ec90d807e17ba4b82178db02","reason":null,"lines":["#,
            r#"{"step":{"instalment":{"rule":"avance","number":1}},"sequence":1,"due":"2024-04-30","cents":6000},"#,
            r#"{"step":{"instalment":{"rule":"solde","number":1}},"sequence":1,"due":"2025-04-30","cents":4000}]}},"#,
            r#""postings":[{"account":"payer:Caisse","cents":10000},{"account":"payable:contrat:e1","cents":-10000}],"#,
            r#""previous":"0000000000000000000000000000000000000000000000000000000000000000","#,
            r#""hash":"5f2f62b6d7f232b638991aecc8f89ebd8bab883aab378097b3153164bf2956a8"}"#
        )
    );
}

#[test]
fn a_publication_that_names_its_engine_has_a_form_of_its_own() {
    let text = String::from_utf8(written()).expect("text");
    let formats: Vec<&str> = text.lines().filter_map(|line| line.get(..12)).collect();
    let (first, second) = (r#"{"format":1,"#, r#"{"format":2,"#);
    assert_eq!(formats, [first, first, first, first, first, second, second, first]);
    let line = text.lines().nth(5).expect("a line");
    assert!(line.contains(r#","engine":"0.2.0","reason":"motif","#), "{line}");
    // It stays for ever, as the first.
    assert!(
        line.ends_with(r#""hash":"d8a204874890772fd436cbb8e7fd32b3a16e0f95c2fed8bba30e389035915ee9"}"#),
        "{line}"
    );
}

#[test]
fn a_last_line_without_its_end_is_dropped_and_said() {
    let bytes = written();
    let total = decode_lines(&bytes).entries.len();
    for cut in (0..bytes.len()).step_by(if cfg!(debug_assertions) { 7 } else { 1 }) {
        let recovered = decode_lines(&bytes[..cut]);
        assert!(recovered.faults.is_empty(), "cut at {cut}");
        let whole = bytes[..cut].split(|byte| *byte == b'\n').count() - 1;
        assert_eq!(recovered.entries.len(), whole);
        replay(&recovered.entries).expect("a sound beginning");
        let kept = bytes[..cut].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        match recovered.torn {
            Some(torn) => {
                assert_eq!((torn.line, torn.kept_bytes, torn.torn_bytes), (whole + 1, kept, cut - kept));
                assert!(torn.text().fr.contains("abandonnée"));
            }
            None => assert_eq!(kept, cut),
        }
        assert!(whole < total);
    }
}

#[test]
fn a_broken_line_in_the_middle_is_a_fault() {
    let text = String::from_utf8(written()).expect("text");
    let mut lines: Vec<&str> = text.lines().collect();
    lines[2] = r#"{"format":1"#;
    lines[4] = "";
    let recovered = decode_lines(format!("{}\n", lines.join("\n")).as_bytes());
    let at: Vec<Where> = recovered.faults.iter().map(|fault| fault.at).collect();
    assert_eq!(at, [Where::Line(3), Where::Line(5)]);
    assert!(recovered.torn.is_none());
    assert!(recovered.faults[0].to_string().starts_with("line 3 is not an entry"));
    let faults = verify(&recovered.entries).expect_err("faults");
    assert_eq!(faults.len(), 2, "{faults:?}");
    let later = text.replacen(r#""format":1"#, r#""format":3"#, 1);
    assert!(decode_lines(later.as_bytes()).faults[0].to_string().contains("format 3"));
}

/// Whether a reader believes a written ledger.
fn is_believed(bytes: &[u8]) -> bool {
    let recovered = decode_lines(bytes);
    recovered.faults.is_empty() && recovered.torn.is_none() && verify(&recovered.entries).is_ok()
}

#[test]
fn no_changed_byte_goes_unseen() {
    let bytes = written();
    let entries = decode_lines(&bytes).entries;
    assert!(is_believed(&bytes));
    let flips: &[u8] = if cfg!(debug_assertions) { &[0x01] } else { &[0x01, 0x02, 0x10, 0x20] };
    for at in (0..bytes.len()).step_by(if cfg!(debug_assertions) { 5 } else { 1 }) {
        for flip in flips {
            let mut changed = bytes.clone();
            changed[at] ^= flip;
            // White space between the words of JSON, or another escape of the same letter, changes nothing.
            let says_the_same = decode_lines(&changed).entries == entries;
            assert!(says_the_same || !is_believed(&changed), "byte {at} with {flip:#x} goes unseen");
        }
    }
}

#[test]
fn lines_removed_swapped_or_repeated_are_seen() {
    let text = String::from_utf8(written()).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    let seen = |lines: &[&str]| !is_believed(format!("{}\n", lines.join("\n")).as_bytes());
    assert!(!seen(&lines));
    for index in 0..lines.len() {
        let mut changed = lines.clone();
        changed.insert(index, lines[index]);
        assert!(seen(&changed), "repeated {index}");
        if index + 1 < lines.len() {
            changed.clone_from(&lines);
            changed.remove(index);
            assert!(seen(&changed), "removed {index}");
            changed.clone_from(&lines);
            changed.swap(index, index + 1);
            assert!(seen(&changed), "swapped {index}");
        }
    }
}

/// Seals forged entries again, as somebody who can compute hashes would.
fn resealed(mut entries: Vec<Entry>) -> Vec<Entry> {
    let mut previous = settlement::Digest::NONE;
    for entry in &mut entries {
        entry.previous = previous;
        entry.hash = entry.computed_hash();
        previous = entry.hash;
    }
    entries
}

#[track_caller]
fn forged(change: impl FnOnce(&mut Vec<Entry>), is_expected: impl FnOnce(&FaultKind) -> bool) {
    let mut entries = ledger().entries;
    change(&mut entries);
    let fault = replay(&resealed(entries)).expect_err("a fault");
    assert!(is_expected(&fault.kind), "{fault:?}");
}

#[test]
fn a_forged_ledger_with_good_hashes_still_has_to_make_sense() {
    use exact::Cents;
    use settlement::ledger::{Action, Movement};
    forged(
        |entries| entries[0].postings[0].amount = Cents::new(10_001),
        |kind| *kind == FaultKind::Unbalanced { total: 1 },
    );
    forged(
        |entries| {
            entries[0].postings[0].amount = Cents::new(1);
            entries[0].postings[1].amount = Cents::new(-1);
        },
        |kind| *kind == FaultKind::Postings,
    );
    // The same payment once more.
    forged(
        |entries| {
            let mut again = entries[2].clone();
            again.sequence = 5;
            entries.truncate(4);
            entries.push(again);
        },
        |kind| matches!(kind, FaultKind::Key { .. }),
    );
    // The same adjustment once more.
    forged(
        |entries| {
            let mut again = entries[4].clone();
            again.sequence = 6;
            entries.truncate(5);
            entries.push(again);
        },
        |kind| *kind == FaultKind::KeyTwice,
    );
    forged(
        |entries| {
            let mut again = entries[2].clone();
            again.sequence = 5;
            again.key = again.key.replace("/1", "/2");
            again.effective = entries[3].recorded;
            again.recorded = entries[3].recorded;
            entries.truncate(4);
            entries.push(again);
        },
        |kind| matches!(kind, FaultKind::NotDue { .. } | FaultKind::Key { .. }),
    );
    let pays = |entry: &mut Entry, change: &dyn Fn(&mut Vec<Movement>)| {
        if let Action::Pay { lines, .. } = &mut entry.action {
            change(lines);
        }
        entry.postings = entry.expected_postings().expect("postings");
    };
    forged(
        |entries| pays(&mut entries[2], &|lines| lines[0].amount = Cents::new(5999)),
        |kind| *kind == FaultKind::NotDue { expected: Cents::new(6000) },
    );
    forged(|entries| pays(&mut entries[2], &Vec::clear), |kind| matches!(kind, FaultKind::NotDue { .. }));
    forged(|entries| entries[1].currency = "eur".to_owned(), |kind| *kind == FaultKind::OtherTerms);
    forged(
        |entries| {
            if let Action::Correct { corrects, .. } = &mut entries[5].action {
                *corrects += 1;
            }
        },
        |kind| matches!(kind, FaultKind::Corrects { .. }),
    );
    forged(
        |entries| entries[1].recorded = entries[4].recorded,
        |kind| matches!(kind, FaultKind::Dates { .. }),
    );
    forged(|entries| entries[1].sequence = 7, |kind| *kind == FaultKind::Sequence { expected: 2 });
}

#[test]
fn a_forged_engine_is_not_believed() {
    use settlement::ledger::Action;
    let computed_by = |entry: &mut Entry, by: Option<&str>| match &mut entry.action {
        Action::Publish { engine, .. } | Action::Correct { engine, .. } => *engine = by.map(str::to_owned),
        _ => {}
    };
    forged(|entries| computed_by(&mut entries[0], Some("0.1.0")), |kind| *kind == FaultKind::Format);
    forged(|entries| computed_by(&mut entries[5], None), |kind| *kind == FaultKind::Format);
    forged(
        |entries| computed_by(&mut entries[5], Some(" ")),
        |kind| *kind == FaultKind::Name { of: "engine" },
    );
    // Other amounts for a run by the engine that published it.
    forged(
        |entries| {
            let mut again = entries[5].clone();
            again.sequence = 7;
            again.key.pop();
            again.key.push('3');
            again.postings.clear();
            if let Action::Correct { corrects, content, lines, .. } = &mut again.action {
                (*corrects, *content) = (6, settlement::Digest::NONE);
                lines.clear();
            }
            entries.truncate(6);
            entries.push(again);
        },
        |kind| *kind == FaultKind::Contradicts { entry: 6 },
    );
}

#[test]
fn several_threads_read_what_one_reads() {
    let ledgers = [5, 6, 7].map(|seed| encode_lines(&crate::model::random_ledger(seed)).expect("lines"));
    let mut bytes = ledgers.concat().into_bytes();
    assert!(bytes.len() > 3 * 64 * 1024, "{} bytes are too few to be cut", bytes.len());
    let same = |bytes: &[u8]| {
        let one = decode_lines(bytes);
        (1..6).for_each(|threads| assert_eq!(decode_lines_on(threads, bytes), one));
        one
    };
    assert!(same(&bytes).faults.is_empty());
    bytes.truncate(bytes.len() - 10);
    assert!(same(&bytes).torn.is_some());
    let ends: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == b'\n').collect();
    // Broken lines, the last one among them, and lines that hold nothing.
    for end in [ends[3], ends[ends.len() / 2], ends[ends.len() - 1]] {
        bytes[end - 1] = b'\n';
    }
    assert_eq!(same(&bytes).faults.len(), 6);
    same(b"");
    same(b"\n");
}
