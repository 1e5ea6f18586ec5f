//! A corpus of calls, each with its exact outcome, on the mock and on a real broker.
