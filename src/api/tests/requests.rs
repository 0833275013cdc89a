//! Each request does what it says, and the services take it.

use super::super::http::HttpRequest;
use super::super::{google, zoho};
use super::*;
use crate::model::ids::{CrmId, Etag, GoogleId};
use crate::model::sight::Mark;
use crate::wire::zoho::{DeletedPage, Rows};
use crate::wire::zoho_event::exclusive_ends;

fn timed(title: &str) -> Value {
    json!({
        "Event_Title": title,
        "Start_DateTime": "2026-11-25T10:00:00+01:00",
        "End_DateTime": "2026-11-25T11:00:00+01:00",
    })
}

fn seconds(text: &str) -> i64 {
    parse_instant(text).unwrap() / 1000
}

/// The ids that a query finds, page by page.
fn ids(services: &mut Services, request: impl Fn(Option<&CrmId>) -> HttpRequest) -> Vec<String> {
    let mut found: Vec<CrmId> = Vec::new();
    loop {
        let answer = services.send(&request(found.last()));
        assert!(matches!(answer.status, 200 | 204), "{}", String::from_utf8_lossy(&answer.body));
        let rows = Rows::parse(&answer.body).unwrap();
        assert!(rows.data.iter().all(|row| !row.modified.is_empty()), "times are asked for");
        found.extend(rows.data.into_iter().map(|row| row.id));
        if !rows.more_records {
            return found.into_iter().map(|id| id.as_str().to_owned()).collect();
        }
    }
}

/// L6: changes since an instant, and all that end from an instant on, the user's own only.
#[test]
fn queries_find_what_changed_and_what_is_in_the_window() {
    for coql_participants in ["reject", "allow"] {
        let mut services = Services::with(&[("coql_participants", coql_participants)]);
        let old = services.colleague(&json!({
            "Event_Title": "Last year",
            "Start_DateTime": "2025-11-25T10:00:00+01:00",
            "End_DateTime": "2025-11-25T11:00:00+01:00",
        }));
        services.world.set_now_ms(parse_instant("2026-11-22T10:00:00Z").unwrap());
        let new = services.colleague(&timed("This year"));
        let user = services.user.clone();
        let since = |at: &str| {
            let at = seconds(at);
            let user = user.clone();
            move |after: Option<&CrmId>| zoho::changed(&user, at, after)
        };
        assert_eq!(ids(&mut services, since("2026-11-22T09:00:00Z")), [old.as_str(), new.as_str()]);
        assert_eq!(ids(&mut services, since("2026-11-22T10:00:00Z")), [new.as_str()]);
        assert_eq!(ids(&mut services, since("2026-11-22T10:00:01Z")), [""; 0]);
        let from = |at: &str| {
            let at = seconds(at);
            let user = user.clone();
            move |after: Option<&CrmId>| zoho::window(&user, at, after)
        };
        assert_eq!(ids(&mut services, from("2026-11-25T10:00:00Z")), [new.as_str()]);
        assert_eq!(ids(&mut services, from("2025-01-01T00:00:00Z")), [old.as_str(), new.as_str()]);
        assert_eq!(ids(&mut services, |after| zoho::changed("4", 0, after)), [""; 0], "nobody else's");
    }
}

/// A list is walked by its tokens: every record once, what was changed last first. Long descriptions are known to be cut, and a
/// read by id shows them whole.
#[test]
fn the_list_goes_on_and_says_what_it_cut() {
    for (truncate, cut) in [("yes", true), ("no", false)] {
        let mut services = Services::with(&[("list_truncate_description", truncate)]);
        let mut long = timed("Long");
        long["Description"] = json!("word ".repeat(200));
        let mut created = vec![services.colleague(&long)];
        created.extend((0..250).map(|at| services.colleague(&timed(&format!("Call {at}")))));
        created.reverse();
        let (mut seen, mut token, mut pages) = (Vec::new(), None::<String>, 0);
        loop {
            let answer = services.send(&zoho::list(zoho::EVENT_FIELDS, token.as_deref()));
            assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
            let page = crm_sights(&answer.body, &services.crm_context(true)).unwrap();
            seen.extend(page.rows);
            pages += 1;
            assert_eq!(page.more_records, page.next_page_token.is_some());
            token = page.next_page_token;
            if token.is_none() {
                break;
            }
        }
        assert_eq!(pages, 2);
        assert_eq!(seen.iter().map(|sight| sight.id.as_str().to_owned()).collect::<Vec<_>>(), created);
        let last = seen.pop().unwrap();
        assert!(
            matches!(last.content, CrmContent::Ordinary { cut: found, .. } if found == cut),
            "{truncate}"
        );
        assert!(seen.iter().all(|sight| matches!(sight.content, CrmContent::Ordinary { cut: false, .. })));
        let whole = services.meeting(last.id.as_str()).description;
        assert_eq!(whole.len(), 999, "the blank at the end is gone");
        let by_ids = services.crm_page(&zoho::events(&[&last.id], zoho::EVENT_FIELDS), true).remove(0);
        assert!(
            matches!(by_ids.content, CrmContent::Ordinary { cut: found, .. } if found == cut),
            "a list too"
        );
    }
}

/// Deletions since an instant, in pages; a list without rows has no body.
#[test]
fn the_list_of_deletions() {
    let mut services = Services::new();
    let created: Vec<String> = (0..201).map(|at| services.colleague(&timed(&format!("Call {at}")))).collect();
    let since = seconds("2026-11-22T09:30:00Z");
    let empty = services.send(&zoho::deleted(since, 1));
    let nothing = DeletedPage::parse(&empty.body).unwrap();
    assert_eq!((empty.status, nothing.rows.len(), nothing.more_records), (304, 0, false));
    services.world.set_now_ms(parse_instant("2026-11-22T10:00:00Z").unwrap());
    for ids in created.chunks(100) {
        let ids: Vec<CrmId> = ids.iter().map(|id| CrmId::new(id.as_str())).collect();
        assert_eq!(services.send(&zoho::delete(&ids.iter().collect::<Vec<_>>())).status, 200);
    }
    let mut found = Vec::new();
    for (page, more) in [(1, true), (2, false)] {
        let answer = services.send(&zoho::deleted(since, page));
        assert_eq!(answer.status, 200);
        let page = DeletedPage::parse(&answer.body).unwrap();
        assert_eq!(page.more_records, more);
        found.extend(page.rows);
    }
    assert!(found.iter().all(|(_, at)| *at == Some(seconds("2026-11-22T10:00:00Z"))));
    let mut found: Vec<String> = found.into_iter().map(|(id, _)| id.as_str().to_owned()).collect();
    found.sort();
    assert_eq!(found, created);
}

/// Under each encoding of all-day ends, rows are evidence of it.
#[test]
fn rows_show_how_all_day_times_end() {
    for (encoding, evidence) in [
        ("235959_inclusive", Some(false)),
        ("2359", Some(false)),
        ("midnight_same", Some(false)),
        ("midnight_next", Some(true)),
    ] {
        for offset in ["zero", "user_zone"] {
            let mut services = Services::with(&[("allday_end", encoding), ("allday_offset", offset)]);
            let list = zoho::list(zoho::EVENT_FIELDS, None);
            services.colleague(&timed("Timed"));
            let before = services.send(&list);
            assert_eq!(exclusive_ends([before.body.as_slice(), b""]), None);
            let day = chrono::NaiveDate::from_ymd_opt(2026, 10, 25).unwrap();
            let event = Event {
                title: "Holiday".to_owned(),
                ..Event::blank(crate::model::time::When::all_day(day, day))
            };
            assert!(services.insert_meeting(&event) == event, "{encoding} {offset}");
            let after = services.send(&list);
            assert_eq!(
                exclusive_ends([before.body.as_slice(), after.body.as_slice()]),
                evidence,
                "{encoding} {offset}"
            );
        }
    }
}

/// The answer to a write says all that a list would say, the etag included; a write on another version has no effect.
#[test]
fn google_writes_are_guarded_and_echoed() {
    let mut services = Services::new();
    let mark = Mark {
        crm: CrmId::new("4000000000000010001"),
        base: vec![crate::model::fingerprint::Fingerprint::from_u64(0xfe); 6],
    };
    let mut write = EventWrite::default();
    write.id("abcdef0123456789");
    write.mark(&mark);
    write.set_text("summary", "Call");
    let day = |write: &mut EventWrite<'_>, day: &str, next: &str, creating| {
        write.set_time("start", crate::wire::google::Moment::Date, day.to_owned(), creating);
        write.set_time("end", crate::wire::google::Moment::Date, next.to_owned(), creating);
    };
    day(&mut write, "2026-11-25", "2026-11-26", true);
    let insert = google::insert(CALENDAR, write.body(), false);
    let created = shown(&services.send(&insert));
    assert_eq!(created.id.as_str(), "abcdef0123456789");
    let listed = page(&services.send(&google::events(
        CALENDAR,
        &google::Read::Window { ends_after: 0, starts_before: None },
        false,
        None,
    )));
    let listed = listed.sights.into_iter().next().unwrap();
    assert_eq!((&created.etag, &created.updated), (&listed.etag, &listed.updated));
    for sight in [created, listed] {
        match sight.content {
            Content::Ordinary { mark: Some(found), writable: true, .. } => assert_eq!(found, mark),
            _ => panic!("the mark is there, and the event is the user's own"),
        }
    }
    assert_eq!(services.send(&insert).status, 409, "the id is taken");

    let id = GoogleId::new("abcdef0123456789");
    let old = shown(&services.send(&google::event(CALENDAR, &id))).etag;
    let mut write = EventWrite::default();
    write.set_text("summary", "Call back");
    let patch = google::patch(CALENDAR, &id, write.body(), Some(&old), false);
    let new = shown(&services.send(&patch));
    assert_eq!(services.send(&patch).status, 412, "the version is another one");
    assert_eq!(ordinary(new).title, "Call back");
    assert_eq!(services.send(&google::delete(CALENDAR, &id, Some(&old), false)).status, 412);
    assert_eq!(services.send(&google::delete(CALENDAR, &id, None, false)).status, 204);
    assert_eq!(services.send(&google::delete(CALENDAR, &id, None, false)).status, 410);
}

/// C7: nobody hears of a write unless it is to be heard of.
#[test]
fn guests_are_notified_only_when_asked() {
    for (notify, mails) in [(false, 0), (true, 3)] {
        let mut services = Services::new();
        let body = json!({
            "start": { "date": "2026-11-25" }, "end": { "date": "2026-11-26" },
            "attendees": [{ "email": "guest@example.com" }],
        });
        let id = shown(&services.send(&google::insert(CALENDAR, body.to_string(), notify))).id;
        let change = json!({ "summary": "Moved" }).to_string();
        assert_eq!(services.send(&google::patch(CALENDAR, &id, change, None, notify)).status, 200);
        assert_eq!(services.send(&google::delete(CALENDAR, &id, None, notify)).status, 204);
        assert_eq!(services.world.mails().len(), mails);
    }
}

/// A batch carries guards and bodies; each part is answered for itself, a deletion without a body.
#[test]
fn a_batch_of_every_kind_of_request() {
    let mut services = Services::new();
    let times = json!({ "start": { "date": "2026-11-25" }, "end": { "date": "2026-11-26" } });
    let [kept, stale, kept_too, gone] = ["event0", "event1", "event2", "event3"].map(|id| {
        let mut event = times.clone();
        event["id"] = json!(id);
        services.person("POST", "", &event);
        GoogleId::new(id)
    });
    let etag = shown(&services.send(&google::event(CALENDAR, &kept))).etag;
    let old = Etag::new("\"0\"");
    let title = "--accord-batch\r\n--accord-batch--";
    let mut new = times;
    new["summary"] = json!(title);
    let requests = [
        google::insert(CALENDAR, new.to_string(), false),
        google::patch(CALENDAR, &kept, json!({ "location": "Room 1" }).to_string(), Some(&etag), false),
        google::patch(CALENDAR, &stale, json!({ "location": "Room 2" }).to_string(), Some(&old), false),
        google::delete(CALENDAR, &kept_too, Some(&old), false),
        google::delete(CALENDAR, &gone, None, false),
        google::event(CALENDAR, &kept),
    ];
    let answer = services.send(&google::batch(&requests.iter().collect::<Vec<_>>()));
    let parts: Vec<HttpResponse> =
        google::batch_parts(&answer, requests.len()).into_iter().map(Option::unwrap).collect();
    assert_eq!(parts.iter().map(|part| part.status).collect::<Vec<_>>(), [200, 200, 412, 412, 204, 200]);
    assert_eq!(body(&parts[0]).text("summary").unwrap(), title);
    assert_eq!(ordinary(shown(&parts[5])).place, "Room 1");
}
