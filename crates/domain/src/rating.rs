//! What a customer says of the help they got.

use crate::text::{TextError, check_remark};
use crate::{Conversation, Refusal, Timestamp};
use std::ops::RangeInclusive;

/// Scores there are: very bad to very good.
pub const SCORES: RangeInclusive<u8> = 1..=5;
/// The longest comment, in Unicode scalar values.
pub const MAX_COMMENT_CHARS: usize = 2_000;

/// A score and perhaps a comment; the customer may change both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// One of [`SCORES`].
    pub score: u8,
    /// In the customer's words.
    pub comment: Option<String>,
    /// When it was last given.
    pub at: Timestamp,
}

/// Why a rating is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RatingError {
    /// No score, or none there is.
    #[error("the score is a whole number from 1 to 5: choose one")]
    Score,
    /// The comment will not do.
    #[error(transparent)]
    Comment(#[from] TextError),
}

/// A score as typed, if it is one of [`SCORES`].
///
/// # Errors
/// [`RatingError::Score`].
pub fn check_score(score: i64) -> Result<u8, RatingError> {
    u8::try_from(score).ok().filter(|score| SCORES.contains(score)).ok_or(RatingError::Score)
}

/// A comment without blanks around it; none when nothing is left.
///
/// # Errors
/// [`TextError::TooLong`], [`TextError::Nul`].
pub fn check_comment(typed: &str) -> Result<Option<String>, RatingError> {
    Ok(check_remark("comment", typed, MAX_COMMENT_CHARS)?.map(str::to_owned))
}

impl Conversation {
    /// Takes the owner's rating; tells whether it says anything new.
    ///
    /// # Errors
    /// [`Refusal::NotResolved`].
    pub(crate) fn take_rating(&mut self, rating: Rating) -> Result<bool, Refusal> {
        if self.status() != crate::Status::Resolved {
            return Err(Refusal::NotResolved);
        }
        let said = |rating: &Rating| (rating.score, rating.comment.clone());
        let is_new = self.rating.as_ref().map(said) != Some(said(&rating));
        if is_new {
            self.rating = Some(rating);
        }
        Ok(is_new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_one_to_five() {
        assert_eq!([1, 5].map(check_score), [Ok(1), Ok(5)]);
        for wrong in [0, 6, -1, 257, i64::MAX] {
            assert_eq!(check_score(wrong), Err(RatingError::Score), "{wrong}");
        }
    }

    #[test]
    fn a_blank_comment_is_none_and_a_long_one_refused() {
        assert_eq!(check_comment(" \n\u{200b} "), Ok(None));
        assert_eq!(check_comment(" Thanks! \n"), Ok(Some("Thanks!".into())));
        assert!(check_comment(&"x".repeat(MAX_COMMENT_CHARS + 1)).is_err());
        assert!(check_comment("a\0b").is_err());
    }
}
