//! What the fuzz targets and the corpus tests feed: each takes any bytes and must come back.

#![allow(dead_code, reason = "each fuzz target uses one of them")]

use rulebook::facts::{FactFile, Options, collect};
use rulebook::interpret::{EntityResults, settle};
use rulebook::{Language, Plan, Rulebook, Source, load};

const HEAD: &str = r#"
[instrument]
id      = "essai"
title   = { fr = "Essai", en = "Trial" }
subject = "equipe"
period  = "year"
[units]
point = { fr = ["point", "points"], en = ["point", "points"] }
[entities.equipe]
[entities.membre]
belongs_to = "equipe"
[inputs.liste]
[inputs.jours]
of = "membre"
[inputs.ouvert]
type = "bool"
[inputs.niveau.enum]
bas  = { fr = "bas", en = "low" }
haut = { fr = "haut", en = "high" }
[inputs.arrivee]
type = "date"
default = "start of period"
[parameters.valeur]
unit   = "EUR/point"
values = [{ from = 2020-01-01, value = "7", source = "texte", status = "official" }]
[rules.montant]
unit    = "EUR"
output  = true
round   = "cent"
formula = "valeur * 0"
"#;

const FACTS: &str = "subject,liste,ouvert,niveau\na,4000,true,bas\nb,,false,haut\nc,0,true,bas\n";

/// Reads a rulebook; shows its findings; settles three teams when it can be used.
pub(crate) fn rulebook(bytes: &[u8]) {
    let sources = vec![Source::new("essai/rulebook.toml", String::from_utf8_lossy(bytes))];
    let (book, findings) = load(sources.clone());
    for finding in &findings {
        for language in [Language::French, Language::English] {
            assert!(!finding.render(&sources, language).is_empty());
        }
    }
    if let Some(book) = book {
        facts_of(&book, FACTS.as_bytes(), "faits.csv");
    }
}

/// Puts a formula into a rule.
pub(crate) fn formula(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).replace('\'', "\\u0027").replace(['\u{0}', '\r'], " ");
    let text = text.replace('\\', "\\\\").replace("\\\\u0027", "\\u0027").replace('"', "\\\"");
    rulebook(format!("{HEAD}[rules.essayee]\noutput = true\nformula = \"\"\"{text}\"\"\"\n").as_bytes());
}

/// Reads facts of a file whose format its ending tells, and settles what can be.
fn facts_of(book: &Rulebook, bytes: &[u8], path: &str) {
    let Ok(file) = FactFile::read(path, None, bytes) else { return };
    let (facts, _) = collect(book, &[file], &Options::default());
    let day = jiff::civil::date(2024, 12, 31);
    if let Ok(plan) = Plan::new(book, day, None) {
        let settlement = settle(&plan, &facts, false, &[]);
        let rows = settlement.subject().map_or(0, EntityResults::len);
        assert!(rows <= settlement.subjects);
    }
}

fn facts(bytes: &[u8], path: &str) {
    let sources = vec![Source::new("essai/rulebook.toml", HEAD)];
    if let Some(book) = load(sources).0 {
        facts_of(&book, bytes, path);
    }
}

/// Reads facts in CSV.
pub(crate) fn facts_csv(bytes: &[u8]) {
    facts(bytes, "faits.csv");
}

/// Reads facts in JSON.
pub(crate) fn facts_json(bytes: &[u8]) {
    facts(bytes, "faits.json");
}

/// Reads facts in TOML.
pub(crate) fn facts_toml(bytes: &[u8]) {
    facts(bytes, "faits.toml");
}
