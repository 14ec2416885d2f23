//! The clipboard. On X11 a text lives only while its owner does, so one handle is kept for good.

use arboard::Clipboard;
use kabinet_app::desktop::DesktopError;
use kabinet_domain::Sensitive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Clone, Default)]
pub struct SharedClipboard {
    kept: Arc<Mutex<Option<Clipboard>>>,
}

impl std::fmt::Debug for SharedClipboard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SharedClipboard")
    }
}

impl SharedClipboard {
    pub async fn put(&self, text: &Sensitive<String>) -> Result<(), DesktopError> {
        let text = text.clone();
        self.with_clipboard(move |clipboard| clipboard.set_text(text.into_inner())).await
    }

    /// Empties the clipboard unless somebody else has put something there since.
    pub async fn clear_if_still(&self, text: &Sensitive<String>) {
        let text = text.clone();
        let cleared = self
            .with_clipboard(move |clipboard| match clipboard.get_text() {
                Ok(now) if now == *text.reveal() => clipboard.clear(),
                _ => Ok(()),
            })
            .await;
        if let Err(error) = cleared {
            tracing::warn!(%error, "the clipboard could not be cleared");
        }
    }

    /// Off the async threads: reading waits for whoever owns the clipboard.
    async fn with_clipboard(
        &self,
        work: impl FnOnce(&mut Clipboard) -> Result<(), arboard::Error> + Send + 'static,
    ) -> Result<(), DesktopError> {
        let kept = Arc::clone(&self.kept);
        let done = tokio::task::spawn_blocking(move || {
            let mut kept = lock(&kept);
            let clipboard = match &mut *kept {
                Some(clipboard) => clipboard,
                none => none.insert(Clipboard::new()?),
            };
            work(clipboard)
        });
        match done.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(DesktopError { code: "no_clipboard", cause: Some(Box::new(error)) }),
            Err(panicked) => Err(DesktopError { code: "no_clipboard", cause: Some(Box::new(panicked)) }),
        }
    }
}

fn lock(kept: &Mutex<Option<Clipboard>>) -> MutexGuard<'_, Option<Clipboard>> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
