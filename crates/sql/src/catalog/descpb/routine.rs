//! The descriptor of a function or procedure.
//!
//! Shape: the text of the body with full names; parameters and result as types. *Source*: CockroachDB's design note on
//! user-defined functions (fields 1 to 19). Left out: what depends on a function, since no table expression may call one here;
//! signatures in the schema's descriptor: a function is found by going through the descriptors.

use wire::Message;

use super::{PrivilegeDescriptor, SqlType, Timestamp};

/// Values of [`FunctionDescriptor::volatility`].
pub mod volatility {
    /// Anything may change from call to call.
    pub const VOLATILE: i32 = 1;
    /// Nothing but its arguments decides.
    pub const IMMUTABLE: i32 = 2;
    /// The same within one statement.
    pub const STABLE: i32 = 3;
}

/// Values of [`FunctionParam::class`].
pub mod class {
    /// Goes in.
    pub const IN: i32 = 1;
    /// Comes out.
    pub const OUT: i32 = 2;
    /// Both.
    pub const IN_OUT: i32 = 3;
}

/// Value of [`FunctionDescriptor::lang`] for SQL; PL/pgSQL is 2.
pub const LANG_SQL: i32 = 1;

/// A function or procedure.
#[derive(Clone, PartialEq, Message)]
pub struct FunctionDescriptor {
    /// Its name.
    #[wire(string, required, tag = "1")]
    pub name: String,
    /// Its id.
    #[wire(uint32, required, tag = "2")]
    pub id: u32,
    /// Its database.
    #[wire(uint32, required, tag = "3")]
    pub parent_id: u32,
    /// Its schema.
    #[wire(uint32, required, tag = "4")]
    pub parent_schema_id: u32,
    /// Its parameters.
    #[wire(message, repeated, tag = "5")]
    pub params: Vec<FunctionParam>,
    /// What it gives.
    #[wire(message, required, tag = "6")]
    pub return_type: FunctionReturn,
    /// See [`LANG_SQL`].
    #[wire(int32, required, tag = "7")]
    pub lang: i32,
    /// The body; every relation with its full name if it is SQL.
    #[wire(string, required, tag = "8")]
    pub function_body: String,
    /// See [`volatility`].
    #[wire(int32, required, tag = "9")]
    pub volatility: i32,
    /// LEAKPROOF.
    #[wire(bool, required, tag = "10")]
    pub leak_proof: bool,
    /// 1 called on NULL, 2 NULL gives NULL, 3 the same said as STRICT.
    #[wire(int32, required, tag = "11")]
    pub null_input_behavior: i32,
    /// Who may do what with it.
    #[wire(message, optional, tag = "12")]
    pub privileges: Option<PrivilegeDescriptor>,
    /// Relations that its body reads and writes.
    #[wire(uint32, repeated, packed = "false", tag = "13")]
    pub depends_on: Vec<u32>,
    /// User-defined types of its parameters and result.
    #[wire(uint32, repeated, packed = "false", tag = "14")]
    pub depends_on_types: Vec<u32>,
    /// One of [`super::State`].
    #[wire(enumeration = "super::State", required, tag = "16")]
    pub state: i32,
    /// Why it is offline.
    #[wire(string, required, tag = "17")]
    pub offline_reason: String,
    /// How often it has been changed, from 1.
    #[wire(uint64, required, tag = "18")]
    pub version: u64,
    /// When it was last changed.
    #[wire(message, required, tag = "19")]
    pub modification_time: Timestamp,
    /// Whether CALL runs it.
    #[wire(bool, required, tag = "22")]
    pub is_procedure: bool,
    /// 1 SECURITY DEFINER.
    #[wire(int32, required, tag = "23")]
    pub security: i32,
}

/// A parameter.
#[derive(Clone, PartialEq, Message)]
pub struct FunctionParam {
    /// See [`class`].
    #[wire(int32, required, tag = "1")]
    pub class: i32,
    /// Its name; empty for none.
    #[wire(string, required, tag = "2")]
    pub name: String,
    /// Its type.
    #[wire(message, optional, tag = "3")]
    pub ty: Option<SqlType>,
    /// What it is when it is not given.
    #[wire(string, optional, tag = "4")]
    pub default_expr: Option<String>,
}

/// What a function gives.
#[derive(Clone, PartialEq, Message)]
pub struct FunctionReturn {
    /// The type of one value or row.
    #[wire(message, optional, tag = "1")]
    pub ty: Option<SqlType>,
    /// Whether it gives any number of them.
    #[wire(bool, required, tag = "2")]
    pub is_set: bool,
}

impl FunctionDescriptor {
    /// Parameters that a call gives, in order.
    pub fn inputs(&self) -> impl Iterator<Item = &FunctionParam> {
        self.params.iter().filter(|param| param.class != class::OUT)
    }

    /// Parameters that come out, in order: the columns of what it gives.
    pub fn outputs(&self) -> impl Iterator<Item = &FunctionParam> {
        self.params.iter().filter(|param| matches!(param.class, class::OUT | class::IN_OUT))
    }
}
