//! K2: on a written set of exchanges the right canned reply is among the first three.
//!
//! `cargo test -p domain --test exchanges -- --nocapture` prints the figures, and what was missed.

use domain::canned::rank;
use domain::search::{Language, Normaliser};
use domain::{CannedReply, CannedReplyId, Stage, Timestamp, Usage};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Desk {
    business: String,
    replies: BTreeMap<Stage, BTreeMap<String, String>>,
    /// What the ranking was tuned on.
    exchanges: Vec<Exchange>,
    /// What it was not.
    held_out: Vec<Exchange>,
}

/// The stage, the short code of the right reply, and the customer's last messages as they were written.
#[derive(Deserialize)]
struct Exchange(Stage, String, Vec<String>);

fn desks() -> Vec<Desk> {
    [
        include_str!("exchanges/outdoor_shop.json"),
        include_str!("exchanges/internet_provider.json"),
        include_str!("exchanges/project_software.json"),
        include_str!("exchanges/hotel.json"),
        include_str!("exchanges/dental_practice.json"),
        include_str!("exchanges/savings_bank.json"),
        include_str!("exchanges/railway.json"),
        include_str!("exchanges/energy_supplier.json"),
        include_str!("exchanges/city_library.json"),
        include_str!("exchanges/fitness_studio.json"),
        include_str!("exchanges/food_delivery.json"),
    ]
    .map(|desk| serde_json::from_str(desk).unwrap())
    .into()
}

impl Desk {
    fn replies(&self, stage: Stage, uses: impl Fn(usize) -> f64) -> Vec<CannedReply> {
        let reply = |(number, (code, text)): (usize, (&String, &String))| CannedReply {
            id: CannedReplyId::new(),
            stage,
            short_code: Some(code.clone()),
            text: text.clone(),
            usage: Usage { count: uses(number), last: None },
        };
        self.replies[&stage].iter().enumerate().map(reply).collect()
    }

    /// At which place the right reply comes, from 0.
    fn place(&self, Exchange(stage, code, messages): &Exchange, show: bool, uses: impl Fn(usize) -> f64) -> usize {
        let newest_first: Vec<&str> = messages.iter().rev().map(String::as_str).collect();
        let now = Timestamp::from_micros(0);
        let ranked = rank(self.replies(*stage, uses), &newest_first, now, Normaliser::new(Language::English));
        let place = ranked.iter().position(|(reply, _)| reply.short_code.as_deref() == Some(code)).unwrap();
        if show && place >= 3 {
            let first: Vec<_> = ranked[..3].iter().map(|(reply, reason)| format!("{} ({reason})", reply.short_code.as_deref().unwrap_or_default())).collect();
            println!("  missed {stage:?} {code} at {}: {messages:?} -> {}", place + 1, first.join(", "));
        }
        place
    }
}

#[test]
fn k2_the_right_reply_is_in_the_top_three() {
    let desks = desks();
    let show = std::env::var("SHOW").unwrap_or_default();
    for uses in [0usize, 1] {
    let uses = |n: usize| if uses == 0 { 0.0 } else { [0., 40., 3., 150., 10., 1.][n % 6] };
    let mut seen = (0, 0, 0); let mut unseen = (0, 0, 0); let mut tuned = (0, 0, 0);
    for desk in &desks {
        let m = |exs: &[Exchange], show: bool| {
            let mut r = (0, 0, 0);
            for ex in exs {
                let place = desk.place(ex, show, uses);
                r.0 += 1; r.1 += usize::from(place == 0); r.2 += usize::from(place < 3);
            }
            r
        };
        let t = m(&desk.exchanges, show.contains('t'));
        let h = m(&desk.held_out, show.contains('h'));
        if show.contains('d') { println!("{}: tuned {t:?}, held out {h:?}", desk.business); }
        let add = |a: &mut (usize, usize, usize), b: (usize, usize, usize)| { a.0 += b.0; a.1 += b.1; a.2 += b.2; };
        add(&mut tuned, t);
        add(if desk.exchanges.is_empty() { &mut unseen } else { &mut seen }, h);
    }
    for (n, (a, f, t)) in [("tuned", tuned), ("held out, same", seen), ("held out, unseen", unseen)] {
        println!("{n}: {a}, first {:.1} %, three {:.1} %", 100.0 * f as f64 / a as f64, 100.0 * t as f64 / a as f64);
    }
    }
}
