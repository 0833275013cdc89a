//! Reading the CRM as a source (L6): which of the user's meetings changed or were deleted, and single records by their
//! ids.

use super::io::Io;
use super::read::{fetch_parsed, record_gone};
use crate::api::http::HttpRequest;
use crate::api::retry::{Doubt, Problem};
use crate::api::{http::Service, zoho};
use crate::error::Result;
use crate::model::event::Guests;
use crate::model::ids::CrmId;
use crate::model::list::Listed;
use crate::model::sight::{CrmContent, CrmSight};
use crate::model::table::Table;
use crate::wire::zoho::{DeletedPage, Rows};
use crate::wire::zoho_event::{CrmContext, crm_ids, crm_sights, exclusive_ends, seconds};

/// A record that a list of changes names.
pub(crate) struct Changed {
    pub(crate) id: CrmId,
    pub(crate) modified: Option<i64>,
}

/// The user's meetings that end at or after an instant, or that changed since one, in the order of their ids.
pub(crate) async fn changed(io: &Io, page: &dyn Fn(Option<&CrmId>) -> HttpRequest) -> Result<Vec<Changed>> {
    let mut found: Vec<Changed> = Vec::new();
    loop {
        let last = found.last().map(|row| row.id.clone());
        let answer = fetch_parsed!(io, page(last.as_ref()), Rows::parse);
        let rows = answer.map_err(|problem| problem.error(Service::Zoho))?;
        let more = rows.more_records && !rows.data.is_empty();
        if more && rows.data.last().map(|row| &row.id) == last.as_ref() {
            return Err(Problem::Unsure(Doubt::BadResponse).error(Service::Zoho));
        }
        let row = |record: crate::wire::zoho::Record| Changed {
            modified: seconds(&record.modified),
            id: record.id,
        };
        rows.data.into_iter().map(row).add_to(&mut found);
        if !more {
            return Ok(found);
        }
    }
}

/// The records that were deleted since an instant, and when.
pub(crate) async fn deleted(io: &Io, since: i64) -> Result<Vec<(CrmId, Option<i64>)>> {
    /// The list has no tokens: a page beyond this many is not believed.
    const MOST_PAGES: u32 = 500;
    let mut found = Vec::new();
    for page in 1..=MOST_PAGES {
        let answer = fetch_parsed!(io, zoho::deleted(since, page), DeletedPage::parse);
        let page = answer.map_err(|problem| problem.error(Service::Zoho))?;
        found.extend(page.rows);
        if !page.more_records {
            break;
        }
    }
    Ok(found)
}

/// What reading records in full needs to know.
pub(crate) struct Reader<'a> {
    pub(crate) io: &'a Io,
    pub(crate) context: CrmContext<'a>,
    /// Whether lists show guests, once that is known.
    pub(crate) lists_guests: Option<bool>,
    /// When events of Google that have guests start (seconds since 1970). As long as nobody knows whether lists show
    /// guests, their meetings are looked at.
    pub(crate) invited: Vec<i64>,
}

/// As long as nobody knows whether lists show guests, up to so many records of which a list shows none are read one by one.
const FEW: usize = 25;

/// Records that are asked for, and whether a walk of the list brought them.
type Asked = Table<CrmId, bool>;

/// Records as they were read.
#[derive(Default)]
pub(crate) struct Contents {
    pub(crate) sights: Vec<CrmSight>,
    /// Whether all-day ends are exclusive, as far as these records show.
    pub(crate) exclusive_ends: Option<bool>,
    /// Whether lists show guests, as far as these records tell.
    pub(crate) lists_guests: Option<bool>,
    /// Asked for, and not in the answer.
    pub(crate) missing: Vec<CrmId>,
    /// Whether what is missing was asked for by itself, which proves that it is gone.
    pub(crate) proven: bool,
}

impl Contents {
    /// Takes in what was read again: in a list to know what lists show, else for the record itself.
    fn take_in(&mut self, again: Vec<CrmSight>, listed: bool) {
        for sight in again {
            let Some(known) = self.sights.iter_mut().find(|known| known.id == sight.id) else { continue };
            if listed {
                self.lists_guests = shows_guests(&sight);
            } else {
                if (shows_guests(known), shows_guests(&sight)) == (Some(false), Some(true)) {
                    self.lists_guests = Some(false);
                }
                *known = sight;
            }
        }
    }
}

/// Reads of records, each by itself or 100 at once.
fn requests(ids: &[&CrmId], alone: bool, fields: &str) -> Vec<HttpRequest> {
    if alone {
        ids.iter().map(|id| zoho::event(id, fields)).listed()
    } else {
        ids.chunks(zoho::BULK).map(|group| zoho::events(group, fields)).listed()
    }
}

impl Reader<'_> {
    /// Reads records in full. Many are read by walking the list, 200 to a page, as long as that finds what is asked for:
    /// whether they are all of the window or what just changed, they stand together where the list begins; the others by
    /// their ids, 100 to a request. Descriptions that a list may have cut are read one by one, and so are records of which a
    /// list shows no guests, where they had some (I17) or lists may hide them: Zoho does not document which lists do.
    pub(crate) async fn read(mut self, ids: &[CrmId], had_guests: &[CrmId]) -> Result<Contents> {
        let fields = zoho::event_fields(self.context.marks);
        loop {
            let alone = self.lists_guests.map_or(ids.len() == 1, |shown| !shown);
            let mut asked: Asked = ids.iter().map(|id| (id.clone(), false)).collect();
            let mut bodies = Vec::new();
            if asked.len() > 2 * zoho::BULK && !alone {
                self.walk(&mut asked, &mut bodies).await?;
            }
            let rest = asked.iter().filter(|(_, listed)| !**listed).map(|(id, _)| id).listed();
            self.pages(requests(&rest, alone, &fields)).await?.into_iter().add_to(&mut bodies);
            let mut contents = self.contents(&bodies, !alone, &asked)?;
            self.context.exclusive_end = self.context.exclusive_end.or(contents.exclusive_ends);
            // Lists are completed by single records; what single records say of guests is looked for in a list, once.
            let again =
                if alone { self.to_be_listed(&contents) } else { self.cut(&mut contents, had_guests) };
            let bodies = self.pages(requests(&again.iter().listed(), !alone, &fields)).await?;
            let seen = self.contents(&bodies, alone, &asked)?.sights;
            contents.take_in(seen, alone);
            let newly_hidden = contents.lists_guests == Some(false) && self.lists_guests != Some(false);
            if alone || !newly_hidden {
                return Ok(contents);
            }
            self.lists_guests = Some(false);
        }
    }

    /// The record that was read by itself, if it has guests and nobody knows whether lists show them.
    fn to_be_listed(&self, contents: &Contents) -> Vec<CrmId> {
        match contents.sights.as_slice() {
            [sight] if self.lists_guests.is_none() && shows_guests(sight) == Some(true) => {
                vec![sight.id.clone()]
            }
            _ => Vec::new(),
        }
    }

    /// What lists cut, or may have.
    fn cut(&self, contents: &mut Contents, had_guests: &[CrmId]) -> Vec<CrmId> {
        let shown = contents.sights.iter().any(|sight| shows_guests(sight) == Some(true));
        contents.lists_guests = shown.then_some(true);
        let unknown = self.lists_guests.or(contents.lists_guests).is_none();
        let few = contents.sights.len() <= FEW;
        let mut room = FEW;
        let mut cut = Vec::new();
        for sight in &contents.sights {
            let CrmContent::Ordinary { event, cut: shortened } = &sight.content else { continue };
            let none = shows_guests(sight) == Some(false);
            let doubtful = unknown && room > 0 && (few || self.invited.contains(&event.when.start_seconds()));
            if *shortened || none && (doubtful || had_guests.contains(&sight.id)) {
                room = room.saturating_sub(1);
                cut.push(sight.id.clone());
            }
        }
        cut
    }

    /// What pages show of the records that were asked for, each one once.
    fn contents(&self, bodies: &[Vec<u8>], listed: bool, asked: &Asked) -> Result<Contents> {
        let exclusive_ends = exclusive_ends(bodies.iter().map(Vec::as_slice));
        let exclusive_end = self.context.exclusive_end.or(exclusive_ends);
        let context = CrmContext { exclusive_end, listed, ..self.context };
        let mut found = Vec::new();
        for body in bodies {
            let page = crm_sights(body, &context).ok_or_else(unreadable)?;
            let rows = page.rows.into_iter().filter(|sight| asked.contains(&sight.id));
            rows.map(|sight| (sight.id.clone(), Box::new(sight))).add_to(&mut found);
        }
        let found: Table<CrmId, Box<CrmSight>> = found.into_iter().collect();
        let missing = asked.keys().filter(|id| !found.contains(id)).cloned().listed();
        let sights = found.into_iter().map(|(_, sight)| *sight).listed();
        Ok(Contents { sights, exclusive_ends, lists_guests: None, missing, proven: !listed })
    }

    /// Pages of the whole list, for as long as they bring more than reading by ids would.
    async fn walk(&self, asked: &mut Asked, bodies: &mut Vec<Vec<u8>>) -> Result<()> {
        let mut token: Option<String> = None;
        let mut open = asked.len();
        while open > zoho::BULK {
            let mut next = None;
            let mut body = Vec::new();
            let mut wanted = 0;
            let parse = |bytes: &[u8]| crm_ids(bytes).map(|page| (page, bytes.to_vec()));
            match fetch_parsed!(
                self.io,
                zoho::list(&zoho::event_fields(self.context.marks), token.as_deref()),
                parse
            ) {
                Ok((page, bytes)) => {
                    for id in &page.rows {
                        let first = asked.get_mut(id).is_some_and(|listed| !std::mem::replace(listed, true));
                        wanted += usize::from(first);
                    }
                    body = bytes;
                    next = page.next_page_token.filter(|_| page.more_records);
                }
                // A token that expired or a list that is refused: the others are read by their ids.
                Err(Problem::Refused(_)) => {}
                Err(problem) => return Err(problem.error(Service::Zoho)),
            }
            if !body.is_empty() {
                bodies.push(body);
            }
            open -= wanted;
            if next.is_none() || wanted < zoho::BULK || next == token {
                break;
            }
            token = next;
        }
        Ok(())
    }

    /// The bodies of reads; what is gone has none.
    async fn pages(&self, requests: Vec<HttpRequest>) -> Result<Vec<Vec<u8>>> {
        let mut bodies = Vec::with_capacity(requests.len());
        let mut again = Vec::new();
        let answers = self.io.fetch(requests.clone()).await?;
        for (request, answer) in requests.into_iter().zip(answers) {
            match answer {
                Ok(response) if response.is_whole() && crm_ids(&response.body).is_some() => {
                    bodies.push(response.body);
                }
                Ok(_) => again.push(request),
                Err(problem) if record_gone(&problem) => {}
                Err(problem) => return Err(problem.error(Service::Zoho)),
            }
        }
        for request in again {
            let parse = |bytes: &[u8]| crm_ids(bytes).map(|_| bytes.to_vec());
            match fetch_parsed!(self.io, request, parse) {
                Ok(body) => bodies.push(body),
                Err(problem) if record_gone(&problem) => {}
                Err(problem) => return Err(problem.error(Service::Zoho)),
            }
        }
        Ok(bodies)
    }
}

/// Whether a record shows guests, as far as it can be read.
fn shows_guests(sight: &CrmSight) -> Option<bool> {
    match &sight.content {
        CrmContent::Ordinary { event, .. } => match &event.guests {
            Guests::Known(shown) => Some(!shown.is_empty()),
            Guests::Unknown => None,
        },
        _ => None,
    }
}

fn unreadable() -> crate::error::Error {
    Problem::Unsure(Doubt::BadResponse).error(Service::Zoho)
}

/// A record that is gone.
pub(crate) fn gone(id: CrmId) -> CrmSight {
    CrmSight { id, modified: None, mark: None, content: CrmContent::Gone }
}
