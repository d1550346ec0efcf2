//! The two tables of `ARCHITECTURE.md` that machines read: the crates, and the packages that only some crates may name.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail, ensure};

/// The document that holds the tables.
pub const DOCUMENT: &str = "ARCHITECTURE.md";

/// What the architecture says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Architecture {
    /// By name of crate.
    pub crates: BTreeMap<String, CrateRow>,
    /// By name of package.
    pub guarded: BTreeMap<String, GuardedRow>,
}

/// What a crate of ours is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrateRow {
    /// Whether the crate does no I/O and reads neither clock nor environment.
    pub pure: bool,
    /// The crates of ours that it may import.
    pub may_import: BTreeSet<String>,
}

/// A package from outside that is kept in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuardedRow {
    /// The crates of ours that may declare it.
    pub only_under: BTreeSet<String>,
    /// Whether `deny.toml` guards it as well.
    pub in_deny_file: bool,
}

/// Reads both tables out of the document.
pub fn parse(document: &str) -> anyhow::Result<Architecture> {
    let mut crates = BTreeMap::new();
    for row in table(document, "<!-- table: crates -->")? {
        let [name, pure, may_import] = row.as_slice() else {
            bail!("the table of crates has rows of three cells, this one has {}: {row:?}", row.len());
        };
        let row = CrateRow { pure: yes_or_no(pure)?, may_import: names(may_import) };
        ensure!(crates.insert(one_name(name)?, row).is_none(), "{name} has two rows in the table of crates");
    }
    let mut guarded = BTreeMap::new();
    for row in table(document, "<!-- table: guarded packages -->")? {
        let [name, only_under, in_deny_file] = row.as_slice() else {
            bail!(
                "the table of guarded packages has rows of three cells, this one has {}: {row:?}",
                row.len()
            );
        };
        let row = GuardedRow { only_under: names(only_under), in_deny_file: yes_or_no(in_deny_file)? };
        ensure!(
            guarded.insert(one_name(name)?, row).is_none(),
            "{name} has two rows in the table of guarded packages"
        );
    }
    Ok(Architecture { crates, guarded })
}

/// Returns the cells of the Markdown table that follows a marker, without its two heading lines.
fn table(document: &str, marker: &str) -> anyhow::Result<Vec<Vec<String>>> {
    let mut lines = document.lines().skip_while(|line| line.trim() != marker);
    lines.next().with_context(|| format!("{DOCUMENT} has no line `{marker}` before its table"))?;
    let rows = lines
        .skip_while(|line| line.trim().is_empty())
        .take_while(|line| line.trim_start().starts_with('|'))
        .skip(2)
        .map(|line| line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect::<Vec<_>>();
    ensure!(!rows.is_empty(), "the table after `{marker}` in {DOCUMENT} is empty");
    Ok(rows)
}

fn yes_or_no(cell: &str) -> anyhow::Result<bool> {
    match cell {
        "yes" => Ok(true),
        "no" => Ok(false),
        other => bail!("`{other}` stands in {DOCUMENT} where `yes` or `no` is read"),
    }
}

/// Returns what stands between backticks.
fn names(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn one_name(cell: &str) -> anyhow::Result<String> {
    names(cell).pop_first().with_context(|| format!("no name between backticks in `{cell}` in {DOCUMENT}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT_TEXT: &str = "\
# Title

<!-- table: crates -->

| crate | pure | may import |
|---|---|---|
| `below` | yes | nothing of ours |
| `above` | no | `below`, `beside` |

Words.

<!-- table: guarded packages -->
| package | only under | in `deny.toml` |
|---|---|---|
| `heavy` | `above` | yes |
";

    #[test]
    fn reads_both_tables() {
        let architecture = parse(DOCUMENT_TEXT).unwrap();
        assert!(architecture.crates["below"].pure);
        assert!(architecture.crates["below"].may_import.is_empty());
        assert_eq!(Vec::from_iter(&architecture.crates["above"].may_import), ["below", "beside"]);
        assert!(architecture.guarded["heavy"].in_deny_file);
        assert_eq!(Vec::from_iter(&architecture.guarded["heavy"].only_under), ["above"]);
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        assert!(parse("# Title").unwrap_err().to_string().contains("table: crates"));
        let unclear = DOCUMENT_TEXT.replace("| yes | nothing of ours |", "| perhaps | nothing of ours |");
        assert!(parse(&unclear).unwrap_err().to_string().contains("perhaps"));
        let doubled = DOCUMENT_TEXT.replace("| `above` | no |", "| `below` | no |");
        assert!(parse(&doubled).unwrap_err().to_string().contains("two rows"));
    }
}
