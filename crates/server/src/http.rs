//! What every request passes: host, headers, span, errors.

pub(crate) mod headers;
pub(crate) mod host;
pub(crate) mod problem;
pub(crate) mod span;

pub(crate) use problem::Problem;
