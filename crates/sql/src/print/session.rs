//! Transactions, SET, PREPARE, EXPLAIN, users, grants and zones as text.

use super::Printer;
use crate::ast::grant::{AlterRole, Grant, GrantTarget, RoleChange, RoleOption};
use crate::ast::session::{Discard, Isolation, Prepare, Priority, SetVar, TxnModes};
use crate::ast::zone::{ConfigureZone, ZoneChange, ZoneTarget};
use crate::ast::{Expr, Statement};

impl Printer<'_> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "statement() sends only this family here")]
    pub(super) fn session_family(&mut self, stmt: &Statement) {
        match stmt {
            Statement::Begin(modes) => self.txn_modes("BEGIN TRANSACTION", modes),
            Statement::Commit => self.word("COMMIT TRANSACTION"),
            Statement::Rollback => self.word("ROLLBACK TRANSACTION"),
            Statement::Savepoint(name) => self.keyword_name("SAVEPOINT ", name),
            Statement::ReleaseSavepoint(name) => self.keyword_name("RELEASE SAVEPOINT ", name),
            Statement::RollbackToSavepoint(name) => {
                self.keyword_name("ROLLBACK TRANSACTION TO SAVEPOINT ", name);
            }
            Statement::SetTransaction(modes) => self.txn_modes("SET TRANSACTION", modes),
            Statement::SetSessionCharacteristics(modes) => {
                self.txn_modes("SET SESSION CHARACTERISTICS AS TRANSACTION", modes);
            }
            Statement::SetVar(set) => self.set_var(set),
            Statement::Discard(what) => self.word(match what {
                Discard::All => "DISCARD ALL",
                Discard::Sequences => "DISCARD SEQUENCES",
                Discard::Temp => "DISCARD TEMP",
                Discard::ResetAll => "RESET ALL",
            }),
            Statement::SetClusterSetting(set) => {
                self.word("SET CLUSTER SETTING ");
                self.dotted(&set.name);
                match &set.value {
                    None => self.word(" = DEFAULT"),
                    Some(value) => self.assigned(" = ", value),
                }
            }
            Statement::Prepare(stmt) => self.prepare(stmt),
            Statement::Execute(stmt) => {
                self.keyword_name("EXECUTE ", &stmt.name);
                if !stmt.args.is_empty() {
                    self.word(" ");
                    self.paren_exprs(&stmt.args);
                }
            }
            Statement::Deallocate(None) => self.word("DEALLOCATE ALL"),
            Statement::Deallocate(Some(name)) => self.keyword_name("DEALLOCATE ", name),
            Statement::Explain(stmt) => {
                self.word("EXPLAIN ");
                self.when(stmt.analyze, "ANALYZE ");
                if !stmt.options.is_empty() {
                    self.word("(");
                    self.word(&stmt.options.join(", "));
                    self.word(") ");
                }
                self.statement(&stmt.stmt);
            }
            Statement::CancelQuery(stmt) => {
                self.word(if stmt.session { "CANCEL SESSIONS " } else { "CANCEL QUERIES " });
                self.when(stmt.if_exists, "IF EXISTS ");
                self.query(&stmt.ids);
            }
            Statement::Call(call) => {
                self.word("CALL ");
                self.function(call);
            }
            Statement::Do(body) => {
                self.word("DO ");
                self.plain_string(body);
            }
            _ => {}
        }
    }

    fn prepare(&mut self, stmt: &Prepare) {
        self.keyword_name("PREPARE ", &stmt.name);
        if !stmt.types.is_empty() {
            self.word(" (");
            self.type_names(&stmt.types);
            self.word(")");
        }
        self.word(" AS ");
        self.statement(&stmt.stmt);
    }

    pub(super) fn keyword_name(&mut self, keyword: &str, name: &str) {
        self.word(keyword);
        self.name(name);
    }

    fn txn_modes(&mut self, keyword: &str, modes: &TxnModes) {
        self.word(keyword);
        let mut count = 0;
        let mut mode = |printer: &mut Self, text: &str| {
            printer.word(if count == 0 { " " } else { ", " });
            printer.word(text);
            count += 1;
        };
        if let Some(isolation) = modes.isolation {
            mode(self, "ISOLATION LEVEL ");
            self.word(match isolation {
                Isolation::ReadUncommitted => "READ UNCOMMITTED",
                Isolation::ReadCommitted => "READ COMMITTED",
                Isolation::Snapshot => "SNAPSHOT",
                Isolation::RepeatableRead => "REPEATABLE READ",
                Isolation::Serializable => "SERIALIZABLE",
            });
        }
        if let Some(priority) = modes.priority {
            mode(self, "PRIORITY ");
            self.word(match priority {
                Priority::Low => "LOW",
                Priority::Normal => "NORMAL",
                Priority::High => "HIGH",
            });
        }
        if let Some(only) = modes.read_only {
            mode(self, if only { "READ ONLY" } else { "READ WRITE" });
        }
        if let Some(time) = &modes.as_of {
            mode(self, "AS OF SYSTEM TIME ");
            self.expr(time);
        }
        if let Some(deferrable) = modes.deferrable {
            mode(self, if deferrable { "DEFERRABLE" } else { "NOT DEFERRABLE" });
        }
    }

    fn set_var(&mut self, set: &SetVar) {
        if set.values.is_empty() {
            self.word("RESET ");
            self.dotted(&set.name);
            return;
        }
        self.word(if set.local { "SET LOCAL " } else { "SET " });
        self.dotted(&set.name);
        self.word(" = ");
        for (i, value) in set.values.iter().enumerate() {
            self.comma(i);
            self.assigned("", value);
        }
    }

    /// A value of a variable; `on` and `none` stay words.
    pub(super) fn assigned(&mut self, before: &str, value: &Expr) {
        self.word(before);
        if let Expr::Column(parts) = value
            && let [word] = parts.as_slice()
            && (word == "on" || word == "none")
        {
            self.word(word);
        } else {
            self.expr(value);
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "statement() sends only this family here")]
    pub(super) fn grant_family(&mut self, stmt: &Statement) {
        match stmt {
            Statement::CreateRole(stmt) => {
                self.word(if stmt.is_role { "CREATE ROLE " } else { "CREATE USER " });
                self.when(stmt.if_not_exists, "IF NOT EXISTS ");
                self.role(&stmt.name);
                self.role_options(&stmt.options);
            }
            Statement::AlterRole(stmt) => self.alter_role(stmt),
            Statement::DropRole(stmt) => {
                self.word(if stmt.is_role { "DROP ROLE " } else { "DROP USER " });
                self.when(stmt.if_exists, "IF EXISTS ");
                self.roles(&stmt.names);
            }
            Statement::Grant(stmt) => self.grant(stmt),
            Statement::AlterDefaultPrivileges(stmt) => {
                self.word("ALTER DEFAULT PRIVILEGES ");
                self.when(stmt.all_roles, "FOR ALL ROLES ");
                if !stmt.roles.is_empty() {
                    self.word("FOR ROLE ");
                    self.roles(&stmt.roles);
                    self.word(" ");
                }
                if !stmt.schemas.is_empty() {
                    self.word("IN SCHEMA ");
                    self.object_names(&stmt.schemas);
                    self.word(" ");
                }
                self.word(if stmt.revoke { "REVOKE " } else { "GRANT " });
                self.when(stmt.option_for, "GRANT OPTION FOR ");
                self.word(&stmt.privileges.join(", "));
                self.word(" ON ");
                self.word(&stmt.on);
                self.word(if stmt.revoke { " FROM " } else { " TO " });
                self.roles(&stmt.grantees);
                self.when(stmt.with_option, " WITH GRANT OPTION");
            }
            Statement::ReassignOwned(stmt) => {
                self.word("REASSIGN OWNED BY ");
                self.roles(&stmt.from);
                self.word(" TO ");
                self.role(&stmt.to);
            }
            Statement::DropOwned(stmt) => {
                self.word("DROP OWNED BY ");
                self.roles(&stmt.roles);
                self.behavior(stmt.behavior);
            }
            _ => {}
        }
    }

    fn role_options(&mut self, options: &[RoleOption]) {
        for (i, option) in options.iter().enumerate() {
            self.word(if i == 0 { " WITH " } else { " " });
            self.word(&option.word);
            match &option.value {
                None => {}
                Some(Expr::Literal(crate::ast::Literal::String(_)))
                    if option.word == "PASSWORD" && !self.flags.show_secrets =>
                {
                    self.word(" '*****'");
                }
                Some(value) => self.clause(" ", Some(value)),
            }
        }
    }

    fn alter_role(&mut self, stmt: &AlterRole) {
        self.word(if stmt.is_role { "ALTER ROLE " } else { "ALTER USER " });
        self.when(stmt.if_exists, "IF EXISTS ");
        match &stmt.name {
            None => self.word("ALL"),
            Some(name) => self.role(name),
        }
        match &stmt.change {
            RoleChange::Options(options) => self.role_options(options),
            RoleChange::Setting { database, var, values } => {
                if let Some(database) = database {
                    self.keyword_name(" IN DATABASE ", database);
                }
                self.word(if values.is_empty() { " RESET " } else { " SET " });
                if var == "all" {
                    self.word("ALL");
                } else {
                    self.dotted(var);
                }
                for (i, value) in values.iter().enumerate() {
                    self.assigned(if i == 0 { " = " } else { ", " }, value);
                }
            }
        }
    }

    fn grant(&mut self, stmt: &Grant) {
        self.word(if stmt.revoke { "REVOKE " } else { "GRANT " });
        let roles = stmt.target == GrantTarget::Roles;
        self.when(stmt.option_for, if roles { "ADMIN OPTION FOR " } else { "GRANT OPTION FOR " });
        self.when(stmt.target == GrantTarget::System, "SYSTEM ");
        if roles {
            self.names(&stmt.privileges);
        } else {
            self.word(&stmt.privileges.join(", "));
        }
        if !roles && stmt.target != GrantTarget::System {
            self.word(" ON ");
            self.grant_target(&stmt.target);
        }
        self.word(if stmt.revoke { " FROM " } else { " TO " });
        self.roles(&stmt.grantees);
        self.when(
            stmt.with_option,
            if roles { " WITH ADMIN OPTION" } else { " WITH GRANT OPTION" },
        );
    }

    pub(super) fn grant_target(&mut self, target: &GrantTarget) {
        match target {
            GrantTarget::Roles => self.word("ROLE"),
            GrantTarget::System => self.word("SYSTEM"),
            GrantTarget::Databases(names) => {
                self.word("DATABASE ");
                self.names(names);
            }
            GrantTarget::Schemas(names) => {
                self.word("SCHEMA ");
                self.object_names(names);
            }
            GrantTarget::Tables(patterns) => {
                self.word("TABLE ");
                self.table_patterns(patterns);
            }
            GrantTarget::Sequences(patterns) => {
                self.word("SEQUENCE ");
                self.table_patterns(patterns);
            }
            GrantTarget::Types(names) => {
                self.word("TYPE ");
                self.object_names(names);
            }
            GrantTarget::Functions(names) => {
                self.word("FUNCTION ");
                self.object_names(names);
            }
            GrantTarget::ExternalConnections(names) => {
                self.word("EXTERNAL CONNECTION ");
                self.names(names);
            }
            GrantTarget::AllInSchemas(word, schemas) => {
                self.word("ALL ");
                self.word(word);
                self.word(" IN SCHEMA ");
                self.object_names(schemas);
            }
        }
    }

    pub(super) fn zone_target(&mut self, target: &ZoneTarget) {
        match target {
            ZoneTarget::Range(name) => {
                self.word("RANGE ");
                self.any_name(name);
            }
            ZoneTarget::Database(name) => self.keyword_name("DATABASE ", name),
            ZoneTarget::Table(name) => {
                self.word("TABLE ");
                self.object_name(name);
            }
            ZoneTarget::Index(index) => {
                self.word("INDEX ");
                self.table_index(index);
            }
            ZoneTarget::TablePartition(partition, table) => {
                self.word("PARTITION ");
                self.any_name(partition);
                self.word(" OF TABLE ");
                self.object_name(table);
            }
            ZoneTarget::IndexPartition(partition, index) => {
                self.word("PARTITION ");
                self.any_name(partition);
                self.word(" OF INDEX ");
                self.table_index(index);
            }
        }
    }

    pub(super) fn configure_zone(&mut self, stmt: &ConfigureZone) {
        self.word("ALTER ");
        self.zone_target(&stmt.target);
        self.word(" CONFIGURE ZONE ");
        match &stmt.change {
            ZoneChange::Discard => self.word("DISCARD"),
            ZoneChange::Default => self.word("USING DEFAULT"),
            ZoneChange::Using(assignments) => {
                self.word("USING ");
                for (i, (name, value)) in assignments.iter().enumerate() {
                    self.comma(i);
                    let anonymize = std::mem::replace(&mut self.anonymize, false);
                    self.dotted(name);
                    self.anonymize = anonymize;
                    match value {
                        None => self.word(" = COPY FROM PARENT"),
                        Some(value) => self.assigned(" = ", value),
                    }
                }
            }
        }
    }
}
