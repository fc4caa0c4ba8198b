//! `/admin/urgency/`: the words and weights urgency goes by, with what they make of the newest messages (U1).

use super::MENU;
use super::guard::Admin;
use super::kind::{About, Values};
use crate::agent::views::level as choice;
use crate::error::Problem;
use crate::form::{PageForm, as_typed, sentence};
use crate::texts::{Text, say};
use crate::view::Html;
use askama::Template;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{Rules, Topic, UrgencyLevel};
use store::{Preview, UrgencyRules};

/// What the menu says of it.
pub(super) const ABOUT: About = About {
    slug: "urgency",
    one: "rule",
    many: say("admin-urgency"),
    summary: say("admin-urgency-about"),
    columns: &[],
    filters: &[],
    orders: &[],
    can_create: false,
    begins: None,
    can_edit: false,
    deletion: None,
};

/// Messages shown whose level changes.
const MAX_SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "admin/urgency.html")]
struct UrgencyPage {
    admin: Admin,
    menu: &'static [&'static About],
    current: &'static str,
    form: RulesForm,
    are_built_in: bool,
    is_saved: bool,
    error: Option<String>,
    preview: PreviewPart,
}

/// The rules as they stand in the form.
struct RulesForm {
    version: String,
    high_from: String,
    low_below: String,
    topics: Vec<TopicForm>,
}

struct TopicForm {
    reason: String,
    weight: String,
    /// One a line.
    phrases: String,
}

impl TopicForm {
    fn is_empty(&self) -> bool {
        self.reason.trim().is_empty() && self.phrases.trim().is_empty()
    }

    fn count(&self) -> usize {
        self.phrases.lines().filter(|line| !line.trim().is_empty()).count()
    }
}

/// What the rules in the form make of the newest messages.
#[derive(Template)]
#[template(path = "admin/urgency_preview.html")]
struct PreviewPart {
    /// What is wrong with them; then there is nothing to compare.
    error: Option<String>,
    total: usize,
    levels: [LevelCount; 3],
    changed: Vec<Changed>,
    /// How many change their level and are not shown.
    more: usize,
}

struct LevelCount {
    level: Text,
    before: usize,
    after: usize,
}

/// A message whose level changes.
struct Changed {
    text: String,
    before: Text,
    after: Text,
    reasons: String,
}

/// `GET /admin/urgency/`
pub(super) async fn show(admin: Admin, Query(given): Query<Values>) -> Result<Response, Problem> {
    let UrgencyRules { version, are_built_in, rules } = admin.records()?.urgency_rules().await?;
    let preview = preview(&admin, Ok(&rules)).await?;
    let form = RulesForm::of(version, rules);
    let is_saved = given.get("done").is_some_and(|done| done == "saved");
    Ok(Html(UrgencyPage { is_saved, ..page(admin, form, preview, are_built_in) }).into_response())
}

/// `POST /admin/urgency/`: saves, goes back to the built-in rules, or shows the page with a preview.
pub(super) async fn change(admin: Admin, PageForm(values): PageForm<Values>) -> Result<Response, Problem> {
    let form = RulesForm::typed(&values);
    let rules = form.rules();
    let step = values.get("do").map_or("save", String::as_str);
    let version = form.version.parse().unwrap_or_default();
    let saved = match (step, &rules) {
        ("reset", _) => Some(admin.records()?.change_urgency_rules(version, None).await),
        ("save", Ok(rules)) => Some(admin.records()?.change_urgency_rules(version, Some(rules)).await),
        _ => None,
    };
    let problem = match saved.map(|saved| saved.map_err(Problem::from)) {
        Some(Ok(())) => return Ok(Redirect::to("/admin/urgency/?done=saved").into_response()),
        Some(Err(problem)) if problem.code().status().as_u16() != 422 => return Err(problem),
        Some(Err(problem)) => Some(problem),
        None => rules.as_ref().err().filter(|_| step == "save").cloned(),
    };
    let preview = preview(&admin, rules.as_ref()).await?;
    let error = problem.as_ref().map(|problem| sentence(problem.detail()));
    let shown = Html(UrgencyPage { error, ..page(admin, form, preview, false) }).into_response();
    Ok(match problem {
        Some(problem) => problem.response(shown),
        None => shown,
    })
}

/// `POST /admin/urgency/preview`: the preview alone, for while somebody types.
pub(super) async fn show_preview(
    admin: Admin,
    PageForm(values): PageForm<Values>,
) -> Result<Response, Problem> {
    let rules = RulesForm::typed(&values).rules();
    Ok(Html(preview(&admin, rules.as_ref()).await?).into_response())
}

fn page(admin: Admin, form: RulesForm, preview: PreviewPart, are_built_in: bool) -> UrgencyPage {
    let (menu, current) = (&MENU, ABOUT.slug);
    UrgencyPage { admin, menu, current, form, are_built_in, is_saved: false, error: None, preview }
}

impl RulesForm {
    fn of(version: i64, rules: Rules) -> Self {
        let topic = |topic: Topic| TopicForm {
            reason: topic.reason,
            weight: topic.weight.to_string(),
            phrases: topic.phrases.join("\n"),
        };
        Self {
            version: version.to_string(),
            high_from: rules.high_from.to_string(),
            low_below: rules.low_below.to_string(),
            topics: rules.topics.into_iter().map(topic).collect(),
        }
    }

    /// As it was sent. Topics emptied of everything are gone.
    fn typed(values: &Values) -> Self {
        let value = |name: &str| values.get(name).map(|value| as_typed(value)).unwrap_or_default();
        let topics = (0..)
            .take_while(|number| values.contains_key(&format!("reason-{number}")))
            .map(|number| TopicForm {
                reason: value(&format!("reason-{number}")),
                weight: value(&format!("weight-{number}")),
                phrases: value(&format!("phrases-{number}")),
            })
            .filter(|topic| !topic.is_empty());
        Self {
            version: value("version"),
            high_from: value("high-from"),
            low_below: value("low-below"),
            topics: topics.collect(),
        }
    }

    fn rules(&self) -> Result<Rules, Problem> {
        let figure = |typed: &str| {
            let wrong = |_| Problem::invalid("weight", &say("wrong-number").with("typed", typed));
            typed.trim().parse::<i32>().map_err(wrong)
        };
        let phrases = |typed: &str| -> Vec<String> {
            typed.lines().map(str::trim).filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect()
        };
        let topic = |topic: &TopicForm| {
            Ok(Topic {
                reason: topic.reason.trim().to_owned(),
                weight: figure(&topic.weight)?,
                phrases: phrases(&topic.phrases),
            })
        };
        Ok(Rules {
            high_from: figure(&self.high_from)?,
            low_below: figure(&self.low_below)?,
            topics: self.topics.iter().map(topic).collect::<Result<_, Problem>>()?,
        })
    }
}

/// Compares with the rules as they are; rules that cannot be used are no error here, but what is wrong with them is said.
async fn preview(admin: &Admin, rules: Result<&Rules, &Problem>) -> Result<PreviewPart, Problem> {
    let compared = match rules {
        Err(problem) => Err(problem.clone()),
        Ok(rules) => admin.records()?.preview_urgency(rules).await.map_err(Problem::from),
    };
    match compared {
        Ok(messages) => Ok(PreviewPart::of(messages)),
        Err(problem) if problem.code().status().as_u16() == 422 => {
            Ok(PreviewPart { error: Some(sentence(problem.detail())), ..PreviewPart::of(Vec::new()) })
        }
        Err(problem) => Err(problem),
    }
}

impl PreviewPart {
    fn of(messages: Vec<Preview>) -> Self {
        let count = |level: UrgencyLevel, of: fn(&Preview) -> UrgencyLevel| {
            messages.iter().filter(|message| of(message) == level).count()
        };
        let levels = UrgencyLevel::ALL.map(|level| LevelCount {
            level: choice(level),
            before: count(level, |message| message.before.0),
            after: count(level, |message| message.after.0),
        });
        let total = messages.len();
        let changed: Vec<Preview> =
            messages.into_iter().filter(|message| message.before.0 != message.after.0).collect();
        let more = changed.len().saturating_sub(MAX_SHOWN);
        let changed = changed.into_iter().take(MAX_SHOWN).map(Changed::from).collect();
        Self { error: None, total, levels, changed, more }
    }
}

impl From<Preview> for Changed {
    fn from(message: Preview) -> Self {
        let (before, (after, words)) = (choice(message.before.0), message.after);
        Self { text: message.text, before, after: choice(after), reasons: words.reasons.join(", ") }
    }
}
