//! Callers share one client for each configuration.
