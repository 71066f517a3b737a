//! What expressions may ask of the world: names, sequences, the clock.
//!
//! ```text
//!   Scalar::eval ─▶ EvalCx ─▶ Host (this) ─▶ nextval('s')     a key of its own, bumped outside the transaction
//!                                          ─▶ 't'::REGCLASS    the statement's snapshot of the catalog
//! ```
//!
//! Shape: made for one evaluation from disjoint borrows of [`Cx`]. A sequence is bumped by a transaction of its own,
//! so a rollback does not give numbers back. *Source*: CockroachDB's pages on sequences.

use std::sync::Arc;

use base::hlc::Clock;
use base::ids::DescId;
use base::map::Map;
use base::sqlstate::SqlState;

use crate::ast::ObjectName;
use crate::catalog::Snapshot;
use crate::catalog::descpb::SequenceOpts;
use crate::catalog::names;
use crate::cx::Cx;
use crate::row;
use crate::rules::Version;
use crate::session::{Session, TxnState};
use crate::types::expr::{EvalCx, Host, SequenceOp, SequenceRef};
use crate::types::time::TextCx;
use crate::types::{Datum, Error, OidKind};

/// Answers expressions.
struct ExecHost<'a> {
    kv: &'a mut kv::Kv,
    clock: &'a mut Clock,
    txn: &'a mut TxnState,
    snapshot: Option<Arc<Snapshot>>,
    scope: names::Scope<'a>,
    sequence_values: &'a mut Map<DescId, i64>,
    last_sequence: &'a mut Option<DescId>,
    vars: &'a Map<String, String>,
}

impl Cx<'_> {
    /// Runs `f` with everything that an expression may ask for.
    pub fn with_eval<R>(&mut self, f: impl FnOnce(&mut EvalCx<'_>) -> R) -> R {
        let txn_time = self.txn_at();
        let Session {
            user,
            database,
            search_path,
            vars,
            zone_secs,
            txn,
            stmt_at,
            snapshot,
            sequence_values,
            last_sequence,
            ..
        } = &mut *self.session;
        let logical_time = match &*txn {
            TxnState::Open(open) | TxnState::Aborted(open) => open.kv.read_ts(),
            TxnState::Idle => *stmt_at,
        };
        let scope = names::Scope { database, search_path, user };
        let mut host = ExecHost {
            kv: self.kv,
            clock: self.clock,
            txn,
            snapshot: snapshot.clone(),
            scope,
            sequence_values,
            last_sequence,
            vars,
        };
        let mut eval = EvalCx {
            stmt_time: *stmt_at,
            txn_time,
            logical_time,
            zone_secs: *zone_secs,
            rng: self.rng,
            ints: self.ints,
            node: self.node,
            cluster_id: self.cluster_id,
            user,
            database,
            search_path,
            version: version_text(self.rules.version()),
            host: &mut host,
        };
        f(&mut eval)
    }

    /// What reading a literal time depends on.
    pub fn text_cx(&self) -> TextCx {
        TextCx { now: self.txn_at(), zone_secs: self.session.zone_secs }
    }
}

/// What `version()` answers.
const fn version_text(version: Version) -> &'static str {
    match version {
        Version::V21_2 => "CockroachDB CCL v21.2.17 (Amber, simulated)",
        Version::V26_2 => "CockroachDB CCL v26.2.0 (Amber, simulated)",
    }
}

impl ExecHost<'_> {
    fn find(&self, seq: SequenceRef<'_>) -> Result<(DescId, SequenceOpts, String), Error> {
        let missing = |name: String| Error::Host {
            code: SqlState::UNDEFINED_TABLE,
            message: format!("relation \"{name}\" does not exist"),
            hint: None,
        };
        let snapshot = self.snapshot.as_ref().ok_or_else(|| missing(String::new()))?;
        let desc = match seq {
            SequenceRef::Id(id) => {
                snapshot.table_desc(id).ok_or_else(|| missing(id.to_string()))?
            }
            SequenceRef::Name(text) => {
                let name = parse_name(text);
                snapshot.resolve_relation(&name, self.scope).map_err(|cause| host_error(&cause))?
            }
        };
        let Some(opts) = &desc.sequence_opts else {
            return Err(Error::Host {
                code: SqlState::WRONG_OBJECT_TYPE,
                message: format!("\"{}\" is not a sequence", desc.name),
                hint: None,
            });
        };
        Ok((DescId(desc.id), opts.clone(), desc.name.clone()))
    }

    /// Reads and rewrites a sequence's value. `next` answers what is written and what is given back.
    fn change(
        &mut self,
        id: DescId,
        start: i64,
        next: impl Fn(Option<i64>) -> Result<i64, Error>,
    ) -> Result<i64, Error> {
        let key = row::sequence_key(id.0);
        // A sequence that this transaction made is not yet there for others.
        let own = match self.txn {
            TxnState::Open(open) if open.changed_schema => Some(&mut open.kv),
            TxnState::Open(_) | TxnState::Idle | TxnState::Aborted(_) => None,
        };
        let _ = start;
        if let Some(txn) = own {
            return bump(self.kv, txn, &key, &next);
        }
        let mut txn = self.kv.begin(self.clock.tick()).autocommit();
        match bump(self.kv, &mut txn, &key, &next) {
            Ok(value) => {
                let now = self.clock.tick();
                self.kv.commit(txn, now).map_err(|cause| kv_error(&cause))?;
                Ok(value)
            }
            Err(refused) => {
                self.kv.rollback(txn);
                Err(refused)
            }
        }
    }
}

fn bump(
    kv: &mut kv::Kv,
    txn: &mut kv::Txn,
    key: &[u8],
    next: &impl Fn(Option<i64>) -> Result<i64, Error>,
) -> Result<i64, Error> {
    let known = kv.get(txn, key).map_err(|cause| kv_error(&cause))?;
    let known = known.map(|value| row::decode_sequence(&value)).transpose()?;
    let value = next(known)?;
    let bytes = row::sequence_value(key, value);
    kv.put(txn, key, &bytes).map_err(|cause| kv_error(&cause))?;
    Ok(value)
}

impl Host for ExecHost<'_> {
    fn sequence(&mut self, seq: SequenceRef<'_>, op: SequenceOp) -> Result<i64, Error> {
        let (id, opts, name) = self.find(seq)?;
        match op {
            SequenceOp::Current => {
                self.sequence_values.get(&id).copied().ok_or_else(|| Error::Host {
                    code: SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
                    message: format!(
                        "currval of sequence \"{name}\" is not yet defined in this session"
                    ),
                    hint: None,
                })
            }
            SequenceOp::Next => {
                let value = self.change(id, opts.start, |known| next_of(&opts, known, &name))?;
                self.sequence_values.insert(id, value);
                *self.last_sequence = Some(id);
                Ok(value)
            }
            SequenceOp::Set(value, used) => {
                if value < opts.min_value || value > opts.max_value {
                    return Err(Error::Host {
                        code: SqlState::NUMERIC_VALUE_OUT_OF_RANGE,
                        message: format!(
                            "value {value} is out of bounds for sequence \"{name}\" ({}..{})",
                            opts.min_value, opts.max_value
                        ),
                        hint: None,
                    });
                }
                let stored = if used { value } else { value - opts.increment };
                self.change(id, opts.start, |_| Ok(stored))?;
                if used {
                    self.sequence_values.insert(id, value);
                    *self.last_sequence = Some(id);
                }
                Ok(value)
            }
        }
    }

    fn last_value(&mut self) -> Result<i64, Error> {
        self.last_sequence.and_then(|id| self.sequence_values.get(&id).copied()).ok_or_else(|| {
            Error::Refused {
                code: SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE,
                message: "lastval is not yet defined in this session".to_owned(),
                hint: None,
            }
        })
    }

    fn object_id(&mut self, kind: OidKind, name: &str) -> Result<Option<u32>, Error> {
        let Some(snapshot) = &self.snapshot else { return Ok(None) };
        let parsed = parse_name(name);
        Ok(match kind {
            OidKind::Regclass => {
                snapshot.resolve_relation(&parsed, self.scope).ok().map(|desc| desc.id)
            }
            OidKind::Regtype => snapshot
                .resolve_type(&parsed, self.scope)
                .ok()
                .map(|desc| desc.id + crate::types::oid::USER_TYPE_BASE),
            OidKind::Regnamespace => {
                snapshot.resolve_schema(&parsed, self.scope).ok().map(|place| place.schema)
            }
            OidKind::Oid | OidKind::Regproc | OidKind::Regrole => None,
        })
    }

    fn object_name(&mut self, kind: OidKind, id: u32) -> Option<String> {
        let snapshot = self.snapshot.as_ref()?;
        match kind {
            OidKind::Regclass => snapshot.table_desc(id).map(|desc| desc.name.clone()),
            OidKind::Regnamespace => Some(snapshot.schema_name(id).to_owned()),
            OidKind::Regtype => id
                .checked_sub(crate::types::oid::USER_TYPE_BASE)
                .and_then(|id| snapshot.type_desc(id))
                .map(|desc| desc.name.clone()),
            OidKind::Oid | OidKind::Regproc | OidKind::Regrole => None,
        }
    }

    fn call(&mut self, name: &'static str, args: &[Datum]) -> Result<Datum, Error> {
        let about = super::cluster_functions::About {
            snapshot: self.snapshot.as_deref(),
            scope: self.scope,
            vars: self.vars,
        };
        super::cluster_functions::call(name, args, &about)
    }
}

/// The value after `known`, or the first.
fn next_of(opts: &SequenceOpts, known: Option<i64>, name: &str) -> Result<i64, Error> {
    let next = match known {
        None => Some(opts.start),
        Some(value) => value.checked_add(opts.increment),
    };
    let bound = |which: &str, value: i64| Error::Host {
        code: SqlState::SEQUENCE_GENERATOR_LIMIT_EXCEEDED,
        message: format!("reached {which} value of sequence \"{name}\" ({value})"),
        hint: None,
    };
    match next {
        Some(value) if value > opts.max_value => Err(bound("maximum", opts.max_value)),
        Some(value) if value < opts.min_value => Err(bound("minimum", opts.min_value)),
        Some(value) => Ok(value),
        None if opts.increment > 0 => Err(bound("maximum", opts.max_value)),
        None => Err(bound("minimum", opts.min_value)),
    }
}

/// A name in a string: parts between dots, quotes taken off, what is not quoted folded to lower case.
pub fn parse_name(text: &str) -> ObjectName {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut quoted = false;
    for c in text.trim().chars() {
        match c {
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(std::mem::take(&mut part)),
            c if quoted => part.push(c),
            c => part.extend(c.to_lowercase()),
        }
    }
    parts.push(part);
    ObjectName { parts }
}

fn host_error(cause: &crate::catalog::Error) -> Error {
    Error::Host { code: cause.sqlstate(), message: cause.to_string(), hint: cause.hint() }
}

fn kv_error(cause: &kv::Error) -> Error {
    Error::Host {
        code: cause.sqlstate(),
        message: cause.to_string(),
        hint: cause.hint().map(str::to_owned),
    }
}
