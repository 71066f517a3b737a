//! Privileges: what may be granted on what, as bits of a descriptor, and the question whether a user has one.
//!
//! ```text
//!   bit = 1 << kind      ALL = 2   CONNECT = 2048   SELECT = 32      read the descriptor's own grants, those of the
//!   user ─▶ roles of the user ─▶ public                              user's roles, and those of `public`
//! ```
//!
//! *Source*: `spec/manifest-wire.md` §5; CockroachDB's `pkg/sql/privilege` as seen from its test files.

use base::map::Set;
use base::sort;
use base::sqlstate::SqlState;

use super::descpb::{PrivilegeDescriptor, UserPrivileges};
use super::error::{Error, Kind};
use crate::rules::Rules;

/// A right that can be granted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "each is the word that GRANT takes")]
pub enum Privilege {
    All,
    Create,
    Drop,
    Grant,
    Select,
    Insert,
    Delete,
    Update,
    Usage,
    ZoneConfig,
    Connect,
    Rule,
    ModifyClusterSetting,
    ExternalConnection,
    ViewActivity,
    ViewActivityRedacted,
    ViewClusterSetting,
    CancelQuery,
    NoSqlLogin,
    Execute,
    ViewClusterMetadata,
    ViewDebug,
    Backup,
    Restore,
    ExternalIoImplicitAccess,
    Changefeed,
    ViewJob,
    ModifySqlClusterSetting,
    Replication,
    ManageVirtualCluster,
    ViewSystemTable,
    CreateRole,
    CreateLogin,
    CreateDb,
    ControlJob,
    RepairCluster,
    Trigger,
    BypassRls,
}

use Privilege as P;

/// Every privilege with its number and word, in the order in which they are printed (by word).
const TABLE: &[(Privilege, u32, &str)] = &[
    (P::All, 1, "ALL"),
    (P::Backup, 23, "BACKUP"),
    (P::BypassRls, 40, "BYPASSRLS"),
    (P::CancelQuery, 18, "CANCELQUERY"),
    (P::Changefeed, 26, "CHANGEFEED"),
    (P::Connect, 11, "CONNECT"),
    (P::ControlJob, 35, "CONTROLJOB"),
    (P::Create, 2, "CREATE"),
    (P::CreateDb, 34, "CREATEDB"),
    (P::CreateLogin, 33, "CREATELOGIN"),
    (P::CreateRole, 32, "CREATEROLE"),
    (P::Delete, 7, "DELETE"),
    (P::Drop, 3, "DROP"),
    (P::Execute, 20, "EXECUTE"),
    (P::ExternalConnection, 14, "EXTERNALCONNECTION"),
    (P::ExternalIoImplicitAccess, 25, "EXTERNALIOIMPLICITACCESS"),
    (P::Grant, 4, "GRANT"),
    (P::Insert, 6, "INSERT"),
    (P::ManageVirtualCluster, 30, "MANAGEVIRTUALCLUSTER"),
    (P::ModifyClusterSetting, 13, "MODIFYCLUSTERSETTING"),
    (P::ModifySqlClusterSetting, 28, "MODIFYSQLCLUSTERSETTING"),
    (P::NoSqlLogin, 19, "NOSQLLOGIN"),
    (P::RepairCluster, 36, "REPAIRCLUSTER"),
    (P::Replication, 29, "REPLICATION"),
    (P::Restore, 24, "RESTORE"),
    (P::Rule, 12, "RULE"),
    (P::Select, 5, "SELECT"),
    (P::Trigger, 37, "TRIGGER"),
    (P::Update, 8, "UPDATE"),
    (P::Usage, 9, "USAGE"),
    (P::ViewActivity, 15, "VIEWACTIVITY"),
    (P::ViewActivityRedacted, 16, "VIEWACTIVITYREDACTED"),
    (P::ViewClusterMetadata, 21, "VIEWCLUSTERMETADATA"),
    (P::ViewClusterSetting, 17, "VIEWCLUSTERSETTING"),
    (P::ViewDebug, 22, "VIEWDEBUG"),
    (P::ViewJob, 27, "VIEWJOB"),
    (P::ViewSystemTable, 31, "VIEWSYSTEMTABLE"),
    (P::ZoneConfig, 10, "ZONECONFIG"),
];

impl Privilege {
    fn entry(self) -> (u32, &'static str) {
        TABLE.iter().find(|(p, ..)| *p == self).map_or((0, ""), |&(_, number, word)| (number, word))
    }

    /// Its bit in a descriptor.
    pub fn bit(self) -> u64 {
        1 << self.entry().0
    }

    /// The word that GRANT takes, in capitals.
    pub fn word(self) -> &'static str {
        self.entry().1
    }

    /// The privilege that a word in capitals means.
    pub fn parse(word: &str) -> Result<Self, Error> {
        let word = if word == "ALL PRIVILEGES" { "ALL" } else { word };
        TABLE
            .iter()
            .find(|(.., name)| name.eq_ignore_ascii_case(word))
            .map(|&(privilege, ..)| privilege)
            .ok_or_else(|| {
                Error::refused(
                    SqlState::SYNTAX_ERROR,
                    format!("not a valid privilege: \"{}\"", word.to_lowercase()),
                )
            })
    }

    /// The privileges of a set of bits, by word.
    pub fn of_bits(bits: u64) -> Vec<Self> {
        TABLE.iter().map(|&(p, ..)| p).filter(|p| bits & p.bit() != 0).collect()
    }

    /// What may be granted on a kind of object.
    pub fn valid_on(kind: Kind, rules: Rules) -> Vec<Self> {
        let mut all = vec![P::All];
        let late: &[Self] = if rules.backup_privilege() { &[P::Backup] } else { &[] };
        match kind {
            Kind::Database => {
                all.extend([P::Connect, P::Create, P::Drop, P::ZoneConfig]);
                all.extend(late);
                if rules.restore_privilege() {
                    all.push(P::Restore);
                } else {
                    all.extend([P::Grant, P::Select, P::Insert, P::Delete, P::Update]);
                }
            }
            Kind::Schema => all.extend([P::Create, P::Usage]),
            Kind::Type => all.push(P::Usage),
            Kind::Function => all.push(P::Execute),
            Kind::System => {
                return TABLE.iter().map(|&(p, ..)| p).filter(|p| p.is_system()).collect();
            }
            Kind::ExternalConnection => all.extend([P::Usage, P::Drop]),
            Kind::Sequence => {
                all.extend([P::Usage, P::Select, P::Update, P::Create, P::Drop, P::ZoneConfig]);
                all.extend([P::Insert, P::Delete]);
            }
            Kind::Relation
            | Kind::Table
            | Kind::View
            | Kind::MaterializedView
            | Kind::Index
            | Kind::Column
            | Kind::Constraint
            | Kind::Role
            | Kind::ClusterSetting
            | Kind::Variable
            | Kind::Job => {
                all.extend([P::Create, P::Drop, P::Select, P::Insert, P::Delete, P::Update]);
                all.push(P::ZoneConfig);
                all.extend(late);
                if rules.backup_privilege() {
                    all.extend([P::Changefeed, P::Trigger]);
                }
            }
        }
        if !rules.grant_options() && !matches!(kind, Kind::ExternalConnection) {
            all.push(P::Grant);
        }
        sort::by_key(&mut all, |p| p.word());
        all.dedup();
        all
    }

    /// Whether it is granted on the system as a whole.
    pub fn is_system(self) -> bool {
        matches!(
            self,
            P::All
                | P::Backup
                | P::Restore
                | P::BypassRls
                | P::CancelQuery
                | P::Changefeed
                | P::ControlJob
                | P::CreateDb
                | P::CreateLogin
                | P::CreateRole
                | P::ExternalConnection
                | P::ExternalIoImplicitAccess
                | P::ManageVirtualCluster
                | P::ModifyClusterSetting
                | P::ModifySqlClusterSetting
                | P::NoSqlLogin
                | P::RepairCluster
                | P::Replication
                | P::ViewActivity
                | P::ViewActivityRedacted
                | P::ViewClusterMetadata
                | P::ViewClusterSetting
                | P::ViewDebug
                | P::ViewJob
                | P::ViewSystemTable
        )
    }
}

/// Privileges of a new object: ALL for admin and root, and its owner.
pub fn for_owner(owner: &str, rules: Rules) -> PrivilegeDescriptor {
    let mut made = PrivilegeDescriptor { users: Vec::new(), owner: owner.to_owned(), version: 2 };
    for user in ["admin", "root"] {
        grant(&mut made, user, P::All.bit(), rules.grant_options());
    }
    made
}

/// Privileges of a table, sequence and so on of database `system`.
pub fn for_system(bits: u64, rules: Rules) -> PrivilegeDescriptor {
    let mut made = PrivilegeDescriptor { users: Vec::new(), owner: "node".to_owned(), version: 2 };
    for user in ["admin", "root"] {
        grant(&mut made, user, bits, rules.grant_options());
    }
    made
}

/// Adds bits for a user; ALL swallows the rest.
pub fn grant(desc: &mut PrivilegeDescriptor, user: &str, bits: u64, grant_option: bool) {
    let at = match desc.users.binary_search_by(|entry| entry.user.as_str().cmp(user)) {
        Ok(at) => at,
        Err(at) => {
            let entry =
                UserPrivileges { user: user.to_owned(), privileges: 0, with_grant_option: 0 };
            desc.users.insert(at, entry);
            at
        }
    };
    if let Some(entry) = desc.users.get_mut(at) {
        entry.privileges = fold_all(entry.privileges | bits);
        if grant_option {
            entry.with_grant_option = fold_all(entry.with_grant_option | bits);
        }
    }
}

const fn fold_all(bits: u64) -> u64 {
    if bits & 2 != 0 { 2 } else { bits }
}

/// Takes bits from a user; taking one of ALL leaves the others of `valid`.
pub fn revoke(
    desc: &mut PrivilegeDescriptor,
    user: &str,
    bits: u64,
    valid: &[Privilege],
    option_only: bool,
) {
    let every: u64 = valid.iter().filter(|p| **p != P::All).map(|p| p.bit()).sum();
    let take = |held: u64| match (bits & 2 != 0, held & 2 != 0) {
        (true, _) => 0,
        (false, true) => every & !bits,
        (false, false) => held & !bits,
    };
    if let Some(entry) = desc.users.iter_mut().find(|entry| entry.user == user) {
        entry.with_grant_option = take(entry.with_grant_option);
        if !option_only {
            entry.privileges = take(entry.privileges);
        }
    }
    desc.users.retain(|entry| entry.privileges != 0);
}

/// Whether one of `identities` (a user, its roles, `public`) holds `wanted`, or owns the object.
pub fn allows(desc: &PrivilegeDescriptor, identities: &Set<&str>, wanted: Privilege) -> bool {
    identities.contains(desc.owner.as_str())
        || desc.users.iter().any(|entry| {
            identities.contains(entry.user.as_str())
                && entry.privileges & (P::All.bit() | wanted.bit()) != 0
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_the_real_ones() {
        assert_eq!((P::All.bit(), P::Connect.bit(), P::Select.bit()), (2, 2048, 32));
        assert_eq!(Privilege::parse("BACKUP"), Ok(P::Backup));
        assert!(Privilege::parse("FLY").is_err());
    }

    #[test]
    fn taking_one_of_all_leaves_the_rest() {
        let rules = Rules::v26_2();
        let mut desc = for_owner("root", rules);
        grant(&mut desc, "u", P::All.bit(), false);
        let valid = Privilege::valid_on(Kind::Table, rules);
        revoke(&mut desc, "u", P::Select.bit(), &valid, false);
        let who = Set::from(["u"]);
        assert!(!allows(&desc, &who, P::Select) && allows(&desc, &who, P::Insert));
    }
}
