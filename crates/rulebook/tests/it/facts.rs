//! Files of facts: what is read, what is refused, and what people are told.

use std::fmt::Write as _;

use exact::NumberStyle;
use proptest::prelude::*;
use rulebook::facts::{FactFile, Facts, Options, UnreadableKind, collect, read_csv, read_json, read_toml};
use rulebook::{Diagnostic, EntityId, Language, Rulebook, Source, Value};

const TEAMS: &str = r#"
[instrument]
id      = "essai"
title   = { fr = "Essai", en = "Trial" }
subject = "equipe"
period  = "year"

[units]
patient = { fr = ["patient", "patients"], en = ["patient", "patients"] }

[entities.equipe]
label = { fr = "équipe", en = "team" }

[entities.membre]
belongs_to = "equipe"
label      = { fr = "membre", en = "member" }

[entities.visite]
belongs_to = "membre"
on_refusal = "skip"
label      = { fr = "visite", en = "visit" }

[inputs.patientele]
unit  = "patient"
whole = true
min   = 0

[inputs.taux]
default = 0
max     = "100 %"
show    = "%"

[inputs.amplitude]
default = "12h"
[inputs.amplitude.enum]
12h      = { fr = "12 heures", en = "12 hours" }
10h      = { fr = "10 heures", en = "10 hours" }
8h       = { fr = "8 heures", en = "8 hours" }
moins_8h = { fr = "moins", en = "less" }

[inputs.date_effet]
type    = "date"
default = "start of period"

[inputs.urgence]
type    = "bool"
default = false

[inputs.jours]
of = "membre"

[inputs.duree]
of      = "visite"
default = 1

[rules.somme]
unit    = "patient"
formula = "patientele"
output  = true
"#;

fn load(text: &str) -> Rulebook {
    let (book, findings) = rulebook::load(vec![Source::new("r/rulebook.toml", text)]);
    book.unwrap_or_else(|| panic!("{findings:?}"))
}

fn file(path: &str, entity: Option<&str>, text: &str) -> FactFile {
    FactFile::read(path, entity.map(str::to_owned), text.as_bytes())
        .unwrap_or_else(|error| panic!("{error:?}"))
}

fn subject(text: &str) -> Vec<FactFile> {
    vec![file("f.csv", None, text)]
}

/// Shows findings, rows and refusals as lines.
fn shown(book: &Rulebook, facts: &Facts, findings: &[Diagnostic], language: Language) -> String {
    let mut out = String::new();
    for finding in findings {
        out.push_str(&finding.render(&book.sources, language));
    }
    for (index, entity) in book.entities.iter().enumerate() {
        let rows = facts.rows(EntityId(index));
        for (row, id) in rows.ids.iter().enumerate() {
            write!(out, "{} {id}", entity.name).expect("text can be written");
            if let Some(parent) = rows.parents[row] {
                write!(out, " of {parent}").expect("text can be written");
            }
            for column in &rows.columns {
                let name = &book.inputs[column.input.0].decl.named.name;
                match &column.cells.value(row) {
                    None => {}
                    Some(Value::Number(number)) => {
                        write!(out, " {name}={number}").expect("text can be written");
                    }
                    Some(Value::Bool(truth)) => write!(out, " {name}={truth}").expect("text can be written"),
                    Some(Value::Date(date)) => write!(out, " {name}={date}").expect("text can be written"),
                    Some(Value::Enum(value)) => write!(out, " {name}=#{value}").expect("text can be written"),
                }
            }
            out.push('\n');
        }
    }
    for refusal in &facts.refused {
        let entity = &book.entities[refusal.entity.0].name;
        let row = refusal.row.map_or("-".to_owned(), |row| row.to_string());
        let place = refusal.place.as_ref().map_or(String::new(), |(file, line)| format!(" ({file}:{line})"));
        let (reason, about, message) = (refusal.reason.name(), &refusal.about, refusal.message.get(language));
        writeln!(out, "refused {entity} {row} `{}` {reason} {about}: {message}{place}", refusal.id)
            .expect("text can be written");
    }
    out
}

fn collected(files: &[FactFile], options: &Options) -> String {
    let book = load(TEAMS);
    let (facts, findings) = collect(&book, files, options);
    shown(&book, &facts, &findings, Language::French)
}

#[track_caller]
fn check_with(files: &[FactFile], options: &Options, expected: &str) {
    let found = collected(files, options);
    assert_eq!(found, expected, "found:\n{found}");
}

#[track_caller]
fn check(csv: &str, expected: &str) {
    check_with(&subject(csv), &Options::default(), expected);
}

fn mapped(pairs: &[(&str, &str)]) -> Options {
    let map = pairs.iter().map(|(name, column)| ((*name).to_owned(), (*column).to_owned())).collect();
    Options { map, ..Options::default() }
}

#[track_caller]
fn check_unreadable(bytes: &[u8], expected: &str) {
    let found = match FactFile::read("f.csv", None, bytes) {
        Ok(file) => format!("{file:?}"),
        Err(error) => error.diagnostic("f.csv").render(&[], Language::French),
    };
    assert_eq!(found, expected, "found:\n{found}");
}

#[test]
fn types_every_kind_of_value() {
    check(
        "subject,patientele,taux,amplitude,date_effet,urgence\n\
         a,6000,12.5 %,10h,2022-03-01,oui\n\
         b,7,2/3,,31/12/2022,0\n",
        "equipe a patientele=6000 taux=0.125 amplitude=#1 date_effet=2022-03-01 urgence=true\n\
         equipe b patientele=7 taux=2/3 date_effet=2022-12-31 urgence=false\n",
    );
}

#[test]
fn reads_semicolons_marks_quotes_and_blank_lines() {
    check(
        "\u{feff}\"equipe\";patientele ; \"amplitude\";;\r\n\r\na;\" 6 000 \";8h;;\r\n;;;;\r\n\"b;\"\"x\"\"\";1\r\n",
        "equipe a patientele=6000 amplitude=#2\nequipe b;\"x\" patientele=1\n",
    );
    check("subject\tpatientele\ra\t1\rb\t2", "equipe a patientele=1\nequipe b patientele=2\n");
    let table = read_csv(b"subject,x\n\na,\"1\n2\"\nb,3\n").unwrap();
    assert_eq!((table.line(0), table.line(1), table.cell(0, 1)), (3, 5, Some("1\n2")));
}

#[test]
fn toml_and_json_say_the_same_as_csv() {
    let csv = "subject,patientele,taux,urgence,date_effet\na,6000,0.1,true,2022-03-01\nb,1000000000000000000000000000000,,,\n";
    let expected = "equipe a patientele=6000 taux=0.1 date_effet=2022-03-01 urgence=true\n\
                    equipe b patientele=1000000000000000000000000000000\n";
    let toml = "[[subject]]\nsubject = \"a\"\npatientele = 6_000\ntaux = 0.1\nurgence = true\ndate_effet = 2022-03-01\n\
                [[subject]]\nsubject = \"b\"\npatientele = 1e30\n";
    let json = r#"[{"subject": "a", "patientele": 6000, "taux": 0.1, "urgence": true, "date_effet": "2022-03-01"},
                   {"subject": "b", "patientele": 1000000000000000000000000000000, "taux": null}]"#;
    let by_entity = format!("{{\"equipe\": {json}}}");
    check(csv, expected);
    for (path, text) in [
        ("f.toml", toml),
        ("f.toml", &toml.replace("[[subject]]", "[[equipe]]")),
        ("f.json", json),
        ("f.json", &by_entity),
    ] {
        check_with(&[file(path, None, text)], &Options::default(), expected);
    }
}

#[test]
fn a_single_row_may_stand_alone() {
    let expected = "equipe a patientele=3\n";
    check_with(
        &[file("f.json", None, r#"{"subject": "a", "patientele": 3}"#)],
        &Options::default(),
        expected,
    );
    check_with(
        &[file("f.json", None, r#"{"equipe": {"subject": "a", "patientele": 3}}"#)],
        &Options::default(),
        expected,
    );
    check_with(&[file("f.toml", None, "subject = 'a'\npatientele = 3\n")], &Options::default(), expected);
    check_with(
        &[file("f.toml", None, "[equipe]\nsubject = 'a'\npatientele = 3\n")],
        &Options::default(),
        expected,
    );
}

#[test]
fn numbers_never_pass_through_a_float() {
    let long = "0.1000000000000000000000000000000000000000001";
    for (path, text) in [
        ("f.csv", format!("subject,patientele,taux\na,1,{long}\n")),
        ("f.toml", format!("[[equipe]]\nsubject = 'a'\npatientele = 1\ntaux = {long}\n")),
        ("f.json", format!("[{{\"subject\": \"a\", \"patientele\": 1, \"taux\": {long}}}]")),
    ] {
        let book = load(TEAMS);
        let (facts, _) = collect(&book, &[file(path, None, &text)], &Options::default());
        let rows = facts.rows(book.subject);
        let taux = rows.columns[1].cells.value(0).unwrap().as_number().cloned().unwrap();
        assert_eq!(taux, exact::Rational::parse(long).unwrap(), "{path}");
    }
}

#[test]
fn lines_of_rows_are_known_in_every_format() {
    let toml = read_toml(b"# faits\n\n[[equipe]]\nsubject = 'a'\n\n[[equipe]]\nsubject = 'b'\n").unwrap();
    assert_eq!((toml[0].line(0), toml[0].line(1)), (3, 6));
    let json =
        read_json(b"{\"equipe\": [\n  {\"x\": \"} {\\\" [\"},\n\n  {\"x\": 2}\n], \"membre\": [\n {}]}")
            .unwrap();
    assert_eq!((json[0].line(0), json[0].line(1), json[1].line(0)), (2, 4, 6));
    let inline = read_toml(b"equipe = [\n  { subject = 'a' },\n  { subject = 'b' },\n]\n").unwrap();
    assert_eq!((inline[0].line(0), inline[0].line(1)), (2, 3));
}

#[test]
fn finds_out_how_numbers_are_written() {
    check(
        "subject;patientele;taux\na;6 000;0,5\nb;1.234.567;1\n",
        "equipe a patientele=6000 taux=0.5\nequipe b patientele=1234567 taux=1\n",
    );
    check("subject,patientele,taux\na,\"6,000\",0.5\n", "equipe a patientele=6000 taux=0.5\n");
    let ambiguous = subject("subject;patientele\na;1,234\n");
    check_with(
        &ambiguous,
        &Options::default(),
        "erreur[R0075]: f.csv : `1,234` (ligne 2) peut se lire de deux façons, et aucun autre nombre du fichier ne dit laquelle\n  \
         = aide: si la virgule marque les décimales : --numbers fr ; si elle sépare les milliers : --numbers en\n\
         equipe a\n",
    );
    let english = Options { numbers: Some(NumberStyle::English), ..Options::default() };
    check_with(&ambiguous, &english, "equipe a patientele=1234\n");
    check_with(
        &subject("subject;patientele;taux\na;1;0,5\nb;1;0.5\n"),
        &Options::default(),
        "erreur[R0075]: f.csv : les nombres sont écrits de deux façons : `0,5` (ligne 2) à la française, `0.5` (ligne 3) à l'anglaise\n  \
         = aide: les écrire tous de la même façon ; avec --numbers fr ou --numbers en, les lignes écrites autrement sont refusées une à une\n\
         equipe a\nequipe b\n",
    );
    check_with(
        &subject("subject;patientele;taux\na;1;0,5\nb;1;0.5\n"),
        &english,
        "equipe a patientele=1\nequipe b patientele=1 taux=0.5\n\
         refused equipe 0 `a` wrong_type taux: pour `taux`, `0,5` n'est pas un nombre : les nombres de ce fichier sont lus à l'anglaise : 1,234.56 (f.csv:2)\n",
    );
}

#[test]
fn refuses_rows_one_by_one() {
    check(
        "subject,patientele,taux,amplitude,date_effet,urgence\n\
         a,beaucoup,,,,\n\
         b,1,,11h,,\n\
         c,1,,,demain,\n\
         d,1,,,,peut-être\n\
         e,-1,,,,\n\
         f,1,150 %,,,\n\
         g,1.5,,zzzzzzzz,,\n\
         h,1,,,,\n",
        "equipe a\nequipe b patientele=1\nequipe c patientele=1\nequipe d patientele=1\nequipe e\nequipe f patientele=1\nequipe g\nequipe h patientele=1\n\
         refused equipe 0 `a` wrong_type patientele: pour `patientele`, `beaucoup` n'est pas un nombre : les nombres de ce fichier sont lus à l'anglaise : 1,234.56 (f.csv:2)\n\
         refused equipe 1 `b` unknown_value amplitude: `amplitude` vaut « 11h » : valeurs connues 12h, 10h, 8h, moins_8h (la plus proche : 10h) (f.csv:3)\n\
         refused equipe 2 `c` wrong_type date_effet: pour `date_effet`, `demain` n'est pas une date : une date s'écrit 2022-12-31 ou 31/12/2022 (f.csv:4)\n\
         refused equipe 3 `d` wrong_type urgence: pour `urgence`, `peut-être` n'est ni vrai ni faux : écrire true ou false (f.csv:5)\n\
         refused equipe 4 `e` out_of_bounds patientele: `patientele` vaut « -1 », moins que le minimum, 0 (f.csv:6)\n\
         refused equipe 5 `f` out_of_bounds taux: `taux` vaut « 150 % », plus que le maximum, 100 % (f.csv:7)\n\
         refused equipe 6 `g` not_whole patientele: `patientele` vaut « 1.5 » : il faut un nombre entier (f.csv:8)\n",
    );
    let long = "x".repeat(1000);
    let found = collected(&subject(&format!("subject,patientele\na,{long}\n")), &Options::default());
    assert!(found.contains("… » (1000 caractères)") && found.len() < 300, "{found}");
}

#[test]
fn columns_that_are_unknown_or_missing() {
    check(
        "subject,patientelle,amplitude,jours,couleur\na,1,12h,3,vert\n",
        "attention[R0073]: f.csv : la colonne `patientelle` n'est pas un fait du contrat\n  \
         = aide: le fait le plus proche est `patientele` : renommer la colonne, ou --map patientele=patientelle\n\
         attention[R0073]: f.csv : la colonne `jours` n'est pas un fait du contrat\n  \
         = aide: `jours` est un fait de `membre` : le donner dans le fichier de `membre`\n\
         attention[R0073]: f.csv : la colonne `couleur` n'est pas un fait du contrat\n\
         attention[R0074]: f.csv : aucune colonne ne donne ces faits requis de `equipe` : patientele\n  \
         = aide: si la colonne `patientelle` donne `patientele` : --map patientele=patientelle\n\
         equipe a amplitude=#0\n",
    );
    check_with(
        &subject("subject,patientele,x\na,1,2\n"),
        &Options { strict: true, ..Options::default() },
        "erreur[R0073]: f.csv : la colonne `x` n'est pas un fait du contrat\nequipe a patientele=1\n",
    );
    check(
        "finess,patientele\na,1\n",
        "erreur[R0074]: f.csv : il manque la colonne des identifiants, `subject` ou `equipe`\n  \
         = aide: le fichier a les colonnes finess, patientele ; pour en désigner une : --map subject=finess\n",
    );
    check(
        "subject,patientele,\na,1,oui\n",
        "attention[R0073]: f.csv : une colonne sans titre contient des valeurs\nequipe a patientele=1\n",
    );
}

#[test]
fn maps_columns_with_other_names() {
    let files = subject("finess,pop\na,1\n");
    check_with(&files, &mapped(&[("subject", "finess"), ("patientele", "pop")]), "equipe a patientele=1\n");
    check_with(&files, &mapped(&[("equipe", "finess"), ("patientele", "pop")]), "equipe a patientele=1\n");
    check_with(
        &files,
        &mapped(&[("subject", "finess"), ("patientele", "popu"), ("patientelle", "pop"), ("jours", "pop")]),
        "erreur[R0074]: --map patientele=popu : f.csv n'a pas de colonne `popu`\n  \
         = aide: le nom le plus proche est `pop`\n\
         erreur[R0007]: --map patientelle=… : `patientelle` n'est ni un fait ni une entité du contrat\n  \
         = aide: le nom le plus proche est `patientele`\n\
         erreur[R0074]: --map jours=pop : aucun fichier n'est donné où lire `jours`\n\
         attention[R0073]: f.csv : la colonne `pop` n'est pas un fait du contrat\n\
         attention[R0074]: f.csv : aucune colonne ne donne ces faits requis de `equipe` : patientele\n  \
         = aide: sans eux chaque ligne sera refusée ; si une colonne porte un autre nom : --map patientele=COLONNE\n\
         equipe a\n",
    );
    check_with(
        &subject("subject,patientele,pop\na,1,2\n"),
        &mapped(&[("patientele", "pop")]),
        "attention[R0073]: f.csv : la colonne `patientele` n'est pas un fait du contrat\n  \
         = aide: ce fait est lu dans la colonne `pop` (--map patientele=pop)\n\
         equipe a patientele=2\n",
    );
    let members = file("m.csv", Some("membre"), "rpps,finess,jours\nm,a,1\n");
    check_with(
        &[files[0].clone(), members],
        &mapped(&[("subject", "finess"), ("patientele", "pop"), ("membre", "rpps")]),
        "equipe a patientele=1\nmembre m of 0 jours=1\n",
    );
}

#[test]
fn ids_that_stand_twice_or_not_at_all() {
    check(
        "subject,patientele\na,1\nb,2\n a ,3\n,4\n,5\na,6\n",
        "equipe b patientele=2\nequipe  patientele=4\nequipe  patientele=5\n\
         refused equipe - `a` duplicate subject: l'identifiant `a` est donné 3 fois (lignes 2, 4, 7) : aucune de ces lignes n'est prise (f.csv:2)\n\
         refused equipe 1 `` missing_fact subject: la ligne 5 n'a pas d'identifiant (colonne `subject`) (f.csv:5)\n\
         refused equipe 2 `` missing_fact subject: la ligne 6 n'a pas d'identifiant (colonne `subject`) (f.csv:6)\n",
    );
}

#[test]
fn a_row_below_that_is_left_out_leaves_nothing_to_guess() {
    let teams = file("f.csv", None, "subject,patientele\na,1\nb,2\nc,3\nc,4\n");
    let members = file(
        "m.csv",
        Some("membre"),
        "membre,equipe,jours\nm1,a,1\nm2,a,2\nm2,b,3\nm3,z,4\nm4,c,5\nm5,,6\nm6,b,x\n",
    );
    let visits =
        file("v.csv", Some("visite"), "visite,membre,duree\nv1,m1,1\nv2,m2,2\nv3,m1,3\nv3,m1,4\nv4,m6,5\n");
    check_with(
        &[visits, members, teams],
        &Options::default(),
        "equipe a patientele=1\nequipe b patientele=2\nmembre m1 of 0 jours=1\nmembre m6 of 1\nvisite v1 of 0 duree=1\nvisite v4 of 1 duree=5\n\
         refused equipe - `c` duplicate subject: l'identifiant `c` est donné 2 fois (lignes 4, 5) : aucune de ces lignes n'est prise (f.csv:4)\n\
         refused equipe 0 `a` child membre: membre m2 : l'identifiant `m2` est donné 2 fois (lignes 3, 4) : aucune de ces lignes n'est prise (f.csv:2)\n\
         refused equipe 1 `b` child membre: membre m2 : l'identifiant `m2` est donné 2 fois (lignes 3, 4) : aucune de ces lignes n'est prise (f.csv:3)\n\
         refused membre - `m2` duplicate membre: l'identifiant `m2` est donné 2 fois (lignes 3, 4) : aucune de ces lignes n'est prise (m.csv:3)\n\
         refused membre - `m3` orphan equipe: `equipe` vaut « z », qui n'est pas dans les lignes de `equipe` (m.csv:5)\n\
         refused membre - `m4` orphan equipe: `equipe` vaut « c », un identifiant de `equipe` donné plusieurs fois et donc refusé (m.csv:6)\n\
         refused membre - `m5` orphan equipe: la colonne `equipe` est vide (m.csv:7)\n\
         refused membre 1 `m6` wrong_type jours: pour `jours`, `x` n'est pas un nombre : les nombres de ce fichier sont lus à l'anglaise : 1,234.56 (m.csv:8)\n\
         refused visite - `v3` duplicate visite: l'identifiant `v3` est donné 2 fois (lignes 4, 5) : aucune de ces lignes n'est prise (v.csv:4)\n\
         refused visite - `v2` orphan membre: `membre` vaut « m2 », un identifiant de `membre` donné plusieurs fois et donc refusé (v.csv:3)\n",
    );
}

#[test]
fn subjects_may_come_from_the_rows_below() {
    let members = "membre,subject,jours\nm1,b,1\nm2,a,2\nm3,b,3\n";
    check_with(
        &[file("m.csv", Some("membre"), members)],
        &Options::default(),
        "attention[R0074]: aucune colonne ne donne ces faits requis de `equipe` : patientele\n  \
         = aide: sans eux chaque ligne sera refusée ; si une colonne porte un autre nom : --map patientele=COLONNE\n\
         equipe b\nequipe a\nmembre m1 of 0 jours=1\nmembre m2 of 1 jours=2\nmembre m3 of 0 jours=3\n",
    );
    check_with(
        &[file("m.csv", Some("membre"), "membre,jours\nm1,1\n")],
        &Options::default(),
        "erreur[R0074]: m.csv : il manque la colonne des identifiants, `subject` ou `equipe`\n  \
         = aide: le fichier a les colonnes membre, jours ; pour en désigner une : --map subject=COLONNE\n",
    );
    check_with(
        &[file("v.csv", Some("visite"), "visite,membre\nv1,m1\n")],
        &Options::default(),
        "erreur[R0072]: aucun fait n'est donné pour `equipe`\n\
         erreur[R0072]: v.csv : aucun fichier ne donne les lignes de `membre`, dont `visite` dépend\n",
    );
}

#[test]
fn files_are_given_to_entities() {
    let teams = "subject,patientele\na,1\n";
    check_with(
        &[
            file("f.csv", None, teams),
            file("g.csv", Some("equipe"), teams),
            file("h.csv", Some("membr"), teams),
        ],
        &Options::default(),
        "erreur[R0006]: g.csv : les lignes de `equipe` sont déjà données par f.csv\n  \
         = aide: réunir toutes les lignes dans un fichier\n\
         erreur[R0007]: h.csv : `membr` n'est pas une entité du contrat\n  \
         = aide: le nom le plus proche est `membre`\n\
         equipe a patientele=1\n",
    );
    check_with(
        &[file("f.json", Some("membre"), r#"{"equipe": [{"subject": "a", "patientele": 1}]}"#)],
        &Options::default(),
        "erreur[R0070]: f.json : le fichier est donné pour `membre` et contient des lignes de `equipe`\n  \
         = aide: donner le fichier sans nom d'entité : il les nomme lui-même\n",
    );
}

#[test]
fn all_subjects_belong_to_the_programme() {
    let book = load(
        &TEAMS
            .replace("[entities.equipe]", "[entities.programme]\nlabel = { fr = \"p\", en = \"p\" }\n\n[entities.equipe]\nbelongs_to = \"programme\"")
            .replace("[rules.somme]", "[inputs.fonds]\nof = \"programme\"\n\n[rules.somme]"),
    );
    let collected = |files: &[FactFile]| {
        let (facts, findings) = collect(&book, files, &Options::default());
        shown(&book, &facts, &findings, Language::French)
    };
    let teams = file("f.csv", None, "subject,programme,patientele\na,p,1\nb,p,2\n");
    assert_eq!(
        collected(std::slice::from_ref(&teams)),
        "programme programme\nequipe a of 0 patientele=1\nequipe b of 0 patientele=2\n"
    );
    let fund = file("p.toml", Some("programme"), "fonds = 100");
    assert_eq!(
        collected(&[teams.clone(), fund]),
        "programme programme fonds=100\nequipe a of 0 patientele=1\nequipe b of 0 patientele=2\n"
    );
    let funds = file("p.csv", Some("programme"), "programme,fonds\np,1\nq,2\n");
    assert_eq!(
        collected(&[teams, funds]),
        "erreur[R0070]: p.csv : `programme` réunit tous les sujets et n'a qu'une ligne ; le fichier en a 2\n"
    );
}

#[test]
fn says_why_a_file_cannot_be_read() {
    check_unreadable(b"", "erreur[R0072]: f.csv : le fichier est vide\n");
    check_unreadable(b"\xef\xbb\xbf \r\n\n", "erreur[R0072]: f.csv : le fichier est vide\n");
    check_unreadable(
        b"subject,patientele\n,,\n",
        "erreur[R0072]: f.csv : le fichier ne contient aucune ligne de faits\n  \
         = aide: la première ligne donne les titres ; les faits suivent, une ligne par identifiant\n",
    );
    check_unreadable(
        b"subject,x\na,1\nb\xe9,2\n",
        "erreur[R0071]: f.csv, ligne 3 : un caractère n'est pas en UTF-8\n  \
         = aide: dans Excel : Enregistrer sous, type « CSV UTF-8 » ; ailleurs, choisir l'encodage UTF-8\n",
    );
    for bytes in [&b"PK\x03\x04\x14\0"[..], b"\xff\xfes\0u\0", b"s\0u\0b\0"] {
        assert_eq!(read_csv(bytes).unwrap_err().kind, UnreadableKind::NotUtf8);
    }
    check_unreadable(
        b"subject,taux\na,0,5\n",
        "erreur[R0070]: f.csv, ligne 2 : la ligne a 3 cellules pour 2 colonnes\n  \
         = aide: si la virgule marque des décimales, mettre le nombre entre guillemets (\"0,5\") ou séparer par `;`\n",
    );
    check_unreadable(
        b"subject,x\na,\"1\nb,2\n",
        "erreur[R0070]: f.csv, ligne 2 : un guillemet ouvert n'est jamais fermé\n  \
         = aide: fermer le guillemet ; dans un texte entre guillemets, un guillemet s'écrit deux fois\n",
    );
    check_unreadable(
        b"subject,x\na,\"1\"2\n",
        "erreur[R0070]: f.csv, ligne 2 : du texte suit un guillemet fermé, dans la même cellule\n  \
         = aide: dans un texte entre guillemets, un guillemet s'écrit deux fois\n",
    );
    check_unreadable(
        b"\nsubject;x;y;x\na;1;2;3\n",
        "erreur[R0076]: f.csv, ligne 2 : la colonne `x` est donnée deux fois\n  \
         = aide: en garder une, ou renommer l'autre\n",
    );
}

#[test]
fn says_why_toml_and_json_cannot_be_read() {
    #[track_caller]
    fn check(path: &str, text: &str, expected: &str) {
        let error = FactFile::read(path, None, text.as_bytes()).unwrap_err();
        let found = error.diagnostic(path).message.get(Language::French).to_owned();
        assert_eq!(found, expected);
    }
    check(
        "f.toml",
        "a = 1\nb = = 2\n",
        "f.toml, ligne 2 : ce n'est pas du TOML (extra `=`, expected nothing)",
    );
    check("f.toml", "# rien\n", "f.toml : le fichier ne contient aucune ligne de faits");
    check(
        "f.toml",
        "x = 1\n[[equipe]]\ny = 1\n",
        "f.toml, ligne 1 : `x` n'est pas une suite de lignes de faits",
    );
    check("f.toml", "equipe = [\n1]\n", "f.toml, ligne 2 : `equipe` n'est pas une suite de lignes de faits");
    check(
        "f.toml",
        "[[equipe]]\nx = [1]\n",
        "f.toml, ligne 2 : `x` est une liste ou une table : un fait est une seule valeur",
    );
    check("f.json", "[{\n\"a\": }]", "f.json, ligne 2 : ce n'est pas le JSON attendu (expected value)");
    check("f.json", "[]", "f.json : le fichier ne contient aucune ligne de faits");
    check("f.json", "12", "f.json : ce ne sont pas des lignes de faits");
    check("f.json", "{\"a\": 1, \"b\": []}", "f.json : ce ne sont pas des lignes de faits");
    check(
        "f.json",
        "[1]",
        "f.json, ligne 1 : ce n'est pas le JSON attendu (invalid type: integer `1`, expected an object)",
    );
    check(
        "f.json",
        "[\n{\"a\": {\"b\": 1}}]",
        "f.json, ligne 2 : `a` est une liste ou un objet : un fait est une seule valeur",
    );
    check(
        "f.json",
        "[{\"a\": 1},\n{\"a\": 1, \"b\": 2, \"a\": 2}]",
        "f.json, ligne 2 : la colonne `a` est donnée deux fois",
    );
    check("f.json", "{\"a\": [{}], \"a\": [{}]}", "f.json : la liste `a` est donnée deux fois");
}

#[test]
fn every_message_is_in_both_languages() {
    let book = load(TEAMS);
    let files = subject("subject,patientelle,amplitude\na,1,11h\na,1,11h\nb,1,11h\n");
    let (facts, findings) = collect(&book, &files, &Options::default());
    assert_eq!(
        shown(&book, &facts, &findings, Language::English),
        "warning[R0073]: f.csv: the column `patientelle` is not a fact of the rulebook\n  \
         = help: the nearest fact is `patientele`: rename the column, or --map patientele=patientelle\n\
         warning[R0074]: f.csv: no column gives these required facts of `equipe`: patientele\n  \
         = help: if the column `patientelle` gives `patientele`: --map patientele=patientelle\n\
         equipe b\n\
         refused equipe - `a` duplicate subject: the id `a` is given 2 times (lines 2, 3): none of these lines is used (f.csv:2)\n\
         refused equipe 0 `b` unknown_value amplitude: `amplitude` is \"11h\": known values are 12h, 10h, 8h, moins_8h (closest: 10h) (f.csv:4)\n",
    );
}

/// A cell that may need quotes.
fn cell() -> impl Strategy<Value = String> {
    prop::string::string_regex("[a-z0-9 ,;\"\n\r\té]{0,6}").expect("the pattern is fixed")
}

/// Rows of facts, good and bad, with ids that are sometimes repeated.
fn rows() -> impl Strategy<Value = Vec<[String; 5]>> {
    let row = ("[a-f]{1,2}", "[0-9]{1,4}|x", "0\\.[0-9]{1,3}|", "12h|10h|11h|", "true|non|")
        .prop_map(|(id, patientele, taux, amplitude, urgence)| [id, patientele, taux, amplitude, urgence]);
    prop::collection::vec(row, 1..12)
}

fn as_csv(rows: &[[String; 5]], order: &[usize]) -> String {
    let headers = ["subject", "patientele", "taux", "amplitude", "urgence"].map(str::to_owned);
    let lines = std::iter::once(&headers).chain(rows);
    lines
        .map(|row| order.iter().map(|column| row[*column].as_str()).collect::<Vec<_>>().join(",") + "\n")
        .collect()
}

/// Shows what was typed without what tells the order of the rows.
fn unordered(csv: &str) -> Vec<String> {
    let book = load(TEAMS);
    let (mut facts, findings) = collect(&book, &subject(csv), &Options::default());
    assert_eq!(findings, []);
    for refusal in &mut facts.refused {
        refusal.place = None;
        refusal.row = None;
        if refusal.reason.name() == "duplicate" {
            refusal.message = rulebook::Text::default();
        }
    }
    let mut lines: Vec<String> =
        shown(&book, &facts, &[], Language::French).lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_rows_and_columns_changes_nothing(
        rows in rows(),
        order in Just(vec![0, 1, 2, 3, 4]).prop_shuffle(),
        seed in any::<u64>(),
    ) {
        let mut shuffled = rows.clone();
        shuffled.sort_by_key(|row| {
            use std::hash::{Hash as _, Hasher as _};
            let mut hasher = std::hash::DefaultHasher::new();
            (seed, row).hash(&mut hasher);
            hasher.finish()
        });
        prop_assert_eq!(unordered(&as_csv(&rows, &[0, 1, 2, 3, 4])), unordered(&as_csv(&shuffled, &order)));
    }

    #[test]
    fn refusals_are_sorted_and_single(rows in rows()) {
        let book = load(TEAMS);
        let (facts, _) = collect(&book, &subject(&as_csv(&rows, &[0, 1, 2, 3, 4])), &Options::default());
        let keys: Vec<_> = facts.refused.iter().map(|refusal| (refusal.entity, refusal.row)).collect();
        prop_assert!(keys.windows(2).all(|pair| pair[0] < pair[1] || (pair[0] == pair[1] && pair[0].1.is_none())));
        let kept = facts.rows(book.subject);
        prop_assert!(kept.columns.iter().all(|column| column.cells.len() == kept.ids.len()));
        prop_assert_eq!(kept.lines.len(), kept.ids.len());
    }

    /// What the `csv` crate writes is read back, whatever the separator.
    #[test]
    fn reads_what_others_write(
        rows in prop::collection::vec(prop::collection::vec(cell(), 3), 1..8),
        delimiter in prop::sample::select(vec![b',', b';', b'\t']),
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(["h1", "h2", "h3"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let trimmed: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(|cell| cell.trim()).collect()).collect();
        let expected: Vec<Vec<&str>> =
            trimmed.into_iter().filter(|row: &Vec<&str>| row.iter().any(|cell| !cell.is_empty())).collect();
        match read_csv(&writer.into_inner().unwrap()) {
            Ok(table) => {
                let found: Vec<Vec<&str>> = (0..table.row_count())
                    .map(|row| (0..3).map(|column| table.cell(row, column).unwrap_or_default()).collect())
                    .collect();
                prop_assert_eq!(found, expected);
            }
            Err(error) => {
                prop_assert!(expected.is_empty() && error.kind == UnreadableKind::Empty, "{:?}", error);
            }
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = (read_csv(&bytes), read_toml(&bytes), read_json(&bytes));
    }

    #[test]
    fn arbitrary_text_never_panics(text in "([a-b]|[0-9]|[\\[\\]{}=:,;.\"'\\\\\n\r\t é%-]){0,60}") {
        let book = load(TEAMS);
        for path in ["f.csv", "f.toml", "f.json"] {
            for entity in [None, Some("membre".to_owned())] {
                for text in [text.clone(), format!("subject;membre;patientele\n{text}")] {
                    if let Ok(file) = FactFile::read(path, entity.clone(), text.as_bytes()) {
                        let (facts, findings) = collect(&book, &[file], &Options::default());
                        shown(&book, &facts, &findings, Language::English);
                    }
                }
            }
        }
    }
}
