//! How the words of the domain are described in the OpenAPI document.

use domain::{NoteKind, Side, Status, UrgencyLevel};
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

fn words(words: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}

/// A [`Status`].
pub(super) fn status() -> Object {
    words(Status::ALL.map(Status::as_str))
}

/// A [`Side`].
pub(super) fn side() -> Object {
    words([Side::Customer, Side::Agent].map(Side::as_str))
}

/// An [`UrgencyLevel`].
pub(super) fn urgency_level() -> Object {
    words([UrgencyLevel::High, UrgencyLevel::Normal, UrgencyLevel::Low].map(UrgencyLevel::as_str))
}

/// A [`NoteKind`].
pub(super) fn note_kind() -> Object {
    words([NoteKind::Note, NoteKind::Event].map(NoteKind::as_str))
}
