//! Passwords: Argon2id, off the async threads, a few at a time (A2).

use crate::{Error, Result};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

/// The fewest characters of a password.
pub const PASSWORD_MIN: usize = 8;
/// The most characters of a password.
pub const PASSWORD_MAX: usize = 1_000;

/// Memory of one hash, in KiB; with the two below as A2 says.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Each hash takes 19 MiB and a core for some 20 ms: no more than these at once, the others wait in line.
static HASHING: Semaphore = Semaphore::const_new(2);

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
    let password = password.to_owned();
    work(move || {
        let hash = hasher()?.hash_password(password.as_bytes()).map_err(|_| Error::Hashing)?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether the password is the one hashed. Without a hash it is not, which takes just as long to say.
pub(crate) async fn verify(password: &str, hash: Option<String>) -> Result<bool> {
    let password = password.to_owned();
    work(move || {
        let Some(hash) = hash else {
            hasher()?.hash_password(password.as_bytes()).map_err(|_| Error::Hashing)?;
            return Ok(false);
        };
        let hash = PasswordHash::new(&hash).map_err(|_| Error::Hashing)?;
        Ok(hasher()?.verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await
}

fn hasher() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY, PASSES, LANES, None).map_err(|_| Error::Hashing)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn work<T: Send + 'static>(job: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let permit = HASHING.acquire().await.map_err(|_| Error::Hashing)?;
    let done = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        job()
    });
    done.await.map_err(|_| Error::Hashing)?
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

    #[test]
    fn a_password_has_a_length() {
        assert_eq!(check_password("1234567"), Err(PasswordError::TooShort));
        assert_eq!(check_password("12345678"), Ok(()));
        assert_eq!(check_password(&"x".repeat(1_001)), Err(PasswordError::TooLong));
    }
}
