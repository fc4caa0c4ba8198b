//! Migrations are compiled in: a new file among them means compiling again.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
