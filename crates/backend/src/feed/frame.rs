//! An event as it goes over the line, written once for all who read it.

use crate::ports::LoggedEvent;
use bytes::Bytes;
use kabinet_domain::Cursor;
use std::ops::Range;

/// One event, as a server-sent event that contains its JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    pub cursor: Cursor,
    sse: Bytes,
    json: Range<usize>,
}

impl Frame {
    /// With `id:`, `event:` and `data:`.
    #[must_use]
    pub fn sse(&self) -> Bytes {
        self.sse.clone()
    }

    /// As it stands in a page.
    #[must_use]
    pub fn json(&self) -> &[u8] {
        &self.sse[self.json.clone()]
    }
}

/// The JSON holds names.
impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frame").field("cursor", &self.cursor).finish_non_exhaustive()
    }
}

impl From<LoggedEvent> for Frame {
    fn from(event: LoggedEvent) -> Self {
        let head = format!("id: {}\nevent: {}\ndata: ", event.cursor, kind(&event.json));
        let json = head.len()..head.len() + event.json.len();
        // JSON has no raw line breaks, so one `data:` line is enough.
        let sse = Bytes::from([head.as_str(), &event.json, "\n\n"].concat());
        Self { cursor: event.cursor, sse, json }
    }
}

/// The kind stands near the front of an event's JSON, before anything that a stranger may have typed.
#[must_use]
pub fn kind(json: &str) -> &str {
    const KEY: &str = "\"kind\":\"";
    json.find(KEY)
        .and_then(|at| json[at + KEY.len()..].split('"').next())
        .filter(|kind| kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
        .unwrap_or("message")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::Audience;

    #[test]
    fn a_frame_is_one_server_sent_event() {
        let json = r#"{"cursor":7,"id":"x","kind":"client_joined","who":{"name":"\"kind\":\"evil\n"}}"#;
        let frame = Frame::from(LoggedEvent {
            cursor: Cursor(7),
            audience: Audience::Operator,
            received_at: chrono::DateTime::UNIX_EPOCH,
            about: String::new(),
            json: json.to_owned(),
        });
        assert_eq!(frame.sse(), format!("id: 7\nevent: client_joined\ndata: {json}\n\n"));
        assert_eq!(frame.json(), json.as_bytes());
    }
}
