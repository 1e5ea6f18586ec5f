//! TLS and SASL against a real broker: who gets in, and what everybody else is told.
