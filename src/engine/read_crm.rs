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
}

/// Records that are asked for, and whether the list brought them.
type Asked = Table<CrmId, bool>;

/// Records as they were read.
#[derive(Default)]
pub(crate) struct Contents {
    pub(crate) sights: Vec<CrmSight>,
    /// Whether all-day ends are exclusive, as far as these records show.
    pub(crate) exclusive_ends: Option<bool>,
    /// Asked for, and not in the answer.
    pub(crate) missing: Vec<CrmId>,
}

impl Reader<'_> {
    /// Reads records in full. Many are read by walking the list, 200 to a page, as long as that finds what is asked for:
    /// whether they are all of the window or what just changed, they stand together where the list begins; the others by
    /// their ids, 100 to a request. Descriptions that a list may have cut are read one by one, and so are records that
    /// had guests and of which a list shows none (I17).
    pub(crate) async fn read(&self, ids: Vec<CrmId>, had_guests: &[CrmId]) -> Result<Contents> {
        let mut asked: Asked = ids.into_iter().map(|id| (id, false)).collect();
        let mut bodies = Vec::new();
        if asked.len() > 2 * zoho::BULK {
            self.walk(&mut asked, &mut bodies).await?;
        }
        let open = || asked.iter().filter(|(_, listed)| !**listed).map(|(id, _)| id);
        let rest: Vec<&CrmId> = open().listed();
        let fields = zoho::event_fields(self.context.marks);
        let groups = rest.chunks(zoho::BULK).map(|group| zoho::events(group, &fields));
        for body in self.pages(groups.listed()).await? {
            bodies.push(body);
        }
        let ends = exclusive_ends(bodies.iter().map(Vec::as_slice));
        let mut contents = Contents { exclusive_ends: ends, ..Contents::default() };
        let mut found = Vec::new();
        let context = CrmContext { exclusive_end: self.context.exclusive_end.or(ends), ..self.context };
        let entry = |sight: CrmSight| (sight.id.clone(), Box::new(sight));
        for body in &bodies {
            let page = crm_sights(body, &context).ok_or_else(unreadable)?;
            let rows = page.rows.into_iter().filter(|sight| asked.contains(&sight.id));
            rows.map(entry).add_to(&mut found);
        }
        let mut found: Table<CrmId, Box<CrmSight>> = found.into_iter().collect();
        contents.missing = open().filter(|id| !found.contains(id)).cloned().listed();
        let cut = found.values().filter(|sight| is_cut(sight, had_guests.contains(&sight.id)));
        let cut: Vec<CrmId> = cut.map(|sight| sight.id.clone()).listed();
        let whole = CrmContext { listed: false, ..context };
        let requests = cut.iter().map(|id| zoho::event(id, &fields)).listed();
        for body in self.pages(requests).await? {
            let page = crm_sights(&body, &whole).ok_or_else(unreadable)?;
            for (id, sight) in page.rows.into_iter().map(entry) {
                found.insert(id, sight);
            }
        }
        contents.sights = found.into_iter().map(|(_, sight)| *sight).listed();
        Ok(contents)
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

    /// The bodies of reads; what is gone has an empty one.
    async fn pages(&self, requests: Vec<HttpRequest>) -> Result<Vec<Vec<u8>>> {
        let mut bodies = Vec::new();
        for request in requests {
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

fn is_cut(sight: &CrmSight, had_guests: bool) -> bool {
    let CrmContent::Ordinary { event, cut, .. } = &sight.content else { return false };
    *cut || (had_guests && matches!(&event.guests, Guests::Known(shown) if shown.is_empty()))
}

fn unreadable() -> crate::error::Error {
    Problem::Unsure(Doubt::BadResponse).error(Service::Zoho)
}

/// A record that is gone.
pub(crate) fn gone(id: CrmId) -> CrmSight {
    CrmSight { id, modified: None, mark: None, content: CrmContent::Gone }
}
