//! The JSON of `protocol.md`: what REST answers and sockets send, and the frames clients send.
//!
//! Views are made from domain objects for one side, so what a customer must not see never reaches their JSON.

mod client;
mod schema;
mod server;
mod views;

pub use client::{ClientFrame, MalformedFrame};
pub use server::{CloseCode, Mode, QueuePlace, Rejection, SeenUpTo, ServerFrame, You};
pub use views::{
    AuthorView, ClaimAgentView, ClaimView, ConversationView, CustomerView, FacetValueView, FacetsView,
    HolderView, MessageView, NoteView, RatingView, SuggestionView, UrgencyView,
};
