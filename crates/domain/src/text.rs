//! What people may type: messages, names, tags.

/// The longest message, note or canned reply, in Unicode scalar values.
pub const MAX_TEXT_CHARS: usize = 10_000;
/// The longest name, in Unicode scalar values.
pub const MAX_NAME_CHARS: usize = 200;
/// The longest tag, in Unicode scalar values.
pub const MAX_TAG_CHARS: usize = 50;

/// The longest short code of a canned reply, in Unicode scalar values.
pub const MAX_SHORT_CODE_CHARS: usize = 50;

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing to be seen.
    #[error("the {0} is empty: write something")]
    Blank(&'static str),
    /// Longer than the limit.
    #[error("the {0} is too long: {1} characters at most")]
    TooLong(&'static str, usize),
    /// U+0000, which PostgreSQL cannot keep.
    #[error("the {0} has a NUL character (U+0000) in it: remove it")]
    Nul(&'static str),
    /// A line break or other control character where one line is wanted.
    #[error("the {0} has a line break or another control character in it: remove it")]
    Control(&'static str),
    /// A comma where lists are written with commas.
    #[error("the {0} has a comma in it: remove it")]
    Comma(&'static str),
}

/// Refuses a message's or note's text; one that passes is kept exactly as it is.
///
/// # Errors
/// [`TextError::Blank`], [`TextError::TooLong`], [`TextError::Nul`].
pub fn check_text(text: &str) -> Result<(), TextError> {
    check("text", text, MAX_TEXT_CHARS)
}

/// The name, without spaces around it.
///
/// # Errors
/// See [`TextError`].
pub fn check_name(typed: &str) -> Result<&str, TextError> {
    check_line("name", typed, MAX_NAME_CHARS)
}

/// The tag, without spaces around it. It has no comma, for lists of tags have.
///
/// # Errors
/// See [`TextError`].
pub fn check_tag(typed: &str) -> Result<&str, TextError> {
    let tag = check_line("tag", typed, MAX_TAG_CHARS)?;
    // Filters take several tags by comma.
    if tag.contains(',') { Err(TextError::Comma("tag")) } else { Ok(tag) }
}

/// A tag as it is compared: by its letters, whatever their case.
pub fn fold_tag(tag: &str) -> String {
    tag.to_lowercase()
}

/// A canned reply's short code, without spaces around it.
///
/// # Errors
/// See [`TextError`].
pub fn check_short_code(typed: &str) -> Result<&str, TextError> {
    check_line("short code", typed, MAX_SHORT_CODE_CHARS)
}

/// A text that may be absent, without blanks around it; none when nothing can be seen.
///
/// # Errors
/// [`TextError::TooLong`], [`TextError::Nul`].
pub fn check_remark<'a>(
    what: &'static str,
    typed: &'a str,
    limit: usize,
) -> Result<Option<&'a str>, TextError> {
    let remark = typed.trim();
    match check(what, remark, limit) {
        Ok(()) => Ok(Some(remark)),
        Err(TextError::Blank(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn check_line<'a>(what: &'static str, typed: &'a str, limit: usize) -> Result<&'a str, TextError> {
    let line = typed.trim();
    check(what, line, limit)?;
    if line.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(TextError::Control(what));
    }
    Ok(line)
}

fn check(what: &'static str, text: &str, limit: usize) -> Result<(), TextError> {
    if text.contains('\0') {
        Err(TextError::Nul(what))
    } else if text.chars().count() > limit {
        Err(TextError::TooLong(what, limit))
    } else if text.chars().all(|c| c.is_whitespace() || c.is_control() || is_invisible(c)) {
        Err(TextError::Blank(what))
    } else {
        Ok(())
    }
}

/// Characters with no width or no ink: Unicode's `Default_Ignorable_Code_Point`, and the empty Braille pattern.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_of_1_to_10_000_characters_pass() {
        for text in ["a", "👍", " \n?", &"😀".repeat(MAX_TEXT_CHARS), "\u{1}x"] {
            assert_eq!(check_text(text), Ok(()));
        }
        let long = "x".repeat(MAX_TEXT_CHARS + 1);
        assert_eq!(check_text(&long), Err(TextError::TooLong("text", MAX_TEXT_CHARS)));
    }

    #[test]
    fn blank_ones_do_not() {
        for text in [
            "",
            " ",
            "\n\t\r",
            "\u{a0}\u{3000}",
            "\u{200b}\u{feff}",
            "\u{2060} \u{e0020}",
            "\u{2800}",
            "\u{1}",
        ] {
            assert_eq!(check_text(text), Err(TextError::Blank("text")), "{text:?}");
        }
        assert_eq!(check_text("a\0b"), Err(TextError::Nul("text")));
    }

    #[test]
    fn names_and_tags_are_one_line() {
        assert_eq!(check_name("  Noor Ali "), Ok("Noor Ali"));
        assert_eq!(check_name("Noor\nAli"), Err(TextError::Control("name")));
        assert_eq!(check_name(" \u{200b} "), Err(TextError::Blank("name")));
        assert_eq!(check_name(&"é".repeat(200)).map(str::len), Ok(400));
        assert_eq!(check_name(&"é".repeat(201)), Err(TextError::TooLong("name", 200)));
        assert_eq!(check_tag(&"x".repeat(51)), Err(TextError::TooLong("tag", 50)));
        assert_eq!(check_tag("one, two"), Err(TextError::Comma("tag")));
    }

    #[test]
    fn errors_say_what_to_do() {
        assert_eq!(
            check_text(&"x".repeat(10_001)).unwrap_err().to_string(),
            "the text is too long: 10000 characters at most"
        );
    }

    proptest! {
        #[test]
        fn what_passes_can_be_seen(text in any::<String>()) {
            prop_assert_eq!(
                check_text(&text).is_ok(),
                !text.contains('\0') && text.chars().any(|c| !c.is_whitespace() && !c.is_control() && !is_invisible(c))
            );
        }
    }
}
