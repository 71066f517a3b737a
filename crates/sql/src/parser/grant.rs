//! GRANT, REVOKE, ALTER DEFAULT PRIVILEGES, users and roles.

use super::cursor::{Parser, Result};
use crate::ast::expr::{Expr, Literal};
use crate::ast::grant::{
    AlterDefaultPrivileges, AlterRole, CreateRole, DropOwned, DropRole, Grant, GrantTarget,
    ReassignOwned, RoleChange, RoleOption,
};
use crate::ast::{Name, ObjectName, Statement};

impl Parser<'_> {
    /// GRANT or REVOKE.
    pub(super) fn grant(&mut self, revoke: bool) -> Result<Statement> {
        self.skip();
        let option_for = revoke
            && (self.eat_all(&["grant", "option", "for"])
                || self.eat_all(&["admin", "option", "for"]));
        let system = self.eat("system");
        let mut privileges = self.privileges()?;
        let target = if system {
            GrantTarget::System
        } else if self.eat("on") {
            self.grant_target()?
        } else {
            GrantTarget::Roles
        };
        if target != GrantTarget::Roles {
            for word in &mut privileges {
                word.make_ascii_uppercase();
            }
        }
        self.expect(if revoke { "from" } else { "to" })?;
        let grantees = self.list(Self::role)?;
        let with_option = !revoke
            && (self.eat_all(&["with", "grant", "option"])
                || self.eat_all(&["with", "admin", "option"]));
        Ok(Statement::Grant(Box::new(Grant {
            revoke,
            option_for,
            privileges,
            target,
            grantees,
            with_option,
        })))
    }

    fn privileges(&mut self) -> Result<Vec<Name>> {
        if self.eat("all") {
            self.eat("privileges");
            return Ok(vec!["ALL".to_owned()]);
        }
        self.list(|p| {
            if p.is_name() || matches!(p.key(), "create" | "grant" | "select" | "references") {
                p.any_name()
            } else {
                Err(p.fault())
            }
        })
    }

    /// What privileges are about, after ON.
    pub(super) fn grant_target(&mut self) -> Result<GrantTarget> {
        let named = self.is_name_at(1);
        match self.key() {
            "database" if named => {
                self.skip();
                Ok(GrantTarget::Databases(self.list(Self::name)?))
            }
            "schema" if named => {
                self.skip();
                Ok(GrantTarget::Schemas(self.list(Self::schema_name)?))
            }
            "type" if named => {
                self.skip();
                Ok(GrantTarget::Types(self.list(Self::object_name)?))
            }
            "sequence" if named => {
                self.skip();
                Ok(GrantTarget::Sequences(self.list(Self::table_pattern)?))
            }
            "function" | "procedure" if named => {
                self.skip();
                Ok(GrantTarget::Functions(self.list(Self::function_signature)?))
            }
            "external" if self.key_at(1) == "connection" => {
                self.expect_all(&["external", "connection"])?;
                Ok(GrantTarget::ExternalConnections(self.list(Self::name)?))
            }
            "all" => {
                self.skip();
                let word @ ("tables" | "sequences" | "functions" | "procedures") = self.key()
                else {
                    return Err(self.fault());
                };
                self.skip();
                self.expect_all(&["in", "schema"])?;
                let schemas = self.list(Self::schema_name)?;
                Ok(GrantTarget::AllInSchemas(word.to_ascii_uppercase(), schemas))
            }
            _ => {
                self.eat("table");
                Ok(GrantTarget::Tables(self.list(Self::table_pattern)?))
            }
        }
    }

    /// A function by its name, with or without its parameters.
    pub(super) fn function_signature(&mut self) -> Result<ObjectName> {
        let name = self.object_name()?;
        if self.eat("(") && !self.eat(")") {
            self.list(|p| {
                p.parameter()?;
                Ok(())
            })?;
            self.expect(")")?;
        }
        Ok(name)
    }

    /// ALTER DEFAULT PRIVILEGES after those words.
    pub(super) fn alter_default_privileges(&mut self) -> Result<Statement> {
        let (mut roles, mut all_roles) = (Vec::new(), false);
        if self.eat("for") {
            if self.eat_all(&["all", "roles"]) {
                all_roles = true;
            } else {
                if !self.eat("role") {
                    self.expect("user")?;
                }
                roles = self.list(Self::role)?;
            }
        }
        let schemas = if self.eat_all(&["in", "schema"]) {
            self.list(Self::schema_name)?
        } else {
            Vec::new()
        };
        let revoke = self.eat("revoke");
        if !revoke {
            self.expect("grant")?;
        }
        let option_for = revoke && self.eat_all(&["grant", "option", "for"]);
        let mut privileges = self.privileges()?;
        for word in &mut privileges {
            word.make_ascii_uppercase();
        }
        self.expect("on")?;
        let on = match self.key() {
            word @ ("tables" | "sequences" | "types" | "schemas" | "functions" | "routines") => {
                word.to_ascii_uppercase()
            }
            _ => return Err(self.fault()),
        };
        self.skip();
        self.expect(if revoke { "from" } else { "to" })?;
        let grantees = self.list(Self::role)?;
        let with_option = !revoke && self.eat_all(&["with", "grant", "option"]);
        if revoke {
            self.drop_behavior();
        }
        Ok(Statement::AlterDefaultPrivileges(Box::new(AlterDefaultPrivileges {
            roles,
            all_roles,
            schemas,
            revoke,
            option_for,
            privileges,
            on,
            grantees,
            with_option,
        })))
    }

    /// CREATE USER|ROLE after CREATE.
    pub(super) fn create_role(&mut self) -> Result<Statement> {
        let is_role = self.is("role");
        self.skip();
        let if_not_exists = self.if_not_exists();
        let name = self.role_or_string()?;
        let options = self.role_options()?;
        Ok(Statement::CreateRole(CreateRole { is_role, if_not_exists, name, options }))
    }

    fn role_or_string(&mut self) -> Result<Name> {
        if self.kind(0) == Some(crate::lexer::TokenKind::String) {
            self.string()
        } else {
            self.role()
        }
    }

    fn role_options(&mut self) -> Result<Vec<RoleOption>> {
        self.eat("with");
        let mut options = Vec::new();
        while !self.at_end() {
            options.push(self.role_option()?);
        }
        Ok(options)
    }

    fn role_option(&mut self) -> Result<RoleOption> {
        let bare = matches!(
            self.key(),
            "createrole"
                | "nocreaterole"
                | "login"
                | "nologin"
                | "controljob"
                | "nocontroljob"
                | "controlchangefeed"
                | "nocontrolchangefeed"
                | "createdb"
                | "nocreatedb"
                | "createlogin"
                | "nocreatelogin"
                | "viewactivity"
                | "noviewactivity"
                | "viewactivityredacted"
                | "noviewactivityredacted"
                | "cancelquery"
                | "nocancelquery"
                | "modifyclustersetting"
                | "nomodifyclustersetting"
                | "sqllogin"
                | "nosqllogin"
                | "viewclustersetting"
                | "noviewclustersetting"
                | "replication"
                | "noreplication"
        );
        let word = self.key().to_ascii_uppercase();
        if bare {
            self.skip();
            return Ok(RoleOption { word, value: None });
        }
        self.eat("encrypted");
        let word = match self.key() {
            "password" | "subject" => {
                let word = self.key().to_ascii_uppercase();
                self.skip();
                word
            }
            _ => {
                self.expect_all(&["valid", "until"])?;
                "VALID UNTIL".to_owned()
            }
        };
        let value = if self.eat("null") {
            Expr::Literal(Literal::Null)
        } else {
            self.string_or_placeholder()?
        };
        Ok(RoleOption { word, value: Some(value) })
    }

    /// ALTER USER|ROLE after ALTER.
    pub(super) fn alter_role(&mut self) -> Result<Statement> {
        let is_role = self.is("role");
        self.skip();
        let if_exists = self.if_exists();
        let name = if self.eat("all") { None } else { Some(self.role_or_string()?) };
        let database = if self.eat_all(&["in", "database"]) { Some(self.name()?) } else { None };
        let change = if self.eat("set") {
            let set = self.set_assignment()?;
            RoleChange::Setting { database, var: set.0, values: set.1 }
        } else if self.eat("reset") {
            RoleChange::Setting { database, var: self.session_var()?, values: Vec::new() }
        } else if database.is_some() {
            return Err(self.fault());
        } else {
            RoleChange::Options(self.role_options()?)
        };
        Ok(Statement::AlterRole(AlterRole { is_role, if_exists, name, change }))
    }

    /// DROP USER|ROLE after DROP.
    pub(super) fn drop_role(&mut self) -> Result<Statement> {
        let is_role = self.is("role");
        self.skip();
        let if_exists = self.if_exists();
        let names = self.list(Self::role_or_string)?;
        Ok(Statement::DropRole(DropRole { is_role, if_exists, names }))
    }

    /// DROP OWNED BY after those words.
    pub(super) fn drop_owned(&mut self) -> Result<Statement> {
        let roles = self.list(Self::role)?;
        Ok(Statement::DropOwned(DropOwned { roles, behavior: self.drop_behavior() }))
    }

    /// REASSIGN OWNED BY … TO ….
    pub(super) fn reassign(&mut self) -> Result<Statement> {
        self.expect_all(&["reassign", "owned", "by"])?;
        let from = self.list(Self::role)?;
        self.expect("to")?;
        Ok(Statement::ReassignOwned(ReassignOwned { from, to: self.role()? }))
    }
}
