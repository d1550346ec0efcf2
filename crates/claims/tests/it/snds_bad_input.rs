//! A folder of the SNDS in which something is wrong: the file, the place and what to do are named, and nothing is changed.

use std::path::Path;

use claims::ClaimsError;

use crate::support::{engine, mapping};
use crate::territory::territory;

/// Reads the folder, which must fail; returns why.
fn refusal(folder: &Path) -> ClaimsError {
    let work = tempfile::tempdir().expect("a folder");
    let error = engine(1).open_source(&mapping("snds"), folder, work.path()).expect_err("refused");
    let (message, help) = (error.message(), error.help().expect("what to do"));
    assert!(!message.fr.is_empty() && message.fr != message.en && !help.en.is_empty());
    error
}

#[test]
fn what_is_wrong_in_a_folder_of_the_snds_is_named() {
    let folder = territory(60, 3, false, true);
    let snds = folder.path().join("snds");
    let (parquet, text) = (snds.join("IR_BEN_R.parquet"), snds.join("IR_BEN_R.csv"));
    let bytes = std::fs::read(&parquet).expect("a file");
    let original = std::fs::read_to_string(&text).expect("a text");

    // A file that was not copied to its end has no footer.
    std::fs::write(&parquet, bytes.get(..bytes.len() / 2).expect("half")).expect("written");
    let error = refusal(folder.path());
    assert!(matches!(&error, ClaimsError::Unreadable { file, .. } if *file == parquet), "{error:?}");
    assert_eq!(std::fs::read(&parquet).expect("still there").len(), bytes.len() / 2);

    // A column of another type.
    let mut file = std::fs::File::create(&parquet).expect("a file");
    let columns = mapping("snds").sources["ir_ben_r"].columns.clone();
    let cells: Vec<String> = columns.iter().map(|column| format!("'1' AS \"{}\"", column.name)).collect();
    engine(1).write_parquet(&format!("SELECT {}", cells.join(", ")), &[], &mut file).expect("written");
    drop(file);
    let error = refusal(folder.path());
    assert!(
        matches!(&error, ClaimsError::WrongType { column, expected, .. } if column == "BEN_RNG_GEM" && expected == "whole"),
        "{error:?}"
    );
    std::fs::remove_file(&parquet).expect("removed");

    // The text beside it is now read.
    let latin: Vec<u8> = original.bytes().chain(*b"M\xe9lanie,1\n").collect();
    std::fs::write(&text, &latin).expect("written");
    let error = refusal(folder.path());
    let last = u64::try_from(original.lines().count()).expect("small") + 1;
    assert!(
        matches!(&error, ClaimsError::NotUtf8 { file, line } if *file == text && *line == last)
            || matches!(&error, ClaimsError::Unreadable { .. }),
        "{error:?}"
    );
    assert_eq!(std::fs::read(&text).expect("still there"), latin);
    std::fs::write(&text, original.replacen("BEN_IDT_ANO", "BEN_IDT", 1)).expect("written");
    let error = refusal(folder.path());
    assert!(
        matches!(&error, ClaimsError::MissingColumn { column, .. } if column == "BEN_IDT_ANO"),
        "{error:?}"
    );
    let spoilt = original.replacen(",1,", ",one,", 1);
    assert_ne!(spoilt, original);
    std::fs::write(&text, spoilt).expect("written");
    let error = refusal(folder.path());
    assert!(
        matches!(&error, ClaimsError::BadCell { line: 2, column, .. } if column == "BEN_RNG_GEM"),
        "{error:?}"
    );
    std::fs::remove_file(&text).expect("removed");
    let error = refusal(folder.path());
    assert!(
        matches!(&error, ClaimsError::MissingTable { table, needed_by, .. } if table == "ir_ben_r" && needed_by.contains("IR_BEN_R")),
        "{error:?}"
    );
}
