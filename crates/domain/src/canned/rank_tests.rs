use super::*;
use crate::search::Language;
use crate::{CannedReplyId, Usage};
use proptest::prelude::*;

fn reply(text: &str, count: f64, last: Option<Timestamp>) -> CannedReply {
    CannedReply {
        id: CannedReplyId::new(),
        stage: Stage::Ongoing,
        short_code: None,
        text: text.into(),
        usage: Usage { count, last },
    }
}

fn ranked(replies: Vec<CannedReply>, said: &str, now: Timestamp) -> Vec<(String, String)> {
    rank(replies, &[said], now, Normaliser::new(Language::English))
        .into_iter()
        .map(|(reply, reason)| (reply.text, reason.to_string()))
        .collect()
}

#[test]
fn k2_a_reply_that_fits_comes_first() {
    let now = Timestamp::from_micros(0);
    let replies = vec![
        reply("Your money is on its way.", 5.0, Some(now)),
        reply("Refunds take three days.", 0.0, None),
        reply("Anything else?", 0.0, None),
    ];
    let ranked = ranked(replies, "when will my refund come", now);
    assert_eq!(ranked[0], ("Refunds take three days.".into(), "mentions “refund”".into()));
    assert_eq!(ranked[1], ("Your money is on its way.".into(), "often used".into()));
    assert_eq!(ranked[2], ("Anything else?".into(), "for going on".into()));
}

#[test]
fn k2_twenty_uses_move_a_reply_above_an_equal_one() {
    let now = Timestamp::from_micros(0);
    let mut usage = Usage::default();
    for _ in 0..20 {
        usage = usage.used(now);
    }
    let replies = vec![reply("Refund one", 0.0, None), reply("Refund two", usage.count, usage.last)];
    assert_eq!(ranked(replies, "refund", now)[0].0, "Refund two");
}
