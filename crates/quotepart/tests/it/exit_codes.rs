//! Every exit code: other programs rely on them. 70 is tested beside the code, since no command should reach it.

use crate::contract::{FACTS, RULEBOOK};
use crate::support::World;

const SETTLE: &str = "settle ./essai --at 2021-12-31 --facts facts.csv --out";

#[test]
fn done_is_0() {
    let world = World::new();
    world.write("facts.csv", FACTS);
    world.run(&format!("{SETTLE} out.csv")).ended(0);
    world.run("check ./essai").ended(0);
    world.run("inputs ./essai").ended(0);
}

#[test]
fn something_wrong_in_a_rulebook_is_1() {
    let world = World::new();
    world.write("facts.csv", FACTS);
    world.write("essai/rulebook.toml", RULEBOOK.replace("points * valeur", "points * valeurs"));
    for command in
        ["check ./essai", "inputs ./essai", "settle ./essai --at 2021-12-31 --facts facts.csv --out x.csv"]
    {
        world.run(command).ended(1).said(&["erreur[R0007]", "`valeurs`"]);
    }
    assert!(!world.exists("x.csv"));
}

#[test]
fn usage_is_2() {
    let world = World::new();
    world.write("facts.csv", FACTS);
    for command in [
        "",
        "settle",
        "setle",
        "check --nothing",
        "check ./absent",
        "inputs absent",
        "inputs ./essai --format xml",
        "explain ./essai --subject x",
        "settle ./essai --at 2019-12-31 --facts facts.csv --out x.csv",
        "settle ./essai --at yesterday --facts facts.csv --out x.csv",
        "settle ./essai --at 2021-12-31 --facts absent.csv --out x.csv",
        "settle ./essai --at 2021-12-31 --facts essai --out x.csv",
        "settle ./essai --at 2021-12-31 --facts ligue=facts.csv --out x.csv",
        "settle ./essai --at 2021-12-31 --facts facts.csv --map points --out x.csv",
        "settle ./essai --at 2021-12-31 --facts facts.csv --map pointss=points --out x.csv",
        "settle ./essai --at 2021-12-31 --facts facts.csv --facts facts.csv --out x.csv",
        "settle ./essai --at 2021-12-31 --facts facts.csv --numbers de --out x.csv",
    ] {
        let ran = world.run(command);
        ran.ended(2);
        assert!(!ran.err.is_empty(), "{command} says nothing");
        assert_eq!(ran.out, "", "{command}");
    }
    assert!(!world.exists("x.csv"));
}

#[test]
fn some_refused_is_3_and_all_refused_is_4() {
    let world = World::new();
    world.write("facts.csv", "subject,points,diviseur,horaire\nalpha,100,0,12h\nbeta,100,1,12h\n");
    world.run(&format!("{SETTLE} out.csv")).ended(3);
    world.write("facts.csv", "subject,points,diviseur,horaire\nalpha,100,0,12h\nbeta,100,0,12h\n");
    world.run(&format!("{SETTLE} out.csv")).ended(4);
    assert_eq!(world.read("out.csv"), "subject,majore,montant\n");
    assert_eq!(world.read("out.refused.csv").lines().count(), 3);
}

#[test]
fn all_refused_by_official_mode_is_5() {
    let world = World::new();
    world.write("facts.csv", FACTS);
    // From 2023 on the value of a point is invented.
    let command = "settle ./essai --at 2023-12-31 --facts facts.csv --out out.csv";
    world.run(command).ended(0);
    world.run(&format!("{command} --official")).ended(5);
    assert_eq!(world.read("out.csv"), "subject,majore,montant\n");
    // Another reason among them makes it 4.
    world.write("facts.csv", format!("{FACTS}gamma,,1,12h\n"));
    world.run(&format!("{command} --official")).ended(4);
}

#[test]
fn a_refused_subject_is_3_for_explain_too() {
    let world = World::new();
    world.write("facts.csv", "subject,points,diviseur,horaire\nalpha,100,0,12h\nbeta,100,1,12h\n");
    world.run(&format!("{SETTLE} run")).ended(3);
    world.run("explain run --subject alpha").ended(3);
    world.run("explain run --subject beta").ended(0);
}

/// Somebody who reads the first lines only is no error.
#[cfg(unix)]
#[test]
fn a_broken_pipe_is_quiet() {
    use std::process::{Command, Stdio};
    let mut reader = Command::new("true").stdin(Stdio::piped()).spawn().expect("true runs");
    let pipe = reader.stdin.take().expect("a pipe");
    reader.wait().expect("true ends");
    let output = Command::new(env!("CARGO_BIN_EXE_quotepart"))
        .args(["--lang", "en", "settle", "--help"])
        .stdout(Stdio::from(pipe))
        .output()
        .expect("the binary runs");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
