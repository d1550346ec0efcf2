//! What cannot be read says so, with the file, the place and what to do, and nothing is lost.

use std::path::Path;

use claims::ClaimsError;

use crate::support::engine;

const PATIENT: &str = "patient,source_key,birth_date,death_date,sex,area\n";

fn refusal(file: &str, bytes: impl AsRef<[u8]>) -> ClaimsError {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(file), bytes.as_ref()).expect("written");
    let error = engine(1).open(folder.path()).expect_err("refused");
    assert_eq!(std::fs::read(folder.path().join(file)).expect("still there"), bytes.as_ref());
    let (message, help) = (error.message(), error.help().expect("what to do"));
    assert!(!message.fr.is_empty() && !help.en.is_empty());
    error
}

#[test]
fn each_fault_is_named() {
    let error =
        refusal("patient.csv", b"patient,source_key,birth_date,sex\n1,M\xe9lanie,1950-01-01,female\n");
    assert!(matches!(error, ClaimsError::NotUtf8 { line: 2, .. }), "{error:?}");
    let error =
        refusal("patient.csv", format!("{PATIENT}1,a,1950-01-01,,female,\n2,b,01/01/1950,,female,\n"));
    assert!(
        matches!(&error, ClaimsError::BadCell { line: 3, column, .. } if column == "birth_date"),
        "{error:?}"
    );
    let error = refusal("patient.csv", format!("{PATIENT}1,a,,,female,\n"));
    assert!(matches!(&error, ClaimsError::BadCell { line: 2, .. }), "{error:?}");
    let error = refusal("patient.csv", format!("{PATIENT}1,a,1950-01-01,,female\n"));
    assert!(matches!(error, ClaimsError::Unreadable { .. }), "{error:?}");
    let error = refusal("patient.csv", "patient,source_key,sex\n1,a,female\n");
    assert!(
        matches!(&error, ClaimsError::MissingColumn { column, .. } if column == "birth_date"),
        "{error:?}"
    );
    let error = refusal("patient.parquet", "PAR1 this is no Parquet PAR1");
    assert!(matches!(error, ClaimsError::Unreadable { .. }), "{error:?}");
    let error = engine(1).open(Path::new("no such folder")).expect_err("refused");
    assert!(matches!(error, ClaimsError::NoFolder(_)), "{error:?}");
}

#[test]
fn parquet_of_another_type_is_refused_and_a_folder_of_parts_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = engine(2);
    let write = |path: &str, sql: &str| {
        let mut file = std::fs::File::create(folder.path().join(path)).expect("a file");
        engine.write_parquet(sql, &[], &mut file).unwrap_or_else(|error| panic!("{error}"));
    };
    std::fs::create_dir(folder.path().join("act")).expect("a folder");
    let act = |year: i32, cents: &str| {
        format!(
            "SELECT 1 AS patient, DATE '{year}-05-01' AS date, 'nurse' AS profession, 'x' AS nature, TRUE AS contact, CAST(1 AS INT) AS quantity, {cents} AS spent_cents, 100 AS reimbursed_cents"
        )
    };
    write("act/2019.parquet", &act(2019, "100"));
    write("act/2020.parquet", &act(2020, "250"));
    let opened = engine.open(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    assert!(opened.has("act") && !opened.has("stay"));
    assert!(matches!(opened.need("stay", "a test"), Err(ClaimsError::MissingTable { .. })));
    assert_eq!(
        engine.number("SELECT SUM(spent_cents) FROM act WHERE profession = 'nurse'").expect("a sum"),
        Some(350)
    );
    write("act/2021.parquet", &act(2021, "CAST(2.5 AS DOUBLE)"));
    let error = engine.open(folder.path()).expect_err("refused");
    assert!(matches!(&error, ClaimsError::WrongType { column, .. } if column == "spent_cents"), "{error:?}");
    std::fs::remove_file(folder.path().join("act/2021.parquet")).expect("removed");
    std::fs::write(folder.path().join("act.csv"), "").expect("written");
    assert!(matches!(engine.open(folder.path()), Err(ClaimsError::TwoForms { .. })));
}
