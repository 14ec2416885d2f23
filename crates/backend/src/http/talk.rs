//! Threads with clients.

use super::App;
use axum::Router;

/// Under the base path.
pub fn routes() -> Router<App> {
    Router::new()
}
