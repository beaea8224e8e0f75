//! The tables by date, and what `parameter_set` may say.
