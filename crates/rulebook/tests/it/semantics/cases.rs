//! Cases of a rulebook.

use rulebook::Code;

use super::found;
use crate::settled::HEAD;

#[test]
fn cases() {
    let head = HEAD.replace("[inputs]\n", "[entities.patient]\nbelongs_to = \"equipe\"\non_refusal = \"skip\"\n[inputs]\nage = { of = \"patient\" }\n");
    let book = format!(
        "{head}[rules.double]\nformula = \"x * 2\"\n[rules.inverse]\nof = \"patient\"\nformula = \"60 / age\"\n[rules.somme]\nformula = \"sum(patient.inverse)\"\n[rules.loin]\nformula = \"1 / y\"\n[rules.haut]\ntype = \"bool\"\nformula = \"niveau = 'haut'\"\n"
    );
    let case = |text: &str, passes: bool| {
        let sources = vec![
            rulebook::Source::new("essai/rulebook.toml", book.clone()),
            rulebook::Source::new(
                "essai/cases/c.toml",
                format!("[[case]]\ntitle = \"t\"\nat = 2022-12-31\n{text}\n"),
            ),
        ];
        let (loaded, findings) = rulebook::load(sources);
        let passed =
            loaded.is_some_and(|book| rulebook::cases::run_cases(&book).iter().all(|result| result.passed));
        assert_eq!(passed, passes, "{text}: {findings:?}");
    };
    case("facts = { x = 3 }\nexpect = { double = 6 }", true);
    case("facts = { x = 3 }\nexpect = { double = \"6.00\" }", true);
    case("facts = { x = 3 }\nexpect = { double = 7 }", false);
    case("facts = { x = 3 }\nexpect = { double = { value = 7, within = 1 } }", true);
    case("facts = { x = 3 }\nexpect = { double = { value = 7, within = \"0.9\" } }", false);
    case("facts = { x = 50 }\nexpect = { double = { value = 101, within = \"1 %\" } }", true);
    case("facts = { x = 50 }\nexpect = { double = { value = 101, within = \"0.9 %\" } }", false);
    case("facts = { niveau = \"haut\" }\nexpect = { haut = true }", true);
    // A case computes only what it expects.
    case("facts = { x = 3, y = 0 }\nexpect = { double = 6 }", true);
    case("facts = { y = 0 }\nrefused = \"division_by_zero\"\ncomputing = \"loin\"", true);
    case("facts = { y = 0 }\nrefused = \"no_value\"\ncomputing = \"loin\"", false);
    case("facts = { y = 1 }\nrefused = \"division_by_zero\"\ncomputing = \"loin\"", false);
    case("refused = \"refused_somehow\"\ncomputing = \"loin\"", false);
    case("[[case.equipe]]\nid = \"a\"\ny = 0\n[[case.equipe]]\nid = \"b\"\ny = 1\n", false);
    case(
        "refused = \"division_by_zero\"\ncomputing = \"loin\"\n[[case.equipe]]\nid = \"a\"\ny = 1\n[[case.equipe]]\nid = \"b\"\ny = 0\n",
        true,
    );
    // What is misspelt, doubled or contradictory proves nothing.
    case("facts = { xx = 3 }\nexpect = { double = 6 }", false);
    case("facts = { x = \"trois\" }\nexpect = { double = 6 }", false);
    case("facts = { x = 3 }\nexpect = { tripel = 6 }", false);
    case("facts = { x = 3 }", false);
    case(
        "facts = { y = 0 }\nexpect = { double = 0 }\nrefused = \"division_by_zero\"\ncomputing = \"loin\"",
        false,
    );
    case("facts = { x = 3 }\nexpect = { double = 6 }\ncomputing = \"loin\"", false);
    case("facts = { x = 3 }\n[[case.equipe]]\nid = \"a\"\nexpect = { double = 0 }", false);
    // Rows below, and several subjects.
    case(
        "expect = { somme = 8 }\n[[case.patient]]\nid = \"p\"\nage = 10\nexpect = { inverse = 6 }\n[[case.patient]]\nid = \"q\"\nage = 30",
        true,
    );
    case(
        "[[case.equipe]]\nid = \"a\"\nx = 1\nexpect = { double = 2, somme = 6 }\n[[case.equipe]]\nid = \"b\"\nx = 2\nexpect = { double = 4, somme = 2 }\n[[case.patient]]\nid = \"p\"\nequipe = \"a\"\nage = 10\n[[case.patient]]\nid = \"q\"\nequipe = \"b\"\nage = 30",
        true,
    );
    // A patient that is refused is left out, as when the facts are settled; one that is asked for is not.
    case(
        "expect = { somme = 6 }\n[[case.patient]]\nid = \"p\"\nage = 10\n[[case.patient]]\nid = \"q\"\nage = 0\n[[case.patient]]\nid = \"r\"\nage = 0",
        true,
    );
    case(
        "expect = { somme = 6 }\n[[case.patient]]\nid = \"p\"\nage = 10\n[[case.patient]]\nid = \"q\"\nage = \"dix\"",
        true,
    );
    case("[[case.patient]]\nid = \"q\"\nage = 0\nexpect = { inverse = 0 }", false);
}

// Names.

#[test]
fn a_name_is_defined_once() {
    let steps = "steps = [{ name = \"reste\", to = \"equipe\", rest = true }]\n";
    let pot = "[inputs.fonds]\nunit = \"EUR\"\n";
    let part = format!("{pot}[allocations.part]\ntotal = \"fonds\"\n{steps}");
    found(&part, &[]);
    found(&format!("{part}[rules.part_reste]\nformula = \"x\"\n"), &[Code::DUPLICATE_NAME]);
    found(&format!("{part}[rules.part_total]\nformula = \"x\"\n"), &[Code::DUPLICATE_NAME]);
    found(&format!("{part}[inputs.part_total]\ndefault = 0\n"), &[Code::DUPLICATE_NAME]);
    found(&part.replace("\"reste\"", "\"total\""), &[Code::DUPLICATE_NAME]);
    found("[rules.x]\nformula = \"y\"\n", &[Code::DUPLICATE_NAME]);
    let sources = vec![
        rulebook::Source::new("essai/rulebook.toml", format!("{HEAD}[rules.r]\nformula = \"x\"\n")),
        rulebook::Source::new(
            "essai/suite.toml",
            "[units.point]\nfr = [\"p\", \"p\"]\nen = [\"p\", \"p\"]\n",
        ),
    ];
    let (book, findings) = rulebook::load(sources);
    assert!(
        book.is_none() && findings.iter().any(|finding| finding.code == Code::DUPLICATE_NAME),
        "{findings:?}"
    );
}

// Sentences.

#[test]
fn a_sentence_may_name_what_the_formula_does_not_read() {
    let more = r#"
[rules.a]
output = true
formula = "x"
say = { fr = "{a}, {c} et {sept}", en = "{a}, {c} and {sept}" }
[rules.c]
output = true
formula = "y"
say = { fr = "{c} et {a}", en = "{c} and {a}" }
"#;
    let book = crate::settled::loaded(&format!("{HEAD}{more}"));
    let plan = rulebook::Plan::new(&book, "2022-12-31".parse().expect("a date"), None).expect("a plan");
    let facts = crate::settled::gathered(&book, &[("", "equipe,x,y\nq,1,2\n")]);
    let of = rulebook::interpret::TraceOf { entity: book.subject, id: "q", outputs: &[] };
    let trace = rulebook::interpret::trace(&plan, &facts, of, false, &[]).expect("a trace");
    let said: Vec<_> =
        trace.outputs.iter().map(|node| trace.nodes[node.0].say.as_ref().map(|say| say.en.clone())).collect();
    assert_eq!(said, [Some("1, 2 and 7".to_owned()), Some("2 and 1".to_owned())]);
}
