//! Combines a route's `responses` with the responses that the types declare.
//!
//! In: the responses of the types, and those of the attribute. Out: both in one list. The attribute takes
//! precedence for the same status; it also fills in what the types leave open, which otherwise stays open.

use routegen_spec::contract::{Answer, Body, Schema, Status};

use super::answers::{ANY, Sent};

/// A response that the attribute declares.
#[derive(Debug)]
pub struct Said {
    status: u16,
    description: String,
    /// The attribute's type as a response.
    given: Option<(Vec<String>, Vec<Body>)>,
}

/// A response that the types declare.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) answer: Answer,
    pub(super) is_failure: bool,
}

impl Said {
    /// Creates a response with a status and its meaning.
    pub fn new(status: u16, description: &str) -> Self {
        Self { status, description: description.to_owned(), given: None }
    }

    /// Sets its type: a response itself, an error that declares its responses, or otherwise a JSON body.
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
    /// Whether a status from the attribute may be this response's unknown one. A problem's may not: it sets its
    /// own status at run time, and any error may be one.
    fn is_open(&self) -> bool {
        let is_problem = self.answer.bodies.iter().any(|body| body.schema.problem.is_some());
        self.answer.status == Status::Other && !is_problem
    }

    fn is_opaque(&self) -> bool {
        self.answer.bodies.iter().any(|body| body.media_type == ANY)
    }
}

/// Combines both into one list.
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
        // The body of a result whose status is known only at run time: for an error status the failure's, if
        // there is one.
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
