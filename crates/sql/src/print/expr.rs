//! Expressions as text.
//!
//! Operators inside operators get parentheses (`a + (b * c)`), so precedence never matters when the text is read again.

use super::Printer;
use crate::ast::expr::{
    Between, BinaryOp, Case, CastSyntax, CompareOp, Expr, Field, Function, FunctionSet, Literal,
    Over, Quantifier, Subscript, Tuple, TypeName, UnaryOp,
};
use crate::ast::query::{Frame, FrameBound, FrameExclusion, FrameMode, Select, WindowSpec};

impl BinaryOp {
    /// The operator's symbol.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::BitAnd => "&",
            Self::BitOr => "|",
            Self::BitXor => "#",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Mult => "*",
            Self::Div => "/",
            Self::FloorDiv => "//",
            Self::Mod => "%",
            Self::Pow => "^",
            Self::Concat => "||",
            Self::LShift => "<<",
            Self::RShift => ">>",
            Self::JsonFetchVal => "->",
            Self::JsonFetchText => "->>",
            Self::JsonFetchValPath => "#>",
            Self::JsonFetchTextPath => "#>>",
        }
    }

    const fn is_padded(self) -> bool {
        !matches!(
            self,
            Self::JsonFetchVal
                | Self::JsonFetchText
                | Self::JsonFetchValPath
                | Self::JsonFetchTextPath
        )
    }
}

impl CompareOp {
    /// The operator's symbol or words.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Lt => "<",
            Self::Gt => ">",
            Self::Le => "<=",
            Self::Ge => ">=",
            Self::Ne => "!=",
            Self::In => "IN",
            Self::NotIn => "NOT IN",
            Self::Like => "LIKE",
            Self::NotLike => "NOT LIKE",
            Self::ILike => "ILIKE",
            Self::NotILike => "NOT ILIKE",
            Self::SimilarTo => "SIMILAR TO",
            Self::NotSimilarTo => "NOT SIMILAR TO",
            Self::RegMatch => "~",
            Self::NotRegMatch => "!~",
            Self::RegIMatch => "~*",
            Self::NotRegIMatch => "!~*",
            Self::IsDistinctFrom => "IS DISTINCT FROM",
            Self::IsNotDistinctFrom => "IS NOT DISTINCT FROM",
            Self::Contains => "@>",
            Self::ContainedBy => "<@",
            Self::JsonExists => "?",
            Self::JsonSomeExists => "?|",
            Self::JsonAllExists => "?&",
            Self::Overlaps => "&&",
            Self::TextMatches => "@@",
        }
    }
}

impl UnaryOp {
    /// The operator's symbol.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Complement => "~",
            Self::Sqrt => "|/",
            Self::Cbrt => "||/",
        }
    }
}

/// Whether an expression gets parentheses inside another operator.
const fn is_operator(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Unary(..)
            | Expr::Binary(..)
            | Expr::Compare(..)
            | Expr::Quantified(..)
            | Expr::And(..)
            | Expr::Or(..)
            | Expr::Not(_)
            | Expr::IsNull { .. }
            | Expr::Between(_)
            | Expr::IsOfType { .. }
    )
}

const fn is_simple(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(_) | Expr::Placeholder(_))
}

/// `__more3__`, `__more20__`: the number with all digits but the first made zero.
fn more(count: usize) -> String {
    let mut unit = 1;
    while count / unit >= 10 {
        unit *= 10;
    }
    format!("__more{}__", count / unit * unit)
}

impl Printer<'_> {
    /// An expression.
    pub(super) fn expr(&mut self, expr: &Expr) {
        self.when(self.flags.group_exprs, "(");
        self.bare_expr(expr);
        self.when(self.flags.group_exprs, ")");
    }

    /// An operand: in parentheses if it is an operator itself.
    fn operand(&mut self, expr: &Expr) {
        if is_operator(expr) {
            self.word("(");
            self.expr(expr);
            self.word(")");
        } else {
            self.expr(expr);
        }
    }

    /// What `::` and its like are put after: a negative number needs parentheses, or the sign would move outside.
    fn cast_operand(&mut self, expr: &Expr) {
        let negative = matches!(expr, Expr::Literal(Literal::Int(n) | Literal::Decimal(n)) if n.starts_with('-'));
        self.when(negative, "(");
        self.operand(expr);
        self.when(negative, ")");
    }

    fn infix(&mut self, left: &Expr, op: &str, right: &Expr) {
        self.operand(left);
        self.word(" ");
        self.word(op);
        self.word(" ");
        self.operand(right);
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is compound_expr's")]
    fn bare_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Literal(literal) => self.literal(literal),
            Expr::Placeholder(_) if self.flags.hide_constants => self.word("$1"),
            Expr::Placeholder(number) => self.number(format_args!("${number}")),
            Expr::Default => self.word("DEFAULT"),
            Expr::Column(parts) => self.path(parts),
            Expr::Star(parts) => {
                self.path(parts);
                self.when(!parts.is_empty(), ".");
                self.word("*");
            }
            Expr::Ordinal(number) => self.number(format_args!("@{number}")),
            Expr::Paren(inner) => {
                self.word("(");
                self.expr(inner);
                self.word(")");
            }
            Expr::Unary(op, operand) => self.unary(*op, operand),
            Expr::Binary(op, left, right) => {
                if op.is_padded() {
                    self.infix(left, op.symbol(), right);
                } else {
                    self.operand(left);
                    self.word(op.symbol());
                    self.operand(right);
                }
            }
            Expr::Compare(op, left, right) => self.comparison(*op, left, right),
            Expr::Quantified(op, quantifier, left, right) => {
                self.operand(left);
                self.word(" ");
                self.word(op.symbol());
                self.word(match quantifier {
                    Quantifier::Any => " ANY ",
                    Quantifier::Some => " SOME ",
                    Quantifier::All => " ALL ",
                });
                self.operand(right);
            }
            Expr::And(left, right) => self.infix(left, "AND", right),
            Expr::Or(left, right) => self.infix(left, "OR", right),
            Expr::Not(operand) => {
                self.word("NOT ");
                self.operand(operand);
            }
            Expr::IsNull { expr, negated } => {
                self.operand(expr);
                self.word(if *negated { " IS NOT NULL" } else { " IS NULL" });
            }
            Expr::Between(between) => self.between(between),
            Expr::IsOfType { expr, types, negated } => {
                self.operand(expr);
                self.word(if *negated { " IS NOT OF (" } else { " IS OF (" });
                self.type_names(types);
                self.word(")");
            }
            Expr::Cast { expr, ty, syntax } => self.cast(expr, ty, *syntax),
            _ => self.compound_expr(expr),
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the other half of bare_expr; its kinds never come here"
    )]
    fn compound_expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Function(call) => self.function(call),
            Expr::Case(case) => self.case(case),
            Expr::Coalesce { if_null, args } => {
                self.word(if *if_null { "IFNULL" } else { "COALESCE" });
                self.paren_exprs(args);
            }
            Expr::If(args) => {
                self.word("IF");
                self.paren_exprs(args.as_slice());
            }
            Expr::NullIf(args) => {
                self.word("NULLIF");
                self.paren_exprs(args.as_slice());
            }
            Expr::IfError(test) => {
                self.word(if test.otherwise.is_some() { "IFERROR(" } else { "ISERROR(" });
                self.expr(&test.cond);
                self.clause(", ", test.otherwise.as_ref());
                self.clause(", ", test.code.as_ref());
                self.word(")");
            }
            Expr::Annotate { expr, ty, short } => self.annotation(expr, ty, *short),
            Expr::Collate { expr, locale } => {
                self.cast_operand(expr);
                self.word(" COLLATE ");
                self.any_name(locale);
            }
            Expr::Subquery(query) => self.paren_query("(", query),
            Expr::Exists(query) => self.paren_query("EXISTS (", query),
            Expr::Array(items) => {
                self.word("ARRAY[");
                self.shortened(items);
                self.word("]");
            }
            Expr::ArraySubquery(query) => {
                self.word("ARRAY ");
                self.when(self.flags.group_exprs, "(");
                self.paren_query("(", query);
                self.when(self.flags.group_exprs, ")");
            }
            Expr::Tuple(tuple) => self.tuple(tuple),
            Expr::Index { expr, subscripts } => self.index(expr, subscripts),
            Expr::Field { expr, field } => {
                self.word("(");
                self.expr(expr);
                self.word(").");
                match field {
                    Field::Name(name) => self.any_name(name),
                    Field::Ordinal(number) => self.number(format_args!("@{number}")),
                    Field::Star => self.word("*"),
                }
            }
            _ => {}
        }
    }

    fn paren_query(&mut self, open: &str, query: &Select) {
        self.word(open);
        self.query(query);
        self.word(")");
    }

    fn annotation(&mut self, expr: &Expr, ty: &TypeName, short: bool) {
        if short {
            self.cast_operand(expr);
            self.word(":::");
            self.type_name(ty);
        } else {
            self.word("ANNOTATE_TYPE(");
            self.expr(expr);
            self.word(", ");
            self.type_name(ty);
            self.word(")");
        }
    }

    fn unary(&mut self, op: UnaryOp, operand: &Expr) {
        self.word(op.symbol());
        let parens =
            is_operator(operand) || op == UnaryOp::Minus && matches!(operand, Expr::Literal(_));
        self.when(parens, "(");
        self.expr(operand);
        self.when(parens, ")");
    }

    fn comparison(&mut self, op: CompareOp, left: &Expr, right: &Expr) {
        let truth = matches!(right, Expr::Literal(Literal::Bool(_)));
        let words = if truth && op == CompareOp::IsDistinctFrom {
            "IS NOT"
        } else if truth && op == CompareOp::IsNotDistinctFrom {
            "IS"
        } else {
            op.symbol()
        };
        self.infix(left, words, right);
    }

    fn between(&mut self, between: &Between) {
        self.operand(&between.expr);
        self.word(if between.negated { " NOT BETWEEN " } else { " BETWEEN " });
        self.when(between.symmetric, "SYMMETRIC ");
        self.infix(&between.low, "AND", &between.high);
    }

    fn cast(&mut self, expr: &Expr, ty: &TypeName, syntax: CastSyntax) {
        match syntax {
            CastSyntax::Prepend if matches!(expr, Expr::Literal(Literal::String(_))) => {
                // The fields of an interval stand after its constant.
                let fields = matches!(ty, TypeName::Interval { .. });
                if fields {
                    self.word("INTERVAL");
                } else {
                    self.type_name(ty);
                }
                self.word(" ");
                if self.flags.hide_constants {
                    self.word("'_'");
                } else {
                    self.expr(expr);
                }
                if fields {
                    self.word(" ");
                    self.interval_fields(ty);
                }
            }
            CastSyntax::Explicit => {
                self.word("CAST(");
                self.expr(expr);
                self.word(" AS ");
                self.type_name(ty);
                self.word(")");
            }
            CastSyntax::Prepend | CastSyntax::Short => {
                self.cast_operand(expr);
                self.word("::");
                self.type_name(ty);
            }
        }
    }

    fn case(&mut self, case: &Case) {
        self.word("CASE ");
        if let Some(operand) = &case.operand {
            self.expr(operand);
            self.word(" ");
        }
        for (when, then) in &case.whens {
            self.word("WHEN ");
            self.expr(when);
            self.word(" THEN ");
            self.expr(then);
            self.word(" ");
        }
        if let Some(otherwise) = &case.otherwise {
            self.word("ELSE ");
            self.expr(otherwise);
            self.word(" ");
        }
        self.word("END");
    }

    /// A list; with constants hidden, one of nothing but constants is cut after the second.
    pub(super) fn shortened(&mut self, items: &[Expr]) {
        let cut = self.flags.hide_constants && items.len() > 2 && items.iter().all(is_simple);
        if !cut {
            self.exprs(items);
            return;
        }
        self.exprs(items.get(..2).unwrap_or_default());
        self.word(", ");
        self.word(&more(items.len() - 2));
    }

    /// What stands for the rows after the first when constants are hidden.
    pub(super) fn more_rows(&mut self, count: usize) {
        self.word(&more(count));
    }

    fn tuple(&mut self, tuple: &Tuple) {
        let labeled = !tuple.labels.is_empty();
        self.when(labeled, "(");
        self.when(tuple.row, "ROW");
        self.word("(");
        self.shortened(&tuple.exprs);
        // A comma tells a tuple of one from an expression in parentheses; behind ROW the grammar has none.
        self.when(tuple.exprs.len() == 1 && !tuple.row, ",");
        self.word(")");
        if labeled {
            self.word(" AS ");
            self.names(&tuple.labels);
            self.word(")");
        }
    }

    fn index(&mut self, expr: &Expr, subscripts: &[Subscript]) {
        let parens = matches!(
            expr,
            Expr::Cast { .. } | Expr::Annotate { .. } | Expr::Collate { .. } | Expr::Index { .. }
        );
        self.when(parens, "(");
        self.cast_operand(expr);
        self.when(parens, ")");
        for subscript in subscripts {
            self.word("[");
            self.clause("", subscript.begin.as_ref());
            self.when(subscript.slice, ":");
            self.clause("", subscript.end.as_ref());
            self.word("]");
        }
    }

    /// A call with all that may follow it.
    pub(super) fn function(&mut self, call: &Function) {
        // The names of functions are never hidden.
        let anonymize = std::mem::replace(&mut self.anonymize, false);
        self.when(self.flags.group_exprs, "(");
        self.function_name(&call.name.parts);
        self.when(self.flags.group_exprs, ")");
        self.anonymize = anonymize;
        self.word("(");
        self.word(match call.set {
            FunctionSet::None => "",
            FunctionSet::All => "ALL ",
            FunctionSet::Distinct => "DISTINCT ",
        });
        let last = call.args.len().saturating_sub(1);
        for (i, arg) in call.args.iter().enumerate() {
            self.comma(i);
            self.when(call.variadic && i == last, "VARIADIC ");
            self.expr(arg);
        }
        if !call.order_by.is_empty() && !call.within_group {
            self.word(" ");
            self.order_by(&call.order_by);
        }
        self.word(")");
        if call.within_group {
            self.word(" WITHIN GROUP (");
            self.order_by(&call.order_by);
            self.word(")");
        }
        if let Some(filter) = &call.filter {
            self.word(" FILTER (WHERE ");
            self.expr(filter);
            self.word(")");
        }
        match &call.over {
            None => {}
            Some(Over::Name(name)) => {
                self.word(" OVER ");
                self.name(name);
            }
            Some(Over::Spec(spec)) => {
                self.word(" OVER ");
                self.window_spec(spec);
            }
        }
    }

    /// A function may be named by a word that a column may not (`left`), and the other way round (`char`).
    fn function_name(&mut self, parts: &[String]) {
        use crate::lexer::keywords::{Class, WORDS, find};
        if let [name] = parts {
            let class = find(name).and_then(|at| WORDS.get(at)).map(|(_, class)| *class);
            let special = matches!(
                name.as_str(),
                "current_date"
                    | "current_timestamp"
                    | "current_time"
                    | "localtimestamp"
                    | "localtime"
                    | "current_user"
                    | "session_user"
                    | "current_schema"
                    | "extract"
                    | "extract_duration"
                    | "overlay"
                    | "substring"
                    | "greatest"
                    | "least"
            );
            match class {
                Some(Class::TypeOrFunction) => return self.word(name),
                Some(Class::Reserved | Class::ColumnName) if special => return self.word(name),
                Some(Class::Reserved | Class::ColumnName) => {
                    self.word("\"");
                    self.word(name);
                    return self.word("\"");
                }
                _ => {}
            }
        }
        self.path(parts);
    }

    pub(super) fn window_spec(&mut self, spec: &WindowSpec) {
        self.word("(");
        let mut space = false;
        if let Some(base) = &spec.base {
            self.name(base);
            space = true;
        }
        if !spec.partition_by.is_empty() {
            self.when(space, " ");
            self.word("PARTITION BY ");
            self.exprs(&spec.partition_by);
            space = true;
        }
        if !spec.order_by.is_empty() {
            self.when(space, " ");
            self.order_by(&spec.order_by);
            space = true;
        }
        if let Some(frame) = &spec.frame {
            self.when(space, " ");
            self.frame(frame);
        }
        self.word(")");
    }

    fn frame(&mut self, frame: &Frame) {
        self.word(match frame.mode {
            FrameMode::Range => "RANGE ",
            FrameMode::Rows => "ROWS ",
            FrameMode::Groups => "GROUPS ",
        });
        if let Some(end) = &frame.end {
            self.word("BETWEEN ");
            self.frame_bound(&frame.start);
            self.word(" AND ");
            self.frame_bound(end);
        } else {
            self.frame_bound(&frame.start);
        }
        self.word(match frame.exclude {
            FrameExclusion::None => "",
            FrameExclusion::CurrentRow => " EXCLUDE CURRENT ROW",
            FrameExclusion::Group => " EXCLUDE GROUP",
            FrameExclusion::Ties => " EXCLUDE TIES",
        });
    }

    fn frame_bound(&mut self, bound: &FrameBound) {
        match bound {
            FrameBound::UnboundedPreceding => self.word("UNBOUNDED PRECEDING"),
            FrameBound::CurrentRow => self.word("CURRENT ROW"),
            FrameBound::UnboundedFollowing => self.word("UNBOUNDED FOLLOWING"),
            FrameBound::Preceding(offset) => {
                self.operand(offset);
                self.word(" PRECEDING");
            }
            FrameBound::Following(offset) => {
                self.operand(offset);
                self.word(" FOLLOWING");
            }
        }
    }
}
