//! Planted secrets come out nowhere.
