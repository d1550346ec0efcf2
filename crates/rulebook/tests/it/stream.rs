//! Reading a file block by block gives what reading it whole gives, wherever it is cut.

use proptest::prelude::*;
use rulebook::facts::{CsvScan, FactFile, Facts, Options, Unreadable, collect};
use rulebook::{Diagnostic, Rulebook, Value, has_errors};

use crate::support::load_text;

const TEAMS: &str = r#"
[instrument]
id = "essai"
title = { fr = "Essai", en = "Trial" }
subject = "equipe"
period = "year"

[entities.equipe]

[inputs.patientele]
of = "equipe"
unit = "1"
min = "0"
whole = true

[inputs.taux]
of = "equipe"
unit = "1"
default = "0"
max = "2"

[inputs.amplitude]
of = "equipe"
[inputs.amplitude.enum]
large  = { fr = "large", en = "wide" }
courte = { fr = "courte", en = "narrow" }

[inputs.depuis]
of = "equipe"
type = "date"
default = "start of period"

[inputs.urgence]
of = "equipe"
type = "bool"
default = false

[rules.total]
of = "equipe"
unit = "1"
output = true
formula = "CASE WHEN urgence AND amplitude = 'large' THEN patientele * year_fraction_from(depuis) ELSE taux END"
"#;

fn book() -> Rulebook {
    let (book, findings, _) = load_text(TEAMS);
    book.unwrap_or_else(|| panic!("{findings:?}"))
}

/// Rows as a comparison needs them: id, line, values.
type Rows = Vec<(String, u64, Vec<Option<Value>>)>;

/// What reading gives: rows, refusals without the index of their row, findings; or why it cannot be read.
type Outcome = Result<(Rows, Vec<String>, Vec<Diagnostic>), Unreadable>;

fn rows(book: &Rulebook, facts: &Facts) -> (Rows, Vec<String>) {
    let rows = facts.rows(book.subject);
    let all = rows.ids.iter().enumerate().map(|(index, id)| {
        let mut columns: Vec<_> = rows.columns.iter().collect();
        columns.sort_by_key(|column| column.input);
        (id.clone(), rows.lines[index], columns.iter().map(|column| column.cells.value(index)).collect())
    });
    let refused = facts.refused.iter().map(|refusal| {
        format!(
            "{} {} {} {:?} {:?}",
            refusal.id,
            refusal.reason.name(),
            refusal.about,
            refusal.message,
            refusal.place
        )
    });
    (all.collect(), refused.collect())
}

fn whole(book: &Rulebook, bytes: &[u8], options: &Options) -> Outcome {
    let file = FactFile::read("f.csv", None, bytes)?;
    let (facts, findings) = collect(book, &[file], options);
    let (all, mut refused) = rows(book, &facts);
    refused.sort();
    if has_errors(&findings) {
        return Ok((Vec::new(), Vec::new(), findings));
    }
    Ok((all, refused, findings))
}

/// Feeds a file in pieces, then reads its blocks.
fn streamed(book: &Rulebook, bytes: &[u8], options: &Options, pieces: &[usize], block_bytes: u64) -> Outcome {
    let mut scan = CsvScan::new(book, "f.csv", options).with_blocks_of(block_bytes);
    let (mut given, mut taken) = (0, 0);
    let mut pieces = pieces.iter().cycle();
    while given < bytes.len() || taken < given {
        given = (given + pieces.next().copied().unwrap_or(1).max(1)).min(bytes.len());
        let last = given == bytes.len();
        taken += scan.feed(&bytes[taken..given], last)?;
        if last {
            break;
        }
    }
    let (layout, findings) = scan.finish()?;
    let Some(layout) = layout else { return Ok((Vec::new(), Vec::new(), findings)) };
    let (mut all, mut refused) = (Vec::new(), Vec::new());
    refused.extend(rows(book, &Facts { refused: layout.refused.clone(), ..Facts::empty(book) }).1);
    for block in &layout.blocks {
        let at = |byte: u64| usize::try_from(byte).expect("a small file");
        let place = at(block.bytes.start)..at(block.bytes.end);
        let (more, also) = rows(book, &layout.read(block, &bytes[place])?);
        assert!(more.iter().all(|(id, _, _)| id.is_empty() || layout.has(id)));
        all.extend(more);
        refused.extend(also);
    }
    refused.sort();
    Ok((all, refused, findings))
}

fn check(bytes: &[u8], pieces: &[usize], block_bytes: u64) {
    let book = book();
    for options in [
        Options::default(),
        Options { numbers: Some(exact::NumberStyle::French), ..Options::default() },
        Options {
            map: vec![("taux".to_owned(), "patientele".to_owned())],
            strict: true,
            ..Options::default()
        },
    ] {
        let expected = whole(&book, bytes, &options);
        let found = streamed(&book, bytes, &options, pieces, block_bytes);
        assert_eq!(found, expected, "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn every_cut_of_a_file_gives_the_same() {
    let text = "\u{feff}subject;patientele;taux;amplitude;urgence;\r\n\"a\";12;0,5;large;oui\r\n\r\n\
                b;x;1;courte;é\r\n\"c \"\"d\"\" \n e\";7;;large;;\r\nb;1;1;large;oui\r\n;1;1;large;oui";
    for piece in 1..text.len() {
        check(text.as_bytes(), &[piece], 1);
        check(text.as_bytes(), &[piece], 40);
    }
}

#[test]
fn bad_files_are_refused_alike() {
    for bytes in [
        &b""[..],
        b"\n\n",
        b"subject,patientele",
        b"subject,patientele\n",
        b"subject,subject\na,1\n",
        b"subject,patientele\na,1,2\n",
        b"subject,patientele\na,\"1\nb,2\n",
        b"\"subject,patientele\na,1\nb,2\n",
        b"subject,patientele\na,\"1\"2\n",
        b"subject,patientele\na,\xff\n",
        b"subject,patientele\n\xc3\xa9,1\n\xc3",
        b"subject,patientele\na,\0\n",
        b"PK\x03\x04subject",
        b"autre,patientele\na,1\n",
        b"subject,taux\na,1.5\nb,\"1,5\"\n",
        b"subject,taux,\na,\"1,500\",x\n",
    ] {
        for piece in [1, 2, 3, 1000] {
            check(bytes, &[piece], 1);
        }
    }
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]",
        "[0-9]{1,3}",
        "[0-9]\\.[0-9]{1,3}",
        "[0-9],[0-9]{1,3}",
        Just("large".to_owned()),
        Just("oui".to_owned()),
        Just("2024-03-01".to_owned()),
        Just("\"x\ny\"".to_owned()),
        "[ \"é,;\r\n]{0,3}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn blocks_give_what_the_whole_gives(
        rows in prop::collection::vec(prop::collection::vec(cell(), 1..7), 0..12),
        pieces in prop::collection::vec(1_usize..60, 1..5),
        block_bytes in 1_u64..80,
        delimiter in prop::sample::select(vec![",", ";", "\t"]),
    ) {
        let header = ["subject", "patientele", "taux", "amplitude", "depuis", "urgence"].join(delimiter);
        let lines = rows.iter().map(|row| row.join(delimiter));
        let text = std::iter::once(header).chain(lines).collect::<Vec<_>>().join("\n");
        check(text.as_bytes(), &pieces, block_bytes);
    }
}
