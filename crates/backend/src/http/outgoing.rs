//! What goes out: invitations, deliveries and how far they got, for specialists and for the operator.

use super::App;
use axum::Router;

/// Under the base path.
pub fn routes() -> Router<App> {
    Router::new()
}
