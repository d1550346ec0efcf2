//! Locks of the operating system: whoever is gone, however it went, holds none.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use rulebook::text;

use crate::failure::{Failure, Outcome};
use crate::output;

/// Takes the right to write, which a file stands for; `busy` says who has it when somebody does.
///
/// The file is made when it is not there, and stays: one that went with its holder could be held twice, by whoever
/// opened it before and by whoever made it anew.
pub(crate) fn to_write(path: &Path, busy: &dyn Fn() -> Failure) -> Outcome<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(|error| output::cannot_write(path, &error))?;
    taken(path, file.try_lock(), busy)?;
    Ok(file)
}

/// Keeps writers away from what is read; where there is no lock to be had there is no writer either.
pub(crate) fn to_read(path: &Path, busy: &dyn Fn() -> Failure) -> Outcome<Option<File>> {
    match File::open(path) {
        Ok(file) => match file.try_lock_shared() {
            Err(TryLockError::Error(_)) => Ok(None),
            result => taken(path, result, busy).map(|()| Some(file)),
        },
        Err(_) => Ok(None),
    }
}

fn taken(path: &Path, result: Result<(), TryLockError>, busy: &dyn Fn() -> Failure) -> Outcome<()> {
    match result {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(busy()),
        Err(TryLockError::Error(error)) => {
            let shown = path.display();
            Err(Failure::io(&text!("impossible de verrouiller `{shown}`", "cannot lock `{shown}`"), &error))
        }
    }
}
