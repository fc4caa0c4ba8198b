use super::*;
use proptest::prelude::*;

const LANGUAGES: [Language; 19] = [
    Language::Arabic,
    Language::Danish,
    Language::Dutch,
    Language::English,
    Language::Finnish,
    Language::French,
    Language::German,
    Language::Greek,
    Language::Hungarian,
    Language::Italian,
    Language::Norwegian,
    Language::Portuguese,
    Language::Romanian,
    Language::Russian,
    Language::Spanish,
    Language::Swedish,
    Language::Tamil,
    Language::Turkish,
    Language::Unknown,
];

fn words(text: &str) -> Vec<String> {
    Normaliser::default().words(text).into_iter().map(|word| word.word).collect()
}

fn english(text: &str) -> String {
    Normaliser::new(Language::English).index_words([text]).to_string()
}

#[test]
fn s1_case_and_accents_do_not_matter() {
    for (one, other) in [
        ("Straße", "STRASSE"),
        ("STRAẞE", "straße"),
        ("café", "CAFE\u{301}"),
        ("ﬁne", "fine"),
        ("İstanbul", "ıstanbul"),
        ("ΟΔΟΣ", "οδος"),
        ("Łódź", "lodz"),
        ("Ångström", "angstrom"),
        ("Ærø", "aero"),
        ("２０", "20"),
        ("أحمد", "احمد"),
        ("don’t", "dont"),
        ("ёлка", "елка"),
    ] {
        assert_eq!(words(one), words(other), "{one}");
    }
    assert_ne!(words("мой"), words("мои"), "й is a letter of its own");
    assert_ne!(words("がく"), words("かく"), "and so is が");
    assert_ne!(words("कि"), words("का"), "vowel signs are no accents");
}

#[test]
fn s1_parts_of_addresses_and_numbers_are_words() {
    assert_eq!(words("Noor.Ali+x@mail.example.com"), ["noor", "ali", "x", "mail", "example", "com"]);
    assert_eq!(words("ref_13, KES 1,000.50"), ["ref", "13", "kes", "1", "000", "50"]);
    assert_eq!(words("退款 now"), ["退", "款", "now"]);
    assert_eq!(words("'tis 'quoted' ... — 👍 \u{200b}"), ["tis", "quoted"]);
    let french = Normaliser::new(Language::French);
    assert_eq!(french.words("l'argent").len(), 2);
}

#[test]
fn s1_the_index_holds_words_and_marked_stems_where_they_differ() {
    assert_eq!(english("My applications, my loan"), "my applications my loan ·applic");
    assert_eq!(english("ref13s"), "ref13s", "no stems of what holds digits");
}

#[test]
fn s1_a_number_is_found_as_itself_never_as_a_position() {
    let text = "word ".repeat(20);
    assert!(!english(&text).contains("13"));
}

#[test]
fn texts_indexed_together_stay_apart() {
    let index = Normaliser::default().index_words(["Noor Ali", "noor@example.com"]);
    assert_eq!(index.to_string(), "noor ali · noor example com");
}

#[test]
fn a_word_has_at_most_255_positions() {
    let index = Normaliser::default().index_words([&*"a ".repeat(300)]);
    assert_eq!(index.words.len(), 300);
    assert_eq!(index.words.iter().filter(|word| *word == "a").count(), 255);
}

#[test]
fn long_words_are_cut() {
    assert_eq!(words(&"x".repeat(10_000)), ["x".repeat(MAX_WORD_CHARS)]);
    assert_eq!(words("\u{fdfa}".repeat(50).as_str())[0].chars().count(), MAX_WORD_CHARS);
}

#[test]
fn languages_have_names() {
    for language in LANGUAGES {
        assert_eq!(language.as_str().parse(), Ok(language));
    }
    assert!("klingon".parse::<Language>().is_err());
}

proptest! {
    #[test]
    fn folding_twice_changes_nothing(text in any::<String>()) {
        for word in words(&text) {
            prop_assert_eq!(fold(&word), word);
        }
    }

    #[test]
    fn tokens_are_what_both_engines_keep(text in any::<String>(), language in 0..LANGUAGES.len()) {
        let index = Normaliser::new(LANGUAGES[language]).index_words([&*text]);
        for token in index.words.iter().chain(&index.stems) {
            prop_assert!(!token.is_empty() && token.len() <= 4 * MAX_WORD_CHARS + 2);
            let plain = |c: char| if c.is_ascii() {
                c.is_ascii_lowercase() || c.is_ascii_digit()
            } else {
                c == STEM_MARK || is_word_char(c)
            };
            prop_assert!(token.chars().all(plain), "{token:?}");
        }
    }

    #[test]
    fn ranges_are_of_the_original(text in "\\PC*") {
        for word in Normaliser::default().words(&text) {
            prop_assert_eq!(fold(&text[word.range]), word.word);
        }
    }

    #[test]
    fn stemmers_take_anything(word in "[\\p{L}]{1,12}", language in 0..LANGUAGES.len()) {
        Normaliser::new(LANGUAGES[language]).words(&word);
    }
}
