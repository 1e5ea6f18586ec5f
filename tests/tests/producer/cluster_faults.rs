//! Faults of a cluster of three, judged by the conservation oracle.
