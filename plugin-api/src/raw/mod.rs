//! JSON as bytes: checked, looked into and edited without a tree.
//!
//! A record that only passes through is never parsed. [`check()`] walks it once and says whether it is
//! JSON and whether it is [compact](crate::compact::compact) already; [`field()`] finds one value in it;
//! [`members()`] gives the places where an object can be cut and spliced; [`text()`] reads a string.
//!
//! Only [`check()`] judges. The others believe what they are given: on bytes that are not JSON they
//! answer `None` or some part of the bytes, and always end.

mod check;
mod escape;
mod field;
mod invalid;
mod members;
mod number;
mod skip;
mod text;
mod word;

pub use check::{Opens, Shape, check, check_utf8};
pub use field::{Key, field};
pub use invalid::{Invalid, Reason};
pub use members::{Member, Members, members};
pub use text::text;
