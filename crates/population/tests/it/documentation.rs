//! The reference page says what the data say.

use std::fmt::Write as _;

use population::{Code, Schema};

use crate::support::root;

const START: &str = "<!-- generated: tables -->\n";
const END: &str = "<!-- end of generated -->\n";

/// Builds the generated part of the page: tables, columns, codes of findings.
fn generated() -> String {
    let schema = Schema::canonical();
    let mut page = format!("\nVersion {} of the tables.\n", schema.version);
    for table in &schema.tables {
        let kind = if table.derived { " (derived)" } else { "" };
        let layout = match &table.layout.year_of {
            Some(date) => format!("{}; one part per year of `{date}`", names(&table.layout.sort)),
            None => names(&table.layout.sort),
        };
        write!(
            page,
            "\n### `{}`{kind}: {}, {}\n\n{}\n\n{}\n\nGrain: {}. Sorted by {layout}.\n\n\
             | column | type | required | français | English |\n|---|---|---|---|---|\n",
            table.name,
            table.title.fr,
            table.title.en,
            table.meaning.fr,
            table.meaning.en,
            names(&table.grain)
        )
        .expect("a string can be written to");
        for column in &table.columns {
            let values = schema.values(column);
            let list = |get: fn(&population::Text) -> &str| {
                let all: Vec<String> =
                    values.iter().map(|(code, label)| format!("`{code}` {}", get(label))).collect();
                if all.is_empty() || column.values_of.is_some() {
                    String::new()
                } else {
                    format!(": {}", all.join(", "))
                }
            };
            let required = if column.required { "yes" } else { "" };
            writeln!(
                page,
                "| `{}` | {} | {required} | {}{} | {}{} |",
                column.name,
                column.kind.name(),
                column.meaning.fr,
                list(|label| &label.fr),
                column.meaning.en,
                list(|label| &label.en),
            )
            .expect("a string can be written to");
        }
    }
    page.push_str("\n## Findings\n\n| code | français | English |\n|---|---|---|\n");
    for (code, fr, en) in Code::ALL {
        writeln!(page, "| {code} | {fr} | {en} |").expect("a string can be written to");
    }
    page.push('\n');
    page
}

fn names(columns: &[String]) -> String {
    columns.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_page_of_claims_lists_every_table() {
    let path = root().join("docs/reference/claims.md");
    let page = std::fs::read_to_string(&path).expect("the page");
    let (before, rest) = page.split_once(START).expect("the start of the generated part");
    let (_, after) = rest.split_once(END).expect("its end");
    let expected = format!("{before}{START}{}{END}{after}", generated());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &expected).expect("a writable page");
        return;
    }
    assert!(
        page == expected,
        "docs/reference/claims.md is not up to date; its first lines say how to write it again"
    );
}
