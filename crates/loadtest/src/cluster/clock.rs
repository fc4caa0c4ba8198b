//! A process's own idea of the time, which jumps when told to, by the library `libfaketime`.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The clock of one process and of those it starts.
#[derive(Debug, Clone)]
pub struct Clock {
    library: PathBuf,
    /// Says how far it is from the real time.
    file: PathBuf,
}

impl Clock {
    /// A clock that is right, to be told otherwise in this file.
    ///
    /// # Errors
    /// When the library is not there, or the file cannot be written.
    pub fn new(library: &Path, file: PathBuf) -> Result<Self> {
        let library = library
            .canonicalize()
            .with_context(|| format!("no {}: is the package faketime installed?", library.display()))?;
        let clock = Self { library, file };
        clock.set(0)?;
        Ok(clock)
    }

    /// Sets it so many seconds before or after the real time. Processes see it within a second.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set(&self, seconds: i32) -> Result<()> {
        let written = self.file.with_extension("new");
        std::fs::write(&written, format!("{seconds:+}\n"))?;
        Ok(std::fs::rename(written, &self.file)?)
    }

    /// The environment of a process that goes by it. What counts time by a clock of its own, as all waiting does, is
    /// not deceived: that clock never jumps.
    pub fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("LD_PRELOAD", self.library.display().to_string()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.display().to_string()),
            ("FAKETIME_CACHE_DURATION", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
    }

    /// Has a command go by it.
    pub fn apply(&self, command: &mut Command) {
        command.envs(self.environment());
    }
}
