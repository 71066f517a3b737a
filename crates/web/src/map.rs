//! The chain map: model (the view itself), layout (where everything stands), paint (SVG), and the table with the same facts.

pub(crate) mod axis;
pub(crate) mod labels;
pub(crate) mod lane;
pub(crate) mod layout;
pub(crate) mod paint;
pub(crate) mod table;
