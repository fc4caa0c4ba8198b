//! What the hub, the bus and the repair count for those who run them.

use crate::Person;
use crate::hub::{BusState, Place};
use prometheus_client::encoding::{EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// What one hub counts. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    sockets: Family<[(&'static str, &'static str); 1], Gauge>,
    pub(crate) events_told: Counter,
    pub(crate) slow_readers: Counter,
    pub(crate) bus_state: Gauge,
    pub(crate) bus_said: Counter,
    pub(crate) bus_heard: Counter,
    pub(crate) bus_gaps: Counter,
    pub(crate) bus_own_beat: Age,
    pub(crate) looks: Counter,
    pub(crate) last_look: Age,
    pub(crate) behind: Counter,
}

impl Metrics {
    /// Adds them to what is shown.
    pub fn register(&self, registry: &mut Registry) {
        let counters = [
            ("events_told", "Events put into the mailboxes of this node's sockets", &self.events_told),
            ("slow_readers_closed", "Sockets closed because their mailbox was full", &self.slow_readers),
            ("bus_packets_said", "Packets said to the other nodes", &self.bus_said),
            ("bus_packets_heard", "Packets heard of other nodes", &self.bus_heard),
            ("bus_gaps", "Times a missing number or silence showed that packets were lost", &self.bus_gaps),
            ("repair_looks", "Times all that is open was compared with the database", &self.looks),
            ("repair_behind", "Conversations a look found to be behind the database", &self.behind),
        ];
        for (name, help, counter) in counters {
            registry.register(name, help, counter.clone());
        }
        registry.register("sockets_open", "Open sockets, by kind", self.sockets.clone());
        registry.register("bus_state", "The bus: 0 none, 1 up, 2 down", self.bus_state.clone());
        let beat = "Seconds since this node heard its own beat on the bus";
        registry.register("bus_own_beat_age_seconds", beat, self.bus_own_beat.clone());
        let look = "Seconds since all that is open was last compared with the database";
        registry.register("repair_last_look_age_seconds", look, self.last_look.clone());
    }

    /// The sockets of a kind.
    pub(crate) fn sockets(&self, person: Person, place: Place) -> Gauge {
        let kind = match (place, person) {
            (Place::Inbox, _) => "inbox",
            (Place::Conversation(..), Person::Customer(_)) => "customer_chat",
            (Place::Conversation(..), Person::Agent(_)) => "agent_chat",
        };
        self.sockets.get_or_create_owned(&[("kind", kind)])
    }

    pub(crate) fn bus(&self, state: BusState) {
        self.bus_state.set(match state {
            BusState::None => 0,
            BusState::Up => 1,
            BusState::Down => 2,
        });
    }
}

/// How long ago something last happened, as a gauge of seconds; nothing until it has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Age(Arc<Mutex<Option<Instant>>>);

impl Age {
    /// It happens now.
    pub fn renew(&self) {
        self.set(Instant::now());
    }

    /// It happened then.
    pub fn set(&self, at: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    fn seconds(&self) -> Option<f64> {
        let at = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        at.map(|at| at.elapsed().as_secs_f64())
    }
}

impl EncodeMetric for Age {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        self.seconds().map_or(Ok(()), |seconds| encoder.encode_gauge(&seconds))
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Gauge
    }
}
