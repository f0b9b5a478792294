//! What `responses` of a route says beside what the types tell.
//!
//! In: the answers that the types tell, and those that the attribute says. Out: both as one list. What is said goes before what is told of
//! the same status; what the types leave open is as it is said, and stays open where nothing is.

use routegen_spec::contract::{Answer, Body, Schema, Status};

use super::answers::{ANY, Sent};

/// An answer that the attribute says.
#[derive(Debug)]
pub struct Said {
    status: u16,
    description: String,
    /// What the type that is said is as a response.
    given: Option<(Vec<String>, Vec<Body>)>,
}

/// An answer that the types tell.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) answer: Answer,
    pub(super) is_failure: bool,
}

impl Said {
    /// A status, and what it means.
    pub fn new(status: u16, description: &str) -> Self {
        Self { status, description: description.to_owned(), given: None }
    }

    /// Its type, which is a response by itself, or an error that tells what it answers with, or else a body of JSON.
    pub fn is<T>(&mut self, answers: Option<Vec<Answer>>, sent: Sent<T>, schema: Schema) {
        let Some(answers) = answers else {
            let answer = sent.answer_or_json(schema);
            self.given = Some((answer.headers, answer.bodies));
            return;
        };
        let of_status = |status: Status| answers.iter().filter(move |answer| answer.status == status);
        let exact: Vec<&Answer> = of_status(Status::Is(self.status)).collect();
        let mut these = if exact.is_empty() { of_status(Status::Other).collect() } else { exact };
        if these.is_empty() {
            these = answers.iter().collect();
        }
        if self.description.is_empty() {
            let described =
                these.iter().map(|answer| answer.description.as_str()).filter(|text| !text.is_empty());
            self.description = described.collect::<Vec<_>>().join("; ");
        }
        let headers = these.iter().flat_map(|answer| answer.headers.clone()).collect();
        self.given = Some((headers, these.iter().flat_map(|answer| answer.bodies.clone()).collect()));
    }
}

impl Told {
    /// Whether a status that is said can be the one that it does not tell. A problem tells its status when there is one, and any
    /// error may be one.
    fn is_open(&self) -> bool {
        let is_problem = self.answer.bodies.iter().any(|body| body.schema.problem.is_some());
        self.answer.status == Status::Other && !is_problem
    }

    fn is_opaque(&self) -> bool {
        self.answer.bodies.iter().any(|body| body.media_type == ANY)
    }
}

/// What is said and what is told, as one list.
pub(super) fn joined(mut told: Vec<Told>, said: Vec<Said>) -> Vec<Answer> {
    let (succeeds, fails) =
        (said.iter().any(|said| said.status < 400), said.iter().any(|said| said.status >= 400));
    let mut answers = Vec::new();
    let mut closed = Vec::new();
    for Said { status, description, given } in said {
        let exact = Status::Is(status);
        let class = u8::try_from(status / 100).unwrap_or_default();
        let mut of_status =
            told.iter_mut().map(|told| &mut told.answer).filter(|answer| answer.status == exact);
        if let Some(first) = of_status.next() {
            let mut others: Vec<&mut Answer> = of_status.collect();
            if let Some((headers, bodies)) = given {
                first.headers.extend(headers);
                first.bodies = bodies;
                for answer in &mut others {
                    answer.bodies.clear();
                }
            }
            if !description.is_empty() {
                first.description = description;
                for answer in &mut others {
                    answer.description.clear();
                }
            }
            continue;
        }
        let mut answer = Answer::new(exact).with_description(description);
        let of_class = told.iter().find(|told| told.answer.status == Status::Class(class));
        if of_class.is_some() {
            closed.push(Status::Class(class));
        }
        // The body of a result whose status is a value: of a failure for an error, as far as there is one.
        let open = || {
            let open = told.iter().filter(|told| told.is_open() && !told.is_opaque());
            open.max_by_key(|told| told.is_failure == (status >= 400))
        };
        let like = of_class.or_else(open).map(|told| &told.answer);
        (answer.headers, answer.bodies) = given
            .or_else(|| like.map(|like| (like.headers.clone(), like.bodies.clone())))
            .unwrap_or_default();
        answer.bodies.retain(|_| exact.has_body());
        answers.push(answer);
    }
    let is_said = |told: &Told| told.is_open() && if told.is_failure { fails } else { succeeds };
    told.retain(|told| !is_said(told) && !closed.contains(&told.answer.status));
    told.into_iter().map(|told| told.answer).chain(answers).collect()
}
