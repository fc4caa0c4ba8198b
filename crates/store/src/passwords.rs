//! Passwords: Argon2id, off the async threads, one at a time (A2).

use crate::{Error, Result};
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::sync::LazyLock;
use tokio::sync::{mpsc, oneshot};

/// The fewest characters of a password.
pub const PASSWORD_MIN: usize = 8;
/// The most characters of a password.
pub const PASSWORD_MAX: usize = 1_000;

/// Memory of one hash, in KiB; with the two below as A2 says.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Passwords that may wait to be hashed; with more, their callers wait to wait.
const MAX_WAITING: usize = 64;
/// Bytes of salt (RFC 9106, section 3.1) and of what comes out.
const SALT: usize = 16;
const OUTPUT: usize = 32;

/// Each hash takes 19 MiB and a core for some 20 ms. One thread makes them all in the same memory, one after the other:
/// the system's allocator does not give back what many threads ask for.
static HASHING: LazyLock<mpsc::Sender<Job>> = LazyLock::new(|| {
    let (sender, mut jobs) = mpsc::channel::<Job>(MAX_WAITING);
    std::thread::spawn(move || {
        let mut memory = Vec::new();
        while let Some(Job { params, password, salt, reply }) = jobs.blocking_recv() {
            let _ = reply.send(derive(params, &password, &salt, &mut memory));
        }
    });
    sender
});

/// A password to be hashed.
struct Job {
    params: Params,
    password: String,
    salt: Vec<u8>,
    reply: oneshot::Sender<Result<Output>>,
}

/// Why a new password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Easily guessed.
    #[error("the password is too short: {PASSWORD_MIN} characters at least")]
    TooShort,
    /// More than anybody needs.
    #[error("the password is too long: {PASSWORD_MAX} characters at most")]
    TooLong,
}

/// Checks a new password's length. Any characters will do.
///
/// # Errors
/// See [`PasswordError`].
pub fn check_password(password: &str) -> Result<(), PasswordError> {
    match password.chars().count() {
        ..PASSWORD_MIN => Err(PasswordError::TooShort),
        PASSWORD_MIN..=PASSWORD_MAX => Ok(()),
        _ => Err(PasswordError::TooLong),
    }
}

/// The hash of a password, in the PHC string format, with a new salt.
pub(crate) async fn hash(password: &str) -> Result<String> {
    let (params, salt) = (agreed()?, rand::random::<[u8; SALT]>());
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(|_| Error::Hashing)?,
        salt: Some(Salt::new(&salt).map_err(|_| Error::Hashing)?),
        hash: Some(work(params, password, &salt).await?),
    };
    Ok(hash.to_string())
}

/// Whether the password is the one hashed. Without a hash it is not, which takes just as long to say.
pub(crate) async fn verify(password: &str, hash: Option<String>) -> Result<bool> {
    let Some(hash) = hash else {
        work(agreed()?, password, &[0; SALT]).await?;
        return Ok(false);
    };
    let hash = PasswordHash::new(&hash).map_err(|_| Error::Hashing)?;
    let params = Params::try_from(&hash).map_err(|_| Error::Hashing)?;
    let (Some(salt), Some(expected)) = (hash.salt, hash.hash) else { return Err(Error::Hashing) };
    // Comparing two outputs takes the same time wherever they differ.
    Ok(work(params, password, salt.as_ref()).await? == expected)
}

fn agreed() -> Result<Params> {
    Params::new(MEMORY, PASSES, LANES, Some(OUTPUT)).map_err(|_| Error::Hashing)
}

async fn work(params: Params, password: &str, salt: &[u8]) -> Result<Output> {
    let (reply, answer) = oneshot::channel();
    let job = Job { params, password: password.to_owned(), salt: salt.to_vec(), reply };
    HASHING.send(job).await.map_err(|_| Error::Hashing)?;
    answer.await.map_err(|_| Error::Hashing)?
}

fn derive(params: Params, password: &str, salt: &[u8], memory: &mut Vec<Block>) -> Result<Output> {
    memory.resize(params.block_count(), Block::default());
    let mut output = [0; OUTPUT];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut output, memory)
        .map_err(|_| Error::Hashing)?;
    Output::new(&output).map_err(|_| Error::Hashing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a2_a_hash_is_argon2id_as_agreed_and_fits_its_password_alone() {
        let hash = hash("correct horse").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify("correct horse", Some(hash.clone())).await.unwrap());
        assert!(!verify("wrong horse", Some(hash)).await.unwrap());
        assert!(!verify("correct horse", None).await.unwrap());
    }

    /// Made by another implementation of Argon2.
    #[tokio::test]
    async fn a2_a_foreign_hash_fits_its_password_alone() {
        let hash = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$rk2Mi3E4dgRMg0fHaYaptWVZRKqs//6b6k3/nntqGJk";
        assert!(verify("correct horse", Some(hash.into())).await.unwrap());
        assert!(!verify("wrong horse", Some(hash.into())).await.unwrap());
    }

    #[test]
    fn a_password_has_a_length() {
        assert_eq!(check_password("1234567"), Err(PasswordError::TooShort));
        assert_eq!(check_password("12345678"), Ok(()));
        assert_eq!(check_password(&"x".repeat(1_001)), Err(PasswordError::TooLong));
    }
}
