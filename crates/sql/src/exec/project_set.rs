//! Functions that return sets, beside the row that they are called for.
//!
//! ```text
//!   SELECT f(2), g(3)      f: 1 2      g: 7 8 9        ▶ (1, 7) (2, 8) (NULL, 9)
//! ```

use super::run::{Flow, Run, Sink};
use crate::error::Error;
use crate::plan::node::{Node, SetCall, SetSource};
use crate::types::Datum;
use crate::types::expr::set_function::SetRows;

/// The rows of one call, pulled one by one.
enum Source {
    Rows(SetRows),
    One(Option<Datum>),
}

impl<'r, 'c> Run<'r, 'c> {
    /// Runs set functions for each row of the input.
    pub fn project_set(
        &mut self,
        input: &Node,
        sets: &[SetCall],
        ordinality: bool,
        sink: &mut Sink<'_, 'r, 'c>,
    ) -> Result<Flow, Error> {
        let mut wide = Vec::new();
        self.stream(input, &mut |run, row| {
            let mut sources = Vec::with_capacity(sets.len());
            for set in sets {
                sources.push(run.open_set(set, row)?);
            }
            for number in 1.. {
                run.step(1)?;
                wide.clear();
                wide.extend_from_slice(row);
                let mut any = false;
                for (set, source) in sets.iter().zip(&mut sources) {
                    any |= source.next_into(set, &mut wide);
                }
                if !any {
                    break;
                }
                if ordinality {
                    wide.push(Datum::Int(number));
                }
                if sink(run, &wide)? == Flow::Enough {
                    return Ok(Flow::Enough);
                }
            }
            Ok(Flow::More)
        })
    }

    fn open_set(&mut self, set: &SetCall, row: &[Datum]) -> Result<Source, Error> {
        match &set.source {
            SetSource::Scalar(scalar) => Ok(Source::One(Some(self.eval(scalar, row)?))),
            SetSource::Function(function) => {
                let wide = self.widen(row);
                let rows = self.cx.with_eval(|eval| function.open(&wide, eval))?;
                Ok(Source::Rows(rows))
            }
        }
    }
}

impl Source {
    /// Adds the columns of the next row, NULLs after the last. Answers whether there was one.
    fn next_into(&mut self, set: &SetCall, wide: &mut Vec<Datum>) -> bool {
        let next = match self {
            Self::Rows(rows) => rows.next(),
            Self::One(value) => value.take().map(|value| vec![value]),
        };
        let found = next.is_some();
        match next {
            Some(values) if set.tuple => wide.push(Datum::Tuple(values.into())),
            Some(values) => wide.extend(values),
            None if set.tuple => wide.push(Datum::Null),
            None => wide.extend(std::iter::repeat_n(Datum::Null, set.width)),
        }
        found
    }
}
