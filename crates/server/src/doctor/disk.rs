//! How much room the disk has, and how fast it acknowledges.

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::time::Instant;

/// Enough to average over, and over in a second on a slow disk.
const FSYNCS: u32 = 32;

/// Returns how many bytes can still be written in the folder's file system.
#[expect(unsafe_code, reason = "the standard library does not say how full a disk is")]
pub(super) fn free_bytes(folder: &Path) -> io::Result<u64> {
    let path = CString::new(folder.as_os_str().as_bytes())?;
    let mut stat = std::mem::MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: the path is a C string that lives until the call returns, and `stat` is written in
    // full where the call returns 0.
    let stat = unsafe {
        if libc::statvfs(path.as_ptr(), stat.as_mut_ptr()) != 0 {
            return Err(io::Error::last_os_error());
        }
        stat.assume_init()
    };
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Returns how often per second the disk takes and keeps a page.
pub(super) fn fsyncs_per_second(folder: &Path) -> io::Result<f64> {
    let path = folder.join(".doctor");
    let mut file = File::create(&path)?;
    let start = Instant::now();
    for _ in 0..FSYNCS {
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
    }
    let rate = f64::from(FSYNCS) / start.elapsed().as_secs_f64();
    std::fs::remove_file(&path)?;
    Ok(rate)
}

/// Returns bytes as gibibytes, for people.
#[expect(clippy::cast_precision_loss, reason = "a disk's size is told with one decimal")]
pub(super) fn gibibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 30)
}
