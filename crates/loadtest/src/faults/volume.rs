//! A small file system of the run's own, to be filled up.

use crate::cluster::DatabaseKind;
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What fills it.
const BALLAST: &str = "ballast";

/// A mounted file system; unmounted when dropped.
#[derive(Debug)]
pub struct Volume(PathBuf);

impl Volume {
    /// Mounts one that has room for an empty database of this kind and a little more.
    ///
    /// # Errors
    /// When this computer does not allow it.
    pub fn mount(at: &Path, database: DatabaseKind) -> Result<Self> {
        std::fs::create_dir(at)?;
        let size = match database {
            DatabaseKind::Embedded => "size=8m",
            DatabaseKind::Postgres => "size=160m",
        };
        let path = at.to_str().context("no path")?;
        let arguments = ["-t", "tmpfs", "-o", size, "frontdesk-fault", path];
        let mounted = Command::new("mount").args(arguments).output().context("cannot run mount")?;
        if !mounted.status.success() {
            let complaint = String::from_utf8_lossy(&mounted.stderr).into_owned();
            bail!(
                "cannot mount a small file system (needs root, in a container --cap-add=SYS_ADMIN): {complaint}"
            );
        }
        Ok(Self(at.to_owned()))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Leaves no byte free.
    ///
    /// # Errors
    /// When it cannot be written for another reason than that.
    pub fn fill(&self) -> Result<()> {
        let mut ballast = File::create(self.0.join(BALLAST))?;
        for block in [vec![0; 1 << 20], vec![0; 4096], vec![0; 1]] {
            loop {
                match ballast.write(&block) {
                    Ok(_) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    /// Makes room again.
    ///
    /// # Errors
    /// When there was nothing to remove.
    pub fn empty(&self) -> Result<()> {
        Ok(std::fs::remove_file(self.0.join(BALLAST))?)
    }
}

impl Drop for Volume {
    /// Detached, it goes with its last user.
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["-q", "-l"]).arg(&self.0).status();
    }
}
