//! What was said in conversations, of many at once.

use crate::Result;
use crate::db::{Conn, fetch_all};
use crate::messages::side;
use domain::{Conversation, MAX_TEXT_CHARS, Side};
use sqlx::{AssertSqlSafe, FromRow};
use std::collections::HashMap;

/// How many of the first messages of another conversation are held against that.
const OTHER_MESSAGES: i64 = 10;

/// How much of each of those, in characters.
const OTHER_CHARS: usize = 1_000;

/// Of how many of the last messages the closing reply is one.
const LAST_MESSAGES: i64 = 30;

#[derive(FromRow)]
struct LineRow {
    conversation_id: i64,
    side: String,
    text: String,
}

/// What was said in conversations, in order.
pub(super) type Lines = HashMap<i64, Vec<(Side, String)>>;

/// The first messages of these conversations.
pub(super) async fn first_lines(conn: &mut Conn, conversations: &[i64]) -> Result<Lines> {
    lines(conn, conversations.iter().map(|key| (*key, 1, OTHER_MESSAGES)), OTHER_CHARS).await
}

/// The last messages of these conversations.
pub(super) async fn last_lines(conn: &mut Conn, conversations: &[Conversation]) -> Result<Lines> {
    let last = |other: &Conversation| (other.key.0, other.last_seq - LAST_MESSAGES + 1, other.last_seq);
    lines(conn, conversations.iter().map(last), MAX_TEXT_CHARS).await
}

/// Messages by conversation and numbers, first and last, and of each at most so many characters.
async fn lines(
    conn: &mut Conn,
    wanted: impl Iterator<Item = (i64, i64, i64)>,
    chars: usize,
) -> Result<Lines> {
    let wanted: Vec<String> = wanted.map(|(key, first, last)| format!("({key}, {first}, {last})")).collect();
    let mut lines = Lines::new();
    if !wanted.is_empty() {
        let sql = lines_sql(&wanted.join(", "), chars);
        for LineRow { conversation_id, side: word, text } in
            fetch_all!(conn, LineRow, AssertSqlSafe(sql.clone()))?
        {
            lines.entry(conversation_id).or_default().push((side(&word), text));
        }
    }
    Ok(lines)
}

/// The statement that reads messages, given as `(conversation, first, last)` and so on.
pub(crate) fn lines_sql(wanted: &str, chars: usize) -> String {
    format!(
        "SELECT m.conversation_id, m.side, SUBSTR(m.text, 1, {chars}) AS text FROM (VALUES {wanted}) AS wanted
         JOIN messages m ON m.conversation_id = wanted.column1 AND m.seq BETWEEN wanted.column2 AND wanted.column3
         WHERE m.text IS NOT NULL ORDER BY m.conversation_id, m.seq"
    )
}

/// What the customer said of that.
pub(super) fn of_customer(lines: &[(Side, String)]) -> impl Iterator<Item = &str> {
    lines.iter().filter(|(side, _)| *side == Side::Customer).map(|(_, text)| text.as_str())
}
