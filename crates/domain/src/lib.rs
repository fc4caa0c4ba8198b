//! What a support conversation is: ids, people, states, claims, messages and the rules between them.
//!
//! Nothing here does I/O or reads a clock: time comes in as a [`Timestamp`], so every rule can be tested by itself.

pub mod canned;
pub mod claim;
pub mod conversation;
pub mod email;
pub mod facet;
pub mod ids;
pub mod mention;
pub mod message;
pub mod pace;
pub mod people;
pub mod rating;
pub mod refusal;
pub mod search;
pub mod similar;
pub mod stage;
pub mod text;
pub mod time;
pub mod transition;
pub mod urgency;

pub use canned::{CannedReply, Usage};
pub use claim::{Claim, ClaimToken};
pub use conversation::{Conversation, State, Status};
pub use email::{EmailError, check_email};
pub use facet::{Age, Filter, Holder};
pub use ids::*;
pub use mention::mentioned;
pub use message::{Author, Message, Note, NoteKind};
pub use pace::{Departure, PACE_DEPARTURES, PACE_WINDOW, Pace};
pub use people::{Actor, Agent, AgentRef, AgentRole, Customer, Side};
pub use rating::{Rating, RatingError, check_comment, check_score};
pub use refusal::Refusal;
pub use stage::Stage;
pub use text::{MAX_TEXT_CHARS, TextError, check_name, check_short_code, check_tag, check_text, fold_tag};
pub use time::Timestamp;
pub use transition::{Event, EventKind};
pub use urgency::{Rules, Scorer, Topic, Urgency, UrgencyLevel, Words};
