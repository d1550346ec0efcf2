//! Writers that are stopped: killed at any moment, or by a disk that takes no more. Asked again, they finish; the
//! ledger is then the same to the byte as one that was never disturbed.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::World;

/// Kills in an ordinary test run, and how many teams are written each time.
const KILLS: usize = 20;
const TEAMS: usize = 200;

/// The same for the long run: `cargo test --release -p quotepart -- --ignored killed`.
const KILLS_LONG: usize = 200;
const TEAMS_LONG: usize = 4_000;

/// Seeded numbers (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// A year of a ledger: published, paid, corrected, paid again.
fn life(book: &str) -> [String; 4] {
    [
        format!("publish run1 --ledger {book} --today 2022-03-01"),
        format!("pay {book} --due 2022-04-30 --today 2022-04-28 --out {book}.first.csv"),
        format!("publish run2 --ledger {book} --today 2022-06-01 --reason recount"),
        format!("pay {book} --due 2022-12-31 --today 2022-07-01 --out {book}.second.csv"),
    ]
}

/// Two runs of some teams, and the ledger after each command when nothing disturbs it.
struct Undisturbed {
    world: World,
    after: Vec<String>,
    lists: [String; 2],
}

fn undisturbed(teams: usize) -> Undisturbed {
    let world = World::new();
    for (run, more) in [("run1", 0), ("run2", 7)] {
        let rows =
            (0..teams).map(|team| format!("t{team:05},{},{},12h\n", 100 + team % 97 + more, 1 + team % 3));
        world.write("facts.csv", format!("subject,points,diviseur,horaire\n{}", rows.collect::<String>()));
        world.run(&format!("settle ./essai --at 2021-12-31 --facts facts.csv --out {run}")).ended(0);
    }
    let after = life("calm").map(|command| {
        world.run(&command).ended(0);
        world.read("calm/entries.jsonl")
    });
    let lists = ["calm.first.csv", "calm.second.csv"].map(|list| world.read(list));
    Undisturbed { world, after: after.to_vec(), lists }
}

impl Undisturbed {
    /// Checks that the ledger of a folder is whole, and that of a year without disturbance.
    fn check(&self, book: &str, commands: usize) {
        let entries = self.world.read(&format!("{book}/entries.jsonl"));
        assert!(entries == self.after[commands - 1], "{book} differs after {commands} commands");
        assert_eq!(self.world.names(book), ["entries.jsonl", "ledger.lock"]);
    }
}

/// When to kill.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// After some time.
    After(Duration),
    /// When the lines of the command are on the disk, and some time after.
    LinesWritten(Duration),
    /// When the ledger is longer than before by some share of a thousand.
    Appended(u64),
}

/// What a killed command left.
#[derive(Debug, Default)]
struct Left {
    finished_before: usize,
    nothing_written: usize,
    lines_beside: usize,
    part_appended: usize,
    all_appended: usize,
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |found| found.len())
}

/// Starts a command and kills it; returns whether it was still running.
fn killed(world: &World, words: &str, book: &str, moment: Moment, growth: u64) -> bool {
    let entries = world.path(book).join("entries.jsonl");
    let beside: PathBuf = world.path(book).join("redo.jsonl");
    let before = size(&entries);
    let mut child = Command::new(env!("CARGO_BIN_EXE_quotepart"))
        .args(words.split_whitespace())
        .current_dir(world.path(""))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs");
    if let Moment::After(delay) = moment {
        std::thread::sleep(delay);
    } else {
        loop {
            let is_time = match moment {
                Moment::Appended(share) => size(&entries) > before + growth * share / 1000,
                Moment::LinesWritten(_) | Moment::After(_) => beside.exists(),
            };
            if is_time || child.try_wait().expect("waited").is_some() {
                break;
            }
        }
        if let Moment::LinesWritten(delay) = moment {
            std::thread::sleep(delay);
        }
    }
    let was_running = child.try_wait().expect("waited").is_none();
    child.kill().expect("killed");
    child.wait().expect("ended");
    was_running
}

fn kill_and_ask_again(kills: usize, teams: usize) {
    let calm = undisturbed(teams);
    let world = &calm.world;
    let mut random = Random(20_220_430);
    let mut left = Left::default();
    for year in 0..kills.div_ceil(4) {
        let book = format!("book{year}");
        let mut before = 0;
        for (done, command) in life(&book).iter().enumerate() {
            let whole = u64::try_from(calm.after[done].len()).expect("a length");
            let growth = whole - before;
            let moment = match random.below(5) {
                0 => Moment::After(Duration::from_micros(random.below(60_000))),
                1 | 2 => Moment::LinesWritten(Duration::from_micros(random.below(3_000))),
                _ => Moment::Appended(random.below(1000)),
            };
            let was_running = killed(world, command, &book, moment, growth);
            let length = size(&world.path(&book).join("entries.jsonl"));
            let is_beside = world.exists(&format!("{book}/redo.jsonl"));
            *match (was_running, is_beside) {
                (false, _) => &mut left.finished_before,
                (true, false) if length == before => &mut left.nothing_written,
                (true, true) if length == before => &mut left.lines_beside,
                (true, true) if length < whole => &mut left.part_appended,
                (true, _) => &mut left.all_appended,
            } += 1;
            assert!(length == before || is_beside || length == whole, "half a command: {length} bytes");
            if before > 0 && random.below(4) == 0 {
                world.run(&format!("ledger verify {book}")).ended(0);
            }
            world.run(command).ended(0);
            calm.check(&book, done + 1);
            before = whole;
        }
        world.run(&format!("ledger verify {book}")).ended(0);
        assert_eq!([".first.csv", ".second.csv"].map(|end| world.read(&format!("{book}{end}"))), calm.lists);
        std::fs::remove_dir_all(world.path(&book)).expect("removed");
    }
    #[expect(clippy::print_stderr, reason = "how often each moment was hit is worth knowing")]
    {
        eprintln!("what {kills} kills left: {left:?}");
    }
    assert!(left.lines_beside + left.part_appended + left.nothing_written > 0, "{left:?}");
}

#[test]
fn a_writer_that_is_killed_is_asked_again() {
    kill_and_ask_again(KILLS, TEAMS);
}

#[test]
#[ignore = "minutes: cargo test --release -p quotepart -- --ignored killed"]
fn a_writer_that_is_killed_two_hundred_times_is_asked_again() {
    kill_and_ask_again(KILLS_LONG, TEAMS_LONG);
}

/// A disk that takes no more than some blocks of a file: the writer is told so, or is stopped on the spot.
#[test]
fn a_writer_whose_disk_is_full_is_asked_again() {
    let calm = undisturbed(4);
    let world = &calm.world;
    let (mut stopped, mut failed, mut done_at_once) = (0, 0, 0);
    for (place, is_told) in (1_u64..).zip([true, false]) {
        for blocks in 0_u64.. {
            let book = format!("full{place}x{blocks}");
            let mut was_whole = true;
            for (done, command) in life(&book).iter().enumerate() {
                // Told: the write returns an error. Not told: the system ends the process.
                let trap = if is_told { "trap '' XFSZ;" } else { "" };
                let binary = env!("CARGO_BIN_EXE_quotepart");
                let line = format!("ulimit -f {blocks}; {trap} exec '{binary}' --lang en {command}");
                let ran = Command::new("sh")
                    .args(["-c", &line])
                    .current_dir(world.path(""))
                    .output()
                    .expect("a shell");
                match ran.status.code() {
                    Some(0) => done_at_once += 1,
                    Some(2) => {
                        failed += 1;
                        was_whole = false;
                        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
                        assert!(said.contains("cannot write `"), "{said}");
                        // Told that it failed, nobody finds it done; but for the list of payments, written last.
                        if !said.contains(".csv`") && done > 0 {
                            calm.check(&book, done);
                        }
                    }
                    Some(code) => panic!("code {code}: {}", String::from_utf8_lossy(&ran.stderr)),
                    None => {
                        stopped += 1;
                        was_whole = false;
                    }
                }
                world.run(command).ended(0);
                calm.check(&book, done + 1);
            }
            assert_eq!(
                [".first.csv", ".second.csv"].map(|end| world.read(&format!("{book}{end}"))),
                calm.lists
            );
            if was_whole {
                break;
            }
        }
    }
    assert!(stopped > 10 && failed > 10 && done_at_once > 10, "{stopped} {failed} {done_at_once}");
}
