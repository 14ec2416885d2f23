//! What a specialist does about the page: lets the client in, gives the link anew.

use super::App;
use axum::Router;

/// Under the base path.
pub fn routes() -> Router<App> {
    Router::new()
}
