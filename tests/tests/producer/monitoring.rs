//! What is counted, and who hears of it.
