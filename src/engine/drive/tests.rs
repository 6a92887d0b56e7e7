//! The loop against a performer that plays its part.
