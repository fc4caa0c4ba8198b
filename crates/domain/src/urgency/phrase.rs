//! Phrases, and whether a text has one.

/// Other words that may stand between two of a phrase.
const MAX_GAP: usize = 3;
/// How many words before a phrase a negation takes it back, as in "not been rejected".
const NEGATION_REACH: usize = 2;

/// A set of names: one bit each.
pub(super) type Classes = u64;

/// A word of a text, as phrases see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Its stem, or itself.
    pub key: String,
    /// Which names it goes by.
    pub classes: Classes,
    /// No phrase reaches over the end of a clause.
    pub begins_clause: bool,
}

/// A word of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Word(String),
    Class(Classes),
}

impl Part {
    fn fits(&self, token: &Token) -> bool {
        match self {
            Self::Word(key) => *key == token.key,
            Self::Class(class) => token.classes & class != 0,
        }
    }
}

/// What a topic is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phrase {
    /// These words in this order.
    Words {
        parts: Vec<Part>,
        /// Whether a negation near it takes it back.
        can_be_negated: bool,
    },
    /// No words but these.
    Only(Vec<String>),
}

impl Phrase {
    /// What it begins with; none when it is about the whole text.
    pub fn first(&self) -> Option<&Part> {
        match self {
            Self::Words { parts, .. } => parts.first(),
            Self::Only(_) => None,
        }
    }

    /// Whether a text has it at this place. `not` is what negations are called.
    pub fn is_at(&self, tokens: &[Token], at: usize, not: Classes) -> bool {
        match self {
            Self::Only(words) => tokens.iter().all(|token| words.contains(&token.key)),
            Self::Words { parts, can_be_negated } => {
                let not = if *can_be_negated { not } else { 0 };
                follow(parts, tokens, at, not) && !is_negated_before(tokens, at, not)
            }
        }
    }
}

/// Whether the parts follow from this place on, with no negation between them. All places that the parts so far may end
/// at are followed together, so that a phrase that repeats itself takes no longer than another.
fn follow(parts: &[Part], tokens: &[Token], at: usize, not: Classes) -> bool {
    let Some((first, rest)) = parts.split_first() else { return true };
    let mut ends = if first.fits(&tokens[at]) { vec![at] } else { Vec::new() };
    for part in rest {
        let mut places: Vec<usize> = ends.iter().flat_map(|end| places_after(tokens, *end, not)).collect();
        places.retain(|place| part.fits(&tokens[*place]));
        places.sort_unstable();
        places.dedup();
        ends = places;
    }
    !ends.is_empty()
}

/// Where a phrase may go on: within reach, in the same clause, and not past a negation.
fn places_after(tokens: &[Token], at: usize, not: Classes) -> impl Iterator<Item = usize> {
    let reach = tokens.len().min(at + MAX_GAP + 2);
    let mut is_open = true;
    (at + 1..reach)
        .take_while(|place| !tokens[*place].begins_clause)
        .take_while(move |place| std::mem::replace(&mut is_open, tokens[*place].classes & not == 0))
}

fn is_negated_before(tokens: &[Token], at: usize, not: Classes) -> bool {
    let before = (at.saturating_sub(NEGATION_REACH)..at).rev();
    let mut of_clause = before.take_while(|before| !tokens[before + 1].begins_clause);
    of_clause.any(|before| tokens[before].classes & not != 0)
}
