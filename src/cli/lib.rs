//! The commands: one file a command; what they print goes through `output`, how they fail through `failure`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

mod before;
mod commands;
mod ending;
mod failure;
pub mod input;
mod output;
mod progress;
mod standard;

use output::Output;

/// Sổ cái thi hành án: a ledger of civil-judgment enforcement that can be verified.
#[derive(Parser, Debug)]
#[command(name = "thads", version, propagate_version = true)]
struct Cli {
    /// The ledger's directory.
    #[arg(long, global = true, env = "THADS_DATA", default_value = "./thads-data", value_name = "DIR")]
    data: PathBuf,
    /// Print JSON: one document, or one a line.
    #[arg(long, global = true)]
    json: bool,
    /// The language of reports and refusals.
    #[arg(long, global = true, value_enum, default_value = "vi")]
    lang: Lang,
    /// No remarks on standard error.
    #[arg(long, global = true)]
    quiet: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Lang {
    Vi,
    En,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Generate Đồng Tháp's six months, report, verify, and serve until Ctrl-C.
    Demo(commands::demo::Args),
    /// Create a real ledger: name, origin, keys, first office and its head.
    Init(commands::init::Args),
    /// Serve the API.
    Serve(commands::serve::Args),
    /// Record actions from JSON lines.
    Record(commands::record::Args),
    /// Show one case.
    Case(commands::case::Args),
    /// List cases.
    Cases(commands::cases::Args),
    /// Print the records, decoded, one JSON object a line.
    Log(commands::log::Args),
    /// Print a period's tables.
    Report(commands::report::Args),
    /// Print one figure, or the cases or events that it counts.
    Figure(commands::figure::Args),
    /// Replay a period day by day.
    Replay(commands::replay::Args),
    /// Import a case-action log in CSV by a mapping file.
    Import(commands::import::Args),
    /// Verify the whole history; exit status 3 when something is wrong.
    Verify(commands::verify::Args),
    /// Copy the ledger into a folder: what it lacks, verified, also while a server writes.
    Backup(commands::backup::Args),
    /// Make an empty data directory from a backup: all of it, or as it was.
    Restore(commands::restore::Args),
    /// Print a signed checkpoint.
    Checkpoint,
    /// Say what is wrong with the directory, mend it from the better copy, verify it.
    Doctor(commands::doctor::Args),
    /// Fold every projection from nothing.
    Rebuild(commands::rebuild::Args),
}

impl Command {
    /// The files, besides those of the data directory, that it reads, and the folders whose files it reads or writes.
    fn places(&self) -> Vec<&Path> {
        match self {
            Command::Backup(args) => vec![&args.dir],
            Command::Restore(args) => vec![&args.dir],
            Command::Record(args) => vec![&args.file],
            Command::Import(args) => args.files.iter().chain([&args.mapping]).map(PathBuf::as_path).collect(),
            Command::Verify(args) => args.checkpoint.iter().map(PathBuf::as_path).collect(),
            Command::Demo(_)
            | Command::Init(_)
            | Command::Serve(_)
            | Command::Case(_)
            | Command::Cases(_)
            | Command::Log(_)
            | Command::Report(_)
            | Command::Figure(_)
            | Command::Replay(_)
            | Command::Checkpoint
            | Command::Doctor(_)
            | Command::Rebuild(_) => Vec::new(),
        }
    }

    /// Whether it answers from the log and mends nothing.
    fn reads_only(&self) -> bool {
        match self {
            Command::Case(_)
            | Command::Cases(_)
            | Command::Log(_)
            | Command::Report(_)
            | Command::Figure(_)
            | Command::Replay(_)
            | Command::Checkpoint
            | Command::Rebuild(_) => true,
            Command::Demo(_)
            | Command::Init(_)
            | Command::Serve(_)
            | Command::Record(_)
            | Command::Import(_)
            | Command::Verify(_)
            | Command::Backup(_)
            | Command::Restore(_)
            | Command::Doctor(_) => false,
        }
    }
}

/// Runs the program with the process's own arguments and returns its exit code: 0 done, 1 refused or failed, 2 usage,
/// 3 evidence of damage or tampering.
pub fn run() -> ExitCode {
    // First of all: a signal that came before would leave what it finds.
    let mut ending = ending::Ending::listen();
    thads_ledger::keep_private();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(says) => return usage(&says),
    };
    let language = match cli.lang {
        Lang::Vi => thads_service::json::Language::Vi,
        Lang::En => thads_service::json::Language::En,
    };
    let output = Output { json: cli.json, quiet: cli.quiet, language };
    let data = cli.data.as_path();
    if !matches!(cli.command, Command::Serve(_)) {
        ending.at_once();
    }
    if let Err(refused) = before::look(data, &cli.command.places()) {
        // Where the word itself would go into what is kept, the exit status alone says it.
        return refused.map_or(ExitCode::FAILURE, |fault| fault.failure(&output).report(&output));
    }
    if cli.command.reads_only() {
        commands::say_second_copy(data, &output);
    }
    let done = match cli.command {
        Command::Demo(args) => commands::demo::run(data, &output, &args, &mut ending),
        Command::Init(args) => commands::init::run(data, &output, &args),
        Command::Serve(args) => commands::serve::run(data, &output, &args, &mut ending),
        Command::Record(args) => commands::record::run(data, &output, &args),
        Command::Case(args) => commands::case::run(data, &output, &args),
        Command::Cases(args) => commands::cases::run(data, &output, &args),
        Command::Log(args) => commands::log::run(data, &output, &args),
        Command::Report(args) => commands::report::run(data, &output, &args),
        Command::Figure(args) => commands::figure::run(data, &output, &args),
        Command::Replay(args) => commands::replay::run(data, &output, &args),
        Command::Import(args) => commands::import::run(data, &output, &args),
        Command::Verify(args) => commands::verify::run(data, &output, &args),
        Command::Backup(args) => commands::backup::run(data, &output, &args),
        Command::Restore(args) => commands::restore::run(data, &output, &args),
        Command::Checkpoint => commands::checkpoint::run(data, &output),
        Command::Doctor(args) => commands::doctor::run(data, &output, &args),
        Command::Rebuild(args) => commands::rebuild::run(data, &output, &args),
    };
    ending.leave_the_last_word();
    match done.and_then(|()| output::all_written()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(&output),
    }
}

/// Prints what was asked instead of a command (`--help`, `--version`), or what is wrong with the arguments.
fn usage(says: &clap::Error) -> ExitCode {
    let said = output::usage(says);
    // A usage error that cannot be said is still one.
    match said.and_then(|()| if says.use_stderr() { Ok(()) } else { output::all_written() }) {
        Ok(()) => u8::try_from(says.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from),
        Err(unwritten) => unwritten.report(&Output {
            json: false,
            quiet: false,
            language: thads_service::json::Language::En,
        }),
    }
}
