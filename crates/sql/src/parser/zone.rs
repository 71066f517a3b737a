//! CONFIGURE ZONE and what zones belong to.

use super::cursor::{Parser, Result};
use crate::ast::Statement;
use crate::ast::zone::{ConfigureZone, TableIndex, ZoneChange, ZoneTarget};

impl Parser<'_> {
    /// What a zone belongs to, in SHOW ZONE CONFIGURATION.
    pub(super) fn zone_target(&mut self) -> Result<ZoneTarget> {
        match self.key() {
            "range" => {
                self.skip();
                Ok(ZoneTarget::Range(self.any_name()?))
            }
            "database" => {
                self.skip();
                Ok(ZoneTarget::Database(self.name()?))
            }
            "table" => {
                self.skip();
                let table = self.object_name()?;
                if self.eat("partition") {
                    return Ok(ZoneTarget::TablePartition(self.any_name()?, table));
                }
                Ok(ZoneTarget::Table(table))
            }
            "index" => {
                self.skip();
                let index = self.table_index()?;
                if self.eat("partition") {
                    return Ok(ZoneTarget::IndexPartition(self.any_name()?, index));
                }
                Ok(ZoneTarget::Index(index))
            }
            "partition" => {
                self.skip();
                let name = self.any_name()?;
                self.expect("of")?;
                if self.eat("table") {
                    return Ok(ZoneTarget::TablePartition(name, self.object_name()?));
                }
                self.expect("index")?;
                Ok(ZoneTarget::IndexPartition(name, self.table_index()?))
            }
            _ => Err(self.fault()),
        }
    }

    /// `table@index` (or `table@*`), or an index alone.
    pub(super) fn table_index(&mut self) -> Result<TableIndex> {
        let name = self.object_name()?;
        if !self.eat("@") {
            return Ok(TableIndex { table: None, index: name });
        }
        let index = if self.eat("*") { "*".to_owned() } else { self.any_name()? };
        Ok(TableIndex { table: Some(name), index: crate::ast::ObjectName::simple(index) })
    }

    /// CONFIGURE ZONE and what follows.
    pub(super) fn configure_zone(&mut self, target: ZoneTarget) -> Result<Statement> {
        let change = self.helped("CONFIGURE ZONE", |p| {
            p.expect_all(&["configure", "zone"])?;
            if p.eat("discard") {
                return Ok(ZoneChange::Discard);
            }
            p.expect("using")?;
            if p.eat("default") {
                return Ok(ZoneChange::Default);
            }
            let assignments = p.list(|p| {
                let name = p.dotted_name()?;
                p.expect("=")?;
                if p.eat_all(&["copy", "from", "parent"]) {
                    return Ok((name, None));
                }
                Ok((name, Some(p.var_value()?)))
            })?;
            Ok(ZoneChange::Using(assignments))
        })?;
        Ok(Statement::ConfigureZone(Box::new(ConfigureZone { target, change })))
    }
}
