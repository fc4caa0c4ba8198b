//! Proof and measure: a checker of histories that kills the program while people talk, and a load generator with
//! yardsticks beside every figure. Both use the real program through its public interface alone; only what fills databases
//! beforehand uses the store itself.

pub mod check;
pub mod cli;
pub mod cluster;
pub mod faults;
pub mod generate;
pub mod history;
pub mod prove;
pub mod proxy;
pub mod random;
pub mod rest;
pub mod run;
pub mod socket;
