//! Holds every call in templates, Rust and scripts against the files of texts.

use super::*;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Every file of texts: a language nobody can choose yet is checked like the others.
fn files() -> Vec<(PathBuf, String)> {
    sources("texts", "ftl")
}

fn sources(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let (mut folders, mut sources) = (vec![Path::new(ROOT).join(folder)], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|is| is == extension) {
                sources.push((path.clone(), fs::read_to_string(path).unwrap()));
            }
        }
    }
    sources
}

/// A text of a file: its variables, the texts it refers to, and whether there is markup in it.
#[derive(Debug, Default)]
struct Known {
    variables: BTreeSet<String>,
    references: BTreeSet<String>,
    has_markup: bool,
}

impl Known {
    fn read(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => self.has_markup |= value.contains(['<', '&']),
                PatternElement::Placeable { expression } => self.take(expression),
            }
        }
    }

    fn take(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.name(inline),
            Expression::Select { selector, variants } => {
                self.name(selector);
                variants.iter().for_each(|variant| self.read(&variant.value));
            }
        }
    }

    fn name(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
            }
            InlineExpression::MessageReference { id, .. } => {
                self.references.insert(id.name.to_owned());
            }
            InlineExpression::Placeable { expression } => self.take(expression),
            InlineExpression::FunctionReference { .. } => panic!("scripts know no functions"),
            _ => {}
        }
    }
}

/// The texts of a file, each with the variables of those it refers to.
fn known(source: &str) -> BTreeMap<String, Known> {
    let file = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| errors).unwrap();
    let mut texts = BTreeMap::new();
    for entry in file.entries() {
        if let Entry::Message(message) = entry {
            let mut text = Known::default();
            text.read(message.value.as_ref().expect(message.id.name));
            let former = texts.insert(message.id.name.to_owned(), text);
            assert!(former.is_none(), "{} is there twice", message.id.name);
        }
    }
    let mut bundle = FluentBundle::new_concurrent(Vec::new());
    bundle.add_resource(file).expect("a term and a text must not have the same name");
    // Deep enough for a reference in a reference.
    for _ in 0..2 {
        let all: BTreeMap<_, _> =
            texts.iter().map(|(id, text)| (id.clone(), text.variables.clone())).collect();
        for text in texts.values_mut() {
            let referred: Vec<_> = text.references.iter().flat_map(|id| all[id].clone()).collect();
            text.variables.extend(referred);
        }
    }
    texts
}

/// A text that is asked for somewhere, with these values.
struct Call {
    id: String,
    values: BTreeSet<String>,
    as_markup: bool,
    place: PathBuf,
}

fn calls() -> Vec<Call> {
    let mut calls = Vec::new();
    for (place, source) in sources("src", "rs").into_iter().chain(sources("templates", "html")) {
        if !place.ends_with("texts/tests.rs") {
            for (call, as_markup) in [("say(\"", false), ("markup(\"", true)] {
                calls.extend(asked(&source, call).map(|(id, rest)| {
                    let values = filled_in(rest.strip_prefix(')').expect(id));
                    Call { id: id.to_owned(), values, as_markup, place: place.clone() }
                }));
            }
        }
    }
    for (place, source) in sources("assets/js", "js") {
        calls.extend(asked(&source, "say(\"").map(|(id, rest)| {
            let values = rest.strip_prefix(", {").map_or_else(BTreeSet::new, keys);
            Call { id: id.to_owned(), values, as_markup: false, place: place.clone() }
        }));
    }
    calls
}

/// The ids asked for, each with what follows it.
fn asked<'a>(source: &'a str, call: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let is_id = |id: &str| !id.is_empty() && id.chars().all(|c| c == '-' || c.is_ascii_alphanumeric());
    let rests = source.match_indices(call).map(|(at, _)| &source[at + call.len()..]);
    rests.filter_map(|rest| rest.split_once('"')).filter(move |(id, _)| is_id(id))
}

/// The names in `.with("name", …).with_html("other", …)`.
fn filled_in(mut rest: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    loop {
        rest = rest.trim_start();
        let Some(call) = rest.strip_prefix(".with(\"").or_else(|| rest.strip_prefix(".with_html(\"")) else {
            return names;
        };
        let (name, value) = call.split_once('"').unwrap();
        names.insert(name.to_owned());
        rest = &value[end(value, ')')..];
    }
}

/// The keys in `hours, minutes: minutes % 60 })`.
fn keys(object: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut rest = &object[..end(object, '}') - 1];
    loop {
        let key: String = rest.trim_start().chars().take_while(char::is_ascii_alphanumeric).collect();
        keys.insert(key);
        let next = end(rest, ',');
        if next > rest.len() {
            return keys;
        }
        rest = &rest[next..];
    }
}

/// Where it goes on after the first `mark` outside of brackets; past the end when there is none.
fn end(text: &str, mark: char) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            _ if c == mark && depth == 0 => return at + 1,
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth -= 1,
            _ => {}
        }
    }
    text.len() + 1
}

#[test]
fn what_is_asked_for_is_there_with_its_values() {
    let calls = calls();
    assert!(calls.len() > 500, "{}", calls.len());
    for (file, source) in files() {
        let known = known(&source);
        for call in &calls {
            let Call { id, values, as_markup, place } = call;
            let Some(text) = known.get(id) else { panic!("{file:?} lacks {id}, asked for in {place:?}") };
            assert_eq!(&text.variables, values, "{id} in {file:?} and in {place:?}");
            assert!(
                *as_markup || !id.ends_with("-html"),
                "{id} has markup, and {place:?} does not expect it"
            );
        }
    }
}

#[test]
fn what_is_there_is_asked_for() {
    let asked: BTreeSet<_> = calls().into_iter().map(|call| call.id).collect();
    for (file, source) in files() {
        let known = known(&source);
        let referred: BTreeSet<_> = known.values().flat_map(|text| text.references.clone()).collect();
        for (id, text) in &known {
            assert!(asked.contains(id) || referred.contains(id), "{file:?}: nothing asks for {id}");
            assert_eq!(text.has_markup, id.ends_with("-html"), "{file:?}: {id}");
        }
    }
}

/// Made of the code's documentation, which is English.
const API_REFERENCE: &str = "api/reference.html";
/// What people read of an element besides what is in it.
const READ: [&str; 4] = [" alt=\"", " aria-label=\"", " placeholder=\"", " title=\""];

#[test]
fn templates_say_nothing_themselves() {
    for (place, source) in sources("templates", "html") {
        if place.ends_with(API_REFERENCE) {
            continue;
        }
        let not_read = [
            ("{% block home %}", "{% endblock %}"),
            ("{% block body_class %}", "{% endblock %}"),
            ("{% block attributes %}", "{% endblock %}"),
            ("{#", "#}"),
            ("{{", "}}"),
            ("{%", "%}"),
            ("<style", "</style>"),
            ("<code", "</code>"),
            ("<kbd", "</kbd>"),
        ];
        let html = not_read.iter().fold(source, |text, (from, to)| without(&text, from, to));
        let attributes = READ.iter().flat_map(|name| html.split(name).skip(1).map(until_quote));
        let between = html.split('<').map(|tag| tag.split_once('>').map_or(tag, |(_, text)| text));
        for text in attributes.chain(between) {
            assert!(!text.contains(char::is_alphabetic), "{place:?} itself says {:?}", text.trim());
        }
    }
}

#[test]
fn scripts_say_nothing_themselves() {
    // What browsers call keys, events and errors.
    let names = ["AbortError", "Arrow", "DOMContentLoaded", "Enter", "Escape"];
    for (place, source) in sources("assets/js", "js") {
        for line in source.lines().filter(|line| !line.trim_start().starts_with(['/', '*'])) {
            for string in line.split(['"', '`']).skip(1).step_by(2) {
                let begins_as_words =
                    string.starts_with(char::is_uppercase) && string.contains(char::is_lowercase);
                assert!(
                    !begins_as_words || names.iter().any(|name| string.starts_with(name)),
                    "{place:?} itself says {string:?}"
                );
            }
        }
    }
}

/// The text without what is from one mark to the next of the other.
fn without(text: &str, from: &str, to: &str) -> String {
    let mut parts = text.split(from);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| kept + part.split_once(to).map_or("", |(_, after)| after))
}

fn until_quote(text: &str) -> &str {
    text.split('"').next().unwrap_or_default()
}

#[test]
fn a6_what_is_filled_into_markup_is_escaped() {
    let name = "<script>alert(1)</script>";
    let shown = markup("home-heading-html").with("name", name).to_string();
    assert_eq!(shown, "Hello, <bdi>&#60;script&#62;alert(1)&#60;/script&#62;</bdi>");
}

#[test]
fn a_name_written_from_right_to_left_is_isolated() {
    let held = |name| say("agent-held-by").with("agent", name).to_string();
    assert_eq!(held("Mira Okafor"), "Held by Mira Okafor");
    assert_eq!(held("عائشة"), "Held by \u{2068}عائشة\u{2069}");
}

#[test]
fn numbers_choose_their_words() {
    let total = |count: i64| say("list-total").with("count", count).to_string();
    assert_eq!((total(0), total(1)), ("0 conversations".into(), "1 conversation".into()));
    let uses = |uses: i64| say("replies-uses").with("uses", uses).to_string();
    assert_eq!((uses(0), uses(3)), ("not used of late".into(), "used 3 times of late".into()));
}

#[test]
fn a_missing_text_is_its_id() {
    let nowhere = "nowhere";
    assert_eq!(say(nowhere).to_string(), "nowhere");
}

#[test]
fn a_module_has_what_its_scripts_ask_for() {
    let language = Language::new(
        "-brand = Desk\nplain = \"{ -brand }\"\nheld = Held by { $name }\nunasked = x\n\
         wait = { $n ->\n    [0] now\n    [one] { $n } day\n   *[other] { $n } days\n }, { held }\n",
    );
    let script = r#"import { say } from "./texts.js"; say("plain"); say("wait", { n, name });"#;
    let other = r#"import { say } from "./agent-texts.js"; say("held", { name });"#;
    let made = module(&language, "js/texts.js", [script, other].into_iter());
    assert_eq!(
        made,
        "import{pick,sayer,shown}from\"./say.js\";export const say=sayer({\n\
         \"plain\":\"\\\"\"+(\"Desk\")+\"\\\"\",\n\
         \"wait\":v=>pick(v.n,{\"0\":\"now\",\"one\":shown(v.n)+\" day\",\"other\":shown(v.n)+\" days\"},\"other\")\
         +\", \"+(\"Held by \"+shown(v.name)),\n});\n"
    );
}
