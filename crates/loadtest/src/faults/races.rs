//! Agents on different nodes claim one conversation at the same moment, again and again: one gets it, with a higher
//! token than ever before, and the others are told who (C1).

use super::stage::Stage;
use super::{FaultsArgs, Verdict};
use crate::cluster::Person;
use crate::rest::Reply;
use anyhow::Result;
use futures_util::future::{join_all, try_join_all};
use reqwest::Method;
use std::sync::atomic::{AtomicUsize, Ordering};
use uuid::Uuid;

/// Conversations that are raced for at once.
const TRACKS: usize = 24;
/// Who races: half of them on each node.
const RACERS: usize = 2;
/// Longer than a run.
const CLAIM_GRACE: u32 = 3600;

/// Runs the races, spread over the tracks.
///
/// # Errors
/// When the program does not start, or does not answer while nothing is broken.
pub async fn run(args: &FaultsArgs, verdict: &mut Verdict) -> Result<()> {
    let stage = Stage::shared(args, args.nodes(), CLAIM_GRACE).await?;
    let left = AtomicUsize::new(args.races);
    let mut tracks = Vec::new();
    for number in 0..TRACKS {
        let (_, conversation) = stage.conversation(number).await?;
        let mut agents = Vec::new();
        for racer in 0..RACERS {
            agents.push(stage.agent(number * RACERS + racer).await?);
        }
        tracks.push(Track { conversation, agents, token: 0 });
    }
    let wins = try_join_all(tracks.iter_mut().map(|track| track.race_on(&stage, &left))).await?;
    let (mut won, mut faults) = (vec![0; RACERS], Vec::new());
    for (by_racer, found) in wins {
        won.iter_mut().zip(by_racer).for_each(|(sum, wins)| *sum += wins);
        faults.extend(found);
    }
    stage.end().await?;
    verdict.say(format!("{} races on {} node(s), won by node {won:?}", args.races, args.nodes()));
    verdict.find(faults);
    Ok(())
}

/// One conversation and those who race for it.
struct Track {
    conversation: Uuid,
    agents: Vec<Person>,
    /// The highest so far.
    token: u64,
}

impl Track {
    /// Races while there are any left; how often each racer won, and what was wrong.
    async fn race_on(&mut self, stage: &Stage, left: &AtomicUsize) -> Result<(Vec<usize>, Vec<String>)> {
        let (mut won, mut faults) = (vec![0; RACERS], Vec::new());
        let take = |left: usize| left.checked_sub(1);
        while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
            let (winners, fault) = self.race(stage).await;
            faults.extend(fault);
            for winner in winners {
                won[winner] += 1;
                let node = stage.nodes[winner % stage.nodes.len()].address();
                let token = Some(self.agents[winner].token.as_str());
                let reply = stage.rest.call(node, token, Method::DELETE, &self.path(), None).await;
                if !matches!(reply, Reply::Answered(204, _)) {
                    faults.push(format!("{}: the winner cannot give it back: {reply:?}", self.conversation));
                }
            }
        }
        Ok((won, faults))
    }

    fn path(&self) -> String {
        format!("/conversations/{}/claim", self.conversation)
    }

    /// All claim at once; who got it, and what is wrong with that.
    async fn race(&mut self, stage: &Stage) -> (Vec<usize>, Option<String>) {
        let path = self.path();
        let claims = self.agents.iter().enumerate().map(|(racer, agent)| {
            let node = stage.nodes[racer % stage.nodes.len()].address();
            stage.rest.call(node, Some(&agent.token), Method::PUT, &path, None)
        });
        let replies = join_all(claims).await;
        let granted = |reply: &Reply| match reply {
            Reply::Answered(200, body) => body["token"].as_u64(),
            _ => None,
        };
        let winners: Vec<_> = (0..RACERS).filter(|racer| granted(&replies[*racer]).is_some()).collect();
        let is_fair = winners.len() == 1
            && replies.iter().enumerate().all(|(racer, reply)| match reply {
                Reply::Answered(200, _) => granted(reply) > Some(self.token),
                Reply::Answered(409, body) => {
                    racer != winners[0] && body["holder"]["id"] == self.agents[winners[0]].id.to_string()
                }
                _ => false,
            });
        self.token = replies.iter().filter_map(granted).max().unwrap_or(0).max(self.token);
        (winners, (!is_fair).then(|| format!("{}: {replies:?}", self.conversation)))
    }
}
