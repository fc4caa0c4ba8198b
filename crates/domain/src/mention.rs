//! Whom a note names: `@` and a name, as it is written.

/// The places of the names that `text` mentions, in the order of `names`. Of names that begin alike the longest counts;
/// a letter or digit after it makes it another word.
pub fn mentioned(text: &str, names: &[&str]) -> Vec<usize> {
    let mut found = vec![false; names.len()];
    for (at, _) in text.match_indices('@') {
        let rest = &text[at + 1..];
        let fits = |name: &str| {
            !name.is_empty()
                && rest.strip_prefix(name).is_some_and(|after| !after.starts_with(char::is_alphanumeric))
        };
        let longest = names.iter().filter(|name| fits(name)).map(|name| name.len()).max();
        for (place, name) in names.iter().enumerate() {
            found[place] |= Some(name.len()) == longest && fits(name);
        }
    }
    (0..names.len()).filter(|place| found[*place]).collect()
}

#[cfg(test)]
mod tests {
    use super::mentioned;

    #[test]
    fn a_name_after_an_at_sign_is_a_mention() {
        let names = ["Grace", "Grace Hopper", "Zoë", ""];
        assert_eq!(mentioned("@Grace please look", &names), [0]);
        assert_eq!(mentioned("cc @Grace Hopper, @Zoë.", &names), [1, 2]);
        assert_eq!(mentioned("Grace, grace@example.com, @Graceful, @ @", &names), Vec::<usize>::new());
        assert_eq!(mentioned("@Grace and @Grace Hopper", &names), [0, 1]);
    }

    #[test]
    fn two_of_the_same_name_are_both_meant() {
        assert_eq!(mentioned("@Sam", &["Sam", "Sam"]), [0, 1]);
    }
}
