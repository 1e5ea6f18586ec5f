//! `operation: validate`, with corpora of addresses, topics, options, credentials and messages.
