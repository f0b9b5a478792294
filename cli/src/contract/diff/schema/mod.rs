//! Schemas, compared in the direction in which values go.

mod bounds;
mod change;
mod compare;
mod shape;

pub(super) use self::{
    change::{Change, Kind, Side},
    compare::Pair,
};
