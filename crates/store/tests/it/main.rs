//! The store on both databases: SQLite in a file, PostgreSQL in a cluster of its own.

mod crash;
mod disk;
mod group;
mod nouns;
mod postgres;
mod schema;
mod seal;
mod world;
