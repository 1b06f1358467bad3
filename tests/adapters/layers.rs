//! The layers, by what differs from the extractors.
