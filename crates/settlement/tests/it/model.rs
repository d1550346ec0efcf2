//! A seeded model of the ledger: random commands, a writer that stops or fails at every write, and a plain account beside it.
//!
//! The model reads entries and nothing else: it knows what each run granted, and adds up what the entries paid.

use std::collections::{BTreeMap, BTreeSet};

use exact::Cents;
use jiff::ToSpan as _;
use jiff::civil::Date;
use settlement::ledger::{
    Action, Adjustment, Command, Entry, Note, Redo, Refusal, State, apply, decode_lines, encode_lines, redo,
    replay, verify,
};
use settlement::{
    AMOUNT_MAX_CENTS, Digest, Instalment, PaymentKey, Statement, StatementKey, StatementLine, StatementParts,
    Step,
};

use crate::support::{Random, date, key};

/// Commands in an ordinary test run: a few seconds, with and without optimisation.
const COMMANDS: u64 = if cfg!(debug_assertions) { 2_000 } else { 20_000 };
/// Commands in the long run: `cargo test --release -p settlement -- --ignored million`.
const COMMANDS_LONG: u64 = 1_000_000;
/// Commands before a new ledger is begun.
const COMMANDS_PER_WORLD: u64 = if cfg!(debug_assertions) { 100 } else { 200 };

/// How often what happened.
#[derive(Debug, Default)]
struct Counts {
    commands: u64,
    refused: u64,
    contradicted: u64,
    mended: u64,
    nothing_to_do: u64,
    clock_back: u64,
    entries: u64,
    publications: u64,
    corrections: u64,
    payments: u64,
    adjustments: u64,
    writes: u64,
    writer_stops: u64,
    disk_errors: u64,
    redone: u64,
    torn_lines: u64,
    full_replays: u64,
    bytes: u64,
}

/// What the model knows of one statement.
#[derive(Default)]
struct Known {
    /// What was in force, one after the other.
    runs: Vec<String>,
    /// Which engine gave what for which run.
    given: Vec<(String, Digest, Option<String>)>,
    target: BTreeMap<Step, (Date, i64)>,
    adjusted: BTreeMap<String, Adjustment>,
    paid: BTreeMap<Step, i64>,
}

struct World {
    random: Random,
    state: State,
    /// The written ledger.
    file: Vec<u8>,
    /// How much of it the state knows.
    read: usize,
    /// The lines that a writer left beside it.
    left: Vec<u8>,
    /// Where the ledger ends without and with a command whose writer followed the rules.
    ends: Option<(usize, usize)>,
    known: BTreeMap<StatementKey, Known>,
    /// Every publication that was accepted, with its engine.
    published: Vec<(Vec<Statement>, Option<String>)>,
    paid_keys: BTreeSet<PaymentKey>,
    runs: u64,
    today: Date,
}

fn run_world(seed: u64, commands: u64, counts: &mut Counts) -> World {
    let mut world = World {
        random: Random(seed),
        state: State::default(),
        file: Vec::new(),
        read: 0,
        left: Vec::new(),
        ends: None,
        known: BTreeMap::new(),
        published: Vec::new(),
        paid_keys: BTreeSet::new(),
        runs: 0,
        today: date("2024-01-15"),
    };
    for _ in 0..commands {
        world.turn(counts);
    }
    world.close(counts);
    world
}

/// Returns the entries of a ledger with a life behind it.
pub(crate) fn random_ledger(seed: u64) -> Vec<Entry> {
    let world = run_world(seed, 60, &mut Counts::default());
    decode_lines(&world.file).entries
}

/// Names what a run gave for a statement: another engine may give something else.
fn result(statement: &Statement) -> String {
    format!("{} {}", statement.run(), statement.content())
}

/// Returns what a statement grants, step by step.
fn target(statement: &Statement) -> BTreeMap<Step, (Date, i64)> {
    let mut target = BTreeMap::new();
    for line in statement.lines() {
        for part in &line.instalments {
            let step = Step::Instalment { rule: line.rule.clone(), number: part.number };
            target.insert(step, (part.due, part.amount.get()));
        }
    }
    target
}

impl World {
    fn turn(&mut self, counts: &mut Counts) {
        counts.commands += 1;
        let days =
            if self.random.one_in(8) { self.random.between(-400, 0) } else { self.random.between(0, 20) };
        let today = self.today.saturating_add(days.days());
        self.today = self.today.max(today);
        if self.random.one_in(if cfg!(debug_assertions) { 100 } else { 40 }) {
            self.replay_all(counts);
        }
        match self.random.below(10) {
            0..=2 => self.publish_new(today, counts),
            3 => self.publish_known(today, counts),
            4 => self.contradict(today, counts),
            5..=7 => self.pay(today, counts),
            _ => self.adjust(today, counts),
        }
    }

    fn publish_new(&mut self, today: Date, counts: &mut Counts) {
        self.runs += 1;
        let run = format!("run{}", self.runs);
        let instrument = ["contrat", "accord"][self.random.index(2)];
        let year = self.random.between(2023, 2024);
        let mut statements = Vec::new();
        for subject in ["e1", "e2", "e3", "m/4"] {
            if statements.is_empty() || !self.random.one_in(4) {
                let key = StatementKey {
                    instrument: instrument.to_owned(),
                    first: date(&format!("{year}-01-01")),
                    last: date(&format!("{year}-12-31")),
                    ..key(subject)
                };
                statements.push(self.statement(key, &run));
            }
        }
        // Entries of before the engine was named stand beside those that name it.
        let engine = (!self.random.one_in(4)).then(|| format!("0.{}.0", self.random.between(1, 3)));
        self.published.push((statements.clone(), engine.clone()));
        let publish = |reason| Command::Publish {
            statements: statements.clone(),
            reason,
            engine: engine.clone(),
            restore: false,
        };
        let with_reason = publish(Some("motif".to_owned()));
        if self.random.one_in(3) {
            // Without a reason nothing that is published changes.
            match self.does(&publish(None), today, counts) {
                None => assert!(!self.changes_an_amount(&statements), "changed without a reason"),
                Some(refusal) => {
                    assert!(matches!(refusal, Refusal::Unexplained { .. }), "{refusal:?}");
                    assert!(self.changes_something(&statements), "refused for nothing");
                    let refusal = self.does(&with_reason, today, counts);
                    assert!(refusal.is_none(), "{refusal:?}");
                }
            }
        } else {
            let refusal = self.does(&with_reason, today, counts);
            assert!(refusal.is_none(), "{refusal:?}");
        }
        self.learn(&statements, engine.as_deref());
    }

    /// Returns whether statements grant other amounts than those in force.
    fn changes_an_amount(&self, statements: &[Statement]) -> bool {
        let amounts = |target: &BTreeMap<Step, (Date, i64)>| -> BTreeMap<Step, i64> {
            let amounts = target.iter().map(|(step, (_, amount))| (step.clone(), *amount));
            amounts.filter(|(_, amount)| *amount != 0).collect()
        };
        let known = |statement: &Statement| self.known.get(statement.key());
        let changes = |statement: &&Statement| {
            known(statement).is_some_and(|known| amounts(&known.target) != amounts(&target(statement)))
        };
        statements.iter().any(|statement| changes(&statement))
    }

    /// Returns whether statements grant other amounts than those in force, or at other dates.
    fn changes_something(&self, statements: &[Statement]) -> bool {
        let known = |statement: &Statement| self.known.get(statement.key());
        statements
            .iter()
            .any(|statement| known(statement).is_some_and(|known| known.target != target(statement)))
    }

    fn statement(&mut self, key: StatementKey, run: &str) -> Statement {
        let mut lines = Vec::new();
        for rule in ["avance", "solde", "prime"] {
            if self.random.one_in(4) {
                continue;
            }
            let instalments: Vec<Instalment> = (1..=u32::try_from(self.random.between(1, 3))
                .expect("a number"))
                .map(|number| {
                    // Due dates mostly stay the same from one run to the next.
                    let months = i64::from(number) * 4 + i64::from(self.random.one_in(6));
                    let due = key.first.saturating_add(months.months());
                    Instalment { number, due, amount: Cents::new(self.amount()) }
                })
                .collect();
            let amount = Cents::checked_sum(instalments.iter().map(|part| part.amount)).expect("a sum");
            let label = rulebook::Text::same(rule);
            lines.push(StatementLine { rule: rule.to_owned(), label, amount, instalments });
        }
        let parts = StatementParts {
            key,
            payer: "Caisse".to_owned(),
            currency: "EUR".to_owned(),
            run: run.to_owned(),
            lines,
        };
        Statement::new(parts).expect("a sound statement")
    }

    fn amount(&mut self) -> i64 {
        match self.random.below(12) {
            0 => 0,
            1 => self.random.between(-50_000, -1),
            2 if self.random.one_in(20) => AMOUNT_MAX_CENTS,
            // Few different amounts, so that differences are often nothing.
            3..=6 => self.random.between(1, 3) * 100_000,
            _ => self.random.between(1, 5_000_000),
        }
    }

    /// Publishes a known run again: nothing to do, a return on purpose, or refused.
    fn publish_known(&mut self, today: Date, counts: &mut Counts) {
        if self.published.is_empty() {
            return;
        }
        let back = if self.random.one_in(2) { 1 } else { self.random.index(self.published.len()) + 1 };
        let (statements, engine) = self.published[self.published.len() - back].clone();
        let restore = self.random.one_in(3);
        let is_replaced = |statement: &Statement| {
            self.known[statement.key()].runs.last().is_none_or(|run| *run != result(statement))
        };
        let is_refused = !restore && statements.iter().any(is_replaced);
        let is_contradiction = self.contradicts(&statements, engine.as_ref());
        let reason = restore.then(|| "retour voulu".to_owned());
        let command =
            Command::Publish { statements: statements.clone(), reason, engine: engine.clone(), restore };
        let refusal = self.does(&command, today, counts);
        match &refusal {
            Some(Refusal::Replaced { .. }) => assert!(is_refused),
            Some(Refusal::Contradicts { .. }) => assert!(is_contradiction),
            other => assert!(other.is_none() && !is_refused && !is_contradiction, "{other:?}"),
        }
        if refusal.is_none() {
            self.learn(&statements, engine.as_deref());
        }
    }

    /// Returns whether an engine gave other amounts before for the run of some statement.
    fn contradicts(&self, statements: &[Statement], engine: Option<&String>) -> bool {
        statements.iter().any(|statement| {
            let known = &self.known[statement.key()];
            let mut given = known.given.iter();
            let is_in_force = known.runs.last() == Some(&result(statement));
            !is_in_force
                && given.any(|(run, content, by)| {
                    run == statement.run()
                        && *content != statement.content()
                        && (engine.is_none() || by.as_ref() == engine)
                })
        })
    }

    /// Asks to overwrite what a run published with another amount: another engine may, the same one may not.
    fn contradict(&mut self, today: Date, counts: &mut Counts) {
        if self.published.is_empty() {
            return;
        }
        let index = self.random.index(self.published.len());
        let (mut statements, mut engine) = self.published[index].clone();
        if self.random.one_in(2) {
            engine = Some(format!("0.{}.0", self.random.between(1, 5)));
        }
        let which = self.random.index(statements.len());
        let mut parts: StatementParts = statements[which].clone().into();
        let Some(line) = parts.lines.first_mut() else { return };
        let more = if line.instalments[0].amount.get() == AMOUNT_MAX_CENTS { -1 } else { 1 };
        line.amount = Cents::new(line.amount.get() + more);
        line.instalments[0].amount = Cents::new(line.instalments[0].amount.get() + more);
        statements[which] = Statement::new(parts).expect("a sound statement");
        let is_refused = self.contradicts(&statements, engine.as_ref());
        let reason = Some("motif".to_owned());
        let command = Command::Publish {
            statements: statements.clone(),
            reason,
            engine: engine.clone(),
            restore: true,
        };
        let refusal = self.does(&command, today, counts);
        assert_eq!(matches!(refusal, Some(Refusal::Contradicts { .. })), is_refused, "{refusal:?}");
        if is_refused {
            counts.contradicted += 1;
        } else {
            counts.mended += 1;
            self.learn(&statements, engine.as_deref());
            self.published.push((statements, engine));
        }
    }

    fn learn(&mut self, statements: &[Statement], engine: Option<&str>) {
        for statement in statements {
            let known = self.known.entry(statement.key().clone()).or_default();
            if known.runs.last().is_none_or(|run| *run != result(statement)) {
                known.runs.push(result(statement));
                let run = statement.run().to_owned();
                known.given.push((run, statement.content(), engine.map(str::to_owned)));
            }
            known.target = target(statement);
        }
    }

    fn pay(&mut self, today: Date, counts: &mut Counts) {
        let due = date("2023-01-01").saturating_add(self.random.between(0, 900).days());
        let refusal = self.does(&Command::Pay { due }, today, counts);
        assert!(refusal.is_none(), "{refusal:?}");
        for known in self.known.values() {
            for (step, (when, target)) in &known.target {
                if *when <= due {
                    assert_eq!(known.paid.get(step).copied().unwrap_or_default(), *target, "{step}");
                }
            }
            for adjusted in known.adjusted.values().filter(|adjusted| adjusted.due <= due) {
                let step = Step::Adjustment { reference: adjusted.reference.clone() };
                assert_eq!(known.paid.get(&step).copied(), Some(adjusted.amount.get()), "{step}");
            }
        }
    }

    fn adjust(&mut self, today: Date, counts: &mut Counts) {
        let Some(about) = self.known.keys().nth(self.random.index(self.known.len().max(1))).cloned() else {
            return;
        };
        let reference = format!("geste {}", self.random.below(6));
        let mut asked = Adjustment {
            about: about.clone(),
            reference: reference.clone(),
            author: "Directrice".to_owned(),
            reason: "motif".to_owned(),
            amount: Cents::new(self.random.between(1, 90_000) * if self.random.one_in(3) { -1 } else { 1 }),
            due: date("2023-06-30").saturating_add(self.random.between(0, 600).days()),
        };
        let before = self.known[&about].adjusted.get(&reference).cloned();
        if let Some(before) = before.as_ref().filter(|_| self.random.one_in(2)) {
            asked = before.clone();
        }
        let is_refused = before.is_some_and(|before| before != asked);
        let refusal = self.does(&Command::Adjust(asked.clone()), today, counts);
        assert_eq!(matches!(refusal, Some(Refusal::OtherAdjustment { .. })), is_refused, "{refusal:?}");
        if !is_refused {
            let known = self.known.get_mut(&about).expect("a known statement");
            known.adjusted.insert(reference, asked);
        }
    }

    /// Does a command with a writer that stops anywhere, and starts again until it is done.
    fn does(&mut self, command: &Command, today: Date, counts: &mut Counts) -> Option<Refusal> {
        let outcome = match apply(&self.state, command, today) {
            Ok(outcome) => outcome,
            Err(refusal) => {
                counts.refused += 1;
                return Some(*refusal);
            }
        };
        let back = outcome.notes.iter().any(|note| matches!(note, Note::ClockWentBack { .. }));
        let is_back = self.state.head().recorded.is_some_and(|last| today < last);
        assert_eq!(back, is_back && !outcome.entries.is_empty());
        counts.clock_back += u64::from(back);
        if outcome.entries.is_empty() {
            counts.nothing_to_do += 1;
            return None;
        }
        self.count(&outcome.entries, counts);
        let start = self.file.len();
        let whole = encode_lines(&outcome.entries).expect("lines").into_bytes();
        counts.bytes += u64::try_from(whole.len()).expect("a length");
        loop {
            self.recover(counts);
            let missing = apply(&self.state, command, today).expect("accepted before").entries;
            let bytes = encode_lines(&missing).expect("lines").into_bytes();
            if bytes.is_empty() {
                break;
            }
            assert!(whole.ends_with(&bytes));
            self.write(&bytes, bytes.len() == whole.len(), counts);
        }
        // As if nothing had ever stopped.
        assert_eq!(&self.file[start..], whole.as_slice());
        assert!(self.left.is_empty());
        let again = apply(&self.state, command, today).expect("accepted before");
        assert!(again.entries.is_empty(), "done twice: {again:?}");
        None
    }

    /// Writes lines as the binary does: first beside the ledger, then after it. Every step may stop or fail.
    fn write(&mut self, lines: &[u8], is_whole: bool, counts: &mut Counts) {
        counts.writes += 1;
        let kept = self.file.len();
        let some = self.random.index(lines.len() + 1);
        let stage = self.random.below(9);
        counts.writer_stops += u64::from(stage < 7);
        match stage {
            // Stopped before the lines are complete beside the ledger: what is not complete has no name.
            0 => {}
            // Stopped while they are appended, perhaps before the first byte, perhaps after the last.
            1..=3 => {
                self.left = lines.to_vec();
                self.file.extend_from_slice(&lines[..some]);
                if stage == 3 {
                    // After a power cut the file is longer than what was written.
                    self.file.extend(std::iter::repeat_n(0, self.random.index(5)));
                }
            }
            // The disk takes no more: the ledger is cut back, then the lines go; stopped in between or not.
            4 | 5 => {
                counts.disk_errors += 1;
                self.file.extend_from_slice(&lines[..some]);
                self.file.truncate(kept);
                self.left = if stage == 4 { lines.to_vec() } else { Vec::new() };
            }
            // Something else cut off the end of a ledger whose writer was done.
            6 => {
                self.file.extend_from_slice(&lines[..some]);
                return;
            }
            _ => self.file.extend_from_slice(lines),
        }
        self.ends = is_whole.then_some((kept, kept + lines.len()));
    }

    /// Finishes what was begun, as whoever comes next does, and takes in what is new.
    fn recover(&mut self, counts: &mut Counts) {
        while let Redo::Append { kept_bytes } = redo(&self.file, &self.left).expect("lines of this ledger") {
            counts.redone += 1;
            self.file.truncate(kept_bytes);
            // This may be stopped too.
            let whole = self.left.len();
            let some = if self.random.one_in(3) { self.random.index(whole) } else { whole };
            self.file.extend_from_slice(&self.left[..some]);
        }
        self.left.clear();
        let tail = decode_lines(&self.file[self.read..]);
        assert!(tail.faults.is_empty(), "{:?}", tail.faults);
        if let Some(torn) = tail.torn {
            counts.torn_lines += 1;
            self.file.truncate(self.read + torn.kept_bytes);
        }
        if let Some((none, all)) = self.ends.take() {
            assert!([none, all].contains(&self.file.len()), "half a command");
        }
        for entry in &tail.entries {
            self.state.advance(entry).expect("an entry that follows");
            self.account_for(entry);
        }
        self.read = self.file.len();
    }

    fn account_for(&mut self, entry: &Entry) {
        assert_eq!(entry.postings.iter().map(|posting| posting.amount.get()).sum::<i64>(), 0);
        if let Action::Pay { lines, .. } = &entry.action {
            let known = self.known.get_mut(&entry.about).expect("paid before it is published");
            for line in lines {
                assert!(
                    self.paid_keys.insert(entry.payment_key(line)),
                    "paid twice: {}",
                    entry.payment_key(line)
                );
                *known.paid.entry(line.step.clone()).or_default() += line.amount.get();
            }
        }
    }

    #[expect(clippy::unused_self, reason = "it reads as part of the world")]
    fn count(&self, entries: &[Entry], counts: &mut Counts) {
        for entry in entries {
            counts.entries += 1;
            match entry.action {
                Action::Publish { .. } => counts.publications += 1,
                Action::Correct { .. } => counts.corrections += 1,
                Action::Pay { .. } => counts.payments += 1,
                Action::Adjust { .. } => counts.adjustments += 1,
            }
        }
    }

    fn replay_all(&mut self, counts: &mut Counts) {
        counts.full_replays += 1;
        let read = decode_lines(&self.file);
        assert!(read.torn.is_none() && read.faults.is_empty());
        let replayed = replay(&read.entries).unwrap_or_else(|fault| panic!("{fault}"));
        assert!(replayed == self.state, "a replay gives another state");
        self.state = replayed;
    }

    /// Pays everything and closes the books.
    fn close(&mut self, counts: &mut Counts) {
        let far = date("2040-01-01");
        self.today = self.today.max(date("2030-01-01"));
        let today = self.today;
        self.does(&Command::Pay { due: far }, today, counts);
        self.replay_all(counts);
        assert!(verify(&decode_lines(&self.file).entries).is_ok());
        let mut total = 0;
        for (key, known) in &self.known {
            let mut expected: BTreeMap<Step, i64> = BTreeMap::new();
            for (step, (_, amount)) in &known.target {
                expected.insert(step.clone(), *amount);
            }
            for adjusted in known.adjusted.values() {
                let step = Step::Adjustment { reference: adjusted.reference.clone() };
                expected.insert(step, adjusted.amount.get());
            }
            expected.retain(|_, amount| *amount != 0);
            let mut paid = known.paid.clone();
            paid.retain(|_, amount| *amount != 0);
            assert_eq!(paid, expected, "{key}");
            total += expected.values().map(|amount| i128::from(*amount)).sum::<i128>();
        }
        let held = |root: &str| -> i128 {
            let all = self.state.balances().iter();
            all.filter(|((account, _), _)| account.to_string().starts_with(root))
                .map(|(_, amount)| amount)
                .sum()
        };
        assert_eq!(held("paid:"), -total);
        assert_eq!(held("payable:"), 0);
        assert_eq!(held("payer:") + held("discretion:"), total);
    }
}

fn run(commands: u64, first_seed: u64) {
    let mut counts = Counts::default();
    let mut seed = first_seed;
    while counts.commands < commands {
        let world = std::panic::catch_unwind(|| {
            let mut counts = Counts::default();
            run_world(seed, COMMANDS_PER_WORLD, &mut counts);
            counts
        });
        counts.add(&world.unwrap_or_else(|_| panic!("the world of seed {seed} fails")));
        seed += 1;
    }
    assert!(counts.contradicted > 0 && counts.mended > 0, "both have happened");
    eprintln!("seeds {first_seed}..{seed}: {counts:#?}");
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.commands += other.commands;
        self.refused += other.refused;
        self.contradicted += other.contradicted;
        self.mended += other.mended;
        self.nothing_to_do += other.nothing_to_do;
        self.clock_back += other.clock_back;
        self.entries += other.entries;
        self.publications += other.publications;
        self.corrections += other.corrections;
        self.payments += other.payments;
        self.adjustments += other.adjustments;
        self.writes += other.writes;
        self.writer_stops += other.writer_stops;
        self.disk_errors += other.disk_errors;
        self.redone += other.redone;
        self.torn_lines += other.torn_lines;
        self.full_replays += other.full_replays;
        self.bytes += other.bytes;
    }
}

#[test]
fn random_commands_with_a_writer_that_stops_at_every_write() {
    run(COMMANDS, 0);
}

#[test]
#[ignore = "minutes: cargo test --release -p settlement -- --ignored million"]
fn a_million_random_commands_with_a_writer_that_stops_at_every_write() {
    run(COMMANDS_LONG, 1_000_000);
}

/// Every write of a short life is cut at every byte (one in seven without optimisation); the whole file is read again
/// each time.
#[test]
fn a_writer_that_stops_after_each_byte() {
    let mut random = World {
        random: Random(7),
        state: State::default(),
        file: Vec::new(),
        read: 0,
        left: Vec::new(),
        ends: None,
        known: BTreeMap::new(),
        published: Vec::new(),
        paid_keys: BTreeSet::new(),
        runs: 0,
        today: date("2024-01-15"),
    };
    let first: Vec<Statement> = ["e1", "e2"].map(|subject| random.statement(key(subject), "run1")).to_vec();
    let second: Vec<Statement> = ["e1", "e2"].map(|subject| random.statement(key(subject), "run2")).to_vec();
    let publish = |statements| Command::Publish {
        statements,
        reason: Some("motif".to_owned()),
        engine: None,
        restore: false,
    };
    let commands = [
        publish(first),
        Command::Pay { due: date("2024-09-30") },
        publish(second),
        Command::Pay { due: date("2026-01-01") },
    ];
    let today = date("2024-02-01");
    let mut state = State::default();
    let mut file: Vec<u8> = Vec::new();
    for command in &commands {
        let bytes = encode_lines(&apply(&state, command, today).expect("accepted").entries)
            .expect("lines")
            .into_bytes();
        let whole = [file.as_slice(), bytes.as_slice()].concat();
        let expected = replay(&decode_lines(&whole).entries).expect("sound");
        for cut in (0..=bytes.len()).step_by(if cfg!(debug_assertions) { 7 } else { 1 }) {
            let mut torn = [file.as_slice(), &bytes[..cut]].concat();
            let read = decode_lines(&torn);
            torn.truncate(read.torn.map_or(torn.len(), |tail| tail.kept_bytes));
            let mut recovered = replay(&read.entries).expect("sound");
            let missing = apply(&recovered, command, today).expect("accepted").entries;
            torn.extend_from_slice(encode_lines(&missing).expect("lines").as_bytes());
            missing.iter().for_each(|entry| recovered.advance(entry).expect("an entry that follows"));
            assert_eq!(torn, whole, "cut at {cut}");
            assert!(recovered == expected, "cut at {cut}");
        }
        file = whole;
        state = expected;
    }
    assert!(state.head().sequence >= 6);
}
