//! `demo`.

use crate::support::World;

/// Checks what every reader finds, in her language.
fn shows(out: &str, words: &[&str]) {
    for word in words {
        assert!(out.contains(word), "`{word}` is missing\n{out}");
    }
}

#[test]
fn shows_something_of_everything_and_writes_nothing_unasked() {
    let world = World::empty();
    // No data lie beside this folder, whatever lies beside the other.
    std::fs::create_dir(world.path("alone")).expect("made");
    let ran = world.run_in("alone", &["demo", "--lang", "fr"], &[]);
    ran.ended(0);
    shows(
        &ran.out,
        &["refusé", "publié", "SAUTÉ", "Motif inscrit", "territoire synthétique", "Et maintenant"],
    );
    assert!(!ran.err.contains("erreur"), "{}", ran.err);
    assert!(world.names("alone").is_empty(), "nothing is written unless it is asked for");
}

#[test]
fn writes_pages_that_need_nothing_else() {
    let world = World::empty();
    // Over the page of an earlier call.
    world.write("pages/index.html", "old");
    let ran = world.run("--lang en demo --out pages");
    ran.ended(0);
    shows(&ran.out, &["refused", "published", "Reason on record", "synthetic territory", "And now"]);
    let names = world.names("pages");
    assert!(names.len() > 4, "{names:?}");
    let index = world.read("pages/index.html");
    for name in names.iter().filter(|name| *name != "index.html") {
        assert!(index.contains(&format!("href=\"{name}\"")), "{name}");
        let page = world.read(&format!("pages/{name}"));
        assert!(!page.contains("<script") && !page.contains("src=\"http"), "{name}");
    }
}
