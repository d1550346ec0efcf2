//! `publish`, `pay` and `ledger`: what is written once, what is refused, and what is put right.

use crate::contract::{FACTS, RULEBOOK};
use crate::support::World;

const SETTLE: &str = "settle ./essai --at 2021-12-31 --facts facts.csv --out";
const PUBLISH: &str = "publish run --ledger book --today 2022-03-01";
const ENTRIES: &str = "book/entries.jsonl";

/// A run of two teams: alpha 700.00, beta 116.67.
fn settled() -> World {
    let world = World::new();
    world.write("facts.csv", FACTS);
    world.run(&format!("{SETTLE} run")).ended(0);
    world
}

/// The same, published.
fn published() -> World {
    let world = settled();
    world.run(PUBLISH).ended(0);
    world
}

/// Settles again with other points for alpha: 770.00.
fn corrected(world: &World) {
    world.write("facts.csv", FACTS.replace("alpha,100", "alpha,110"));
    world.run(&format!("{SETTLE} run2")).ended(0);
}

const CORRECT: [&str; 8] =
    ["publish", "run2", "--ledger", "book", "--today", "2022-06-01", "--reason", "points recounted"];

fn balance(world: &World) -> Vec<String> {
    let ran = world.run("ledger balance book --format csv");
    ran.ended(0);
    ran.out.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn a_run_is_published_corrected_paid_and_exported() {
    let world = settled();
    world.run_en(PUBLISH).ended(0).said(&[
        "essai, 2021-01-01 to 2021-12-31",
        "2 published (€816.67)",
        "due on 2022-04-30: €816.67",
    ]);
    assert_eq!(world.names("book"), ["entries.jsonl", "ledger.lock"]);
    let paid = world.run_en("pay book --due 2022-04-30 --today 2022-04-28 --out paid.csv");
    paid.ended(0).said(&["2 payments, €816.67"]);
    assert!(paid.out.contains("alpha"), "{}", paid.out);
    assert_eq!(
        world.read("paid.csv"),
        "subject,payment_key,amount,currency,due,instrument,entry,recorded\n\
         alpha,essai/alpha/2021-01-01..2021-12-31/montant/1/1,700.00,EUR,2022-04-30,essai,3,2022-04-28\n\
         beta,essai/beta/2021-01-01..2021-12-31/montant/1/1,116.67,EUR,2022-04-30,essai,4,2022-04-28\n"
    );
    corrected(&world);
    world
        .run_with(&CORRECT, &[("LANG", "en_GB.UTF-8")])
        .ended(0)
        .said(&["1 corrected (difference €70.00), 1 unchanged", "due on 2022-04-30: €70.00"]);
    assert_eq!(
        balance(&world),
        ["essai,alpha,essai,EUR,770.00,0.00,700.00,70.00", "essai,beta,essai,EUR,116.67,0.00,116.67,0.00"]
    );
    world.run_en("pay book --due 2022-12-31 --today 2022-07-01").ended(0).said(&["1 payment, €70.00"]);
    world.run_en("ledger verify book").ended(0);
    let correction = world.read(ENTRIES).lines().nth(4).expect("a fifth entry").to_owned();
    for words in [r#""corrects":1"#, r#""reason":"points recounted""#, r#""cents":7000"#] {
        assert!(correction.contains(words), "{correction}");
    }
    world.run("ledger export book --format csv --out tables").ended(0);
    assert_eq!(
        world.names("tables"),
        ["accounts.csv", "entries.csv", "lines.csv", "postings.csv", "subjects.csv"]
    );
    assert!(world.read("tables/accounts.csv").contains("paid:essai:alpha,EUR,-770.00\n"));
    world.run("ledger export book --format beancount --out book.beancount").ended(0);
    assert!(world.read("book.beancount").contains("2022-07-02 balance Assets:Paid:Essai:Alpha -770.00"));
}

#[test]
fn asking_again_writes_nothing_and_says_so() {
    let world = published();
    let before = world.read(ENTRIES);
    world.run_en(PUBLISH).ended(0).said(&["Nothing to do again", "is already published in book (2)"]);
    assert_eq!(world.read(ENTRIES), before);
    world.run("pay book --due 2022-04-30 --today 2022-04-28").ended(0);
    let before = world.read(ENTRIES);
    world.run("pay book --due 2022-04-30").ended(0).said(&["Rien à payer au 30/04/2022"]);
    world.run_en("pay book --due 2022-01-31").ended(0).said(&["Nothing to pay by 2022-01-31"]);
    assert_eq!(world.read(ENTRIES), before);
}

#[test]
fn a_published_amount_is_not_overwritten() {
    let world = published();
    corrected(&world);
    let before = world.read(ENTRIES);
    world
        .run_en("publish run2 --ledger book")
        .ended(2)
        .said(&["essai/alpha/2021-01-01..2021-12-31 is already published with other amounts", "--reason"]);
    assert_eq!(world.read(ENTRIES), before);
    world.run_with(&CORRECT, &[]).ended(0);
    // The older run would take the newer amount back.
    world.run(PUBLISH).ended(2).said(&["un montant publié ne s'écrase pas", "--restore"]);
    let restore = ["publish", "run", "--ledger", "book", "--restore", "--today", "2022-07-01"];
    world.run_with(&restore, &[]).ended(2).said(&["--reason"]);
    world.run_with(&[&restore[..], &["--reason", "erreur"]].concat(), &[]).ended(0).said(&["1 corrigé"]);
    assert!(balance(&world)[0].starts_with("essai,alpha,essai,EUR,700.00"));
}

/// Makes the run of another version of the program, which gives alpha more: the same identity, other amounts.
fn made_by_another_version(world: &World, version: &str, cents: i64) {
    let manifest = world.read("run/manifest.toml");
    let recorded = format!("quotepart = \"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(manifest.contains(&recorded), "{manifest}");
    let statements = world.read("run/statements.jsonl");
    let mended = statements.replace("\"cents\":70000", &format!("\"cents\":{cents}"));
    let hash = |text: &str| rulebook::identity::sha256(text.as_bytes());
    let manifest = manifest.replace(&recorded, &format!("quotepart = \"{version}\""));
    world.write("run/manifest.toml", manifest.replace(&hash(&statements), &hash(&mended)));
    world.write("run/statements.jsonl", mended);
}

#[test]
fn an_engine_that_was_mended_posts_the_difference_with_a_reason() {
    let world = published();
    assert!(world.read(ENTRIES).contains(concat!("\"engine\":\"", env!("CARGO_PKG_VERSION"), "\"")));
    let before = world.read(ENTRIES);
    let with_reason =
        [&PUBLISH.split(' ').collect::<Vec<_>>()[..], &["--reason", "rounding mended"]].concat();
    // The same version cannot have found something else.
    made_by_another_version(&world, env!("CARGO_PKG_VERSION"), 71_000);
    world.run_with(&[&["--lang", "en"], &with_reason[..]].concat(), &[]).ended(2).said(&[
        "already published with other amounts by the same version of Quotepart (entry 1)",
        "if another version of Quotepart mended a defect",
    ]);
    world.run(&format!("{SETTLE} run --force")).ended(0);
    made_by_another_version(&world, "9.9.9", 71_000);
    world
        .run_en(PUBLISH)
        .ended(2)
        .said(&["Quotepart 9.9.9 does not find the amounts or due dates of run", "--reason"]);
    assert_eq!(world.read(ENTRIES), before);
    world
        .run_with(&[&["--lang", "en"], &with_reason[..]].concat(), &[])
        .ended(0)
        .said(&["1 corrected (difference €10.00), 1 unchanged"]);
    world.run_en(PUBLISH).ended(0).said(&["Nothing to do again"]);
    world.run_en("ledger verify book").ended(0);
    assert!(balance(&world)[0].starts_with("essai,alpha,essai,EUR,710.00"));
    // A run of another version is not made again unasked, and the command says so.
    world.run_en(&format!("{SETTLE} run")).ended(0).said(&[
        "already holds this run",
        concat!(
            "It comes from Quotepart 9.9.9; --force makes it again with Quotepart ",
            env!("CARGO_PKG_VERSION")
        ),
    ]);
    // Back to the first version: what was replaced does not come back by accident.
    world.run(&format!("{SETTLE} run --force")).ended(0);
    world.run_en(PUBLISH).ended(2).said(&["were replaced by those of another version", "--restore"]);
}

#[test]
fn some_subjects_may_be_published_before_the_others() {
    let world = settled();
    world.run_en(&format!("{PUBLISH} --subject beta")).ended(0).said(&["1 published (€116.67)"]);
    world.run_en(&format!("{PUBLISH} --subject gamma")).ended(2).said(&["`gamma` has no statement"]);
    world.run_en(PUBLISH).ended(0).said(&["1 published (€700.00), 1 unchanged"]);
    world.run_en(&format!("{PUBLISH} --subject alpha,beta")).ended(0).said(&["(2)"]);
}

#[test]
fn a_subject_that_a_newer_run_lacks_is_named_and_kept() {
    let world = published();
    world.write("facts.csv", FACTS.lines().take(2).collect::<Vec<_>>().join("\n"));
    world.run(&format!("{SETTLE} run2")).ended(0);
    world
        .run_en("publish run2 --ledger book")
        .ended(0)
        .said(&["1 unchanged", "absent from this run, left as they are: 1 (beta)"]);
}

#[test]
fn an_adjustment_is_made_once_by_somebody_for_a_reason() {
    let world = published();
    let adjust = |amount: &str, more: &[&str]| {
        let mut words = vec!["--lang", "en", "ledger", "adjust", "book", "--subject", "alpha"];
        words.extend(["--author", "Mme R.", "--reason", "flood", "--due", "2022-05-31", "--amount", amount]);
        words.extend(more);
        world.run_with(&words, &[])
    };
    let first = adjust("-1 250,50", &["--today", "2022-04-01"]);
    first.ended(0).said(&["-€1,250.50 due on 2022-05-31", "decided by Mme R. (entry 3)"]);
    adjust("-1250.50", &[]).ended(0).said(&["made before (entry 3)"]);
    adjust("5", &[]).ended(2).said(&["choose another reference", "--reference"]);
    adjust("5", &["--reference", "second"]).ended(0);
    adjust("0", &["--reference", "third"]).ended(2).said(&["adjusts nothing"]);
    for wrong in ["1,234", "ten", "0.001", ""] {
        adjust(wrong, &[]).ended(2).said(&["--amount"]);
    }
    assert_eq!(balance(&world)[0], "essai,alpha,essai,EUR,700.00,-1245.50,0.00,-545.50");
    world
        .run_en("ledger adjust book --subject alfa --amount 1 --author a --reason b --due 2022-05-31")
        .ended(2)
        .said(&["`alfa` has no published statement", "the nearest name is `alpha`"]);
    adjust("5", &["--period", "2020-06-01"]).ended(2).said(&["no published statement of this contract"]);
}

#[test]
fn what_stood_on_a_day_is_shown() {
    let world = published();
    world.run("pay book --due 2022-04-30 --today 2022-04-28").ended(0);
    let at = |day: &str| world.run_en(&format!("ledger balance book --format csv --at {day}")).out;
    assert_eq!(at("2022-02-28").lines().count(), 1);
    assert!(at("2022-04-27").contains("alpha,essai,EUR,700.00,0.00,0.00,700.00"));
    assert!(at("2022-04-28").contains("alpha,essai,EUR,700.00,0.00,700.00,0.00"));
    let shown = world.run_en("ledger balance book --at 2022-04-27").out;
    assert!(shown.starts_with("On 2022-04-27:"), "{shown}");
    assert!(shown.contains("due on 2022-04-30: €816.67"), "{shown}");
    let whole: serde_json::Value =
        serde_json::from_str(&world.run("ledger balance book --format json").out).expect("JSON");
    assert_eq!(whole["totals"][0]["paid"], "816.67");
    assert_eq!(whole["entries"], 4);
    world.run("ledger balance book --at 2022-04-27 --format html --out page.html").ended(0);
    let page = world.read("page.html");
    assert!(page.contains("30/04/2022") && page.contains("alpha") && !page.contains("<script"));
}

#[test]
fn a_clock_that_went_back_is_said() {
    let world = published();
    world
        .run_en("pay book --due 2022-04-30 --today 2021-06-01")
        .ended(0)
        .said(&["the date given (2021-06-01) is before the last entry: recorded under 2022-03-01"]);
    world.run("ledger verify book").ended(0);
}

#[test]
fn a_torn_last_line_is_dropped_and_said() {
    let world = published();
    let whole = world.read(ENTRIES);
    for cut in [1, 200, whole.len() / 3] {
        world.write(ENTRIES, &whole[..whole.len() - cut]);
        world
            .run_en("ledger verify book")
            .ended(0)
            .said(&["line 2 was not written to its end", "is dropped"]);
        // Nothing is written by who only reads.
        assert_eq!(world.read(ENTRIES).len(), whole.len() - cut);
        world.run_en(PUBLISH).ended(0).said(&["line 2 was not written to its end", "1 published"]);
        assert_eq!(world.read(ENTRIES), whole);
    }
}

#[test]
fn an_altered_entry_is_refused_with_its_line() {
    let world = published();
    world.run("pay book --due 2022-04-30").ended(0);
    let whole = world.read(ENTRIES);
    let altered = whole.replacen("70000", "70001", 1);
    world.write(ENTRIES, &altered);
    for command in [PUBLISH, "pay book --due 2023-01-01", "ledger balance book"] {
        world.run_en(command).ended(2).said(&["line 1", "entry 1 was changed", "nothing was written"]);
    }
    world.run_en("ledger verify book").ended(2).said(&["is not as it was written", "entry 1 was changed"]);
    assert_eq!(world.read(ENTRIES), altered);
    world.write(ENTRIES, whole.replacen("\"sequence\":2", "\"sequence\":", 1));
    world.run_en("ledger balance book").ended(2).said(&["line 2 is not an entry"]);
    // An end that is cut off leaves a sound ledger: only who noted an entry can tell.
    world.write(ENTRIES, &whole);
    let said = world.run_en("ledger verify book").out;
    let hash = said.trim_end().rsplit(' ').next().expect("a hash").to_owned();
    world.run(&format!("ledger verify book --contains {hash}")).ended(0);
    world.write(ENTRIES, whole.split_inclusive('\n').take(3).collect::<String>());
    world.run("ledger verify book").ended(0);
    world.run_en(&format!("ledger verify book --contains {hash}")).ended(2).said(&["its end was cut off"]);
}

#[test]
fn what_an_interrupted_command_left_is_finished() {
    let world = published();
    let before = world.read(ENTRIES);
    world.run("pay book --due 2022-04-30 --today 2022-04-28").ended(0);
    let after = world.read(ENTRIES);
    let lines = &after[before.len()..];
    for written in [0, 1, lines.len() / 2, lines.len() - 1, lines.len()] {
        world.write(ENTRIES, &after[..before.len() + written]);
        world.write("book/redo.jsonl", lines);
        // Who only reads counts it and writes nothing.
        world.run_en("ledger verify book").ended(0);
        assert!(balance(&world)[0].ends_with("700.00,0.00"));
        assert!(world.exists("book/redo.jsonl"));
        world.run_en("pay book --due 2022-04-30").ended(0).said(&["Nothing to pay"]);
        assert_eq!(world.read(ENTRIES), after, "{written} bytes were there");
        assert_eq!(world.names("book"), ["entries.jsonl", "ledger.lock"]);
    }
    // A power cut may leave zeros where nothing was written yet.
    world.write(ENTRIES, format!("{}\0\0\0", &after[..before.len() + 40]));
    world.write("book/redo.jsonl", lines);
    world.run_en("pay book --due 2022-04-30").ended(0).said(&["an interrupted command", "2 entries"]);
    assert_eq!(world.read(ENTRIES), after);
    // Lines of another ledger are not ours to finish.
    for left in
        [lines.replacen("alpha", "omega", 1), lines[lines.find('\n').expect("a line") + 1..].to_owned()]
    {
        world.write(ENTRIES, &before);
        world.write("book/redo.jsonl", &left);
        world.run_en("ledger balance book").ended(2);
        world.run_en("pay book --due 2022-04-30").ended(2);
        assert_eq!(world.read(ENTRIES), before);
    }
}

#[test]
fn payments_that_could_not_be_listed_are_listed_again() {
    let world = published();
    let pay = "pay book --due 2022-04-30 --today 2022-04-28 --out paid.csv";
    world.write("paid.csv", "somebody else's");
    world.run_en(pay).ended(2).said(&["is not overwritten; nothing is paid"]);
    assert_eq!(world.read(ENTRIES).lines().count(), 2);
    std::fs::remove_file(world.path("paid.csv")).expect("removed");
    world.run(pay).ended(0);
    let listed = world.read("paid.csv");
    world.run_en(pay).ended(0).said(&["Nothing to pay"]);
    assert_eq!(world.read("paid.csv"), listed);
    // As if the command had stopped between the ledger and the list.
    std::fs::remove_file(world.path("paid.csv")).expect("removed");
    world.run_en(pay).ended(0).said(&["repeats the last payment", "do not send it twice"]);
    assert_eq!(world.read("paid.csv"), listed);
}

#[test]
fn a_ledger_in_use_is_left_alone() {
    let world = published();
    let file = std::fs::File::open(world.path("book/ledger.lock")).expect("a lock");
    file.lock().expect("locked");
    for command in [PUBLISH, "pay book --due 2022-04-30", "ledger balance book", "ledger verify book"] {
        world.run_en(command).ended(2).said(&["`book` is in use by another quotepart", "start again"]);
    }
    drop(file);
    // A file that is left is no lock: the system knows that nobody holds it.
    assert!(world.exists("book/ledger.lock"));
    world.run("pay book --due 2022-04-30").ended(0);
}

#[test]
fn what_is_not_a_run_or_not_a_ledger_is_refused() {
    let world = settled();
    world.run_en("publish essai --ledger book").ended(2).said(&["`essai` is not a run"]);
    assert!(!world.exists("book"));
    world.run_en("publish run --ledger run").ended(2).said(&["`run` exists and is not a ledger"]);
    world.run_en("publish run --ledger absent/book").ended(2).said(&["the folder `absent` does not exist"]);
    world.run_en("publish run --ledger facts.csv").ended(2);
    for command in ["pay run --due 2022-04-30", "ledger verify run", "ledger balance run"] {
        world.run_en(command).ended(2).said(&["`run` is not a ledger", "publish RUN --ledger FOLDER"]);
    }
    world.run_en("pay absent --due 2022-04-30").ended(2).said(&["the ledger `absent` does not exist"]);
    world.write("other/entries.jsonl", "{\"format\":2}\n");
    world.run_en("ledger verify other").ended(2).said(&["line 1 is not an entry"]);
    world.run_en("publish run --ledger other").ended(2).said(&["line 1 is not an entry"]);
    world.run("pay book --due tomorrow").ended(2);
    world.run("publish run --ledger book --today 2022-13-01").ended(2);
    world.run("ledger balance").ended(2);
    world.run("ledger").ended(2);
    world.run("ledger verfy book").ended(2).said(&["verify"]);
}

#[test]
fn a_run_that_was_altered_is_refused() {
    let world = settled();
    let honest = world.read("run/statements.jsonl");
    world.write("run/statements.jsonl", honest.replace("70000", "90000"));
    world.run_en(PUBLISH).ended(2).said(&["was altered: `statements.jsonl`", "--force"]);
    world.write("run/statements.jsonl", honest);
    world.write("run/results/equipe.csv", "subject,majore,montant\nalpha,false,900.00\n");
    world.run_en(PUBLISH).ended(2).said(&["was altered: `results/equipe.csv`"]);
    assert!(!world.exists("book"));
    // A run of a version without statements.
    let manifest = world.read("run/manifest.toml");
    let older = manifest.split("[[results]]").filter(|part| !part.contains("statements.jsonl"));
    world.write("run/manifest.toml", older.collect::<Vec<_>>().join("[[results]]"));
    world.write("run/results/equipe.csv", "subject,majore,montant\nalpha,false,700.00\nbeta,false,116.67\n");
    world.run_en(PUBLISH).ended(2).said(&["`run` has no statements", "--force"]);
}

#[test]
fn facts_that_changed_since_the_run_are_said_and_the_run_is_published() {
    let world = settled();
    world.write("facts.csv", FACTS.replace("alpha,100", "alpha,900"));
    world.run_en(PUBLISH).ended(0).said(&["have changed since the run", "2 published (€816.67)"]);
    let world = settled();
    std::fs::remove_file(world.path("facts.csv")).expect("removed");
    world.run_en(PUBLISH).ended(0).said(&["are gone", "2 published (€816.67)"]);
}

#[test]
fn a_run_that_owes_nothing_is_said() {
    let world = World::new();
    world.write("facts.csv", FACTS);
    let without = RULEBOOK.replace("pays    = true", "output  = true").replace("[schedule]", "");
    let without = without.replace("montant = { due = { day = \"04-30\", year = 1 } }", "");
    world.write("essai/rulebook.toml", without);
    world.run(&format!("{SETTLE} run")).ended(0);
    world.run_en(PUBLISH).ended(2).said(&["owes nothing to anybody", "pays = true"]);
    assert!(!world.exists("book"));
    // All refused: the same code as the run.
    let world = World::new();
    world.write("facts.csv", "subject,points,diviseur,horaire\nalpha,100,0,12h\n");
    world.run(&format!("{SETTLE} run")).ended(4);
    world.run_en(PUBLISH).ended(4).said(&["every subject of the run `run` is refused"]);
    // Some refused: the others are published, and it is said.
    let world = World::new();
    world.write("facts.csv", "subject,points,diviseur,horaire\nalpha,100,0,12h\nbeta,100,1,12h\n");
    world.run(&format!("{SETTLE} run")).ended(3);
    world.run_en(PUBLISH).ended(0).said(&["1 published", "refused by the run: 1 subject"]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_said() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = published();
    corrected(&world);
    let before = world.read(ENTRIES);
    let mode = |mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(world.path("book"), permissions).expect("mode set");
    };
    mode(0o555);
    let is_almighty = std::fs::write(world.path("book/probe"), "").is_ok();
    let ran = world.run_with(&CORRECT, &[("LANG", "en_GB.UTF-8")]);
    let read = world.run("ledger balance book");
    mode(0o755);
    if is_almighty {
        #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
        {
            eprintln!("SKIPPED: this user may write everywhere");
        }
        return;
    }
    ran.ended(2).said(&["cannot write `book/", "permission denied"]);
    read.ended(0);
    assert_eq!(world.read(ENTRIES), before);
}
