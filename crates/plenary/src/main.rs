//! The program: subcommands and exit codes. What they do is in `server` and `print`.
//!
//! | code | means |
//! | --- | --- |
//! | 0 | done; `doctor`: nothing stands in a meeting's way |
//! | 1 | something failed, the last line says what |
//! | 2 | the command line or the configuration is wrong |
//! | 3 | `doctor`: something would stop a meeting |

mod command;
mod terminal;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The command line or the configuration is wrong.
const WRONG_USE: u8 = 2;

/// Ask the world, hold the meetings, publish the answer: on servers of your own.
#[derive(Debug, Parser)]
#[command(name = "plenary", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Args)]
struct Place {
    /// The configuration file. Without it, every setting has its default.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder that holds the database, the blobs and the keys.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Starts the server.
    Serve {
        #[command(flatten)]
        place: Place,
        /// Where browsers come in; port 0 takes any.
        #[arg(long, value_name = "ADDRESS")]
        listen: Option<String>,
        /// Makes the demonstration and prints three links to it.
        #[arg(long)]
        demo: bool,
        /// Listens on every interface, with a self-signed certificate.
        #[arg(long)]
        lan: bool,
    },
    /// Sets a document from standard input as PDF on standard output.
    Print {
        /// The folder of fonts.
        #[arg(long, value_name = "DIR")]
        fonts: Option<PathBuf>,
    },
    /// Lists the model packs, checked against their checksums.
    Models {
        #[command(flatten)]
        place: Place,
        /// Takes a pack over from this folder.
        #[arg(long, value_name = "DIR")]
        import: Option<PathBuf>,
    },
    /// Shows an example of the configuration, or checks one.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Says what on this host would stop a meeting, and what to do.
    Doctor {
        #[command(flatten)]
        place: Place,
    },
    /// Mints a new organiser's link; good until revoked, or for so many hours.
    Link {
        #[command(flatten)]
        place: Place,
        /// How long the link is good.
        #[arg(long, value_name = "HOURS")]
        hours: Option<u32>,
    },
    /// Prints the key and the secret that sign access tokens, for LiveKit's server SDKs.
    Keys {
        #[command(flatten)]
        place: Place,
    },
    /// Prints the HTTP contract, as `openapi.json` holds it.
    Contract,
    /// Rebuilds the counts of every survey from its answers.
    Recount {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Prints the documented defaults.
    Example,
    /// Prints the resolved values, secrets hidden.
    Check {
        #[command(flatten)]
        place: Place,
    },
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(WRONG_USE));
        }
    };
    let done = match arguments.command {
        Command::Serve { place, listen, demo, lan } => command::serve(&place, listen, demo, lan),
        Command::Print { fonts } => command::print(fonts),
        Command::Models { place, import } => command::models(&place, import.as_deref()),
        Command::Config { command: ConfigCommand::Example } => {
            command::example();
            Ok(ExitCode::SUCCESS)
        }
        Command::Config { command: ConfigCommand::Check { place } } => command::check(&place),
        Command::Doctor { place } => command::doctor(&place),
        Command::Link { place, hours } => command::link(&place, hours),
        Command::Keys { place } => command::keys(&place),
        Command::Contract => {
            command::contract();
            Ok(ExitCode::SUCCESS)
        }
        Command::Recount { place } => command::recount(&place),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            terminal::complain(&error);
            error.code()
        }
    }
}
