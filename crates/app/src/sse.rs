//! Reads a stream of server-sent events (HTML standard, section 9.2.6), as far as the feed uses it: `data` lines and comments.

/// Longest event taken; the backend's are under a kilobyte.
const LIMIT: usize = 1 << 20;

/// Splits bytes, however they were cut on the way, into the `data` of events.
#[derive(Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    data: String,
    has_data: bool,
    after_return: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    #[error("an event is longer than {LIMIT} bytes")]
    TooLong,
    #[error("a line is not UTF-8")]
    NotText,
}

impl Parser {
    /// Takes the next bytes and gives the events that are whole now.
    ///
    /// # Errors
    /// When this cannot be a stream of ours; the connection is of no more use then.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<String>, StreamError> {
        let mut events = Vec::new();
        for byte in bytes {
            match byte {
                b'\n' if self.after_return => self.after_return = false,
                b'\n' | b'\r' => {
                    self.after_return = *byte == b'\r';
                    if let Some(event) = self.end_line()? {
                        events.push(event);
                    }
                }
                _ => {
                    self.after_return = false;
                    if self.line.len() + self.data.len() >= LIMIT {
                        return Err(StreamError::TooLong);
                    }
                    self.line.push(*byte);
                }
            }
        }
        Ok(events)
    }

    fn end_line(&mut self) -> Result<Option<String>, StreamError> {
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            let data = std::mem::take(&mut self.data);
            return Ok(std::mem::take(&mut self.has_data).then_some(data));
        }
        let line = std::str::from_utf8(&line).map_err(|_| StreamError::NotText)?;
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        // The id is the cursor and the event is the kind: both stand in the data too.
        if field == "data" {
            if self.has_data {
                self.data.push('\n');
            }
            self.has_data = true;
            self.data.push_str(value.strip_prefix(' ').unwrap_or(value));
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STREAM: &str = ": connected\n\nid: 1\nevent: client_joined\ndata: {\"a\":\"я\"}\n\n: 15\n\ndata:one\r\ndata: two\r\n\r\nid: 9\n\ndata\n\n";

    #[test]
    fn events_are_found_between_comments() {
        let events = Parser::default().feed(STREAM.as_bytes()).expect("a stream");
        assert_eq!(events, ["{\"a\":\"я\"}", "one\ntwo", ""]);
    }

    proptest! {
        #[test]
        fn where_the_bytes_are_cut_does_not_matter(cuts in proptest::collection::vec(0..STREAM.len(), 0..8)) {
            let mut cuts = cuts;
            cuts.extend([0, STREAM.len()]);
            cuts.sort_unstable();
            let mut parser = Parser::default();
            let mut events = Vec::new();
            for pair in cuts.windows(2) {
                events.extend(parser.feed(&STREAM.as_bytes()[pair[0]..pair[1]]).expect("a stream"));
            }
            prop_assert_eq!(events, ["{\"a\":\"я\"}", "one\ntwo", ""]);
        }
    }

    #[test]
    fn an_endless_line_is_refused() {
        assert_eq!(Parser::default().feed(&vec![b'x'; LIMIT + 1]), Err(StreamError::TooLong));
    }
}
