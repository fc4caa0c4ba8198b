use super::*;

const ADA: Uuid = Uuid::from_u128(1);
const GRACE: Uuid = Uuid::from_u128(2);
const FOREIGN: Uuid = Uuid::from_u128(99);

fn entry(seq: u32, client_id: Uuid) -> Entry {
    Entry { seq, client_id: Some(client_id), body: Body::Original, rev: 0 }
}

fn attempt(outcome: Outcome) -> Attempt {
    Attempt { invoked: 110, ended: 120, outcome }
}

fn write(client_id: Uuid, author: Author, outcome: Outcome) -> Write {
    Write { log: Log::Messages, client_id, author, attempts: vec![attempt(outcome)], change: None }
}

fn view(frames: Vec<Frame>) -> View {
    let connections = vec![Connection { after: 0, notes_after: 0, frames }];
    View { name: "reader".into(), is_agent: true, connections, is_complete: true, late: vec![] }
}

fn claim(invoked: Micros, request: Request, answer: Option<Answer>) -> ClaimOperation {
    ClaimOperation { invoked, ended: invoked + 5, request, answer }
}

/// A customer writes once, the agent who holds the claim answers, a reader sees both.
fn clean() -> History {
    let messages = || vec![entry(1, ADA), entry(2, GRACE)];
    let conversation = Conversation {
        id: Uuid::from_u128(1000),
        writes: vec![
            write(ADA, Author::Customer, Outcome::Acknowledged(1)),
            write(GRACE, Author::Agent(0), Outcome::Acknowledged(2)),
        ],
        views: vec![view(messages().into_iter().map(Frame::Message).collect())],
        claims: vec![claim(100, Request::Claim(0), Some(Answer::Granted(1)))],
        owner: Contents { messages: messages(), notes: vec![] },
        agent: Contents { messages: messages(), notes: vec![] },
    };
    History { conversations: vec![conversation], restarts: vec![900_000], longest_fault: 0, gave_up: false }
}

/// Asserts that a clean history with one thing changed has this anomaly.
#[track_caller]
fn assert_found(class: Class, spoil: impl FnOnce(&mut Conversation)) {
    let mut history = clean();
    spoil(&mut history.conversations[0]);
    let findings = judge(&history);
    assert!(findings.count(class) > 0, "{findings:?}");
}

#[track_caller]
fn assert_clean(spoil: impl FnOnce(&mut Conversation)) {
    let mut history = clean();
    spoil(&mut history.conversations[0]);
    let findings = judge(&history);
    assert_eq!(findings.total(), 0, "{findings:?}");
}

#[test]
fn a_clean_history_passes() {
    assert_clean(|_| ());
}

#[test]
fn acknowledged_and_not_there_is_lost() {
    assert_found(Class::Lost, |conversation| {
        conversation.writes.push(write(Uuid::from_u128(3), Author::Customer, Outcome::Acknowledged(3)));
    });
}

#[test]
fn passed_over_by_a_reader_is_lost() {
    assert_found(Class::Lost, |conversation| {
        conversation.views[0].connections[0].frames.remove(0);
    });
}

#[test]
fn seen_and_then_gone_is_lost() {
    assert_found(Class::Lost, |conversation| {
        let client_id = Uuid::from_u128(3);
        conversation.writes.push(write(client_id, Author::Customer, Outcome::Unknown));
        conversation.views[0].connections[0].frames.push(Frame::Message(entry(3, client_id)));
    });
}

#[test]
fn an_acknowledged_edit_that_is_not_there_is_lost() {
    assert_found(Class::Lost, |conversation| {
        conversation.writes[0].change = Some(Change { to: ChangeKind::Edit, acknowledged: true });
    });
}

#[test]
fn one_client_id_at_two_numbers_is_doubled() {
    assert_found(Class::Doubled, |conversation| {
        conversation.owner.messages.push(entry(3, ADA));
        conversation.agent.messages.push(entry(3, ADA));
    });
}

#[test]
fn two_acks_of_one_client_id_at_two_numbers_are_doubled() {
    assert_found(Class::Doubled, |conversation| {
        conversation.writes[0].attempts.push(attempt(Outcome::Acknowledged(7)));
    });
}

#[test]
fn a_number_twice_over_two_connections_is_doubled() {
    assert_found(Class::Doubled, |conversation| {
        let frames = vec![Frame::Message(entry(2, GRACE))];
        conversation.views[0].connections.push(Connection { after: 2, notes_after: 0, frames });
    });
}

#[test]
fn a_reader_who_gets_numbers_out_of_order_is_reordered() {
    assert_found(Class::Reordered, |conversation| {
        conversation.views[0].connections[0].frames.reverse();
    });
}

#[test]
fn a_reader_who_sees_something_else_at_a_number_is_reordered() {
    assert_found(Class::Reordered, |conversation| {
        let frames = &mut conversation.views[0].connections[0].frames;
        *frames = vec![Frame::Message(entry(1, GRACE)), Frame::Message(entry(2, ADA))];
    });
}

#[test]
fn two_sides_that_read_differently_are_reordered() {
    assert_found(Class::Reordered, |conversation| conversation.owner.messages.reverse());
}

#[test]
fn what_nobody_sent_is_a_phantom() {
    assert_found(Class::Phantom, |conversation| {
        conversation.views[0].connections[0].frames.push(Frame::Message(entry(3, Uuid::from_u128(3))));
    });
}

#[test]
fn what_was_refused_and_is_there_is_a_phantom() {
    assert_found(Class::Phantom, |conversation| {
        conversation.writes[0].attempts = vec![attempt(Outcome::Refused("overloaded".into()))];
    });
}

#[test]
fn another_text_than_was_sent_is_a_phantom() {
    assert_found(Class::Phantom, |conversation| {
        conversation.agent.messages[0].body = Body::Other;
    });
}

#[test]
fn what_was_sent_elsewhere_is_foreign() {
    let mut history = clean();
    history.conversations.push(Conversation {
        id: Uuid::from_u128(1001),
        writes: vec![write(FOREIGN, Author::Customer, Outcome::Unknown)],
        ..Conversation::default()
    });
    history.conversations[0].views[0].connections[0].frames.push(Frame::Message(entry(3, FOREIGN)));
    assert_eq!(judge(&history).count(Class::Foreign), 1);
}

#[test]
fn a_reader_without_the_newest_is_stale() {
    assert_found(Class::Stale, |conversation| {
        conversation.views[0].connections[0].frames.pop();
    });
}

#[test]
fn a_reader_who_has_the_newest_too_late_is_stale() {
    assert_found(Class::Stale, |conversation| conversation.views[0].late.push(2));
}

#[test]
fn a_reader_without_an_edit_is_stale() {
    assert_found(Class::Stale, |conversation| {
        conversation.writes[0].change = Some(Change { to: ChangeKind::Edit, acknowledged: true });
        conversation.owner.messages[0].body = Body::Edited;
        conversation.agent.messages[0].body = Body::Edited;
    });
}

#[test]
fn a_reader_who_saw_the_edit_is_not() {
    assert_clean(|conversation| {
        conversation.writes[0].change = Some(Change { to: ChangeKind::Delete, acknowledged: true });
        let deleted = Entry { body: Body::Deleted, rev: 1, ..entry(1, ADA) };
        conversation.owner.messages[0] = deleted;
        conversation.agent.messages[0] = deleted;
        conversation.views[0].connections[0].frames.push(Frame::Changed(deleted));
    });
}

#[test]
fn a_number_left_out_is_a_gap() {
    assert_found(Class::Gap, |conversation| {
        conversation.owner.messages[1].seq = 3;
        conversation.agent.messages[1].seq = 3;
    });
}

#[test]
fn what_has_no_answer_over_a_connection_that_lives_is_unanswered() {
    let silence = |took| {
        move |conversation: &mut Conversation| {
            let unknown = Attempt { invoked: 110, ended: 110 + took, outcome: Outcome::Unknown };
            conversation.writes[0].attempts.insert(0, unknown);
        }
    };
    assert_found(Class::Unanswered, silence(UNANSWERED_AFTER));
    assert_clean(silence(UNANSWERED_AFTER - 1));
}

#[test]
fn what_never_has_an_answer_is_unanswered() {
    assert_found(Class::Unanswered, |conversation| {
        conversation.writes.push(write(Uuid::from_u128(3), Author::Customer, Outcome::Unknown));
    });
    let mut history = clean();
    history.gave_up = true;
    assert_eq!(judge(&history).count(Class::Unanswered), 1);
}

#[test]
fn a_customer_who_is_refused_for_good_is_an_anomaly() {
    assert_found(Class::Refused, |conversation| {
        let refused = Outcome::Refused("not_claimed".into());
        conversation.writes.push(write(Uuid::from_u128(3), Author::Customer, refused));
    });
}

#[test]
fn a_holder_who_is_refused_is_an_anomaly() {
    assert_found(Class::Refused, |conversation| {
        let refused = Outcome::Refused("claim_lost".into());
        conversation.writes.push(write(Uuid::from_u128(3), Author::Agent(0), refused));
    });
}

#[test]
fn what_is_accepted_without_a_claim_is_a_stale_write() {
    for end in [Request::Release(0), Request::Resolve(0), Request::ResolveByOwner] {
        assert_found(Class::StaleWrite, |conversation| {
            conversation.claims.push(claim(106, end, Some(Answer::Done)));
            conversation.writes[1].attempts[0].invoked = 112;
        });
    }
}

#[test]
fn what_is_accepted_while_the_claim_may_still_stand_is_none() {
    assert_clean(|conversation| {
        conversation.claims.push(claim(106, Request::Release(0), None));
        conversation.writes[1].attempts[0].invoked = 112;
    });
}

#[test]
fn overlapping_claims_are_two_holders() {
    assert_found(Class::TwoHolders, |conversation| {
        conversation.claims.push(claim(106, Request::Claim(1), Some(Answer::Granted(2))));
    });
}

#[test]
fn a_resolution_that_came_late_and_the_next_message_explain_a_free_conversation() {
    let late = |answer, written| {
        move |it: &mut Conversation| {
            it.writes = vec![write(ADA, Author::Customer, Outcome::Acknowledged(1))];
            it.writes[0].attempts[0] =
                Attempt { invoked: written, ended: written + 2, ..attempt(Outcome::Acknowledged(1)) };
            it.views.clear();
            it.owner.messages.truncate(1);
            it.agent.messages.truncate(1);
            it.claims.push(claim(110, Request::Resolve(0), answer));
            it.claims.push(claim(120, Request::Resolve(0), Some(Answer::Done)));
            it.claims.push(claim(130, Request::Reopen, Some(Answer::Done)));
            it.claims.push(claim(140, Request::Claim(0), Some(Answer::Granted(3))));
            it.claims.push(claim(150, Request::Claim(1), Some(Answer::Granted(5))));
        }
    };
    assert_clean(late(None, 146));
    assert_found(Class::Unexplained, late(Some(Answer::Done), 146));
    // What had an answer before it was resolved reopens nothing.
    assert_found(Class::Unexplained, late(None, 102));
}

#[test]
fn claims_one_after_the_other_are_not() {
    assert_clean(|conversation| {
        conversation.claims.push(claim(130, Request::Claim(1), Some(Answer::HeldBy(0))));
        conversation.claims.push(claim(140, Request::Release(0), None));
        conversation.claims.push(claim(150, Request::Claim(1), Some(Answer::Granted(2))));
        conversation.claims.push(claim(160, Request::ResolveByOwner, Some(Answer::Done)));
        conversation.claims.push(claim(170, Request::Claim(0), Some(Answer::IsResolved)));
        conversation.claims.push(claim(180, Request::Reopen, Some(Answer::Done)));
        conversation.claims.push(claim(190, Request::Open(0), Some(Answer::Opened)));
        conversation.claims.push(claim(200, Request::Claim(0), Some(Answer::Granted(4))));
    });
}

#[test]
fn a_token_that_does_not_rise_is_unexplained() {
    assert_found(Class::Unexplained, |conversation| {
        conversation.claims.push(claim(130, Request::Release(0), Some(Answer::Done)));
        conversation.claims.push(claim(140, Request::Claim(1), Some(Answer::Granted(1))));
    });
}

#[test]
fn a_claim_of_what_is_resolved_is_unexplained() {
    assert_found(Class::Unexplained, |conversation| {
        conversation.claims.push(claim(130, Request::ResolveByOwner, Some(Answer::Done)));
        conversation.claims.push(claim(140, Request::Claim(1), Some(Answer::Granted(3))));
    });
}

#[test]
fn long_histories_of_claims_are_searched_in_windows() {
    assert_clean(|conversation| {
        let mut token = 1;
        for round in 1..400 {
            let at = 100 + round * 100;
            let (holder, next) = ((round as usize + 1) % 2, round as usize % 2);
            token += 1;
            conversation.claims.extend([
                claim(at, Request::Release(holder), Some(Answer::Done)),
                claim(at + 10, Request::Claim(next), Some(Answer::Granted(token))),
                claim(at + 11, Request::Claim(holder), Some(Answer::HeldBy(next))),
            ]);
        }
    });
}

#[test]
fn a_slow_restart_is_unready() {
    let mut history = clean();
    history.restarts.push(READY_WITHIN + 1);
    assert_eq!(judge(&history).count(Class::Unready), 1);
}
