//! What both WebSocket routes share: who may open one, and the line to whoever did.

mod line;
mod upgrade;

pub use line::{Incoming, Line, refusal};
pub use upgrade::{FRAME_BYTES, READ_BYTES, Upgrade, tuned};
