//! Zoho's accounts server: authorization, tokens, revocation (reference, section 9; Zoho CRM API v8, oauth-overview and
//! token-validity). Every client is taken to be registered, and whoever asks to have agreed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Zoho;
use super::centre::{self, is_elsewhere};
use super::error::{Problem, json_response};
use crate::http::{Query, Request, Response, encode};
use crate::switches::{GrantCodeSeconds, Switches};
use crate::tokens::{Denied, Grant, Issued};

impl Zoho {
    pub(crate) fn oauth(
        &mut self,
        request: &Request,
        segments: &[String],
        now_ms: i64,
        switches: &Switches,
    ) -> Response {
        let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
        let place = Place::of(request, switches);
        match (request.method.as_str(), parts.as_slice()) {
            ("GET", ["oauth", "v2", "auth"]) => self.authorize(&request.query(), &place, now_ms, switches),
            ("POST", ["oauth", "v2", "token"]) => {
                let elsewhere = is_elsewhere(switches.dc, request.header_value("host"));
                let body =
                    self.token(&request.form(), elsewhere, &place, now_ms).unwrap_or_else(|error| error);
                // Refusals are told with status 200, too (Kaizen #43).
                json_response(200, &body)
            }
            ("POST", ["oauth", "v2", "token", "revoke"]) => {
                let form = request.form();
                let known = form.get("token").is_some_and(|token| self.tokens.revoke(token));
                let body =
                    if known { json!({ "status": "success" }) } else { json!({ "error": "invalid_token" }) };
                json_response(200, &body)
            }
            _ => Problem::url().respond(),
        }
    }

    /// Sends the person's browser back with a code, or with a token in the fragment.
    fn authorize(&mut self, query: &Query, place: &Place, now_ms: i64, switches: &Switches) -> Response {
        let code_s = match switches.grant_code_s {
            GrantCodeSeconds::Short => 120,
            GrantCodeSeconds::Long => 180,
        };
        let refuse = |what: &str| {
            Response::text(400, "text/html;charset=UTF-8", format!("<h1>ERROR_{what}</h1>").into_bytes())
        };
        let Some(client) = query.get("client_id") else { return refuse("invalid_client") };
        let Some(redirect_uri) = query.get("redirect_uri") else { return refuse("invalid_redirect_uri") };
        let scopes: BTreeSet<String> = query
            .get("scope")
            .unwrap_or_default()
            .split([',', ' '])
            .filter(|scope| !scope.is_empty())
            .map(str::to_owned)
            .collect();
        if scopes.is_empty() {
            return refuse("invalid_scope");
        }
        let grant = Grant {
            person: self.tokens.signed_in.clone(),
            client: client.to_owned(),
            scopes,
            redirect_uri: redirect_uri.to_owned(),
            code_s,
            offline: query.get("access_type") == Some("offline"),
            challenge: query.get("code_challenge").map(|challenge| {
                (query.get("code_challenge_method").unwrap_or("plain").to_owned(), challenge.to_owned())
            }),
        };
        let state = query.get("state").map_or(String::new(), |state| format!("state={}&", encode(state)));
        let target = match query.get("response_type") {
            Some("code") => match self.tokens.code(grant, now_ms) {
                Ok(code) => format!(
                    "{redirect_uri}?{state}code={}&location={}&accounts-server={}",
                    encode(&code),
                    place.location,
                    encode(&place.accounts)
                ),
                Err(_) => format!("{redirect_uri}?{state}error=access_denied"),
            },
            Some("token") => {
                let issued = self.tokens.implicit(grant, now_ms);
                let seconds = self.tokens.rules().access_s;
                format!(
                    "{redirect_uri}#{state}access_token={}&expires_in={seconds}&expires_in_sec={seconds}&location={}&api_domain={}",
                    encode(&issued.access),
                    place.location,
                    encode(&place.api)
                )
            }
            _ => return refuse("invalid_response_type"),
        };
        let mut response = Response::empty(302);
        response.headers.push(("location".into(), target));
        response
    }

    fn token(&mut self, form: &Query, elsewhere: bool, place: &Place, now_ms: i64) -> Result<Value, Value> {
        let error = |name: &str| json!({ "error": name });
        let grant_type = form.get("grant_type").unwrap_or_default();
        if !matches!(grant_type, "authorization_code" | "refresh_token") {
            return Err(error("unsupported_grant_type"));
        }
        let client = form.get("client_id").filter(|id| !id.is_empty()).ok_or(error("invalid_client"))?;
        if elsewhere {
            // Another data centre knows neither the client nor its tokens.
            return Err(error("invalid_client"));
        }
        let issued = if grant_type == "authorization_code" {
            let code = form.get("code").ok_or(error("invalid_code"))?;
            self.tokens.redeem(code, client, form.get("redirect_uri"), form.get("code_verifier"), now_ms)
        } else {
            let refresh = form.get("refresh_token").ok_or(error("invalid_code"))?;
            self.tokens.renew(refresh, client, now_ms)
        };
        match issued {
            Ok(issued) => Ok(self.issued(&issued, place)),
            Err(Denied::Grant | Denied::Verifier) => Err(error("invalid_code")),
            Err(Denied::RedirectUri) => Err(error("invalid_redirect_uri")),
            Err(Denied::TooMany) => Err(json!({
                "error": "Access Denied", "status": "failure",
                "error_description": "Too many requests in a short time; try again later.",
            })),
        }
    }

    fn issued(&self, issued: &Issued, place: &Place) -> Value {
        let scopes = issued.scopes.as_ref().unwrap_or(&self.scopes);
        let mut body = json!({
            "access_token": issued.access, "api_domain": place.api, "token_type": "Bearer",
            "expires_in": self.tokens.rules().access_s,
            "scope": scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" "),
        });
        if let (Some(refresh), Some(map)) = (&issued.refresh, body.as_object_mut()) {
            map.insert("refresh_token".into(), json!(refresh));
        }
        body
    }
}

/// Where a client is told to go on.
struct Place {
    location: &'static str,
    accounts: String,
    api: String,
}

impl Place {
    fn of(request: &Request, switches: &Switches) -> Place {
        match centre::own(switches.dc) {
            Some(centre) => Place {
                location: centre.location,
                accounts: format!("https://{}", centre.accounts),
                api: format!("https://{}", centre.api),
            },
            None => {
                let own = format!("http://{}", request.header_value("host").unwrap_or("localhost"));
                Place { location: "us", accounts: own.clone(), api: own }
            }
        }
    }
}
