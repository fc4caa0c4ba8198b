//! What counts as an e-mail address. Typed ones are unverified whatever they look like (A11), so this only catches
//! slips.

/// The longest address that can be delivered to, in characters (RFC 5321, section 4.5.3.1.3, less the brackets).
pub const MAX_EMAIL_CHARS: usize = 254;

/// Why a text is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Nothing there.
    #[error("the e-mail address is empty: write one such as noor@example.com")]
    Empty,
    /// Longer than can be.
    #[error("the e-mail address is too long: {MAX_EMAIL_CHARS} characters at most")]
    TooLong,
    /// Spaces or control characters inside.
    #[error("the e-mail address has a space or an invisible character in it")]
    Blank,
    /// Not one `@` with something before and after.
    #[error(
        "the e-mail address needs one @ with a name before and a domain after it, as in noor@example.com"
    )]
    Parts,
    /// The part after the `@` is no domain.
    #[error("the part after the @ is no domain: write one such as example.com")]
    Domain,
}

/// The address, without spaces around it.
///
/// # Errors
/// See [`EmailError`].
pub fn check_email(typed: &str) -> Result<&str, EmailError> {
    let email = typed.trim();
    if email.is_empty() {
        return Err(EmailError::Empty);
    }
    if email.chars().count() > MAX_EMAIL_CHARS {
        return Err(EmailError::TooLong);
    }
    if email.chars().any(|c| c.is_whitespace() || c.is_control() || crate::text::is_invisible(c)) {
        return Err(EmailError::Blank);
    }
    let (local, domain) = email.split_once('@').ok_or(EmailError::Parts)?;
    if local.is_empty() || domain.is_empty() || domain.contains('@') {
        return Err(EmailError::Parts);
    }
    if domain.split('.').all(is_label) { Ok(email) } else { Err(EmailError::Domain) }
}

/// RFC 1034, section 3.5, and letters of every script. An address in brackets (RFC 5321, section 4.1.3) is none.
fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.chars().all(|c| c == '-' || c.is_alphanumeric() || !c.is_ascii())
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_pass() {
        for email in
            ["noor@example.com", "a@b", "a.b+c@mail.example.co.ke", "o'neill@example.com", "jörg@müller.de"]
        {
            assert_eq!(check_email(&format!(" {email}\n")), Ok(email));
        }
    }

    #[test]
    fn slips_are_named() {
        for (typed, error) in [
            ("", EmailError::Empty),
            (" \t", EmailError::Empty),
            ("noor", EmailError::Parts),
            ("@example.com", EmailError::Parts),
            ("noor@", EmailError::Parts),
            ("noor@ali@example.com", EmailError::Parts),
            ("noor ali@example.com", EmailError::Blank),
            ("noor\0@example.com", EmailError::Blank),
            ("noor\u{200b}@example.com", EmailError::Blank),
            ("noor@example..com", EmailError::Domain),
            ("noor@.example.com", EmailError::Domain),
            ("noor@example,com", EmailError::Domain),
            ("noor@-example.com", EmailError::Domain),
        ] {
            assert_eq!(check_email(typed), Err(error), "{typed:?}");
        }
        let longest = format!("{}@example.com", "x".repeat(MAX_EMAIL_CHARS - 12));
        assert_eq!(check_email(&longest), Ok(&*longest));
        assert_eq!(check_email(&format!("x{longest}")), Err(EmailError::TooLong));
    }

    proptest! {
        #[test]
        fn what_passes_is_one_plain_word(typed in any::<String>()) {
            if let Ok(email) = check_email(&typed) {
                prop_assert!(email.contains('@') && !email.contains(char::is_whitespace));
            }
        }
    }
}
