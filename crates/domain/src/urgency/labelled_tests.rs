//! How often words alone give the right level, on messages of our own writing (`labelled/`).

use super::tests::NOW;
use super::*;
use crate::search::Language;

/// Precision and recall of a level, in percent.
#[derive(Debug)]
struct Figures {
    level: &'static str,
    precision: usize,
    recall: usize,
}

fn figures(list: &'static str) -> Vec<Figures> {
    let scorer =
        Scorer::new(Rules::of(Language::English), Language::English).expect("the rules are fit for use");
    let judged: Vec<(UrgencyLevel, UrgencyLevel, &str)> = list
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (level, text) = line.split_once('\t').expect("a label, a tab and a text");
            let words = scorer.words(text, NOW);
            let found = scorer.level(&words);
            (level.parse().expect("a level"), found, text)
        })
        .collect();
    for (level, found, text) in judged.iter().filter(|(level, found, _)| level != found) {
        println!(
            "{:6} is taken for {:6}: {text} {:?}",
            level.as_str(),
            found.as_str(),
            scorer.words(text, NOW)
        );
    }
    UrgencyLevel::ALL
        .map(|wanted| {
            let right =
                judged.iter().filter(|(level, found, _)| *level == wanted && *found == wanted).count();
            let labelled = judged.iter().filter(|(level, ..)| *level == wanted).count();
            let found = judged.iter().filter(|(_, found, _)| *found == wanted).count();
            Figures { level: wanted.as_str(), precision: right * 100 / found, recall: right * 100 / labelled }
        })
        .into()
}

/// Precision and recall at least, in percent: high, normal, low.
fn assert_at_least(floors: [(usize, usize); 3], found: &[Figures]) {
    for ((precision, recall), Figures { level, precision: right, recall: found }) in
        floors.into_iter().zip(found)
    {
        println!("{level}: precision {right} %, recall {found} %");
        assert!(*right >= precision && *found >= recall, "{level}");
    }
}

/// The messages the lists were tuned with.
#[test]
fn u2_levels_are_right_on_the_tuning_set() {
    assert_at_least([(95, 95); 3], &figures(include_str!("labelled/tuning.txt")));
}

/// Messages nothing was tuned with: what to expect of a new business.
#[test]
fn u2_levels_are_right_on_the_held_out_set() {
    assert_at_least([(90, 40), (50, 85), (80, 60)], &figures(include_str!("labelled/held_out.txt")));
}
