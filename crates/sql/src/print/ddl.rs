//! CREATE, COMMENT and REFRESH as text.

use super::Printer;
use crate::ast::ddl::{
    ColumnDef, ColumnQualKind, Comment, CommentTarget, ConstraintDef, ConstraintKind,
    CreateDatabase, CreateFunction, CreateIndex, CreateSequence, CreateStatistics, CreateTable,
    CreateType, CreateTypeKind, CreateView, Hash, IndexDef, IndexElem, IndexKey, Locality, Match,
    Persistence, RefAction, Reference, Refresh, SequenceOption, TableItem,
};
use crate::ast::{Expr, KvOption, Statement};

impl Printer<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "statement() sends only this family here")]
    pub(super) fn definition(&mut self, stmt: &Statement) {
        match stmt {
            Statement::CreateDatabase(stmt) => self.create_database(stmt),
            Statement::CreateSchema(stmt) => {
                self.word("CREATE SCHEMA");
                self.when(stmt.if_not_exists, " IF NOT EXISTS");
                if let Some(name) = &stmt.name {
                    self.word(" ");
                    self.object_name(name);
                }
                if let Some(owner) = &stmt.owner {
                    self.word(" AUTHORIZATION ");
                    self.role(owner);
                }
            }
            Statement::CreateTable(stmt) => self.create_table(stmt),
            Statement::CreateIndex(stmt) => self.create_index(stmt),
            Statement::CreateSequence(stmt) => self.create_sequence(stmt),
            Statement::CreateView(stmt) => self.create_view(stmt),
            Statement::CreateType(stmt) => self.create_type(stmt),
            Statement::CreateFunction(stmt) => self.create_function(stmt),
            Statement::CreateStatistics(stmt) => self.create_statistics(stmt),
            Statement::Refresh(stmt) => self.refresh(stmt),
            Statement::Comment(stmt) => self.comment(stmt),
            _ => {}
        }
    }

    fn create_database(&mut self, stmt: &CreateDatabase) {
        self.word("CREATE DATABASE ");
        self.when(stmt.if_not_exists, "IF NOT EXISTS ");
        self.name(&stmt.name);
        for (word, value) in &stmt.options {
            self.word(" ");
            self.word(word);
            match (word.as_str(), value) {
                ("REGIONS", Expr::Array(regions)) => {
                    self.word(" = ");
                    for (i, region) in regions.iter().enumerate() {
                        self.comma(i);
                        self.name(region.as_str().unwrap_or_default());
                    }
                }
                ("PRIMARY REGION" | "SECONDARY REGION" | "OWNER", region) => {
                    self.word(" = ");
                    self.role(region.as_str().unwrap_or_default());
                }
                ("SURVIVE", goal) => {
                    self.word(" = ");
                    self.word(&goal.as_str().unwrap_or_default().to_ascii_uppercase());
                    self.word(" FAILURE");
                }
                ("PLACEMENT", placement) => {
                    self.word(" ");
                    self.word(&placement.as_str().unwrap_or_default().to_ascii_uppercase());
                }
                (_, value) => self.clause(" = ", Some(value)),
            }
        }
    }

    fn persistence(&mut self, persistence: Persistence) {
        self.word(match persistence {
            Persistence::Permanent => "",
            Persistence::Temporary => "TEMPORARY ",
            Persistence::Unlogged => "UNLOGGED ",
        });
    }

    fn create_table(&mut self, stmt: &CreateTable) {
        self.word("CREATE ");
        self.persistence(stmt.persistence);
        self.word("TABLE ");
        self.when(stmt.if_not_exists, "IF NOT EXISTS ");
        self.object_name(&stmt.name);
        if stmt.source.is_none() || !stmt.items.is_empty() {
            self.word(" (");
            for (i, item) in stmt.items.iter().enumerate() {
                self.comma(i);
                self.table_item(item);
            }
            self.word(")");
        }
        self.partition(stmt.partition.as_deref());
        self.params(&stmt.params);
        if let Some(query) = &stmt.source {
            self.word(" AS ");
            self.query(query);
        }
        self.when(stmt.on_commit_preserve, " ON COMMIT PRESERVE ROWS");
        if let Some(locality) = &stmt.locality {
            self.word(" ");
            self.locality(locality);
        }
    }

    pub(super) fn partition(&mut self, partition: Option<&str>) {
        if let Some(text) = partition {
            self.word(" PARTITION BY ");
            self.word(text);
        }
    }

    pub(super) fn params(&mut self, params: &[KvOption]) {
        if !params.is_empty() {
            self.word(" WITH (");
            self.param_list(params);
            self.word(")");
        }
    }

    pub(super) fn param_list(&mut self, params: &[KvOption]) {
        for (i, param) in params.iter().enumerate() {
            self.comma(i);
            self.dotted(&param.key);
            if let Some(value) = &param.value {
                self.assigned(" = ", value);
            }
        }
    }

    pub(super) fn locality(&mut self, locality: &Locality) {
        match locality {
            Locality::Global => self.word("LOCALITY GLOBAL"),
            Locality::RegionalByTable(None) => {
                self.word("LOCALITY REGIONAL BY TABLE IN PRIMARY REGION");
            }
            Locality::RegionalByTable(Some(region)) => {
                self.keyword_name("LOCALITY REGIONAL BY TABLE IN ", region);
            }
            Locality::RegionalByRow(None) => self.word("LOCALITY REGIONAL BY ROW"),
            Locality::RegionalByRow(Some(column)) => {
                self.keyword_name("LOCALITY REGIONAL BY ROW AS ", column);
            }
        }
    }

    fn table_item(&mut self, item: &TableItem) {
        match item {
            TableItem::Column(column) => self.column(column),
            TableItem::Index(index) => {
                self.index_words(index);
                self.word("INDEX");
                if let Some(name) = &index.name {
                    self.keyword_name(" ", name);
                }
                self.word(" ");
                self.index_rest(index);
            }
            TableItem::Constraint(constraint) => self.constraint(constraint),
            TableItem::Family { name, columns } => {
                self.word("FAMILY");
                if let Some(name) = name {
                    self.keyword_name(" ", name);
                }
                self.column_list(columns);
            }
            TableItem::Like { table, options } => {
                self.word("LIKE ");
                self.object_name(table);
                for (including, word) in options {
                    self.word(if *including { " INCLUDING " } else { " EXCLUDING " });
                    self.word(word);
                }
            }
        }
    }

    fn index_words(&mut self, index: &IndexDef) {
        self.when(index.unique, "UNIQUE ");
        self.when(index.inverted, "INVERTED ");
        self.when(index.vector, "VECTOR ");
    }

    /// An index from its columns on.
    pub(super) fn index_rest(&mut self, index: &IndexDef) {
        self.word("(");
        for (i, elem) in index.columns.iter().enumerate() {
            self.comma(i);
            self.index_elem(elem);
        }
        self.word(")");
        self.hash(index.hash.as_ref());
        if !index.storing.is_empty() {
            self.word(" STORING");
            self.column_list(&index.storing);
        }
        self.partition(index.partition.as_deref());
        self.params(&index.params);
        self.clause(" WHERE ", index.filter.as_ref());
        self.when(index.not_visible, " NOT VISIBLE");
    }

    fn index_elem(&mut self, elem: &IndexElem) {
        match &elem.key {
            IndexKey::Column(name) => self.name(name),
            IndexKey::Expr(call @ Expr::Function(_)) => self.expr(call),
            IndexKey::Expr(expr) => {
                self.word("(");
                self.expr(expr);
                self.word(")");
            }
        }
        if let Some(class) = &elem.op_class {
            self.keyword_name(" ", class);
        }
        self.direction(elem.direction, elem.nulls);
    }

    fn hash(&mut self, hash: Option<&Hash>) {
        if let Some(hash) = hash {
            self.word(" USING HASH");
            self.clause(" WITH BUCKET_COUNT = ", hash.bucket_count.as_ref());
        }
    }

    /// A column with its qualifications, in the order typed.
    pub(super) fn column(&mut self, column: &ColumnDef) {
        self.name(&column.name);
        if let Some(ty) = &column.ty {
            self.word(" ");
            self.type_name(ty);
        }
        for qual in &column.quals {
            if let Some(name) = &qual.name {
                self.keyword_name(" CONSTRAINT ", name);
            }
            self.word(" ");
            self.column_qual(&qual.kind);
        }
    }

    fn column_qual(&mut self, qual: &ColumnQualKind) {
        match qual {
            ColumnQualKind::NotNull => self.word("NOT NULL"),
            ColumnQualKind::Null => self.word("NULL"),
            ColumnQualKind::NotVisible => self.word("NOT VISIBLE"),
            ColumnQualKind::PrimaryKey { hash, params } => {
                self.word("PRIMARY KEY");
                self.hash(hash.as_ref());
                self.params(params);
            }
            ColumnQualKind::Unique { without_index } => {
                self.word(if *without_index { "UNIQUE WITHOUT INDEX" } else { "UNIQUE" });
            }
            ColumnQualKind::Default(expr) => self.clause("DEFAULT ", Some(expr)),
            ColumnQualKind::OnUpdate(expr) => self.clause("ON UPDATE ", Some(expr)),
            ColumnQualKind::Check(expr) => {
                self.clause("CHECK (", Some(expr));
                self.word(")");
            }
            ColumnQualKind::References(reference) => self.reference(reference),
            ColumnQualKind::Computed { expr, stored } => {
                self.clause("AS (", Some(expr));
                self.word(if *stored { ") STORED" } else { ") VIRTUAL" });
            }
            ColumnQualKind::Identity { always, options } => {
                self.word(if *always { "GENERATED ALWAYS" } else { "GENERATED BY DEFAULT" });
                self.word(" AS IDENTITY");
                if !options.is_empty() {
                    self.word(" (");
                    self.sequence_options(options);
                    self.word(")");
                }
            }
            ColumnQualKind::Family { name, create, if_not_exists } => {
                self.when(*create, "CREATE ");
                self.when(*if_not_exists, "IF NOT EXISTS ");
                self.word("FAMILY");
                if let Some(name) = name {
                    self.keyword_name(" ", name);
                }
            }
        }
    }

    fn reference(&mut self, reference: &Reference) {
        self.word("REFERENCES ");
        self.object_name(&reference.table);
        self.column_list(&reference.columns);
        self.word(match reference.matching {
            Match::Simple => "",
            Match::Full => " MATCH FULL",
            Match::Partial => " MATCH PARTIAL",
        });
        self.ref_action(" ON DELETE ", reference.on_delete);
        self.ref_action(" ON UPDATE ", reference.on_update);
    }

    fn ref_action(&mut self, on: &str, action: RefAction) {
        let words = match action {
            RefAction::NoAction => return,
            RefAction::Restrict => "RESTRICT",
            RefAction::Cascade => "CASCADE",
            RefAction::SetNull => "SET NULL",
            RefAction::SetDefault => "SET DEFAULT",
        };
        self.word(on);
        self.word(words);
    }

    /// A table constraint.
    pub(super) fn constraint(&mut self, constraint: &ConstraintDef) {
        if let Some(name) = &constraint.name {
            self.word("CONSTRAINT ");
            self.when(constraint.if_not_exists, "IF NOT EXISTS ");
            self.name(name);
            self.word(" ");
        }
        match &constraint.kind {
            ConstraintKind::PrimaryKey(index) => {
                self.word("PRIMARY KEY ");
                self.index_rest(index);
            }
            ConstraintKind::Unique { index, without_index } => {
                self.word(if *without_index { "UNIQUE WITHOUT INDEX " } else { "UNIQUE " });
                self.index_rest(index);
            }
            ConstraintKind::Check(expr) => {
                self.clause("CHECK (", Some(expr));
                self.word(")");
            }
            ConstraintKind::ForeignKey { columns, reference } => {
                self.word("FOREIGN KEY");
                self.column_list(columns);
                self.word(" ");
                self.reference(reference);
            }
        }
    }

    fn create_index(&mut self, stmt: &CreateIndex) {
        self.word("CREATE ");
        self.index_words(&stmt.index);
        self.word("INDEX ");
        self.when(stmt.concurrently, "CONCURRENTLY ");
        self.when(stmt.if_not_exists, "IF NOT EXISTS ");
        if let Some(name) = &stmt.index.name {
            self.any_name(name);
            self.word(" ");
        }
        self.word("ON ");
        self.object_name(&stmt.table);
        self.word(" ");
        self.index_rest(&stmt.index);
    }

    fn create_sequence(&mut self, stmt: &CreateSequence) {
        self.word("CREATE ");
        self.persistence(stmt.persistence);
        self.word("SEQUENCE ");
        self.when(stmt.if_not_exists, "IF NOT EXISTS ");
        self.object_name(&stmt.name);
        self.when(!stmt.options.is_empty(), " ");
        self.sequence_options(&stmt.options);
    }

    /// Options of a sequence, parted by spaces.
    pub(super) fn sequence_options(&mut self, options: &[SequenceOption]) {
        for (i, option) in options.iter().enumerate() {
            self.when(i > 0, " ");
            match option {
                SequenceOption::As(ty) => {
                    self.word("AS ");
                    self.type_name(ty);
                }
                SequenceOption::Cycle(cycle) => {
                    self.word(if *cycle { "CYCLE" } else { "NO CYCLE" });
                }
                SequenceOption::OwnedBy(None) => self.word("OWNED BY NONE"),
                SequenceOption::OwnedBy(Some(column)) => {
                    self.word("OWNED BY ");
                    self.path(column);
                }
                SequenceOption::Cache(n) => self.number(format_args!("CACHE {n}")),
                SequenceOption::NodeCache(n) => self.number(format_args!("PER NODE CACHE {n}")),
                SequenceOption::Increment(n) => self.number(format_args!("INCREMENT {n}")),
                SequenceOption::MinValue(None) => self.word("NO MINVALUE"),
                SequenceOption::MinValue(Some(n)) => self.number(format_args!("MINVALUE {n}")),
                SequenceOption::MaxValue(None) => self.word("NO MAXVALUE"),
                SequenceOption::MaxValue(Some(n)) => self.number(format_args!("MAXVALUE {n}")),
                SequenceOption::Start(n) => self.number(format_args!("START {n}")),
                SequenceOption::Restart(None) => self.word("RESTART"),
                SequenceOption::Restart(Some(n)) => self.number(format_args!("RESTART {n}")),
                SequenceOption::Virtual => self.word("VIRTUAL"),
            }
        }
    }

    fn create_view(&mut self, stmt: &CreateView) {
        self.word("CREATE ");
        self.when(stmt.replace, "OR REPLACE ");
        self.persistence(stmt.persistence);
        self.when(stmt.materialized, "MATERIALIZED ");
        self.word("VIEW ");
        self.when(stmt.if_not_exists, "IF NOT EXISTS ");
        self.object_name(&stmt.name);
        self.column_list(&stmt.columns);
        self.word(" AS ");
        self.query(&stmt.query);
        self.word(match (stmt.materialized, stmt.no_data) {
            (true, false) => " WITH DATA",
            (true, true) => " WITH NO DATA",
            (false, _) => "",
        });
    }

    fn create_type(&mut self, stmt: &CreateType) {
        self.word("CREATE TYPE ");
        self.when(stmt.if_not_exists, "IF NOT EXISTS ");
        self.object_name(&stmt.name);
        match &stmt.kind {
            CreateTypeKind::Enum(labels) => {
                self.word(" AS ENUM (");
                for (i, label) in labels.iter().enumerate() {
                    self.comma(i);
                    self.plain_string(label);
                }
            }
            CreateTypeKind::Composite(fields) => {
                self.word(" AS (");
                for (i, (name, ty)) in fields.iter().enumerate() {
                    self.comma(i);
                    self.name(name);
                    self.word(" ");
                    self.type_name(ty);
                }
            }
        }
        self.word(")");
    }

    fn create_function(&mut self, stmt: &CreateFunction) {
        self.word("CREATE ");
        self.when(stmt.replace, "OR REPLACE ");
        self.word(if stmt.procedure { "PROCEDURE " } else { "FUNCTION " });
        self.object_name(&stmt.name);
        self.word(&stmt.text);
    }

    fn create_statistics(&mut self, stmt: &CreateStatistics) {
        let Some(name) = &stmt.name else {
            self.word("ANALYZE ");
            self.object_name(&stmt.table);
            return;
        };
        self.keyword_name("CREATE STATISTICS ", name);
        if !stmt.columns.is_empty() {
            self.word(" ON ");
            self.names(&stmt.columns);
        }
        self.word(" FROM ");
        self.object_name(&stmt.table);
        self.clause(" WITH OPTIONS AS OF SYSTEM TIME ", stmt.as_of.as_ref());
    }

    fn refresh(&mut self, stmt: &Refresh) {
        self.word("REFRESH MATERIALIZED VIEW ");
        self.when(stmt.concurrently, "CONCURRENTLY ");
        self.object_name(&stmt.name);
        self.clause(" AS OF SYSTEM TIME ", stmt.as_of.as_ref());
        self.word(match stmt.with_data {
            None => "",
            Some(true) => " WITH DATA",
            Some(false) => " WITH NO DATA",
        });
    }

    fn comment(&mut self, stmt: &Comment) {
        self.word("COMMENT ON ");
        match &stmt.target {
            CommentTarget::Database(name) => self.keyword_name("DATABASE ", name),
            CommentTarget::Schema(name) => {
                self.word("SCHEMA ");
                self.object_name(name);
            }
            CommentTarget::Table(name) => {
                self.word("TABLE ");
                self.object_name(name);
            }
            CommentTarget::Type(name) => {
                self.word("TYPE ");
                self.object_name(name);
            }
            CommentTarget::Column(table, column) => {
                self.word("COLUMN ");
                self.object_name(table);
                self.word(".");
                self.any_name(column);
            }
            CommentTarget::Index(index) => {
                self.word("INDEX ");
                self.table_index(index);
            }
            CommentTarget::Constraint(name, table) => {
                self.keyword_name("CONSTRAINT ", name);
                self.word(" ON ");
                self.object_name(table);
            }
        }
        self.word(" IS ");
        match &stmt.text {
            None => self.word("NULL"),
            Some(text) => self.plain_string(text),
        }
    }
}
