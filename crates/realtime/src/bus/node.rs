//! One node on the bus, without I/O: numbers what it says, and notices what it missed of the others.

use super::hint::Hint;
use super::roll::{PARTS, Standing};
use domain::{AgentKey, CustomerKey};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Channels that hints are hashed to: enough to spread over the shards of a cluster, few enough for every node to hear
/// all of them.
pub const CHANNELS: u16 = 64;
/// How often a node says on every channel that it lives.
pub const BEAT_EVERY: Duration = Duration::from_secs(1);
/// After how much silence on any channel something must be wrong.
pub const SILENCE: Duration = Duration::from_secs(3);
/// After how much silence a node counts as gone.
const GONE: Duration = Duration::from_secs(15);

/// A hint on its way. Every packet of a node on a channel has the next number: a missing one shows that some were lost.
#[derive(Debug, Serialize, Deserialize)]
struct Packet {
    node: Uuid,
    number: u64,
    hint: Hint,
}

/// One node on the bus.
#[derive(Debug)]
pub struct Node {
    id: Uuid,
    /// The number of the last packet said on each channel.
    said: Vec<u64>,
    /// The part of its customers that it says next.
    next_part: u16,
    /// A node was heard for the first time.
    has_new_peer: bool,
    /// When this node last heard itself on each channel: that the bus works both ways.
    echoed_at: Vec<Instant>,
    peers: HashMap<Uuid, Peer>,
}

#[derive(Debug)]
struct Peer {
    /// On each channel: the highest number heard, and when.
    heard: HashMap<u16, (u64, Instant)>,
    agents: HashSet<AgentKey>,
    /// Its silence was noticed.
    is_silent: bool,
}

/// What a packet brings.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// What another node says, and which; none when it is this node's own word.
    pub hint: Option<(Uuid, Hint)>,
    /// Packets before it are missing: whatever is open here may be behind.
    pub missed: bool,
}

impl Node {
    /// A node nobody has heard of.
    pub fn new(id: Uuid, now: Instant) -> Self {
        let channels = usize::from(CHANNELS);
        let echoed_at = vec![now; channels];
        Self {
            id,
            said: vec![0; channels],
            next_part: 0,
            has_new_peer: false,
            echoed_at,
            peers: HashMap::new(),
        }
    }

    /// The channel and the bytes to say a hint with. What is about one conversation keeps to one channel, so that it
    /// is heard in order.
    pub fn say(&mut self, hint: Hint) -> (u16, Vec<u8>) {
        let channel = hint.conversation().map_or(0, channel_of);
        (channel, self.packet(channel, hint))
    }

    /// What to say every second, on every channel.
    pub fn beats(&mut self, agents: &[AgentKey]) -> Vec<(u16, Vec<u8>)> {
        let agents: Vec<i64> = agents.iter().map(|agent| agent.0).collect();
        (0..CHANNELS)
            .map(|channel| {
                let agents = if channel == 0 { agents.clone() } else { Vec::new() };
                (channel, self.packet(channel, Hint::Beat(agents)))
            })
            .collect()
    }

    /// What else to say every second: the next part of the customers who are connected, whom `customers` gives; every
    /// part once there is a node that has not heard them.
    pub fn roll_call(&mut self, customers: impl Fn(u16) -> Vec<CustomerKey>) -> Vec<(u16, Vec<u8>)> {
        let parts = if std::mem::take(&mut self.has_new_peer) { PARTS } else { 1 };
        let first = self.next_part;
        self.next_part = (first + parts) % PARTS;
        let parts = (first..first + parts).map(|part| part % PARTS);
        let said = parts.map(|part| {
            let keys = customers(part).into_iter().map(|customer| customer.0).collect();
            self.say(Hint::Customers { part, keys })
        });
        said.collect()
    }

    /// Something could not be said: leaves a gap on every channel, which the others will notice.
    pub fn skip(&mut self) {
        self.said.iter_mut().for_each(|number| *number += 1);
    }

    fn packet(&mut self, channel: u16, hint: Hint) -> Vec<u8> {
        let number = &mut self.said[usize::from(channel)];
        *number += 1;
        let packet = Packet { node: self.id, number: *number, hint };
        #[expect(clippy::expect_used, reason = "a packet has only what JSON can hold")]
        serde_json::to_vec(&packet).expect("a packet is JSON")
    }

    /// Takes what came on a channel. What is no packet is passed over.
    pub fn hear(&mut self, channel: u16, bytes: &[u8], now: Instant) -> Heard {
        let Ok(Packet { node, number, hint }) = serde_json::from_slice(bytes) else {
            return Heard::default();
        };
        if node == self.id {
            if let Some(at) = self.echoed_at.get_mut(usize::from(channel)) {
                *at = now;
            }
            return Heard::default();
        }
        let peer = self.peers.entry(node).or_insert_with(|| {
            self.has_new_peer = true;
            Peer::new()
        });
        let missed = peer.hear(channel, number, now);
        if let (0, Hint::Beat(agents)) = (channel, &hint) {
            peer.agents = agents.iter().copied().map(AgentKey).collect();
        }
        Heard { hint: Some((node, hint)), missed }
    }

    /// The connection was lost or is new: nothing that came before says anything about what comes.
    pub fn reconnected(&mut self, now: Instant) {
        self.echoed_at.fill(now);
        self.peers.clear();
    }

    /// Whether this node has heard itself on every channel lately.
    pub fn is_heard(&self, now: Instant) -> bool {
        self.echoed_at.iter().all(|at| now.duration_since(*at) <= SILENCE)
    }

    /// When this node last heard itself on the channel where that is longest ago.
    pub fn heard_itself_at(&self) -> Instant {
        #[expect(clippy::expect_used, reason = "there are always channels")]
        self.echoed_at.iter().min().copied().expect("a channel")
    }

    /// Notices nodes that fell silent on any channel; true when there are new ones. Forgets those long gone.
    pub fn notice_silence(&mut self, now: Instant) -> bool {
        self.peers.retain(|_, peer| peer.quiet_for(now, Duration::min) <= GONE);
        let mut fell_silent = false;
        for peer in self.peers.values_mut() {
            let is_silent = peer.quiet_for(now, Duration::max) > SILENCE;
            fell_silent |= is_silent && !peer.is_silent;
            peer.is_silent = is_silent;
        }
        fell_silent
    }

    /// What is known of another node.
    pub fn standing(&self, node: Uuid) -> Standing {
        match self.peers.get(&node) {
            None => Standing::Gone,
            Some(peer) if peer.is_silent => Standing::Silent,
            Some(_) => Standing::Heard,
        }
    }

    /// The agents who are connected to other nodes that are heard of.
    pub fn agents_elsewhere(&self) -> HashSet<AgentKey> {
        self.peers
            .values()
            .filter(|peer| !peer.is_silent)
            .flat_map(|peer| peer.agents.iter().copied())
            .collect()
    }
}

impl Peer {
    fn new() -> Self {
        Self { heard: HashMap::new(), agents: HashSet::new(), is_silent: false }
    }

    /// Notes a packet; true when some before it are missing.
    fn hear(&mut self, channel: u16, number: u64, now: Instant) -> bool {
        let (last, at) = self.heard.entry(channel).or_insert((0, now));
        let missed = number > *last + 1;
        (*last, *at) = (number.max(*last), now);
        missed
    }

    /// For how long it has been quiet, on the channels where it was heard: the longest or the shortest time.
    fn quiet_for(&self, now: Instant, choose: fn(Duration, Duration) -> Duration) -> Duration {
        let quiet = self.heard.values().map(|(_, at)| now.duration_since(*at));
        quiet.reduce(choose).unwrap_or_default()
    }
}

/// Random bits of the id, the same in every version of the program.
fn channel_of(conversation: Uuid) -> u16 {
    (conversation.as_u128() % u128::from(CHANNELS)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(conversation: u128, seq: i64) -> Hint {
        Hint::Seen { id: Uuid::from_u128(conversation), side: domain::Side::Agent, seq }
    }

    fn two() -> (Node, Node, Instant) {
        let now = Instant::now();
        (Node::new(Uuid::from_u128(1), now), Node::new(Uuid::from_u128(2), now), now)
    }

    #[test]
    fn d6_what_is_said_is_heard_and_a_missing_number_shows() {
        let (mut here, mut there, now) = two();
        for (seq, is_lost) in [(1, false), (2, true), (3, false), (4, false)] {
            let (channel, packet) = here.say(seen(7, seq));
            if !is_lost {
                let heard = there.hear(channel, &packet, now);
                let hint = Some((Uuid::from_u128(1), seen(7, seq)));
                assert_eq!(heard, Heard { hint, missed: seq == 3 });
            }
        }
    }

    #[test]
    fn d6_doubled_and_late_packets_are_no_loss() {
        let (mut here, mut there, now) = two();
        let packets: Vec<_> = (1..=3).map(|seq| here.say(seen(7, seq))).collect();
        let missed =
            |there: &mut Node, (channel, packet): &(u16, Vec<u8>)| there.hear(*channel, packet, now).missed;
        assert!(!missed(&mut there, &packets[0]));
        assert!(missed(&mut there, &packets[2]), "the second has not come yet");
        for late in [&packets[1], &packets[1], &packets[2]] {
            assert!(!missed(&mut there, late));
        }
    }

    #[test]
    fn d6_what_could_not_be_said_leaves_a_gap_on_every_channel() {
        let (mut here, mut there, now) = two();
        for (channel, beat) in here.beats(&[]) {
            assert!(!there.hear(channel, &beat, now).missed);
        }
        here.skip();
        for (channel, beat) in here.beats(&[]) {
            assert!(there.hear(channel, &beat, now).missed);
        }
    }

    #[test]
    fn d6_silence_on_one_channel_is_noticed_once() {
        let (mut here, mut there, began) = two();
        let mut now = began;
        for _ in 0..5 {
            for (channel, beat) in here.beats(&[]) {
                if channel != 9 || now == began {
                    there.hear(channel, &beat, now);
                }
            }
            now += BEAT_EVERY;
        }
        assert!(there.notice_silence(now));
        assert!(!there.notice_silence(now), "told already");
        now += GONE * 2;
        assert!(!there.notice_silence(now));
        assert!(there.peers.is_empty(), "forgotten");
    }

    #[test]
    fn agents_are_known_while_their_node_lives() {
        let (mut here, mut there, now) = two();
        for (channel, beat) in here.beats(&[AgentKey(5)]) {
            there.hear(channel, &beat, now);
        }
        assert_eq!(there.agents_elsewhere(), HashSet::from([AgentKey(5)]));
        assert!(there.notice_silence(now + SILENCE * 2));
        assert!(there.agents_elsewhere().is_empty());
    }

    #[test]
    fn a_new_node_hears_of_every_customer_at_once_and_others_part_by_part() {
        let (mut here, mut there, now) = two();
        let call = |node: &mut Node| node.roll_call(|part| vec![CustomerKey(part.into())]);
        assert_eq!(call(&mut here).len(), 1);
        for (channel, beat) in there.beats(&[]) {
            here.hear(channel, &beat, now);
        }
        let mut parts: Vec<_> = call(&mut here)
            .into_iter()
            .map(|(channel, packet)| match there.hear(channel, &packet, now).hint {
                Some((_, Hint::Customers { part, keys })) if keys == [i64::from(part)] => part,
                other => panic!("{other:?}"),
            })
            .collect();
        parts.sort_unstable();
        assert_eq!(parts, (0..PARTS).collect::<Vec<_>>());
        assert_eq!(call(&mut here).len(), 1);
    }

    #[test]
    fn a_node_that_hears_itself_on_every_channel_is_heard() {
        let (mut here, _, began) = two();
        let later = began + SILENCE * 2;
        assert!(!here.is_heard(later));
        let beats = here.beats(&[]);
        for (channel, beat) in &beats[1..] {
            assert_eq!(here.hear(*channel, beat, later), Heard::default());
        }
        assert!(!here.is_heard(later), "one channel is dead");
        here.hear(beats[0].0, &beats[0].1, later);
        assert!(here.is_heard(later));
    }

    #[test]
    fn what_is_no_packet_is_passed_over() {
        let (mut here, _, now) = two();
        for junk in ["", "{}", "\u{0}", r#"{"node":1}"#] {
            assert_eq!(here.hear(0, junk.as_bytes(), now), Heard::default());
        }
    }
}
