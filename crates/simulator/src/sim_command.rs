//! The lines that begin with `\sim`: time, branches, clusters and faults on buckets.
//!
//! | line | does |
//! |---|---|
//! | `advance 26h` | lets time pass |
//! | `step [N] [statement\|job]` | runs the next things on the agenda |
//! | `until job done\|gc\|'chain(x).broken' [cap 30d]` | lets time pass until something happens |
//! | `goto 10:31\|#12\|@mark` | goes to a moment, back or ahead |
//! | `mark NAME`, `branch NAME`, `branches`, `use NAME` | names moments, leaves and joins lines of them |
//! | `workload start NAME [every 5s..10s]`, `stop [NAME]`, `list` | what writes in the background |
//! | `diff NAME NAME` | where two lines part, and what came of it |
//! | `agenda [N]` | what will happen next |
//! | `cluster new NAME [nodes=N] [share=OTHER] …`, `cluster use NAME`, `cluster list` | clusters |
//! | `bucket ls [URI]` | objects |
//! | `node …`, `partition …`, `heal`, `link …`, `clock …`, `bucket …`, each with `at 10:31` or `in 5m` | faults: module [`fault`] |
//! | `crash` | all nodes of the cluster in use stop and start: sessions end, jobs go on from their rows |
//! | `bucket put URI BASE64`, `add URI BASE64`, `unpack URI URI` | files of one's own: written, made longer, an archive unpacked |
//! | `bucket inspect URI [passphrase=P] [rows] [json]` | what backups lie there, and what is wrong with them |
//! | `kms ls`, `kms disable\|enable\|deny\|delete URI` | master keys of key services and what may befall them |
//! | `range-delete CLUSTER TABLE` | an MVCC range tombstone over a table, as bulk deletions write it |
//! | `play`, `pause` | for a page; a run without one refuses them |
//! | `seed`, `now`, `hash`, `help` | tell about the world |
//!
//! Shape: text → [`Command`]; words are split at spaces, quoted ones keep theirs. Errors: [`Error`], SQLSTATE 42601 or 22023.
//! Source: `spec/time.md` 3.

pub mod fault;
pub mod files;

use base::hlc::{NANOS_PER_SEC, Timestamp};
use base::sqlstate::SqlState;
use cloud::kms::KeyState;

use self::files::Files;
use crate::calendar;

/// Most items that `step` may be asked to run at once.
const STEPS_MAX: u32 = 1_000_000;

/// How long `until` waits unless told: 30 virtual days.
pub const UNTIL_CAP_NANOS: i64 = 30 * 86_400 * NANOS_PER_SEC;

/// What `\sim help` says.
pub const HELP: &str = "\\sim advance 26h                  let time pass
\\sim step [N] [statement|job]      run the next things on the agenda
\\sim until job done [cap 2d]       let time pass until no job runs
\\sim until gc                      … until GC removes something or breaks a chain
\\sim until 'chain(x).broken'       … until a chain of a collection named like x is lost (or .torn)
\\sim goto 10:31 | #12 | @mark      go to a moment, back or ahead
\\sim mark NAME                     name this moment
\\sim branch NAME                   leave the current line at this moment
\\sim branches, \\sim use NAME       lines of moments
\\sim diff NAME NAME                where two of them part, and what came of it
\\sim workload start NAME [every 10s], stop [NAME], list
\\sim agenda [N]                    what will happen next, and what it will break
\\sim cluster new NAME [nodes=N] [share=OTHER]
\\sim cluster use NAME, cluster list
\\sim crash                         all nodes stop and start; jobs go on from their rows
\\sim node N stop|restart|kill|drain|decommission, node join [region=R,az=Z]
\\sim partition 1,2 | 3, heal, link 1 3 +200ms, clock 2 +400ms
\\sim bucket ls [URI], rm URI, flip URI [BYTE], truncate URI [BYTES], cp URI URI
\\sim bucket put URI BASE64, add URI BASE64, unpack URI URI
\\sim bucket inspect URI [passphrase=P] [rows] [json]
\\sim kms ls, kms disable|enable|deny|delete URI
\\sim bucket outage|deny|expire|slow|throttle|lock|allow URI
\\sim … at 10:31 | in 5m            a fault, put off
\\sim now, seed, hash";

/// One command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Lets time pass, in nanoseconds.
    Advance(i64),
    /// Lets time run by itself; only a page can. The text is the rate.
    Play(String),
    /// Stops time that runs by itself.
    Pause,
    /// Runs the next things on the agenda.
    Step(Grain, u32),
    /// Lets time pass until something holds, at most so many nanoseconds.
    Until(Condition, i64),
    /// Goes to a moment.
    Goto(Place),
    /// Names this moment.
    Mark(String),
    /// Leaves the current line at this moment for a new one.
    Branch(String),
    /// Lists the lines of moments.
    Branches,
    /// Goes to the end of a line.
    Use(String),
    /// Compares the ends of two lines.
    Diff(String, String),
    /// Lists the workloads of the cluster in use, and those that can be started.
    Workloads,
    /// Starts a workload of a scenario, writing at these intervals if told.
    WorkloadStart(String, Option<String>),
    /// Ends one workload or all.
    WorkloadStop(Option<String>),
    /// Lists what is to come, at most so many items.
    Agenda(u32),
    /// Makes a cluster.
    ClusterNew(NewCluster),
    /// Turns the shell to a cluster.
    ClusterUse(String),
    /// Lists the clusters.
    ClusterList,
    /// Lists objects under a URI.
    BucketLs(String),
    /// All nodes of the cluster in use stop and start again.
    Crash,
    /// Files of one's own.
    Files(Files),
    /// Lists the master keys.
    KmsLs,
    /// Lets something befall a master key.
    Kms(KeyState, String),
    /// Something befalls the world, now or at a time.
    Fault(fault::Planned),
    /// Deletes all keys of a table of a cluster by one MVCC range tombstone, as IMPORT's undo and the like do.
    RangeDelete(String, String),
    /// Tells the seed.
    Seed,
    /// Begins again with another seed, as a new branch.
    Reseed(u64),
    /// Tells the time.
    Now,
    /// Tells the state hash.
    Hash,
    /// Lists the commands.
    Help,
}

/// What one step is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grain {
    /// One item of the agenda.
    Item,
    /// Until a waiting statement has its answer.
    Statement,
    /// One step of a job.
    Job,
}

/// What `until` waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Condition {
    /// No job runs.
    JobsDone,
    /// GC collects something, or moves a threshold past a chain's end.
    Gc,
    /// A chain of a collection whose URI holds this text can no longer be extended because its TTL passed.
    ChainTorn(String),
    /// A chain of a collection whose URI holds this text is lost for good.
    ChainBroken(String),
}

/// Where `goto` goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// A moment as written: read against the clock when it is used.
    Time(String),
    /// After the input with this number, from 1; 0 is the beginning.
    Input(u64),
    /// A named moment.
    Mark(String),
}

/// What a new cluster is to be like.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewCluster {
    /// Its name.
    pub name: String,
    /// Number of nodes.
    pub nodes: u32,
    /// Localities, one a node; empty gives each node its own zone of one region.
    pub localities: Vec<String>,
    /// Uses the nodelocal storage of this cluster.
    pub share: Option<String>,
    /// Non-admins may use storage with implicit access.
    pub implicit_access: bool,
}

/// Why a line is no command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// The first word is none of ours.
    Unknown {
        /// The word.
        word: String,
    },
    /// Something is missing.
    Missing {
        /// What, as the table above names it.
        what: &'static str,
    },
    /// A word that does not fit.
    Bad {
        /// What it should be.
        what: &'static str,
        /// The word.
        word: String,
    },
    /// More words than the command takes.
    TooMany {
        /// The first word too many.
        word: String,
    },
}

impl Error {
    /// 42601 for a line that is no command, 22023 for a value that does not fit.
    pub fn sqlstate(&self) -> SqlState {
        match self {
            Self::Unknown { .. } | Self::Missing { .. } | Self::TooMany { .. } => {
                SqlState::SYNTAX_ERROR
            }
            Self::Bad { .. } => SqlState::INVALID_PARAMETER_VALUE,
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown { word } => write!(f, "unknown \\sim command \"{word}\""),
            Self::Missing { what } => write!(f, "\\sim: {what} is missing"),
            Self::Bad { what, word } => write!(f, "\\sim: \"{word}\" is not {what}"),
            Self::TooMany { word } => write!(f, "\\sim: unexpected \"{word}\""),
        }
    }
}

/// Reads a line, with or without `\sim` before it.
///
/// *Errors*: unknown commands, missing or unfitting words.
pub fn parse(line: &str) -> Result<Command, Error> {
    let mut words = Words::split(line);
    if matches!(words.peek(), Some("\\sim")) {
        words.next();
    }
    let first = words.next();
    if let Some(planned) = fault::parse(first.as_deref().unwrap_or_default(), &mut words)? {
        return words.end(Command::Fault(planned));
    }
    let command = match first.as_deref() {
        None | Some("help" | "?") => Command::Help,
        Some("advance" | "adv") => Command::Advance(words.length("a length of time")?),
        Some("play") => Command::Play(words.next().unwrap_or_default()),
        Some("pause") => Command::Pause,
        Some("step") => step(&mut words)?,
        Some("until") => until(&mut words)?,
        Some("goto") => Command::Goto(place(&mut words)?),
        Some("mark") => Command::Mark(words.want("a name")?),
        Some("branch") => Command::Branch(words.want("a name")?),
        Some("branches") => Command::Branches,
        Some("use") => Command::Use(words.want("a branch")?),
        Some("workload") => workload(&mut words)?,
        Some("diff") => Command::Diff(words.want("a branch")?, words.want("a second branch")?),
        Some("agenda") => Command::Agenda(words.number("a number of items")?.unwrap_or(20)),
        Some("cluster") => cluster(&mut words)?,
        Some("bucket") if words.peek().is_some_and(|verb| files::VERBS.contains(&verb)) => {
            Command::Files(files::parse(&mut words)?)
        }
        Some("bucket") => {
            words.next();
            // `ls` alone lists all there is.
            Command::BucketLs(words.next().unwrap_or_default())
        }
        Some("kms") => kms(&mut words)?,
        Some("range-delete") => {
            Command::RangeDelete(words.want("a cluster's name")?, words.want("a table's name")?)
        }
        Some("crash") => Command::Crash,
        Some("seed") => Command::Seed,
        Some("reseed") => {
            Command::Reseed(words.number("a seed")?.ok_or(Error::Missing { what: "a seed" })?)
        }
        Some("now") => Command::Now,
        Some("hash") => Command::Hash,
        Some(other) => return Err(Error::Unknown { word: other.to_owned() }),
    };
    words.end(command)
}

fn step(words: &mut Words) -> Result<Command, Error> {
    let mut count = 1;
    let mut grain = Grain::Item;
    while let Some(word) = words.next() {
        match word.as_str() {
            "statement" => grain = Grain::Statement,
            "job" => grain = Grain::Job,
            "item" | "event" => grain = Grain::Item,
            other => {
                count = other
                    .parse()
                    .ok()
                    .filter(|n| (1..=STEPS_MAX).contains(n))
                    .ok_or(Error::Bad { what: "a number of steps", word: other.to_owned() })?;
            }
        }
    }
    Ok(Command::Step(grain, count))
}

fn until(words: &mut Words) -> Result<Command, Error> {
    let condition = match words.want("a condition")?.as_str() {
        "job" | "jobs" => match words.next().as_deref() {
            Some("done") | None => Condition::JobsDone,
            Some(other) => {
                return Err(Error::Bad { what: "\"done\"", word: other.to_owned() });
            }
        },
        "gc" => Condition::Gc,
        other => chain_condition(other)?,
    };
    let cap = match words.next().as_deref() {
        None => UNTIL_CAP_NANOS,
        Some("cap") => words.length("a length of time")?,
        Some(other) => return Err(Error::TooMany { word: other.to_owned() }),
    };
    Ok(Command::Until(condition, cap))
}

/// `chain(x).broken` and `chain(x).torn`.
fn chain_condition(word: &str) -> Result<Condition, Error> {
    let bad = || Error::Bad {
        what: "a condition (job done, gc, 'chain(x).torn', 'chain(x).broken')",
        word: word.to_owned(),
    };
    let rest = word.strip_prefix("chain(").ok_or_else(bad)?;
    let (name, state) = rest.split_once(')').ok_or_else(bad)?;
    match state {
        ".torn" => Ok(Condition::ChainTorn(name.to_owned())),
        ".broken" => Ok(Condition::ChainBroken(name.to_owned())),
        _ => Err(bad()),
    }
}

fn place(words: &mut Words) -> Result<Place, Error> {
    let word = words.want("a moment")?;
    if let Some(number) = word.strip_prefix('#') {
        let number = number
            .parse()
            .map_err(|_| Error::Bad { what: "the number of an input", word: word.clone() })?;
        return Ok(Place::Input(number));
    }
    if let Some(mark) = word.strip_prefix('@') {
        return Ok(Place::Mark(mark.to_owned()));
    }
    // `goto 2022-04-01 10:31` without quotes: the second word is the time of day.
    let text = match words.next() {
        Some(time) => format!("{word} {time}"),
        None => word,
    };
    if calendar::parse_moment(&text, Timestamp::from_secs(1)).is_none() {
        return Err(Error::Bad {
            what: "a moment (10:31, 2022-04-01 10:31, #12, @mark)",
            word: text,
        });
    }
    Ok(Place::Time(text))
}

fn cluster(words: &mut Words) -> Result<Command, Error> {
    match words.want("new, use or list")?.as_str() {
        "new" => new_cluster(words),
        "use" => Ok(Command::ClusterUse(words.want("a cluster's name")?)),
        "list" | "ls" => Ok(Command::ClusterList),
        other => Err(Error::Bad { what: "new, use or list", word: other.to_owned() }),
    }
}

fn workload(words: &mut Words) -> Result<Command, Error> {
    match words.next().as_deref() {
        None | Some("list" | "ls") => Ok(Command::Workloads),
        Some("stop") => Ok(Command::WorkloadStop(words.next())),
        Some("start") => {
            let name = words.want("a workload's name")?;
            let every = match words.next().as_deref() {
                None => None,
                Some("every") => Some(words.want("a length of time")?),
                Some(other) => return Err(Error::TooMany { word: other.to_owned() }),
            };
            Ok(Command::WorkloadStart(name, every))
        }
        Some(other) => Err(Error::Bad { what: "start, stop or list", word: other.to_owned() }),
    }
}

fn new_cluster(words: &mut Words) -> Result<Command, Error> {
    let mut new = NewCluster {
        name: words.want("a cluster's name")?,
        nodes: 3,
        localities: Vec::new(),
        share: None,
        implicit_access: false,
    };
    while let Some(word) = words.next() {
        match word.split_once('=') {
            Some(("nodes", n)) => {
                new.nodes = n.parse().ok().filter(|n| (1..=64).contains(n)).ok_or(Error::Bad {
                    what: "a number of nodes from 1 to 64",
                    word: n.to_owned(),
                })?;
            }
            Some(("share", other)) => new.share = Some(other.to_owned()),
            Some(("localities", list)) => {
                new.localities = list.split(';').map(str::to_owned).collect();
                new.nodes = base::num::to_u32(new.localities.len());
            }
            None if word == "implicit-access" => new.implicit_access = true,
            Some(_) | None => {
                return Err(Error::Bad {
                    what: "nodes=N, localities=L;L, share=CLUSTER or implicit-access",
                    word,
                });
            }
        }
    }
    Ok(Command::ClusterNew(new))
}

fn kms(words: &mut Words) -> Result<Command, Error> {
    const VERBS: &str = "ls, disable, enable, deny or delete";
    let verb = words.want(VERBS)?;
    let state = match verb.as_str() {
        "ls" => return Ok(Command::KmsLs),
        "disable" => KeyState::Disabled,
        "enable" => KeyState::Enabled,
        "deny" => KeyState::Denied,
        "delete" => KeyState::Deleted,
        _ => return Err(Error::Bad { what: VERBS, word: verb }),
    };
    Ok(Command::Kms(state, words.want("a URI")?))
}

/// The words of a line; quotes keep spaces together.
struct Words {
    words: std::iter::Peekable<std::vec::IntoIter<String>>,
}

impl Words {
    fn split(line: &str) -> Self {
        let mut words = Vec::new();
        let mut word: Option<String> = None;
        let mut quote: Option<char> = None;
        for c in line.trim().trim_end_matches(';').chars() {
            match quote {
                Some(q) if c == q => quote = None,
                None if c == '\'' || c == '"' => {
                    quote = Some(c);
                    word.get_or_insert_default();
                }
                None if c.is_whitespace() => words.extend(word.take()),
                Some(_) | None => word.get_or_insert_default().push(c),
            }
        }
        words.extend(word);
        Self { words: words.into_iter().peekable() }
    }

    /// The command, if nothing stands behind it.
    fn end(mut self, command: Command) -> Result<Command, Error> {
        match self.words.next() {
            None => Ok(command),
            Some(word) => Err(Error::TooMany { word }),
        }
    }

    fn peek(&mut self) -> Option<&str> {
        self.words.peek().map(String::as_str)
    }

    fn next(&mut self) -> Option<String> {
        self.words.next()
    }

    fn want(&mut self, what: &'static str) -> Result<String, Error> {
        self.words.next().ok_or(Error::Missing { what })
    }

    /// All remaining words up to an option as one length: `26h`, `1h 30m`.
    fn length(&mut self, what: &'static str) -> Result<i64, Error> {
        let mut text = self.want(what)?;
        while let Some(more) =
            self.words.next_if(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        {
            text.push(' ');
            text.push_str(&more);
        }
        match calendar::parse_length(&text) {
            Some(nanos) => Ok(nanos),
            None => Err(Error::Bad { what, word: text }),
        }
    }

    fn number<N: std::str::FromStr>(&mut self, what: &'static str) -> Result<Option<N>, Error> {
        match self.words.next() {
            None => Ok(None),
            Some(word) => word.parse().map(Some).map_err(|_| Error::Bad { what, word }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fault::{Fault, NodeVerb, Planned, StoreVerb, When};
    use super::*;

    fn now(fault: Fault) -> Command {
        Command::Fault(Planned { fault, when: None })
    }

    #[test]
    fn reads_the_commands_of_the_sheet() {
        for (line, command) in [
            ("\\sim advance 26h", Command::Advance(26 * 3600 * NANOS_PER_SEC)),
            ("advance 1h 30m", Command::Advance(5400 * NANOS_PER_SEC)),
            ("\\sim step 3", Command::Step(Grain::Item, 3)),
            ("\\sim step job", Command::Step(Grain::Job, 1)),
            ("\\sim until job done", Command::Until(Condition::JobsDone, UNTIL_CAP_NANOS)),
            (
                "\\sim until 'chain(b).broken' cap 2d",
                Command::Until(Condition::ChainBroken("b".into()), 2 * 86_400 * NANOS_PER_SEC),
            ),
            ("\\sim goto 10:31", Command::Goto(Place::Time("10:31".into()))),
            ("\\sim goto #12", Command::Goto(Place::Input(12))),
            ("\\sim goto @before-gc", Command::Goto(Place::Mark("before-gc".into()))),
            (
                "\\sim bucket flip 's3://b/x y?AUTH=implicit' 20",
                now(Fault::Flip("s3://b/x y?AUTH=implicit".into(), Some(20))),
            ),
            ("\\sim node 2 stop", now(Fault::Node(2, NodeVerb::Stop))),
            ("\\sim partition 1,2 | 3", now(Fault::Partition(vec![vec![1, 2], vec![3]]))),
            ("\\sim clock 2 +400ms", now(Fault::Clock(2, 400_000_000))),
            (
                "\\sim bucket deny s3://b at 10:31",
                Command::Fault(Planned {
                    fault: Fault::Store(StoreVerb::Deny, "s3://b".into()),
                    when: Some(When::At("10:31".into())),
                }),
            ),
        ] {
            assert_eq!(parse(line), Ok(command), "{line}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (line, text) in [
            ("\\sim fly", "unknown \\sim command \"fly\""),
            ("\\sim advance", "\\sim: a length of time is missing"),
            ("\\sim advance soon", "\\sim: \"soon\" is not a length of time"),
            ("\\sim seed 3", "\\sim: unexpected \"3\""),
            ("\\sim node two stop", "\\sim: \"two\" is not a node's number"),
            ("\\sim heal 2", "\\sim: unexpected \"2\""),
        ] {
            assert_eq!(parse(line).unwrap_err().to_string(), text);
        }
    }
}
