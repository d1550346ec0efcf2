//! Reads the cases of a rulebook: facts in, amounts out.

use super::fields::{Fields, Node};
use crate::diagnostic::Code;
use crate::model::{CaseDecl, CaseRow, Expected, RawValue};
use crate::text;

/// Reads one file of cases.
pub(super) fn cases(root: &Fields<'_>) -> Vec<CaseDecl> {
    let found = root.items("case").iter().filter_map(case).collect();
    root.finish();
    found
}

fn case(node: &Node<'_>) -> Option<CaseDecl> {
    let fields = node.fields()?;
    let title = fields.need("title").and_then(|node| node.string());
    let at = fields.need("at").and_then(|node| node.date());
    let mut subject =
        CaseRow { id: "case".to_owned(), facts: Vec::new(), expect: Vec::new(), place: node.place() };
    if let Some(facts) = fields.get("facts").and_then(|node| node.fields()) {
        subject.facts = pairs(&facts, &[]);
    }
    if let Some(expect) = fields.get("expect").and_then(|node| node.fields()) {
        subject.expect = expected(&expect);
    }
    let (known_at, refused, computing) =
        (fields.date("known_at"), fields.string("refused"), fields.string("computing"));
    for remark in ["source", "note"] {
        fields.string(remark);
    }
    if refused.is_some() && !subject.expect.is_empty() {
        contradiction(node, "`refused` remplace `expect`", "`refused` stands instead of `expect`");
    }
    if computing.is_some() && refused.is_none() {
        contradiction(node, "`computing` va avec `refused`", "`computing` goes with `refused`");
    }
    // What is left are arrays of rows, each named after its entity.
    let reserved = ["title", "at", "facts", "expect", "known_at", "refused", "computing", "source", "note"];
    let mut rows = Vec::new();
    for (entity, place, inner) in fields.entries() {
        if reserved.contains(&entity.as_str()) {
            continue;
        }
        if inner.value.get_ref().is_array() {
            rows.push((entity, inner.items().iter().filter_map(row).collect()));
        } else {
            node.context.error(
                Code::UNKNOWN_KEY,
                place,
                text!(
                    "la clé `{entity}` n'a pas de sens dans un cas",
                    "the key `{entity}` means nothing in a case"
                ),
            );
        }
    }
    Some(CaseDecl {
        title: title?,
        file: node.context.file,
        at: at?,
        known_at,
        subject,
        rows,
        refused,
        computing,
        place: node.place(),
    })
}

fn contradiction(node: &Node<'_>, fr: &str, en: &str) {
    node.context.error(Code::BAD_CASE, node.place(), text!("{fr}", "{en}"));
}

fn row(node: &Node<'_>) -> Option<CaseRow> {
    let fields = node.fields()?;
    let id = fields.need("id").and_then(|node| node.raw())?.text;
    let expect = match fields.get("expect").and_then(|node| node.fields()) {
        Some(inner) => expected(&inner),
        None => Vec::new(),
    };
    Some(CaseRow { id, facts: pairs(&fields, &["id", "expect"]), expect, place: node.place() })
}

fn pairs(fields: &Fields<'_>, except: &[&str]) -> Vec<(String, RawValue)> {
    fields
        .entries()
        .into_iter()
        .filter(|(name, _, _)| !except.contains(&name.as_str()))
        .filter_map(|(name, _, node)| Some((name, node.raw()?)))
        .collect()
}

fn expected(fields: &Fields<'_>) -> Vec<Expected> {
    let mut all = Vec::new();
    for (name, _, node) in fields.entries() {
        if node.value.get_ref().is_table() {
            let Some(inner) = node.fields() else { continue };
            let value = inner.need("value").and_then(|node| node.raw());
            let within = inner.raw("within");
            inner.finish();
            all.extend(value.map(|value| Expected { name, value, within }));
        } else if let Some(value) = node.raw() {
            all.push(Expected { name, value, within: None });
        }
    }
    all
}
