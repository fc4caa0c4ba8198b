//! Filling in the placeholders of canned replies (K2).

/// What placeholders stand for. Missing values use the reply's fallback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Values<'a> {
    /// `customer.name`
    pub customer_name: Option<&'a str>,
    /// `customer.email`
    pub customer_email: Option<&'a str>,
    /// `agent.name`
    pub agent_name: Option<&'a str>,
}

/// The names a placeholder may have.
pub const PLACEHOLDERS: [&str; 3] = ["customer.name", "customer.email", "agent.name"];

/// A placeholder with a name nothing is known by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no placeholder {name:?}: use {known}", name = .0, known = PLACEHOLDERS.join(", "))]
pub struct UnknownPlaceholder(pub String);

/// Refuses a reply's text with placeholders that mean nothing.
///
/// # Errors
/// [`UnknownPlaceholder`], with the first of them.
pub fn check_placeholders(text: &str) -> Result<(), UnknownPlaceholder> {
    let unknown = pieces(text).find_map(|piece| match piece {
        Piece::Placeholder { name, .. } if !PLACEHOLDERS.contains(&name) => Some(name.to_owned()),
        Piece::Placeholder { .. } | Piece::Text(_) => None,
    });
    unknown.map_or(Ok(()), |name| Err(UnknownPlaceholder(name)))
}

/// Fills in `{{ customer.name }}` or, with a fallback, `{{ customer.name | "there" }}`. Values are data: braces in
/// them mean nothing (A6), and what would turn the text around them, or cannot be seen, is left out. Without value and fallback the space before goes too; an unknown name stays as it is.
pub fn fill(text: &str, values: &Values<'_>) -> String {
    let mut filled = String::with_capacity(text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Placeholder { name, fallback, source } => match values.get(name) {
                Ok(Some(value)) => filled.extend(value.chars().filter(|c| !turns_or_hides(*c))),
                Ok(None) => match fallback {
                    Some(fallback) => filled.push_str(fallback),
                    None => filled.truncate(filled.trim_end_matches(' ').len()),
                },
                Err(UnknownPlaceholder(_)) => filled.push_str(source),
            },
        }
    }
    filled
}

impl<'a> Values<'a> {
    fn get(&self, name: &str) -> Result<Option<&'a str>, UnknownPlaceholder> {
        let value = match name {
            "customer.name" => self.customer_name,
            "customer.email" => self.customer_email,
            "agent.name" => self.agent_name,
            _ => return Err(UnknownPlaceholder(name.into())),
        };
        Ok(value.filter(|value| value.chars().any(|c| !c.is_whitespace() && !turns_or_hides(c))))
    }
}

/// Characters that set the direction of text (Unicode's `Bidi_Control`), and those without width. The joiners stay:
/// Persian, Indic scripts and emoji are written with them, and they change nothing but the letters beside them.
fn turns_or_hides(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The text around the placeholders.
pub(super) fn texts(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).filter_map(|piece| match piece {
        Piece::Text(text) => Some(text),
        Piece::Placeholder { .. } => None,
    })
}

enum Piece<'a> {
    Text(&'a str),
    Placeholder { name: &'a str, fallback: Option<&'a str>, source: &'a str },
}

/// Text and placeholders by turns. Braces that never close are text.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let placeholder = rest.strip_prefix("{{").and_then(|inner| inner.split_once("}}"));
        if let Some((inner, after)) = placeholder {
            let source = &rest[..rest.len() - after.len()];
            rest = after;
            let (name, fallback) = inner.split_once('|').map_or((inner, None), |(name, fallback)| {
                let fallback = fallback.trim();
                (
                    name,
                    Some(fallback.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(fallback)),
                )
            });
            return Some(Piece::Placeholder { name: name.trim(), fallback, source });
        }
        let next = rest.char_indices().skip(1).find(|(at, _)| rest[*at..].starts_with("{{"));
        let (piece, after) = rest.split_at(next.map_or(rest.len(), |(at, _)| at));
        rest = after;
        Some(Piece::Text(piece))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn noor() -> Values<'static> {
        Values { customer_name: Some("Noor"), customer_email: None, agent_name: Some("Sam") }
    }

    #[test]
    fn k2_placeholders_are_filled_in() {
        for (text, filled) in [
            ("Hi {{ customer.name }}, I am {{agent.name}}.", "Hi Noor, I am Sam."),
            ("Hi {{ customer.name | \"there\" }}!", "Hi Noor!"),
            ("To {{ customer.email | \"your address\" }}.", "To your address."),
            ("To {{ customer.email | you }}.", "To you."),
            ("Hi {{ customer.email }}!", "Hi!"),
            ("{{ customer.shoe }} {{", "{{ customer.shoe }} {{"),
            ("{ {{{{ agent.name }}", "{ {{{{ agent.name }}"),
            ("", ""),
        ] {
            assert_eq!(fill(text, &noor()), filled);
        }
        let blank = Values { customer_name: Some(" "), ..noor() };
        assert_eq!(fill("Hi {{ customer.name | \"there\" }}", &blank), "Hi there");
    }

    #[test]
    fn k2_values_are_data() {
        let sly = Values { customer_name: Some("{{ agent.name }}"), ..noor() };
        assert_eq!(fill("Hi {{ customer.name }}", &sly), "Hi {{ agent.name }}");
    }

    #[test]
    fn a6_values_turn_no_text_around() {
        let turning: String = ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}').collect();
        for (name, filled) in [
            (format!("Noor {turning}evil"), "Hi Noor evil, done."),
            ("\u{200f}No\u{200b}or\u{feff}".into(), "Hi Noor, done."),
            ("نه\u{200c}ال".into(), "Hi نه\u{200c}ال, done."),
            (turning.clone(), "Hi there, done."),
        ] {
            let values = Values { customer_name: Some(&name), ..noor() };
            assert_eq!(fill("Hi {{ customer.name | there }}, done.", &values), filled);
        }
    }

    #[test]
    fn unknown_placeholders_are_refused() {
        assert_eq!(check_placeholders("{{ customer.name | \"x\" }} {{ agent.name }}"), Ok(()));
        let error = check_placeholders("{{ customer.nmae }}").unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no placeholder \"customer.nmae\": use customer.name, customer.email, agent.name"
        );
    }

    proptest! {
        #[test]
        fn text_without_braces_stays(text in "[^{]*") {
            prop_assert_eq!(fill(&text, &noor()), text);
        }

        #[test]
        fn filling_takes_anything(text in "([{}|\" ]|customer.name|\\PC){0,60}") {
            fill(&text, &noor());
            let _ = check_placeholders(&text);
        }
    }
}
