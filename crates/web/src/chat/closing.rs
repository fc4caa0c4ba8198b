//! What a customer's page offers for when they leave, and when it is resolved.

use crate::AppState;
use domain::Conversation;

/// How an answer reaches a customer who leaves the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// By one e-mail to this address.
    Mail(String),
    /// As [`Mail`](Self::Mail), which the demo only shows.
    Shown(String),
    /// Not at all: they come back here, or by a link of their own.
    Page,
}

impl Reach {
    /// For a conversation's customer.
    pub(super) fn of(state: &AppState, conversation: &Conversation) -> Self {
        match (&state.config.mail, conversation.customer.email.clone()) {
            (Some(mail), Some(email)) if mail.shown().is_some() => Self::Shown(email),
            (Some(_), Some(email)) => Self::Mail(email),
            (None, _) | (_, None) => Self::Page,
        }
    }
}

/// The form by which they say how the help was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RatingForm {
    /// What they said before.
    pub score: Option<u8>,
    /// The comment as last typed.
    pub comment: String,
    /// What is wrong with it.
    pub error: Option<String>,
}

impl RatingForm {
    pub(super) fn has(&self, score: &u8) -> bool {
        self.score.as_ref() == Some(score)
    }

    /// As a conversation has it.
    pub(super) fn of(conversation: &Conversation) -> Self {
        let rating = conversation.rating.clone();
        Self {
            score: rating.as_ref().map(|rating| rating.score),
            comment: rating.and_then(|rating| rating.comment).unwrap_or_default(),
            error: None,
        }
    }
}
