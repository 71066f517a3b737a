//! What stands between the parentheses of CREATE TABLE: columns, indexes, constraints, families.

use super::cursor::{Parser, Result};
use crate::ast::ddl::{
    ColumnDef, ColumnQual, ColumnQualKind, ConstraintDef, ConstraintKind, Hash, IndexDef,
    IndexElem, IndexKey, Locality, Match, RefAction, Reference, TableItem,
};
use crate::ast::expr::TypeName;
use crate::ast::{Expr, KvOption, Name};
use crate::lexer::TokenKind;

impl Parser<'_> {
    /// One item between the parentheses of CREATE TABLE.
    pub(super) fn table_item(&mut self) -> Result<TableItem> {
        let next = self.key_at(1);
        match self.key() {
            "index" if next == "(" || self.key_at(2) == "(" || self.key_at(2) == "using" => {
                self.table_index_def()
            }
            "unique" if matches!(next, "index" | "inverted") => self.table_index_def(),
            "inverted" | "vector" if next == "index" => self.table_index_def(),
            "family" if next == "(" || self.key_at(2) == "(" => {
                self.skip();
                let name = if self.is("(") { None } else { Some(self.name()?) };
                Ok(TableItem::Family { name, columns: self.paren_list(Self::name)? })
            }
            "like" => {
                self.skip();
                let table = self.object_name()?;
                let mut options = Vec::new();
                while matches!(self.key(), "including" | "excluding") {
                    let including = self.is("including");
                    self.skip();
                    options.push((including, self.any_name()?.to_ascii_uppercase()));
                }
                Ok(TableItem::Like { table, options })
            }
            "constraint" | "check" | "unique" | "primary" | "foreign" => {
                let constraint = self.table_constraint()?;
                self.eat_all(&["not", "valid"]);
                Ok(TableItem::Constraint(Box::new(constraint)))
            }
            _ => Ok(TableItem::Column(Box::new(self.column_def()?))),
        }
    }

    fn table_index_def(&mut self) -> Result<TableItem> {
        let unique = self.eat("unique");
        let inverted = self.eat("inverted");
        let vector = self.eat("vector");
        self.expect("index")?;
        let name = if self.is("(") { None } else { Some(self.name()?) };
        let mut index = IndexDef { name, unique, inverted, vector, ..IndexDef::default() };
        if self.is("using") && self.key_at(1) != "hash" {
            self.skip();
            match self.name()?.as_str() {
                "gin" | "gist" => index.inverted = true,
                _ => {}
            }
        }
        self.index_rest(&mut index)?;
        Ok(TableItem::Index(Box::new(index)))
    }

    /// The columns of an index and what follows them.
    pub(super) fn index_rest(&mut self, index: &mut IndexDef) -> Result<()> {
        index.columns = self.paren_list(Self::index_elem)?;
        index.hash = self.optional_hash()?;
        if matches!(self.key(), "storing" | "covering" | "include") {
            self.skip();
            index.storing = self.paren_list(Self::name)?;
        }
        index.partition = self.partition_by()?;
        index.params = self.storage_params()?;
        index.filter = self.optional_where()?;
        if self.eat_all(&["not", "visible"]) || self.eat("invisible") {
            index.not_visible = true;
        } else {
            self.eat("visible");
        }
        Ok(())
    }

    /// A column, call or expression in parentheses with its direction.
    pub(super) fn index_elem(&mut self) -> Result<IndexElem> {
        let key = if self.is("(") {
            IndexKey::Expr(self.paren_expr()?.into_inner())
        } else if self.key_at(1) == "(" {
            IndexKey::Expr(self.primary()?)
        } else {
            IndexKey::Column(self.name()?)
        };
        let op_class = if self.is_name() && !self.is("nulls") { Some(self.name()?) } else { None };
        let direction = self.direction();
        let nulls = self.nulls()?;
        Ok(IndexElem { key, op_class, direction, nulls })
    }

    fn optional_hash(&mut self) -> Result<Option<Hash>> {
        if !self.eat_all(&["using", "hash"]) {
            return Ok(None);
        }
        let mut bucket_count = None;
        if self.eat_all(&["with", "bucket_count"]) {
            self.expect("=")?;
            bucket_count = Some(self.expr()?);
        }
        Ok(Some(Hash { bucket_count }))
    }

    /// `WITH (key = value, …)`, if it stands here.
    pub(super) fn storage_params(&mut self) -> Result<Vec<KvOption>> {
        if self.is("with") && self.key_at(1) == "(" {
            self.skip();
            return self.paren_list(Self::storage_param);
        }
        Ok(Vec::new())
    }

    /// `key = value`; the bare key means true.
    pub(super) fn storage_param(&mut self) -> Result<KvOption> {
        let key = if self.kind(0) == Some(TokenKind::String) {
            self.string()?
        } else {
            self.dotted_name()?
        };
        let value = if self.eat("=") { Some(self.var_value()?) } else { None };
        Ok(KvOption { key, value })
    }

    /// LOCALITY …, if it stands here.
    pub(super) fn optional_locality(&mut self) -> Result<Option<Locality>> {
        if !self.eat("locality") {
            return Ok(None);
        }
        if self.eat("global") {
            return Ok(Some(Locality::Global));
        }
        self.expect("regional")?;
        if self.eat_all(&["by", "row"]) {
            let column = if self.eat("as") { Some(self.name()?) } else { None };
            return Ok(Some(Locality::RegionalByRow(column)));
        }
        self.eat_all(&["by", "table"]);
        let primary = self.eat_all(&["in", "primary", "region"]);
        let region = if !primary && self.eat("in") { Some(self.word_or_string()?) } else { None };
        Ok(Some(Locality::RegionalByTable(region)))
    }

    /// A column with its qualifications. Without a type in CREATE TABLE … (names) AS.
    pub(super) fn column_def(&mut self) -> Result<ColumnDef> {
        let name = self.name()?;
        let untyped = matches!(self.key(), "," | ")" | "primary" | "family");
        let mut ty = if untyped { None } else { Some(self.type_name()?) };
        let mut quals = Vec::new();
        loop {
            if self.eat("collate") {
                let locale = self.any_name()?;
                ty = ty.map(|ty| collated(ty, &locale));
                continue;
            }
            let named = if self.eat("constraint") { Some(self.name()?) } else { None };
            match self.column_qual()? {
                Some(kind) => quals.push(ColumnQual { name: named, kind }),
                None if named.is_some() => return Err(self.fault()),
                None => break,
            }
        }
        Ok(ColumnDef { name, ty, quals })
    }

    fn column_qual(&mut self) -> Result<Option<ColumnQualKind>> {
        let kind = match self.key() {
            "not" if self.key_at(1) == "visible" => {
                self.expect_all(&["not", "visible"])?;
                ColumnQualKind::NotVisible
            }
            "not" => {
                self.expect_all(&["not", "null"])?;
                ColumnQualKind::NotNull
            }
            "null" => {
                self.skip();
                ColumnQualKind::Null
            }
            "primary" => {
                self.expect_all(&["primary", "key"])?;
                let hash = self.optional_hash()?;
                ColumnQualKind::PrimaryKey { hash, params: self.storage_params()? }
            }
            "unique" => {
                self.skip();
                ColumnQualKind::Unique { without_index: self.eat_all(&["without", "index"]) }
            }
            "default" => {
                self.skip();
                ColumnQualKind::Default(self.restricted_expr()?)
            }
            "on" => {
                self.expect_all(&["on", "update"])?;
                ColumnQualKind::OnUpdate(self.restricted_expr()?)
            }
            "check" => {
                self.skip();
                ColumnQualKind::Check(self.in_parens()?)
            }
            "references" => ColumnQualKind::References(Box::new(self.reference()?)),
            "as" | "generated" => self.generated()?,
            "family" => {
                self.skip();
                let name = Some(self.name()?);
                ColumnQualKind::Family { name, create: false, if_not_exists: false }
            }
            "create" => {
                self.skip();
                let if_not_exists = self.if_not_exists();
                self.expect("family")?;
                let name = if self.is_name() { Some(self.name()?) } else { None };
                ColumnQualKind::Family { name, create: true, if_not_exists }
            }
            _ => return Ok(None),
        };
        Ok(Some(kind))
    }

    fn in_parens(&mut self) -> Result<Expr> {
        self.expect("(")?;
        let expr = self.expr()?;
        self.expect(")")?;
        Ok(expr)
    }

    /// AS (…) STORED|VIRTUAL, GENERATED … AS IDENTITY.
    fn generated(&mut self) -> Result<ColumnQualKind> {
        let mut always = true;
        if self.eat("generated") {
            always = self.eat("always");
            if !always {
                self.expect_all(&["by", "default"])?;
            }
        }
        self.expect("as")?;
        if self.eat("identity") {
            let mut options = Vec::new();
            if self.eat("(") {
                options = self.sequence_options()?;
                self.expect(")")?;
            }
            return Ok(ColumnQualKind::Identity { always, options });
        }
        let expr = self.in_parens()?;
        let stored = self.eat("stored");
        if !stored {
            self.expect("virtual")?;
        }
        Ok(ColumnQualKind::Computed { expr, stored })
    }

    /// REFERENCES table (columns) MATCH … ON DELETE … ON UPDATE ….
    fn reference(&mut self) -> Result<Reference> {
        self.expect("references")?;
        let table = self.object_name()?;
        let columns: Vec<Name> = self.optional_columns()?;
        let matching = if !self.eat("match") {
            Match::Simple
        } else if self.eat("full") {
            Match::Full
        } else if self.eat("partial") {
            Match::Partial
        } else {
            self.expect("simple")?;
            Match::Simple
        };
        let (mut on_delete, mut on_update) = (RefAction::NoAction, RefAction::NoAction);
        while self.is("on") && matches!(self.key_at(1), "delete" | "update") {
            self.skip();
            let delete = self.is("delete");
            self.skip();
            let action = self.ref_action()?;
            if delete {
                on_delete = action;
            } else {
                on_update = action;
            }
        }
        Ok(Reference { table, columns, matching, on_delete, on_update })
    }

    fn ref_action(&mut self) -> Result<RefAction> {
        if self.eat("restrict") {
            return Ok(RefAction::Restrict);
        }
        if self.eat("cascade") {
            return Ok(RefAction::Cascade);
        }
        if self.eat_all(&["no", "action"]) {
            return Ok(RefAction::NoAction);
        }
        self.expect("set")?;
        if self.eat("null") {
            return Ok(RefAction::SetNull);
        }
        self.expect("default")?;
        Ok(RefAction::SetDefault)
    }

    /// `[CONSTRAINT [IF NOT EXISTS] name] CHECK|UNIQUE|PRIMARY KEY|FOREIGN KEY …`.
    pub(super) fn table_constraint(&mut self) -> Result<ConstraintDef> {
        let (mut name, mut if_not_exists) = (None, false);
        if self.eat("constraint") {
            if_not_exists = self.if_not_exists();
            name = Some(self.name()?);
        }
        let kind = if self.eat("check") {
            ConstraintKind::Check(self.in_parens()?)
        } else if self.eat("unique") {
            let without_index = self.eat_all(&["without", "index"]);
            let mut index = IndexDef { unique: true, ..IndexDef::default() };
            self.index_rest(&mut index)?;
            ConstraintKind::Unique { index: Box::new(index), without_index }
        } else if self.eat_all(&["primary", "key"]) {
            let mut index = IndexDef { unique: true, ..IndexDef::default() };
            self.index_rest(&mut index)?;
            ConstraintKind::PrimaryKey(Box::new(index))
        } else {
            self.expect_all(&["foreign", "key"])?;
            let columns = self.paren_list(Self::name)?;
            ConstraintKind::ForeignKey { columns, reference: self.reference()? }
        };
        Ok(ConstraintDef { name, if_not_exists, kind })
    }
}

fn collated(ty: TypeName, locale: &str) -> TypeName {
    if let TypeName::Array(inner) = ty {
        return TypeName::Array(Box::new(collated(*inner, locale)));
    }
    TypeName::Collated(Box::new(ty), locale.to_owned())
}
