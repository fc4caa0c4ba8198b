//! The texts of scripts: modules made of the language's file when the server starts, so that browsers need no Fluent.
//! A module has the texts that the scripts importing it ask for, each as a string or as a function of its values.

use super::Language;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;

/// The modules, beside the scripts: what every page needs, and what agents' pages need besides.
pub(crate) const MODULES: [&str; 2] = ["js/texts.js", "js/agent-texts.js"];

/// A module for the scripts that import it, given as their sources.
pub(crate) fn module<'a>(language: &Language, name: &str, scripts: impl Iterator<Item = &'a str>) -> String {
    let import = format!("from \"./{}\"", name.trim_start_matches("js/"));
    let asked: BTreeSet<&str> = scripts.filter(|script| script.contains(&import)).flat_map(said).collect();
    let compiler = Compiler::new(language);
    let mut entries = String::new();
    for id in asked {
        if let Some(text) = compiler.texts.get(id) {
            // Writing to a String cannot fail.
            let _ = writeln!(entries, "\"{id}\":{},", compiler.function(text));
        }
    }
    format!("import{{pick,sayer,shown}}from\"./say.js\";export const say=sayer({{\n{entries}}});\n")
}

/// The ids a script asks for: `say("…")`.
pub(super) fn said(script: &str) -> impl Iterator<Item = &str> {
    script.split("say(\"").skip(1).filter_map(|rest| rest.split('"').next())
}

struct Compiler<'l> {
    texts: HashMap<&'l str, &'l Pattern<&'l str>>,
    terms: HashMap<&'l str, &'l Pattern<&'l str>>,
}

impl<'l> Compiler<'l> {
    fn new(language: &'l Language) -> Self {
        let (mut texts, mut terms) = (HashMap::new(), HashMap::new());
        for entry in language.entries() {
            match entry {
                Entry::Message(message) => {
                    texts.extend(message.value.as_ref().map(|value| (message.id.name, value)));
                }
                Entry::Term(term) => {
                    terms.insert(term.id.name, &term.value);
                }
                _ => {}
            }
        }
        Self { texts, terms }
    }

    /// `"Queue"`, or `v=>"Held by "+shown(v.name)` where the text has values.
    fn function(&self, text: &Pattern<&str>) -> String {
        let made = self.pattern(text);
        if self.has_values(text) { format!("v=>{made}") } else { made }
    }

    fn has_values(&self, text: &Pattern<&str>) -> bool {
        text.elements.iter().any(|element| match element {
            PatternElement::TextElement { .. } => false,
            PatternElement::Placeable { expression } => match expression {
                Expression::Select { .. } => true,
                Expression::Inline(InlineExpression::VariableReference { .. }) => true,
                Expression::Inline(InlineExpression::MessageReference { id, .. }) => {
                    self.texts.get(id.name).is_some_and(|text| self.has_values(text))
                }
                Expression::Inline(_) => false,
            },
        })
    }

    fn pattern(&self, text: &Pattern<&str>) -> String {
        let parts = text.elements.iter().map(|element| match element {
            PatternElement::TextElement { value } => quoted(value),
            PatternElement::Placeable { expression } => self.expression(expression),
        });
        parts.collect::<Vec<_>>().join("+")
    }

    fn expression(&self, expression: &Expression<&str>) -> String {
        let Expression::Select { selector, variants } = expression else {
            let Expression::Inline(inline) = expression else { return quoted("") };
            return match inline {
                InlineExpression::VariableReference { .. } => format!("shown({})", self.inline(inline)),
                _ => self.inline(inline),
            };
        };
        let key = |key: &VariantKey<&str>| match key {
            VariantKey::Identifier { name } => quoted(name),
            VariantKey::NumberLiteral { value } => quoted(value),
        };
        let made =
            variants.iter().map(|variant| format!("{}:{}", key(&variant.key), self.pattern(&variant.value)));
        let usual = variants.iter().find(|variant| variant.default).map(|variant| key(&variant.key));
        let made = made.collect::<Vec<_>>().join(",");
        format!("pick({},{{{made}}},{})", self.inline(selector), usual.unwrap_or_default())
    }

    fn inline(&self, inline: &InlineExpression<&str>) -> String {
        match inline {
            InlineExpression::StringLiteral { value } => quoted(value),
            InlineExpression::NumberLiteral { value } => (*value).to_owned(),
            InlineExpression::VariableReference { id } => format!("v.{}", id.name),
            InlineExpression::MessageReference { id, .. } => self.reference(&self.texts, id.name),
            InlineExpression::TermReference { id, .. } => self.reference(&self.terms, id.name),
            InlineExpression::Placeable { expression } => self.expression(expression),
            InlineExpression::FunctionReference { .. } => quoted(""),
        }
    }

    fn reference(&self, among: &HashMap<&str, &Pattern<&str>>, name: &str) -> String {
        among.get(name).map_or_else(|| quoted(name), |text| format!("({})", self.pattern(text)))
    }
}

impl Language {
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry<&str>> {
        self.file.entries()
    }
}

/// A string of a script. JSON's are, since ECMAScript 2019.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
