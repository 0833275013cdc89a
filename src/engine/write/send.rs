//! Sends requests that may be repeated without harm.

use super::Writer;
use crate::api::google;
use crate::api::http::{HttpRequest, HttpResponse, Service};
use crate::api::retry::{ATTEMPTS, Doubt, Problem, diagnose};
use crate::error::Result;
use crate::model::list::Listed;

/// The answer to one request.
pub(super) type Answered = std::result::Result<HttpResponse, Problem>;

impl Writer<'_> {
    /// Performs requests that may be repeated without harm, in batches where the host lets these through.
    pub(super) async fn send(&self, requests: Vec<HttpRequest>) -> Result<Vec<Answered>> {
        let mut results: Vec<Option<Answered>> = requests.iter().map(|_| None).listed();
        let mut batch = self.batch;
        // What is left open is told to have failed by this.
        let mut last = Problem::Unsure(Doubt::BadResponse);
        for attempt in 0..ATTEMPTS {
            let open: Vec<usize> =
                results.iter().enumerate().filter(|(_, done)| done.is_none()).map(|(at, _)| at).listed();
            let asked: Vec<&HttpRequest> = open.iter().filter_map(|at| requests.get(*at)).listed();
            if asked.is_empty() {
                break;
            }
            let mut answers = None;
            if batch && asked.len() > 1 {
                answers = self.send_batches(&asked).await?;
                batch = answers.is_some();
            }
            let answers = match answers {
                Some(answers) => answers,
                None => self.io.fetch(asked.into_iter().cloned().listed()).await?,
            };
            let mut pause: Option<Problem> = None;
            for (at, answer) in open.into_iter().zip(answers) {
                match answer {
                    // One by one, `Io::fetch` has tried often enough.
                    Err(problem) if batch && problem.passes() && attempt + 1 < ATTEMPTS => {
                        pause = Some(problem.or_graver(pause));
                    }
                    answer => {
                        if let Some(slot) = results.get_mut(at) {
                            *slot = Some(answer);
                        }
                    }
                }
            }
            if let Some(problem) = pause
                && !self.io.back_off(&problem, attempt).await?
            {
                last = problem;
                break;
            }
        }
        Ok(results.into_iter().map(|result| result.unwrap_or_else(|| Err(last.clone()))).listed())
    }

    /// None where the batch endpoint is out of reach.
    async fn send_batches(&self, requests: &[&HttpRequest]) -> Result<Option<Vec<Answered>>> {
        let groups: Vec<&[&HttpRequest]> = requests.chunks(google::BATCH).listed();
        let batches = groups.iter().map(|group| google::batch(group)).listed();
        let mut answers = Vec::with_capacity(requests.len());
        for (group, answer) in groups.iter().zip(self.io.fetch(batches).await?) {
            match answer {
                Ok(response) => {
                    let parts = google::batch_parts(&response, group.len());
                    answers.extend(parts.into_iter().map(|part| match part {
                        Some(part) => diagnose(Service::Google, Ok(part), self.io.now_ms()),
                        None => Err(Problem::Unsure(Doubt::BadResponse)),
                    }));
                }
                Err(Problem::Absent | Problem::Refused(_) | Problem::Forbidden(_)) => return Ok(None),
                Err(problem) => group.iter().map(|_| Err(problem.clone())).add_to(&mut answers),
            }
        }
        Ok(Some(answers))
    }
}
