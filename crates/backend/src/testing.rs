//! What unit tests begin from.

use kabinet_api::Conference;

/// A consultation on 23 December 2026 at 15:00 in Moscow.
pub fn planned() -> Conference {
    serde_json::from_value(serde_json::json!({
        "id": "0198f100-0000-7000-8000-000000000007", "version": 1, "name": "", "start_date": "2026-12-23", "start_time": "15:00",
        "duration": 50, "timezone": "Europe/Moscow", "starts_at": "2026-12-23T12:00:00Z", "client": "Иван",
        "link": "https://meet.example.org/konsultaciya-23dec-a1b2c3",
        "owner": {"id": "0198f100-0000-7000-8000-000000000001", "name": ""}, "status": "planned",
        "created_at": "2026-12-01T00:00:00Z", "updated_at": "2026-12-01T00:00:00Z"
    }))
    .expect("a consultation")
}
