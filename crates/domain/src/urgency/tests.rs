use super::*;
use crate::search::Language;
use crate::{Conversation, Timestamp};
use proptest::prelude::*;
use std::sync::LazyLock;
use std::time::Duration;

/// Wednesday, 25 November 2026, 09:00.
pub(super) const NOW: Timestamp = Timestamp::from_micros(1_795_597_200_000_000);

static SCORER: LazyLock<Scorer> =
    LazyLock::new(|| Scorer::new(Rules::of(Language::English), Language::English).unwrap());

fn words(text: &str) -> Words {
    SCORER.words(text, NOW)
}

/// A conversation whose customer wrote this, all of it at [`NOW`].
fn conversation(texts: &[&str]) -> Conversation {
    let mut conversation = crate::transition::tests::conversation();
    for text in texts {
        conversation.customer_writes(NOW);
        conversation.hear(words(text), 1);
    }
    conversation
}

fn assessed(conversation: &Conversation, after: Duration) -> Conversation {
    let mut conversation = conversation.clone();
    conversation.assess(SCORER.rules(), NOW + after);
    conversation
}

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn u1_a_later_ok_lowers_nothing() {
    let alone = assessed(&conversation(&["I can't log in"]), MINUTE);
    let later = assessed(&conversation(&["I can't log in", "ok", "thanks!"]), MINUTE);
    assert_eq!(alone.urgency.level, UrgencyLevel::High);
    assert!(later.urgency.score >= alone.urgency.score, "{later:?}");
    let calm = assessed(&conversation(&["thanks", "How do I change my address?"]), MINUTE);
    assert_eq!(calm.urgency.level, UrgencyLevel::Normal, "nor does an earlier one");
}

#[test]
fn u1_it_says_why() {
    let urgency = assessed(&conversation(&["I have not received the money", "hello?", "??"]), DAY).urgency;
    let why = ["says money was not received", "wrote 3 times without an answer", "waiting 1 day"];
    assert_eq!((urgency.score, urgency.reasons), (20 + 40 + 12 + 10, why.map(String::from).to_vec()));
}

#[test]
fn u1_history_counts() {
    let mut returned = conversation(&["My question is about the invoice"]);
    let before = assessed(&returned, MINUTE).urgency.score;
    (returned.opened_seq, returned.earlier) = (0, 2);
    assert_eq!(assessed(&returned, MINUTE).urgency.score, before + 5);
    returned.customer_writes(NOW);
    returned.opened_seq = 1;
    let urgency = assessed(&returned, MINUTE).urgency;
    assert_eq!(urgency.score, before + 5 + 10);
    let why = ["came back after it was resolved", "2 earlier conversations in 30 days"];
    assert_eq!(urgency.reasons, why);
}

#[test]
fn u1_waiting_raises_in_steps_and_says_when_the_next_is_due() {
    let mut conversation = conversation(&["My question is about the invoice"]);
    let mut steps = vec![(Duration::ZERO, assessed(&conversation, Duration::ZERO).urgency.score)];
    conversation.assess(SCORER.rules(), NOW);
    while let Some(due) = conversation.urgency_due_at {
        conversation.assess(SCORER.rules(), due);
        steps.push((due.since(NOW), conversation.urgency.score));
    }
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    let expected =
        [(Duration::ZERO, 20), (15 * MINUTE, 22), (hours(1), 24), (hours(4), 28), (DAY, 32), (3 * DAY, 36)];
    assert_eq!(steps, expected);
}

#[test]
fn u1_a_thank_you_does_not_grow_urgent() {
    let mut thanks = conversation(&["Thank you very much"]);
    (thanks.opened_seq, thanks.earlier) = (1, 3);
    assert_eq!(assessed(&thanks, 30 * DAY).urgency.level, UrgencyLevel::Low);
}

#[test]
fn u1_nobody_waits_in_a_conversation_without_questions() {
    let answered = crate::transition::tests::conversation();
    let urgency = assessed(&answered, MINUTE);
    assert_eq!((urgency.urgency.level, urgency.urgency.score), (UrgencyLevel::Low, 0));
    assert_eq!(urgency.urgency_due_at, None);
}

#[test]
fn u2_losing_access_or_money_comes_before_promises_and_thanks() {
    let alarming = [
        "I cannot get in",
        "The money has not arrived",
        "Why was I rejected?",
        "This is fraud",
        "I need it by tomorrow",
    ];
    let calm = ["I will pay on Friday", "Thank you", "Just so you know, I moved", "ok"];
    for (alarming, calm) in alarming.iter().flat_map(|alarming| calm.iter().map(move |calm| (alarming, calm)))
    {
        assert!(words(alarming).score > words(calm).score, "{alarming:?} {calm:?}");
        let both = format!("{calm}. {alarming}");
        assert!(words(&both).score >= 30, "{both:?} {:?}", words(&both));
    }
}

#[test]
fn negations_take_back_or_make_a_phrase() {
    for calm in ["I was not rejected", "it was no fraud", "This isn't urgent"] {
        assert!(words(calm).score <= 0, "{calm} {:?}", words(calm));
    }
    for alarming in ["didn't get my money", "have not yet received the money", "CAN'T GÉT IN", "can't get in"]
    {
        assert_eq!(words(alarming).score, 40, "{alarming}");
    }
    assert_eq!(words("Not today. I received the money").score, words("I received the money").score);
}

#[test]
fn what_leaks_is_no_misuse_unless_it_is_said_of_data() {
    let blender = words("My blender arrived broken, order 8841. The lid is cracked and it leaks.");
    assert!(
        !blender.reasons.iter().any(|reason| reason.starts_with("says somebody else used")),
        "{blender:?}"
    );
    for alarming in ["my password was leaked", "your shop leaked, our details leaked too"] {
        assert_eq!(
            words(alarming).reasons,
            ["says somebody else used the account, card or name"],
            "{alarming}"
        );
    }
}

#[test]
fn deadlines_are_dates_that_are_near() {
    for near in
        ["by tomorrow", "by 27 Nov", "before November 26th", "until 25.11.2026", "by Friday", "on 2026-11-26"]
    {
        assert_eq!(words(&format!("the form must be there {near}")).reasons, ["has a deadline"], "{near}");
    }
    for far in
        ["by 30 Nov", "before January 26th", "until 24.11.2026", "by Monday", "on 2027-11-26", "by 99.99."]
    {
        assert_eq!(words(&format!("the form must be there {far}")), Words::default(), "{far}");
    }
}

#[test]
fn rules_that_cannot_be_used_are_refused() {
    let refusal = |change: &dyn Fn(&mut Rules)| {
        let mut rules = Rules::of(Language::English);
        change(&mut rules);
        Scorer::new(rules, Language::English).unwrap_err()
    };
    assert_eq!(refusal(&|rules| rules.topics[0].weight = 101), RulesError::Weight);
    assert_eq!(refusal(&|rules| rules.high_from = rules.low_below), RulesError::Limits);
    assert_eq!(refusal(&|rules| rules.topics[0].reason = " ".into()), RulesError::Reason);
    assert_eq!(refusal(&|rules| rules.topics[0] = rules.topics[1].clone()), RulesError::SameReason);
    assert_eq!(refusal(&|rules| rules.topics[0].phrases.clear()), RulesError::Phrases);
    assert_eq!(refusal(&|rules| rules.topics[0].phrases.push("?!".into())), RulesError::Phrase("?!".into()));
    assert_eq!(refusal(&|rules| rules.topics[0].phrases.push("{nt}".into())), RulesError::Name("nt".into()));
    let many = |rules: &mut Rules| rules.topics[0].phrases = vec!["x".into(); MAX_PHRASES + 1];
    assert_eq!(refusal(&many), RulesError::Phrases);
    let long = "x".repeat(MAX_PHRASE_CHARS + 1);
    assert_eq!(
        refusal(&|rules| rules.topics[0].phrases.push(long.clone())),
        RulesError::Phrase(long.clone())
    );
    let topic = |number: usize| Topic { reason: number.to_string(), weight: 1, phrases: vec!["x".into()] };
    assert_eq!(refusal(&|rules| rules.topics = (0..=MAX_TOPICS).map(topic).collect()), RulesError::Topics);
}

#[test]
fn only_the_beginning_of_a_long_message_is_looked_at() {
    let far = format!("{}I cannot log in", "word ".repeat(MAX_SCORED_WORDS));
    assert_eq!(words(&far), Words::default());
}

proptest! {
    /// Whatever is written has a score within the weights' reach, and case and accents do not change it.
    #[test]
    fn any_text_has_a_score(text in "\\PC{0,80}", phrase in "[a-z' ?.]{0,60}") {
        let limit = 2 * MAX_WEIGHT;
        let score = words(&text).score;
        prop_assert!(-limit <= score && score <= limit);
        prop_assert_eq!(words(&phrase), words(&phrase.to_uppercase()));
        prop_assert!(SCORER.rules().topics.iter().any(|topic| topic.weight == score) || score >= 0);
    }

    /// U1: more messages never lower a score, in any order, nor does time.
    #[test]
    fn u1_neither_messages_nor_time_lower_a_score(
        picks in prop::collection::vec(0usize..6, 1..6), minutes in 0u64..10_000, more in 0u64..10_000,
    ) {
        let texts = ["ok", "I can't log in", "How much is it?", "I will pay", "rejected again", "thanks"];
        let texts: Vec<&str> = picks.iter().map(|pick| texts[*pick]).collect();
        let (all, fewer) = (conversation(&texts), conversation(&texts[..texts.len() - 1]));
        let score = |conversation, minutes: u64| {
            assessed(conversation, Duration::from_secs(60 * minutes)).urgency.score
        };
        prop_assert!(score(&all, minutes + more) >= score(&all, minutes));
        if texts.len() > 1 {
            prop_assert!(score(&all, minutes) >= score(&fewer, minutes));
        }
    }
}

/// Words that fit in many places are followed together: taken one after the other, this would not end.
#[test]
fn a_phrase_that_repeats_itself_takes_no_longer() {
    let rules = Rules {
        high_from: 50,
        low_below: 10,
        topics: vec![Topic { reason: "says ab".into(), weight: 40, phrases: vec!["ab ".repeat(20) + "zz"] }],
    };
    let scorer = Scorer::new(rules, Language::English).unwrap();
    assert_eq!(scorer.words(&"ab ".repeat(3_333), NOW).reasons, Vec::<String>::new());
    assert_eq!(scorer.words(&("ab ".repeat(100) + "zz"), NOW).reasons, ["says ab"]);
}

#[test]
fn figures_out_of_range_are_refused() {
    for figure in [i32::MIN, i32::MAX] {
        let built_in = Rules::of(Language::English);
        let mut heavy = built_in.clone();
        heavy.topics[0].weight = figure;
        let limits =
            [Rules { high_from: figure, ..built_in.clone() }, Rules { low_below: figure, ..built_in }];
        for rules in limits.into_iter().chain([heavy]) {
            assert!(Scorer::new(rules, Language::English).is_err());
        }
    }
}
