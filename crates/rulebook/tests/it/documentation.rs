//! The reference pages say what the code says.

use std::fmt::Write as _;

use rulebook::{Code, Reason};

use crate::support::root;

/// Builds the page of codes and reasons.
fn page() -> String {
    let mut page = String::from(
        "# Diagnostics and refusals\n\n\
         Written by the test `documentation` of `crates/rulebook`: to write it again after a change, run\n\
         `UPDATE_DOCS=1 cargo test -p rulebook documentation`.\n\n\
         ## Codes of diagnostics\n\n\
         `quotepart check` and `quotepart settle` print them with the file, the line, what is wrong and what to do.\n\
         A code is never used again for something else.\n\n\
         | code | français | English |\n|---|---|---|\n",
    );
    for (code, fr, en) in Code::ALL {
        writeln!(page, "| {code} | {fr} | {en} |").expect("a string can be written to");
    }
    page.push_str(
        "\n## Reasons to refuse a subject\n\n\
         A subject is refused, never guessed; the others go on. The names are stable: they stand in `refused.csv` and in cases.\n\n\
         | reason | français | English |\n|---|---|---|\n",
    );
    for (reason, name) in Reason::ALL {
        let label = reason.label();
        writeln!(page, "| `{name}` | {} | {} |", label.fr, label.en).expect("a string can be written to");
    }
    page
}

#[test]
fn the_page_of_diagnostics_lists_every_code_and_reason() {
    let path = root().join("docs/reference/diagnostics.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page()).expect("a writable page");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page(),
        "docs/reference/diagnostics.md is not up to date; its first lines say how to write it again"
    );
}

#[test]
fn the_reference_page_names_every_reason() {
    let page = std::fs::read_to_string(root().join("docs/reference/rulebooks.md")).expect("the page");
    for (_, name) in Reason::ALL {
        assert!(
            page.contains(&format!("`{name}`")),
            "{name} is missing in docs/reference/rulebooks.md, section 15"
        );
    }
}

#[test]
fn codes_are_used_once() {
    let mut codes: Vec<Code> = Code::ALL.iter().map(|(code, _, _)| *code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Code::ALL.len());
}
