//! The checks on the repository, one test for each.

use anyhow::Context as _;
use xtask::CHECKS;
use xtask::tree::Tree;

fn check(name: &str) -> anyhow::Result<()> {
    let check = CHECKS.iter().find(|check| check.name == name).context("no check has this name")?;
    let problems = (check.run)(&Tree::of_this_package())?;
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{name}: {} to put right\n  {}", lines.len(), lines.join("\n  "));
    Ok(())
}

/// Writes one test for each check, and one that no check was forgotten.
macro_rules! checks {
    ($($test:ident: $name:literal,)+) => {
        $(#[test]
        fn $test() -> anyhow::Result<()> {
            check($name)
        })+

        #[test]
        fn every_check_has_its_test() {
            assert_eq!(CHECKS.iter().map(|check| check.name).collect::<Vec<_>>(), [$($name),+]);
        }
    };
}

checks! {
    imports_go_downwards: "imports",
    guarded_packages_stay_in_their_crates: "guarded packages",
    pure_crates_link_nothing_heavy: "pure crates link nothing heavy",
    deny_file_agrees_with_the_architecture: "deny.toml agrees with the architecture",
    pure_crates_do_no_io: "pure crates do no I/O",
    no_instrument_is_named_in_rust: "no instrument in Rust",
    manifests_follow_the_workspace: "manifests",
    white_space_is_clean: "white space",
    source_files_are_short: "length of files",
    modules_say_what_they_are_for: "modules say what they are for",
    data_files_parse_and_are_bilingual: "data files parse, texts are bilingual",
    readmes_give_the_commands_that_run: "commands of the README",
    links_lead_somewhere: "links between documents",
    every_change_is_told: "changes of contracts in their pages",
}
