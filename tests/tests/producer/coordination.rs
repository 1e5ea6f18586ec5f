//! Results left in a real Redis, and everything that can happen to it.
