//! How an entry of ours is known again, also when the answer with its id was lost: by the last line of its description.
//! And how an entry of somebody else is known to be a consultation: by the room's link in it.

use super::Details;
use crate::ConsultationId;

const MARKER: &str = "kabinet:";

/// A description as it is written to the calendar: ours, and the marker as its last line.
#[must_use]
pub fn marked(description: &str, consultation: ConsultationId) -> String {
    let text = unmarked(description).0;
    if text.is_empty() { format!("{MARKER}{consultation}") } else { format!("{text}\n\n{MARKER}{consultation}") }
}

/// A description as it came from the calendar, taken apart into ours and the consultation that its last line names.
#[must_use]
pub fn unmarked(written: &str) -> (&str, Option<ConsultationId>) {
    let text = written.trim_end();
    let (before, last) = text.rsplit_once('\n').unwrap_or(("", text));
    match last.trim().strip_prefix(MARKER).and_then(|id| id.parse().ok()) {
        Some(consultation) => (before.trim_end(), Some(consultation)),
        None => (text, None),
    }
}

/// The first link in the location, else in the description, that `known` calls a room of a known provider.
#[must_use]
pub fn room_link<'a>(details: &'a Details, known: &dyn Fn(&str) -> bool) -> Option<&'a str> {
    links(details.location.reveal()).chain(links(details.description.reveal())).find(|link| known(link))
}

/// Web addresses in a text, without the punctuation, tags and brackets around them.
fn links(text: &str) -> impl Iterator<Item = &str> {
    const AROUND: &[char] = &['<', '>', '"', '[', ']', '(', ')', '{', '}', '«', '»', '|'];
    text.split(|c: char| c.is_whitespace() || AROUND.contains(&c)).filter_map(|word| {
        let start = word.find("https://").or_else(|| word.find("http://"))?;
        Some(word[start..].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0198f1aa-0000-7000-8000-000000000001";

    fn id() -> ConsultationId {
        ID.parse().expect("an id")
    }

    #[test]
    fn a_marker_is_the_last_line_and_is_found_again() {
        let check = |description: &str, written: &str| {
            assert_eq!(marked(description, id()), written);
            assert_eq!(unmarked(written), (description.trim_end(), Some(id())));
        };
        check("", &format!("kabinet:{ID}"));
        check("Bring the diary", &format!("Bring the diary\n\nkabinet:{ID}"));
        check("One\nTwo\n", &format!("One\nTwo\n\nkabinet:{ID}"));
    }

    #[test]
    fn a_description_is_never_marked_twice() {
        let once = marked("text", id());
        assert_eq!(marked(&once, id()), once);
    }

    #[test]
    fn what_portals_and_people_do_to_lines_does_not_hide_a_marker() {
        assert_eq!(unmarked(&format!("text\r\n\r\n  kabinet:{ID} \r\n\r\n")), ("text", Some(id())));
    }

    #[test]
    fn other_texts_are_left_alone() {
        for text in ["", "text", "kabinet:", "kabinet:0001", "ref:consult-0001", "see kabinet:x\nend"] {
            assert_eq!(unmarked(text), (text, None));
        }
        let inside = format!("kabinet:{ID}\nsomebody wrote below");
        assert_eq!(unmarked(&inside), (inside.as_str(), None));
    }

    #[test]
    fn links_are_found_in_what_people_write() {
        let found = |text: &str| links(text).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(found("https://a.example/j/1"), ["https://a.example/j/1"]);
        assert_eq!(found("Zoom? No: https://a.example/j/1."), ["https://a.example/j/1"]);
        assert_eq!(found("[URL=https://a.example/x]https://a.example/x[/URL]"), ["https://a.example/x", "https://a.example/x"]);
        assert_eq!(found(r#"<a href="https://a.example/x?y=1">here</a>, room 5"#), ["https://a.example/x?y=1"]);
        assert!(found("room 5, a.example/j/1").is_empty());
    }
}
