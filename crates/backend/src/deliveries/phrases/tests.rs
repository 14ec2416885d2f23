use super::*;
use crate::testing::planned;
use kabinet_api::Contact;

/// As [`Phrases::new`], for nobody in particular.
fn phrases<'a>(conference: &'a Conference, language: &str, who: &str) -> Phrases<'a> {
    let words = words(language);
    let with = if who.is_empty() { String::new() } else { words.say("message-with", &[("who", who)]) };
    Phrases { words, conference, with }
}

fn reminder(language: &str, before: chrono::Duration) -> String {
    let conference = planned();
    phrases(&conference, language, "").reminder(conference.starts_at - before, None)
}

#[test]
fn an_invitation_says_time_zone_and_link() {
    let mut conference = planned();
    conference.contact = Some(Contact { language: Some("en".to_owned()), ..Contact::default() });
    let english = phrases(&conference, "en", "Quiet Practice").invitation("https://k.example.org/w/T".into(), true);
    assert_eq!(english.subject, "Your consultation: Wednesday, 23 December, 15:00 (UTC+3, Europe/Moscow)");
    assert!(
        english.text.starts_with(
            "Hello! Your consultation with Quiet Practice is on Wednesday, 23 December, 15:00 (UTC+3, Europe/Moscow).\nYour link: https://k.example.org/w/T\nOpen it"
        ),
        "{}",
        english.text
    );
    let russian = phrases(&conference, "ru", "").invitation("https://meet.example.org/a".into(), false);
    assert_eq!(
        russian.text,
        "Здравствуйте! Ваша консультация: среда, 23 декабря, 15:00 (UTC+3, Europe/Moscow).\nВаша ссылка: https://meet.example.org/a"
    );
    assert!(!english.text.contains("Иван") && !russian.text.contains("Иван"));
}

#[test]
fn offsets_are_said_as_people_know_them() {
    let mut conference = planned();
    for (zone, said) in [
        ("Asia/Kolkata", "17:30 (UTC+5:30, Asia/Kolkata)"),
        ("America/New_York", "07:00 (UTC−5, America/New_York)"),
        ("UTC", "12:00 (UTC)"),
        ("Europe/London", "12:00 (UTC, Europe/London)"),
    ] {
        zone.clone_into(&mut conference.timezone);
        assert_eq!(phrases(&conference, "en", "").time(), said);
    }
}

#[test]
fn a_reminder_says_how_soon_it_is_when_it_goes_out() {
    let (day, hour, minute) = (chrono::Duration::days(1), chrono::Duration::hours(1), chrono::Duration::minutes(1));
    for (before, said) in [
        (day * 2, "Напоминаем: ваша консультация — среда, 23 декабря, 15:00 (UTC+3, Europe/Moscow)."),
        (day, "Напоминаем: ваша консультация завтра в 15:00 (UTC+3, Europe/Moscow)."),
        (hour * 10, "Напоминаем: ваша консультация сегодня в 15:00 (UTC+3, Europe/Moscow)."),
        (hour, "Ваша консультация начнётся через час, в 15:00 (UTC+3, Europe/Moscow)."),
        (hour - chrono::Duration::seconds(3), "Ваша консультация начнётся через час, в 15:00 (UTC+3, Europe/Moscow)."),
        (minute * 21, "Ваша консультация начнётся через 21 минуту, в 15:00 (UTC+3, Europe/Moscow)."),
        (minute * 2, "Ваша консультация начнётся через 2 минуты, в 15:00 (UTC+3, Europe/Moscow)."),
        (chrono::Duration::zero(), "Ваша консультация начинается сейчас, в 15:00 (UTC+3, Europe/Moscow)."),
    ] {
        assert_eq!(reminder("ru", before), said);
    }
    assert_eq!(reminder("en", hour), "Your consultation begins in an hour, at 15:00 (UTC+3, Europe/Moscow).");
    assert_eq!(reminder("en", minute), "Your consultation begins in 1 minute, at 15:00 (UTC+3, Europe/Moscow).");
    let conference = planned();
    let link = "https://k.example.org/w/T".into();
    let with_link = phrases(&conference, "en", "").reminder(conference.starts_at - hour, Some(&link));
    assert!(with_link.ends_with("\n\nYour link: https://k.example.org/w/T"), "{with_link}");
}
