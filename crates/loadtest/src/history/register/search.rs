//! The search for an order (Wing and Gong, "Testing and verifying concurrent objects", 1993) that never goes on twice
//! from where it has been (Lowe, "Testing for linearizability", 2017). A request that was never answered is a step that
//! may be left out; without a memory a dozen of them have more orders than there is time for.

use super::Claim;
use crate::history::{Answer, ClaimOperation, Micros, Request};
use std::collections::{BTreeMap, HashSet};

/// Of so many places the search gives up.
const MOST_PLACES: usize = 1_000_000;

/// What a search comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// An order explains all answers.
    Found,
    /// None does.
    Impossible,
    /// None does among those that were tried, and there are too many.
    GaveUp,
}

/// Operations of which an order is searched.
#[derive(Debug, Default)]
pub struct Search {
    answered: Vec<Answered>,
    /// From when on each may have happened, soonest first.
    unanswered: BTreeMap<Request, Vec<Micros>>,
    been: HashSet<Place>,
}

#[derive(Debug)]
struct Answered {
    invoked: Micros,
    ended: Micros,
    request: Request,
    answer: Answer,
}

/// Where the search is. What is to come depends on nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    claim: Claim,
    /// Which of those with an answer have happened.
    done: Vec<bool>,
    /// How many of those without have, by what they asked for. They differ in nothing else, so the soonest goes first.
    taken: Vec<usize>,
}

impl Search {
    /// This has an answer.
    pub fn answered(&mut self, operation: &ClaimOperation, answer: Answer) {
        let &ClaimOperation { invoked, ended, request, .. } = operation;
        self.answered.push(Answered { invoked, ended, request, answer });
    }

    /// This has none, and may happen from this moment on or never.
    pub fn unanswered(&mut self, request: Request, since: Micros) {
        let request = match request {
            Request::Open(agent) => Request::Claim(agent),
            other => other,
        };
        self.unanswered.entry(request).or_default().push(since);
    }

    /// Whether some order explains all answers, beginning with this claim.
    pub fn order(mut self, claim: Claim) -> Order {
        self.unanswered.values_mut().for_each(|since| since.sort_unstable());
        let (done, taken) = (vec![false; self.answered.len()], vec![0; self.unanswered.len()]);
        match self.goes_on(Place { claim, done, taken }) {
            true => Order::Found,
            false if self.been.len() < MOST_PLACES => Order::Impossible,
            false => Order::GaveUp,
        }
    }

    fn goes_on(&mut self, place: Place) -> bool {
        let to_do = || self.answered.iter().enumerate().filter(|(number, _)| !place.done[*number]);
        // The next step began before anything that is still to come had ended.
        let Some(end) = to_do().map(|(_, operation)| operation.ended).min() else { return true };
        let mut next = Vec::new();
        for (number, operation) in to_do().filter(|(_, operation)| operation.invoked <= end) {
            let mut there = place.clone();
            if there.claim.is_answered(operation.request, operation.answer) {
                there.done[number] = true;
                next.push(there);
            }
        }
        for (kind, (request, since)) in self.unanswered.iter().enumerate() {
            if since.get(place.taken[kind]).is_some_and(|since| *since <= end) {
                let mut there = place.clone();
                there.claim.invoke(*request);
                there.taken[kind] += 1;
                // A step that changes nothing may as well be left out.
                if there.claim != place.claim {
                    next.push(there);
                }
            }
        }
        self.been.len() < MOST_PLACES
            && self.been.insert(place)
            && next.into_iter().any(|there| self.goes_on(there))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::register::Holder;
    use crate::random;
    use rand::RngExt;
    use rand::rngs::StdRng;
    use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};
    use std::time::{Duration, Instant};

    const START: Claim = Claim { holder: Holder::Nobody, token: 0, is_exact: false };
    /// As most windows begin.
    const LATER: Claim = Claim { holder: Holder::Unknown, token: 3, is_exact: false };

    impl SequentialSpec for Claim {
        type Op = Request;
        type Ret = Answer;

        fn invoke(&mut self, request: &Request) -> Answer {
            self.invoke(*request)
        }

        fn is_valid_step(&mut self, request: &Request, answer: &Answer) -> bool {
            self.is_answered(*request, *answer)
        }
    }

    fn any_request(rng: &mut StdRng) -> Request {
        let agent = rng.random_range(0..2);
        match rng.random_range(0..6) {
            0 => Request::Claim(agent),
            1 => Request::Open(agent),
            2 => Request::Release(agent),
            3 => Request::Resolve(agent),
            4 => Request::ResolveByOwner,
            _ => Request::Reopen,
        }
    }

    /// Requests that overlap, answered as some order of them is, and then sometimes not, or wrongly; some are from before.
    fn history(rng: &mut StdRng, mut claim: Claim) -> Vec<ClaimOperation> {
        if claim.holder == Holder::Unknown {
            claim.holder = [Holder::Nobody, Holder::Agent(1), Holder::Resolved][rng.random_range(0..3)];
        }
        let steps = (1..=rng.random_range(3..=7)).map(|step: u64| {
            let request = any_request(rng);
            let answer = match rng.random_range(0..12) {
                0 => Answer::NotClaimed,
                1 => Answer::HeldBy(rng.random_range(0..2)),
                2 => Answer::Granted(rng.random_range(1..7)),
                _ => claim.invoke(request),
            };
            let answer = rng.random_bool(0.7).then_some(answer);
            let is_from_before = answer.is_none() && rng.random_bool(0.5);
            let invoked = if is_from_before { 0 } else { step * 10 - rng.random_range(0..20).min(step * 10) };
            ClaimOperation { invoked, ended: step * 10 + rng.random_range(0..20), request, answer }
        });
        steps.collect()
    }

    fn ours(start: Claim, operations: &[ClaimOperation]) -> Order {
        let mut search = Search::default();
        for operation in operations {
            match operation.answer {
                Some(answer) => search.answered(operation, answer),
                None => search.unanswered(operation.request, operation.invoked),
            }
        }
        search.order(start)
    }

    fn theirs(start: Claim, operations: &[ClaimOperation]) -> Order {
        let mut tester = LinearizabilityTester::new(start);
        let calls =
            operations.iter().enumerate().map(|(thread, operation)| (operation.invoked, false, thread));
        let answers =
            operations.iter().enumerate().map(|(thread, operation)| (operation.ended, true, thread));
        let mut moments: Vec<_> = calls.chain(answers).collect();
        // At the same moment a call counts as made before another's answer: they overlap.
        moments.sort_unstable();
        for (_, is_answer, thread) in moments {
            let operation = &operations[thread];
            match operation.answer {
                None if is_answer => {}
                Some(answer) if is_answer => drop(tester.on_return(thread, answer).unwrap()),
                _ => drop(tester.on_invoke(thread, operation.request).unwrap()),
            }
        }
        if tester.is_consistent() { Order::Found } else { Order::Impossible }
    }

    #[test]
    fn finds_an_order_where_stateright_does() {
        for start in [START, LATER] {
            let mut found = [0, 0];
            for number in 0..5000 {
                let operations = history(&mut random::source(1, "claims", number), start);
                let order = ours(start, &operations);
                assert_eq!(order, theirs(start, &operations), "{operations:#?}");
                found[usize::from(order == Order::Found)] += 1;
            }
            assert!(found[0] > 500 && found[1] > 500, "{found:?}");
        }
    }

    #[test]
    fn many_requests_without_an_answer_take_no_time() {
        let mut operations: Vec<_> = (0..30)
            .map(|number| ClaimOperation {
                invoked: number,
                ended: number,
                request: any_request(&mut random::source(1, "unanswered", number as usize)),
                answer: None,
            })
            .collect();
        let last = ClaimOperation {
            invoked: 40,
            ended: 50,
            request: Request::Claim(0),
            answer: Some(Answer::HeldBy(7)),
        };
        operations.push(last);
        let began = Instant::now();
        assert_eq!(ours(START, &operations), Order::Impossible);
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    }
}
