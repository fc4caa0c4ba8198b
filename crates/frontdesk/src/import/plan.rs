//! What the rows become: one customer and one conversation for each user id, with ids made from what they are.

use super::row::Row;
use domain::{ClientId, ConversationId, CustomerId, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use store::{Import, ImportMessage};
use uuid::{Builder, Uuid};

/// Arranges the rows of a file, in the file's order, into conversations, in order of user id.
///
/// Messages go by time; files list the newest first, so among equal times the one further down is the older.
pub fn conversations(rows: Vec<Row>) -> Vec<Import> {
    let mut of_user: BTreeMap<u64, Vec<Row>> = BTreeMap::new();
    for row in rows.into_iter().rev() {
        of_user.entry(row.user).or_default().push(row);
    }
    of_user.into_iter().map(|(user, rows)| conversation(user, rows)).collect()
}

/// `rows` are the user's, in the file's order reversed.
fn conversation(user: u64, mut rows: Vec<Row>) -> Import {
    rows.sort_by_key(|row| row.at);
    let mut seen = HashMap::<(Timestamp, String), u32>::new();
    let messages = rows
        .into_iter()
        .map(|row| {
            let nth = seen.entry((row.at, row.body.clone())).and_modify(|n| *n += 1).or_insert(1);
            ImportMessage { client_id: client_id(&row, *nth), at: row.at, text: row.body }
        })
        .collect();
    Import {
        customer: CustomerId(id("customer", &[&user.to_be_bytes()])),
        name: format!("Customer {user}"),
        conversation: ConversationId(id("conversation", &[&user.to_be_bytes()])),
        messages,
    }
}

/// The id of the `nth` identical row.
fn client_id(row: &Row, nth: u32) -> ClientId {
    let parts: [&[u8]; 4] =
        [&row.user.to_be_bytes(), &row.at.as_micros().to_be_bytes(), &nth.to_be_bytes(), row.body.as_bytes()];
    ClientId(id("message", &parts))
}

/// The same id for the same parts, always: version 8, RFC 9562, section 5.8. All parts but the last are of fixed length,
/// so that no two lists of parts read the same.
fn id(kind: &str, parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new_with_prefix(format!("frontdesk import messages: {kind}\n"));
    for part in parts {
        hash.update(part);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}

/// Divides into commits of at most `size` messages each; a longer conversation goes into several.
pub fn batches(imports: Vec<Import>, size: usize) -> Vec<Vec<Import>> {
    let mut batches = vec![Vec::new()];
    let mut room = size;
    for mut import in imports {
        let mut rest = std::mem::take(&mut import.messages);
        while !rest.is_empty() {
            let later = rest.split_off(rest.len().min(room));
            room -= rest.len();
            if let Some(batch) = batches.last_mut() {
                batch.push(Import { messages: rest, ..import.clone() });
            }
            rest = later;
            if room == 0 {
                batches.push(Vec::new());
                room = size;
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(user: u64, second: i64, body: &str) -> Row {
        Row { user, at: Timestamp::from_micros(second * 1_000_000), body: body.to_owned() }
    }

    fn texts(conversation: &Import) -> Vec<&str> {
        conversation.messages.iter().map(|message| message.text.as_str()).collect()
    }

    #[test]
    fn each_user_has_one_customer_and_one_conversation() {
        let all = conversations(vec![row(9, 1, "a"), row(208, 2, "b"), row(9, 3, "c")]);
        assert_eq!(
            all.iter().map(|each| each.name.as_str()).collect::<Vec<_>>(),
            ["Customer 9", "Customer 208"]
        );
        assert_eq!(texts(&all[0]), ["a", "c"]);
    }

    #[test]
    fn messages_go_by_time_then_by_the_files_order_reversed() {
        let all = conversations(vec![
            row(1, 5, "last"),
            row(1, 3, "third"),
            row(1, 3, "second"),
            row(1, 1, "first"),
        ]);
        assert_eq!(texts(&all[0]), ["first", "second", "third", "last"]);
    }

    #[test]
    fn d2_the_same_rows_have_the_same_ids_wherever_they_stand() {
        let (mut some, mut more) = (vec![row(1, 1, "a"), row(1, 2, "b")], vec![row(2, 1, "x")]);
        let before = conversations(some.clone());
        more.append(&mut some);
        more.push(row(1, 0, "older"));
        let after = conversations(more);
        assert_eq!((after[0].conversation, after[0].customer), (before[0].conversation, before[0].customer));
        assert_eq!(after[0].messages[1..], before[0].messages);
    }

    #[test]
    fn d2_identical_rows_are_messages_of_their_own() {
        let all = conversations(vec![row(1, 1, "hi"), row(1, 1, "hi"), row(2, 1, "hi"), row(1, 2, "hi")]);
        let mut ids: Vec<_> =
            all.iter().flat_map(|each| &each.messages).map(|message| message.client_id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 4);
    }

    #[test]
    fn ids_never_change_between_versions_of_the_program() {
        let all = conversations(vec![row(208, 1_485_977_345, "Hello")]);
        let ids = [
            all[0].customer.to_string(),
            all[0].conversation.to_string(),
            all[0].messages[0].client_id.to_string(),
        ];
        assert_eq!(
            ids,
            [
                "77c3cd5b-c31f-8c1e-9997-315928d26b7d",
                "bf088a00-075d-816b-8baf-769f4ad82181",
                "1bfc76f1-8d75-882c-b6f8-d4b916da7745",
            ]
        );
    }

    #[test]
    fn batches_hold_all_messages_in_order_and_none_too_many() {
        let rows = (0..7).map(|n| row(n / 5, n as i64, &n.to_string())).rev().collect();
        let batches = batches(conversations(rows), 3);
        let texts: Vec<Vec<&str>> =
            batches.iter().map(|batch| batch.iter().flat_map(texts).collect()).collect();
        assert_eq!(texts, [vec!["0", "1", "2"], vec!["3", "4", "5"], vec!["6"]]);
    }
}
