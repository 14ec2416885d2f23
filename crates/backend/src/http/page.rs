//! The client's page, `/w/…`: what a browser gets, and what the page says of itself.

use super::App;
use axum::Router;

/// Under the base path.
pub fn routes() -> Router<App> {
    Router::new()
}
