//! Compiles what nginx knows into tables, so that the program reads no YAML when it starts.

use std::error::Error;

#[path = "build/catalogue.rs"]
mod catalogue;
#[path = "build/emit.rs"]
mod emit;
#[path = "build/endpoints.rs"]
mod endpoints;

fn main() -> Result<(), Box<dyn Error>> {
    catalogue::compile()?;
    endpoints::compile()
}
