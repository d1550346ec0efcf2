//! The SNDS layout: what `synth` wrote becomes canonical tables that say what is true, to the last cent, and every defect that
//! was planted is counted.

use std::collections::BTreeMap;
use std::path::Path;

use claims::{Engine, Imported, Settings};
use population::gate::Gate;

use crate::support::{engine, mapping};
use crate::territory::{imported, territory};

/// Reads a CSV file of the truth.
fn rows(folder: &Path, file: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(folder.join(file)).expect("a file");
    let names: Vec<String> = reader.headers().expect("names").iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| {
        let row = row.expect("a row");
        names.iter().cloned().zip(row.iter().map(str::to_owned)).collect()
    });
    rows.collect()
}

/// Sums a column of the truth.
fn truth(folder: &Path, column: &str) -> i64 {
    rows(folder, "truth/outcomes.csv").iter().map(|row| row[column].parse::<i64>().expect("a number")).sum()
}

fn number(engine: &Engine, sql: &str) -> i64 {
    engine.number(sql).unwrap_or_else(|error| panic!("{sql}: {error}")).unwrap_or(0)
}

/// Returns how many rows a list has for a reason.
fn apart(imported: &Imported, list: &str, reason: &str) -> u64 {
    let lists = imported.lists.iter().filter(|(name, _)| name == list);
    lists.flat_map(|(_, reasons)| reasons).filter(|one| one.reason == reason).map(|one| one.rows).sum()
}

#[test]
fn a_territory_becomes_tables_that_say_what_is_true() {
    for seed in 1..=2 {
        let folder = territory(300, seed, false, false);
        let work = tempfile::tempdir().expect("a folder");
        let engine = engine(2);
        let imported = imported(&engine, folder.path(), work.path());
        for (list, reasons) in &imported.lists {
            assert!(reasons.is_empty(), "seed {seed}, {list}: {reasons:?}");
        }
        for table in &imported.tables {
            assert!(table.refused.is_empty() && table.emptied.is_empty(), "seed {seed}: {table:?}");
        }
        for (trap, count) in &imported.traps {
            assert_eq!(*count, 0, "seed {seed}, {trap}");
        }
        let opened = engine.open(work.path()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(opened.warnings, []);
        let sum = |sql: &str| number(&engine, sql);
        // Every cent of every line is in one table.
        let cents = sum("SELECT SUM(spent_cents) FROM act")
            + sum("SELECT SUM(spent_cents) FROM dispensing")
            + sum("SELECT SUM(spent_cents) FROM billed_stay");
        assert_eq!(cents, truth(folder.path(), "line_cents"), "seed {seed}");
        assert_eq!(sum("SELECT COUNT(*) FROM line"), truth(folder.path(), "lines"), "seed {seed}");
        let stays = sum("SELECT SUM(spent_cents) FROM stay");
        let billed = sum("SELECT SUM(spent_cents) FROM billed_stay");
        assert_eq!(stays - billed, truth(folder.path(), "public_stay_cents"), "seed {seed}");
        let acts = "SELECT SUM(quantity) FROM act WHERE profession = 'general_practitioner' AND contact";
        assert_eq!(sum(acts), truth(folder.path(), "gp_acts"), "seed {seed}");
        let stays = "SELECT COUNT(*) FROM stay WHERE kind NOT IN ('session', 'psychiatry')";
        assert_eq!(sum(stays), truth(folder.path(), "stays"), "seed {seed}");
        let psychiatric = "SELECT COUNT(*) FROM stay WHERE kind = 'psychiatry'";
        assert_eq!(sum(psychiatric), truth(folder.path(), "psychiatric_stays"), "seed {seed}");
        let visits = "SELECT COUNT(*) FROM emergency_visit WHERE NOT admitted";
        assert_eq!(sum(visits), truth(folder.path(), "emergency_visits"), "seed {seed}");
        let dead = "SELECT COUNT(*) FROM patient WHERE death_date IS NOT NULL";
        assert_eq!(sum(dead), truth(folder.path(), "deaths"), "seed {seed}");
        let found =
            engine.gate(&opened, Gate::shipped(), None, |_| {}).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(found, [], "seed {seed}");
    }
}

#[test]
fn the_gate_counts_what_was_planted() {
    for seed in 1..=2 {
        let folder = territory(400, seed, true, false);
        let work = tempfile::tempdir().expect("a folder");
        let engine = engine(2);
        let imported = imported(&engine, folder.path(), work.path());
        let opened = engine.open(work.path()).unwrap_or_else(|error| panic!("{error}"));
        let found =
            engine.gate(&opened, Gate::shipped(), None, |_| {}).unwrap_or_else(|error| panic!("{error}"));
        let trap = |name: &str| {
            imported.traps.iter().find(|(id, _)| id == name).map(|(_, count)| *count).expect("a count")
        };
        let line = |reason: &str| i64::try_from(apart(&imported, "lines_apart", reason)).expect("small");
        let rule = |name: &str, table: &str| {
            found.iter().filter(|find| find.rule == name && find.table == table).map(|find| find.count).sum()
        };
        let stays = i64::try_from(apart(&imported, "stays_apart", "unlinked_stay")).expect("small");
        let counted: BTreeMap<&str, i64> = BTreeMap::from([
            ("duplicate_line", line("duplicate_line")),
            ("cancelled_line", trap("cancelled_line")),
            ("unknown_code", line("unknown_nature")),
            ("unknown_practitioner", trap("unknown_practitioner")),
            ("unknown_commune", trap("unknown_commune")),
            ("missing_detail", line("missing_detail")),
            ("line_after_death", rule("act_after_death", "act")),
            ("public_stay_billed", line("public_stay")),
            ("duplicate_stay", rule("duplicate_row", "stay")),
            ("reversed_stay", rule("reversed_stay", "stay")),
            ("unlinked_stay", stays),
            ("overlapping_registration", rule("overlapping_registration", "registration")),
            ("several_keys", trap("several_keys")),
            ("twins_one_key", trap("twins_one_key")),
            ("missing_month", trap("missing_flow_month")),
        ]);
        for row in rows(folder.path(), "truth/dirt_counts.csv") {
            let planted = row["count"].parse::<i64>().expect("a number");
            assert_eq!(
                counted.get(row["defect"].as_str()),
                Some(&planted),
                "seed {seed}, {}: {imported:?} {found:?}",
                row["defect"]
            );
        }
    }
}

/// Everything that is written, whatever the order of its rows.
fn fingerprint(engine: &Engine, imported: &Imported) -> Vec<String> {
    let mut found = Vec::new();
    for (table, columns) in [
        ("act", "SUM(patient * quantity), SUM(spent_cents), SUM(reimbursed_cents), COUNT(practitioner)"),
        ("dispensing", "SUM(patient * quantity), SUM(spent_cents), SUM(reimbursed_cents), COUNT(atc)"),
        ("stay", "SUM(patient * stay), SUM(spent_cents), SUM(reimbursed_cents), COUNT(hospital)"),
        ("registration", "SUM(patient * practitioner), COUNT(to_date)"),
    ] {
        for batch in engine.rows(&format!("SELECT COUNT(*) AS n, {columns} FROM {table}")).expect("rows") {
            found.push(format!("{table} {batch:?}"));
        }
    }
    found.push(format!("{imported:?}"));
    found
}

#[test]
fn neither_text_files_nor_spans_nor_threads_change_anything() {
    let folder = territory(200, 7, true, true);
    let with = |rows_at_a_time: i64, partitions: usize| {
        let engine =
            Engine::new(&Settings { partitions, rows_at_a_time, ..Settings::default() }).expect("one");
        let work = tempfile::tempdir().expect("a folder");
        let imported = imported(&engine, folder.path(), work.path());
        let opened = engine.open(work.path()).unwrap_or_else(|error| panic!("{error}"));
        assert!(opened.has("act"));
        assert!(!claims::fits_mapping(&mapping("snds"), work.path()));
        let found = fingerprint(&engine, &imported);
        // Tables of which nobody knows the order are sorted anew: the same rows, in as many parts as it takes.
        let sorted = tempfile::tempdir().expect("a folder");
        engine.write_tables(&opened, sorted.path(), |_| {}).unwrap_or_else(|error| panic!("{error}"));
        engine.open(sorted.path()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(fingerprint(&engine, &imported), found, "{rows_at_a_time} rows, {partitions} partitions");
        (found, bytes(work.path()).into_iter().chain(bytes(sorted.path())).collect::<Vec<_>>())
    };
    assert!(claims::fits_mapping(&mapping("snds"), folder.path()));
    let whole = with(4_000_000, 2);
    assert!(whole.1.iter().any(|(file, _)| file.ends_with("act/2018.parquet")), "{:?}", whole.1.len());
    // Made part by part, a table is the same to the byte.
    for (rows_at_a_time, partitions) in [(1500, 1), (1500, 3), (9000, 2)] {
        let parts = with(rows_at_a_time, partitions);
        assert_eq!(parts.0, whole.0);
        for (theirs, ours) in parts.1.iter().zip(&whole.1) {
            assert!(theirs == ours, "{} differs by {rows_at_a_time} rows", ours.0);
        }
        assert_eq!(parts.1.len(), whole.1.len());
    }
    for entry in walk(folder.path()) {
        if entry.extension().is_some_and(|end| end == "parquet") {
            std::fs::remove_file(entry).expect("removed");
        }
    }
    assert_eq!(with(4_000_000, 3).0, whole.0);
}

/// Returns the files of the canonical tables in a work folder.
fn bytes(work: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for path in walk(work) {
        let name = path.strip_prefix(work).expect("inside").to_string_lossy().into_owned();
        let table = name.split(['/', '.']).next().unwrap_or_default();
        if population::Schema::canonical().table(table).is_some() {
            found.push((name, std::fs::read(path).expect("read")));
        }
    }
    found.sort();
    found
}

/// Returns the files of a folder and of those in it.
fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}

#[test]
fn without_a_reference_professionals_are_those_of_the_lines() {
    let folder = territory(200, 11, false, false);
    let count = |folder: &Path| {
        let (engine, work) = (engine(2), tempfile::tempdir().expect("a folder"));
        let imported = imported(&engine, folder, work.path());
        let opened = engine.open(work.path()).unwrap_or_else(|error| panic!("{error}"));
        assert!(imported.tables.iter().all(|table| table.refused.is_empty()), "{imported:?}");
        let found =
            engine.gate(&opened, Gate::shipped(), None, |_| {}).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(found, []);
        let seen = "SELECT COUNT(*) FROM act a JOIN practitioner p ON p.practitioner = a.practitioner AND p.profession = a.profession";
        (
            number(&engine, seen),
            number(&engine, "SELECT COUNT(*) FROM registration"),
            number(&engine, "SELECT COUNT(*) FROM team"),
        )
    };
    let (acts, registrations, teams) = count(folder.path());
    std::fs::remove_dir_all(folder.path().join("reference")).expect("removed");
    assert_eq!(count(folder.path()), (acts, registrations, 0));
    assert!(acts > 1000 && registrations > 100 && teams > 0, "{acts} {registrations} {teams}");
}

#[test]
fn repeated_lines_are_told_from_conflicting_ones() {
    let folder = territory(60, 5, false, true);
    for entry in walk(folder.path()) {
        if entry.extension().is_some_and(|end| end == "parquet") {
            std::fs::remove_file(entry).expect("removed");
        }
    }
    let flow = folder.path().join("snds/ER_PRS_F/ER_PRS_F_2018-05.csv");
    let text = std::fs::read_to_string(&flow).expect("a text");
    let lines: Vec<&str> = text.lines().collect();
    // The first line three times, once with another amount; the second three times; the third as a supplement, the fourth as no care.
    let [header, first, second, third, fourth] = lines.first_chunk::<5>().expect("lines");
    let column = |name: &str| header.split(',').position(|found| found == name).expect("a column");
    let with = |line: &str, name: &str, value: &str| {
        let place = column(name);
        let cells = line.split(',').enumerate();
        let cells: Vec<&str> = cells.map(|(index, cell)| if index == place { value } else { cell }).collect();
        cells.join(",")
    };
    let mut spoilt: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    spoilt.extend([first.to_string(), with(first, "PRS_PAI_MNT", "999.99")]);
    spoilt.extend([second.to_string(), second.to_string()]);
    spoilt.retain(|line| line != third && line != fourth);
    spoilt.extend([with(third, "CPL_MAJ_TOP", "2"), with(fourth, "PRS_DPN_QLP", "71")]);
    std::fs::write(&flow, spoilt.join("\n") + "\n").expect("written");
    let (engine, work) = (engine(2), tempfile::tempdir().expect("a folder"));
    let imported = imported(&engine, folder.path(), work.path());
    let line = |reason: &str| apart(&imported, "lines_apart", reason);
    assert_eq!((line("duplicate_line"), line("conflicting_line")), (3, 2), "{imported:?}");
    assert_eq!((line("supplement"), line("no_care")), (1, 1), "{imported:?}");
    let used = number(&engine, "SELECT COUNT(*) FROM line WHERE reason IS NULL");
    assert_eq!(used, truth(folder.path(), "lines") - 3, "{imported:?}");
}
