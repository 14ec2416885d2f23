//! One connection to the session bus for everything the shell says over it.

use std::sync::Arc;
use tokio::sync::Mutex;
use zbus::Connection;

#[derive(Debug, Clone, Default)]
pub struct SessionBus {
    connection: Arc<Mutex<Option<Connection>>>,
}

impl SessionBus {
    /// The connection, made at the first use; a session without a bus is asked again each time.
    pub async fn connection(&self) -> zbus::Result<Connection> {
        let mut kept = self.connection.lock().await;
        match &*kept {
            Some(connection) => Ok(connection.clone()),
            None => Ok(kept.insert(Connection::session().await?).clone()),
        }
    }
}
