//! The table of functions: who may call what with which types.
//!
//! ```text
//!   f("left", &[S, I], Ret::T(STRING), code)       name, parameters, result, code
//! ```
//!
//! Shape: the tables stand in [`super::builtins`], each a plain list of [`Overload`]s; a call is resolved by going through
//! them once. A function about the cluster has no code here: it is passed to [`super::Host::call`].

use super::EvalCx;
use super::builtins::TABLES;
use super::literal::Open;
use crate::types::{Datum, Error, Family, Type};
use base::sort;

/// Code of a function.
pub type EvalFn = fn(&[Datum], &mut EvalCx<'_>) -> Result<Datum, Error>;

/// What a parameter takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Param {
    /// A family.
    Is(Family),
    /// Anything.
    Any,
    /// What the elements of the call's array argument are.
    Elem,
}

/// What a function gives.
#[derive(Clone, Debug)]
pub enum Ret {
    /// Always this type.
    T(Type),
    /// An array of this type.
    ArrayOf(Type),
    /// An array of the type of an argument.
    ArrayOfArg(usize),
    /// The type of an argument.
    Arg(usize),
    /// The element type of an argument.
    Elem(usize),
}

/// One way to call a function.
#[derive(Debug)]
pub struct Overload {
    /// The function, lower case; with `crdb_internal.` where it belongs.
    pub name: &'static str,
    /// The parameters in order.
    pub params: &'static [Param],
    /// Whether the last parameter may be given any number of times.
    pub variadic: bool,
    /// What it gives.
    pub ret: Ret,
    /// Whether equal arguments always give equal values.
    pub immutable: bool,
    /// Whether it is called with NULL too; else NULL gives NULL.
    pub null_ok: bool,
    /// Its code; absent for those that the host answers.
    pub eval: Option<EvalFn>,
}

impl Overload {
    /// The same, but its value may differ from call to call.
    pub(super) const fn volatile(mut self) -> Self {
        self.immutable = false;
        self
    }

    /// The same, but NULL is an argument like any other.
    pub(super) const fn null_ok(mut self) -> Self {
        self.null_ok = true;
        self
    }

    /// The same, but the last parameter may be given any number of times.
    pub(super) const fn variadic(mut self) -> Self {
        self.variadic = true;
        self
    }

    /// Calls it.
    ///
    /// *Errors*: what it refuses.
    pub fn call(&self, args: &[Datum], cx: &mut EvalCx<'_>) -> Result<Datum, Error> {
        let value = match self.eval {
            Some(eval) => eval(args, cx)?,
            None => cx.host.call(self.name, args)?,
        };
        match &value {
            Datum::Decimal(decimal) if !decimal.is_held() => {
                Err(Error::OutOfRange("exponent out of range".to_owned()))
            }
            _ => Ok(value),
        }
    }

    fn param(&self, at: usize) -> Option<Param> {
        self.params.get(at).or_else(|| self.params.last().filter(|_| self.variadic)).copied()
    }

    fn takes_count(&self, count: usize) -> bool {
        count == self.params.len() || self.variadic && count + 1 >= self.params.len()
    }

    /// How well the arguments fit: nothing if they do not.
    fn score(&self, args: &[Arg]) -> Option<u32> {
        if !self.takes_count(args.len()) {
            return None;
        }
        let mut score = 0;
        for (at, arg) in args.iter().enumerate() {
            score += match (self.param(at)?, arg) {
                (Param::Any | Param::Elem, _) | (_, Arg::Typed(Type::Unknown)) => 1,
                (Param::Is(family), Arg::Typed(ty)) if ty.family() == family => 3,
                (Param::Is(family), Arg::Open(open)) if open.own() == family => 3,
                (Param::Is(family), Arg::Open(open)) if open.may_be(family) => 1,
                _ => return None,
            };
        }
        Some(score)
    }

    /// The type that an argument should take, if the parameter says one.
    pub(super) fn wanted(&self, at: usize) -> Option<Type> {
        match self.param(at)? {
            Param::Is(family) => of_family(family),
            Param::Any | Param::Elem => None,
        }
    }

    /// Whether the parameter takes what the elements of the array argument are.
    pub(super) fn is_elem(&self, at: usize) -> bool {
        self.param(at) == Some(Param::Elem)
    }

    /// The type of the result.
    pub(super) fn result(&self, args: &[Type]) -> Type {
        match &self.ret {
            Ret::T(ty) => ty.clone(),
            Ret::ArrayOf(ty) => Type::array(ty.clone()),
            Ret::ArrayOfArg(at) => Type::array(args.get(*at).cloned().unwrap_or(Type::Unknown)),
            Ret::Arg(at) => args.get(*at).cloned().unwrap_or(Type::Unknown),
            Ret::Elem(at) => match args.get(*at) {
                Some(Type::Array(element)) => (**element).clone(),
                _ => Type::Unknown,
            },
        }
    }
}

/// The plain type of a family.
pub(super) fn of_family(family: Family) -> Option<Type> {
    Some(match family {
        Family::Bool => Type::Bool,
        Family::Int => Type::INT,
        Family::Float => Type::FLOAT,
        Family::Decimal => Type::DECIMAL,
        Family::String => Type::STRING,
        Family::Bytes => Type::Bytes,
        Family::Date => Type::Date,
        Family::Time => Type::Time(None),
        Family::TimeTz => Type::TimeTz(None),
        Family::Timestamp => Type::TIMESTAMP,
        Family::TimestampTz => Type::TIMESTAMPTZ,
        Family::Interval => Type::Interval,
        Family::Uuid => Type::Uuid,
        Family::Inet => Type::Inet,
        Family::Json => Type::Json,
        Family::Array => Type::array(Type::STRING),
        Family::Oid => Type::OID,
        Family::Bit => Type::Bit { varying: true, width: 0 },
        Family::Unknown | Family::Enum | Family::Tuple | Family::Void => return None,
    })
}

/// An argument while the overload is being chosen.
#[derive(Clone, Debug)]
pub(super) enum Arg {
    /// Its type is known.
    Typed(Type),
    /// It takes the type it is given.
    Open(Open),
}

/// A function that always gives the same for the same arguments.
pub(super) const fn f(
    name: &'static str,
    params: &'static [Param],
    ret: Ret,
    eval: EvalFn,
) -> Overload {
    Overload {
        name,
        params,
        variadic: false,
        ret,
        immutable: true,
        null_ok: false,
        eval: Some(eval),
    }
}

/// A function that the host answers.
pub(super) const fn host(name: &'static str, params: &'static [Param], ret: Ret) -> Overload {
    Overload { name, params, variadic: false, ret, immutable: false, null_ok: false, eval: None }
}

/// All overloads of a function.
pub(super) fn overloads(name: &str) -> impl Iterator<Item = &'static Overload> {
    TABLES.iter().copied().flatten().filter(move |overload| overload.name == name)
}

/// Whether a function of that name exists, aggregates and set-returning ones left out.
pub fn exists(name: &str) -> bool {
    overloads(name).next().is_some()
}

/// The names of all functions, in order, each once: for completion and `SHOW FUNCTIONS`.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> =
        TABLES.iter().copied().flatten().map(|overload| overload.name).collect();
    sort::natural(&mut names);
    names.dedup();
    names
}

/// The overload that fits the arguments best; of equals the one that gives what is wanted, then the first in the table.
pub(super) fn resolve(name: &str, args: &[Arg], want: Option<&Type>) -> Option<&'static Overload> {
    let mut best: Option<(u32, &'static Overload)> = None;
    for overload in overloads(name) {
        let Some(score) = overload.score(args) else { continue };
        let gives =
            matches!((&overload.ret, want), (Ret::T(ty), Some(want)) if ty.equivalent(want));
        let score = score * 2 + u32::from(gives);
        if best.is_none_or(|(least, _)| score > least) {
            best = Some((score, overload));
        }
    }
    best.map(|(_, overload)| overload)
}
