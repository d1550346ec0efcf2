//! Help, versions and words that are not understood, in both languages.

use crate::support::World;

#[test]
fn the_language_follows_the_system_unless_it_is_given() {
    let world = World::empty();
    let said = |args: &[&str], environment: &[(&str, &str)]| world.run_with(args, environment).out;
    assert!(said(&["--help"], &[]).contains("Utilisation :"));
    assert!(said(&["--help"], &[("LANG", "en_GB.UTF-8")]).contains("Usage:"));
    assert!(
        said(&["--help"], &[("LANG", "en_GB.UTF-8"), ("LC_ALL", "fr_FR.UTF-8")]).contains("Utilisation :")
    );
    assert!(said(&["--lang", "fr", "--help"], &[("LANG", "en_GB.UTF-8")]).contains("Utilisation :"));
    assert!(said(&["settle", "--help", "--lang=en"], &[]).contains("Usage: quotepart settle"));
}

#[test]
fn help_and_version_are_data() {
    let world = World::empty();
    for words in ["--help", "-h", "check --help", "--version", "-V"] {
        let ran = world.run(words);
        ran.ended(0);
        assert_eq!(ran.err, "");
        assert!(!ran.out.is_empty());
    }
    assert_eq!(world.run("--version").out, format!("quotepart {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn help_reads_well() {
    let world = World::empty();
    for (lang, name) in [("fr", "help-settle-fr"), ("en", "help-settle-en")] {
        insta::assert_snapshot!(name, world.run(&format!("settle --help --lang {lang}")).out);
    }
}

#[test]
fn what_is_not_understood_is_said_in_the_language() {
    let world = World::empty();
    world
        .run("chek")
        .ended(2)
        .said(&["erreur: la commande `chek` n'est pas connue", "le plus proche est `check`"]);
    world
        .run_en("chek")
        .ended(2)
        .said(&["error: the command `chek` is not known", "the nearest one is `check`"]);
    world
        .run("check --rulebook x")
        .ended(2)
        .said(&["l'option `--rulebook` n'est pas connue", "`--rulebooks`"]);
    world.run("inputs").ended(2).said(&["il manque : <RULEBOOK>"]);
    world.run("inputs x --format xml").ended(2).said(&["`xml` n'est pas une valeur de", "toml, csv, json"]);
    world.run("settle x --at").ended(2).said(&["il manque la valeur de"]);
    world.run("inputs x --format csv --format csv").ended(2).said(&["est donné plusieurs fois"]);
    world
        .run_en("inputs aci --at 2021-13-01")
        .ended(2)
        .said(&["--at: `2021-13-01` is not a date", "2024-12-31"]);
}
