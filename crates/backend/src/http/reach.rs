//! How a specialist is reached, and what they answer to an alert.

use super::App;
use axum::Router;

/// Under the base path.
pub fn routes() -> Router<App> {
    Router::new()
}
