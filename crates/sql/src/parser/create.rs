//! CREATE of everything but what stands between the parentheses of CREATE TABLE.

use super::cursor::{Parser, Result};
use crate::ast::ddl::{
    CreateDatabase, CreateIndex, CreateSchema, CreateSequence, CreateStatistics, CreateTable,
    CreateType, CreateTypeKind, CreateView, IndexDef, Persistence, SequenceOption,
};
use crate::ast::{Expr, Name, Statement};
use crate::lexer::TokenKind;

impl Parser<'_> {
    /// CREATE.
    pub(super) fn create(&mut self) -> Result<Statement> {
        self.expect("create")?;
        let replace = self.eat_all(&["or", "replace"]);
        let persistence = self.persistence();
        match self.key() {
            "database" => self.helped("CREATE DATABASE", Self::create_database),
            "schema" => self.helped("CREATE SCHEMA", Self::create_schema),
            "table" => self.helped("CREATE TABLE", |p| p.create_table(persistence)),
            "index" | "unique" | "inverted" => self.helped("CREATE INDEX", Self::create_index),
            "vector" if self.key_at(1) == "index" => {
                self.helped("CREATE INDEX", Self::create_index)
            }
            "sequence" => self.helped("CREATE SEQUENCE", |p| p.create_sequence(persistence)),
            "view" | "materialized" => {
                self.helped("CREATE VIEW", |p| p.create_view(replace, persistence))
            }
            "type" => self.helped("CREATE TYPE", Self::create_type),
            "function" => self.helped("CREATE FUNCTION", |p| p.create_function(replace)),
            "procedure" => self.helped("CREATE PROCEDURE", |p| p.create_function(replace)),
            "user" | "role" => self.helped("CREATE ROLE", Self::create_role),
            "statistics" => self.helped("CREATE STATISTICS", Self::create_statistics),
            "schedule" => self.helped("CREATE SCHEDULE FOR BACKUP", |p| {
                p.skip();
                p.create_schedule()
            }),
            "external" => self.helped("CREATE EXTERNAL CONNECTION", |p| {
                p.expect_all(&["external", "connection"])?;
                p.create_connection()
            }),
            "changefeed" | "extension" | "trigger" => {
                Err(self.unsupported(&format!("CREATE {}", self.key().to_ascii_uppercase())))
            }
            _ => Err(self.fault()),
        }
    }

    fn persistence(&mut self) -> Persistence {
        let scoped = matches!(self.key(), "local" | "global")
            && matches!(self.key_at(1), "temp" | "temporary");
        if scoped {
            self.skip();
        }
        if self.eat("temp") || self.eat("temporary") {
            Persistence::Temporary
        } else if self.eat("unlogged") {
            Persistence::Unlogged
        } else {
            Persistence::Permanent
        }
    }

    fn create_database(&mut self) -> Result<Statement> {
        self.expect("database")?;
        let if_not_exists = self.if_not_exists();
        let name = self.name()?;
        self.eat("with");
        let mut options = Vec::new();
        while !self.at_end() {
            options.push(self.database_option()?);
        }
        Ok(Statement::CreateDatabase(Box::new(CreateDatabase { if_not_exists, name, options })))
    }

    fn database_option(&mut self) -> Result<(String, Expr)> {
        const WORDS: &[(&[&str], &str)] = &[
            (&["template"], "TEMPLATE"),
            (&["encoding"], "ENCODING"),
            (&["lc_collate"], "LC_COLLATE"),
            (&["lc_ctype"], "LC_CTYPE"),
            (&["connection", "limit"], "CONNECTION LIMIT"),
            (&["owner"], "OWNER"),
            (&["primary", "region"], "PRIMARY REGION"),
            (&["secondary", "region"], "SECONDARY REGION"),
            (&["regions"], "REGIONS"),
            (&["survive"], "SURVIVE"),
            (&["placement"], "PLACEMENT"),
        ];
        let Some((_, word)) = WORDS.iter().find(|(words, _)| self.eat_all(words)) else {
            return Err(self.fault());
        };
        self.eat("=");
        let value = match *word {
            "CONNECTION LIMIT" => Expr::int(self.signed()?),
            "SURVIVE" => {
                let goal = self.any_name()?;
                self.expect("failure")?;
                Expr::string(goal)
            }
            "PLACEMENT" => Expr::string(self.any_name()?),
            "REGIONS" => Expr::Array(self.list(|p| p.word_or_string().map(Expr::string))?),
            _ => Expr::string(self.word_or_string()?),
        };
        Ok(((*word).to_owned(), value))
    }

    fn create_schema(&mut self) -> Result<Statement> {
        self.expect("schema")?;
        let if_not_exists = self.if_not_exists();
        let name = if self.is("authorization") { None } else { Some(self.schema_name()?) };
        let owner = if self.eat("authorization") { Some(self.role()?) } else { None };
        Ok(Statement::CreateSchema(CreateSchema { if_not_exists, name, owner }))
    }

    fn create_table(&mut self, persistence: Persistence) -> Result<Statement> {
        self.expect("table")?;
        let if_not_exists = self.if_not_exists();
        let name = self.object_name()?;
        let mut items = Vec::new();
        if self.eat("(") {
            if !self.is(")") {
                items = self.list(Self::table_item)?;
            }
            self.expect(")")?;
        } else if !self.is("as") && !self.is("with") {
            return Err(self.fault());
        }
        let partition = self.partition_by()?;
        let params = self.storage_params()?;
        let mut on_commit_preserve = self.eat_all(&["on", "commit", "preserve", "rows"]);
        let locality = self.optional_locality()?;
        let source = if self.eat("as") { Some(Box::new(self.query()?)) } else { None };
        on_commit_preserve |= self.eat_all(&["on", "commit", "preserve", "rows"]);
        Ok(Statement::CreateTable(Box::new(CreateTable {
            if_not_exists,
            persistence,
            name,
            items,
            partition,
            params,
            on_commit_preserve,
            locality,
            source,
        })))
    }

    fn create_index(&mut self) -> Result<Statement> {
        let unique = self.eat("unique");
        let inverted = self.eat("inverted");
        let vector = self.eat("vector");
        self.expect("index")?;
        let concurrently = self.eat("concurrently");
        let if_not_exists = self.if_not_exists();
        let name = if self.is("on") { None } else { Some(self.any_name()?) };
        self.expect("on")?;
        let table = self.object_name()?;
        let mut index = IndexDef { name, unique, inverted, vector, ..IndexDef::default() };
        if self.eat("using") {
            match self.name()?.as_str() {
                "gin" | "gist" => index.inverted = true,
                "cspann" | "hnsw" => index.vector = true,
                _ => {}
            }
        }
        self.index_rest(&mut index)?;
        Ok(Statement::CreateIndex(Box::new(CreateIndex {
            if_not_exists,
            concurrently,
            table,
            index,
        })))
    }

    fn create_sequence(&mut self, persistence: Persistence) -> Result<Statement> {
        self.expect("sequence")?;
        let if_not_exists = self.if_not_exists();
        let name = self.object_name()?;
        let options = self.sequence_options()?;
        Ok(Statement::CreateSequence(Box::new(CreateSequence {
            if_not_exists,
            persistence,
            name,
            options,
        })))
    }

    /// Options of a sequence, as many as stand here.
    pub(super) fn sequence_options(&mut self) -> Result<Vec<SequenceOption>> {
        let mut options = Vec::new();
        while let Some(option) = self.sequence_option()? {
            options.push(option);
        }
        Ok(options)
    }

    fn sequence_option(&mut self) -> Result<Option<SequenceOption>> {
        let word = self.key();
        if !matches!(
            word,
            "as" | "no"
                | "cycle"
                | "owned"
                | "cache"
                | "per"
                | "increment"
                | "minvalue"
                | "maxvalue"
                | "start"
                | "restart"
                | "virtual"
        ) {
            return Ok(None);
        }
        self.skip();
        let option = match word {
            "as" => SequenceOption::As(self.type_name()?),
            "cycle" => SequenceOption::Cycle(true),
            "no" => match self.key() {
                "cycle" => self.no_option(SequenceOption::Cycle(false)),
                "minvalue" => self.no_option(SequenceOption::MinValue(None)),
                "maxvalue" => self.no_option(SequenceOption::MaxValue(None)),
                _ => return Err(self.fault()),
            },
            "owned" => {
                self.expect("by")?;
                if self.eat("none") {
                    SequenceOption::OwnedBy(None)
                } else {
                    SequenceOption::OwnedBy(Some(self.column_path()?))
                }
            }
            "cache" => SequenceOption::Cache(self.signed()?),
            "per" => {
                self.expect_all(&["node", "cache"])?;
                SequenceOption::NodeCache(self.signed()?)
            }
            "increment" => {
                self.eat("by");
                SequenceOption::Increment(self.signed()?)
            }
            "minvalue" => SequenceOption::MinValue(Some(self.signed()?)),
            "maxvalue" => SequenceOption::MaxValue(Some(self.signed()?)),
            "start" => {
                self.eat("with");
                SequenceOption::Start(self.signed()?)
            }
            "restart" => {
                let with = self.eat("with");
                let number =
                    self.kind(0) == Some(TokenKind::Number) || matches!(self.key(), "-" | "+");
                SequenceOption::Restart(if with || number { Some(self.signed()?) } else { None })
            }
            _ => SequenceOption::Virtual,
        };
        Ok(Some(option))
    }

    fn no_option(&mut self, option: SequenceOption) -> SequenceOption {
        self.skip();
        option
    }

    fn column_path(&mut self) -> Result<Vec<Name>> {
        let mut parts = vec![self.object_name_part()?];
        while parts.len() < 4 && self.eat(".") {
            parts.push(self.any_name()?);
        }
        Ok(parts)
    }

    fn create_view(&mut self, replace: bool, persistence: Persistence) -> Result<Statement> {
        let materialized = self.eat("materialized");
        self.expect("view")?;
        let if_not_exists = self.if_not_exists();
        let name = self.object_name()?;
        let columns = self.optional_columns()?;
        self.expect("as")?;
        let query = Box::new(self.query()?);
        let no_data = materialized && self.eat_all(&["with", "no", "data"]);
        if materialized && !no_data {
            self.eat_all(&["with", "data"]);
        }
        Ok(Statement::CreateView(Box::new(CreateView {
            replace,
            if_not_exists,
            persistence,
            materialized,
            name,
            columns,
            query,
            no_data,
        })))
    }

    fn create_type(&mut self) -> Result<Statement> {
        self.expect("type")?;
        let if_not_exists = self.if_not_exists();
        let name = self.object_name()?;
        self.expect("as")?;
        let is_enum = self.eat("enum");
        self.expect("(")?;
        let kind = match (is_enum, self.is(")")) {
            (true, true) => CreateTypeKind::Enum(Vec::new()),
            (true, false) => CreateTypeKind::Enum(self.list(Self::string)?),
            (false, true) => CreateTypeKind::Composite(Vec::new()),
            (false, false) => {
                CreateTypeKind::Composite(self.list(|p| Ok((p.name()?, p.type_name()?)))?)
            }
        };
        self.expect(")")?;
        Ok(Statement::CreateType(CreateType { if_not_exists, name, kind }))
    }

    fn create_statistics(&mut self) -> Result<Statement> {
        self.expect("statistics")?;
        let name = Some(self.name()?);
        let columns = if self.eat("on") { self.list(Self::name)? } else { Vec::new() };
        self.expect("from")?;
        let table = self.object_name()?;
        self.eat_all(&["with", "options"]);
        let as_of = self.optional_as_of()?;
        self.eat_all(&["using", "extremes"]);
        Ok(Statement::CreateStatistics(CreateStatistics { name, columns, table, as_of }))
    }

    /// `LIST (…)`, `RANGE (…)`, `NOTHING` after PARTITION \[ALL\] BY, as text; `None` without the words.
    pub(super) fn partition_by(&mut self) -> Result<Option<String>> {
        if !self.eat_all(&["partition", "by"]) && !self.eat_all(&["partition", "all", "by"]) {
            return Ok(None);
        }
        let mark = self.mark();
        if self.eat("nothing") {
            return Ok(Some("NOTHING".to_owned()));
        }
        if !self.is_word("list") && !self.eat("list") && !self.eat("range") {
            return Err(self.fault());
        }
        self.balanced()?;
        self.balanced()?;
        Ok(Some(self.text_since(mark)))
    }

    /// Whatever stands between a pair of parentheses.
    fn balanced(&mut self) -> Result<()> {
        self.expect("(")?;
        let mut depth = 1_u32;
        while depth > 0 {
            match self.key() {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ if self.at_end() => return Err(self.fault()),
                _ => {}
            }
            self.skip();
        }
        Ok(())
    }
}
