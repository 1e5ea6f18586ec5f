//! Swaps, seen through plugins that are linked into the test: what a shelf holds is what a tree would.

mod shelf;
mod swaps;
