//! The five characters a client sees with an error.
//!
//! *Source*: the names and values of CockroachDB's `pkg/sql/pgwire/pgcode`, which are PostgreSQL's with additions.

use std::fmt;

/// A SQLSTATE.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SqlState(&'static str);

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        impl SqlState {
            $($(#[$doc])* pub const $name: Self = Self($code);)*
        }
    };
}

codes! {
    /// A warning, also as the code of what a careful session refuses.
    WARNING = "01000";
    /// A sequence has come to its end.
    SEQUENCE_GENERATOR_LIMIT_EXCEEDED = "2200H";
    /// No error: what most notices carry.
    SUCCESSFUL_COMPLETION = "00000";
    /// A negative LIMIT.
    INVALID_ROW_COUNT_IN_LIMIT = "2201W";
    /// A negative OFFSET.
    INVALID_ROW_COUNT_IN_OFFSET = "2201X";
    /// A prepared statement that does not exist.
    INVALID_SQL_STATEMENT_NAME = "26000";
    /// PREPARE with a name in use.
    DUPLICATE_PREPARED_STATEMENT = "42P05";
    /// A statement that is not supported, with a pointer to the fidelity sheet.
    FEATURE_NOT_SUPPORTED = "0A000";
    /// More or fewer rows than one where one is wanted.
    CARDINALITY_VIOLATION = "21000";
    /// A string longer than its column.
    STRING_DATA_RIGHT_TRUNCATION = "22001";
    /// A number outside its type.
    NUMERIC_VALUE_OUT_OF_RANGE = "22003";
    /// A text that is no date or time.
    INVALID_DATETIME_FORMAT = "22007";
    /// A date or time outside what can be held.
    DATETIME_FIELD_OVERFLOW = "22008";
    /// Division by zero.
    DIVISION_BY_ZERO = "22012";
    /// An option or argument with a value that is not allowed.
    INVALID_PARAMETER_VALUE = "22023";
    /// Bits of different lengths.
    STRING_DATA_LENGTH_MISMATCH = "22026";
    /// A part of a string with a negative length.
    SUBSTRING_ERROR = "22011";
    /// A root or power that is no number.
    INVALID_ARGUMENT_FOR_POWER = "2201F";
    /// A pattern that ends in its escape character.
    INVALID_ESCAPE_SEQUENCE = "22025";
    /// A text that is no regular expression.
    INVALID_REGULAR_EXPRESSION = "2201B";
    /// A text that is not of its type's form.
    INVALID_TEXT_REPRESENTATION = "22P02";
    /// A value that breaks a constraint of no other code.
    INTEGRITY_CONSTRAINT_VIOLATION = "23000";
    /// NULL where there must be a value.
    NOT_NULL_VIOLATION = "23502";
    /// A reference to nothing.
    FOREIGN_KEY_VIOLATION = "23503";
    /// A second row with the same key.
    UNIQUE_VIOLATION = "23505";
    /// A CHECK that is false.
    CHECK_VIOLATION = "23514";
    /// A cursor or session in a state that forbids the call.
    INVALID_TRANSACTION_STATE = "25000";
    /// A statement that may not run inside a transaction block.
    ACTIVE_SQL_TRANSACTION = "25001";
    /// A write in a read-only transaction.
    READ_ONLY_SQL_TRANSACTION = "25006";
    /// COMMIT or ROLLBACK without BEGIN.
    NO_ACTIVE_SQL_TRANSACTION = "25P01";
    /// A statement in a transaction that has already failed.
    IN_FAILED_SQL_TRANSACTION = "25P02";
    /// A user that does not exist.
    INVALID_AUTHORIZATION = "28000";
    /// A drop that others depend on.
    DEPENDENT_OBJECTS_STILL_EXIST = "2BP01";
    /// An unknown database.
    INVALID_CATALOG_NAME = "3D000";
    /// An unknown savepoint.
    INVALID_SAVEPOINT = "3B001";
    /// An unknown schema.
    INVALID_SCHEMA_NAME = "3F000";
    /// Try the transaction again.
    SERIALIZATION_FAILURE = "40001";
    /// A statement that may or may not have been carried out.
    STATEMENT_COMPLETION_UNKNOWN = "40003";
    /// A text that cannot be parsed.
    SYNTAX_ERROR = "42601";
    /// A grant that makes no sense.
    INVALID_GRANT_OPERATION = "0LP01";
    /// A privilege that the user may not hand on.
    WARNING_PRIVILEGE_NOT_GRANTED = "01007";
    /// A privilege that the user lacks.
    INSUFFICIENT_PRIVILEGE = "42501";
    /// A type that cannot be cast to another.
    CANNOT_COERCE = "42846";
    /// A name that several things have.
    AMBIGUOUS_PARAMETER = "42P08";
    /// A column outside GROUP BY and aggregates.
    GROUPING_ERROR = "42803";
    /// A window function where none may stand.
    WINDOWING_ERROR = "42P20";
    /// A call that several overloads fit.
    AMBIGUOUS_FUNCTION = "42725";
    /// Types that do not fit together.
    DATATYPE_MISMATCH = "42804";
    /// An object of the wrong kind.
    WRONG_OBJECT_TYPE = "42809";
    /// A foreign key whose columns do not fit.
    INVALID_FOREIGN_KEY = "42830";
    /// A name kept for the system.
    RESERVED_NAME = "42939";
    /// A name that is not allowed.
    INVALID_NAME = "42602";
    /// A column that does not exist.
    UNDEFINED_COLUMN = "42703";
    /// A name that fits two columns.
    AMBIGUOUS_COLUMN = "42702";
    /// A function that does not exist.
    UNDEFINED_FUNCTION = "42883";
    /// A function of that name and arguments exists.
    DUPLICATE_FUNCTION = "42723";
    /// A function that cannot be.
    INVALID_FUNCTION_DEFINITION = "42P13";
    /// An object (user, role, index, job, schedule) that does not exist.
    UNDEFINED_OBJECT = "42704";
    /// A table that does not exist.
    UNDEFINED_TABLE = "42P01";
    /// A placeholder that does not exist.
    UNDEFINED_PARAMETER = "42P02";
    /// A column named twice.
    DUPLICATE_COLUMN = "42701";
    /// A database that exists.
    DUPLICATE_DATABASE = "42P04";
    /// An object (user, role, index) that exists.
    DUPLICATE_OBJECT = "42710";
    /// A schema that exists.
    DUPLICATE_SCHEMA = "42P06";
    /// A table, view or sequence that exists.
    DUPLICATE_RELATION = "42P07";
    /// A name that fits two things in FROM.
    DUPLICATE_ALIAS = "42712";
    /// A column reference that is not valid here.
    INVALID_COLUMN_REFERENCE = "42P10";
    /// A table definition that makes no sense.
    INVALID_TABLE_DEFINITION = "42P16";
    /// A schema definition that makes no sense.
    INVALID_SCHEMA_DEFINITION = "42P15";
    /// An object definition that makes no sense.
    INVALID_OBJECT_DEFINITION = "42P17";
    /// A type that cannot be told.
    INDETERMINATE_DATATYPE = "42P18";
    /// A finished backup (or its lock) that lies where another is to be written.
    FILE_ALREADY_EXISTS = "42C01";
    /// Too much of anything that has a bound.
    PROGRAM_LIMIT_EXCEEDED = "54000";
    /// Out of the memory that a statement may use.
    OUT_OF_MEMORY = "53200";
    /// An object that is not in the state that the call needs.
    OBJECT_NOT_IN_PREREQUISITE_STATE = "55000";
    /// A parameter that cannot be changed.
    CANT_CHANGE_RUNTIME_PARAM = "55P02";
    /// An object in use.
    OBJECT_IN_USE = "55006";
    /// A feature that the operator has switched off.
    OPERATOR_INTERVENTION = "57000";
    /// A statement ended by its user.
    QUERY_CANCELED = "57014";
    /// A file or object that is not there.
    UNDEFINED_FILE = "58P01";
    /// A failure of storage.
    IO_ERROR = "58030";
    /// A range without a majority.
    RANGE_UNAVAILABLE = "58C00";
    /// A bug of ours.
    INTERNAL_ERROR = "XX000";
    /// Bytes that are not what their checksum says.
    DATA_CORRUPTED = "XX001";
    /// No code given: most errors of backups.
    UNCATEGORIZED = "XXUUU";
    /// A licence that is missing.
    CCL_VALID_LICENSE_REQUIRED = "XXC02";
}

impl SqlState {
    /// The five characters.
    pub const fn code(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for SqlState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SqlState({})", self.0)
    }
}
