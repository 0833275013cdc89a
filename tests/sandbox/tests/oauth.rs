//! Accounts servers: codes, tokens, their lifetimes and limits, data centres.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod support;

use accord_sandbox::{Request, Response, Service, World};
use serde_json::{Value, json};
use support::*;

const TOKEN: &str = "/oauth/v2/token";

fn form(world: &mut World, service: Service, path: &str, body: &str) -> Response {
    let mut request = Request::new(service, "POST", path)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Host", "127.0.0.1:4711");
    request.body = body.as_bytes().to_vec();
    world.handle(&request).unwrap()
}

fn zoho_form(world: &mut World, body: &str) -> Value {
    let answer = form(world, Service::Zoho, TOKEN, body);
    assert_eq!(answer.status, 200, "refusals are told with 200, too");
    answer.json()
}

/// The value of a parameter in the address that the browser is sent to.
fn sent(answer: &Response, name: &str) -> String {
    assert_eq!(answer.status, 302, "{}", String::from_utf8_lossy(&answer.body));
    let place = answer.header("location").unwrap();
    let pair = place.split(['?', '#', '&']).find_map(|pair| pair.strip_prefix(&format!("{name}=")));
    percent(pair.unwrap_or_else(|| panic!("no {name} in {place}")))
}

fn percent(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut plain = Vec::new();
    while let Some(byte) = bytes.next() {
        let hex = |byte: Option<u8>| char::from(byte.unwrap()).to_digit(16).unwrap() as u8;
        plain.push(if byte == b'%' { hex(bytes.next()) * 16 + hex(bytes.next()) } else { byte });
    }
    String::from_utf8(plain).unwrap()
}

const AUTH: &str = "/oauth/v2/auth?client_id=1000.APP&redirect_uri=https%3A%2F%2Fapp.example.com%2Fback&state=s1\
    &scope=ZohoCRM.modules.events.READ,ZohoCRM.users.READ";

fn zoho_code(world: &mut World) -> String {
    let path = format!("{AUTH}&response_type=code&access_type=offline");
    let back = world.handle(&Request::new(Service::Zoho, "GET", &path)).unwrap();
    sent(&back, "code")
}

fn redeem(world: &mut World, grant: &str) -> Value {
    zoho_form(
        world,
        &format!(
            "grant_type=authorization_code&client_id=1000.APP&client_secret=s&code={grant}\
             &redirect_uri=https%3A%2F%2Fapp.example.com%2Fback"
        ),
    )
}

fn me(world: &mut World, token: &str) -> Response {
    world.handle(&Request::zoho("GET", "/crm/v8/users?type=CurrentUser").bearer(token)).unwrap()
}

/// The official clients send the form urlencoded, as multipart, or in the query (reference, section 13).
#[test]
fn the_token_endpoint_reads_every_form() {
    let mut world = world();
    let post = |path: &str| Request::new(Service::Zoho, "POST", path).header("Host", "127.0.0.1:4711");
    let pairs = [("grant_type", "refresh_token"), ("client_id", "c"), ("refresh_token", "sandbox-refresh")];
    let query = pairs.map(|(name, value)| format!("{name}={value}")).join("&");
    let mut plain = post(TOKEN).header("Content-Type", "application/x-www-form-urlencoded");
    plain.body = query.clone().into_bytes();
    let mut multipart = post(TOKEN).header("Content-Type", "multipart/form-data; boundary=b");
    let parts = pairs.map(|(name, value)| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    });
    multipart.body = format!("{}--b--\r\n", parts.concat()).into_bytes();
    for request in [plain, multipart, post(&format!("{TOKEN}?{query}"))] {
        let answer = world.handle(&request).unwrap().json();
        let token = answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        assert_eq!((&answer["expires_in"], &answer["token_type"]), (&json!(3600), &json!("Bearer")));
        // The official clients call what is named here: never a real data centre.
        assert_eq!(answer["api_domain"], "http://127.0.0.1:4711");
        assert_eq!(me(&mut world, &token).json()["users"][0]["id"], ANA_ID);
    }
}

/// Zoho CRM API v8: token-validity: an hour by the world's clock; a refresh token lives until it is revoked.
#[test]
fn an_access_token_lives_an_hour() {
    let mut world = world();
    let grant = zoho_code(&mut world);
    let first = redeem(&mut world, &grant);
    let (access, refresh) = (
        first["access_token"].as_str().unwrap().to_owned(),
        first["refresh_token"].as_str().unwrap().to_owned(),
    );
    world.set_now_ms(noon() + 3_599_000);
    assert_eq!(me(&mut world, &access).status, 200);
    world.set_now_ms(noon() + 3_600_000);
    assert_eq!(code(&me(&mut world, &access)), (401, "INVALID_TOKEN".into()));
    let renew = format!("grant_type=refresh_token&client_id=1000.APP&refresh_token={refresh}");
    let next = zoho_form(&mut world, &renew);
    assert!(next.get("refresh_token").is_none());
    let next = next["access_token"].as_str().unwrap().to_owned();
    assert_eq!(me(&mut world, &next).status, 200);
    assert!(world.revoke(Service::Zoho, &refresh));
    assert_eq!(code(&me(&mut world, &next)), (401, "INVALID_TOKEN".into()));
    assert_eq!(zoho_form(&mut world, &renew)["error"], "invalid_code");
}

/// A token may do what was agreed to, and acts for the person who agreed.
#[test]
fn a_token_has_its_own_scopes_and_its_own_person() {
    let mut world = world();
    world.sign_in(Service::Zoho, "ben@example.com");
    let grant = zoho_code(&mut world);
    let token = redeem(&mut world, &grant)["access_token"].as_str().unwrap().to_owned();
    assert_eq!(me(&mut world, &token).json()["users"][0]["email"], "ben@example.com");
    let call = |method: &str, path: &str| Request::zoho(method, path).bearer(&token);
    let insert = call("POST", MEETINGS).json(&json!({ "data": [meeting("x")] }));
    assert_eq!(code(&world.handle(&insert).unwrap()), (401, "OAUTH_SCOPE_MISMATCH".into()));
    let query = call("POST", "/crm/v8/coql")
        .json(&json!({ "select_query": "select id from Events where id is not null" }));
    assert_eq!(code(&world.handle(&query).unwrap()), (401, "OAUTH_SCOPE_MISMATCH".into()));
    assert_eq!(world.handle(&call("GET", &format!("{MEETINGS}?fields=id"))).unwrap().status, 204);
}

/// A code works once, for two or three minutes (switch), for its own client and address, and with its verifier.
#[test]
fn codes_are_bound() {
    let mut world = world();
    let grant = zoho_code(&mut world);
    assert!(redeem(&mut world, &grant).get("access_token").is_some());
    assert_eq!(redeem(&mut world, &grant)["error"], "invalid_code");
    for (seconds, ms) in [("120", 120_000), ("180", 180_000)] {
        world.switches().set("grant_code_s", seconds).unwrap();
        let (early, late) = (zoho_code(&mut world), zoho_code(&mut world));
        let begun = world.now_ms();
        world.set_now_ms(begun + ms - 1);
        assert!(redeem(&mut world, &early).get("access_token").is_some());
        world.set_now_ms(begun + ms);
        assert_eq!(redeem(&mut world, &late)["error"], "invalid_code");
    }
    let grant = zoho_code(&mut world);
    let other = format!(
        "grant_type=authorization_code&client_id=1000.OTHER&code={grant}&redirect_uri=https://app.example.com/back"
    );
    assert_eq!(zoho_form(&mut world, &other)["error"], "invalid_code");
    let grant = zoho_code(&mut world);
    let astray = format!(
        "grant_type=authorization_code&client_id=1000.APP&code={grant}&redirect_uri=https://other.example.com"
    );
    assert_eq!(zoho_form(&mut world, &astray)["error"], "invalid_redirect_uri");
    // RFC 7636, appendix B.
    let challenged = format!(
        "{AUTH}&response_type=code&access_type=offline&code_challenge_method=S256\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
    for (verifier, well) in [("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", true), ("guessed", false)] {
        let back = world.handle(&Request::new(Service::Zoho, "GET", &challenged)).unwrap();
        let answer = zoho_form(
            &mut world,
            &format!(
                "grant_type=authorization_code&client_id=1000.APP&code={}&code_verifier={verifier}\
                 &redirect_uri=https://app.example.com/back",
                sent(&back, "code")
            ),
        );
        assert_eq!(answer.get("access_token").is_some(), well, "{answer}");
    }
}

/// Zoho CRM API v8: token-validity; Kaizen #43: 10 access tokens in ten minutes, 15 active ones, 20 refresh tokens.
#[test]
fn tokens_are_limited_in_number() {
    let mut world = world();
    let renew = |world: &mut World| {
        zoho_form(world, "grant_type=refresh_token&client_id=c&refresh_token=sandbox-refresh-ben")
    };
    let mut issued = Vec::new();
    for _ in 0..10 {
        issued.push(renew(&mut world)["access_token"].as_str().unwrap().to_owned());
    }
    assert_eq!(renew(&mut world)["error"], "Access Denied");
    world.set_now_ms(noon() + 600_000);
    for _ in 0..5 {
        issued.push(renew(&mut world)["access_token"].as_str().unwrap().to_owned());
    }
    assert_eq!(me(&mut world, &issued[0]).status, 200);
    issued.push(renew(&mut world)["access_token"].as_str().unwrap().to_owned());
    assert_eq!(me(&mut world, &issued[0]).status, 401, "the sixteenth ends the first");
    assert_eq!(me(&mut world, &issued[1]).status, 200);
    let mut refresh = Vec::new();
    for round in 0..21 {
        world.set_now_ms(noon() + 3_600_000 + round * 61_000);
        let grant = zoho_code(&mut world);
        refresh.push(redeem(&mut world, &grant)["refresh_token"].as_str().unwrap().to_owned());
    }
    let mut works = |token: &str| {
        let answer = zoho_form(
            &mut world,
            &format!("grant_type=refresh_token&client_id=1000.APP&refresh_token={token}"),
        );
        answer.get("access_token").is_some()
    };
    assert!(!works(&refresh[0]), "the twenty-first ends the first");
    assert!(works(&refresh[1]) && works(&refresh[20]));
}

/// The implicit flow of a page: a token in the fragment, no refresh token (zoho.com/accounts, javascript-applications).
#[test]
fn a_page_gets_its_token_in_the_fragment() {
    let mut world = world();
    let back =
        world.handle(&Request::new(Service::Zoho, "GET", &format!("{AUTH}&response_type=token"))).unwrap();
    assert!(back.header("location").unwrap().starts_with("https://app.example.com/back#"));
    assert_eq!((sent(&back, "state"), sent(&back, "expires_in")), ("s1".into(), "3600".into()));
    assert_eq!(me(&mut world, &sent(&back, "access_token")).status, 200);
    let odd = world.handle(&Request::new(Service::Zoho, "GET", &format!("{AUTH}&response_type=id"))).unwrap();
    assert_eq!(odd.status, 400);
}

/// What the endpoint refuses, with its words.
#[test]
fn wrong_token_requests_have_their_words() {
    let mut world = world();
    for (body, error) in [
        ("", "unsupported_grant_type"),
        ("grant_type=password&client_id=c", "unsupported_grant_type"),
        ("grant_type=refresh_token&refresh_token=sandbox-refresh", "invalid_client"),
        ("grant_type=refresh_token&client_id=c", "invalid_code"),
        ("grant_type=refresh_token&client_id=c&refresh_token=other", "invalid_code"),
        ("grant_type=authorization_code&client_id=c&code=other", "invalid_code"),
    ] {
        assert_eq!(zoho_form(&mut world, body)["error"], error, "{body}");
    }
    let revoke = "/oauth/v2/token/revoke";
    assert_eq!(form(&mut world, Service::Zoho, revoke, "token=other").json()["error"], "invalid_token");
    assert_eq!(form(&mut world, Service::Zoho, revoke, "token=sandbox-zoho").json()["status"], "success");
    assert_eq!(zoho(&mut world, "GET", "/crm/v8/org", None).status, 401);
    // People on the pages need no token.
    assert_eq!(world.edit_crm(10, 1).added, 2);
    assert_eq!(world.handle(&Request::new(Service::Zoho, "GET", TOKEN)).unwrap().status, 404);
}

/// Data centres: the callback and the token answer name the own one; the others refuse (reference, section 9).
#[test]
fn a_data_centre_knows_only_its_own_tokens() {
    let mut world = world();
    let hosts = [
        ("us", "accounts.zoho.com", "www.zohoapis.com"),
        ("eu", "accounts.zoho.eu", "www.zohoapis.eu"),
        ("in", "accounts.zoho.in", "www.zohoapis.in"),
        ("au", "accounts.zoho.com.au", "www.zohoapis.com.au"),
        ("cn", "accounts.zoho.com.cn", "www.zohoapis.com.cn"),
        ("jp", "accounts.zoho.jp", "www.zohoapis.jp"),
        ("sa", "accounts.zoho.sa", "www.zohoapis.sa"),
        ("ca", "accounts.zohocloud.ca", "www.zohoapis.ca"),
        ("uk", "accounts.zoho.uk", "www.zohoapis.uk"),
    ];
    for (own, accounts, api) in hosts {
        world.switches().set("dc", own).unwrap();
        let path = format!("{AUTH}&response_type=code");
        let back = world.handle(&Request::new(Service::Zoho, "GET", &path)).unwrap();
        assert_eq!(sent(&back, "location"), own);
        assert_eq!(sent(&back, "accounts-server"), format!("https://{accounts}"));
        world.set_now_ms(world.now_ms() + 61_000);
        let renew = "grant_type=refresh_token&client_id=c&refresh_token=sandbox-refresh-ben";
        assert_eq!(zoho_form(&mut world, renew)["api_domain"], format!("https://{api}"));
        for edition in ["sandbox", "developer"] {
            let beside = api.replace("www", edition);
            let call = Request::zoho("GET", "/crm/v8/org").header("Host", &beside);
            assert_eq!(world.handle(&call).unwrap().status, 401, "{beside}");
        }
        for (other, other_accounts, other_api) in hosts {
            let call = Request::zoho("GET", "/crm/v8/org").header("Host", other_api);
            let status = if other == own { 200 } else { 401 };
            assert_eq!(world.handle(&call).unwrap().status, status, "{own} at {other}");
            if other != own {
                let mut ask = Request::new(Service::Zoho, "POST", TOKEN).header("Host", other_accounts);
                ask.body = renew.as_bytes().to_vec();
                assert_eq!(world.handle(&ask).unwrap().json()["error"], "invalid_client");
            }
        }
    }
}

/// Google Identity, OAuth 2.0 for web server applications: code, refresh, expiry, revocation, words of the refusals.
#[test]
fn google_gives_tokens_that_expire() {
    let mut world = world();
    let auth = "/o/oauth2/v2/auth?client_id=app&redirect_uri=https%3A%2F%2Fapp.example.com%2Fback&access_type=offline\
        &scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcalendar.events.readonly";
    let back =
        world.handle(&Request::new(Service::Google, "GET", &format!("{auth}&response_type=code"))).unwrap();
    let redeem = format!(
        "grant_type=authorization_code&client_id=app&code={}&redirect_uri=https%3A%2F%2Fapp.example.com%2Fback",
        sent(&back, "code")
    );
    let first = form(&mut world, Service::Google, "/token", &redeem).json();
    assert_eq!((&first["expires_in"], &first["token_type"]), (&json!(3599), &json!("Bearer")));
    let access = first["access_token"].as_str().unwrap().to_owned();
    let list = Request::google("GET", EVENTS).bearer(&access);
    assert_eq!(world.handle(&list).unwrap().status, 200);
    let insert = Request::google("POST", EVENTS).bearer(&access).json(&timed("x"));
    assert_eq!(reason(&world.handle(&insert).unwrap()), (403, "insufficientPermissions".into()));
    world.set_now_ms(noon() + 3_599_000);
    assert_eq!(reason(&world.handle(&list).unwrap()), (401, "authError".into()));
    let refresh = first["refresh_token"].as_str().unwrap();
    let renew = format!("grant_type=refresh_token&client_id=app&refresh_token={refresh}");
    let next = form(&mut world, Service::Google, "/token", &renew).json();
    assert!(next.get("refresh_token").is_none());
    assert_eq!(next["scope"], "https://www.googleapis.com/auth/calendar.events.readonly");
    let list = Request::google("GET", EVENTS).bearer(next["access_token"].as_str().unwrap());
    assert_eq!(world.handle(&list).unwrap().status, 200);
    assert_eq!(form(&mut world, Service::Google, "/revoke", &format!("token={refresh}")).status, 200);
    assert_eq!(world.handle(&list).unwrap().status, 401);
    for (path, body, status, error) in [
        ("/token", renew.as_str(), 400, "invalid_grant"),
        ("/token", redeem.as_str(), 400, "invalid_grant"),
        ("/token", "grant_type=magic&client_id=app", 400, "unsupported_grant_type"),
        ("/token", "client_id=app", 400, "invalid_request"),
        ("/revoke", "token=other", 400, "invalid_token"),
    ] {
        let answer = form(&mut world, Service::Google, path, body);
        assert_eq!((answer.status, answer.json()["error"].as_str().unwrap()), (status, error), "{body}");
    }
    let page =
        world.handle(&Request::new(Service::Google, "GET", &format!("{auth}&response_type=token"))).unwrap();
    let list = Request::google("GET", EVENTS).bearer(&sent(&page, "access_token"));
    assert_eq!(world.handle(&list).unwrap().status, 200);
}

/// What each call needs (reference, section 9): its scope is enough, and without it the call is refused.
#[test]
fn calls_need_their_scopes() {
    let query = json!({ "select_query": "select id from Events where id is not null" });
    let record = json!({ "data": [meeting("x")] });
    let person = json!({ "data": [{ "Last_Name": "Keller" }] });
    let calls: [(&str, &str, Option<Value>, &[&str]); 16] = [
        ("GET", "/crm/v8/Events?fields=id", None, &["modules.events.READ"]),
        ("GET", "/crm/v8/Events/1", None, &["modules.events.READ"]),
        ("GET", "/crm/v8/Events/deleted", None, &["modules.events.READ"]),
        ("GET", "/crm/v8/Events/actions/count", None, &["modules.events.READ"]),
        ("POST", "/crm/v8/Events", Some(record.clone()), &["modules.events.CREATE"]),
        ("PUT", "/crm/v8/Events/1", Some(record), &["modules.events.UPDATE"]),
        ("DELETE", "/crm/v8/Events/1", None, &["modules.events.DELETE"]),
        (
            "POST",
            "/crm/v8/Contacts/upsert",
            Some(person),
            &["modules.contacts.CREATE", "modules.contacts.UPDATE"],
        ),
        ("GET", "/crm/v8/Leads?fields=id", None, &["modules.leads.READ"]),
        ("POST", "/crm/v8/coql", Some(query), &["coql.READ", "modules.events.READ"]),
        ("GET", "/crm/v8/users", None, &["users.READ"]),
        ("GET", "/crm/v8/org", None, &["org.READ"]),
        ("GET", "/crm/v8/settings/modules", None, &["settings.modules.READ"]),
        ("GET", "/crm/v8/settings/fields?module=Events", None, &["settings.fields.READ"]),
        ("GET", "/crm/v8/settings/profiles", None, &["settings.profiles.READ"]),
        (
            "GET",
            "/crm/v8/Events/search?word=xx",
            None,
            &["modules.events.READ", "ZohoSearch.securesearch.READ"],
        ),
    ];
    let full = |scope: &str| {
        if scope.starts_with("Zoho") { scope.to_owned() } else { format!("ZohoCRM.{scope}") }
    };
    let all: Vec<String> =
        calls.iter().flat_map(|(_, _, _, needed)| needed.iter().map(|scope| full(scope))).collect();
    for (method, path, body, needed) in &calls {
        let mut world = world();
        let mut refused = |scopes: &[String]| {
            let scopes: Vec<&str> = scopes.iter().map(String::as_str).collect();
            world.set_scopes(Service::Zoho, &scopes);
            code(&zoho(&mut world, method, path, body.clone())) == (401, "OAUTH_SCOPE_MISMATCH".into())
        };
        let own: Vec<String> = needed.iter().map(|scope| full(scope)).collect();
        assert!(!refused(&own), "{method} {path}");
        let whole: Vec<String> = own
            .iter()
            .map(|scope| format!("{}.all", scope.rsplit_once('.').unwrap().0.to_uppercase()))
            .collect();
        assert!(!refused(&whole), "ALL stands for every action, in any case: {method} {path}");
        for missing in &own {
            let others: Vec<String> = all.iter().filter(|scope| *scope != missing).cloned().collect();
            assert!(refused(&others), "{method} {path} without {missing}");
        }
    }
}
