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

#[test]
fn k2_other_words_for_the_same_fit() {
    let now = Timestamp::from_micros(0);
    for (said, reason) in [
        ("i want my money back", "fits “my money”"),
        ("still waiting to be reimbursed", "fits “reimbursed”"),
        ("my refnud??", "fits “refnud”"),
    ] {
        let replies = ["Anything else?", "Your parcel left today.", "Refunds take three days."]
            .map(|text| reply(text, 0.0, None));
        let ranked = ranked(replies.into(), said, now);
        assert_eq!(ranked[0], ("Refunds take three days.".into(), reason.into()));
    }
}

#[test]
fn k2_the_last_message_counts_most() {
    let replies =
        ["Refunds take three days.", "Your invoice is in the mail."].map(|text| reply(text, 0.0, None));
    for (said, first) in [(["refund", "invoice"], 0), (["invoice", "refund"], 1)] {
        let now = Timestamp::from_micros(0);
        let ranked = rank(replies.clone().into(), &said, now, Normaliser::new(Language::English));
        assert_eq!(ranked[0].0, replies[first]);
    }
}

#[test]
fn k2_reasons_are_words_that_say_something() {
    let now = Timestamp::from_micros(0);
    for (said, reason) in [
        ("e", "for going on"),
        ("I'll wait", "for going on"),
        ("I’ll wait", "for going on"),
        ("is the guide's map new", "mentions “guide's”"),
        ("are you ill", "mentions “ill”"),
    ] {
        let replies = ["Anything else?", "Bring your bag.", "The e guide: when guides fall ill, tell us."]
            .map(|text| reply(text, 0.0, None));
        let ranked = ranked(replies.into(), said, now);
        let found = ranked.iter().find(|(text, _)| text.starts_with("The e")).unwrap();
        assert_eq!(found.1, reason, "{said}");
    }
}

#[test]
fn k2_words_that_say_little_are_no_reason() {
    for said in ["is it back", "when exactly", "will it change", "I wrote again"] {
        let replies = ["Anything else?", "Come back to it: I look again at exactly that change."]
            .map(|text| reply(text, 0.0, None));
        let ranked = ranked(replies.into(), said, Timestamp::from_micros(0));
        assert!(ranked.iter().all(|(_, reason)| reason == "for going on"), "{said} {ranked:?}");
    }
}

#[test]
fn k2_placeholders_fit_nothing() {
    let replies =
        ["Anything else?", "Bye, {{ customer.name | \"refund\" }}"].map(|text| reply(text, 0.0, None));
    let ranked = ranked(replies.into(), "customer name refund", Timestamp::from_micros(0));
    assert_eq!(ranked[0], ("Anything else?".into(), "for going on".into()));
}

fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        prop::sample::select(vec![
            "refund",
            "money back",
            "the",
            "parcel",
            "late",
            "invoice",
            "wifi",
            "don't"
        ])
        .prop_map(String::from),
        "[a-z]{1,9}",
        "\\PC{0,4}",
    ];
    prop::collection::vec(word, 0..12).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn k2_ranking_loses_and_invents_nothing(texts in prop::collection::vec(text(), 0..8), said in prop::collection::vec(text(), 0..4)) {
        let now = Timestamp::from_micros(0);
        let replies: Vec<_> = texts.iter().map(|text| reply(text, 0.0, None)).collect();
        let said: Vec<&str> = said.iter().map(String::as_str).collect();
        let ranked = || rank(replies.clone(), &said, now, Normaliser::new(Language::English));
        prop_assert_eq!(ranked(), ranked());
        let mut ids: Vec<_> = ranked().into_iter().map(|(reply, _)| reply.id).collect();
        let mut all: Vec<_> = replies.iter().map(|reply| reply.id).collect();
        ids.sort_unstable();
        all.sort_unstable();
        prop_assert_eq!(ids, all);
    }

    #[test]
    fn k2_use_never_moves_a_reply_down(texts in prop::collection::vec(text(), 1..8), said in text(), uses in 0.0..500.0) {
        let now = Timestamp::from_micros(0);
        let mut replies: Vec<_> = texts.iter().map(|text| reply(text, 0.0, None)).collect();
        let id = replies[0].id;
        let place = |replies: &[CannedReply]| {
            let ranked = rank(replies.to_vec(), &[&said], now, Normaliser::new(Language::English));
            ranked.iter().position(|(reply, _)| reply.id == id)
        };
        let before = place(&replies);
        replies[0].usage.count = uses;
        prop_assert!(place(&replies) <= before);
    }
}
