//! Which canned replies to suggest first, and why (K2).

use super::CannedReply;
use super::topics::{Desk, Heard, Said};
use crate::search::Normaliser;
use crate::{Stage, Timestamp};
use serde::Serialize;
use std::fmt;

/// How much use, by its logarithm, weighs against fit, which goes up to 1: 20 uses weigh 0.15.
const USE_WEIGHT: f64 = 0.05;

/// From how many uses on a reply is called often used.
const OFTEN: f64 = 3.0;

/// How much longer replies, which have more words to fit by chance, are held back: 0 not at all, 1 in proportion.
const LENGTH_WEIGHT: f64 = 0.4;

/// What was said weighs this at least, about as much as one telling word, so that words which say little do not fit
/// fully because nothing else was said.
const LEAST_KNOWN: f64 = 1.0;

/// Why a reply is suggested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum Reason {
    /// It has this word of the customer's.
    Mentions(String),
    /// It is about what the customer said in these other words.
    Fits(String),
    /// Agents use it a lot.
    OftenUsed,
    /// It is for this stage.
    Stage(Stage),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mentions(word) => write!(f, "mentions “{word}”"),
            Self::Fits(words) => write!(f, "fits “{words}”"),
            Self::OftenUsed => f.write_str("often used"),
            Self::Stage(Stage::Greeting) => f.write_str("for a greeting"),
            Self::Stage(Stage::Ongoing) => f.write_str("for going on"),
            Self::Stage(Stage::Resolved) => f.write_str("for closing"),
        }
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.to_string()
    }
}

/// The replies, best first, each with why (K2): by how much of what the customer's last messages, newest first, say
/// they are about, what many replies are about counting less, and by use. Equal ones stay in order.
pub fn rank(
    replies: Vec<CannedReply>,
    customer_texts: &[&str],
    now: Timestamp,
    normaliser: Normaliser,
) -> Vec<(CannedReply, Reason)> {
    let desk = Desk::of(&replies, normaliser);
    let said = desk.said(customer_texts);
    let judged: Vec<_> = replies
        .iter()
        .zip(fits(&desk, &said, replies.len()))
        .map(|(reply, fit)| {
            let uses = reply.usage.at(now);
            let reason = match fit.most {
                Some((_, heard)) if heard.verbatim => Reason::Mentions(heard.words.clone()),
                Some((_, heard)) => Reason::Fits(heard.words.clone()),
                None if uses >= OFTEN => Reason::OftenUsed,
                None => Reason::Stage(reply.stage),
            };
            (fit.share + USE_WEIGHT * uses.ln_1p(), reason)
        })
        .collect();
    let mut ranked: Vec<_> = replies.into_iter().zip(judged).collect();
    ranked.sort_by(|(_, (a, _)), (_, (b, _))| b.total_cmp(a));
    ranked.into_iter().map(|(reply, (_, reason))| (reply, reason)).collect()
}

/// How well a reply fits.
#[derive(Clone, Default)]
struct Fit<'a> {
    /// How much of what was said, from 0 to about 1.
    share: f64,
    /// What of it weighs most.
    most: Option<(f64, &'a Heard<'a>)>,
}

/// Whatever the customer said counts once for each reply that is about it, by the most telling of its topics.
fn fits<'a>(desk: &Desk<'_>, said: &'a [Said<'a>], replies: usize) -> Vec<Fit<'a>> {
    let mut fits = vec![Fit::default(); replies];
    let mut known = 0.0;
    for heard in said {
        known += heard.iter().map(|heard| heard.weight).fold(0.0, f64::max);
        let mut most = vec![0.0_f64; replies];
        for heard in heard {
            for (reply, weight) in heard.about {
                let weight = weight * heard.weight;
                most[*reply] = most[*reply].max(weight);
                let fit = &mut fits[*reply];
                if heard.telling && fit.most.is_none_or(|(most, _)| weight > most) {
                    fit.most = Some((weight, heard));
                }
            }
        }
        for (fit, most) in fits.iter_mut().zip(most) {
            fit.share += most;
        }
    }
    for (number, fit) in fits.iter_mut().enumerate() {
        let length = 1.0 + LENGTH_WEIGHT * (desk.length(number) - 1.0);
        fit.share /= known.max(LEAST_KNOWN) * length;
    }
    fits
}

#[cfg(test)]
#[path = "rank_tests.rs"]
mod tests;
