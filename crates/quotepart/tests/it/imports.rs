//! Long work on claims that is stopped: killed at any moment, or by a disk that takes no more. No half file is left, and asked
//! again it ends as if nothing had happened.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::World;

const SYNTH: &str = "--lang en synth --patients 300 --teams 3 --years 2020-2020 --seed 3 --dirt --out";
const IMPORT: &str = "--lang en gate land --mapping snds --out";

/// Returns the files in a folder and in those inside it, with what they hold.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("inside").to_owned();
                let mut bytes = std::fs::read(path).expect("read");
                if name == Path::new("territory.toml") {
                    // It names the folder that was asked for.
                    let text = String::from_utf8(bytes).expect("a text");
                    let lines = text.lines().filter(|line| !line.starts_with("command"));
                    bytes = lines.collect::<Vec<_>>().join("\n").into_bytes();
                }
                found.push((name, bytes));
            }
        }
    }
    found.sort();
    found
}

fn are_the_same(ours: &Path, theirs: &Path) {
    let (ours, theirs) = (files(ours), files(theirs));
    let names = |files: &[(PathBuf, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&theirs));
    for (one, other) in ours.iter().zip(&theirs) {
        assert!(one.1 == other.1, "{} differs", one.0.display());
    }
}

/// Kills a command that writes a folder at many moments; what is under the name of the folder is whole or not there.
fn kill(world: &World, command: &str, out: &str, calm: &str, kills: u32) {
    #[expect(
        clippy::disallowed_methods,
        reason = "moments of a kill are shares of the time that the work takes"
    )]
    let begun = std::time::Instant::now();
    world.run(&format!("{command} {calm}")).ended(0);
    let whole = begun.elapsed();
    let mut finished = 0;
    for turn in 0..kills {
        let mut child = Command::new(env!("CARGO_BIN_EXE_quotepart"))
            .args(command.split_whitespace().chain([out]))
            .current_dir(world.path(""))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        std::thread::sleep(whole * (2 * turn + 1) / (2 * kills) + Duration::from_millis(1));
        finished += u32::from(child.try_wait().expect("waited").is_some());
        child.kill().expect("killed");
        child.wait().expect("ended");
        if world.exists(out) {
            are_the_same(&world.path(out), &world.path(calm));
            std::fs::remove_dir_all(world.path(out)).expect("removed");
        }
    }
    assert!(finished < kills, "every command ended before it was killed");
    world.run(&format!("{command} {out}")).ended(0);
    are_the_same(&world.path(out), &world.path(calm));
    // What the killed ones have left is gone with the one that ended.
    let left: Vec<String> = world.names("").into_iter().filter(|name| name.contains(".work")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_killed_import_is_asked_again_and_ends_the_same() {
    let world = World::empty();
    world.run(&format!("{SYNTH} land")).ended(0);
    kill(&world, IMPORT, "canon", "calm", 12);
    assert_eq!(
        world.names("").into_iter().filter(|name| !name.starts_with('.')).collect::<Vec<_>>(),
        ["calm", "canon", "land"]
    );
}

#[test]
fn a_killed_drawing_is_asked_again_and_ends_the_same() {
    let world = World::empty();
    kill(&world, SYNTH, "land", "calm", 12);
}

/// Runs a command on a file system of a few kilobytes, mounted for it alone; nothing when it cannot be mounted here.
///
/// Returns how it ended, what it said, and the names that it left there.
fn in_little_room(world: &World, kilobytes: u32, command: &str) -> Option<(i32, String, String)> {
    std::fs::create_dir_all(world.path("little")).expect("a folder");
    let mount = format!("mount -t tmpfs -o size={kilobytes}k none little");
    let unshare = |script: &str| {
        let mut shell = Command::new("unshare");
        shell.args(["--map-root-user", "--mount", "sh", "-c", script]).current_dir(world.path("")).output()
    };
    if !unshare(&mount).is_ok_and(|tried| tried.status.success()) {
        #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
        {
            eprintln!(
                "skipped: no small file system can be mounted here (`unshare --map-root-user --mount`)"
            );
        }
        return None;
    }
    let binary = env!("CARGO_BIN_EXE_quotepart");
    let ran = unshare(&format!("{mount} && '{binary}' {command}; ended=$?; ls -A little; exit $ended"))
        .expect("a shell");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some((ran.status.code().expect("a code"), text(&ran.stderr), text(&ran.stdout)))
}

/// Gives a command ever more room until it ends well: each time before, the disk is said to be full and nothing is left.
fn fill(world: &World, command: &str, what_may_stay: &[&str]) {
    let rooms = [64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 65536];
    for (refused, kilobytes) in rooms.into_iter().enumerate() {
        let Some((code, said, left)) = in_little_room(world, kilobytes, command) else { return };
        if code == 0 {
            assert!(refused > 1, "{kilobytes} kilobytes were enough");
            return;
        }
        assert_eq!(code, 2, "{kilobytes}: {said}");
        assert!(said.contains("the disk is full"), "{kilobytes}: {said}");
        let left: Vec<&str> = left.lines().filter(|name| !what_may_stay.contains(name)).collect();
        assert!(left.is_empty(), "{kilobytes}: {left:?}");
    }
    panic!("the room was never enough");
}

#[test]
fn an_import_whose_disk_is_full_says_so_and_leaves_nothing() {
    let world = World::empty();
    world.run(&format!("{SYNTH} land")).ended(0);
    fill(&world, &format!("{IMPORT} little/canon"), &[]);
}

#[test]
fn a_drawing_whose_disk_is_full_says_so_and_leaves_nothing() {
    let world = World::empty();
    fill(&world, &format!("{SYNTH} little/land"), &[".land.quotepart-lock"]);
}
