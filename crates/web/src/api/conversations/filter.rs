//! The filter parameters lists and search share.

use crate::error::{Problem, Result};
use domain::{Actor, Filter, check_tag};
use std::str::FromStr;

/// Reads filter parameters: several values by comma, any of which matches.
#[derive(Debug, Default)]
pub(crate) struct FilterText<'a> {
    pub status: Option<&'a str>,
    pub urgency: Option<&'a str>,
    pub holder: Option<&'a str>,
    pub tag: Option<&'a str>,
    pub age: Option<&'a str>,
}

impl FilterText<'_> {
    /// The filter they say. What a customer does not see, they cannot narrow by.
    pub(crate) fn read(&self, actor: &Actor) -> Result<Filter> {
        let hidden = [("urgency", self.urgency), ("holder", self.holder), ("tag", self.tag)];
        if actor.agent().is_none()
            && let Some((name, _)) = hidden.iter().find(|(_, value)| value.is_some())
        {
            return Err(Problem::invalid(name, &format!("{name} is for agents: narrow by status or age")));
        }
        let tag = |tag: &str| check_tag(tag).map(str::to_owned);
        Ok(Filter {
            status: values("status", self.status, str::parse)?,
            urgency: values("urgency", self.urgency, str::parse)?,
            holder: values("holder", self.holder, FromStr::from_str)?,
            tag: values("tag", self.tag, tag)?,
            age: values("age", self.age, str::parse)?,
        })
    }
}

fn values<T, E: ToString>(
    name: &str,
    text: Option<&str>,
    read: impl Fn(&str) -> Result<T, E>,
) -> Result<Vec<T>> {
    let values = text.filter(|text| !text.is_empty()).into_iter().flat_map(|text| text.split(','));
    values.map(|value| read(value).map_err(|error| Problem::invalid(name, &error))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        Age, Agent, AgentId, AgentKey, AgentRole, Customer, CustomerId, CustomerKey, Holder, Status,
    };

    fn agent() -> Actor {
        let (name, email) = ("Ann".into(), "ann@example.com".into());
        Actor::Agent(Agent { key: AgentKey(1), id: AgentId::new(), name, email, role: AgentRole::Agent })
    }

    fn customer() -> Actor {
        let (key, id, name) = (CustomerKey(1), CustomerId::new(), "Jo".into());
        Actor::Customer(Customer { key, id, name, email: None, email_verified: false })
    }

    #[test]
    fn several_values_by_comma() {
        let text = FilterText {
            status: Some("open,snoozed"),
            holder: Some("me,none"),
            age: Some("<1h,>7d"),
            tag: Some(""),
            ..FilterText::default()
        };
        let filter = text.read(&agent()).unwrap();
        assert_eq!(filter.status, [Status::Open, Status::Snoozed]);
        assert_eq!(filter.holder, [Holder::Me, Holder::Nobody]);
        assert_eq!(filter.age, [Age::UnderAnHour, Age::OverSevenDays]);
        assert!(filter.tag.is_empty());
    }

    #[test]
    fn unknown_values_are_named() {
        let wrong = FilterText { holder: Some("me,somebody"), ..FilterText::default() };
        assert_eq!(wrong.read(&agent()).unwrap_err().field(), Some("holder"));
        let nul = FilterText { tag: Some("a\0"), ..FilterText::default() };
        assert_eq!(nul.read(&agent()).unwrap_err().field(), Some("tag"));
    }

    #[test]
    fn customers_narrow_by_what_they_see() {
        let hidden = FilterText { urgency: Some("high"), ..FilterText::default() };
        assert_eq!(hidden.read(&customer()).unwrap_err().field(), Some("urgency"));
        let seen = FilterText { status: Some("open"), age: Some("<1h"), ..FilterText::default() };
        assert!(seen.read(&customer()).is_ok());
    }
}
