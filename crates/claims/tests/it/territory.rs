//! Territories that `synth` draws, in folders of their own.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use claims::{Engine, Imported};
use synth::{Order, Sink};
use tempfile::TempDir;

use crate::support::mapping;

/// A territory in a folder.
struct Folder(PathBuf);

impl Sink for Folder {
    type File = BufWriter<File>;

    fn create(&self, path: &str) -> io::Result<Self::File> {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder"))?;
        Ok(BufWriter::new(File::create(path)?))
    }

    fn close(&self, mut file: Self::File) -> io::Result<()> {
        file.flush()
    }
}

/// Draws a territory of one year.
pub(crate) fn territory(patients: u64, seed: u64, dirt: bool, csv: bool) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let order = Order {
        patients,
        teams: patients / 100,
        first_year: 2018,
        last_year: 2018,
        seed,
        dirt,
        csv,
        threads: 2,
        batch: Order::BATCH,
    };
    synth::generate(&order, &Folder(folder.path().to_owned()), &mut |_| {}).expect("drawn");
    folder
}

/// Reads a folder of the SNDS into a work folder.
pub(crate) fn imported(engine: &Engine, folder: &Path, work: &Path) -> Imported {
    engine.import(&mapping("snds"), folder, work, |_| {}).unwrap_or_else(|error| {
        let help = error.help().map(|help| help.en).unwrap_or_default();
        panic!("{error} ({help})")
    })
}
