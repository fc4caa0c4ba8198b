//! How long ranking 200 canned replies takes, the quickest of 200 times: `cargo run --release -p domain --example rank`.

use domain::canned::rank;
use domain::search::{Language, Normaliser};
use domain::{CannedReply, CannedReplyId, Stage, Timestamp, Usage};
use std::time::Instant;

const REPLIES: usize = 200;
const ROUNDS: usize = 200;

/// As long as most replies and messages are.
const TEXTS: [&str; 4] = [
    "We pay the refund as soon as the return has been checked. It takes three to five working days to show on your account.",
    "You can follow the parcel with the link in the dispatch e-mail, under Track shipment. It is updated every few hours.",
    "I'm sorry, we packed the wrong article. Keep it for now; the right one leaves today and I'll send a label for the other.",
    "The invoice is in your account under Orders as a PDF. I've also e-mailed you a copy.",
];
const SAID: [&str; 3] = [
    "ok sent the boots back last thursday, when do i get my money",
    "it took ages to find the lable for the pacel but the post office took it in the end",
    "Hello, they are too tight for me",
];

fn main() {
    let reply = |number: usize| CannedReply {
        id: CannedReplyId::new(),
        stage: Stage::Ongoing,
        short_code: Some(format!("reply-{number}")),
        text: format!("{} Kind{number} regards{number}.", TEXTS[number % TEXTS.len()]),
        usage: Usage::default(),
    };
    let replies: Vec<_> = (0..REPLIES).map(reply).collect();
    let normaliser = Normaliser::new(Language::English);
    let rounds = (0..ROUNDS).map(|_| {
        let replies = replies.clone();
        let start = Instant::now();
        let ranked = rank(replies, &SAID, Timestamp::from_micros(0), normaliser);
        (start.elapsed(), ranked[0].1.to_string())
    });
    if let Some((time, first)) = rounds.min() {
        println!("{} µs to rank {REPLIES} replies; the first {first}", time.as_micros());
    }
}
