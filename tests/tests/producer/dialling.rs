//! Addresses that brokers advertise are judged before they are dialled.
