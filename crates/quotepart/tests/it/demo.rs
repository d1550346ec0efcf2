//! `demo`.

use crate::support::World;

#[test]
fn shows_something_of_everything_in_both_languages() {
    let world = World::empty();
    // No data lie beside this folder, whatever lies beside the other.
    std::fs::create_dir(world.path("alone")).expect("made");
    for (lang, words) in [
        ("fr", ["refusé", "publié", "SAUTÉ", "Motif inscrit", "Et maintenant"]),
        ("en", ["refused", "published", "SKIPPED", "Reason on record", "And now"]),
    ] {
        let ran = world.run_in("alone", &["demo", "--lang", lang], &[]);
        ran.ended(0);
        assert_eq!(ran.err, "");
        for word in words {
            assert!(ran.out.contains(word), "`{word}` is missing\n{}", ran.out);
        }
    }
    assert!(world.names("alone").is_empty(), "nothing is written unless it is asked for");
}

#[test]
fn writes_pages_that_need_nothing_else() {
    let world = World::empty();
    world.run("demo --out pages").ended(0).said(&[]);
    let names = world.names("pages");
    assert!(names.contains(&"index.html".to_owned()), "{names:?}");
    assert!(names.len() > 4, "{names:?}");
    let index = world.read("pages/index.html");
    for name in names.iter().filter(|name| *name != "index.html") {
        assert!(index.contains(&format!("href=\"{name}\"")), "{name}");
        let page = world.read(&format!("pages/{name}"));
        assert!(!page.contains("<script") && !page.contains("src=\"http"), "{name}");
    }
    // Again, over the same pages.
    world.run("demo --out pages").ended(0);
    assert_eq!(world.names("pages"), names);
}
