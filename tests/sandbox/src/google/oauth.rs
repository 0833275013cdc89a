//! Google's accounts server: authorization, tokens, revocation (Google Identity, "OAuth 2.0 for Web Server
//! Applications", "… for Mobile & Desktop Apps", "… for Client-side Web Applications"). Every client is taken to be
//! registered, and whoever asks to have agreed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::error::json_response;
use crate::http::{Query, Request, Response, encode};
use crate::tokens::{Denied, Grant, Issued, Tokens};

/// A code lives some minutes; Google does not say how many.
const CODE_S: i64 = 600;

pub(crate) fn is_path(segments: &[String]) -> bool {
    segments.first().is_some_and(|first| matches!(first.as_str(), "token" | "revoke" | "o"))
}

/// `usual` are the scopes of a refresh token that has none of its own.
pub(crate) fn handle(
    tokens: &mut Tokens,
    usual: &BTreeSet<String>,
    request: &Request,
    segments: &[String],
    now_ms: i64,
) -> Response {
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (request.method.as_str(), parts.as_slice()) {
        ("GET", ["o", "oauth2", "v2", "auth"]) => authorize(tokens, &request.query(), now_ms),
        ("POST", ["token"]) => match token(tokens, usual, &request.form(), now_ms) {
            Ok(body) => answer(200, &body),
            Err(refusal) => refusal,
        },
        ("POST", ["revoke"]) => {
            let form = request.form();
            match form.get("token") {
                Some(token) if tokens.revoke(token) => answer(200, &json!({})),
                _ => refuse(400, "invalid_token", "Token expired or revoked"),
            }
        }
        _ => refuse(404, "not_found", "The requested URL was not found on this server."),
    }
}

/// Sends the person's browser back with a code, or with a token in the fragment.
fn authorize(tokens: &mut Tokens, query: &Query, now_ms: i64) -> Response {
    let (Some(client), Some(redirect_uri)) = (query.get("client_id"), query.get("redirect_uri")) else {
        return refuse(400, "invalid_request", "Missing required parameter");
    };
    let scopes = query.get("scope").unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    let grant = Grant {
        person: tokens.signed_in.clone(),
        client: client.to_owned(),
        scopes,
        redirect_uri: redirect_uri.to_owned(),
        code_s: CODE_S,
        offline: query.get("access_type") == Some("offline"),
        challenge: query.get("code_challenge").map(|challenge| {
            (query.get("code_challenge_method").unwrap_or("plain").to_owned(), challenge.to_owned())
        }),
    };
    let scope = joined(&grant.scopes);
    let state = query.get("state").map_or(String::new(), |state| format!("state={}&", encode(state)));
    let place = match query.get("response_type") {
        _ if grant.scopes.is_empty() => {
            return refuse(400, "invalid_request", "Missing required parameter: scope");
        }
        Some("code") => match tokens.code(grant, now_ms) {
            Ok(code) => format!("{redirect_uri}?{state}code={}&scope={}", encode(&code), encode(&scope)),
            Err(_) => return refuse(403, "rate_limit_exceeded", "Rate Limit Exceeded"),
        },
        Some("token") => {
            let issued = tokens.implicit(grant, now_ms);
            format!(
                "{redirect_uri}#{state}access_token={}&token_type=Bearer&expires_in={}&scope={}",
                encode(&issued.access),
                tokens.rules().access_s,
                encode(&scope)
            )
        }
        _ => return refuse(400, "unsupported_response_type", "Invalid response_type"),
    };
    let mut response = Response::empty(302);
    response.headers.push(("location".into(), place));
    response
}

fn token(
    tokens: &mut Tokens,
    usual: &BTreeSet<String>,
    form: &Query,
    now_ms: i64,
) -> Result<Value, Response> {
    let missing = |name: &str| refuse(400, "invalid_request", &format!("Missing required parameter: {name}"));
    let wanted = |name: &'static str| form.get(name).ok_or_else(|| missing(name));
    let grant_type = wanted("grant_type")?;
    let client = form
        .get("client_id")
        .ok_or_else(|| refuse(400, "invalid_request", "Could not determine client ID from request."))?;
    let issued = match grant_type {
        "authorization_code" => {
            let code = wanted("code")?;
            tokens.redeem(code, client, form.get("redirect_uri"), form.get("code_verifier"), now_ms)
        }
        "refresh_token" => tokens.renew(wanted("refresh_token")?, client, now_ms),
        other => {
            return Err(refuse(400, "unsupported_grant_type", &format!("Invalid grant_type: {other}")));
        }
    };
    let issued = issued.map_err(|denied| match denied {
        Denied::Grant => refuse(400, "invalid_grant", "Bad Request"),
        Denied::RedirectUri => refuse(400, "redirect_uri_mismatch", "Bad Request"),
        Denied::Verifier => refuse(400, "invalid_grant", "Invalid code verifier."),
        Denied::TooMany => refuse(403, "rate_limit_exceeded", "Rate Limit Exceeded"),
    })?;
    Ok(show(tokens, &issued, usual))
}

fn show(tokens: &Tokens, issued: &Issued, usual: &BTreeSet<String>) -> Value {
    let mut body = json!({
        "access_token": issued.access, "expires_in": tokens.rules().access_s, "token_type": "Bearer",
        "scope": joined(issued.scopes.as_ref().unwrap_or(usual)),
    });
    if let (Some(refresh), Some(map)) = (&issued.refresh, body.as_object_mut()) {
        map.insert("refresh_token".into(), json!(refresh));
    }
    body
}

fn joined(scopes: &BTreeSet<String>) -> String {
    scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn refuse(status: u16, error: &str, description: &str) -> Response {
    answer(status, &json!({ "error": error, "error_description": description }))
}

fn answer(status: u16, body: &Value) -> Response {
    json_response(status, body, b"  ")
}
