//! Compares schemas, depending on the direction in which values are sent.

mod bounds;
mod change;
mod compare;
mod shape;

pub(super) use self::{
    change::{Change, Kind, Side},
    compare::Pair,
};
