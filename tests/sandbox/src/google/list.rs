//! events.list: its tokens and pages (reference, sections 4 and 5).

use super::error::ApiError;
use super::listing::Listing;
use super::params::{ListParams, OrderBy};
use super::token::{PageToken, SyncToken, hash};
use super::view::{Row, View};
use crate::switches::{BadToken, Switches, TokenParameters, TokenTtl, UpdatedMinDays};
use crate::time::DAY;

/// A page and the one token that it ends with.
pub(crate) struct Page<'a> {
    pub(crate) rows: Vec<Row<'a>>,
    pub(crate) next: Next,
}

pub(crate) enum Next {
    Page(String),
    Sync(String),
}

pub(crate) fn list<'a>(
    view: &'a View<'a>,
    hides_invitations: bool,
    params: &ListParams,
    switches: &Switches,
    now_ms: i64,
) -> Result<Page<'a>, ApiError> {
    let (calendar, epoch) = (view.calendar, view.access.epoch);
    let page = match &params.page_token {
        None => None,
        Some(text) => {
            let page = PageToken::decode(text)
                .ok_or_else(|| ApiError::invalid("Invalid page token value.").parameter("pageToken"))?;
            if page.epoch != epoch || page.parameters != params.page_hash {
                return Err(ApiError::invalid("Invalid page token value.").parameter("pageToken"));
            }
            Some(page)
        }
    };
    if let Some(since) = params.updated_min {
        let days = match switches.updated_min_days {
            UpdatedMinDays::Twenty => 20,
            UpdatedMinDays::Thirty => 30,
        };
        if since < now_ms - days * DAY {
            return Err(ApiError::too_long_ago());
        }
    }
    let token = match &params.sync_token {
        None => None,
        Some(text) => Some(check_token(view, text, params, switches, now_ms)?),
    };
    let listing = Listing { view, hides_invitations, params, switches, now_ms, token: token.as_ref() };
    let last = page.as_ref().map(|page| &page.key);
    let (rows, stopped_at) = if token.is_some() {
        listing.delta(last)
    } else if params.single_events {
        listing.expanded(last)
    } else if params.order_by == Some(OrderBy::Updated) {
        listing.by_update(last)
    } else {
        listing.by_id(last)
    };
    let first_seq = page.as_ref().map_or_else(|| calendar.sequence(), |page| page.seq);
    let next = match stopped_at {
        Some(key) => {
            Next::Page(PageToken { epoch, parameters: params.page_hash, seq: first_seq, key }.encode())
        }
        None => Next::Sync(
            SyncToken {
                calendar: place(view),
                epoch,
                // A delta walks the log to its end; a full read may have passed what changed while it was paging.
                seq: if token.is_some() { calendar.sequence() } else { first_seq },
                parameters: params.sync_hash,
                issued_ms: now_ms,
                time_min: token.as_ref().map_or(params.time_min, |token| token.time_min),
                time_max: token.as_ref().map_or(params.time_max, |token| token.time_max),
            }
            .encode(),
        ),
    };
    Ok(Page { rows, next })
}

fn check_token(
    view: &View<'_>,
    text: &str,
    params: &ListParams,
    switches: &Switches,
    now_ms: i64,
) -> Result<SyncToken, ApiError> {
    let Some(token) = SyncToken::decode(text).filter(|token| token.calendar == place(view)) else {
        return Err(match switches.bad_token {
            BadToken::Invalid => ApiError::invalid("Invalid sync token value."),
            BadToken::Gone => ApiError::full_sync(),
        });
    };
    let lifetime_days = match switches.token_ttl_days {
        TokenTtl::Seven => Some(7),
        TokenTtl::Thirty => Some(30),
        TokenTtl::Never => None,
    };
    let expired = lifetime_days.is_some_and(|days| now_ms - token.issued_ms > days * DAY);
    if token.epoch != view.access.epoch || expired {
        return Err(ApiError::full_sync());
    }
    if token.parameters != params.sync_hash && switches.token_parameters == TokenParameters::Bound {
        return Err(ApiError::invalid("Sync token cannot be used with other request restrictions"));
    }
    Ok(token)
}

/// What a token is bound to: one person's view of one calendar.
fn place(view: &View<'_>) -> u64 {
    hash(&format!("{}\n{}", view.user, view.calendar.id))
}
